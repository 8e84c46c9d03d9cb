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


class Labels:
    """The labels of a plant, kept from one look to the next: reading a hundred thousand takes seconds. It serves one thread."""

    def __init__(self) -> None:
        self._known: dict[str, Known] | None = None
        self._underway: dict[str, str] = {}
        self._model: str | None = None
        self._place = 0

    def review(self, plant: Plant, chosen: ReviewFilter, order: Order, model: str | None, *, anew: bool = True) -> Review:
        """Give the labels that a filter asks for, the newest first, with the answers of a model.

        What a model says of a test picture is not shown, and where the order is the model's, none are: who mended only the
        test labels that a model contradicts would make the test that model's own.

        Args:
            plant: Where they are read.
            chosen: Which are wanted.
            order: How they will be laid out.
            model: The model in service.
            anew: Whether what others did since the last look is wanted, too; what was decided here always is.
        """
        if anew or self._known is None or model != self._model:
            self._place, self._underway = plant.journal.end(), plant.journal.overlay()
            self._known = _by_name(plant, Area.LABELED, model)
        else:
            self._refresh(plant, self._known, model)
        self._model = model
        models = plant.chronicle.models()
        for name in self._underway:  # the history does not tell of them yet
            last = next((one for one in reversed(plant.journal.of_image(name)) if one.choice.moves), None)
            if last is not None and last.choice.model is not None:
                models[last.id] = last.choice.model
        labels = labelled(self._known.values(), models, plant.taxonomy().resolve)
        if order is Order.UNCERTAIN:
            labels = [one for one in labels if one.image.side is Side.TRAIN]
        return Review([_silent(one) for one in choose(labels, chosen)], facets(labels, chosen))

    def _refresh(self, plant: Plant, known: dict[str, Known], model: str | None) -> None:
        """Take in what was decided or delivered here since the last look."""
        added, self._place = plant.journal.added(self._place)
        names = {one.choice.name for one in plant.journal.get(added)} | set(self._underway)
        self._underway = plant.journal.overlay()
        for name in names:
            lying = [one for one in plant.catalog.find(name, model) if one.image.area is Area.LABELED]
            now = _underway(plant, name, self._underway[name], Area.LABELED, model) if name in self._underway else None
            known.pop(name, None)
            if now is not None or (lying and name not in self._underway):
                known[name] = now or lying[0]


def doubtful(plant: Plant) -> "list[Doubt]":
    """Give the labels that the newest run's out-of-fold answers contradict and nobody has confirmed since, the worst first."""
    from desktop.core.doubts import doubts  # noqa: PLC0415 - it computes with numpy, which a start need not wait for

    found = plant.training.answers()
    if found is None:
        return []
    run, answers = found
    recent = plant.journal.recent(_RECENT, standing=True)
    here = {one.choice.name for one in recent if one.at_ms >= run.at_ms and is_kept(event_of(one))}
    known = _by_name(plant, Area.LABELED, None).values()
    return doubts(known, answers, model=run.model, looked_at=plant.chronicle.confirmed(run.at_ms) | here)


def discarded(plant: Plant, model: str | None) -> list[Image]:
    """Give the discarded pictures, the last that was discarded first."""
    known = _by_name(plant, Area.DISCARDED, model).values()
    return [one.image for one in sorted(known, key=lambda one: (-_moved_ms(one), one.image.name))]


def _moved_ms(one: Known) -> int:
    told = one.label.labelled_ms if one.label is not None else None
    return one.image.modified_ms if told is None else told


def _silent(image: Image) -> Image:
    return replace(image, prediction=None) if image.side is Side.TEST else image


def _by_name(plant: Plant, area: Area, model: str | None) -> dict[str, Known]:
    """Give what an area will hold once all that is decided is delivered."""
    planned = plant.journal.overlay()
    found = {one.image.name: one for one in plant.catalog.known(area, model=model) if one.image.name not in planned}
    for name, key in planned.items():
        if (coming := _underway(plant, name, key, area, model)) is not None:
            found[name] = coming
    return found


def _underway(plant: Plant, name: str, key: str, area: Area, model: str | None) -> Known | None:
    """Give an image as it will lie under a key; None if that is in another area."""
    place = locate(key)
    lying = next((one for one in plant.catalog.find(name, model) if one.image.area is not Area.BASE), None)
    last = next((one for one in reversed(plant.journal.of_image(name)) if one.choice.moves), None)
    if place is None or place.area is not area or lying is None or last is None:
        return None
    image = replace(lying.image, key=key, area=area, cls=place.cls)
    return Known(image, lying.content, Label(last.id, last.labeller, last.at_ms, last.choice.blind))
