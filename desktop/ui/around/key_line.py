"""A line in the list of keys: a section's name, or an action with its keys."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.core.texts import _
from desktop.ui.around.palette import Index, key_names
from desktop.ui.parts.key_cap import cap_size, paint_cap
from desktop.ui.theme import font, look

ID = Qt.ItemDataRole.UserRole
"""Where a line keeps its action's id; empty in a section's name."""
_ROW = 36


class KeyLine(QStyledItemDelegate):
    """A section's name, or an action with its keys."""

    def __init__(self, parent: QObject, keys: Callable[[str], tuple[str, ...]], is_changed: Callable[[str], bool]) -> None:
        """Take what gives an action's keys as they are pressed, and whether they are the user's own."""
        super().__init__(parent)
        self._keys, self._is_changed = keys, is_changed

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give a line's height."""
        return QSize(look().px(200), look().px(_ROW if index.data(ID) else _ROW + 8))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint it."""
        theme, identity = look(), index.data(ID)
        area = QRectF(option.rect)
        vertical = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not identity:
            painter.setFont(font(12, 600))
            painter.setPen(theme.color("muted"))
            painter.drawText(area.adjusted(theme.px(12), theme.px(10), 0, 0), vertical, str(index.data()))
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.color("selection_line"))
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(area.adjusted(0.5, 1.5, -0.5, -1.5), theme.px(5), theme.px(5))
        right = area.right() - theme.px(12)
        for text in reversed(key_names(self._keys(identity))):
            size = cap_size(text)
            right -= size.width()
            spot = QRectF(right, area.center().y() - size.height() / 2, size.width(), size.height())
            paint_cap(painter, spot, text)
            right -= theme.px(6)
        if self._is_changed(identity):
            painter.setFont(font(12))
            painter.setPen(theme.color("accent_text"))
            width = QFontMetricsF(painter.font()).horizontalAdvance(_("changed"))
            right -= width + theme.px(6)
            painter.drawText(QRectF(right, area.top(), width + 2, area.height()), vertical, _("changed"))
        painter.setFont(font(13))
        painter.setPen(theme.color("text"))
        room = QRectF(area.left() + theme.px(12), area.top(), right - area.left() - theme.px(24), area.height())
        title = QFontMetricsF(painter.font()).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, vertical, title)
        painter.restore()
