"""Saved views: ways to look at the queue that were given a name; one JSON file a plant on this computer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.errors import ConfigError
from desktop.core.files import replace_file
from desktop.core.filters import Filter
from desktop.core.pages import Order
from desktop.core.texts import _
from edge.contract.records import BadRecord, dump, load

FILE = "views.json"
MAX_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class View:
    """An order and a filter under a name."""

    name: str
    order: str = Order.CLASS
    filter: Filter = field(default_factory=Filter)

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.strip()) <= MAX_NAME_LENGTH:
            raise ValueError(_("A name of 1 to {limit} characters was expected.").format(limit=MAX_NAME_LENGTH))
        Order(self.order)  # ValueError for what is none


@dataclass(frozen=True, slots=True)
class _Views:
    views: tuple[View, ...] = ()


class Views:
    """The saved views of a plant; each method reads the file anew, so that two windows see the same."""

    def __init__(self, folder: Path) -> None:
        """Take the plant's folder."""
        self._path = folder / FILE

    def all(self) -> list[View]:
        """Give the views in the order in which they were saved.

        Raises:
            ConfigError: the file is damaged; nothing overwrites it.
        """
        try:
            return list(load(_Views, self._path.read_bytes()).views)
        except FileNotFoundError:
            return []
        except (OSError, BadRecord) as error:
            raise ConfigError(
                _("{path} cannot be read: {error}.").format(path=self._path, error=error),
                _("Mend it, or delete it to start without saved views."),
            ) from error

    def save(self, view: View) -> None:
        """Keep a view; one of the same name is replaced, in its place.

        Raises:
            ConfigError: the file is damaged. StorageFullError: it could not be written.
        """
        views = self.all()
        known = any(one.name == view.name for one in views)
        self._write([view if one.name == view.name else one for one in views] if known else [*views, view])

    def remove(self, name: str) -> None:
        """Forget a view; one that is not there is as good.

        Raises:
            ConfigError: the file is damaged. StorageFullError: it could not be written.
        """
        self._write(view for view in self.all() if view.name != name)

    def _write(self, views: Iterable[View]) -> None:
        replace_file(self._path, dump(_Views(tuple(views))))
