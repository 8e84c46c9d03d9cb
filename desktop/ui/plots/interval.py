"""The difference of two accuracies with its interval, between equal and the margin."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.core.texts import _
from desktop.core.verdict import Verdict
from desktop.ui.plots.axis import Axis, outwards, round_numbers
from desktop.ui.plots.plot import Plot, advance, stroke, write
from desktop.ui.theme import look
from desktop.ui.words import ends, points, whole_points


class Interval(Plot):
    """The interval plot of a verdict."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(400, 150, parent)
        self._verdict: Verdict | None = None
        self.show_verdict(None)

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show another verdict."""
        self._verdict = verdict
        gap = verdict.difference if verdict else None
        self.empty = ""
        if gap is None:
            self.empty = (
                _("Nothing is in service to compare with.") if verdict and verdict.n else _("There is nothing to compare yet.")
            )
        words = ""
        if verdict and gap:
            low, high = ends(gap.low, gap.high)
            words = _("{value} points, between {low} and {high}; the margin is {margin}").format(
                value=points(gap.value), low=low, high=high, margin=whole_points(-verdict.settings.margin)
            )
        self.tell(_("Difference in accuracy"), words)

    def draw(self, painter: QPainter) -> None:
        """Paint it."""
        verdict, theme = self._verdict, look()
        gap = verdict.difference if verdict else None
        if verdict is None or gap is None:
            return
        # Each end errs with alpha by itself, so the two together hold what is left of both.
        level = f"{100 * (1 - 2 * verdict.alpha):.0f}"
        caption = _("Difference in accuracy, points, {level} % interval").format(level=level)
        write(painter, 0, theme.px(8), caption, align="left")
        margin, pad = -verdict.settings.margin, theme.px(14)
        low, high, step = outwards(min(gap.low, margin * 1.5), max(gap.high, -margin / 2), 7)
        x = Axis(low, high, pad, self.width() - pad)
        top, bottom = float(theme.px(30)), float(theme.px(106))
        middle, label = top + theme.px(43), top + theme.px(20)
        painter.fillRect(QRectF(x(low), top, x(margin) - x(low), bottom - top), theme.color("bad_ground"))
        stroke(painter, x(low), bottom, x(high), bottom, "line")
        stroke(painter, x(margin), top, x(margin), bottom, "bad", 1.5, dashes=(3, 3))
        stroke(painter, x(0), top, x(0), bottom, "text", 1.5)
        stroke(painter, x(gap.low), middle, x(gap.high), middle, "accent", 2.5)
        for end in (gap.low, gap.high):
            stroke(painter, x(end), middle - theme.px(8), x(end), middle + theme.px(8), "accent", 2.5)
        side = theme.px(12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRect(QRectF(x(gap.value) - side / 2, middle - side / 2, side, side))
        self._numbers(painter, x, label)
        self._ticks(painter, x, bottom, round_numbers(low, high, step))
        self.spot(QRectF(x(gap.low) - 8, middle - 16, x(gap.high) - x(gap.low) + 16, 32), self.accessibleDescription())
        self.spot(QRectF(x(low), top, x(margin) - x(low), bottom - top), _("A lower end in here is too much of a risk."))

    def _numbers(self, painter: QPainter, x: Axis, y: float) -> None:
        """Write the three numbers above the interval, the outer two moved aside where they would meet the middle one."""
        gap = self._verdict.difference if self._verdict else None
        if gap is None:
            return
        value, (low, high) = points(gap.value), ends(gap.low, gap.high)
        half, apart = advance(value, 15, 600) / 2, look().px(8)
        centre = max(half, min(self.width() - half, x(gap.value)))
        self._number(painter, x, centre - half, y, value, "text", 15, 600)
        right = min(x(gap.low) + advance(low) / 2, centre - half - apart)
        self._number(painter, x, max(right - advance(low), 0), y, low)
        left = max(x(gap.high) - advance(high) / 2, centre + half + apart)
        self._number(painter, x, min(left, self.width() - advance(high) - 2), y, high)

    def _number(
        self,
        painter: QPainter,
        x: Axis,
        left: float,
        y: float,
        text: str,
        color: str = "muted",
        size: float = 12,
        weight: int = 400,
    ) -> None:
        """Write a number on a patch of its ground, so that no line runs through it."""
        high, margin = look().px(size + 4), x(-self._verdict.settings.margin if self._verdict else 0.0)
        patch = QRectF(left - 2, y - high / 2, advance(text, size, weight) + 4, high)
        painter.fillRect(patch, look().color("panel"))
        if patch.left() < margin:
            tinted = QRectF(
                max(patch.left(), x.begin), patch.top(), min(patch.right(), margin) - max(patch.left(), x.begin), high
            )
            painter.fillRect(tinted, look().color("bad_ground"))
        write(painter, left, y, text, color, size, weight, align="left")

    def _ticks(self, painter: QPainter, x: Axis, bottom: float, numbers: list[float]) -> None:
        margin = -self._verdict.settings.margin if self._verdict else 0.0
        y, below = bottom + look().px(13), bottom + look().px(31)
        room = (advance(whole_points(margin), 12, 600) + advance("0", 12, 600)) / 2 + look().px(8)
        apart = max(0.0, room - (x(0) - x(margin))) / 2  # else −3 and 0 would read as one number
        taken = [x(margin) - apart, x(0) + apart]
        write(painter, taken[0], y, whole_points(margin), "text", 12, 600)
        write(painter, taken[1], y, "0", "text", 12, 600)
        for number in numbers:
            if all(abs(x(number) - other) >= look().px(26) for other in taken):
                write(painter, x(number), y, whole_points(number))
        word, other = _("margin"), _("equal")
        room = (advance(word) + advance(other)) / 2 + look().px(8)
        apart = max(0.0, room - (x(0) - x(margin))) / 2
        write(painter, x(margin) - apart, below, word, "bad")
        write(painter, x(0) + apart, below, other)
