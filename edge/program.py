"""A device at work: the threads of ``run`` and the one picture of ``once``.

The caller's thread captures and answers · *storer* writes to the disk · *uploader* sends · *keeper* looks for orders and reports.
"""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from edge.camera import PacedCamera
from edge.complaint import Complaint
from edge.config import Config
from edge.contract.messages import Answer
from edge.contract.records import encode
from edge.models import Models
from edge.pipeline import Pipeline
from edge.ports import CameraError, EndOfPictures, UplinkError
from edge.reporting import Reporter
from edge.spool import Spool
from edge.uploader import Storer, Uploader

_log = logging.getLogger(__name__)


class Lines:
    """Answers as JSON lines; satisfies ``edge.ports.Transport``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream
        self._complaint = Complaint(_log)

    def publish(self, answer: Answer) -> None:
        """Write one line; once nobody reads any more, none. A file on a full disk is no reason to end."""
        if self._stream is None:
            return
        try:
            print(json.dumps(encode(answer), ensure_ascii=False), file=self._stream, flush=True)
            self._complaint.clear()
        except (BrokenPipeError, ValueError):
            _log.warning("nobody reads the answers any more")
            self._stream = None
        except OSError as error:
            self._complaint.tell(f"answers cannot be written: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class Device:
    """Everything that one device is made of."""

    config: Config
    camera: PacedCamera
    models: Models
    spool: Spool
    storer: Storer
    uploader: Uploader
    reporter: Reporter
    pipeline: Pipeline

    complaint: Complaint
    """That the bucket cannot be reached."""

    def update(self) -> None:
        """Look for orders and report, as far as the bucket can be reached."""
        with told(self.complaint):
            self.models.update()
            self.reporter.report()

    def report(self, *, now: bool = False) -> None:
        """Report, as :meth:`Reporter.report` does, if the bucket can be reached."""
        with told(self.complaint):
            self.reporter.report(now=now)


@contextlib.contextmanager
def told(complaint: Complaint) -> Iterator[None]:
    """Say that the bucket cannot be reached, and go on."""
    try:
        yield
        complaint.clear()
    except UplinkError as error:
        complaint.tell(f"the bucket cannot be reached: {error}")


def run(device: Device, stop: threading.Event) -> None:
    """Answer picture after picture until ``stop`` or the end of the pictures; leave nothing half done."""
    # A replay may be over before a thread had looked: the first look comes before the first picture.
    device.update()
    storer = threading.Thread(target=_again, args=(device.storer.run,), name="storer")
    uploader = threading.Thread(target=_again, args=(partial(device.uploader.run, stop),), name="uploader", daemon=True)
    keeper = threading.Thread(target=_again, args=(partial(_keep, device, stop),), name="keeper", daemon=True)
    for thread in (storer, uploader, keeper):
        thread.start()
    try:
        _answer(device, stop)
    finally:
        device.storer.finish()
        storer.join()
        if not stop.is_set():
            _drain(device, stop)
        stop.set()
        device.uploader.wake()
        device.models.changed.set()
        for thread in (uploader, keeper):
            thread.join(5.0)  # a request that hangs is no reason to hang; the spool keeps what is not acknowledged
        _end(device)


def once(device: Device) -> None:
    """Answer one picture, and send what waits.

    Raises:
        CameraError: a damaged picture. EndOfPictures: there is none.
    """
    device.update()
    try:
        device.pipeline.handle()
    finally:
        device.storer.finish()
        device.storer.run()
        while device.spool.waiting and device.uploader.step() == 0:
            pass
        _end(device)


def _answer(device: Device, stop: threading.Event) -> None:
    """Answer at the camera's pace or the configured one."""
    interval_s = device.camera.interval_s if device.config.interval_s is None else device.config.interval_s
    failures, complaint, next_s = 0, Complaint(_log), time.monotonic()
    while not stop.is_set():
        try:
            device.pipeline.handle()
            failures = 0
            complaint.clear()
        except CameraError as error:
            complaint.tell(f"no picture: {error}")
            failures += 1
            stop.wait(min(1.0, 0.05 * (failures - 1)))  # one damaged file costs nothing, a dead camera no processor
        except EndOfPictures:
            return
        next_s = max(next_s + interval_s, time.monotonic())
        stop.wait(next_s - time.monotonic())


def _keep(device: Device, stop: threading.Event) -> None:
    """Look for orders at the configured pace, and report whenever there is something new."""
    looked_s = time.monotonic()
    poll_s = device.config.models.poll_s
    while not stop.is_set():
        device.models.changed.wait(max(0.0, looked_s + poll_s - time.monotonic()))
        device.models.changed.clear()
        if stop.is_set():
            return
        if time.monotonic() >= looked_s + poll_s:
            looked_s = time.monotonic()
            device.update()
        else:
            device.report()


def _again(work: Callable[[], None]) -> None:
    """Do a thread's work until it returns; what nobody foresaw is told, and is no reason to stop for an unattended device."""
    while True:
        try:
            work()
        except Exception:  # noqa: BLE001  # the last place where it can be told
            _log.exception("%s went wrong and goes on", threading.current_thread().name)
            time.sleep(1.0)
        else:
            return


def _drain(device: Device, stop: threading.Event) -> None:
    """Wait until everything has reached the bucket, but not for ever."""
    until_s = time.monotonic() + device.config.upload.drain_s
    while device.spool.waiting and time.monotonic() < until_s and not stop.wait(0.02):
        pass
    if device.spool.waiting:
        _log.warning("%d pictures wait for the next start", device.spool.waiting)


def _end(device: Device) -> None:
    device.models.close()
    device.report(now=True)
