"""From what is labelled to a measured model: what `train`, the demo and the window's one button do, in one go or in pieces.

``begin``; then the run goes on by itself (``Training.follow``, or ``status`` from time to time); then ``finish``, by whatever
program is there when it has ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.core.dataset import Dataset
from desktop.core.measurement import Measured, Measurement
from desktop.core.progress import CancelToken, Progress
from desktop.core.registry import Model
from desktop.core.release import Release
from desktop.core.training import Run, Training


@dataclass(frozen=True, slots=True)
class Learned:
    """A new model with what it learned from and how it does."""

    run: str
    model: Model
    dataset: Dataset
    """Without what it trained on, where another program began the run."""
    measured: Measured
    summary: Mapping[str, Any]
    """The run's own figures."""

    @property
    def pictures(self) -> int:
        """How many pictures it learned from."""
        return int(self.summary.get("n", len(self.dataset.train)))

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return float(self.summary.get("seconds", 0.0))


class Retraining:
    """Freezes, trains, publishes and measures."""

    def __init__(self, measurement: Measurement, training: Training, release: Release) -> None:
        self._measurement = measurement
        self._training = training
        self._release = release

    def learn(self, by: str, progress: Progress, cancel: CancelToken) -> Learned:
        """Train on all that is labelled and measure the model on the test pictures.

        Raises:
            ConfigError: a class has no picture to learn from. Cancelled: it was stopped. AppError: the run failed.
        """
        run, dataset = self.begin(by, progress, cancel)
        self._training.follow(run.id, progress, cancel)
        return self.finish(run.id, progress, dataset)

    def begin(self, by: str, progress: Progress, cancel: CancelToken) -> tuple[Run, Dataset]:
        """Freeze all that is labelled and begin a run on it.

        Raises:
            ConfigError: a class has no picture to learn from. Cancelled: it was stopped before it began.
        """
        dataset = self._measurement.freeze(progress, cancel)
        service = self._release.in_service()
        return self._training.start(dataset, by, service.model if service else None, progress, cancel), dataset

    def finish(self, run: str, progress: Progress, dataset: Dataset | None = None) -> Learned:
        """Take the model of a run that has ended, and measure it on the test pictures that were frozen for it.

        A finished model is worth its figures: this cannot be stopped, only done again.

        Raises:
            BusyError: the run has not ended. Cancelled: it was stopped. AppError: it failed.
        """
        model = self._training.settle(run)
        dataset = dataset or self._measurement.tests(model.manifest.dataset or "")
        measured = self._measurement.measure(model, dataset, progress, CancelToken())
        status = self._training.status(run)
        return Learned(run, model, dataset, measured, status.summary if status else {})
