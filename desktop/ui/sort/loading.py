"""From a queue to a session, in a thread of its own: what is loaded, and which pictures belong to what was asked for."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.app import Plant, now_ms
from desktop.core.errors import OfflineError
from desktop.core.images import Image
from desktop.core.pages import Order
from desktop.core.progress import CancelToken
from desktop.core.review import ReviewFacets
from desktop.core.sorting import SessionState, SortSession
from desktop.ui.review.labels import Labels, discarded, doubtful
from desktop.ui.sort.queue import Queue, Source
from edge.contract.keys import Area

if TYPE_CHECKING:
    from desktop.core.doubts import Doubt
    from desktop.core.registry import Model

_FEW = 1000
"""So many pictures are looked up one by one; for more, all are read at once."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A queue, ready to be worked on."""

    queue: Queue
    session: SortSession
    missing: int = 0
    """Named pictures that lie elsewhere than most, or nowhere."""
    review: ReviewFacets | None = None
    """Of labelled pictures."""
    doubts: "dict[str, Doubt]" = field(default_factory=dict)
    """By the picture's name, where labels are in doubt."""


def in_service(plant: Plant) -> "Model | None":
    """Give the model in service; None where there is none, or its files are gone."""
    service = plant.release.in_service()
    return plant.registry.standing(service.model) if service else None


def load(queue: Queue, state: SessionState | None, plant: Plant, cancel: CancelToken, labels: Labels | None = None) -> Loaded:
    """Give a session on a queue, where ``state`` says if it does; with a state, ``labels`` need not be read again."""
    try:
        model = in_service(plant)
    except OfflineError:  # the pictures are known here; answers come with the first look through the bucket
        model = None
    name = model.id if model else None
    found = _images(plant, queue, name, labels or Labels(), anew=state is None)
    cancel.check()
    settings = plant.settings.sorting
    session = SortSession(
        found.images,
        plant.journal,
        labeller=plant.labeller,
        classes=[one.id for one in plant.taxonomy().classes if one.offered],
        now_ms=now_ms,
        find=plant.catalog.image,
        area=found.area,
        order=Order.CLASS if queue.source is Source.RAW else queue.order,
        page_size=settings.page_size,
        whole=queue.source is Source.RAW,
    )
    session.suggestions, session.auto_advance = settings.suggestions, settings.auto_advance
    if state is not None:
        session.restore(state)
    return Loaded(queue, session, found.missing, found.review, found.doubts)


@dataclass(frozen=True, slots=True)
class _Found:
    area: Area
    images: list[Image]
    missing: int = 0
    review: ReviewFacets | None = None
    doubts: "dict[str, Doubt]" = field(default_factory=dict)


def _images(plant: Plant, queue: Queue, model: str | None, labels: Labels, *, anew: bool) -> _Found:
    if queue.source is Source.LABELLED:
        found = labels.review(plant, queue.review, queue.order, model, anew=anew)
        return _Found(Area.LABELED, found.images, review=found.facets)
    if queue.source is Source.DISCARDED:
        return _Found(Area.DISCARDED, discarded(plant, model))
    if queue.source is Source.RAW:
        return _Found(Area.RAW, plant.catalog.images(Area.RAW, model=model))
    if queue.source is Source.DOUBTS:
        worst = doubtful(plant)
        return _Found(Area.LABELED, [one.image for one in worst], doubts={one.image.name: one for one in worst})
    names = dict.fromkeys(queue.names)
    if len(names) <= _FEW:
        everything = [known.image for name in names for known in plant.catalog.find(name, model)]
    else:
        everything = plant.catalog.images(Area.RAW, Area.LABELED, Area.DISCARDED, Area.BASE, model=model)
    by_name = {one.name: one for one in everything if one.area is not Area.BASE} | {one.key: one for one in everything}
    named = [by_name[name] for name in names if name in by_name]
    areas = [one.area for one in named]
    area = max(set(areas), key=areas.count) if areas else Area.LABELED
    here = [one for one in named if one.area is area]
    return _Found(area, here, len(names) - len(here))
