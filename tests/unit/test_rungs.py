"""Small pictures for the screen: kept within a limit, never needed, never a reason to fail."""

import sqlite3
from contextlib import closing

import pytest

from desktop.core.rungs import Rungs


@pytest.fixture
def path(tmp_path):
    return tmp_path / "pictures" / "rungs.sqlite"


@pytest.fixture
def rungs(path):
    with closing(Rungs(path, 1 << 30)) as rungs:
        yield rungs


def test_each_size_is_kept_apart_and_the_last_one_counts(rungs):
    rungs.put("a", 192, b"first")
    rungs.put("a", 192, b"small")
    rungs.put("a", 384, b"large")
    assert (rungs.get("a", 192), rungs.get("a", 384), rungs.get("b", 192)) == (b"small", b"large", None)


def test_another_worker_finds_what_one_kept(path, rungs):
    rungs.put("a", 192, b"small")
    with closing(Rungs(path, 1 << 30)) as other:
        assert other.get("a", 192) == b"small"


def test_what_is_forgotten_leaves_no_byte_behind(path, rungs):
    rungs.put("a", 192, b"a private picture " * 500)
    rungs.put("b", 192, b"another")
    rungs.forget("a")
    assert (rungs.get("a", 192), rungs.get("b", 192)) == (None, b"another")
    rungs.close()
    assert b"private" not in path.read_bytes()


def test_forgetting_makes_no_file(path, rungs):
    rungs.forget("a")
    assert not path.exists()


def test_the_first_to_go_are_those_that_nobody_used(path):
    with closing(Rungs(path, 1_000_000)) as rungs:
        for number in range(250):
            rungs.put(f"{number}", 192, bytes(4000))
        with closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.execute("UPDATE rung SET kept_ms = 0")
        assert rungs.get("0", 192) is not None
        for number in range(250, 600):
            rungs.put(f"{number}", 192, bytes(4000))
        assert rungs.get("0", 192) is not None
        assert rungs.get("1", 192) is None
        assert rungs.get("599", 192) is not None


def test_a_damaged_file_is_begun_anew(path):
    path.parent.mkdir()
    path.write_bytes(b"no database, whatever its name says" * 200)
    with closing(Rungs(path, 1 << 30)) as rungs:
        assert rungs.get("a", 192) is None
        rungs.put("a", 192, b"small")
        assert rungs.get("a", 192) == b"small"


def test_where_nothing_can_be_kept_nothing_is_and_nobody_hears_of_it(path):
    path.parent.write_bytes(b"a file in its place")
    with closing(Rungs(path, 1 << 30)) as rungs:
        rungs.put("a", 192, b"small")
        assert rungs.get("a", 192) is None
