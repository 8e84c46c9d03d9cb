"""Sets of keys for other hands: what they change of the table. Pure, without Qt."""

from collections.abc import Mapping

from desktop.core.texts import _

STANDARD = ""
LEFT_HAND = "left-hand"
NUMBER_PAD = "number-pad"

_CHANGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    STANDARD: {},
    # One hand over 1 to 5: W A S D move, Shift with them selects and pans, what is decided lies around them.
    LEFT_HAND: {
        "confirm": ("E", "Return", "Enter"),
        "unsure": ("Q", "U"),
        "queue": ("Shift+Q",),
        "up": ("W", "Up"),
        "left": ("A", "Left"),
        "down": ("S", "Down"),
        "right": ("D", "Right"),
        "select-up": ("Shift+W", "Shift+Up"),
        "select-left": ("Shift+A", "Shift+Left"),
        "select-down": ("Shift+S", "Shift+Down"),
        "select-right": ("Shift+D", "Shift+Right"),
        "pan-up": ("Shift+W", "Shift+Up"),
        "pan-left": ("Shift+A", "Shift+Left"),
        "pan-down": ("Shift+S", "Shift+Down"),
        "pan-right": ("Shift+D", "Shift+Right"),
        "suggestions": ("Shift+E",),
        "burst": ("R", "O"),
        "order": ("Shift+R",),
        "zoom-pixels": ("Shift+F", "P"),
        "history": ("Shift+T", "I"),
        "next-page": ("Shift+V", "N", "Ctrl+Right"),
        "previous-page": ("Shift+C", "Shift+N", "Ctrl+Left"),
    },
    # The whole hand on the pad: digits sort, the large keys around them do the rest.
    NUMBER_PAD: {
        "skip": ("+", "Space"),
        "undo": ("-", "Z", "Ctrl+Z", "Backspace"),
        "unsure": ("*", "U"),
        "discard": (".", ",", "Del", "X"),
        "loupe": ("/", "G"),
        "filter": ("Ctrl+F",),
        "zoom-in": ("Ctrl++", "=", "Ctrl+="),
        "zoom-out": ("Ctrl+-",),
    },
}


def schemes() -> tuple[tuple[str, str], ...]:
    """Give the schemes: name and what it is called."""
    return ((STANDARD, _("Standard")), (LEFT_HAND, _("Left hand")), (NUMBER_PAD, _("Number pad")))


def changes_of(scheme: str) -> dict[str, tuple[str, ...]]:
    """Give what a scheme changes; nothing for one that is not known."""
    return dict(_CHANGES.get(scheme, {}))
