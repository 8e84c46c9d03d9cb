"""What the application asks of the world: a store, a trainer, a fleet; and the records they speak.

Each has an adapter without a cloud in ``desktop/local``; every adapter of a port passes the same tests in ``tests/contracts``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from edge.contract.keys import ABSENT as ABSENT  # noqa: PLC0414 - a word of the port, and of the contract below it

if TYPE_CHECKING:
    from edge.contract.fleet import DayStats


@dataclass(frozen=True, slots=True)
class Listed:
    """One object as a listing gives it. Key, ETag and time together are its version (an ETag does not see metadata)."""

    key: str
    etag: str
    size_bytes: int
    modified_ms: int
    """By the server's clock."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One object, whole."""

    listed: Listed
    body: bytes
    metadata: Mapping[str, str]
    """Names in lower case, values percent-encoded ASCII (``edge.contract.metadata``)."""


@dataclass(frozen=True, slots=True)
class Move:
    """One image's way from key to key; asked again with the same decision, it is finished, not repeated."""

    decision: str
    """A ULID; it tells one move from another."""
    source: str
    source_etag: str
    target: str
    labeller: str
    at_ms: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Laid over the source's metadata; ``decision`` is among it."""


class Outcome(StrEnum):
    """How a move ended."""

    DONE = "done"
    LOST = "lost"
    """Somebody else moved the image first; ``Moved.winner`` and ``Moved.where`` say who and where to, if it can be told."""
    CHANGED = "changed"
    """The source is no longer the picture that was decided on, or the target holds other content; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a move."""

    outcome: Outcome
    etag: str = ""
    """Of the target, if done."""
    modified_ms: int = 0
    """Of the target, if done."""
    winner: str = ""
    """The labeller who was first, if lost and known."""
    where: str = ""
    """The key the image lies under now, if lost and known."""


class ObjectStore(Protocol):
    """The bucket below its path P. Keys are relative to P; a key that no file system should see is never created.

    Every method may raise OfflineError, CredentialsError or RemoteError; what is safe to repeat is repeated by the caller.
    """

    @property
    def url(self) -> str:
        """The address of P, for people and manifests, without a slash at its end: ``s3://bucket/path`` or ``file:///…``."""

    def list(self, prefix: str, start_after: str = "") -> Iterator[Listed]:
        """Give the objects below a prefix in the order of their keys' UTF-8 bytes, those up to ``start_after`` left out."""

    def get(self, key: str) -> Stored:
        """Give one object.

        Raises:
            NotFoundError: there is none.
        """

    def put(self, key: str, body: bytes, *, match: str, metadata: Mapping[str, str] | None = None) -> Listed:
        """Store an object if the condition holds: ``ABSENT``, or the ETag that must be there now.

        Raises:
            ConflictError: the condition does not hold; nothing was stored.
            NotFoundError: ``match`` is an ETag and nothing is there.
        """

    def move(self, move: Move) -> Moved:
        """Move one image; see "A move" in the design. Safe to repeat after a crash or a lost reply.

        Raises:
            BusyError: somebody else is moving this image right now; ask again.
        """

    def delete(self, key: str, *, match: str) -> None:
        """Delete an object if it still has this ETag; gone already is as good.

        Raises:
            ConflictError: it has another ETag; nothing was deleted.
        """


class RunState(StrEnum):
    """How far a training run is."""

    STARTING = "starting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (RunState.DONE, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class TrainingImage:
    """One picture of a training set."""

    path: str
    """A file on this computer."""
    sha256: str
    label: str
    burst: str = ""
    """Near-duplicates share one; they never part in cross-validation."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """All that a trainer needs, written to ``home/runs/<id>/plan.json``."""

    run: str
    dataset: str
    classes: tuple[str, ...]
    train: tuple[TrainingImage, ...]
    parent: str | None = None
    seed: int = 0
    started_by: str = ""
    created_ms: int = 0


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run as it stands."""

    run: str
    state: RunState
    step: str = ""
    """What it is doing, in a few words."""
    done: int = 0
    total: int = 0
    message: str = ""
    """Why it failed, for the user."""
    bundle: Path | None = None
    """A folder with ``model.json`` and its files, once done."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    """Figures of a run: its ``stage`` (network, pictures, head, bundle), ``seconds_by_step`` and ``curve`` so far; once done,
    seconds, cross-validated accuracy, feature set …"""
    answers: Path | None = None
    """A file of ``desktop.core.answers``, once done, where the trainer kept what heads answered to unseen pictures."""


class Trainer(Protocol):
    """Trains in the background; a run outlives the program that started it."""

    def start(self, plan: TrainingPlan) -> None:
        """Begin a run; starting the same run twice does nothing the second time."""

    def status(self, run: str) -> RunStatus:
        """Tell how far a run is.

        Raises:
            NotFoundError: there is no such run.
        """

    def logs(self, run: str, start: int = 0) -> list[str]:
        """Give a run's log lines from number ``start`` on."""

    def cancel(self, run: str) -> None:
        """Ask a run to stop between two items; an ended one stays as it is."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device: what it should run, what it says, and when it said so."""

    device: str
    desired: str | None
    reported: str | None
    state: str
    """``edge.contract.fleet.DeviceState``, or ``silent`` if it never spoke."""
    as_of_ms: int | None
    """The time of its last word."""
    reason: str = ""
    revision: int = 0
    """The last revision it acted on."""
    desired_revision: int = 0
    answers: int = 0
    """Since its program started."""
    spooled: int = 0
    """Pictures that wait there for the uplink."""
    dropped: int = 0
    """Pictures given up there for want of space, since its program started."""
    program: str = ""
    """The version of its program."""


class Fleet(Protocol):
    """The devices of a plant."""

    def devices(self, target: str = "") -> list[Device]:
        """Give the devices of a target (a device group or a device; all if empty), by name."""

    def days(self, device: str, count: int) -> "list[DayStats]":
        """Give what a device counted on the last days it spoke of, oldest first."""

    def deploy(self, model: str | None, target: str, deployment: str) -> list[str]:
        """Tell a target's devices to run a model; give their names. Asking again with the same deployment changes nothing."""

    def cancel(self, deployment: str) -> list[str]:
        """Take back an order from the devices that have not acted on it; give their names."""
