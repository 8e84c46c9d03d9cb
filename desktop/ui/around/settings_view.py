"""The page of settings: grouped, each with what it is for, looked at while it is written, saved at once."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QPushButton, QWidget

from desktop.core.errors import AppError
from desktop.core.settings import Settings
from desktop.core.texts import _
from desktop.ui.around.field_row import FieldRow
from desktop.ui.around.fields import Group, groups, value
from desktop.ui.around.tab import Tab
from desktop.ui.icons import icon
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.layouts import button, card, column, label, line, row, scrolled
from desktop.ui.theme import look, theme_of, wear

_SIDE, _WIDE, _NARROW = 240, 860, 900
_SAVED_MS = 2500
_ANEW = ("window.text_scale", "language")
"""Lengths and words are fixed when widgets are made: with another size or language they are made again."""


class SettingsView(QWidget):
    """The page; it changes nothing before what was written is sound."""

    _keys: QPushButton | None = None

    def __init__(
        self,
        settings: Callable[[], Settings],
        keep: Callable[[Settings], None],
        change_keys: Callable[[], object],
        rebuild: Callable[[], object] | None = None,
    ) -> None:
        """Take the settings, who saves them (it may raise AppError), who shows the keys, and who makes the window anew."""
        super().__init__()
        self._settings, self._keep, self._rebuild = settings, keep, rebuild
        self.rows: dict[str, FieldRow] = {}
        self._saved = Chip(height=22)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._quiet)
        self._tabs: list[Tab] = []
        self._cards: list[QWidget] = []
        made = groups()
        content = QWidget()
        inside = QWidget()
        inside.setMaximumWidth(look().px(_WIDE))
        for group in made:
            self._cards.append(self._card(group, change_keys if group.name == "window" else None))
        inside.setLayout(column(*self._cards, None, spacing=16))
        across = row(inside, None, margins=(24, 0, 24, 24))
        across.setStretch(0, 100)
        content.setLayout(across)
        self._area = scrolled(content)
        head = QWidget()
        head.setFixedHeight(look().px(56))
        told = label(_("Every change is saved at once."), role="muted")
        head.setLayout(row(label(_("Settings"), 20, 600), 4, told, None, self._saved, margins=(24, 0, 24, 0)))
        self._side_list = self._side(made)
        whole = row(self._side_list, column(head, self._area, spacing=0), spacing=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self.setFocusProxy(self._tabs[0])
        bar = self._area.verticalScrollBar()
        bar.valueChanged.connect(self._mark)
        self._show_tab(0)

    def row_in_focus(self) -> str:
        """Give the key of the setting that somebody is at; empty where they are elsewhere."""
        here = self.focusWidget()
        return next((key for key, one in self.rows.items() if here is not None and one.isAncestorOf(here)), "")

    def go_to(self, key: str) -> None:
        """Put the focus on a setting, and show it."""
        if key in self.rows:
            self.rows[key].control.setFocus(Qt.FocusReason.TabFocusReason)
            QTimer.singleShot(0, partial(self._area.ensureWidgetVisible, self.rows[key]))

    def refresh(self) -> None:
        """Show the settings as they are now."""
        for one in self.rows.values():
            one.show_value()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Do without the list of groups, and stack what does not fit side by side: large text needs the room."""
        narrow = self.width() < look().px(_NARROW)
        self._side_list.setVisible(not narrow)
        for one in self.rows.values():
            one.set_narrow(narrow)

    def showEvent(self, event: QShowEvent) -> None:
        """Mark the group that is in view."""
        super().showEvent(event)
        QTimer.singleShot(0, self._mark)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._keys is not None:
            self._keys.setIcon(icon("keyboard"))

    def _side(self, made: tuple[Group, ...]) -> QWidget:
        for number, group in enumerate(made):
            tab = Tab(group.title)
            tab.clicked.connect(partial(self._go, number))
            self._tabs.append(tab)
        side = card(column(*self._tabs, None, spacing=4, margins=(12, 16, 12, 16)), "panel")
        side.setMinimumWidth(look().px(_SIDE))
        return side

    def _card(self, group: Group, change_keys: Callable[[], object] | None) -> QWidget:
        parts: list[QWidget] = []
        for field in group.fields:
            made = FieldRow(field, self._settings)
            made.wanted.connect(self._take)
            made.refused.connect(self._not_saved)
            self.rows[field.key] = made
            parts += [line(), made]
        if change_keys is not None:
            keys = self._keys = button(_("Change keys"), "keyboard", size="small")
            keys.clicked.connect(change_keys)
            told = label(
                _("Every key can be another; there are sets for the left hand and for the number pad."),
                12,
                role="muted",
                wrap=True,
            )
            parts += [line(), _wrapped(column(label(_("Keys"), 13, 500), told, spacing=4), keys)]
        title = column(label(group.title, 16, 600), label(group.text, 12, role="muted", wrap=True), 8, spacing=4)
        return card(column(title, *parts, spacing=0, margins=(20, 16, 20, 4)))

    @Slot(object)
    def _take(self, settings: Settings) -> None:
        sender = self.sender()
        before = self._settings()
        try:
            self._keep(settings)
        except AppError as error:
            if isinstance(sender, FieldRow):
                sender.show_error(str(error))
            self._not_saved()
            self.refresh()
            return
        self._saved.say(_("Saved"), "ok")
        self._clock.start(_SAVED_MS)
        window = settings.window
        if (window.theme, window.text_scale) != (before.window.theme, before.window.text_scale):
            wear(theme_of(window.theme, window.text_scale))
        if self._rebuild is not None and any(value(before, key) != value(settings, key) for key in _ANEW):
            QTimer.singleShot(0, self._rebuild)

    @Slot()
    def _not_saved(self) -> None:
        self._clock.stop()
        self._saved.say(_("Not saved"), "bad")

    @Slot()
    def _quiet(self) -> None:
        self._saved.say("")

    @Slot()
    def _mark(self) -> None:
        """Show which group is in view."""
        bar = self._area.verticalScrollBar()
        top = bar.value() + look().px(80)
        here = max((number for number, one in enumerate(self._cards) if one.y() <= top), default=0)
        if bar.maximum() and bar.value() >= bar.maximum():
            here = len(self._cards) - 1
        self._show_tab(here)

    def _show_tab(self, here: int) -> None:
        for number, tab in enumerate(self._tabs):
            tab.setChecked(number == here)

    def _go(self, number: int) -> None:
        self._area.verticalScrollBar().setValue(max(0, self._cards[number].y() - look().px(8)))
        self._show_tab(number)


def _wrapped(words: QLayout, control: QWidget) -> QWidget:
    made = QWidget()
    whole = row(words, control, spacing=24, margins=(0, 12, 0, 12))
    whole.setStretch(0, 1)
    made.setLayout(whole)
    return made
