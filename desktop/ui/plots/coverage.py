"""The precision of what is accepted from a confidence on, over how much that is."""

import math

from PySide6.QtWidgets import QWidget

from desktop.core.evaluation import CurvePoint, Evaluation
from desktop.core.texts import _
from desktop.ui.plots.square import Course, Square
from desktop.ui.words import figure

_SURE = 0.99


class Coverage(Square):
    """The precision-coverage curves of two models."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.along, self.up = _("share of the pictures accepted"), _("share of these that was right")
        self.show_evaluations(None, None, "", "")

    def show_evaluations(self, old: Evaluation | None, new: Evaluation | None, old_name: str, new_name: str) -> None:
        """Show two evaluations; the old one may be missing."""
        parts = [(one, name, one is new) for one, name in ((old, old_name), (new, new_name)) if one and one.curve]
        self.courses = [
            Course(
                name, _("{share} at 99 %").format(share=_percent(one)), [_dot(point) for point in one.curve], is_new, marked=False
            )
            for one, name, is_new in parts
        ]
        lowest = min((point.precision for one, _name, _new in parts for point in one.curve), default=0.9)
        self.low = min(0.9, math.floor(lowest * 20) / 20)
        self.empty = "" if parts else _("There are no blind test pictures yet.")
        self.tell(_("Precision over coverage"), "; ".join(f"{one.name}: {one.note}" for one in self.courses))


def accepted(evaluation: Evaluation, precision: float = _SURE) -> float:
    """Give the largest share of pictures whose answers can be accepted with at least this precision, 0..1."""
    return max((point.coverage for point in evaluation.curve if point.precision >= precision), default=0.0)


def _percent(evaluation: Evaluation) -> str:
    return f"{accepted(evaluation):.0%}".replace("%", " %")


def _dot(point: CurvePoint) -> tuple[float, float, str]:
    words = _("from {threshold} on: {coverage} accepted, {precision} of them right").format(
        threshold=figure(point.threshold, 2), coverage=figure(point.coverage, 2), precision=figure(point.precision)
    )
    return point.coverage, point.precision, words
