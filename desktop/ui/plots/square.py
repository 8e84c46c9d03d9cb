"""A plot of two shares, each 0 to 1, for the old and the new model: axes, curves, and at the right who is who."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.plots.axis import Axis
from desktop.ui.plots.plot import Plot, advance, chain, disc, ring, stroke, write
from desktop.ui.theme import look

_FEET = 46


@dataclass(frozen=True, slots=True)
class Course:
    """One model's points, with what is said of each."""

    name: str
    note: str
    """One line below the name."""
    dots: Sequence[tuple[float, float, str]]
    new: bool
    marked: bool = True
    """Whether each point has its mark."""


class Square(Plot):
    """Both courses; the old one lies below the new one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(380, 180, parent)
        self.courses: Sequence[Course] = ()
        self.along = ""
        """What the axis below means."""
        self.up = ""
        """What the axis at the left means."""
        self.low = 0.0
        """Where the axis at the left begins."""

    def minimumSizeHint(self) -> QSize:
        """Give the least that can be read."""
        return QSize(look().px(230), look().px(176))

    def draw(self, painter: QPainter) -> None:
        """Paint axes, curves and names."""
        theme = look()
        names = max((max(advance(one.name, 12, 600), advance(one.note)) for one in self.courses), default=0.0)
        left = theme.px(54 if self.low else 46)
        x = Axis(0, 1, left, self.width() - names - theme.px(18))
        y = Axis(self.low, 1, self.height() - theme.px(_FEET), theme.px(10))
        for quarter in range(5):
            share, height = quarter / 4, self.low + (1 - self.low) * quarter / 4
            stroke(painter, x(share), y(self.low), x(share), y(1), "soft")
            stroke(painter, x(0), y(height), x(1), y(height), "soft")
            if quarter % 2 == 0:
                write(painter, x(share), y(self.low) + theme.px(14), f"{share:g}")
                write(painter, x(0) - theme.px(8), y(height), f"{height:.2f}" if self.low else f"{height:g}", align="right")
        write(painter, (x(0) + x(1)) / 2, y(self.low) + theme.px(34), self.along)
        painter.save()
        painter.translate(theme.px(8), (y(self.low) + y(1)) / 2)
        painter.rotate(-90)
        write(painter, 0, 0, self.up)
        painter.restore()
        self.beneath(painter, x, y)
        for course in sorted(self.courses, key=lambda one: one.new):
            self._course(painter, course, x, y)
        height = theme.px(14)
        for course in sorted(self.courses, key=lambda one: not one.new):
            write(
                painter, x(1) + theme.px(12), height, course.name, "accent_text" if course.new else "muted", 12, 600, align="left"
            )
            write(
                painter,
                x(1) + theme.px(12),
                height + theme.px(16),
                course.note,
                "accent_text" if course.new else "muted",
                align="left",
            )
            height += theme.px(42)

    def beneath(self, painter: QPainter, x: Axis, y: Axis) -> None:
        """Paint what lies under the curves."""

    def _course(self, painter: QPainter, course: Course, x: Axis, y: Axis) -> None:
        places = [QPointF(x(one), y(other)) for one, other, _words in course.dots]
        if len(places) > 1:
            chain(painter, places, "accent" if course.new else "fill")
        for place, (_one, _other, words) in zip(places, course.dots, strict=True):
            if course.marked or len(places) == 1:
                (disc if course.new else ring)(painter, place.x(), place.y(), 4)
            self.spot(QRectF(place.x() - 7, place.y() - 7, 14, 14), words)
