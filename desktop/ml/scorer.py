"""Any bundle's model at work on pictures of this computer; what a network saw once it need not see again."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ConfigError
from desktop.core.progress import CancelToken, Progress, silent
from desktop.core.texts import _
from desktop.ml.feature_cache import FeatureCache
from desktop.ml.features import Extractor, Picture, Run, looking, workers
from edge.classifier import BadModel, Head, Network, probabilities, read_file, read_manifest
from edge.contract.bundle import HEAD, NETWORK, Manifest


@dataclass(frozen=True, slots=True)
class Scores:
    """A model's answers to some pictures."""

    classes: tuple[str, ...]
    digests: tuple[str, ...]
    """Of the pictures, as they were asked for."""
    probabilities: NDArray[np.float64]
    """A row a picture, a column a class; NaN where the picture is not readable."""
    readable: NDArray[np.bool_]
    """For each picture."""
    problems: dict[str, str]
    """Why a picture is not readable, by its sha256."""

    def by_sha256(self) -> dict[str, NDArray[np.float64]]:
        """Give the rows of the readable pictures."""
        rows = zip(self.digests, self.probabilities, self.readable, strict=True)
        return {digest: row for digest, row, readable in rows if readable}


class Scorer:
    """Runs models over pictures, with the numbers that a device would give (probabilities to a thousandth)."""

    def __init__(self, features: Path, threads: int = 0) -> None:
        """Take the folder of the feature cache, and how many threads compute (0: one a core)."""
        self._features = features
        self._threads = workers(threads)

    def score(
        self, folder: Path, pictures: Sequence[Picture], progress: Progress = silent, cancel: CancelToken | None = None
    ) -> Scores:
        """Give the answers of the model in a bundle's folder.

        Raises:
            ConfigError: the bundle cannot be used. Cancelled: between two pictures; what was seen is kept.
        """
        try:
            manifest, _id = read_manifest(folder)
            if HEAD in manifest.files:
                return self._by_head(folder, manifest, pictures, progress, cancel or CancelToken())
            return self._by_network(folder, manifest, pictures, progress, cancel or CancelToken())
        except BadModel as error:
            raise ConfigError(
                _("The model in {folder} cannot be used: {error}.").format(folder=folder, error=error), _("Use another model.")
            ) from error

    def _by_head(
        self, folder: Path, manifest: Manifest, pictures: Sequence[Picture], progress: Progress, cancel: CancelToken
    ) -> Scores:
        head = Head.unpack(read_file(folder, HEAD, manifest.files[HEAD]))
        network = manifest.files[NETWORK]
        with FeatureCache(self._features) as cache:
            extractor = Extractor(
                cache, network.sha256, lambda: Network(read_file(folder, NETWORK, network)), manifest.preprocessing, self._threads
            )
            features = extractor.extract(pictures, progress, cancel)
        if not features.readable.any():
            return _scores(manifest, pictures, {}, features.problems)
        try:
            seen = features.select(manifest.outputs)
        except KeyError as error:
            raise BadModel(f"{NETWORK} has no output {error}") from error
        if seen.shape[1] != len(head.weights):
            raise BadModel(f"{HEAD} takes {len(head.weights)} features, {NETWORK} gives {seen.shape[1]}")
        digests = (picture.sha256 for picture, readable in zip(pictures, features.readable, strict=True) if readable)
        return _scores(manifest, pictures, dict(zip(digests, head.logits(seen), strict=True)), features.problems)

    def _by_network(
        self, folder: Path, manifest: Manifest, pictures: Sequence[Picture], progress: Progress, cancel: CancelToken
    ) -> Scores:
        """Run the whole network each time: logits may be large, and half precision would cost digits that count."""
        once = list({picture.sha256: picture for picture in pictures}.values())
        network = Network(read_file(folder, NETWORK, manifest.files[NETWORK]))
        logits: dict[str, NDArray[np.float32]] = {}
        problems: dict[str, str] = {}
        run = Run(network, manifest.preprocessing, once, self._threads, manifest.outputs)
        with closing(run.results()) as results:
            for count, (sha256, result) in enumerate(results, 1):
                if isinstance(result, str):
                    problems[sha256] = result
                else:
                    logits[sha256] = result
                progress(looking(count, len(once)))
                cancel.check()
        return _scores(manifest, pictures, logits, problems)


def _scores(
    manifest: Manifest, pictures: Sequence[Picture], logits: dict[str, NDArray[np.float32]], problems: dict[str, str]
) -> Scores:
    width = len(manifest.classes)
    if any(len(row) != width for row in logits.values()):
        raise BadModel(f"the model gives {len(next(iter(logits.values())))} answers for {width} classes")
    digests = tuple(picture.sha256 for picture in pictures)
    readable = np.array([digest in logits for digest in digests], np.bool_)
    answers = np.full((len(digests), width), np.nan)
    if readable.any():
        answers[readable] = probabilities(
            np.array([logits[digest] for digest in digests if digest in logits]), manifest.temperature
        )
    return Scores(manifest.classes, digests, answers, readable, problems)
