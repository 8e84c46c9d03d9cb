"""The sort session: a queue of images, page by page, and the decisions on them. Pure state, without screen or thread.

    images ──plan──▶ pages ──▶ tiles ──key──▶ journal ──▶ ledger ──▶ what the tiles show

A decision is in the journal before the session shows it. The page in hand keeps its place and its decided tiles until it
is left; a page that comes again shows only what still waits. A key costs as much as it decides on images, whatever the
length of the page and of the queue; turning a page goes over that page, :meth:`SortSession.arrange` and
:meth:`SortSession.arrived` over the whole queue.

Raw images of the test side come on blind pages only. *Blind* in the journal means just that: labelled with neither
suggestion, name nor score in sight. Switching suggestions off makes no label blind (names still tell); no suggestion is
recorded then, but for class pages, whose company is one.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from desktop.core.desk import Desk
from desktop.core.filters import Facets, Filter, facets
from desktop.core.images import Image
from desktop.core.journal import Decision, Journal, Kind
from desktop.core.ledger import Ledger
from desktop.core.marks import Mark, Status
from desktop.core.pace import Pace
from desktop.core.pages import Order, Page, PageKind, Tile, plan
from edge.contract.keys import Area


@dataclass(frozen=True, slots=True)
class SessionState:
    """Where a session stands, to be kept as JSON and restored after a restart."""

    order: str = Order.CLASS
    filter: Filter = field(default_factory=Filter)
    page: int = 0
    """How many pages with work left came before."""
    focus: str = ""
    """The name of the image in focus."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How far the session is."""

    labelled: dict[str, int]
    """Images a class, in this session; what was taken back does not count."""
    discarded: int
    unsure: int
    left: int
    """Images that wait, as filtered."""
    per_hour: float | None
    """None until there is something to tell."""
    left_s: float | None
    """Seconds of work left at this rate."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A queue planned anew that was not laid yet."""

    order: Order
    filter: Filter
    pages: list[Page]
    kept: int
    """How many pages stay before them."""


