"""The whole circle by command on any labelled pictures; ``python -m tests.e2e.circle FOLDER`` prints its figures.

Every step is a program of its own, started as a user would: ``sortloop …`` and ``python -m edge run``.
"""

import contextlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.contract.names import SLOT_MS, Side, parse_name, side

START_MS = 1_767_600_000_000
DEVICE = "pi-1"


@dataclass(frozen=True)
class Programs:
    """How the two programs are started: here by Python, elsewhere frozen."""

    desktop: tuple[str, ...] = (sys.executable, "-m", "desktop")
    edge: tuple[str, ...] = (sys.executable, "-m", "edge")
    environment: dict[str, str] | None = None


@dataclass(frozen=True)
class Shot:
    """A labelled picture of the field, and when it is seen."""

    path: Path
    cls: str
    captured_ms: int


def spread(folder: Path, base: int) -> tuple[list[tuple[Path, str]], list[Shot]]:
    """Share the pictures of a folder per class: so many a class to begin with, the rest as a field, one a slot, mixed."""
    begin: list[tuple[Path, str]] = []
    rest: list[tuple[Path, str]] = []
    for inside in sorted(path for path in folder.iterdir() if path.is_dir()):
        pictures = sorted(inside.glob("*.jpg"))
        begin += [(path, inside.name) for path in pictures[:base]]
        rest += [(path, inside.name) for path in pictures[base:]]
    random.Random(7).shuffle(rest)
    return begin, [Shot(path, cls, START_MS + number * SLOT_MS) for number, (path, cls) in enumerate(rest)]


class Circle:
    """One plant in a folder, worked by commands."""

    def __init__(self, folder: Path, programs: Programs) -> None:
        self.folder = folder
        self.programs = programs
        self.bucket = folder / "plant"
        self.drop = folder / "camera"
        self.drop.mkdir(parents=True)

    def sortloop(self, *words: str, stdin: str = "", code: int = 0) -> Any:
        """Run a command and give its JSON document; any other exit code than ``code`` is an error."""
        command = [*self.programs.desktop, "--bucket", self.bucket, "--home", self.folder / "home", "--json", *words]
        environment = self.programs.environment
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=240, env=environment)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def take_in(self, begin: Sequence[tuple[Path, str]]) -> Any:
        """Import a folder per class."""
        for path, cls in begin:
            target = self.folder / "base" / cls / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        return self.sortloop("import", str(self.folder / "base"))

    def pile(self, shots: Sequence[Shot]) -> Path:
        """Give a folder per class of some pictures."""
        folder = self.folder / "later"
        for shot in shots:
            (folder / shot.cls).mkdir(parents=True, exist_ok=True)
            shutil.copy(shot.path, folder / shot.cls / f"{shot.captured_ms}.jpg")
        return folder

    @contextlib.contextmanager
    def device(self) -> Iterator["Device"]:
        """Run the device's program on a drop box."""
        config = self.folder / "edge.toml"
        config.write_text("report_s = 0.5\n[sampling]\ntest_chance = 1.0\n[models]\npoll_s = 0.3\nconfirm = 3\n")
        camera = self.drop.as_uri().replace("file://", "folder://", 1) + "?watch=1"
        command = [
            *self.programs.edge, "run", "--config", config, "--bucket", self.bucket, "--camera", camera,
            "--device", DEVICE, "--home", self.folder / "pi",
        ]  # fmt: skip
        said, log = self.folder / "answers.jsonl", self.folder / "pi.log"
        with said.open("ab") as out, log.open("ab") as err:
            process = subprocess.Popen(command, stdout=out, stderr=err, env=self.programs.environment)
        try:
            yield Device(self, process, said, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def label(self, truth: dict[int, str]) -> int:
        """Sort all raw pictures by the truth of their capture time, those of the test side blind; give their number."""
        raw = sorted(path.name for path in (self.bucket / "image-classification" / "raw_field_data").glob("*.jpg"))
        piles: dict[tuple[str, bool], list[str]] = {}
        for name in raw:
            piles.setdefault((truth[parse_name(name).captured_ms or 0], side(name) is Side.TEST), []).append(name)
        for (cls, blind), names in sorted(piles.items()):
            done = self.sortloop("label", cls, "-", *(["--blind"] if blind else []), stdin="\n".join(names))
            assert done["done"] == len(names), done
        return len(raw)


@dataclass
class Device:
    """A running device's program."""

    circle: Circle
    process: subprocess.Popen[bytes]
    said: Path
    log: Path

    def answers(self) -> list[dict[str, Any]]:
        """Give all that it said so far."""
        whole, _newline, _half = self.said.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def see(self, shots: Sequence[Shot]) -> list[dict[str, Any]]:
        """Show it pictures; give its answers once all pictures it wants to send are in the bucket."""
        for shot in shots:
            unfinished = self.circle.folder / "unfinished.jpg"
            shutil.copy(shot.path, unfinished)
            unfinished.rename(self.circle.drop / f"{shot.captured_ms}_none_0.0.jpg")
        wanted = {shot.captured_ms for shot in shots}
        self.wait(lambda: wanted <= {answer["at_ms"] for answer in self.answers()})
        answers = [answer for answer in self.answers() if answer["at_ms"] in wanted]
        sent = {answer["sampled"]["name"] for answer in answers if answer["sampled"]}
        root = self.circle.bucket / "image-classification"
        self.wait(lambda: sent <= {path.name for path in root.rglob("*.jpg")})
        return answers

    def runs(self, model: str) -> bool:
        """Tell whether it reports a model."""
        devices = self.circle.sortloop("fleet")["devices"]
        return any(one["device"] == DEVICE and one["reported"] == model for one in devices)

    def wait(self, met: Any, timeout_s: float = 120.0) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + timeout_s
        while not met():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)


