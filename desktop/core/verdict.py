"""What the gate says of a candidate, and by which rules: the records of a verdict."""

from dataclasses import dataclass, field
from enum import StrEnum

from desktop.core.intervals import Difference, Estimate
from desktop.core.texts import _


class Ruling(StrEnum):
    """The four verdicts."""

    PASS = "pass"  # noqa: S105 - a word of the gate, no password
    REFUSE = "refuse"
    INSUFFICIENT = "insufficient"
    """Neither is shown; more blind labels would tell."""
    FIRST = "first"
    """Nothing is in service that it could be worse than."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What a candidate must show."""

    margin: float = 0.03
    """How much worse, as a share of all pictures, a candidate may be at the lower bound."""
    min_images: int = 100
    min_per_class: int = 10
    alpha: float = 0.05
    """How often a candidate worse by the margin may pass, all attempts since the last deployment together."""
    allow_chosen: bool = False
    """Whether pictures count that a device sent for what its model answered; every verdict then says so."""

    def __post_init__(self) -> None:
        if not 0.001 <= self.margin <= 0.5:
            raise ValueError(_("margin: a share from 0.001 to 0.5 was expected"))
        if self.min_images < 1:
            raise ValueError(_("min_images: at least 1 was expected"))
        if self.min_per_class < 0:
            raise ValueError(_("min_per_class: 0 or more was expected"))
        if not 0.0001 <= self.alpha <= 0.25:
            raise ValueError(_("alpha: a share from 0.0001 to 0.25 was expected"))


@dataclass(frozen=True, slots=True)
class Missing:
    """How many more blind labels an insufficient verdict waits for; nothing is missing from the others."""

    images: int = 0
    """To reach ``min_images``."""
    per_class: dict[str, int] = field(default_factory=dict)
    """To reach ``min_per_class``; classes with enough are left out."""
    interval: int | None = 0
    """An estimate: until an equal model would pass in nine of ten cases. None: it would have passed already, most likely."""

    @property
    def total(self) -> int | None:
        """All that is missing, as one number; None if more labels would hardly help."""
        return None if self.interval is None else max(self.images, sum(self.per_class.values()), self.interval)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class that both models have."""

    cls: str
    n: int
    """Test pictures of this class."""
    old: Estimate | None
    """Recall with its interval; None in a first verdict. ``value`` is None without pictures."""
    new: Estimate
    worse_bursts: int
    """Bursts of which the new model recognises fewer pictures than the old one."""
    better_bursts: int
    p: float
    """The chance of so many worse bursts if nothing had changed, corrected for the number of classes."""
    worse: bool
    """Worse beyond chance."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A class that one of the models never had; it counts in nothing else."""

    cls: str
    n: int
    old: Estimate | None
    """Recall; None for a model that never had the class."""
    new: Estimate | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A candidate held against another model on the same blind test pictures."""

    verdict: str
    """A :class:`Ruling`."""
    difference: Difference | None
    """Of the accuracies; each end errs with ``alpha``. None where nothing could be compared."""
    reasons: tuple[str, ...]
    """Whole sentences in the user's language."""
    n: int
    """Pictures of classes that both models have; only they are compared."""
    accuracy_old: float | None
    accuracy_new: float | None
    gained: int
    """Pictures that only the new model has right."""
    lost: int
    inflation: float
    """By which the variance was multiplied for bursts."""
    attempt: int
    """The how manieth on these test pictures since the last deployment, from 1."""
    alpha: float
    """What this attempt may spend of ``settings.alpha``."""
    classes: tuple[ClassRow, ...]
    apart: tuple[Apart, ...]
    missing: Missing
    newly_broken: tuple[str, ...]
    """Names of the pictures that only the old model has right, the new model's most confident answers first."""
    newly_right: tuple[str, ...]
    settings: GateSettings
    against_best: "Verdict | None" = None
    """The same candidate against the best model ever shipped; ``verdict``, ``reasons`` and ``missing`` above tell of both."""
