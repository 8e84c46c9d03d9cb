"""Every error that a user is meant to read.

    AppError               what happened (title) and what can be done (hint)
    ├── ConfigError        a setting, a file or an argument is wrong: mend it
    ├── CredentialsError   the bucket or service refused us: sign in, ask for rights
    ├── OfflineError       could not be reached: wait, nothing is lost, it is tried again
    ├── BusyError          somebody else is at it: wait, it is tried again
    ├── NotFoundError      what was asked for is not there
    ├── ConflictError      somebody was faster, or two things contradict each other: look
    ├── StorageFullError   this computer has no space left
    ├── RemoteError        the other side failed: try again later, report it
    ├── GateError          the gate did not pass: look at the reasons, or override in writing
    └── Cancelled          the user said stop; never shown as an error

Foreign exceptions become one of these where they enter (the adapters), by ``raise … from``. They are shown in one place,
on a terminal ``cli/messages.py``. Anything else is a bug and keeps its traceback.
"""


class AppError(Exception):
    """Something a user should know: what happened, and what to do about it."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.title} {self.hint}".strip()


class ConfigError(AppError):
    """A setting, a file or an argument is wrong."""


class CredentialsError(AppError):
    """The other side refused us."""


class OfflineError(AppError):
    """The other side could not be reached; it is tried again."""


class BusyError(AppError):
    """Somebody else is doing this very thing; it is tried again."""


class NotFoundError(AppError):
    """What was asked for is not there."""


class ConflictError(AppError):
    """Somebody was faster, or two things contradict each other."""


class StorageFullError(AppError):
    """No space is left on this computer."""


class RemoteError(AppError):
    """The other side failed."""


class GateError(AppError):
    """The gate did not pass."""


class Cancelled(AppError):
    """The user said stop."""
