"""The command palette: every action by a few letters of its name, in the language in use or in English."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.core.texts import _
from desktop.ui.actions import Action
from desktop.ui.around.matching import ranked
from desktop.ui.around.overlay import Overlay
from desktop.ui.commands import Commands
from desktop.ui.parts.key_cap import cap_size, key_name, paint_cap
from desktop.ui.parts.layouts import column, label
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look

_WIDTH, _TOP, _ROW, _ROWS = 640, 64, 36, 11
_OFF = 0.6
"""How strongly an action is written that cannot be done now; beside it stands where it can."""
Index = QModelIndex | QPersistentModelIndex
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}


def key_names(keys: Iterable[str]) -> list[str]:
    """Give keys as people write them, each once: Return and the pad's Enter are called the same."""
    return list(dict.fromkeys(key_name(key) for key in keys))


def place_name(place: str) -> str:
    """Give where an action is live, as people say it."""
    names = {
        "sort": _("in Sort"), "grid": _("in the grid"), "loupe": _("in the loupe"), "train": _("in Train"),
        "compare": _("in Compare"), "fleet": _("in Fleet"), "first-run": _("without a bucket"),
    }  # fmt: skip
    return names.get(place, _("everywhere"))


class _Found(QAbstractListModel):
    def __init__(self, commands: Commands, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = commands
        self.actions: list[Action] = []

    def show(self, actions: list[Action]) -> None:
        self.beginResetModel()
        self.actions = actions
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.actions)

    def possible(self, row: int) -> bool:
        return self._commands.possible(self.actions[row].id)

    def keys(self, row: int) -> tuple[str, ...]:
        return self._commands.keymap.keys(self.actions[row].id)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.actions):
            return None
        action = self.actions[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return action.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            parts = [action.title, action.section, ", ".join(key_names(self.keys(index.row())))]
            parts += [] if self.possible(index.row()) else [_("not now: {place}").format(place=place_name(action.place))]
            told = " · ".join(part for part in parts if part)
            return tip(told) if role == Qt.ItemDataRole.ToolTipRole else told
        return None


class _Line(QStyledItemDelegate):
    """Title, where it belongs, and its keys as caps."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(look().px(_WIDTH - 32), look().px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found = index.model()
        if not isinstance(found, _Found):
            return
        theme, action = look(), found.actions[index.row()]
        possible = found.possible(index.row())
        area = QRectF(option.rect).adjusted(theme.px(8), 0, -theme.px(8), 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.color("selection_line"))
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(area.adjusted(0.5, 1.5, -0.5, -1.5), theme.px(5), theme.px(5))
        right = area.right() - theme.px(10)
        painter.setOpacity(1.0 if possible else _OFF)
        for text in reversed(key_names(found.keys(index.row()))[:3]):
            size = cap_size(text)
            right -= size.width()
            paint_cap(painter, QRectF(right, area.center().y() - size.height() / 2, size.width(), size.height()), text)
            right -= theme.px(6)
        painter.setOpacity(1.0)
        where = action.section if possible else place_name(action.place) if action.place != "window" else _("not now")
        painter.setFont(font(12))
        painter.setPen(theme.color("muted"))
        width = QFontMetricsF(font(12)).horizontalAdvance(where)
        right -= width + theme.px(8)
        vertical = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(right, area.top(), width + 2, area.height()), vertical, where)
        painter.setFont(font(13, 500 if possible else 400))
        painter.setPen(theme.color("text" if possible else "muted"))
        left = area.left() + theme.px(12)
        room = right - left - theme.px(12)
        title = QFontMetricsF(painter.font()).elidedText(action.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, area.top(), room, area.height()), vertical, title)
        painter.restore()


class Palette(Overlay):
    """A field and what it finds. What cannot be done now is faint and stays where it is."""

    def __init__(self, commands: Commands, english: Callable[[], Sequence[Action]]) -> None:
        """Take the commands, and the table of actions in English: it is found by those names, too."""
        super().__init__(_("Find an action"))
        self._commands = commands
        self._english = english
        self._names: Mapping[str, str] = {}
        self.field = QLineEdit()
        self.field.setPlaceholderText(_("What do you want to do?"))
        self.field.setAccessibleName(_("Find an action"))
        self.field.setFont(font(14))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self._found = _Found(commands, self)
        self.list = QListView()
        self.list.setModel(self._found)
        self.list.setItemDelegate(_Line(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(_("Actions found"))
        self.list.clicked.connect(self._run)
        self.none = label(_("No action has these letters."), role="muted")
        self.none.setContentsMargins(look().px(12), 0, 0, 0)
        self.panel.setLayout(column(self.field, self.none, self.list, spacing=8, margins=(12, 12, 12, 8)))

    def take_focus(self) -> None:
        """Begin with an empty field."""
        self._names = {action.id: action.title for action in self._english()}
        self.field.clear()
        self._search("")
        self.field.setFocus()

    def lay(self) -> None:
        """Put the panel at the top, in the middle."""
        theme = look()
        width = min(theme.px(_WIDTH), self.width() - theme.px(32))
        rows = max(3, min(_ROWS, (self.height() - theme.px(_TOP + 96)) // theme.px(_ROW)))
        self.list.setFixedHeight(rows * theme.px(_ROW))
        self.panel.setFixedWidth(width)
        self.panel.adjustSize()
        self.panel.move((self.width() - width) // 2, min(theme.px(_TOP), max(0, self.height() - self.panel.height())))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the field's keys move through the list."""
        if watched is self.field and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _STEPS:
                self._step(_STEPS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex())
                return True
            if key == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.close()
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _search(self, query: str) -> None:
        actions = list(self._commands.keymap.actions.values())
        if query.strip():
            self._found.show(ranked(query, actions, self._names))
        else:  # what can be done here first: it is what most people look for
            self._found.show(sorted(actions, key=lambda action: not self._commands.possible(action.id)))
        self.none.setVisible(not self._found.actions)
        self.list.setVisible(bool(self._found.actions))
        self._step(0)

    def _step(self, rows: int) -> None:
        last = self._found.rowCount() - 1
        if last < 0:
            self.field.setAccessibleDescription(_("No action has these letters."))
            return
        here = max(0, self.list.currentIndex().row())
        index = self._found.index(max(0, min(last, here + rows)))
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)
        self.field.setAccessibleDescription(str(self._found.data(index, Qt.ItemDataRole.AccessibleTextRole)))

    def _run(self, index: QModelIndex) -> None:
        """Do what was chosen, once the focus is where it was; what cannot be done stays to be looked at."""
        if index.isValid() and self._found.possible(index.row()):
            action = self._found.actions[index.row()]
            self.close()
            self._commands.trigger(action.id)
