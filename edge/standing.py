"""Where a device stands with its model: one small file, replaced whole; a power cut leaves the old word or the new one."""

import contextlib
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path

from edge.contract.bundle import Thresholds
from edge.contract.fleet import DeviceState
from edge.contract.records import BadRecord, dump, load
from edge.disk import sync

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """``home/standing.json``: where the device stands with its model."""

    state: str = DeviceState.NO_MODEL
    bucket: str = ""
    """Revisions count within one bucket."""
    model: str | None = None
    previous: str | None = None
    revision: int = 0
    reason: str = ""
    thresholds: Thresholds | None = None
    confirmed: int = 0
    """Live pictures that the model on trial has answered."""
    previous_thresholds: Thresholds | None = None
    starts: int = 0
    """Program starts with the model on trial that did not end well."""


def read_standing(file: Path, bucket: str) -> Standing:
    """Give where the device stands; in another bucket than last time revisions begin anew."""
    try:
        standing = load(Standing, file.read_bytes())
    except FileNotFoundError:
        return Standing(bucket=bucket)
    except (OSError, BadRecord) as error:
        _log.warning("%s cannot be read, beginning anew: %s", file, error)
        return Standing(bucket=bucket)
    return standing if standing.bucket == bucket else replace(standing, bucket=bucket, revision=0)


def write_standing(file: Path, standing: Standing) -> None:
    """Replace the file, through to the disk."""
    temporary = file.with_suffix(".tmp")
    try:
        with temporary.open("wb") as unfinished:
            unfinished.write(dump(standing))
            unfinished.flush()
            os.fsync(unfinished.fileno())
        os.replace(temporary, file)
        sync(str(file.parent))
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