class SortSession:
    """One labeller's way through the images of one area: raw ones are sorted, labelled or discarded ones reviewed.

    Args:
        images: The images of the area, as the catalog has them; the session lays unfinished decisions over them.
        journal: Where decisions go.
        labeller: Who decides.
        classes: The ids of the classes in use, in the order of their keys.
        now_ms: The clock.
        find: Gives an image by its name, wherever it lies, or None: needed where an undo brings one back.
        area: Where the images of this session are at home.
        order: What comes first.
        page_size: Tiles a page, at most (``settings.sorting.page_size``; a review may lay all on one).
        whole: Whether these are all images of the area: what unfinished decisions bring there is shown, too, then. A chosen
            few stay among themselves, but for what an undo brings back.
    """

    def __init__(
        self,
        images: Iterable[Image],
        journal: Journal,
        *,
        labeller: str,
        classes: Sequence[str],
        now_ms: Callable[[], int],
        find: Callable[[str], Image | None],
        area: Area = Area.RAW,
        order: Order = Order.CLASS,
        page_size: int,
        whole: bool = True,
    ) -> None:
        self.suggestions = True
        """Whether suggestions are shown; switch at will."""
        self.auto_advance = True
        """Whether the focus goes on by itself after a decision; switch at will."""
        self._order = order
        self._filter = Filter()
        self._opened: set[str] = set()
        self._journal = journal
        self._labeller = labeller
        self._classes = tuple(classes)
        self._find = find
        self._page_size = page_size
        self._pace = Pace(now_ms)
        self._ledger = Ledger(images, journal, labeller, find, area, whole=whole)
        self._desk = Desk(self._ledger.waits)  # not a method of ours: a long queue must go with its last user, at once
        self._touched: set[str] = set()
        """What was decided since the last draft was begun."""
        self.devices: set[str] = set()
        """The devices of all images."""
        self._learn_devices(self._ledger.images.values())
        self.arrange()

    @property
    def order(self) -> Order:
        """The order of the queue."""
        return self._order

    @property
    def filter(self) -> Filter:
        """What is shown of the queue."""
        return self._filter

    @property
    def page(self) -> Page | None:
        """The page in hand; None if nothing waited when the queue was planned."""
        return self._desk.page

    @property
    def tiles(self) -> Sequence[Tile]:
        """What the page in hand shows; decided tiles keep their places until it is left."""
        return self._desk.tiles

    @property
    def focus(self) -> int:
        """The place of the tile in focus among :attr:`tiles`; 0 if there is none."""
        return self._desk.focus

    @property
    def focused(self) -> Tile | None:
        """The tile in focus."""
        return self._desk.tiles[self._desk.focus] if self._desk.tiles else None

    @property
    def lost(self) -> dict[str, Mark]:
        """The images that somebody else sorted, or that are in conflict, by name."""
        return dict(self._ledger.gone)

    def image(self, name: str) -> Image | None:
        """Give an image by its name, of this session or from wherever it lies."""
        return self._ledger.images.get(name) or self._find(name)

    def known(self, name: str) -> Image | None:
        """Give an image of this session by its name."""
        return self._ledger.images.get(name)

    def mark(self, image: Image) -> Mark:
        """Give what became of an image of this session."""
        skipped = image.name in self._desk.skipped and self._ledger.waits(image.name)
        return Mark(Status.SKIPPED) if skipped else self._ledger.mark(image.name)

    def where(self, image: Image) -> str:
        """Give the key under which an image of this session will lie."""
        return self._ledger.key(image.name)

    def rest(self, unseen: Collection[str] = ()) -> list[Image]:
        """Give the images that :meth:`confirm` would label: none on a page that is not a class page."""
        if self.page is None or self.page.kind is not PageKind.CLASS:
            return []
        images = (image for tile in self.tiles for image in tile.images)
        return [image for image in images if self.mark(image).status is Status.OPEN and image.name not in unseen]

    def rest_count(self) -> int:
        """Give how many images :meth:`rest` gives, without going over the page."""
        if self.page is None or self.page.kind is not PageKind.CLASS or self._filter.unsure:
            return 0
        return self.page.left - sum(self._ledger.waits(name) for name in self._desk.skipped)

    def upcoming(self, limit: int) -> list[Page]:
        """Give the next pages with work left."""
        return [self._desk.pages[index] for index in islice(self._desk.ahead(), limit)]

    def recent(self, limit: int) -> list[Decision]:
        """Give the labeller's last decisions that were not taken back, newest first; also those of earlier sessions."""
        return self._journal.recent(limit, self._labeller, standing=True)

    def figures(self) -> Figures:
        """Give the session's numbers."""
        made, left, per_hour = self._ledger.made, self._desk.left, self._pace.per_hour()
        return Figures(
            labelled={str(mark.cls): count for mark, count in made.items() if count and mark.status is Status.LABELLED},
            discarded=made[Mark(Status.DISCARDED)],
            unsure=made[Mark(Status.UNSURE)],
            left=left,
            per_hour=per_hour,
            left_s=left * 3600 / per_hour if per_hour else None,
        )

    def facets(self) -> Facets:
        """Give what the filter's panel shows; goes over the whole queue."""
        return self.count()()

    def count(self) -> Callable[[], Facets]:
        """Give work that counts for the filter's panel, and that another thread may do while this one goes on."""
        images, chosen = list(self._ledger.images.values()), self._filter
        wanted = Status.UNSURE if chosen.unsure else Status.OPEN

        def work() -> Facets:
            return facets((one for one in images if self._ledger.mark(one.name).status is wanted), chosen)

        return work

    def assign(self, images: Iterable[Image], cls: str) -> list[Decision]:
        """Label images of this session as one step; give its decisions, without those that change nothing.

        Raises:
            ValueError: no such class. ConfigError, StorageFullError …: the journal did not take it; nothing has changed.
        """
        if cls not in self._classes:
            raise ValueError(f"{cls} is no class in use")
        return self._decide(Kind.LABEL, images, cls)

    def confirm(self, unseen: Collection[str] = ()) -> list[Decision]:
        """Label all that is still open on a class page as its class, as one step; on other pages nothing happens.

        Left out are skipped and unsure images, and those named in ``unseen``: what cannot be shown cannot be confirmed.
        """
        rest = self.rest(unseen)
        return self._decide(Kind.CONFIRM, rest, self.page.cls) if self.page and rest else []

    def keep(self, images: Iterable[Image]) -> list[Decision]:
        """Say of labelled images that wait that their labels are right, as one step; nothing is moved."""
        return self._decide(Kind.CONFIRM, [one for one in images if one.cls is not None and self._ledger.waits(one.name)])

    def discard(self, images: Iterable[Image]) -> list[Decision]:
        """Reject images as one step."""
        return self._decide(Kind.DISCARD, images)

    def unsure(self, images: Iterable[Image]) -> list[Decision]:
        """Set images aside as one step; one that was decided goes back to where it was."""
        return self._decide(Kind.UNSURE, images)

    def send_back(self, images: Iterable[Image]) -> list[Decision]:
        """Send images back among the raw ones as one step."""
        return self._decide(Kind.RESTORE, images)

    def skip(self, images: Iterable[Image]) -> None:
        """Pass images over until their page comes again, and go on whether or not the focus does so by itself."""
        names = [image.name for image in images if self._ledger.holds(image.name)]
        self._desk.skip([name for name in names if self._ledger.waits(name)])
        if names:
            self._desk.advance(names)

    def undo(self) -> list[Decision]:
        """Take back the labeller's last step, also one of an earlier session, and show it; give its decisions.

        Empty if there is none. Images that come back into the queue without a page get pages of their own.
        """
        before = self._ledger.decided
        undone = self._ledger.undo()
        self._show(undone, before)
        return undone

    def redo(self) -> list[Decision]:
        """Do again what was last taken back, and go on after it; give the new decisions, empty if there is nothing."""
        before = self._ledger.decided
        again = self._ledger.redo()
        self._advance(self._show(again, before))
        return again

    def move(self, places: int) -> None:
        """Move the focus by some tiles; it stays on the page."""
        self._desk.focus_on(self._desk.focus + places)

    def focus_on(self, place: int) -> None:
        """Put the focus on a tile by its place, or the nearest there is."""
        self._desk.focus_on(place)

    def show(self, name: str) -> bool:
        """Bring an image of this session into view, decided or not; tell whether it is on one of its pages."""
        found = self._desk.page_of(name) is not None
        if found:
            self._desk.show([name])
        return found

    def next_page(self) -> bool:
        """Go to the next page with work left, after the last to the first; tell whether there is another."""
        return self._desk.turn(self._desk.ahead())

    def previous_page(self) -> bool:
        """Go to the page with work left before this one; tell whether there is another."""
        return self._desk.turn(self._desk.behind())

    def open_burst(self, tile: Tile) -> None:
        """Give the images of a burst on the page in hand tiles of their own."""
        if self._desk.open(tile):
            self._opened.update(image.name for image in tile.images)

    def arrange(self, order: Order | None = None, chosen: Filter | None = None) -> None:
        """Plan the queue anew, in another order or by another filter, and begin at its start."""
        self._order = self._order if order is None else order
        self._choose(self._filter if chosen is None else chosen)
        self._plan(kept=0)

    def work_with(self, journal: Journal, find: Callable[[str], Image | None]) -> None:
        """Go on with another connection to the same journal and catalog: long queues are planned in a thread of their own."""
        self._journal, self._find = journal, find
        self._ledger.work_with(journal, find)

    def take(self, images: Iterable[Image]) -> None:
        """Take in images as :meth:`arrived` does; they are shown once the queue is planned anew."""
        images = list(images)
        self._ledger.take(images)
        self._learn_devices(images)

    def draft(self, order: Order | None = None, chosen: Filter | None = None) -> Callable[[], Draft]:
        """Give work that plans the queue anew, and that another thread may do while this one goes on.

        With an order or a filter the plan begins at the start; without, pages up to the one in hand stay.
        """
        anew = order is not None or chosen is not None
        kept = 0 if anew else min(self._desk.index + 1, len(self._desk.pages))
        order, chosen = order or self._order, self._filter if chosen is None else chosen
        here = {image.name for page in self._desk.pages[:kept] for tile in page.tiles for image in tile.images}
        images = list(self._ledger.images.values())
        wanted = Status.UNSURE if chosen.unsure else Status.OPEN
        opened = frozenset(self._opened)
        self._touched = set()

        def work() -> Draft:
            ledger = self._ledger  # only looked at; what is decided meanwhile is counted anew when the draft is laid
            waiting = [one for one in images if one.name not in here and ledger.mark(one.name).status is wanted]
            pages = plan([one for one in waiting if chosen.matches(one)], order, self._classes, self._page_size, opened)
            return Draft(order, chosen, pages, kept)

        return work

    def lay(self, draft: Draft) -> bool:
        """Take a draft for the queue; tell whether it still fits: not if another page was taken up meanwhile."""
        if draft.kept and draft.kept != min(self._desk.index + 1, len(self._desk.pages)):
            return False
        self._order = draft.order
        self._choose(draft.filter)
        self._desk.lay(draft.pages, draft.kept)
        self._settle([name for name in self._touched if self._filter.matches(self._ledger.images[name])])
        if not draft.kept:
            self._desk.take_up(0)
        return True

    def arrived(self, images: Iterable[Image]) -> None:
        """Take in images that are new, or of which more is known, as the catalog has them now.

        Pages up to the one in hand stay as they are. An image that was gone waits again.
        """
        self.take(images)
        self._plan(kept=min(self._desk.index + 1, len(self._desk.pages)))

    def gone(self, name: str, winner: str = "", where: str = "") -> None:
        """Take in that somebody else sorted an image, or (``where`` is the reason) that it is in conflict.

        It is shown until its page is left, and told of in :attr:`lost`.
        """
        if name in self._ledger.images:
            self._ledger.lose(name, winner, where)
            self._touched.add(name)
            self._desk.recount([name])

    def state(self) -> SessionState:
        """Give where the session stands."""
        focus = self.focused.images[0].name if self.focused else ""
        before = sum(page.left > 0 for page in self._desk.pages[: self._desk.index])
        return SessionState(self._order, self._filter, before, focus)

    def restore(self, state: SessionState) -> None:
        """Go back to where an earlier session stood, or as near as what is left allows."""
        self.arrange(Order(state.order) if state.order in set(Order) else None, state.filter)
        if self._desk.page_of(state.focus) is not None:
            self._desk.show([state.focus])
        elif self._desk.pages:
            self._desk.take_up(max(0, min(state.page, len(self._desk.pages) - 1)))

    def _choose(self, chosen: Filter) -> None:
        self._filter = chosen
        self._ledger.wanted = Status.UNSURE if chosen.unsure else Status.OPEN

    def _learn_devices(self, images: Iterable[Image]) -> None:
        self.devices.update(image.device for image in images if image.device)

    def _waiting(self) -> list[Image]:
        return [image for name, image in self._ledger.images.items() if self._ledger.waits(name)]

    def _plan(self, kept: int) -> None:
        here = {image.name for page in self._desk.pages[:kept] for tile in page.tiles for image in tile.images}
        images = [image for image in self._waiting() if image.name not in here and self._filter.matches(image)]
        self._desk.lay(self._pages(images), kept)

    def _pages(self, images: Sequence[Image]) -> list[Page]:
        return plan(images, self._order, self._classes, self._page_size, self._opened)

    def _decide(self, kind: Kind, images: Iterable[Image], cls: str | None = None) -> list[Decision]:
        told = {image.name: self._tells(image.name) for image in images if self._ledger.holds(image.name)}
        before = self._ledger.decided
        decisions = self._ledger.decide(kind, told, cls)
        self._touched.update(decision.choice.name for decision in decisions)
        if decisions:
            self._desk.recount([decision.choice.name for decision in decisions])
            self._pace.add(self._ledger.decided - before)
        self._advance(told)
        return decisions

    def _tells(self, name: str) -> bool:
        """Tell whether a suggestion for an image is in sight: a class page is one by itself."""
        page = self._desk.page_of(name)
        return self.suggestions or (page is not None and page.kind is PageKind.CLASS)

    def _show(self, decisions: Iterable[Decision], decided: int) -> list[str]:
        """Bring the images of what was taken back or made again into view, and give their names.

        ``decided`` is how many images were decided before it.
        """
        names = [decision.choice.name for decision in decisions if self._ledger.holds(decision.choice.name)]
        self._touched.update(names)
        self._settle(names)
        self._desk.show(names)
        if names:
            self._pace.add(self._ledger.decided - decided)
        return names

    def _settle(self, names: Collection[str]) -> None:
        """Count images anew after something happened to them; those that wait without a page get pages of their own."""
        homeless = [name for name in names if self._ledger.waits(name) and self._desk.page_of(name) is None]
        self._desk.insert(self._pages([self._ledger.images[name] for name in homeless]))
        self._desk.recount(names)

    def _advance(self, names: Collection[str]) -> None:
        if self.auto_advance and names:
            self._desk.advance(names)
