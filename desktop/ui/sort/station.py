"""The sort station: one session in hand, its keys, its way from queue to queue, and the place it is found at again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QRect, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from desktop.app import own_command
from desktop.core.bookmark import Bookmark, read_bookmark, write_bookmark
from desktop.core.errors import AppError
from desktop.core.filters import Filter
from desktop.core.history import Event
from desktop.core.images import Image
from desktop.core.journal import Decision
from desktop.core.marks import Status
from desktop.core.pages import Order, is_blind
from desktop.core.review import ReviewFilter
from desktop.core.settings import load_settings, save_settings
from desktop.core.sorting import Draft, SessionState, SortSession
from desktop.core.texts import _, ngettext
from desktop.core.views import View, Views
from desktop.ui.actions import LABEL
from desktop.ui.courier import Courier
from desktop.ui.latency import Latency
from desktop.ui.sort import captions
from desktop.ui.sort.feed import Arrival, Feed, Loaded
from desktop.ui.sort.filter_words import today, understood, without
from desktop.ui.sort.front import Front
from desktop.ui.sort.guide import Guide
from desktop.ui.sort.hand import Hand
from desktop.ui.sort.history_card import HistoryCard
from desktop.ui.sort.loupe import Loupe
from desktop.ui.sort.menus import choice_menu, open_below, views_menu
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.sort.zoom import Zoom
from desktop.ui.station import Badge, Station
from desktop.ui.workplace import Workplace
from edge.contract.keys import Area, locate

_QUIET_MS = 1500
"""So long after a key new pictures are laid out: nothing moves under a hand that sorts."""
_KEPT_MS = 4000
_LARGER = 1.15
_STRIDE = 10
"""So many pictures are a screen in the loupe."""
_ORDERS = (Order.CLASS, Order.NEWEST, Order.UNCERTAIN, Order.DEVICE)


class SortStation(Station):
    """Pictures to sort, and every other queue."""

    name = "sort"
    figures_changed = Signal(object)
    """The session's :class:`Figures`."""

    def __init__(self, workplace: Workplace, *, delivers: bool = True) -> None:
        """Take the plant in the window; ``delivers`` is off where somebody else delivers."""
        super().__init__()
        self._place = workplace
        self.latency = Latency()
        """From key to picture."""
        self.hand = Hand(workplace.messages, workplace.plant.settings.sorting.confirm_above)
        self.front = Front(workplace)
        self.feed = Feed(workplace)
        self.history = HistoryCard(self.front.table)
        plant = workplace.plant
        command = own_command("--bucket", workplace.address, "--home", str(plant.home), "deliver", "--follow")
        self.courier = Courier(command) if delivers else None
        self._views = Views(plant.folder)
        self._queue = Queue()
        self._raw_state: SessionState | None = None
        self._lost: dict[str, None] = {}
        self._fresh: dict[str, Image] = {}
        self._gone: dict[str, tuple[str, str]] = {}
        self._in_front = False
        self._begun = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.front)
        self.guide = Guide(workplace, self, self._in_focus)
        self._quiet = _timer(self, _QUIET_MS, self._rest)
        self._keeper = _timer(self, _KEPT_MS, self.keep_place)
        self._connect()
        self._bind()
        self._bookmark = read_bookmark(plant.folder)
        self._raw_state = self._bookmark.session
        self.front.show_page()
        self.feed.load(self._queue, self._raw_state)

    @property
    def session(self) -> SortSession | None:
        """The session in hand; None while a queue is loaded."""
        return self.front.session

    @property
    def queue(self) -> Queue:
        """The queue in hand, or on its way."""
        return self._queue

    def places(self) -> frozenset[str]:
        """Give the places of actions that are live here."""
        return frozenset({"sort", "loupe" if self.front.in_loupe else "grid"})

    def entered(self) -> None:
        """Give the pictures the focus."""
        self._in_front = True
        self.front.take_focus()
        self.front.show_keys()

    def left(self) -> None:
        """Keep where we are."""
        self._in_front = False
        self.hand.call_off()
        self.keep_place()

    def close_station(self) -> None:
        """Keep where we are, look no longer, let the last moves end."""
        self.keep_place()
        self.feed.close()
        for timer in (self._quiet, self._keeper):
            timer.stop()
        self.front.let_go()
        self.hand.session = None
        if self.courier is not None:
            self.courier.close()

    def back(self) -> None:
        """Take one step out: question, filter's panel, selection, queue."""
        if self.hand.question is not None:
            self.hand.call_off()
        elif self.front.table.panel.isVisible() or self.front.table.header.field.hasFocus():
            self.front.table.take_focus()
        elif self.history.isVisible():
            self.history.hide()
        elif self.front.loupe is not None and self.front.loupe.comparing:
            self.front.loupe.leave_pair()
        elif self.front.in_loupe:
            self.front.show_loupe(shown=False)
        elif self.front.grid.selected():
            self.front.grid.clear_selection()
        elif self._queue != Queue():
            station = self._queue.back
            self.show_queue(Queue())
            if station and station != self.name:
                self._place.go(station)

    def show_queue(self, queue: Queue) -> None:
        """Lay another queue before the labeller; the one to be sorted is found again as it was left."""
        self._keep_raw()
        self.hand.call_off()
        self._queue = queue
        self._take_up(None)
        self.front.show_page()
        self.feed.load(queue, self._raw_state if queue == Queue() else None)

    def keep_place(self) -> None:
        """Keep where the session stands, for the next start."""
        self._keep_raw()
        if self._raw_state is None:
            return
        loupe = self.front.loupe
        zoom = loupe.zoom.scale if loupe is not None else self._bookmark.zoom
        kept = Bookmark(self.name, self._raw_state, self.front.in_loupe, zoom)
        if kept == self._bookmark:
            return
        try:
            write_bookmark(self._place.plant.folder, kept)
        except AppError as error:
            self._place.messages.show_error(error)
        self._bookmark = kept

    def filter_by(self, chosen: Filter) -> None:
        """Show only a part of the queue."""
        if self.session is not None and chosen != self.session.filter:
            self.feed.plan(self.session, None, chosen)

    def order_by(self, order: str) -> None:
        """Lay the queue out in another order."""
        if self.session is not None and order != self.session.order:
            self.feed.plan(self.session, Order(order), None)

    def _connect(self) -> None:
        front, feed, hand = self.front, self.feed, self.hand
        feed.loaded.connect(self._loaded)
        feed.drafted.connect(self._drafted)
        feed.arrived.connect(self._arrived)
        feed.counted.connect(self._counted)
        feed.failed.connect(self._failed)
        feed.remembered.connect(self._remembered)
        self.history.closed.connect(self.history.hide)
        hand.decided.connect(self._decided)
        hand.asked.connect(self._asked)
        front.painted.connect(self.latency.paint)
        front.placed.connect(self._placed)
        front.hints_changed.connect(self._hints_changed)
        front.grid.opened.connect(self._opened)
        front.triggered.connect(self._place.commands.trigger)
        front.asked_for.connect(self._show_again)
        front.focused.connect(self.history.hide)
        front.table.header.ordered.connect(self.order_by)
        front.table.header.field.settled.connect(self._typed)
        front.table.chips.removed.connect(self._without)
        front.table.chips.cleared.connect(self._show_all)
        front.table.panel.chosen.connect(self.filter_by)
        front.table.panel.review.chosen.connect(self._review)
        front.table.panel.saved.connect(self._save_view)
        self._place.commands.changed.connect(self._keys_changed)
        if self.courier is not None:
            self.courier.failing.connect(self._undelivered)
        self._place.commands.ran.connect(hand.call_off)

    def _bind(self) -> None:
        bind, hand, front = self._place.commands.bind, self.hand, self.front
        grid = front.grid
        for cls in front.side.classes:
            bind(LABEL + cls, self._timed(partial(self._label, cls)), self._may_decide)
        decisions: dict[str, tuple[Callable[[], object], Callable[[], bool]]] = {
            "confirm": (self._confirm, self._may_decide),
            "unsure": (lambda: hand.unsure(front.targets()), self._may_set_aside),
            "discard": (lambda: hand.discard(front.targets()), self._may_decide),
            "skip": (lambda: hand.skip(front.targets()), self._works),
            "undo": (hand.undo, self._may_undo),
            "redo": (hand.redo, self._may_undo),
            "send-back": (lambda: hand.send_back(front.targets()), self._may_send_back),
        }
        for action, (run, possible) in decisions.items():
            bind(action, self._timed(run), possible)
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
            "zoom-fit": Loupe.fit,
            "zoom-pixels": Loupe.pixels,
            "pan-left": lambda loupe: loupe.pan(-1, 0),
            "pan-right": lambda loupe: loupe.pan(1, 0),
            "pan-up": lambda loupe: loupe.pan(0, -1),
            "pan-down": lambda loupe: loupe.pan(0, 1),
            "hints": Loupe.toggle_hints,
        }
        for action, work in large.items():
            bind(action, partial(self._in_loupe, work), self._works)
        bind("filter", self._write_filter, self._has_session)
        bind("clear-filter", self._show_all, self._has_session)
        bind("views", self._open_views, self._has_session)
        bind("queue", self._open_queues)
        bind("history", self._switch_history, self._may_look_back)
        bind("sync", self.feed.sync)

    def _timed(self, run: Callable[[], object]) -> Callable[[], None]:
        """Measure from the key to the picture, and wait with what is new."""

        def press() -> None:
            self.latency.press()
            self._quiet.start()
            run()

        return press

    # What is possible.

    def _has_session(self) -> bool:
        return self.session is not None

    def _works(self) -> bool:
        return self.session is not None and (self.front.in_loupe or self.front.table.working)

    def _may_decide(self) -> bool:
        return self._works() and not self._queue.read_only

    def _may_undo(self) -> bool:
        return self.session is not None and not self._queue.read_only and not self.front.table.panel.isVisible()

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

    # What keys do.

    def _label(self, cls: str) -> None:
        self.hand.label(cls, self.front.targets())

    def _confirm(self) -> None:
        rest, hidden = self.front.rest()
        if hidden and self.session is not None:
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
                self.hand.confirm(unseen, len(rest) - len(unseen))

    def _switch_history(self) -> None:
        if self.history.isVisible():
            self.history.hide()
        elif self.session is not None and self.session.focused is not None:
            self.feed.remember(self.session.focused.images[0].name)

    @Slot(str, object)
    def _remembered(self, name: str, events: Sequence[Event]) -> None:
        self.history.move_over(self.front.loupe if self.front.in_loupe and self.front.loupe is not None else self.front.table)
        self.history.show_events(name, events, self._place.shown)

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
        if self.session is not None and self.session.order in _ORDERS:
            self.order_by(_ORDERS[(_ORDERS.index(self.session.order) + 1) % len(_ORDERS)])

    def _turn(self, *, forward: bool) -> None:
        if self.session is not None and (self.session.next_page() if forward else self.session.previous_page()):
            self.front.show_page()
            self._changed()

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

    def _in_loupe(self, work: Callable[[Loupe], object]) -> None:
        if self.front.loupe is not None:
            work(self.front.loupe)

    def _in_focus(self) -> QRect:
        """Give where the tile in focus is: the guide covers it last."""
        grid = self.front.grid
        if self.front.in_loupe:
            return QRect()
        box = grid.visualRect(grid.currentIndex())
        return QRect(grid.viewport().mapTo(self, box.topLeft()), box.size())

    def _opened(self, place: int) -> None:
        self.front.go(place)
        self.front.show_loupe(shown=True)

    @Slot()
    def _placed(self) -> None:
        if self._in_front:
            self._place.commands.places = self.places()

    @Slot(bool)
    def _hints_changed(self, wanted: bool) -> None:
        home = self._place.plant.home
        try:
            settings = load_settings(home)
            save_settings(home, replace(settings, sorting=replace(settings.sorting, hints=wanted)))
        except AppError as error:
            self._place.messages.show_error(error)

    def _write_filter(self) -> None:
        if self.session is not None:
            self._show_facets()
            self.front.table.open_panel()
            self.front.table.header.field.setFocus()
            self.front.table.header.field.selectAll()

    def _show_all(self) -> None:
        self.front.table.header.field.show_words("")
        self.filter_by(Filter())
        self.front.table.take_focus()

    def _typed(self, words: str) -> None:
        if self.session is not None:
            devices = {device for device in self.session.facets().devices if device}
            self.filter_by(understood(words, Filter(unsure=self.session.filter.unsure), devices, self._place.shown, today()))

    def _without(self, part: str) -> None:
        if self.session is not None:
            self.front.table.header.field.show_words("")
            self.filter_by(without(self.session.filter, part))
            self.front.table.take_focus()

    # Menus.

    def _open_queues(self) -> None:
        plant = self._place.plant
        counts = plant.catalog.counts()
        aside = len(plant.journal.unsure())
        totals = {area: sum(n for (one, _cls), n in counts.items() if one is area) for area in Area}
        numbers = {Source.RAW: totals[Area.RAW], Source.LABELLED: totals[Area.LABELED], Source.DISCARDED: totals[Area.DISCARDED]}
        choices: list[tuple[str, str, Callable[[], None]]] = []
        for source, name in captions.sources():
            queue = Queue() if source is Source.RAW else Queue(source)
            behind = f"{numbers[source]:,}" if source in numbers else ""
            choices.append((name, behind, partial(self.show_queue, queue)))
            if source is Source.RAW:
                choices.append((_("Set aside as unsure"), f"{aside:,}", self._show_unsure))
        if self._lost:
            lost = Queue(Source.NAMES, _("Sorted by others first"), tuple(self._lost))
            choices.append((lost.title, f"{len(self._lost):,}", partial(self.show_queue, lost)))
        open_below(choice_menu(self, _("What is shown"), choices), self.front.table.header.heading)

    @Slot(object)
    def _review(self, chosen: ReviewFilter) -> None:
        """Lay other labels before the reviewer; the panel stays open for the next choice."""
        self._queue = replace(self._queue, review=chosen)
        self.feed.load(self._queue)

    def _show_unsure(self) -> None:
        if self._queue == Queue():
            self.filter_by(Filter(unsure=True))
        else:
            self._raw_state = replace(self._raw_state or SessionState(), filter=Filter(unsure=True))
            self._queue = Queue()
            self._take_up(None)
            self.feed.load(self._queue, self._raw_state)

    def _open_views(self) -> None:
        try:
            views = {view.name: view for view in self._views.all()}
        except AppError as error:
            self._place.messages.show_error(error)
            return
        menu = views_menu(self, list(views), lambda name: self._apply_view(views[name]), self._name_view, self._remove_view)
        open_below(menu, self.front.table.header.segments)

    def _apply_view(self, view: View) -> None:
        if self.session is not None:
            self.front.table.header.field.show_words(view.filter.text)
            self.feed.plan(self.session, Order(view.order), view.filter)

    def _name_view(self) -> None:
        self._write_filter()
        self.front.table.panel.ask_name()

    def _save_view(self, name: str) -> None:
        if self.session is None:
            return
        try:
            self._views.save(View(name, self.session.order, self.session.filter))
        except AppError as error:
            self._place.messages.show_error(error)
            return
        self._place.messages.say(_("The view “{name}” is saved: V shows it again.").format(name=name))
        self.front.table.take_focus()

    def _remove_view(self, name: str) -> None:
        try:
            self._views.remove(name)
        except AppError as error:
            self._place.messages.show_error(error)

    # What comes from the session and from outside.

    @Slot(object)
    def _decided(self, names: Collection[str]) -> None:
        self.front.show_decided(set(names))
        self.front.show_history()
        self._changed()
        self._place.decided.emit()

    @Slot()
    def _asked(self) -> None:
        self.front.question = self.hand.question
        self.front.show_banner()

    @Slot(object)
    def _loaded(self, found: Loaded) -> None:
        self._take_up(found)
        review = self.front.table.panel.review
        review.setVisible(found.review is not None)
        if found.review is not None:
            review.show_review(found.queue.review, found.review)
        if found.missing:
            words = ngettext(
                "{n} picture is no longer where it was.", "{n} pictures are no longer where they were.", found.missing
            )
            self._place.messages.say(words.format(n=f"{found.missing:,}"))
        if not self._begun:
            self._begun = True
            if self._bookmark.loupe:
                self.front.show_loupe(shown=True)
                if self._bookmark.zoom is not None:
                    self._in_loupe(lambda loupe: loupe.show_zoom(Zoom(self._bookmark.zoom)))
            self.feed.begin()
            if self.courier is not None:
                self.courier.start()
        self.feed.count()

    @Slot(object)
    def _drafted(self, draft: Draft) -> None:
        session = self.session
        if session is None:
            return
        anew = not draft.kept
        idle = session.page is None or not session.page.left
        if not session.lay(draft):
            self._quiet.start()
        elif anew:
            self.front.show_page()
            self._show_facets()
        else:
            if idle and session.figures().left and (session.page is None or not session.page.left):
                session.next_page()
            self.front.show_decided(())
        self._changed()

    @Slot(object)
    def _arrived(self, arrival: Arrival) -> None:
        if self._queue.source is not Source.RAW:
            return
        self.front.model = arrival.model
        self._fresh.update((image.name, image) for image in arrival.images)
        self._gone.update((name, (winner, key)) for name, winner, key in arrival.gone)
        if (self._fresh or self._gone) and not self._quiet.isActive():
            self._quiet.start(0 if self.session is not None and not self.session.tiles else _QUIET_MS)

    @Slot()
    def _rest(self) -> None:
        """Do what waits for a moment without keys."""
        self._quiet.setInterval(_QUIET_MS)
        session = self.session
        if session is None or self._queue.source is not Source.RAW:
            return
        fresh = [image for image in self._fresh.values() if session.known(image.name) != image]
        gone, self._fresh, self._gone = self._gone, {}, {}
        for name, (winner, key) in gone.items():
            known = session.known(name)
            if known is not None and session.mark(known).status in (Status.OPEN, Status.SKIPPED, Status.UNSURE):
                session.gone(name, winner, key)
        if gone:
            self.front.grid.refresh()
            self.front.show_decided(())
        if fresh:
            session.take(fresh)
            self.feed.plan(session)
        self.feed.count()

    @Slot(object)
    def _counted(self, counts: dict[str, int]) -> None:
        session = self.session
        made = session.figures().labelled if session is not None else {}
        self.front.today = {cls: n - made.get(cls, 0) for cls, n in counts.items()}
        self.front.show_decided(())

    @Slot(object)
    def _failed(self, failed: Sequence[Decision]) -> None:
        session = self.session
        for decision in failed:
            name = decision.choice.name
            self._lost[name] = None
            if session is not None:
                session.gone(name, decision.winner, decision.whereabouts)
        self.front.grid.refresh()
        self.front.show_decided(())
        self._place.messages.say(*_told(failed, self._place.shown), kind="warn")

    @Slot()
    def _undelivered(self) -> None:
        self._place.messages.say(
            _("Decisions are not being delivered."), _("They are safe on this computer; it is tried again and again."), "warn"
        )

    @Slot()
    def _keys_changed(self) -> None:
        if self._in_front:
            self.front.show_keys()

    def _show_again(self, name: str) -> None:
        if self.session is not None and self.session.show(name):
            self.front.show_page()
            self.front.grid.setFocus()
        else:
            self.show_queue(Queue(Source.NAMES, _("Decided before"), (name,)))

    def _take_up(self, found: Loaded | None) -> None:
        session = found.session if found is not None else None
        self.hand.session = session
        self.front.today = {}
        self.front.work_on(session, self._queue, found.model if found else None)
        self.front.table.header.field.show_words(session.filter.text if session is not None else "")
        self.front.show_history()
        self._changed()

    def _changed(self) -> None:
        if self.session is None:
            return
        figures = self.session.figures()
        self.figures_changed.emit(figures)
        if self._queue == Queue():
            left = ngettext("{n} picture to sort", "{n} pictures to sort", figures.left).format(n=f"{figures.left:,}")
            self.badge.emit(Badge(f"{figures.left:,}" if figures.left else "", told=left))
        if not self._keeper.isActive():
            self._keeper.start()

    def _show_facets(self) -> None:
        if self.session is not None and self.front.table.panel.isVisible():
            self.front.table.panel.show_facets(self.session.facets(), self._place.shown)

    def _keep_raw(self) -> None:
        if self.session is not None and self.front.queue == Queue():
            self._raw_state = self.session.state()


def _told(failed: Sequence[Decision], shown: Mapping[str, str]) -> tuple[str, str]:
    """Give title and hint for what others sorted first."""
    first = failed[0]
    place = locate(first.whereabouts)
    if len(failed) > 1:
        words = ngettext("{n} picture was sorted by others first.", "{n} pictures were sorted by others first.", len(failed))
        return words.format(n=len(failed)), _("Theirs counts. Q shows which.")
    if place is None:
        return _("{name} is in conflict.").format(name=first.choice.name), first.whereabouts
    what = shown.get(place.cls or "", place.cls or "") if place.cls else _("discarded")
    title = _("Already sorted as {cls} by {who}.").format(cls=what, who=first.winner or _("somebody else"))
    return title, first.choice.name


def _timer(parent: Station, interval_ms: int, run: Callable[[], None]) -> QTimer:
    made = QTimer(parent)
    made.setSingleShot(True)
    made.setInterval(interval_ms)
    made.timeout.connect(run)
    return made
