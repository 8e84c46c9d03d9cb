"""A candidate held against what runs and against the best that ever ran: what the gate needs, brought together."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from desktop.core.dataset import Entry, test_digest
from desktop.core.errors import ConflictError, NotFoundError
from desktop.core.gate import judge, judge_all
from desktop.core.measurement import Measurement
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.progress import CancelToken, Progress
from desktop.core.registry import Model, Registry
from desktop.core.release import Release
from desktop.core.verdict import GateSettings, Verdict
from edge.contract.keys import ATTEMPTS
from edge.contract.records import BadRecord, canonical_json, dump, load


@dataclass(frozen=True, slots=True)
class Attempt:
    """``attempts/<digest of the first three>.json``: one candidate was held against one test set, meant for one target."""

    model: str
    test: str
    target: str
    at_ms: int


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

        Asking again on the same test pictures is free; another candidate or test set is one attempt more.
        """
        service = self._release.in_service(target)
        old = self._known(service.model) if service else None
        best = self._known(self._release.best(target))
        if best is not None and best.id in {new.id, old.id if old else None}:
            best = None
        models = [new, *(model for model in (old, best) if model)]
        tests = self._tests(models, progress, cancel)
        labelled, answers = self._measurement.answers(models, tests, progress, cancel)
        ours, *others = answers
        theirs = others.pop(0) if old else None
        attempt = self._attempt(new, target, tests) if old and tests else 1
        return judge_all(labelled, ours, theirs, others.pop() if others else None, attempt=attempt, settings=self._settings)

    def contrast(self, new: Model, old: Model, progress: Progress, cancel: CancelToken) -> Verdict:
        """Hold any two models against each other; it opens no gate, so it is no attempt."""
        tests = self._tests([new, old], progress, cancel)
        labelled, (ours, theirs) = self._measurement.answers([new, old], tests, progress, cancel)
        return judge(labelled, ours, theirs, attempt=1, settings=self._settings)

    def _tests(self, models: Sequence[Model], progress: Progress, cancel: CancelToken) -> list[Entry]:
        """Give the blind test pictures that came by chance alone, or for any reason where that is allowed.

        For a model of unknown training only those taken after it was made.
        """
        since_ms = max((model.manifest.created_ms for model in models if model.manifest.dataset is None), default=None)
        chosen = self._settings.allow_chosen
        frozen = self._measurement.freeze(progress, cancel).test
        tests = (entry for entry in frozen if entry.counts or (chosen and entry.blind))
        return [entry for entry in tests if since_ms is None or (entry.captured_ms or 0) > since_ms]

    def _known(self, model: str | None) -> Model | None:
        """Give a model, None where it was removed from the bucket since it was shipped."""
        with suppress(NotFoundError):
            return self._registry.find(model) if model else None
        return None

    def _attempt(self, new: Model, target: str, tests: Iterable[Entry]) -> int:
        """Give the how manieth candidate this is since the target's last deployment."""
        mine = Attempt(new.id, test_digest(tests), target, self._now_ms())
        digest = hashlib.sha256(canonical_json([mine.model, mine.test, mine.target])).hexdigest()
        with suppress(ConflictError):  # looked at before
            self._store.put(f"{ATTEMPTS}{digest}.json", dump(mine), match=ABSENT)
        sent = self._release.deployments(target)
        since_ms = sent[-1].at_ms if sent else 0
        made = sorted(
            (one.at_ms, one.model, one.test) for one in self._attempts() if one.target == target and one.at_ms > since_ms
        )
        place = [number for number, (_at_ms, model, test) in enumerate(made, 1) if (model, test) == (mine.model, mine.test)]
        return place[0] if place else len(made) + 1

    def _attempts(self) -> Iterable[Attempt]:
        for listed in self._store.list(ATTEMPTS):
            with suppress(BadRecord, NotFoundError):
                yield load(Attempt, self._store.get(listed.key).body)
