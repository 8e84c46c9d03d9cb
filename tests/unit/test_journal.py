"""The write-ahead journal: nothing decided is lost, whoever dies; undo and redo are a stack; segments are told once."""

import os
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.journal import Choice, Ended, Journal, Kind, State
from tests.unit.field import START_MS, Clock, ids

ROOT = Path(__file__).parents[2]
DAY_MS = 86_400_000


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def journal(tmp_path, clock):
    journal = Journal(tmp_path / "journal.sqlite", clock, ids())
    yield journal
    journal.close()


def choice(name="a.jpg", source="raw", target="can", etag="e0", **more):
    return Choice(name, f"{source}/{name}", etag, f"{target}/{name}", **more)


def label(journal, *choices, who="ann"):
    return journal.record(Kind.LABEL, who, choices)


def end(journal, decisions, state=State.DONE, **more):
    begun = journal.begin(decisions)
    journal.finish([Ended(one.id, state, **{"etag": f"by-{one.id}", **more}) for one in begun])
    return journal.get([one.id for one in begun])


def states(journal, decisions):
    return [one.state for one in journal.get([one.id for one in decisions])]


def test_a_step_is_written_whole_with_all_that_was_chosen(journal, clock):
    choices = [choice("a.jpg", blind=True), choice("b.jpg", suggestion="can", model="m1")]
    decisions = label(journal, *choices)
    assert [one.choice for one in decisions] == choices
    assert {(one.kind, one.labeller, one.at_ms, one.state, one.etag) for one in decisions} == {
        (Kind.LABEL, "ann", clock.at_ms, State.PLANNED, "")
    }
    assert len({one.id for one in decisions}) == 2
    assert decisions == journal.of_step(decisions[0].step) == journal.get([one.id for one in decisions])
    assert (label(journal), journal.waiting()) == ([], 2)


def test_a_step_that_cannot_be_written_whole_is_not_written_at_all(tmp_path, clock):
    journal = Journal(tmp_path / "journal.sqlite", clock, lambda: "always the same")
    with pytest.raises(Exception, match="UNIQUE"):
        label(journal, choice("a.jpg"), choice("b.jpg"))
    assert (journal.waiting(), journal.can_undo("ann")) == (0, False)
    journal.close()


def test_what_moves_nothing_is_done_at_once(journal):
    [unsure] = journal.record(Kind.UNSURE, "ann", [choice(target="raw")])
    assert (unsure.state, journal.waiting(), journal.overlay()) == (State.DONE, 0, {})


@pytest.mark.parametrize("state", [State.DONE, State.LOST, State.CONFLICT])
def test_a_decision_is_moving_before_it_ends(journal, state):
    decisions = label(journal, choice())
    assert journal.begin(decisions) == decisions
    assert states(journal, decisions) == [State.MOVING]
    journal.finish([Ended(decisions[0].id, state, "e1", "bob", "can/a.jpg")])
    [ended] = journal.of_image("a.jpg")
    assert (ended.state, ended.etag, ended.winner, ended.whereabouts) == (state, "e1", "bob", "can/a.jpg")
    assert (journal.waiting(), journal.deliverable(9), journal.overlay()) == (0, [], {})


def test_only_what_is_moving_can_end_and_only_once(journal):
    [one] = label(journal, choice())
    journal.finish([Ended(one.id, State.DONE, "early")])
    assert states(journal, [one]) == [State.PLANNED]
    end(journal, [one])
    journal.finish([Ended(one.id, State.LOST, winner="bob")])
    assert states(journal, [one]) == [State.DONE]


def test_what_was_cancelled_or_has_ended_does_not_begin(journal):
    done, cancelled = label(journal, choice("a.jpg")), label(journal, choice("b.jpg"))
    end(journal, done)
    journal.undo("ann")
    assert journal.begin([*done, *cancelled]) == []
    assert states(journal, [*done, *cancelled]) == [State.DONE, State.CANCELLED]


