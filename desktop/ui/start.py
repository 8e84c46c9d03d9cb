"""Starts the window: application, look, one instance a bucket, the window itself; ends when it is closed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, Qt, QTranslator, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from desktop.core.errors import AppError, BusyError
from desktop.core.settings import Settings, load_settings
from desktop.core.texts import _
from desktop.language import RESOURCES, speak, spoken
from desktop.ui.around.crash import Crashes
from desktop.ui.collector import Collector
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
    """Holds the window in front, and puts another in its place when one is wanted."""

    def __init__(self, home: Path, when_usable: Callable[[Window], None] | None = None) -> None:
        super().__init__()
        self._home = home
        self._when_usable = when_usable
        self._claim: SingleInstance | None = None
        self._collector = Collector()
        self._collector.start()
        self._translator = QTranslator(self)
        self.window: Window | None = None
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._dress)

    def said(self) -> list[str]:
        """Give the last messages, for the report of a crash."""
        return self.window.messages.said if self.window is not None else []

    def close(self) -> None:
        """Let the bucket go; the end of a program, or of a window that somebody else opened."""
        self._release()
        self.window = None
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
        if not self._claimed(address):
            return self.window is not None
        speak(settings.language)
        self._translate()
        wear(theme_of(settings.window.theme, settings.window.text_scale))
        before, window = self.window, Window(self._home, settings)
        window.wanted.connect(self.show, Qt.ConnectionType.QueuedConnection)
        if self._when_usable is not None:
            window.usable.connect(partial(self._when_usable, window))
        if before is not None:
            window.setGeometry(before.geometry())
            window.messages.go_on_from(before.messages)
            before.close()
            before.deleteLater()
        self.window = window
        try:
            if trouble is None and address:
                window.open(address)
                if before is not None:
                    window.program.go_on_from(before.program)
            else:
                window.choose_bucket()
        except AppError as error:
            trouble = error
            window.choose_bucket()
        if trouble is not None:
            window.messages.show_error(trouble)
        window.show()
        return True

    def _claimed(self, address: str) -> bool:
        """Tell whether the bucket is ours; another's window is asked to come to the front."""
        claim = SingleInstance(self._home, address) if address else None
        if claim is not None and (self._claim is None or claim.name != self._claim.name):
            if not claim.claim():
                return False
            self._release()
            claim.wanted.connect(self._front)
            self._claim = claim
        return True

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
