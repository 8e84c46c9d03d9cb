"""What is laid before a labeller: pictures to sort, sorted ones to review, or a few that something else points at."""

from dataclasses import dataclass, field
from enum import StrEnum

from desktop.core.pages import Order
from desktop.core.review import ReviewFilter


class Source(StrEnum):
    """Where a queue's pictures come from."""

    RAW = "raw"
    LABELLED = "labelled"
    DISCARDED = "discarded"
    DOUBTS = "doubts"
    """Labels that the model, trained without them, would not give."""
    NAMES = "names"
    """Pictures named one by one."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue by what it is; the sort station makes a session of it."""

    source: Source = Source.RAW
    title: str = ""
    names: tuple[str, ...] = ()
    """For ``NAMES``, in their order."""
    read_only: bool = False
    """Test pictures of a comparison: to be looked at; a label given in sight of answers would be worth nothing."""
    review: ReviewFilter = field(default_factory=ReviewFilter)
    """For ``LABELLED``: whose labels, and which."""
    order: Order = Order.GIVEN
    """For ``LABELLED``: as given is the newest label first."""
    back: str = ""
    """The station that Escape leads back to."""
