"""What the labeller's hand does: decisions on a session, asked about first where one key would hit many pictures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop.core.errors import AppError
from desktop.core.images import Image
from desktop.core.journal import Decision
from desktop.core.sorting import SortSession
from desktop.core.texts import _
from desktop.ui.messages import Messages


@dataclass(frozen=True, slots=True)
class Question:
    """A key that would hit many pictures, and waits to be pressed again, or for Enter."""

    action: str
    names: tuple[str, ...]
    """Of the pictures, where they are chosen; confirming takes what is left of a page."""
    count: int
    cls: str | None = None
    """What they would become."""


class Hand(QObject):
    """Decides on the session in hand; a decision is in the journal when ``decided`` is told."""

    decided = Signal(object)
    """The names of the images whose marks changed."""
    asked = Signal()
    """A question came up, or is over."""

    def __init__(self, messages: Messages, confirm_above: int) -> None:
        """Take who tells of errors, and how many pictures a key may hit without a question."""
        super().__init__()
        self._messages = messages
        self._most = confirm_above
        self.session: SortSession | None = None
        self.question: Question | None = None
        self._asked: Callable[[SortSession], Sequence[Decision]] | None = None
        """What is done if the question is answered."""

    def label(self, cls: str, images: Sequence[Image]) -> None:
        """Sort images into a class."""
        self._hit(f"label.{cls}", cls, images, lambda session: session.assign(images, cls))

    def confirm(self, unseen: Iterable[str], count: int, tiles: int) -> None:
        """Confirm what is open on the page, without what was not seen: so many images on so many tiles.

        Tiles decide whether it is asked about first: a page is no larger for its bursts.
        """
        page = self.session.page if self.session else None
        cls, hidden = page.cls if page else None, frozenset(unseen)
        self._ask_or_do("confirm", cls, (), count, lambda session: session.confirm(hidden), many=tiles > self._most)

    def keep(self, images: Sequence[Image]) -> None:
        """Say of labelled images that their labels are right."""
        self._hit("confirm", None, images, lambda session: session.keep(images))

    def discard(self, images: Sequence[Image]) -> None:
        """Reject images."""
        self._hit("discard", None, images, lambda session: session.discard(images))

    def unsure(self, images: Sequence[Image]) -> None:
        """Set images aside."""
        self._hit("unsure", None, images, lambda session: session.unsure(images))

    def send_back(self, images: Sequence[Image]) -> None:
        """Send images back to be sorted again."""
        self._hit("send-back", None, images, lambda session: session.send_back(images))

    def skip(self, images: Sequence[Image]) -> None:
        """Leave images open and go on."""
        if self.session is not None:
            self.session.skip(images)
            self.decided.emit([image.name for image in images])

    def undo(self) -> None:
        """Take the last step back."""
        self._again(lambda session: session.undo(), _("Nothing to take back."))

    def redo(self) -> None:
        """Do again what was taken back."""
        self._again(lambda session: session.redo(), _("Nothing to do again."))

    def answer(self) -> None:
        """Do what was asked about."""
        question, work = self.question, self._asked
        if question is not None and work is not None:
            self.call_off()
            self._do(work, question.names)

    def call_off(self, action: str = "") -> None:
        """Forget the question, unless it is that action's own."""
        if self.question is not None and self.question.action != action:
            self.question = self._asked = None
            self.asked.emit()

    def _hit(
        self, action: str, cls: str | None, images: Sequence[Image], work: Callable[[SortSession], Sequence[Decision]]
    ) -> None:
        self._ask_or_do(action, cls, tuple(image.name for image in images), len(images), work, many=len(images) > self._most)

    def _ask_or_do(
        self,
        action: str,
        cls: str | None,
        names: tuple[str, ...],
        count: int,
        work: Callable[[SortSession], Sequence[Decision]],
        *,
        many: bool,
    ) -> None:
        self.call_off()
        if many:
            self.question, self._asked = Question(action, names, count, cls), work
            self.asked.emit()
        else:
            self._do(work, names)

    def _again(self, work: Callable[[SortSession], Sequence[Decision]], nothing: str) -> None:
        if not self._do(work, ()) and self.session is not None:
            self._messages.say(nothing)

    def _do(self, work: Callable[[SortSession], Sequence[Decision]], names: Sequence[str]) -> bool:
        if self.session is None:
            return False
        try:
            decisions = work(self.session)
        except AppError as error:  # the journal did not take it, and nothing has changed
            self._messages.show_error(error)
            return True
        self.decided.emit([*names, *(decision.choice.name for decision in decisions)])
        return bool(decisions)
