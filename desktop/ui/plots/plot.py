"""What all plots share: a sentence where there is nothing to show, words for what is under the pointer, lines and marks."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look

Align = Qt.AlignmentFlag


class Plot(QWidget):
    """A painted widget. A plot gives :meth:`draw`, and says in ``empty`` why it has nothing to show (empty: it has)."""

    def __init__(self, width: float, height: float, parent: QWidget | None = None) -> None:
        """Take the size it would like, as drawn in the page of parts."""
        super().__init__(parent)
        self.empty = ""
        self._wanted = (width, height)
        self._spots: list[tuple[QRectF, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def draw(self, painter: QPainter) -> None:
        """Paint what there is; by :meth:`spot`, say what is where."""

    def spot(self, rect: QRectF, words: str) -> None:
        """Say something while the pointer is in a rectangle; the first of several wins."""
        self._spots.append((rect, words))

    def told_at(self, point: QPointF) -> str:
        """Give what is said at a point."""
        return next((words for rect, words in self._spots if rect.contains(point)), "")

    def tell(self, name: str, words: str) -> None:
        """Give the plot a name and its numbers in words, for who cannot see it; paint it anew."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(self.empty or words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the size it would like."""
        return QSize(look().px(self._wanted[0]), look().px(self._wanted[1]))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the plot, or why there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._spots.clear()
        if self.empty:
            painter.setFont(font(13))
            painter.setPen(look().color("muted"))
            painter.drawText(QRectF(self.rect()), Align.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty)
        else:
            self.draw(painter)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show the words of the spot under the pointer."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.told_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), tip(words), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


def advance(text: str, size: float = 12, weight: int = 400) -> float:
    """Give how wide a text is."""
    return QFontMetricsF(font(size, weight)).horizontalAdvance(text)


def write(
    painter: QPainter,
    x: float,
    y: float,
    text: str,
    color: str = "muted",
    size: float = 12,
    weight: int = 400,
    align: str = "centre",
) -> QRectF:
    """Write a line around the height ``y`` that begins (``left``), is centred or ends (``right``) at ``x``; give where."""
    painter.setFont(font(size, weight))
    painter.setPen(look().color(color))
    wide, high = advance(text, size, weight) + 2, look().px(size + 6)
    left = {"left": x, "centre": x - wide / 2, "right": x - wide}[align]
    rect = QRectF(left, y - high / 2, wide, high)
    painter.drawText(rect, Align.AlignVCenter | (Align.AlignRight if align == "right" else Align.AlignLeft), text)
    return rect


def elided(text: str, width: float, size: float = 12, weight: int = 400) -> str:
    """Give a text as far as it fits."""
    return QFontMetricsF(font(size, weight)).elidedText(text, Qt.TextElideMode.ElideRight, width)


def stroke(
    painter: QPainter,
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    color: str | QColor,
    width: float = 1,
    *,
    dashes: Sequence[float] = (),
) -> None:
    """Draw a straight line, widths as drawn in the page of parts."""
    pen = QPen(look().color(color) if isinstance(color, str) else color, width * look().scale)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes:
        pen.setDashPattern(list(dashes))
    painter.setPen(pen)
    painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))


def ring(painter: QPainter, x: float, y: float, radius: float = 5, color: str = "muted", ground: str = "panel") -> None:
    """Draw the mark of the old model: a ring."""
    scale = look().scale
    painter.setPen(QPen(look().color(color), 2 * scale))
    painter.setBrush(look().color(ground))
    painter.drawEllipse(QPointF(x, y), radius * scale, radius * scale)


def disc(painter: QPainter, x: float, y: float, radius: float = 5.5, color: str = "accent") -> None:
    """Draw the mark of the new model: a disc."""
    scale = look().scale
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look().color(color))
    painter.drawEllipse(QPointF(x, y), radius * scale, radius * scale)


def chain(painter: QPainter, dots: Sequence[QPointF], color: str | QColor, width: float = 2) -> None:
    """Draw a line through some points."""
    pen = QPen(look().color(color) if isinstance(color, str) else color, width * look().scale)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(list(dots))
