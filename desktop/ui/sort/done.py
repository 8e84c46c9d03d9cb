"""What stands in the grid's place when there is nothing to show: nothing left, nothing found, or still loading."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.core.texts import _
from desktop.ui.icons import pixmap
from desktop.ui.parts.layouts import button, label, row
from desktop.ui.theme import look

AGAIN = "again"
"""The button where loading failed."""


class Done(QWidget):
    """An icon, a sentence, what was done, and what comes next."""

    triggered = Signal(str)
    """The action of the button that was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label("", 20, 600, wrap=True)
        self._told = label("", 13, 400, "muted", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._told.setMaximumWidth(look().px(560))
        self._buttons = {
            "go-train": button(_("Train"), "chart-line", kind="primary"),
            "import": button(_("Add pictures from a folder"), "folder", kind="primary"),
            "clear-filter": button(_("Show all again"), "funnel"),
            "back": button(_("Back"), "arrow-left"),
            "sync": button(_("Look for new pictures"), "arrows-clockwise"),
            AGAIN: button(_("Try again"), "arrows-clockwise", kind="primary"),
        }
        line = row(None, *self._buttons.values(), None, spacing=12)
        for action, one in self._buttons.items():
            one.setObjectName("sync" if action == AGAIN else action)  # a look through the bucket loads what is missing, too
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            one.clicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(2)
        layout.addWidget(self._icon)
        layout.addWidget(self._title)
        middle = row(None, self._told, None, spacing=0)
        middle.setStretchFactor(self._told, 4)  # the room beside it shrinks first
        layout.addLayout(middle)
        layout.addSpacing(8)
        layout.addLayout(line)
        layout.addStretch(3)

    @property
    def words(self) -> tuple[str, str]:
        """What it says."""
        return self._title.text(), self._told.text()

    def say(self, title: str, told: str, actions: tuple[str, ...], icon: str = "check-circle", color: str = "ok") -> None:
        """Say something, and offer some actions."""
        self._icon.setPixmap(pixmap(icon, 48, color))
        self._title.setText(title)
        self._told.setText(told)
        self.setAccessibleName(f"{title} {told}")
        for action, one in self._buttons.items():
            one.setVisible(action in actions)

    def _clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.triggered.emit(sender.objectName())
