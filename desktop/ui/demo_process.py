"""The process that makes the demo's plant and plays its devices, for the program as long as it runs."""

import json
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal, Slot

from desktop.app import own_command
from desktop.core.errors import AppError
from desktop.core.progress import Step
from desktop.core.texts import _

_PARTS = 4
"""The demo's making has so many parts, each with a number before its name (``desktop/demo/story.py``)."""
_PATIENCE_MS = 5000
"""How long the devices have to stop when the program ends."""


class DemoProcess(QObject):
    """Makes the plant, then keeps its devices running; they stop when nobody holds their other end."""

    stepped = Signal(object)
    """A :class:`Step`; None once it is made, or will not be."""
    ready = Signal(str)
    """The address of the plant."""
    failed = Signal(object)
    """An :class:`AppError`."""

    def __init__(self, home: Path, command: list[str] | None = None) -> None:
        """Take the program's folder, and the command if it is not the program's own."""
        super().__init__()
        self._command = command or own_command("--home", str(home), "demo", "--hold", str(home / "demo"))
        self._process: QProcess | None = None

    def start(self) -> None:
        """Begin, unless it runs."""
        if self._process is not None:
            return
        self.stepped.emit(Step(_("Starting the demo"), 0, None))
        program, *words = self._command
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._heard)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._not_started)
        self._process.start(program, words)

    @Slot()
    def stop(self) -> None:
        """Break the making off."""
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """End the devices."""
        process, self._process = self._process, None
        if process is not None:
            process.closeWriteChannel()
            if not process.waitForFinished(_PATIENCE_MS):
                process.kill()
                process.waitForFinished(_PATIENCE_MS)

    @Slot()
    def _heard(self) -> None:
        while self._process is not None and self._process.canReadLine():
            said: dict[str, object] = {}
            with suppress(ValueError):
                said = json.loads(bytes(self._process.readLine().data()))
            if "ready" in said:
                self.stepped.emit(None)
                self.ready.emit(str(said["ready"]))
            elif "label" in said:
                total = said.get("total")
                words = _("{part} (of {n}): {what}").format(part=said.get("part", ""), n=_PARTS, what=said["label"])
                self.stepped.emit(Step(words, int(str(said.get("done", 0))), int(str(total)) if total else None))

    @Slot()
    def _ended(self) -> None:
        if self._process is not None:
            told = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip().splitlines()
            self._over(" ".join(told[-2:]) if self._process.exitCode() not in (0, 130) else None)

    @Slot(QProcess.ProcessError)
    def _not_started(self, error: QProcess.ProcessError) -> None:
        if self._process is not None and error is QProcess.ProcessError.FailedToStart:  # the one that nothing follows
            self._over(self._process.errorString())

    def _over(self, reason: str | None) -> None:
        """Take that it has ended; a reason is told."""
        if self._process is not None:
            self._process.deleteLater()
        self._process = None
        self.stepped.emit(None)
        if reason is not None:
            self.failed.emit(AppError(_("The demo could not be built."), reason))
