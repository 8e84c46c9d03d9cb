"""The window: rail, stations, status. It opens a bucket, mounts what belongs to it, and lets everything go again."""

import gc
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.app import Plant, open_plant
from desktop.core.errors import AppError
from desktop.core.keys import load_keys
from desktop.core.settings import Settings
from desktop.core.taxonomy import Taxonomy
from desktop.core.texts import _
from desktop.language import spoken
from desktop.ui.actions import table
from desktop.ui.commands import Commands
from desktop.ui.courier import Courier
from desktop.ui.demo_process import DemoProcess
from desktop.ui.intake import Intake
from desktop.ui.keymap import Keymap
from desktop.ui.latency import Latency
from desktop.ui.messages import Messages
from desktop.ui.program import Program
from desktop.ui.rail import Rail
from desktop.ui.sort.queue import Queue
from desktop.ui.station import Station
from desktop.ui.status_bar import StatusBar
from desktop.ui.tasks import Tasks, Work
from desktop.ui.theme import look
from desktop.ui.thumbnails import Thumbnails
from desktop.ui.vitals import Vitals
from desktop.ui.ways_in import WaysIn
from desktop.ui.workplace import Workplace, classes_in

if TYPE_CHECKING:
    from desktop.core.pictures import Pictures
    from desktop.ui.compare.station import CompareStation
    from desktop.ui.fleet.station import FleetStation
    from desktop.ui.sort.station import SortStation
    from desktop.ui.train.station import TrainStation

S = TypeVar("S", bound=Station)
_OTHERS_MS = 150
"""How long after the first page the others are made: their badges are wanted, but nobody waits for them."""
_PATIENCE_S = 10.0
"""How long all that works in the background has to end when the window closes; nobody sees it wait."""


