"""A thin bar: a share of something whose number stands beside it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme import look


def paint_bar(painter: QPainter, rect: QRectF, share: float, color: str = "fill", track: str = "track") -> None:
    """Paint a bar filled up to a share, 0..1."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    corner = rect.height() / 2
    painter.setBrush(look().color(track))
    painter.drawRoundedRect(rect, corner, corner)
    filled = QRectF(rect.left(), rect.top(), rect.width() * max(0.0, min(1.0, share)), rect.height())
    if filled.width() >= 1:
        painter.setBrush(look().color(color))
        painter.drawRoundedRect(filled, min(corner, filled.width() / 2), corner)
    painter.restore()


class Bar(QWidget):
    """The bar as a widget; it grows with its room."""

    def __init__(self, share: float = 0.0, height: float = 4, color: str = "fill", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share, self._height, self._color = share, height, color
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float, color: str = "") -> None:
        """Show another share, 0..1."""
        self._share = share
        self._color = color or self._color
        self.update()

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(56), look().px(self._height))

    def minimumSizeHint(self) -> QSize:
        """Give the least width that still says something."""
        return QSize(look().px(24), look().px(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        paint_bar(painter, QRectF(self.rect()), self._share, self._color)
        painter.end()
