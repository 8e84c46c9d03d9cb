"""From labels to a measured model in pieces: begun by one program, finished by another."""

import pytest

from desktop.core.dataset import load_tests
from desktop.core.errors import BusyError, NotFoundError
from desktop.core.ports import RunState, RunStatus, TrainingPlan
from desktop.core.progress import CancelToken, silent
from desktop.core.retraining import Retraining
from desktop.core.taxonomy import Taxonomy, save_taxonomy
from desktop.core.training import Training
from edge.contract.keys import Area
from edge.contract.names import Side
from tests.bundles import make_bundle
from tests.clock import Ids
from tests.laboratory import Laboratory

CLASSES = ("beer-mug", "soda-can")


class OneRun:
    """A trainer whose run ends when the test says so."""

    def __init__(self) -> None:
        self.plan: TrainingPlan | None = None
        self.now = RunStatus("", RunState.STARTING)

    def start(self, plan: TrainingPlan) -> None:
        self.plan = plan

    def status(self, run: str) -> RunStatus:
        if self.plan is None or run != self.plan.run:
            raise NotFoundError("no such run here")
        return self.now

    def logs(self, run: str, start: int = 0) -> list[str]:
        return ["one", "two"][start:]

    def cancel(self, run: str) -> None:
        """Let it run."""


@pytest.fixture
def lab(folder):
    lab = Laboratory(folder)
    save_taxonomy(lab.store, Taxonomy(()).added(CLASSES))
    for number in range(4):
        lab.put(CLASSES[number % 2], number, side=Side.TRAIN)
    for number in range(4, 10):
        lab.put(CLASSES[number % 2], number)
    yield lab
    lab.close()


@pytest.fixture
def trainer():
    return OneRun()


def made(lab, trainer):
    """Give what a program that starts now would have."""
    training = Training(lab.store, lab.plant.pictures, lab.registry, trainer, lab.clock, Ids("run-"))
    return Retraining(lab.measurement, training, lab.release), training


def end(lab, trainer):
    folder = lab.folder / "made"
    make_bundle(folder, classes=CLASSES, dataset=trainer.plan.dataset)
    trainer.now = RunStatus(trainer.plan.run, RunState.DONE, bundle=folder, summary={"seconds": 1.5})


def test_another_program_finishes_what_one_began(lab, trainer):
    run, dataset = made(lab, trainer)[0].begin("ada", silent, CancelToken())
    later, _training = made(lab, trainer)
    with pytest.raises(BusyError):
        later.finish(run.id, silent)
    end(lab, trainer)
    lab.put("beer-mug", 11)
    learned = later.finish(run.id, silent)
    assert (learned.run, learned.seconds, learned.dataset.id) == (run.id, 1.5, dataset.id)
    assert (learned.measured.field.n, learned.measured.field.accuracy) == (6, 1.0), (
        "on what was frozen then, not on what came since"
    )
    assert lab.measurement.measured(learned.model) == learned.measured


def test_test_pictures_are_found_where_they_lie_now(lab, trainer):
    run, dataset = made(lab, trainer)[0].begin("ada", silent, CancelToken())
    gone = dataset.test[0]
    lab.store.delete(gone.key, match=gone.etag)
    lab.plant.sync()
    known = lab.plant.catalog.known(Area.LABELED, Area.BASE, Area.RAW)
    again = load_tests(lab.store, run.dataset, known)
    assert [(one.name, one.sha256, one.label, one.burst, one.counts) for one in again.test] == [
        (one.name, one.sha256, one.label, one.burst, one.counts) for one in dataset.test[1:]
    ]
    assert (again.id, again.classes, again.train) == (dataset.id, dataset.classes, ())
    with pytest.raises(NotFoundError):
        load_tests(lab.store, "never-frozen", known)


def test_a_run_of_another_computer_has_no_status_here(lab, trainer):
    run, _dataset = made(lab, trainer)[0].begin("ada", silent, CancelToken())
    training = made(lab, trainer)[1]
    assert training.status(run.id) is not None
    assert training.status("elsewhere") is None
    assert training.log(run.id, 1) == ["two"]
