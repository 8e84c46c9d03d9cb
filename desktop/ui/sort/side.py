"""The panel beside the grid: a key for each class, what else a key does, the picture in focus, the last decisions."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.actions import LABEL
from desktop.ui.icons import paint_class
from desktop.ui.keymap import Keymap
from desktop.ui.parts.bar import paint_bar
from desktop.ui.parts.key_cap import KeyCap, cap_size, key_name, paint_cap
from desktop.ui.parts.layouts import button, column, label, line, row, scrolled
from desktop.ui.parts.tip import tip
from desktop.ui.sort.history_strip import HistoryStrip
from desktop.ui.sort.picture_facts import Facts
from desktop.ui.theme import font, look

WIDTH = 240


class KeyRow(QAbstractButton):
    """A key and what it does, as one line that can be clicked."""

    def __init__(self, action: str, text: str, hint: str, height: float, cls: Class | None = None) -> None:
        super().__init__()
        self.action = action
        self._cls, self._hint, self._height = cls, hint, height
        self._combination = ""
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def show_key(self, combination: str) -> None:
        """Show the key in force."""
        self._combination = combination
        self._tell()
        self.update()

    def show_hint(self, hint: str) -> None:
        """Show other words, or a number, at the end."""
        if hint != self._hint:
            self._hint = hint
            self._tell()
            self.update()

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(200), look().px(self._height))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return QSize(look().px(120), look().px(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint cap, square, words and hint."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        frame = QRectF(self.rect()).adjusted(-theme.px(6), 1, theme.px(6), -1).intersected(QRectF(self.rect()))
        if self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(frame, theme.px(5), theme.px(5))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), theme.px(5), theme.px(5))
        self._paint_words(painter)
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        theme, middle = look(), self.height() / 2
        big = self._cls is not None
        tall = 32 if big else 20
        if self._combination:
            cap = cap_size(key_name(self._combination), tall)
            width = max(cap.width(), theme.px(32))
            place = QRectF(0, middle - cap.height() / 2, width, cap.height())
            paint_cap(painter, place, key_name(self._combination), tall, pressed=self.isDown())
        left = float(theme.px(42 if big else 60))
        if self._combination:  # a key with a modifier takes more room
            left = max(left, float(width + theme.px(8)))
        if self._cls is not None:
            side = theme.px(28)
            paint_class(painter, self._cls, QRectF(left, middle - side / 2, side, side))
            left += side + theme.px(11)
        end = font(13 if big else 12)
        hint = QFontMetricsF(end).horizontalAdvance(self._hint)
        words = font(13, 600 if big else 500)
        room = self.width() - left - theme.px(8)
        text = QFontMetricsF(words).horizontalAdvance(self.text())
        if text + hint <= room or big:
            painter.setFont(end)
            painter.setPen(theme.color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._hint)
            room -= hint
        painter.setFont(words)
        painter.setPen(theme.color("text"))
        shown = QFontMetricsF(words).elidedText(self.text(), Qt.TextElideMode.ElideRight, room + theme.px(8))
        painter.drawText(QRectF(left, 0, room + theme.px(8), self.height()), Qt.AlignmentFlag.AlignVCenter, shown)

    def _tell(self) -> None:
        key = _("key {key}").format(key=key_name(self._combination)) if self._combination else ""
        told = ", ".join(part for part in (self.text(), key, self._hint) if part)
        self.setAccessibleName(told)
        self.setToolTip(tip(told))


class FactsView(QWidget):
    """Scores as text and bar, and facts in two columns."""

    def __init__(self, classes: Mapping[str, Class], shown: Mapping[str, str]) -> None:
        super().__init__()
        self._classes, self._shown = classes, shown
        self._facts = Facts()
        self._note = QLabel(self)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setProperty("role", "muted")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def facts(self) -> Facts:
        """What is shown."""
        return self._facts

    def show_facts(self, facts: Facts) -> None:
        """Show another picture's."""
        if facts == self._facts:
            return
        self._facts = facts
        self._note.setText(facts.note)
        self._note.setVisible(bool(facts.note))
        told = [f"{self._shown.get(cls, cls)} {score:.2f}" for cls, score in facts.scores]
        told += [f"{name} {value}" for name, value in facts.rows]
        self.setAccessibleName(", ".join([facts.note, *told] if facts.note else told))
        self.setToolTip(tip("\n".join(f"{name}: {value}" for name, value in facts.rows)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all rows."""
        theme, facts = look(), self._facts
        gap = theme.px(10) if facts.scores and facts.rows else 0
        return QSize(theme.px(200), self._note_height() + theme.px(20) * (len(facts.scores) + len(facts.rows)) + gap)

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(look().px(120), self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Give the note its room."""
        self._note.setGeometry(0, 0, self.width(), self._note_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint rows."""
        theme = look()
        self._note.setGeometry(0, 0, self.width(), self._note_height())
        painter = QPainter(self)
        top = float(self._note_height())
        tall = theme.px(20)
        for number, (cls, score) in enumerate(self._facts.scores):
            self._paint_score(painter, QRectF(0, top, self.width(), tall), cls, score, first=number == 0)
            top += tall
        top += theme.px(10) if self._facts.scores and self._facts.rows else 0
        measure = QFontMetricsF(font(12))
        painter.setFont(font(12))
        for name, value in self._facts.rows:
            row_rect = QRectF(0, top, self.width(), tall)
            painter.setPen(theme.color("muted"))
            painter.drawText(row_rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            room = self.width() - measure.horizontalAdvance(name) - theme.px(12)
            painter.setPen(theme.color("text"))
            words = measure.elidedText(value, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(row_rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
            top += tall
        painter.end()

    def _paint_score(self, painter: QPainter, box: QRectF, cls: str, score: float, *, first: bool) -> None:
        theme = look()
        side = theme.px(16)
        if cls in self._classes:
            paint_class(painter, self._classes[cls], QRectF(0, box.center().y() - side / 2, side, side))
        painter.setFont(font(12))
        painter.setPen(theme.color("text"))
        bar = QRectF(box.width() * 0.53, box.center().y() - theme.px(2), box.width() * 0.28, theme.px(4))
        left = side + theme.px(8)
        name = QFontMetricsF(font(12)).elidedText(
            self._shown.get(cls, cls), Qt.TextElideMode.ElideRight, bar.left() - left - theme.px(6)
        )
        painter.drawText(QRectF(left, box.top(), bar.left() - left, box.height()), Qt.AlignmentFlag.AlignVCenter, name)
        paint_bar(painter, bar, score, "text" if first else "fill")
        painter.setFont(font(12, 500))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{score:.2f}")

    def _note_height(self) -> int:
        return self._note.heightForWidth(self.width()) + look().px(10) if self._facts.note else 0


class SidePanel(QFrame):
    """240 wide; from the picture in focus down it scrolls where the window is low."""

    triggered = Signal(str)
    """The action of the line that was clicked."""

    def __init__(self, classes: Mapping[str, Class], shown: Mapping[str, str], strip: HistoryStrip) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setFixedWidth(look().px(WIDTH))
        self._title = label("", 13, 600)
        self._today = label(_("today"), 12, 400, "muted")
        active = [one for one in classes.values() if not one.retired and one.merged_into is None]
        self.classes = {
            one.id: KeyRow(LABEL + one.id, shown.get(one.id, one.id), "0", 44, one)
            for one in sorted(active, key=lambda one: ("1234567890".find(one.key) if one.key else 10, one.id))
        }
        self._rows = [*self.classes.values(), *_others()]
        self.others = self._rows[len(self.classes) :]
        self.facts = FactsView(classes, shown)
        self.strip = strip
        self._last = label(_("Last decisions"), 13, 600)
        self._undo = button(_("Undo"), kind="link", size="small")
        self._undo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._undo_cap = KeyCap("Z", 18)
        self._build()
        for one in self._rows:
            one.clicked.connect(self._clicked)
        self._undo.clicked.connect(self._undone)

    def show_title(self, text: str) -> None:
        """Say what a class key would sort."""
        self._title.setText(text)
        self._title.setToolTip(tip(text))

    def show_keys(self, keymap: Keymap) -> None:
        """Show the keys in force."""
        for one in self._rows:
            one.show_key(keymap.shown(one.action))
        self._undo_cap.set_combination(keymap.shown("undo"))

    def show_today(self, counts: Mapping[str, int]) -> None:
        """Show how many were sorted into each class today."""
        for cls, one in self.classes.items():
            one.show_hint(f"{counts.get(cls, 0):,}")

    def show_possible(self, possible: Mapping[str, bool]) -> None:
        """Show which lines do something now; ``send-back`` is there only where it can do something."""
        for one in self._rows:
            one.setEnabled(possible.get(one.action, False))
            if one.action == "send-back":
                one.setVisible(possible.get("send-back", False))

    def show_last(self, count: int) -> None:
        """Say how many decisions the strip shows."""
        self._last.setText(_("Last {n} decisions").format(n=count) if count > 1 else _("Last decisions"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line on the left."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().color("panel"))
        painter.setPen(QPen(look().color("line"), 1))
        painter.drawLine(0, 0, 0, self.height())
        painter.end()

    def _build(self) -> None:
        lower = QWidget()
        lower.setLayout(
            column(
                label(_("Picture in focus"), 13, 600),
                self.facts,
                None,
                line(),
                row(self._last, None, self._undo, self._undo_cap, spacing=4),
                self.strip,
                spacing=10,
                margins=(0, 12, 0, 12),
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look().px(16), look().px(12), look().px(16), 0)
        layout.setSpacing(0)
        layout.addLayout(row(self._title, None, self._today))
        layout.addSpacing(look().px(8))
        layout.addLayout(column(*self.classes.values(), 10, line(), 12, *self.others, 10, line(), spacing=0))
        layout.addWidget(scrolled(lower), 1)

    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, KeyRow):
            self.triggered.emit(sender.action)

    def _undone(self) -> None:
        self.triggered.emit("undo")


def _others() -> Sequence[KeyRow]:
    return [
        KeyRow("unsure", _("Unsure"), _("set aside"), 30),
        KeyRow("discard", _("Discard"), _("not usable"), 30),
        KeyRow("send-back", _("Send back"), _("sort again"), 30),
        KeyRow("skip", _("Next"), _("leave open"), 30),
        KeyRow("undo", _("Undo"), _("no limit"), 30),
    ]
