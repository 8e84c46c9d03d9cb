"""A plant in the window's parts, without the window: drawn pictures in a folder, a station in front, keys as they come."""

import hashlib
import time
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.app import open_plant
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import sync
from desktop.ui.actions import table
from desktop.ui.commands import Commands
from desktop.ui.keymap import Keymap
from desktop.ui.messages import Messages
from desktop.ui.tasks import Tasks
from desktop.ui.thumbnails import Thumbnails
from desktop.ui.workplace import Workplace
from edge.contract.keys import RAW
from edge.contract.metadata import Clock, RawMetadata, Reason, encode_raw
from edge.contract.names import Side, format_name, side
from tests.pictures import jpeg, noise

BEGIN_MS = 1_795_500_000_000
NO_KEY = Qt.KeyboardModifier.NoModifier


def field_picture(number, cls, confidence, wanted=Side.TRAIN, device="pi-01", data=None):
    """Give name and bytes of a picture on a side; each has a minute of its own, so that none makes a burst."""
    body = jpeg(noise(number)) if data is None else data
    digest = hashlib.sha256(body).hexdigest()
    at_ms = BEGIN_MS + number * 10_000_000
    while side(name := format_name(at_ms, cls, confidence, device, digest)) is not wanted:
        at_ms += 120_000
    return name, body


class Bench:
    """One plant with the parts that a station works with."""

    def __init__(self, qtbot, folder, pictures=()):
        self.qtbot = qtbot
        self.bucket, self.home = folder / "bucket", folder / "home"
        self.queues, self.gone_to = [], []
        plant = open_plant(str(self.bucket), self.home, create=True)
        for name, body in pictures:
            self.send(plant, name, body)
        self.look(plant)
        plant.close()
        self.open()

    def open(self):
        """Open the bucket, as the window does."""
        opener = partial(open_plant, str(self.bucket), self.home)
        self.plant = opener()
        self.messages = Messages()
        self.qtbot.addWidget(self.messages)
        self.tasks = Tasks(opener, self.messages.show_error)
        taxonomy = self.plant.taxonomy()
        self.commands = Commands(Keymap(table(taxonomy.classes, taxonomy.shown("en"))))
        self.thumbnails = Thumbnails(lambda: opener().pictures, workers=1)
        self.place = Workplace(
            self.plant, str(self.bucket), self.tasks, self.commands, self.messages, self.thumbnails,
            go=self.gone_to.append, open_queue=self.queues.append,
        )  # fmt: skip
        self.window = QWidget()
        self.qtbot.addWidget(self.window)
        self.station = None

    def show(self, station, width=1360, height=840):
        """Put a station in front of the keys."""
        self.station = station
        layout = QVBoxLayout(self.window)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(station)
        self.window.resize(width, height)
        self.commands.watch(self.window)
        self.commands.bind("back", station.back)
        self.commands.places = station.places()
        self.window.show()
        self.window.activateWindow()
        station.entered()
        return station

    def press(self, *keys, modifiers=NO_KEY):
        """Press keys one after the other, wherever the focus is."""
        for key in keys:
            QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)

    def send(self, plant, name, body):
        """Send a picture home, as a device does."""
        raw = RawMetadata("pi-01", BEGIN_MS, Clock.SYNCED, Reason.LOW, 0.25)
        plant.store.put(RAW + name, body, match=ABSENT, metadata=encode_raw(raw))

    def look(self, plant):
        """Bring the catalog up to the bucket."""
        sync(plant.store, plant.catalog, now_ms=time.time_ns() // 1_000_000, progress=silent, cancel=CancelToken())

    def close(self):
        """Let everything go, as the window does."""
        self.commands.unwatch()
        if self.station is not None:
            self.station.close_station()
        self.tasks.close()
        self.thumbnails.close()
        self.plant.close()
        self.window.close()
