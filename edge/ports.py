"""What the device's program asks of the world. Each has at least two real implementations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from edge.contract.messages import Answer
from edge.contract.metadata import Clock

if TYPE_CHECKING:
    from numpy.typing import NDArray


class CameraError(Exception):
    """The camera gave no picture this time; it may do so later."""


class EndOfPictures(Exception):
    """A camera that replays has nothing more to show."""


class UplinkError(Exception):
    """The bucket could not be reached or refused; nothing is lost, it is tried again later."""


class NeverTaken(UplinkError):
    """The bucket can never hold this object, however often it is tried: its key is beyond what it knows."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One capture: the JPEG as the camera gave it, without tags but the orientation."""

    jpeg: bytes
    wall_ms: int
    clock: Clock
    source: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """A classifier's answer to one picture."""

    classes: tuple[str, ...]
    probabilities: "NDArray[Any]"
    """A number a class, together 1."""
    features: "NDArray[Any] | None" = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.classes[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """The probability of :attr:`label`, 0..1."""
        return float(self.probabilities.max())

    @property
    def margin(self) -> float:
        """The distance between the best two probabilities, 0..1."""
        second, first = sorted(float(p) for p in self.probabilities)[-2:]
        return first - second

    def best(self, count: int = 5) -> tuple[tuple[str, float], ...]:
        """Give the most probable classes, best first."""
        order = self.probabilities.argsort()[::-1][:count]
        return tuple((self.classes[index], float(self.probabilities[index])) for index in order)


class Camera(Protocol):
    """Where pictures come from."""

    def capture(self) -> Frame:
        """Give the next picture.

        Raises:
            CameraError: none this time. EndOfPictures: none any more.
        """

    def close(self) -> None:
        """Let the device go; safe to call twice."""


class Classifier(Protocol):
    """A loaded model."""

    @property
    def model_id(self) -> str:
        """The id of the bundle it was loaded from."""

    def classify(self, jpeg: bytes) -> Prediction:
        """Give the answer to one picture.

        Raises:
            BadImage: the bytes are no picture.
        """


class Transport(Protocol):
    """Where answers go."""

    def publish(self, answer: Answer) -> None:
        """Send an answer; one that cannot be sent is dropped, since its picture is not."""


class Uplink(Protocol):
    """The bucket as a device sees it. Keys are relative to P."""

    def put(self, key: str, body: bytes, metadata: Mapping[str, str] | None = None, *, if_absent: bool = False) -> bool:
        """Store an object; with ``if_absent``, give False if the key is taken and leave it alone.

        Raises:
            NeverTaken: not this object. UplinkError: later, perhaps.
        """

    def get(self, key: str, max_bytes: int) -> bytes | None:
        """Give an object's body, or None if there is none.

        Raises:
            UplinkError: later, perhaps; or larger than ``max_bytes``.
        """
