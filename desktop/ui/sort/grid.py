"""The grid of tiles: a QListView whose geometry is arithmetic, so that nothing takes longer because there are more tiles.

Qt's own icon view lays out each item (0.35 s at a hundred thousand, again at each resize and removal). Here a place and a
rectangle follow from each other; of QListView remain the selection, the scrolling and the tree for screen readers. Keys come
through methods, from the one dispatcher; the focus moves without deciding or selecting anything.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
    Slot,
)  # fmt: skip
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QListView

from desktop.core.images import Image
from desktop.core.marks import Mark
from desktop.core.pages import Tile
from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.sort.tile import WIDTH, Look, paint_tile, picture_box, tile_height
from desktop.ui.sort.tiles import Tiles, runs
from desktop.ui.theme import look
from desktop.ui.thumbnails import Thumbnails

_Flag = QItemSelectionModel.SelectionFlag
_GAP = 8
_LEFT, _RIGHT, _TOP, _BOTTOM = 16, 4, 12, 12
_AHEAD, _BEHIND = 2, 1
"""Screens that are made ready in the direction of scrolling, and against it."""
_SETTLED_MS = 120
_OWNER = "grid"


class Grid(QListView):
    """Tiles in rows, one in focus, any of them selected."""

    focus_moved = Signal(int)
    """The place in focus, when somebody moved it here."""
    selection_moved = Signal()
    opened = Signal(int)
    """The place that was clicked twice."""

    def __init__(self, thumbnails: Thumbnails, classes: Mapping[str, Class]) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._tiles = Tiles(classes, thumbnails.problem)
        self._nominal = WIDTH
        self._columns = 1
        self._width = look().px(WIDTH)
        self._asked = self._before = (0, 0)
        """The box that pictures were asked for, in physical pixels, and the one before it."""
        self._following: Sequence[Tile] = ()
        """Tiles of the next page."""
        self._down = True
        self._anchor = 0
        self._hovered = -1
        self._pressed: QPoint | None = None
        self._band: QRect | None = None
        self._kept: list[int] = []
        """What was selected before the band."""
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._ask)
        self.setAccessibleName(_("Pictures"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAutoScroll(False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)
        self.setModel(self._tiles)
        thumbnails.arrived.connect(self._arrived)

    @property
    def columns(self) -> int:
        """Tiles in a row."""
        return self._columns

    @property
    def tile_width(self) -> int:
        """The width that was set, as drawn in the page of parts."""
        return self._nominal

    @property
    def focus(self) -> int:
        """The place in focus; -1 if there are no tiles."""
        return self.currentIndex().row()

    def on_screen(self) -> list[int]:
        """Give the places whose middle is in view and whose picture is there: what somebody may have seen."""
        box = self.viewport().rect()
        places = [place for place in self._visible() if box.contains(self._rect(place).center())]
        images = {place: self._tiles.tiles[place].images[0] for place in places}
        return [
            place
            for place, image in images.items()
            if self._thumbnails.get(image, *self._asked) or self._thumbnails.get(image, *self._before)
        ]

    def set_tile_size(self, width: int) -> None:
        """Make tiles about so wide; they take what is left of a row among them."""
        self._nominal = width
        focus = self.focus
        self._relayout()
        self.focus_on(focus)

    def lay(
        self,
        tiles: Sequence[Tile],
        mark: Callable[[Image], Mark],
        *,
        blind: bool,
        suggestions: bool = True,
        following: Sequence[Tile] = (),
    ) -> None:
        """Show a page from its beginning: nothing selected, the focus on the first tile.

        Of the tiles ``following`` on the next page, a screen is made ready last of all.
        """
        self._following = following
        self._thumbnails.want(_OWNER, [], 0)  # what was out of reach is tried again
        self._hovered, self._anchor, self._band = -1, 0, None
        selected = self.selectionModel().hasSelection()
        self._tiles.lay(tiles, mark, blind=blind, suggestions=suggestions)
        self._relayout()
        self.verticalScrollBar().setValue(0)
        self.focus_on(0)
        self._ask()
        if selected:
            self.selection_moved.emit()

    def refresh(self, names: Collection[str] | None = None) -> None:
        """Show what became of images; only visible tiles are painted, all of them without names."""
        for place in self._visible():
            if names is None or any(image.name in names for image in self._tiles.tiles[place].images):
                self.viewport().update(self._cell(place))

    def remove(self, places: Collection[int]) -> None:
        """Take tiles away as one change; the others keep selection and focus."""
        gone = sorted({place for place in places if 0 <= place < len(self._tiles.tiles)})
        if not gone:
            return
        focus, selected = self.focus, self._ranges()
        top = self.verticalScrollBar().value()
        self._tiles.remove(gone)
        shift = _Shift(gone)
        self._relayout()
        self.verticalScrollBar().setValue(top)
        self._choose([(begin, end) for first, last in selected for begin, end in shift.left(first, last)])
        self.focus_on(min(shift(focus), len(self._tiles.tiles) - 1))
        self._anchor = max(0, self.focus)
        self._ask()

    def focus_on(self, place: int) -> None:
        """Put the focus on a tile and bring it into view; nobody is told."""
        index = self._tiles.index(place)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)
            self.scrollTo(index)

    def selected(self) -> list[int]:
        """Give the places that are selected."""
        return list(chain.from_iterable(range(first, last + 1) for first, last in self._ranges()))

    def select(self, places: Iterable[int]) -> None:
        """Select just these."""
        self._choose(runs(sorted(set(places))))

    def select_all(self) -> None:
        """Select all tiles of the page."""
        self._choose([(0, len(self._tiles.tiles) - 1)] if self._tiles.tiles else [])

    def selectAll(self) -> None:
        """Select all tiles of the page."""
        self.select_all()

    def clear_selection(self) -> None:
        """Select nothing."""
        self._anchor = max(0, self.focus)
        self.selectionModel().clearSelection()

    def toggle(self, place: int) -> None:
        """Select a tile, or no longer."""
        self._anchor = place
        self.selectionModel().select(self._tiles.index(place), _Flag.Toggle)

    def move_focus(self, dx: int, dy: int, *, extend: bool = False) -> None:
        """Move the focus by columns and rows, along the rows and never off the page; ``extend`` selects from the anchor on."""
        last, focus = len(self._tiles.tiles) - 1, self.focus
        target = focus + dx + dy * self._columns
        if dy and not 0 <= target <= last:
            # The last row may be short: from above its gap, down leads to its end.
            target = last if dy > 0 and focus // self._columns < last // self._columns else focus
        self._go(target, extend=extend)

    def page(self, screens: int, *, extend: bool = False) -> None:
        """Move the focus by as many rows as can be seen."""
        rows = max(1, self.viewport().height() // self._pitch()[1])
        target = self.focus + screens * rows * self._columns
        last = len(self._tiles.tiles) - 1
        column = self.focus % self._columns
        if target < 0:
            target = min(column, last)
        elif target > last:
            target = min(last, last // self._columns * self._columns + column)
        self._go(target, extend=extend)

    def home(self, *, extend: bool = False) -> None:
        """Put the focus on the first tile."""
        self._go(0, extend=extend)

    def end(self, *, extend: bool = False) -> None:
        """Put the focus on the last tile."""
        self._go(len(self._tiles.tiles) - 1, extend=extend)

    # What Qt asks of a view: geometry by arithmetic, nothing that goes over all tiles.

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """Give where a tile lies in the viewport."""
        return self._rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Give the tile at a point; none in the gaps."""
        place = self._place_at(point)
        return self._tiles.index(place) if place is not None else QModelIndex()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a tile into view."""
        if not index.isValid():
            return
        rect, bar, height = self._rect(index.row()), self.verticalScrollBar(), self.viewport().height()
        above, below = rect.top() - look().px(_TOP), rect.bottom() + 1 + look().px(_BOTTOM) - height
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - height // 2)
        elif hint == QAbstractItemView.ScrollHint.PositionAtTop or above < 0:
            bar.setValue(bar.value() + above)
        elif hint == QAbstractItemView.ScrollHint.PositionAtBottom or below > 0:
            bar.setValue(bar.value() + below)

    def moveCursor(self, _action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Give the tile in focus: keys move it through :meth:`move_focus` alone."""
        return self.currentIndex()

    def setSelection(self, rect: QRect, command: _Flag) -> None:
        """Select what a rectangle of the viewport touches."""
        self.selectionModel().select(self._selection(runs(self._touched(rect))), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Give where the visible part of a selection lies."""
        region, seen = QRegion(), self._visible()
        for one in _parts(selection):
            for place in range(max(seen.start, one.top()), min(seen.stop, one.bottom() + 1)):
                region += self._cell(place)
        return region

    def horizontalOffset(self) -> int:
        """Give nothing: there is no sideways."""
        return 0

    def verticalOffset(self) -> int:
        """Give how far it is scrolled."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: QModelIndex | QPersistentModelIndex) -> bool:
        """Tell that no tile is ever hidden."""
        return False

    def doItemsLayout(self) -> None:
        """Reckon the columns anew; Qt's own would go over all tiles."""
        self._relayout()

    def updateGeometries(self) -> None:
        """Reckon the columns anew."""
        self._relayout()

    def rowsInserted(self, _parent: QModelIndex | QPersistentModelIndex, _first: int, _last: int) -> None:
        """Do nothing: tiles come and go by a reset."""

    def dataChanged(
        self,
        first: QModelIndex | QPersistentModelIndex,
        last: QModelIndex | QPersistentModelIndex,
        _roles: Sequence[int] = (),
    ) -> None:
        """Paint what is visible of it."""
        seen = self._visible()
        for place in range(max(seen.start, first.row()), min(seen.stop, last.row() + 1)):
            self.viewport().update(self._cell(place))

    def currentChanged(self, now: QModelIndex | QPersistentModelIndex, before: QModelIndex | QPersistentModelIndex) -> None:
        """Paint the ring where it is and where it was; tell screen readers."""
        for index in (now, before):
            if index.isValid():
                self.viewport().update(self._cell(index.row()))
        super().currentChanged(now, before)

    def selectionChanged(self, now: QItemSelection, before: QItemSelection) -> None:
        """Paint what is selected now, and what no longer is."""
        super().selectionChanged(now, before)
        self.selection_moved.emit()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Reckon the columns anew; pictures of another size are asked for once it is over."""
        focus = self.focus
        seen = focus in self._visible()
        self._relayout()
        if seen:
            self.focus_on(focus)
        self._settled.start()

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        """Move what is painted, and ask for what comes."""
        self._down = dy < 0
        self.viewport().scroll(0, dy)
        self._ask()

    def changeEvent(self, event: QEvent) -> None:
        """Take up another theme, scale or language."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._relayout()
            self._settled.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave keys to the one dispatcher."""
        event.ignore()

    def focusInEvent(self, _event: QFocusEvent) -> None:
        """Stay as it is: the ring is there anyway."""

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        """Stay as it is."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the focus on a tile; Ctrl selects it, Shift all from the anchor to it; beside tiles a band begins."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        place = self._place_at(point)
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._pressed = point + QPoint(0, self.verticalOffset())
        self._kept = self.selected() if adds else []
        if place is None:
            if not adds:
                self.clear_selection()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._go(place, extend=True)
        else:
            self._go(place)
            if adds:
                self.toggle(place)
            else:
                self.clear_selection()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer, or draw the band."""
        point = event.position().toPoint()
        if self._pressed is None:
            place = self._place_at(point)
            self._hover(-1 if place is None else place)
            return
        start = self._pressed - QPoint(0, self.verticalOffset())
        if self._band is None and (point - start).manhattanLength() < QApplication.startDragDistance():
            return
        over = min(0, point.y()) + max(0, point.y() - self.viewport().height())
        if over:
            self.verticalScrollBar().setValue(self.verticalOffset() + over)
            start = self._pressed - QPoint(0, self.verticalOffset())
        before = self._band or QRect()
        self._band = QRect(start, point).normalized()
        self.viewport().update(before.united(self._band).adjusted(-2, -2, 2, 2))
        self.select([*self._kept, *self._touched(self._band)])

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End the band."""
        self._pressed = None
        if self._band is not None:
            self.viewport().update(self._band.adjusted(-2, -2, 2, 2))
            self._band = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a tile."""
        place = self._place_at(event.position().toPoint())
        if place is not None and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit(place)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        super().leaveEvent(event)
        self._hover(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles in what is to be painted."""
        painter = QPainter(self.viewport())
        dirty = event.region()
        painter.fillRect(event.rect(), look().color("window"))
        focus, selection = self.focus, self.selectionModel()
        chosen = selection.hasSelection()
        whole = dirty.rectCount() == 1
        for place in self._between(event.rect().top(), event.rect().bottom()):
            rect = self._rect(place)
            if not (event.rect() if whole else dirty).intersects(rect.adjusted(-4, -4, 4, 4)):
                continue
            image = self._tiles.tiles[place].images[0]
            picture = self._thumbnails.get(image, *self._asked) or self._thumbnails.get(image, *self._before)
            problem = self._thumbnails.problem(image) if picture is None else None
            selected = chosen and selection.isSelected(self._tiles.index(place))
            state = Look(picture, problem, place == focus, selected, place == self._hovered)
            paint_tile(painter, self._tiles, place, rect, state)
        if self._band is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(look().color("selection_line"), 1))
            painter.setBrush(look().color("accent", 0.12))
            painter.drawRect(self._band.adjusted(0, 0, -1, -1))
        painter.end()

    @Slot(list)
    def _arrived(self, names: list[str]) -> None:
        known = set(names)
        for place in self._visible():
            if self._tiles.tiles[place].images[0].name in known:
                self.viewport().update(self._cell(place))

    def _ask(self) -> None:
        """Say which pictures are wanted: those in view, from the middle out, then around them, then those of the next page."""
        ratio = self.devicePixelRatioF()
        width, height = picture_box(self._width)
        box = (round(width * ratio), round(height * ratio))
        if box != self._asked:
            self._before, self._asked = self._asked, box
        seen, tiles = self._visible(), self._tiles.tiles
        middle, screen = (seen.start + seen.stop - 1) / 2, max(1, len(seen))
        ahead = range(seen.stop, min(len(tiles), seen.stop + screen * (_AHEAD if self._down else _BEHIND)))
        behind = range(seen.start - 1, max(-1, seen.start - 1 - screen * (_BEHIND if self._down else _AHEAD)), -1)
        around = [ahead, behind] if self._down else [behind, ahead]
        places = chain(sorted(seen, key=lambda place: abs(place - middle)), *around)
        wanted = [*(tiles[place] for place in places), *self._following[:screen]]
        self._thumbnails.want(_OWNER, [tile.images[0] for tile in wanted], *box)

    def _relayout(self) -> None:
        """Give each column its share of the width, and the bar its range."""
        theme = look()
        gap = theme.px(_GAP)
        room = self.viewport().width() - theme.px(_LEFT) - theme.px(_RIGHT) + gap
        self._columns = max(1, room // (theme.px(self._nominal) + gap))
        self._width = max(theme.px(48), room // self._columns - gap)
        rows = -(-len(self._tiles.tiles) // self._columns)
        pitch = self._pitch()[1]
        full = theme.px(_TOP) + rows * pitch - gap + theme.px(_BOTTOM)
        bar = self.verticalScrollBar()
        bar.setSingleStep(max(1, pitch // 3))
        bar.setPageStep(max(1, self.viewport().height() - pitch // 2))
        bar.setRange(0, max(0, full - self.viewport().height()) if rows else 0)
        self.viewport().update()

    def _pitch(self) -> tuple[int, int]:
        gap = look().px(_GAP)
        return self._width + gap, tile_height(self._width) + gap

    def _rect(self, place: int) -> QRect:
        across, down = self._pitch()
        row, column = divmod(place, self._columns)
        left = look().px(_LEFT) + column * across
        top = look().px(_TOP) + row * down - self.verticalOffset()
        return QRect(left, top, self._width, tile_height(self._width))

    def _cell(self, place: int) -> QRect:
        """Give a tile with the ring around it."""
        return self._rect(place).adjusted(-4, -4, 4, 4)

    def _between(self, top: int, bottom: int) -> range:
        """Give the places in the rows that a part of the viewport shows, rings included."""
        pitch, offset = self._pitch()[1], self.verticalOffset() - look().px(_TOP)
        count = len(self._tiles.tiles)
        first = max(0, (top + offset - 4) // pitch)
        last = max(0, (bottom + offset + 4) // pitch)
        return range(min(count, first * self._columns), min(count, (last + 1) * self._columns))

    def _visible(self) -> range:
        return self._between(0, self.viewport().height() - 1)

    def _place_at(self, point: QPoint) -> int | None:
        across, down = self._pitch()
        row = (point.y() + self.verticalOffset() - look().px(_TOP)) // down
        column = (point.x() - look().px(_LEFT)) // across
        place = row * self._columns + column
        inside = row >= 0 and 0 <= column < self._columns and place < len(self._tiles.tiles)
        return place if inside and self._rect(place).contains(point) else None

    def _touched(self, rect: QRect) -> list[int]:
        return [place for place in self._between(rect.top(), rect.bottom()) if self._rect(place).intersects(rect)]

    def _hover(self, place: int) -> None:
        for each in {self._hovered, place} - {-1} if place != self._hovered else ():
            self.viewport().update(self._cell(each))
        self._hovered = place

    def _go(self, place: int, *, extend: bool = False) -> None:
        place = max(0, min(place, len(self._tiles.tiles) - 1))
        index = self._tiles.index(place)
        if not index.isValid():
            return
        moved = place != self.focus
        if extend:
            if not self.selectionModel().hasSelection():
                self._anchor = max(0, self.focus)
            self._choose([(min(self._anchor, place), max(self._anchor, place))])
        elif not self.selectionModel().hasSelection():
            self._anchor = place
        self.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)
        self.scrollTo(index)
        if moved:
            self.focus_moved.emit(place)

    def _ranges(self) -> list[tuple[int, int]]:
        return sorted((one.top(), one.bottom()) for one in _parts(self.selectionModel().selection()))

    def _selection(self, ranges: Iterable[tuple[int, int]]) -> QItemSelection:
        selection = QItemSelection()
        for first, last in ranges:
            selection.append(QItemSelectionRange(self._tiles.index(first), self._tiles.index(last)))
        return selection

    def _choose(self, ranges: Iterable[tuple[int, int]]) -> None:
        self.selectionModel().select(self._selection(ranges), _Flag.ClearAndSelect)


def _parts(selection: QItemSelection) -> list[QItemSelectionRange]:
    return [selection.at(number) for number in range(selection.count())]


class _Shift:
    """Where places go when others are taken away."""

    def __init__(self, gone: Sequence[int]) -> None:
        self._gone = gone

    def __call__(self, place: int) -> int:
        """Give where a place is afterwards; one that is gone gives the next that stayed."""
        return place - bisect_left(self._gone, place)

    def left(self, first: int, last: int) -> list[tuple[int, int]]:
        """Give what is left of a run: one run, since what stood between is gone."""
        begin, end = self(first), self(last + 1) - 1
        return [(begin, end)] if begin <= end else []
