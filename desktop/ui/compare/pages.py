"""The pages of the station: work under way, nothing to show, and the cards with room to shrink."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.core.progress import Step
from desktop.core.texts import _
from desktop.ui.icons import pixmap
from desktop.ui.parts.bar import Bar
from desktop.ui.parts.layouts import button, card, column, label, row
from desktop.ui.theme import look


class Content(QWidget):
    """All cards; they shrink with the window as far as they can be read, then it scrolls.

    A scroll area with wrapped words in it would insist on the height they prefer; so this one has no layout of its own.
    """

    def __init__(self, layout: QVBoxLayout) -> None:
        super().__init__()
        self._inside = QWidget(self)
        self._inside.setLayout(layout)
        self._layout = layout

    def minimumSizeHint(self) -> QSize:
        """Give the least that can be read at this width."""
        least = self._layout.minimumSize()
        height = self._layout.minimumHeightForWidth(self.width()) if self._layout.hasHeightForWidth() else least.height()
        return QSize(least.width(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill it."""
        self._inside.setGeometry(self.rect())
        self.updateGeometry()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Ask anew for room when the cards want another."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


class Working(QWidget):
    """What is being worked out, how far it is, and a button to stop it."""

    stop = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title, self._step = label("", 20, 600), label(" ", 12, role="muted")
        self._bar = Bar(0.0, color="accent")
        stop = button(_("Stop"), "x", "", "small")
        stop.clicked.connect(self.stop)
        inside = column(self._title, self._bar, row(self._step, None, stop), spacing=12, margins=(24, 20, 24, 20))
        frame = card(inside)
        frame.setMinimumWidth(look().px(460))
        self.setLayout(column(None, row(None, frame, None), None, None))

    def begin(self, words: str) -> None:
        """Show other work."""
        self._title.setText(words)
        self._step.setText(" ")
        self._bar.set_share(0.0)

    @Slot(object)
    def step(self, step: Step) -> None:
        """Show how far it is."""
        self._step.setText(f"{step.label} · {step.done}/{step.total} {step.unit}" if step.total else step.label)
        self._bar.set_share(step.done / step.total if step.total else 0.0)


class Empty(QWidget):
    """Why there is nothing to compare, and where to go."""

    sort = Signal()
    train = Signal()
    judge = Signal()
    """The candidate should be judged again."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = QLabel()
        self._title, self._hint = label("", 20, 600, wrap=True), label("", 13, role="muted", wrap=True)
        for words in (self._title, self._hint):
            words.setMinimumWidth(look().px(520))
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        train, sort = button(_("Train a model"), "", "primary"), button(_("Sort pictures"))
        train.clicked.connect(self.train)
        sort.clicked.connect(self.sort)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._judge = button("", "scales", "primary")
        self._judge.clicked.connect(self.judge)
        self._train = train
        inside = column(self._sign, self._title, self._hint, 8, row(None, self._judge, train, sort, None), spacing=8)
        self.setLayout(column(None, row(None, inside, None), None, None))
        self._paint()

    def say_no_model(self) -> None:
        """There is no model."""
        self.say(_("No model yet"), _("Train one from what is sorted; here it is held against the one in service."))

    def say_unjudged(self, model: str, attempt: int) -> None:
        """There is a model, and judging it again must be wanted."""
        self.say(
            _("{model} was judged on other test pictures").format(model=model),
            _("Each time a candidate is judged on other test pictures, the gate becomes stricter."),
        )
        again = _("Judge again (attempt {n})").format(n=attempt)
        self._judge.setText(f" {again}")  # Qt sets an icon too close to its words
        self._judge.setAccessibleName(again)
        self._judge.show()
        self._train.hide()

    def say(self, words: str, hint: str) -> None:
        """Say why."""
        self._judge.hide()
        self._train.show()
        self._title.setText(words)
        self._hint.setText(hint)

    def changeEvent(self, event: QEvent) -> None:
        """Take the other theme's colour."""
        if event.type() is QEvent.Type.PaletteChange:
            self._paint()
        super().changeEvent(event)

    def _paint(self) -> None:
        self._sign.setPixmap(pixmap("scales", 40, "muted"))