def test_what_was_moving_when_the_program_died_is_delivered_again(journal):
    decisions = label(journal, choice())
    journal.begin(decisions)
    assert [one.id for one in journal.deliverable(9)] == [decisions[0].id]
    assert len(journal.begin(journal.deliverable(9))) == 1


def test_decisions_on_one_image_are_delivered_in_their_order(journal):
    first = label(journal, choice("a.jpg"), choice("b.jpg"))
    second = label(journal, choice("a.jpg", "can", "mug", ""))
    assert [one.id for one in journal.deliverable(9)] == [one.id for one in first]
    assert [one.id for one in journal.deliverable(1)] == [first[0].id]
    assert [one.id for one in journal.deliverable(1, after=["a.jpg"])] == [first[1].id]
    end(journal, first)
    assert [one.id for one in journal.deliverable(9)] == [second[0].id]


def test_a_later_decision_takes_the_etag_that_the_earlier_one_leaves(journal):
    first = label(journal, choice())
    [second] = label(journal, choice("a.jpg", "can", "mug", ""))
    assert journal.source_etag(first[0]) == "e0"
    assert journal.source_etag(second) is None
    end(journal, first, etag="e1")
    assert journal.source_etag(second) == "e1"


def test_a_later_decision_has_no_etag_if_the_earlier_one_was_lost(journal):
    first = label(journal, choice())
    [second] = label(journal, choice("a.jpg", "can", "mug", ""))
    end(journal, first, State.LOST)
    assert journal.source_etag(second) is None


def test_the_overlay_says_where_each_image_will_lie_in_the_end(journal):
    label(journal, choice("a.jpg"), choice("b.jpg"))
    label(journal, choice("a.jpg", "can", "mug", ""))
    assert journal.overlay() == {"a.jpg": "mug/a.jpg", "b.jpg": "can/b.jpg"}


def test_undo_of_what_is_planned_cancels_it(journal):
    decisions = label(journal, choice("a.jpg"), choice("b.jpg"))
    undone = journal.undo("ann")
    assert [(one.id, one.state) for one in undone] == [(one.id, State.CANCELLED) for one in decisions]
    assert (journal.waiting(), journal.overlay(), journal.can_undo("ann"), journal.can_redo("ann")) == (0, {}, False, True)


@pytest.mark.parametrize("ended", [False, True])
def test_undo_of_what_has_begun_plans_the_move_back(journal, ended):
    decisions = label(journal, choice(blind=True))
    end(journal, decisions, etag="e1") if ended else journal.begin(decisions)
    assert [one.id for one in journal.undo("ann")] == [decisions[0].id]
    _first, back = journal.of_image("a.jpg")
    assert (back.kind, back.state, back.labeller) == (Kind.UNDO, State.PLANNED, "ann")
    assert (back.choice.source, back.choice.target, back.choice.source_etag) == ("can/a.jpg", "raw/a.jpg", "e1" if ended else "")
    assert not journal.can_undo("ann")
    if not ended:
        journal.finish([Ended(decisions[0].id, State.DONE, "e2")])
        assert journal.source_etag(back) == "e2"


def test_a_label_that_comes_back_by_undo_is_as_blind_as_it_was_given(journal):
    end(journal, label(journal, choice(blind=True)))
    end(journal, label(journal, choice("a.jpg", "can", "mug", "")))
    journal.undo("ann")
    assert journal.of_image("a.jpg")[-1].choice.blind
    journal.undo("ann")
    assert not journal.of_image("a.jpg")[-1].choice.blind


def test_undo_does_not_cancel_what_another_labeller_builds_on(journal):
    [first] = label(journal, choice())
    [second] = label(journal, choice("a.jpg", "can", "mug", ""), who="bob")
    journal.undo("ann")
    assert states(journal, [first, second]) == [State.PLANNED, State.PLANNED]
    back = journal.of_image("a.jpg")[-1]
    assert (back.kind, back.choice.target) == (Kind.UNDO, "raw/a.jpg")
    end(journal, journal.deliverable(9))
    end(journal, journal.deliverable(9))
    assert journal.source_etag(back) == f"by-{first.id}"  # which the store will not find there: lost, to bob


