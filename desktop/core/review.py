"""Which labelled images are wanted for a review, newest labelled first, and how many there would be. Pure functions.

What a model thinks of a test image must not choose it: who mended only the labels that a model contradicts would make the
test set that model's own. A filter that asks for contradicted labels shows no images of the test side.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from desktop.core.catalog import Known, Label
from desktop.core.images import Image
from edge.contract.keys import Area
from edge.contract.names import Side


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label as it was given."""

    image: Image
    cls: str
    """The class, by the name it has now."""
    labeller: str | None
    """None: not known, or put there by other means."""
    at_ms: int
    """When; where that is not known, when the object appeared."""
    model: str | None
    """Whose suggestion was in sight; None: no model's."""
    blind: bool
    contradicted: bool
    """Whether the model's answer, or else the device's, is another class; never for a test image."""


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What a label must be to be shown; the empty filter shows all. It is kept as JSON."""

    classes: tuple[str, ...] = ()
    labellers: tuple[str | None, ...] = ()
    """None: whoever is not known."""
    models: tuple[str | None, ...] = ()
    """None: labelled without a model's suggestion in sight."""
    since_ms: int | None = None
    until_ms: int | None = None
    """The first moment that is too late."""
    blind: bool | None = None
    contradicted: bool = False
    """Only labels that the prediction contradicts, of the train side."""

    def misses(self, label: Labelled) -> list[str]:
        """Give what about a label is not as wanted, by the names of the fields above; ``time`` for the moments."""
        late = self.until_ms is not None and label.at_ms >= self.until_ms
        wrong = {
            "classes": bool(self.classes) and label.cls not in self.classes,
            "labellers": bool(self.labellers) and label.labeller not in self.labellers,
            "models": bool(self.models) and label.model not in self.models,
            "time": late or (self.since_ms is not None and label.at_ms < self.since_ms),
            "blind": self.blind is not None and label.blind is not self.blind,
            "contradicted": self.contradicted and not label.contradicted,
        }
        return [name for name, missed in wrong.items() if missed]


@dataclass(frozen=True, slots=True)
class ReviewFacets:
    """How many labels a filter shows, and how many it would show for each other choice of one kind."""

    total: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    labellers: dict[str | None, int] = field(default_factory=dict)
    models: dict[str | None, int] = field(default_factory=dict)
    blind: dict[bool, int] = field(default_factory=dict)
    contradicted: int = 0


def labelled(known: Iterable[Known], models: Mapping[str, str], resolve: Callable[[str], str | None]) -> list[Labelled]:
    """Give the labels among what the catalog knows, newest first.

    Args:
        known: Images with the predictions to hold against their labels (``catalog.known(Area.LABELED, model=…)``).
        models: Whose suggestion was in sight, by decision (:meth:`desktop.core.chronicle.Chronicle.models`).
        resolve: Gives the class that an id stands for now (``Taxonomy.resolve``).
    """
    resolved = cache(resolve)
    found = [_labelled(one, models, resolved) for one in known if one.image.area is Area.LABELED and one.image.cls]
    return sorted(found, key=lambda label: (-label.at_ms, label.image.name))


def choose(labels: Iterable[Labelled], chosen: ReviewFilter) -> list[Image]:
    """Give the images whose labels are wanted, in their order."""
    return [label.image for label in labels if not chosen.misses(label)]


def facets(labels: Iterable[Labelled], chosen: ReviewFilter) -> ReviewFacets:
    """Count labels as the filter's panel shows them, in one pass."""
    total = contradicted = 0
    classes: Counter[str] = Counter()
    labellers: Counter[str | None] = Counter()
    models: Counter[str | None] = Counter()
    blind: Counter[bool] = Counter()
    for label in labels:
        misses = chosen.misses(label)
        total += not misses
        classes[label.cls] += misses in ([], ["classes"])
        labellers[label.labeller] += misses in ([], ["labellers"])
        models[label.model] += misses in ([], ["models"])
        blind[label.blind] += misses in ([], ["blind"])
        contradicted += label.contradicted and not misses
    return ReviewFacets(total, dict(+classes), dict(+labellers), dict(+models), dict(+blind), contradicted)


def _labelled(known: Known, models: Mapping[str, str], resolve: Callable[[str], str | None]) -> Labelled:
    image, label = known.image, known.label or Label()
    cls = resolve(image.cls or "") or image.cls or ""
    seen = image.prediction if image.side is Side.TRAIN else None
    return Labelled(
        image,
        cls,
        label.labeller,
        image.modified_ms if label.labelled_ms is None else label.labelled_ms,
        models.get(label.decision or ""),
        bool(label.blind),
        seen is not None and (resolve(seen.label) or seen.label) != cls,
    )
