"""What a device should run, what it says it runs, and what it counts; JSON below ``fleet/`` in the bucket."""

from dataclasses import dataclass, field
from enum import StrEnum

from edge.contract.bundle import Thresholds


class DeviceState(StrEnum):
    """What a device is doing about its model."""

    NO_MODEL = "no-model"
    RUNNING = "running"
    FETCHING = "fetching"
    CONFIRMING = "confirming"
    """Answers with the new model, keeps the old one until enough live pictures went well."""
    REFUSED = "refused"
    """The new model failed a check before it was used; the old one answers."""
    RETURNED = "returned"
    """The new model was used, went wrong, and the device went back by itself."""


@dataclass(frozen=True, slots=True)
class Desired:
    """``fleet/<device>/desired.json``: what a device should run. A higher revision is a new order."""

    revision: int
    model: str | None
    """A model's id; None: answer "no model"."""
    deployment: str | None = None
    thresholds: Thresholds | None = None
    """None: those of the model's manifest."""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class DeviceGroups:
    """``fleet/groups.json``: device groups, and what a device runs for which nothing was said."""

    default: Desired | None = None
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reported:
    """``fleet/<device>/reported.json``: a device's own word; nobody else writes it."""

    device: str
    state: str
    at_ms: int
    model: str | None = None
    previous: str | None = None
    revision: int = 0
    """The last revision of ``desired`` that the device acted on."""
    reason: str = ""
    """Why it refused or returned, why a fetch takes long, or that it cannot read its order, in a sentence."""
    program: str = ""
    answers: int = 0
    """Since the program started."""
    spooled: int = 0
    """Images that wait for the uplink."""
    dropped: int = 0
    """Images given up since the program started, for want of space."""


@dataclass(frozen=True, slots=True)
class DayStats:
    """``fleet/<device>/stats/<day>.json``: counts of one UTC day."""

    device: str
    day: str
    answers: int = 0
    by_class: dict[str, int] = field(default_factory=dict)
    confidence: tuple[int, ...] = (0,) * 10
    """Answers in ten bins of confidence from 0 to 1."""
    by_reason: dict[str, int] = field(default_factory=dict)
    """Images sent home, by reason."""
    by_model: dict[str, int] = field(default_factory=dict)
