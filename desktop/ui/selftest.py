"""Whether the window works where it stands: opened on a plant that is thrown away, looked at, closed.

It tries what a packaged program may have lost: Qt's plugins, fonts and texts, the decoder, the databases, our own resources.
"""

import faulthandler
import hashlib
import sys
import tempfile
import time
from gettext import GNUTranslations
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QBuffer, QByteArray, QLibraryInfo, QTranslator
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImage, QImageWriter, QLinearGradient, QPainter
from PySide6.QtWidgets import QWidget

from desktop.app import now_ms, open_plant
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import sync
from desktop.language import RESOURCES, catalog
from desktop.ui.icons import pixmap
from desktop.ui.start import run
from edge.contract.keys import ABSENT, Area, key_of
from edge.contract.names import format_name

_PATIENCE_S = 60.0
"""A window that is not there by then is ended, and told where it hangs."""
_SIZE = (96, 72)
_JPEG = b"\xff\xd8\xff"


class SelfTest:
    """One opening of the window, and what was seen."""

    def __init__(self) -> None:
        self.checks: dict[str, bool] = {}
        """What was tried, and whether it worked."""
        self.platform = ""
        self.usable_s = 0.0
        """From the call to the first painted page."""
        self._begun_s = time.monotonic()

    def run(self) -> dict[str, object]:
        """Open the window and give what was found as one JSON object; ``ok`` if all is as it should be."""
        faulthandler.dump_traceback_later(_PATIENCE_S, exit=True)
        before, sys.excepthook = sys.excepthook, _give_up
        with tempfile.TemporaryDirectory(prefix="sortloop-self-test-", ignore_cleanup_errors=True) as name:
            home, bucket = Path(name, "home"), Path(name, "bucket")
            self._fill(bucket, home)
            self._begun_s = time.monotonic()
            self.checks["window"] = run(str(bucket), home, when_usable=self._look) == 0 and self.usable_s > 0
        sys.excepthook = before
        faulthandler.cancel_dump_traceback_later()
        return {
            "ok": all(self.checks.values()),
            "checks": self.checks,
            "usable_s": round(self.usable_s, 3),
            "platform": self.platform,
            "version": _version(),
            "qt": QLibraryInfo.version().toString(),
            "frozen": bool(getattr(sys, "frozen", False)),
        }

    def _fill(self, bucket: Path, home: Path) -> None:
        """Put one drawn picture into a new bucket, list it, decode it."""
        jpeg = _draw()
        name = format_name(now_ms(), None, None, "self-test", hashlib.sha256(jpeg).hexdigest())
        plant = open_plant(str(bucket), home, create=True)
        plant.store.put(key_of(Area.RAW, name), jpeg, match=ABSENT)
        sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
        image = plant.catalog.image(name)
        self.checks["catalog"] = image is not None
        self.checks["journal"] = plant.journal.waiting() == 0
        self.checks["picture"] = image is not None and plant.pictures.thumbnail(image, max(_SIZE)).startswith(_JPEG)
        plant.close()

    def _look(self, window: QWidget) -> None:
        """See whether there is more than an empty ground; close the window."""
        self.usable_s = time.monotonic() - self._begun_s
        self.platform = QGuiApplication.platformName()
        self.checks["painted"] = not _plain(window.grab().toImage())
        self.checks["font"] = "Inter" in QFontDatabase.families()
        self.checks["icons"] = not _plain(pixmap("check").toImage())
        self.checks["glyphs"] = (RESOURCES / "glyphs" / "clutter.svg").is_file()
        self.checks["chinese"] = isinstance(catalog("zh_CN"), GNUTranslations)
        self.checks["chinese of Qt"] = QTranslator().load(
            "qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        )
        window.close()


def _version() -> str:
    try:
        return version("sortloop")
    except PackageNotFoundError:  # run from its sources
        return ""


def _give_up(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of what went wrong in the window, and do not wait for it any longer."""
    sys.__excepthook__(kind, error, trace)
    QGuiApplication.exit(1)


def _draw() -> bytes:
    picture = QImage(*_SIZE, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    slope = QLinearGradient(0, 0, *_SIZE)
    slope.setColorAt(0, "#4f9cf9")
    slope.setColorAt(1, "#e3b354")
    painter.fillRect(picture.rect(), slope)
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"jpeg")).write(picture)
    return bytes(buffer.data().data())


def _plain(image: QImage) -> bool:
    """Tell whether an image is of one colour: sixteen places a side are looked at."""
    steps = range(16)
    colours = {image.pixel(image.width() * x // 16, image.height() * y // 16) for x in steps for y in steps}
    return len(colours) < 2
