"""From a key to its picture while pictures are decoded and decisions delivered, against the frames of a 60 Hz screen."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import Result

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_FRAME_MS = 1000 / 60
_COUNT, _KINDS, _KEYS = 3000, 12, 400
_PACE_S = 0.08
"""Between two keys: faster than any hand, so that decoding and delivery never come to rest."""


def latency(folder: Path) -> Iterator[Result]:  # noqa: PLR0915 - one run from its plant to its figures
    """Time keys of a real session: recorded in the journal, painted, with a second process at the moves."""
    from PySide6.QtWidgets import QApplication

    from desktop.app import new_id, now_ms, open_plant
    from desktop.core.journal import Journal
    from desktop.core.pages import Order
    from desktop.core.progress import CancelToken, silent
    from desktop.core.sorting import SortSession
    from desktop.core.sync import sync
    from desktop.ui.thumbnails import Thumbnails
    from edge.contract.keys import RAW, Area
    from tests.benchmarks.grid import _Ours, application, field_images, settle, until_painted
    from tests.benchmarks.thumbnails import _camera_picture

    sys.setswitchinterval(0.001)
    application()
    bucket, home = folder / "bucket", folder / "home"
    bodies = [_camera_picture(seed) for seed in range(_KINDS)]
    plant = open_plant(str(bucket), home, create=True)
    raw = bucket / "image-classification" / RAW
    raw.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(field_images(_COUNT)):
        (raw / image.name).write_bytes(bodies[number % _KINDS])
    sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
    journal = Journal(plant.folder / "journal.sqlite", now_ms, new_id)
    session = SortSession(
        plant.catalog.images(Area.RAW), journal, labeller="ada", classes=plant.taxonomy().active(), now_ms=now_ms,
        find=plant.catalog.image, order=Order.NEWEST, page_size=100,
    )  # fmt: skip
    thumbnails = Thumbnails(lambda: open_plant(str(bucket), home).pictures, max(1, (os.cpu_count() or 2) - 1))
    view = _Ours(thumbnails, list(session.tiles))
    command = [sys.executable, "-m", "desktop", "--bucket", str(bucket), "--home", str(home), "deliver", "--follow"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        view.begin()
        settle()
        view.lay(session.tiles, session.mark, blind=False)
        times, busy = [], 0
        due_s = time.perf_counter()

        def press() -> None:
            tile = session.tiles[view.focus]
            session.assign(tile.images, "soda-can")
            view.refresh({image.name for image in tile.images})
            view.focus_on(session.focus)

        for number in range(_KEYS):
            due_s += _PACE_S
            while time.perf_counter() < due_s:
                QApplication.processEvents()
                time.sleep(0.001)
            if number % 20 == 19:  # on to pictures that nobody has seen
                session.next_page()
                view.lay(session.tiles, session.mark, blind=False)
                QApplication.processEvents()
            busy += thumbnails.waiting() > 0
            times.append(until_painted(view, press) * 1000)
        waiting = journal.waiting()
        assert worker.stdin is not None
        worker.stdin.close()
        worker.wait(60)
    thumbnails.close()
    delivered = len(list((bucket / "image-classification" / "labeled_field_data" / "soda-can").glob("*.jpg")))
    print(f"  decoding at {busy} of {_KEYS} keys, {delivered} moves delivered, {waiting} waited at the end")
    cuts = statistics.quantiles(times, n=100)
    for share, frames in ((95, 1), (99, 2)):
        limit_ms = frames * _FRAME_MS
        peer = "one frame" if frames == 1 else "two frames"
        yield Result(
            f"key to picture, busy, p{share}", cuts[share - 1], limit_ms, peer, "ms", limit_ms / cuts[share - 1], 1.0, _KEYS
        )
