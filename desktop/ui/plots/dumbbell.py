"""Each class's recall before and after, with intervals."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.core.intervals import Estimate
from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.core.verdict import ClassRow, Verdict
from desktop.ui.icons import paint_class
from desktop.ui.plots.axis import Axis, round_numbers, round_step
from desktop.ui.plots.plot import Plot, advance, disc, elided, ring, stroke, write
from desktop.ui.theme import look
from desktop.ui.words import figure, points

_LEAST_ROW, _BEST_ROW = 30, 50
_FEET = 30
"""Below the rows, for the numbers of the axis."""


class Dumbbell(Plot):
    """A row a class: ring of the old model, disc of the new one, the difference at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(380, 5 * _LEAST_ROW + _FEET, parent)
        self._rows: tuple[ClassRow, ...] = ()
        self._classes: Mapping[str, Class] = {}
        self._shown: Mapping[str, str] = {}
        self.show_verdict(None, {}, {})

    def show_verdict(self, verdict: Verdict | None, classes: Mapping[str, Class], shown: Mapping[str, str]) -> None:
        """Show another verdict; ``shown`` is what its classes are called."""
        self._rows = tuple(verdict.classes) if verdict else ()
        self._classes, self._shown = classes, shown
        self.empty = "" if any(row.n for row in self._rows) else _("There are no blind test pictures yet.")
        self.tell(_("Recall by class"), "; ".join(self._words(row) for row in self._rows))

    def minimumSizeHint(self) -> QSize:
        """Give room for all classes."""
        return QSize(look().px(260), look().px(max(1, len(self._rows)) * _LEAST_ROW + _FEET))

    def draw(self, painter: QPainter) -> None:
        """Paint the rows."""
        theme, rows = look(), self._rows
        pitch = min(theme.px(_BEST_ROW), (self.height() - theme.px(_FEET)) / len(rows))
        names = max(advance(self._name(row), 13) for row in rows) + theme.px(28)
        left = min(names, self.width() * 0.36) + theme.px(14)
        low = self._low()
        x = Axis(low, 1.0, left, self.width() - theme.px(58))
        bottom = pitch * len(rows)
        for number in round_numbers(low, 1.0, round_step(1.0 - low, 4)):
            stroke(painter, x(number), 0, x(number), bottom, "soft")
            write(painter, x(number), bottom + theme.px(14), f"{number:.1f}" if low < 0.9 else f"{number:.2f}")
        for number, row in enumerate(rows):
            self._row(painter, row, x, (number + 0.5) * pitch, left - theme.px(14))
            self.spot(QRectF(0, number * pitch, self.width(), pitch), self._words(row))

    def _row(self, painter: QPainter, row: ClassRow, x: Axis, y: float, room: float) -> None:
        theme = look()
        side = theme.px(20)
        cls = self._classes.get(row.cls)
        if cls is not None:
            paint_class(painter, cls, QRectF(0, y - side / 2, side, side))
        write(painter, theme.px(28), y, elided(self._name(row), room - theme.px(28), 13), "text", 13, align="left")
        apart = theme.px(7) if row.old is not None else 0
        above, below = y - apart, y + apart
        for estimate, at, color in ((row.old, above, "fill"), (row.new, below, "accent")):
            if estimate is not None and estimate.value is not None:
                stroke(painter, x(estimate.low), at, x(estimate.high), at, theme.color(color, 0.75), 2)
        old, new = _value(row.old), _value(row.new)
        if old is not None and new is not None:
            stroke(painter, x(old), above, x(new), below, "fill", 1.5)
        if old is not None:
            ring(painter, x(old), above)
        if new is not None:
            disc(painter, x(new), below)
        text, color = "–", "muted"
        if new is not None and old is None:
            text, color = figure(new, 2), "text"
        elif new is not None and old is not None:
            text = points(new - old)
            color = "bad" if row.worse else "warn" if new < old else "text"
        write(painter, self.width(), y, text, color, 13, 600, align="right")

    def _low(self) -> float:
        ends = [one.low for row in self._rows for one in (row.old, row.new) if one and one.value is not None]
        return min(0.9, math.floor(min([*ends, 0.9]) * 10 + 1e-9) / 10)

    def _name(self, row: ClassRow) -> str:
        return self._shown.get(row.cls, row.cls)

    def _words(self, row: ClassRow) -> str:
        name, new, old = self._name(row), _value(row.new), _value(row.old)
        if new is None:
            return _("{cls}: no test picture").format(cls=name)
        if old is None:
            return _("{cls}: {new} of {n} pictures").format(cls=name, new=figure(new), n=row.n)
        return _("{cls}: {new}, was {old} ({difference} points), {n} pictures").format(
            cls=name, new=figure(new), old=figure(old), difference=points(new - old), n=row.n
        )


def _value(estimate: Estimate | None) -> float | None:
    return estimate.value if estimate else None
