import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.contract.metadata import Reason
from edge.spool import RANKS, BadRecordFile, Record, Spool, SpoolError, pack, rank_of, unpack

ROOT = Path(__file__).parents[2]
LARGE = 1 << 40


def open_spool(folder, *, quota_bytes=LARGE, max_records=1000, free_bytes=0, free=lambda _path: LARGE):
    return Spool(folder, quota_bytes=quota_bytes, max_records=max_records, free_bytes=free_bytes, free=free)


def record(name="a.jpg", rank=1, size=100):
    return Record(name, name.encode().ljust(size, b"x"), {"device": "pi"}, rank)


def drain(spool):
    """Give the names of all waiting records in the order in which they would be sent, and let them go."""
    names = []
    while (waiting := spool.first()) is not None:
        names.append(waiting[1].name)
        spool.done(waiting[0])
    return names


def waiting_files(folder):
    return sorted(path.name for path in (folder / "pending").iterdir())


@given(st.text(), st.binary(max_size=300), st.dictionaries(st.text(), st.text(), max_size=5), st.integers(0, 9))
def test_a_record_comes_back_as_it_was(name, jpeg, metadata, rank):
    packed = Record(name.encode(errors="replace").decode(), jpeg, _plain(metadata), rank)
    assert unpack(pack(packed)) == packed


def _plain(metadata):
    return {key.encode(errors="replace").decode(): value.encode(errors="replace").decode() for key, value in metadata.items()}


@given(st.data())
def test_no_changed_or_cut_record_is_taken_for_a_whole_one(data):
    whole = pack(record())
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    for bad in (bytes(changed), whole[:at]):
        with pytest.raises(BadRecordFile):
            unpack(bad)


def test_the_most_valuable_goes_first_and_the_oldest_of_its_rank(tmp_path):
    spool = open_spool(tmp_path)
    for name, rank in (("high", 4), ("low-1", 2), ("chance", 0), ("low-2", 2)):
        assert spool.put(record(name, rank))
    assert (spool.waiting, spool.first()[1].metadata) == (4, {"device": "pi"})
    assert drain(spool) == ["chance", "low-1", "low-2", "high"]
    assert waiting_files(tmp_path) == []
    assert (spool.waiting, spool.size_bytes, spool.first()) == (0, 0, None)


def test_what_waits_is_still_there_after_a_restart_and_keeps_its_order(tmp_path):
    spool = open_spool(tmp_path)
    for index in range(12):
        spool.put(record(f"{index}", 1))
    spool.done(spool.first()[0])
    again = open_spool(tmp_path)
    assert (again.waiting, again.size_bytes) == (11, spool.size_bytes)
    again.put(record("new", 1))
    assert drain(again) == [*(f"{index}" for index in range(1, 12)), "new"]


def test_chance_in_a_test_slot_is_worth_most():
    test_picture = rank_of(Reason.CHANCE, test_slot=True)
    assert all(test_picture < rank_of(reason, test_slot=False) for reason in Reason)
    assert sorted(Reason, key=lambda reason: rank_of(reason, test_slot=False)) == [
        Reason.CHANCE,
        Reason.LOW,
        Reason.MARGIN,
        Reason.HIGH,
    ]
    assert set(RANKS) == set(Reason)


def test_the_least_valuable_and_oldest_makes_room(tmp_path):
    spool = open_spool(tmp_path, max_records=3)
    for name, rank in (("test", 0), ("high-1", 4), ("high-2", 4), ("low", 2)):
        assert spool.put(record(name, rank))
    assert spool.dropped == {4: 1}
    assert drain(spool) == ["test", "low", "high-2"]


def test_what_is_worth_less_than_all_that_waits_is_not_kept(tmp_path):
    spool = open_spool(tmp_path, max_records=2)
    spool.put(record("a", 0))
    spool.put(record("b", 2))
    assert not spool.put(record("c", 3))
    assert spool.dropped == {3: 1}
    assert drain(spool) == ["a", "b"]


