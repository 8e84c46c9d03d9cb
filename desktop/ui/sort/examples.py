"""Which pictures show best what belongs to a class. Without Qt."""

from collections.abc import Iterable

from desktop.core.bursts import BURST_MS
from desktop.core.catalog import Catalog, Known
from desktop.core.images import Image
from desktop.core.pages import time_ms
from edge.contract.keys import Area

SHOWN = 6
_LOOKED_AT = 200


def find_examples(catalog: Catalog, cls: str, model: str | None) -> list[Image]:
    """Give examples of a class: sorted pictures first, those of the first training where there are too few."""
    found = examples(catalog.newest(Area.LABELED, cls, _LOOKED_AT, model=model))
    if len(found) < SHOWN:
        found += examples(catalog.newest(Area.BASE, cls, _LOOKED_AT, model=model))
    return found[:SHOWN]


def examples(known: Iterable[Known]) -> list[Image]:
    """Give up to six: those that people and model agree on first, then blind labels, then the newest; one of a burst."""
    seen = [one for one in known if one.content is None or one.content.problem is None]
    chosen: list[Image] = []
    for one in sorted(seen, key=_fitness):
        image = one.image
        if all(not _of_one_burst(image, other) for other in chosen):
            chosen.append(image)
        if len(chosen) == SHOWN:
            break
    return chosen


def _fitness(one: Known) -> tuple[bool, bool, int, str]:
    seen = one.image.prediction
    agreed = seen is not None and seen.label == one.image.cls
    blind = one.label is not None and bool(one.label.blind)
    return not agreed, not blind, -time_ms(one.image), one.image.name


def _of_one_burst(image: Image, other: Image) -> bool:
    near = abs(time_ms(image) - time_ms(other)) <= BURST_MS
    return near and image.captured_ms is not None and image.device == other.device
