"""Stated confidence against the share that was right; on the dashed line is best."""

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.core.evaluation import Evaluation
from desktop.core.texts import _
from desktop.ui.plots.axis import Axis
from desktop.ui.plots.plot import stroke
from desktop.ui.plots.square import Course, Square
from desktop.ui.words import figure

ENOUGH = 5
"""Pictures in a bin below which its share says nothing."""


class Reliability(Square):
    """The reliability curves of two models."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.along, self.up = _("confidence it stated"), _("share that was right")
        self.show_evaluations(None, None, "", "")

    def show_evaluations(self, old: Evaluation | None, new: Evaluation | None, old_name: str, new_name: str) -> None:
        """Show two evaluations; the old one may be missing."""
        parts = [(one, name, one is new) for one, name in ((old, old_name), (new, new_name)) if one and one.n]
        self.courses = [
            Course(
                name,
                _("gap {gap}").format(gap=figure(one.ece, 2)),
                [
                    (
                        bin_.confidence,
                        bin_.accuracy,
                        _("stated {stated}, right {right} ({n} pictures)").format(
                            stated=figure(bin_.confidence, 2), right=figure(bin_.accuracy, 2), n=bin_.n
                        ),
                    )
                    for bin_ in one.reliability
                    if bin_.n >= ENOUGH
                ],
                is_new,
            )
            for one, name, is_new in parts
        ]
        self.empty = "" if any(one.dots for one in self.courses) else _("Too few blind test pictures to tell.")
        self.tell(_("Reliability"), "; ".join(f"{one.name} {one.note}" for one in self.courses))

    def beneath(self, painter: QPainter, x: Axis, y: Axis) -> None:
        """Paint the line on which statements are true."""
        stroke(painter, x(0), y(0), x(1), y(1), "edge", 1, dashes=(4, 4))
