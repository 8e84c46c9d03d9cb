"""The process that delivers what waits in the journal. The window itself never does; it only keeps that process alive."""

import json
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

_FIRST_MS, _LAST_MS = 500, 60_000
_STARTED_MS = 1000
"""The system starts and kills at once; longer than this it is beyond help."""
_STEADY_MS = 30_000
"""After running for this long a process counts as sound: the next failure is waited for shortly again."""
_TOLD_AT = 3
"""Deaths in a row that the user is told of."""
_PATIENCE_S = 10.0
"""How long the last move may take when the window closes; what is not done then is done at the next start."""


class Courier(QObject):
    """Starts the process, starts it again where it dies, ends it by closing what it reads from.

    It also ends by itself when the window is killed: the pipe closes then, too.
    """

    failing = Signal()
    """It has died several times in a row: nothing is delivered for now, and nothing is lost."""
    troubled = Signal(str, str)
    """Why decisions wait, in its words: title, hint."""
    sound = Signal()
    """It delivers again after it was troubled."""

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__()
        self._command = list(command)
        self._pause_ms = _FIRST_MS
        self._deaths = 0
        self._trouble = ("", "")
        self._ending = False
        self.starts = 0
        """How often it was started."""
        self.process = QProcess(self)
        self.process.readyReadStandardOutput.connect(self._heard)
        self.process.setStandardErrorFile(QProcess.nullDevice())
        self.process.finished.connect(self._ended)
        self.process.errorOccurred.connect(self._failed)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.start)
        self._steady = QTimer(self)
        self._steady.setSingleShot(True)
        self._steady.setInterval(_STEADY_MS)
        self._steady.timeout.connect(self._sound)

    @Slot()
    def start(self) -> None:
        """Start the process."""
        if self._ending or self.process.state() is not QProcess.ProcessState.NotRunning:
            return
        self.starts += 1
        self.process.start(self._command[0], self._command[1:])
        self._steady.start()

    def close(self, patience_s: float = _PATIENCE_S) -> None:
        """Let it finish what it is moving, and end; it is ended when that takes too long."""
        self._ending = True
        self._again.stop()
        self._steady.stop()
        if self.process.state() is QProcess.ProcessState.NotRunning:
            return
        self.process.waitForStarted(_STARTED_MS)
        self.process.closeWriteChannel()
        if not self.process.waitForFinished(round(patience_s * 1000)):
            self.process.kill()
            self.process.waitForFinished(_STARTED_MS)

    @Slot()
    def _heard(self) -> None:
        """Take in what it says of its troubles, a line each (``deliver --follow --json``); all else it says is not for us."""
        while self.process.canReadLine():
            trouble = _trouble(bytes(self.process.readLine().data()).decode(errors="replace"))
            if trouble is None or trouble == self._trouble or self._ending:
                continue
            self._trouble = trouble
            if trouble[0]:
                self.troubled.emit(*trouble)
            else:
                self.sound.emit()

    @Slot()
    def _ended(self) -> None:
        self._steady.stop()
        if not self._ending:
            self._deaths += 1
            if self._deaths == _TOLD_AT:
                self.failing.emit()
            self._again.start(self._pause_ms)
            self._pause_ms = min(_LAST_MS, self._pause_ms * 2)

    @Slot(QProcess.ProcessError)
    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # the one that nothing follows
            self._ended()

    @Slot()
    def _sound(self) -> None:
        self._pause_ms = _FIRST_MS
        self._deaths = 0


def _trouble(line: str) -> tuple[str, str] | None:
    """Give title and hint of what a line tells, empty for the end of a trouble; None if it tells of none."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, dict) or not said.keys() & {"trouble", "error"}:
        return None
    return str(said.get("trouble") or said.get("error") or ""), str(said.get("hint") or "")
