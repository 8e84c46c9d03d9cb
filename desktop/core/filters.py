"""Which images of the queue are wanted, and how many there would be."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from desktop.core.images import Image
from desktop.core.pages import is_blind, taken_for, time_ms


@dataclass(frozen=True, slots=True)
class Filter:
    """What an image must be to be shown; the empty filter shows all. It is kept as JSON.

    Class, confidence and name are what a blind page must not show. A filter that asks for one of them shows no blind
    images at all: their company would tell what the model thinks of them.
    """

    classes: tuple[str | None, ...] = ()
    """Taken for one of these (None: for nothing); empty: any."""
    devices: tuple[str | None, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    """The first moment that is too late."""
    min_confidence: float | None = None
    """0..1, of the prediction; an image without one has none that is high enough."""
    max_confidence: float | None = None
    text: str = ""
    """A part of the name, whatever its case."""
    unsure: bool = False
    """Only the images that were set aside as unsure, which otherwise are not shown."""

    @property
    def tells(self) -> bool:
        """Whether the filter speaks of what a blind page must not show."""
        return bool(self.classes or self.text) or self.min_confidence is not None or self.max_confidence is not None

    def matches(self, image: Image) -> bool:
        """Tell whether an image is wanted; whether it was set aside is the caller's to know."""
        if self.devices and image.device not in self.devices:
            return False
        if self.since_ms is not None and time_ms(image) < self.since_ms:
            return False
        if self.until_ms is not None and time_ms(image) >= self.until_ms:
            return False
        if not self.tells:
            return True
        if is_blind(image) or (self.classes and taken_for(image) not in self.classes):
            return False
        return self._confident(image) and self.text.casefold() in image.name.casefold()

    def _confident(self, image: Image) -> bool:
        if self.min_confidence is None and self.max_confidence is None:
            return True
        low = 0.0 if self.min_confidence is None else self.min_confidence
        high = 1.0 if self.max_confidence is None else self.max_confidence
        return image.prediction is not None and low <= image.prediction.confidence <= high


@dataclass(frozen=True, slots=True)
class Facets:
    """How many images a filter shows, and how many it would show for each other choice of class and of device."""

    total: int = 0
    classes: dict[str | None, int] = field(default_factory=dict)
    """None: taken for nothing. Blind images count under no class."""
    devices: dict[str | None, int] = field(default_factory=dict)


def facets(images: Iterable[Image], chosen: Filter) -> Facets:
    """Count images as the filter's panel shows them."""
    any_class, any_device = replace(chosen, classes=()), replace(chosen, devices=())
    total = 0
    classes: Counter[str | None] = Counter()
    devices: Counter[str | None] = Counter()
    for image in images:
        total += chosen.matches(image)
        if not is_blind(image) and any_class.matches(image):
            classes[taken_for(image)] += 1
        if any_device.matches(image):
            devices[image.device] += 1
    return Facets(total, dict(classes), dict(devices))
