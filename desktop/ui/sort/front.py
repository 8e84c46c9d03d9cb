"""The session as it is shown: page, marks, focus, banner and panel follow it. It asks and shows; deciding is the hand's."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.app import open_plant
from desktop.core.catalog import Known
from desktop.core.errors import AppError
from desktop.core.filters import Filter
from desktop.core.images import Image
from desktop.core.journal import Kind
from desktop.core.marks import Status
from desktop.core.pages import Order, PageKind, Tile
from desktop.core.review import ReviewFilter
from desktop.core.sorting import SortSession
from desktop.core.texts import _, ngettext
from desktop.core.words import worded
from desktop.ui.parts.key_cap import key_name
from desktop.ui.review import words as review
from desktop.ui.sort import captions
from desktop.ui.sort.done import AGAIN
from desktop.ui.sort.filter_words import today
from desktop.ui.sort.hand import Question
from desktop.ui.sort.history_strip import SHOWN, Decided, HistoryStrip
from desktop.ui.sort.picture_facts import Facts, facts_of
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.sort.side import SidePanel
from desktop.ui.sort.sight import Sight
from desktop.ui.sort.sort_table import SortTable
from desktop.ui.workplace import Workplace
from edge.contract.keys import locate

if TYPE_CHECKING:
    from desktop.core.doubts import Doubt
    from desktop.ui.photos import Photos
    from desktop.ui.sort.loupe import Loupe
    from desktop.ui.sort.loupe_side import LoupeSide

T = TypeVar("T")
_FACTS_MS = 30
"""A held arrow passes many pictures; facts are looked up for the one it stops at."""


class Front(QStackedWidget):
    """Grid or loupe, each with its panel, over one session."""

    focused = Signal()
    """Another picture may be in focus, or others are selected."""
    chosen_anew = Signal()
    """The user went to another picture, or selected others: what was asked before is no longer about what is in hand."""
    triggered = Signal(str)
    """The action of something that was clicked."""
    asked_for = Signal(str)
    """The name of a picture that somebody wants to see again."""
    painted = Signal()
    """What is shown is on the screen."""
    placed = Signal()
    """The loupe came, or went."""
    hints_changed = Signal(bool)
    """Whether the loupe's hints are wanted."""

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self._place = workplace
        self._looked = False
        """Whether the bucket was looked through since it was opened; before, nobody knows that nothing is left."""
        workplace.synced.connect(self.looked_through)
        self.queue = Queue()
        self.session: SortSession | None = None
        self.question: Question | None = None
        self.trouble: AppError | None = None
        """Why there is no session."""
        self.doubts: Mapping[str, Doubt] = {}
        """By the picture's name, where labels are in doubt."""
        self._page: object = None
        self._tiles: Sequence[Tile] = ()
        self._count = 0
        self._told = ""
        """The trouble that was told last."""
        self.today: dict[str, int] = {}
        """Sorted into each class today, before this session."""
        thumbnails = workplace.thumbnails
        self.table = SortTable(thumbnails, workplace.classes, workplace.shown)
        self.grid = self.table.grid
        self.sight = Sight(thumbnails.problem)
        self.side = SidePanel(workplace.classes, workplace.shown, HistoryStrip(thumbnails, workplace.classes))
        self.loupe: Loupe | None = None
        self.loupe_side: LoupeSide | None = None
        self._photos: Photos | None = None
        self.addWidget(_beside(self.table, self.side))
        self._facts = QTimer(self)
        self._facts.setSingleShot(True)
        self._facts.setInterval(_FACTS_MS)
        self._facts.timeout.connect(self.show_facts)
        self.grid.set_tile_size(workplace.plant.settings.sorting.tile_width)
        self.grid.focus_moved.connect(self._focus_moved)
        self.grid.selection_moved.connect(self._selection_moved)
        self.table.painted.connect(self._painted)
        self.table.done.triggered.connect(self.triggered)
        self.side.triggered.connect(self.triggered)
        self.side.strip.opened.connect(self.asked_for)
        self.show_keys()

    def work_on(self, session: SortSession | None, queue: Queue) -> None:
        """Show another session."""
        self.session, self.queue, self.trouble = session, queue, None
        self._page = None
        self.show_page()

    def show_trouble(self, trouble: AppError) -> None:
        """Say why there is nothing to work on."""
        self.trouble = trouble
        self.table.header.heading.say(captions.title(self.queue, None, Order.CLASS, Filter(), self._place.shown), None)
        self._tell(Facts())
        self.show_loupe(shown=False)
        self.show_page()

    def let_go(self) -> None:
        """Ask nothing any more: the plant is about to be closed."""
        self._facts.stop()
        self.session = None
        if self._photos is not None:
            self._photos.close()

    @property
    def in_loupe(self) -> bool:
        """Whether one picture is shown large."""
        return self.currentIndex() == 1

    def show_loupe(self, *, shown: bool) -> None:
        """Show one picture large, or the grid."""
        if shown == self.in_loupe or (shown and (self.session is None or not self.session.tiles)):
            return
        if shown and self.loupe is None:
            self._make_loupe()
        self.setCurrentIndex(1 if shown else 0)
        self.show_page()
        self.take_focus()
        self.placed.emit()

    @property
    def room(self) -> QWidget:
        """What cards are laid over: the loupe, or grid and head."""
        return self.loupe if self.in_loupe and self.loupe is not None else self.table

    def take_focus(self) -> None:
        """Give the pictures the focus."""
        if self.in_loupe and self.loupe is not None:
            self.loupe.setFocus()
        else:
            self.table.take_focus()

    def look_on(self, step: int, rows: int = 0, *, extend: bool = False) -> None:
        """Look at another picture: some places on, or some rows."""
        if not self.in_loupe or self.loupe is None:
            self.grid.move_focus(step, rows, extend=extend)
        elif self.loupe.comparing:
            self.loupe.choose(step or rows)
        elif self.session is not None:
            self.go(self.session.focus + (step or rows))

    def go(self, place: int) -> None:
        """Look at the picture at a place, or the nearest there is."""
        if self.session is not None:
            self.session.focus_on(place)
            self.show_decided(())

    def targets(self) -> list[Image]:
        """Give what a key hits: what is selected, else what is in focus; of a burst, all."""
        if self.session is None or not self.session.tiles:
            return []
        if self.in_loupe and self.loupe is not None:
            target = self.loupe.target
            return list(target.images) if target is not None else []
        tiles = self.session.tiles
        places = self.grid.selected() or [self.session.focus]
        return [image for place in places if place < len(tiles) for image in tiles[place].images]

    @property
    def keeps(self) -> bool:
        """Whether Enter says that labels are right, picture by picture, and not for a page."""
        page = self.session.page if self.session is not None else None
        return page is not None and page.kind is PageKind.MIXED and self._kept(self.targets()) is not None

    def rest(self) -> tuple[list[Image], list[Image]]:
        """Give what Enter would confirm on this page, and what of it has to be seen first."""
        images = self.session.rest() if self.session is not None and not self.queue.read_only else []
        return images, self.sight.hidden(images)

    def show_page(self) -> None:
        """Show the page in hand from the session, all of it."""
        session = self.session
        if session is None:
            self._show_done()
            return
        page = session.page
        if page is not self._page:
            self.sight.forget()
        self._page, self._tiles, self._count = page, session.tiles, len(session.tiles)
        blind = page is not None and page.kind is PageKind.BLIND
        following = next((page.tiles for page in session.upcoming(1)), ())
        self.grid.lay(session.tiles, session.mark, blind=blind, suggestions=session.suggestions, following=following)
        self.grid.focus_on(session.focus)
        if self.in_loupe and self.loupe is not None:
            self.loupe.show_tiles(
                session.tiles, session.focus, session.mark, blind=blind, suggestions=session.suggestions, following=following
            )
        self._show_head()
        self.show_decided(())

    def show_decided(self, names: Collection[str]) -> None:
        """Show what became of some images, and where the session went from there."""
        session = self.session
        if session is None:
            return
        if session.page is not self._page or session.tiles is not self._tiles or len(session.tiles) != self._count:
            self.show_page()
            return
        if names:
            self.grid.clear_selection()
            self.grid.refresh(names)
        if session.focus != self.grid.focus:
            self.grid.focus_on(session.focus)
        if self.in_loupe and self.loupe is not None:
            self.loupe.refresh(names)
            if session.focus != self.loupe.place:
                self.loupe.go(session.focus)
        self.show_banner()
        self._show_side()
        self._show_done()
        self._facts.start()
        self.focused.emit()

    def show_banner(self) -> None:
        """Show what Enter does."""
        session = self.session
        if session is None:
            return
        if self.question is not None:
            action = self._place.commands.keymap.actions.get(self.question.action)
            combination = self._place.commands.keymap.shown(self.question.action)
            title = action.title if action else ""
            asked = captions.ask(self.question.count, title, self.question.cls, combination, key_name(combination))
            self.table.banner.say(asked)
            if self.loupe is not None:
                self.loupe.show_question(asked)
            return
        if self.loupe is not None:
            self.loupe.show_question(None)
        if session.page is not None and session.page.kind is PageKind.MIXED and (told := self._kept(self.targets())) is not None:
            self.table.banner.say(told)
            return
        rest, hidden = self.rest()
        confirmable = [image for image in rest if self._place.thumbnails.problem(image) is None]
        ahead = tuple(session.upcoming(4))
        count = len(confirmable)
        self.table.banner.say(captions.offer(self.queue, session.page, count, len(hidden), ahead, self._place.shown))

    def _kept(self, targets: Sequence[Image]) -> captions.Offer | None:
        session = self.session
        if session is None:
            return None
        waiting = [image for image in targets if session.mark(image).status is Status.OPEN]
        return review.offer(self.queue, waiting, self._place.commands.keymap.shown("send-back"))

    def show_keys(self) -> None:
        """Show the keys in force, and which of them do something."""
        for side in self._sides():
            side.show_keys(self._place.commands.keymap)
        if self.loupe is not None:
            self.loupe.show_keys()
        self.show_possible()

    def show_possible(self) -> None:
        """Show which lines of the panel do something now."""
        actions = [*(row.action for row in self.side.classes.values()), *(row.action for row in self.side.others)]
        possible = {action: self._place.commands.possible(action) for action in actions}
        for side in self._sides():
            side.show_possible(possible)

    def show_history(self) -> None:
        """Show the last decisions."""
        session = self.session
        if session is None:
            return
        made = []
        for decision, image in self._asked(lambda: [(one, session.image(one.choice.name)) for one in session.recent(SHOWN)]):
            if image is not None:
                place = locate(decision.choice.target)
                labels = decision.kind in (Kind.LABEL, Kind.CONFIRM)
                cls = place.cls if place is not None and labels else None
                what = self._place.shown.get(cls, cls) if cls else worded(decision.kind)
                made.append(Decided(image, cls, decision.kind, what))
        self.side.strip.show_decided(made)
        self.side.show_last(len(made))

    @Slot()
    def show_facts(self) -> None:
        """Show what is known of the picture in focus."""
        session = self.session
        tile = session.focused if session is not None else None
        if self.in_loupe and self.loupe is not None:
            tile = self.loupe.target
        if session is None or tile is None or not (session.figures().left or self.table.working or self.in_loupe):
            self._tell(Facts())
            return
        image, catalog = tile.images[0], self._place.plant.catalog
        found: Known | None = next(iter(self._asked(lambda: catalog.find(image.name))), None)
        seen = image.prediction.model if image.prediction else None
        scores = self._asked(lambda: catalog.scores(image, seen)) if seen else []
        note = ""
        if not self.queue.read_only:
            note = review.note(image, found, session.mark(image), self.doubts.get(image.name), self._place.shown)
        self._tell(facts_of(image, found, scores, suggestions=session.suggestions, note=note))

    def show_order(self) -> None:
        """Show the order and the filter in force."""
        self._show_head()

    def _show_head(self) -> None:
        session = self.session
        if session is None:
            return
        labelled = self.queue.source is Source.LABELLED
        left = session.figures().left
        title = captions.title(self.queue, session.page, session.order, session.filter, self._place.shown, left)
        header, cls = self.table.header, self._place.classes.get(title.cls) if title.cls else None
        header.heading.say(title, cls)
        if self.loupe is not None:
            self.loupe.show_title(title.text, cls, title.how)
        choices = review.orders() if labelled else captions.orders()
        header.show_order(session.order, possible=labelled or session.order is not Order.GIVEN, choices=choices)
        keymap = self._place.commands.keymap
        keep, back = key_name(keymap.shown("confirm")), key_name(keymap.shown("send-back"))
        self.table.strip.say(review.purpose(self.queue, keep, back))
        asked = review.chips(self.queue.review, self._place.shown, today())
        self.table.chips.show_parts([*asked, *captions.chips(session.filter, self._place.shown)], "")
        self.table.panel.show_filter(session.filter)

    def _show_side(self) -> None:
        session = self.session
        if session is None:
            return
        selected = [] if self.in_loupe else self.grid.selected()
        count = sum(len(session.tiles[place].images) for place in selected if place < len(session.tiles))
        if count:
            words = ngettext("Sort {n} selected as", "Sort {n} selected as", count).format(n=f"{count:,}")
        else:
            burst = len(session.focused.images) if session.focused and session.figures().left else 1
            words = ngettext("Sort the burst of {n} as", "Sort the burst of {n} as", burst).format(n=burst)
            words = words if burst > 1 else _("Sort as")
        made = session.figures().labelled
        for side in self._sides():
            side.show_title(words)
            side.show_today({cls: self.today.get(cls, 0) + made.get(cls, 0) for cls in self.side.classes})
        self.show_possible()

    def _show_done(self) -> None:
        session = self.session
        if session is None:
            if self.trouble is not None:
                self.table.done.say(self.trouble.title, self.trouble.hint, (AGAIN,), "warning-circle", "bad")
            else:
                self.table.done.say(_("Loading pictures"), _("One moment."), (), "hourglass", "muted")
            self.table.show_grid(shown=False)
            return
        figures = session.figures()
        if figures.left or (self.queue.source is not Source.RAW and self._holds_decided(session)):
            self.table.show_grid(shown=True)
            return
        self.show_loupe(shown=False)
        self.table.header.heading.say(captions.title(self.queue, None, session.order, session.filter, self._place.shown), None)
        filtered = bool(captions.chips(session.filter, self._place.shown)) or self.queue.review != ReviewFilter()
        total = sum(figures.labelled.values())
        told = [ngettext("{n} picture sorted", "{n} pictures sorted", total).format(n=f"{total:,}")] if total else []
        if figures.per_hour:
            told.append(_("{n} pictures an hour").format(n=f"{figures.per_hour:,.0f}"))
        if self.queue.source is not Source.RAW:
            purpose = review.purpose(self.queue)
            icon = purpose.icon if purpose is not None else "image-square"
            title, told_why = review.nothing(self.queue, filtered=filtered)
            self.table.done.say(title, told_why, ("clear-filter",) if filtered else ("back",), icon, "muted")
        elif filtered:
            words = _("Nothing is left of what the filter shows.")
            self.table.done.say(_("Nothing left here"), words, ("clear-filter",), "funnel", "muted")
        elif not (self._looked or total):
            self.table.done.say(_("Looking for new pictures"), _("One moment."), (), "hourglass", "muted")
        elif not (total or self._place.plant.catalog.counts()):
            words = _("Add a folder with a folder per class, or start a device: what it sends home comes in by itself.")
            self.table.done.say(_("Nothing is here yet"), words, ("import", "sync"), "image-square", "muted")
        else:
            told.append(_("New pictures come in by themselves."))
            self.table.done.say(_("Everything is sorted"), " · ".join(told), ("go-train", "sync"))
        self.table.show_grid(shown=False)

    @Slot()
    def looked_through(self) -> None:
        """Take in that the bucket was looked through, or cannot be for now."""
        if not self._looked:
            self._looked = True
            self.show_decided(())

    def _holds_decided(self, session: SortSession) -> bool:
        return any(session.mark(image).status not in _UNDECIDED for tile in session.tiles for image in tile.images)

    def _focus_moved(self, place: int) -> None:
        if self.session is not None:
            self.session.focus_on(place)
            self._facts.start()
            self._show_side()
            self.chosen_anew.emit()
            self.focused.emit()

    def _selection_moved(self) -> None:
        self._show_side()
        self.chosen_anew.emit()
        self.focused.emit()

    def _looked_at(self, place: int) -> None:
        """Take in that the loupe shows a picture."""
        self.painted.emit()
        if self.session is not None and place < len(self.session.tiles):
            self.sight.see([self.session.tiles[place]])

    def _make_loupe(self) -> None:
        from desktop.ui.photos import Photos  # noqa: PLC0415 - the grid comes first
        from desktop.ui.sort.loupe import Loupe  # noqa: PLC0415
        from desktop.ui.sort.loupe_side import LoupeSide  # noqa: PLC0415

        place = self._place
        opener = partial(open_plant, place.address, place.plant.home)
        self._photos = Photos(lambda: opener().pictures)
        hints = place.plant.settings.sorting.hints
        keymap = partial(getattr, place.commands, "keymap")
        self.loupe = Loupe(place.thumbnails, self._photos, place.classes, keymap, shown=place.shown, hints_shown=hints)
        self.loupe_side = LoupeSide(place.classes, place.shown)
        self.addWidget(_beside(self.loupe, self.loupe_side))
        self.loupe.moved.connect(self._focus_moved)
        self.loupe.painted.connect(self._looked_at)
        self.loupe.grid_asked.connect(self._grid_asked)
        self.loupe.hints_changed.connect(self.hints_changed)
        self.loupe.chosen.connect(self._facts.start)
        self.loupe_side.triggered.connect(self.triggered)
        self.show_keys()

    def _grid_asked(self) -> None:
        self.show_loupe(shown=False)

    def _sides(self) -> "list[SidePanel | LoupeSide]":
        return [self.side] if self.loupe_side is None else [self.side, self.loupe_side]

    def _asked(self, ask: Callable[[], list[T]]) -> list[T]:
        """Give what catalog or journal answer; that they cannot is told once, and nobody is stopped."""
        try:
            found = ask()
        except AppError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._place.messages.show_error(error)
            return []
        self._told = ""
        return found

    def _tell(self, facts: Facts) -> None:
        self.side.facts.show_facts(facts)
        if self.loupe_side is not None:
            self.loupe_side.show_facts(facts)

    def _painted(self) -> None:
        if not self.in_loupe:
            self.painted.emit()
        if self.session is None:
            return
        tiles = self.session.tiles
        if self.sight.see(tiles[place] for place in self.grid.on_screen() if place < len(tiles)):
            self.show_banner()


def _beside(left: QWidget, right: QWidget) -> QWidget:
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(left, 1)
    layout.addWidget(right)
    return made


_UNDECIDED = frozenset({Status.OPEN, Status.SKIPPED})
