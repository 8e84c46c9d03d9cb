"""What comes to the sort station from outside: queues, new pictures, answers of the model, the fate of deliveries.

All that takes long runs in lanes: ``look`` loads and plans queues, ``sync`` looks through the bucket, fetches pictures and
lets the model in service answer for them. What they find is handed over on the window's thread.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.app import Plant, new_id, now_ms
from desktop.core.chronicle import is_kept
from desktop.core.doubts import doubts
from desktop.core.errors import AppError, OfflineError
from desktop.core.filters import Filter
from desktop.core.history import Event, event_of
from desktop.core.images import Image
from desktop.core.lookout import Delivery, Lookout, delivery_since
from desktop.core.pages import Order
from desktop.core.pictures import unseen
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.registry import Model
from desktop.core.review import ReviewFacets, ReviewFilter, choose, facets, labelled
from desktop.core.sorting import Draft, SessionState, SortSession
from desktop.core.sync import sync
from desktop.core.texts import _
from desktop.ui.sort.filter_words import start_ms, today
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.workplace import Workplace
from edge.contract.keys import Area

_SYNC_MS = 30_000
_LOOK_MS = 400
_FETCH_S = 15.0
"""How long pictures are fetched before the model answers for them and they are handed over."""
_FETCH = 50
_RECENT = 5000
_AREAS = {Source.RAW: Area.RAW, Source.LABELLED: Area.LABELED, Source.DISCARDED: Area.DISCARDED}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A queue, ready to be worked on."""

    queue: Queue
    session: SortSession
    model: str | None
    """The model in service: its answers are shown."""
    missing: int = 0
    """Named pictures that lie elsewhere than most, or nowhere."""
    review: ReviewFacets | None = None
    """Of labelled pictures."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a look through the bucket found among the pictures to be sorted."""

    images: list[Image]
    """New ones, and those of which more is known."""
    gone: list[tuple[str, str, str]]
    """Name, who has it now, under which key."""
    model: str | None
    left: int = 0
    """Pictures that were not fetched yet."""


