"""Programs that are killed, and programs at once on one folder: every image stays in one place with its last label."""

import contextlib
import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.core.catalog import Catalog
from desktop.core.history import read_history
from desktop.core.journal import Journal, State
from desktop.local.store import FolderStore
from edge.contract.metadata import decode_label, decode_raw
from tests.clock import Ids
from tests.plant import Plant, places

TOP = Path(__file__).resolve().parents[2]
LABELED = "labeled_field_data/"
KILLS = 30


class _Killed(BaseException):
    """What a test raises where a power cut would strike."""


class _Fuse:
    """Strikes at one step, counted from 1, and once it has struck, whatever the program still wants to write fails."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.strike = lambda: None
        self.burnt = False

    def __call__(self, _name: str = "") -> None:
        self._left -= 1
        if self._left == 0:
            self.burnt = True
            self.strike()
            raise _Killed


def _fused(kind, methods, fuse):
    """Give a class whose methods are steps: the power may go before them and after them."""

    def wrap(name):
        def method(self, *arguments, **named):
            fuse()
            result = getattr(kind, name)(self, *arguments, **named)
            fuse()
            return result

        return method

    return type(kind.__name__, (kind,), {name: wrap(name) for name in methods})


class _MortalPlant(Plant):
    """A plant whose program dies at a step."""

    def __init__(self, folder, fuse, ids):
        self._fuse = fuse
        super().__init__(folder, FolderStore(folder / "bucket", fuse), ids=ids)
        fuse.strike = self.close

    def open(self):
        super().open()
        self.close()
        journal = _fused(Journal, ["record", "undo", "begin", "finish", "seal", "written"], self._fuse)
        self.catalog = _fused(Catalog, ["relocate", "apply"], self._fuse)(self.home / "catalog.sqlite")
        self.journal = journal(self.home / "journal.sqlite", self.clock, self.ids)


def _work(plant):
    """Do what is not done yet of: two labels, a third, delivery, its undoing, a relabelling, a blind label, delivery."""
    plant.sync()
    stages = [
        lambda: plant.label("soda-can", "a.jpg", "b.jpg"),
        lambda: plant.label("clutter", "c.jpg"),
        lambda: plant.journal.undo("ada"),
        lambda: plant.label("clutter", "a.jpg"),
        lambda: plant.label("beer-mug", "d.jpg", blind=True),
    ]
    done = len({decision.step for decision in plant.journal.recent(100)})
    for number, stage in enumerate(stages):
        if number == 2:
            assert plant.deliver().trouble is None
        if number >= done:
            stage()
    assert plant.deliver(flush=True).trouble is None


@pytest.mark.parametrize("catalog_survives", [True, False])
def test_killed_at_any_step_and_started_again_every_image_is_in_one_place_with_the_right_label(folder, catalog_survives):
    at = 0
    burnt = True
    while burnt:
        at += 1
        burnt = _die_and_go_on(folder / str(at), at, catalog_survives)
    assert at > 60  # no more steps are left to die at


def _die_and_go_on(folder, at, catalog_survives):
    fuse, ids = _Fuse(at), Ids()
    before = Plant(folder)
    for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg"):
        before.send(name)
    before.close()
    mortal = _MortalPlant(folder, fuse, ids)
    try:
        _work(mortal)
    except (_Killed, sqlite3.ProgrammingError):  # the latter from a "finally" of a program that is no more
        assert fuse.burnt
    mortal.close()
    if not catalog_survives:
        for path in mortal.home.glob("catalog.sqlite*"):
            path.unlink()
    again = Plant(folder, ids=ids)
    _work(again)
    _check(again, at)
    again.close()
    return fuse.burnt


def _check(plant, at):
    wanted = {
        "a.jpg": LABELED + "clutter",
        "b.jpg": LABELED + "soda-can",
        "c.jpg": "raw_field_data",
        "d.jpg": LABELED + "beer-mug",
    }
    assert places(plant.store) == {name: [folder] for name, folder in wanted.items()}, f"killed at step {at}"
    for name, folder in wanted.items():
        last = plant.journal.of_image(name)[-1]
        stored = plant.store.get(f"{folder}/{name}")
        assert last.state is State.DONE
        assert stored.body == f"picture {name}".encode()
        assert decode_label(stored.metadata).decision == last.id
        assert decode_raw(stored.metadata).reason == "chance"
    decisions = [decision.id for decision in plant.journal.recent(100)]
    assert sorted(event.decision for event in read_history(plant.store)) == sorted(decisions)
    plant.sync()
    assert {image.name for image in plant.catalog.images("raw", "labeled")} == set(wanted)
    assert plant.catalog.twins() == {}


@contextlib.contextmanager
def _running(what, root, home, labeller, last):
    """Run a labeller's program; it does not outlive the test."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.labelling", what, str(root), str(home), labeller, str(last)],
        cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        try:
            yield child
        finally:
            child.kill()


