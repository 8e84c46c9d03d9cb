"""One window a bucket: a second start brings the first to the front and ends.

Who holds the lock is first. The system lets it go when a process dies, however it dies; so the socket of one that was killed is
taken over, and never mistaken for somebody who answers.
"""

import hashlib
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from desktop.core.errors import BusyError
from desktop.core.texts import _

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

_PATIENCE_S = 2.5
"""How long a second start waits for the first to answer: it may be starting itself."""
_TRY_MS = 100
_LISTEN_MS = 300
"""So long after the claim we listen: the first page comes first, and who calls before that calls again."""
_WORD = b"show\n"


class SingleInstance(QObject):
    """The claim of a process on one bucket with one home folder."""

    wanted = Signal()
    """Somebody started the program again: come to the front."""

    def __init__(self, home: Path, address: str, patience_s: float = _PATIENCE_S) -> None:
        """Take the program's folder, the bucket's address, and how long the first has to answer."""
        super().__init__()
        self._patience_s = patience_s
        words = f"{home.resolve()}\n{_same(address)}"
        self.name = f"sortloop-{hashlib.sha256(words.encode()).hexdigest()[:24]}"
        self._path = home / "windows" / f"{self.name}.lock"
        self._lock: FileLock | None = None
        self._server: QLocalServer | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LISTEN_MS)
        self._soon.timeout.connect(self._listen)

    def claim(self) -> bool:
        """Tell whether we are the first; if not, the first was asked to come to the front.

        Where no lock can be made, everybody is first: a home that cannot be written has worse to tell.

        Raises:
            BusyError: somebody was first, and does not answer.
        """
        lock = FileLock(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout:
            if self._call():
                return False
            raise BusyError(
                _("A window is open on this bucket already, and does not answer."), _("Wait a moment; else end its process.")
            ) from None
        except OSError as error:
            logging.getLogger(__name__).warning("%s cannot be locked: %s", self._path, error)
            return True
        self._lock = lock
        self._soon.start()
        return True

    def release(self) -> None:
        """Let the bucket go."""
        self._soon.stop()
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @Slot()
    def _listen(self) -> None:
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 - a library of its own

        QLocalServer.removeServer(self.name)  # of one that was killed: nobody else has the lock
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        if not self._server.listen(self.name):
            logging.getLogger(__name__).warning("nobody can call this window: %s", self._server.errorString())

    def _call(self) -> bool:
        """Ask the first to show itself; tell whether it heard."""
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415

        deadline_s = time.monotonic() + self._patience_s
        while (rest_s := deadline_s - time.monotonic()) > 0:
            socket = QLocalSocket()
            socket.connectToServer(self.name)
            if socket.waitForConnected(_TRY_MS):  # which the system does for a process that hangs, too
                socket.write(_WORD)
                return socket.waitForReadyRead(max(_TRY_MS, round(rest_s * 1000)))
            QThread.msleep(_TRY_MS)
        return False

    @Slot()
    def _answer(self) -> None:
        while self._server is not None and (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.write(_WORD)
            caller.flush()
            self.wanted.emit()


def _same(address: str) -> str:
    """Give one way to write the address of a folder, however it was reached."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        address = unquote(parts.path)
    elif "://" in address:
        return address.rstrip("/")
    return str(Path(address).expanduser().resolve())
