"""What is shown of an image in a sort session."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.core.journal import Kind
from edge.contract.keys import Area, locate


class Status(StrEnum):
    """What became of an image."""

    OPEN = "open"
    SKIPPED = "skipped"
    """Passed over on this page; nothing is kept of it."""
    UNSURE = "unsure"
    """Set aside: it stays where it is, but only the filter for it shows it again."""
    LABELLED = "labelled"
    DISCARDED = "discarded"
    RESTORED = "restored"
    """Sent back to be sorted again."""
    GONE = "gone"
    """Somebody else sorted it, or it is in conflict."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is shown of an image."""

    status: Status
    cls: str | None = None
    """The class it was labelled as."""
    winner: str = ""
    """Who was faster, if it is gone and known."""
    where: str = ""
    """The key it lies under now, or the reason of a conflict."""


OPEN = Mark(Status.OPEN)
UNSURE = Mark(Status.UNSURE)


def mark_at(key: str, home: str, kind: Kind | None = None) -> Mark:
    """Give what is shown of an image that is at home under one key and decided to lie under another.

    ``kind`` is what decided it, where that is known: only a decision of this session marks an image that stays at home.
    """
    if kind is Kind.UNSURE:
        return UNSURE
    if key == home and kind is None:
        return OPEN
    place = locate(key)
    if place is not None and place.area is Area.LABELED:
        return Mark(Status.LABELLED, place.cls)
    if place is not None and place.area is Area.DISCARDED:
        return Mark(Status.DISCARDED)
    return OPEN if key == home else Mark(Status.RESTORED)
