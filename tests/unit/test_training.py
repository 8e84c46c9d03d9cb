"""Runs: begun on a frozen dataset, followed, settled; and taken in later by whoever looks."""

import json
from pathlib import Path

import numpy as np
import pytest

from desktop.core.answers import gather
from desktop.core.doubts import doubts
from desktop.core.errors import AppError, BusyError, Cancelled, ConfigError, NotFoundError
from desktop.core.ports import ABSENT, RunState, RunStatus, TrainingPlan
from desktop.core.progress import CancelToken, Step, silent
from desktop.core.registry import Registry
from desktop.core.taxonomy import Taxonomy, save_taxonomy
from desktop.core.training import Run, Training
from edge.contract.keys import RUNS, Area
from edge.contract.names import Side
from edge.contract.records import load
from tests.bundles import make_bundle
from tests.clock import Ids
from tests.laboratory import Laboratory
from tests.plant import keys_of


class FakeTrainer:
    """A trainer on one computer whose runs go on when the test says so."""

    def __init__(self) -> None:
        self.plans: dict[str, TrainingPlan] = {}
        self.now: dict[str, RunStatus] = {}
        self.script: list[RunStatus] = []
        """What is said next, one each time somebody asks; the last stays."""
        self.stopped: list[str] = []
        self.refusal: AppError | None = None

    def start(self, plan: TrainingPlan) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.plans.setdefault(plan.run, plan)
        self.now.setdefault(plan.run, RunStatus(plan.run, RunState.STARTING))

    def status(self, run: str) -> RunStatus:
        if run not in self.now:
            raise NotFoundError(f"no run {run} here")
        if self.script:
            self.now[run] = self.script.pop(0)
        return self.now[run]

    def logs(self, run: str, start: int = 0) -> list[str]:
        return [f"begun {run}", "looked at pictures"][start:]

    def cancel(self, run: str) -> None:
        self.status(run)
        self.stopped.append(run)
        if not self.now[run].state.ended:
            self.now[run] = RunStatus(run, RunState.CANCELLED)

    def ends(self, run: str, state: RunState, **words) -> None:
        self.now[run] = RunStatus(run, state, **words)


@pytest.fixture
def lab(folder):
    lab = Laboratory(folder)
    save_taxonomy(lab.store, Taxonomy(()).added(["beer-mug", "soda-can"]))
    lab.put("soda-can", 1, side=Side.TRAIN)
    lab.put("beer-mug", 2, side=Side.TRAIN)
    lab.put("beer-mug", 3, side=Side.TEST)
    yield lab
    lab.close()


@pytest.fixture
def trainer():
    return FakeTrainer()


@pytest.fixture
def training(lab, trainer):
    return made(lab, trainer)


@pytest.fixture
def dataset(lab):
    return lab.measurement.freeze(silent, CancelToken())


@pytest.fixture
def bundle(folder):
    make_bundle(folder / "trained")
    return folder / "trained"


def made(lab, trainer):
    return Training(lab.store, lab.plant.pictures, lab.registry, trainer, lab.clock, Ids("run-"))


def start(training, dataset, *, cancel=None, progress=silent):
    return training.start(dataset, "ada", "parent", progress, cancel or CancelToken())


def record(lab, run):
    return load(Run, lab.store.get(f"{RUNS}{run}.json").body)


def test_a_run_begins_on_a_frozen_dataset_with_files_of_this_computer(lab, training, trainer, dataset):
    run = start(training, dataset)
    plan = trainer.plans[run.id]
    assert (plan.dataset, plan.classes, plan.parent, plan.started_by) == (dataset.id, dataset.classes, "parent", "ada")
    assert sorted((Path(image.path).read_text(), image.label) for image in plan.train) == [
        ("beer-mug 2", "beer-mug"), ("soda-can 1", "soda-can"),
    ]  # fmt: skip
    assert all(image.sha256 and image.burst for image in plan.train)
    assert f"datasets/{dataset.id}/dataset.json" in keys_of(lab.store, ["datasets/"])
    assert record(lab, run.id) == run == Run(run.id, dataset.id, "ada", run.at_ms, 2, RunState.STARTING)


def test_a_class_without_pictures_starts_nothing(lab, training, trainer):
    lonely = Laboratory(lab.folder / "lonely")
    lonely.put("soda-can", 1, side=Side.TRAIN)
    with pytest.raises(ConfigError, match="beer-mug"):
        start(training, lonely.measurement.freeze(silent, CancelToken()))
    lonely.close()
    assert trainer.plans == {}
    assert keys_of(lab.store, [RUNS]) == []


def test_a_start_that_was_stopped_leaves_no_run(lab, training, trainer, dataset):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        start(training, dataset, cancel=cancel)
    assert (trainer.plans, keys_of(lab.store, [RUNS])) == ({}, [])


def test_fetching_the_pictures_tells_how_far_it_is(training, dataset):
    steps: list[Step] = []
    start(training, dataset, progress=steps.append)
    assert [(step.done, step.total) for step in steps] == [(0, 2), (1, 2)]


