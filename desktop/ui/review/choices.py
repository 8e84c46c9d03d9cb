"""What the filter's panel offers for labelled pictures: class, person, model in sight, time, blind or not, contradicted."""

from collections.abc import Hashable, Mapping
from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from desktop.core.review import ReviewFacets, ReviewFilter
from desktop.core.texts import _
from desktop.ui.parts.layouts import column, label, line, row, scrolled
from desktop.ui.parts.segments import Segments
from desktop.ui.review.words import ALL, person, range_of, ranged, ranges, suggester
from desktop.ui.sort.day_field import DayField, day_of
from desktop.ui.sort.filter_words import start_ms, today


class ReviewChoices(QWidget):
    """Check boxes with counts, and the days of labelling."""

    chosen = Signal(object)
    """Another :class:`ReviewFilter`."""

    def __init__(self) -> None:
        super().__init__()
        self._filter = ReviewFilter()
        self._boxes: dict[tuple[str, Hashable], QCheckBox] = {}
        self._columns = {kind: QVBoxLayout() for kind in ("class", "person", "model", "blind")}
        for layout in self._columns.values():
            layout.setSpacing(0)
        self._range = Segments(ranges(), ALL)
        self._range.setAccessibleName(_("Labelled"))
        self._since, self._until = DayField(_("Labelled from day")), DayField(_("Labelled to day"))
        self._against = QCheckBox()
        self._build()
        self._range.chosen.connect(self._choose_range)
        for field in (self._since, self._until):
            field.editingFinished.connect(self._choose)
        self._against.clicked.connect(self._choose)

    def show_review(self, chosen: ReviewFilter, facets: ReviewFacets, shown: Mapping[str, str]) -> None:
        """Show what is asked for, and how many labels each choice would leave."""
        self._filter = chosen
        blind = {True: _("labelled blind"), False: _("not blind")}
        wanted: dict[tuple[str, Hashable], tuple[str, int]] = {}
        wanted |= {("class", one): (shown.get(one, one), n) for one, n in facets.classes.items()}
        wanted |= {("person", one): (person(one), n) for one, n in facets.labellers.items()}
        wanted |= {("model", one): (suggester(one), n) for one, n in facets.models.items()}
        wanted |= {("blind", one): (name, facets.blind.get(one, 0)) for one, name in blind.items()}
        wanted = {("class", one): (shown.get(one, one), 0) for one in chosen.classes} | wanted
        wanted = {("person", one): (person(one), 0) for one in chosen.labellers} | wanted
        wanted = {("model", one): (suggester(one), 0) for one in chosen.models} | wanted
        picked: dict[str, tuple[Hashable, ...]] = {"class": chosen.classes, "person": chosen.labellers, "model": chosen.models}
        picked["blind"] = (chosen.blind,)
        held = next((key for key, box in self._boxes.items() if box.hasFocus()), None)
        for key in [key for key in self._boxes if key not in wanted]:
            self._boxes.pop(key).deleteLater()
        for key, (name, count) in sorted(wanted.items(), key=lambda one: (one[0][1] is None, one[1][0])):
            box = self._boxes.get(key) or self._add(key)
            box.setText(f"{name}  ·  {count:,}".replace("&", "&&"))
            box.setAccessibleName(f"{name}, {count}")
            box.setChecked(key[1] in picked[key[0]])
        if held in self._boxes:
            self._boxes[held].setFocus()
        self._show_days(chosen)
        words = _("Only where the model disagrees; without test pictures")
        self._against.setText(f"{words}  ·  {facets.contradicted:,}")
        self._against.setToolTip(_("Who mends only the test labels that a model contradicts makes the test that model's own."))
        self._against.setChecked(chosen.contradicted)

    def take_focus(self) -> None:
        """Put the focus on the first choice."""
        next(iter(self._boxes.values()), self._range).setFocus(Qt.FocusReason.TabFocusReason)

    def _show_days(self, chosen: ReviewFilter) -> None:
        self._range.choose(range_of(chosen, today()))
        for field, at_ms, back in ((self._since, chosen.since_ms, 0), (self._until, chosen.until_ms, 1)):
            if not field.hasFocus():
                field.setText("" if at_ms is None else day_of(at_ms - back))

    def _build(self) -> None:
        lists = QWidget()
        columns = self._columns
        lists.setLayout(
            row(
                column(
                    label(_("Class"), 12, 600), columns["class"], 8, label(_("Blind"), 12, 600), columns["blind"], None, spacing=4
                ),
                column(
                    label(_("Labelled by"), 12, 600), columns["person"], 8,
                    label(_("Suggestion in sight"), 12, 600), columns["model"], None, spacing=4,
                ),
                spacing=16,
                margins=(0, 0, 8, 0),
            )
        )  # fmt: skip
        self.setLayout(
            column(
                scrolled(lists),
                line(),
                row(label(_("Labelled"), 12, 600), None, self._range),
                row(self._since, label("–", 13, 400, "muted"), self._until),
                line(),
                self._against,
                spacing=12,
            )
        )

    def _add(self, key: tuple[str, Hashable]) -> QCheckBox:
        box = self._boxes[key] = QCheckBox()
        box.clicked.connect(self._choose)
        self._columns[key[0]].addWidget(box)
        return box

    def _choose_range(self, name: str) -> None:
        self._tell(ranged(self._filter, name, today()))
        self._show_days(self._filter)

    def _choose(self) -> None:
        def ticked(kind: str) -> list[Hashable]:
            return [value for (one, value), box in self._boxes.items() if one == kind and box.isChecked()]

        since, until = self._since.day(), self._until.day()
        blind = ticked("blind")
        self._tell(
            ReviewFilter(
                classes=tuple(str(one) for one in ticked("class")),
                labellers=tuple(None if one is None else str(one) for one in ticked("person")),
                models=tuple(None if one is None else str(one) for one in ticked("model")),
                since_ms=start_ms(since) if since else None,
                until_ms=start_ms(until + timedelta(days=1)) if until else None,
                blind=bool(blind[0]) if len(blind) == 1 else None,
                contradicted=self._against.isChecked(),
            )
        )

    def _tell(self, chosen: ReviewFilter) -> None:
        if chosen != self._filter:
            self._filter = chosen
            self.chosen.emit(chosen)
