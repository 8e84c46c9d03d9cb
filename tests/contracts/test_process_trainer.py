"""The trainer on this computer: the port's promises, and those of a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.app import own_command
from desktop.core.answers import Answers
from desktop.core.errors import AppError
from desktop.core.ports import RunState, TrainingPlan
from desktop.core.run_folder import RunFolder
from desktop.local.trainer import ProcessTrainer
from desktop.ml.backbone import Backbone
from edge.contract.records import dump
from tests.backbone import converted, lend
from tests.contracts.trainer import PATIENCE_S, TrainerContract, ended
from tests.shapes import draw_images

ROOT = Path(__file__).parents[2]
CHILD = own_command("worker-train")


@pytest.fixture(scope="session")
def lite0(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    return converted(tmp_path_factory)


@pytest.fixture
def features(tmp_path: Path, lite0: Backbone) -> Path:
    lend(lite0, tmp_path / "features")
    return tmp_path / "features"


@pytest.fixture
def trainer(tmp_path: Path, features: Path) -> ProcessTrainer:
    return ProcessTrainer(tmp_path / "runs", features, CHILD, threads=1)


@pytest.fixture
def plan(tmp_path: Path) -> TrainingPlan:
    return TrainingPlan(
        "01RUN", "dataset", ("disc", "stripes"), draw_images(tmp_path / "shapes", {"disc": 3, "stripes": 3}), parent="p"
    )


class TestProcessTrainer(TrainerContract):
    pass


class Held:
    """A plan whose run waits at its first picture, a pipe, until somebody writes into it."""

    def __init__(self, plan: TrainingPlan, folder: Path) -> None:
        self.pipe = folder / "pipe"
        os.mkfifo(self.pipe)
        self.plan = replace(plan, train=(replace(plan.train[0], path=str(self.pipe), sha256="ab" * 32), *plan.train))

    def let_go(self) -> None:
        """Write into the pipe once the run reads it."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                pipe = os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads it yet
                assert time.monotonic() < deadline_s
                time.sleep(0.01)
            else:
                os.write(pipe, b"no picture")
                os.close(pipe)
                return


@pytest.fixture
def held(plan: TrainingPlan, tmp_path: Path) -> Held:
    return Held(plan, tmp_path)


def process_of(trainer: ProcessTrainer, run: str) -> int:
    return int(re.search(r"process (\d+)", trainer.logs(run)[0])[1])


def wait_until(reached) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_run_is_followed_by_any_trainer_over_the_same_folder(trainer, held, tmp_path, features):
    trainer.start(held.plan)
    other = ProcessTrainer(tmp_path / "runs", features, CHILD)
    wait_until(lambda: other.status("01RUN").step == "Looking at the pictures")
    assert other.status("01RUN").state is RunState.RUNNING
    other.start(held.plan)
    held.let_go()
    status = ended(other, "01RUN")
    assert (status.state, status.summary["n"], status.summary["left_out"]) == (RunState.DONE, 6, 1)
    assert sum("begun" in line for line in other.logs("01RUN")) == 1
    assert any("left out" in line and "pipe" in line for line in other.logs("01RUN"))


def test_a_started_run_can_be_seen_at_once(trainer, held):
    trainer.start(held.plan)
    assert trainer.status("01RUN").state in (RunState.STARTING, RunState.RUNNING)
    held.let_go()
    ended(trainer, "01RUN")


def test_a_run_stops_between_two_pictures(trainer, held):
    trainer.start(held.plan)
    wait_until(lambda: trainer.status("01RUN").step == "Looking at the pictures")
    trainer.cancel("01RUN")
    held.let_go()
    status = ended(trainer, "01RUN")
    assert (status.state, status.bundle) == (RunState.CANCELLED, None)
    assert not RunFolder(trainer._runs / "01RUN").bundle.exists()


def test_a_run_stops_before_it_has_looked_at_anything(trainer, plan):
    folder = RunFolder(trainer._runs / "01RUN")
    folder.begin(plan)
    folder.ask_to_stop()
    trainer.start(plan)
    assert ended(trainer, "01RUN").state is RunState.CANCELLED


