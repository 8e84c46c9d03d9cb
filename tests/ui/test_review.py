"""Reviewing in the window: labelled, doubtful and discarded pictures, what is told of them, and the keys that mend them."""

import hashlib
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from desktop.core.answers import gather
from desktop.core.catalog import Known, Label
from desktop.core.journal import Choice, Kind
from desktop.core.marks import OPEN, Mark, Status
from desktop.core.pages import Order
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, silent
from desktop.core.review import ReviewFilter
from desktop.core.training import Run
from desktop.ui.review import words
from desktop.ui.sort.filter_words import start_ms
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.sort.station import SortStation
from edge.contract.keys import RUNS, Area, blob_key, key_of
from edge.contract.names import Side
from edge.contract.records import dump
from tests.ui.plants import Bench, field_picture

K = Qt.Key
CLASSES = ("beer-mug", "clutter", "coffee-mug", "soda-can", "wine-bottle")
SHOWN = {cls: cls for cls in CLASSES}
TODAY = date(2026, 11, 25)
CANS = [field_picture(number, "soda-can", 0.3 + number / 100) for number in range(6)]
TESTED = [field_picture(200 + number, "wine-bottle", 0.9, Side.TEST) for number in range(2)]


@pytest.fixture
def bench(qtbot, folder):
    made = []

    def make(pictures=(*CANS, *TESTED)):
        one = Bench(qtbot, folder, pictures)
        made.append(one)
        one.plant.pictures.fetch_all(one.plant.catalog.images(Area.RAW), silent, CancelToken())
        one.show(SortStation(one.place, delivers=False))
        loaded(one)
        return one

    yield make
    for one in made:
        one.close()


def loaded(bench):
    """Wait until the queue that was asked for is in hand, and nothing is read any more."""
    tasks = bench.place.tasks
    bench.qtbot.waitUntil(
        lambda: bench.station.session is not None and not tasks.running("look") and not tasks.running("history"), timeout=10_000
    )


def label(bench, name, cls, *, who="ada", blind=False, model=None):
    """Label a picture as somebody did earlier, and deliver it."""
    image = bench.plant.catalog.image(name)
    target = key_of(Area.LABELED, name, cls)
    choice = Choice(name, image.key, image.etag, target, blind, cls if model else None, model)
    bench.plant.journal.record(Kind.LABEL, who, [choice])
    bench.plant.deliver(silent, CancelToken())


def shown(bench, queue):
    """Lay a queue before the reviewer."""
    bench.station.show_queue(queue)
    loaded(bench)
    return bench.station.session


def names(session):
    return [tile.images[0].name for tile in session.tiles] if session.page is not None else []


def journal(bench):
    return bench.plant.journal.recent(1)[0]


def test_labels_come_newest_first_and_are_ordered_anew_by_their_key(bench):
    one = bench()
    for (name, _body), cls in zip(CANS[:3], ("soda-can", "clutter", "soda-can"), strict=True):
        label(one, name, cls)
    session = shown(one, Queue(Source.LABELLED))
    assert names(session) == [CANS[2][0], CANS[1][0], CANS[0][0]]
    header = one.station.front.table.header
    assert header.segments.current == Order.GIVEN
    one.press(K.Key_R)
    loaded(one)
    assert (one.station.session.order, header.segments.current) == (Order.CLASS, Order.CLASS)
    assert {tile.images[0].cls for tile in one.station.session.tiles} == {one.station.session.page.cls}


