"""Two 64-bit fingerprints of a picture; near-duplicates differ in few bits."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # whoever only compares fingerprints needs no decoder
    from PIL import Image

DHASH_BURST = 10
"""Two pictures of one device within a minute and this many dHash bits are one burst."""
PHASH_TWIN = 4
"""Two pictures within this many pHash bits are near-duplicates, wherever they come from."""

_BILINEAR = 2  # PIL.Image.Resampling.BILINEAR


def dhash(image: "Image.Image") -> int:
    """Give the difference hash: is each of 8 × 8 cells brighter than its right neighbour?"""
    grey = np.asarray(image.convert("L").resize((9, 8), _BILINEAR), dtype=np.int16)
    return _bits(grey[:, 1:] > grey[:, :-1])


def phash(image: "Image.Image") -> int:
    """Give the perceptual hash: the signs of the 8 × 8 lowest cosine frequencies about their median."""
    grey = np.asarray(image.convert("L").resize((32, 32), _BILINEAR), dtype=np.float64)
    low = _COSINES @ grey @ _COSINES.T
    return _bits(low > np.median(low))


def distance(one: int, other: int) -> int:
    """Give the number of bits in which two fingerprints differ."""
    return (one ^ other).bit_count()


def _cosines() -> NDArray[np.float64]:
    rows, columns = np.arange(8)[:, np.newaxis], np.arange(32)[np.newaxis]
    return np.cos(np.pi * rows * (2 * columns + 1) / 64)


_COSINES = _cosines()


def _bits(matrix: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(matrix.ravel()).tobytes(), "big")