def test_a_program_killed_thirty_times_at_random_loses_no_image_and_no_decision(folder):
    plant = Plant(folder)
    names = [f"{number:02d}.jpg" for number in range(12)]
    for name in names:
        plant.send(name)
    chance = random.Random()  # any moment will do, and every run tries others
    told = []
    for seed in range(KILLS):
        with _running("wander", plant.root, plant.home, "ada", seed) as child:
            lines = [child.stdout.readline() for _line in range(chance.randrange(1, 120))]
            child.kill()
            rest, errors = child.communicate()
        assert errors == ""
        lines += rest.splitlines()
        told += [decision for line in lines for decision in _decided(line)]
    assert plant.sync().objects == len(names)
    report = plant.deliver(flush=True)
    assert (report.waiting, report.trouble) == (0, None)
    found = places(plant.store)
    assert sorted(found) == names
    assert len(told) > KILLS
    assert {one.id for one in plant.journal.get([decision for decision, _name, _target in told])} == {one[0] for one in told}
    for name in names:
        assert len(found[name]) == 1
        decisions = plant.journal.of_image(name)
        assert {one.state for one in decisions} <= {State.DONE, State.CANCELLED}
        standing = [one for one in decisions if one.state is State.DONE]
        (place,) = found[name]
        stored = plant.store.get(f"{place}/{name}")
        assert stored.body == f"picture {name}".encode()
        assert decode_raw(stored.metadata).reason == "chance"
        assert f"{place}/{name}" == (standing[-1].choice.target if standing else f"raw_field_data/{name}")
        if standing:
            assert decode_label(stored.metadata).decision == standing[-1].id
    plant.close()


def _decided(line):
    try:
        return json.loads(line).get("decided", [])
    except ValueError:  # killed in the middle of the line
        return []


def test_of_two_programs_at_once_on_one_folder_the_first_wins_and_the_other_is_told(folder):
    plant = Plant(folder)
    names = [f"{number:03d}.jpg" for number in range(80)]
    for name in names:
        plant.send(name)
    racers = {"ada": "soda-can", "ben": "clutter"}
    ended = {}
    with contextlib.ExitStack() as stack:
        children = {who: stack.enter_context(_running("race", plant.root, folder / who, who, cls)) for who, cls in racers.items()}
        for child in children.values():
            while "decided" not in child.stdout.readline():
                assert child.poll() is None, child.stderr.read()
        for child in children.values():
            child.stdin.write("go\n")
            child.stdin.flush()
        for who, child in children.items():
            output, errors = child.communicate(timeout=60)
            assert (child.returncode, errors) == (0, "")
            ended[who] = json.loads(output.splitlines()[-1])["ended"]
    found = places(plant.store)
    for name in names:
        winner = next(who for who in racers if ended[who][name][0] == "done")
        (loser,) = racers.keys() - {winner}
        assert found[name] == [LABELED + racers[winner]]
        assert ended[loser][name] == ["lost", winner, f"{LABELED}{racers[winner]}/{name}"]
        assert plant.store.get(f"{found[name][0]}/{name}").body == f"picture {name}".encode()
    assert sorted(event.outcome for event in read_history(plant.store)) == ["done"] * 80 + ["lost"] * 80
    plant.close()
