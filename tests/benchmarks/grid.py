"""The grid against Qt's own list view in icon mode: the same hundred thousand tiles, painted by the same hand."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.measure import Result

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.core.images import Image, image_of
from desktop.core.marks import OPEN, Mark
from desktop.core.pages import Tile
from desktop.core.taxonomy import Class, default_taxonomy
from desktop.ui.sort.grid import Grid
from desktop.ui.sort.tile import Look, paint_tile, picture_box
from desktop.ui.sort.tiles import Tiles
from desktop.ui.theme import DARK, wear
from desktop.ui.thumbnails import Thumbnails
from tests.ui.pictures import PlayedPictures

COUNT = 100_000
_SIZE = (1318, 900)
_SMALLER = (1100, 800)
_DEADLINE_S = 20
_STOCK = "QListView, IconMode"
_GOALS = {
    "first paint": 15,
    "select all": 50,
    "resize": 20,
    "remove 500": 20,
    "remove 500 scattered": 15,
    "scroll": 0.9,
    "key": 0.7,
}


def grid(_folder: Path) -> Iterator[Result]:
    """Time what a labeller does to a page of that many tiles, in turns on both."""
    application()
    images = field_images(COUNT)
    tiles = [Tile((image,)) for image in images]
    thumbnails = Thumbnails(PlayedPictures, workers=1)
    try:
        times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in _GOALS}
        for _round in range(5):
            for side, make in enumerate((lambda: _Ours(thumbnails, tiles), lambda: _Stock(thumbnails, tiles))):
                for name, seconds in _measured(make):
                    times[name][side].append(seconds)
        for name, (ours, stock) in times.items():
            mine, other = statistics.median(ours), statistics.median(stock)
            yield Result(f"grid: {name}", mine * 1000, other * 1000, _STOCK, "ms", other / mine, _GOALS[name], COUNT)
    finally:
        thumbnails.close()


def application() -> QApplication:
    """Give the program's one application, in the dark theme."""
    running = QApplication.instance()
    made = running if isinstance(running, QApplication) else QApplication([])
    wear(DARK)
    return made


def field_images(count: int) -> list[Image]:
    """Give raw images as a catalog has them."""
    made = []
    for number in range(count):
        name = f"{1_767_600_000_000 + number * 60_000}_soda-can_0.5_pi-1_{number:012x}.jpg"
        image = image_of(f"raw_field_data/{name}", f"etag-{number}", 100_000, 1_767_600_000_000)
        assert image is not None
        made.append(image)
    return made


def opened(_image: Image) -> Mark:
    """Mark every image as open."""
    return OPEN


class Painted:
    """Counts the paint events of a view."""

    painted = 0


class _Ours(Grid, Painted):
    def __init__(self, thumbnails: Thumbnails, tiles: list[Tile]) -> None:
        super().__init__(thumbnails, classes())
        self._page = tiles

    def begin(self) -> None:
        self.resize(*_SIZE)
        self.lay(self._page, opened, blind=False)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        self.painted += 1

    def press_right(self) -> None:
        self.move_focus(1, 0)

    def choose_all(self) -> None:
        self.select_all()

    def take(self, places: list[int]) -> None:
        self.remove(places)


class _Delegate(QStyledItemDelegate):
    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(156, 180)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        tiles = index.model()
        assert isinstance(tiles, Tiles)
        state = option.state  # type: ignore[attr-defined]
        image = tiles.tiles[index.row()].images[0]
        focused, chosen = bool(state & QStyle.StateFlag.State_HasFocus), bool(state & QStyle.StateFlag.State_Selected)
        seen = Look(self._thumbnails.get(image, *picture_box(148)), None, focused, chosen)
        paint_tile(painter, tiles, index.row(), option.rect.adjusted(4, 4, -4, -4), seen)  # type: ignore[attr-defined]


class _Stock(QListView, Painted):
    """The view as Qt's documentation makes it fast: uniform sizes, one pass, per-pixel scrolling."""

    def __init__(self, thumbnails: Thumbnails, tiles: list[Tile]) -> None:
        super().__init__()
        self._model = Tiles(classes(), thumbnails.problem)
        self._page = tiles
        self._hand = _Delegate(thumbnails)
        self.setItemDelegate(self._hand)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setModel(self._model)

    def begin(self) -> None:
        self.resize(*_SIZE)
        self._model.lay(self._page, opened, blind=False, suggestions=True)
        self.setCurrentIndex(self._model.index(0))
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        self.painted += 1

    def press_right(self) -> None:
        QTest.keyClick(self, Qt.Key.Key_Right)

    def choose_all(self) -> None:
        self.selectAll()

    def take(self, places: list[int]) -> None:
        self._model.remove(places)


def classes() -> dict[str, Class]:
    """Give the five classes."""
    return {one.id: one for one in default_taxonomy().classes}


def _measured(make: Callable[[], _Ours | _Stock]) -> Iterator[tuple[str, float]]:
    view = make()
    yield "first paint", until_painted(view, view.begin)
    settle()
    yield "scroll", _scrolled(view)
    view.verticalScrollBar().setValue(0)
    settle()
    yield "key", statistics.median(until_painted(view, view.press_right) for _key in range(60))
    yield "select all", until_painted(view, view.choose_all)
    view.selectionModel().clearSelection()
    settle()
    yield "resize", until_painted(view, lambda: view.resize(*_SMALLER))
    settle()
    yield "remove 500", until_painted(view, lambda: view.take(list(range(10, 510))))
    settle()
    yield "remove 500 scattered", until_painted(view, lambda: view.take(list(range(7, 100 * 500, 100))))
    view.close()
    view.deleteLater()
    settle()


def _scrolled(view: _Ours | _Stock) -> float:
    bar = view.verticalScrollBar()
    settle()
    return statistics.median(until_painted(view, lambda: bar.setValue(bar.value() + 40)) for _step in range(60))


def until_painted(view: "Painted", work: Callable[[], object]) -> float:
    """Give the seconds from some work to the end of the paint event that shows it."""
    before = view.painted
    begun_s = time.perf_counter()
    work()
    while view.painted == before:
        QApplication.processEvents()
        if time.perf_counter() - begun_s > _DEADLINE_S:
            raise TimeoutError("nothing was painted")
    return time.perf_counter() - begun_s


def settle() -> None:
    """Let all that is under way end."""
    for _turn in range(3):
        QApplication.processEvents()
    QTest.qWait(200)
