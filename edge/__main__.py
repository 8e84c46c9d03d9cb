"""``python -m edge``: the program of one device, put together.

    run        answer picture after picture, an answer a line (JSON) on stdout, until the pictures or the patience end
    once       answer one picture and send it on its way
    selftest   try home, bucket and model, and bring one picture through the program, in folders that are thrown away
    doctor     say what is missing

Exit codes: 0 done (also after SIGTERM), 1 failed with a message, 2 wrong usage, 130 cancelled. What goes on is told on stderr.

Everything is constructed here; :mod:`edge.program` does the work.
"""

import _thread
import argparse
import contextlib
import ctypes
import importlib.metadata
import logging
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from edge.camera import BadCamera, open_camera
from edge.check import check_apart
from edge.classifier import OnnxClassifier
from edge.complaint import Complaint
from edge.config import Config, ConfigError, load_config
from edge.contract.bundle import Thresholds
from edge.contract.messages import Answer
from edge.doctor import Finding, examine
from edge.fetching import ModelFolder
from edge.folder import Folder, FolderUplink
from edge.models import Models
from edge.pipeline import Pipeline
from edge.ports import CameraError, Classifier, EndOfPictures, Transport, Uplink
from edge.program import Device, Lines, once, run, told
from edge.reporting import Reporter
from edge.selftest import SelfTest, Trial
from edge.spool import Spool
from edge.tally import Tally
from edge.uploader import Backoff, Storer, Uploader


def open_uplink(config: Config) -> Uplink:
    """Give the bucket of the settings.

    Raises:
        ConfigError: it is of no known kind.
    """
    return FolderUplink(Folder(config.bucket_folder))


def build(config: Config, uplink: Uplink, transport: Transport, stop: threading.Event) -> Device:
    """Put a device together.

    Raises:
        ConfigError: the camera's URL makes no sense.
    """
    home, name = config.home_folder, config.device_name
    try:
        camera = open_camera(config.camera, stop.wait, home / "seen")
    except BadCamera as error:
        raise ConfigError(f"camera: {error}") from error
    limits = config.spool
    spool = Spool(home / "spool", quota_bytes=limits.quota_bytes, max_records=limits.max_records, free_bytes=limits.free_bytes)
    uploader = Uploader(spool, uplink, Backoff(config.upload.retry_s, config.upload.retry_max_s), random.Random())
    storer = Storer(spool, uploader.wake)
    complaint = Complaint(logging.getLogger("edge"))

    def announce() -> None:
        with told(complaint):
            reporter.report()

    models = Models(
        name,
        uplink,
        ModelFolder(home / "models", uplink, config.models.max_bytes, limits.free_bytes),
        home / "standing.json",
        check=lambda folder: check_apart(folder, config.models.check_timeout_s, stop.is_set),
        load=partial(_load, threads=config.models.threads),
        confirm=config.models.confirm,
        announce=announce,
    )
    tally = Tally(home / "stats", name)
    reporter = Reporter(
        name,
        uplink,
        models,
        tally,
        spooled=lambda: spool.waiting,
        dropped=lambda: sum(spool.dropped.values()) + storer.lost,
        now_ms=lambda: time.time_ns() // 1_000_000,
        interval_ms=round(config.report_s * 1000),
        program=_version(),
    )
    pipeline = Pipeline(name, camera, models, config.sampling, storer, transport, tally)
    return Device(config, camera, models, spool, storer, uploader, reporter, pipeline, complaint)


