"""One image as everybody in core speaks of it."""

from dataclasses import dataclass

from edge.contract.keys import Area, locate
from edge.contract.names import FieldName, Side, parse_name, side_of


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model thinks of an image."""

    label: str
    confidence: float
    margin: float
    """Distance between the best two probabilities; 1 where only a name's answer is known."""
    model: str | None = None
    """None: the device's own answer, read from the name."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image where it lies, with what its name and the catalog tell."""

    key: str
    etag: str
    size_bytes: int
    modified_ms: int
    area: Area
    cls: str | None
    """The class it lies under."""
    name: str
    side: Side
    captured_ms: int | None
    device: str | None
    prediction: Prediction | None = None
    dhash: int | None = None


def image_of(key: str, etag: str, size_bytes: int, modified_ms: int) -> Image | None:
    """Build an image from a listing; None for what is no image of the loop."""
    place = locate(key)
    if place is None:
        return None
    field = FieldName() if place.area is Area.BASE else parse_name(place.name)
    seen = None
    if field.predicted is not None and field.confidence is not None:
        seen = Prediction(field.predicted, field.confidence, 1.0)
    return Image(
        key=key,
        etag=etag,
        size_bytes=size_bytes,
        modified_ms=modified_ms,
        area=place.area,
        cls=place.cls,
        name=place.name,
        side=side_of(key if place.area is Area.BASE else place.name, field),
        captured_ms=field.captured_ms,
        device=field.device,
        prediction=seen,
    )
