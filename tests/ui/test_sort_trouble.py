"""The sort station while its surroundings fail: the bucket out of reach, the journal broken, deliveries refused."""

import json
import sqlite3
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop.ui.courier import Courier
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.sort.station import SortStation
from tests.ui.plants import Bench, field_picture

K = Qt.Key
CANS = [field_picture(number, "soda-can", 0.3 + number / 100) for number in range(4)]


@pytest.fixture
def bench(qtbot, folder):
    one = Bench(qtbot, folder, CANS)
    yield one
    one.close()


@pytest.fixture
def away(folder):
    """The folder that the bucket lies in, and where it goes for a while."""
    return folder / "bucket", folder / "away"


def loaded(bench):
    bench.qtbot.waitUntil(lambda: bench.station.session is not None, timeout=10_000)


def test_a_bucket_out_of_reach_is_sorted_from_what_is_known_and_looked_through_once_it_is_back(bench, away):
    bucket, aside = away
    bucket.rename(aside)
    bench.show(SortStation(bench.place, delivers=False))
    loaded(bench)
    bench.press(K.Key_4)
    assert len(bench.plant.journal.recent(5)) == 1
    bench.qtbot.waitUntil(lambda: len(bench.messages.said) == 1, timeout=10_000)  # of the look through it, once
    aside.rename(bucket)
    bench.send(bench.plant, *field_picture(9, "clutter", 0.5))
    bench.press(K.Key_F5)
    bench.qtbot.waitUntil(lambda: bench.station.session.figures().left == len(CANS), timeout=20_000)


def test_a_queue_that_cannot_be_loaded_says_why_and_is_loaded_by_trying_again(bench, away):
    bucket, aside = away
    bench.show(SortStation(bench.place, delivers=False))
    loaded(bench)
    bench.qtbot.waitUntil(lambda: not bench.tasks.running(), timeout=20_000)
    bucket.rename(aside)
    bench.press(K.Key_G)
    bench.station.show_queue(Queue(Source.DOUBTS))
    done = bench.station.front.table.done
    bench.qtbot.waitUntil(lambda: bench.station.front.trouble is not None, timeout=10_000)
    assert done.isVisible()  # and not the loupe
    assert done.words == (bench.station.front.trouble.title, bench.station.front.trouble.hint)
    (again,) = [one for one in done.findChildren(QPushButton) if one.isVisible()]
    again.click()
    bench.qtbot.waitUntil(lambda: not bench.tasks.running() and bench.station.front.trouble is not None, timeout=10_000)
    aside.rename(bucket)
    again.click()
    loaded(bench)
    assert bench.station.front.trouble is None


def test_a_first_queue_that_cannot_be_loaded_leaves_a_window_that_goes_on_by_itself(bench, away):
    bucket, aside = away
    bucket.rename(aside)
    bucket.mkdir()  # an empty disk: lanes cannot even open it
    station = SortStation(bench.place, delivers=False)
    with bench.qtbot.waitSignal(station.ready, timeout=10_000):
        bench.show(station)
    assert station.front.trouble is not None
    bench.qtbot.waitUntil(station.feed._sync.isActive, timeout=10_000)
    bucket.rmdir()
    aside.rename(bucket)
    bench.qtbot.waitUntil(lambda: not bench.tasks.running(), timeout=10_000)
    station.feed.sync()
    loaded(bench)
    bench.qtbot.waitUntil(lambda: station.feed._lookout is not None, timeout=10_000)


def test_a_journal_that_fails_is_told_once_and_looked_at_less_often(bench):
    bench.show(SortStation(bench.place, delivers=False))
    loaded(bench)
    feed = bench.station.feed
    bench.qtbot.waitUntil(lambda: feed._lookout is not None and not bench.tasks.running(), timeout=20_000)
    quick = feed._look.interval()
    (path,) = (bench.home / "buckets").glob("*/journal.sqlite")
    db = sqlite3.connect(path)
    db.execute("ALTER TABLE decision RENAME TO elsewhere")
    bench.messages.said.clear()
    feed.look()
    feed.look()
    bench.station.front.show_history()
    bench.station.front.show_history()
    assert len(bench.messages.said) == 2  # one of each
    assert feed._look.interval() > quick
    bench.press(K.Key_Q)
    db.execute("ALTER TABLE elsewhere RENAME TO decision")
    db.close()
    feed.look()
    assert feed._look.interval() == quick


def test_why_decisions_wait_is_told_and_that_they_no_longer_do(bench, qtbot):
    lines = [{"trouble": "Gone.", "hint": "Wait."}, {"trouble": "Gone.", "hint": "Wait."}, {"done": 0}, {"trouble": None}]
    said = "\n".join(["no line of ours", *map(json.dumps, lines)])
    script = f"print({said!r}, flush=True); import sys; sys.stdin.read()"
    courier = Courier([sys.executable, "-c", script])
    told = []
    courier.troubled.connect(lambda title, hint: told.append((title, hint)))
    courier.sound.connect(lambda: told.append(None))
    courier.start()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=10_000)
    courier.close()
    assert told == [("Gone.", "Wait."), None]


def test_the_delivering_process_tells_the_window_that_the_bucket_is_gone(bench, away):
    bucket, aside = away
    bench.show(SortStation(bench.place))
    loaded(bench)
    courier = bench.station.courier
    bench.qtbot.waitUntil(lambda: bench.station.feed._lookout is not None and not bench.tasks.running(), timeout=20_000)
    bench.press(K.Key_4)
    bench.qtbot.waitUntil(lambda: bench.place.delivery.done == 1, timeout=30_000)
    bucket.rename(aside)
    with bench.qtbot.waitSignal(courier.troubled, timeout=20_000):
        bench.press(K.Key_4)
    assert "Decisions are not being delivered." in bench.messages.said[-1]
    with bench.qtbot.waitSignal(courier.sound, timeout=40_000):
        aside.rename(bucket)
