"""Which pictures are worth sending home: a pure decision, the same whenever the same picture is replayed.

In test slots chance alone decides, with one probability, and nobody looks at the answer: a test set of what the old model
doubts would make every other model look better. In train slots a preset decides:

    balanced     low confidence for sure, a small distance between the best two with a chance that falls with the distance,
                 and a small share of everything
    thresholds   the post's: confidence below ``low`` or above ``high``, nothing else

The chance with which a picture like this one is sent is recorded with it, so that figures can be weighted by 1/p.
"""

import hashlib
from dataclasses import dataclass

from edge.contract.bundle import Thresholds
from edge.contract.metadata import Reason
from edge.contract.names import Side, slot_side
from edge.ports import Prediction

BALANCED = "balanced"
THRESHOLDS = "thresholds"
PRESETS = (BALANCED, THRESHOLDS)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a device samples."""

    preset: str = BALANCED
    test_chance: float = 0.25
    """Of a picture in a test slot. A fifth of the slots are test: at the post's 200 pictures a day this gives ten a day."""
    chance: float = 0.02
    """Of any picture in a train slot (``balanced`` only)."""
    no_model_chance: float = 0.25
    """Of a picture in a train slot while there is no model."""
    margin: float = 0.3
    """Distance between the best two probabilities from which on it is no reason any more."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise ValueError(f"preset: {self.preset!r} is none of {', '.join(PRESETS)}")
        for key in ("test_chance", "chance", "no_model_chance", "margin"):
            if not 0 <= getattr(self, key) <= 1:
                raise ValueError(f"{key}: 0 to 1")


@dataclass(frozen=True, slots=True)
class Draw:
    """That a picture is sent, why, and with what chance."""

    reason: Reason
    probability: float


def draw(policy: Policy, thresholds: Thresholds, device: str, captured_ms: int, prediction: Prediction | None) -> Draw | None:
    """Decide on one picture; None: it stays. ``prediction`` is None where there is no model."""
    number = _uniform(policy.seed, device, captured_ms)
    if slot_side(device, captured_ms) is Side.TEST:
        return _by_chance(number, policy.test_chance)
    if prediction is None:
        return _by_chance(number, policy.no_model_chance)
    if policy.preset == THRESHOLDS:
        return _outside(thresholds, prediction.confidence)
    reason, look = _doubt(policy, thresholds, prediction)
    probability = max(policy.chance, look)
    if number >= probability:
        return None
    # Below the floor the picture would have come whatever was answered.
    return Draw(Reason.CHANCE if number < policy.chance else reason, probability)


def _by_chance(number: float, probability: float) -> Draw | None:
    return Draw(Reason.CHANCE, probability) if number < probability else None


def _outside(thresholds: Thresholds, confidence: float) -> Draw | None:
    """The post's rule; both comparisons are strict there."""
    if confidence < thresholds.low:
        return Draw(Reason.LOW, 1.0)
    if confidence > thresholds.high:
        return Draw(Reason.HIGH, 1.0)
    return None


def _doubt(policy: Policy, thresholds: Thresholds, prediction: Prediction) -> tuple[Reason, float]:
    """Give the stronger of the two doubts with its chance."""
    if prediction.confidence < thresholds.low:
        return Reason.LOW, 1.0
    if prediction.margin < policy.margin:
        return Reason.MARGIN, 1.0 - prediction.margin / policy.margin
    return Reason.MARGIN, 0.0


def _uniform(seed: int, device: str, captured_ms: int) -> float:
    """Give a number in [0, 1) that belongs to this capture; independent of the hash that draws the side."""
    digest = hashlib.sha256(f"sample\n{seed}\n{device}\n{captured_ms}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53
