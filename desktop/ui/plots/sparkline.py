"""A course as a small line without axes; its numbers stand beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.parts.tip import tip
from desktop.ui.plots.axis import Axis
from desktop.ui.plots.plot import Plot, chain, disc, stroke
from desktop.ui.theme import look


def paint_sparkline(
    painter: QPainter,
    rect: QRectF,
    values: Sequence[float | None],
    color: str = "muted",
    *,
    change: float | None = None,
    width: float = 1.5,
) -> None:
    """Paint values at equal steps with gaps where there is none and a dot at the last; ``change``, 0..1, marks a moment."""
    known = [value for value in values if value is not None]
    if not known:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inset = look().px(3)
    spread = max(known) - min(known) or 1.0
    x = Axis(0, max(1, len(values) - 1), rect.left() + inset, rect.right() - inset)
    y = Axis(min(known), min(known) + spread, rect.bottom() - inset, rect.top() + inset)
    if change is not None:
        at = rect.left() + rect.width() * change
        stroke(painter, at, rect.top(), at, rect.bottom(), "edge", 1, dashes=(1, 3))
    piece: list[QPointF] = []
    for number, value in enumerate([*values, None]):
        if value is not None:
            piece.append(QPointF(x(number), y(value)))
        elif piece:
            chain(painter, piece if len(piece) > 1 else piece * 2, color, width)
            piece = []
    last = max(number for number, value in enumerate(values) if value is not None)
    disc(painter, x(last), y(values[last] or 0.0), 2.5, color)
    painter.restore()


class Sparkline(Plot):
    """The line as a widget."""

    def __init__(self, name: str, color: str = "accent", height: float = 48, parent: QWidget | None = None) -> None:
        super().__init__(80, height, parent)
        self._name, self._color = name, color
        self._values: Sequence[float | None] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_values(self, values: Sequence[float | None], told: str, color: str = "") -> None:
        """Show other values; ``told`` says them in words, or why there are none."""
        self._values = list(values)
        self._color = color or self._color
        self.empty = "" if any(value is not None for value in self._values) else told
        self.tell(self._name, told)
        self.setToolTip(tip(told))

    def minimumSizeHint(self) -> QSize:
        """Give the least that can be read."""
        return QSize(look().px(48), self.sizeHint().height())

    def draw(self, painter: QPainter) -> None:
        """Paint it."""
        paint_sparkline(painter, QRectF(self.rect()), self._values, self._color)
