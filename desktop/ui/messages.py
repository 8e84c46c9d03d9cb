"""Where errors and news are shown: a strip at the foot of the window that takes no key and no focus."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.errors import AppError, Cancelled
from desktop.core.texts import _
from desktop.ui.icons import icon, pixmap
from desktop.ui.parts.announcement import announce
from desktop.ui.theme import font, look

_NEWS_MS = 8000


class Messages(QFrame):
    """The strip; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None, say_aloud: Callable[[QWidget, str], None] = announce) -> None:
        """Take what has a screen reader say it: the strip takes no focus, and nobody would come by."""
        super().__init__(parent)
        self._say_aloud = say_aloud
        self.setProperty("role", "bar")
        self.said: list[str] = []
        """All that was shown, for the crash report and whoever looks again."""
        self._kind = "bad"
        self._icon = QLabel()
        self._title = QLabel()
        self._title.setFont(font(13, 600))
        self._hint = QLabel()
        self._hint.setProperty("role", "muted")
        for label in (self._title, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QPushButton(icon("x", "muted"), "")
        self._close.setProperty("kind", "quiet")
        self._close.setProperty("extent", "small")
        self._close.setIconSize(QSize(look().px(16), look().px(16)))
        self._close.setAccessibleName(_("Close the message"))
        self._close.setFocusPolicy(self._close.focusPolicy().NoFocus)
        self._close.clicked.connect(self.hide)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(look().px(16), look().px(8), look().px(8), look().px(8))
        row.setSpacing(look().px(12))
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def show_error(self, error: AppError) -> None:
        """Say what happened and what can be done; it stays until it is closed or something else is said."""
        if not isinstance(error, Cancelled):
            self._say(error.title, error.hint, "bad", stays=True)

    def say(self, title: str, hint: str = "", kind: str = "ok") -> None:
        """Tell news for a few seconds; ``kind`` is ``ok``, ``warn`` or ``bad``."""
        self._say(title, hint, kind, stays=kind != "ok")

    @property
    def shown(self) -> tuple[str, str, str] | None:
        """What stands there: title, hint, kind; None for nothing."""
        return None if self.isHidden() else (self._title.text(), self._hint.text(), self._kind)

    def go_on_from(self, other: "Messages") -> None:
        """Go on with what another window's strip says: this one takes its place."""
        self.said = [*other.said]
        if other.shown is not None:
            self._show(*other.shown, stays=other.shown[2] != "ok")

    def _say(self, title: str, hint: str, kind: str, *, stays: bool) -> None:
        self.said.append(f"{title} {hint}".strip())
        del self.said[:-100]
        self._show(title, hint, kind, stays=stays)
        self._say_aloud(self, self.said[-1])

    def _show(self, title: str, hint: str, kind: str, *, stays: bool) -> None:
        self._kind = kind
        self._icon.setPixmap(pixmap({"ok": "check-circle", "warn": "warning", "bad": "warning-circle"}[kind], 20, kind))
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.setAccessibleName(f"{title} {hint}")
        self.show()
        self._timer.stop()
        if not stays:
            self._timer.start(_NEWS_MS)
