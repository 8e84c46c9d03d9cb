"""When the program itself is broken: what happened in plain words, and a report to copy. It never breaks over that again."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPlainTextEdit

from desktop.core.texts import _
from desktop.ui.around.report import crash_text, shortened, write_crash
from desktop.ui.parts.layouts import button, column, label, row
from desktop.ui.theme import fixed_font, look

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


class CrashDialog(QDialog):
    """The window of a crash. It may take the focus: what is below it is broken."""

    def __init__(self, title: str, report: str, kept: Path | None, leave: Callable[[], object]) -> None:
        """Take what went wrong in a line, the report, where it was kept, and what ends the program."""
        super().__init__()
        self._report, self._leave = report, leave
        self.setWindowTitle(_("Sortloop has a fault"))
        self.setModal(True)
        self.setMinimumWidth(look().px(560))
        calm = _(
            "Nothing you decided is lost: every decision was written down before it was shown. You can go on, or start again."
        )
        self.text = QPlainTextEdit(report)
        self.text.setReadOnly(True)
        self.text.setProperty("role", "log")
        self.text.setFont(fixed_font())
        self.text.setAccessibleName(_("Report"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(look().px(220))
        where = _("Kept as {path}").format(path=shortened(str(kept))) if kept else _("It could not be kept on this computer.")
        self.told = label(where, 12, role="muted", wrap=True)
        copy, save = button(_("Copy"), "copy"), button(_("Save …"), "floppy-disk")
        self.go_on, quit_ = button(_("Go on"), kind="primary"), button(_("Quit"))
        copy.clicked.connect(self._copy)
        save.clicked.connect(self._save)
        self.go_on.clicked.connect(self.accept)
        quit_.clicked.connect(self._quit)
        self.go_on.setDefault(True)
        self.setLayout(
            column(
                label(_("Something in Sortloop went wrong"), 20, 600), label(title, 13, 500, wrap=True),
                label(calm, wrap=True), 4,
                label(_("The report holds no pictures and no keys of accounts. Read it, then send it to who looks after it."),
                      12, role="muted", wrap=True),
                self.text, self.told, 4, row(copy, save, None, quit_, self.go_on), spacing=8, margins=(24, 20, 24, 20),
            )
        )  # fmt: skip
        self.resize(look().px(680), look().px(520))
        self.go_on.setFocus()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self.told.setText(_("Copied"))

    @Slot()
    def _save(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(self, _("Where shall the report go?"), "sortloop-report.txt", "*.txt")
        if name:
            self.save_as(Path(name))

    def save_as(self, path: Path) -> None:
        """Write the report where the user wants it."""
        try:
            path.write_text(self._report, encoding="utf-8")
        except OSError as error:
            self.told.setText(_("{path} cannot be written: {error}.").format(path=path, error=error.strerror or error))
        else:
            self.told.setText(_("Kept as {path}").format(path=path))

    @Slot()
    def _quit(self) -> None:
        self.accept()
        self._leave()


class Crashes(QObject):
    """Takes what nobody else took, on any thread, and shows it once the window's thread comes round."""

    _came = Signal(str, str, object)

    def __init__(self, home: Path, said: Callable[[], Sequence[str]], leave: Callable[[], object] | None = None) -> None:
        """Take the program's folder, what gives the last messages, and what ends the program (else Qt's own quit)."""
        super().__init__()
        self._home, self._said, self._leave = home, said, leave or QApplication.quit
        self._before: tuple[Hook, Callable[[threading.ExceptHookArgs], object]] | None = None
        self._busy = threading.local()
        self.dialog: CrashDialog | None = None
        self._came.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take the hooks of the interpreter and of its threads."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.take
        threading.excepthook = self._of_thread

    def uninstall(self) -> None:
        """Give the hooks back."""
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before
            self._before = None

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Keep a report, and have it shown; a fault in here goes to the terminal and nowhere else."""
        if issubclass(kind, KeyboardInterrupt | SystemExit) or getattr(self._busy, "now", False):
            sys.__excepthook__(kind, error, trace)
            return
        self._busy.now = True
        try:
            sys.__excepthook__(kind, error, trace)
            now = time.time()
            day = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
            report = crash_text(kind, error, trace, self._said(), day)
            stamp = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}-{round(now * 1000) % 1000:03}"
            kept = write_crash(self._home, report, stamp)
            self._came.emit(shortened(f"{kind.__name__}: {error}")[:300], report, kept)
        except Exception as second:  # noqa: BLE001 - the last place where it could be told
            sys.__excepthook__(type(second), second, second.__traceback__)
        finally:
            self._busy.now = False

    def _of_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self.take(told.exc_type, told.exc_value, told.exc_traceback)

    @Slot(str, str, object)
    def _show(self, title: str, report: str, kept: Path | None) -> None:
        """Show the first; those that come while it is open are kept as files only."""
        if self.dialog is not None or QApplication.instance() is None:
            return
        self.dialog = CrashDialog(title, report, kept, self._leave)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    @Slot()
    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
