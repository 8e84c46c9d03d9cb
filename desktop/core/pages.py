"""The pages that a queue of images makes: what the window shows together, and in which order. Pure functions.

Blind pages hold the raw images of the test side. They are mixed by a hash of the name, so that neither their order nor
their company tells what a model thinks of them, and they come up between the other pages so that both kinds end together.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, zip_longest

from desktop.core.bursts import bursts
from desktop.core.images import Image
from edge.contract.keys import Area
from edge.contract.names import Side


class Order(StrEnum):
    """How the images of the queue follow each other; blind pages are mixed in every order."""

    CLASS = "class"
    """Pages of one predicted class, least certain first; one page of each class in turn.

    A burst whose images are taken for different classes is opened: each image stands on the page of its own class, where
    one key confirms it as what is said of it.
    """
    UNCERTAIN = "uncertain"
    """Least certain first, the classes mixed."""
    NEWEST = "newest"
    DEVICE = "device"
    """Pages of one device, newest first."""
    GIVEN = "given"
    """As they were handed over: what chose them has put them in order."""


class PageKind(StrEnum):
    """What the images of a page have in common."""

    CLASS = "class"
    """The class they are taken for: the one kind of page that can be confirmed."""
    BLIND = "blind"
    """Nothing that may be shown: no suggestion, no name, no score."""
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """What is labelled together: one image, or a burst in the order of its capture."""

    images: tuple[Image, ...]


@dataclass(slots=True, eq=False)
class Page:
    """Tiles that are shown together."""

    kind: PageKind
    tiles: list[Tile]
    cls: str | None = None
    """The class of a class page."""
    device: str | None = None
    """The device of a page in the order of devices."""
    left: int = 0
    """How many of its images wait for a decision; the session keeps it up to date."""


def plan(
    images: Iterable[Image], order: Order, classes: Sequence[str], page_size: int, opened: Collection[str] = ()
) -> list[Page]:
    """Give the pages of a queue, each image on exactly one.

    Args:
        images: What waits for a decision.
        order: How the pages that are not blind follow each other.
        classes: The ids of the classes in use; only for these there are class pages.
        page_size: Tiles a page, at most; the pages of one kind are about equally large.
        opened: Names of images that stand alone although they belong to a burst.
    """
    blind: list[Image] = []
    others: list[Image] = []
    for image in images:
        (blind if is_blind(image) else others).append(image)
    seen = _ordered(_tiles(others, opened), order, classes, page_size)
    mixed = sorted(_tiles(blind, opened), key=_hash)
    unseen = [Page(PageKind.BLIND, tiles) for tiles in _chunks(mixed, page_size)]
    pages = list(_interleaved(seen, unseen))
    for page in pages:
        page.left = sum(len(tile.images) for tile in page.tiles)
    return pages


def is_blind(image: Image) -> bool:
    """Tell whether an image is labelled blind: a test image that nobody has sorted yet."""
    return image.side is Side.TEST and image.area is Area.RAW


def time_ms(image: Image) -> int:
    """Give an image's time: its capture, or its arrival where the capture is not known."""
    return image.captured_ms if image.captured_ms is not None else image.modified_ms


def split(tile: Tile) -> list[Tile]:
    """Give the images of a burst as tiles of their own."""
    return [Tile((image,)) for image in tile.images]


def _tiles(images: Sequence[Image], opened: Collection[str]) -> list[Tile]:
    burst_of = bursts(image for image in images if image.name not in opened) if opened else bursts(images)
    members: defaultdict[str, list[Image]] = defaultdict(list)
    for image in images:
        members[burst_of.get(image.key, image.key)].append(image)
    for burst in members.values():
        if len(burst) > 1:  # most stand alone, and there may be a hundred thousand
            burst.sort(key=lambda image: (time_ms(image), image.name))
    return [Tile(tuple(burst)) for burst in members.values()]


