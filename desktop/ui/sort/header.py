"""The head of the grid: what the page is, the order, the filter's field and what it asks for."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.key_cap import KeyCap
from desktop.ui.parts.layouts import button, row
from desktop.ui.parts.segments import Segments
from desktop.ui.parts.tip import tip
from desktop.ui.sort.captions import Title, orders
from desktop.ui.theme import font, look

_WIDE = 1100
"""Below this the order is a drop-down and the field is short."""
_TIGHT = 620
"""Below this the field is shorter still: large letters in a small window."""
_IDLE_MS = 150


class Heading(QWidget):
    """Square, name and the smaller words behind; what does not fit is cut, and the tooltip has it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Title("")
        self._cls: Class | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def say(self, title: Title, cls: Class | None) -> None:
        """Show a title."""
        self._title, self._cls = title, cls
        told = f"{title.text} – {title.told}" if title.told else title.text
        self.setAccessibleName(told)
        self.setToolTip(tip(told))
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Give the least room."""
        return QSize(look().px(120), look().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        theme = look()
        painter = QPainter(self)
        left = 0.0
        if self._cls is not None:
            side = theme.px(28)
            paint_class(painter, self._cls, QRectF(0, (self.height() - side) / 2, side, side))
            left = side + theme.px(12)
        baseline = self.height() / 2 + QFontMetricsF(font(20, 600)).capHeight() / 2
        for text, face, ink in ((self._title.text, font(20, 600), "text"), (self._title.told, font(13), "muted")):
            measure = QFontMetricsF(face)
            room = max(0.0, self.width() - left)
            words = measure.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setFont(face)
            painter.setPen(theme.color(ink))
            if room > theme.px(24):
                painter.drawText(round(left), round(baseline), words)
            left += measure.horizontalAdvance(words) + theme.px(12)
        painter.end()


class FilterField(QLineEdit):
    """Takes words; Enter, Down and Escape lead back to the pictures."""

    entered = Signal()
    """It has the focus."""
    left = Signal()
    """The pictures want the focus back."""
    forward = Signal()
    """Tab: the focus goes on to what hangs below it."""
    settled = Signal(str)
    """The words, once nothing was typed for a moment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(_("Filter by device, date, confidence"))
        self.setAccessibleName(_("Filter"))
        self.setToolTip(_("Words that are looked for: a device, a class, a day (2026-11-24), <0.6, a part of the name"))
        self._cap = KeyCap("/", 18, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._settle)
        self.textEdited.connect(self._typed)
        self.setTextMargins(look().px(22), 0, look().px(22), 0)

    def show_words(self, words: str) -> None:
        """Show other words, without a signal."""
        self._timer.stop()
        if words != self.text():
            self.setText(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cap at the end."""
        super().resizeEvent(event)
        size = self._cap.sizeHint()
        self._cap.setGeometry(
            self.width() - size.width() - look().px(7), (self.height() - size.height()) // 2, size.width(), size.height()
        )

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that somebody writes."""
        super().focusInEvent(event)
        self.entered.emit()

    def focusNextPrevChild(self, onwards: bool) -> bool:
        """Tab into the panel, back to the head's other parts."""
        if onwards:
            self.forward.emit()
            return True
        return super().focusNextPrevChild(onwards)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the pictures."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape):
            if self._timer.isActive():
                self._settle()
            self.left.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the field, and a lens before its words."""
        super().paintEvent(event)
        side = look().px(16)
        painter = QPainter(self)
        place = QRectF(look().px(9), (self.height() - side) / 2, side, side)
        paint_icon(painter, "magnifying-glass", place, look().color("muted"))
        painter.end()

    def _typed(self) -> None:
        self._timer.start(_IDLE_MS)

    def _settle(self) -> None:
        self._timer.stop()
        self.settled.emit(self.text())


class Header(QWidget):
    """56 high; below a certain width the segments become a drop-down."""

    ordered = Signal(str)
    """The order that was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = Heading()
        self._choices: Sequence[tuple[str, str]] = orders()
        self.segments = Segments(orders())
        self.segments.setAccessibleName(_("Order"))
        self.choice = QComboBox()
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setAccessibleName(_("Order"))
        self.choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for identity, text in orders():
            self.choice.addItem(text, str(identity))
        self.field = FilterField()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look().px(16), 0, look().px(16), 0)
        layout.setSpacing(look().px(12))
        for part in (self.heading, self.segments, self.choice, self.field):
            layout.addWidget(part, 1 if part is self.heading else 0)
        self.setFixedHeight(look().px(56))
        self.segments.chosen.connect(self.ordered)
        self.choice.activated.connect(self._activated)
        self._fit()

    def show_order(self, order: str, *, possible: bool = True, choices: Sequence[tuple[str, str]] = ()) -> None:
        """Show the order in force among those of ``choices``; where there is one only, no choice is offered."""
        choices = choices or orders()
        if choices != self._choices:
            self._choices = choices
            self.segments.offer(choices)
            self.choice.clear()
            for identity, text in choices:
                self.choice.addItem(text, str(identity))
        self.segments.choose(order)
        self.choice.setCurrentIndex(max(0, self.choice.findData(order)))
        self._possible = possible
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the form that fits."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().color("window"))
        painter.setPen(QPen(look().color("line"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    _possible = True

    def _fit(self) -> None:
        wide = self.width() >= look().px(_WIDE)
        self.segments.setVisible(self._possible and wide)
        self.choice.setVisible(self._possible and not wide)
        self.field.setFixedWidth(look().px(276 if wide else 180 if self.width() >= look().px(_TIGHT) else 110))
        self.field.setPlaceholderText(_("Filter by device, date, confidence") if wide else _("Filter"))

    def _activated(self, place: int) -> None:
        self.ordered.emit(str(self.choice.itemData(place)))


class Chips(QWidget):
    """What the filter asks for, each with a button that takes it out."""

    removed = Signal(str)
    """The part that is no longer wanted."""
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row(spacing=8, margins=(16, 6, 16, 0))
        self.setLayout(self._row)
        self._parts: list[tuple[str, str]] = []
        self.hide()

    @property
    def parts(self) -> Sequence[tuple[str, str]]:
        """What is shown, as (part, words)."""
        return self._parts

    def show_parts(self, parts: Sequence[tuple[str, str]], count: str) -> None:
        """Show what a filter asks for, and how many pictures it finds."""
        if (*parts, count) == (*self._parts, self._count):
            return
        self._parts, self._count = list(parts), count
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.setVisible(bool(parts))
        for part, words in parts:
            chip = button(words, "x", size="small")
            chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            chip.setAccessibleName(_("Without {part}").format(part=words))
            chip.setToolTip(tip(chip.accessibleName()))
            chip.setObjectName(part)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(self._clicked)
            self._row.addWidget(chip)
        again = button(_("Show all again"), kind="link", size="small")
        again.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        again.clicked.connect(self.cleared)
        self._row.addWidget(again)
        self._row.addStretch(1)

    _count = ""

    def _clicked(self) -> None:
        sender: QObject | None = self.sender()
        if sender is not None:
            self.removed.emit(sender.objectName())
