"""Field images, a clock and ids for the tests of sorting."""

from dataclasses import dataclass, replace
from itertools import count

from desktop.core.images import Image, Prediction, image_of
from edge.contract.keys import Area, key_of
from edge.contract.names import Side, format_name, slot_side

CLASSES = ("beer-mug", "clutter", "soda-can")
START_MS = 1_790_000_000_000


@dataclass
class Clock:
    """A clock that only goes when it is told to."""

    at_ms: int = START_MS

    def __call__(self) -> int:
        return self.at_ms


def ids(prefix="d"):
    """Give a maker of ids that sort as they were made."""
    numbers = count()
    return lambda: f"{prefix}{next(numbers):06}"


def field_image(
    number,
    cls="soda-can",
    confidence=0.5,
    *,
    device="pi-1",
    side=Side.TRAIN,
    area=Area.RAW,
    label=None,
    dhash=None,
    captured_ms=None,
) -> Image:
    """Give a field image of a side; images of different numbers are at least ten minutes apart, unless a time is given."""
    captured_ms = moment(number, device, side) if captured_ms is None else captured_ms
    name = format_name(captured_ms, cls, confidence, device, f"{number:012x}")
    image = image_of(key_of(area, name, label), f"etag-{number}", 1000, START_MS)
    assert image is not None
    assert image.side is side
    return replace(image, dhash=dhash)


def moment(number, device, side) -> int:
    """Give a capture time in a slot of the wanted side, one a number."""
    start_ms = START_MS + number * 1_200_000
    return next(ms for ms in range(start_ms, start_ms + 600_000, 10_000) if slot_side(device, ms) is side)


def predicted(image, label, confidence, margin=0.1, model="m") -> Image:
    """Give an image with a model's prediction in place of the name's."""
    return replace(image, prediction=Prediction(label, confidence, margin, model))
