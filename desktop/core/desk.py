"""The pages of a queue as they lie before somebody: the one in hand, its tiles in their places, the focus on one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from desktop.core.pages import Page, Tile, split


class Desk:
    """Pages with one in hand; ``waits`` tells of an image's name whether it still waits for a decision.

    The page in hand keeps its tiles in their places until it is left. A page that is taken up shows what waits on it.
    Taking up costs as much as the page has images; all else as much as there are images touched, so that a hundred thousand
    labelled images may be reviewed on one page.
    """

    def __init__(self, waits: Callable[[str], bool]) -> None:
        self.pages: list[Page] = []
        self.index = 0
        """Of the page in hand."""
        self.tiles: list[Tile] = []
        """What the page in hand shows."""
        self.focus = 0
        """A place among ``tiles``; 0 if there are none."""
        self.skipped: set[str] = set()
        """Names passed over on the page in hand; forgotten when a page is taken up."""
        self.left = 0
        """Images that wait, on all pages."""
        self._waits = waits
        self._page_of: dict[str, Page] = {}
        self._counted: set[str] = set()
        """The images that ``left`` counts."""
        self._place_of: dict[str, int] = {}
        self._pending = bytearray()
        """A byte a tile: 1 where something on it waits and was not passed over."""

    @property
    def page(self) -> Page | None:
        """The page in hand; None if there are no pages."""
        return self.pages[self.index] if self.pages else None

    def page_of(self, name: str) -> Page | None:
        """Give the page that an image is on."""
        return self._page_of.get(name)

    def lay(self, pages: Sequence[Page], kept: int = 0) -> None:
        """Put pages, on which all images wait, in place of all but the first ``kept``, which stay as they are."""
        self.pages[kept:] = []
        self._page_of.clear()
        self._counted.clear()
        self.left = 0
        before = self.pages[:kept]
        for page in before:
            page.left = 0
        self._home(before)
        self.recount([name for page in before for name in _names(page.tiles)])
        self._add(pages, kept)
        if not kept:
            self.take_up(0)

    def insert(self, pages: Sequence[Page]) -> None:
        """Put pages, on which all images wait, behind the one in hand."""
        place = min(self.index + 1, len(self.pages))
        self._add(pages, place)
        if place == 0:
            self.take_up(0)

    def recount(self, names: Iterable[str]) -> None:
        """Take in that some images wait now, or no longer do."""
        for name in names:
            page = self._page_of.get(name)
            if page is not None and (waits := self._waits(name)) is not (name in self._counted):
                (self._counted.add if waits else self._counted.discard)(name)
                page.left += 1 if waits else -1
                self.left += 1 if waits else -1
            self._mark(name)

    def skip(self, names: Collection[str]) -> None:
        """Pass images over until a page is taken up."""
        self.skipped.update(names)
        for name in names:
            self._mark(name)

    def take_up(self, index: int, also: Collection[str] = ()) -> None:
        """Take up a page; it shows what waits on it, and the images named in ``also``."""
        self.index = index
        self.focus = 0
        self.skipped.clear()
        self._spread([tile for tile in self.page.tiles if self._shows(tile, also)] if self.page else [])

    def turn(self, indices: Iterator[int]) -> bool:
        """Take up the first of some pages; tell whether there is one."""
        index = next(indices, None)
        if index is not None:
            self.take_up(index)
        return index is not None

    def ahead(self) -> Iterator[int]:
        """Give the indices of the other pages with work left, from the next one round to the one before."""
        around = (place % len(self.pages) for place in range(self.index + 1, self.index + len(self.pages)))
        return (index for index in around if self.pages[index].left)

    def behind(self) -> Iterator[int]:
        """Give the same backwards."""
        return reversed(list(self.ahead()))

    def focus_on(self, place: int) -> None:
        """Put the focus on a place, or the nearest there is."""
        self.focus = max(0, min(place, len(self.tiles) - 1))

    def show(self, names: Sequence[str]) -> None:
        """Bring images into view and the focus on the first: on the page in hand if one is there, else on the first's page."""
        pages = [page for name in names if (page := self._page_of.get(name))]
        if not pages:
            return
        if self.page not in pages:
            self.take_up(self.pages.index(pages[0]), names)
        elif any(self._page_of.get(name) is self.page and name not in self._place_of for name in names):
            here = {id(tile) for tile in self.tiles}
            self._spread([tile for tile in self.page.tiles if id(tile) in here or self._shows(tile, names)])
        self.focus_on(min(self._places(names), default=0))

    def advance(self, names: Collection[str]) -> None:
        """Put the focus on what is to be decided after some images: on this page, then on the next; the last time round,
        what was passed over comes again.
        """
        last = max(self._places(names), default=self.focus)
        pending = self._pending.find(1, last + 1)
        if pending < 0:
            pending = self._pending.find(1)
        if pending >= 0:
            self.focus = pending
        elif not self.turn(self.ahead()) and self.page is not None:
            if self.page.left:
                self.take_up(self.index)
            else:
                self.focus_on(last)

    def open(self, tile: Tile) -> bool:
        """Give the images of a burst on the page in hand tiles of their own; tell whether there was anything to open."""
        if self.page is None or tile not in self.tiles or len(tile.images) == 1:
            return False
        single = split(tile)
        for tiles in (self.tiles, self.page.tiles):
            place = tiles.index(tile)
            tiles[place : place + 1] = single
        self._spread(self.tiles)
        self.focus_on(self.tiles.index(single[0]))
        return True

    def _add(self, pages: Sequence[Page], place: int) -> None:
        self.pages[place:place] = pages
        self._home(pages)
        self._counted.update(name for page in pages for name in _names(page.tiles))
        self.left += sum(page.left for page in pages)

    def _home(self, pages: Iterable[Page]) -> None:
        self._page_of.update((name, page) for page in pages for name in _names(page.tiles))

    def _spread(self, tiles: list[Tile]) -> None:
        """Show tiles, and note where each image is."""
        self.tiles = tiles
        self._place_of = {image.name: place for place, tile in enumerate(tiles) for image in tile.images}
        self._pending = bytearray(map(self._is_pending, tiles))

    def _mark(self, name: str) -> None:
        place = self._place_of.get(name)
        if place is not None:
            self._pending[place] = self._is_pending(self.tiles[place])

    def _places(self, names: Iterable[str]) -> Iterator[int]:
        return (place for name in names if (place := self._place_of.get(name)) is not None)

    def _shows(self, tile: Tile, also: Collection[str]) -> bool:
        return any(image.name in also or self._waits(image.name) for image in tile.images)

    def _is_pending(self, tile: Tile) -> bool:
        return any(self._waits(image.name) and image.name not in self.skipped for image in tile.images)


def _names(tiles: Iterable[Tile]) -> Iterator[str]:
    return (image.name for tile in tiles for image in tile.images)
