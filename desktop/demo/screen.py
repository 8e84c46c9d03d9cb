"""The circle through the real window, without a screen: keys that a hand would press, and photographs for the report."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.core.errors import AppError
from desktop.core.images import Image
from desktop.core.pages import Page, PageKind
from desktop.core.retraining import Learned
from desktop.core.sorting import SortSession
from desktop.core.texts import _
from desktop.core.verdict import Ruling, Verdict
from desktop.demo.devices import Pi
from desktop.demo.labeller import Sorted, truth_by_name
from desktop.demo.story import Story
from desktop.ui.fingers import Fingers
from desktop.ui.start import opened
from desktop.ui.window import Window

_PATIENCE_S = 120.0


def turn(story: Story, pis: Sequence[Pi]) -> None:
    """Sort, train, compare and deploy in the window, by keys alone.

    Raises:
        AppError: the window did not get there in time.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with opened(str(story.folder / "bucket"), story.plant.home) as window:
        hand = Hand(window, truth_by_name(story.tale.truth), story.folder / "screens")
        with story.step(_("Sorting what they sent home, in the window")):
            story.tale.sorted = hand.sort(story.counter(_("Sorting"), hand.waiting()))
        with story.step(_("Training again, by one key")):
            learned = hand.train()
        with story.step(_("Asking the gate, and deploying by two keys")):
            verdict = hand.compare()
            if verdict.verdict in (Ruling.PASS, Ruling.FIRST):
                hand.deploy(learned)
            story.tale.screens = hand.screens
            story.take_up(pis, learned, verdict)


class Hand:
    """A hand on the window's keys that knows the truth; it goes from station to station.

    Args:
        window: The window.
        truth: The class of an image.
        folder: Where photographs of the window go.
    """

    def __init__(self, window: Window, truth: Callable[[Image], str], folder: Path) -> None:
        self._window, self._truth, self._folder = window, truth, folder
        self.fingers = Fingers(window)
        self.screens: list[tuple[str, Path]] = []
        """Photographs with their titles."""

    def waiting(self) -> int:
        """Give how many pictures wait, once they are there."""
        return self._session().figures().left

    def sort(self, each: Callable[[int], object]) -> Sorted:
        """Sort page after page: strays by their class's key, the rest by Enter."""
        session, made, before = self._session(), Sorted(), self.fingers.pressed
        while (page := session.page) is not None and page.left:
            count = page.left
            self._sort_page(session, page)
            if session.page is page and page.left:
                raise AppError(_("A page of {n} pictures would not be sorted.").format(n=page.left))
            made.images += count
            made.blind += count if page.kind is PageKind.BLIND else 0
            made.pages += 1
            each(made.images)
        made.keys = self.fingers.pressed - before
        delivered = self._window.place
        if delivered is not None:
            self.fingers.wait(lambda: not delivered.plant.journal.waiting(), _("the moves to end"), _PATIENCE_S)
        return made

    def train(self) -> Learned:
        """Train on this computer by one key, and wait for the model and its figures."""
        self.fingers.press("Ctrl+2")
        station = self._window.training
        learned: list[Learned] = []
        station.watch.learned.connect(learned.append)
        command = self._window.commands
        self.fingers.wait(lambda: command.possible("train"), _("what will be trained"), _PATIENCE_S)
        self.fingers.press("T")
        self.fingers.wait(lambda: bool(learned), _("the model"), _PATIENCE_S)
        self.photograph("train", _("Training"))
        return learned[0]

    def compare(self) -> Verdict:
        """Go to the gate and give its verdict on the newest model."""
        self.fingers.press("Ctrl+3")
        station = self._window.comparing
        newest = self._newest()
        self.fingers.wait(lambda: station.trial is not None and station.trial.model.id == newest, _("the verdict"), _PATIENCE_S)
        trial = station.trial
        if trial is None:
            raise AppError(_("There is no verdict."))
        self.photograph("compare", _("Comparing: the gate"))
        return trial.verdict

    def deploy(self, learned: Learned) -> None:
        """Send the model: two keys; wait until every device says that it runs it."""
        place = self._window.place
        if place is None:
            return
        self.fingers.press("Ctrl+D", "Return")
        self.fingers.wait(
            lambda: all(device.reported == learned.model.id for device in place.plant.fleet.devices()),
            _("the devices to report the model"),
            _PATIENCE_S,
        )
        self.fingers.press("Ctrl+4")
        fleet = self._window.fleet
        self.fingers.wait(lambda: fleet.shows(learned.model.id), _("the devices at their new model"), _PATIENCE_S)
        self.photograph("fleet", _("The fleet"))

    def photograph(self, name: str, title: str) -> None:
        """Keep a picture of the window, once it has had time to paint."""
        self.fingers.rest()
        self.screens.append((title, self.fingers.photograph(self._folder / f"{name}.png")))

    def _session(self) -> SortSession:
        station = self._window.sorting
        self.fingers.wait(self._has_pages, _("the pictures to sort"), _PATIENCE_S)
        if station.session is None:
            raise AppError(_("There is nothing to sort."))
        return station.session

    def _has_pages(self) -> bool:
        session = self._window.sorting.session
        return session is not None and session.page is not None

    def _sort_page(self, session: SortSession, page: Page) -> None:
        """Press the keys of one page; photograph the first of a class and the first blind one when they are half done."""
        shown = page.cls if page.kind is PageKind.CLASS else None
        strays = [place for place, tile in enumerate(session.tiles) if self._truth(tile.images[0]) != shown]
        keys = {one.id: one.key for one in self._window.place.classes.values()} if self._window.place else {}
        for number, place in enumerate(strays):
            self._look_at(session, place)
            if number == min(len(strays) - 1, 5):
                self._photograph_once(page)
            self.fingers.press(keys[self._truth(session.tiles[place].images[0])])
            if session.page is not page:
                return
        while session.page is page and (rest := session.rest()):
            front = self._window.sorting.front
            self.fingers.wait(lambda: self._on_screen(rest), _("the page's pictures"), _PATIENCE_S)
            before = len(front.sight.hidden(rest))
            self.fingers.press("Return")
            self.fingers.rest(0.1)  # nobody presses again before the pictures are there, and keys are counted
            if session.page is page and session.rest() and before == 0:
                return

    def _look_at(self, session: SortSession, place: int) -> None:
        """Go to a tile by the arrows: rows first, then places."""
        columns = self._window.sorting.front.grid.columns
        while (here := session.focus) != place:
            ahead = here < place
            along = "Right" if ahead else "Left"
            self.fingers.press(along if here // columns == place // columns else "Down" if ahead else "Up")
            if session.focus == here:  # the last row is short, and has no place below
                self.fingers.press(along)
            if session.focus == here:
                raise AppError(_("A page of {n} pictures would not be sorted.").format(n=len(session.tiles)))

    def _on_screen(self, images: Sequence[Image]) -> bool:
        """Tell whether a part of some images has been painted."""
        return len(self._window.sorting.front.sight.hidden(images)) < len(images)

    def _photograph_once(self, page: Page) -> None:
        name, title = "sort", _("Sorting a page of one class")
        if page.kind is PageKind.BLIND:
            name, title = "blind", _("Sorting test pictures, blind")
        if all(path.stem != name for _title, path in self.screens) and page.kind is not PageKind.MIXED:
            self.photograph(name, title)

    def _newest(self) -> str:
        place = self._window.place
        models = place.plant.registry.models() if place is not None else []
        return models[0].id if models else ""
