"""From keys to what they do: one dispatcher for the whole window, over the one table of actions.

Keys are taken before any widget sees them, unless the widget that has the focus needs them (:func:`keeps`). So no input method
eats one, no widget's own keys get in the way, and a held key decides nothing twice. What a widget leaves unused goes to
nobody else: Return in a field does not confirm the page around it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QInputMethodQueryEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QTabBar,
    QTextEdit,
    QWidget,
)

from desktop.core.keys import parted
from desktop.ui.actions import GUIDE, LABEL, Action
from desktop.ui.keymap import Keymap
from desktop.ui.presses import combination_of

KEEPS = "keeps"
"""A property of widgets, and of all within them: ``all``, the keys are theirs; ``moving``, those that move and choose are."""
_TEXTS = (QPlainTextEdit, QTextEdit)
_MOVING = frozenset({"Left", "Right", "Up", "Down", "Home", "End", "PgUp", "PgDown", "Space", "Return", "Enter"})
_PRESSING = frozenset({"Space", "Return", "Enter"})
_EDITING = frozenset({"A", "C", "V", "X", "Z", "Y", "Backspace", "Del", "Ins"}) | _MOVING
"""With Ctrl: what a text field does by itself."""


@dataclass(frozen=True, slots=True)
class _Binding:
    run: Callable[[], object]
    possible: Callable[[], bool]


def _always() -> bool:
    return True


class Commands(QObject):
    """What the actions do right now, and the keys that lead to them."""

    changed = Signal()
    """What is possible, where we are, or the keys."""
    ran = Signal(str)
    """An action's id, after it was done."""
    held = Signal(str)
    """The class whose key is down; empty once it is up."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._places: frozenset[str] = frozenset({"window"})
        self._bindings: dict[str, _Binding] = {}
        self._window: QWidget | None = None
        self._down: tuple[int, int] | None = None
        self._up = (0, 0)
        """Scan code and time of the key that came up last."""

    @property
    def keymap(self) -> Keymap:
        """The keys in force."""
        return self._keymap

    @keymap.setter
    def keymap(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self.changed.emit()

    @property
    def places(self) -> frozenset[str]:
        """Where we are: ``window``, a station, a view."""
        return self._places

    @places.setter
    def places(self, places: frozenset[str]) -> None:
        self._places = places | {"window"}
        self.changed.emit()

    def bind(self, action: str, run: Callable[[], object], possible: Callable[[], bool] = _always) -> None:
        """Say what an action does; a later binding replaces an earlier one."""
        self._bindings[action] = _Binding(run, possible)

    def possible(self, action: str) -> bool:
        """Tell whether an action can be done here and now."""
        known, bound = self._keymap.actions.get(action), self._bindings.get(action)
        return known is not None and bound is not None and known.place in self._places and bound.possible()

    def trigger(self, action: str) -> bool:
        """Do an action; tell whether it could be done."""
        if not self.possible(action):
            return False
        self._bindings[action].run()
        self.ran.emit(action)
        return True

    def available(self) -> list[Action]:
        """Give what can be done here and now, in the order of the table."""
        return [action for action in self._keymap.actions.values() if self.possible(action.id)]

    def watch(self, window: QWidget) -> None:
        """Take the keys of a window from now on."""
        self._window = window
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def unwatch(self) -> None:
        """Let the keys go."""
        self._window = None
        self._release()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a key that does something here."""
        kind = event.type()
        if kind is QEvent.Type.WindowDeactivate and watched is self._window:
            self._release()  # the key comes up elsewhere
            return False
        if kind is QEvent.Type.InputMethodQuery and isinstance(event, QInputMethodQueryEvent):
            return self._answer(watched, event)
        if not isinstance(event, QKeyEvent):
            return False
        if kind is QEvent.Type.KeyRelease:
            self._up = (event.nativeScanCode(), event.timestamp())
            if self._down is not None and not event.isAutoRepeat() and _same(self._down, event):
                self._release()
            return False
        if not isinstance(watched, QWidget) or self._window is None or watched.window() is not self._window:
            return False
        return self._take(event, self._owner(watched), kind is QEvent.Type.ShortcutOverride)

    def _take(self, event: QKeyEvent, owner: QWidget, asked: bool) -> bool:
        """Do what a key does; ``asked``: only say that it will come to that."""
        combination = combination_of(event)
        if not combination:
            return False
        clicks = isinstance(owner, QAbstractButton) and combination in ("Return", "Enter") and not _all_its_own(owner)
        action = None if clicks else self._action(combination, owner)
        if action is None and not clicks:
            return False
        if asked:
            event.accept()
        elif action is None:
            if isinstance(owner, QAbstractButton) and not self._again(event):
                owner.click()  # Qt's buttons know Space alone
        elif action.repeats or not self._again(event):
            self._hold(action, event)
            self.trigger(action.id)
        return True

    def _again(self, event: QKeyEvent) -> bool:
        """Tell whether a key is only held.

        X11 repeats by a release and a press of the same time. Qt takes the two for one repetition where it finds both waiting;
        on a busy computer it may not, and each would be a press of its own.
        """
        code, up_ms = self._up
        return event.isAutoRepeat() or (code != 0 and code == event.nativeScanCode() and event.timestamp() - up_ms <= 1)

    def _owner(self, watched: QWidget) -> QWidget:
        """Give the widget that a key is meant for: what it does not use travels up through its parents, and is still its own."""
        focused = self._window.focusWidget() if self._window is not None else None
        if focused is not None and focused.isVisible() and watched.isAncestorOf(focused):
            return focused
        return watched

    def _action(self, combination: str, owner: QWidget) -> Action | None:
        if keeps(owner, combination):
            return None
        found = self._keymap.found(combination, self._places)
        return next((action for action in found if self.possible(action.id)), None)

    def _answer(self, watched: QObject, event: QInputMethodQueryEvent) -> bool:
        """Tell input methods to stay away from whatever is no text field: a key there is a key."""
        inside = isinstance(watched, QWidget) and self._window is not None and watched.window() is self._window
        if not inside or _writes(watched) or not event.queries() & Qt.InputMethodQuery.ImEnabled:
            return False
        event.setValue(Qt.InputMethodQuery.ImEnabled, False)
        event.accept()
        return True

    def _hold(self, action: Action, event: QKeyEvent) -> None:
        for prefix in (LABEL, GUIDE):
            if action.id.startswith(prefix):
                self._down = (event.nativeScanCode(), event.key())
                self.held.emit(action.id.removeprefix(prefix))

    def _release(self) -> None:
        if self._down is not None:
            self._down = None
            self.held.emit("")


