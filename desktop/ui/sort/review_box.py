"""The part of the filter's panel that only labelled pictures have: who labelled, by whose suggestion, against which answer."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from desktop.core.review import ReviewFacets, ReviewFilter
from desktop.core.texts import _
from desktop.ui.parts.layouts import column, label, row
from desktop.ui.words import short_model


class ReviewBox(QWidget):
    """Check boxes with counts."""

    chosen = Signal(object)
    """Another :class:`ReviewFilter`."""

    def __init__(self) -> None:
        super().__init__()
        self._filter = ReviewFilter()
        self._boxes: dict[tuple[str, str | None], QCheckBox] = {}
        self._people, self._models = QVBoxLayout(), QVBoxLayout()
        for layout in (self._people, self._models):
            layout.setSpacing(0)
        self._against = QCheckBox()
        self._blind = QCheckBox()
        for box in (self._against, self._blind):
            box.clicked.connect(self._choose)
        self.setLayout(
            column(
                row(
                    column(label(_("Labelled by"), 12, 600), self._people, None, spacing=4),
                    column(label(_("Suggested by"), 12, 600), self._models, None, spacing=4),
                    spacing=16,
                ),
                self._against,
                self._blind,
                spacing=4,
            )
        )
        self.hide()

    def show_review(self, chosen: ReviewFilter, facets: ReviewFacets) -> None:
        """Show what is asked for, and how many labels each choice would leave."""
        self._filter = chosen
        people = {("people", one): (one or _("not known"), n) for one, n in facets.labellers.items()}
        models = {("models", one): (short_model(one) if one else _("no model"), n) for one, n in facets.models.items()}
        self._fill(self._people, people)
        self._fill(self._models, models)
        for (kind, value), box in self._boxes.items():
            box.setChecked(value in (chosen.labellers if kind == "people" else chosen.models))
        self._against.setText(_("Only where the model disagrees  ·  {n}").format(n=f"{facets.contradicted:,}"))
        self._blind.setText(_("Only labelled blind  ·  {n}").format(n=f"{facets.blind.get(True, 0):,}"))
        self._against.setChecked(chosen.contradicted)
        self._blind.setChecked(chosen.blind is True)

    def _fill(self, layout: QVBoxLayout, wanted: Mapping[tuple[str, str | None], tuple[str, int]]) -> None:
        for key, (name, count) in sorted(wanted.items(), key=lambda one: (one[0][1] is None, one[1][0])):
            if key not in self._boxes:
                box = self._boxes[key] = QCheckBox()
                box.clicked.connect(self._choose)
                layout.addWidget(box)
            self._boxes[key].setText(f"{name}  ·  {count:,}".replace("&", "&&"))

    def _choose(self) -> None:
        def ticked(kind: str) -> tuple[str | None, ...]:
            return tuple(value for (one, value), box in self._boxes.items() if one == kind and box.isChecked())

        chosen = ReviewFilter(
            labellers=ticked("people"),
            models=ticked("models"),
            blind=True if self._blind.isChecked() else None,
            contradicted=self._against.isChecked(),
        )
        if chosen != self._filter:
            self._filter = chosen
            self.chosen.emit(chosen)
