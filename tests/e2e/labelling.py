"""A labeller's program, as a process that tests may kill: real store, catalog, journal and delivery.

    python -m tests.e2e.labelling wander ROOT HOME LABELLER SEED   label, undo, redo and deliver at random, for ever
    python -m tests.e2e.labelling race ROOT HOME LABELLER CLASS    label all as one class, wait for a line, deliver

It writes a line of JSON for each step on the way: ``{"step": name}`` before a step of the store, ``{"decided": [[id, name,
target], …]}`` after decisions are in the journal.
"""

import itertools
import json
import random
import sys
import time
from pathlib import Path

from ulid import ULID

from desktop.core.catalog import Catalog
from desktop.core.delivery import Delivery
from desktop.core.journal import Choice, Decision, Journal, Kind, State
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import sync
from desktop.local.store import FolderStore
from edge.contract.keys import Area

CLASSES = ("beer-mug", "clutter", "soda-can")


def now_ms() -> int:
    """Give the time."""
    return time.time_ns() // 1_000_000


def say(**words: object) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


class Program:
    """What a labeller's program does."""

    def __init__(self, root: Path, home: Path, labeller: str) -> None:
        self.labeller = labeller
        self.store = FolderStore(root, lambda name: say(step=name))
        self.catalog = Catalog(home / "catalog.sqlite")
        self.journal = Journal(home / "journal.sqlite", now_ms, lambda: str(ULID()))
        self._delivery = Delivery(self.store, self.journal, self.catalog, now_ms)

    def sync(self) -> None:
        """Bring the catalog up to the bucket."""
        sync(self.store, self.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())

    def deliver(self) -> None:
        """Deliver until nothing waits."""
        while (report := self._delivery.run(silent, CancelToken(), flush=True)).waiting:
            if report.trouble is not None:
                raise report.trouble

    def label(self, names: list[str], cls: str) -> None:
        """Decide that images belong to a class."""
        images = {image.name: image for image in self.catalog.images(Area.RAW, Area.LABELED)}
        planned = self.journal.overlay()
        choices = []
        for name in names:
            source, etag = (planned[name], "") if name in planned else (images[name].key, images[name].etag)
            target = f"labeled_field_data/{cls}/{name}"
            if source != target:
                choices.append(Choice(name, source, etag, target))
        self.tell(self.journal.record(Kind.LABEL, self.labeller, choices))

    def tell(self, decisions: list[Decision]) -> None:
        """Say what is decided."""
        say(decided=[[one.id, one.choice.name, one.choice.target] for one in decisions])


def wander(program: Program, seed: int) -> None:
    """Label, undo, redo and deliver at random until killed."""
    chance = random.Random(seed)
    program.sync()
    program.deliver()  # what a killed program left; the window shows a bucket that the catalog knows
    for turn in itertools.count():
        names = [image.name for image in program.catalog.images(Area.RAW, Area.LABELED)]
        program.label(chance.sample(names, 3), chance.choice(CLASSES))
        if turn % 3 == 1:
            program.journal.undo(program.labeller)
        if turn % 5 == 2:
            program.tell(program.journal.redo(program.labeller))
        if turn % 2:
            program.deliver()


def race(program: Program, cls: str) -> None:
    """Label every raw image, then deliver on a sign."""
    program.sync()
    program.label([image.name for image in program.catalog.images(Area.RAW)], cls)
    sys.stdin.readline()
    program.deliver()
    ends = program.journal.in_state(State.DONE, State.LOST, State.CONFLICT)
    say(ended={one.choice.name: [one.state, one.winner, one.whereabouts] for one in ends})


def main() -> None:
    """Run one of the two."""
    what, root, home, labeller, last = sys.argv[1:]
    program = Program(Path(root), Path(home), labeller)
    if what == "wander":
        wander(program, int(last))
    else:
        race(program, last)


if __name__ == "__main__":
    main()