def _ordered(tiles: list[Tile], order: Order, classes: Sequence[str], size: int) -> list[Page]:
    if order is Order.CLASS:
        return _by_class(tiles, classes, size)
    if order is Order.UNCERTAIN:
        return [Page(PageKind.MIXED, chunk) for chunk in _chunks(sorted(tiles, key=_certainty), size)]
    if order is Order.GIVEN:
        return [Page(PageKind.MIXED, chunk) for chunk in _chunks(tiles, size)]
    newest = sorted(tiles, key=lambda tile: (time_ms(tile.images[-1]), tile.images[-1].name), reverse=True)
    if order is Order.NEWEST:
        return [Page(PageKind.MIXED, chunk) for chunk in _chunks(newest, size)]
    by_device: defaultdict[str | None, list[Tile]] = defaultdict(list)
    for tile in newest:
        by_device[tile.images[0].device].append(tile)
    devices = sorted(by_device, key=lambda device: (device is None, device or ""))
    return [Page(PageKind.MIXED, chunk, device=device) for device in devices for chunk in _chunks(by_device[device], size)]


def _by_class(tiles: list[Tile], classes: Sequence[str], size: int) -> list[Page]:
    """Give a page of each class in turn, that of no class first; what nobody has a prediction for comes before all else."""
    groups: dict[str | None, list[Tile]] = {None: [], **{cls: [] for cls in classes}}
    for tile in chain.from_iterable(map(_agreed, tiles)):
        cls = _class_of(tile)
        groups[cls if cls in groups else None].append(tile)
    columns: list[list[Page]] = []
    for cls, group in groups.items():
        kind = PageKind.MIXED if cls is None else PageKind.CLASS
        columns.append([Page(kind, chunk, cls) for chunk in _chunks(sorted(group, key=_certainty), size)])
    return [page for row in zip_longest(*columns) for page in row if page is not None]


def _agreed(tile: Tile) -> Sequence[Tile]:
    """Give a tile whose images are taken for one class (some may be for none), else its images as tiles of their own."""
    if len(tile.images) == 1 or len({taken_for(image) for image in tile.images} - {None}) <= 1:
        return (tile,)
    return split(tile)


def _class_of(tile: Tile) -> str | None:
    """Give the class that a tile's images are taken for."""
    return next((cls for image in tile.images if (cls := taken_for(image)) is not None), None)


def taken_for(image: Image) -> str | None:
    """Give the class that an image lies under, or else the predicted one; None for a discarded picture."""
    if image.area is Area.DISCARDED:
        return None
    return image.cls or (image.prediction.label if image.prediction else None)


def _certainty(tile: Tile) -> tuple[float, float, str]:
    return min(_image_certainty(image) for image in tile.images)


def _image_certainty(image: Image) -> tuple[float, float, str]:
    """Give how certain it is that an image is what it is taken for; no prediction comes first.

    Where a model contradicts a label, the label has at most what the model leaves over.
    """
    seen = image.prediction
    if seen is None:
        return -1.0, 0.0, image.name
    agrees = image.cls is None or image.cls == seen.label
    return seen.confidence if agrees else 1 - seen.confidence, seen.margin, image.name


def _hash(tile: Tile) -> bytes:
    return hashlib.sha256(tile.images[0].name.encode()).digest()


def _chunks(tiles: list[Tile], size: int) -> Iterator[list[Tile]]:
    """Cut tiles into as few parts of at most ``size`` as there must be, about equally long."""
    parts = -(-len(tiles) // size)
    for part in range(parts):
        yield tiles[part * len(tiles) // parts : (part + 1) * len(tiles) // parts]


def _interleaved(seen: list[Page], blind: list[Page]) -> Iterator[Page]:
    """Give both kinds in their order so that they end together, a blind page last where both would come at once."""
    at = 0
    for index, page in enumerate(seen, 1):
        while at < len(blind) and (at + 1) * len(seen) < index * len(blind):
            yield blind[at]
            at += 1
        yield page
    yield from blind[at:]
