"""The sort station: one session in hand, its keys, its way from queue to queue, and the place it is found at again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QMenu, QVBoxLayout

from desktop.app import own_command
from desktop.core.bookmark import Bookmark, read_bookmark, write_bookmark
from desktop.core.errors import AppError
from desktop.core.filters import Filter
from desktop.core.history import Event
from desktop.core.images import Image
from desktop.core.journal import Decision
from desktop.core.marks import OPEN, Status
from desktop.core.pages import Order
from desktop.core.review import ReviewFilter
from desktop.core.sorting import Draft, SessionState, SortSession
from desktop.core.texts import _, ngettext
from desktop.core.views import View, Views
from desktop.ui.courier import Courier
from desktop.ui.latency import Latency
from desktop.ui.sort import captions
from desktop.ui.sort.controls import Controls
from desktop.ui.sort.feed import Arrival, Feed
from desktop.ui.sort.front import Front
from desktop.ui.sort.guide import Guide
from desktop.ui.sort.hand import Hand
from desktop.ui.sort.history_card import HistoryCard
from desktop.ui.sort.loading import Loaded
from desktop.ui.sort.menus import choice_menu, open_below, tell_behind, views_menu
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.sort.zoom import Zoom
from desktop.ui.station import Badge, Station
from desktop.ui.workplace import Workplace
from edge.contract.keys import Area, locate
from edge.contract.names import Side

_QUIET_MS = 1500
"""So long after a key new pictures are laid out: nothing moves under a hand that sorts."""
_KEPT_MS = 4000
_OUTSET_MS = 150
"""So long after the first queue is laid out the bucket is looked through: its page is painted first."""
_HISTORIES = frozenset({Source.LABELLED, Source.DOUBTS})
"""Queues that are chosen by what others decided."""


class SortStation(Station):
    """Pictures to sort, and every other queue."""

    name = "sort"
    ready = Signal()
    """The first queue was laid out, or is known not to come for now."""
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
        command = own_command("--json", "--bucket", workplace.address, "--home", str(plant.home), "deliver", "--follow")
        self.courier = Courier(command) if delivers else None
        self._views = Views(plant.folder)
        self._queue = Queue()
        self._raw_state: SessionState | None = None
        self._lost: dict[str, None] = {}
        self._fresh: dict[str, Image] = {}
        self._gone: dict[str, tuple[str, str]] = {}
        self._in_front = False
        self._begun = self._touched = self._watching = False
        self._needed = True
        self._doubted: int | None = None
        self._menu: QMenu | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.front)
        self._quiet = _timer(self, _QUIET_MS, self._rest)
        self._keeper = _timer(self, _KEPT_MS, self.keep_place)
        self._outset = _timer(self, _OUTSET_MS, self._begin)
        self.controls = Controls(workplace, self.front, self.hand, self.feed, self.history, self.latency, self._quiet)
        self.guide = Guide(workplace, self.front, self.controls.in_focus)
        self._connect()
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
        for timer in (self._quiet, self._keeper, self._outset):
            timer.stop()
        self.front.let_go()
        self.hand.session = None
        if self.courier is not None:
            self.courier.close()

    def back(self) -> bool:
        """Take one step out: question, filter's panel, selection, queue; tell whether there was one."""
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
        else:
            return False
        return True

    def show_queue(self, queue: Queue) -> None:
        """Lay another queue before the labeller; the one to be sorted is found again as it was left."""
        self._keep_raw()
        self.hand.call_off()
        self._queue = queue
        self._touched = False
        self._take_up(None)
        self.front.show_page()
        self.feed.load(queue, self._raw_state if queue == Queue() else None)
        if queue.source in _HISTORIES:
            self.feed.catch_up()

    def keep_place(self) -> None:
        """Keep where the session stands, and how large the tiles are, for the next start."""
        self.controls.keep_tile_width()
        self._keep_raw()
        if self._raw_state is None or not self._begun:  # what was kept is not taken up yet
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

    def _connect(self) -> None:
        front, feed, hand = self.front, self.feed, self.hand
        feed.loaded.connect(self._loaded)
        feed.unloaded.connect(self._unloaded)
        feed.missed.connect(self.front.looked_through)
        feed.facets.connect(self.controls.told_facets)
        feed.drafted.connect(self._drafted)
        feed.arrived.connect(self._arrived)
        feed.counted.connect(self._counted)
        feed.failed.connect(self._failed)
        feed.remembered.connect(self._remembered)
        feed.caught_up.connect(self._caught_up)
        feed.doubted.connect(self._told_doubts)
        self.history.closed.connect(self.history.hide)
        hand.decided.connect(self._decided)
        hand.asked.connect(self._asked)
        front.painted.connect(self.latency.paint)
        front.placed.connect(self._placed)
        self.controls.turned.connect(self._changed)
        self.controls.reviewed.connect(self._review)
        self.controls.reordered.connect(self._reorder)
        front.table.strip.left.connect(self.back)
        self._place.commands.bind("views", self._open_views, self._has_session)
        self._place.commands.bind("queue", self._open_queues)
        self._place.commands.bind("sync", self._sync)
        self._place.synced.connect(self._load_again)
        front.triggered.connect(self._place.commands.trigger)
        front.asked_for.connect(self._show_again)
        front.focused.connect(self._refocused)
        front.chosen_anew.connect(hand.call_off)
        front.table.panel.review.chosen.connect(self._review)
        front.table.panel.saved.connect(self._save_view)
        self._place.commands.changed.connect(self._keys_changed)
        if self.courier is not None:
            self.courier.failing.connect(self._undelivered)
            self.courier.troubled.connect(self._troubled)
            self.courier.sound.connect(self._delivers_again)
        self._place.commands.ran.connect(hand.call_off)

    @Slot(str, object)
    def _remembered(self, name: str, events: Sequence[Event]) -> None:
        self.history.show_events(name, events, self._place.shown)

    @Slot()
    def _refocused(self) -> None:
        """Put the history away once it is another picture's; that the same is shown again is no reason."""
        tile = self.session.focused if self.session is not None else None
        if tile is None or tile.images[0].name != self.history.picture:
            self.history.hide()

    @Slot()
    def _placed(self) -> None:
        if self._in_front:
            self._place.commands.places = self.places()

    def _has_session(self) -> bool:
        return self.session is not None

    def _open_queues(self) -> None:
        plant = self._place.plant
        try:
            counts, aside = plant.catalog.counts(), len(plant.journal.unsure())
        except AppError as error:
            self._place.messages.show_error(error)
            return
        totals = {area: sum(n for (one, _cls), n in counts.items() if one is area) for area in Area}
        numbers = {Source.RAW: totals[Area.RAW], Source.LABELLED: totals[Area.LABELED], Source.DISCARDED: totals[Area.DISCARDED]}
        choices: list[tuple[str, str, Callable[[], None]]] = []
        for source, name in captions.sources():
            queue = Queue() if source is Source.RAW else Queue(source)
            behind = f"{numbers[source]:,}" if source in numbers else "…" if self._doubted is None else f"{self._doubted:,}"
            choices.append((name, behind, partial(self.show_queue, queue)))
            if source is Source.RAW:
                choices.append((_("Set aside as unsure"), f"{aside:,}", self._show_unsure))
        if self._lost:
            lost = Queue(Source.NAMES, _("Sorted by others first"), tuple(self._lost))
            choices.append((lost.title, f"{len(self._lost):,}", partial(self.show_queue, lost)))
        self._menu = choice_menu(self, _("What is shown"), choices)
        self._menu.aboutToHide.connect(self._menu_gone)
        open_below(self._menu, self.front.table.header.heading)
        self.feed.count_doubts()

    @Slot()
    def _menu_gone(self) -> None:
        self._menu = None

    @Slot(int)
    def _told_doubts(self, count: int) -> None:
        self._doubted = count
        if self._menu is not None:
            tell_behind(self._menu, dict(captions.sources())[Source.DOUBTS], f"{count:,}")

    @Slot(object)
    def _review(self, chosen: ReviewFilter) -> None:
        """Lay other labels before the reviewer; the panel stays open for the next choice."""
        self._queue = replace(self._queue, review=chosen)
        self._look_anew()

    @Slot(object)
    def _reorder(self, order: Order) -> None:
        self._queue = replace(self._queue, order=order)
        self._look_anew()

    @Slot()
    def _caught_up(self) -> None:
        """Take in what others decided, unless somebody is at work on what is shown."""
        session = self.session
        if session is not None and self._queue.source in _HISTORIES and not self._touched and not self.history.isVisible():
            self._look_anew(session.state().focus, needed=False)

    def _look_anew(self, focus: str = "", *, needed: bool = True) -> None:
        """Load the queue in hand again; the labeller may go on with the old one meanwhile, and it stays if that will do."""
        chosen = self.session.filter if self.session is not None else Filter()
        self._touched, self._needed = False, needed
        self.feed.load(self._queue, SessionState(self._queue.order, chosen, 0, focus))

    def _show_unsure(self) -> None:
        if self._queue == Queue():
            self.controls.filter_by(Filter(unsure=True))
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
        self.controls.write_filter()
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

    @Slot(object)
    def _decided(self, names: Collection[str]) -> None:
        self._touched = True
        self.front.show_decided(set(names))
        self.front.show_history()
        if self._queue.source is not Source.RAW:
            self._tell_blind(names)
        self._changed()
        self._place.decided.emit()

    def _tell_blind(self, names: Collection[str]) -> None:
        """Say of a blind label that was changed that it is blind no more."""
        session = self.session
        changed = [image for name in names if session is not None and (image := session.known(name)) is not None]
        for image in changed:
            mark = session.mark(image) if session is not None else OPEN
            if (
                image.side is Side.TEST
                and mark.status is Status.LABELLED
                and image.area is Area.LABELED
                and mark.cls != image.cls
            ):
                hint = _("Its label counts no longer in the test. Sent back, it comes up blind again.")
                self._place.messages.say(_("A test picture was labelled in sight of its label."), hint, "warn")
                return

    @Slot()
    def _asked(self) -> None:
        self.front.question = self.hand.question
        self.front.show_banner()

    @Slot(object)
    def _loaded(self, found: Loaded) -> None:
        if self.session is not None and not self._needed and (self._touched or self.history.isVisible()):
            return
        if self.session is not None and self._touched:  # a decision came between: what was loaded does not know of it
            self._look_anew()
            return
        self.front.doubts = found.doubts
        self._take_up(found)
        panel = self.front.table.panel
        panel.offer_review(offered=found.review is not None)
        if found.review is not None:
            panel.review.show_review(found.queue.review, found.review, self._place.shown)
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
                    self.controls.with_loupe(lambda loupe: loupe.show_zoom(Zoom(self._bookmark.zoom)))
            self._outset.start()
            self.ready.emit()
        self.feed.count()

    @Slot(object)
    def _unloaded(self, error: AppError) -> None:
        """Say why the queue does not come; what is in hand stays there."""
        if self.session is not None:
            self._place.messages.show_error(error)
            return
        self.front.show_trouble(error)
        if not self._watching:
            self._outset.start()
            self.ready.emit()

    @Slot()
    def _load_again(self) -> None:
        """Ask once more for a queue that did not come."""
        if self.front.trouble is not None:
            self._take_up(None)
            self.front.show_page()
            self.feed.load(self._queue, self._raw_state if self._queue == Queue() else None)

    @Slot()
    def _sync(self) -> None:
        self._load_again()
        self.feed.sync_now()

    @Slot()
    def _begin(self) -> None:
        """Look at the bucket and deliver from now on, whether or not there is a queue."""
        if self._watching:
            return
        self._watching = True
        self.feed.begin()
        if self.courier is not None:
            self.courier.start()

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
            self.controls.show_facets()
        else:
            if idle and session.figures().left and (session.page is None or not session.page.left):
                session.next_page()
            self.front.show_decided(())
        self._changed()

    @Slot(object)
    def _arrived(self, arrival: Arrival) -> None:
        if self._queue.source is not Source.RAW:
            return
        for image in arrival.images:  # the last word on an image counts: what went may have come before, and the other way
            self._fresh[image.name] = image
            self._gone.pop(image.name, None)
        for name, winner, key in arrival.gone:
            self._gone[name] = (winner, key)
            self._fresh.pop(name, None)
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

    @Slot(str, str)
    def _troubled(self, title: str, hint: str) -> None:
        self._place.messages.say(_("Decisions are not being delivered."), f"{title} {hint}".strip(), "warn")

    @Slot()
    def _delivers_again(self) -> None:
        self._place.messages.say(_("Decisions are delivered again."))

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
        self.front.work_on(session, self._queue)
        self.front.table.header.field.show_words(session.filter.text if session is not None else "")
        self.front.show_history()
        self._changed()

    @Slot()
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
