"""A key as it looks on the keyboard."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.core.texts import _
from desktop.ui.theme import font, look


def key_name(combination: str) -> str:
    """Give a combination as people write it: ``→`` for Right, ``Enter`` for Return."""
    names = {
        "Return": _("Enter"), "Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Space": _("Space"), "Esc": "Esc",
        "PgUp": _("PgUp"), "PgDown": _("PgDn"), "Backspace": "⌫", "Del": _("Del"), "-": "−",
    }  # fmt: skip
    head, plus, last = combination.rpartition("+")
    if combination.endswith("+"):
        head, plus, last = combination[:-1].removesuffix("+"), "+" if len(combination) > 1 else "", "+"
    return f"{head}{plus}{names.get(last, last)}"


def cap_size(text: str, height: float = 22) -> QSize:
    """Give how large a cap is, at the user's scale."""
    side = look().px(height)
    width = QFontMetricsF(_font(height)).horizontalAdvance(text) + look().px(12)
    return QSize(max(side, round(width)), side)


def paint_cap(
    painter: QPainter, rect: QRectF, text: str, height: float = 22, *, accent: bool = False, pressed: bool = False
) -> None:
    """Paint a cap; ``accent`` only for the one default action."""
    theme = look()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    face = theme.color("accent" if accent else "hover" if pressed else "cap")
    edge = theme.color("accent" if accent else "cap_edge")
    corner = theme.px(5 if height > 24 else 4)
    low = 1 if pressed or accent else 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(edge)
    painter.drawRoundedRect(rect, corner, corner)
    painter.setBrush(face)
    painter.setPen(QPen(edge, 0))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -low), corner - 0.5, corner - 0.5)
    painter.setPen(theme.color("on_accent" if accent else "text"))
    painter.setFont(_font(height))
    painter.drawText(rect.adjusted(0, 0, 0, -low + 0.5), Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


class KeyCap(QWidget):
    """A cap beside the words of what its key does."""

    def __init__(self, combination: str, height: float = 22, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = height
        self._text = key_name(combination)
        self._accent = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_combination(self, combination: str) -> None:
        """Show another key."""
        self._text = key_name(combination)
        self.setVisible(bool(combination))
        self.updateGeometry()
        self.update()

    def set_accent(self, accent: bool) -> None:
        """Say whether it is the one default action."""
        self._accent = accent
        self.update()

    def sizeHint(self) -> QSize:
        """Give the size of the cap."""
        return cap_size(self._text, self._height)

    def minimumSizeHint(self) -> QSize:
        """Give the size of the cap."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cap."""
        painter = QPainter(self)
        paint_cap(painter, QRectF(self.rect()), self._text, self._height, accent=self._accent)
        painter.end()


def _font(height: float) -> QFont:
    return font(16 if height >= 30 else 12 if height >= 20 else 11, 600)
