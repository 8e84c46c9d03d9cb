"""What heads answered to training pictures that they had not seen: one row a picture, in one file a run.

``home/runs/<id>/answers.npz`` beside the bundle, and in the bucket under its digest, which the run's record names. Arrays
without pickles: ``classes`` (texts), ``digests`` (n × 32 bytes), ``labels`` and ``others`` (places among the classes), ``own``
and ``other`` (probabilities): 44 bytes a picture. What comes from outside is checked before use.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 1 << 28
"""Unpacked: six million pictures."""
_DIGEST_BYTES = 32
_Kind = TypeVar("_Kind", bound=np.generic)


class BadAnswers(ValueError):
    """A file that does not hold answers, with the reason."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """For each picture that could be answered: its label's probability, and the best other class with its own."""

    classes: tuple[str, ...]
    digests: NDArray[np.uint8]
    """The pictures' sha256, a row each."""
    labels: NDArray[np.uint16]
    others: NDArray[np.uint16]
    own: NDArray[np.float32]
    other: NDArray[np.float32]

    def __post_init__(self) -> None:
        n, width = len(self.labels), len(self.classes)
        shapes = {one.shape for one in (self.labels, self.others, self.own, self.other)}
        if self.digests.shape != (n, _DIGEST_BYTES) or shapes != {(n,)} or width < 2:
            raise BadAnswers("arrays of other shapes were expected")
        if n and (max(self.labels.max(), self.others.max()) >= width or (self.labels == self.others).any()):
            raise BadAnswers("a class that is none")
        if not all(((one >= 0) & (one <= 1)).all() for one in (self.own, self.other)):  # nor is NaN
            raise BadAnswers("probabilities were expected")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def sha256(self) -> list[str]:
        """The pictures' sha256 in words."""
        return [row.tobytes().hex() for row in self.digests]

    def pack(self) -> bytes:
        """Give the file; the same answers give the same bytes."""
        buffer = io.BytesIO()
        np.savez(
            buffer, classes=np.array(self.classes, np.str_), digests=self.digests, labels=self.labels, others=self.others,
            own=self.own, other=self.other,
        )  # fmt: skip
        return buffer.getvalue()

    @classmethod
    def unpack(cls, data: bytes) -> "Answers":
        """Read a file.

        Raises:
            BadAnswers: it holds none.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                    raise BadAnswers(f"it unpacks to more than {MAX_BYTES >> 20} MB")
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                return cls(
                    tuple(_array(file, "classes", np.str_).tolist()),
                    _array(file, "digests", np.uint8),
                    _array(file, "labels", np.uint16),
                    _array(file, "others", np.uint16),
                    _array(file, "own", np.float32),
                    _array(file, "other", np.float32),
                )
        except BadAnswers:
            raise
        except Exception as error:  # what a damaged archive raises depends on where it is damaged
            raise BadAnswers(f"not readable ({error})") from error


def gather(
    classes: Sequence[str], digests: Sequence[str], labels: NDArray[np.intp], probabilities: NDArray[np.float64]
) -> Answers:
    """Give the answers from a row of probabilities a picture."""
    rows = np.arange(len(labels))
    own = probabilities[rows, labels]
    rest = probabilities.copy()
    rest[rows, labels] = -1.0
    others = rest.argmax(axis=1)
    raw = np.frombuffer(b"".join(map(bytes.fromhex, digests)), np.uint8).reshape(len(labels), _DIGEST_BYTES)
    return Answers(
        tuple(classes),
        raw,
        labels.astype(np.uint16),
        others.astype(np.uint16),
        own.astype(np.float32),
        rest[rows, others].astype(np.float32),
    )


def _array(file: "np.lib.npyio.NpzFile", name: str, kind: type[_Kind]) -> NDArray[_Kind]:
    array: NDArray[_Kind] = file[name]
    if not np.issubdtype(array.dtype, kind):
        raise BadAnswers(f"{name}: {kind.__name__} was expected")
    return array
