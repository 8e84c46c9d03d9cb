"""A course over steps or epochs, with the lines of earlier models to compare with."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.core.texts import _
from desktop.ui.plots.axis import Axis, outwards, round_numbers, round_step
from desktop.ui.plots.plot import Plot, advance, chain, disc, ring, stroke, write
from desktop.ui.theme import look
from desktop.ui.words import figure

_DASHES = ((4, 3), (1, 3))


class Curve(Plot):
    """Values by step, the last one named; dashed and dotted lines for earlier models."""

    def __init__(self, name: str, unit: str, parent: QWidget | None = None) -> None:
        """Take what is measured, and what a step is called (``epoch``)."""
        super().__init__(500, 230, parent)
        self._name, self._unit = name, unit
        self._values: Sequence[tuple[float, float]] = ()
        self._lines: Sequence[tuple[str, float]] = ()
        self._steps = 0.0
        self.show_course((), ())

    def show_course(self, values: Sequence[tuple[float, float]], lines: Sequence[tuple[str, float]], steps: float = 0) -> None:
        """Show (step, value) pairs, at most two (name, value) lines, and how many steps there will be."""
        self._values, self._lines = list(values), list(lines)[: len(_DASHES)]
        self._steps = max([steps, *(step for step, _value in self._values)])
        self.empty = "" if self._values else _("Nothing was measured yet.")
        last = f"{self._unit} {self._values[-1][0]:g}: {figure(self._values[-1][1])}" if self._values else ""
        self.tell(self._name, "; ".join([last, *(f"{name} {figure(value)}" for name, value in self._lines)]))

    def minimumSizeHint(self) -> QSize:
        """Give the least that can be read."""
        return QSize(look().px(260), look().px(150))

    def draw(self, painter: QPainter) -> None:
        """Paint lines, then the course, then its last value."""
        theme = look()
        heights = [value for _step, value in self._values] + [value for _name, value in self._lines]
        low, high, step = outwards(min(heights), max(*heights, min(heights) + 0.02), 4)
        right = max((advance(f"{name} {figure(value)}") for name, value in self._lines), default=0.0)
        first = min(1.0, self._values[0][0])
        x = Axis(first, max(self._steps, first + 1), theme.px(46), self.width() - right - theme.px(16 if right else 28))
        y = Axis(low, high, self.height() - theme.px(34), theme.px(24))
        digits = 2 if step > 0.0099 else 3
        for number in round_numbers(low, high, step):
            stroke(painter, x.begin, y(number), x.end, y(number), "soft")
            write(painter, x.begin - theme.px(10), y(number), f"{number:.{digits}f}", align="right")
        self._below(painter, x, self.height() - theme.px(12))
        above = float("-inf")
        for (name, value), dashes in sorted(zip(self._lines, _DASHES, strict=False), key=lambda one: -one[0][1]):
            stroke(painter, x.begin, y(value), x.end, y(value), "muted", 1, dashes=dashes)
            above = max(y(value), above + theme.px(16))  # two lines close together keep their names apart
            write(painter, x.end + theme.px(8), above, f"{name} {figure(value)}", align="left")
        places = [QPointF(x(one), y(value)) for one, value in self._values]
        chain(painter, places, "accent")
        for place, (one, value) in zip(places, self._values, strict=True):
            ring(painter, place.x(), place.y(), 2.5, "accent")
            self.spot(QRectF(place.x() - 8, place.y() - 8, 16, 16), f"{self._unit} {one:g}: {figure(value)}")
        disc(painter, places[-1].x(), places[-1].y())
        write(painter, places[-1].x(), places[-1].y() - theme.px(15), figure(self._values[-1][1]), "accent_text", 13, 600)

    def _below(self, painter: QPainter, x: Axis, y: float) -> None:
        """Write the steps: round ones, and the last with its unit."""
        last = f"{self._unit} {x.high:g}"
        room = x(x.high) - advance(last) / 2 - look().px(20)
        step = max(1.0, round_step(x.high - x.low, 5))
        for number in [x.low, *(one for one in round_numbers(x.low, x.high, step) if one > x.low + step / 2)]:
            if x(number) < room:
                write(painter, x(number), y, f"{number:g}")
        write(painter, min(x(x.high), self.width() - advance(last) / 2 - 2), y, last)
