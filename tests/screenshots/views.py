"""The walk through every view of a window, by keys; ``show(name, widget)`` is called in front of each."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.core.errors import RemoteError
from desktop.core.pages import PageKind
from desktop.ui.around.crash import CrashDialog
from desktop.ui.fingers import Fingers
from desktop.ui.sort.queue import Queue, Source

_PATIENCE_S = 90.0
_LOOK_S = 0.4
_FAULT = """Sortloop 0.1.0 · Python 3.11 · Qt 6.11 · Linux
Traceback (most recent call last):
  File "desktop/ui/sort/front.py", line 214, in show_facts
    facts = facts_of(known, self.session.mark(image))
ValueError: an example, made for a picture of this dialog
"""


class Walk:
    """One walk through a window on a plant with pictures to sort, labelled ones, and at least one model.

    Args:
        window: The window.
        show: Takes the view's name and what is to be seen: the window, or a menu or dialog over it.
        truth: The class of a picture by its capture time, where it is known: some are sorted on the way.
    """

    def __init__(self, window, show, truth=None):
        self.window, self._show, self._truth = window, show, truth or {}
        self.fingers = Fingers(window)

    @property
    def _station(self):
        return self.window.sorting

    def begin(self):
        """Wait until the first page is there and every station is made."""
        self._loaded()
        self.fingers.wait(lambda: len(self.window.stations) == 4, "the stations", _PATIENCE_S)
        self._loaded()

    def show(self, name, widget=None):
        """Let everything be painted, then show it."""
        self.fingers.rest(0.15)
        self._show(name, widget or self.window)

    def sort(self):
        """Grid, loupe, and what is laid over them."""
        self._loaded()
        self._turn(PageKind.CLASS)
        classes = list(self.window.place.classes.values())
        digits = [one.key for one in classes if one.key]
        for _decision in range(6):
            known = self._truth.get(str(self._station.session.focused.images[0].captured_ms))
            self.fingers.press(next((one.key for one in classes if one.id == known), digits[1]))
            self.fingers.rest(_LOOK_S)  # the rate that is shown is to be a person's
        self.fingers.press("X")
        self._loaded()
        self.fingers.press("Right", "Right", "Shift+Right", "Shift+Right")
        self.show("sort-page")
        self.fingers.press("Ctrl+A", digits[0])
        self.show("sort-question")
        self.fingers.press("Esc", "Esc")
        self.fingers.press("I")
        self.fingers.rest(0.4)
        self.show("sort-history")
        self.fingers.press("Esc", "Home", "U")
        self.fingers.press("Q")
        self._menu("menu-queues")
        self.fingers.press("V")
        self._menu("menu-views")
        self._guide(digits[0])
        self._loupe()
        self.fingers.press("/")
        self.fingers.type("pi-")
        self.fingers.rest(0.8)
        self.show("sort-filter")
        self.fingers.type("nowhere")
        self.fingers.rest(0.8)
        self.fingers.press("Esc")
        self.show("sort-filter-empty")
        self.fingers.press("Ctrl+Shift+F")
        self.fingers.rest(0.6)
        self._loaded()
        self.fingers.press("S")
        self.show("sort-without-suggestions")
        self.fingers.press("S")
        if self._turn(PageKind.BLIND):
            self.show("sort-blind")

    def queues(self):
        """What was decided before."""
        for source in (Source.LABELLED, Source.DISCARDED, Source.DOUBTS):
            self._station.show_queue(Queue(source))
            self.fingers.wait(lambda: self._station.session is not None, "the queue", _PATIENCE_S)
            self._idle()
            self.show(f"queue-{source}")
            if source is Source.LABELLED:
                self.fingers.press("/")
                self.fingers.rest(0.5)
                self.show("queue-labelled-panel")
                self.fingers.press("Esc")
        self._station.show_queue(Queue())
        self._loaded()

    def done(self):
        """Everything decided."""
        session = self._station.session
        while session.page is not None and session.figures().left:
            for tile in list(session.tiles):
                self._station.hand.label(next(iter(self.window.place.classes)), tile.images)
            if session.page is not None and not session.page.left:
                session.next_page()
        self._station.front.show_page()
        self.fingers.rest(0.5)
        self.show("sort-done")

    def train(self, *, run=False):
        """The train station; with ``run`` a real run on its way."""
        self.fingers.press("Ctrl+2")
        self._idle()
        self.show("train")
        if run:
            self.fingers.wait(lambda: self.window.commands.possible("train"), "what will be trained", _PATIENCE_S)
            self.fingers.press("T")
            self.fingers.wait(lambda: self.window.commands.possible("stop-run"), "the run", _PATIENCE_S)
            self.fingers.rest(0.6)
            self.show("train-run")
            self.fingers.wait(lambda: not self.window.commands.possible("stop-run"), "the run's end", _PATIENCE_S)
            self._idle()
            self.show("train-ended")

    def compare(self):
        """The gate, and the question that deploying asks first."""
        self.fingers.press("Ctrl+3")
        station = self.window.comparing
        self.fingers.wait(lambda: station.trial is not None, "the verdict", _PATIENCE_S)
        self._idle()
        self.fingers.rest(0.5)
        self.show("compare")
        self.fingers.press("Ctrl+D")
        self.show("compare-deploy")
        self.fingers.press("Esc", "Ctrl+Shift+D")
        self.show("compare-refuse")
        self.fingers.press("Esc")

    def fleet(self, answer_orders=None):
        """The fleet; ``answer_orders``: the candidate is deployed first, and this lets devices answer."""
        if answer_orders is not None:
            self.fingers.press("Ctrl+D", "Return")
            self.fingers.rest(1.0)
            self._idle()
            answer_orders(self.window.place.plant)
        self.fingers.press("Ctrl+4")
        self._idle()
        self.window.fleet.refresh()
        self._idle()
        self.fingers.rest(0.5)
        self.show("fleet")
        self.fingers.press("Tab", "Down")
        self.fingers.rest(0.3)
        self.show("fleet-device")

    def around(self):
        """What belongs to the program."""
        self.fingers.press("Ctrl+1")
        self._loaded()
        self.fingers.press("Ctrl+K")
        self.show("palette")
        self.fingers.type("se")
        self.fingers.press("Down")
        self.show("palette-found")
        self.fingers.press("Esc", "?")
        self.show("sheet")
        self.fingers.press("Esc")
        self.window.commands.trigger("about")
        self.show("about")
        self.fingers.press("Esc", "Ctrl+,")
        self.show("settings")
        self.window.commands.trigger("shortcuts")
        self.show("shortcuts")
        self.window.commands.trigger("diagnostics")
        self.fingers.rest(1.2)
        self.show("diagnostics")
        self.fingers.press("Ctrl+1")
        self.window.messages.show_error(
            RemoteError("The folder /mnt/plant-a cannot be reached.", "Look whether the drive is there; sorting goes on.")
        )
        self.show("message")
        self.window.messages.hide()
        self.crash()

    def crash(self):
        """The dialog of a fault."""
        kept = Path("/home/mara/.local/share/sortloop/crashes/20261125-101502-114.txt")
        dialog = CrashDialog("ValueError: an example, made for a picture of this dialog", _FAULT, kept, lambda: None)
        dialog.show()
        self.show("crash", dialog)
        dialog.close()
        dialog.deleteLater()

    def _loupe(self):
        self.fingers.press("G")
        self.fingers.rest(0.8)
        self.show("loupe")
        self.fingers.press("P")
        self.fingers.rest(0.4)
        self.show("loupe-pixels")
        self.fingers.press("F", "C")
        self.fingers.rest(0.8)
        self.show("loupe-two")
        self.fingers.press("Esc")
        session = self._station.session
        broken = [place for place, tile in enumerate(session.tiles) if self.window.place.thumbnails.problem(tile.images[0])]
        if broken:
            self.fingers.press("Home", *["Right"] * broken[0])
            self.fingers.rest(0.4)
            self.show("loupe-broken")
        self.fingers.press("G")

    def _guide(self, digit):
        key = Qt.Key(ord(digit))
        QTest.keyPress(self.window.windowHandle(), key, Qt.KeyboardModifier.AltModifier)
        self.fingers.rest(1.2)
        self.show("guide")
        QTest.keyRelease(self.window.windowHandle(), key, Qt.KeyboardModifier.AltModifier)
        self.window.commands.trigger("guide-edit")
        self.show("guide-edit")
        self.fingers.press("Esc")

    def _menu(self, name):
        self.fingers.rest(0.6)
        menu = QApplication.activePopupWidget()
        assert menu is not None, name
        self.show(name, menu)
        menu.close()

    def _turn(self, kind):
        for _page in range(30):
            page = self._station.session.page
            if page is not None and page.kind is kind and (kind is not PageKind.CLASS or len(self._station.session.tiles) > 8):
                self._loaded()
                return True
            self.fingers.press("N")
        return False

    def _loaded(self):
        self.fingers.wait(lambda: self._station.session is not None, "the queue", _PATIENCE_S)
        self._idle()

    def _idle(self):
        place = self.window.place
        self.fingers.wait(lambda: not place.tasks.running(), "the background's work", _PATIENCE_S)
        self.fingers.wait(lambda: place.thumbnails.waiting() == 0, "the pictures", _PATIENCE_S)
