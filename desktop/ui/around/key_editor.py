"""Changing keys: a list by section, found by name or by pressing the key, and beside it what the chosen action has."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from desktop.core.errors import AppError, ConfigError
from desktop.core.keys import read_keys, write_keys
from desktop.core.settings import Settings
from desktop.core.texts import _
from desktop.ui.actions import Action
from desktop.ui.around.key_catcher import KeyCatcher
from desktop.ui.around.key_changes import KeyChanges
from desktop.ui.around.key_line import ID, KeyLine
from desktop.ui.around.key_side import KeySide
from desktop.ui.around.matching import ranked
from desktop.ui.around.palette import place_name
from desktop.ui.around.schemes import changes_of
from desktop.ui.commands import KEEPS, Commands
from desktop.ui.parts.key_cap import key_name
from desktop.ui.parts.layouts import column, label, row
from desktop.ui.parts.tip import tip
from desktop.ui.theme import look

_SIDE, _NARROW = 328, 880
_NO_KEYS = frozenset({"Tab", "Shift+Tab", "Esc"})
"""They move the focus and lead back everywhere; who sorts by keys alone needs them."""


class KeyEditor(QWidget):
    """The page on which keys are changed; each change is saved at once."""

    _ready = False

    def __init__(
        self,
        commands: Commands,
        settings: Callable[[], Settings],
        keep: Callable[[Settings], None],
        save: Callable[[Mapping[str, tuple[str, ...]]], None],
        english: Mapping[str, str] | None = None,
    ) -> None:
        """Take the commands, the settings and who keeps them, who saves the keys and puts them in force, English titles by id.

        ``keep`` and ``save`` may raise AppError; it is told on the page.
        """
        super().__init__()
        self._commands, self._settings, self._keep, self._save = commands, settings, keep, save
        self._english = english or {}
        self._wanted: tuple[str, str] | None = None
        self._modifier_shown = commands.keymap.modifier
        self.changes = KeyChanges(commands.keymap.actions.values(), commands.keymap.changed)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find an action by name"))
        self.search.setAccessibleName(_("Find an action by name"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(look().px(120))
        self.search.setMaximumWidth(look().px(280))
        self.search.textChanged.connect(self._list)
        self.finder = KeyCatcher(_("Find by key"))
        self.finder.caught.connect(self.find_key)
        self.list = QListWidget()
        self.list.setItemDelegate(KeyLine(self, self.shown_keys, self._is_changed))
        self.list.setAccessibleName(_("Actions and their keys"))
        self.list.setProperty(KEEPS, "moving")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._chosen)
        self.side = KeySide(settings().window.key_scheme, modifier=settings().window.require_modifier)
        self.side.caught.connect(self.add_key)
        self.side.removed.connect(self._remove)
        self.side.taken.connect(self._take)
        self.side.reset_wanted.connect(self._reset)
        self.side.scheme_wanted.connect(self.use_scheme)
        self.side.guarded.connect(self._guard)
        self.side.import_wanted.connect(self._import)
        self.side.export_wanted.connect(self._export)
        self.side.all_reset.connect(self.reset_all)
        whole = row(column(self._head(), self._middle(), spacing=0), self.side, spacing=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.setMinimumWidth(look().px(560))
        self.setFocusProxy(self.search)
        self._list("")
        commands.changed.connect(self._again)
        self._ready = True

    def shown_keys(self, action: str) -> tuple[str, ...]:
        """Give an action's keys as they are pressed."""
        return tuple(self._commands.keymap.guarded(key) for key in self.changes.keys(action))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the field below the title, where large text leaves no room beside it."""
        narrow = self.width() < look().px(_NARROW)
        self._head_row.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._ready:
            self._show()

    def _is_changed(self, action: str) -> bool:
        return self.changes.is_changed(action)

    @property
    def current(self) -> str:
        """The id of the action that is shown; empty for none."""
        item = self.list.currentItem()
        return str(item.data(ID) or "") if item is not None else ""

    def choose(self, action: str) -> None:
        """Show an action."""
        for place in range(self.list.count()):
            if self.list.item(place).data(ID) == action:
                self.list.setCurrentRow(place)
                return

    @Slot(str)
    def find_key(self, combination: str) -> None:
        """Show which actions have a key."""
        found = self.changes.with_key(self._commands.keymap.plain(combination))
        self.search.clear()
        if found:
            self._fill(found)
            self._tell(_("{key} does this.").format(key=key_name(combination)))
        else:
            self._tell(_("Nothing has the key {key} yet.").format(key=key_name(combination)))
        self.list.setFocus()

    @Slot(str)
    def add_key(self, combination: str) -> None:
        """Give the action that is shown a key, unless another has it: then that one is named, and may be asked for the key."""
        action = self.current
        if not action:
            return
        key = self._commands.keymap.plain(combination)
        if combination in _NO_KEYS:
            self._tell(
                _("{key} moves the focus or leads back everywhere, and stays free.").format(key=key_name(combination)), "bad"
            )
        elif key in self.changes.keys(action):
            self._tell(_("{key} is there already.").format(key=key_name(combination)))
        elif others := self.changes.clashing(action, key):
            names = ", ".join(f"“{other.title}” ({place_name(other.place)})" for other in others)
            self._tell(_("{key} does {names} already.").format(key=key_name(combination), names=names), "warn")
            self._wanted = (action, key)
            self.side.offer()
        else:
            self.changes.add(action, key)
            self._store(_("{key} was added.").format(key=key_name(combination)))

    @Slot(str)
    def use_scheme(self, name: str) -> None:
        """Take the keys of a scheme; the user's own changes go, those of classes stay."""
        own = {action: keys for action, keys in self.changes.changed.items() if action.startswith(("label.", "guide."))}
        self.changes.use(changes_of(name) | own)
        self._store(_("These keys are in force now."), scheme=name)

    def reset_all(self) -> None:
        """Give every action the table's keys again."""
        self.changes.use({})
        self.side.scheme.choose("")
        self._store(_("All keys are as they came with the program."), scheme="")

    def take_in(self, path: Path) -> None:
        """Take keys from a file.

        Raises:
            ConfigError: the file is damaged, names no action or key, or gives one key to two actions.
        """
        changed = read_keys(path, self.changes.actions)
        trial = KeyChanges(self.changes.actions.values())
        trial.use(changed)
        for combination, action, other in trial.clashes():
            raise ConfigError(
                _("{path}: {key} is given to “{action}” and to “{other}”.").format(
                    path=path, key=combination, action=action.title, other=other.title
                ),
                _("Give it to one of them."),
            )
        self.changes.use(changed)
        self._store(_("The keys of {name} are in force now.").format(name=path.name))

    def give_out(self, path: Path) -> None:
        """Write the changes into a file.

        Raises:
            StorageFullError: it could not be written.
        """
        write_keys(path, self.changes.changed)
        self._tell(_("Written to {name}.").format(name=path.name), "ok")

    def _head(self) -> QWidget:
        head = QWidget()
        head.setMinimumSize(look().px(160), look().px(56))
        find = row(None, self.search, self.finder)
        find.setStretch(1, 10)
        self._head_row = row(label(_("Change keys"), 20, 600), find, margins=(16, 12, 16, 12))
        head.setLayout(self._head_row)
        return head

    def _middle(self) -> QWidget:
        middle = QWidget()
        middle.setLayout(column(self.list, margins=(16, 0, 16, 16)))
        return middle

    @Slot(str)
    def _list(self, query: str) -> None:
        self._fill(ranked(query, list(self.changes.actions.values()), self._english), headings=not query.strip())

    def _fill(self, actions: list[Action], *, headings: bool = True) -> None:
        before = self.current
        self.list.blockSignals(True)
        self.list.clear()
        section = ""
        for action in actions:
            if headings and action.section != section:
                section = action.section
                heading = QListWidgetItem(section, self.list)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
            item = QListWidgetItem(action.title, self.list)
            item.setData(ID, action.id)
            item.setToolTip(tip(f"{action.title} · {place_name(action.place)}"))
            keys = ", ".join(key_name(key) for key in self.shown_keys(action.id)) or _("no key")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{action.title}: {keys}")
        self.list.blockSignals(False)
        self.choose(before if any(action.id == before for action in actions) else actions[0].id if actions else "")
        self._show()

    @Slot()
    def _chosen(self) -> None:
        self._quiet()
        self._show()

    def _show(self) -> None:
        action = self.changes.actions.get(self.current)
        if action is None:
            self.side.show_none()
            return
        keys = tuple(zip(self.changes.keys(action.id), self.shown_keys(action.id), strict=True))
        where = f"{action.section} · {place_name(action.place)}"
        self.side.show_action(action.title, where, keys, changed=self.changes.is_changed(action.id))

    @Slot(str)
    def _remove(self, key: str) -> None:
        self.changes.remove(self.current, key)
        self._store(_("{key} was removed.").format(key=key_name(key)))
        self.side.catcher.setFocus()

    @Slot()
    def _take(self) -> None:
        if self._wanted is not None:
            action, key = self._wanted
            names = ", ".join(f"“{other.title}”" for other in self.changes.clashing(action, key))
            self.changes.take(action, key)
            self._store(_("{key} was taken from {names}.").format(key=key_name(key), names=names))
            self.side.catcher.setFocus()

    @Slot()
    def _reset(self) -> None:
        losers = self.changes.reset(self.current)
        names = ", ".join(f"“{loser.title}”" for loser in losers)
        told = (
            _("It has its own keys again; {names} lost theirs to it.").format(names=names)
            if names
            else _("It has its own keys again.")
        )
        self._store(told, "warn" if names else "ok")

    @Slot(bool)
    def _guard(self, on: bool) -> None:
        settings = self._settings()
        self._try(partial(self._keep, replace(settings, window=replace(settings.window, require_modifier=on))))

    @Slot()
    def _import(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("A file of keys"), "", "TOML (*.toml)")
        if name:
            self._try(partial(self.take_in, Path(name)))

    @Slot()
    def _export(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(self, _("Where shall the keys go?"), "sortloop-keys.toml", "TOML (*.toml)")
        if name:
            self._try(partial(self.give_out, Path(name)))

    def _store(self, told: str, kind: str = "ok", scheme: str | None = None) -> None:
        """Save the changes, put them in force, and say so."""
        settings = self._settings()

        def save() -> None:
            self._save(self.changes.changed)
            if scheme is not None and settings.window.key_scheme != scheme:
                self._keep(replace(settings, window=replace(settings.window, key_scheme=scheme)))

        if self._try(save):
            self._list(self.search.text())
            self._tell(told, kind)

    def _try(self, do: Callable[[], None]) -> bool:
        try:
            do()
        except AppError as error:
            self.changes = KeyChanges(self._commands.keymap.actions.values(), self._commands.keymap.changed)
            self._list(self.search.text())
            self._tell(str(error), "bad")
            return False
        return True

    @Slot()
    def _again(self) -> None:
        """Show the keys in force, where they were changed elsewhere."""
        keymap = self._commands.keymap
        same = keymap.changed == self.changes.changed and keymap.actions.keys() == self.changes.actions.keys()
        if not same:
            self.changes = KeyChanges(keymap.actions.values(), keymap.changed)
        if not same or keymap.modifier != self._modifier_shown:
            self._modifier_shown = keymap.modifier
            self._list(self.search.text())

    def _tell(self, text: str, kind: str = "ok") -> None:
        self._wanted = None
        self.side.tell(text, kind)

    def _quiet(self) -> None:
        self._wanted = None
        self.side.quiet()
