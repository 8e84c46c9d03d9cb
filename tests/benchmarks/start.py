"""From the start of the process to the first page that can be sorted, against a window of Qt with nothing in it."""

import os
import subprocess
import sys
from pathlib import Path

from desktop.app import now_ms, open_plant, own_command
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import sync
from edge.contract.keys import ABSENT, Area, key_of
from edge.contract.names import format_name
from edge.scenes import CLASSES, draw
from tests.benchmarks.measure import Result, race

_COUNT, _ROUNDS = 60, 15

_BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

class Window(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, self.told)
    def told(self):
        sys.stdout.write("usable\\n")
        sys.stdout.flush()
        QApplication.exit()

application = QApplication(sys.argv)
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""


def start(folder: Path) -> Result:
    bucket, home = folder / "plant", folder / "home"
    plant = open_plant(str(bucket), home, create=True)
    for number in range(_COUNT):
        cls = CLASSES[number % len(CLASSES)]
        name = format_name(now_ms() + number * 100_000, cls, 0.5, "pi-1", f"{number:012x}")
        plant.store.put(key_of(Area.RAW, name), draw(cls, number, field=True), match=ABSENT)
    sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
    plant.close()
    ours = own_command("--bucket", str(bucket), "--home", str(home), "gui", "--exit-when-usable")
    bare = [sys.executable, "-c", _BARE]
    last: list[subprocess.Popen[bytes]] = []

    def until_usable(command: list[str]) -> None:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # both find their modules compiled, as an installed program does
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        last.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"usable\n"

    def let_end() -> None:
        while last:
            last.pop().communicate(timeout=60)

    for command in (ours, bare):  # both find their files in memory
        until_usable(command)
    try:
        return race(
            "start",
            lambda: until_usable(ours),
            lambda: until_usable(bare),
            peer_name="a bare window of Qt",
            goal=0.667,  # at most one and a half times as long
            n=_COUNT,
            rounds=_ROUNDS,
            before_each=let_end,
        )
    finally:
        let_end()
