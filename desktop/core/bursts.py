"""Which pictures show one pass of one thing: bursts. They are labelled together, and the gate counts them together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from desktop.core.images import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BURST_MS = 60_000
"""How far apart two captures of one burst's link may lie."""
MAX_NEIGHBOURS = 256
"""A picture is compared with so many before it at most: a device whose clock stands still must not cost a square."""


def bursts(images: Iterable[Image]) -> dict[str, str]:
    """Give each image's burst: key → key of the burst's earliest image; an image that stands alone is its own burst.

    Two images of one device and one side are linked if they were captured at most ``BURST_MS`` apart and their dHashes
    differ in at most ``DHASH_BURST`` bits; a burst is what hangs together by such links. An image without a capture time
    or a dHash stands alone. Pictures without a device's name count as one device's, as in :func:`edge.contract.names.side`.
    """
    burst_of: dict[str, str] = {}
    comparable: defaultdict[tuple[str, str], list[Image]] = defaultdict(list)
    for image in images:
        burst_of[image.key] = image.key
        if image.captured_ms is not None and image.dhash is not None:
            comparable[image.device or "", image.side].append(image)
    for group in comparable.values():
        group.sort(key=lambda image: (image.captured_ms, image.key))
        if any(_near(one, other) for one, other in pairwise(group)):
            for image, first in zip(group, _earliest(group), strict=True):
                burst_of[image.key] = group[first].key
    return burst_of


def _near(one: Image, other: Image) -> bool:
    """Tell whether two images lie so near in time that they may be of one burst."""
    return one.captured_ms is not None and other.captured_ms is not None and abs(other.captured_ms - one.captured_ms) <= BURST_MS


def _earliest(group: Sequence[Image]) -> list[int]:
    """Give, for each image of one device and side by time, the index of the earliest in its burst."""
    import numpy as np  # noqa: PLC0415 - a first page without bursts need not wait for it

    from edge.fingerprint import DHASH_BURST  # noqa: PLC0415 - it stands on numpy, too

    times = np.array([image.captured_ms for image in group], dtype=np.int64)
    hashes = np.array([image.dhash for image in group], dtype=np.uint64)
    earliest = np.arange(len(group))
    for apart in range(1, min(len(group), MAX_NEIGHBOURS + 1)):
        near = times[apart:] - times[:-apart] <= BURST_MS
        if not near.any():
            break
        links = np.flatnonzero(near & (earliest[apart:] != earliest[:-apart]))
        links = links[np.bitwise_count(hashes[links] ^ hashes[links + apart]) <= DHASH_BURST]
        if links.size:
            earliest = _joined(earliest, links, apart)
    return [int(index) for index in earliest]


def _joined(earliest: "NDArray[np.intp]", links: "NDArray[np.intp]", apart: int) -> "NDArray[np.intp]":
    """Join the bursts of each link's two ends; every entry points to its burst's root again afterwards."""
    import numpy as np  # noqa: PLC0415

    root = earliest.tolist()
    for link in links.tolist():
        one, other = _root(root, link), _root(root, link + apart)
        root[max(one, other)] = min(one, other)
    joined = np.array(root, dtype=np.intp)
    while not np.array_equal(joined, joined[joined]):
        joined = joined[joined]
    return joined


def _root(root: list[int], index: int) -> int:
    while root[index] != index:
        root[index] = root[root[index]]
        index = root[index]
    return index
