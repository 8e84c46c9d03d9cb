"""What every store promises (``desktop.core.ports.ObjectStore``), tried on whatever an adapter's test module opens."""

import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.core.errors import AppError, BusyError, ConfigError, ConflictError, NotFoundError
from desktop.core.ports import ABSENT, Move, Moved, ObjectStore, Outcome
from edge.contract.keys import DISCARDED, LABELED, RAW, key_problem
from edge.contract.metadata import LabelMetadata, encode, encode_label

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", "desktop.local.store", __name__])  # a process then begins in milliseconds
_serial = itertools.count()
NO_ETAG = "0" * 64

HOSTILE = [
    "", "/", "..", "../outside.jpg", "raw_field_data/../../outside.jpg", "/etc/outside.jpg", "a//b.jpg", "a/./b.jpg", "a/b.jpg/",
    "a\\b.jpg", "C:/b.jpg", "a/b\n.jpg", "a/b\x00.jpg", "a/con.jpg", "a/b.", "a/b ", "a/ b.jpg", "a/b?.jpg", "a/\ud800.jpg",
    "a" * 1025,
]  # fmt: skip

ODD = [
    "a/-", "a/..b", "a/%2e%2e", "a/é.jpg", "a/日本語/かな.jpg", "a/😀.jpg", "a/～.jpg", "a/'$(x)`.jpg", "a/b c.jpg",
    "a/#1&=+.jpg", "a/~", "a/.hidden", "/".join(["deep" * 10] * 20),
]  # fmt: skip

_parts = st.text(st.sampled_from("ab-.0é～😀"), min_size=1, max_size=3)
key_sets = st.lists(
    st.lists(_parts, min_size=1, max_size=3).map("/".join).filter(lambda key: key_problem(key) is None), max_size=7, unique=True
).map(lambda keys: [key for key in keys if not any(other.startswith(key + "/") for other in keys)])
"""Keys that may stand side by side in a file system: none is a folder of another."""

metadata = st.dictionaries(st.text("abcdefghij", min_size=1, max_size=8), st.text(max_size=20), max_size=5).map(encode)


class Opening(Protocol):
    """Opens one bucket, as often as asked, each time independently; can be sent to another process."""

    def __call__(self, *, step: Callable[[str], None] = ...) -> ObjectStore: ...


class Died(BaseException):
    """The program ends here; nothing in it may tidy up after this."""


class DiesAt:
    """Ends the program before its n-th step, counted from 0, by exception or, if ``kill``, in earnest."""

    def __init__(self, number: int, *, kill: bool = False) -> None:
        self._left = number
        self._kill = kill

    def __call__(self, name: str) -> None:
        if self._left == 0 and self._kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._left == 0:
            raise Died(name)
        self._left -= 1


def labelled(decision: str, source: str, etag: str, cls: str | None, labeller: str = "Ána B") -> Move:
    """Give the move that a decision for a class makes; None sends the picture back."""
    name = source.rpartition("/")[2]
    target = f"{LABELED}{cls}/{name}" if cls else f"{RAW}{name}"
    pairs = encode_label(LabelMetadata(decision, labeller, 1_700_000_000_000, blind=True))
    return Move(decision, source, etag, target, labeller, 1_700_000_000_000, pairs)


def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    return [listed.key for listed in store.list(prefix)]


def places(store: ObjectStore, name: str) -> list[str]:
    """Give the keys that an image lies under."""
    return [key for prefix in (RAW, LABELED, DISCARDED) for key in keys(store, prefix) if key.endswith("/" + name)]


def settle(store: ObjectStore, move: Move) -> Moved:
    """Ask until somebody else's move of this image is over, as delivery does."""
    for _ in range(1000):
        try:
            return store.move(move)
        except BusyError:
            continue
    raise AssertionError("busy for ever")


def killed_at(opening: Opening, number: int, job: Callable[[ObjectStore], object]) -> bool:
    """Do a job in a process of its own that is killed before its n-th step; False if there were not so many."""
    process = PROCESSES.Process(target=_doomed, args=(opening, number, job))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _doomed(opening: Opening, number: int, job: Callable[[ObjectStore], object]) -> None:
    job(opening(step=DiesAt(number, kill=True)))


