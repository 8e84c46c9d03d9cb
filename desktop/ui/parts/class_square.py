"""A class's square: its colour and glyph; beside it always stands the name."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.core.taxonomy import Class
from desktop.ui.icons import paint_class
from desktop.ui.theme import look


class ClassSquare(QWidget):
    """The square as a widget."""

    def __init__(self, cls: Class | None = None, size: float = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cls = cls
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_class(self, cls: Class | None) -> None:
        """Show another class, or nothing."""
        self._cls = cls
        self.update()

    def sizeHint(self) -> QSize:
        """Give its size."""
        return QSize(look().px(self._size), look().px(self._size))

    def minimumSizeHint(self) -> QSize:
        """Give its size."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        if self._cls is not None:
            painter = QPainter(self)
            paint_class(painter, self._cls, QRectF(self.rect()))
            painter.end()
