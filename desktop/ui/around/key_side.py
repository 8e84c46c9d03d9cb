"""Beside the list of keys: what the chosen action has, what was just done, and what is for all keys."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.core.texts import _
from desktop.ui.around.key_catcher import KeyCatcher
from desktop.ui.around.schemes import schemes
from desktop.ui.around.switch import Switch
from desktop.ui.icons import icon
from desktop.ui.parts.key_cap import KeyCap, key_name
from desktop.ui.parts.layouts import button, column, label, line, restyle, row, scrolled
from desktop.ui.parts.segments import Segments
from desktop.ui.theme import look

_WIDTH = 328


class KeySide(QFrame):
    """The panel; it decides nothing, and tells what was wanted."""

    caught = Signal(str)
    """A key for the action."""
    removed = Signal(str)
    """The key that shall go, without its modifier."""
    taken = Signal()
    """The key that was offered shall be taken from whoever has it."""
    reset_wanted = Signal()
    scheme_wanted = Signal(str)
    guarded = Signal(bool)
    import_wanted = Signal()
    export_wanted = Signal()
    all_reset = Signal()

    _ready = False

    def __init__(self, scheme: str, *, modifier: bool) -> None:
        """Take the set of keys in use, and whether a modifier is required."""
        super().__init__()
        self.setProperty("role", "panel")
        self.title = label("", 16, 600, wrap=True)
        self.where = label("", 12, role="muted", wrap=True)
        self._keys = column(spacing=8)
        self.catcher = KeyCatcher(_("Add a key"))
        self.catcher.caught.connect(self.caught)
        self.message = label("", 12, wrap=True)
        self.message.setVisible(False)
        self.take = button(_("Take the key"), size="small")
        self.take.setVisible(False)
        self.take.clicked.connect(self.taken)
        self.reset = button(_("Reset this one"), "arrow-counter-clockwise", "link", "small")
        self.reset.clicked.connect(self.reset_wanted)
        self.scheme = Segments(list(schemes()), scheme)
        self.scheme.setAccessibleName(_("Set of keys"))
        self.scheme.chosen.connect(self.scheme_wanted)
        self.modifier = Switch(_("Require a modifier"), on=modifier)
        self.modifier.toggled.connect(self.guarded)
        chosen = (self.title, self.where, 4, self._keys, row(self.catcher, None), self.message, row(self.take, None))
        sets = (label(_("Set of keys"), 13, 600), row(self.scheme, None))
        inner = QWidget()
        inner.setLayout(
            column(
                *chosen, row(self.reset, None), None, line(), 4, *sets, 4, line(), 4, self._guard(), 4, line(), 4, self._files(),
                margins=(16, 18, 16, 16),
            )
        )  # fmt: skip
        self.setLayout(column(scrolled(inner)))
        self.setFixedWidth(max(look().px(_WIDTH), inner.sizeHint().width()))
        self._ready = True

    def show_none(self) -> None:
        """Show that no action is chosen."""
        self._show(_("Nothing is found"), "", (), able=False)
        self.reset.setEnabled(False)

    def show_action(self, title: str, where: str, keys: Sequence[tuple[str, str]], *, changed: bool) -> None:
        """Show an action with its keys: as they are kept, and as they are pressed."""
        self._show(title, where, keys, able=True)
        self.reset.setEnabled(changed)
        if not keys:
            self._keys.addWidget(label(_("It has no key; “Find an action” still does it."), 12, role="muted", wrap=True))

    def tell(self, text: str, kind: str = "ok") -> None:
        """Say what became of a change; ``kind`` is ``ok``, ``warn`` or ``bad``."""
        self.quiet()
        restyle(self.message, "role", kind if kind != "ok" else "muted")
        self.message.setText(text)
        self.message.setAccessibleName(text)
        self.message.setVisible(True)

    def offer(self) -> None:
        """Offer to take the key of the message from whoever has it."""
        self.take.setVisible(True)
        self.take.setFocus()

    def quiet(self) -> None:
        """Say nothing, offer nothing."""
        self.take.setVisible(False)
        self.message.setVisible(False)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._ready:
            self.reset.setIcon(icon("arrow-counter-clockwise", "accent_text"))

    def _show(self, title: str, where: str, keys: Sequence[tuple[str, str]], *, able: bool) -> None:
        while (item := self._keys.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for part in (self.catcher, self.title, self.where):
            part.setEnabled(able)
        self.title.setText(title)
        self.where.setText(where)
        for key, pressed in keys:
            self._keys.addWidget(self._key_row(key, pressed))

    def _key_row(self, key: str, pressed: str) -> QWidget:
        remove = button(_("Remove"), "x", "quiet", "small")
        remove.setAccessibleName(_("Remove the key {key}").format(key=key_name(pressed)))
        remove.clicked.connect(partial(self._remove, key))
        made = QWidget()
        made.setLayout(row(KeyCap(pressed), None, remove))
        return made

    def _remove(self, key: str) -> None:
        self.removed.emit(key)

    def _guard(self) -> QWidget:
        words = label(
            _("Single letters and digits then work only with Alt. It helps who dictates, or touches keys by mistake."),
            12, role="muted", wrap=True,
        )  # fmt: skip
        guard = QWidget()
        guard.setLayout(column(row(label(_("Require a modifier"), 13, 500), None, self.modifier), words, spacing=4))
        return guard

    def _files(self) -> QWidget:
        read, write = button(_("Import …"), size="small"), button(_("Export …"), size="small")
        every = button(_("Reset all"), kind="danger", size="small")
        read.clicked.connect(self.import_wanted)
        write.clicked.connect(self.export_wanted)
        every.clicked.connect(self.all_reset)
        files = QWidget()
        files.setLayout(row(read, write, None, every))
        return files
