"""The Pi programs of the demo: real device programs, processes on this computer, each with a drop box for a camera."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.app import own_command
from desktop.core.errors import AppError
from desktop.core.progress import CancelToken
from desktop.core.texts import _
from edge.contract.messages import Answer
from edge.contract.records import BadRecord, load

_POLL_S = 0.1
_STOP_S = 20.0


@dataclass(frozen=True, slots=True)
class Pi:
    """One simulated device."""

    name: str
    drop: Path
    """The folder its camera watches."""
    said: Path
    """Its answers, a JSON line each."""
    log: Path
    process: subprocess.Popen[bytes]

    def answers(self) -> list[Answer]:
        """Give what it answered so far."""
        found = []
        for line in self.said.read_bytes().splitlines():
            try:
                found.append(load(Answer, line))
            except BadRecord:  # the last line may be half written
                continue
        return found


@contextmanager
def running(bucket: Path, folder: Path, names: Sequence[str]) -> Iterator[list[Pi]]:
    """Run a Pi program for each name until the block is left."""
    pis: list[Pi] = []
    try:
        pis += (_start(bucket, folder / name, name) for name in names)
        yield pis
    finally:
        for pi in pis:
            pi.process.send_signal(signal.SIGTERM)
        for pi in pis:
            try:
                pi.process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                pi.process.kill()
                pi.process.wait()


def show(pis: Sequence[Pi], film: Path) -> None:
    """Let pictures pass the cameras: move those of ``film/<device>`` into the drop boxes, oldest first."""
    for pi in pis:
        for picture in sorted((film / pi.name).iterdir()):
            shutil.move(picture, pi.drop / picture.name)


def wait_for_answers(pis: Sequence[Pi], count: int, each: Callable[[int], object], cancel: CancelToken, timeout_s: float) -> None:
    """Wait until the devices have answered ``count`` pictures together.

    Raises:
        AppError: one of them ended, or they take too long.
    """
    wait_until(lambda: _told(pis, each) >= count, pis, cancel, timeout_s)


def wait_until(met: Callable[[], bool], pis: Sequence[Pi], cancel: CancelToken, timeout_s: float) -> None:
    """Wait for something that the devices do.

    Raises:
        AppError: one of them ended, or they take too long.
    """
    deadline = time.monotonic() + timeout_s
    while not met():
        cancel.wait(_POLL_S)
        cancel.check()
        for pi in pis:
            if pi.process.poll() is not None:
                raise AppError(_("The program of {device} ended by itself.").format(device=pi.name), _last_words(pi))
        if time.monotonic() > deadline:
            raise AppError(
                _("The simulated devices take too long."), _("Their logs: {folder}").format(folder=pis[0].log.parent.parent)
            )


def _told(pis: Sequence[Pi], each: Callable[[int], object]) -> int:
    count = sum(pi.said.read_bytes().count(b"\n") for pi in pis)
    each(count)
    return count


def _start(bucket: Path, folder: Path, name: str) -> Pi:
    drop = folder / "camera"
    drop.mkdir(parents=True, exist_ok=True)
    config = folder / "edge.toml"
    config.write_text(_CONFIG, encoding="utf-8")
    command = [
        *own_command("worker-edge"), "run", "--config", str(config), "--bucket", str(bucket), "--device", name,
        "--camera", f"{drop.as_uri().replace('file://', 'folder://', 1)}?watch=1", "--home", str(folder / "home"),
    ]  # fmt: skip
    said, log = folder / "answers.jsonl", folder / "log.txt"
    with said.open("ab") as out, log.open("ab") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)  # noqa: S603 - our own program
    return Pi(name, drop, said, log, process)


_CONFIG = """\
# A device of the demo: every picture of a test slot is sent, more of the doubtful ones than in a plant that runs for years,
# and orders are looked for often.
report_s = 1.0
[sampling]
test_chance = 1.0
margin = 1.0
chance = 0.3
[models]
poll_s = 0.5
"""


def _last_words(pi: Pi) -> str:
    lines = pi.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return json.dumps(lines[-3:], ensure_ascii=False) if lines else str(pi.log)
