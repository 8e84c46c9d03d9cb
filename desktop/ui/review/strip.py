"""The strip above a queue that is not the one to be sorted: what it is for, and the way back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.icons import pixmap
from desktop.ui.parts.key_cap import KeyCap
from desktop.ui.parts.layouts import button, label, row
from desktop.ui.review.words import Purpose
from desktop.ui.theme import look


class QueueStrip(QWidget):
    """One line, 40 high; where there is too little room the reason is cut, and its tooltip has it."""

    left = Signal()
    """Somebody wants back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._purpose: Purpose | None = None
        self._icon = QLabel()
        self._told = label("", 13, 400, "muted")
        self._told.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._told.setMinimumWidth(look().px(80))
        self._cap = KeyCap("Esc", 18)
        self._back = button("", kind="link", size="small")
        self._back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._back.clicked.connect(self.left)
        self.setLayout(row(self._icon, self._told, self._cap, self._back, margins=(16, 0, 8, 0)))
        self.setFixedHeight(look().px(40))
        self.hide()

    @property
    def words(self) -> tuple[str, str]:
        """Title and reason; the title stands in the head, and is for who cannot see it here."""
        return (self._purpose.title, self._purpose.told) if self._purpose is not None else ("", "")

    def say(self, purpose: Purpose | None) -> None:
        """Say what a queue is for; with nothing to say it is not there."""
        self._purpose = purpose
        self.setVisible(purpose is not None)
        if purpose is None:
            return
        self._told.setText(purpose.told)
        self._back.setText(purpose.back)
        self._back.setAccessibleName(purpose.back)
        self.setAccessibleName(f"{purpose.title}: {purpose.told}")
        for part in (self, self._told):
            part.setToolTip(purpose.told)
        self._icon.setPixmap(pixmap(purpose.icon, 16, "muted"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().color("panel"))
        painter.setPen(QPen(look().color("line"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()
