"""Thumbnails from pictures on this disk on two threads, kept for next time, against libjpeg's scaled decode alone on two."""

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import simplejpeg

from desktop.core.catalog import Catalog
from desktop.core.pictures import Pictures
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import sync
from desktop.local.store import FolderStore
from desktop.local.thumbnails import PENCIL, look, shrink
from edge.contract.keys import RAW, Area
from tests.benchmarks.measure import Result
from tests.benchmarks.thumbnails import _camera_picture

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_COUNT, _KINDS, _WORKERS, _BOX, _ROUNDS = 240, 12, 2, (146, 134), 9
_DEADLINE_MS = 60_000
_LEAST = 192
"""The rung that serves this box."""


def loader(folder: Path) -> Result:
    """Time both sides in turns, each round with a cache without thumbnails."""
    from PySide6.QtCore import QEventLoop, QTimer

    from desktop.ui.thumbnails import Thumbnails
    from tests.benchmarks.grid import application, field_images

    application()
    bodies = [_camera_picture(seed) for seed in range(_KINDS)]
    store, raw = FolderStore(folder / "bucket"), folder / "bucket" / RAW
    raw.mkdir(parents=True)
    for number, image in enumerate(field_images(_COUNT)):
        (raw / image.name).write_bytes(bodies[number % _KINDS])
    catalog = Catalog(folder / "catalog.sqlite")
    sync(store, catalog, now_ms=time.time_ns() // 1_000_000, progress=silent, cancel=CancelToken())
    images = catalog.images(Area.RAW)
    assert len(images) == _COUNT
    pictures = Pictures(store, catalog, folder / "pictures", look=look, shrink=shrink, pencil=PENCIL)
    paths = [pictures.fetch(image) for image in images]

    def ours() -> None:
        thumbnails = Thumbnails(
            lambda: Pictures(
                store, Catalog(folder / "catalog.sqlite"), folder / "pictures", look=look, shrink=shrink, pencil=PENCIL
            ),
            _WORKERS,
        )
        loop = QEventLoop()
        thumbnails.arrived.connect(lambda _names: loop.quit() if not thumbnails.waiting() else None)
        QTimer.singleShot(_DEADLINE_MS, loop.quit)
        thumbnails.want("grid", images, *_BOX)
        loop.exec()
        assert not thumbnails.waiting()
        thumbnails.close()

    def peer() -> None:
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(_decoded, paths))

    times: tuple[list[float], list[float]] = ([], [])
    for _round in range(_ROUNDS):
        for path in (folder / "pictures").glob("rungs.sqlite*"):
            path.unlink()
        for side, kept in zip((ours, peer), times, strict=True):
            kept.append(_seconds(side))
    mine, other = (statistics.median(kept) for kept in times)
    result = Result("thumbnails from disk", _COUNT / mine, _COUNT / other, "libjpeg's scaled decode alone", "1/s", 0, 0.8, _COUNT)
    return replace(result, ratio=result.ours / result.peer)


def _decoded(path: Path) -> None:
    data = path.read_bytes()
    height, width, _space, _sampling = simplejpeg.decode_jpeg_header(data)
    scale = _LEAST / max(height, width)
    simplejpeg.decode_jpeg(data, "BGRA", min_height=round(height * scale), min_width=round(width * scale), min_factor=1)


def _seconds(work: Callable[[], None]) -> float:
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s
