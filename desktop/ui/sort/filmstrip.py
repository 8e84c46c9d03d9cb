"""The pictures of the page in one line: what was decided, the one in hand in the middle, what follows."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.core.images import Image
from desktop.core.marks import Mark, Status
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.key_cap import cap_size, paint_cap
from desktop.ui.parts.tip import tip
from desktop.ui.sort.tile import SIGNS
from desktop.ui.sort.tiles import Tiles
from desktop.ui.theme import font, look
from desktop.ui.thumbnails import Thumbnails

_WIDTH, _HEIGHT, _GAP = 72, 80, 8
_HAND_WIDTH, _HAND_HEIGHT = 88, 96
_HEIGHT_OF_ALL = 112
_OWNER = "filmstrip"


class Filmstrip(QWidget):
    """One line of thumbs, 112 high; a click goes there."""

    moved = Signal(int)
    """The place that was clicked."""

    def __init__(self, thumbnails: Thumbnails, tiles: Tiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails, self._tiles, self._place = thumbnails, tiles, 0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(look().px(_HEIGHT_OF_ALL))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        thumbnails.arrived.connect(self._arrived)

    def go(self, place: int) -> None:
        """Show another as the one in hand, and what lies around it."""
        self._place = place
        self._ask()
        self.update()

    def thumb(self, image: Image) -> QImage | None:
        """Give the small picture of an image if it is in memory."""
        return self._thumbnails.get(image, *self._box_px())

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(400), look().px(_HEIGHT_OF_ALL))

    def minimumSizeHint(self) -> QSize:
        """Give the least width."""
        return QSize(look().px(160), look().px(_HEIGHT_OF_ALL))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the thumbs that can be seen."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(0, 0, self.width(), 0)
        for place in self._seen():
            self._paint(painter, place)
        painter.end()

    def resizeEvent(self, event: object) -> None:
        """Ask for what can be seen now."""
        self._ask()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to what was clicked."""
        place = self._at(event.position().toPoint())
        if place is not None:
            self.moved.emit(place)

    def event(self, event: QEvent) -> bool:
        """Name the picture below the pointer."""
        if isinstance(event, QHelpEvent):
            place = self._at(event.pos())
            QToolTip.showText(event.globalPos(), tip("" if place is None else self._tiles.hint(place)), self)
            return True
        return super().event(event)

    def _paint(self, painter: QPainter, place: int) -> None:
        theme, box, here = look(), QRectF(self._box(place)), place == self._place
        image, mark = self._tiles.tiles[place].images[0], self._tiles.mark(place)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("surround"))
        painter.drawRoundedRect(box, theme.px(4), theme.px(4))
        picture = self.thumb(image)
        if picture is not None:
            painter.setOpacity(theme.decided if mark.status is not Status.OPEN and not here else 1.0)
            _paint_picture(painter, box.adjusted(3, 3, -3, -3), picture)
            painter.setOpacity(1.0)
        elif self._tiles.problem(image):
            side = theme.px(20)
            where = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
            paint_icon(painter, "image-broken", where, theme.color("bad"))
        if mark.status is not Status.OPEN:
            self._paint_mark(painter, box, mark)
        count = len(self._tiles.tiles[place].images)
        if count > 1:
            _paint_count(painter, box, count)
        if here:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), theme.px(6), theme.px(6))

    def _paint_mark(self, painter: QPainter, box: QRectF, mark: Mark) -> None:
        """Paint what became of it at the lower left: a class's square and key, or a sign."""
        theme, side, edge = look(), look().px(20), look().px(4)
        square = QRectF(box.left() + edge, box.bottom() - edge - side, side, side)
        cls = self._tiles.classes.get(mark.cls or self._tiles.won(mark) or "")
        if cls is None:
            name, color = SIGNS.get(mark.status, ("check", "muted"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(square, theme.px(4), theme.px(4))
            paint_icon(painter, name, square.adjusted(3, 3, -3, -3), theme.color(color))
            return
        paint_class(painter, cls, square)
        if cls.key and mark.status is Status.LABELLED:
            cap = cap_size(cls.key, 18)
            paint_cap(painter, QRectF(square.right() + edge, square.top() + 1, cap.width(), cap.height()), cls.key, 18)

    def _seen(self) -> range:
        first = self._left(0)
        pitch = look().px(_WIDTH + _GAP)
        begin = max(0, (-first) // pitch - 1)
        return range(begin, min(len(self._tiles.tiles), begin + self.width() // pitch + 4))

    def _left(self, place: int) -> int:
        """Give where a thumb begins: the one in hand in the middle, as far as there are others on both sides."""
        theme = look()
        pitch, wider = theme.px(_WIDTH + _GAP), theme.px(_HAND_WIDTH) - theme.px(_WIDTH)
        all_of_them = len(self._tiles.tiles) * pitch + wider + theme.px(_GAP)
        middle = (self.width() - theme.px(_HAND_WIDTH)) // 2 - self._place * pitch
        first = max(min(theme.px(_GAP), middle), min(theme.px(_GAP), self.width() - all_of_them))
        return first + place * pitch + (wider if place > self._place else 0)

    def _box(self, place: int) -> QRect:
        theme, here = look(), place == self._place
        width, height = theme.px(_HAND_WIDTH if here else _WIDTH), theme.px(_HAND_HEIGHT if here else _HEIGHT)
        return QRect(self._left(place), (self.height() - height) // 2, width, height)

    def _at(self, point: QPoint) -> int | None:
        return next((place for place in self._seen() if self._box(place).contains(point)), None)

    def _box_px(self) -> tuple[int, int]:
        theme, ratio = look(), self.devicePixelRatioF()
        return round((theme.px(_HAND_WIDTH) - 6) * ratio), round((theme.px(_HAND_HEIGHT) - 6) * ratio)

    def _ask(self) -> None:
        near = sorted(self._seen(), key=lambda place: abs(place - self._place))
        self._thumbnails.want(_OWNER, [self._tiles.tiles[place].images[0] for place in near], *self._box_px())

    def _arrived(self, _names: list[str]) -> None:
        self.update()


def _paint_picture(painter: QPainter, room: QRectF, picture: QImage) -> None:
    ratio = painter.device().devicePixelRatio()
    scale = min(2 / ratio, room.width() / picture.width(), room.height() / picture.height())
    width, height = picture.width() * scale, picture.height() * scale
    painter.drawImage(QRectF(room.center().x() - width / 2, room.center().y() - height / 2, width, height), picture)


def _paint_count(painter: QPainter, box: QRectF, count: int) -> None:
    theme, text = look(), f"×{count}"
    painter.setFont(font(11, 600))
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + theme.px(10)
    badge = QRectF(box.right() - theme.px(3) - width, box.top() + theme.px(3), width, theme.px(18))
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(badge, theme.px(4), theme.px(4))
    painter.setPen(theme.color("text"))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
