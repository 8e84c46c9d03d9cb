"""The fleet station: devices by their own word, the deployment on its way, and one way back."""

import threading

import pytest
from PySide6.QtCore import Qt

from desktop.app import now_ms
from desktop.core.ports import ABSENT, Device
from desktop.core.progress import CancelToken, silent
from desktop.core.release import ROLLBACK, Deployment
from desktop.core.verdict import Ruling
from desktop.ui.fleet.facts import Album, Listener, age, progress_of, title_of
from desktop.ui.fleet.station import FleetStation
from edge.contract.fleet import DayStats
from edge.contract.keys import RAW, stats_key
from edge.contract.records import dump
from tests.bundles import picture
from tests.ui.place import Place

WAIT_MS = 20_000
M1, M2 = "1" * 64, "2" * 64


@pytest.fixture
def place(folder, qtbot):
    place = Place(folder)
    yield place
    place.close()


@pytest.fixture
def station(place, qtbot):
    station = FleetStation(place.workplace)
    qtbot.addWidget(station)
    station.resize(1286, 840)
    station.show()
    place.commands.places = station.places()
    station.entered()
    look(station, qtbot)
    yield station
    station.close_station()


def look(station, qtbot):
    """Hear the devices once more."""
    place = station._place
    qtbot.waitUntil(lambda: not place.tasks.running(), timeout=WAIT_MS)
    station.refresh()
    qtbot.waitUntil(lambda: not place.tasks.running(), timeout=WAIT_MS)


def send(place, model, *devices):
    """Deploy a model to all, and let some devices take it."""

    class Passed:
        verdict, reasons, accuracy_new = Ruling.PASS, (), 0.9

    place.plant.release.deploy(model, "", "mara", Passed())
    for device in devices:
        place.site.act(device)
    place.plant.release.refresh()


def states(station):
    return {row.device.device: row.accessibleName().split(": ")[1].split(",")[0] for row in station.table.rows}


def test_without_devices_it_says_how_to_start_one(station):
    assert not station.empty.isHidden()
    assert station.table.rows == []
    assert station.rollout.title.text() == "No model was sent yet"


def test_devices_appear_with_what_they_say(place, station, qtbot):
    badges = []
    station.badge.connect(badges.append)
    place.site.come("pi-1", "pi-2", "pi-3")
    send(place, M1, "pi-1", "pi-2", "pi-3")
    send(place, M2, "pi-1")
    place.site.refuse("pi-2", "Golden pictures: 9 of 12 right, needs 11.")
    look(station, qtbot)
    assert states(station) == {"pi-1": "up to date", "pi-2": "refused", "pi-3": "on its way"}
    assert station.rollout.title.text() == "m-2222 replaces m-1111"
    assert station.rollout.stage.accessibleName() == "All at once: 1 of 3 run it · 1 refused or went back · 1 on its way"
    assert badges[-1].text == "3/3"
    assert "3 of 3 online" in station.counts.text()
    assert "1 on m-2222" in station.counts.text()
    row = station.table.rows[1]
    assert row.reason.text() == "Golden pictures: 9 of 12 right, needs 11. It kept m-1111 and is answering."
    assert not row.reason.isHidden()


def test_the_end_of_a_deployment_is_told_once(place, station, qtbot):
    place.site.come("pi-1")
    send(place, M1)
    look(station, qtbot)
    assert station.rollout.chip.accessibleName() == "rolling out"
    place.site.act("pi-1")
    look(station, qtbot)
    look(station, qtbot)
    assert station.rollout.chip.accessibleName() == "completed"
    assert len(place.notes) == 1


def test_arrows_choose_a_device_and_enter_opens_its_pictures(place, station, qtbot):
    place.site.come("pi-1", "pi-2")
    for number in range(3):
        name = f"{1_795_000_000_000 + number * 100_000}_soda-can_0.6{number}_pi-2_{number:012x}.jpg"
        place.plant.store.put(RAW + name, picture(seed=number), match=ABSENT)
    place.sync()
    look(station, qtbot)
    assert station.table.current == "pi-1"
    qtbot.keyClick(station.table, Qt.Key.Key_Down)
    assert station.table.current == "pi-2"
    assert station.panel.title.text() == "pi-2"
    qtbot.waitUntil(lambda: "soda-can 0.62" in station.panel.pictures.accessibleName(), timeout=WAIT_MS)
    qtbot.keyClick(station.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(place.queues), timeout=WAIT_MS)
    queue = place.queues[0]
    assert (queue.title, queue.back, len(queue.names)) == ("pi-2", "fleet", 3)
    assert queue.names[0].startswith("1795000200000")


def test_a_device_without_pictures_opens_nothing(place, station, qtbot):
    place.site.come("pi-1")
    look(station, qtbot)
    qtbot.keyClick(station.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(place.messages.said), timeout=WAIT_MS)
    assert place.queues == []