def test_a_killed_run_has_failed(trainer, held):
    trainer.start(held.plan)
    os.kill(process_of(trainer, "01RUN"), signal.SIGKILL)
    status = ended(trainer, "01RUN")
    assert status.state is RunState.FAILED
    assert "ended from outside" in status.message
    trainer.start(held.plan)
    assert trainer.status("01RUN") == status


def test_after_a_killed_run_the_next_one_succeeds(trainer, held, plan):
    trainer.start(held.plan)
    os.kill(process_of(trainer, "01RUN"), signal.SIGKILL)
    ended(trainer, "01RUN")
    trainer.start(replace(plan, run="01NEXT"))
    assert ended(trainer, "01NEXT").state is RunState.DONE


def test_an_ended_process_leaves_the_systems_table(trainer, held):
    trainer.start(held.plan)
    pid = process_of(trainer, "01RUN")
    held.let_go()
    ended(trainer, "01RUN")

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    wait_until(gone)


def test_a_run_outlives_the_program_that_started_it(trainer, held, tmp_path, features):
    (tmp_path / "plan.json").write_bytes(dump(held.plan))
    program = f"""
import os, signal, sys
from pathlib import Path
from desktop.core.ports import TrainingPlan
from desktop.local.trainer import ProcessTrainer
from edge.contract.records import load
plan = load(TrainingPlan, Path({str(tmp_path / "plan.json")!r}).read_bytes())
ProcessTrainer(Path({str(tmp_path / "runs")!r}), Path({str(features)!r}), {CHILD!r}).start(plan)
os.killpg(0, signal.SIGKILL)
"""
    starter = subprocess.run([sys.executable, "-c", program], cwd=ROOT, start_new_session=True, check=False)
    assert starter.returncode == -signal.SIGKILL
    assert not trainer.status("01RUN").state.ended
    held.let_go()
    assert ended(trainer, "01RUN").state is RunState.DONE


def test_pictures_named_from_the_working_folder_are_found(trainer, plan):
    near = tuple(replace(image, path=os.path.relpath(image.path)) for image in plan.train)
    trainer.start(replace(plan, train=near))
    status = ended(trainer, "01RUN")
    assert (status.state, status.summary["left_out"]) == (RunState.DONE, 0)


def test_a_run_planned_but_not_begun_is_starting_and_after_a_while_has_failed(trainer, plan):
    folder = RunFolder(trainer._runs / "01RUN")
    folder.begin(plan)
    assert trainer.status("01RUN").state is RunState.STARTING
    long_ago_s = time.time() - 3600
    os.utime(folder.path / "plan.json", (long_ago_s, long_ago_s))
    assert trainer.status("01RUN").state is RunState.FAILED
    trainer.start(plan)
    assert ended(trainer, "01RUN").state is RunState.DONE


def test_a_run_on_this_computer_keeps_what_unseen_pictures_were_answered(trainer, plan):
    trainer.start(plan)
    answers = Answers.unpack(ended(trainer, "01RUN").answers.read_bytes())
    assert answers.sha256 == [image.sha256 for image in plan.train]


def test_what_goes_wrong_in_the_child_is_told_in_words(trainer, plan, features):
    (features / "features.sqlite").mkdir()
    trainer.start(plan)
    status = ended(trainer, "01RUN")
    assert status.state is RunState.FAILED
    assert "features.sqlite" in status.message


def test_what_nobody_expected_leaves_its_trace_in_the_log(trainer, plan):
    folder = RunFolder(trainer._runs / "01RUN")
    folder.begin(plan)
    folder.bundle.mkdir()
    (folder.bundle / "in the way").touch()
    trainer.start(plan)
    status = ended(trainer, "01RUN")
    assert status.state is RunState.FAILED
    assert "the log says more" in status.message
    assert any("Traceback" in line for line in trainer.logs("01RUN"))


def test_a_child_that_cannot_begin_is_told_to_the_one_who_started_it(trainer, plan):
    folder = RunFolder(trainer._runs / "01RUN")
    folder.begin(plan)
    (folder.path / "lock").mkdir()
    with pytest.raises(AppError, match="could not begin"):
        trainer.start(plan)
