"""What an image carries with it: S3 user metadata, percent-encoded ASCII, at most 2 KB together."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from edge.contract.names import MAX_MS
from edge.contract.records import SCHEMA

MAX_BYTES = 2048
"""S3's limit for all names and values of one object's user metadata."""

LABEL_BYTES = 512
"""What a label move may take of it; a device leaves that much free."""

MAX_SCORES = 5


class Reason(StrEnum):
    """Why a device sent an image home."""

    CHANCE = "chance"
    """Drawn without a look at the answer; the only reason that counts in the gate."""
    LOW = "low"
    MARGIN = "margin"
    HIGH = "high"


class Clock(StrEnum):
    """How far a capture time may be trusted."""

    SYNCED = "synced"
    UNSYNCED = "unsynced"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class RawMetadata:
    """What a device says of an image it sends."""

    device: str
    captured_ms: int
    clock: str
    reason: str
    probability: float
    """The chance with which an image like this one was sent, 0..1."""
    model: str | None = None
    scores: tuple[tuple[str, float], ...] = ()
    """The best classes with their probabilities, best first; at most five are kept."""


@dataclass(frozen=True, slots=True)
class LabelMetadata:
    """What a label move adds to an image."""

    decision: str
    """The decision's ULID."""
    labeller: str
    labelled_ms: int
    blind: bool
    """Whether it was labelled without suggestion, name or score in sight."""


def encode_raw(raw: RawMetadata) -> dict[str, str]:
    """Give the metadata of an image as it is stored.

    Raises:
        ValueError: too long to leave room for a label.
    """
    pairs = {
        "schema": str(SCHEMA),
        "device": raw.device,
        "captured": str(raw.captured_ms),
        "clock": raw.clock,
        "reason": raw.reason,
        "probability": f"{raw.probability:.6g}",
        "scores": ",".join(f"{cls}={score:.4f}" for cls, score in raw.scores[:MAX_SCORES]),
    }
    return encode({**pairs, "model": raw.model} if raw.model else pairs, MAX_BYTES - LABEL_BYTES)


def decode_raw(stored: Mapping[str, str]) -> RawMetadata | None:
    """Read a device's metadata back; None where a picture has none, or it makes no sense or is newer than this version."""
    pairs = {key: unquote(value) for key, value in stored.items()}
    try:
        if int(pairs.get("schema", SCHEMA)) > SCHEMA:
            return None
        return RawMetadata(
            device=pairs["device"],
            captured_ms=_ms(pairs["captured"]),
            clock=pairs.get("clock", Clock.UNSYNCED),
            reason=pairs["reason"],
            probability=_share(pairs["probability"]),
            model=pairs.get("model"),
            scores=_scores(pairs.get("scores", "")),
        )
    except (KeyError, ValueError):
        return None


def encode_label(label: LabelMetadata) -> dict[str, str]:
    """Give the pairs that a label move adds.

    Raises:
        ValueError: longer than ``LABEL_BYTES``.
    """
    pairs = {
        "decision": label.decision,
        "labeller": label.labeller,
        "labelled": str(label.labelled_ms),
        "blind": "1" if label.blind else "0",
    }
    return encode(pairs, LABEL_BYTES)


def decode_label(stored: Mapping[str, str]) -> LabelMetadata | None:
    """Read the pairs of a label move back; None where no move of ours was the last."""
    pairs = {key: unquote(value) for key, value in stored.items()}
    try:
        return LabelMetadata(pairs["decision"], pairs["labeller"], _ms(pairs["labelled"]), pairs["blind"] == "1")
    except (KeyError, ValueError):
        return None


def encode(pairs: Mapping[str, str], max_bytes: int = MAX_BYTES) -> dict[str, str]:
    """Percent-encode values to ASCII.

    Raises:
        ValueError: names and values exceed ``max_bytes`` together.
    """
    stored = {key: quote(value, safe=",=:;+@/()[]") for key, value in pairs.items()}  # HTTP trims spaces
    size_bytes = sum(len(key) + len(value) for key, value in stored.items())
    if size_bytes > max_bytes:
        raise ValueError(f"metadata of {size_bytes} bytes; {max_bytes} are allowed")
    return stored


def _scores(text: str) -> tuple[tuple[str, float], ...]:
    pairs = (part.rpartition("=") for part in text.split(",") if part)
    return tuple((cls, _share(score)) for cls, _, score in pairs)


def _ms(text: str) -> int:
    number = int(text)
    if not 0 <= number < MAX_MS:
        raise ValueError("no time")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:  # nor is "nan" one
        raise ValueError("no share")
    return number
