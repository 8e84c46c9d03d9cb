"""Two pictures side by side, zoomed and moved in step; keys act on the framed one."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.marks import Status
from desktop.core.texts import _
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.tip import tip
from desktop.ui.sort.canvas import Canvas
from desktop.ui.sort.tile import SIGNS
from desktop.ui.sort.tiles import Tiles, caption
from desktop.ui.sort.zoom import Zoom
from desktop.ui.theme import font, look


class Legend(QWidget):
    """Below a picture: what it was sorted as, its score, where it comes from; only its place where it is labelled blind."""

    def __init__(self, tiles: Tiles) -> None:
        super().__init__()
        self._tiles, self._place = tiles, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_place(self, place: int) -> None:
        """Show another picture's."""
        self._place = place
        self.setToolTip(tip(self._tiles.hint(place)))
        self.update()

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(160), look().px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        theme, middle = look(), self.height() / 2
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("surround"))
        if self._place >= len(self._tiles.tiles):
            painter.end()
            return
        mark, left = self._tiles.mark(self._place), float(theme.px(24))
        if mark.status is not Status.OPEN:
            side = theme.px(20)
            square = QRectF(left, middle - side / 2, side, side)
            cls = self._tiles.classes.get(mark.cls or self._tiles.won(mark) or "")
            if cls is not None:
                paint_class(painter, cls, square)
            else:
                name, color = SIGNS.get(mark.status, ("check", "muted"))
                paint_icon(painter, name, square.adjusted(2, 2, -2, -2), theme.color(color))
            left += side + theme.px(8)
        room = QRectF(left, 0, self.width() - left - theme.px(24), self.height())
        strong = self._tiles.standing(mark) or _("image {place} of {n}").format(place=self._place + 1, n=len(self._tiles.tiles))
        painter.setFont(font(13, 600))
        painter.setPen(theme.color("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, strong)
        room.setLeft(room.left() + QFontMetricsF(painter.font()).horizontalAdvance(strong) + theme.px(12))
        painter.setFont(font(12))
        painter.setPen(theme.color("muted"))
        told = QFontMetricsF(painter.font()).elidedText(self._told(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, told)
        painter.end()

    def _told(self) -> str:
        if self._tiles.blind:
            return ""
        seen = self._tiles.suggestion(self._place)
        parts = [f"{self._tiles.called(seen.label)} {seen.confidence:.2f}"] if seen else []
        return " · ".join([*parts, *filter(None, caption(self._tiles.tiles[self._place].images[0]))])


class CompareTwo(QWidget):
    """The two."""

    chosen = Signal()
    """The other one is framed now."""

    def __init__(self, tiles: Tiles) -> None:
        super().__init__()
        self._tiles = tiles
        self.canvases = (Canvas(), Canvas())
        self._legends = (Legend(tiles), Legend(tiles))
        self.places = (0, 0)
        self._right = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for canvas, legend in zip(self.canvases, self._legends, strict=True):
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(legend)
            column.addWidget(canvas, 1)
            layout.addLayout(column, 1)
        self.canvases[0].zoomed.connect(self.canvases[1].show_zoom)
        self.canvases[1].zoomed.connect(self.canvases[0].show_zoom)
        self.canvases[0].chosen.connect(self._choose_left)
        self.canvases[1].chosen.connect(self._choose_right)
        self._frame()

    @property
    def canvas(self) -> Canvas:
        """The framed one."""
        return self.canvases[self._right]

    @property
    def place(self) -> int:
        """The place of the framed one."""
        return self.places[self._right]

    @property
    def zoom(self) -> Zoom:
        """How both are shown."""
        return self.canvas.zoom

    def show_places(self, left: int, right: int, at: int | None = None) -> None:
        """Show two others; the frame goes to the place in hand."""
        self.places = (left, right)
        for legend, place in zip(self._legends, self.places, strict=True):
            legend.show_place(place)
        self._right = right == at
        self._frame()

    def show_zoom(self, zoom: Zoom) -> None:
        """Show more of both, or less."""
        for canvas in self.canvases:
            canvas.show_zoom(zoom)

    def set_below(self, height: float) -> None:
        """Leave so much free below whole pictures."""
        for canvas in self.canvases:
            canvas.set_below(height)

    def choose(self, right: bool) -> None:
        """Frame the one on the right, or on the left."""
        if right != self._right:
            self._right = right
            self._frame()
            if self.has_focus():
                self.canvas.setFocus()
            self.chosen.emit()

    def has_focus(self) -> bool:
        """Tell whether one of the two has the focus."""
        return any(canvas.hasFocus() for canvas in self.canvases)

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Give the focus to the framed one."""
        self.canvas.setFocus(reason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line between."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().color("line"))
        painter.end()

    def _choose_left(self) -> None:
        self.choose(False)

    def _choose_right(self) -> None:
        self.choose(True)

    def _frame(self) -> None:
        for canvas, place in zip(self.canvases, self.places, strict=True):
            canvas.set_framed(canvas is self.canvas)
            told = self._tiles.told(place) if place < len(self._tiles.tiles) else _("No picture")
            framed = _("keys act on this one")
            canvas.setAccessibleName(_(", ").join([told, framed]) if canvas is self.canvas else told)
