"""The ways to a bucket: the first run's three choices, folders that are opened or dropped, the demo and its devices."""

import json
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, Slot
from PySide6.QtWidgets import QFileDialog

from desktop.app import Plant, own_command
from desktop.core.errors import AppError, ConfigError
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.texts import _, ngettext
from edge.contract.keys import DEFAULT_PREFIX

if TYPE_CHECKING:
    from desktop.core.importing import ImportReport
    from desktop.ui.first_run import FirstRun
    from desktop.ui.window import Window


_PARTS = 4
"""The demo's making has so many parts, each with a number before its name (``desktop/demo/story.py``)."""


class WaysIn(QObject):
    """Opens, imports, and builds the demo for one window."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._page: FirstRun | None = None
        self._demo: QProcess | None = None
        bind = window.commands.bind
        bind("open", self.choose_folder)
        bind("import", self.import_folder, lambda: window.place is not None)

    @property
    def first_page(self) -> "FirstRun":
        """The page with the three ways in, made when it is first wanted."""
        if self._page is None:
            from desktop.ui.first_run import FirstRun  # noqa: PLC0415 - most starts go straight to a bucket

            self._page = FirstRun(self._stop_demo)
            self._page.chosen.connect(self._way_in)
            for number in range(3):
                self._window.commands.bind(f"way-{number + 1}", partial(self._page.choose, number))
        return self._page

    def first_run(self) -> None:
        """Show the three ways in."""
        self._window.show_page(self.first_page)
        self._window.commands.places = frozenset({"first-run"})
        self.first_page.choices[0].setFocus()

    def choose_folder(self) -> None:
        """Ask for a folder and open the bucket in it."""
        name = QFileDialog.getExistingDirectory(self._window, _("The folder that is, or shall be, the bucket"))
        if name:
            self.open_folder(Path(name))

    def import_folder(self) -> None:
        """Ask for a folder per class and take its pictures in."""
        name = QFileDialog.getExistingDirectory(self._window, _("A folder that holds one folder per class"))
        if name:
            self._import(Path(name))

    def take_folder(self, folder: Path) -> None:
        """Take a folder that was dropped: a bucket is opened, a folder per class is taken into the open bucket."""
        if (folder / DEFAULT_PREFIX).is_dir() or self._window.place is None:
            self.open_folder(folder)
        else:
            self._import(folder)

    def open_folder(self, folder: Path) -> None:
        """Open the bucket in a folder; an empty folder becomes one, a folder per class is taken in by a new one beside it."""
        known = (folder / DEFAULT_PREFIX).is_dir()
        try:
            inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
            if not known and inside:
                raise ConfigError(
                    _("{folder} holds other things, and no bucket.").format(folder=folder),
                    _("Choose an empty folder for a new bucket; then drop the folder with your pictures onto the window."),
                )
        except OSError as error:
            self._window.messages.show_error(ConfigError(_("{folder} cannot be read.").format(folder=folder), str(error)))
        except AppError as error:
            self._window.messages.show_error(error)
        else:
            self._window.switch(str(folder), create=not known)

    def close(self) -> None:
        """End the demo's devices; they stop when nobody holds their other end."""
        if self._demo is not None:
            self._demo.closeWriteChannel()
            self._demo.waitForFinished(20_000)
            self._demo = None

    def _import(self, folder: Path) -> None:
        place = self._window.place
        if place is None:
            return

        def work(plant: Plant, progress: Progress, cancel: CancelToken) -> "ImportReport":
            return plant.take_in(folder, progress, cancel)

        place.tasks.run("import", _("Importing {folder}").format(folder=folder.name), work, self._imported)

    def _imported(self, report: "ImportReport") -> None:
        taken = sum(report.classes.values())
        title = ngettext("{n} picture was taken in.", "{n} pictures were taken in.", taken).format(n=taken)
        refused = [f"{Path(name).name}: {reason}" for name, reason in report.refused]
        hint = "; ".join(refused[:3]) + (" …" if len(refused) > 3 else "")
        self._window.messages.say(title, hint, "warn" if refused else "ok")
        if self._window.place is not None:
            place = self._window.place
            before = dict(place.classes)
            place.refresh_classes()
            self._window.commands.trigger("sync")
            if place.classes != before:  # keys, lines and squares are made when a window is
                self._window.program.rebuild()

    @Slot(str)
    def _way_in(self, name: str) -> None:
        if name == "demo":
            self._start_demo()
        elif name == "folder":
            self.choose_folder()
        else:
            self._window.messages.say(
                _("S3 buckets come with the next version."),
                _("Until then a folder does the same: on this computer, or one that a server shares."),
                "warn",
            )

    def _start_demo(self) -> None:
        if self._demo is not None:
            return
        self.first_page.show_step(Step(_("Starting the demo"), 0, None))
        program, *words = own_command("--home", str(self._window.home), "demo", "--hold", str(self._window.home / "demo"))
        self._demo = QProcess(self)
        self._demo.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._demo.readyReadStandardOutput.connect(self._demo_said)
        self._demo.finished.connect(self._demo_ended)
        self._demo.start(program, words)

    @Slot()
    def _stop_demo(self) -> None:
        if self._demo is not None:
            self._demo.terminate()

    @Slot()
    def _demo_said(self) -> None:
        if self._demo is None:
            return
        while self._demo is not None and self._demo.canReadLine():
            said: dict[str, object] = {}
            with suppress(ValueError):
                said = json.loads(bytes(self._demo.readLine().data()))
            if "ready" in said:
                self.first_page.show_step(None)
                self._window.switch(str(said["ready"]))
            elif "label" in said:
                total = said.get("total")
                words = _("{part} (of {n}): {what}").format(part=said.get("part", ""), n=_PARTS, what=said["label"])
                step = Step(words, int(str(said.get("done", 0))), int(str(total)) if total else None)
                self.first_page.show_step(step)

    @Slot()
    def _demo_ended(self) -> None:
        if self._demo is None:
            return
        told = bytes(self._demo.readAllStandardError().data()).decode(errors="replace").strip().splitlines()
        failed = self._demo.exitCode() not in (0, 130)
        self._demo = None
        self.first_page.show_step(None)
        if failed:
            self._window.messages.show_error(AppError(_("The demo could not be built."), " ".join(told[-2:])))
