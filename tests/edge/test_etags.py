"""What is known of files' contents may be lost at any time; it may never be wrong."""

import hashlib
import itertools
import os
import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.etags import BATCH, Etags

OLD_S = 1_700_000_000
"""A time long enough ago for a file to be remembered."""

_ticks = itertools.count(OLD_S)


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "etags.sqlite"


def write(path: Path, body: bytes, at_s: float = OLD_S) -> tuple[str, os.stat_result]:
    path.write_bytes(body)
    os.utime(path, (at_s, at_s))
    return str(path), path.lstat()


def swap(path: Path, body: bytes) -> None:
    """Change a file's bytes so that only reading it can tell."""
    state = path.stat()
    with path.open("r+b") as file:
        file.write(body)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def etag(etags: Etags, path: Path) -> str:
    ((_, found),) = etags.of([(str(path), path.lstat())])
    return found


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_a_file_is_read_once_and_another_program_need_not_read_it(cache, tmp_path):
    write(tmp_path / "a", b"old")
    assert etag(Etags(cache), tmp_path / "a") == sha(b"old")
    swap(tmp_path / "a", b"new")
    assert etag(Etags(cache), tmp_path / "a") == sha(b"old")


def test_a_renamed_file_is_not_read_again(cache, tmp_path):
    write(tmp_path / "a", b"old")
    etag(Etags(cache), tmp_path / "a")
    os.rename(tmp_path / "a", tmp_path / "b")
    swap(tmp_path / "b", b"new")
    assert etag(Etags(cache), tmp_path / "b") == sha(b"old")


@pytest.mark.parametrize(("body", "at_s"), [(b"new", OLD_S + 0.001), (b"newer", OLD_S)], ids=["another time", "another size"])
def test_a_file_that_changed_is_read_again(cache, tmp_path, body, at_s):
    etags = Etags(cache)
    write(tmp_path / "a", b"old")
    etag(etags, tmp_path / "a")
    write(tmp_path / "a", body, at_s)
    assert etag(etags, tmp_path / "a") == sha(body)


def test_a_file_touched_just_now_is_not_remembered_since_its_time_may_stay_the_same(cache, tmp_path):
    etags = Etags(cache)
    write(tmp_path / "a", b"old", time.time())
    assert etag(etags, tmp_path / "a") == sha(b"old")
    swap(tmp_path / "a", b"new")
    assert etag(etags, tmp_path / "a") == sha(b"new")


def test_a_file_that_is_gone_has_none_and_stops_nobody(cache, tmp_path):
    gone = write(tmp_path / "gone", b"1")
    here = write(tmp_path / "here", b"2")
    os.unlink(gone[0])
    nothing, (_, found) = Etags(cache).of([gone, here])
    assert (nothing, found) == (None, sha(b"2"))


def test_a_whole_batch_is_told_apart(cache, tmp_path):
    files = [write(tmp_path / str(number), b"%d" % number) for number in range(BATCH)]
    expected = [sha(b"%d" % number) for number in range(BATCH)]
    for _ in range(2):
        assert [found for _, found in Etags(cache).of(files)] == expected


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.lists(st.tuples(st.integers(0, 2), st.binary(max_size=2)), max_size=12))
def test_whatever_happens_to_files_their_etags_are_right_while_each_write_has_a_time_of_its_own(cache, tmp_path, writes):
    etags = Etags(cache)
    for number, body in writes:
        path = tmp_path / f"file{number}"
        write(path, body, next(_ticks))
        assert etag(etags, path) == sha(body)


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4096, b""])
def test_a_damaged_cache_is_begun_anew(cache, tmp_path, damage):
    cache.write_bytes(damage)
    etags = Etags(cache)
    write(tmp_path / "a", b"old")
    assert etag(etags, tmp_path / "a") == sha(b"old")
    assert etag(etags, tmp_path / "a") == sha(b"old")
    swap(tmp_path / "a", b"new")
    assert etag(Etags(cache), tmp_path / "a") == sha(b"old")


def test_a_cache_damaged_in_its_middle_gives_right_etags_or_none_of_its_own(cache, tmp_path):
    files = [write(tmp_path / str(number), b"%d" % number) for number in range(300)]
    Etags(cache).of(files)
    size_bytes = cache.stat().st_size
    with cache.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size_bytes - 4096))
    etags = Etags(cache)
    for _ in range(2):
        assert [found for _, found in etags.of(files)] == [sha(b"%d" % number) for number in range(300)]


def test_a_cache_that_another_program_is_busy_with_is_done_without(cache, tmp_path):
    write(tmp_path / "a", b"old")
    etag(Etags(cache), tmp_path / "a")
    swap(tmp_path / "a", b"new")
    other = sqlite3.connect(cache, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert etag(Etags(cache), tmp_path / "a") == sha(b"new")
    finally:
        other.close()


def test_where_no_cache_can_be_kept_files_are_read(tmp_path):
    write(tmp_path / "a", b"old")
    etags = Etags(tmp_path / "no such folder" / "etags.sqlite")
    assert etag(etags, tmp_path / "a") == sha(b"old")


def test_a_huge_inode_number_fits(cache, tmp_path):
    path, state = write(tmp_path / "a", b"old")
    numbers = list(state)
    numbers[1] = (1 << 64) - 7
    huge = os.stat_result(numbers, {"st_mtime_ns": state.st_mtime_ns})
    etags = Etags(cache)
    etags.remember([(huge, sha(b"remembered"))])
    assert etags.of([(path, huge)]) == [(huge, sha(b"remembered"))]