def test_the_quota_in_bytes_holds(tmp_path):
    size = len(pack(record("0", 1)))
    spool = open_spool(tmp_path, quota_bytes=3 * size + size // 2)
    for index in range(9):
        spool.put(record(f"{index}", 1))
    assert spool.size_bytes == 3 * size
    assert drain(spool) == ["6", "7", "8"]


def test_a_record_larger_than_the_quota_costs_no_other(tmp_path):
    spool = open_spool(tmp_path, quota_bytes=1000)
    spool.put(record("small", 4))
    assert not spool.put(record("large", 0, size=5000))
    assert drain(spool) == ["small"]


def test_below_the_free_floor_one_goes_for_one_and_the_rest_stays(tmp_path):
    free = [LARGE]
    spool = open_spool(tmp_path, free_bytes=1000, free=lambda _path: free[0])
    for index in range(5):
        spool.put(record(f"name-{index}", 3))
    free[0] = 0  # somebody else has filled the disk
    assert spool.put(record("better", 1))
    assert not spool.put(record("worse", 4))
    assert drain(spool) == ["better", "name-1", "name-2", "name-3", "name-4"]


@settings(max_examples=15)
@given(st.lists(st.integers(0, 4), max_size=10), st.integers(1, 4))
def test_what_is_left_is_always_the_best_of_what_came(tmp_path_factory, ranks, most):
    spool = open_spool(tmp_path_factory.mktemp("spool"), max_records=most)
    for index, rank in enumerate(ranks):
        spool.put(record(f"{rank}-{index:02}", rank))
    best = sorted((rank, -index) for index, rank in enumerate(ranks))[:most]
    in_order = sorted((rank, -newness) for rank, newness in best)
    assert drain(spool) == [f"{rank}-{index:02}" for rank, index in in_order]
    assert sum(spool.dropped.values()) == max(0, len(ranks) - most)


def test_a_damaged_record_goes_into_quarantine_and_the_next_one_is_sent(tmp_path):
    spool = open_spool(tmp_path)
    spool.put(record("bad", 0))
    spool.put(record("good", 1))
    bad = tmp_path / "pending" / waiting_files(tmp_path)[0]
    bad.write_bytes(bad.read_bytes()[:-5])
    assert drain(spool) == ["good"]
    assert (spool.quarantined, spool.waiting) == (1, 0)


def test_the_quarantine_does_not_grow_for_ever(tmp_path):
    spool = open_spool(tmp_path)
    for index in range(60):
        spool.put(record(f"{index}", 1))
        spool.quarantine(spool.first()[0], "for the test")
    assert spool.quarantined == 50


def test_a_record_taken_away_by_hand_is_no_trouble(tmp_path):
    spool = open_spool(tmp_path)
    spool.put(record("gone", 0))
    spool.put(record("here", 1))
    (tmp_path / "pending" / waiting_files(tmp_path)[0]).unlink()
    assert drain(spool) == ["here"]


def test_foreign_files_and_leftovers_are_no_records(tmp_path):
    open_spool(tmp_path)
    (tmp_path / "pending" / "readme.txt").write_text("?", "utf-8")
    (tmp_path / "tmp" / "1_000000000001.rec").write_bytes(b"half")
    spool = open_spool(tmp_path)
    assert (spool.waiting, list((tmp_path / "tmp").iterdir())) == (0, [])


def test_a_disk_that_takes_nothing_is_told_and_leaves_nothing_behind(tmp_path):
    spool = open_spool(tmp_path)
    (tmp_path / "tmp").rmdir()
    with pytest.raises(SpoolError):
        spool.put(record())
    assert (spool.waiting, spool.size_bytes, sum(spool.dropped.values())) == (0, 0, 1)
    (tmp_path / "tmp").mkdir()
    assert spool.put(record())


def test_a_killed_program_loses_nothing_it_had_acknowledged_and_leaves_nothing_torn(tmp_path):
    acknowledged = []
    for attempt in range(8):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.edge.spool_writer", str(tmp_path), str(attempt * 100_000)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        ) as writer:
            acknowledged += [writer.stdout.readline().decode().strip() for _ in range(attempt * 3 + 1)]
            writer.kill()
            acknowledged += writer.stdout.read().decode().split("\n")[:-1]
    spool = open_spool(tmp_path)
    found = []
    while (waiting := spool.first()) is not None:
        assert waiting[1].jpeg == waiting[1].name.encode() * 3000
        found.append(waiting[1].name)
        spool.done(waiting[0])
    assert set(acknowledged) <= set(found)
    assert len(acknowledged) > 8
    assert spool.quarantined == 0
    # At most the one record that was being written when the program died is there without a word.
    assert len(found) == len(set(found)) <= len(acknowledged) + 8


def test_a_record_in_quarantine_is_not_overwritten_by_one_of_the_next_program(tmp_path):
    for name in ("one", "two"):
        spool = open_spool(tmp_path)
        spool.put(record(name))
        spool.quarantine(spool.first()[0], "for the test")
    assert {unpack(path.read_bytes()).name for path in (tmp_path / "quarantine").iterdir()} == {"one", "two"}


def test_a_program_without_a_file_to_open_lays_no_record_aside(tmp_path):
    spool = open_spool(tmp_path)
    for name in ("one", "two"):
        spool.put(record(name))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        with pytest.raises(SpoolError, match="cannot be read now"):
            spool.first()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert drain(spool) == ["one", "two"]
