"""Both themes can be read: text at 4.5 : 1 on the grounds it stands on, lines and glyphs that mean something at 3 : 1."""

import ast
import itertools
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from desktop.core.taxonomy import default_taxonomy
from desktop.ui import icons
from desktop.ui.theme import DARK, LIGHT, font, look, theme_of, wear

UI = Path(icons.__file__).parent
GROUNDS = ("window", "panel", "raised", "hover", "selection")
TEXTS = [
    *itertools.product(("text",), (*GROUNDS, "on", "surround", "cap")),
    *itertools.product(("muted",), ("window", "panel", "raised", "selection", "surround")),
    *itertools.product(("accent_text",), ("window", "panel", "selection")),
    *((kind, ground) for kind in ("ok", "warn", "bad") for ground in ("panel", f"{kind}_ground")),
    ("on_accent", "accent"),
]
LINES = [("accent", "window"), ("accent", "panel"), ("fill", "panel"), ("bad", "panel"), ("ok", "panel")]


def luminance(color: QColor) -> float:
    """WCAG 2.2, relative luminance."""
    channels = (color.redF(), color.greenF(), color.blueF())
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2, contrast ratio."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(("ink", "ground"), TEXTS, ids=lambda token: token)
def test_text_can_be_read(theme, ink, ground):
    assert contrast(theme.color(ink), theme.color(ground)) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(("ink", "ground"), LINES, ids=lambda token: token)
def test_lines_that_mean_something_can_be_seen(theme, ink, ground):
    assert contrast(theme.color(ink), theme.color(ground)) >= 3


@pytest.mark.parametrize("cls", default_taxonomy().classes, ids=lambda cls: cls.id)
def test_a_glyph_can_be_seen_on_its_square(cls):
    square = QColor(cls.colour)
    assert contrast(icons.ink_on(square), square) >= 3


def test_a_theme_is_changed_without_a_restart(qtbot, qapp):
    wear(theme_of("light"))
    light = qapp.palette().window().color().name()
    wear(theme_of("dark"))
    assert (light, qapp.palette().window().color().name()) == (LIGHT.window, DARK.window)


def test_text_at_200_percent_is_twice_as_large(qapp):
    normal = font(13).pixelSize()
    wear(theme_of("dark", 2.0))
    assert font(13).pixelSize() == 2 * normal
    assert look().px(148) == 296


def test_every_icon_that_is_named_exists():
    _family, letters = icons._phosphor()
    missing = set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("icon", "pixmap", "icon_of") and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant) and name.value not in letters and name.value not in icons._STRUCK:
                    missing.add(f"{path.name}: {name.value}")
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "paint_icon" and len(node.args) > 1:
                name = node.args[1]
                if isinstance(name, ast.Constant) and name.value not in letters and name.value not in icons._STRUCK:
                    missing.add(f"{path.name}: {name.value}")
    assert missing == set()
