"""What is shown while no bucket is open: three ways in, and the loop that follows from any of them."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QProgressBar, QSizePolicy, QWidget

from desktop.core.progress import Step
from desktop.core.texts import _
from desktop.ui.icons import paint_icon
from desktop.ui.loop_picture import LoopPicture
from desktop.ui.parts.key_cap import cap_size, paint_cap
from desktop.ui.parts.layouts import button, column, label, row, scrolled
from desktop.ui.theme import font, look

_WIDE = 1130
"""The content's width as drawn; narrower windows squeeze it."""


class Choice(QAbstractButton):
    """A card that is a button: icon, title, one sentence, its key."""

    def __init__(self, name: str, icon: str, title: str, text: str, key: str) -> None:
        super().__init__()
        self.name = name
        self.setText(title)
        self._icon, self._told, self._key = icon, text, key
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Give the card's size."""
        return QSize(look().px(360), look().px(168))

    def minimumSizeHint(self) -> QSize:
        """Give the least size that holds its words."""
        return QSize(look().px(230), look().px(168))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.hasFocus()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.color("accent" if on else "edge" if self.underMouse() else "line"), 2 if on else 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(frame, theme.px(6), theme.px(6))
        pad = theme.px(25)
        box = QRectF(pad, pad, theme.px(48), theme.px(48))
        painter.setPen(QPen(theme.color("accent" if on else "line"), 1))
        painter.setBrush(theme.color("accent" if on else "panel"))
        painter.drawRoundedRect(box, theme.px(6), theme.px(6))
        side = theme.px(24)
        inner = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
        paint_icon(painter, self._icon, inner, theme.color("on_accent" if on else "text"))
        cap = cap_size(self._key, 32)
        place = QRectF(self.width() - theme.px(21) - cap.width(), theme.px(21), cap.width(), cap.height())
        paint_cap(painter, place, self._key, 32)
        width = self.width() - 2 * pad
        painter.setPen(theme.color("text"))
        painter.setFont(font(16, 600))
        words = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        told = painter.boundingRect(QRectF(pad, theme.px(94), width, theme.px(48)), words, self.text())
        painter.drawText(QRectF(pad, theme.px(94), width, theme.px(48)), words, self.text())
        painter.setPen(theme.color("muted"))
        painter.setFont(font(13))
        painter.drawText(QRectF(pad, told.bottom() + theme.px(6), width, theme.px(40)), words, self._told)
        painter.end()


class FirstRun(QWidget):
    """Three choices, progress while the demo is built, and the loop."""

    chosen = Signal(str)
    """``demo``, ``folder`` or ``s3``."""

    def __init__(self, stop: Callable[[], None]) -> None:
        """Take what stops the demo's making."""
        super().__init__()
        title = label(_("Where are your pictures?"), 28, 600)
        words = _("Sortloop reads from one place and writes your decisions back to it. You can add others later.")
        self.choices = (
            Choice("demo", "play", _("Try the demo"), _("No account. Pictures, model and fleet included."), "1"),
            Choice("folder", "folder", _("A folder on this computer or server"), _("Used like a bucket, no cloud needed."), "2"),
            Choice("s3", "database", _("An S3 bucket"), _("Amazon S3 or a compatible server."), "3"),
        )
        for choice in self.choices:
            choice.clicked.connect(self._choose)
        self._told = label(role="muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.stop = button(_("Stop"), "stop-circle", size="small")
        self.stop.clicked.connect(stop)
        self._work = QFrame()
        self._work.setLayout(column(row(self._told, None, self.stop), self._bar, spacing=8))
        self._work.setVisible(False)
        content = QWidget()
        content.setMaximumWidth(look().px(_WIDE))
        told = label(words, 14, role="muted", wrap=True)
        content.setLayout(column(title, told, 20, row(*self.choices, spacing=24), 8, self._work, 36, LoopPicture()))
        middle = row(None, content, None, margins=(24, 0, 24, 0))
        middle.setStretch(1, 100)
        whole = QWidget()
        whole.setLayout(column(None, middle, None, margins=(0, 24, 0, 24)))
        self.setLayout(column(scrolled(whole), spacing=0))

    @property
    def at_work(self) -> bool:
        """Whether the demo is being made."""
        return not self._work.isHidden()

    @property
    def told(self) -> str:
        """What is being done."""
        return self._told.text()

    @property
    def done(self) -> int:
        """How much of it is done."""
        return self._bar.value()

    def choose(self, number: int) -> None:
        """Choose by number, as its key does."""
        if not self.at_work:
            self.choices[number].setFocus()
            self.choices[number].click()

    def show_step(self, step: Step | None) -> None:
        """Show how far the demo's making is; None ends it."""
        self._work.setVisible(step is not None)
        for choice in self.choices:
            choice.setEnabled(step is None)
        if step is not None:
            counted = f"{step.done} / {step.total}" if step.total else ""
            self._told.setText(f"{step.label}  {counted}")
            self._bar.setRange(0, step.total or 0)
            self._bar.setValue(step.done)

    def _choose(self) -> None:
        choice = self.sender()
        if isinstance(choice, Choice):
            self.chosen.emit(choice.name)
