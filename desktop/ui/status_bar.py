"""The bar at the bottom: which bucket, what is delivered, how fast it goes, how long a key takes. Its widths never twitch."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.icons import paint_icon
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look


class StatusItem(QWidget):
    """An icon and a few words, the values in the text's colour: ``**1,204** delivered``."""

    def __init__(self, icon: str, longest: str = "", parent: QWidget | None = None) -> None:
        """Take an icon and the longest text that is expected, for which room is kept."""
        super().__init__(parent)
        self._icon = icon
        self._longest = longest
        self._parts: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed if longest else QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)

    def say(self, text: str, told: str = "") -> None:
        """Show a text; what stands between two pairs of stars is a value. ``told`` is the tooltip."""
        self._show(text.split("**"), told)

    def show_value(self, value: str, words: str) -> None:
        """Show a value and words after it, whatever stands in them."""
        self._show(["", value, f" {words}"], "")

    def _show(self, parts: list[str], told: str) -> None:
        if parts == self._parts:
            return
        self._parts = parts
        self.setToolTip(tip(told or self.text))
        self.setAccessibleName(self.text)
        if not self._longest or _width(parts) > _width(self._longest.split("**")):
            self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """What is shown, without stars."""
        return "".join(self._parts)

    def sizeHint(self) -> QSize:
        """Give room for the longest text."""
        width = max(_width(self._longest.split("**")), _width(self._parts))
        return QSize(round(width) + look().px(24), look().px(28))

    def minimumSizeHint(self) -> QSize:
        """Give the least room: the icon alone, where there is no longest text."""
        return self.sizeHint() if self._longest else QSize(look().px(24), look().px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon and words."""
        if not self.text:
            return
        theme = look()
        painter = QPainter(self)
        side = theme.px(14)
        paint_icon(painter, self._icon, QRectF(0, (self.height() - side) / 2, side, side), theme.color("muted"))
        left = float(theme.px(20))
        for number, part in enumerate(self._parts):
            face = font(12, 600 if number % 2 else 400)
            painter.setFont(face)
            painter.setPen(theme.color("text" if number % 2 else "muted"))
            measure = QFontMetricsF(face)
            room = max(0.0, self.width() - left)
            words = measure.elidedText(part, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(QRectF(left, 0, room + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
            left += measure.horizontalAdvance(words)
        painter.end()


def _width(parts: list[str]) -> float:
    faces = (font(12, 600 if number % 2 else 400) for number in range(len(parts)))
    return sum(QFontMetricsF(face).horizontalAdvance(part) for face, part in zip(faces, parts, strict=True))


class StatusBar(QWidget):
    """The items in a row: two on the left, three on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = StatusItem("database", parent=self)
        self.delivery = StatusItem("cloud-arrow-up", parent=self)
        self.task = StatusItem("spinner", parent=self)
        self.rate = StatusItem("gauge", parent=self)
        self.latency = StatusItem("lightning", parent=self)
        self._left = (self.place, self.delivery)
        self._right = (self.task, self.rate, self.latency)

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(800), look().px(28))

    def resizeEvent(self, event: object) -> None:
        """Lay the items out: the right ones have their room, the place shrinks first."""
        self.lay()

    def lay(self) -> None:
        """Put the items where they belong after their texts changed."""
        gap, edge = look().px(25), look().px(16)
        right = self.width() - edge
        for item in reversed(self._right):
            width = item.sizeHint().width() if item.text else 0
            item.setGeometry(right - width, 0, width, self.height())
            right -= width + gap if width else 0
        left = edge
        wanted = [item.sizeHint().width() if item.text else 0 for item in self._left]
        room = right - left - gap * sum(1 for width in wanted if width)
        short = max(0, sum(wanted) - room)
        for item, width in zip(self._left, [max(look().px(24), wanted[0] - short), *wanted[1:]], strict=True):
            item.setGeometry(left, 0, width, self.height())
            left += width + gap if width else 0
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the lines between the items."""
        theme = look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(0, 0, self.width(), 0)
        middle = theme.px(12)
        for item in (self.delivery, *self._right):
            if item.text and item.width():
                x = item.x() - middle
                painter.drawLine(x, theme.px(8), x, self.height() - theme.px(8))
        painter.end()
