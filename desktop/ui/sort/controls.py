"""What the keys of the sort station do, and when they do something."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QTimer, Signal, Slot

from desktop.core.errors import AppError
from desktop.core.filters import Facets, Filter
from desktop.core.pages import Order, is_blind
from desktop.core.review import ReviewFilter
from desktop.core.settings import Sorting, load_settings, save_settings
from desktop.core.sorting import SortSession
from desktop.core.texts import _
from desktop.ui.actions import LABEL
from desktop.ui.latency import Latency
from desktop.ui.review import words as review
from desktop.ui.sort.captions import orders
from desktop.ui.sort.feed import Feed
from desktop.ui.sort.filter_words import today, understood, without
from desktop.ui.sort.front import Front
from desktop.ui.sort.hand import Hand
from desktop.ui.sort.history_card import HistoryCard
from desktop.ui.sort.queue import Source
from desktop.ui.workplace import Workplace
from edge.contract.keys import Area

if TYPE_CHECKING:
    from desktop.ui.sort.loupe import Loupe

_LARGER = 1.15
_STRIDE = 10
"""So many pictures are a screen in the loupe."""


class Controls(QObject):
    """Binds the keys of sorting and looking; ``quiet`` runs anew with each, so that what is new waits for a pause."""

    turned = Signal()
    """Another page was taken up."""
    reviewed = Signal(object)
    """Other labels are wanted: a :class:`ReviewFilter`."""
    reordered = Signal(object)
    """Labels are wanted in another :class:`Order`."""

    def __init__(
        self, workplace: Workplace, front: Front, hand: Hand, feed: Feed, history: HistoryCard, latency: Latency, quiet: QTimer
    ) -> None:
        super().__init__()
        self._place, self._quiet = workplace, quiet
        self.front, self.hand, self.feed, self.history, self.latency = front, hand, feed, history, latency
        self._changes = 0
        """How often marks changed."""
        self._tile_width = front.grid.tile_width
        hand.decided.connect(self._decided)
        front.hints_changed.connect(self._hints_changed)
        front.grid.opened.connect(self._opened)
        table = front.table
        table.header.ordered.connect(self.order_by)
        table.header.field.settled.connect(self._typed)
        table.header.field.entered.connect(self.show_facets)
        table.chips.removed.connect(self._without)
        table.chips.cleared.connect(self.show_all)
        table.panel.chosen.connect(self.filter_by)
        self._bind()

    @property
    def session(self) -> SortSession | None:
        """The session in hand."""
        return self.front.session

    def filter_by(self, chosen: Filter) -> None:
        """Show only a part of the queue."""
        if self.session is not None and chosen != self.feed.coming(self.session)[1]:
            self.feed.plan(self.session, None, chosen)

    def order_by(self, order: str) -> None:
        """Lay the queue out in another order."""
        if self.front.queue.source is Source.LABELLED:
            self.reordered.emit(Order(order))
        elif self.session is not None and order != self.feed.coming(self.session)[0]:
            self.feed.plan(self.session, Order(order), None)

    def _bind(self) -> None:
        bind, hand, front = self._place.commands.bind, self.hand, self.front
        grid = front.grid
        decisions: dict[str, tuple[Callable[[], object], Callable[[], bool]]] = {
            **{LABEL + cls: (partial(self._label, cls), self._may_decide) for cls in front.side.classes},
            "confirm": (self._confirm, self._may_decide),
            "unsure": (lambda: hand.unsure(front.targets()), self._may_set_aside),
            "discard": (lambda: hand.discard(front.targets()), self._may_decide),
            "skip": (lambda: hand.skip(front.targets()), self._works),
            "undo": (hand.undo, self._may_undo),
            "redo": (hand.redo, self._may_undo),
            "send-back": (lambda: hand.send_back(front.targets()), self._may_send_back),
        }
        for action, (run, possible) in decisions.items():
            bind(action, self._timed(partial(self._decide, action, run)), possible)
        looks: dict[str, Callable[[], object]] = {
            "burst": self._open_burst,
            "suggestions": self._switch_suggestions,
            "order": self._next_order,
            "next-page": lambda: self._turn(forward=True),
            "previous-page": lambda: self._turn(forward=False),
            "left": lambda: front.look_on(-1),
            "right": lambda: front.look_on(1),
            "up": lambda: front.look_on(0, -1),
            "down": lambda: front.look_on(0, 1),
            "select-left": lambda: front.look_on(-1, extend=True),
            "select-right": lambda: front.look_on(1, extend=True),
            "select-up": lambda: front.look_on(0, -1, extend=True),
            "select-down": lambda: front.look_on(0, 1, extend=True),
            "select-one": lambda: grid.toggle(grid.focus),
            "select-all": grid.select_all,
            "screen-up": lambda: self._screen(-1),
            "screen-down": lambda: self._screen(1),
            "first": lambda: front.go(0),
            "last": lambda: front.go(1 << 30),
            "loupe": lambda: front.show_loupe(shown=not front.in_loupe),
            "compare-two": self._compare,
            "zoom-in": lambda: self._zoom(larger=True),
            "zoom-out": lambda: self._zoom(larger=False),
        }
        for action, run in looks.items():
            bind(action, self._timed(run), self._works)
        large: dict[str, Callable[[Loupe], object]] = {
            "zoom-fit": lambda loupe: loupe.fit(),
            "zoom-pixels": lambda loupe: loupe.pixels(),
            "pan-left": lambda loupe: loupe.pan(-1, 0),
            "pan-right": lambda loupe: loupe.pan(1, 0),
            "pan-up": lambda loupe: loupe.pan(0, -1),
            "pan-down": lambda loupe: loupe.pan(0, 1),
            "hints": lambda loupe: loupe.toggle_hints(),
        }
        for action, work in large.items():
            bind(action, partial(self.with_loupe, work), self._works)
        bind("filter", self.write_filter, self._has_session)
        bind("clear-filter", self.show_all, self._has_session)
        bind("history", self._switch_history, self._may_look_back)

    def _timed(self, run: Callable[[], object]) -> Callable[[], None]:
        """Measure from the key to the picture, and wait with what is new; a key that changes no picture is not measured."""

        def press() -> None:
            before = self._sight()
            measured = self.latency.press()
            self._place.thumbnails.rest()
            self._quiet.start()
            run()
            if measured and self._sight() == before:
                self.latency.forget()

        return press

    def _sight(self) -> tuple[object, ...]:
        """Give all by which one key makes a difference to the pictures on the screen."""
        front, grid, loupe = self.front, self.front.grid, self.front.loupe
        large: tuple[object, ...] = ()
        if front.in_loupe and loupe is not None:
            large = (loupe.place, loupe.comparing, loupe.pair.place, loupe.zoom, loupe.pair.zoom)
        session = self.session
        if session is None:
            return large
        laid = (id(session.page), len(session.tiles), session.focus, session.suggestions, self.feed.coming(session))
        return *laid, *large, front.in_loupe, grid.selected(), grid.tile_width, grid.verticalScrollBar().value(), self._changes

    def _decide(self, action: str, run: Callable[[], object]) -> None:
        """Do what a key decides; while a question stands, its own key and Enter answer it, and any other only calls it off."""
        question = self.hand.question
        if question is None:
            run()
        elif action in (question.action, "confirm"):
            self.hand.answer()
        else:
            self.hand.call_off()

    @Slot(object)
    def _decided(self, names: Collection[str]) -> None:
        self._changes += bool(names)

    def _has_session(self) -> bool:
        return self.session is not None

    def _works(self) -> bool:
        return self.session is not None and (self.front.in_loupe or self.front.table.working)

    def _may_decide(self) -> bool:
        return self._works() and not self.front.queue.read_only

    def _may_undo(self) -> bool:
        return self.session is not None and not self.front.queue.read_only and not self.front.table.panel.isVisible()

    def _may_set_aside(self) -> bool:
        return self._may_decide() and self._area() is Area.RAW

    def _may_send_back(self) -> bool:
        return self._may_decide() and self._area() is not Area.RAW

    def _may_look_back(self) -> bool:
        """Tell whether a picture's history may be shown: not of one that is labelled blind."""
        tile = self.session.focused if self.session is not None and self._works() else None
        return tile is not None and not is_blind(tile.images[0])

    def _area(self) -> Area | None:
        tile = self.session.focused if self.session is not None else None
        return tile.images[0].area if tile is not None else None

    def _label(self, cls: str) -> None:
        self.hand.label(cls, self.front.targets())

    def _confirm(self) -> None:
        if self.session is None:
            return
        if self.front.keeps:
            self.hand.keep(self.front.targets())
            return
        rest, hidden = self.front.rest()
        if hidden:
            first = hidden[0].name
            place = next(n for n, tile in enumerate(self.session.tiles) if any(one.name == first for one in tile.images))
            self.session.focus_on(place)
            grid = self.front.grid
            grid.focus_on(place)
            grid.scrollTo(grid.model().index(place, 0), grid.ScrollHint.PositionAtTop)
            self.front.show_decided(())
        elif rest:
            unseen = self.front.sight.unseen(rest)
            if len(unseen) < len(rest):
                seen = {image.name for image in rest} - set(unseen)
                tiles = sum(any(image.name in seen for image in tile.images) for tile in self.session.tiles)
                self.hand.confirm(unseen, len(seen), tiles)

    def _switch_history(self) -> None:
        if self.history.isVisible():
            self.history.hide()
        elif self.session is not None and self.session.focused is not None:
            name = self.session.focused.images[0].name
            self.history.show_reading(name, self.front.room, self.feed.remember(name))

    def _open_burst(self) -> None:
        if self.session is not None and self.session.focused is not None and len(self.session.focused.images) > 1:
            self.session.open_burst(self.session.focused)
            self.front.show_page()

    def _switch_suggestions(self) -> None:
        if self.session is not None:
            self.session.suggestions = not self.session.suggestions
            self._place.messages.say(_("Suggestions are shown.") if self.session.suggestions else _("Suggestions are off."))
            self.front.show_page()

    def _next_order(self) -> None:
        ring = [Order(one) for one, _name in (review.orders() if self.front.queue.source is Source.LABELLED else orders())]
        if self.session is not None and self.session.order in ring:
            self.order_by(ring[(ring.index(self.session.order) + 1) % len(ring)])

    def _turn(self, *, forward: bool) -> None:
        if self.session is not None and (self.session.next_page() if forward else self.session.previous_page()):
            self.front.show_page()
            self.turned.emit()

    def _zoom(self, *, larger: bool) -> None:
        grid, loupe = self.front.grid, self.front.loupe
        if self.front.in_loupe and loupe is not None:
            (loupe.zoom_in if larger else loupe.zoom_out)()
        else:
            grid.set_tile_size(round(max(100, min(400, grid.tile_width * (_LARGER if larger else 1 / _LARGER)))))

    def _screen(self, screens: int) -> None:
        if self.front.in_loupe and self.session is not None:
            self.front.go(self.session.focus + screens * _STRIDE)
        else:
            self.front.grid.page(screens)

    def _compare(self) -> None:
        chosen = [] if self.front.in_loupe else self.front.grid.selected()
        other = chosen[1] if len(chosen) == 2 else None
        if other is not None:
            self.front.go(chosen[0])
        self.front.show_loupe(shown=True)
        loupe = self.front.loupe
        if loupe is not None and loupe.comparing:
            loupe.leave_pair()
        elif loupe is not None:
            loupe.compare(other)

    def with_loupe(self, work: "Callable[[Loupe], object]") -> None:
        """Do something to the loupe, if it was ever opened."""
        if self.front.loupe is not None:
            work(self.front.loupe)

    def _opened(self, place: int) -> None:
        self.front.go(place)
        self.front.show_loupe(shown=True)

    @Slot(bool)
    def _hints_changed(self, wanted: bool) -> None:
        self._save(lambda sorting: replace(sorting, hints=wanted))

    def keep_tile_width(self) -> None:
        """Keep in the settings how large the tiles were made here."""
        width = self.front.grid.tile_width
        if width != self._tile_width:
            self._tile_width = width
            self._save(lambda sorting: replace(sorting, tile_width=width))

    def _save(self, changed: Callable[[Sorting], Sorting]) -> None:
        home = self._place.plant.home
        try:
            settings = load_settings(home)
            save_settings(home, replace(settings, sorting=changed(settings.sorting)))
        except AppError as error:
            self._place.messages.show_error(error)

    def write_filter(self) -> None:
        """Put the focus where a filter is written."""
        if self.session is not None:
            self.front.table.open_panel()
            self.front.table.header.field.setFocus()
            self.front.table.header.field.selectAll()

    def show_all(self) -> None:
        """Show the whole queue again."""
        self.front.table.header.field.show_words("")
        if self.front.queue.review != ReviewFilter():
            self.reviewed.emit(ReviewFilter())
        self.filter_by(Filter())
        self.front.table.take_focus()

    def _typed(self, words: str) -> None:
        if self.session is not None:
            base = Filter(unsure=self.session.filter.unsure)
            self.filter_by(understood(words, base, self.session.devices, self._place.shown, today()))

    def _without(self, part: str) -> None:
        left = review.without(self.front.queue.review, part)
        if left is not None:
            self.reviewed.emit(left)
        elif self.session is not None:
            self.front.table.header.field.show_words("")
            self.filter_by(without(self.session.filter, part))
        self.front.table.take_focus()

    def show_facets(self) -> None:
        """Show what each choice of the filter would leave, once that is counted."""
        if self.session is not None and self.front.table.panel.isVisible():
            self.feed.count_facets(self.session)

    @Slot(object)
    def told_facets(self, facets: Facets) -> None:
        """Show the counts."""
        if self.session is not None and self.front.table.panel.isVisible():
            self.front.table.panel.show_facets(facets, self._place.shown)

    def in_focus(self) -> QRect:
        """Give where the tile in focus is: what is laid over the pictures covers it last."""
        grid = self.front.grid
        if self.front.in_loupe:
            return QRect()
        box = grid.visualRect(grid.currentIndex())
        return QRect(grid.viewport().mapTo(self.front, box.topLeft()), box.size())
