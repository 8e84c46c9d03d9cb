"""A station of the loop: what the rail leads to."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class Badge:
    """What the rail shows over a station's corner: a count, how far work is, or a mark; empty: nothing."""

    text: str = ""
    progress: float | None = None
    """0..1, as a ring."""
    mark: str = ""
    """``ok``, ``bad`` or ``open``: a dot with its sign."""
    told: str = ""
    """The same in words, for who cannot see it."""


class Station(QWidget):
    """A view that fills the window beside the rail."""

    badge = Signal(object)
    """A :class:`Badge`, whenever it changes."""
    name = ""
    """``sort``, ``train``, ``compare`` or ``fleet``: also the place of its actions."""

    def entered(self) -> None:
        """Come to the front: put the focus where keys are wanted, and look at what may have changed."""

    def left(self) -> None:
        """Go to the back."""

    def back(self) -> bool:
        """Take Escape: one step out of whatever was opened or selected here; tell whether there was anything."""
        return False

    def close_station(self) -> None:
        """Let go what the station holds; the window closes."""

    def places(self) -> frozenset[str]:
        """Give the places of actions that are live here."""
        return frozenset({self.name})