def right(answers: Sequence[dict[str, Any]], truth: dict[int, str]) -> float:
    """Give the share of answers that were right."""
    return sum(answer["label"] == truth[answer["at_ms"]] for answer in answers) / len(answers)


def turn(
    folder: Path, begin: Sequence[tuple[Path, str]], field: Sequence[Shot], programs: Programs = Programs()
) -> dict[str, Any]:
    """Turn the circle once: three quarters of the field before, the rest after; give the figures."""
    circle = Circle(folder, programs)
    truth = {shot.captured_ms: shot.cls for shot in field}
    most = len(field) * 3 // 4
    imported = circle.take_in(begin)
    first = circle.sortloop("train")
    deployed = circle.sortloop("deploy", first["model"])
    with circle.device() as device:
        device.wait(lambda: device.runs(first["model"]))
        before = device.see(field[:most])
        circle.sortloop("sync")
        labelled = circle.label(truth)
        second = circle.sortloop("train")
        verdict = circle.sortloop("compare", second["model"])
        if verdict["verdict"] not in ("pass", "first"):
            circle.sortloop("deploy", second["model"], code=3)
        circle.sortloop("deploy", second["model"], *_override(verdict))
        device.wait(lambda: device.runs(second["model"]))
        after = device.see(field[most:])
        status = circle.sortloop("status")
        circle.sortloop("rollback")
        device.wait(lambda: device.runs(first["model"]))
    again = circle.sortloop("evaluate", first["model"])
    later = circle.pile(field[most:])
    old, new = (circle.sortloop("evaluate", one["model"], "--on", str(later))["accuracy"] for one in (first, second))
    return {
        "imported": imported, "first": first, "second": second, "verdict": verdict, "deployed": deployed, "labelled": labelled,
        "status": status, "before": before, "after": after,
        "right_before": right(before, truth), "right_after": right(after, truth), "later_before": old, "later_after": new,
        "test_before": again["accuracy"], "test_after": second["test"]["accuracy"], "test_n": second["test"]["n"],
    }  # fmt: skip


def _override(verdict: dict[str, Any]) -> list[str]:
    return [] if verdict["verdict"] in ("pass", "first") else ["--override", "a trial: too few test pictures"]


def main(folder: Path, base: int = 5) -> None:
    with tempfile.TemporaryDirectory() as name:
        begin, field = spread(folder, base)
        figures = turn(Path(name), begin, field)
    first, second, verdict = figures["first"], figures["second"], figures["verdict"]
    print(
        f"{folder.name}: {base} a class to begin with, {len(field)} in the field, {figures['labelled']} sent home and labelled;\n"
        f"  answers right before {figures['right_before']:.1%} of {len(figures['before'])},"
        f" after {figures['right_after']:.1%} of {len(figures['after'])};\n"
        f"  the same later pictures, both models: {figures['later_before']:.1%} → {figures['later_after']:.1%};\n"
        f"  on {figures['test_n']} test pictures {figures['test_before']:.1%} → {figures['test_after']:.1%};"
        f" trained in {first['seconds']} s and {second['seconds']} s; verdict {verdict['verdict']}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
