"""Golden pictures: a few of each class travel with a model, so that a device can see whether it answers as it did at home."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edge.preprocess import open_upright

MAX_GOLDEN_BYTES = 60_000
"""Of one picture."""

_PER_CLASS = 3
_ALL = 40
"""A Pi takes a tenth of a second for each."""
_AT_MOST = 200
"""Classes beyond that have none; a bundle has room for so many files."""
_SIZE = 256
_QUALITIES = (90, 75, 50, 25)


def choose_golden(answers: NDArray[np.float64], labels: NDArray[np.intp]) -> list[int]:
    """Give the rows of a few pictures of each class, from those that are answered well: the surest and some less sure.

    Args:
        answers: A row of probabilities a picture.
        labels: The class's index of each.
    """
    classes = np.unique(labels)[:_AT_MOST]
    count = int(np.clip(_ALL // len(classes), 1, _PER_CLASS))
    chosen: list[int] = []
    for label in classes:
        rows = np.flatnonzero(labels == label)
        order = rows[np.argsort(-answers[rows, label], kind="stable")]
        better = order[: max(count, len(order) // 2)]
        chosen += better[np.unique(np.linspace(0, len(better) - 1, count).astype(int))].tolist()
    return chosen


def shrink_golden(data: bytes) -> bytes:
    """Give a small JPEG of a picture's centre, without tags.

    Raises:
        BadImage: it cannot be decoded.
    """
    image = open_upright(data, at_least=_SIZE)
    edge = min(image.size)
    left, top = (image.width - edge) // 2, (image.height - edge) // 2
    size = min(_SIZE, edge)
    square = image.resize((size, size), Image.Resampling.BILINEAR, box=(left, top, left + edge, top + edge))
    bare = Image.fromarray(np.asarray(square))  # a comment would be copied
    return next(jpeg for jpeg in (_encoded(bare, quality) for quality in _QUALITIES) if len(jpeg) <= MAX_GOLDEN_BYTES)


def _encoded(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()