class Feed(QObject):
    """One plant's queues and news."""

    loaded = Signal(object)
    """A :class:`Loaded`."""
    drafted = Signal(object)
    """A queue that was planned anew (:class:`Draft`)."""
    arrived = Signal(object)
    """An :class:`Arrival`."""
    counted = Signal(object)
    """How many images the labeller sorted into each class today."""
    remembered = Signal(str, object)
    """A picture's name, and all that was decided on it."""
    failed = Signal(object)
    """Decisions that were lost to others or are in conflict."""

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self._place = workplace
        self._wanted = 0
        self._seen: dict[str, Image] | None = None
        """By name, what was raw at the last look; only the lane ``sync`` touches it."""
        self._model: str | None = None
        self._offline = False
        self._syncing = False
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
        taken = partial(self._loaded, self._wanted)
        gc.unfreeze()
        self._place.tasks.run("look", _("Loading pictures"), partial(_load, queue, state), taken)

    def plan(self, session: SortSession, order: Order | None = None, chosen: Filter | None = None) -> None:
        """Plan a queue anew beside the work on it."""
        self._wanted += 1
        work = session.draft(order, chosen)
        taken = partial(self._drafted, self._wanted)

        def plan(_plant: Plant, _progress: Progress, _cancel: CancelToken) -> Draft:
            with _uncollected():
                return work()

        self._place.tasks.run("look", _("Laying out pictures"), plan, taken)

    def count(self) -> None:
        """Count what the labeller did today."""
        day = _today_ms()
        self._place.tasks.run(
            "look", _("Counting"), lambda plant, _p, _c: plant.journal.labelled(plant.labeller, day), self.counted.emit, _nothing
        )

    def remember(self, name: str) -> None:
        """Look up what was decided on a picture, by anybody."""

        def work(plant: Plant, progress: Progress, cancel: CancelToken) -> list[Event]:
            plant.chronicle.catch_up(plant.store, progress, cancel)
            return plant.chronicle.history_of(name, plant.journal)

        self._place.tasks.run("look", _("Reading the history"), work, partial(self.remembered.emit, name))

    def begin(self) -> None:
        """Look through the bucket from now on, and at the journal."""
        day = _today_ms()
        self._place.tasks.run(
            "look", _("Counting"), lambda plant, _p, _c: delivery_since(plant.journal, day), self._watch, _nothing
        )
        self._sync.start()
        self.sync()

    @Slot()
    def sync(self) -> None:
        """Look through the bucket now."""
        if self._syncing or self._closed:
            return
        self._syncing = True
        self._place.tasks.run("sync", _("Looking for new pictures"), self._sync_work, self._synced, self._sync_failed)

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
        news = self._lookout.look()
        if news.failed:
            self.failed.emit(news.failed)
        if news.delivery != self._place.delivery:
            self._place.delivery = news.delivery
            self._place.delivered.emit()

    def _watch(self, before: Delivery) -> None:
        if not self._closed:
            self._lookout = Lookout(self._place.plant.journal, before)
            self._look.start()
            self.look()

    def _loaded(self, wanted: int, found: Loaded) -> None:
        if wanted == self._wanted and not self._closed:
            plant = self._place.plant
            found.session.work_with(plant.journal, plant.catalog.image)
            gc.freeze()  # a hundred thousand pictures stay as they are: no collection need go over them again and again
            self.loaded.emit(found)

    def _drafted(self, wanted: int, draft: Draft) -> None:
        if wanted == self._wanted and not self._closed:
            self.drafted.emit(draft)

    def _sync_work(self, plant: Plant, progress: Progress, cancel: CancelToken) -> Arrival:
        plant.tidy()
        report = sync(plant.store, plant.catalog, now_ms=now_ms(), progress=progress, cancel=cancel)
        differs = report.added or report.moved or report.changed or report.removed
        return self._changes(plant, anew=bool(differs))

    def _fetch_work(self, plant: Plant, progress: Progress, cancel: CancelToken) -> Arrival:
        model = _in_service(plant)
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
        model = _in_service(plant)
        name = model.id if model else None
        if self._seen is not None and not anew and name == self._model:
            return Arrival([], [], name, left)
        with _uncollected():
            known = plant.catalog.known(Area.RAW, model=name)
        before = self._seen or {}
        now = {one.image.name: one.image for one in known}
        fresh = [image for image in now.values() if before.get(image.name) != image]
        gone = [_whereabouts(plant, one) for one in before if one not in now]
        self._seen, self._model = now, name
        return Arrival(fresh, gone, name, left or len(unseen(known)) + _unanswered(name, now.values()))

    def _synced(self, arrival: Arrival) -> None:
        self._syncing = False
        self._offline = False
        if self._closed:
            return
        self._place.synced.emit()
        self.arrived.emit(arrival)
        if arrival.left:
            self._fetch()

    def _fetch(self) -> None:
        if not self._place.tasks.running("sync"):
            self._place.tasks.run("sync", _("Fetching pictures"), self._fetch_work, self._fetched, self._sync_failed)

    def _fetched(self, arrival: Arrival) -> None:
        if self._closed:
            return
        self.arrived.emit(arrival)
        if arrival.left and arrival.images:  # without progress the next sync tries again
            self._fetch()

    def _sync_failed(self, error: AppError) -> None:
        self._syncing = False
        if self._closed or (isinstance(error, OfflineError) and self._offline):
            return
        self._offline = isinstance(error, OfflineError)
        self._place.messages.show_error(error)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector still: what is made here is kept, and each walk over it (0.4 s) would hold up the window."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _load(queue: Queue, state: SessionState | None, plant: Plant, _progress: Progress, cancel: CancelToken) -> Loaded:
    new_id()  # what makes ids is imported here, and not when the first key wants one
    with _uncollected():
        return _session(queue, state, plant, cancel)


