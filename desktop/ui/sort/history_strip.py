"""The last decisions as small pictures with the square of what they became; one leads back to its picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.core.images import Image
from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.commands import KEEPS
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.tip import tip
from desktop.ui.theme import look
from desktop.ui.thumbnails import Thumbnails

SHOWN = 8
_SIDE, _GAP, _COLUMNS = 45, 9, 4
_SIGNS = {"discard": "trash", "unsure": "question", "restore": "arrow-u-up-left", "undo": "arrow-counter-clockwise"}


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision as the strip shows it."""

    image: Image
    cls: str | None
    """What it was sorted as."""
    kind: str
    told: str
    """In words."""


class HistoryStrip(QWidget):
    """Eight at most, newest first; arrows choose while it has the focus, Enter opens."""

    opened = Signal(str)
    """The name of a picture."""

    def __init__(self, thumbnails: Thumbnails, classes: Mapping[str, Class], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._classes = classes
        self._decided: list[Decided] = []
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(KEEPS, "moving")
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Last decisions"))
        thumbnails.arrived.connect(self._arrived)

    @property
    def decided(self) -> Sequence[Decided]:
        """What is shown."""
        return self._decided

    def show_decided(self, decided: Sequence[Decided]) -> None:
        """Show other decisions, newest first."""
        if list(decided) == self._decided:
            return
        rows = self._rows()
        self._decided = list(decided)
        self._at = min(self._at, max(0, len(self._decided) - 1))
        self._thumbnails.want("history", [one.image for one in self._decided], self._pixels())
        self._tell()
        if rows != self._rows():
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for two rows."""
        theme = look()
        across = _COLUMNS * theme.px(_SIDE) + (_COLUMNS - 1) * theme.px(_GAP)
        return QSize(across, self._rows() * (theme.px(_SIDE) + theme.px(_GAP)) - theme.px(_GAP))

    def minimumSizeHint(self) -> QSize:
        """Give the same height; narrower, the pictures are smaller."""
        return QSize(look().px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint pictures and squares."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, one in enumerate(self._decided):
            self._paint(painter, place, one)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open a picture."""
        place = self._place(event)
        if place is not None:
            self._at = place
            self.opened.emit(self._decided[place].image.name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say in words what the square means."""
        place = self._place(event)
        told = self._decided[place].told if place is not None else ""
        self.setCursor(Qt.CursorShape.PointingHandCursor if told else Qt.CursorShape.ArrowCursor)
        QToolTip.showText(event.globalPosition().toPoint(), tip(told), self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose and open by keys."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -_COLUMNS, Qt.Key.Key_Down: _COLUMNS}
        step = steps.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._decided:
            self.opened.emit(self._decided[self._at].image.name)
        elif step is not None and self._decided:
            self._at = max(0, min(len(self._decided) - 1, self._at + step))
            self._tell()
            self.update()
        else:
            super().keyPressEvent(event)

    def _paint(self, painter: QPainter, place: int, one: Decided) -> None:
        theme = look()
        box = QRectF(self._box(place))
        path = QPainterPath()
        path.addRoundedRect(box, theme.px(3), theme.px(3))
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(box, theme.color("surround"))
        picture = self._thumbnails.get(one.image, self._pixels())
        if picture is not None:
            side = min(picture.width(), picture.height())
            part = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
            painter.drawImage(box, picture, part)
        elif self._thumbnails.problem(one.image):
            side = theme.px(16)
            middle = QRectF(box.left() + theme.px(8), box.top() + theme.px(8), side, side)
            paint_icon(painter, "image-broken", middle, theme.color("bad"))
        painter.restore()
        mark = theme.px(17)
        corner = QRectF(box.right() - mark, box.bottom() - mark, mark, mark)
        if one.cls in self._classes:
            paint_class(painter, self._classes[str(one.cls)], corner)
        elif one.kind in _SIGNS:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(corner, theme.px(3), theme.px(3))
            paint_icon(painter, _SIGNS[one.kind], corner.adjusted(2, 2, -2, -2), theme.color("text"))
        if self.hasFocus() and place == self._at:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), theme.px(3), theme.px(3))

    def _rows(self) -> int:
        return max(1, -(-len(self._decided) // _COLUMNS))

    def _box(self, place: int) -> QRect:
        gap = look().px(_GAP)
        side = min(look().px(_SIDE), (self.width() - (_COLUMNS - 1) * gap) // _COLUMNS)
        pitch = side + gap
        return QRect(place % _COLUMNS * pitch, place // _COLUMNS * pitch, side, side)

    def _place(self, event: QMouseEvent) -> int | None:
        point = event.position().toPoint()
        return next((place for place in range(len(self._decided)) if self._box(place).contains(point)), None)

    def _pixels(self) -> int:
        return round(look().px(_SIDE) * self.devicePixelRatioF() * 1.5)

    def _tell(self) -> None:
        self.setAccessibleDescription(self._decided[self._at].told if self._decided else _("None yet"))

    def _arrived(self, _names: list[str]) -> None:
        self.update()
