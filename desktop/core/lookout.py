"""What became of decisions since somebody looked last: the figures of delivery, and what was lost to others."""

from dataclasses import dataclass

from desktop.core.journal import Decision, Journal, State


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far delivery is."""

    done: int = 0
    """Images moved today."""
    waiting: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What one look found."""

    delivery: Delivery
    failed: tuple[Decision, ...] = ()
    """What ended since the look before without moving anything: lost to somebody else, or in conflict."""


class Lookout:
    """Looks at a journal again and again; a look costs as much as what changed, whatever waits and the journal's length.

    Args:
        journal: The journal.
        before: The figures to go on from (:func:`delivery_since`): they take a walk over the whole journal.
    """

    def __init__(self, journal: Journal, before: Delivery) -> None:
        self._journal = journal
        self._done, self._conflicts = before.done, before.conflicts
        self._place = journal.end()
        self._open = set(journal.unfinished())

    def look(self) -> News:
        """Give the figures, and what failed since the last look."""
        added = self._journal.after(self._place)
        self._place = added[-1] if added else self._place
        self._open.update(added)
        waiting = self._journal.waiting()
        found = self._journal.ended(self._open) if waiting != len(self._open) else {}
        self._open.difference_update(found)
        ended = found.values()
        failed = tuple(one for one in ended if one.state.failed)
        self._done += sum(one.state is State.DONE and one.choice.moves for one in ended)
        if failed or (ended and self._conflicts):  # a later move of its image ends a conflict
            self._conflicts = self._journal.conflicts()
        return News(Delivery(self._done, waiting, self._conflicts), failed)


def delivery_since(journal: Journal, since_ms: int) -> Delivery:
    """Give the figures of a day that began at a moment."""
    return Delivery(journal.moved(since_ms), journal.waiting(), journal.conflicts())
