"""The lookout: what became of decisions since the last look, and today's figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.journal import Choice, Ended, Journal, Kind, State
from desktop.core.lookout import Delivery, Lookout, delivery_since
from edge.contract.keys import LABELED, RAW
from tests.unit.field import Clock, ids


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite", Clock(), ids())
    yield journal
    journal.close()


@pytest.fixture(scope="module")
def journals(tmp_path_factory):
    """Gives a new journal each time, and closes them all."""
    made = []

    def make():
        made.append(Journal(tmp_path_factory.mktemp("journal") / "journal.sqlite", Clock(), ids()))
        return made[-1]

    yield make
    for one in made:
        one.close()


def label(journal, *names, cls="soda-can", kind=Kind.LABEL):
    return journal.record(kind, "ann", [Choice(name, RAW + name, "e", f"{LABELED}{cls}/{name}") for name in names])


def end(journal, state, count=100):
    for one in journal.begin(journal.deliverable(count)):
        journal.finish([Ended(one.id, state, etag="x", winner="mara")])


def test_what_is_delivered_moves_from_waiting_to_done(journal):
    lookout = Lookout(journal, delivery_since(journal, 0))
    label(journal, "a.jpg", "b.jpg")
    assert lookout.look().delivery == Delivery(0, 2, 0)
    end(journal, State.DONE, 1)
    assert lookout.look().delivery == Delivery(1, 1, 0)


def test_what_ends_between_two_looks_is_not_missed(journal):
    lookout = Lookout(journal, Delivery())
    label(journal, "a.jpg", "b.jpg")
    end(journal, State.DONE, 1)
    end(journal, State.LOST)
    news = lookout.look()
    assert news.delivery == Delivery(1, 0, 0)
    assert [one.choice.name for one in news.failed] == ["b.jpg"]
    assert lookout.look().failed == ()


def test_what_was_lost_is_told_once(journal):
    lookout = Lookout(journal, Delivery())
    label(journal, "a.jpg", "b.jpg")
    lookout.look()
    end(journal, State.LOST)
    assert sorted(one.choice.name for one in lookout.look().failed) == ["a.jpg", "b.jpg"]
    assert lookout.look().failed == ()


def test_what_is_decided_elsewhere_and_what_is_taken_back_is_counted(journal):
    label(journal, "a.jpg", "b.jpg")
    lookout = Lookout(journal, Delivery())
    label(journal, "c.jpg")
    assert lookout.look().delivery == Delivery(0, 3, 0)
    journal.undo("ann")
    assert lookout.look().delivery == Delivery(0, 2, 0)
    end(journal, State.DONE)
    assert lookout.look() == lookout.look()
    assert lookout.look().delivery == Delivery(2, 0, 0)


@given(st.lists(st.sampled_from(("label", "done", "lost", "undo", "look")), max_size=20))
def test_looks_at_any_moments_add_up_to_what_the_journal_says(journals, steps):
    journal = journals()
    lookout, failed = Lookout(journal, delivery_since(journal, 0)), []
    for number, step in enumerate(steps):
        if step == "label":
            label(journal, f"{number}a.jpg", f"{number}b.jpg")
        elif step == "undo":
            journal.undo("ann")
        elif step == "look":
            failed += lookout.look().failed
        else:
            end(journal, State(step), 1)
    news = lookout.look()
    assert news.delivery == delivery_since(journal, 0)
    lost = [one.id for one in journal.recent(100) if one.state is State.LOST]
    assert sorted(one.id for one in (*failed, *news.failed)) == sorted(lost)


def test_a_conflict_counts_until_the_image_is_moved(journal):
    label(journal, "a.jpg")
    lookout = Lookout(journal, delivery_since(journal, 0))
    end(journal, State.CONFLICT)
    assert lookout.look().delivery.conflicts == 1
    label(journal, "a.jpg", cls="clutter")
    lookout.look()
    end(journal, State.DONE)
    assert lookout.look().delivery.conflicts == 0


def test_the_days_figures_begin_at_its_beginning(journal):
    label(journal, "a.jpg")
    end(journal, State.DONE)
    (made,) = journal.recent(1)
    assert delivery_since(journal, made.at_ms).done == 1
    assert delivery_since(journal, made.at_ms + 1).done == 0


def test_each_image_counts_once_for_who_labelled_it_last_and_not_if_it_was_taken_back(journal):
    label(journal, "a.jpg", "b.jpg")
    label(journal, "a.jpg", cls="clutter")
    label(journal, "c.jpg", cls="clutter")
    assert journal.labelled("ann", 0) == {"soda-can": 1, "clutter": 2}
    journal.undo("ann")
    assert journal.labelled("ann", 0) == {"soda-can": 1, "clutter": 1}
    assert journal.labelled("ben", 0) == {}
