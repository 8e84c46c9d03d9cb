"""What lies before the labeller: head, filter, grid and banner, with the filter's panel over them. Widgets only."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from desktop.core.taxonomy import Class
from desktop.ui.commands import KEEPS
from desktop.ui.review.strip import QueueStrip
from desktop.ui.sort.banner import Banner
from desktop.ui.sort.done import Done
from desktop.ui.sort.filters import FilterPanel
from desktop.ui.sort.grid import Grid
from desktop.ui.sort.header import Chips, Header
from desktop.ui.theme import look
from desktop.ui.thumbnails import Thumbnails


class SortTable(QWidget):
    """The left part of the station while the grid is shown."""

    painted = Signal()
    """The grid is on the screen as it is now."""

    def __init__(self, thumbnails: Thumbnails, classes: Mapping[str, Class], shown: Mapping[str, str]) -> None:
        super().__init__()
        self.header = Header()
        self.strip = QueueStrip()
        self.chips = Chips()
        self.grid = Grid(thumbnails, classes)
        self.done = Done()
        self.banner = Banner(classes, shown)
        self.panel = FilterPanel(self)
        self.panel.setProperty(KEEPS, "all")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.done)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.strip)
        layout.addWidget(self.chips)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.banner)
        self.header.field.entered.connect(self.open_panel)
        self.header.field.forward.connect(self.panel.take_focus)
        for part in (self.header.field, self.panel):
            part.left.connect(self.take_focus)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)
        self.grid.viewport().installEventFilter(self)

    @property
    def working(self) -> bool:
        """Whether the grid is shown, and nobody chooses in the filter's panel."""
        return self._stack.currentWidget() is self.grid and not self.panel.isVisible()

    def show_grid(self, *, shown: bool) -> None:
        """Show the grid, or the words in its place."""
        wanted = self.grid if shown else self.done
        if self._stack.currentWidget() is wanted:
            return
        writes = self.header.field.hasFocus() or self.panel.isVisible()
        self._stack.setCurrentWidget(wanted)
        self.banner.setVisible(shown)
        if not writes and self.isVisible():
            wanted.setFocus()

    def open_panel(self) -> None:
        """Open the filter's panel below its field."""
        field = self.header.field
        self.panel.open_at(field.geometry().right() + 1, self.header.height() - look().px(8))

    def take_focus(self) -> None:
        """Give the focus back to the pictures."""
        self.panel.hide()
        (self.grid if self._stack.currentWidget() is self.grid else self.done).setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the panel in its place."""
        super().resizeEvent(event)
        if self.panel.isVisible():
            self.open_panel()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell of each painting of the grid, once it is over."""
        if event.type() is QEvent.Type.Paint:
            # An event of its own comes after this one, and before whatever waits for idleness.
            QApplication.postEvent(self, QEvent(QEvent.Type.User))
        return False

    def customEvent(self, event: QEvent) -> None:
        """Take the event from above."""
        self.painted.emit()

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.panel.isVisible():
            return
        if now is not self.header.field and not self.panel.isAncestorOf(now):
            self.panel.hide()
