"""What all stations work with: one plant as the window sees it, its lanes, its keys, its words."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal

from desktop.app import Plant
from desktop.core.lookout import Delivery
from desktop.core.taxonomy import Class, Taxonomy, default_taxonomy
from desktop.language import spoken
from desktop.ui.commands import Commands
from desktop.ui.messages import Messages
from desktop.ui.sort.queue import Queue
from desktop.ui.tasks import Tasks
from desktop.ui.thumbnails import Thumbnails


class Workplace(QObject):
    """One plant in the window.

    ``plant`` belongs to the window's thread: ask it only what is cheap. All else goes through ``tasks``.
    """

    synced = Signal()
    """The catalog was brought up to the bucket."""
    decided = Signal()
    """Something was sorted, or taken back."""
    delivered = Signal()
    """The state of delivery changed."""
    models_changed = Signal()
    """A run began or ended, a model is new or was refused."""
    fleet_changed = Signal()
    """A deployment began or went on, or devices spoke."""

    def __init__(
        self,
        plant: Plant,
        address: str,
        tasks: Tasks,
        commands: Commands,
        messages: Messages,
        thumbnails: Thumbnails,
        *,
        go: Callable[[str], None],
        open_queue: Callable[[Queue], None],
    ) -> None:
        """Take the parts and the bucket's address.

        ``go`` shows a station by its name, ``open_queue`` lays pictures before the labeller.
        """
        super().__init__()
        self.plant = plant
        self.address = address
        """As the user gave it: other processes of ours open the bucket by it."""
        self.notify: Callable[[str, str], None] = _nobody
        """Tells the desktop that long work has ended: title, text."""
        self.delivery = Delivery()
        """How far delivery is, as last seen."""
        self.tasks = tasks
        self.commands = commands
        self.messages = messages
        self.thumbnails = thumbnails
        self.go = go
        self.open_queue = open_queue
        self.classes: Mapping[str, Class] = {}
        """All classes by id, as last seen."""
        self.shown: Mapping[str, str] = {}
        """What each class is called in the language in use."""
        self.refresh_classes()

    def refresh_classes(self) -> None:
        """Look at the classes again."""
        taxonomy = self.plant.taxonomy()
        self.classes = {one.id: one for one in taxonomy.classes}
        self.shown = taxonomy.shown(spoken())


def classes_in(place: Workplace | None) -> Taxonomy:
    """Give the classes as the window last saw them; those of the post where no bucket is open."""
    return default_taxonomy() if place is None else Taxonomy(tuple(place.classes.values()))


def _nobody(_title: str, _text: str) -> None:
    """Tell nobody."""
