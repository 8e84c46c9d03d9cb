"""The pages of a queue as they lie before somebody: the one in hand, its tiles in their places, the focus on one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from desktop.core.pages import Page, Tile, split


class Desk:
    """Pages with one in hand; ``waits`` tells of an image's name whether it still waits for a decision.

    The page in hand keeps its tiles in their places until it is left. A page that is taken up shows what waits on it.
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

    @property
    def page(self) -> Page | None:
        """The page in hand; None if there are no pages."""
        return self.pages[self.index] if self.pages else None

    def page_of(self, name: str) -> Page | None:
        """Give the page that an image is on."""
        return self._page_of.get(name)

    def lay(self, pages: Sequence[Page], kept: int = 0) -> None:
        """Put pages in place of all but the first ``kept``, which stay as they are."""
        self.pages[kept:] = pages
        self._page_of = {image.name: page for page in self.pages for tile in page.tiles for image in tile.images}
        for page in self.pages[:kept]:
            page.left = self._count(page)
        self.left = sum(page.left for page in self.pages)
        if not kept:
            self.take_up(0)

    def insert(self, pages: Sequence[Page]) -> None:
        """Put pages behind the one in hand."""
        place = min(self.index + 1, len(self.pages))
        self.pages[place:place] = pages
        self._page_of.update({image.name: page for page in pages for tile in page.tiles for image in tile.images})
        self.left += sum(page.left for page in pages)
        if place == 0:
            self.take_up(0)

    def recount(self, names: Iterable[str]) -> None:
        """Count anew what waits on the pages of some images."""
        for page in {id(page): page for name in names if (page := self._page_of.get(name))}.values():
            before, page.left = page.left, self._count(page)
            self.left += page.left - before

    def take_up(self, index: int, also: Collection[str] = ()) -> None:
        """Take up a page; it shows what waits on it, and the images named in ``also``."""
        self.index = index
        self.focus = 0
        self.skipped.clear()
        self.tiles = [tile for tile in self.page.tiles if self._shows(tile, also)] if self.page else []

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
        if self.page in pages:
            here = {id(tile) for tile in self.tiles}
            self.tiles = [tile for tile in self.page.tiles if id(tile) in here or self._shows(tile, names)]
        else:
            self.take_up(self.pages.index(pages[0]), names)
        self.focus_on(next(iter(self._places(names)), 0))

    def advance(self, names: Collection[str]) -> None:
        """Put the focus on what is to be decided after some images: on this page, then on the next; the last time round,
        what was passed over comes again.
        """
        last = max(self._places(names), default=self.focus)
        around = [*range(last + 1, len(self.tiles)), *range(min(last + 1, len(self.tiles)))]
        pending = next((place for place in around if self._is_pending(self.tiles[place])), None)
        if pending is not None:
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
        self.focus_on(self.tiles.index(single[0]))
        return True

    def _places(self, names: Collection[str]) -> Iterator[int]:
        return (place for place, tile in enumerate(self.tiles) if any(image.name in names for image in tile.images))

    def _shows(self, tile: Tile, also: Collection[str]) -> bool:
        return any(image.name in also or self._waits(image.name) for image in tile.images)

    def _is_pending(self, tile: Tile) -> bool:
        return any(self._waits(image.name) and image.name not in self.skipped for image in tile.images)

    def _count(self, page: Page) -> int:
        return sum(self._waits(image.name) for tile in page.tiles for image in tile.images)