def test_what_is_decided_and_not_delivered_is_under_review_too(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    image = one.plant.catalog.image(CANS[1][0])
    choice = Choice(image.name, image.key, image.etag, key_of(Area.LABELED, image.name, "clutter"))
    one.plant.journal.record(Kind.LABEL, "ben", [choice])
    session = shown(one, Queue(Source.LABELLED))
    assert names(session) == [CANS[1][0], CANS[0][0]]
    one.press(K.Key_5)
    assert (journal(one).choice.source, journal(one).choice.target) == (
        key_of(Area.LABELED, image.name, "clutter"), key_of(Area.LABELED, image.name, "wine-bottle")
    )  # fmt: skip


def test_a_label_that_was_changed_and_delivered_is_under_review_as_it_lies_now(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    label(one, CANS[1][0], "clutter")
    shown(one, Queue(Source.LABELLED))
    one.press(K.Key_5)
    one.plant.deliver(silent, CancelToken())
    one.press(K.Key_B)
    one.press(K.Key_R)
    loaded(one)
    assert [(tile.images[0].name, tile.images[0].cls) for tile in one.station.session.tiles] == [(CANS[1][0], "wine-bottle")]
    one.press(K.Key_4)
    assert journal(one).choice.source == key_of(Area.LABELED, CANS[1][0], "wine-bottle")


def test_each_choice_of_the_panel_has_a_count_and_a_chip_that_takes_it_out(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can", who="ada")
    label(one, CANS[1][0], "clutter", who="ben")
    label(one, TESTED[0][0], "wine-bottle", who="ben", blind=True)
    shown(one, Queue(Source.LABELLED))
    one.press(K.Key_Slash)
    table = one.station.front.table
    assert table.panel.review.isVisible()
    boxes = {box.text(): box for box in table.panel.review.findChildren(type(table.panel._unsure))}
    assert {"soda-can  ·  1", "ada  ·  1", "ben  ·  2", "labelled blind  ·  1", "no model  ·  3"} <= set(boxes)
    boxes["ben  ·  2"].setFocus()
    one.press(K.Key_Space)
    loaded(one)
    assert set(names(one.station.session)) == {CANS[1][0], TESTED[0][0]}
    assert table.panel.isVisible()
    one.press(K.Key_Escape)
    assert [words for _part, words in table.chips.parts] == ["by ben"]
    table.chips.findChild(object, "review.person:ben").click()
    loaded(one)
    assert len(names(one.station.session)) == 3
    assert not table.chips.parts


def test_a_filter_of_words_stays_when_other_labels_are_asked_for(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    label(one, CANS[1][0], "soda-can")
    shown(one, Queue(Source.LABELLED))
    one.press(K.Key_Slash)
    one.qtbot.keyClicks(one.window.focusWidget(), CANS[1][0][:13])
    one.qtbot.waitUntil(lambda: names(one.station.session) == [CANS[1][0]], timeout=5000)
    one.press(K.Key_Return, K.Key_R)
    loaded(one)
    assert one.station.session.order is Order.CLASS
    assert names(one.station.session) == [CANS[1][0]]


def test_enter_says_that_a_label_is_right_and_goes_on(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    label(one, CANS[1][0], "clutter")
    session = shown(one, Queue(Source.LABELLED))
    offer = one.station.front.table.banner.offer
    assert (offer.live, offer.cls) == (True, "clutter")
    one.press(K.Key_Return)
    made = journal(one)
    assert (made.kind, made.choice.name, made.choice.moves) == (Kind.CONFIRM, CANS[1][0], False)
    assert session.focused.images[0].name == CANS[0][0]
    one.press(K.Key_Z)
    assert session.mark(one.plant.catalog.image(CANS[1][0])) == OPEN


def test_enter_keeps_all_selected_labels_in_one_step(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    label(one, CANS[1][0], "clutter")
    session = shown(one, Queue(Source.LABELLED))
    one.press(K.Key_A, modifiers=Qt.KeyboardModifier.ControlModifier)
    one.press(K.Key_Return)
    assert session.figures().left == 0
    one.press(K.Key_Z)
    assert session.figures().left == 2


def test_what_a_model_says_of_a_test_picture_is_neither_shown_nor_an_order(bench):
    one = bench()
    label(one, CANS[0][0], "clutter")
    label(one, TESTED[0][0], "clutter", blind=True)
    session = shown(one, Queue(Source.LABELLED))
    assert {image.prediction is None for tile in session.tiles for image in tile.images if image.side is Side.TEST} == {True}
    one.qtbot.waitUntil(lambda: "Labelled blind" in one.station.front.side.facts.facts.note, timeout=5000)
    assert one.station.front.side.facts.facts.scores == ()
    session = shown(one, Queue(Source.LABELLED, order=Order.UNCERTAIN))
    assert names(session) == [CANS[0][0]]


def test_a_blind_label_that_is_changed_is_said_to_be_blind_no_more(bench):
    one = bench()
    label(one, TESTED[0][0], "clutter", blind=True)
    shown(one, Queue(Source.LABELLED))
    one.press(K.Key_5)
    assert not journal(one).choice.blind
    assert any("comes up blind again" in f"{said}" for said in one.messages.said)
    one.press(K.Key_Left, K.Key_B)
    assert journal(one).choice.target == key_of(Area.RAW, TESTED[0][0])


def test_the_side_panel_says_who_labelled_and_what_the_model_says_now(bench):
    one = bench()
    label(one, CANS[0][0], "clutter", who="ben")
    shown(one, Queue(Source.LABELLED))
    facts = one.station.front.side.facts
    one.qtbot.waitUntil(lambda: ("Labelled by", "ben") in facts.facts.rows, timeout=5000)
    assert facts.facts.note == "Labelled clutter. The model disagrees: it says soda-can."
    assert facts.facts.scores[0][0] == "soda-can"


def in_doubt(bench, labelled, suggested="wine-bottle"):
    """Keep the answers of a run that contradict some labels, the first most of all."""
    digests = [hashlib.sha256(body).hexdigest() for (_name, body), _cls in labelled]
    table = np.full((len(labelled), len(CLASSES)), 0.01)
    for number, (_picture, cls) in enumerate(labelled):
        table[number, CLASSES.index(suggested)] = 0.9 - number / 10
        table[number, CLASSES.index(cls)] = 0.05 + number / 10
    data = gather(CLASSES, digests, np.array([CLASSES.index(cls) for _one, cls in labelled]), table).pack()
    digest = hashlib.sha256(data).hexdigest()
    bench.plant.store.put(blob_key(digest), data, match=ABSENT)
    run = Run("RUN-1", "d" * 64, "ada", 1, 6, "done", model="m" * 64, answers=digest)
    bench.plant.store.put(f"{RUNS}RUN-1.json", dump(run), match=ABSENT)


def test_doubtful_labels_come_worst_first_and_say_both_classes(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    label(one, CANS[1][0], "soda-can")
    in_doubt(one, [(CANS[1], "soda-can"), (CANS[0], "soda-can")])
    session = shown(one, Queue(Source.DOUBTS))
    assert names(session) == [CANS[1][0], CANS[0][0]]
    assert one.station.front.grid.model().suggestion(0).label == "wine-bottle"
    facts = one.station.front.side.facts
    told = "Labelled soda-can. A model that was trained without it says wine-bottle."
    one.qtbot.waitUntil(lambda: facts.facts.note == told, timeout=5000)


def test_a_doubt_is_mended_by_a_class_key_or_kept_by_enter_and_comes_no_more(bench):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    label(one, CANS[1][0], "soda-can")
    in_doubt(one, [(CANS[1], "soda-can"), (CANS[0], "soda-can")])
    shown(one, Queue(Source.DOUBTS))
    one.press(K.Key_5)
    assert journal(one).choice.target == key_of(Area.LABELED, CANS[1][0], "wine-bottle")
    one.press(K.Key_Return)
    assert (journal(one).choice.name, journal(one).choice.moves) == (CANS[0][0], False)
    one.press(K.Key_Escape)
    loaded(one)
    assert names(shown(one, Queue(Source.DOUBTS))) == []
    one.press(K.Key_Escape)
    loaded(one)
    one.press(K.Key_Z)
    assert names(shown(one, Queue(Source.DOUBTS))) == [CANS[0][0]]


def test_without_doubts_the_queue_says_when_there_will_be_some(bench):
    one = bench()
    shown(one, Queue(Source.DOUBTS))
    title, told = one.station.front.table.done.words
    assert title == "No label is in doubt"
    assert "after the next training" in told


def test_discarded_pictures_tell_who_discarded_them_and_go_back_or_into_a_class(bench):
    one = bench()
    for name, _body in CANS[:2]:
        image = one.plant.catalog.image(name)
        one.plant.journal.record(Kind.DISCARD, "ben", [Choice(name, image.key, image.etag, key_of(Area.DISCARDED, name))])
        one.plant.deliver(silent, CancelToken())
    session = shown(one, Queue(Source.DISCARDED))
    assert names(session) == [CANS[1][0], CANS[0][0]]
    rows = one.station.front.side.facts
    one.qtbot.waitUntil(lambda: ("Discarded by", "ben") in rows.facts.rows, timeout=5000)
    assert not one.station.front.table.banner.offer.live
    one.press(K.Key_Return)
    assert journal(one).kind is Kind.DISCARD
    one.press(K.Key_B)
    assert journal(one).choice.target == key_of(Area.RAW, CANS[1][0])
    one.press(K.Key_4)
    assert journal(one).choice.target == key_of(Area.LABELED, CANS[0][0], "soda-can")


def test_the_menu_counts_each_queue_also_the_doubts_that_take_a_moment(bench, qapp):
    one = bench()
    label(one, CANS[0][0], "soda-can")
    in_doubt(one, [(CANS[0], "soda-can")])
    one.press(K.Key_Q)
    menu = qapp.activePopupWidget()

    def counted():
        return dict(action.text().split("\t") for action in menu.actions())

    assert counted()["&3  Labelled"] == "1"
    one.qtbot.waitUntil(lambda: counted()["&5  Doubtful labels"] == "1", timeout=5000)
    menu.close()


def test_a_queue_says_what_it_is_for_and_leads_back(bench):
    one = bench()
    label(one, TESTED[0][0], "wine-bottle", blind=True)
    strip = one.station.front.table.strip
    assert not strip.isVisible()
    shown(one, Queue(Source.NAMES, "Newly broken", (TESTED[0][0],), read_only=True, back="compare"))
    assert strip.isVisible()
    assert "only to look at" in strip.words[1]
    strip.left.emit()
    assert one.gone_to == ["compare"]
    loaded(one)
    assert not strip.isVisible()


def test_the_history_of_a_picture_is_read_once_and_told_whole(bench):
    one = bench()
    label(one, CANS[0][0], "clutter", who="ada")
    label(one, CANS[0][0], "soda-can", who="ben")
    shown(one, Queue(Source.LABELLED))
    one.press(K.Key_I)
    card = one.station.history
    assert card.isVisible()
    one.qtbot.waitUntil(lambda: len(card.rows) == 2, timeout=5000)
    assert [(who, what) for _when, who, what, _note in card.rows] == [
        ("ada", "labelled: to sort → clutter"), ("ben", "labelled: clutter → soda-can")
    ]  # fmt: skip


def test_the_history_stays_while_its_picture_is_shown_again_and_goes_with_it(bench):
    one = bench()
    label(one, CANS[0][0], "clutter")
    label(one, CANS[1][0], "clutter")
    shown(one, Queue(Source.LABELLED))
    one.press(K.Key_I)
    one.station.front.show_decided(())
    one.qtbot.waitUntil(lambda: len(one.station.history.rows) == 1, timeout=5000)
    one.press(K.Key_Right)
    assert not one.station.history.isVisible()


FILTERS = st.builds(
    ReviewFilter,
    classes=st.lists(st.sampled_from(CLASSES), max_size=3, unique=True).map(tuple),
    labellers=st.lists(st.sampled_from((None, "ann", "bob")), max_size=3, unique=True).map(tuple),
    models=st.lists(st.sampled_from((None, "m1", "m2")), max_size=3, unique=True).map(tuple),
    since_ms=st.none() | st.integers(10**12, 2 * 10**12),
    until_ms=st.none() | st.integers(10**12, 2 * 10**12),
    blind=st.sampled_from([None, False, True]),
    contradicted=st.booleans(),
)


@given(FILTERS)
def test_taking_out_all_chips_leaves_nothing_asked_for(chosen):
    for part, said in words.chips(chosen, SHOWN, TODAY):
        assert said
        chosen = words.without(chosen, part)
    assert chosen == ReviewFilter()
    assert words.without(chosen, "device:pi-1") is None


@given(FILTERS, st.sampled_from([name for name, _said in words.ranges()]))
def test_a_range_is_known_again_by_its_days(chosen, name):
    assert words.range_of(words.ranged(chosen, name, TODAY), TODAY) == name


def test_a_week_ends_with_today():
    week = words.ranged(ReviewFilter(), "week", TODAY)
    assert (week.since_ms, week.until_ms) == (start_ms(date(2026, 11, 19)), None)
    assert words.range_of(replace(week, until_ms=week.since_ms + 1), TODAY) == ""


@pytest.mark.parametrize(
    ("blind", "mark", "told"),
    [
        (True, OPEN, "blind no more"),
        (True, Mark(Status.LABELLED, "clutter"), "No longer blind"),
        (False, OPEN, "not labelled blind"),
    ],
)
def test_a_test_picture_says_what_becomes_of_its_blindness(bench, blind, mark, told):
    one = bench()
    label(one, TESTED[0][0], "wine-bottle", blind=blind)
    image = one.plant.catalog.image(TESTED[0][0])
    known = Known(image, None, Label("d", "ada", 1, blind))
    assert told in words.note(image, known, mark, None, SHOWN)
