"""From a queue to a session, in a thread of its own: what is loaded, and which pictures belong to what was asked for."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from desktop.app import Plant, new_id, now_ms
from desktop.core.chronicle import is_kept
from desktop.core.doubts import doubts
from desktop.core.history import event_of
from desktop.core.images import Image
from desktop.core.pages import Order
from desktop.core.progress import CancelToken
from desktop.core.registry import Model
from desktop.core.review import ReviewFacets, ReviewFilter, choose, facets, labelled
from desktop.core.sorting import SessionState, SortSession
from desktop.ui.sort.queue import Queue, Source
from edge.contract.keys import Area

_AREAS = {Source.RAW: Area.RAW, Source.LABELLED: Area.LABELED, Source.DISCARDED: Area.DISCARDED}
_FEW = 1000
"""So many pictures are looked up one by one; for more, all are read at once."""
_RECENT = 5000
"""So many decisions of this computer are looked through for those that the bucket's history does not tell of yet."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A queue, ready to be worked on."""

    queue: Queue
    session: SortSession
    missing: int = 0
    """Named pictures that lie elsewhere than most, or nowhere."""
    review: ReviewFacets | None = None
    """Of labelled pictures."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector still: what is made here is kept, and each walk over it (0.4 s) would hold up the window."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def load(queue: Queue, state: SessionState | None, plant: Plant, cancel: CancelToken) -> Loaded:
    """Give a session on a queue; the pictures to be sorted stand where ``state`` says, if it does."""
    new_id()  # what makes ids is imported here, and not when the first key wants one
    with uncollected():
        return _session(queue, state, plant, cancel)


def in_service(plant: Plant) -> Model | None:
    """Give the model in service; None where there is none, or its files are gone."""
    service = plant.release.in_service()
    return plant.registry.standing(service.model) if service else None


def _session(queue: Queue, state: SessionState | None, plant: Plant, cancel: CancelToken) -> Loaded:
    model = in_service(plant)
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
    return Loaded(queue, session, found.missing, found.review)


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
    names = dict.fromkeys(queue.names)
    if len(names) <= _FEW:
        everything = [known.image for name in names for known in plant.catalog.find(name, model)]
    else:
        everything = plant.catalog.images(Area.RAW, Area.LABELED, Area.DISCARDED, Area.BASE, model=model)
    by_name = {one.name: one for one in everything if one.area is not Area.BASE} | {one.key: one for one in everything}
    found = [by_name[name] for name in names if name in by_name]
    areas = [one.area for one in found]
    area = max(set(areas), key=areas.count) if areas else Area.LABELED
    here = [one for one in found if one.area is area]
    return _Found(area, here, len(names) - len(here))


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
