"""SQLite as both the catalog and the journal use it: WAL, numbered migrations, a copy before each."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from desktop.core.errors import AppError, BusyError, ConfigError, StorageFullError
from desktop.core.texts import _

BUSY_TIMEOUT_S = 30.0
"""How long one process waits for another's transaction."""
_AGAIN_S = 0.0005
"""Between two tries: SQLite's own patience sleeps up to a tenth of a second (``sqliteDefaultBusyCallback`` in its main.c), and a
key would wait that long for a move that took three milliseconds."""
_KEY_PAGES = 16_384
"""Pages of the log after which even a process that keeps it short for nobody writes them back: 64 MB."""
_WORKER_PAGES = 1000
"""SQLite's own measure."""

Arguments = Sequence[object] | dict[str, object]
"""What stands for a query's marks, by place or by name."""


def connect(path: Path, migrations: Sequence[str], *, synchronous: str) -> sqlite3.Connection:
    """Open a database and bring it to the newest schema; the connection commits by itself outside :func:`transaction`.

    Args:
        path: The file; its folder is made.
        migrations: The scripts that lead from an empty file to today's schema, in order; ``user_version`` counts them.
        synchronous: SQLite's own word: ``FULL`` survives a power cut, ``NORMAL`` may lose the last transactions.

    Raises:
        ConfigError: the file was written by a newer version, is damaged, or its folder cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(_("{path} cannot be made: {error}.").format(path=path.parent, error=error.strerror)) from error
    with translated(path):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            _migrate(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
        return connection


def rows(connection: sqlite3.Connection, query: str, arguments: Arguments = ()) -> list[sqlite3.Row]:
    """Give all rows of a query; what is wrong with the file is told in words here too."""
    with translated(connection):
        return connection.execute(query, arguments).fetchall()


@contextmanager
def transaction(connection: sqlite3.Connection, patience_s: float = BUSY_TIMEOUT_S) -> Iterator[None]:
    """Make what happens inside one durable whole, or nothing; another process's transaction is waited for."""
    with translated(connection):
        _begin(connection, patience_s)
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk rolls back by itself
                connection.execute("ROLLBACK")
            raise


def leave_log(connection: sqlite3.Connection) -> None:
    """Let others write the log back into the file: that takes up to a tenth of a second, and a key must not wait for it."""
    connection.execute(f"PRAGMA wal_autocheckpoint = {_KEY_PAGES}")


def keep_log_short(connection: sqlite3.Connection) -> None:
    """Write the log back into the file whenever it is long; nobody waits for who does so."""
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WORKER_PAGES}")


@contextmanager
def translated(file: Path | sqlite3.Connection) -> Iterator[None]:
    """Turn SQLite's complaints about a file into words."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):  # ours, not the file's
        raise
    except sqlite3.DatabaseError as error:
        raise _app_error(file if isinstance(file, Path) else _path(file), error) from error


def _begin(connection: sqlite3.Connection, patience_s: float) -> None:
    """Begin as soon as the other processes let it."""
    give_up_s = time.monotonic() + patience_s
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_s:
                    raise
                time.sleep(_AGAIN_S)
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}")


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    version = _version(connection)
    if version > len(migrations):
        raise ConfigError(
            _("{path} was written by a newer Sortloop.").format(path=path),
            _("Use that version, or another --home."),
        )
    if 0 < version < len(migrations):
        _keep_copy(connection, path, version)
    while version < len(migrations):
        with transaction(connection):
            version = _version(connection)  # another process may have been faster
            if version < len(migrations):
                for statement in migrations[version].split(";\n"):
                    connection.execute(statement)
                version += 1
                connection.execute(f"PRAGMA user_version = {version}")


def _path(connection: sqlite3.Connection) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()["file"])


def _version(connection: sqlite3.Connection) -> int:
    """Give the number of migrations a file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _keep_copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Keep the file as it was before a migration, as ``<name>.v<version>``."""
    copy = path.with_name(f"{path.name}.v{version}")
    if copy.exists():
        return
    unfinished = path.with_name(f"{copy.name}.{os.getpid()}.tmp")
    with closing(sqlite3.connect(unfinished)) as target:
        connection.backup(target)
        kept = _version(target)
    if kept == version:
        os.replace(unfinished, copy)
    else:  # another process has migrated the file since we looked, and kept its own copy first
        unfinished.unlink()


def _app_error(path: Path, error: sqlite3.DatabaseError) -> AppError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the upper bits only tell variants apart
    if code == sqlite3.SQLITE_FULL or shutil.disk_usage(path.parent).free == 0:
        return StorageFullError(_("No space is left for {path}.").format(path=path), _("Free some space and try again."))
    if code == sqlite3.SQLITE_BUSY:
        return BusyError(_("Another program holds {path}.").format(path=path), _("Wait for it, or end it, and try again."))
    return ConfigError(
        _("{path} cannot be used: {error}.").format(path=path, error=error),
        _("A catalog may be deleted and is built again. A journal holds undelivered work: keep a copy before you touch it."),
    )
