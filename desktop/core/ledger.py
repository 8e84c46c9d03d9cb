"""What a sort session knows of each image: where it will lie once all that is decided is done, and what is shown of it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from desktop.core.images import Image
from desktop.core.journal import Choice, Decision, Kind, State
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


@dataclass(frozen=True, slots=True)
class _Word:
    """One decision of the session on one image."""

    step: int
    mark: Mark
    key: str
    """Where it leaves the image."""


class Ledger:
    """The images of one area (raw ones are sorted, labelled ones reviewed) with the decisions of this session on them."""

    def __init__(self, area: Area, unsure: Iterable[str]) -> None:
        self.area = area
        self.images: dict[str, Image] = {}
        """By base name. Each is *open* where it lies: that is its home."""
        self.made: Counter[Mark] = Counter()
        """Images by the last decision of this session on them."""
        self.gone: dict[str, Mark] = {}
        self._unsure = set(unsure)
        self._places: dict[str, tuple[str, str]] = {}
        self._words: dict[str, list[_Word]] = {}

    def take(self, images: Iterable[Image], planned: Mapping[str, str]) -> None:
        """Take in images as the catalog has them; ``planned`` is the journal's overlay. Other areas' images are left out."""
        for image in images:
            name = image.name
            if image.area is not self.area:
                continue
            self.images[name] = image
            self.gone.pop(name, None)
            if name in planned:
                self._places[name] = (planned[name], "")
            else:
                self._places.pop(name, None)
            words = self._words.get(name)
            if words and words[-1].key != self.key(name):  # somebody else has moved it since
                self._say(name, [])
                self._unsure.discard(name)

    @property
    def decided(self) -> int:
        """How many images this session has decided on."""
        return sum(count for mark, count in self.made.items() if mark.status is not Status.OPEN)

    def key(self, name: str) -> str:
        """Give where an image will lie."""
        place = self._places.get(name)
        return self.images[name].key if place is None else place[0]

    def mark(self, name: str) -> Mark:
        """Give what is shown of an image."""
        if name in self.gone:
            return self.gone[name]
        if words := self._words.get(name):
            return words[-1].mark
        if name in self._places and self.key(name) != self.images[name].key:
            return self.mark_at(name, self.key(name))
        return UNSURE if name in self._unsure else OPEN

    def mark_at(self, name: str, key: str, kind: Kind | None = None) -> Mark:
        """Give what would be shown of an image that is decided to lie at a key."""
        if kind is Kind.UNSURE:
            return UNSURE
        place = locate(key)
        if place is not None and place.area is Area.LABELED:
            return Mark(Status.LABELLED, place.cls)
        if place is not None and place.area is Area.DISCARDED:
            return Mark(Status.DISCARDED)
        return OPEN if key == self.images[name].key else Mark(Status.RESTORED)

    def choice(self, image: Image, target: str, *, blind: bool, suggested: bool) -> Choice:
        """Give the journal's words for a decision on an image, from where the decisions before it leave it."""
        home = self.images[image.name]
        source, etag = self._places.get(image.name, (home.key, home.etag))
        seen = image.prediction if suggested else None
        return Choice(
            image.name, source, etag, target, blind, seen.label if seen else None, seen.model if seen else None
        )  # fmt: skip

    def apply(self, decision: Decision) -> None:
        """Take in a decision that the journal holds."""
        one = decision.choice
        self._places[one.name] = (one.target, one.source_etag if one.source == one.target else "")
        word = _Word(decision.step, self.mark_at(one.name, one.target, decision.kind), one.target)
        self._say(one.name, [*self._words.get(one.name, []), word])

    def revert(self, decision: Decision, unsure: Collection[str]) -> None:
        """Take in that the journal took a decision back; ``unsure`` are the journal's unsure images after it."""
        one = decision.choice
        stayed = decision.state is State.CANCELLED or one.source == one.target
        self._places[one.name] = (one.source, one.source_etag if stayed else "")
        words = [word for word in self._words.get(one.name, []) if word.step != decision.step]
        self._say(one.name, words)
        if not words:
            (self._unsure.add if one.name in unsure else self._unsure.discard)(one.name)

    def lose(self, name: str, winner: str, where: str) -> None:
        """Take in that somebody else has the image, or that it is in conflict."""
        self._say(name, [])
        self.gone[name] = Mark(Status.GONE, winner=winner, where=where)

    def _say(self, name: str, words: list[_Word]) -> None:
        if before := self._words.get(name):
            self.made[before[-1].mark] -= 1
        if words:
            self.made[words[-1].mark] += 1
            self._words[name] = words
        else:
            self._words.pop(name, None)