def test_undo_passes_over_a_step_that_was_lost_altogether_and_takes_back_the_rest_of_another(journal):
    whole = label(journal, choice("a.jpg"), choice("b.jpg"))
    lost = label(journal, choice("c.jpg"))
    end(journal, lost, State.LOST)
    end(journal, whole[:1], State.CONFLICT)
    end(journal, whole[1:])
    assert [one.choice.name for one in journal.undo("ann")] == ["a.jpg", "b.jpg"]
    assert [one.choice.name for one in journal.in_state(State.PLANNED)] == ["b.jpg"]
    assert [one.choice.name for one in journal.redo("ann")] == ["b.jpg"]
    assert not journal.can_redo("ann")


def test_undo_goes_back_to_the_beginning_and_redo_to_the_end(journal):
    steps = [label(journal, choice(f"{number}.jpg"))[0].choice.name for number in range(5)]
    assert [journal.undo("ann")[0].choice.name for _step in steps] == steps[::-1]
    assert journal.undo("ann") == []
    assert [journal.redo("ann")[0].choice.name for _step in steps] == steps
    assert journal.redo("ann") == []
    assert [journal.undo("ann")[0].choice.name for _step in steps] == steps[::-1]


def test_redo_moves_from_where_the_undo_leaves_the_image(journal):
    end(journal, label(journal, choice()))
    journal.undo("ann")
    [early] = journal.redo("ann")
    assert (early.kind, early.choice.source_etag) == (Kind.LABEL, "")
    journal.undo("ann")
    [back] = end(journal, journal.deliverable(9))
    [late] = journal.redo("ann")
    assert (back.kind, late.choice.source_etag) == (Kind.UNDO, back.etag)


def test_a_new_decision_forgets_only_its_own_labellers_redo(journal):
    for who in ("ann", "bob"):
        label(journal, choice(f"{who}.jpg"), who=who)
        journal.undo(who)
    label(journal, choice("c.jpg"))
    assert (journal.can_redo("ann"), journal.can_redo("bob")) == (False, True)


def test_recent_decisions_are_the_newest_and_those_that_stand_if_asked(journal):
    label(journal, choice("a.jpg"))
    label(journal, choice("b.jpg"), who="bob")
    end(journal, label(journal, choice("c.jpg")))
    journal.undo("ann")
    assert [one.choice.name for one in journal.recent(9)] == ["c.jpg", "c.jpg", "b.jpg", "a.jpg"]
    assert [one.choice.name for one in journal.recent(9, "ann", standing=True)] == ["a.jpg"]
    assert [one.choice.name for one in journal.recent(1, standing=True)] == ["b.jpg"]


def test_unsure_is_the_last_word_in_force_whoever_said_it(journal):
    journal.record(Kind.UNSURE, "ann", [choice("a.jpg", target="raw"), choice("b.jpg", target="raw")])
    label(journal, choice("b.jpg"), who="bob")
    assert journal.unsure() == {"a.jpg"}
    journal.undo("bob")
    assert journal.unsure() == {"a.jpg", "b.jpg"}
    end(journal, label(journal, choice("a.jpg"), who="bob"), State.LOST)
    assert journal.unsure() == {"a.jpg", "b.jpg"}
    journal.undo("ann")
    assert journal.unsure() == set()
    journal.redo("ann")
    assert journal.unsure() == {"a.jpg", "b.jpg"}


def test_a_conflict_counts_until_a_later_move_of_the_image_settles_it(journal):
    end(journal, label(journal, choice("a.jpg"), choice("b.jpg")), State.CONFLICT)
    assert journal.conflicts() == 2
    end(journal, label(journal, choice("a.jpg")))
    assert journal.conflicts() == 1


