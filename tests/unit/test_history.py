"""The history: each decision told once, in segments that a crash may write twice without harm."""

import pytest

from desktop.core.history import SEGMENT_AGE_MS, SEGMENT_LIMIT, read_history, write_history
from desktop.core.journal import Choice, Kind
from edge.contract.keys import HISTORY
from tests.clock import START_MS
from tests.plant import Plant, keys_of

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def plant(folder):
    plant = Plant(folder)
    yield plant
    plant.close()


def delivered(plant, *names, cls="soda-can"):
    for name in names:
        plant.send(name)
    plant.sync()
    decisions = plant.label(cls, *names)
    plant.deliver()
    return decisions


def test_every_decision_is_told_once_with_all_that_was_decided(plant):
    plant.send("a.jpg")
    plant.sync()
    image = plant.image("a.jpg")
    target = "labeled_field_data/soda-can/a.jpg"
    choice = Choice("a.jpg", image.key, image.etag, target, blind=True, suggestion="clutter", model="m1")
    (decision,) = plant.journal.record(Kind.CONFIRM, "ada", [choice])
    plant.deliver(flush=True)
    (event,) = read_history(plant.store)
    assert (event.decision, event.name, event.labeller, event.at_ms) == (decision.id, "a.jpg", "ada", decision.at_ms)
    assert (event.kind, event.source, event.target, event.outcome) == ("confirm", image.key, target, "done")
    assert (event.blind, event.suggestion, event.model) == (True, "clutter", "m1")
    plant.deliver(flush=True)
    assert len(list(read_history(plant.store))) == 1


def test_a_segment_waits_for_a_minute_or_200_decisions(plant):
    delivered(plant, "a.jpg")
    assert keys_of(plant.store, [HISTORY]) == []
    plant.clock.now_ms += SEGMENT_AGE_MS
    plant.deliver()
    assert len(keys_of(plant.store, [HISTORY])) == 1
    delivered(plant, *(f"{number}.jpg" for number in range(SEGMENT_LIMIT + 5)))
    plant.deliver()
    assert len(keys_of(plant.store, [HISTORY])) == 2
    assert len(list(read_history(plant.store))) == SEGMENT_LIMIT + 1


def test_a_crash_after_writing_a_segment_tells_nothing_twice(plant):
    delivered(plant, "a.jpg", "b.jpg")

    class Died(BaseException):
        pass

    class Dying:
        def put(self, *arguments, **named):
            plant.store.put(*arguments, **named)
            raise Died

    with pytest.raises(Died):
        write_history(Dying(), plant.journal, now_ms=plant.clock(), all_of_it=True)
    assert len(list(read_history(plant.store))) == 2
    plant.close()
    plant.open()
    assert plant.deliver(flush=True).trouble is None
    assert [event.name for event in read_history(plant.store)] == ["a.jpg", "b.jpg"]
    assert len(keys_of(plant.store, [HISTORY])) == 1


def test_days_and_labellers_have_segments_of_their_own(plant):
    delivered(plant, "a.jpg")
    plant.clock.now_ms += DAY_MS
    delivered(plant, "b.jpg")
    plant.labeller = "con"  # a name that Windows keeps for itself
    delivered(plant, "c.jpg")
    plant.deliver(flush=True)
    folders = sorted(key.rpartition("/")[0] for key in keys_of(plant.store, [HISTORY]))
    assert folders == ["history/%63on/2027-01-16", "history/ada/2027-01-15", "history/ada/2027-01-16"]
    assert {event.labeller for event in read_history(plant.store)} == {"ada", "con"}
    since_ms = START_MS + DAY_MS
    assert sorted(event.name for event in read_history(plant.store, since_ms)) == ["b.jpg", "c.jpg"]


def test_lines_that_make_no_sense_are_left_out(plant):
    delivered(plant, "a.jpg")
    plant.deliver(flush=True)
    for name, body in (("x.jsonl", b'{"half": \n\xff\n{"schema":1}\n\n'), ("notes.txt", b"hello")):
        plant.store.put(f"history/ben/2027-01-15/{name}", body, match="*")
    assert [event.name for event in read_history(plant.store)] == ["a.jpg"]
