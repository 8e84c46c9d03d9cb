"""Which keys do what in the loupe, in a box over the lower edge of its ground; it can be hidden."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.core.texts import _
from desktop.ui.actions import LABEL
from desktop.ui.keymap import Keymap
from desktop.ui.parts.key_cap import cap_size, key_name, paint_cap
from desktop.ui.theme import font, look

_CAP = 18
_PAD, _BETWEEN, _WITHIN = 14, 20, 6

Hint = tuple[tuple[str, ...], str]
"""Keys, and what they do."""


def hints(keymap: Keymap, *, comparing: bool) -> list[Hint]:
    """Give what is said; the last but one falls out first where there is too little room."""
    keys = sorted(keymap.shown(name) for name in keymap.actions if name.startswith(LABEL) and keymap.shown(name))
    ends = (keys[0], "–", keys[-1]) if len(keys) > 1 else tuple(keys)
    shown = keymap.shown
    if comparing:
        told: list[Hint] = [
            (ends, _("class of the framed one")), ((shown("left"), shown("right")), _("choose")),
            ((shown("zoom-in"), shown("zoom-out")), _("zoom both")), ((shown("back"),), _("back to one")),
        ]  # fmt: skip
    else:
        told = [
            (ends, _("class and next")), ((shown("skip"),), _("next")), ((shown("left"), shown("right")), _("move")),
            ((shown("undo"),), _("undo")), ((shown("zoom-in"), shown("zoom-out")), _("zoom")),
            ((shown("hints"),), _("hide hints")),
        ]  # fmt: skip
    return [(tuple(filter(None, keys)), text) for keys, text in told if any(keys)]


class Hints(QWidget):
    """The box; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hints: list[Hint] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, told: Sequence[Hint], room: int) -> None:
        """Say what fits into a width, and take its size."""
        self._hints = list(told)
        while len(self._hints) > 1 and self.sizeHint().width() > room:
            del self._hints[-2]
        self.setAccessibleName(", ".join(f"{' '.join(map(key_name, keys))} {text}" for keys, text in told))
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all that is said."""
        theme = look()
        width = sum(self._width(hint) for hint in self._hints) + theme.px(_BETWEEN) * max(0, len(self._hints) - 1)
        return QSize(round(width) + theme.px(2 * _PAD), theme.px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint caps and words."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(6), theme.px(6))
        left = float(theme.px(_PAD))
        for keys, text in self._hints:
            for key in keys:
                if key == "–":
                    left = self._word(painter, left, key) + theme.px(_WITHIN)
                    continue
                cap = cap_size(key_name(key), _CAP)
                paint_cap(
                    painter, QRectF(left, (self.height() - cap.height()) / 2, cap.width(), cap.height()), key_name(key), _CAP
                )
                left += cap.width() + theme.px(_WITHIN)
            left = self._word(painter, left + theme.px(2), text) + theme.px(_BETWEEN)
        painter.end()

    def _word(self, painter: QPainter, left: float, text: str) -> float:
        painter.setFont(font(12))
        painter.setPen(look().color("muted"))
        width = QFontMetricsF(font(12)).horizontalAdvance(text)
        painter.drawText(QRectF(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        return left + width

    def _width(self, hint: Hint) -> float:
        keys, text = hint
        measure, within = QFontMetricsF(font(12)), look().px(_WITHIN)
        parts = [measure.horizontalAdvance(key) if key == "–" else cap_size(key_name(key), _CAP).width() for key in keys]
        return sum(parts) + within * len(keys) + look().px(2) + measure.horizontalAdvance(text)
