"""How each device stands, in one word: what a fleet's table, its badge and its footer say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktop.core.ports import Device
from edge.contract.fleet import DayStats, DeviceState

OFFLINE_MS = 5 * 60_000
"""A device reports at least once a minute (``report_s`` in ``edge.config``); after five that failed it counts as offline."""


class Presence(StrEnum):
    """How a device stands."""

    CURRENT = "current"
    """It runs what it should."""
    BEHIND = "behind"
    """It has not acted on its order yet."""
    FETCHING = "fetching"
    CONFIRMING = "confirming"
    REFUSED = "refused"
    RETURNED = "returned"
    IDLE = "idle"
    """It has no model, and nobody told it to run one."""
    OFFLINE = "offline"
    SILENT = "silent"
    """It was told what to run and never spoke."""

    @property
    def trouble(self) -> bool:
        """Whether its reason is worth a row."""
        return self in (Presence.REFUSED, Presence.RETURNED)


def presence(device: Device, now_ms: int) -> Presence:
    """Tell how a device stands; a device that refused stays so until it is told anew, online or not."""
    if device.as_of_ms is None:
        return Presence.SILENT
    acted = device.revision >= device.desired_revision
    if acted and device.state in (DeviceState.REFUSED, DeviceState.RETURNED):
        return Presence(device.state)
    if not online(device, now_ms):
        return Presence.OFFLINE
    if device.state in (DeviceState.FETCHING, DeviceState.CONFIRMING):
        return Presence(device.state)
    if device.reported == device.desired:
        return Presence.CURRENT if device.reported else Presence.IDLE
    return Presence.BEHIND


def online(device: Device, now_ms: int) -> bool:
    """Tell whether a device spoke lately."""
    return device.as_of_ms is not None and now_ms - device.as_of_ms <= OFFLINE_MS


@dataclass(frozen=True, slots=True)
class RollCall:
    """A fleet in numbers."""

    devices: int
    online: int
    on_model: int
    """Devices that say they run the model."""


def roll_call(devices: Iterable[Device], model: str | None, now_ms: int) -> RollCall:
    """Count devices, those that are online, and those that run a model."""
    known = list(devices)
    on_model = sum(model is not None and one.reported == model for one in known)
    return RollCall(len(known), sum(online(one, now_ms) for one in known), on_model)


def mean_confidence(stats: DayStats) -> float | None:
    """Give the mean confidence of a day's answers, from its bins' middles; None without answers."""
    total = sum(stats.confidence)
    if not total:
        return None
    width = 1 / len(stats.confidence)
    return sum(count * (number + 0.5) * width for number, count in enumerate(stats.confidence)) / total


def confidences(days: Sequence[DayStats]) -> tuple[float, ...]:
    """Give the mean confidence of each day that had answers."""
    return tuple(mean for day in days if (mean := mean_confidence(day)) is not None)
