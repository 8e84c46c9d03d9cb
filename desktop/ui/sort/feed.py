"""What comes to the sort station from outside: queues, new pictures, answers of the model, the fate of deliveries.

All that takes long runs in lanes: ``look`` loads and plans queues, ``sync`` looks through the bucket, fetches pictures and
lets the model in service answer for them. What they find is handed over on the window's thread.
"""

import gc
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.app import Plant, new_id, now_ms
from desktop.core.catalog import Known
from desktop.core.errors import AppError, OfflineError
from desktop.core.filters import Facets, Filter
from desktop.core.history import Event
from desktop.core.images import Image
from desktop.core.lookout import Delivery, Lookout, delivery_since
from desktop.core.pages import Order
from desktop.core.pictures import unseen
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.sorting import Draft, SessionState, SortSession
from desktop.core.sync import sync
from desktop.core.texts import _
from desktop.ui.review.labels import Labels, doubtful
from desktop.ui.sort.filter_words import start_ms, today
from desktop.ui.sort.loading import Loaded, in_service, load
from desktop.ui.sort.queue import Queue
from desktop.ui.tasks import Task
from desktop.ui.workplace import Workplace
from edge.contract.keys import Area

_SYNC_MS = 30_000
_LOOK_MS, _SLOW_MS = 400, 10_000
"""How often the journal is looked at, and how often while that fails."""
_FETCH_S = 15.0
"""How long pictures are fetched before the model answers for them and they are handed over."""
_FETCH = 50


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a look through the bucket found among the pictures to be sorted."""

    images: list[Image]
    """New ones, and those of which more is known."""
    gone: list[tuple[str, str, str]]
    """Name, who has it now, under which key."""
    left: int = 0
    """Pictures that were not fetched yet, or not answered for."""


class Feed(QObject):
    """One plant's queues and news."""

    loaded = Signal(object)
    """A :class:`Loaded`."""
    unloaded = Signal(object)
    """Why the queue that was asked for is not there: an :class:`AppError`."""
    drafted = Signal(object)
    """A queue that was planned anew (:class:`Draft`)."""
    missed = Signal()
    """The bucket could not be looked through."""
    arrived = Signal(object)
    """An :class:`Arrival`."""
    facets = Signal(object)
    """What each choice of the filter would leave (:class:`Facets`)."""
    counted = Signal(object)
    """How many images the labeller sorted into each class today."""
    remembered = Signal(str, object)
    """A picture's name, and all that was decided on it."""
    caught_up = Signal()
    """The history knows more than before."""
    doubted = Signal(int)
    """How many labels are in doubt."""
    failed = Signal(object)
    """Decisions that were lost to others or are in conflict."""

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self._place = workplace
        self._wanted = 0
        self._coming: tuple[Order | None, Filter | None] = (None, None)
        self._seen: dict[str, Image] | None = None
        """By name, what was raw at the last look; only the lane ``sync`` touches it."""
        self._model: str | None = None
        self._left = 0
        self._labels = Labels()
        """Only the lane ``look`` touches it."""
        self._loading: Task | None = None
        self._counting: Task | None = None
        self._offline = self._blind = False
        self._syncing = self._fetching = self._once_more = False
        self._closed = False
        self._lookout: Lookout | None = None
        self._sync = QTimer(self)
        self._sync.setInterval(_SYNC_MS)
        self._sync.timeout.connect(self.sync)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.look)

    def load(self, queue: Queue, state: SessionState | None = None) -> None:
        """Load a queue; whatever was asked for before is no longer wanted."""
        self._wanted += 1
        self._coming = (None, None)
        taken, failed = partial(self._loaded, self._wanted), partial(self._unloaded, self._wanted)
        if self._loading is not None and not self._loading.over:
            self._loading.drop()
        gc.unfreeze()
        self._loading = self._place.tasks.run(
            "look",
            _("Loading pictures"),
            lambda plant, _progress, cancel: load(queue, state, plant, cancel, self._labels),
            taken,
            failed,
        )

    def plan(self, session: SortSession, order: Order | None = None, chosen: Filter | None = None) -> None:
        """Plan a queue anew beside the work on it; what was asked for and is not laid yet is asked for still."""
        self._wanted += 1
        self._coming = (order or self._coming[0], self._coming[1] if chosen is None else chosen)
        work = session.draft(*self._coming)
        taken = partial(self._drafted, self._wanted)

        def plan(_plant: Plant, _progress: Progress, _cancel: CancelToken) -> Draft:
            return work()

        self._place.tasks.run("look", _("Laying out pictures"), plan, taken)

    def count_facets(self, session: SortSession) -> None:
        """Count what each choice of the filter would leave; whatever is being counted already is no longer wanted."""
        if self._counting is not None and not self._counting.over:
            self._counting.drop()
        work = session.count()
        self._counting = self._place.tasks.run("facets", _("Counting"), lambda _plant, _p, _c: work(), self._counted, _nothing)

    def _counted(self, facets: Facets) -> None:
        if not self._closed:
            self.facets.emit(facets)

    def coming(self, session: SortSession) -> tuple[Order, Filter]:
        """Give order and filter as they will be once what was asked for is laid."""
        order, chosen = self._coming
        return order or session.order, session.filter if chosen is None else chosen

    def count(self) -> None:
        """Count what the labeller did today."""
        day = _today_ms()
        self._place.tasks.run(
            "look", _("Counting"), lambda plant, _p, _c: plant.journal.labelled(plant.labeller, day), self.counted.emit, _nothing
        )

    def remember(self, name: str) -> Task:
        """Look up what was decided on a picture, by anybody; without the network, what is known here."""

        def work(plant: Plant, progress: Progress, cancel: CancelToken) -> list[Event]:
            with suppress(OfflineError):
                plant.chronicle.catch_up(plant.store, progress, cancel)
            return plant.chronicle.history_of(name, plant.journal)

        return self._place.tasks.run("history", _("Reading the history"), work, partial(self.remembered.emit, name))

    def catch_up(self) -> None:
        """Read what others decided since the last time."""

        def work(plant: Plant, progress: Progress, cancel: CancelToken) -> int:
            return plant.chronicle.catch_up(plant.store, progress, cancel)

        self._place.tasks.run("history", _("Reading the history"), work, self._caught_up, _nothing)

    def count_doubts(self) -> None:
        """Count the labels in doubt."""
        self._place.tasks.run("look", _("Counting"), lambda plant, _p, _c: len(doubtful(plant)), self.doubted.emit, _nothing)

    def begin(self) -> None:
        """Look through the bucket from now on, and at the journal."""
        self._count_deliveries()
        self._sync.start()
        self.sync()

    def _count_deliveries(self) -> None:
        """Count what was delivered today, and go on from there; if that fails, the next look through the bucket tries again."""
        self._blind = False
        day = _today_ms()

        def work(plant: Plant, _progress: Progress, _cancel: CancelToken) -> Delivery:
            new_id()  # what makes ids is imported here, and not when the first key wants one
            return delivery_since(plant.journal, day)

        self._place.tasks.run("look", _("Counting"), work, self._watch, self._unwatched)

    @Slot()
    def sync(self) -> None:
        """Look through the bucket now."""
        if self._syncing or self._closed:
            return
        self._syncing = True
        self._place.tasks.run("sync", _("Looking for new pictures"), self._sync_work, self._synced, self._sync_failed)

    def sync_now(self) -> None:
        """Look through the bucket, and once more where that is being done: it may be past what is asked for."""
        self._once_more = self._syncing
        self.sync()

    def close(self) -> None:
        """Look no longer."""
        self._closed = True
        self._sync.stop()
        self._look.stop()

    @Slot()
    def look(self) -> None:
        """Look at what became of decisions."""
        if self._lookout is None or self._closed:
            return
        try:
            news = self._lookout.look()
        except AppError as error:
            if self._look.interval() == _LOOK_MS:
                self._look.setInterval(_SLOW_MS)
                self._place.messages.show_error(error)
            return
        self._look.setInterval(_LOOK_MS)
        if news.failed:
            self.failed.emit(news.failed)
        if news.delivery != self._place.delivery:
            self._place.delivery = news.delivery
            self._place.delivered.emit()

    def _watch(self, before: Delivery) -> None:
        if self._closed:
            return
        try:
            self._lookout = Lookout(self._place.plant.journal, before)
        except AppError as error:
            self._unwatched(error)
            return
        self._look.start()
        self.look()

    def _unwatched(self, _error: AppError) -> None:
        self._blind = True

    def _caught_up(self, segments: int) -> None:
        if segments and not self._closed:
            self.caught_up.emit()

    def _loaded(self, wanted: int, found: Loaded) -> None:
        if wanted == self._wanted and not self._closed:
            plant = self._place.plant
            try:
                found.session.work_with(plant.journal, plant.catalog.image)
            except AppError as error:
                self.unloaded.emit(error)
                return
            gc.freeze()  # a hundred thousand pictures stay as they are: no collection need go over them again and again
            self.loaded.emit(found)

    def _unloaded(self, wanted: int, error: AppError) -> None:
        if wanted == self._wanted and not self._closed:
            self.unloaded.emit(error)

    def _drafted(self, wanted: int, draft: Draft) -> None:
        if wanted == self._wanted and not self._closed:
            self._coming = (None, None)
            self.drafted.emit(draft)

    def _sync_work(self, plant: Plant, progress: Progress, cancel: CancelToken) -> Arrival:
        plant.tidy()
        report = sync(plant.store, plant.catalog, now_ms=now_ms(), progress=progress, cancel=cancel)
        differs = report.added or report.moved or report.changed or report.removed
        return self._changes(plant, anew=bool(differs))

    def _fetch_work(self, plant: Plant, progress: Progress, cancel: CancelToken) -> Arrival:
        model = in_service(plant)
        wanted = unseen(plant.catalog.known(Area.RAW, model=model.id if model else None))
        until_s = time.monotonic() + _FETCH_S
        done = 0
        while done < len(wanted) and (done == 0 or time.monotonic() < until_s):
            cancel.check()
            progress(Step(_("Fetching pictures"), done, len(wanted), _("pictures")))
            plant.pictures.fetch_all(wanted[done : done + _FETCH], _quiet, cancel)
            done += _FETCH
        if model is not None:
            plant.measurement.score_raw(model, progress, cancel)
        return self._changes(plant, anew=True, left=max(0, len(wanted) - done))

    def _changes(self, plant: Plant, *, anew: bool, left: int = 0) -> Arrival:
        """Tell what differs among the raw images from the last look, in the lane ``sync``."""
        model = in_service(plant)
        name = model.id if model else None
        if self._seen is not None and not anew and name == self._model:
            return Arrival([], [], self._left)
        known = plant.catalog.known(Area.RAW, model=name)
        before = self._seen or {}
        now = {one.image.name: one.image for one in known}
        fresh = [image for image in now.values() if before.get(image.name) != image]
        gone = [_whereabouts(plant, one) for one in before if one not in now]
        self._seen, self._model = now, name
        self._left = left or len(unseen(known)) + _unanswered(name, known)
        return Arrival(fresh, gone, self._left)

    def _synced(self, arrival: Arrival) -> None:
        self._syncing = False
        self._offline = False
        if self._closed:
            return
        if self._blind:
            self._count_deliveries()
        self._place.synced.emit()
        self.arrived.emit(arrival)
        if self._once_more:
            self.sync_now()
        if arrival.left:
            self._fetch()

    def _fetch(self) -> None:
        if not self._fetching:
            self._fetching = True
            self._place.tasks.run("sync", _("Fetching pictures"), self._fetch_work, self._fetched, self._fetch_failed)

    def _fetch_failed(self, error: AppError) -> None:
        self._fetching = False
        self._sync_failed(error)

    def _fetched(self, arrival: Arrival) -> None:
        self._fetching = False
        if self._closed:
            return
        self.arrived.emit(arrival)
        if arrival.left and arrival.images:  # without progress the next sync tries again
            self._fetch()

    def _sync_failed(self, error: AppError) -> None:
        self._syncing = False
        if not self._closed:
            self.missed.emit()
        if self._closed or (isinstance(error, OfflineError) and self._offline):
            return
        self._offline = isinstance(error, OfflineError)
        self._place.messages.show_error(error)


def _whereabouts(plant: Plant, name: str) -> tuple[str, str, str]:
    for known in plant.catalog.find(name):
        return name, (known.label.labeller or "") if known.label else "", known.image.key
    return name, "", ""


def _unanswered(model: str | None, known: Iterable[Known]) -> int:
    """Count what the model can answer for and has not."""
    readable = (one.image.prediction for one in known if one.content is not None and not one.content.problem)
    return sum(seen is None or seen.model != model for seen in readable) if model is not None else 0


def _today_ms() -> int:
    return start_ms(today())


def _quiet(_step: Step, /) -> None:
    """Say nothing: the pieces of a whole that is told of elsewhere."""


_nothing: Callable[[AppError], None] = lambda _error: None  # noqa: E731 - figures that nobody waits for