def _session(queue: Queue, state: SessionState | None, plant: Plant, cancel: CancelToken) -> Loaded:
    model = _in_service(plant)
    name = model.id if model else None
    found = _images(plant, queue, name)
    cancel.check()
    settings = plant.settings.sorting
    order = Order.GIVEN if queue.source in (Source.NAMES, Source.DOUBTS) else Order.CLASS
    session = SortSession(
        found.images,
        plant.journal,
        labeller=plant.labeller,
        classes=[one.id for one in plant.taxonomy().classes if not one.retired and one.merged_into is None],
        now_ms=now_ms,
        find=plant.catalog.image,
        area=found.area,
        order=order,
        page_size=settings.page_size,
        whole=queue.source in _AREAS and queue.review == ReviewFilter(),
    )
    session.suggestions, session.auto_advance = settings.suggestions, settings.auto_advance
    if state is not None and queue == Queue():
        session.restore(state)
    return Loaded(queue, session, name, found.missing, found.review)


@dataclass(frozen=True, slots=True)
class _Found:
    area: Area
    images: list[Image]
    missing: int = 0
    review: ReviewFacets | None = None


def _images(plant: Plant, queue: Queue, model: str | None) -> _Found:
    if queue.source is Source.LABELLED:
        known = plant.catalog.known(Area.LABELED, model=model)
        labels = labelled(known, plant.chronicle.models(), plant.taxonomy().resolve)
        return _Found(Area.LABELED, choose(labels, queue.review), review=facets(labels, queue.review))
    if queue.source in _AREAS:
        area = _AREAS[queue.source]
        return _Found(area, plant.catalog.images(area, model=model))
    if queue.source is Source.DOUBTS:
        return _Found(Area.LABELED, _doubtful(plant))
    names: Sequence[str] = queue.names
    everything = plant.catalog.images(Area.RAW, Area.LABELED, Area.DISCARDED, Area.BASE, model=model)
    by_name = {one.name: one for one in everything if one.area is not Area.BASE} | {one.key: one for one in everything}
    found = [by_name[name] for name in dict.fromkeys(names) if name in by_name]
    areas = [one.area for one in found]
    area = max(set(areas), key=areas.count) if areas else Area.LABELED
    here = [one for one in found if one.area is area]
    return _Found(area, here, len(set(names)) - len(here))


def _doubtful(plant: Plant) -> list[Image]:
    """Give the pictures whose label the newest run's out-of-fold answers contradict, the worst first."""
    found = plant.training.answers()
    if found is None:
        return []
    run, answers = found
    known = plant.catalog.known(Area.LABELED)
    looked_at = plant.chronicle.confirmed(run.at_ms) | _confirmed_here(plant, run.at_ms)
    return [doubt.image for doubt in doubts(known, answers, model=run.model, looked_at=looked_at)]


def _confirmed_here(plant: Plant, since_ms: int) -> set[str]:
    """Give the names that somebody on this computer looked at and left as they were; the bucket may not know it yet."""
    return {one.choice.name for one in plant.journal.recent(_RECENT) if one.at_ms >= since_ms and is_kept(event_of(one))}


def _in_service(plant: Plant) -> Model | None:
    """Give the model in service; None where there is none, or its files are gone."""
    service = plant.release.in_service()
    return plant.registry.standing(service.model) if service else None


def _whereabouts(plant: Plant, name: str) -> tuple[str, str, str]:
    for known in plant.catalog.find(name):
        return name, (known.label.labeller or "") if known.label else "", known.image.key
    return name, "", ""


def _unanswered(model: str | None, images: Iterable[Image]) -> int:
    if model is None:
        return 0
    return sum(image.prediction is None or image.prediction.model != model for image in images)


def _today_ms() -> int:
    return start_ms(today())


def _quiet(_step: Step, /) -> None:
    """Say nothing: the pieces of a whole that is told of elsewhere."""


_nothing: Callable[[AppError], None] = lambda _error: None  # noqa: E731 - figures that nobody waits for
