"""A switch: on or off, said by its place, its mark and, to a screen reader, by its state."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from desktop.ui.icons import paint_icon
from desktop.ui.theme import look


class Switch(QAbstractButton):
    """A button that stays on."""

    def __init__(self, name: str, *, on: bool = False) -> None:
        """Take what it is called; the words stand beside it."""
        super().__init__()
        self.setCheckable(True)
        self.setChecked(on)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Give its size, with room for the ring."""
        return QSize(look().px(44), look().px(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint groove, knob and mark."""
        theme, on = look(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(theme.px(4), theme.px(4), self.width() - theme.px(8), self.height() - theme.px(8))
        corner = groove.height() / 2
        painter.setPen(QPen(theme.color("accent" if on else "edge"), 1))
        painter.setBrush(theme.color("accent" if on else "track"))
        painter.drawRoundedRect(groove, corner, corner)
        side = groove.height() - theme.px(4)
        left = groove.right() - side - theme.px(2) if on else groove.left() + theme.px(2)
        knob = QRectF(left, groove.top() + theme.px(2), side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_accent" if on else "fill"))
        painter.drawEllipse(knob)
        if on:
            paint_icon(painter, "check", knob.adjusted(1, 1, -1, -1), theme.color("accent"))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(groove.adjusted(-3, -3, 3, 3), corner + 3, corner + 3)
        painter.end()
