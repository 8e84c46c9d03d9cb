"""What the tests of keys share: a real window with a dispatcher over the table of actions, and presses as keyboards send them."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.core.taxonomy import default_taxonomy
from desktop.ui.actions import table
from desktop.ui.commands import Commands
from desktop.ui.keymap import Keymap

PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
PAD = Qt.KeyboardModifier.KeypadModifier


def actions():
    """Give the table over the five classes, in English."""
    taxonomy = default_taxonomy()
    return table(taxonomy.classes, taxonomy.shown("en"), lambda text: text)


def keymap(changed=None, *, modifier=False):
    """Give the keys in force."""
    return Keymap(actions(), changed, modifier=modifier)


def pressed(key, modifiers=PLAIN, text="", *, scan=0, again=False, kind=QEvent.Type.KeyPress):
    """Give a key event as a platform would send it."""
    return QKeyEvent(kind, int(key), modifiers, scan, 0, 0, text, again)


class Desk:
    """A window whose actions write down what they did."""

    def __init__(self, qtbot, *places, changed=None, modifier=False):
        self.window = QWidget()
        self.window.setLayout(QVBoxLayout())
        self.window.resize(900, 700)
        qtbot.addWidget(self.window)
        self.commands = Commands(keymap(changed, modifier=modifier))
        self.did = []
        for action in self.commands.keymap.actions:
            self.commands.bind(action, lambda action=action: self.did.append(action))
        self.commands.places = frozenset(places)
        self.commands.watch(self.window)

    def add(self, widget):
        """Put a widget into the window."""
        self.window.layout().addWidget(widget)
        return widget

    def show(self, qtbot, focus=None):
        """Show the window, with the focus on a widget."""
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        if focus is not None:
            focus.setFocus()
            qtbot.waitUntil(lambda: self.window.focusWidget() is focus)

    def press(self, key, modifiers=PLAIN, text="", **more):
        """Press a key where the focus is; tell whether anybody took it."""
        event = pressed(key, modifiers, text, **more)
        QApplication.sendEvent(self.window.focusWidget() or self.window, event)
        return event.isAccepted()

    def close(self):
        """Let the keys go."""
        self.commands.unwatch()
