"""Steps side by side: icon and title, a bar, a few words."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.core.texts import _
from desktop.ui.icons import paint_icon
from desktop.ui.parts.bar import paint_bar
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look
from desktop.ui.train.words import ASKS, DONE, FAILED, RUNS, STOPPED, WAITS, StepView

_MARKS = {
    WAITS: ("circle-dashed", "muted", "fill"),
    RUNS: ("spinner", "accent_text", "accent"),
    DONE: ("check-circle", "ok", "fill"),
    FAILED: ("warning", "bad", "bad"),
    STOPPED: ("stop-circle", "muted", "fill"),
    ASKS: ("hand-palm", "warn", "warn"),
}


class Steps(QWidget):
    """The steps as a widget; they share its width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: Sequence[StepView] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def steps(self) -> Sequence[StepView]:
        """What is shown."""
        return self._steps

    def show_steps(self, steps: Sequence[StepView]) -> None:
        """Show other steps."""
        if list(steps) == list(self._steps):
            return
        self._steps = list(steps)
        words = {
            WAITS: _("waits"),
            RUNS: _("running"),
            DONE: _("done"),
            FAILED: _("failed"),
            STOPPED: _("stopped"),
            ASKS: _("asks you"),
        }
        told = [": ".join(part for part in (step.title, words[step.state], step.caption) if part) for step in steps]
        self.setAccessibleName(_("Steps"))
        self.setAccessibleDescription("; ".join(told))
        self.setToolTip(tip("\n".join(told)))
        self.update()

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(640), look().px(58))

    def minimumSizeHint(self) -> QSize:
        """Give the least width in which titles can be read."""
        return QSize(look().px(320), look().px(58))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        if not self._steps:
            return
        theme = look()
        painter = QPainter(self)
        gap = theme.px(16)
        width = (self.width() - gap * (len(self._steps) - 1)) / len(self._steps)
        for number, step in enumerate(self._steps):
            left = number * (width + gap)
            icon, ink, fill = _MARKS[step.state]
            side = theme.px(16)
            paint_icon(painter, icon, QRectF(left, theme.px(3), side, side), theme.color(ink))
            waits = step.state == WAITS
            title = font(13, 400 if waits else 600)
            self._write(
                painter, QRectF(left + theme.px(22), 0, width - theme.px(22), theme.px(22)), step.title, title, waits=waits
            )
            paint_bar(painter, QRectF(left, theme.px(27), width, theme.px(4)), step.share, fill)
            self._write(painter, QRectF(left, theme.px(37), width, theme.px(18)), step.caption, font(12), waits=True)
        painter.end()

    def _write(self, painter: QPainter, rect: QRectF, text: str, face: QFont, *, waits: bool) -> None:
        painter.setFont(face)
        painter.setPen(look().color("muted" if waits else "text"))
        measure = QFontMetricsF(face)
        while " · " in text and measure.horizontalAdvance(text) > rect.width():
            text = text.rpartition(" · ")[0]  # whole facts or none; the tooltip has them all
        shown = measure.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
