"""A name in a list on the left: it leads to a part of the page."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from desktop.ui.theme import font, look


class Tab(QAbstractButton):
    """The name; the chosen one is checked."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Give room for the name."""
        return QSize(round(QFontMetricsF(font(13, 600)).horizontalAdvance(self.text())) + look().px(32), look().px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it; the chosen one has a bar at its left."""
        theme, on = look(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ring = self.hasFocus()
        painter.setPen(QPen(theme.color("accent"), 2) if ring else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("selection" if on else "hover" if self.underMouse() else "panel"))
        painter.drawRoundedRect(area, theme.px(5), theme.px(5))
        if on:
            painter.fillRect(QRectF(theme.px(2), theme.px(9), theme.px(3), area.height() - theme.px(16)), theme.color("accent"))
        painter.setFont(font(13, 600 if on else 400))
        painter.setPen(theme.color("text"))
        words = area.adjusted(theme.px(14), 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()
