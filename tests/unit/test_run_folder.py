"""A run's folder: what one process writes, any other reads whole."""

import pytest

from desktop.core.errors import Cancelled, ConfigError, NotFoundError, StorageFullError
from desktop.core.ports import RunState, RunStatus, TrainingImage, TrainingPlan
from desktop.core.run_folder import RunFolder, StopFile

PLAN = TrainingPlan(
    "run", "dataset", ("a", "b"), (TrainingImage("/x.jpg", "ab" * 32, "a", "burst"),), parent="p", seed=3, created_ms=5
)


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "runs" / "run")


def test_a_plan_comes_out_as_it_went_in_and_the_first_one_stays(folder):
    folder.begin(PLAN)
    folder.begin(TrainingPlan("run", "another", ("a", "b"), ()))
    assert folder.plan() == PLAN


def test_without_a_plan_there_is_no_run(folder):
    assert folder.planned_s is None
    assert folder.status() is None
    assert folder.lines() == []
    with pytest.raises(NotFoundError):
        folder.plan()


@pytest.mark.parametrize("data", [b"", b"{}", b'{"schema": 1}', b"\x00\xff"])
def test_a_damaged_plan_is_told_in_words(folder, data):
    folder.begin(PLAN)
    (folder.path / "plan.json").write_bytes(data)
    with pytest.raises(ConfigError, match="plan of run run is damaged"):
        folder.plan()


@pytest.mark.parametrize(
    "status",
    [
        RunStatus("run", RunState.STARTING, "Starting"),
        RunStatus("run", RunState.RUNNING, "Looking", 5, 9),
        RunStatus("run", RunState.FAILED, "Looking", message="no pictures"),
    ],
)
def test_a_status_comes_out_as_it_went_in(folder, status):
    folder.begin(PLAN)
    folder.report(RunStatus("run", RunState.STARTING))
    folder.report(status)
    assert folder.status() == status
    assert not list(folder.path.glob("*.tmp"))


def test_a_finished_run_has_a_bundle_and_figures(folder):
    folder.begin(PLAN)
    summary = {"seconds": 1.5, "n": 3, "features": "feat", "accuracy": None, "seconds_by_step": {"head": 0.1}}
    folder.report(RunStatus("run", RunState.DONE, summary=summary))
    found = folder.status()
    assert (found.bundle, found.summary) == (folder.bundle, summary)


@pytest.mark.parametrize("data", [b"", b"{}", b'{"schema": 1, "state": "dancing"}'])
def test_a_damaged_status_counts_as_a_failure(folder, data):
    folder.begin(PLAN)
    (folder.path / "status.json").write_bytes(data)
    assert folder.status().state is RunState.FAILED


def test_a_line_is_told_when_it_is_finished(folder):
    folder.begin(PLAN)
    folder.log.write_text("one\ntwo\nthr")
    assert folder.lines() == ["one", "two"]
    with folder.log.open("a") as log:
        log.write("ee\n")
    assert folder.lines(2) == ["three"]
    assert folder.lines(9) == []


def test_a_word_left_in_the_folder_stops_the_work(folder):
    folder.begin(PLAN)
    token = StopFile(folder)
    token.check()
    folder.ask_to_stop()
    with pytest.raises(Cancelled):
        token.check()


def test_a_word_that_cannot_be_written_leaves_no_file_behind(folder):
    (folder.path / "status.json").mkdir(parents=True)
    with pytest.raises(StorageFullError, match="irectory"):
        folder.report(RunStatus("run", RunState.RUNNING))
    assert [path.name for path in folder.path.iterdir()] == ["status.json"]
