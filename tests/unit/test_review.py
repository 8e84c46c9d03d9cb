"""Reviewing: which labels are chosen, what a reviewer's keys do to labelled and discarded images, and what is told of one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.catalog import Known, Label
from desktop.core.chronicle import Chronicle
from desktop.core.errors import Cancelled
from desktop.core.filters import Filter
from desktop.core.journal import Choice, Journal, Kind, State
from desktop.core.marks import Mark, Status
from desktop.core.pages import Order
from desktop.core.progress import CancelToken, silent
from desktop.core.review import ReviewFilter, choose, facets, labelled
from desktop.core.sorting import SortSession
from edge.contract.keys import Area, key_of
from edge.contract.names import Side
from edge.contract.records import dump, load
from tests.plant import Plant
from tests.unit.field import CLASSES, START_MS, Clock, field_image, ids, predicted

WHO = (None, "ann", "bob")


def known(number, cls="clutter", *, said="clutter", side=Side.TRAIN, labeller="ann", at_ms=None, blind=False, decision=None):
    image = predicted(field_image(number, side=side, area=Area.LABELED, label=cls), said, 0.8)
    return Known(image, None, Label(decision, labeller, at_ms, blind))


def resolve(cls):
    return {"mug": "beer-mug"}.get(cls, cls if cls in CLASSES else None)


def labels(*all_known, models=None):
    return labelled(all_known, models or {}, resolve)


LABELS = st.lists(
    st.builds(
        known,
        st.integers(0, 99),
        st.sampled_from(CLASSES),
        said=st.sampled_from(CLASSES),
        side=st.sampled_from(Side),
        labeller=st.sampled_from(WHO),
        at_ms=st.none() | st.integers(START_MS, START_MS + 9),
        blind=st.sampled_from([None, False, True]),
        decision=st.sampled_from([None, "d1", "d2"]),
    ),
    max_size=30,
    unique_by=lambda one: one.image.name,
).map(lambda found: labels(*found, models={"d1": "m1"}))
FILTERS = st.builds(
    ReviewFilter,
    classes=st.lists(st.sampled_from(CLASSES), max_size=2).map(tuple),
    labellers=st.lists(st.sampled_from(WHO), max_size=2).map(tuple),
    models=st.lists(st.sampled_from([None, "m1"]), max_size=1).map(tuple),
    since_ms=st.none() | st.integers(START_MS, START_MS + 9),
    until_ms=st.none() | st.integers(START_MS, START_MS + 9),
    blind=st.sampled_from([None, False, True]),
    contradicted=st.booleans(),
)


@given(LABELS, FILTERS)
def test_each_count_is_what_that_choice_would_show(given_labels, chosen):
    counted = facets(given_labels, chosen)

    def shown(**other):
        return len(choose(given_labels, replace(chosen, **other)))

    assert counted.total == shown()
    assert all(count == shown(classes=(cls,)) for cls, count in counted.classes.items())
    assert all(count == shown(labellers=(who,)) for who, count in counted.labellers.items())
    assert all(count == shown(models=(model,)) for model, count in counted.models.items())
    assert all(count == shown(blind=blind) for blind, count in counted.blind.items())
    assert counted.contradicted == shown(contradicted=True)
    assert sum(counted.classes.values()) == shown(classes=())
    assert sum(counted.labellers.values()) == shown(labellers=())


@given(LABELS)
def test_the_empty_filter_shows_all_newest_labelled_first(given_labels):
    images = choose(given_labels, ReviewFilter())
    assert images == [label.image for label in given_labels]
    assert [label.at_ms for label in given_labels] == sorted((label.at_ms for label in given_labels), reverse=True)


@given(FILTERS)
def test_a_filter_can_be_kept_as_json(chosen):
    assert load(ReviewFilter, dump(chosen)) == chosen


def test_what_a_model_thinks_never_chooses_a_test_image():
    found = labels(known(1, said="soda-can"), known(2, said="soda-can", side=Side.TEST), known(3))
    assert [image.side for image in choose(found, ReviewFilter(contradicted=True))] == [Side.TRAIN]
    assert len(choose(found, ReviewFilter())) == 3


def test_labels_count_under_the_class_that_theirs_was_merged_into():
    found = labels(known(1, "mug", said="beer-mug"), known(2, "teapot", said="teapot"))
    assert sorted((label.cls, label.contradicted) for label in found) == [("beer-mug", False), ("teapot", False)]


def test_a_label_put_there_by_hand_has_the_objects_time_and_nobody():
    [label] = labelled([replace(known(1), label=None)], {}, resolve)
    assert (label.labeller, label.at_ms, label.blind, label.model) == (None, START_MS, False, None)


def test_only_labelled_images_are_reviewed():
    assert labels(Known(field_image(1), None, None), Known(field_image(2, area=Area.DISCARDED), None, None)) == []


# A reviewer's keys.


@pytest.fixture
def review(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite", Clock(), ids())

    def begin(*images, area=Area.LABELED, **named):
        by_name = {image.name: image for image in images}
        return SortSession(
            images, journal, labeller="ann", classes=CLASSES, now_ms=Clock(), find=by_name.get, area=area,
            **({"order": Order.GIVEN, "page_size": 100} | named),
        )  # fmt: skip

    begin.journal = journal
    yield begin
    journal.close()


SORTED = tuple(field_image(number, area=Area.LABELED, label="clutter") for number in (3, 1, 2))


def test_labels_come_in_the_order_in_which_they_were_chosen(review):
    session = review(*SORTED)
    assert [tile.images[0] for tile in session.tiles] == list(SORTED)
    session.assign([SORTED[0]], "soda-can")
    assert session.focused.images == (SORTED[1],)


def test_a_reviewer_changes_sends_back_and_discards_and_one_undo_each_takes_it_back(review):
    session = review(*SORTED)
    changed, back, thrown = (
        session.assign([SORTED[0]], "soda-can") + session.send_back([SORTED[1]]) + session.discard([SORTED[2]])
    )
    assert changed.choice.target == key_of(Area.LABELED, SORTED[0].name, "soda-can")
    assert back.choice.target == key_of(Area.RAW, SORTED[1].name)
    assert thrown.choice.target == key_of(Area.DISCARDED, SORTED[2].name)
    marks = [session.mark(image) for image in SORTED]
    assert marks == [Mark(Status.LABELLED, "soda-can"), Mark(Status.RESTORED), Mark(Status.DISCARDED)]
    assert session.figures().left == 0
    for left, image in enumerate(reversed(SORTED), 1):
        session.undo()
        assert (session.focused.images[0], session.mark(image), session.figures().left) == (image, Mark(Status.OPEN), left)
    assert review.journal.overlay() == {}


def test_a_label_seen_to_be_right_moves_nothing_and_is_kept_in_the_history(review):
    session = review(*SORTED)
    [kept] = session.assign([SORTED[0]], "clutter")
    assert (kept.state, kept.choice.moves, session.figures().left) == (State.DONE, False, 2)
    session.undo()
    assert session.mark(SORTED[0]) == Mark(Status.OPEN)


def test_a_blind_label_that_a_reviewer_changes_is_blind_no_more(review):
    tested = field_image(1, side=Side.TEST, area=Area.LABELED, label="clutter")
    [changed] = review(tested).assign([tested], "soda-can")
    assert not changed.choice.blind


def test_discarded_pictures_are_restored_to_be_sorted_or_straight_into_a_class(review):
    thrown = [field_image(number, area=Area.DISCARDED) for number in range(2)]
    session = review(*thrown, area=Area.DISCARDED)
    session.send_back([thrown[0]])
    session.assign([thrown[1]], "clutter")
    assert review.journal.overlay() == {
        thrown[0].name: key_of(Area.RAW, thrown[0].name), thrown[1].name: key_of(Area.LABELED, thrown[1].name, "clutter")
    }  # fmt: skip
    session.undo()
    session.undo()
    assert [session.mark(image) for image in thrown] == [Mark(Status.OPEN)] * 2


@pytest.mark.parametrize(("whole", "count"), [(True, 4), (False, 3)])
def test_a_chosen_few_stay_among_themselves(review, whole, count):
    fresh = field_image(9)
    review(fresh, area=Area.RAW).assign([fresh], "soda-can")
    assert review(*SORTED, whole=whole).figures().left == count


def test_what_a_page_confirm_would_take_is_counted_without_going_over_it(review):
    session = review(*SORTED, order=Order.CLASS)
    session.skip([SORTED[0]])
    assert session.rest_count() == len(session.rest()) == 2
    session.assign([SORTED[0]], "soda-can")
    session.unsure([SORTED[1]])
    assert session.rest_count() == len(session.rest()) == 1
    session.undo()
    assert session.rest_count() == len(session.rest()) == 2
    session.arrange(chosen=Filter(unsure=True))
    assert session.rest_count() == len(session.rest()) == 0


# The history of one image.


@pytest.fixture
def plant(folder):
    plant = Plant(folder)
    plant.chronicle = Chronicle(plant.home / "history.sqlite")
    yield plant
    plant.chronicle.close()
    plant.close()


def sort(plant, name, cls, *, flush=True):
    plant.label(cls, name)
    plant.clock.now_ms += 1000
    plant.deliver(flush=flush)
    plant.sync()


def test_the_whole_history_of_an_image_is_told_oldest_first_with_what_is_on_its_way(plant):
    plant.send("a.jpg")
    plant.send("b.jpg")
    plant.sync()
    for labeller, cls in (("ada", "clutter"), ("ben", "soda-can")):
        plant.labeller = labeller
        sort(plant, "a.jpg", cls)
    sort(plant, "b.jpg", "clutter")
    plant.label("beer-mug", "a.jpg", blind=True)
    assert plant.chronicle.catch_up(plant.store, silent, CancelToken()) == 3
    told = plant.chronicle.history_of("a.jpg", plant.journal)
    assert [(event.labeller, event.kind, event.outcome, event.blind) for event in told] == [
        ("ada", "label", "done", False), ("ben", "label", "done", False), ("ben", "label", "planned", True)
    ]  # fmt: skip
    assert [(event.before.cls, event.after.cls) for event in told] == [
        (None, "clutter"), ("clutter", "soda-can"), ("soda-can", "beer-mug")
    ]  # fmt: skip


def test_another_computers_journal_knows_nothing_and_the_history_tells_it_all(plant, folder):
    plant.send("a.jpg")
    plant.sync()
    sort(plant, "a.jpg", "clutter")
    other = Plant(folder, plant.store, home="elsewhere", labeller="ben")
    plant.chronicle.catch_up(plant.store, silent, CancelToken())
    assert [event.labeller for event in plant.chronicle.history_of("a.jpg", other.journal)] == ["ada"]
    assert plant.chronicle.history_of("b.jpg", other.journal) == []
    other.close()


def test_a_segment_is_read_once_and_nonsense_in_it_is_left_out(plant):
    plant.send("a.jpg")
    plant.sync()
    sort(plant, "a.jpg", "clutter")
    damaged = (
        b'{"schema":1,"decision":"x","name":"a.jpg","labeller":"e","at_ms":%d,"kind":"k","source":"","target":"","outcome":""}\n'
    )
    plant.store.put("history/eve/2027-01-15/x.jsonl", b"\xff\n" + damaged % 2**70 + damaged % -1, match="*")
    assert plant.chronicle.catch_up(plant.store, silent, CancelToken()) == 2
    assert plant.chronicle.catch_up(plant.store, silent, CancelToken()) == 0
    plant.store.delete("history/eve/2027-01-15/x.jsonl", match=plant.store.get("history/eve/2027-01-15/x.jsonl").listed.etag)
    assert len(plant.chronicle.history_of("a.jpg", plant.journal)) == 1


def test_a_stop_keeps_what_was_read_and_the_rest_is_read_later(plant):
    plant.send("a.jpg")
    plant.sync()
    sort(plant, "a.jpg", "clutter")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        plant.chronicle.catch_up(plant.store, silent, cancel)
    assert plant.chronicle.catch_up(plant.store, silent, CancelToken()) == 1


def test_whose_suggestion_was_in_sight_and_which_labels_were_confirmed_is_known_by_the_history(plant):
    plant.send("a.jpg")
    plant.sync()
    raw = plant.image("a.jpg")
    target = key_of(Area.LABELED, "a.jpg", "clutter")
    [first] = plant.journal.record(
        Kind.LABEL, "ada", [Choice("a.jpg", raw.key, raw.etag, target, suggestion="clutter", model="m1")]
    )
    plant.deliver(flush=True)
    plant.sync()
    plant.clock.now_ms += 1000
    since_ms = plant.clock.now_ms
    lying = plant.image("a.jpg")
    plant.journal.record(Kind.CONFIRM, "ben", [Choice("a.jpg", lying.key, lying.etag, lying.key)])
    plant.deliver(flush=True)
    plant.chronicle.catch_up(plant.store, silent, CancelToken())
    assert plant.chronicle.models() == {first.id: "m1"}
    assert plant.chronicle.confirmed(since_ms) == {"a.jpg"}
    assert plant.chronicle.confirmed(since_ms + 1000) == set()
    plant.clock.now_ms += 1000
    plant.journal.undo("ben")
    plant.deliver(flush=True)
    plant.chronicle.catch_up(plant.store, silent, CancelToken())
    assert plant.chronicle.confirmed(since_ms) == set()
