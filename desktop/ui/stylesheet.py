"""The style sheet of Qt's own widgets: buttons, fields, menus, bars of scrolling. Painted widgets do without it.

A widget says what it is by properties: ``kind`` of a button (``primary``, ``quiet``, ``danger``), ``extent`` (``small``,
``large``), ``role`` of a label or frame (``muted``, ``title``, ``card`` …).
"""

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.ui.theme import Theme

_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $edge; padding: ${p4}px ${p6}px; }
QLabel { background: transparent; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="link"] { color: $accent_text; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="warn"] { color: $warn; }
QLabel[role="ok"] { color: $ok; }
QFrame[role="card"] { background: $panel; border: 1px solid $line; border-radius: ${p6}px; }
QFrame[role="inset"] { background: transparent; border: 1px solid $line; border-radius: ${p5}px; }
QFrame[role="panel"] { background: $panel; border: none; }
QFrame[role="line"] { background: $line; border: none; }
QFrame[role="bar"] { background: $raised; border: none; border-top: 1px solid $line; }

QPushButton, QToolButton { background: $raised; color: $text; border: 1px solid $line; border-radius: ${p5}px;
    padding: 0 ${p12}px; min-height: ${h30}px; font-weight: 500; }
QPushButton[extent="small"], QToolButton[extent="small"] { min-height: ${h24}px; padding: 0 ${p8}px; }
QPushButton[extent="large"] { min-height: ${h38}px; font-weight: 600; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $edge; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 0 ${p11}px; }
QPushButton[extent="small"]:focus { padding: 0 ${p7}px; }
QPushButton:pressed, QToolButton:pressed { background: $on; }
QPushButton:disabled, QToolButton:disabled { color: $off; border-color: $soft; }
QPushButton:checked { background: $on; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { border-color: $text; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $raised; color: $off; border-color: $soft; }
QPushButton[kind="danger"] { color: $bad; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] { background: transparent; border-color: transparent; }
QPushButton[kind="link"] { background: transparent; border: 1px solid transparent; color: $accent_text; padding: 0 ${p4}px; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover, QPushButton[kind="link"]:hover { background: $hover; }
QPushButton[kind="link"]:focus, QPushButton[kind="quiet"]:focus { border: 2px solid $accent; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit { background: $panel; color: $text; border: 1px solid $line;
    border-radius: ${p5}px; padding: 0 ${p8}px; min-height: ${h30}px; selection-background-color: $accent;
    selection-color: $on_accent; }
QLineEdit:hover, QComboBox:hover, QSpinBox:hover, QDoubleSpinBox:hover { border-color: $edge; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateEdit:focus { border: 2px solid $accent;
    padding: 0 ${p7}px; }
QComboBox::drop-down { border: none; width: ${p24}px; }
QComboBox::down-arrow { image: url("$caret"); width: ${p16}px; height: ${p16}px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $edge; outline: none; padding: ${p4}px;
    selection-background-color: $selection; selection-color: $text; }
QTextEdit, QPlainTextEdit { background: $panel; color: $text; border: 1px solid $line; border-radius: ${p5}px;
    selection-background-color: $accent; selection-color: $on_accent; }
QTextEdit:focus, QPlainTextEdit:focus { border: 2px solid $accent; }
QPlainTextEdit[role="log"], QTextEdit[role="log"] { background: $log; }

QCheckBox, QRadioButton { spacing: ${p8}px; color: $text; min-height: ${h24}px; }
QCheckBox::indicator, QRadioButton::indicator { width: ${p16}px; height: ${p16}px; border: 1px solid $edge; background: $panel;
    border-radius: ${p4}px; }
QRadioButton::indicator { border-radius: ${p9}px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $muted; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; width: ${p14}px; height: ${p14}px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:checked { image: url("$check"); }
QCheckBox:focus, QRadioButton:focus { color: $accent_text; }

QMenu { background: $raised; color: $text; border: 1px solid $edge; border-radius: ${p6}px; padding: ${p4}px; }
QMenu::item { padding: ${p6}px ${p24}px ${p6}px ${p12}px; border-radius: ${p4}px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $off; }
QMenu::separator { height: 1px; background: $line; margin: ${p4}px 0; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="scrolled"] { background: transparent; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: ${p10}px; margin: 0; }
QScrollBar:horizontal { height: ${p10}px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: ${p4}px; margin: 1px; }
QScrollBar::handle:vertical { min-height: ${p32}px; }
QScrollBar::handle:horizontal { min-width: ${p32}px; }
QScrollBar::handle:hover { background: $fill; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QDialog { background: $panel; }
QHeaderView::section { background: $panel; color: $text; border: none; border-bottom: 1px solid $line; padding: ${p6}px ${p8}px;
    font-weight: 500; }
QTableView, QTreeView, QListWidget { background: $panel; color: $text; border: 1px solid $line; border-radius: ${p6}px;
    gridline-color: $soft; outline: none; selection-background-color: $selection; selection-color: $text; }
QTableView::item, QTreeView::item, QListWidget::item { padding: ${p4}px ${p8}px; }
QTableView:focus, QTreeView:focus, QListWidget:focus { border: 2px solid $accent; }
QProgressBar { background: $track; border: none; border-radius: 2px; max-height: ${p4}px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QSlider::groove:horizontal { background: $track; height: ${p4}px; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; width: ${p14}px; margin: -${p6}px 0; border-radius: ${p7}px; }
""")


def stylesheet(theme: "Theme") -> str:
    """Give the sheet of a theme at its scale."""
    from desktop.language import RESOURCES  # noqa: PLC0415

    colours = {name: getattr(theme, name) for name in theme.__dataclass_fields__ if isinstance(getattr(theme, name), str)}
    sizes = {f"p{size}": theme.px(size) for size in (4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 24, 32)}
    heights = {f"h{size}": theme.px(size) for size in (24, 30, 38)}
    tone = "dark" if theme.dark else "light"
    drawn = {name: (RESOURCES / "icons" / f"{name}-{tone}.svg").as_posix() for name in ("check", "caret")}
    off = theme.color("text", 0.45).name(theme.color("text").NameFormat.HexArgb)
    log = theme.surround if theme.dark else theme.window
    return _SHEET.substitute(colours, **sizes, **heights, off=off, log=log, **drawn)
