"""Topics, and what goes over them. The topics are the post's, leading slash included."""

from dataclasses import dataclass, field

REQUEST_TOPIC = "/request/classify/beverage_container"
RESPONSE_TOPIC = "/response/prediction/beverage_container"

MAX_MESSAGE_BYTES = 2048
"""A nucleus lite takes 5,000 bytes a packet; answers stay well below."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Why and with what chance a picture was sent home."""

    reason: str
    probability: float
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of one picture."""

    id: str
    device: str
    at_ms: int
    clock: str
    message: str
    """The post's sentence, which its consumers read."""
    label: str | None = None
    """None: the device has no model."""
    confidence: float = 0.0
    scores: dict[str, float] = field(default_factory=dict)
    """The best five."""
    model: str | None = None
    latency_ms: float = 0.0
    sampled: Sampled | None = None
    source: str = ""
    """Where the picture came from: a file's path (the end of a long one), or the camera's name."""