def test_going_back_asks_once_and_enter_says_yes(place, station, qtbot):
    place.site.come("pi-1")
    send(place, M1, "pi-1")
    look(station, qtbot)
    assert not place.commands.possible("go-back"), "there is nothing before the first"
    send(place, M2, "pi-1")
    look(station, qtbot)
    assert place.commands.trigger("go-back")
    assert "go back to m-1111" in station.rollout.question.words.text()
    assert place.plant.release.deployments()[-1].model == M2, "not before the answer"
    qtbot.keyClick(station.rollout.question.yes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: place.plant.release.deployments()[-1].model == M1, timeout=WAIT_MS)
    assert place.plant.release.deployments()[-1].verdict == ROLLBACK
    look(station, qtbot)
    assert station.rollout.title.text() == "Back to m-1111"


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, None])
def test_escape_takes_the_question_back(place, station, qtbot, key):
    place.site.come("pi-1")
    send(place, M1, "pi-1")
    send(place, M2, "pi-1")
    look(station, qtbot)
    place.commands.trigger("go-back")
    assert station.rollout.asking
    if key is None:
        station.back()  # what the window does with the key
    else:
        qtbot.keyClick(station.rollout.question.yes, key)
    assert not station.rollout.asking
    assert place.plant.release.deployments()[-1].model == M2


def test_what_a_device_counts_is_shown_by_day(place, station, qtbot):
    place.site.come("pi-1")
    for day, share in (("2026-11-24", 8), ("2026-11-25", 9)):
        bins = tuple(10 if number == share else 0 for number in range(10))
        stats = DayStats("pi-1", day, 10, confidence=bins)
        place.plant.store.put(stats_key("pi-1", day), dump(stats), match=ABSENT)
    look(station, qtbot)
    assert station.panel.spark_range.text() == "0.85 – 0.95"


def test_days_that_are_over_are_read_once(place):
    place.site.come("pi-1")
    reads = []
    store = place.plant.store
    for day in range(10, 20):
        stats = DayStats("pi-1", f"2026-11-{day}", day)
        store.put(stats_key("pi-1", stats.day), dump(stats), match=ABSENT)
    fleet = place.plant.fleet

    class Counting:
        def days(self, device, count):
            reads.append(count)
            return fleet.days(device, count)

        def devices(self, target=""):
            return fleet.devices(target)

    place.plant.__dict__["fleet"] = Counting()
    listener = Listener()
    listener.look_at(place.plant, silent, CancelToken())
    late = DayStats("pi-1", "2026-11-20", 7)
    store.put(stats_key("pi-1", late.day), dump(late), match=ABSENT)
    grown = DayStats("pi-1", "2026-11-19", 100)
    store.put(stats_key("pi-1", grown.day), dump(grown), match=store.get(stats_key("pi-1", grown.day)).listed.etag)
    days = listener.look_at(place.plant, silent, CancelToken()).days["pi-1"]
    assert reads == [14, 2]
    assert [one.answers for one in days] == [*range(10, 19), 100, 7]


def test_pictures_are_looked_for_in_front_only_and_for_the_last_wish_only(place, station, qtbot):
    place.site.come("pi-1", "pi-2", "pi-3")
    look(station, qtbot)
    go, asked, given = threading.Event(), [], []
    tasks = place.workplace.tasks
    tasks.run("device", "busy", lambda _plant, _progress, _cancel: go.wait(20), lambda _done: None)
    station.panel.show_pictures = lambda found: given.append(found.device)
    tasks.changed.connect(lambda: asked.append(len(tasks.running("device"))))
    for _press in range(2):
        qtbot.keyClick(station.table, Qt.Key.Key_Down)
    go.set()
    qtbot.waitUntil(lambda: not tasks.running("device"), timeout=WAIT_MS)
    assert given == ["pi-3"]
    station.left()
    asked.clear()
    place.workplace.synced.emit()
    assert asked == []


def test_pictures_that_came_since_are_found_after_a_sync(place):
    album = Album()
    assert album.pictures_of(place.plant, "pi-1").total == 0
    name = f"1795000000000_soda-can_0.60_pi-1_{1:012x}.jpg"
    place.plant.store.put(RAW + name, picture(seed=1), match=ABSENT)
    place.sync()
    album.forget()
    assert album.pictures_of(place.plant, "pi-1").to_sort == (name,)


def test_words_carry_their_age():
    now = now_ms()
    told = [age(None if seconds is None else now - 1000 * seconds, now) for seconds in (None, 3, 42, 120, 11_520, 200_000)]
    assert told == ["never", "just now", "as of 42 s", "as of 2 min", "as of 3 h 12 min", "as of 2 days"]


def test_a_deployment_says_what_it_does():
    one = Deployment("1", M2, "", "mara", 1, "pass", previous=M1)
    assert title_of(one) == "m-2222 replaces m-1111"
    assert title_of(Deployment("1", M2, "", "mara", 1, "first")) == "m-2222, the first model"
    assert title_of(Deployment("1", M2, "", "mara", 1, ROLLBACK, previous=M1)) == "Back to m-2222"
    assert title_of(Deployment("1", M2, "", "mara", 1, "pass", previous=M2)) == "m-2222 once more"
    device = Device("pi", M2, M2, "running", 1, revision=1, desired_revision=1)
    assert progress_of(one, (device,)) == "1 of 1 run it"
