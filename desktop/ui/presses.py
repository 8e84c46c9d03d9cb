"""What was pressed, in the words of the table of actions: the same key is the same whatever layout, pad or lock it came by."""

import sys
from dataclasses import dataclass

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_PAD = {
    Qt.Key.Key_End: "1", Qt.Key.Key_Down: "2", Qt.Key.Key_PageDown: "3", Qt.Key.Key_Left: "4", Qt.Key.Key_Clear: "5",
    Qt.Key.Key_Right: "6", Qt.Key.Key_Home: "7", Qt.Key.Key_Up: "8", Qt.Key.Key_PageUp: "9", Qt.Key.Key_Insert: "0",
}  # fmt: skip
"""What the number pad gives with its lock off: digits stay digits for whoever sorts with it."""
_SILENT = frozenset({
    Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta, Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_Mode_switch,
    Qt.Key.Key_Multi_key, Qt.Key.Key_unknown,
})  # fmt: skip
_ROWS = {2: "1234567890", 16: "QWERTYUIOP", 30: "ASDFGHJKL", 44: "ZXCVBNM"}
"""First scan code of each row, and what is printed there on the layout that the keys of the table were chosen for
(linux/input-event-codes.h; Windows' set 1 has the same numbers)."""
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_LAST_LATIN = 0x24F
"""The end of Unicode's Latin Extended-B."""


@dataclass(frozen=True, slots=True)
class System:
    """What differs between window systems."""

    first_scan_code: int | None
    """What is added to the numbers of ``_ROWS``; None: scan codes say nothing here."""
    pad_is_marked: bool
    """Whether only the pad's keys are marked as such; macOS marks the arrows too, and has no lock."""
    alt_gr_is_two: bool = False
    """Whether AltGr comes as Ctrl and Alt."""


def system_of(platform: str) -> System:
    """Give what is known of a platform (``sys.platform``)."""
    if platform == "win32":
        return System(0, pad_is_marked=True, alt_gr_is_two=True)
    if platform == "darwin":
        return System(None, pad_is_marked=False)
    return System(8, pad_is_marked=True)  # X11 and Wayland number keys from 8 on


HERE = system_of(sys.platform)


def combination_of(event: QKeyEvent, system: System = HERE) -> str:
    """Give a key press as the table writes it; empty for a modifier alone.

    The number pad's digits are digits, with or without its lock. A character that needs Shift or AltGr on this layout (``?``,
    ``+``, a digit in France) is written without. The digit row gives digits, and a letter's place its Latin letter, where
    the layout has others there.
    """
    try:
        key = Qt.Key(event.key())
    except ValueError:  # a character of which Qt has no name
        key = Qt.Key.Key_unknown
    modifiers = event.modifiers()
    if key in _SILENT and event.key() in (0, key.value):
        return ""
    pad = bool(modifiers & Qt.KeyboardModifier.KeypadModifier)
    modifiers &= ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    if pad and system.pad_is_marked and key in _PAD and not modifiers:
        return _PAD[key]
    character = chr(event.key()) if 0x20 < event.key() < 0x110000 else ""
    printed = _printed(event, system)
    if (printed.isdigit() and character not in "0123456789" and not modifiers & _SHIFT) or (
        printed and character.isalpha() and ord(character) > _LAST_LATIN
    ):
        character = printed
    elif character and not character.isalpha():
        modifiers &= ~_SHIFT
        if system.alt_gr_is_two and modifiers & _ALT_GR == _ALT_GR and event.text() == character:
            modifiers &= ~_ALT_GR
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    pressed = ord(character.upper()) if len(character.upper()) == 1 and character else key.value
    return _written(modifiers, pressed)


def _written(modifiers: Qt.KeyboardModifier, key: int) -> str:
    held = QKeySequence(QKeyCombination(modifiers, Qt.Key.Key_A)).toString(QKeySequence.SequenceFormat.PortableText)[:-1]
    return held + QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def _printed(event: QKeyEvent, system: System) -> str:
    """Give what stands on the key that was pressed, on the table's layout; empty where that is not known."""
    code = event.nativeScanCode()
    if not code or system.first_scan_code is None:
        return ""
    for first, keys in _ROWS.items():
        place = code - system.first_scan_code - first
        if 0 <= place < len(keys):
            return keys[place]
    return ""
