"""What a sort session knows of its images: where each will lie once all that is decided is done, and what is shown of it.

Every decision of the session passes here: into the journal first, then into what is known.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from desktop.core.errors import ConfigError
from desktop.core.images import Image, image_of
from desktop.core.journal import Choice, Decision, Journal, Kind, State
from desktop.core.marks import OPEN, UNSURE, Mark, Status, mark_at
from desktop.core.pages import is_blind
from desktop.core.texts import _
from edge.contract.keys import Area, BadKey, key_of, locate

_AREAS = {Kind.LABEL: Area.LABELED, Kind.CONFIRM: Area.LABELED, Kind.DISCARD: Area.DISCARDED, Kind.RESTORE: Area.RAW}


@dataclass(frozen=True, slots=True)
class _Word:
    """One decision of the session on one image."""

    step: int
    mark: Mark
    key: str
    """Where it leaves the image."""


class Ledger:
    """The images of one area, with one labeller's decisions on them.

    Args:
        images: The images as the catalog has them; those of other areas are left out.
        journal: Where decisions go; what it has not delivered yet is laid over the images.
        labeller: Who decides.
        find: Gives an image by its name, wherever it lies, or None.
        area: Where the images are at home.
        whole: Whether these are all images of the area, so that what unfinished decisions bring there belongs to them.
    """

    def __init__(
        self,
        images: Iterable[Image],
        journal: Journal,
        labeller: str,
        find: Callable[[str], Image | None],
        area: Area,
        *,
        whole: bool = True,
    ) -> None:
        self.images: dict[str, Image] = {}
        """By base name. Each is *open* where it lies: that is its home."""
        self.gone: dict[str, Mark] = {}
        self.wanted = Status.OPEN
        """What waits for a decision: open images, or those that were set aside."""
        self.made: Counter[Mark] = Counter()
        """Images by the last decision of this session on them."""
        self._journal = journal
        self._labeller = labeller
        self._find = find
        self._area = area
        self._unsure: set[str] = set()
        self._places: dict[str, tuple[str, str]] = {}
        self._words: dict[str, list[_Word]] = {}
        self.take(images)
        planned = journal.overlay() if whole else {}
        coming = (self._at_home(name, key) for name, key in planned.items() if name not in self.images)
        self._lay([image for image in coming if image is not None], planned)

    @property
    def decided(self) -> int:
        """How many images this session has decided on."""
        return sum(count for mark, count in self.made.items() if mark.status is not Status.OPEN)

    def work_with(self, journal: Journal, find: Callable[[str], Image | None]) -> None:
        """Go on with another connection to the same journal and catalog."""
        self._journal, self._find = journal, find

    def holds(self, name: str) -> bool:
        """Tell whether an image is here to be decided on."""
        return name in self.images and name not in self.gone

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
        mark = mark_at(self.key(name), self.images[name].key) if name in self._places else OPEN
        return UNSURE if mark is OPEN and name in self._unsure else mark

    def waits(self, name: str) -> bool:
        """Tell whether an image waits for a decision."""
        return self.mark(name).status is self.wanted

    def take(self, images: Iterable[Image]) -> None:
        """Take in images as the catalog has them now; one that was gone is here again."""
        self._unsure = self._journal.unsure()
        self._lay(images, self._journal.overlay())

    def lose(self, name: str, winner: str, where: str) -> None:
        """Take in that somebody else has an image, or that it is in conflict."""
        self._say(name, [])
        self.gone[name] = Mark(Status.GONE, winner=winner, where=where)

    def decide(self, kind: Kind, told: Mapping[str, bool], cls: str | None = None) -> list[Decision]:
        """Decide on images as one step; give its decisions, without those that change nothing.

        Args:
            kind: What is decided.
            told: The images' names, with whether a suggestion was in sight; strangers and what is gone are left out.
            cls: The class, for a label; without one, what is confirmed is the class that each image lies under.

        Raises:
            ConfigError, StorageFullError …: the journal did not take it; nothing has changed.
        """
        choices = [
            choice for name, seen in told.items() if self.holds(name) and (choice := self._choice(kind, name, cls, told=seen))
        ]
        decisions = self._journal.record(kind, self._labeller, choices)
        for decision in decisions:
            self._apply(decision)
        return decisions

    def undo(self) -> list[Decision]:
        """Take back the labeller's last step, also one of an earlier session; give its decisions, empty if there is none."""
        undone = self._journal.undo(self._labeller)
        if undone:  # what others said of other images since is taken in with the images, when all is counted anew
            names = {decision.choice.name for decision in undone}
            self._unsure = self._unsure - names | self._journal.unsure() & names
        for decision in undone:
            if self._brings(decision, decision.choice.source):
                self._revert(decision)
        return undone

    def redo(self) -> list[Decision]:
        """Do again what was last taken back; give the new decisions, empty if there is nothing."""
        again = self._journal.redo(self._labeller)
        for decision in again:
            if self._brings(decision, decision.choice.target):
                self._apply(decision)
        return again

    def _lay(self, images: Iterable[Image], planned: Mapping[str, str]) -> None:
        for image in images:
            name = image.name
            if image.area is not self._area:
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

    def _at_home(self, name: str, key: str) -> Image | None:
        """Give an image that comes into this area to lie at ``key``; None if the key is elsewhere."""
        place = locate(key)
        image = self._find(name) or image_of(key, "", 0, 0)
        if place is None or place.area is not self._area or image is None:
            return None
        return replace(image, key=key, area=place.area, cls=place.cls)

    def _choice(self, kind: Kind, name: str, cls: str | None, *, told: bool) -> Choice | None:
        """Give the journal's words for one image, from where the decisions before leave it; None if nothing would change."""
        image = self.images[name]
        try:
            kept = image.cls if kind is Kind.CONFIRM else None
            target = key_of(_AREAS[kind], name, cls or kept) if kind in _AREAS else image.key
        except BadKey as error:
            raise ConfigError(_("{name} cannot be moved there.").format(name=name), str(error)) from error
        if self.mark(name) == mark_at(target, image.key, kind):
            return None
        blind = is_blind(image)
        seen = image.prediction if told and not blind else None
        source, etag = self._places.get(name, (image.key, image.etag))
        return Choice(name, source, etag, target, blind, seen.label if seen else None, seen.model if seen else None)

    def _brings(self, decision: Decision, home: str) -> bool:
        """Tell whether a decision that was taken back or made again is to be taken in; fetch its image if it comes home."""
        name = decision.choice.name
        if decision.state.failed:
            return False
        if name not in self.images and decision.choice.moves and (image := self._at_home(name, home)) is not None:
            self._lay([image], {})
        return self.holds(name)

    def _apply(self, decision: Decision) -> None:
        one = decision.choice
        if one.moves:
            self._places[one.name] = (one.target, "")
        word = _Word(decision.step, mark_at(one.target, self.images[one.name].key, decision.kind), one.target)
        self._say(one.name, [*self._words.get(one.name, []), word])

    def _revert(self, decision: Decision) -> None:
        one = decision.choice
        if one.moves:  # what moved nothing has no say in where the image is: it may have come and gone since, with a new ETag
            self._places[one.name] = (one.source, one.source_etag if decision.state is State.CANCELLED else "")
        self._say(one.name, [word for word in self._words.get(one.name, []) if word.step != decision.step])

    def _say(self, name: str, words: list[_Word]) -> None:
        """Put the session's decisions on an image in place of those before."""
        if before := self._words.pop(name, None):
            self.made[before[-1].mark] -= 1
        if words:
            self.made[words[-1].mark] += 1
            self._words[name] = words