def test_a_conflict_is_not_hidden_by_what_was_cancelled_or_moved_nothing(journal):
    end(journal, label(journal, choice()), State.CONFLICT)
    label(journal, choice())
    journal.undo("ann")
    journal.record(Kind.UNSURE, "ann", [choice(target="raw")])
    assert journal.conflicts() == 1


def test_many_decisions_are_found_by_their_ids(journal):
    decisions = label(journal, *(choice(f"{number}.jpg") for number in range(1100)))
    assert journal.get([one.id for one in decisions]) == decisions
    assert journal.get([]) == []


# Segments.


def test_a_segment_is_due_when_it_is_full_or_old_and_tells_of_what_has_ended(journal, clock):
    decisions = label(journal, *(choice(f"{number}.jpg") for number in range(5)))
    assert journal.seal(2, START_MS) == []
    end(journal, decisions[:3])
    [(segment, who, day)] = journal.seal(2, START_MS - 1)
    assert (who, day) == ("ann", "2026-09-21")
    assert [one.id for one in journal.in_segment(segment)] == [one.id for one in decisions[:2]]
    assert journal.seal(2, START_MS - 1) == [(segment, who, day)]
    journal.written(segment)
    [(rest, _who, _day)] = journal.seal(2, clock.at_ms)
    assert [one.id for one in journal.in_segment(rest)] == [decisions[2].id]


def test_segments_are_kept_apart_by_labeller_and_day(journal, clock):
    end(journal, label(journal, choice("a.jpg")))
    end(journal, label(journal, choice("b.jpg"), who="bob"))
    clock.at_ms += DAY_MS
    end(journal, label(journal, choice("c.jpg")))
    segments = journal.seal(200, clock.at_ms)
    assert {(who, day) for _id, who, day in segments} == {("ann", "2026-09-21"), ("bob", "2026-09-21"), ("ann", "2026-09-22")}
    assert all(len(journal.in_segment(segment)) == 1 for segment, _who, _day in segments)


