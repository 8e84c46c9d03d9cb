"""The child process that trains: ``sortloop worker-train RUN_FOLDER FEATURES_FOLDER [THREADS]``.

Everything it says stands in the run's folder (``desktop.core.run_folder``). It says ``ready`` once, when it holds the run's
lock and its status can be read; whoever started it may end then.
"""

import os
import sys
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from desktop.core.errors import AppError, Cancelled
from desktop.core.ports import RunState, RunStatus
from desktop.core.progress import Step
from desktop.core.run_folder import RunFolder, StopFile
from desktop.core.texts import _
from desktop.language import speak

READY = "ready"

_LOCK_TIMEOUT_S = 2.0
"""Longer than a look at whether the lock is held."""
_REPORT_EVERY_S = 0.1
_NICENESS = 5
"""Somebody may be sorting at this computer meanwhile."""


def main(arguments: list[str]) -> int:
    """Carry out a run; 0 if it is done, or is another process's."""
    folder, features = RunFolder(Path(arguments[0])), Path(arguments[1])
    threads = int(arguments[2]) if len(arguments) > 2 else 0
    try:
        with FileLock(folder.lock).acquire(timeout=_LOCK_TIMEOUT_S):
            child = Child(folder)
            if not child.begin():
                return 0
            print(READY, flush=True)  # noqa: T201 - the one word it says
            return 0 if child.run(features, threads) is RunState.DONE else 1
    except Timeout:
        return 0


class Child:
    """A run being carried out, and told of."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._status = RunStatus(folder.run, RunState.STARTING, _("Starting"))
        self._reported_s = 0.0
        self._begun_s = time.monotonic()

    def begin(self) -> bool:
        """Say that the run has begun, unless somebody did before."""
        if self._folder.status() is not None:
            return False
        self._folder.report(self._status)
        self.note(_("begun by process {pid}").format(pid=os.getpid()))
        return True

    def run(self, features: Path, threads: int) -> RunState:
        """Carry it out; what becomes of it is written down whatever happens."""
        try:
            summary = self._learn(features, threads)
        except Cancelled:
            self._end(RunState.CANCELLED)
        except AppError as error:
            self._end(RunState.FAILED, message=str(error))
        except Exception as error:  # noqa: BLE001 - nobody else is here to tell of it
            self._note_each(traceback.format_exc())
            self._end(RunState.FAILED, message=_("{error} (the log says more)").format(error=str(error) or type(error).__name__))
        else:
            self._end(RunState.DONE, summary={"seconds": round(time.monotonic() - self._begun_s, 3), **summary})
        return self._status.state

    def note(self, line: str) -> None:
        """Add a line to the log."""
        at = datetime.now(UTC).isoformat(" ", "seconds").removesuffix("+00:00")
        with self._folder.log.open("a", encoding="utf-8", errors="replace") as log:
            log.write(f"{at} {line}\n")

    def _learn(self, features: Path, threads: int) -> dict[str, Any]:
        plan = self._folder.plan()
        # Late: whoever started this process waits for its first word.
        from desktop.ml.backbone import backbone  # noqa: PLC0415
        from desktop.ml.feature_cache import FeatureCache  # noqa: PLC0415
        from desktop.ml.learning import Lesson  # noqa: PLC0415

        lesson = Lesson(plan, self._take, StopFile(self._folder), self.note, self._figures)
        with FeatureCache(features) as cache:
            return lesson.learn(lambda: backbone(features), cache, self._folder.bundle, threads, self._folder.keep)

    def _take(self, step: Step) -> None:
        """Report a step, though not each of very many."""
        new = step.label != self._status.step
        self._status = replace(self._status, state=RunState.RUNNING, step=step.label, done=step.done, total=step.total or 0)
        now_s = time.monotonic()
        if new or now_s - self._reported_s > _REPORT_EVERY_S:
            self._reported_s = now_s
            self._folder.report(self._status)

    def _figures(self, known: dict[str, Any]) -> None:
        """Keep what is known of the run so far; it is told with the next step at the latest."""
        self._status = replace(self._status, summary={**self._status.summary, **known})
        self._reported_s = 0.0

    def _end(self, state: RunState, *, message: str = "", summary: dict[str, Any] | None = None) -> None:
        self._status = replace(self._status, state=state, message=message, summary=summary or self._status.summary)
        self.note(f"{state} {message}".strip())
        self._folder.report(self._status)

    def _note_each(self, lines: str) -> None:
        for line in lines.splitlines():
            self.note(line)


if __name__ == "__main__":
    speak()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    sys.exit(main(sys.argv[1:]))
