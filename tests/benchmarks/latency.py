"""From a key to its picture while pictures are decoded and decisions delivered, against the frames of a 60 Hz screen."""

import gc
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import Result

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_FRAME_MS = 1000 / 60
_COUNT, _KINDS, _KEYS, _RUNS = 2200, 12, 400, 3
_PACE_S = 0.08
"""Between two keys: faster than any hand, so that decoding and delivery hardly come to rest."""
_PAGE = 100
_TURN = 20
"""Keys until the next page, of pictures that nobody has seen."""


def latency(folder: Path) -> Iterator[Result]:
    """Take the medians of several runs, each on a plant of its own."""
    runs = [sorted(_run(folder / f"run-{number}", number)) for number in range(_RUNS)]
    for share, frames, peer in ((95, 1, "one frame"), (99, 2, "two frames")):
        mine, limit_ms = statistics.median(_share(times, share) for times in runs), frames * _FRAME_MS
        yield Result(f"key to picture, busy, p{share}", mine, limit_ms, peer, "ms", limit_ms / mine, 1.0, _RUNS * _KEYS)


def _run(folder: Path, number: int) -> list[float]:  # noqa: PLR0915 - one run from its plant to its figures
    """Time the keys of a real session: recorded in the journal, painted, with a second process at the moves."""
    from PySide6.QtWidgets import QApplication

    from desktop.app import new_id, now_ms, open_plant
    from desktop.core.pages import Order
    from desktop.core.progress import CancelToken, silent
    from desktop.core.sorting import SortSession
    from desktop.core.sync import sync
    from desktop.ui.thumbnails import Thumbnails
    from edge.contract.keys import RAW, Area
    from tests.benchmarks.grid import _Ours, application, field_images, settle, until_painted
    from tests.benchmarks.thumbnails import _camera_picture

    application()
    bucket, home = folder / "bucket", folder / "home"
    bodies = [_camera_picture(seed) for seed in range(_KINDS)]
    plant = open_plant(str(bucket), home, create=True)
    raw = bucket / "image-classification" / RAW
    raw.mkdir(parents=True, exist_ok=True)
    for place, image in enumerate(field_images(_COUNT)):
        (raw / image.name).write_bytes(bodies[place % _KINDS])
    sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
    session = SortSession(
        plant.catalog.images(Area.RAW), plant.journal, labeller="ada", classes=plant.taxonomy().active(), now_ms=now_ms,
        find=plant.catalog.image, order=Order.NEWEST, page_size=_PAGE,
    )  # fmt: skip
    thumbnails = Thumbnails(lambda: open_plant(str(bucket), home).pictures)
    view = _Ours(thumbnails, list(session.tiles))
    # As desktop.ui.start, sort/loading and sort/feed have it.
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    new_id()
    gc.collect()
    gc.freeze()
    command = [sys.executable, "-m", "desktop", "--bucket", str(bucket), "--home", str(home), "deliver", "--follow"]
    times, busy = [], 0
    others_s = _others_s()
    begun_s = time.perf_counter()

    def press() -> None:
        thumbnails.rest()
        tile = session.tiles[view.focus]
        session.assign(tile.images, "soda-can")
        view.refresh({image.name for image in tile.images})
        view.focus_on(session.focus)

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        view.begin()
        settle()
        view.lay(session.tiles, session.mark, blind=False)
        due_s = time.perf_counter()
        for key in range(_KEYS):
            due_s += _PACE_S
            while time.perf_counter() < due_s:
                QApplication.processEvents()
                time.sleep(0.001)
            if key % _TURN == _TURN - 1:
                session.next_page()
                view.lay(session.tiles, session.mark, blind=False)
                QApplication.processEvents()
            busy += thumbnails.waiting() > 0
            times.append(until_painted(view, press) * 1000)
        waiting = plant.journal.waiting()
        assert worker.stdin is not None
        worker.stdin.close()
        worker.wait(60)
    lasted_s, others_s = time.perf_counter() - begun_s, _others_s() - others_s
    view.close()
    view.deleteLater()
    thumbnails.close()
    plant.close()
    gc.unfreeze()
    sys.setswitchinterval(before_s)
    delivered = len(list((bucket / "image-classification" / "labeled_field_data" / "soda-can").glob("*.jpg")))
    shutil.rmtree(folder)
    shares = ", ".join(f"p{share} {_share(sorted(times), share):.1f}" for share in (50, 95, 99))
    print(
        f"  run {number + 1}: {shares}, longest {max(times):.1f} ms; decoding at {busy} of {_KEYS} keys, "
        f"{delivered} moves delivered, {waiting} waited at the end; "
        f"other programs took {others_s / lasted_s:.2f} of {os.cpu_count()} cores",
        flush=True,
    )
    assert delivered == _KEYS
    return times


def _others_s() -> float:
    """Give the processor time that other programs have taken so far (proc_stat(5)); nothing where that is not known."""
    try:
        user, nice, system, _idle, _wait, *more = map(
            int, Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]
        )
    except OSError:
        return 0.0
    return (user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4])


def _share(ordered: list[float], share: int) -> float:
    return statistics.quantiles(ordered, n=100)[share - 1]
