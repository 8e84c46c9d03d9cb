"""What a view of a hundred thousand tiles adds to a window's memory, against Qt's own list view; each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.grid import COUNT
from tests.benchmarks.measure import Result

_SCRIPT = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from tests.benchmarks import grid
from desktop.core.pages import Tile
from desktop.ui.thumbnails import Thumbnails
from tests.ui.pictures import PlayedPictures
from PySide6.QtWidgets import QWidget
def kilobytes():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
grid.application()
tiles = [Tile((image,)) for image in grid.field_images(grid.COUNT)]
class NoPictures(PlayedPictures):
    def pixels(self, image, width, height, quick=None):
        raise ValueError("none")
thumbnails = Thumbnails(NoPictures, workers=1)
bare = QWidget()
bare.resize(1318, 900)
bare.show()
grid.settle()
before = kilobytes()
view = getattr(grid, sys.argv[1])(thumbnails, tiles)
grid.until_painted(view, view.begin)
grid.settle()
view.choose_all()
grid.settle()
print(kilobytes() - before)
thumbnails.close()
os._exit(0) if not sys.stdout.flush() else None
"""


def memory(_folder: Path) -> Result:
    """Measure the resident memory that each view adds to a bare window, its tiles and pictures counted on neither side."""
    ours, stock = (_megabytes(name) for name in ("_Ours", "_Stock"))
    return Result("grid: memory", ours, stock, "QListView, IconMode", "MB", stock / ours, None, COUNT)


def _megabytes(name: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, name], env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": "."},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return int(done.stdout) / 1024
