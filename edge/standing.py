"""Where a device stands with its model: one small file, replaced whole; a power cut leaves the old word or the new one."""

import contextlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from edge.contract.bundle import Thresholds
from edge.contract.fleet import Desired, DeviceState
from edge.contract.records import BadRecord, dump, load
from edge.disk import sync

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """``home/standing.json``: where the device stands with its model."""

    state: str = DeviceState.NO_MODEL
    model: str | None = None
    previous: str | None = None
    order: Desired | None = None
    """The last order that was acted on."""
    thresholds: Thresholds | None = None
    """Those that the model in use was ordered with."""
    reason: str = ""
    on_trial: bool = False
    """The model waits to be confirmed by live pictures."""
    confirmed: int = 0
    """How many of them it has answered."""
    previous_thresholds: Thresholds | None = None
    starts: int = 0
    """Program starts with the model on trial that did not end well."""

    @property
    def revision(self) -> int:
        """That of the last order that was acted on."""
        return self.order.revision if self.order else 0


def read_standing(file: Path) -> Standing:
    """Give where the device stands."""
    try:
        return load(Standing, file.read_bytes())
    except FileNotFoundError:
        return Standing()
    except (OSError, BadRecord) as error:
        _log.warning("%s cannot be read, beginning anew: %s", file, error)
        return Standing()


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
