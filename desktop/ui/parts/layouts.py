"""Rows, columns, cards and words with the spacing of the page of parts."""

from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.icons import icon as icon_of
from desktop.ui.theme import font, look

Box = TypeVar("Box", QHBoxLayout, QVBoxLayout)


def row(*parts: QWidget | QLayout | int | None, spacing: float = 8, margins: tuple[float, ...] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Lay parts beside each other; None stretches, a number is that much empty room."""
    return _filled(QHBoxLayout(), parts, spacing, margins)


def column(*parts: QWidget | QLayout | int | None, spacing: float = 8, margins: tuple[float, ...] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Lay parts below each other; None stretches, a number is that much empty room."""
    return _filled(QVBoxLayout(), parts, spacing, margins)


def card(content: QLayout, role: str = "card") -> QFrame:
    """Put a layout on a card (or ``inset``, ``panel``)."""
    frame = QFrame()
    frame.setProperty("role", role)
    frame.setLayout(content)
    return frame


def line(*, upright: bool = False) -> QFrame:
    """Give a line that parts two things."""
    made = QFrame()
    made.setProperty("role", "line")
    (made.setFixedWidth if upright else made.setFixedHeight)(1)
    return made


def label(text: str = "", size: float = 13, weight: int = 400, role: str = "", *, wrap: bool = False) -> QLabel:
    """Give words; ``role`` is ``muted``, ``link``, ``ok``, ``warn`` or ``bad``."""
    made = QLabel(text)
    made.setFont(font(size, weight))
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def button(text: str, icon: str = "", kind: str = "", size: str = "") -> QPushButton:
    """Give a button; ``kind`` is ``primary``, ``quiet``, ``link`` or ``danger``, ``size`` ``small`` or ``large``."""
    words = text.replace("&", "&&")  # a single one would make the next letter a key
    made = QPushButton(f" {words}" if icon and text else words)  # Qt sets an icon too close to its words
    if icon:
        made.setIconSize(QSize(look().px(16), look().px(16)))
        made.setIcon(icon_of(icon, "on_accent" if kind == "primary" else "accent_text" if kind == "link" else "text"))
    for name, value in (("kind", kind), ("extent", size)):
        if value:
            made.setProperty(name, value)
    made.setAccessibleName(text)
    made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    return made


def scrolled(content: QWidget) -> QScrollArea:
    """Let a tall part scroll up and down; the keyboard goes to what is in it, and not to the area itself."""
    area = QScrollArea()
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    content.setProperty("role", "scrolled")
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    return area


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Change a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _filled(layout: Box, parts: tuple[QWidget | QLayout | int | None, ...], spacing: float, margins: tuple[float, ...]) -> Box:
    theme = look()
    layout.setSpacing(theme.px(spacing))
    layout.setContentsMargins(*(theme.px(margin) for margin in margins))
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(theme.px(part))
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)
    return layout
