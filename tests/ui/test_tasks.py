"""Long work runs off the window's thread, in order, and can be stopped."""

import threading

import pytest

from desktop.core.errors import AppError, OfflineError
from desktop.core.progress import Step
from desktop.ui.tasks import Tasks


class Opened:
    """What a lane opens for itself."""

    def __init__(self):
        self.thread = threading.current_thread()
        self.closed_by = None

    def close(self):
        self.closed_by = threading.current_thread()


@pytest.fixture
def opened():
    return []


@pytest.fixture
def troubles():
    return []


@pytest.fixture
def tasks(qapp, opened, troubles):
    def open_one():
        opened.append(Opened())
        return opened[-1]

    made = Tasks(open_one, troubles.append)
    yield made
    made.close()


def test_work_runs_on_its_lanes_thread_and_its_result_arrives_on_the_windows(qtbot, tasks, opened):
    got = []
    tasks.run("a", "adding", lambda plant, _p, _c: plant.thread, lambda thread: got.append((thread, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(opened[0].thread, threading.main_thread())]
    assert opened[0].thread is not threading.main_thread()


def test_a_lane_works_in_order_on_one_plant_and_closes_it(qtbot, tasks, opened):
    got = []
    for number in range(20):
        tasks.run("a", "counting", lambda _plant, _p, _c, n=number: n, got.append)
    qtbot.waitUntil(lambda: len(got) == 20)
    tasks.close()
    assert got == list(range(20))
    assert [one.closed_by for one in opened] == [opened[0].thread]


def test_progress_is_told_and_what_runs_is_listed(qtbot, tasks):
    steps, go_on = [], threading.Event()

    def work(_plant, progress, _cancel):
        progress(Step("Working", 1, 2, "things"))
        go_on.wait(10)

    task = tasks.run("a", "working", work, lambda _none: None)
    task.stepped.connect(steps.append)
    qtbot.waitUntil(lambda: task.step is not None)
    assert tasks.running() == [task]
    with qtbot.waitSignal(task.ended):
        go_on.set()
    assert tasks.running() == []
    assert task.step == Step("Working", 1, 2, "things")


def test_a_stop_reaches_the_work_and_nobody_is_told_of_an_error(qtbot, tasks, troubles):
    def work(_plant, _progress, cancel):
        cancel.wait(10)
        cancel.check()

    task = tasks.run("a", "waiting", work, lambda _none: troubles.append("done"))
    with qtbot.waitSignal(task.ended):
        task.cancel()
    assert troubles == []


def test_what_was_stopped_before_it_began_never_begins(qtbot, tasks):
    go_on, begun = threading.Event(), []
    tasks.run("a", "first", lambda _plant, _p, _c: go_on.wait(10), lambda _none: None)
    task = tasks.run("a", "second", lambda _plant, _p, _c: begun.append(1), lambda _none: None)
    task.cancel()
    with qtbot.waitSignal(task.ended):
        go_on.set()
    assert begun == []


def test_an_error_goes_to_who_asked_else_to_the_window(qtbot, tasks, troubles):
    def fail(_plant, _progress, _cancel):
        raise OfflineError("away")

    mine: list[AppError] = []
    tasks.run("a", "failing", fail, lambda _none: None, mine.append)
    tasks.run("a", "failing", fail, lambda _none: None)
    qtbot.waitUntil(lambda: bool(troubles))
    assert [error.title for error in (*mine, *troubles)] == ["away", "away"]


def test_a_bug_reaches_the_crash_dialog_and_who_asked(qtbot, tasks, troubles):
    def fail(_plant, _progress, _cancel):
        raise ZeroDivisionError

    with qtbot.capture_exceptions() as caught:
        task = tasks.run("a", "failing", fail, lambda _none: None)
        qtbot.waitSignal(task.ended).wait()
    assert [kind for kind, _error, _trace in caught] == [ZeroDivisionError]
    assert "failing" in troubles[0].title, "who waits for an end is told that there is one"


def test_lanes_run_side_by_side(qtbot, tasks):
    met, got = threading.Barrier(2), []
    for lane in ("a", "b"):
        tasks.run(lane, "meeting", lambda _plant, _p, _c: met.wait(10), got.append)
    qtbot.waitUntil(lambda: len(got) == 2)
    assert sorted(got) == [0, 1]


def test_a_hundred_thousand_small_steps_are_a_few_news(qtbot, tasks):
    told, go_on = [], threading.Event()

    def work(_plant, progress, _cancel):
        go_on.wait(10)
        for number in range(100_001):
            progress(Step("Counting", number, 100_000))

    task = tasks.run("a", "counting", work, lambda _none: None)
    task.stepped.connect(told.append)
    with qtbot.waitSignal(task.ended, timeout=20_000):
        go_on.set()
    assert 2 <= len(told) <= 200
    assert (told[0].done, told[-1].done) == (0, 100_000)


def test_what_work_gave_is_let_go_on_the_windows_thread(qtbot, tasks):
    class Thing:
        def __del__(self):
            gone.append(threading.current_thread())

    gone = []
    task = tasks.run("a", "making", lambda _plant, _p, _c: Thing(), lambda thing: None)
    with qtbot.waitSignal(task.ended):
        pass
    qtbot.waitUntil(lambda: bool(gone))
    assert gone == [threading.main_thread()]


def test_nothing_is_told_and_nothing_begins_after_the_close(qtbot, tasks, troubles):
    go_on, got = threading.Event(), []
    tasks.run("a", "waiting", lambda _plant, _p, _c: go_on.wait(0.05), got.append)
    tasks.close()
    late = tasks.run("b", "late", lambda _plant, _p, _c: got.append("late"), got.append)
    qtbot.wait(50)
    assert late.over
    assert (got, troubles, tasks.running()) == ([], [], [])


def test_a_lane_that_hangs_does_not_keep_the_window_open(qtbot, tasks):
    go_on = threading.Event()
    tasks.run("a", "hanging", lambda _plant, _p, _c: go_on.wait(30), lambda _none: None)
    tasks.close(patience_s=0.1)
    go_on.set()