class Window(QWidget):
    """One bucket at a time."""

    usable = Signal()
    """The first page, or the choice of a bucket, was painted."""
    settings_changed = Signal(object)
    """The settings, after they were saved."""
    wanted = Signal(str)
    """Another window on the same bucket is wanted in place of this one: an address, or empty where none is open."""
    switched = Signal(str, bool)
    """Another bucket is wanted in place of this one: its address, and whether it shall be made."""

    def __init__(self, home: Path, settings: Settings, demo: DemoProcess) -> None:
        super().__init__()
        self.home = home
        self.settings = settings
        self.place: Workplace | None = None
        self.latency = Latency()
        self.start_ms: float | None = None
        """From the program's start to its first page, told by who opened the window; None before."""
        self.stations: dict[str, Station] = {}
        self.setWindowTitle("Sortloop")
        self.setAcceptDrops(True)
        room = QGuiApplication.primaryScreen().availableSize()  # what a widget's own screen() gives would die with the widget
        self.resize(min(look().px(1440), room.width()), min(look().px(900), room.height()))
        self.setMinimumSize(960, 600)
        self.commands = Commands(self._keymap())
        self.messages = Messages()
        self.intake = Intake(self.messages)
        self.rail = Rail((("sort", _("Sort")), ("train", _("Train")), ("compare", _("Compare")), ("fleet", _("Fleet"))))
        self.status = StatusBar()
        self.stack = QStackedWidget()
        middle = QVBoxLayout()
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.intake)
        middle.addWidget(self.messages)  # below, so that nothing moves when it comes
        upper = QHBoxLayout()
        upper.addWidget(self.rail)
        upper.addLayout(middle, 1)
        whole = QVBoxLayout(self)
        whole.addLayout(upper, 1)
        whole.addWidget(self.status)
        for layout in (middle, upper, whole):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.rail.chosen.connect(self._chosen)
        self.program = Program(self)
        self.intake.freed.connect(self._refocus)
        self.intake.classes_changed.connect(self.program.rebuild)
        self.ways_in = WaysIn(self, demo)
        for name in self.rail.buttons:
            self.commands.bind(f"go-{name}", partial(self.go, name), partial(self._has, name))
        self.commands.bind("back", self.back)
        self.commands.changed.connect(self.update)
        self._others = QTimer(self)
        self._others.setSingleShot(True)
        self._others.timeout.connect(self._make_others)
        self._painted = self._laid_out = self._told_usable = False
        self.vitals: Vitals | None = None
        self._courier: Courier | None = None

    @property
    def current(self) -> Station | None:
        """The station in front; None on other pages."""
        front = self.stack.currentWidget()
        return front if isinstance(front, Station) else None

    @property
    def sorting(self) -> "SortStation":
        """The sort station; a bucket must be open."""
        from desktop.ui.sort.station import SortStation  # noqa: PLC0415

        return self._station("sort", SortStation)

    @property
    def training(self) -> "TrainStation":
        """The train station."""
        from desktop.ui.train.station import TrainStation  # noqa: PLC0415

        return self._station("train", TrainStation)

    @property
    def comparing(self) -> "CompareStation":
        """The compare station."""
        from desktop.ui.compare.station import CompareStation  # noqa: PLC0415

        return self._station("compare", CompareStation)

    @property
    def fleet(self) -> "FleetStation":
        """The fleet station."""
        from desktop.ui.fleet.station import FleetStation  # noqa: PLC0415

        return self._station("fleet", FleetStation)

    def open(self, address: str) -> None:
        """Show a bucket; a window shows one in its life.

        Raises:
            AppError: it cannot be opened; nothing of it is left open.
        """
        opener = partial(open_plant, address, self.home)
        with ExitStack() as half_open:
            plant = open_plant(address, self.home)
            half_open.callback(plant.close)
            tasks = Tasks(opener, self.messages.show_error)
            half_open.callback(tasks.close)
            thumbnails = Thumbnails(partial(_pictures, opener))
            half_open.callback(thumbnails.close)
            place = Workplace(
                plant, address, tasks, self.commands, self.messages, thumbnails, go=self.go, open_queue=self._open_queue
            )
            place.notify = self.program.tell
            self.settings = plant.settings
            self.commands.keymap = self._keymap(place)
            from desktop.ui.sort.station import SortStation  # noqa: PLC0415 - the choice of a bucket needs none of it

            sorting = SortStation(place)
            half_open.pop_all()
        self.place, self._courier = place, sorting.courier
        name = Path(address).name or address
        self.setWindowTitle(f"Sortloop – {name}")
        self.rail.plant.show_plant(name, address)
        self.status.place.show_value(name, address)
        self.status.lay()
        sorting.ready.connect(self._lay_out)
        self.latency = sorting.latency
        self.vitals = Vitals(self.status, place, self.latency)
        sorting.figures_changed.connect(self.vitals.show_figures)
        self.intake.work_in(place)
        place.synced.connect(self._look_at_classes)
        self._add(sorting)
        self.go("sort")

    def switch(self, address: str, *, create: bool = False) -> None:
        """Have another bucket shown, now and at the next start."""
        if self.place is None or self.place.address != address:
            self.switched.emit(address, create)

    def choose_bucket(self) -> None:
        """Show the three ways in."""
        self.commands.keymap = self._keymap()
        self.rail.show_current("")
        self.status.place.say(_("No bucket yet"))
        self.status.rate.say(_("Nothing is sent or moved until you choose"))
        self.status.lay()
        self.ways_in.first_run()
        self._lay_out()

    def show_page(self, page: QWidget, name: str = "") -> None:
        """Bring a page that is no station to the front."""
        self._leave()
        self.rail.show_current(name)
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        self.commands.places = frozenset()
        page.setFocus()

    @Slot(str)
    def go(self, name: str) -> None:
        """Bring a station to the front."""
        station = self.stations.get(name)
        if station is None:
            self._make_others()
            station = self.stations.get(name)
        if station is None or (station is self.current and name in self.commands.places):
            return
        self._leave()
        self.stack.setCurrentWidget(station)
        self.rail.show_current(name)
        self.commands.places = station.places()
        station.entered()

    def back(self) -> None:
        """Leave what is in front of a station; in the station, what it takes for a way back."""
        if self.program.close_overlays():
            return
        station = self.current
        if station is None and self.place is not None:
            self.go("sort")
        elif station is None or not station.back():
            self.messages.hide()

    def keys_changed(self) -> None:
        """Take the keys in force from settings and keys file again."""
        self.commands.keymap = self._keymap(self.place)

    def event(self, event: QEvent) -> bool:
        """Tell when the first page, or the choice of a bucket, was painted."""
        done = super().event(event)
        if event.type() is QEvent.Type.Paint:
            if not self._painted:
                self._painted = True
                self.commands.watch(self)  # not before: every event of everything that is made would pass by there
            if self._laid_out and not self._told_usable:
                self._told_usable = True
                QTimer.singleShot(0, self._tell_usable)
        return done

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let everything go: the place is kept, deliveries end, long work stops; runs go on."""
        self.hide()  # nobody has to watch that
        self.close_bucket()
        super().closeEvent(event)

    def close_bucket(self) -> None:
        """Stop what works on the bucket and forget it."""
        deadline_s = time.monotonic() + _PATIENCE_S
        self._others.stop()
        self.commands.unwatch()
        self.program.close()
        self.intake.close_bucket()
        if self.vitals is not None:
            self.vitals.close()
        place, self.place = self.place, None
        if place is not None:
            place.tasks.call_off()
        if self._courier is not None:
            self._courier.close(max(0.0, deadline_s - time.monotonic()))
        for station in self.stations.values():
            station.left()
            station.close_station()
        self.stations = {}
        if place is not None:
            place.tasks.close(max(0.0, deadline_s - time.monotonic()))
            place.thumbnails.close(max(0.0, deadline_s - time.monotonic()))
            place.plant.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders that are dragged in."""
        if any(url.isLocalFile() and Path(url.toLocalFile()).is_dir() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open or import the folders that were dropped."""
        dropped = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.ways_in.take_folders([path for path in dropped if path.is_dir()])
        event.acceptProposedAction()

    def _station(self, name: str, kind: type[S]) -> S:
        if name not in self.stations:
            self._make_others()
        station = self.stations.get(name)
        if not isinstance(station, kind):
            raise TypeError(name)
        return station

    def _has(self, name: str) -> bool:
        return self.place is not None and name in self.rail.buttons

    def _add(self, station: Station) -> None:
        self.stations[station.name] = station
        self.stack.addWidget(station)
        button = self.rail.buttons[station.name]
        station.badge.connect(button.show_badge)

    @Slot()
    def _lay_out(self) -> None:
        """Take in that there is something to see."""
        self._laid_out = True
        if self._painted and not self._told_usable:  # words in its place were there before
            self._told_usable = True
            self.repaint()
            QTimer.singleShot(0, self._tell_usable)

    @Slot()
    def _tell_usable(self) -> None:
        self.usable.emit()
        if self.place is not None:
            self._others.start(_OTHERS_MS)

    @Slot()
    def _make_others(self) -> None:
        """Make the stations that nobody has asked for yet, so that their badges are there."""
        if self.place is None or len(self.stations) > 1:
            return
        from desktop.ui.compare.station import CompareStation  # noqa: PLC0415 - after the first picture is there
        from desktop.ui.fleet.station import FleetStation  # noqa: PLC0415
        from desktop.ui.train.station import TrainStation  # noqa: PLC0415

        for made in (TrainStation, CompareStation, FleetStation):
            self._add(made(self.place))
        import desktop.ui.sort.loupe  # noqa: PLC0415 - so that the first look at one picture waits for nothing
        import desktop.ui.sort.loupe_side  # noqa: F401, PLC0415

        self.commands.changed.emit()
        gc.collect()
        gc.freeze()  # what stands now stays; a later collection need not go over it

    def _leave(self) -> None:
        station = self.current
        if station is not None:
            station.left()
        else:
            self.program.page_left()

    @Slot()
    def _refocus(self) -> None:
        if self.current is not None:
            self.current.entered()

    @Slot()
    def _look_at_classes(self) -> None:
        """See, off this thread, whether somebody else changed the classes."""
        if self.place is not None:
            work: Work[Taxonomy] = lambda plant, _progress, _cancel: plant.taxonomy()  # noqa: E731
            self.place.tasks.run("look", _("Looking at the classes"), work, self._take_classes, _nothing)

    def _take_classes(self, taxonomy: Taxonomy) -> None:
        """Have the window made anew where the classes are others: keys, lines and squares are for the old ones."""
        if self.place is not None and dict(self.place.classes) != {one.id: one for one in taxonomy.classes}:
            self.messages.say(_("The classes are others now."), _("Somebody added, renamed or took in some."))
            self.program.rebuild()

    def _open_queue(self, queue: Queue) -> None:
        self.sorting.show_queue(queue)
        self.go("sort")

    @Slot(str)
    def _chosen(self, name: str) -> None:
        if name in self.rail.buttons and self.place is not None:
            self.go(name)
        elif not self.commands.trigger(name):
            self.rail.show_current(self.current.name if self.current else "")

    def _keymap(self, place: Workplace | None = None) -> Keymap:
        changed: dict[str, tuple[str, ...]] = {}
        try:
            changed = load_keys(self.home)
        except AppError as error:
            QTimer.singleShot(0, partial(self.messages.show_error, error))
        taxonomy = classes_in(place)
        actions = table(taxonomy.classes, taxonomy.shown(spoken()))
        return Keymap(actions, changed, modifier=self.settings.window.require_modifier)


def _pictures(opener: Callable[[], Plant]) -> "Pictures":
    return opener().pictures


def _nothing(_error: AppError) -> None:
    """Say nothing: the next look tells the same, and the sync tells of a bucket that is away."""
