"""SQLite as the catalog and the journal use it: migrations with copies, and its complaints in words."""

import errno
import sqlite3
import threading
from contextlib import closing

import pytest

from desktop.core.database import BUSY_TIMEOUT_S, connect, keep_log_short, leave_log, rows, transaction, translated
from desktop.core.errors import BusyError, ConfigError, StorageFullError

ONE = "CREATE TABLE fruit (name TEXT NOT NULL UNIQUE)"
TWO = "ALTER TABLE fruit ADD COLUMN colour TEXT;\nUPDATE fruit SET colour = 'green'"
THREE = "CREATE TABLE tree (name TEXT)"


def opened(path, *migrations):
    return closing(connect(path, migrations, synchronous="FULL"))


def fruit(connection):
    return [tuple(row) for row in rows(connection, "SELECT * FROM fruit ORDER BY name")]


def test_a_new_file_gets_every_migration_and_its_folder_and_no_copy(tmp_path):
    path = tmp_path / "far" / "away" / "db.sqlite"
    with opened(path, ONE, TWO) as connection:
        connection.execute("INSERT INTO fruit VALUES ('pear', 'yellow')")
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert [file.name for file in path.parent.iterdir()] == ["db.sqlite"]


def test_an_older_file_is_copied_before_it_is_migrated(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as connection:
        connection.execute("INSERT INTO fruit VALUES ('pear')")
    with opened(path, ONE, TWO, THREE) as connection:
        assert fruit(connection) == [("pear", "green")]
    with closing(sqlite3.connect(tmp_path / "db.sqlite.v1")) as copy:
        assert copy.execute("SELECT * FROM fruit").fetchall() == [("pear",)]
        assert copy.execute("PRAGMA user_version").fetchone()[0] == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["db.sqlite", "db.sqlite.v1"]


def test_the_copy_holds_what_other_connections_have_not_checkpointed(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as older:
        older.execute("INSERT INTO fruit VALUES ('pear')")
        with opened(path, ONE, TWO):
            pass
    with closing(sqlite3.connect(tmp_path / "db.sqlite.v1")) as copy:
        assert copy.execute("SELECT * FROM fruit").fetchall() == [("pear",)]


def test_a_copy_that_is_there_is_not_overwritten(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE):
        pass
    (tmp_path / "db.sqlite.v1").write_bytes(b"the first copy")
    with opened(path, ONE, TWO):
        pass
    assert (tmp_path / "db.sqlite.v1").read_bytes() == b"the first copy"


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as connection:
        connection.execute("INSERT INTO fruit VALUES ('pear')")
    with pytest.raises(ConfigError, match="no such table"):
        connect(path, (ONE, TWO + ";\nINSERT INTO nowhere VALUES (1)"), synchronous="FULL")
    with opened(path, ONE) as connection:
        assert fruit(connection) == [("pear",)]


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE, TWO):
        pass
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="newer Sortloop") as caught:
        connect(path, (ONE,), synchronous="FULL")
    assert "--home" in caught.value.hint
    assert path.read_bytes() == before


def test_a_damaged_file_is_told_with_its_path_and_what_to_do(tmp_path):
    path = tmp_path / "db.sqlite"
    path.write_bytes(b"no database at all, but long enough to be looked at " * 100)
    with pytest.raises(ConfigError, match="not a database") as caught:
        connect(path, (ONE,), synchronous="FULL")
    assert str(path) in caught.value.title
    assert "keep a copy" in caught.value.hint


def test_damage_found_while_reading_is_told_in_words(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as connection, transaction(connection):
        connection.executemany("INSERT INTO fruit VALUES (?)", [(f"{number:0200}",) for number in range(200)])
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with opened(path, ONE) as connection, pytest.raises(ConfigError, match="malformed"):
        fruit(connection)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot be made"):
        connect(tmp_path / "file" / "db.sqlite", (ONE,), synchronous="FULL")


def test_a_full_disk_is_told_and_the_transaction_did_not_happen(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as connection:
        connection.execute("INSERT INTO fruit VALUES ('pear')")
        connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StorageFullError, match="No space") as caught, transaction(connection):
            connection.executemany("INSERT INTO fruit VALUES (?)", [(f"{number:0200}",) for number in range(2000)])
        assert str(path) in caught.value.title
        assert fruit(connection) == [("pear",)]
        connection.execute("PRAGMA max_page_count = 4000")
        with transaction(connection):
            connection.execute("INSERT INTO fruit VALUES ('plum')")
        assert fruit(connection) == [("pear",), ("plum",)]


def test_a_file_that_another_program_holds_is_told_as_busy(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as holder, opened(path, ONE) as other:
        with transaction(holder), pytest.raises(BusyError, match="Another program"), transaction(other, patience_s=0.01):
            pass
        with transaction(other):
            other.execute("INSERT INTO fruit VALUES ('pear')")
        assert fruit(holder) == [("pear",)]


def test_a_transaction_that_found_another_begins_after_it(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as holder, opened(path, ONE) as other:

        def write():
            with transaction(other):
                other.execute("INSERT INTO fruit VALUES ('pear')")

        with transaction(holder):
            writer = threading.Thread(target=write)
            writer.start()
            holder.execute("INSERT INTO fruit VALUES ('plum')")
        writer.join(20)
        assert fruit(holder) == [("pear",), ("plum",)]
        assert other.execute("PRAGMA busy_timeout").fetchone()[0] == BUSY_TIMEOUT_S * 1000


def test_the_log_is_written_back_by_who_keeps_it_short_and_by_nobody_else(tmp_path):
    path = tmp_path / "db.sqlite"
    with opened(path, ONE) as hasty, opened(path, ONE) as patient:
        leave_log(hasty)
        with transaction(hasty):
            hasty.executemany("INSERT INTO fruit VALUES (?)", [(f"{number:04000}",) for number in range(1200)])
        assert path.stat().st_size < 1 << 20
        keep_log_short(patient)
        with transaction(patient):
            patient.execute("INSERT INTO fruit VALUES ('pear')")
        assert path.stat().st_size > 1 << 20


def test_a_transaction_is_whole_or_nothing(tmp_path):
    with opened(tmp_path / "db.sqlite", ONE) as connection:
        twice = [("pear",), ("pear",)]
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.executemany("INSERT INTO fruit VALUES (?)", twice)
        assert fruit(connection) == []


def test_a_mistake_of_the_program_keeps_its_own_words(tmp_path):
    with opened(tmp_path / "db.sqlite", ONE) as connection:
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.execute("INSERT INTO fruit VALUES (NULL)")
        with pytest.raises(OSError, match="disk"), translated(tmp_path):
            raise OSError(errno.EIO, "disk")
