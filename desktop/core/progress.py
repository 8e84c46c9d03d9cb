"""How long work tells how far it is, and is told to stop."""

import threading
from dataclasses import dataclass
from typing import Protocol

from desktop.core.errors import Cancelled
from desktop.core.texts import _


@dataclass(frozen=True, slots=True)
class Step:
    """One word of progress."""

    label: str
    """What is being done."""
    done: int
    total: int | None
    """None: not known yet."""
    unit: str = ""
    """What is counted, in the plural."""


class Progress(Protocol):
    """Anything that takes steps: a bar, a log, a list in a test."""

    def __call__(self, step: Step, /) -> None:
        """Take a step."""


def silent(step: Step, /) -> None:
    """Take a step and say nothing."""


class CancelToken:
    """Asked between items; set from anywhere."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask for a stop."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`Cancelled` if a stop was asked for."""
        if self.cancelled:
            raise Cancelled(_("Stopped."), _("Run it again to go on."))

    def wait(self, timeout_s: float) -> bool:
        """Sleep for a while, or until a stop is asked for; tell whether it was."""
        return self._event.wait(timeout_s)
