"""Who is the ring and who the disc."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.plots.plot import advance, disc, ring, write
from desktop.ui.theme import look


class Legend(QWidget):
    """The old model's name behind a ring, the new one's behind a disc."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._old = self._new = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, old: str, new: str) -> None:
        """Show other names; an empty one is left out."""
        self._old, self._new = old, new
        self.setAccessibleName(", ".join(name for name in (old, new) if name))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for both names."""
        wide = sum(advance(name, 12, 600) + look().px(27) for name in (self._old, self._new) if name)
        return QSize(round(wide), look().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        theme, left, middle = look(), 0.0, self.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for name, mark, color, weight in ((self._old, ring, "muted", 400), (self._new, disc, "accent_text", 600)):
            if name:
                mark(painter, left + theme.px(8), middle, 4.5)
                written = write(painter, left + theme.px(20), middle, name, color, 12, weight, align="left")
                left = written.right() + theme.px(10)
        painter.end()