def keeps(widget: QWidget, combination: str) -> bool:
    """Tell whether a widget needs a key for itself.

    A text field keeps its letters and what edits, but not Esc, the F-keys and Ctrl with any other key; a button keeps Space and
    Return; whoever says so by the property ``keeps`` has what it says.
    """
    if _all_its_own(widget):
        return True
    held, key = parted(combination)
    if isinstance(widget, _TEXTS) and widget.isReadOnly():
        return (held in ("", "Shift+") and key in _MOVING - _PRESSING) or combination in ("Ctrl+A", "Ctrl+C")
    if _writes(widget):
        if key == "Esc" or (key[0] == "F" and key[1:].isdigit()):
            return False
        return key in _EDITING if "Ctrl+" in held or "Meta+" in held else True
    if isinstance(widget, QComboBox | QAbstractSlider | QTabBar | QRadioButton) or widget.property(KEEPS) == "moving":
        return combination in _MOVING
    if isinstance(widget, QAbstractButton):
        return combination in _PRESSING or (widget.autoExclusive() and combination in _MOVING)
    return False


def _writes(widget: QObject) -> bool:
    """Tell whether a widget takes text."""
    return isinstance(widget, (QLineEdit, QAbstractSpinBox, *_TEXTS)) or (isinstance(widget, QComboBox) and widget.isEditable())


def _all_its_own(widget: QWidget) -> bool:
    above: QWidget | None = widget
    while above is not None and above.property(KEEPS) != "all":
        above = above.parentWidget()
    return above is not None


def _same(down: tuple[int, int], event: QKeyEvent) -> bool:
    """Tell whether it is the key that went down; with a modifier let go first, it may have another character."""
    code, key = down
    return event.key() == key or (code != 0 and event.nativeScanCode() == code)