def test_a_segment_is_given_with_the_same_content_until_it_is_written(tmp_path, clock):
    new_id = ids()
    journal = Journal(tmp_path / "journal.sqlite", clock, new_id)
    end(journal, label(journal, choice()))
    [(segment, _who, _day)] = journal.seal(1, clock.at_ms)
    content = journal.in_segment(segment)
    end(journal, label(journal, choice("b.jpg")))
    journal.close()
    journal = Journal(tmp_path / "journal.sqlite", clock, new_id)
    assert [one for one, _who, _day in journal.seal(200, 0)] == [segment]
    assert journal.in_segment(segment) == content
    journal.close()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.sampled_from([State.DONE, State.LOST, State.CANCELLED]))),
    st.integers(1, 4),
)
def test_each_ended_decision_is_told_once_whatever_ends_when(tmp_path_factory, work, limit):
    clock = Clock()
    journal = Journal(tmp_path_factory.mktemp("journal") / "journal.sqlite", clock, ids())
    told: Counter[str] = Counter()
    ended = []

    def tell(older_than_ms):
        for segment, who, day in journal.seal(limit, older_than_ms):
            decisions = journal.in_segment(segment)
            assert 1 <= len(decisions) <= limit
            assert {one.labeller for one in decisions} == {who}
            assert len({one.at_ms // DAY_MS for one in decisions}) == 1, day
            told.update(one.id for one in decisions)
            journal.written(segment)

    for number, (who, days, state) in enumerate(work):
        clock.at_ms += days * DAY_MS
        decisions = label(journal, choice(f"{number}.jpg"), who=who)
        if state is State.CANCELLED:
            journal.undo(who)
        else:
            ended += end(journal, decisions, state)
        tell(0)
    tell(clock.at_ms)
    assert told == Counter(one.id for one in ended)
    assert journal.seal(limit, clock.at_ms) == []
    journal.close()


# Other processes, and the end of this one.

PROLOGUE = """
import os, sys, time
from pathlib import Path
from desktop.core.journal import Choice, Ended, Journal, Kind, State
from ulid import ULID
path, who = Path(sys.argv[1]), sys.argv[2]
journal = Journal(path, lambda: 1_790_000_000_000, lambda: str(ULID()))
def choice(name):
    return Choice(name, "raw/" + name, "e0", "can/" + name)
"""


def process(path, who, script):
    return subprocess.Popen(
        [sys.executable, "-c", PROLOGUE + textwrap.dedent(script), str(path), who],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_what_a_killed_process_had_recorded_is_there_and_what_it_was_writing_is_not(tmp_path, clock):
    path = tmp_path / "journal.sqlite"
    script = """
        first = journal.record(Kind.LABEL, who, [choice("a.jpg"), choice("b.jpg")])
        journal.begin(first[:1])
        journal._db.execute("BEGIN IMMEDIATE")
        journal._add_decisions(journal._add_step(Kind.LABEL, who, None), [choice("c.jpg")])
        print("writing", flush=True)
        time.sleep(600)
    """
    with process(path, "ann", script) as writer:
        assert writer.stdout.readline() == "writing\n"
        writer.kill()
    journal = Journal(path, clock, ids())
    assert [(one.choice.name, one.state) for one in journal.deliverable(9)] == [
        ("a.jpg", State.MOVING), ("b.jpg", State.PLANNED),
    ]  # fmt: skip
    assert journal.of_image("c.jpg") == []
    end(journal, journal.deliverable(9))
    assert [one.choice.name for one in journal.undo("ann")] == ["a.jpg", "b.jpg"]
    journal.close()


def test_several_processes_open_a_new_journal_and_append_at_once(tmp_path, clock):
    path = tmp_path / "journal.sqlite"
    script = """
        for number in range(40):
            journal.record(Kind.LABEL, who, [choice(f"{who}-{number}-{part}.jpg") for part in range(3)])
            if number % 4 == 3:
                journal.undo(who)
    """
    appenders = [process(path, who, script) for who in ("ann", "bob", "cat")]
    for appender in appenders:
        appender.communicate()
    assert [appender.returncode for appender in appenders] == [0, 0, 0]
    journal = Journal(path, clock, ids())
    assert Counter(one.labeller for one in journal.in_state(State.PLANNED)) == dict.fromkeys(("ann", "bob", "cat"), 90)
    assert len(journal.in_state(State.CANCELLED)) == 90
    for who in ("ann", "bob", "cat"):
        steps = 0
        while undone := journal.undo(who):
            assert {(one.labeller, one.step) for one in undone} == {(who, undone[0].step)}
            assert len(undone) == 3
            steps += 1
        assert steps == 30
    assert journal.waiting() == 0
    journal.close()


def test_an_undo_and_a_delivery_that_race_never_leave_a_cancelled_decision_moved(tmp_path, clock):
    path = tmp_path / "journal.sqlite"
    journal = Journal(path, clock, ids())
    label_count = 60
    for number in range(label_count):
        label(journal, choice(f"{number}.jpg"))
    script = """
        print("ready", flush=True)
        sys.stdin.readline()
        while journal.undo(who):
            pass
    """
    moved = []
    with process(path, "ann", script) as undoer:
        assert undoer.stdout.readline() == "ready\n"
        undoer.stdin.write("go\n")
        undoer.stdin.flush()
        while batch := journal.begin(journal.deliverable(2)):
            moved += [one for one in batch if one.kind is Kind.LABEL]
            journal.finish([Ended(one.id, State.DONE, "e") for one in batch])
        undoer.communicate()
    while journal.waiting():
        end(journal, journal.deliverable(9))
    assert {one.id for one in moved} == {one.id for one in journal.in_state(State.DONE) if one.kind is Kind.LABEL}
    backs = [one for one in journal.in_state(State.DONE) if one.kind is Kind.UNDO]
    assert {one.choice.name for one in backs} == {one.choice.name for one in moved}
    assert len(moved) + len(journal.in_state(State.CANCELLED)) == label_count
    journal.close()
