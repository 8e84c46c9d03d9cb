"""A field for a day."""

from datetime import date

from PySide6.QtWidgets import QLineEdit

from desktop.ui.sort.filter_words import day_within
from desktop.ui.words import moment


class DayField(QLineEdit):
    """A day as 2026-11-24, or nothing."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setPlaceholderText("2026-01-31")
        self.setAccessibleName(name)
        self.setMaxLength(10)

    def day(self) -> date | None:
        """Give the day; None for nothing, or for what is none."""
        try:
            return day_within(date.fromisoformat(self.text()))
        except ValueError:
            return None


def day_of(at_ms: int) -> str:
    """Give the day here of a moment, as the field shows it."""
    return f"{moment(at_ms):%Y-%m-%d}"
