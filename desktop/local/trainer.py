"""Training on this computer: a child process a run, which outlives this one and which any other may follow."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

import desktop
from desktop.core.errors import AppError, NotFoundError
from desktop.core.ports import RunState, RunStatus, TrainingPlan
from desktop.core.run_folder import RunFolder
from desktop.core.texts import _

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")
_BIRTH_S = 60.0
"""A plan this old without a word from its child was never begun: the starting program was ended in between."""
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""Heads are small and several are fitted at once; a multiplication on all cores makes them wait for each other."""


class ProcessTrainer:
    """A trainer on this computer's processor; satisfies ``desktop.core.ports.Trainer``."""

    def __init__(self, runs: Path, features: Path, command: Sequence[str], threads: int = 0) -> None:
        """Take the folders and the child's command.

        Args:
            runs: ``home/runs``.
            features: the folder of networks and cached features.
            command: starts ``desktop.ml.train``; what it needs to know is added.
            threads: how many compute (0: one a core).
        """
        self._runs = runs
        self._features = features
        self._command = command
        self._threads = threads

    def start(self, plan: TrainingPlan) -> None:
        """Begin a run; starting the same run twice does nothing the second time.

        Raises:
            AppError: no process could be started. StorageFullError: the plan could not be written.
        """
        folder = self._folder(plan.run)
        here = tuple(replace(image, path=os.path.abspath(image.path)) for image in plan.train)
        folder.begin(replace(plan, train=here))
        if folder.status() is None:
            self._spawn(folder)

    def status(self, run: str) -> RunStatus:
        """Tell how far a run is; one whose process has died has failed.

        Raises:
            NotFoundError: there is no such run.
        """
        folder = self._folder(run)
        planned_s = folder.planned_s
        if planned_s is None:
            raise NotFoundError(_("There is no run “{run}” on this computer.").format(run=run))
        status = folder.status()
        if (status is not None and status.state.ended) or _alive(folder):
            return status or RunStatus(run, RunState.STARTING)
        status = folder.status()  # it may have ended, or begun, since we looked
        if status is None and time.time() - planned_s < _BIRTH_S:
            return RunStatus(run, RunState.STARTING)
        if status is None:
            return RunStatus(run, RunState.FAILED, message=_("It was never begun. Start another run."))
        if status.state.ended:
            return status
        return replace(status, state=RunState.FAILED, message=_("Its process was ended from outside. Start another run."))

    def logs(self, run: str, start: int = 0) -> list[str]:
        """Give a run's log lines from number ``start`` on; none for a run that is not known."""
        return self._folder(run).lines(start)

    def cancel(self, run: str) -> None:
        """Ask a run to stop between two pictures; an ended one stays as it is.

        Raises:
            NotFoundError: there is no such run.
        """
        if not self.status(run).state.ended:
            self._folder(run).ask_to_stop()

    def _folder(self, run: str) -> RunFolder:
        if not _RUN.match(run):
            raise NotFoundError(_("There is no run “{run}” on this computer.").format(run=run))
        return RunFolder(self._runs.absolute() / run)

    def _spawn(self, folder: RunFolder) -> None:
        """Start the child and wait for its first word."""
        root = str(Path(desktop.__file__).parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        command = [*self._command, str(folder.path), str(self._features.absolute()), str(self._threads)]
        try:
            with folder.log.open("ab") as log:
                child = subprocess.Popen(  # noqa: S603 - our own program
                    command,
                    cwd=folder.path,
                    env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path, "PYTHONUTF8": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError as error:
            raise AppError(_("No process could be started for the training: {error}.").format(error=error)) from error
        assert child.stdout is not None  # noqa: S101 - asked for above
        with child.stdout as word:
            word.readline()  # nothing if it ended at once
        if folder.status() is None and child.wait() != 0:
            lines = folder.lines()
            raise AppError(_("The training could not begin."), lines[-1] if lines else "")
        # Else it would stay in the system's table as long as this program runs.
        threading.Thread(target=child.wait, daemon=True).start()


def _alive(folder: RunFolder) -> bool:
    """Tell whether a process holds the run's lock."""
    try:
        with FileLock(folder.lock).acquire(blocking=False):
            return False
    except Timeout:
        return True
