"""The sheet of keys: all of them at a glance, by section; what can be done here stands out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.core.texts import _
from desktop.ui.actions import Action
from desktop.ui.around.overlay import Overlay
from desktop.ui.around.palette import key_names
from desktop.ui.commands import Commands
from desktop.ui.parts.key_cap import cap_size, paint_cap
from desktop.ui.parts.layouts import column, label, row, scrolled
from desktop.ui.parts.segments import Segments
from desktop.ui.theme import font, look

_ROW, _HEAD, _GAP, _CAPS, _COLUMN, _LINE = 26, 34, 36, 96, 290, 16
_SCROLLING = {
    Qt.Key.Key_Up: -0.1, Qt.Key.Key_Down: 0.1, Qt.Key.Key_PageUp: -0.9, Qt.Key.Key_PageDown: 0.9,
    Qt.Key.Key_Home: -99.0, Qt.Key.Key_End: 99.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the sheet: a heading, or an action."""

    heading: str = ""
    action: Action | None = None


def columns(actions: Sequence[Action], count: int) -> list[list[Entry]]:
    """Lay actions out by section in so many columns of about the same height; a section may go on in the next column."""
    sections: dict[str, list[Action]] = {}
    for action in actions:
        sections.setdefault(action.section, []).append(action)
    entries = []
    for section, members in sections.items():
        entries += [Entry(heading=section), *(Entry(action=action) for action in members)]
    tall = -(-len(entries) // max(1, count))
    made: list[list[Entry]] = [[]]
    for place, entry in enumerate(entries):
        rest = len(entries) - place
        lonely = bool(entry.heading) and len(made[-1]) >= tall - 2  # no heading without a line below it
        if (len(made[-1]) >= tall or (lonely and rest > 1)) and len(made) < count:
            made.append([])
        made[-1].append(entry)
    return [one for one in made if one]


class _Body(QWidget):
    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self._columns: list[list[Entry]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_table(self, actions: Sequence[Action], width: int) -> None:
        """Lay out a table of actions in a width."""
        theme = look()
        count = max(1, min(4, (width + theme.px(_GAP)) // theme.px(_COLUMN)))
        self._columns = columns(actions, count)
        room = (width - theme.px(_GAP) * (len(self._columns) - 1)) / max(1, len(self._columns))
        self.setFixedHeight(max((round(sum(self._height(entry, room) for entry in one)) for one in self._columns), default=0))
        told = [f"{action.title}: {', '.join(key_names(self._keys(action)))}" for action in actions]
        self.setAccessibleDescription("; ".join(told))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the columns."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = theme.px(_GAP)
        count = max(1, len(self._columns))
        width = (self.width() - gap * (count - 1)) / count
        for number, entries in enumerate(self._columns):
            left, top = number * (width + gap), 0.0
            for entry in entries:
                area = QRectF(left, top, width, self._height(entry, width))
                if entry.action is None:
                    painter.setFont(font(13, 600))
                    painter.setPen(theme.color("text"))
                    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, entry.heading)
                else:
                    self._paint(painter, area, entry.action)
                top += area.height()
        painter.end()

    def _paint(self, painter: QPainter, area: QRectF, action: Action) -> None:
        theme = look()
        possible = self._commands.possible(action.id)
        left, middle = area.left(), area.top() + theme.px(_ROW) / 2
        painter.setOpacity(1.0 if possible else 0.6)
        for text in self._caps(action):
            size = cap_size(text, 18)
            paint_cap(painter, QRectF(left, middle - size.height() / 2, size.width(), size.height()), text, 18)
            left += size.width() + theme.px(4)
        painter.setOpacity(1.0)
        painter.setFont(_words(strong=possible))
        painter.setPen(theme.color("text" if possible else "muted"))
        words = area.adjusted(self._indent(action), 0, 0, 0)
        vertical = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, vertical | Qt.TextFlag.TextWordWrap, action.title)

    def _caps(self, action: Action) -> list[str]:
        """Give the keys that have room beside the title: the first at least."""
        caps: list[str] = []
        width = 0
        for text in key_names(self._keys(action)):
            width += cap_size(text, 18).width() + look().px(4)
            if caps and width > look().px(_CAPS):
                break
            caps.append(text)
        return caps

    def _indent(self, action: Action) -> int:
        wide = sum(cap_size(text, 18).width() + look().px(4) for text in self._caps(action))
        return max(look().px(_CAPS), wide) + look().px(8)

    def _keys(self, action: Action) -> tuple[str, ...]:
        return self._commands.keymap.keys(action.id)

    def _height(self, entry: Entry, width: float) -> float:
        theme = look()
        if entry.action is None:
            return theme.px(_HEAD)
        room = QRectF(0, 0, max(1.0, width - self._indent(entry.action)), 1000)
        needed = QFontMetricsF(_words(strong=True)).boundingRect(room, Qt.TextFlag.TextWordWrap, entry.action.title)
        return theme.px(_ROW) + max(0, round(needed.height() / theme.px(_LINE)) - 1) * theme.px(_LINE)


def _words(*, strong: bool) -> QFont:
    return font(12, 500 if strong else 400)


class KeySheet(Overlay):
    """All keys. Any key closes it, but those that scroll or change its language."""

    def __init__(self, commands: Commands, tables: Mapping[str, Sequence[Action]], language: str) -> None:
        """Take the commands, the table of actions by language, and which language is in use."""
        super().__init__(_("All keys"))
        self._tables = dict(tables)
        self._body = _Body(commands)
        self._body.setAccessibleName(_("All keys"))
        self._area = scrolled(self._body)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        names = {"en": "English", "zh_CN": "简体中文"}
        self.languages = Segments([(one, names.get(one, one)) for one in self._tables], language)
        self.languages.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.languages.setAccessibleName(_("Language of the sheet"))
        self.languages.setVisible(len(self._tables) > 1)
        self.languages.chosen.connect(self._show)
        hint = label(_("What can be done here is written strongly. Any key closes this sheet."), 12, role="muted", wrap=True)
        words = column(label(_("All keys"), 20, 600), hint, spacing=2)
        head = row(words, self.languages, spacing=16)
        head.setStretch(0, 1)
        self.panel.setLayout(column(head, self._area, spacing=12, margins=(24, 16, 24, 16)))

    def lay(self) -> None:
        """Make the panel as large as the sheet, at most as the window."""
        theme = look()
        width = min(theme.px(1320), self.width() - theme.px(48))
        self.panel.setFixedWidth(width)
        self._body.show_table(self._tables.get(self.languages.current, ()), width - theme.px(60))
        wanted = self._body.height() + theme.px(104)
        self.panel.setFixedHeight(min(wanted, self.height() - theme.px(32)))
        self.panel.move((self.width() - width) // 2, max(theme.px(16), (self.height() - self.panel.height()) // 2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll, change the language, or close."""
        key = Qt.Key(event.key())
        bar = self._area.verticalScrollBar()
        if key in _SCROLLING and bar.maximum():
            bar.setValue(bar.value() + round(_SCROLLING[key] * bar.pageStep()))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and len(self._tables) > 1:
            here = list(self._tables)
            self.languages.choose(here[(here.index(self.languages.current) + 1) % len(here)])
            self._show(self.languages.current)
        elif key not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta) and not event.isAutoRepeat():
            self.close()
        event.accept()

    def sizeHint(self) -> QSize:
        """Give the window's size."""
        parent = self.parentWidget()
        return parent.size() if parent is not None else super().sizeHint()

    @Slot(str)
    def _show(self, _language: str) -> None:
        self.lay()