def test_a_run_that_could_not_be_begun_is_kept_as_failed_with_the_reason(lab, training, trainer, dataset):
    trainer.refusal = AppError("The training could not begin.", "No memory.")
    with pytest.raises(AppError, match="could not begin"):
        start(training, dataset)
    (run,) = training.runs()
    assert (run.state, run.message) == (RunState.FAILED, "The training could not begin. No memory.")
    assert run.ended_ms > run.at_ms


def answers_of(dataset, own=0.25):
    rows = np.array([[own, 1 - own] if entry.label == dataset.classes[0] else [1 - own, own] for entry in dataset.train])
    labels = np.array([dataset.classes.index(entry.label) for entry in dataset.train])
    return gather(dataset.classes, [entry.sha256 for entry in dataset.train], labels, rows)


def test_what_unseen_pictures_were_answered_is_kept_in_the_bucket_by_its_digest(
    lab, trainer, training, dataset, bundle, tmp_path
):
    file = tmp_path / "answers.npz"
    assert training.answers() is None
    run = start(training, dataset)
    file.write_bytes(answers_of(dataset).pack())
    trainer.ends(run.id, RunState.DONE, bundle=bundle, answers=file)
    training.settle(run.id)
    kept = record(lab, run.id).answers
    assert lab.store.get(f"blobs/{kept}").body == file.read_bytes()
    file.unlink()
    later = start(training, dataset)
    trainer.ends(later.id, RunState.DONE, bundle=bundle)  # a run that kept none
    training.settle(later.id)
    found, answers = training.answers()
    assert (found.id, answers.sha256) == (run.id, [entry.sha256 for entry in dataset.train])
    labels = lab.plant.catalog.known(Area.LABELED)
    assert {doubt.label for doubt in doubts(labels, answers, model=found.model)} == {"beer-mug", "soda-can"}


@pytest.mark.parametrize("data", [None, b"", b"no archive"])
def test_answers_that_are_damaged_or_gone_keep_no_model_back(lab, trainer, training, dataset, bundle, tmp_path, data):
    file = tmp_path / "answers.npz"
    if data is not None:
        file.write_bytes(data)
    run = start(training, dataset)
    trainer.ends(run.id, RunState.DONE, bundle=bundle, answers=file)
    training.settle(run.id)
    assert (record(lab, run.id).state, record(lab, run.id).answers, training.answers()) == (RunState.DONE, None, None)


def test_answers_that_are_not_those_of_their_digest_are_left_alone(lab, trainer, training, dataset, bundle, tmp_path):
    file = tmp_path / "answers.npz"
    file.write_bytes(answers_of(dataset).pack())
    run = start(training, dataset)
    trainer.ends(run.id, RunState.DONE, bundle=bundle, answers=file)
    training.settle(run.id)
    stored = lab.store.get(f"blobs/{record(lab, run.id).answers}").listed
    lab.store.put(stored.key, answers_of(dataset, own=0.1).pack(), match=stored.etag)
    assert training.answers() is None


def test_following_tells_each_step_until_the_end(training, trainer, dataset, bundle):
    run = start(training, dataset)
    trainer.script = [
        RunStatus(run.id, RunState.STARTING),
        RunStatus(run.id, RunState.RUNNING, "Looking at the pictures", 1, 2),
        RunStatus(run.id, RunState.DONE, bundle=bundle),
    ]
    steps: list[Step] = []
    status = training.follow(run.id, steps.append, CancelToken())
    assert status.state is RunState.DONE
    assert [(step.label, step.done, step.total) for step in steps] == [
        ("Starting", 0, None), ("Looking at the pictures", 1, 2),
    ]  # fmt: skip


def test_whoever_follows_may_stop_the_run_once(training, trainer, dataset):
    run = start(training, dataset)
    trainer.now[run.id] = RunStatus(run.id, RunState.RUNNING)
    cancel = CancelToken()
    cancel.cancel()
    assert training.follow(run.id, silent, cancel).state is RunState.CANCELLED
    assert trainer.stopped == [run.id]
    with pytest.raises(Cancelled):
        training.settle(run.id)


def test_a_run_that_is_done_when_the_stop_comes_is_still_worth_its_model(training, trainer, dataset, bundle):
    run = start(training, dataset)
    trainer.ends(run.id, RunState.DONE, bundle=bundle)
    cancel = CancelToken()
    cancel.cancel()
    training.follow(run.id, silent, cancel)
    assert trainer.stopped == []
    assert training.settle(run.id).manifest.trainer == "test"


def test_settling_takes_the_model_into_the_bucket_and_notes_it(lab, training, trainer, dataset, bundle):
    run = start(training, dataset)
    trainer.ends(run.id, RunState.DONE, bundle=bundle)
    model = training.settle(run.id)
    assert lab.registry.find(model.id) == model
    kept = record(lab, run.id)
    assert (kept.state, kept.model, kept.message) == (RunState.DONE, model.id, "")
    assert kept.ended_ms > kept.at_ms
    assert training.settle(run.id) == model
    assert record(lab, run.id) == kept