def answer_one(config: Config) -> Answer:
    """Let a device answer one picture and send it on its way; give the answer.

    Raises:
        CameraError: a damaged picture. EndOfPictures: there is none.
    """
    answers: list[Answer] = []
    device = build(config, open_uplink(config), _Collected(answers), threading.Event())
    once(device)
    return answers[0]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give the exit code."""
    options = _parser().parse_args(arguments)
    _spare_memory()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        config = load_config(options.config, _settings(options))
        if options.command == "doctor":
            return _show(examine(config, open_uplink))
        if options.command == "selftest":
            return _show(SelfTest(config, open_uplink, answer_one, _version()).run())
        with _alone(config):
            return _work(options.command, config)
    except ConfigError as error:
        return _fail(str(error), 2)
    except (OSError, CameraError, EndOfPictures, Timeout) as error:
        return _fail(_reason(error), 1)
    except KeyboardInterrupt:
        return 130


def _work(command: str, config: Config) -> int:
    """Do ``run`` or ``once``; give the exit code."""
    stop, signals = threading.Event(), _Signals()
    device = build(config, open_uplink(config), Lines(sys.stdout), stop)
    with signals.set(stop):
        try:
            if command == "once":
                once(device)
            else:
                run(device, stop)
        except EndOfPictures:
            if signals.received is None:
                raise
        finally:
            device.camera.close()
    return 130 if signals.received == signal.SIGINT else 0


@contextlib.contextmanager
def _alone(config: Config) -> Iterator[None]:
    """See to it that no other program works in this home."""
    home = config.home_folder
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "lock", timeout=0):
        yield


class _Signals:
    """SIGTERM and SIGINT ask the program to end; a second one ends it at once."""

    def __init__(self) -> None:
        self.received: int | None = None

    @contextlib.contextmanager
    def set(self, stop: threading.Event) -> Iterator[None]:
        """Listen for as long as the block runs."""

        def ask(number: int, _frame: object) -> None:
            self.received = number
            signal.signal(number, signal.SIG_DFL)
            _thread.start_new_thread(stop.set, ())  # here it might wait for a lock that the interrupted code holds

        before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Collected:
    """Answers in a list."""

    def __init__(self, answers: list[Answer]) -> None:
        self._answers = answers

    def publish(self, answer: Answer) -> None:
        """Keep an answer."""
        self._answers.append(answer)


def _load(folder: Path, threads: int) -> tuple[Classifier, Thresholds]:
    classifier = OnnxClassifier.load(folder, threads)
    return classifier, classifier.manifest.thresholds


def _spare_memory() -> None:
    """Make the C library give freed memory back.

    Measured with a classifier on EfficientNet-Lite0 alone: 130 MB, and 160 after a change of models; so, 110 before and after.
    """
    # <malloc.h> of glibc; other C libraries have no such thing.
    trim_threshold, arena_max = -1, -8
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(arena_max, 1)
        mallopt(trim_threshold, 64 << 10)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="settings (TOML); options go over it")
    common.add_argument("--bucket", metavar="FOLDER", help="the bucket: a folder")
    common.add_argument("--camera", metavar="URL", help="folder:///path[?loop=1|?watch=1] or synthetic://")
    common.add_argument("--device", metavar="NAME", help="this device's name (default: the computer's)")
    common.add_argument("--home", metavar="DIR", help="where spool, models and state lie")
    common.add_argument("--interval", type=float, metavar="S", help="seconds between two pictures (default: the camera's pace)")
    parser = argparse.ArgumentParser(prog="python -m edge", description="The program of one device.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("run", "answer picture after picture, an answer a line on stdout"),
        ("once", "answer one picture"),
        ("selftest", "try home, bucket, model and program"),
        ("doctor", "say what is missing"),
    ):
        commands.add_parser(name, help=text, description=text, parents=[common])
    return parser


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    names = {"bucket": "bucket", "camera": "camera", "device": "device", "home": "home", "interval": "interval_s"}
    return {key: getattr(options, option) for option, key in names.items()}


def _show(findings: Iterator[Finding] | Iterator[Trial]) -> int:
    good = True
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
        sys.stdout.flush()
        good = good and finding.good
    return 0 if good else 1


def _fail(reason: str, code: int) -> int:
    sys.stderr.write(f"edge: {reason}\n")
    return code


def _reason(error: Exception) -> str:
    if isinstance(error, Timeout):
        return f"another program works in this home already ({Path(error.lock_file).parent})"
    if isinstance(error, EndOfPictures):
        return "the camera has no picture"
    return str(error)


def _version() -> str:
    try:
        return importlib.metadata.version("sortloop")
    except importlib.metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
