"""Folders of pictures that are to be taken in: each is looked at, asked about, and taken in, one after the other."""

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from desktop.core.errors import AppError
from desktop.core.progress import Step
from desktop.core.texts import _, ngettext
from desktop.ui.messages import Messages
from desktop.ui.parts.announcement import announce
from desktop.ui.parts.layouts import button, column, label, row
from desktop.ui.tasks import Task
from desktop.ui.workplace import Workplace

if TYPE_CHECKING:
    from desktop.core.importing import Contents, ImportReport

_LANE = "import"
_NAMED = 8
"""So many new classes are named; of more, how many there are."""


class Intake(QFrame):
    """A bar that asks before anything is changed, and shows how far it is; it takes no focus by itself."""

    freed = Signal()
    """The focus was here, and belongs to the station again."""
    classes_changed = Signal()
    """After the last folder: keys, lines and squares are for classes that are others now."""

    def __init__(self, messages: Messages) -> None:
        """Take where the end of an import is told."""
        super().__init__()
        self.setProperty("role", "bar")
        self._messages = messages
        self._place: Workplace | None = None
        self._waiting: deque[Path] = deque()
        self._task: Task | None = None
        self._folder: Path | None = None
        self._changed = False
        self.title, self.told = label("", 13, 600, wrap=True), label("", role="muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.yes = button(_("Take in"), "check", "primary", "small")
        self.no = button(_("Leave it"), size="small")
        self.stop = button(_("Stop"), "stop-circle", size="small")
        self.yes.clicked.connect(self._take_in)
        self.no.clicked.connect(self._leave)
        self.stop.clicked.connect(self._stop)
        words = column(self.title, self.told, self._bar, spacing=4)
        whole = row(words, self.yes, self.no, self.stop, margins=(16, 8, 16, 8))
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.hide()

    def work_in(self, place: Workplace) -> None:
        """Take the bucket that pictures go into."""
        self._place = place

    def close_bucket(self) -> None:
        """Forget what waits; the lanes stop what runs."""
        self._place = None
        self._waiting.clear()
        self.hide()

    def add(self, folder: Path) -> None:
        """Ask about a folder once those before it are done with."""
        self._waiting.append(folder)
        if self._folder is None:
            self._next()

    def _next(self) -> None:
        """Look at the folder whose turn it is."""
        self._task = None
        place, self._folder = self._place, self._waiting.popleft() if self._waiting else None
        if place is None or self._folder is None:
            self.hide()
            if place is not None and self._changed:
                self.classes_changed.emit()
            return
        folder = self._folder
        self._show(_("Looking into {folder}").format(folder=folder.name), "", self.stop)
        self._run(
            place.tasks.run(_LANE, folder.name, lambda plant, _step, _cancel: plant.survey(folder), self._ask, self._failed)
        )

    def _ask(self, contents: "Contents") -> None:
        if self._folder is not None:
            self._show(
                _("Take the pictures of “{folder}” into the base data?").format(folder=self._folder.name),
                _told(contents), self.yes, self.no,
            )  # fmt: skip
            announce(self, f"{self.title.text()} {self.told.text()}")

    @Slot()
    def _take_in(self) -> None:
        place, folder = self._place, self._folder
        if place is None or folder is None or self._task is not None:
            return
        held = self.yes.hasFocus()
        title = _("Importing {folder}").format(folder=folder.name)
        self._show(title, "", self.stop)
        if held:
            self.stop.setFocus()
        self._run(
            place.tasks.run(_LANE, title, lambda plant, step, end: plant.take_in(folder, step, end), self._taken, self._failed)
        )

    def _run(self, task: Task) -> None:
        self._task = task
        task.stepped.connect(self._stepped)
        task.ended.connect(self._ended)

    @Slot(object)
    def _stepped(self, step: Step) -> None:
        self.told.setText(f"{step.done:,} / {step.total:,}" if step.total else "")
        self._bar.setRange(0, step.total or 0)
        self._bar.setValue(step.done)

    @Slot()
    def _stop(self) -> None:
        """Stop what runs; the folders after it are still asked about."""
        if self._task is not None:
            self._task.cancel()

    @Slot()
    def _leave(self) -> None:
        self._give_focus_back()
        self._next()

    @Slot()
    def _ended(self) -> None:
        """Go on after the work that was stopped, failed or took a folder in; after a look, somebody is asked."""
        if self._task is not None and self._task.over:
            self._task = None
            if not self.yes.isVisibleTo(self):
                self._give_focus_back()
                self._look_again()
                self._next()

    def _failed(self, error: AppError) -> None:
        self._messages.show_error(error)

    def _taken(self, report: "ImportReport") -> None:
        taken = sum(report.classes.values())
        title = ngettext("{n} picture was taken in.", "{n} pictures were taken in.", taken).format(n=taken)
        refused = [f"{Path(name).name}: {reason}" for name, reason in report.refused]
        hint = "; ".join(refused[:3]) + (" …" if len(refused) > 3 else "")
        self._messages.say(title, hint, "warn" if refused else "ok")

    def _look_again(self) -> None:
        """See whether the classes are others now; they are, too, where an import was stopped on its way."""
        place = self._place
        if place is not None:
            before = dict(place.classes)
            place.refresh_classes()
            self._changed |= place.classes != before
            place.commands.trigger("sync")

    def _show(self, title: str, told: str, *buttons: QWidget) -> None:
        self.title.setText(title)
        self.told.setText(told)
        for one in (self.yes, self.no, self.stop):
            one.setVisible(one in buttons)
        self._bar.setVisible(self.stop in buttons)
        self._bar.setRange(0, 0)
        self.setAccessibleName(title)
        self.show()

    def _give_focus_back(self) -> None:
        holder = self.window().focusWidget()
        if holder is not None and self.isAncestorOf(holder):
            self.freed.emit()


def _told(contents: "Contents") -> str:
    """Say what a folder would bring."""
    folders = ngettext("{n} folder.", "{n} folders.", contents.folders).format(n=contents.folders)
    if not contents.new:
        return f"{folders} {_('No new classes.')}"
    if len(contents.new) > _NAMED:
        new = _("{n} new classes.").format(n=len(contents.new))
    else:
        new = _("New classes: {classes}.").format(classes=", ".join(contents.new))
    first = f" {_('They become the only classes: the bucket has none of its own yet.')}" if contents.first else ""
    return f"{folders} {new}{first}"
