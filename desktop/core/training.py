"""Training runs: begun, followed and registered; a run outlives the program, and any program can pick it up."""

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.core.answers import Answers, BadAnswers
from desktop.core.dataset import Dataset, Entry, check_trainable, save_dataset
from desktop.core.errors import AppError, BusyError, Cancelled, ConfigError, ConflictError, NotFoundError
from desktop.core.pictures import Pictures
from desktop.core.ports import ABSENT, ObjectStore, RunState, RunStatus, Trainer, TrainingImage, TrainingPlan
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.registry import Model, Registry
from desktop.core.shelf import shelf
from desktop.core.texts import _
from edge.contract.keys import RUNS, blob_key
from edge.contract.records import dump, load

_POLL_S = 0.1
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Run:
    """``runs/<id>.json``: what was started, by whom, on what; and what came of it."""

    id: str
    dataset: str
    by: str
    at_ms: int
    train: int
    """Images it learns from."""
    state: str = RunState.STARTING
    model: str | None = None
    message: str = ""
    ended_ms: int | None = None
    answers: str | None = None
    """The digest of its out-of-fold answers (:mod:`desktop.core.answers`); they lie among the blobs."""

    def __post_init__(self) -> None:
        RunState(self.state)  # ValueError for what is none
        if self.answers is not None and not _DIGEST.fullmatch(self.answers):
            raise ValueError("answers: a digest was expected")


class Training:
    """The runs of a plant."""

    def __init__(
        self,
        store: ObjectStore,
        pictures: Pictures,
        registry: Registry,
        trainer: Trainer,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._pictures = pictures
        self._registry = registry
        self._trainer = trainer
        self._now_ms = now_ms
        self._new_id = new_id

    def start(self, dataset: Dataset, by: str, parent: str | None, progress: Progress, cancel: CancelToken) -> Run:
        """Freeze a dataset in the bucket and begin a run on it.

        Raises:
            ConfigError: a class has no picture to learn from. AppError: the run could not be begun; its record says so.
        """
        check_trainable(dataset)
        save_dataset(self._store, dataset)
        run = Run(self._new_id(), dataset.id, by, self._now_ms(), len(dataset.train))
        images = self._local(dataset.train, progress, cancel)
        plan = TrainingPlan(run.id, dataset.id, dataset.classes, images, parent=parent, started_by=by, created_ms=run.at_ms)
        self._store.put(_key(run.id), dump(run), match=ABSENT)
        try:
            self._trainer.start(plan)
        except AppError as error:
            self._note(run.id, RunState.FAILED, message=str(error))
            raise
        return run

    def follow(self, run: str, progress: Progress, cancel: CancelToken) -> RunStatus:
        """Wait for a run's end, telling how far it is; a stop is passed on to the run."""
        told = False
        while not (status := self._trainer.status(run)).state.ended:
            progress(Step(status.step or _("Starting"), status.done, status.total or None, _("pictures")))
            if cancel.cancelled and not told:
                self._trainer.cancel(run)
                told = True
            if told:
                CancelToken().wait(_POLL_S)
            else:
                cancel.wait(_POLL_S)
        return status

    def settle(self, run: str) -> Model:
        """Take what an ended run made into the bucket.

        Raises:
            BusyError: it has not ended yet. Cancelled: it was stopped. AppError: it failed; the message says why.
        """
        status = self._trainer.status(run)
        if not status.state.ended:
            raise BusyError(_("The training has not ended yet."), _("`sortloop runs` tells how far it is."))
        model, reason = self._take(status)
        if model is not None:
            return model
        if status.state is RunState.CANCELLED:
            raise Cancelled(_("Training was stopped."), _("Nothing was changed."))
        raise AppError(
            _("Training failed: {reason}").format(reason=reason), _("`sortloop runs {run}` shows its log.").format(run=run)
        )

    def runs(self) -> list[Run]:
        """Give all runs, newest first; those of this computer that ended meanwhile are taken into the bucket first."""
        found = [self._as_it_stands(run) for run in shelf(self._store, RUNS, Run, lambda run: _key(run.id))]
        return sorted(found, key=lambda run: (run.at_ms, run.id), reverse=True)

    def answers(self) -> tuple[Run, Answers] | None:
        """Give what the newest run that kept any answered to its pictures, out of fold; None if no run did.

        Read from the bucket: for a thread of its own.
        """
        for run in self.runs():
            if run.answers is not None:
                with suppress(NotFoundError, BadAnswers):
                    data = self._store.get(blob_key(run.answers)).body
                    if hashlib.sha256(data).hexdigest() == run.answers:
                        return run, Answers.unpack(data)
        return None

    def status(self, run: str) -> RunStatus | None:
        """Tell how far a run of this computer is, None for one of another."""
        try:
            return self._trainer.status(run)
        except NotFoundError:
            return None

    def log(self, run: str, start: int = 0) -> list[str]:
        """Give the log of a run of this computer from line number ``start`` on."""
        return self._trainer.logs(run, start)

    def cancel(self, run: str) -> None:
        """Ask a run to stop."""
        self._trainer.cancel(run)

    def _take(self, status: RunStatus) -> tuple[Model | None, str]:
        """Publish an ended run's model and note its end; give the model, or why there is none."""
        state, reason = status.state, status.message
        if state is RunState.DONE:
            try:
                model = self._registry.publish(_bundle(status))
            except ConfigError as error:  # damaged since: a run that made nothing of use
                state, reason = RunState.FAILED, str(error)
            else:
                self._note(status.run, state, model=model.id, answers=self._keep(status))
                return model, ""
        self._note(status.run, state, message=reason)
        return None, reason

    def _keep(self, status: RunStatus) -> str | None:
        """Put a run's out-of-fold answers into the bucket; give their digest, None if there are none of use."""
        with suppress(OSError, BadAnswers):
            data = status.answers.read_bytes() if status.answers is not None else b""
            Answers.unpack(data)
            digest = hashlib.sha256(data).hexdigest()
            with suppress(ConflictError):
                self._store.put(blob_key(digest), data, match=ABSENT)
            return digest
        return None

    def _as_it_stands(self, run: Run) -> Run:
        if RunState(run.state).ended:
            return run
        status = self.status(run.id)
        if status is None:  # begun on another computer
            return run
        if status.state.ended:
            self._take(status)
            return load(Run, self._store.get(_key(run.id)).body)
        return replace(run, state=status.state, message=status.step)

    def _local(self, entries: Sequence[Entry], progress: Progress, cancel: CancelToken) -> tuple[TrainingImage, ...]:
        images = []
        for number, entry in enumerate(entries):
            cancel.check()
            progress(Step(_("Fetching pictures"), number, len(entries), _("pictures")))
            images.append(TrainingImage(str(self._pictures.fetch(entry.image)), entry.sha256, entry.label, entry.burst))
        return tuple(images)

    def _note(
        self, run: str, state: RunState, *, model: str | None = None, message: str = "", answers: str | None = None
    ) -> None:
        stored = self._store.get(_key(run))
        before = load(Run, stored.body)
        if not RunState(before.state).ended:
            ended = replace(before, state=state, model=model, message=message, ended_ms=self._now_ms(), answers=answers)
            with suppress(ConflictError):
                self._store.put(_key(run), dump(ended), match=stored.listed.etag)


def _bundle(status: RunStatus) -> Path:
    if status.bundle is None:
        raise ConfigError(_("The run left no model."), _("Train again."))
    return status.bundle


def _key(run: str) -> str:
    return f"{RUNS}{run}.json"
