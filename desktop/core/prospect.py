"""What a training would learn from as things stand, told without fetching a picture: the window's preview of a dataset."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from desktop.core.catalog import Known
from desktop.core.dataset import freeze
from desktop.core.taxonomy import Taxonomy
from edge.contract.keys import Area
from edge.contract.names import Side

_PAST = 5
"""So many of the last runs tell how fast this computer is."""


@dataclass(frozen=True, slots=True)
class Share:
    """One class of what will be trained."""

    cls: str
    before: int
    """Pictures the last model learned from."""
    now: int

    @property
    def new(self) -> int:
        """Pictures more than then; below zero where there are fewer."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Prospect:
    """What would be frozen now."""

    shares: tuple[Share, ...]
    train: int
    test: int
    """Field and base pictures of the test side."""
    unseen: int
    """Labelled pictures among them whose bytes nobody has looked at yet: some may be left out."""
    left_out: int

    @property
    def new(self) -> int:
        """Pictures more than the last model learned from, class by class."""
        return sum(max(0, share.new) for share in self.shares)

    @property
    def missing(self) -> tuple[str, ...]:
        """Classes without a picture to learn from: with any of them, nothing can be trained."""
        return tuple(share.cls for share in self.shares if not share.now)

    @property
    def trainable(self) -> bool:
        """Whether a training can begin."""
        return len(self.shares) > 1 and not self.missing


def prospect(known: Sequence[Known], taxonomy: Taxonomy, twins: Iterable[str], before: Mapping[str, int]) -> Prospect:
    """Tell what would be trained; ``before`` is how many pictures of each class the last model learned from."""
    frozen = freeze(known, taxonomy, twins)
    unseen = [one for one in known if one.content is None and one.image.area in (Area.LABELED, Area.BASE)]
    hoped = [one for one in unseen if taxonomy.resolve(one.image.cls or "") in frozen.classes]
    counts = Counter(entry.label for entry in frozen.train)
    counts.update(taxonomy.resolve(one.image.cls or "") or "" for one in hoped if one.image.side is Side.TRAIN)
    tests = len(frozen.test) + len(frozen.base_test) + sum(one.image.side is Side.TEST for one in hoped)
    return Prospect(
        shares=tuple(Share(cls, _before(cls, taxonomy, before), counts[cls]) for cls in frozen.classes),
        train=counts.total(),
        test=tests,
        unseen=len(hoped),
        left_out=sum(count for reason, count in frozen.left_out.items() if reason != "not fetched"),
    )


def estimate_s(past: Iterable[tuple[int, float]], pictures: int) -> float | None:
    """Give about how long a run takes, from the last runs (pictures, seconds), newest first; None without any."""
    rates = [seconds / count for count, seconds in past if count and seconds > 0][:_PAST]
    return median(rates) * pictures if rates else None


def _before(cls: str, taxonomy: Taxonomy, before: Mapping[str, int]) -> int:
    return sum(count for was, count in before.items() if taxonomy.resolve(was) == cls)
