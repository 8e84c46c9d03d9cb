"""The ways to a bucket: the first run's three choices, folders that are opened or dropped, the demo."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from desktop.core.errors import AppError, ConfigError
from desktop.core.progress import Step
from desktop.core.texts import _
from desktop.ui.demo_process import DemoProcess
from edge.contract.keys import DEFAULT_PREFIX

if TYPE_CHECKING:
    from desktop.ui.first_run import FirstRun
    from desktop.ui.window import Window


class WaysIn(QObject):
    """Finds folders for one window, to be opened or taken in."""

    def __init__(self, window: "Window", demo: DemoProcess) -> None:
        super().__init__(window)
        self._window = window
        self._page: FirstRun | None = None
        self._demo = demo
        demo.stepped.connect(self._show_step)
        demo.failed.connect(window.messages.show_error)
        bind = window.commands.bind
        bind("open", self.choose_folder)
        bind("import", self.import_folder, lambda: window.place is not None)

    @property
    def first_page(self) -> "FirstRun":
        """The page with the three ways in, made when it is first wanted."""
        if self._page is None:
            from desktop.ui.first_run import FirstRun  # noqa: PLC0415 - most starts go straight to a bucket

            self._page = FirstRun(self._demo.stop)
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
            self._window.intake.add(Path(name))

    def take_folders(self, folders: Sequence[Path]) -> None:
        """Take folders that were dropped: a bucket is opened, folders per class are asked about one after the other."""
        buckets = [folder for folder in folders if (folder / DEFAULT_PREFIX).is_dir()]
        if buckets or self._window.place is None:
            for folder in (buckets or folders)[:1]:
                self.open_folder(folder)
        else:
            for folder in folders:
                self._window.intake.add(folder)

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

    @Slot(str)
    def _way_in(self, name: str) -> None:
        if name == "demo":
            self._demo.start()
        elif name == "folder":
            self.choose_folder()
        else:
            self._window.messages.say(
                _("S3 buckets come with the next version."),
                _("Until then a folder does the same: on this computer, or one that a server shares."),
                "warn",
            )

    @Slot(object)
    def _show_step(self, step: Step | None) -> None:
        if self._page is not None:
            self._page.show_step(step)
