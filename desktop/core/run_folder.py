"""``home/runs/<id>/``: what a trainer on this computer and its child process tell each other, and what stays of a run.

plan.json     what to do; written once, by whoever starts the run
lock          held by the child for as long as it lives
status.json   how far it is; replaced whole, by the child alone
log.txt       for people; only ever grows
cancel        its being there asks the child to stop
answers.npz   what heads answered to pictures that they had not seen (desktop.core.answers)
bundle/       the model, once done
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.answers import Answers
from desktop.core.errors import ConfigError, NotFoundError
from desktop.core.files import replace_file
from desktop.core.ports import RunState, RunStatus, TrainingPlan
from desktop.core.progress import CancelToken
from desktop.core.texts import _
from edge.contract.records import BadRecord, dump, load


@dataclass(frozen=True, slots=True)
class _Status:
    state: str
    step: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    summary: dict[str, int | float | str | dict[str, int | float] | None] = field(default_factory=dict)


class RunFolder:
    """One run's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = path.name
        self.lock = path / "lock"
        self.log = path / "log.txt"
        self.bundle = path / "bundle"
        self.answers = path / "answers.npz"
        self._plan = path / "plan.json"
        self._status = path / "status.json"
        self._cancel = path / "cancel"

    @property
    def planned_s(self) -> float | None:
        """When the plan was written, in seconds since 1970; None if there is no such run."""
        try:
            return self._plan.stat().st_mtime
        except FileNotFoundError:
            return None

    def begin(self, plan: TrainingPlan) -> None:
        """Write the plan, unless there is one.

        Raises:
            StorageFullError: it could not be written.
        """
        if self.planned_s is None:
            replace_file(self._plan, dump(plan))

    def plan(self) -> TrainingPlan:
        """Give the plan.

        Raises:
            NotFoundError: there is no such run. ConfigError: it is damaged.
        """
        try:
            return load(TrainingPlan, self._plan.read_bytes())
        except FileNotFoundError as error:
            raise NotFoundError(_("There is no run “{run}” on this computer.").format(run=self.run)) from error
        except BadRecord as error:
            raise ConfigError(_("The plan of run {run} is damaged: {error}.").format(run=self.run, error=error)) from error

    def status(self) -> RunStatus | None:
        """Give what the child said last, None if it has not spoken."""
        try:
            said = load(_Status, self._status.read_bytes())
            state = RunState(said.state)
        except FileNotFoundError:
            return None
        except ValueError as error:
            return RunStatus(self.run, RunState.FAILED, message=_("Its status cannot be read ({error}).").format(error=error))
        done = state is RunState.DONE
        bundle, answers = self.bundle if done else None, self.answers if done and self.answers.is_file() else None
        return RunStatus(self.run, state, said.step, said.done, said.total, said.message, bundle, said.summary, answers)

    def report(self, status: RunStatus) -> None:
        """Replace what was said before."""
        said = _Status(status.state, status.step, status.done, status.total, status.message, dict(status.summary))
        replace_file(self._status, dump(said))

    def keep(self, answers: Answers) -> None:
        """Keep what heads answered to pictures that they had not seen."""
        replace_file(self.answers, answers.pack())

    def lines(self, start: int = 0) -> list[str]:
        """Give the log's finished lines from number ``start`` on."""
        with suppress(FileNotFoundError):
            text = self.log.read_text(encoding="utf-8", errors="replace")
            return text[: text.rfind("\n") + 1].splitlines()[start:]
        return []

    def ask_to_stop(self) -> None:
        """Leave word for the child to stop."""
        self._cancel.touch()

    @property
    def stop_asked(self) -> bool:
        """Whether somebody left word to stop."""
        return self._cancel.exists()


class StopFile(CancelToken):
    """A token that is also set by a word left in the folder."""

    def __init__(self, folder: RunFolder) -> None:
        super().__init__()
        self._folder = folder

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return super().cancelled or self._folder.stop_asked
