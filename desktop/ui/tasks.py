"""Long work off the window's thread: lanes, one thread each, where everything can be followed and stopped.

A lane opens a plant of its own, since a catalog and a journal serve one thread. Work of one lane goes one after the other; lanes
run side by side. What a piece of work gives back arrives on the window's thread.
"""

import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.app import Plant
from desktop.core.errors import AppError, Cancelled
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.texts import _

T = TypeVar("T")
Work = Callable[[Plant, Progress, CancelToken], T]


_TOLD_S = 0.1
"""Progress is told ten times a second at most: work on a hundred thousand small things would drown the window in news."""
_KEPT = 32
"""So many tasks are kept after their end, so that none is let go, and with it whom it would have told, on a lane's thread."""


class Task(QObject):
    """One piece of work that waits, runs or has ended."""

    stepped = Signal(object)
    """A :class:`Step`, now and then."""
    ended = Signal()
    """Done, failed or stopped."""
    _finished = Signal()

    def __init__(self, lane: str, title: str, done: Callable[[Any], None], failed: Callable[[AppError], None]) -> None:
        super().__init__()
        self.lane = lane
        self.title = title
        self.step: Step | None = None
        """The last word of it."""
        self.over = False
        self.token = CancelToken()
        self._done: Callable[[Any], None] | None = done
        self._failed: Callable[[AppError], None] | None = failed
        self._told_s = 0.0
        self._result: object = None
        self._error: BaseException | None = None
        self._finished.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def cancel(self) -> None:
        """Ask it to stop between two items."""
        self.token.cancel()

    def drop(self) -> None:
        """Ask it to stop, and tell nobody how it ended: who asked is gone."""
        self.token.cancel()
        self._done = self._failed = None

    def tell(self, step: Step) -> None:
        """Take progress, on the lane's thread."""
        last, self.step = self.step, step
        now_s = time.monotonic()
        whole = step.total is not None and step.done >= step.total
        if whole or last is None or last.label != step.label or now_s - self._told_s >= _TOLD_S:
            self._told_s = now_s
            self.stepped.emit(step)

    def finish(self, result: object, error: BaseException | None) -> None:
        """Take how it ended, on the lane's thread; what it gave is handed over, so that it is not let go there."""
        self._result, self._error = result, error
        self._finished.emit()

    @Slot()
    def _take(self) -> None:
        self.over = True
        done, failed, result, error = self._done, self._failed, self._result, self._error
        self._done = self._failed = self._result = self._error = None
        try:
            if done is None or failed is None or isinstance(error, Cancelled):
                return
            if error is None:
                done(result)
            elif isinstance(error, AppError):
                failed(error)
            else:
                sys.excepthook(type(error), error, error.__traceback__)
                failed(AppError(_("“{work}” broke off.").format(work=self.title), _("Its report is kept; try it again.")))
        finally:
            self.ended.emit()


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    task: Task
    work: Work[T]


class _Lane(threading.Thread):
    def __init__(self, name: str, open_plant: Callable[[], Plant]) -> None:
        super().__init__(name=f"lane {name}", daemon=True)
        self.jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._open = open_plant
        self._plant: Plant | None = None

    def run(self) -> None:
        while self._do(self.jobs.get()):
            pass
        if self._plant is not None:
            self._plant.close()

    def _do(self, job: _Job[Any] | None) -> bool:
        """Do a piece of work and hand over all that came of it; nothing of it stays with this thread."""
        if job is None:
            return False
        task = job.task
        try:
            task.token.check()
            if self._plant is None:
                self._plant = self._open()
            task.finish(job.work(self._plant, task.tell, task.token), None)
        except BaseException as error:  # noqa: BLE001 - it is told on the window's thread
            task.finish(None, error)
        return True


class Tasks(QObject):
    """The lanes of a window."""

    changed = Signal()
    """A task began or ended."""

    def __init__(self, open_plant: Callable[[], Plant], failed: Callable[[AppError], None]) -> None:
        """Take how a lane opens its plant, and who is told of errors that nobody else takes."""
        super().__init__()
        self._open = open_plant
        self._failed = failed
        self._lanes: dict[str, _Lane] = {}
        self._running: list[Task] = []
        self._past: deque[Task] = deque(maxlen=_KEPT)
        self._closed = False

    def run(
        self, lane: str, title: str, work: Work[T], done: Callable[[T], None], failed: Callable[[AppError], None] | None = None
    ) -> Task:
        """Begin work on a lane; ``done`` or ``failed`` is called on the window's thread, neither if it was stopped.

        Once the lanes are closed, nothing begins any more.
        """
        task = Task(lane, title, done, failed or self._failed)
        if self._closed:
            task.drop()
            task.over = True
            return task
        task.ended.connect(self._forget)
        self._running.append(task)
        if lane not in self._lanes:
            self._lanes[lane] = _Lane(lane, self._open)
            self._lanes[lane].start()
        self._lanes[lane].jobs.put(_Job(task, work))
        self.changed.emit()
        return task

    def running(self, lane: str | None = None) -> list[Task]:
        """Give the tasks that wait or run, oldest first."""
        return [task for task in self._running if not task.over and lane in (None, task.lane)]

    def call_off(self) -> None:
        """Ask everything to stop between two items; nothing begins any more."""
        self._closed = True
        for task in self._running:
            task.drop()

    def close(self, patience_s: float = 10.0) -> None:
        """Stop everything between two items and wait for it; what does not stop in time ends with the program."""
        self.call_off()
        for lane in self._lanes.values():
            lane.jobs.put(None)
        deadline_s = time.monotonic() + patience_s
        for lane in self._lanes.values():
            lane.join(max(0.0, deadline_s - time.monotonic()))
        self._lanes = {}

    @Slot()
    def _forget(self) -> None:
        self._past.extend(task for task in self._running if task.over)
        self._running = [task for task in self._running if not task.over]
        self.changed.emit()
