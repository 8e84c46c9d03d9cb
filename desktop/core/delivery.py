"""Journal to bucket: each decision's move, told apart by its id, safe to repeat after a crash at any step.

One process delivers at a time (it holds ``delivery.lock``); any process may append to the journal meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from desktop.core.catalog import Catalog, Label, Relocation
from desktop.core.errors import AppError, BusyError, Cancelled, ConfigError, CredentialsError
from desktop.core.history import write_history
from desktop.core.journal import Decision, Ended, Journal, State
from desktop.core.ports import Move, Moved, ObjectStore, Outcome
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.texts import _
from edge.contract.metadata import LabelMetadata, encode_label

BATCH = 64
"""Moves begun together: one commit before their first request, one after their last."""

Result = Moved | BusyError | CredentialsError
"""How one move went; with an error it stays in the journal, and the moves of other images go on."""

Each = Callable[[Callable[[Decision], Result], Iterable[Decision]], Iterator[Result]]
"""``map``, or an executor's: how many moves are under way at once is not core's business."""


@dataclass(slots=True)
class DeliveryReport:
    """How a delivery went."""

    done: int = 0
    lost: list[Decision] = field(default_factory=list)
    """Somebody else was first; the journal knows who."""
    conflicts: list[Decision] = field(default_factory=list)
    waiting: int = 0
    """Still to be delivered: somebody else is moving these images, or the bucket could not be reached."""
    trouble: AppError | None = None
    """Why delivery stopped early, or why some images wait: we may not move them."""

    def then(self, later: "DeliveryReport") -> "DeliveryReport":
        """Give one report of two deliveries; what still waits, and why, is the later one's to say."""
        return DeliveryReport(
            self.done + later.done, self.lost + later.lost, self.conflicts + later.conflicts, later.waiting, later.trouble
        )


class Delivery:
    """Moves what the journal planned."""

    def __init__(
        self, store: ObjectStore, journal: Journal, catalog: Catalog, now_ms: Callable[[], int], each: Each = map
    ) -> None:
        self._store = store
        self._journal = journal
        self._catalog = catalog
        self._now_ms = now_ms
        self._each = each

    def run(self, progress: Progress, cancel: CancelToken, *, flush: bool = False) -> DeliveryReport:
        """Deliver all that can be delivered now, in order; trouble ends it early and loses nothing.

        With ``flush``, the history is written to its last decision.
        """
        report = DeliveryReport()
        total = self._journal.waiting()
        left: list[str] = []
        ended = 0
        try:
            while batch := self._journal.deliverable(BATCH, after=left):
                cancel.check()
                more = self._deliver(batch, report, left)
                ended += more
                progress(Step(_("Moving pictures"), ended, max(total, ended), _("pictures")))
                if report.trouble is not None and not more:  # not one folder refuses us, but the bucket
                    break
            write_history(self._store, self._journal, now_ms=self._now_ms(), all_of_it=flush)
        except Cancelled:
            raise
        except AppError as error:
            report.trouble = error
        report.waiting = self._journal.waiting()
        return report

    def _deliver(self, batch: list[Decision], report: DeliveryReport, left: list[str]) -> int:
        begun = {decision.id: decision for decision in self._journal.begin(batch)}
        ends: list[Ended] = []
        moved: list[Relocation] = []
        try:
            for decision, result in zip(begun.values(), self._each(self._move, begun.values()), strict=True):
                if isinstance(result, AppError):
                    left.append(decision.choice.name)
                    report.trouble = report.trouble or (result if isinstance(result, CredentialsError) else None)
                else:
                    ends.append(_ended(decision, result))
                    if result.outcome is Outcome.DONE:
                        moved.append(_relocation(decision, result))
        finally:
            self._journal.finish(ends)
            self._catalog.relocate(moved, self._now_ms())
            report.done += len(moved)
            report.lost += [begun[end.id] for end in ends if end.state is State.LOST]
            report.conflicts += [begun[end.id] for end in ends if end.state is State.CONFLICT]
        return len(ends)

    def _move(self, decision: Decision) -> Result:
        """Move one image, or give why it must wait: somebody else is moving it, or we may not."""
        etag = self._journal.source_etag(decision)
        if etag is None:
            return Moved(Outcome.LOST)
        one = decision.choice
        label = LabelMetadata(decision.id, decision.labeller, decision.at_ms, one.blind)
        move = Move(decision.id, one.source, etag, one.target, decision.labeller, decision.at_ms, encode_label(label))
        try:
            return self._store.move(move)
        except (BusyError, CredentialsError) as error:
            return error
        except ConfigError as error:  # this picture's own trouble; the others go on
            return Moved(Outcome.CHANGED, where=str(error))


def _ended(decision: Decision, moved: Moved) -> Ended:
    state = {Outcome.DONE: State.DONE, Outcome.LOST: State.LOST, Outcome.CHANGED: State.CONFLICT}[moved.outcome]
    return Ended(decision.id, state, moved.etag, moved.winner, moved.where)


def _relocation(decision: Decision, moved: Moved) -> Relocation:
    label = Label(decision.id, decision.labeller, decision.at_ms, decision.choice.blind)
    return Relocation(decision.choice.source, decision.choice.target, moved.etag, moved.modified_ms, label)
