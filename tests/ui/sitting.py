"""The real window on a small plant, and a hand on its keyboard: whole, with its lanes and the process that delivers."""

import gc
import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.app import now_ms, open_plant
from desktop.core.journal import Journal
from desktop.core.pages import PageKind
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, silent
from desktop.core.settings import Settings, save_settings
from desktop.core.sync import sync
from desktop.language import speak
from desktop.ui.start import Face
from edge.contract.keys import DEFAULT_PREFIX, RAW
from edge.contract.metadata import Clock, RawMetadata, Reason, encode_raw
from edge.contract.names import Side, format_name, side
from edge.scenes import draw
from tests.ui.keyboards import PLAIN, pressed

BEGIN_MS = 1_795_500_000_000
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_MS = 20_000


@cache
def drawn(cls, seed):
    """Give the bytes of a drawn picture of the field."""
    return draw(cls, seed, field=True)


def shot(number, guess, confidence, *, truth=None, device="pi-1", wanted=Side.TRAIN, body=None):
    """Give name and bytes of a picture as a device names it; each has a time of its own, so that none makes a burst."""
    data = body if body is not None else drawn(truth or guess, number)
    at_ms = BEGIN_MS + number * 10_000_000
    digest = hashlib.sha256(data).hexdigest()
    while side(name := format_name(at_ms, guess, confidence, device, digest)) is not wanted:
        at_ms += 120_000
    return name, data


def cans(count=8, device="pi-1"):
    """Give pictures that the model takes for cans, the least certain first."""
    return [shot(number, "soda-can", 0.3 + number / 100, device=device) for number in range(count)]


def mugs(count=4):
    """Give pictures of the other device, taken for mugs."""
    return [shot(100 + number, "beer-mug", 0.6 + number / 100, device="pi-2") for number in range(count)]


class Sitting:
    """Somebody at the window, from opening to closing it, as often as they like."""

    def __init__(self, qtbot, folder, pictures=(), settings=None):
        self.qtbot = qtbot
        self.bucket, self.home = folder / "bucket", folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        save_settings(self.home, settings or Settings(language="en", labeller="ada"))
        if pictures is not None:
            open_plant(str(self.bucket), self.home, create=True).close()
            self.send(*pictures, seen=True)
        self.face = None

    @property
    def window(self):
        """The window in front: another one after its language was changed."""
        return self.face.window

    @property
    def station(self):
        return self.window.sorting

    @property
    def session(self):
        return self.station.session

    @property
    def grid(self):
        return self.station.front.grid

    @property
    def said(self):
        """What the strip of messages showed so far."""
        return self.window.messages.said

    def send(self, *pictures, seen=False):
        """Send pictures home, as a device does; ``seen``: an earlier window knows them already."""
        plant = open_plant(str(self.bucket), self.home)
        for name, body in pictures:
            raw = RawMetadata("pi-1", BEGIN_MS, Clock.SYNCED, Reason.LOW, 0.25)
            plant.store.put(RAW + name, body, match=ABSENT, metadata=encode_raw(raw))
        if seen:
            sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
        plant.close()

    def open(self, bucket=None, *, waiting=True):
        """Open the window, and wait until it has the pictures that wait."""
        self.face = Face(self.home)
        self.face.show(str(self.bucket) if bucket is None else bucket)
        self.window.resize(1440, 868)
        self.window.activateWindow()
        if waiting:
            self.loaded()
        return self

    def close(self):
        """Close it, as its button does."""
        if self.face is not None:
            if self.window is not None:
                self.window.close()
                self.window.deleteLater()
            self.face.close()
            self.face = None
        speak("en")
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.unfreeze()  # a window froze what stood in its time; here many come and go in one process
        gc.collect()

    def again(self):
        """Close it and open it again."""
        self.close()
        return self.open()

    def until(self, met, timeout_ms=PATIENCE_MS):
        """Let the window work until something is so."""
        self.qtbot.waitUntil(met, timeout=timeout_ms)

    def loaded(self):
        """Wait for the queue, and for the pictures that are on the screen."""
        self.until(lambda: self.window.place is not None and self.session is not None)
        self.until(lambda: not self.window.place.tasks.running("look"))
        if self.session.page is not None and not self.station.front.in_loupe:
            self.until(lambda: not self.grid._settled.isActive())  # it asks for pictures of another size a moment later
            self.until(lambda: self.grid.on_screen() != [] and self.window.place.thumbnails.waiting() == 0)
        QTest.qWait(30)

    def settled(self):
        """Wait until nothing works in the background, and what came in was laid out."""
        self.loaded()
        self.until(lambda: not self.window.place.tasks.running() and not self.station._quiet.isActive())
        self.loaded()

    def press(self, *keys, modifiers=PLAIN):
        """Press keys where the window system would bring them: at the window in front."""
        for key in keys:
            QTest.keyClick(self.window.windowHandle(), key, modifiers)
            QApplication.processEvents()

    def write(self, text):
        """Press a key a letter."""
        self.press(*text)

    def hold(self, key, times, text=""):
        """Keep a key down: the keyboard repeats it."""
        target = self.window.focusWidget()
        QApplication.sendEvent(target, pressed(key, text=text))
        for _repeat in range(times):
            QApplication.sendEvent(target, pressed(key, text=text, again=True))
        QApplication.sendEvent(target, pressed(key, text=text, kind=QEvent.Type.KeyRelease))

    def at(self, cls=None, kind=PageKind.CLASS):
        """Turn pages by their key until one of a kind is in hand."""
        for _page in range(12):
            if self.session.page.kind is kind and cls in (None, self.session.page.cls):
                self.loaded()
                return self
            self.press("n")
        raise AssertionError(f"no page of {kind} {cls}")

    def drop(self, folder):
        """Drag a folder over the window and let it fall."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(folder))])
        middle = QPoint(700, 400)
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        enter = QDragEnterEvent(middle, copy, data, left, PLAIN)
        QApplication.sendEvent(self.window, enter)
        if enter.isAccepted():
            QApplication.sendEvent(self.window, QDropEvent(QPointF(middle), copy, data, left, PLAIN))
        return enter.isAccepted()

    def decided(self):
        """Give what the journal holds, read as another process reads it: image and where it shall lie, the newest first."""
        return decisions(self.journal)

    @property
    def journal(self):
        return next(self.home.glob("buckets/*/journal.sqlite"))

    def lies(self, name):
        """Give the folders of the bucket in which a picture lies."""
        root = self.bucket / DEFAULT_PREFIX
        return [str(path.parent.relative_to(root)) for path in root.rglob(name)]

    def delivered(self):
        """Wait until nothing is left to be moved."""
        self.until(lambda: not self.window.place.plant.journal.waiting())


def decisions(journal):
    """Give what a journal holds: image and where it shall lie, the newest first."""
    read = Journal(journal, lambda: 0, lambda: "")
    try:
        return [(one.choice.name, one.choice.target.rpartition("/")[0]) for one in read.recent(500)]
    finally:
        read.close()


def sortloop(bucket, home, *words):
    """Run a command beside the window and give what it says."""
    command = [sys.executable, "-m", "desktop", "--bucket", bucket, "--home", home, "--json", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return json.loads(done.stdout)
