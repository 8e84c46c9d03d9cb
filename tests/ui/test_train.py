"""The train station: what would be trained, a run from its beginning to its figures, and the whole loop by one button."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop.app import now_ms
from desktop.core.circle import Going, Leg
from desktop.core.circle import begin as begin_circle
from desktop.core.evaluation import Answers, Labelled, evaluate
from desktop.core.ports import RunState, RunStatus
from desktop.core.progress import CancelToken, Step, silent
from desktop.core.refusal import Refusal, refuse
from desktop.core.release import Deployment, Stage
from desktop.core.training import Run
from desktop.ui.train.circle_strip import legs_of
from desktop.ui.train.facts import ROLLING, SERVICE, PastRun, fates_of
from desktop.ui.train.station import TrainStation
from desktop.ui.train.words import (
    DONE,
    FAILED,
    RUNS,
    STOPPED,
    WAITS,
    curve_of,
    figures_of,
    local_line,
    run_chip,
    share_of,
    steps_of,
)
from desktop.ui.words import spell
from edge.contract.records import dump
from tests.ui.place import Place

WAIT_MS = 20_000


@pytest.fixture
def place(folder, qtbot):
    place = Place(folder)
    yield place
    place.close()


@pytest.fixture
def stations(place, qtbot):
    """Give what makes train stations as windows do, one after the other."""

    def make() -> TrainStation:
        station = TrainStation(place.workplace)
        qtbot.addWidget(station)
        station.resize(1286, 840)
        station.show()
        place.commands.places = station.places()
        station.entered()
        qtbot.waitUntil(lambda: station.list.isVisible() and not place.workplace.tasks.running(), timeout=WAIT_MS)
        return station

    return make


@pytest.fixture
def station(stations):
    return stations()


def begin(place, station, qtbot) -> str:
    """Press T and wait until the run is followed."""
    assert place.commands.trigger("train")
    qtbot.waitUntil(lambda: station.watch.news is not None and len(station.list.runs.rows) > 0, timeout=WAIT_MS)
    return station.watch.news.run.id


def finish(place, station, run, qtbot) -> None:
    """Let a run end well, and wait until it was measured and is listed."""
    place.trainer.says(
        run, RunState.DONE, "done", bundle=place.bundle(run), summary={"seconds": 2.0, "cv_accuracy": 0.9, "curve": {"01": 0.9}}
    )
    qtbot.waitUntil(lambda: bool(station.list.runs.rows) and station.list.runs.rows[0].measured, timeout=WAIT_MS)


def test_what_will_be_trained_is_counted_by_class(station):
    words = station.dataset.shares.accessibleDescription()
    assert words == "beer-mug 3 (+3); soda-can 3 (+3)"
    assert station.dataset.new.text() == "6"
    assert "6 to train, 0 to test" in station.dataset.caption.text()
    assert station.dataset.start.isEnabled()


def test_a_class_without_pictures_is_named_and_nothing_can_begin(place, stations):
    for listed in list(place.plant.store.list("labeled_field_data/soda-can/")):
        place.plant.store.delete(listed.key, match=listed.etag)
    place.sync()
    station = stations()
    assert "soda-can" in station.dataset.problem.text()
    assert not station.dataset.problem.isHidden()
    assert not station.dataset.start.isEnabled()
    assert not place.commands.trigger("train")


def test_a_run_is_followed_to_its_figures(place, station, qtbot):
    badges = []
    station.badge.connect(badges.append)
    run = begin(place, station, qtbot)
    assert not place.commands.possible("train"), "one at a time"
    place.trainer.says(run, RunState.RUNNING, "half of it", step="Looking", done=3, total=6, summary={"stage": "pictures"})
    qtbot.waitUntil(lambda: any(step.caption == "3 of 6" for step in station.card.steps.steps), timeout=WAIT_MS)
    assert "half of it" in station.card.log.toPlainText()
    assert not station.card.stop.isHidden()
    qtbot.waitUntil(lambda: any(badge.progress for badge in badges), timeout=WAIT_MS)
    finish(place, station, run, qtbot)
    assert [step.state for step in station.card.steps.steps] == [DONE] * 5
    assert station.card.stop.isHidden()
    assert place.notes
    assert badges[-1].progress is None
    assert station.dataset.new.text() == "0"
    assert place.commands.possible("train")


def test_a_run_is_stopped(place, station, qtbot):
    run = begin(place, station, qtbot)
    assert place.commands.trigger("stop-run")
    qtbot.waitUntil(lambda: station.list.runs.rows[0].run.state == RunState.CANCELLED, timeout=WAIT_MS)
    assert place.trainer.now[run].state is RunState.CANCELLED
    assert station.card.chip.accessibleName() == "stopped"
    assert place.messages.said == [], "who said stop knows it"


def test_a_run_that_fails_says_why(place, station, qtbot):
    run = begin(place, station, qtbot)
    place.trainer.says(run, RunState.FAILED, message="The disk is full.")
    qtbot.waitUntil(lambda: station.list.runs.rows[0].run.state == RunState.FAILED, timeout=WAIT_MS)
    assert station.card.reason.text() == "The disk is full."
    assert any("The disk is full." in said for said in place.messages.said)


def test_a_later_window_finds_the_run_and_measures_its_model(place, station, qtbot):
    run = begin(place, station, qtbot)
    place.workplace.tasks.close()  # the window closes
    assert place.trainer.now[run].state is RunState.STARTING, "the run goes on"
    place.workplace.tasks = type(place.workplace.tasks)(place.open, place.messages.show_error)
    later = TrainStation(place.workplace)
    qtbot.addWidget(later)
    qtbot.waitUntil(lambda: later.watch.news is not None, timeout=WAIT_MS)
    finish(place, later, run, qtbot)


def test_a_model_that_no_window_measured_is_measured_by_the_next(place, qtbot, stations):
    first = place.open()
    run, _dataset = first.retraining.begin("ada", silent, CancelToken())
    place.trainer.says(run.id, RunState.DONE, bundle=place.bundle(run.id))
    first.training.settle(run.id)
    first.close()
    later = stations()
    qtbot.waitUntil(lambda: later.list.runs.rows and later.list.runs.rows[0].measured, timeout=WAIT_MS)


def test_the_log_is_opened_and_closed_by_keys(place, station, qtbot):
    begin(place, station, qtbot)
    station.card.toggle_log()
    assert station.card.log_opened
    station.back()
    assert not station.card.log_opened
    station.card.stop_wanted.emit()
    qtbot.waitUntil(lambda: not station.watch.busy, timeout=WAIT_MS)


def test_arrows_choose_a_run(place, station, qtbot):
    for _time in range(2):
        run = begin(place, station, qtbot)
        finish(place, station, run, qtbot)
        qtbot.waitUntil(lambda: not station.watch.busy and place.commands.possible("train"), timeout=WAIT_MS)
    assert len(station.list.runs.rows) == 2
    station.list.select(station.list.runs.rows[0].run.id)
    qtbot.keyClick(station.list, Qt.Key.Key_Down)
    assert station.list.current == station.list.runs.rows[1].run.id
    assert station.list.runs.rows[1].run.by in station.card.told.text()


def test_the_whole_loop_stops_where_a_person_must_decide_and_goes_on_when_the_person_has(place, station, qtbot):
    assert place.commands.trigger("retrain")
    driver = station.driver
    qtbot.waitUntil(lambda: driver.circle.at == Leg.TRAIN and station.watch.news is not None, timeout=WAIT_MS)
    finish(place, station, driver.circle.run, qtbot)
    qtbot.waitUntil(lambda: driver.circle.going == Going.ASKS, timeout=WAIT_MS)
    assert place.went[-1] == "compare"
    assert not station.strip.decide.isHidden()
    place.site.come("pi-1")
    plant = place.open()
    model = plant.registry.find(driver.circle.model)
    verdict = plant.comparison.compare(model, "", silent, CancelToken())
    plant.release.deploy(model.id, "", "ada", verdict)
    place.workplace.fleet_changed.emit()
    qtbot.waitUntil(lambda: driver.circle.at == Leg.DEVICES, timeout=WAIT_MS)
    place.site.act("pi-1")
    qtbot.waitUntil(lambda: driver.circle.going == Going.DONE, timeout=WAIT_MS)
    plant.close()
    driver.dismiss()
    assert station.strip.isHidden()


def test_a_round_that_waits_for_a_decision_is_there_in_the_next_window(place, station, stations, qtbot):
    place.commands.trigger("retrain")
    driver = station.driver
    qtbot.waitUntil(lambda: driver.circle.at == Leg.TRAIN and station.watch.news is not None, timeout=WAIT_MS)
    finish(place, station, driver.circle.run, qtbot)
    qtbot.waitUntil(lambda: driver.circle.going == Going.ASKS, timeout=WAIT_MS)
    later = stations()
    assert later.driver.circle == driver.circle
    assert not later.strip.isHidden()


def test_a_refusal_ends_the_round_and_is_seen_in_the_list(place, station, qtbot):
    place.commands.trigger("retrain")
    driver = station.driver
    qtbot.waitUntil(lambda: driver.circle.at == Leg.TRAIN and station.watch.news is not None, timeout=WAIT_MS)
    finish(place, station, driver.circle.run, qtbot)
    qtbot.waitUntil(lambda: driver.circle.going == Going.ASKS, timeout=WAIT_MS)
    refuse(place.plant.store, Refusal(driver.circle.model, "ada", now_ms()))
    place.workplace.models_changed.emit()
    qtbot.waitUntil(lambda: driver.circle.going == Going.STOPPED, timeout=WAIT_MS)
    assert driver.circle.reason == "ada refused the model."
    qtbot.waitUntil(lambda: run_chip(station.list.runs.rows[0]).text == "refused", timeout=WAIT_MS)


def test_a_round_stopped_while_it_trains_stops_the_run_and_begins_anew_when_told_to_go_on(place, station, qtbot):
    place.commands.trigger("retrain")
    driver = station.driver
    qtbot.waitUntil(lambda: driver.circle.at == Leg.TRAIN and station.watch.news is not None, timeout=WAIT_MS)
    run = driver.circle.run
    driver.stop()
    qtbot.waitUntil(lambda: not station.watch.busy, timeout=WAIT_MS)
    assert place.trainer.now[run].state is RunState.CANCELLED
    assert driver.circle.going == Going.STOPPED
    driver.resume()
    qtbot.waitUntil(lambda: driver.circle.at == Leg.TRAIN and driver.circle.run != run, timeout=WAIT_MS)
    driver.stop()
    qtbot.waitUntil(lambda: not station.watch.busy, timeout=WAIT_MS)


def test_a_round_that_was_about_to_send_asks_in_the_next_window_and_sends_but_once(place, station, stations, qtbot):
    place.commands.trigger("retrain")
    driver = station.driver
    qtbot.waitUntil(lambda: driver.circle.at == Leg.TRAIN and station.watch.news is not None, timeout=WAIT_MS)
    finish(place, station, driver.circle.run, qtbot)
    qtbot.waitUntil(lambda: driver.circle.going == Going.ASKS, timeout=WAIT_MS)
    sending = replace(driver.circle, at=Leg.DEPLOY, going=Going.RUNNING)
    place.plant.catalog.set_fact("circle", dump(sending).decode())
    station.left()
    place.site.come("pi-1")
    later = stations()
    assert later.driver.circle.going == Going.STOPPED
    assert "closed meanwhile" in later.strip.why.text()
    assert not later.strip.go_on.isHidden()
    assert place.plant.release.deployments() == [], "not by itself"
    verdict = place.plant.comparison.compare(place.plant.registry.find(sending.model), "", silent, CancelToken())
    place.plant.release.deploy(sending.model, "", "ada", verdict)  # the earlier window, in its last moment
    later.strip.go_on.click()
    qtbot.waitUntil(lambda: later.driver.circle.at == Leg.DEVICES, timeout=WAIT_MS)
    (sent,) = place.plant.release.deployments()
    assert later.driver.circle.deployment == sent.id
    for window in (station, later):
        window.driver.stop()
    qtbot.waitUntil(lambda: not place.workplace.tasks.running(), timeout=WAIT_MS)


def test_a_step_is_told_by_itself_and_never_as_a_change_of_what_is_possible(place, station, qtbot):
    run = begin(place, station, qtbot)
    driver = station.driver
    driver.circle = begin_circle("mara", now_ms()).did(Leg.SYNC, now_ms()).did(Leg.FREEZE, now_ms(), run=run)
    changed, told, possible = [], [], []
    driver.changed.connect(lambda: changed.append(1))
    driver.stepped.connect(lambda: told.append(driver.step.done))
    place.commands.changed.connect(lambda: possible.append(1))
    station.watch.preparing.emit(Step("Looking", 1, 2))
    place.trainer.says(run, RunState.RUNNING, step="Looking", done=2, total=2, summary={"stage": "pictures"})
    qtbot.waitUntil(lambda: told[-1] == 2, timeout=WAIT_MS)
    assert (changed, possible) == ([], [])
    driver.circle = None
    assert place.commands.trigger("stop-run")
    qtbot.waitUntil(lambda: not station.watch.busy, timeout=WAIT_MS)
    assert possible, "a run may begin again"


def test_what_changes_while_the_runs_are_looked_at_is_looked_at_once_more(place, station, qtbot):
    qtbot.waitUntil(lambda: not place.workplace.tasks.running("train"), timeout=WAIT_MS)
    go = threading.Event()
    place.workplace.tasks.run("train", "busy", lambda _plant, _progress, _cancel: go.wait(20), lambda _done: None)
    shown = []
    station.list.runs.replace = shown.append
    for _wish in range(4):
        station.refresh()
    go.set()
    qtbot.waitUntil(lambda: not place.workplace.tasks.running("train"), timeout=WAIT_MS)
    assert len(shown) == 2


def test_news_bring_new_lines_only_and_the_log_is_whole(place, station, qtbot):
    news = []
    station.watch.told.connect(news.append)
    run = begin(place, station, qtbot)
    for number in range(3):
        place.trainer.says(run, RunState.RUNNING, f"line {number}")
        qtbot.waitUntil(lambda number=number: f"line {number}" in station.card.log.toPlainText(), timeout=WAIT_MS)
    written = [line.partition("  ")[2] for line in station.card.log.toPlainText().splitlines()]
    assert written == ["begun by process 1", "line 0", "line 1", "line 2"]
    assert sum(len(one.lines) for one in news) == 4
    place.commands.trigger("stop-run")
    qtbot.waitUntil(lambda: not station.watch.busy, timeout=WAIT_MS)


def past(state=RunState.DONE, **words) -> PastRun:
    return PastRun(
        Run("R1", "d", "mara", 1000, 40, state=state, model="ab12" if state == RunState.DONE else None, ended_ms=3000),
        here=True,
        **words,
    )


def measured():
    return evaluate(Labelled(("a", "b"), ("x", "y")), Answers(("x", "y"), __import__("numpy").array([[0.9, 0.1], [0.8, 0.2]])))


def test_steps_stand_as_the_run_says():
    status = RunStatus(
        "R1", RunState.RUNNING, "Training", 2, 10, summary={"stage": "head", "seconds_by_step": {"network": 0.5, "pictures": 1.5}}
    )
    steps = steps_of(past(RunState.STARTING), status)
    assert [step.state for step in steps] == [DONE, DONE, RUNS, WAITS, WAITS]
    assert (steps[1].caption, steps[2].caption, steps[2].share) == ("2 s", "2 of 10", 0.2)
    failed = RunStatus("R1", RunState.FAILED, summary={"stage": "pictures"})
    assert [step.state for step in steps_of(past(RunState.FAILED), failed)] == [DONE, FAILED, WAITS, WAITS, WAITS]
    stopped = RunStatus("R1", RunState.CANCELLED, summary={"stage": "network"})
    assert steps_of(past(RunState.CANCELLED), stopped)[1].state == STOPPED
    assert [step.state for step in steps_of(past(on_field=measured(), on_base=measured()), None)] == [DONE] * 5


def test_a_run_never_goes_back():
    shares = [
        share_of(RunStatus("R1", RunState.RUNNING, done=done, total=10, summary={"stage": stage}))
        for stage in ("network", "pictures", "head", "bundle")
        for done in (0, 5, 10)
    ]
    assert shares == sorted(shares)
    assert shares[-1] <= 1


def test_figures_are_what_is_known():
    assert [caption for _value, caption in figures_of(past(RunState.STARTING), None, None, None, 3)][:2] == [
        "speed",
        "time left, about",
    ]
    shown = figures_of(
        past(on_field=measured(), on_base=None, summary={"cv_accuracy": 0.91, "seconds": 2.0}), None, None, None, 0
    )
    assert shown == [("0.500", "of 2 field test pictures right"), ("0.910", "cross-validated"), ("2 s", "to train, free")]
    assert curve_of({"curve": {"02": 0.5, "01": 0.4}}) == [(1.0, 0.4), (2.0, 0.5)]


@pytest.mark.parametrize(
    ("seconds", "told"), [(None, "–"), (0.84, "0.8 s"), (6.0, "6 s"), (59.4, "59 s"), (312, "5 min 12 s"), (4000, "1 h 6 min")]
)
def test_durations_are_spelled(seconds, told):
    assert spell(seconds) == told


def test_a_line_of_the_log_loses_its_day():
    assert local_line("2026-11-25 00:13:18 begun by process 1").endswith("  begun by process 1")
    assert local_line("Traceback") == "Traceback"


def test_chips_say_what_became_of_a_run():
    assert run_chip(past(RunState.CANCELLED)).text == "stopped"
    assert run_chip(past(fate=SERVICE)).text == "in service"
    assert run_chip(past(fate=ROLLING)).text == "rolling out"
    assert run_chip(past()).text == ""
    assert run_chip(past(RunState.STARTING), RunStatus("R1", RunState.RUNNING, summary={"stage": "head"})).text == "75 %"


def test_what_devices_run_is_in_service():
    sent = [
        Deployment("1", "old", "", "a", 1, "first", Stage.COMPLETED),
        Deployment("2", "mid", "", "a", 2, "pass", Stage.FAILED),
        Deployment("3", "new", "", "a", 3, "pass", Stage.ROLLING),
    ]
    assert fates_of(sent) == {"new": ROLLING, "old": SERVICE}


def test_the_decision_is_a_step_only_where_one_must_be_taken():
    assert len(legs_of(begin_circle("mara", 0), None)) == 7