def died_at(opening: Opening, number: int, job: Callable[[ObjectStore], object]) -> bool:
    """Do the same in this process, which goes on."""
    try:
        job(opening(step=DiesAt(number)))
    except Died:
        return True
    return False


def _put(store: ObjectStore, key: str, body: bytes, pairs: dict[str, str]) -> None:
    store.put(key, body, match=ABSENT, metadata=pairs)


def _replace(store: ObjectStore, key: str, body: bytes, etag: str) -> None:
    store.put(key, body, match=etag)


def _delete(store: ObjectStore, key: str, etag: str) -> None:
    store.delete(key, match=etag)


def _move(store: ObjectStore, move: Move) -> None:
    settle(store, move)


def _race(opening: Opening, moves: list[Move], start: Barrier, outcomes: "multiprocessing.SimpleQueue[list[Moved]]") -> None:
    store = opening()
    start.wait(60)
    outcomes.put([settle(store, move) for move in moves])


class StoreContract:
    """Inherit from it, give ``opening``, ``by_hand`` and ``strew``."""

    @pytest.fixture
    def opening(self) -> Opening:
        """A bucket that is empty, to be opened by this process and others."""
        raise NotImplementedError

    @pytest.fixture
    def by_hand(self) -> Callable[[str, str], None]:
        """Moves an object from key to key as people do with plain tools, which know nothing of decisions."""
        raise NotImplementedError

    @pytest.fixture
    def strew(self) -> Callable[[list[str]], None]:
        """Puts small objects there with plain tools, many at a time."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, opening: Opening) -> ObjectStore:
        return opening()

    # What lies there

    def test_an_address_ends_without_a_slash(self, store):
        assert "://" in store.url
        assert not store.url.endswith("/")

    def test_an_empty_bucket_lists_nothing(self, store):
        assert list(store.list("")) == []
        assert list(store.list(RAW)) == []

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(names=key_sets, bound=_parts, data=st.data())
    def test_a_listing_is_in_the_order_of_bytes_and_begins_where_it_is_told(self, store, names, bound, data):
        area = f"{next(_serial)}/"
        in_order = sorted((area + name for name in names), key=str.encode)
        for name in names:
            store.put(area + name, name.encode(), match=ABSENT)
        after = area + data.draw(st.sampled_from(["", bound, *names]))
        prefix = area + data.draw(st.sampled_from(["", "a", "a/", bound, *names]))
        assert keys(store, area) == in_order
        assert [one.key for one in store.list(area, after)] == [key for key in in_order if key.encode() > after.encode()]
        assert keys(store, prefix) == [key for key in in_order if key.startswith(prefix)]
        assert [one.key for one in store.list(prefix, after)] == [
            key for key in in_order if key.startswith(prefix) and key.encode() > after.encode()
        ]

    def test_a_listing_longer_than_any_page_is_whole(self, store, strew):
        names = [f"{RAW}{number:04}.jpg" for number in range(2100)]
        strew(names)
        assert keys(store, RAW) == names
        assert [one.key for one in store.list(RAW, names[1000])] == names[1001:]

    def test_a_listing_and_a_put_and_a_get_tell_the_same_version(self, store, opening):
        put = store.put("a/b.jpg", b"picture", match=ABSENT)
        assert put.key == "a/b.jpg"
        assert put.size_bytes == 7
        assert [put] == list(opening().list("")) == [opening().get("a/b.jpg").listed]

    def test_a_prefix_that_leads_outside_finds_nothing(self, store):
        store.put("a/b.jpg", b"x", match=ABSENT)
        assert [list(store.list(prefix)) for prefix in ("../", "/", "a/../", "a//", "\ud800")] == [[]] * 5

    # Reading, writing, deleting

    def test_another_program_reads_what_was_put(self, store, opening):
        store.put("a/b.jpg", bytes(range(256)), match=ABSENT, metadata={"device": "pi%201"})
        found = opening().get("a/b.jpg")
        assert (found.body, found.metadata) == (bytes(range(256)), {"device": "pi%201"})

    def test_an_empty_object_is_an_object(self, store):
        store.put("labeled_field_data/mug/empty.tmp", b"", match=ABSENT)
        assert store.get("labeled_field_data/mug/empty.tmp").body == b""

    def test_what_is_not_there_is_not_found(self, store):
        store.put("a/b.jpg", b"x", match=ABSENT)
        for key in ("b.jpg", "a", "a/b.jpg/c", "a/c.jpg"):
            with pytest.raises(NotFoundError):
                store.get(key)

    def test_put_if_absent_leaves_alone_what_is_there(self, store, opening):
        first = store.put("a/b.jpg", b"first", match=ABSENT, metadata={"n": "1"})
        with pytest.raises(ConflictError):
            opening().put("a/b.jpg", b"second", match=ABSENT, metadata={"n": "2"})
        found = store.get("a/b.jpg")
        assert (found.listed, found.body, found.metadata) == (first, b"first", {"n": "1"})

    def test_put_if_match_replaces_only_what_it_knows(self, store, opening):
        first = store.put("classes.json", b"first", match=ABSENT)
        second = opening().put("classes.json", b"second", match=first.etag)
        with pytest.raises(ConflictError):
            store.put("classes.json", b"third", match=first.etag)
        assert store.get("classes.json").body == b"second"
        assert store.get("classes.json").listed == second
        assert second.etag != first.etag

    def test_put_if_match_where_nothing_is_creates_nothing(self, store):
        with pytest.raises(NotFoundError):
            store.put("classes.json", b"x", match=NO_ETAG)
        assert keys(store) == []

    def test_a_put_replaces_the_metadata_too(self, store):
        first = store.put("a/b.jpg", b"first", match=ABSENT, metadata={"a": "1", "b": "1"})
        second = store.put("a/b.jpg", b"second", match=first.etag, metadata={"b": "2"})
        assert store.get("a/b.jpg").metadata == {"b": "2"}
        store.put("a/b.jpg", b"second", match=second.etag)
        assert store.get("a/b.jpg").metadata == {}

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(pairs=metadata)
    def test_metadata_comes_back_as_it_was_written(self, store, pairs):
        key = f"a/{next(_serial)}.jpg"
        store.put(key, b"x", match=ABSENT, metadata=pairs)
        assert store.get(key).metadata == pairs

    def test_delete_takes_only_what_it_knows(self, store, opening):
        first = store.put("a/b.jpg", b"first", match=ABSENT)
        store.put("a/b.jpg", b"second", match=first.etag)
        with pytest.raises(ConflictError):
            store.delete("a/b.jpg", match=first.etag)
        now = opening().get("a/b.jpg").listed
        store.delete("a/b.jpg", match=now.etag)
        store.delete("a/b.jpg", match=now.etag)
        assert keys(opening()) == []

    def test_what_is_put_again_after_a_delete_carries_nothing_over(self, store):
        first = store.put("a/b.jpg", b"x", match=ABSENT, metadata={"n": "1"})
        store.delete("a/b.jpg", match=first.etag)
        store.put("a/b.jpg", b"x", match=ABSENT)
        assert store.get("a/b.jpg").metadata == {}

    # Keys

    @pytest.mark.parametrize("key", HOSTILE)
    def test_a_hostile_key_is_refused_before_anything_is_touched(self, store, key):
        picture = store.put(f"{RAW}a.jpg", b"x", match=ABSENT)
        with pytest.raises(ConfigError):
            store.put(key, b"x", match=ABSENT)
        with pytest.raises(ConfigError):
            store.get(key)
        with pytest.raises(ConfigError):
            store.delete(key, match=picture.etag)
        for source, target in ((picture.key, key), (key, f"{LABELED}mug/a.jpg")):
            with pytest.raises(ConfigError):
                store.move(Move("01A", source, picture.etag, target, "ana", 0, {"decision": "01A"}))
        assert list(store.list("")) == [picture]

    @pytest.mark.parametrize("key", ODD)
    def test_an_odd_key_is_kept_as_it_is(self, store, key):
        assert key_problem(key) is None
        store.put(key, key.encode(), match=ABSENT)
        assert keys(store) == [key]
        assert store.get(key).body == key.encode()

    @pytest.mark.parametrize("twins", [("Bild.jpg", "bild.jpg"), ("\u00e9.jpg", "e\u0301.jpg")], ids=["case", "composition"])
    def test_keys_that_a_file_system_may_not_tell_apart_never_overwrite_each_other(self, store, twins):
        first, second = (f"{LABELED}mug/{name}" for name in twins)
        store.put(first, b"first", match=ABSENT, metadata={"n": "1"})
        raw = store.put(f"{RAW}{twins[1]}", b"second", match=ABSENT, metadata={"n": "2"})
        moved = store.move(labelled("01A", raw.key, raw.etag, "mug"))
        found = store.get(first)
        assert (found.body, found.metadata) == (b"first", {"n": "1"})
        here = second if moved.outcome is Outcome.DONE else raw.key
        assert moved.outcome in (Outcome.DONE, Outcome.CHANGED)
        assert store.get(here).body == b"second"
        assert len(keys(store)) == 2

    # Moves

    def test_a_move_takes_the_picture_and_what_it_carries_and_adds_who_did_it(self, store, opening):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT, metadata={"device": "pi", "decision": "none"})
        move = labelled("01A", raw.key, raw.etag, "mug")
        moved = store.move(move)
        (listed,) = opening().list("")
        found = opening().get(f"{LABELED}mug/a.jpg")
        assert (moved.outcome, moved.etag, moved.modified_ms) == (Outcome.DONE, listed.etag, listed.modified_ms)
        assert (found.listed, found.body) == (listed, b"picture")
        assert found.metadata == {"device": "pi", **move.metadata}

    def test_a_move_asked_again_after_a_lost_reply_is_done_and_changes_nothing(self, store, opening):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
        move = labelled("01A", raw.key, raw.etag, "mug")
        first, listed = store.move(move), list(store.list(""))
        assert opening().move(move) == first
        assert list(store.list("")) == listed

    def test_who_comes_second_has_lost_and_is_told_to_whom(self, store, opening):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
        store.move(labelled("01A", raw.key, raw.etag, "mug", "Ána B"))
        lost = opening().move(labelled("01B", raw.key, raw.etag, "can", "Bo"))
        assert (lost.outcome, lost.winner, lost.where) == (Outcome.LOST, "Ána B", f"{LABELED}mug/a.jpg")
        assert keys(store) == [f"{LABELED}mug/a.jpg"]

    def test_even_with_the_same_answer_the_second_has_lost(self, store, opening):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
        store.move(labelled("01A", raw.key, raw.etag, "mug", "Ána B"))
        lost = opening().move(labelled("01B", raw.key, raw.etag, "mug", "Bo"))
        assert (lost.outcome, lost.winner, lost.where) == (Outcome.LOST, "Ána B", f"{LABELED}mug/a.jpg")
        assert store.get(f"{LABELED}mug/a.jpg").metadata["decision"] == "01A"

    def test_a_picture_that_is_gone_for_good_is_lost_to_nobody(self, store):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
        store.delete(raw.key, match=raw.etag)
        assert store.move(labelled("01A", raw.key, raw.etag, "mug")) == Moved(Outcome.LOST)
        assert keys(store) == []

    def test_a_picture_that_was_replaced_is_not_moved(self, store):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
        now = store.put(raw.key, b"another", match=raw.etag, metadata={"n": "2"})
        assert store.move(labelled("01A", raw.key, raw.etag, "mug")).outcome is Outcome.CHANGED
        assert list(store.list("")) == [now]
        assert store.get(raw.key).metadata == {"n": "2"}

    @pytest.mark.parametrize("body", [b"other", b"picture"])
    def test_whatever_stands_at_the_target_stays_and_so_does_the_picture(self, store, body):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT, metadata={"n": "1"})
        there = store.put(f"{LABELED}mug/a.jpg", body, match=ABSENT, metadata={"n": "2"})
        assert store.move(labelled("01A", raw.key, raw.etag, "mug")).outcome is Outcome.CHANGED
        assert list(store.list("")) == [there, raw]
        assert store.get(raw.key).metadata == {"n": "1"}
        assert store.get(there.key).metadata == {"n": "2"}

    def test_a_picture_sent_back_can_be_sorted_again(self, store):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT, metadata={"device": "pi"})
        store.move(labelled("01A", raw.key, raw.etag, "mug"))
        back = store.move(labelled("01B", f"{LABELED}mug/a.jpg", raw.etag, None))
        again = store.move(labelled("01C", raw.key, back.etag, "mug"))
        assert [back.outcome, again.outcome] == [Outcome.DONE, Outcome.DONE]
        assert keys(store) == [f"{LABELED}mug/a.jpg"]
        found = store.get(f"{LABELED}mug/a.jpg").metadata
        assert (found["decision"], found["device"]) == ("01C", "pi")

    @pytest.mark.parametrize("pairs", [{}, {"device": "pi"}])
    def test_a_move_asked_again_does_not_repeat_itself_on_a_picture_brought_back_by_hand(self, store, by_hand, opening, pairs):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT, metadata=pairs)
        move = labelled("01A", raw.key, raw.etag, "mug")
        store.move(move)
        by_hand(move.target, raw.key)
        assert opening().move(move).outcome is Outcome.LOST
        assert keys(store) == [raw.key]
        assert store.move(labelled("01B", raw.key, raw.etag, "can")).outcome is Outcome.DONE

    def test_a_picture_moved_by_hand_keeps_what_it_carries_and_is_lost_to_the_hand(self, store, by_hand, opening):
        raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT, metadata={"device": "pi"})
        by_hand(raw.key, f"{LABELED}can/a.jpg")
        lost = opening().move(labelled("01A", raw.key, raw.etag, "mug"))
        assert (lost.outcome, lost.where) == (Outcome.LOST, f"{LABELED}can/a.jpg")
        assert opening().get(f"{LABELED}can/a.jpg").metadata == {"device": "pi"}

    # Death

    @pytest.fixture(params=[{}, {"device": "pi"}], ids=["bare", "with metadata"])
    def pictures(self, store, request) -> Iterator[Move]:
        """Moves of one picture after the other, each new in the bucket."""

        def fresh() -> Iterator[Move]:
            for number in range(100):
                raw = store.put(f"{RAW}{number}.jpg", b"picture", match=ABSENT, metadata=request.param)
                yield labelled(f"01A{number}", raw.key, raw.etag, f"mug{number}")
            raise AssertionError("a move has no end")

        return fresh()

    @pytest.mark.parametrize("dies", [died_at, killed_at], ids=["left", "killed"])
    def test_a_move_that_dies_between_any_two_steps_is_finished_by_asking_again(self, store, opening, pictures, dies):
        number = 0
        for number, move in enumerate(pictures):
            before = store.get(move.source).metadata
            if not dies(opening, number, partial(_move, move=move)):
                break
            assert [store.get(key).body for key in places(store, f"{number}.jpg")] in ([b"picture"], [b"picture"] * 2)
            moved = opening().move(move)
            assert moved.outcome is Outcome.DONE
            assert moved == opening().move(move)
            assert places(store, f"{number}.jpg") == [move.target]
            found = store.get(move.target)
            assert (found.body, found.metadata) == (b"picture", {**before, **move.metadata})
            assert (found.listed.etag, found.listed.modified_ms) == (moved.etag, moved.modified_ms)
        assert number > 2

    def test_after_a_death_between_any_two_steps_another_mover_and_the_first_agree(self, store, opening, pictures):
        number = 0
        for number, move in enumerate(pictures):
            if not died_at(opening, number, partial(_move, move=move)):
                break
            other = labelled(f"01B{number}", move.source, move.source_etag, "can")
            try:
                second = opening().move(other).outcome
            except BusyError:
                second = Outcome.LOST
            first = opening().move(move).outcome
            assert {first, second} == {Outcome.DONE, Outcome.LOST}
            winner = move if first is Outcome.DONE else other
            assert places(store, f"{number}.jpg") == [winner.target]
            assert store.get(winner.target).metadata["decision"] == winner.decision
        assert number > 2

    def test_a_move_that_dies_on_its_way_back_is_finished_too(self, store, opening, pictures):
        number = 0
        for number, move in enumerate(pictures):
            store.move(move)
            back = labelled(f"01B{number}", move.target, move.source_etag, None)
            if not died_at(opening, number, partial(_move, move=back)):
                break
            assert opening().move(back).outcome is Outcome.DONE
            assert places(store, f"{number}.jpg") == [move.source]
        assert number > 2

    def test_a_put_that_dies_between_any_two_steps_leaves_all_or_nothing(self, store, opening):
        number = 0
        for number in range(100):
            key, pairs = f"{RAW}{number}.jpg", {"device": "pi"}
            if not died_at(opening, number, partial(_put, key=key, body=b"picture", pairs=pairs)):
                break
            there = key in keys(store)
            try:
                opening().put(key, b"picture", match=ABSENT, metadata=pairs)
            except ConflictError:
                assert there
            found = store.get(key)
            assert (found.body, found.metadata) == (b"picture", pairs)
        assert number > 0

    def test_a_replacement_that_dies_between_any_two_steps_leaves_the_old_or_the_new(self, store, opening):
        number = 0
        for number in range(100):
            old = store.put(f"{number}.json", b"old", match=ABSENT)
            if not died_at(opening, number, partial(_replace, key=old.key, body=b"new", etag=old.etag)):
                break
            found = store.get(old.key)
            assert found.body in (b"old", b"new")
            opening().put(old.key, b"newer", match=found.listed.etag)
            assert store.get(old.key).body == b"newer"
        assert number > 0

    def test_a_delete_that_dies_between_any_two_steps_is_finished_by_asking_again(self, store, opening):
        number = 0
        for number in range(100):
            old = store.put(f"{RAW}{number}.jpg", b"picture", match=ABSENT, metadata={"device": "pi"})
            if not died_at(opening, number, partial(_delete, key=old.key, etag=old.etag)):
                break
            opening().delete(old.key, match=old.etag)
            assert keys(store) == []
        assert number > 0

    # Company

    @pytest.mark.parametrize("classes", [("mug", "can"), ("mug", "mug")], ids=["apart", "together"])
    def test_of_two_programs_that_move_the_same_pictures_at_once_each_is_done_or_has_lost(self, store, opening, classes):
        raw = [
            store.put(f"{RAW}{number:02}.jpg", b"%d" % number, match=ABSENT, metadata={"n": str(number)}) for number in range(40)
        ]
        sides = {
            who: [labelled(f"01{who}{number}", one.key, one.etag, cls, who) for number, one in enumerate(raw)]
            for who, cls in zip(("Ana", "Bo"), classes, strict=True)
        }
        start, outcomes = PROCESSES.Barrier(2), {who: PROCESSES.SimpleQueue() for who in sides}
        movers = [PROCESSES.Process(target=_race, args=(opening, sides[who], start, outcomes[who])) for who in sides]
        for mover in movers:
            mover.start()
        for mover in movers:
            mover.join()
        assert [mover.exitcode for mover in movers] == [0, 0]
        ends = {who: outcomes[who].get() for who in sides}
        for number, (ana, bo) in enumerate(zip(ends["Ana"], ends["Bo"], strict=True)):
            winner, loser, who = (ana, bo, "Ana") if ana.outcome is Outcome.DONE else (bo, ana, "Bo")
            target = sides[who][number].target
            assert (winner.outcome, loser.outcome) == (Outcome.DONE, Outcome.LOST)
            assert (loser.winner, loser.where) == (who, target)
            assert places(store, f"{number:02}.jpg") == [target]
            found = store.get(target)
            assert (found.body, found.metadata) == (b"%d" % number, {"n": str(number), **sides[who][number].metadata})
        assert len(keys(store)) == len(raw)

    def test_of_two_programs_that_put_one_key_at_once_one_is_told_that_it_is_taken(self, store, opening):
        other = opening()

        class Meanwhile:
            done = False

            def __call__(self, name: str) -> None:
                if not self.done:
                    self.done = True
                    other.put("a/b.jpg", b"other", match=ABSENT)

        with pytest.raises(ConflictError):
            opening(step=Meanwhile()).put("a/b.jpg", b"ours", match=ABSENT)
        assert store.get("a/b.jpg").body == b"other"

    def test_every_trouble_is_one_that_a_user_can_read(self, store):
        with pytest.raises(AppError) as caught:
            store.get("a/none.jpg")
        assert "a/none.jpg" in caught.value.title
