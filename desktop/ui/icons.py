"""Line icons in the theme's colours, and the squares of the classes.

The icons are the Phosphor font that QtAwesome carries; it is read as a file, since importing QtAwesome takes as long as the
whole rest of a start. ``image-broken``, which that edition lacks, is a picture struck through.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.core.taxonomy import Class
from desktop.language import RESOURCES
from desktop.ui.theme import font, look

_STRUCK = {"image-broken": "image-square"}


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Paint a line icon so that it fills a square."""
    family, letters = _phosphor()
    glyph = QFont(family)
    glyph.setPixelSize(max(1, round(rect.height())))
    painter.save()
    painter.setFont(glyph)
    painter.setPen(color)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, letters.get(_STRUCK.get(name, name), ""))
    if name in _STRUCK:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, max(1.0, rect.height() / 16), c=Qt.PenCapStyle.RoundCap))
        edge = rect.height() * 0.14
        painter.drawLine(rect.topLeft() + QPointF(edge, edge), rect.bottomRight() - QPointF(edge, edge))
    painter.restore()


def pixmap(name: str, size: float = 16, color: str = "text") -> QPixmap:
    """Give an icon as a picture, in a colour of the theme in use, ``size`` as drawn in the page of parts."""
    ratio = 2.0
    side = look().px(size)
    made = QPixmap(round(side * ratio), round(side * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint_icon(painter, name, QRectF(0, 0, side, side), look().color(color))
    painter.end()
    return made


@cache
def icon(name: str, color: str = "text") -> QIcon:
    """Give an icon for a button, faint where the button is off; it follows the theme."""
    return QIcon(_Engine(name, color))


class _Engine(QIconEngine):
    """Paints in the colours of the theme in use, whenever it is asked to."""

    def __init__(self, name: str, color: str) -> None:
        super().__init__()
        self._name, self._color = name, color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint the icon."""
        off = mode is QIcon.Mode.Disabled
        paint_icon(painter, self._name, QRectF(rect), look().color("text" if off else self._color, 0.45 if off else 1.0))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Give it as a picture."""
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        """Give another that paints the same."""
        return _Engine(self._name, self._color)


def paint_class(painter: QPainter, cls: Class, rect: QRectF) -> None:
    """Paint a class's square: its colour, and its glyph or the first letter of its id."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QColor(cls.colour or look().fill)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    corner = max(3.0, rect.height() / 5)
    painter.drawRoundedRect(rect, corner, corner)
    ink = ink_on(ground)
    drawing = _glyph(cls.glyph, ink.name())
    if drawing is not None:
        inset = rect.height() / 10
        drawing.render(painter, rect.adjusted(inset, inset, -inset, -inset))
    else:
        letter = font(13, 600)
        letter.setPixelSize(max(1, round(rect.height() * 0.6)))
        painter.setFont(letter)
        painter.setPen(ink)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, cls.id[:1].upper())
    painter.restore()


@cache
def _phosphor() -> tuple[str, dict[str, str]]:
    """Give the font's family and the letter of each icon."""
    spec = find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        return "", dict.fromkeys(_STRUCK, "")
    fonts = Path(spec.submodule_search_locations[0], "fonts")
    identity = QFontDatabase.addApplicationFont(str(next(fonts.glob("phosphor-*.ttf"))))
    letters = json.loads(next(fonts.glob("phosphor-charmap-*.json")).read_text(encoding="utf-8"))
    return QFontDatabase.applicationFontFamilies(identity)[0], {name: chr(int(code, 16)) for name, code in letters.items()}


@cache
def _glyph(name: str, ink: str) -> QSvgRenderer | None:
    path = RESOURCES / "glyphs" / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not path.is_file():
        return None
    return QSvgRenderer(QByteArray(path.read_text(encoding="utf-8").replace("currentColor", ink).encode()))


def ink_on(ground: QColor) -> QColor:
    """Give what can be read best on a colour: dark or white (WCAG's relative luminance)."""
    channels = (ground.redF(), ground.greenF(), ground.blueF())
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return QColor("#ffffff") if luminance < 0.18 else QColor("#15171a")
