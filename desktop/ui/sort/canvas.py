"""A picture on its neutral ground: whole or at any scale, moved by hand; or why there is none."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from desktop.core.texts import _
from desktop.ui.icons import paint_icon
from desktop.ui.parts.key_cap import cap_size, key_name, paint_cap
from desktop.ui.photos import Photo
from desktop.ui.sort.zoom import FIT, Stage, Zoom
from desktop.ui.theme import font, look

_MARGIN = 24
_HARD = 4.0
"""From this scale on, pixels are shown as they are."""
_NOTCH = 120
"""Of a wheel, in eighths of a degree (QWheelEvent)."""
_PER_NOTCH = 1.25
_NEARLY = 1.02


class Canvas(QWidget):
    """One picture; what becomes of the zoom is told, so that another canvas can keep in step."""

    zoomed = Signal(object)
    """The :class:`Zoom`, after it was changed here."""
    lacking = Signal()
    """More pixels could be seen than are here."""
    chosen = Signal()
    """It was clicked, or got the focus."""
    resized = Signal()
    painted = Signal()
    """A picture, or why there is none, is on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photo: Photo | None = None
        self._problem, self._fact, self._discard = "", "", ""
        self._zoom = FIT
        self._below = float(_MARGIN)
        self._framed = False
        self._held: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(look().px(160), look().px(120))
        self.setAccessibleName(_("Picture"))
        self.grabGesture(Qt.GestureType.PinchGesture)

    @property
    def photo(self) -> Photo | None:
        """What is shown."""
        return self._photo

    @property
    def zoom(self) -> Zoom:
        """How it is shown."""
        return self._zoom

    @property
    def scale(self) -> float | None:
        """Pixels of the screen for one of the picture; None without one."""
        stage = self._stage()
        return None if stage is None else stage.scale(self._zoom)

    @property
    def lacks(self) -> bool:
        """Whether more pixels could be seen than are here."""
        stage, photo = self._stage(), self._photo
        if stage is None or photo is None or photo.whole or self._zoom.scale is None:
            return False
        return stage.place(self._zoom)[2] > photo.picture.width() * _NEARLY

    def show_photo(self, photo: Photo | None) -> None:
        """Show a picture; None: its ground alone, until it is here."""
        self._photo, self._problem = photo, ""
        self._changed()

    def show_problem(self, problem: str, fact: str, discard: str) -> None:
        """Say why there is no picture; ``discard`` is the key that throws it away, if one does."""
        self._photo, self._problem, self._fact, self._discard = None, problem, fact, discard
        self._changed()

    def show_zoom(self, zoom: Zoom) -> None:
        """Show more, or less, without a signal."""
        self._zoom = zoom
        self._changed()

    def set_below(self, height: float) -> None:
        """Leave so much free below a whole picture, as drawn."""
        self._below = height
        self._changed()
        self.resized.emit()

    def set_framed(self, framed: bool) -> None:
        """Say whether it is the one of two that keys act on."""
        self._framed = framed
        self.update()

    def zoom_in(self) -> None:
        """Show it larger, a step."""
        self._step(1)

    def zoom_out(self) -> None:
        """Show it smaller, a step."""
        self._step(-1)

    def fit(self) -> None:
        """Show the whole of it."""
        self._take(FIT)

    def to(self, scale: float, at: QPointF | None = None) -> None:
        """Show it at a scale."""
        stage = self._stage()
        if stage is not None:
            self._take(stage.to(self._zoom, scale, self._in_room(at)))

    def pan(self, right: float, down: float) -> None:
        """Move the picture by so many pixels as drawn."""
        stage = self._stage()
        if stage is not None:
            ratio = self.devicePixelRatioF()
            self._take(stage.pan(self._zoom, right * ratio, down * ratio))

    def room(self) -> QRectF:
        """Give where a whole picture lies."""
        margin = look().px(_MARGIN)
        room = QRectF(self.rect()).adjusted(margin, margin, -margin, -look().px(self._below))
        return room if room.width() > 1 and room.height() > 1 else QRectF(0, 0, max(2, self.width()), max(2, self.height()))

    def box_px(self) -> tuple[int, int]:
        """Give the room in physical pixels."""
        room, ratio = self.room(), self.devicePixelRatioF()
        return round(room.width() * ratio), round(room.height() * ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and picture."""
        theme = look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("surround"))
        if self._photo is not None:
            self._paint_picture(painter, self._photo)
        elif self._problem:
            self._paint_problem(painter)
        if self._framed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), theme.px(8), theme.px(8))
        painter.end()
        if self._photo is not None or self._problem:
            self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell: another size may be wanted."""
        self._changed()
        self.resized.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Be the chosen one."""
        super().focusInEvent(event)
        self.chosen.emit()

    def event(self, event: QEvent) -> bool:
        """Take pinches, of a touchpad and of a touchscreen."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self._by(1 + event.value(), event.position())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._by(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        self._by(_PER_NOTCH ** (event.angleDelta().y() / _NOTCH), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        self.chosen.emit()
        if event.button() is Qt.MouseButton.LeftButton:
            self._held = event.position()
            self._show_hand()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it."""
        if self._held is not None:
            way = event.position() - self._held
            self._held = event.position()
            self.pan(way.x(), way.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        self._held = None
        self._show_hand()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show its pixels, or all of it again."""
        if self._zoom.scale is None:
            self.to(1.0, event.position())
        else:
            self.fit()

    def _paint_picture(self, painter: QPainter, photo: Photo) -> None:
        ratio, room = self.devicePixelRatioF(), self.room()
        left, top, width, height = self._stage_of(photo).place(self._zoom)
        # On whole physical pixels, or a picture made for this very room would be blurred.
        left, top = round(left + room.left() * ratio), round(top + room.top() * ratio)
        across = width / photo.picture.width()
        if 1 / _NEARLY < across < _NEARLY and self._zoom.scale is None:
            width, height = photo.picture.width(), photo.picture.height()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, width / photo.width < _HARD or across < _HARD)
        painter.drawImage(QRectF(left / ratio, top / ratio, width / ratio, height / ratio), photo.picture)

    def _paint_problem(self, painter: QPainter) -> None:
        theme, room = look(), self.room()
        title, plain = font(20, 600), font(13)
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        words = QFontMetricsF(title).boundingRect(QRectF(0, 0, room.width(), 400), centre, self._problem).height()
        side = theme.px(64)
        top = room.top() + max(0.0, (room.height() - side - words - theme.px(90)) / 2)
        paint_icon(painter, "image-broken", QRectF(room.center().x() - side / 2, top, side, side), theme.color("bad"))
        top += side + theme.px(16)
        painter.setFont(title)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(room.left(), top, room.width(), words), centre, self._problem)
        top += words + theme.px(4)
        painter.setFont(plain)
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(room.left(), top, room.width(), theme.px(20)), centre, self._fact)
        if not self._discard:
            return
        top += theme.px(20) + theme.px(16)
        name, text = key_name(self._discard), _("discards it")
        cap, gap = cap_size(name), theme.px(8)
        left = room.center().x() - (cap.width() + gap + QFontMetricsF(plain).horizontalAdvance(text)) / 2
        paint_cap(painter, QRectF(left, top, cap.width(), cap.height()), name)
        painter.setFont(plain)
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(left + cap.width() + gap, top, room.width(), cap.height()), Qt.AlignmentFlag.AlignVCenter, text)

    def _stage(self) -> Stage | None:
        return None if self._photo is None else self._stage_of(self._photo)

    def _stage_of(self, photo: Photo) -> Stage:
        room, ratio = self.room(), self.devicePixelRatioF()
        return Stage(photo.width, photo.height, room.width() * ratio, room.height() * ratio)

    def _in_room(self, at: QPointF | None) -> tuple[float, float] | None:
        if at is None:
            return None
        ratio, corner = self.devicePixelRatioF(), self.room().topLeft()
        return (at.x() - corner.x()) * ratio, (at.y() - corner.y()) * ratio

    def _step(self, steps: int) -> None:
        stage = self._stage()
        if stage is not None:
            self._take(stage.step(self._zoom, steps))

    def _by(self, factor: float, at: QPointF) -> None:
        stage = self._stage()
        if stage is not None and factor > 0:
            self._take(stage.to(self._zoom, stage.scale(self._zoom) * factor, self._in_room(at)))

    def _take(self, zoom: Zoom) -> None:
        if zoom != self._zoom:
            self._zoom = zoom
            self._changed()
            self.zoomed.emit(zoom)

    def _changed(self) -> None:
        self._show_hand()
        self.update()
        if self.lacks:
            self.lacking.emit()

    def _show_hand(self) -> None:
        stage = self._stage()
        if stage is None or stage.roomy(self._zoom):
            self.setCursor(Qt.CursorShape.ArrowCursor)
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor if self._held is not None else Qt.CursorShape.OpenHandCursor)
