"""What every command starts from: the global options, and the plant they name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from desktop.app import Plant, now_ms, open_plant
from desktop.cli.messages import interruptible
from desktop.cli.output import Output, short
from desktop.core.catalog import Known
from desktop.core.pictures import unseen
from desktop.core.progress import CancelToken, Progress
from desktop.core.sync import SyncReport, sync
from desktop.core.texts import _
from edge.contract.keys import Area


@dataclass(frozen=True, slots=True)
class Options:
    """The global options."""

    bucket: str
    home: Path
    output: Output


@dataclass(frozen=True, slots=True)
class Work:
    """A command at work: its plant, its words, its bars, its stop."""

    plant: Plant
    output: Output
    progress: Progress
    cancel: CancelToken

    def sync(self) -> SyncReport:
        """Bring the catalog up to the bucket, and the deployments up to what the devices report."""
        self.plant.release.refresh()
        return sync(self.plant.store, self.plant.catalog, now_ms=now_ms(), progress=self.progress, cancel=self.cancel)

    def look(self, *areas: Area) -> list[Known]:
        """Fetch the pictures of some areas that were not seen yet, and give all of them."""
        catalog = self.plant.catalog
        self.plant.pictures.fetch_all(unseen(catalog.known(*areas)), self.progress, self.cancel)
        return catalog.known(*areas)

    def score(self) -> int:
        """Let the model in service answer for the pictures to be sorted that it has not seen; give their number.

        Where its files are gone, there are no answers, and all else goes on.
        """
        service = self.plant.release.in_service()
        if service is None:
            return 0
        model = self.plant.registry.standing(service.model)
        if model is None:
            told = _("The model in service, {model}, is missing from the bucket or damaged: the pictures get no answers.")
            self.output.say(told.format(model=short(service.model)), style="yellow")
            return 0
        return self.plant.measurement.score_raw(model, self.progress, self.cancel)


@contextmanager
def work(context: typer.Context, *, create: bool = False) -> Iterator[Work]:
    """Open the plant that the options name; Ctrl-C stops between two items."""
    options: Options = context.obj
    plant = open_plant(options.bucket, options.home, create=create)
    with options.output.progress() as progress, interruptible() as cancel:
        yield Work(plant, options.output, progress, cancel)
