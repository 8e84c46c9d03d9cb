"""The table of devices: what each says, what it should run, and when it said so; trouble opens a row with its reason."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop.app import now_ms
from desktop.core.ports import Device
from desktop.core.roll_call import Presence, confidences, presence
from desktop.core.texts import _
from desktop.ui.fleet.facts import DAYS, FleetFacts, age, presence_chip, reason_of
from desktop.ui.icons import pixmap
from desktop.ui.parts.chip import chip_size, paint_chip
from desktop.ui.parts.layouts import button, label, row
from desktop.ui.parts.tip import tip
from desktop.ui.plots.sparkline import paint_sparkline
from desktop.ui.theme import font, look
from desktop.ui.words import figure, short_model
from edge.contract.fleet import DayStats

_WIDTHS = (132, 84, 92, 164, 120, 88, 160, 64)
"""Of the columns, as drawn; what room is left goes to all of them alike."""
_ROW, _HEAD = 58, 38
_MARGIN = 20


class DeviceTable(QWidget):
    """Header, a row a device, and the reasons; arrows choose a row."""

    chosen = Signal(str)
    """A device's name."""
    opened = Signal(str)
    """Enter, or a double click: its name."""
    queue_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: FleetFacts | None = None
        self.rows: list[DeviceRow] = []
        self.current = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Devices"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(_Head())

    def show_facts(self, facts: FleetFacts) -> None:
        """Show what devices say; the chosen row stays chosen."""
        self._facts = facts
        names = [device.device for device in facts.devices]
        if [one.device.device for one in self.rows] != names:
            self._make(facts.devices)
        for one, device in zip(self.rows, facts.devices, strict=True):
            one.show_device(device, facts.days.get(device.device, ()))
        if self.current not in names:
            self.choose(names[0] if names else "")
        self._mark()

    def choose(self, name: str) -> None:
        """Go to a device's row; an empty name to none."""
        if name != self.current and name in ("", *(one.device.device for one in self.rows)):
            self.current = name
            self._mark()
            self.chosen.emit(name)

    def tick(self) -> None:
        """Let the ages of words grow."""
        for one in self.rows:
            one.tick()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go up and down; Enter opens."""
        names = [one.device.device for one in self.rows]
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -len(names), Qt.Key.Key_End: len(names)}.get(
            Qt.Key(event.key())
        )
        if step is not None and names:
            here = names.index(self.current) if self.current in names else 0
            self.choose(names[max(0, min(len(names) - 1, here + step))])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self.opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        """Show which row has the focus."""
        self._mark()

    def focusOutEvent(self, event: object) -> None:
        """Show it no longer."""
        self._mark()

    def _make(self, devices: Sequence[Device]) -> None:
        for one in self.rows:
            self._column.removeWidget(one)
            one.deleteLater()
        self.rows = []
        for device in devices:
            made = DeviceRow(device)
            made.pressed.connect(self._pressed)
            made.queue_wanted.connect(self.queue_wanted)
            self.rows.append(made)
            self._column.addWidget(made)

    def _mark(self) -> None:
        for one in self.rows:
            one.mark(chosen=one.device.device == self.current, focused=self.hasFocus())
        here = next((one for one in self.rows if one.device.device == self.current), None)
        self.setAccessibleDescription(here.accessibleName() if here else "")

    @Slot(str, bool)
    def _pressed(self, name: str, twice: bool) -> None:
        self.setFocus()
        self.choose(name)
        if twice:
            self.opened.emit(name)


class DeviceRow(QFrame):
    """One device's row, and below it why it is in trouble."""

    pressed = Signal(str, bool)
    queue_wanted = Signal(str)

    def __init__(self, device: Device) -> None:
        super().__init__()
        self.device = device
        self._days: Sequence[DayStats] = ()
        self._chosen = self._focused = False
        self._told = ""
        self._mark = label()
        self.reason = label("", 13, 500, wrap=True)
        self.queue = button(_("Open as queue"), size="small")
        self.queue.clicked.connect(self._open)
        self._why = QWidget()
        self._why.setLayout(row(self._mark, self.reason, self.queue, spacing=8, margins=(_MARGIN, 0, 16, 14)))
        self.reason.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, look().px(_ROW), 0, 0)
        column.setSpacing(0)
        column.addWidget(self._why)
        self._why.hide()

    def show_device(self, device: Device, days: Sequence[DayStats]) -> None:
        """Show what it says now."""
        self.device, self._days = device, days
        self.tick(always=True)

    def mark(self, *, chosen: bool, focused: bool) -> None:
        """Show whether it is chosen, and has the keys."""
        if (chosen, focused) != (self._chosen, self._focused):
            self._chosen, self._focused = chosen, focused
            self.update()

    def tick(self, *, always: bool = False) -> None:
        """Look at the clock again."""
        now = now_ms()
        state = presence(self.device, now)
        words, _kind, _icon = presence_chip(state)
        told = _("{device}: {state}, runs {model}, should run {wanted}, last word {age}").format(
            device=self.device.device, state=words, model=short_model(self.device.reported or ""),
            wanted=short_model(self.device.desired or ""), age=age(self.device.as_of_ms, now),
        )  # fmt: skip
        if told == self._told and not always:
            return
        self._told = told
        self.setAccessibleName(told)
        self.setToolTip(tip("\n".join(part for part in (told, self.device.reason) if part)))
        self._mark.setPixmap(pixmap("warning", 16, "bad"))
        self.reason.setText(reason_of(self.device, state))
        self._why.setVisible(state.trouble)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        self.pressed.emit(self.device.device, False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        self.pressed.emit(self.device.device, True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the row."""
        theme = look()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        if self._chosen:
            painter.fillRect(whole, theme.color("selection"))
            painter.fillRect(QRectF(0, 0, theme.px(3), self.height()), theme.color("accent"))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme.color("soft"))
        if self._chosen and self._focused:
            painter.setPen(theme.color("accent"))
            painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -1.5))
        self._cells(painter)
        painter.end()

    def _cells(self, painter: QPainter) -> None:
        now = now_ms()
        state = presence(self.device, now)
        boxes = columns(self.width(), look().px(_ROW))
        behind = self.device.reported != self.device.desired
        write(painter, boxes[0], self.device.device, weight=600)
        write(painter, boxes[1], short_model(self.device.reported or ""))
        write(painter, boxes[2], short_model(self.device.desired or ""), "text" if behind else "muted")
        words, kind, icon = presence_chip(state)
        while (size := chip_size(words, 22)).width() > boxes[3].width() and len(words) > 2:
            words = f"{words[:-2]}…"  # the row's tooltip has the whole of it
        chip = QRectF(
            boxes[3].left(), boxes[3].center().y() - size.height() / 2, min(size.width(), boxes[3].width()), size.height()
        )
        paint_chip(painter, chip, words, kind, icon)
        write(painter, boxes[4], age(self.device.as_of_ms, now), "text" if state is Presence.OFFLINE else "muted")
        last = self._days[-1] if self._days else None
        write(painter, boxes[5], f"{last.answers:,}" if last else "–", right=True)
        means = confidences(self._days)
        spark = boxes[6].adjusted(0, look().px(18), -look().px(46), -look().px(18))
        if means and spark.width() > look().px(30):
            paint_sparkline(painter, spark, means, "bad" if state.trouble else "muted")
        write(
            painter,
            boxes[6].adjusted(boxes[6].width() - look().px(42), 0, 0, 0),
            figure(means[-1], 2) if means else "–",
            weight=600,
        )
        write(painter, boxes[7], f"{self.device.spooled:,}", right=True)

    @Slot()
    def _open(self) -> None:
        self.queue_wanted.emit(self.device.device)


class _Head(QWidget):
    """The names of the columns."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(look().px(_HEAD))
        self.setToolTip(
            _("Answers and mean confidence are those of whole days (UTC); waiting: pictures that a device could not send yet.")
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        painter = QPainter(self)
        names = (
            _("Device"), _("Reports"), _("Should run"), _("State"), _("Last word"), _("Answers/day"),
            _("Confidence, {n} d").format(n=DAYS), _("Waiting"),
        )  # fmt: skip
        for number, (name, box) in enumerate(zip(names, columns(self.width(), self.height()), strict=True)):
            write(painter, box, name, size=12, weight=500, right=number in (5, 7))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), look().color("line"))
        painter.end()

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(sum(_WIDTHS) + 2 * _MARGIN), look().px(_HEAD))


def columns(width: float, height: float) -> list[QRectF]:
    """Give the boxes of a row's cells; where there is too little room, all columns give alike."""
    margin, gap = look().px(_MARGIN), look().px(12)
    room = width - 2 * margin - gap * (len(_WIDTHS) - 1)
    share = room / sum(_WIDTHS)
    boxes, left = [], float(margin)
    for wanted in _WIDTHS:
        boxes.append(QRectF(left, 0, wanted * share, height))
        left += wanted * share + gap
    boxes[6].setLeft(boxes[6].left() + look().px(12))  # it stands beside figures that end where it begins
    return boxes


def write(
    painter: QPainter, box: QRectF, text: str, ink: str = "text", size: float = 13, weight: int = 400, *, right: bool = False
) -> None:
    """Write a cell, as far as it fits."""
    face = font(size, weight)
    painter.setFont(face)
    painter.setPen(look().color(ink))
    shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side | Qt.TextFlag.TextDontClip, shown)
