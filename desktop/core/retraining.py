"""From what is labelled to a measured model, in one go: what `train`, the demo and the window's one button do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.core.dataset import Dataset
from desktop.core.measurement import Measured, Measurement
from desktop.core.progress import CancelToken, Progress
from desktop.core.registry import Model
from desktop.core.release import Release
from desktop.core.training import Training


@dataclass(frozen=True, slots=True)
class Learned:
    """A new model with what it learned from and how it does."""

    run: str
    model: Model
    dataset: Dataset
    measured: Measured
    summary: Mapping[str, Any]
    """The run's own figures."""

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
        dataset = self._measurement.freeze(progress, cancel)
        service = self._release.in_service()
        run = self._training.start(dataset, by, service.model if service else None, progress, cancel)
        status = self._training.follow(run.id, progress, cancel)
        model = self._training.settle(run.id)
        # A finished model is worth its figures even if the user said stop meanwhile.
        measured = self._measurement.measure(model, dataset, progress, CancelToken())
        return Learned(run.id, model, dataset, measured, status.summary)
