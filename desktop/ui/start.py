"""Starts the window: application, look, one instance a bucket, the window itself; ends when it is closed."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, Qt, QTimer, QTranslator, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import desktop
from desktop.app import open_plant
from desktop.core.errors import AppError, BusyError
from desktop.core.settings import Settings, load_settings, save_settings
from desktop.core.texts import _
from desktop.language import RESOURCES, speak, spoken
from desktop.ui.around.crash import Crashes
from desktop.ui.collector import Collector
from desktop.ui.demo_process import DemoProcess
from desktop.ui.single_instance import SingleInstance
from desktop.ui.theme import Mode, theme_of, wear
from desktop.ui.window import Window

_SWITCH_S = 0.001
"""How long a decoding thread may keep the interpreter: p99 from key to picture halves by it, and throughput does not suffer."""


def run(bucket: str, home: Path, *, when_usable: Callable[[Window], None] | None = None) -> int:
    """Open the window on a bucket (empty: the last one) and give the exit code once it is closed.

    ``when_usable`` is called with the window once its first page is painted.
    """
    sys.setswitchinterval(_SWITCH_S)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(application, QApplication):
        return 1
    application.setApplicationName("Sortloop")
    application.setDesktopFileName("sortloop")
    application.setWindowIcon(QIcon(str(RESOURCES / "icons" / "sortloop.svg")))
    face = Face(home, when_usable)
    crashes = Crashes(home, face.said)
    crashes.install()
    try:
        if not face.show(bucket):
            return 0  # the window that is open already came to the front
        return application.exec()
    finally:
        face.close()
        crashes.uninstall()


@contextmanager
def opened(bucket: str, home: Path, size: tuple[int, int] = (1440, 868)) -> Iterator[Window]:
    """Give the window on a bucket, for whoever brings its keys and lets it work; it is closed at the end."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    face = Face(home)
    try:
        if not face.show(bucket) or face.window is None or not isinstance(application, QApplication):
            raise BusyError(_("A window is open on this bucket already."), _("Close it first."))
        face.window.resize(*size)
        yield face.window
    finally:
        if face.window is not None:
            face.window.close()
        face.close()


class Face(QObject):
    """Holds the window in front and opens what it shows: for another bucket or language, another window takes its place."""

    def __init__(self, home: Path, when_usable: Callable[[Window], None] | None = None) -> None:
        super().__init__()
        self._home = home
        self._when_usable = when_usable
        self._claim: SingleInstance | None = None
        self._start_ms: float | None = None
        self._collector = Collector()
        self._collector.start()
        self._translator = QTranslator(self)
        self.window: Window | None = None
        self.demo = DemoProcess(home)
        """It outlives the window that asked for it."""
        self.demo.ready.connect(self._demo_ready)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._dress)

    def said(self) -> list[str]:
        """Give the last messages, for the report of a crash."""
        return self.window.messages.said if self.window is not None else []

    def close(self) -> None:
        """Let the bucket go; the end of a program, or of a window that somebody else opened."""
        self._release()
        self.window = None
        self.demo.close()
        self._collector.stop()

    def _release(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    @Slot(str)
    def show(self, bucket: str) -> bool:
        """Show a window on a bucket: named, else the one of the settings, else the choice of one.

        Tells whether it did: where one is open on this bucket already, that one comes to the front instead.
        """
        trouble: AppError | None = None
        try:
            settings = load_settings(self._home)
        except AppError as error:
            settings, trouble = Settings(), error
        address = bucket or settings.bucket
        try:
            if address and not self._claimed(address):
                return False
        except AppError as error:
            if self.window is not None:
                self.window.messages.show_error(error)
                return True
            address, trouble = "", error
        self._show(address, settings, trouble)
        return True

    @Slot(str, bool)
    def switch(self, address: str, create: bool = False) -> None:
        """Show another bucket, made first where that is asked for; it is opened at the next start, too."""
        before = self.window
        try:
            open_plant(address, self._home, create=create).close()
            shown = self.show(address)
            window = self.window
            if shown and window is not None and window is not before and window.place is not None:
                window.settings = replace(window.settings, bucket=address)
                save_settings(self._home, window.settings)
        except AppError as error:
            if self.window is not None:
                self.window.messages.show_error(error)

    def _show(self, address: str, settings: Settings, trouble: AppError | None) -> None:
        """Put a window in the place of the one in front; where the bucket cannot be opened, it offers the ways to another."""
        speak(settings.language)
        QLocale.setDefault(QLocale(spoken()))
        self._translate()
        wear(theme_of(settings.window.theme, settings.window.text_scale))
        before, window = self.window, Window(self._home, settings, self.demo)
        window.wanted.connect(self.show, Qt.ConnectionType.QueuedConnection)
        window.switched.connect(self.switch, Qt.ConnectionType.QueuedConnection)
        window.usable.connect(self._usable)
        if before is not None:
            window.setGeometry(before.geometry())
            window.setWindowState(before.windowState())
            window.messages.go_on_from(before.messages)
            before.close()
            before.destroyed.connect(self._forget)
            before.deleteLater()
        self.window = window
        try:
            if trouble is None and address:
                window.open(address)
                if before is not None:
                    window.program.go_on_from(before.program)
        except AppError as error:
            trouble = error
        if window.place is None:
            self._release()
            window.choose_bucket()
        if trouble is not None:
            window.messages.show_error(trouble)
        window.show()

    def _claimed(self, address: str) -> bool:
        """Tell whether the bucket is ours; another's window is asked to come to the front.

        Raises:
            BusyError: another has it, and does not answer.
        """
        claim = SingleInstance(self._home, address)
        if self._claim is None or claim.name != self._claim.name:
            if not claim.claim():
                return False
            self._release()
            claim.wanted.connect(self._front)
            self._claim = claim
        return True

    @Slot()
    def _usable(self) -> None:
        """Note how long the start took, whatever window came after."""
        if self.window is None:
            return
        if self._start_ms is None:
            self._start_ms = (time.perf_counter() - desktop.BEGUN_S) * 1000
        self.window.start_ms = self._start_ms
        if self._when_usable is not None:
            self._when_usable(self.window)

    @Slot()
    def _forget(self) -> None:
        """Let Python's part of a window go that is gone: it was frozen with all that stood in its time."""
        QTimer.singleShot(0, self._collect)

    @Slot()
    def _collect(self) -> None:
        frozen = gc.get_freeze_count()
        gc.unfreeze()
        gc.collect()
        if frozen:
            gc.freeze()

    @Slot(str)
    def _demo_ready(self, address: str) -> None:
        """Show the demo, unless somebody went to work elsewhere meanwhile."""
        if self.window is not None and self.window.place is not None:
            self.window.messages.say(_("The demo is ready."), _("Open {folder} to see it.").format(folder=address))
        else:
            self.switch(address)

    def _translate(self) -> None:
        """Let Qt's own texts (file dialogs, context menus) speak the window's language."""
        QCoreApplication.removeTranslator(self._translator)
        self._translator = QTranslator(self)
        for folder in (QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath), str(RESOURCES / "qt")):
            if self._translator.load(QLocale(spoken()), "qtbase", "_", folder):
                QCoreApplication.installTranslator(self._translator)
                return

    @Slot()
    def _front(self) -> None:
        if self.window is not None:
            self.window.showNormal() if self.window.isMinimized() else self.window.show()
            self.window.raise_()
            self.window.activateWindow()

    @Slot()
    def _dress(self) -> None:
        if self.window is not None and self.window.settings.window.theme == Mode.SYSTEM:
            self.window.program.dress()
