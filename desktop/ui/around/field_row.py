"""One setting on the page of settings."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QWidget

from desktop.core.settings import Settings
from desktop.ui.around.fields import Field, changed, shown, value, written
from desktop.ui.around.switch import Switch
from desktop.ui.icons import pixmap
from desktop.ui.parts.layouts import column, label, row
from desktop.ui.parts.segments import Segments
from desktop.ui.theme import look

_FIELD, _UNIT = 96, 52


class FieldRow(QWidget):
    """One setting: its name and help on the left, what changes it on the right, what is wrong below."""

    wanted = Signal(object)
    """The settings with the new value."""
    refused = Signal()

    def __init__(self, field: Field, settings: Callable[[], Settings]) -> None:
        super().__init__()
        self.field, self._settings = field, settings
        self.control = self._control()
        self.control.setAccessibleName(f"{field.title}, {field.unit}" if field.unit else field.title)
        self.control.setAccessibleDescription(field.help)
        self._mark = label()
        self.message = label("", 12, role="bad", wrap=True)
        self._wrong = QWidget()
        wrong = row(self._mark, self.message, spacing=6)
        wrong.setStretch(1, 1)
        self._wrong.setLayout(wrong)
        self._wrong.setVisible(False)
        words = column(
            label(field.title, 13, 500, wrap=True), label(field.help, 12, role="muted", wrap=True), self._wrong, spacing=4
        )
        unit = label(field.unit, 12, role="muted")
        unit.setMinimumWidth(look().px(_UNIT))
        figures = isinstance(self.control, QLineEdit) and not isinstance(value(settings(), field.key), str)
        right = row(self.control, unit, spacing=8) if figures else row(self.control)
        whole = row(words, right, spacing=24, margins=(0, 12, 0, 12))
        whole.setStretch(0, 1)
        whole.setAlignment(right, Qt.AlignmentFlag.AlignTop)
        right.addStretch(0)
        self._whole = whole
        self.setLayout(whole)

    def show_value(self) -> None:
        """Show the setting as it is now, unless somebody is writing."""
        now = value(self._settings(), self.field.key)
        if isinstance(self.control, Switch):
            self.control.setChecked(bool(now))
        elif isinstance(self.control, Segments):
            self.control.choose(str(now))
        elif not self.control.hasFocus():
            self.control.setText(shown(self.field, self._settings()))

    def set_narrow(self, narrow: bool) -> None:
        """Put what changes it below its words, where there is no room beside them."""
        self._whole.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._whole.setSpacing(look().px(8 if narrow else 24))

    def show_error(self, text: str) -> None:
        """Say what is wrong, or nothing."""
        self._mark.setPixmap(pixmap("warning-circle", 14, "bad"))
        self.message.setText(text)
        self._wrong.setVisible(bool(text))
        self.control.setAccessibleDescription(f"{text} {self.field.help}".strip())

    def _control(self) -> "Switch | Segments | QLineEdit":
        field, now = self.field, value(self._settings(), self.field.key)
        if isinstance(now, bool):
            made = Switch(field.title, on=now)
            made.toggled.connect(self._switched)
            return made
        if field.choices:
            known = [choice for choice, _name in field.choices]
            other = () if str(now) in known else ((str(now), str(now)),)  # written into the file by hand
            segments = Segments((*field.choices, *other), str(now))
            segments.chosen.connect(self._picked)
            return segments
        text = QLineEdit(shown(field, self._settings()))
        text.setPlaceholderText(field.hint)
        text.setFixedWidth(look().px(240 if isinstance(now, str) else _FIELD))
        if not isinstance(now, str):
            text.setAlignment(Qt.AlignmentFlag.AlignRight)
        text.textEdited.connect(self._edited)
        return text

    @Slot(bool)
    def _switched(self, on: bool) -> None:
        if on != value(self._settings(), self.field.key):
            self.wanted.emit(changed(self._settings(), self.field.key, on))

    @Slot(str)
    def _picked(self, choice: str) -> None:
        self._edited(choice)

    @Slot(str)
    def _edited(self, text: str) -> None:
        try:
            settings = written(self.field, self._settings(), text)
        except ValueError as error:
            self.show_error(str(error))
            self.refused.emit()
        else:
            self.show_error("")
            self.wanted.emit(settings)
