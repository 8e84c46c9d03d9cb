"""The runs, newest first: a list of rows that keys and pointer go through."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.core.ports import RunStatus
from desktop.core.texts import _
from desktop.ui.icons import paint_icon
from desktop.ui.parts.chip import chip_size, paint_chip
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look
from desktop.ui.train.facts import PastRun
from desktop.ui.train.words import pictures, run_chip, run_name, state_icon, trainer_name
from desktop.ui.words import figure, spell

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class RunModel(QAbstractListModel):
    """The rows; the one at work has its status beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[PastRun] = []
        self.status: RunStatus | None = None
        """Of the run that is followed."""

    def replace(self, rows: Sequence[PastRun]) -> None:
        """Show other runs."""
        if [one.run.id for one in rows] == [one.run.id for one in self.rows]:
            self.rows = list(rows)
            self._all_changed()
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def tell(self, status: RunStatus | None) -> None:
        """Show how far the run at work is."""
        self.status = status
        self._all_changed()

    def status_of(self, one: PastRun) -> RunStatus | None:
        """Give a row's status while it is followed."""
        return self.status if self.status is not None and self.status.run == one.run.id else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Count them."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a row in words; whoever paints looks at ``rows``."""
        if not 0 <= index.row() < len(self.rows):
            return None
        one = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            accuracy = _("accuracy {n}").format(n=figure(one.accuracy)) if one.accuracy is not None else ""
            parts = (run_name(one), run_chip(one, self.status_of(one)).text, accuracy, trainer_name(one), *_facts(one))
            return ", ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(one.run.message or one.run.model or one.run.id)
        return None

    def _all_changed(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))


class RunList(QListView):
    """The rows as the page of parts draws them, 87 high."""

    picked = Signal(str)
    """A run's id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = RunModel()
        self.setModel(self.runs)
        self.setItemDelegate(_Rows(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Runs, newest first"))
        self.selectionModel().currentChanged.connect(self._moved)

    def keyboardSearch(self, search: str) -> None:
        """Leave letters to the keys of the window."""

    def select(self, run: str) -> None:
        """Go to a run."""
        for row, one in enumerate(self.runs.rows):
            if one.run.id == run:
                self.selectionModel().setCurrentIndex(self.runs.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @property
    def current(self) -> str:
        """The run that is chosen."""
        row = self.currentIndex().row()
        return self.runs.rows[row].run.id if 0 <= row < len(self.runs.rows) else ""

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        if 0 <= current.row() < len(self.runs.rows):
            self.picked.emit(self.runs.rows[current.row()].run.id)


class _Rows(QStyledItemDelegate):
    def __init__(self, view: RunList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give the height of a row."""
        return QSize(look().px(240), look().px(87))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a row: name, chip, accuracy; where it was; how long, what it cost, how much it saw."""
        runs = self._view.runs
        if not 0 <= index.row() < len(runs.rows):
            return
        one, theme = runs.rows[index.row()], look()
        rect = QRectF(option.rect)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.fillRect(rect, theme.color("selection" if chosen else "hover" if over else "panel"))
        if chosen:
            painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(3), rect.height()), theme.color("accent"))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), theme.color("line"))
        side = theme.px(16)
        icon, ink = state_icon(one)
        paint_icon(painter, icon, QRectF(rect.left() + theme.px(16), rect.top() + theme.px(15), side, side), theme.color(ink))
        left, right = rect.left() + theme.px(44), rect.right() - theme.px(16)
        told = figure(one.accuracy)
        top = QRectF(left, rect.top() + theme.px(11), right - left, theme.px(24))
        _write(painter, top, told, font(16, 600), "text", Qt.AlignmentFlag.AlignRight)
        name = run_name(one)
        _write(painter, top, name, font(14, 600), "text")
        chip = run_chip(one, runs.status_of(one))
        if chip.text:
            room = right - left - _wide(name, font(14, 600)) - _wide(told, font(16, 600)) - theme.px(20)
            size = chip_size(chip.text, 20)
            if size.width() <= room:
                at = QRectF(
                    left + _wide(name, font(14, 600)) + theme.px(8),
                    top.center().y() - size.height() / 2,
                    size.width(),
                    size.height(),
                )
                paint_chip(painter, at, chip.text, chip.kind, chip.icon)
        second = QRectF(left, rect.top() + theme.px(35), right - left, theme.px(20))
        _write(painter, second, trainer_name(one), font(12.5), "text")
        third = QRectF(left, rect.top() + theme.px(56), right - left, theme.px(18))
        for number, fact in enumerate(_facts(one)):
            if number < 2:
                _write(painter, third.adjusted(number * theme.px(80), 0, 0, 0), fact, font(12), "muted")
            else:
                _write(painter, third, fact, font(12), "muted", Qt.AlignmentFlag.AlignRight)
        if chosen and self._view.hasFocus():
            painter.setPen(theme.color("accent"))
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -1.5))
        painter.restore()


def _facts(one: PastRun) -> tuple[str, str, str]:
    return spell(one.seconds), _("free"), pictures(one.run.train)


def _wide(text: str, face: QFont) -> float:
    return QFontMetricsF(face).horizontalAdvance(text)


def _write(
    painter: QPainter, rect: QRectF, text: str, face: QFont, ink: str, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> None:
    painter.setFont(face)
    painter.setPen(look().color(ink))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | side, text)
