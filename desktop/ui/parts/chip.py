"""One or two words on a ground that says how they are meant, with an icon: never colour alone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.icons import paint_icon
from desktop.ui.theme import font, look

_KINDS = {
    "ok": ("check-circle", "ok", "ok_ground"),
    "warn": ("warning-circle", "warn", "warn_ground"),
    "bad": ("warning", "bad", "bad_ground"),
    "running": ("spinner", "accent_text", "selection"),
    "neutral": ("", "text", ""),
}


class Chip(QWidget):
    """A chip 22 high, 20 in rows."""

    def __init__(
        self, text: str = "", kind: str = "neutral", icon: str = "", height: float = 22, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(text, kind, icon)

    def say(self, text: str, kind: str = "neutral", icon: str = "") -> None:
        """Show other words; ``kind`` is ``ok``, ``warn``, ``bad``, ``running`` or ``neutral``."""
        self._text, self._kind, self._icon = text, kind, icon or _KINDS[kind][0]
        self.setVisible(bool(text))
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for icon and words."""
        return chip_size(self._text, self._height, icon=bool(self._icon))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        paint_chip(painter, QRectF(self.rect()), self._text, self._kind, self._icon)
        painter.end()


def chip_size(text: str, height: float = 22, *, icon: bool = True) -> QSize:
    """Give how large a chip is."""
    theme = look()
    width = QFontMetricsF(font(12, 500)).horizontalAdvance(text) + theme.px(14) + (theme.px(18) if icon else 0)
    return QSize(round(width) + 1, theme.px(height))


def paint_chip(painter: QPainter, rect: QRectF, text: str, kind: str = "neutral", icon: str = "") -> None:
    """Paint a chip into a rectangle of :func:`chip_size`."""
    theme = look()
    standard, ink, ground = _KINDS[kind]
    icon = icon or standard
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    corner = theme.px(4)
    if ground:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(rect, corner, corner)
    else:
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)
    left = rect.left() + theme.px(7)
    if icon:
        side = theme.px(14)
        paint_icon(painter, icon, QRectF(left, rect.center().y() - side / 2, side, side), theme.color(ink))
        left += theme.px(18)
    painter.setFont(font(12, 500))
    painter.setPen(theme.color(ink))
    words = QRectF(left, rect.top(), rect.right() - left, rect.height())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.restore()
