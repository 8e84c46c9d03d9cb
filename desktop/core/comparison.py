"""A candidate held against what runs and against the best that ever ran: what the gate needs, brought together."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from desktop.core.dataset import Entry, test_digest
from desktop.core.errors import ConflictError
from desktop.core.gate import judge, judge_all
from desktop.core.measurement import Measurement
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.progress import CancelToken, Progress
from desktop.core.registry import Model, Registry
from desktop.core.release import Release
from desktop.core.shelf import shelf
from desktop.core.texts import _, ngettext
from desktop.core.verdict import GateSettings, Ruling, Verdict
from edge.contract.keys import ATTEMPTS
from edge.contract.records import canonical_json, dump


@dataclass(frozen=True, slots=True)
class Attempt:
    """``attempts/<digest of the first four>.json``: one candidate was held against one test set, meant for one target."""

    model: str
    test: str
    target: str
    since: str
    """The target's last deployment, with which counting began anew."""
    at_ms: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What asking the gate would cost."""

    attempt: int
    """The how manieth attempt it would be, or was."""
    free: bool
    """Whether it counts for nothing, or was asked before."""
    overtaken: bool
    """Whether the same candidate was asked about on other test pictures, since the target's last deployment."""


class Comparison:
    """Asks the gate, and counts how often it was asked."""

    def __init__(
        self,
        store: ObjectStore,
        measurement: Measurement,
        registry: Registry,
        release: Release,
        settings: GateSettings,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._measurement = measurement
        self._registry = registry
        self._release = release
        self._settings = settings
        self._now_ms = now_ms

    def compare(self, new: Model, target: str, progress: Progress, cancel: CancelToken) -> Verdict:
        """Give the gate's verdict on a candidate, against the target's model in service and its best ever shipped.

        Asking again on the same test pictures is free, and so is asking about the model in service itself; another candidate
        or test set is one attempt more. Where the files of the model in service are gone, nothing can pass.

        Raises:
            NotFoundError: the target has no devices.
        """
        self._release.check_target(target)
        service = self._release.in_service(target)
        old = self._registry.standing(service.model) if service else None
        shipped = self._release.best(target)
        best = self._registry.standing(shipped) if shipped else None
        if best is not None and best.id in {new.id, old.id if old else None}:
            best = None
        models = [new, *(model for model in (old, best) if model)]
        tests, chosen = self.tests(models, progress, cancel)
        labelled, answers = self._measurement.answers(models, tests, progress, cancel)
        ours, *others = answers
        theirs = others.pop(0) if old else None
        attempt = self._attempt(new, target, tests) if old and old.id != new.id and tests else 1
        verdict = judge_all(labelled, ours, theirs, others.pop() if others else None, attempt=attempt, settings=self._settings)
        return _with_notes(verdict, chosen, lost=service.model if service and old is None else None)

    def contrast(self, new: Model, old: Model, progress: Progress, cancel: CancelToken) -> Verdict:
        """Hold any two models against each other; it opens no gate, so it is no attempt."""
        tests, chosen = self.tests([new, old], progress, cancel)
        labelled, (ours, theirs) = self._measurement.answers([new, old], tests, progress, cancel)
        return _with_notes(judge(labelled, ours, theirs, attempt=1, settings=self._settings), chosen)

    def tests(self, models: Sequence[Model], progress: Progress, cancel: CancelToken) -> tuple[list[Entry], int]:
        """Give the blind test pictures that came by chance alone, and how many that did not were left out.

        Pictures that came for any other reason count where that is allowed. For a model of unknown training only those
        taken after it was made.
        """
        since_ms = max((model.manifest.created_ms for model in models if model.manifest.dataset is None), default=None)
        frozen = self._measurement.freeze(progress, cancel).test
        later = [entry for entry in frozen if since_ms is None or (entry.captured_ms or 0) > since_ms]
        blind = [entry for entry in later if entry.blind]
        tests = [entry for entry in blind if entry.counts or self._settings.allow_chosen]
        return tests, len(blind) - len(tests)

    def outlook(self, new: Model, old: Model | None, target: str, tests: Sequence[Entry]) -> Outlook:
        """Tell what :meth:`compare` would cost on these test pictures, without asking."""
        if old is None or old.id == new.id or not tests:
            return Outlook(1, free=True, overtaken=False)
        mine, made = self._made(new, target, tests)
        known = [one.test for one in made if one.model == mine.model]
        free = mine.test in known
        return Outlook(_place(mine, made) if free else len(made) + 1, free=free, overtaken=bool(known) and not free)

    def _attempt(self, new: Model, target: str, tests: Sequence[Entry]) -> int:
        """Record an attempt, and give the how manieth it is since the target's last deployment."""
        mine, _earlier = self._made(new, target, tests)
        digest = hashlib.sha256(canonical_json([mine.model, mine.test, mine.target, mine.since])).hexdigest()
        with suppress(ConflictError):  # looked at before
            self._store.put(f"{ATTEMPTS}{digest}.json", dump(mine), match=ABSENT)
        return _place(*self._made(new, target, tests))

    def _made(self, new: Model, target: str, tests: Iterable[Entry]) -> tuple[Attempt, list[Attempt]]:
        """Give an attempt as it would be recorded now, and those that were made since the target's last deployment."""
        sent = self._release.deployments(target)
        mine = Attempt(new.id, test_digest(tests), target, sent[-1].id if sent else "", self._now_ms())
        made = [one for one in shelf(self._store, ATTEMPTS, Attempt) if (one.target, one.since) == (mine.target, mine.since)]
        return mine, made


def _place(mine: Attempt, made: list[Attempt]) -> int:
    """Give the place of an attempt among those made; the next one where it is not among them."""
    ordered = sorted((one.at_ms, one.model, one.test) for one in made)
    place = [number for number, (_at_ms, *what) in enumerate(ordered, 1) if what == [mine.model, mine.test]]
    return place[0] if place else len(made) + 1


def _with_notes(verdict: Verdict, chosen: int, lost: str | None = None) -> Verdict:
    """Add what the gate cannot know: pictures that were left out before it looked, a model in service that is lost."""
    reasons = verdict.reasons
    ruling = verdict.verdict
    if lost is not None:
        told = _("The model in service, {model}, is missing from the bucket or damaged: nothing can be held against it.")
        reasons = (told.format(model=lost[:12]), *reasons[1:])  # instead of "nothing is in service"
        ruling = Ruling.REFUSE if ruling == Ruling.REFUSE else Ruling.INSUFFICIENT
    if chosen:
        told = ngettext(
            "{n} blind test picture does not count: it was not sent by chance alone.",
            "{n} blind test pictures do not count: they were not sent by chance alone.",
            chosen,
        )
        reasons = (*reasons, told.format(n=chosen))
    return replace(verdict, verdict=ruling, reasons=reasons)
