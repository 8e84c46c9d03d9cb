"""Pictures to rows of numbers, each picture once: what is known comes from the cache, the rest through the network."""

import hashlib
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.progress import CancelToken, Progress, Step, silent
from desktop.core.texts import _
from desktop.ml.feature_cache import FeatureCache, Row, Space
from edge.classifier import Network
from edge.contract.bundle import Preprocessing
from edge.contract.records import dump
from edge.preprocess import MAX_IMAGE_BYTES, BadImage, preprocess

Values = NDArray[np.float32]

SAVE_EVERY_S = 1.0
"""How much work is lost at most when the program is killed."""

_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True, slots=True)
class Picture:
    """A file on this computer, and the digest of what must be in it."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Features:
    """What a network saw in some pictures."""

    rows: NDArray[np.float16]
    """A row a readable picture, in the order they were asked for: all outputs of the network, one after the other."""
    widths: dict[str, int]
    """How many columns each output has."""
    readable: NDArray[np.bool_]
    """For each picture that was asked for."""
    problems: dict[str, str]
    """Why a picture is not readable, by its sha256."""

    def select(self, outputs: Sequence[str]) -> NDArray[np.float32]:
        """Give the columns of some outputs.

        Raises:
            KeyError: the network has no such output.
        """
        ends = dict(zip(self.widths, np.cumsum(list(self.widths.values())), strict=True))
        parts = [self.rows[:, ends[name] - self.widths[name] : ends[name]] for name in outputs]
        return np.concatenate(parts, axis=1, dtype=np.float32)


class Extractor:
    """One network over one cache.

    Each of the threads reads, decodes and computes one picture after the other on one core. This is faster than batches on
    all cores: the network gains nothing from a batch, and no core waits for another.
    """

    def __init__(
        self, cache: FeatureCache, network_sha256: str, load: Callable[[], Network], preprocessing: Preprocessing, threads: int
    ) -> None:
        """Take a network by its digest; it is loaded when there is a picture that the cache does not know."""
        self._cache = cache
        self._space = Space(network_sha256, hashlib.sha256(dump(preprocessing)).hexdigest())
        self._load = load
        self._preprocessing = preprocessing
        self._threads = threads

    def extract(self, pictures: Sequence[Picture], progress: Progress = silent, cancel: CancelToken | None = None) -> Features:
        """Give the features of pictures; what was computed is kept, also when it is cancelled.

        Raises:
            Cancelled: between two pictures.
            BadModel: the network cannot be used.
        """
        known = self._cache.read(self._space, [picture.sha256 for picture in pictures])
        missing = {picture.sha256: picture for picture in pictures if picture.sha256 not in known}
        problems: dict[str, str] = {}
        if missing:
            run = Run(self._load(), self._preprocessing, list(missing.values()), self._threads)
            with closing(run.results()) as results:
                problems = self._collect(run, results, progress, cancel or CancelToken())
            known |= self._cache.read(self._space, list(missing))
        readable = np.array([picture.sha256 in known for picture in pictures], dtype=np.bool_)
        widths = self._cache.widths(self._space) or {}
        rows = np.empty((int(readable.sum()), sum(widths.values())), np.float16)
        for row, picture in zip(rows, (picture for picture in pictures if picture.sha256 in known), strict=True):
            row[:] = known[picture.sha256]
        return Features(rows, widths, readable, problems)

    def _collect(
        self, run: "Run", results: Iterator[tuple[str, Values | str]], progress: Progress, cancel: CancelToken
    ) -> dict[str, str]:
        """Keep what a run gives, now and then; give the problems."""
        problems: dict[str, str] = {}
        unsaved: dict[str, Row] = {}
        saved_s = time.monotonic()
        try:
            for count, (sha256, result) in enumerate(results, 1):
                if isinstance(result, str):
                    problems[sha256] = result
                else:
                    unsaved[sha256] = result.clip(-_LARGEST, _LARGEST).astype(np.float16)
                progress(looking(count, len(run.pictures)))
                cancel.check()
                if time.monotonic() - saved_s > SAVE_EVERY_S:
                    self._cache.write(self._space, run.widths, unsaved)
                    unsaved, saved_s = {}, time.monotonic()
        finally:
            if unsaved:
                self._cache.write(self._space, run.widths, unsaved)
        return problems


class Run:
    """A network at work on some pictures."""

    def __init__(
        self,
        network: Network,
        preprocessing: Preprocessing,
        pictures: Sequence[Picture],
        threads: int,
        outputs: tuple[str, ...] | None = None,
    ) -> None:
        """Take all outputs of the network, or those named."""
        self.pictures = pictures
        self.widths: dict[str, int] = {}
        self._network = network
        self._outputs = outputs or network.outputs
        self._preprocessing = preprocessing
        self._threads = threads

    def results(self) -> Generator[tuple[str, Values | str]]:
        """Give each picture's digest with its outputs, one after the other, or with what is wrong with it; the quick ones first.

        Raises:
            BadModel: the network cannot be used.
        """
        pool = ThreadPoolExecutor(self._threads)
        try:
            jobs = {pool.submit(self._row, picture): picture.sha256 for picture in self.pictures}
            for job in as_completed(jobs):
                yield jobs.pop(job), job.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _row(self, picture: Picture) -> Values | str:
        try:
            tensor = preprocess(read_picture(picture), self._preprocessing)
        except BadImage as error:
            return str(error)
        values = self._network.run(tensor, self._outputs)
        self.widths = {name: len(value) for name, value in zip(self._outputs, values, strict=True)}
        return np.concatenate(values)


def looking(done: int, total: int) -> Step:
    """Give the word of progress of a network at work."""
    return Step(_("Looking at the pictures"), done, total, _("pictures"))


def workers(threads: int) -> int:
    """Give how many threads compute: as many as asked for, or one a core where that is 0."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return threads or cores or 1


def read_picture(picture: Picture) -> bytes:
    """Give a picture's bytes.

    Raises:
        BadImage: it cannot be read, or holds something else by now.
    """
    try:
        with picture.path.open("rb") as file:
            data = file.read(MAX_IMAGE_BYTES + 1)
    except OSError as error:
        raise BadImage(_("the file cannot be read ({reason})").format(reason=error.strerror)) from error
    if len(data) <= MAX_IMAGE_BYTES and hashlib.sha256(data).hexdigest() != picture.sha256:
        raise BadImage(_("the file is damaged: its digest has changed"))
    return data
