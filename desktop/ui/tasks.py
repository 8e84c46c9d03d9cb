"""Long work off the window's thread: lanes, one thread each, where everything can be followed and stopped.

A lane opens a plant of its own, since a catalog and a journal serve one thread. Work of one lane goes one after the other; lanes
run side by side. What a piece of work gives back arrives on the window's thread.
"""

import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.app import Plant
from desktop.core.errors import AppError, Cancelled
from desktop.core.progress import CancelToken, Progress, Step

T = TypeVar("T")
Work = Callable[[Plant, Progress, CancelToken], T]


class Task(QObject):
    """One piece of work that waits, runs or has ended."""

    stepped = Signal(object)
    """A :class:`Step`."""
    ended = Signal()
    """Done, failed or stopped."""
    _finished = Signal(object, object)

    def __init__(self, lane: str, title: str, done: Callable[[Any], None], failed: Callable[[AppError], None]) -> None:
        super().__init__()
        self.lane = lane
        self.title = title
        self.step: Step | None = None
        """The last word of it."""
        self.over = False
        self.token = CancelToken()
        self._done = done
        self._failed = failed
        self._dropped = False
        self._finished.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.stepped.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def cancel(self) -> None:
        """Ask it to stop between two items."""
        self.token.cancel()

    def finish(self, result: object, error: BaseException | None) -> None:
        """Tell, from the lane's thread, how it ended."""
        self._finished.emit(result, error)

    @Slot(object)
    def _keep(self, step: Step) -> None:
        self.step = step

    def drop(self) -> None:
        """Ask it to stop, and tell nobody how it ended: who asked is gone."""
        self.token.cancel()
        self._dropped = True

    @Slot(object, object)
    def _take(self, result: object, error: BaseException | None) -> None:
        self.over = True
        try:
            if self._dropped:
                return
            if error is None:
                self._done(result)
            elif isinstance(error, AppError):
                if not isinstance(error, Cancelled):
                    self._failed(error)
            else:
                sys.excepthook(type(error), error, error.__traceback__)
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
        while (job := self.jobs.get()) is not None:
            task = job.task
            try:
                task.token.check()
                if self._plant is None:
                    self._plant = self._open()
                result = job.work(self._plant, task.stepped.emit, task.token)
            except BaseException as error:  # noqa: BLE001 - it is told on the window's thread
                task.finish(None, error)
            else:
                task.finish(result, None)
        if self._plant is not None:
            self._plant.close()


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
        self._closed = False

    def run(
        self, lane: str, title: str, work: Work[T], done: Callable[[T], None], failed: Callable[[AppError], None] | None = None
    ) -> Task:
        """Begin work on a lane; ``done`` or ``failed`` is called on the window's thread, neither if it was stopped."""
        task = Task(lane, title, done, failed or self._failed)
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

    def close(self, patience_s: float = 10.0) -> None:
        """Stop everything between two items and wait for it; what does not stop in time ends with the program."""
        for task in self._running:
            task.drop()
        for lane in self._lanes.values():
            lane.jobs.put(None)
        for lane in self._lanes.values():
            lane.join(patience_s)
        self._lanes = {}

    @Slot()
    def _forget(self) -> None:
        self._running = [task for task in self._running if not task.over]
        self.changed.emit()
