"""A labeller's window that dies with the key still down: ``python -m tests.ui.sudden_death BUCKET HOME``.

It writes the name of the picture in focus, presses the key of wine-bottle, and is killed before anything is painted.
"""

import os
import signal
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from desktop.ui.fingers import Fingers
from desktop.ui.start import opened


def main(bucket: str, home: str) -> None:
    """Open, press, die."""
    with opened(bucket, Path(home)) as window:
        fingers = Fingers(window)
        fingers.wait(lambda: window.sorting.session is not None and bool(window.sorting.session.tiles), "the pictures")
        session = window.sorting.session
        print(session.focused.images[0].name, flush=True)
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_5, Qt.KeyboardModifier.NoModifier, "5")
        QApplication.sendEvent(window.focusWidget(), key)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