def test_a_run_that_goes_on_cannot_be_settled_and_nothing_is_noted(lab, training, trainer, dataset):
    run = start(training, dataset)
    trainer.ends(run.id, RunState.RUNNING)
    with pytest.raises(BusyError):
        training.settle(run.id)
    assert record(lab, run.id) == run


def test_a_failed_run_says_why_and_where_its_log_is(lab, training, trainer, dataset):
    run = start(training, dataset)
    trainer.ends(run.id, RunState.FAILED, message="No picture can be read of: beer-mug.")
    with pytest.raises(AppError, match="No picture can be read of: beer-mug") as error:
        training.settle(run.id)
    assert f"sortloop runs {run.id}" in error.value.hint
    assert (record(lab, run.id).state, record(lab, run.id).message) == (RunState.FAILED, "No picture can be read of: beer-mug.")
    assert training.log(run.id) == [f"begun {run.id}", "looked at pictures"]


@pytest.mark.parametrize("damage", ["file", "all", "nothing named"])
def test_a_run_whose_model_is_damaged_has_failed_and_hides_no_other(lab, training, trainer, dataset, bundle, damage):
    good, bad = start(training, dataset), start(training, dataset)
    trainer.ends(good.id, RunState.CANCELLED)
    trainer.ends(bad.id, RunState.DONE, bundle=None if damage == "nothing named" else bundle)
    if damage == "file":
        (bundle / "head.npz").write_bytes(b"")
    elif damage == "all":
        (bundle / "model.json").unlink()
    assert {run.id: run.state for run in training.runs()} == {good.id: RunState.CANCELLED, bad.id: RunState.FAILED}
    with pytest.raises(AppError, match="Training failed"):
        training.settle(bad.id)
    assert lab.registry.models() == []


def test_runs_come_newest_first_with_what_they_are_at(training, trainer, dataset):
    first, second = start(training, dataset), start(training, dataset)
    trainer.ends(second.id, RunState.RUNNING, step="Fitting")
    assert [(run.id, run.state, run.message) for run in training.runs()] == [
        (second.id, RunState.RUNNING, "Fitting"), (first.id, RunState.STARTING, ""),
    ]  # fmt: skip


def test_a_run_that_ended_while_nobody_looked_is_taken_in_by_the_next_who_does(lab, training, trainer, dataset, bundle):
    run = start(training, dataset)
    trainer.ends(run.id, RunState.DONE, bundle=bundle)
    (seen,) = made(lab, trainer).runs()
    assert (seen.state, seen.model) == (RunState.DONE, lab.registry.models()[0].id)
    assert record(lab, run.id) == seen


def test_a_run_of_another_computer_is_shown_as_it_was_noted(lab, training, dataset):
    run = start(training, dataset)
    elsewhere = made(lab, FakeTrainer())
    assert elsewhere.runs() == [run]
    for ask in (elsewhere.settle, elsewhere.cancel):
        with pytest.raises(NotFoundError):
            ask(run.id)


def test_an_ended_run_of_another_computer_is_known_with_its_model(lab, training, trainer, dataset, bundle):
    run = start(training, dataset)
    trainer.ends(run.id, RunState.DONE, bundle=bundle)
    model = training.settle(run.id)
    (seen,) = made(lab, FakeTrainer()).runs()
    assert (seen.state, seen.model) == (RunState.DONE, model.id)
    assert Registry(lab.store, lab.folder / "elsewhere").find(seen.model) == model


@pytest.mark.parametrize("body", [b"", b"{}", {"state": "thinking"}, {"id": 3}])
def test_a_damaged_record_hides_no_other_run(lab, training, dataset, body):
    run = start(training, dataset)
    if isinstance(body, dict):
        body = json.dumps({**json.loads(lab.store.get(f"{RUNS}{run.id}.json").body), **body}).encode()
    lab.store.put(f"{RUNS}damaged.json", body, match=ABSENT)
    assert [one.id for one in training.runs()] == [run.id]


def test_a_run_can_be_asked_to_stop_by_its_id(training, trainer, dataset):
    run = start(training, dataset)
    training.cancel(run.id)
    assert [one.state for one in training.runs()] == [RunState.CANCELLED]


def test_a_record_under_another_name_is_no_run(lab, training, dataset):
    """Its end could not be noted; and it must not speak for a run of this computer."""
    run = training.start(dataset, "ada", None, silent, CancelToken())
    copy = json.loads(lab.store.get(f"{RUNS}{run.id}.json").body)
    for number, name in enumerate((run.id, "../up")):
        lab.store.put(f"{RUNS}copy-{number}.json", json.dumps({**copy, "id": name, "train": 99}).encode(), match=ABSENT)
    assert [(one.id, one.train) for one in training.runs()] == [(run.id, run.train)]
