"""The confusion matrix: what pictures are, against what the model said."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop.core.evaluation import Evaluation
from desktop.core.taxonomy import Class
from desktop.core.texts import _, ngettext
from desktop.ui.icons import paint_class
from desktop.ui.plots.plot import Align, Plot, advance, elided, write
from desktop.ui.theme import font, look

_WIDE, _HIGH, _GAP = 48, 44, 2
_NARROW, _LOW = 34, 29
"""Cells give way to the names of their classes down to this."""
_SQUARE, _HEAD = 20, 34
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the cells lie."""

    left: float
    top: float
    width: float
    height: float

    def cell(self, row: int, column: int) -> QRectF:
        gap = look().px(_GAP)
        return QRectF(self.left + column * self.width, self.top + row * self.height, self.width - gap, self.height - gap)


class Matrix(Plot):
    """Cells that open their pictures: arrows move the focus, Enter or a click opens."""

    opened = Signal(str, str)
    """The true class and the one that the model said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(400, _HEAD + 5 * _LOW, parent)
        self._evaluation: Evaluation | None = None
        self._classes: Mapping[str, Class] = {}
        self._shown: Mapping[str, str] = {}
        self._at = (0, 0)
        self._hover: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_evaluation(None, {}, {})

    def show_evaluation(self, evaluation: Evaluation | None, classes: Mapping[str, Class], shown: Mapping[str, str]) -> None:
        """Show another evaluation; ``shown`` is what its classes are called."""
        self._evaluation, self._classes, self._shown = evaluation, classes, shown
        self.empty = "" if evaluation and evaluation.n else _("There are no blind test pictures yet.")
        count = len(evaluation.classes) if evaluation else 0
        self._at = (min(self._at[0], max(0, count - 1)), min(self._at[1], max(0, count - 1)))
        self._say()

    @property
    def cell(self) -> tuple[str, str] | None:
        """The classes of the cell with the focus: true, said."""
        if self._evaluation is None or not self._evaluation.classes:
            return None
        return self._evaluation.classes[self._at[0]], self._evaluation.classes[self._at[1]]

    def minimumSizeHint(self) -> QSize:
        """Give room for all classes."""
        count = len(self._evaluation.classes) if self._evaluation else 5
        return QSize(look().px(230), look().px(_HEAD + max(1, count) * 26))

    def draw(self, painter: QPainter) -> None:
        """Paint the cells with their heads."""
        evaluation, theme = self._evaluation, look()
        if evaluation is None:
            return
        frame = self._frame()
        side = min(theme.px(_SQUARE), frame.width - 4)
        worst = _worst(evaluation)
        for number, name in enumerate(evaluation.classes):
            middle = frame.top + number * frame.height + (frame.height - theme.px(_GAP)) / 2
            across = frame.left + number * frame.width + (frame.width - theme.px(_GAP)) / 2
            cls = self._classes.get(name)
            head = QRectF(across - side / 2, frame.top - theme.px(10) - side, side, side)
            if cls is not None:
                paint_class(painter, cls, QRectF(0, middle - side / 2, side, side))
                paint_class(painter, cls, head)
            self.spot(head, self._shown.get(name, name))
            words = elided(self._shown.get(name, name), frame.left - theme.px(36), 12)
            write(painter, theme.px(28), middle, words, "text", 12, align="left")
            self.spot(QRectF(0, middle - frame.height / 2, frame.left, frame.height), self._shown.get(name, name))
            right = frame.left + len(evaluation.classes) * frame.width + theme.px(8)
            write(painter, right, middle, _("of {n}").format(n=sum(evaluation.confusion[number])), align="left")
        for row, line in enumerate(evaluation.confusion):
            for column, n in enumerate(line):
                self._cell(painter, frame.cell(row, column), (row, column), n, worst)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2 * theme.scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.cell(*self._at).adjusted(-1, -1, 1, 1), theme.px(4), theme.px(4))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the focus, or open the cell it is on."""
        key = Qt.Key(event.key())
        count = len(self._evaluation.classes) if self._evaluation else 0
        if key in _STEPS and count:
            down, right = _STEPS[key]
            self._at = (max(0, min(count - 1, self._at[0] + down)), max(0, min(count - 1, self._at[1] + right)))
            self._say()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and count:
            self._open()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._hover = self._cell_at(event.position().x(), event.position().y())
        can = self._hover is not None and self._count(self._hover) > 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Forget the pointer."""
        self._hover = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open a cell."""
        found = self._cell_at(event.position().x(), event.position().y())
        if found is not None and event.button() is Qt.MouseButton.LeftButton:
            self._at = found
            self._say()
            self._open()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    def _open(self) -> None:
        cell = self.cell
        if cell is not None and self._count(self._at):
            self.opened.emit(*cell)

    def _cell(self, painter: QPainter, rect: QRectF, place: tuple[int, int], n: int, worst: int) -> None:
        theme, right = look(), place[0] == place[1]
        ground = "raised" if right else ("very_wrong" if n * 2 > worst else "wrong") if n else "panel"
        painter.setBrush(theme.color(ground if n or right else "panel"))
        painter.setPen(QPen(theme.color("edge" if place == self._hover and n else "soft"), 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(3), theme.px(3))
        painter.setFont(font(14 if rect.width() > theme.px(30) else 12, 400 if right or not n else 600))
        painter.setPen(theme.color("muted" if right or not n else "text"))
        painter.drawText(rect, Align.AlignCenter, str(n) if n else "·")
        self.spot(rect, self._words(*place))

    def _frame(self) -> _Frame:
        theme = look()
        classes = self._evaluation.classes if self._evaluation else ()
        counts = [_("of {n}").format(n=sum(line)) for line in (self._evaluation.confusion if self._evaluation else ())]
        right = max((advance(text) for text in counts), default=0.0) + theme.px(12)
        names = max((advance(self._shown.get(cls, cls)) for cls in classes), default=0.0) + theme.px(28 + 12)
        count = max(1, len(classes))
        left = min(names, max(theme.px(64), self.width() - right - count * theme.px(_NARROW + _GAP)))
        wide = min(theme.px(_WIDE + _GAP), (self.width() - left - right) / count)
        high = min(theme.px(_HIGH + _GAP), (self.height() - theme.px(_HEAD)) / count)
        return _Frame(left, theme.px(_HEAD), wide, high)

    def _cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        count = len(self._evaluation.classes) if self._evaluation and not self.empty else 0
        frame = self._frame()
        row, column = int((y - frame.top) // frame.height), int((x - frame.left) // frame.width)
        return (row, column) if 0 <= row < count and 0 <= column < count else None

    def _count(self, place: tuple[int, int]) -> int:
        return self._evaluation.confusion[place[0]][place[1]] if self._evaluation else 0

    def _words(self, row: int, column: int) -> str:
        if self._evaluation is None:
            return ""
        n = self._evaluation.confusion[row][column]
        names = [self._shown.get(cls, cls) for cls in self._evaluation.classes]
        return ngettext("{n} picture of {truth}, said: {said}", "{n} pictures of {truth}, said: {said}", n).format(
            n=n, truth=names[row], said=names[column]
        )

    def _say(self) -> None:
        self.tell(_("Confusion: rows true, columns said"), self._words(*self._at) if self._evaluation and not self.empty else "")


def _worst(evaluation: Evaluation) -> int:
    wrong = [n for row, line in enumerate(evaluation.confusion) for column, n in enumerate(line) if row != column]
    return max(wrong, default=0)
