"""What both side panels have in common: a line for each class and each key, the same ground, the same words for a click."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy

from desktop.core.taxonomy import Class, by_key
from desktop.core.texts import _
from desktop.ui.actions import LABEL
from desktop.ui.icons import paint_class
from desktop.ui.keymap import Keymap
from desktop.ui.parts.key_cap import cap_size, key_name, paint_cap
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look


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


class KeyWord(QAbstractButton):
    """A small key and one word."""

    def __init__(self, action: str, text: str) -> None:
        super().__init__()
        self.action, self._combination = action, ""
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_key("")

    def show_key(self, combination: str) -> None:
        """Show the key in force."""
        self._combination = combination
        key = _("key {key}").format(key=key_name(combination)) if combination else ""
        told = ", ".join(part for part in (self.text(), key) if part)
        self.setAccessibleName(told)
        self.setToolTip(tip(told))
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for both."""
        width = QFontMetricsF(font(13, 500)).horizontalAdvance(self.text())
        return QSize(round(width) + self._cap() + look().px(10), look().px(30))

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(look().px(60), look().px(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        theme, middle = look(), self.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        if self.hasFocus() or (self.underMouse() and self.isEnabled()):
            painter.setPen(QPen(theme.color("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover") if self.underMouse() else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.px(5), theme.px(5))
        if self._combination:
            cap = cap_size(key_name(self._combination))
            place = QRectF(0, middle - cap.height() / 2, max(cap.width(), theme.px(24)), cap.height())
            paint_cap(painter, place, key_name(self._combination), pressed=self.isDown())
        left = self._cap() + theme.px(8)
        painter.setFont(font(13, 500))
        painter.setPen(theme.color("text"))
        words = QFontMetricsF(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - left)
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _cap(self) -> int:
        return max(cap_size(key_name(self._combination)).width(), look().px(24)) if self._combination else 0


class KeyPanel(QFrame):
    """A panel with a line a class and others for what else a key does."""

    triggered = Signal(str)
    """The action of the line that was clicked."""

    def __init__(
        self, width: int, classes: Mapping[str, Class], shown: Mapping[str, str], others: "Sequence[KeyRow | KeyWord]"
    ) -> None:
        """Take its width as drawn, the classes with what they are called, and the lines below those of the classes."""
        super().__init__()
        self.setProperty("role", "panel")
        self.setFixedWidth(look().px(width))
        self.classes = {
            one.id: KeyRow(LABEL + one.id, shown.get(one.id, one.id), "0", 44, one) for one in by_key(classes.values())
        }
        self.others = list(others)
        self._lines: list[KeyRow | KeyWord] = [*self.classes.values(), *self.others]
        for one in self._lines:
            one.clicked.connect(self._clicked)

    def show_keys(self, keymap: Keymap) -> None:
        """Show the keys in force."""
        for one in self._lines:
            one.show_key(keymap.shown(one.action))

    def show_today(self, counts: Mapping[str, int]) -> None:
        """Show how many were sorted into each class today."""
        for cls, one in self.classes.items():
            one.show_hint(f"{counts.get(cls, 0):,}")

    def show_possible(self, possible: Mapping[str, bool]) -> None:
        """Show which lines do something now; ``send-back`` is there only where it can do something."""
        for one in self._lines:
            one.setEnabled(possible.get(one.action, False))
            if one.action == "send-back":
                one.setVisible(possible.get("send-back", False))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line on the left."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().color("panel"))
        painter.setPen(QPen(look().color("line"), 1))
        painter.drawLine(0, 0, 0, self.height())
        painter.end()

    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, KeyRow | KeyWord):
            self.triggered.emit(sender.action)
