"""A labeller who knows the truth and works as a person with a number pad would: strays first, then one key for the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desktop.core.images import Image
from desktop.core.pages import Page, PageKind, Tile
from desktop.core.sorting import SortSession


@dataclass(slots=True)
class Sorted:
    """What was sorted, and what it took."""

    images: int = 0
    keys: int = 0
    pages: int = 0
    blind: int = 0
    """Images that were labelled without a suggestion in sight."""


def sort_all(session: SortSession, truth: Callable[[Image], str], each: Callable[[int], object]) -> Sorted:
    """Sort page after page until nothing waits."""
    made = Sorted()
    while (page := session.page) is not None and page.left:
        _sort_page(session, page, truth, made)
        made.pages += 1
        each(made.images)
        if session.page is page:
            session.next_page()
    return made


def _sort_page(session: SortSession, page: Page, truth: Callable[[Image], str], made: Sorted) -> None:
    before = page.left
    strays: dict[str, list[Tile]] = {}
    for tile in session.tiles:
        cls = truth(tile.images[0])
        if page.kind is not PageKind.CLASS or cls != page.cls:
            strays.setdefault(cls, []).append(tile)
    for cls, tiles in strays.items():
        session.assign([image for tile in tiles for image in tile.images], cls)
        made.keys += len(tiles)
    if session.page is page and session.rest():  # the session goes on by itself when a page is done
        session.confirm()
        made.keys += 1
    made.images += before
    made.blind += before if page.kind is PageKind.BLIND else 0


def truth_by_name(truth: Mapping[str, str]) -> Callable[[Image], str]:
    """Give a look-up by the digest that a name carries (its first 12 digits)."""
    by_hash12 = {sha256[:12]: cls for sha256, cls in truth.items()}
    return lambda image: by_hash12[image.name.rpartition("_")[2].partition(".")[0]]
