"""What does not fit in a window: words that are cut, and places for the keyboard that have no name."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

_SLACK_PX = 1
_MARK = re.compile("<[^>]*>")


def faults(root):
    """Give what is wrong with the visible widgets of a view, a line each."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and widget.width() > 0 and widget.window() is root.window():
            found += [f"{_called(widget)}: {fault}" for fault in (_cut(widget), _nameless(widget)) if fault]
    return found


def _cut(widget):
    """Tell whether words are wider or taller than their widget and nothing shows the whole of them."""
    if not isinstance(widget, QLabel | QAbstractButton) or not widget.text() or widget.toolTip():
        return ""
    if isinstance(widget, QLabel) and widget.wordWrap():
        needed = widget.heightForWidth(widget.width())
        longest = max(widget.fontMetrics().horizontalAdvance(word) for word in _MARK.sub("", widget.text()).split() or [""])
        if longest > widget.width() + _SLACK_PX and widget.text().isascii():
            return f"its longest word needs {longest} px, {widget.width()} are there"
        return f"needs {needed} px of height, {widget.height()} are there" if needed > widget.height() + _SLACK_PX else ""
    needed = widget.minimumSizeHint().width() if isinstance(widget, QLabel) else widget.sizeHint().width()
    return f"needs {needed} px, {widget.width()} are there" if needed > widget.width() + _SLACK_PX else ""


def _nameless(widget):
    """Tell whether Tab leads to a widget that a screen reader cannot name."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus != Qt.FocusPolicy.TabFocus or widget.focusProxy() is not None:
        return ""
    interface = QAccessible.queryAccessibleInterface(widget)
    named = interface is not None and interface.text(QAccessible.Text.Name).strip()
    return "" if named else "takes the focus and has no name"


def _called(widget):
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else widget.accessibleName()
    parent = widget.parentWidget()
    return f"{type(widget).__name__} {text[:50]!r} in {type(parent).__name__ if parent is not None else 'nothing'}"
