"""Colours, type and sizes of the window: two themes, one in use. Every widget asks :func:`look` when it paints.

The tokens are those of the page of parts; text reaches 4.5 : 1 on the grounds it stands on, lines and glyphs 3 : 1
(``tests/ui/test_theme.py`` measures them).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from desktop.ui.stylesheet import stylesheet

_FAMILIES = ["Inter", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"]


class Mode(StrEnum):
    """What the user chose; ``system`` follows the desktop's own."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, ``#rrggbb``, and how much larger than drawn everything is."""

    dark: bool
    window: str
    panel: str
    raised: str
    hover: str
    on: str
    """A chosen segment."""
    line: str
    soft: str
    edge: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_text: str
    selection: str
    selection_line: str
    surround: str
    """Around every picture."""
    track: str
    fill: str
    cap: str
    cap_edge: str
    ok: str
    ok_ground: str
    warn: str
    warn_ground: str
    bad: str
    bad_ground: str
    wrong: str
    """A cell of the confusion matrix with some errors."""
    very_wrong: str
    """One with many."""
    decided: float
    """How much of a decided picture is still seen, 0..1."""
    scale: float = 1.0

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """Give a colour to paint with."""
        color = QColor(getattr(self, token))
        color.setAlphaF(alpha)
        return color

    def px(self, size: float) -> int:
        """Give a length as drawn in the page of parts, in pixels at the user's scale."""
        return round(size * self.scale)


DARK = Theme(
    dark=True, window="#1c1d20", panel="#232529", raised="#2b2e33", hover="#31353b", on="#3a3e45", line="#3a3e45", soft="#2d3036",
    edge="#50565f", text="#e7e8ea", muted="#9da3ac", accent="#4f9cf9", on_accent="#0c1a2d", accent_text="#6cb0ff",
    selection="#22334b", selection_line="#3a6299", surround="#18191b", track="#3a3e45", fill="#8e959f", cap="#34383e",
    cap_edge="#4b5059", ok="#62bd93", ok_ground="#213029", warn="#e3b354", warn_ground="#352d1f", bad="#f28b82",
    bad_ground="#3a2626", wrong="#5a3a38", very_wrong="#8d4742", decided=0.38,
)  # fmt: skip
LIGHT = Theme(
    dark=False, window="#f3f4f6", panel="#ffffff", raised="#ffffff", hover="#eef0f3", on="#e4e8ee", line="#d9dde3",
    soft="#e7eaee", edge="#b3bac4", text="#1b1f24", muted="#596270", accent="#1f6feb", on_accent="#ffffff", accent_text="#1a5fcc",
    selection="#dfeafd", selection_line="#8fb6f5", surround="#e6e7e9", track="#d9dde3", fill="#7a828e", cap="#f7f8fa",
    cap_edge="#c3c9d2", ok="#15703f", ok_ground="#e8f4ee", warn="#8a5a00", warn_ground="#fbf3e1", bad="#b9332a",
    bad_ground="#fbecea", wrong="#f3c9c4", very_wrong="#e08d84", decided=0.42,
)  # fmt: skip

_worn = DARK


def look() -> Theme:
    """Give the theme in use."""
    return _worn


def wear(theme: Theme) -> None:
    """Use a theme from now on; if it is another, all widgets are painted anew (they get a ``PaletteChange``)."""
    global _worn  # noqa: PLW0603 - as Qt's own palette: one look a program
    _worn = theme
    application = QApplication.instance()
    sheet = stylesheet(theme)
    if isinstance(application, QApplication) and application.styleSheet() != sheet:  # putting one on takes 0.2 s
        if not application.styleSheet():
            application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(font())
        application.setPalette(_palette(theme))
        application.setStyleSheet(sheet)


def theme_of(mode: str, scale: float = 1.0) -> Theme:
    """Give the theme of a mode; the system's own where it names one, else the dark one."""
    from dataclasses import replace  # noqa: PLC0415

    dark = mode == Mode.DARK
    if mode not in (Mode.DARK, Mode.LIGHT):
        dark = QGuiApplication.styleHints().colorScheme() is not Qt.ColorScheme.Light
    return replace(DARK if dark else LIGHT, scale=scale)


def font(size: float = 13, weight: int = 400) -> QFont:
    """Give the window's font in pixels at the user's scale, with figures of one width."""
    made = QFont()
    made.setFamilies(_families())
    made.setPixelSize(_worn.px(size))
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def fixed_font(size: float = 11.5) -> QFont:
    """Give the system's font of one width, for logs."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(_worn.px(size))
    return made


@cache
def _families() -> list[str]:
    spec = find_spec("fontpkg_inter")
    if spec is not None and spec.submodule_search_locations:
        for file in Path(spec.submodule_search_locations[0], "files").glob("Inter[[]*.ttf"):
            QFontDatabase.addApplicationFont(str(file))
    return _FAMILIES


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: "window", QPalette.ColorRole.WindowText: "text", QPalette.ColorRole.Base: "panel",
        QPalette.ColorRole.AlternateBase: "window", QPalette.ColorRole.Text: "text", QPalette.ColorRole.Button: "raised",
        QPalette.ColorRole.ButtonText: "text", QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.Highlight: "accent", QPalette.ColorRole.HighlightedText: "on_accent",
        QPalette.ColorRole.Link: "accent_text", QPalette.ColorRole.ToolTipBase: "raised",
        QPalette.ColorRole.ToolTipText: "text", QPalette.ColorRole.Mid: "line", QPalette.ColorRole.Midlight: "soft",
        QPalette.ColorRole.Dark: "edge", QPalette.ColorRole.Light: "hover", QPalette.ColorRole.Shadow: "surround",
    }  # fmt: skip
    for role, token in roles.items():
        palette.setColor(role, theme.color(token))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.color("text", 0.45))
    return palette
