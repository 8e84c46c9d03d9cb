"""The filter's panel below its field: classes and devices with their counts, days, confidence, and views by name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.core.filters import Facets, Filter
from desktop.core.texts import _
from desktop.core.views import MAX_NAME_LENGTH
from desktop.ui.parts.layouts import button, column, label, line, row, scrolled
from desktop.ui.review.choices import ReviewChoices
from desktop.ui.sort.day_field import DayField, day_of
from desktop.ui.sort.filter_words import start_ms
from desktop.ui.theme import look

_WIDTH, _HEIGHT = 420, 470


class FilterPanel(QFrame):
    """A card over the grid; it is open only while somebody chooses in it."""

    chosen = Signal(object)
    """Another :class:`Filter`."""
    saved = Signal(str)
    """The name under which order and filter are to be kept."""
    left = Signal()
    """The pictures want the focus back."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._table = parent
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self._filter = Filter()
        self._boxes: dict[tuple[str, str | None], QCheckBox] = {}
        self._classes, self._devices = QVBoxLayout(), QVBoxLayout()
        for layout in (self._classes, self._devices):
            layout.setSpacing(0)
        self._since, self._until = DayField(_("From day")), DayField(_("To day"))
        self._low, self._high = _share(_("Confidence from")), _share(_("Confidence to"))
        self._unsure = QCheckBox(_("Only what was set aside as unsure"))
        self._name = QLineEdit()
        self._name.setPlaceholderText(_("Name of the view"))
        self._name.setAccessibleName(_("Name of the view"))
        self._name.setMaxLength(MAX_NAME_LENGTH)
        self.review = ReviewChoices()
        self._sorting = QWidget()
        self._save = button(_("Save view"), "floppy-disk", size="small")
        self._build()
        for field in (self._since, self._until):
            field.editingFinished.connect(self._choose)
        for share in (self._low, self._high):
            share.editingFinished.connect(self._choose)
        self._unsure.clicked.connect(self._choose)
        self._save.clicked.connect(self._keep)
        self._name.returnPressed.connect(self._keep)
        self.hide()

    def open_at(self, right: int, top: int) -> None:
        """Open with the upper right corner at a place of the parent."""
        room = self._table.size()
        width = min(look().px(_WIDTH), room.width() - look().px(16))
        height = min(look().px(_HEIGHT), room.height() - top - look().px(16))
        self.setGeometry(max(0, right - width), top, width, height)
        self.show()
        self.raise_()

    def offer_review(self, *, offered: bool) -> None:
        """Offer the choices for labelled pictures in place of those for what is to be sorted, or these again."""
        self._sorting.setVisible(not offered)
        self.review.setVisible(offered)

    def show_filter(self, chosen: Filter) -> None:
        """Show what is asked for."""
        self._filter = chosen
        for (kind, value), box in self._boxes.items():
            box.setChecked(value in (chosen.classes if kind == "class" else chosen.devices))
        days = (self._since, chosen.since_ms, 0), (self._until, chosen.until_ms, 1)
        for field, at_ms, back in days:
            if not field.hasFocus():
                field.setText("" if at_ms is None else day_of(at_ms - back))
        self._low.setValue(chosen.min_confidence or 0.0)
        self._high.setValue(1.0 if chosen.max_confidence is None else chosen.max_confidence)
        self._unsure.setChecked(chosen.unsure)

    def show_facets(self, facets: Facets, shown: Mapping[str, str]) -> None:
        """Show how many pictures each choice would leave."""
        held = next((key for key, box in self._boxes.items() if box.hasFocus()), None)
        classes = {("class", cls): (shown.get(cls, cls) if cls else _("no class"), n) for cls, n in facets.classes.items()}
        devices = {("device", one): (one or _("no device"), n) for one, n in facets.devices.items()}
        wanted = classes | devices
        for key in [key for key in self._boxes if key not in wanted]:
            self._boxes.pop(key).deleteLater()
        for layout, part in ((self._classes, classes), (self._devices, devices)):
            for key, (name, count) in sorted(part.items(), key=lambda one: (one[0][1] is None, one[1][0])):
                if key not in self._boxes:
                    box = self._boxes[key] = QCheckBox()
                    box.clicked.connect(self._choose)
                    layout.addWidget(box)
                self._boxes[key].setText(f"{name}  ·  {count:,}".replace("&", "&&"))
                self._boxes[key].setAccessibleName(f"{name}, {count}")
        if held in self._boxes:
            self._boxes[held].setFocus()
        self.show_filter(self._filter)

    def take_focus(self) -> None:
        """Put the focus on the first choice."""
        if not self.review.isHidden():
            self.review.take_focus()
            return
        first = next(iter(self._boxes.values()), self._since)
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def ask_name(self) -> None:
        """Put the focus where a view gets its name."""
        self._name.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _build(self) -> None:
        choices = QWidget()
        choices.setLayout(
            column(
                row(
                    column(label(_("Class"), 12, 600), self._classes, None, spacing=4),
                    column(label(_("Device"), 12, 600), self._devices, None, spacing=4),
                    spacing=16,
                ),
                None,
                spacing=12,
                margins=(0, 0, 8, 0),
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(look().px(8))
        grid.setVerticalSpacing(look().px(8))
        rows = ((_("Captured"), self._since, self._until), (_("Confidence"), self._low, self._high))
        for number, (name, first, second) in enumerate(rows):
            grid.addWidget(label(name, 12, 600), number, 0)
            grid.addWidget(first, number, 1)
            grid.addWidget(label("–", 13, 400, "muted"), number, 2)
            grid.addWidget(second, number, 3)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        sorting = column(scrolled(choices), line(), grid, self._unsure, line(), row(self._name, self._save), spacing=12)
        self._sorting.setLayout(sorting)
        self.setLayout(column(self._sorting, self.review, spacing=0, margins=(16, 16, 16, 16)))
        self.offer_review(offered=False)

    def _choose(self) -> None:
        def ticked(kind: str) -> tuple[str | None, ...]:
            return tuple(value for (one, value), box in self._boxes.items() if one == kind and box.isChecked())

        since, until = self._since.day(), self._until.day()
        low, high = sorted((round(self._low.value(), 2), round(self._high.value(), 2)))
        chosen = replace(
            self._filter,
            classes=ticked("class"),
            devices=ticked("device"),
            since_ms=start_ms(since) if since else None,
            until_ms=start_ms(until + timedelta(days=1)) if until else None,
            min_confidence=low if low > 0 else None,
            max_confidence=high if high < 1 else None,
            unsure=self._unsure.isChecked(),
        )
        if chosen != self._filter:
            self._filter = chosen
            self.chosen.emit(chosen)

    def _keep(self) -> None:
        name = self._name.text().strip()
        if name:
            self.saved.emit(name)
            self._name.clear()


def _share(name: str) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setRange(0.0, 1.0)
    made.setSingleStep(0.05)
    made.setDecimals(2)
    made.setAccessibleName(name)
    made.lineEdit().setTextMargins(look().px(8), 0, 0, 0)
    return made
