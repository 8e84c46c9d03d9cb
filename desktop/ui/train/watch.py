"""One run at a time, from its beginning to its figures; closing the window leaves it running, and the next one finds it."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from desktop.app import Plant
from desktop.core.errors import AppError, Cancelled, NotFoundError
from desktop.core.ports import RunState, RunStatus
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.retraining import Learned
from desktop.core.texts import _
from desktop.core.training import Run
from desktop.ui.tasks import Task
from desktop.ui.workplace import Workplace

LANE = "run"
_POLL_S = 0.5
_SPAN_S = 5.0
"""A run's speed is that of the last seconds."""


@dataclass(frozen=True, slots=True)
class RunNews:
    """A run as it stands, and what its log says since the last news."""

    run: Run
    status: RunStatus
    lines: tuple[str, ...]
    speed: float | None = None
    """Pictures a second, while it looks at pictures."""


class RunWatch(QObject):
    """Begins a run, or finds one that goes on, follows it, and measures what it made."""

    preparing = Signal(object)
    """A :class:`~desktop.core.progress.Step` before there is a run."""
    begun = Signal(object)
    """A :class:`~desktop.core.training.Run`."""
    told = Signal(object)
    """A :class:`RunNews`, about twice a second and once at its end."""
    learned = Signal(object)
    """A :class:`~desktop.core.retraining.Learned`: it ended well and was measured."""
    nothing = Signal()
    """There was nothing to go on with."""
    failed = Signal(object)
    """An :class:`~desktop.core.errors.AppError`; ``Cancelled`` if somebody stopped it."""

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self._place = place
        self._task: Task | None = None
        self._starting = False
        self.run: Run | None = None
        """The run that is followed."""
        self.news: RunNews | None = None
        self.lines: list[str] = []
        """Its log so far."""
        self.begun.connect(self._keep_run)
        self.told.connect(self._keep_news)

    @property
    def busy(self) -> bool:
        """Whether a run is prepared, followed or measured."""
        return self._task is not None and not self._task.over

    @property
    def busy_training(self) -> bool:
        """Whether it is more than a look for a run that goes on."""
        return self.busy and (self._starting or self.run is not None)

    def start(self) -> None:
        """Train on all that is labelled."""
        if self.busy_training:
            return
        labeller = self._place.plant.labeller

        def work(plant: Plant, progress: Progress, cancel: CancelToken) -> Learned:
            run, _dataset = plant.retraining.begin(labeller, progress, cancel)
            self.begun.emit(run)
            return self._follow(plant, run, progress, cancel)

        self._begin(_("Training"), work, starting=True)

    def attach(self, wanted: str = "") -> None:
        """Go on with what an earlier window began: the wanted run, one that goes on, or a model that was never measured."""
        if self.busy:
            return

        def work(plant: Plant, progress: Progress, cancel: CancelToken) -> Learned | None:
            return self._resume(plant, wanted, progress, cancel)

        self._begin(_("Looking for a run that goes on"), work)

    def stop(self) -> None:
        """Ask the run to stop; what was stopped before there was one never begins."""
        if self.run is None and self._task is not None:
            self._task.cancel()
        elif self.run is not None:
            try:
                self._place.plant.training.cancel(self.run.id)
            except AppError as error:
                self._place.messages.show_error(error)

    def _begin(
        self, title: str, work: Callable[[Plant, Progress, CancelToken], Learned | None], *, starting: bool = False
    ) -> None:
        self.run, self.news, self.lines, self._starting = None, None, [], starting
        self._task = self._place.tasks.run(LANE, title, work, self._ended, self._went_wrong)
        self._task.stepped.connect(self._stepped)
        self._task.ended.connect(self._forget)

    def _resume(self, plant: Plant, wanted: str, progress: Progress, cancel: CancelToken) -> Learned | None:
        for run in plant.training.runs():
            if plant.training.status(run.id) is None:
                continue  # another computer's
            if not RunState(run.state).ended:
                self.begun.emit(run)
                return self._follow(plant, run, progress, cancel)
            if run.id == wanted:
                return plant.retraining.finish(run.id, progress)
            if run.state == RunState.DONE and not wanted:
                model = plant.registry.standing(run.model or "")
                if model is not None and plant.measurement.measured(model) is None:
                    return plant.retraining.finish(run.id, progress)
                return None
        return None

    def _follow(self, plant: Plant, run: Run, progress: Progress, cancel: CancelToken) -> Learned:
        """Tell how the run stands until it ends, then take and measure its model."""
        told = 0
        seen: deque[tuple[float, int]] = deque()
        while True:
            status = plant.training.status(run.id)
            if status is None:
                raise NotFoundError(_("The files of run {run} are gone from this computer.").format(run=run.id))
            lines = tuple(plant.training.log(run.id, told))
            told += len(lines)
            self.told.emit(RunNews(run, status, lines, _speed(seen, status)))
            if status.state.ended:
                return plant.retraining.finish(run.id, progress)
            progress(Step(status.step, status.done, status.total or None, _("pictures")))
            cancel.wait(_POLL_S)
            cancel.check()  # the window closes; the run goes on

    def _ended(self, learned: Learned | None) -> None:
        self.run = None
        if learned is not None:
            self.learned.emit(learned)
        else:
            self.nothing.emit()

    def _went_wrong(self, error: AppError) -> None:
        self.run = None
        self.failed.emit(error)

    @Slot()
    def _forget(self) -> None:
        """See what nobody else tells: it was stopped."""
        if self.run is not None or (self._task is not None and self._task.token.cancelled):
            self.run = None
            self.failed.emit(Cancelled(_("Training was stopped.")))
        self._task = None if self._task is None or self._task.over else self._task

    @Slot(object)
    def _stepped(self, step: Step) -> None:
        if self.run is None:
            self.preparing.emit(step)

    @Slot(object)
    def _keep_run(self, run: Run) -> None:
        self.run = run

    @Slot(object)
    def _keep_news(self, news: RunNews) -> None:
        self.news = news
        self.lines += news.lines


def _speed(seen: deque[tuple[float, int]], status: RunStatus) -> float | None:
    """Give the pictures a second of the last seconds, None while none are looked at."""
    if status.summary.get("stage") != "pictures" or not status.total:
        seen.clear()
        return None
    now_s = time.monotonic()
    seen.append((now_s, status.done))
    while now_s - seen[0][0] > _SPAN_S:
        seen.popleft()
    (then_s, before), (last_s, done) = seen[0], seen[-1]
    return (done - before) / (last_s - then_s) if last_s > then_s and done > before else None
