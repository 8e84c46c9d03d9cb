"""A field that takes the next key, to give it to an action or to find who has it."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from desktop.core.texts import _
from desktop.ui.commands import KEEPS
from desktop.ui.presses import combination_of
from desktop.ui.theme import font, look

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyCatcher(QAbstractButton):
    """A field that takes the next key, whatever it is, but Esc."""

    caught = Signal(str)
    """A combination."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setProperty(KEEPS, "all")
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self._waits)

    def sizeHint(self) -> QSize:
        """Give room for both texts."""
        measure = QFontMetricsF(font(13, 500))
        wide = max(measure.horizontalAdvance(text) for text in (self.text(), _("Press the key …")))
        return QSize(round(wide) + look().px(48), look().px(32))

    def event(self, event: QEvent) -> bool:
        """Take the key before Qt looks at it: Tab, too."""
        if self.isChecked() and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self._catch(event)
                return True
        elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in _ENTER:
            self.click()
            return True
        return super().event(event)

    def focusOutEvent(self, event: object) -> None:
        """Stop waiting."""
        self.setChecked(False)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it as a field that waits, or as a button."""
        theme, waits = look(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("selection" if waits else "hover" if self.underMouse() else "raised"))
        on = waits or self.hasFocus()
        painter.setPen(QPen(theme.color("accent" if on else "line"), 2 if on else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.px(5), theme.px(5))
        painter.setFont(font(13, 500))
        painter.setPen(theme.color("text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("Press the key …") if waits else self.text())
        painter.end()

    def _catch(self, event: QKeyEvent) -> None:
        combination = combination_of(event)
        if not combination or event.isAutoRepeat():
            return
        self.setChecked(False)
        if combination != "Esc":
            self.caught.emit(combination)

    @Slot(bool)
    def _waits(self, _waits: bool) -> None:
        self.update()
