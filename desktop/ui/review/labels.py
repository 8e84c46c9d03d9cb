"""What lies before a reviewer: labelled pictures as they will lie once all that is decided here is delivered; doubts."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop.app import Plant
from desktop.core.catalog import Known, Label
from desktop.core.chronicle import is_kept
from desktop.core.history import event_of
from desktop.core.images import Image
from desktop.core.pages import Order
from desktop.core.review import ReviewFacets, ReviewFilter, choose, facets, labelled
from edge.contract.keys import Area, locate
from edge.contract.names import Side

if TYPE_CHECKING:
    from desktop.core.doubts import Doubt

_RECENT = 5000
"""So many decisions of this computer are looked through for those that the bucket's history does not tell of yet."""


@dataclass(frozen=True, slots=True)
class Review:
    """Labelled pictures that were asked for."""

    images: list[Image]
    facets: ReviewFacets


def review(plant: Plant, chosen: ReviewFilter, order: Order, model: str | None) -> Review:
    """Give the labels that a filter asks for, the newest first, with the answers of a model.

    What a model says of a test picture is not shown, and where the order is the model's, none are: who mended only the test
    labels that a model contradicts would make the test that model's own.
    """
    models = plant.chronicle.models()
    labels = labelled(_known(plant, Area.LABELED, models, model), models, plant.taxonomy().resolve)
    if order is Order.UNCERTAIN:
        labels = [one for one in labels if one.image.side is Side.TRAIN]
    return Review([_silent(one) for one in choose(labels, chosen)], facets(labels, chosen))


def doubtful(plant: Plant) -> "list[Doubt]":
    """Give the labels that the newest run's out-of-fold answers contradict and nobody has confirmed since, the worst first."""
    from desktop.core.doubts import doubts  # noqa: PLC0415 - it computes with numpy, which a start need not wait for

    found = plant.training.answers()
    if found is None:
        return []
    run, answers = found
    recent = plant.journal.recent(_RECENT, standing=True)
    here = {one.choice.name for one in recent if one.at_ms >= run.at_ms and is_kept(event_of(one))}
    known = _known(plant, Area.LABELED, {}, None)
    return doubts(known, answers, model=run.model, looked_at=plant.chronicle.confirmed(run.at_ms) | here)


def discarded(plant: Plant, model: str | None) -> list[Image]:
    """Give the discarded pictures, the last that was discarded first."""
    known = _known(plant, Area.DISCARDED, {}, model)
    return [one.image for one in sorted(known, key=lambda one: (-_moved_ms(one), one.image.name))]


def _moved_ms(one: Known) -> int:
    told = one.label.labelled_ms if one.label is not None else None
    return one.image.modified_ms if told is None else told


def _silent(image: Image) -> Image:
    return replace(image, prediction=None) if image.side is Side.TEST else image


def _known(plant: Plant, area: Area, models: dict[str, str], model: str | None) -> list[Known]:
    """Give what an area will hold once all that is decided is delivered; notes in ``models`` what was in sight of the rest."""
    planned = plant.journal.overlay()
    found = [one for one in plant.catalog.known(area, model=model) if one.image.name not in planned]
    for name, key in planned.items():
        place = locate(key)
        lying = next((one for one in plant.catalog.find(name, model) if one.image.area is not Area.BASE), None)
        if place is None or place.area is not area or lying is None:
            continue
        last = next(one for one in reversed(plant.journal.of_image(name)) if one.choice.moves)
        if last.choice.model is not None:
            models[last.id] = last.choice.model
        image = replace(lying.image, key=key, area=area, cls=place.cls)
        found.append(Known(image, lying.content, Label(last.id, last.labeller, last.at_ms, last.choice.blind)))
    return found
