"""A workplace over a real bucket for the tests of stations: real lanes, played runs, played devices.

place = Place(folder)                 # five classes, a few pictures a class
place.trainer.ends(run, DONE, …)      # what the run does next
place.workplace                       # what a station takes
"""

import gc
from dataclasses import replace
from pathlib import Path

from desktop.app import Plant, now_ms, open_plant
from desktop.core.errors import NotFoundError
from desktop.core.ports import ABSENT, RunState, RunStatus, TrainingPlan
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import sync
from desktop.core.taxonomy import Taxonomy, save_taxonomy
from desktop.core.training import Training
from desktop.ui.actions import table
from desktop.ui.commands import Commands
from desktop.ui.keymap import Keymap
from desktop.ui.messages import Messages
from desktop.ui.tasks import Tasks
from desktop.ui.thumbnails import Thumbnails
from desktop.ui.workplace import Workplace
from edge.contract.keys import LABELED
from edge.contract.names import Side, side
from tests.bundles import COLOURS, make_bundle, picture
from tests.clock import Ids
from tests.devices import BucketSite

CLASSES = ("beer-mug", "soda-can")


class PlayedTrainer:
    """A trainer whose runs do what the test says; all plants of a place share it."""

    def __init__(self) -> None:
        self.plans: dict[str, TrainingPlan] = {}
        self.now: dict[str, RunStatus] = {}
        self.lines: dict[str, list[str]] = {}

    def start(self, plan: TrainingPlan) -> None:
        self.plans[plan.run] = plan
        self.lines[plan.run] = ["2026-11-25 00:13:18 begun by process 1"]
        self.now[plan.run] = RunStatus(plan.run, RunState.STARTING)

    def status(self, run: str) -> RunStatus:
        if run not in self.now:
            raise NotFoundError(f"no run {run} here")
        return self.now[run]

    def logs(self, run: str, start: int = 0) -> list[str]:
        return self.lines.get(run, [])[start:]

    def cancel(self, run: str) -> None:
        if not self.now[run].state.ended:
            self.now[run] = replace(self.now[run], state=RunState.CANCELLED)

    def says(self, run: str, state: RunState, line: str = "", **words) -> None:
        if line:
            self.lines[run].append(f"2026-11-25 00:13:19 {line}")
        self.now[run] = RunStatus(run, state, **words)


class Place:
    """A bucket with pictures, and a workplace on it as the window makes it."""

    def __init__(self, folder: Path) -> None:
        gc.collect()  # widgets of an earlier test: no lane's thread may be the one that collects them
        self.folder = folder
        self.trainer = PlayedTrainer()
        self.ids = Ids("RUN-")
        self.went: list[str] = []
        self.queues: list = []
        self.notes: list[tuple[str, str]] = []
        self.plant = self.open(create=True)
        save_taxonomy(self.plant.store, Taxonomy(()).added(CLASSES))
        for number, cls in enumerate(CLASSES):
            self.put(cls, 3, side=Side.TRAIN, begin=100 * number)
        self.site = BucketSite(self.plant.store, now_ms)
        self.commands = Commands(Keymap(table(self.plant.taxonomy().classes, {})))
        self.messages = Messages()
        self.workplace = Workplace(
            self.plant, str(folder / "bucket"), Tasks(self.open, self.messages.show_error), self.commands, self.messages,
            Thumbnails(lambda: self.open().pictures, workers=1), go=self.went.append, open_queue=self.queues.append,
        )  # fmt: skip
        self.workplace.notify = lambda title, text: self.notes.append((title, text))

    def open(self, *, create: bool = False) -> Plant:
        """Open the plant as a lane does, with the played trainer in it."""
        plant = open_plant(str(self.folder / "bucket"), self.folder / "home", create=create)
        training = Training(plant.store, plant.pictures, plant.registry, self.trainer, now_ms, self.ids)
        plant.__dict__["training"] = training  # where a cached property keeps what it made
        return plant

    def put(self, cls: str, count: int, *, side: Side, begin: int = 0) -> None:
        """Put labelled pictures of a side into the bucket and sync."""
        for name in _names(cls, side, count, begin):
            body = picture(COLOURS[CLASSES.index(cls)], seed=hash(name) % 1000)
            self.plant.store.put(f"{LABELED}{cls}/{name}", body, match=ABSENT)
        self.sync()

    def sync(self) -> None:
        sync(self.plant.store, self.plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())

    def bundle(self, run: str) -> Path:
        """Write the bundle that a run made."""
        plan = self.trainer.plans[run]
        folder = self.folder / "bundles" / run
        make_bundle(folder, classes=plan.classes, dataset=plan.dataset, created_ms=plan.created_ms)
        return folder

    def close(self) -> None:
        self.workplace.tasks.close()
        self.workplace.thumbnails.close()
        self.plant.close()


def _names(cls: str, wanted: Side, count: int, begin: int) -> list[str]:
    found: list[str] = []
    number = begin
    while len(found) < count:
        name = f"{cls}-{number}.jpg"
        if side(name) is wanted:
            found.append(name)
        number += 1
    return found
