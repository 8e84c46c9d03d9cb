"""One of a few, side by side; a drop-down where there is too little room."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme import font, look


class Segments(QWidget):
    """Segments 32 high; arrows choose while it has the focus."""

    chosen = Signal(str)
    """The id of what the user chose."""

    def __init__(self, choices: Sequence[tuple[str, str]], current: str = "", parent: QWidget | None = None) -> None:
        """Take (id, text) pairs."""
        super().__init__(parent)
        self._choices = list(choices)
        self._current = current or (self._choices[0][0] if self._choices else "")
        self._hover = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("keeps", "moving")  # its arrows, as commands.py says
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._tell()

    @property
    def current(self) -> str:
        """The id of the chosen one."""
        return self._current

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other choices, as (id, text); the first is chosen."""
        if list(choices) != self._choices:
            self._choices = list(choices)
            self.updateGeometry()
            self.choose(self._choices[0][0] if self._choices else "")

    def choose(self, identity: str) -> None:
        """Show another as chosen, without a signal."""
        self._current = identity
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all texts."""
        return QSize(sum(self._widths()) + look().px(6), look().px(32))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(frame, theme.px(5), theme.px(5))
        for number, (rect, (identity, text)) in enumerate(zip(self._rects(), self._choices, strict=True)):
            on = identity == self._current
            if on or number == self._hover:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("on" if on else "hover"))
                painter.drawRoundedRect(rect, theme.px(4), theme.px(4))
            painter.setPen(theme.color("text" if on else "muted"))
            painter.setFont(font(13, 600 if on else 400))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._hover = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Forget the pointer."""
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose."""
        place = self._at(event.position().x())
        if place >= 0:
            self._choose(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by arrows."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._choices:
            super().keyPressEvent(event)
            return
        here = next((n for n, (identity, _text) in enumerate(self._choices) if identity == self._current), 0)
        self._choose(max(0, min(len(self._choices) - 1, here + step)))

    def _choose(self, place: int) -> None:
        identity = self._choices[place][0]
        if identity != self._current:
            self.choose(identity)
            self.chosen.emit(identity)

    def _tell(self) -> None:
        self.setAccessibleDescription(dict(self._choices).get(self._current, ""))

    def _widths(self) -> list[int]:
        measure = QFontMetricsF(font(13, 600))
        return [round(measure.horizontalAdvance(text)) + look().px(24) for _identity, text in self._choices]

    def _rects(self) -> list[QRectF]:
        inset, left, rects = look().px(3), float(look().px(3)), []
        for width in self._widths():
            rects.append(QRectF(left, inset, width, self.height() - 2 * inset))
            left += width
        return rects

    def _at(self, x: float) -> int:
        return next((place for place, rect in enumerate(self._rects()) if rect.left() <= x < rect.right()), -1)
