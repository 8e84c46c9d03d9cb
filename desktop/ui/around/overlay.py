"""What is laid over the window for a moment: a panel on a veil, that holds the focus and gives it back."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from desktop.ui.commands import KEEPS
from desktop.ui.theme import look

_VEIL = 0.55
"""How much of the window is covered."""


class Overlay(QWidget):
    """A child of the window that covers it; Esc or a click beside the panel closes it."""

    opened = Signal()
    closed = Signal()

    def __init__(self, name: str) -> None:
        """Take what a screen reader calls it."""
        super().__init__()
        self.setProperty(KEEPS, "all")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.panel = QFrame(self)
        self.panel.setProperty("role", "card")
        self._before: QWidget | None = None
        self.hide()

    def open(self, parent: QWidget) -> None:
        """Lay it over a window and take the focus."""
        if self.isVisible():
            return
        self._before = parent.focusWidget()
        if self.parentWidget() is not parent:
            self.setParent(parent)
        parent.installEventFilter(self)
        self.setGeometry(parent.rect())
        self.lay()
        self.show()
        self.raise_()
        self.take_focus()
        self.opened.emit()

    def lay(self) -> None:
        """Put the panel in its place: in the middle, as large as it wants to be."""
        self.panel.adjustSize()
        self.panel.move((self.width() - self.panel.width()) // 2, (self.height() - self.panel.height()) // 2)

    def take_focus(self) -> None:
        """Put the focus where keys are wanted."""
        self.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the window."""
        parent = self.parentWidget()
        if event.type() is QEvent.Type.Resize and parent is not None and watched is parent and self.isVisible():
            self.setGeometry(parent.rect())
            self.lay()
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the focus back to who had it."""
        parent = self.parentWidget()
        if parent is not None:
            parent.removeEventFilter(self)
        before, self._before = self._before, None
        super().closeEvent(event)
        self.hide()
        if before is not None and before.isVisible():
            before.setFocus()
        self.closed.emit()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab within the panel."""
        stops: list[QWidget] = []
        here = self.nextInFocusChain()
        while here is not None and here is not self:
            reached = here.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
            if reached and self.isAncestorOf(here) and here.isVisible() and here.isEnabled() and here.focusProxy() is None:
                stops.append(here)
            here = here.nextInFocusChain()
        if stops:
            now = self.focusWidget()
            place = stops.index(now) if now in stops else (-1 if forward else 0)
            reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            stops[(place + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by Esc; no key goes through to what lies below."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close by a click beside the panel."""
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the veil."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().color("surround", _VEIL))
        painter.end()
