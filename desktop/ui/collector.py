"""Python's collector of cycles, kept to the window's thread.

It runs wherever an allocation happens to be the one too many, also on a thread that decodes; and a widget that dies on any other
thread than the window's takes the process with it.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_EVERY_MS = 500
_MANY = (2_000, 20, 20)
"""When a generation is looked at: allocations since, and rounds of the younger one, as ``gc.set_threshold`` counts them."""


class Collector(QObject):
    """Collects now and then between two events, once it was started."""

    def __init__(self) -> None:
        super().__init__()
        self._collected = True
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Take the collector over."""
        self._collected = gc.isenabled()
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give it back as it was, after one last round: nothing of the window is left to other threads."""
        self._timer.stop()
        gc.collect()
        if self._collected:
            gc.enable()

    @Slot()
    def _look(self) -> None:
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > _MANY[generation]:
                gc.collect(generation)
                return
