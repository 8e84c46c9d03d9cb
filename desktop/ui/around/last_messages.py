"""What the strip of messages said last, for who was looking elsewhere."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QListWidget

from desktop.core.texts import _
from desktop.ui.around.overlay import Overlay
from desktop.ui.parts.layouts import button, column, label, row
from desktop.ui.theme import look


class LastMessages(Overlay):
    """A list, the newest first."""

    def __init__(self, said: Callable[[], Sequence[str]]) -> None:
        """Take what was said, the newest last."""
        super().__init__(_("Last messages"))
        self._said = said
        self.list = QListWidget()
        self.list.setAccessibleName(_("Last messages"))
        self.list.setWordWrap(True)
        done = button(_("Close"))
        done.clicked.connect(self.close)
        self.panel.setLayout(
            column(label(_("Last messages"), 20, 600), self.list, row(None, done), spacing=12, margins=(24, 20, 24, 20))
        )

    def take_focus(self) -> None:
        """List what was said by now."""
        self.list.clear()
        self.list.addItems([*reversed(self._said())] or [_("Nothing was said yet.")])
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def lay(self) -> None:
        """Put the panel in the middle."""
        theme = look()
        self.panel.setFixedSize(min(theme.px(640), self.width() - theme.px(32)), min(theme.px(420), self.height() - theme.px(32)))
        self.panel.move((self.width() - self.panel.width()) // 2, (self.height() - self.panel.height()) // 2)
