"""The loop in five small pictures: what the choice of a bucket leads to."""

from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.core.taxonomy import default_taxonomy
from desktop.core.texts import _
from desktop.language import RESOURCES
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.key_cap import cap_size, paint_cap
from desktop.ui.theme import font, look


class LoopPicture(QWidget):
    """The loop in five pictures, with the way back below."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._stops = (
            ("camera", _("A Pi takes a picture"), _("and sends home the doubtful ones")),
            ("squares-four", _("You sort it"), _("one key a picture")),
            ("chart-line", _("A model learns"), _("on this computer")),
            ("scales", _("It is measured"), _("against the one in service")),
            ("cpu", _("The fleet gets it"), _("step by step, with a way back")),
        )
        self._back = _("the better model goes back to every Pi, and the next doubtful picture comes home")
        self.setAccessibleName(" → ".join(title for _icon, title, _text in self._stops))

    def sizeHint(self) -> QSize:
        """Give its size."""
        return QSize(look().px(900), look().px(270))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the loop."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.color("edge"), 1.5, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
        middle, bottom, corner = theme.px(28), theme.px(256), theme.px(12)
        step = self.width() / len(self._stops)
        half = theme.px(28)
        ways = [(float(theme.px(2) + corner), step / 2 - half - theme.px(12))]
        ways += [(step * (n + 0.5) + half + theme.px(12), step * (n + 1.5) - half - theme.px(12)) for n in range(4)]
        painter.setPen(pen)
        for left, right in ways:
            painter.drawLine(QPointF(left, middle), QPointF(right, middle))
            head = theme.px(5)
            tip = QPointF(right, middle)
            painter.drawPolyline([tip - QPointF(head, head), tip, tip - QPointF(head, -head)])
        painter.setFont(font(13))
        text = painter.fontMetrics().horizontalAdvance(self._back) + theme.px(56)
        around = QPainterPath(QPointF(step * 4.5 + half + theme.px(12), middle))
        edge = self.width() - theme.px(2)
        around.lineTo(edge - corner, middle)
        around.quadTo(edge, middle, edge, middle + corner)
        around.lineTo(edge, bottom - corner)
        around.quadTo(edge, bottom, edge - corner, bottom)
        around.lineTo((self.width() + text) / 2, bottom)
        around.moveTo((self.width() - text) / 2, bottom)
        around.lineTo(theme.px(2) + corner, bottom)
        around.quadTo(theme.px(2), bottom, theme.px(2), bottom - corner)
        around.lineTo(theme.px(2), middle + corner)
        around.quadTo(theme.px(2), middle, theme.px(2) + corner, middle)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(around)
        start = (self.width() - text) / 2 + theme.px(16)
        sign = QRectF(start, bottom - theme.px(8), theme.px(16), theme.px(16))
        paint_icon(painter, "arrows-clockwise", sign, theme.color("muted"))
        painter.setPen(theme.color("muted"))
        words = QRectF(start + theme.px(24), bottom - theme.px(12), text, theme.px(24))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._back)
        for number, stop in enumerate(self._stops):
            self._paint_stop(painter, QRectF(number * step, 0, step, theme.px(220)), *stop, number)
        painter.end()

    def _paint_stop(self, painter: QPainter, place: QRectF, icon: str, title: str, text: str, number: int) -> None:
        theme = look()
        centre = place.center().x()
        box = QRectF(centre - theme.px(28), 0.5, theme.px(56), theme.px(56))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(box, theme.px(6), theme.px(6))
        side = theme.px(24)
        paint_icon(painter, icon, QRectF(centre - side / 2, box.center().y() - side / 2, side, side), theme.color("text"))
        top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.setPen(theme.color("text"))
        painter.setFont(font(14, 600))
        painter.drawText(place.adjusted(2, theme.px(68), -2, 0), top, title)
        painter.setPen(theme.color("muted"))
        painter.setFont(font(13))
        painter.drawText(place.adjusted(2, theme.px(90), -2, 0), top, text)
        painter.save()
        painter.translate(centre, theme.px(136))
        room = min(1.0, place.width() / theme.px(172))  # smaller, before one would meet the next
        painter.scale(room, room)
        sketch = QRectF(-theme.px(80), 0, theme.px(160), theme.px(60))
        (self._pictures, self._keys, self._curve, self._interval, self._fleet)[number](painter, sketch)
        painter.restore()

    def _pictures(self, painter: QPainter, place: QRectF) -> None:
        theme = look()
        side = theme.px(46)
        for number, drawing in enumerate(_drawings()):
            frame = QRectF(place.left() + number * (side + theme.px(11)), place.top(), side, theme.px(58))
            outline = QPainterPath()
            outline.addRoundedRect(frame, theme.px(4), theme.px(4))
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(outline)
            painter.drawImage(frame, drawing)
            painter.restore()

    def _keys(self, painter: QPainter, place: QRectF) -> None:
        theme = look()
        side, gap = theme.px(28), theme.px(6)
        for number, cls in enumerate(default_taxonomy().classes):
            left = place.center().x() - (5 * side + 4 * gap) / 2 + number * (side + gap)
            paint_class(painter, cls, QRectF(left, place.top() + theme.px(4), side, side))
            cap = cap_size(cls.key, 22)
            below = QRectF(left + (side - cap.width()) / 2, place.top() + theme.px(38), cap.width(), cap.height())
            paint_cap(painter, below, cls.key, 22)

    def _curve(self, painter: QPainter, place: QRectF) -> None:
        theme = look()
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        path = QPainterPath(place.bottomLeft() + QPointF(0, -theme.px(8)))
        end = place.topRight() + QPointF(-theme.px(8), theme.px(12))
        path.cubicTo(place.bottomLeft() + QPointF(theme.px(48), -theme.px(40)), end - QPointF(theme.px(50), 0), end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.drawPath(path)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(end, theme.px(3), theme.px(3))

    def _interval(self, painter: QPainter, place: QRectF) -> None:
        theme = look()
        painter.setPen(QPen(theme.color("line"), 1))
        base = place.bottom() - theme.px(14)
        painter.drawLine(QPointF(place.left(), base), QPointF(place.right(), base))
        margin, zero = place.left() + theme.px(24), place.left() + theme.px(48)
        painter.setPen(QPen(theme.color("bad"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(margin, place.top() + theme.px(10)), QPointF(margin, base))
        painter.setPen(QPen(theme.color("text"), 1.5))
        painter.drawLine(QPointF(zero, place.top() + theme.px(10)), QPointF(zero, base))
        low, high, y = zero + theme.px(18), place.right() - theme.px(14), place.top() + theme.px(26)
        painter.setPen(QPen(theme.color("accent"), 2.5))
        painter.drawLine(QPointF(low, y), QPointF(high, y))
        for x in (low, high):
            painter.drawLine(QPointF(x, y - theme.px(7)), QPointF(x, y + theme.px(7)))
        painter.setBrush(theme.color("accent"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRect(QRectF((low + high) / 2 - theme.px(5), y - theme.px(5), theme.px(10), theme.px(10)))

    def _fleet(self, painter: QPainter, place: QRectF) -> None:
        theme = look()
        side, gap = theme.px(16), theme.px(8)
        left, y = place.left() - theme.px(6), place.top() + theme.px(22)
        for mark in ("ok", "", "ok", "ok", "", "ok", "open", "open"):
            box = QRectF(left, y, side, side)
            if not mark:
                paint_icon(painter, "arrow-right", box, theme.color("muted"))
            elif mark == "ok":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("ok_ground"))
                painter.drawRoundedRect(box, 3, 3)
                paint_icon(painter, "check", box.adjusted(2, 2, -2, -2), theme.color("ok"))
            else:
                painter.setPen(QPen(theme.color("edge"), 1))
                painter.setBrush(theme.color("panel"))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            left += side + gap


@cache
def _drawings() -> list[QImage]:
    return [QImage(str(RESOURCES / "first-run" / f"{number}.jpg")) for number in (1, 2, 3)]
