"""The rail on the left: the loop itself, each station with its live state, and the way back from the fleet to sorting."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.core.texts import _
from desktop.ui.icons import paint_icon
from desktop.ui.parts.tip import tip
from desktop.ui.station import Badge
from desktop.ui.theme import font, look

ICONS = {"sort": "squares-four", "train": "chart-line", "compare": "scales", "fleet": "cpu", "settings": "sliders-horizontal"}
_WIDTH, _TOP, _PITCH, _BOX, _CENTRE = 80, 28, 96, 40, 42
_MARKS = {"ok": ("check", "ok"), "bad": ("x", "bad"), "open": ("minus", "warn")}


class RailButton(QAbstractButton):
    """One station: box, name and badge."""

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.badge = Badge()
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_badge(Badge())

    def show_badge(self, badge: Badge) -> None:
        """Show another state over the corner."""
        self.badge = badge
        told = badge.told or badge.text
        self.setAccessibleName(f"{self.text()}, {told}" if told else self.text())
        self.setToolTip(tip(told))
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for box, badge and name."""
        return QSize(look().px(_WIDTH), look().px(_BOX + 36))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(_BOX)
        box = QRectF(theme.px(_CENTRE) - side / 2, theme.px(8), side, side)
        on = self.isChecked()
        ground = "accent" if on else "hover" if self.underMouse() else "panel"
        painter.setBrush(theme.color(ground))
        plain = self.name == "settings" and not on
        painter.setPen(QPen(theme.color("accent" if on else "panel" if plain else "line"), 1))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(6), theme.px(6))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), theme.px(8), theme.px(8))
        icon = theme.px(20)
        inner = QRectF(box.center().x() - icon / 2, box.center().y() - icon / 2, icon, icon)
        paint_icon(
            painter, ICONS.get(self.name, "squares-four"), inner, theme.color("on_accent" if on else "muted" if plain else "text")
        )
        painter.setFont(font(12, 600 if on else 400))
        painter.setPen(theme.color("text" if on else "muted"))
        words = QRectF(0, box.bottom() + theme.px(4), theme.px(_CENTRE) * 2, theme.px(18))
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self.text())
        self._paint_badge(painter, box)
        painter.end()

    def _paint_badge(self, painter: QPainter, box: QRectF) -> None:
        theme, badge = look(), self.badge
        corner = QPointF(box.right() - theme.px(1), box.top() + theme.px(1))
        if badge.progress is not None:
            side = theme.px(16)
            ring = QRectF(corner.x() - side / 2, corner.y() - side / 2, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("panel"))
            painter.drawEllipse(ring.adjusted(-2, -2, 2, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("track"), theme.px(3)))
            painter.drawEllipse(ring)
            painter.setPen(QPen(theme.color("accent"), theme.px(3)))
            painter.drawArc(ring, 90 * 16, -round(360 * 16 * badge.progress))
        elif badge.mark:
            sign, ground = _MARKS[badge.mark]
            side = theme.px(16)
            dot = QRectF(corner.x() - side / 2, corner.y() - side / 2, side, side)
            painter.setPen(QPen(theme.color("panel"), 2))
            painter.setBrush(theme.color(ground))
            painter.drawRoundedRect(dot, theme.px(5), theme.px(5))
            paint_icon(painter, sign, dot.adjusted(3, 3, -3, -3), theme.color("panel" if theme.dark else "on_accent"))
        elif badge.text:
            face = font(11, 600)
            width = max(theme.px(20), QFontMetricsF(face).horizontalAdvance(badge.text) + theme.px(10))
            right = min(corner.x() + theme.px(13), self.width() - 1.0)
            pill = QRectF(right - width, corner.y() - theme.px(9), width, theme.px(16))
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
            painter.setFont(face)
            painter.setPen(theme.color("text"))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, badge.text)


class PlantButton(QAbstractButton):
    """Which bucket is open; opens another."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_plant("")

    def show_plant(self, name: str, address: str = "") -> None:
        """Show a bucket's name."""
        self.setText(name)
        self.setToolTip(tip(address))
        self.setAccessibleName(_("Bucket {name}; open another").format(name=name) if name else _("No bucket; open one"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint initials and name."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(24)
        box = QRectF(theme.px(_CENTRE) - side / 2, theme.px(4), side, side)
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
        painter.setBrush(theme.color("hover" if self.underMouse() else "raised"))
        painter.drawRoundedRect(box, theme.px(5), theme.px(5))
        if self.text():
            painter.setFont(font(11, 600))
            painter.setPen(theme.color("text"))
            parts = [part for part in self.text().replace("_", "-").split("-") if part]
            letters = "".join(part[0] for part in parts[:2]) if len(parts) > 1 else self.text()[:2]
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letters.upper())
        else:
            paint_icon(painter, "database", box.adjusted(4, 4, -4, -4), theme.color("muted"))
        painter.setFont(font(12))
        painter.setPen(theme.color("text"))
        room = theme.px(_CENTRE * 2 - 8)
        name = QFontMetricsF(font(12)).elidedText(self.text() or _("No bucket"), Qt.TextElideMode.ElideMiddle, room)
        words = QRectF(theme.px(4), box.bottom() + theme.px(4), room, theme.px(18))
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name)
        painter.end()


class Rail(QWidget):
    """Stations from top to bottom, settings and the bucket at the bottom."""

    chosen = Signal(str)
    """A station's name, ``settings`` or ``open``."""

    def __init__(self, stations: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """Take (name, title) pairs."""
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.buttons = {name: RailButton(name, title, self) for name, title in stations}
        self.settings = RailButton("settings", _("Settings"), self)
        self.plant = PlantButton(self)
        for button in (*self.buttons.values(), self.settings):
            button.clicked.connect(self._chosen)
        self.plant.clicked.connect(self._open)

    def show_current(self, name: str) -> None:
        """Show which station is in front."""
        for button in (*self.buttons.values(), self.settings):
            button.setChecked(button.name == name)
            button.update()

    def sizeHint(self) -> QSize:
        """Give its width."""
        return QSize(look().px(_WIDTH), look().px(560))

    def resizeEvent(self, event: object) -> None:
        """Put the buttons in their places."""
        theme = look()
        tall = min(theme.px(_BOX + 36), self._pitch())
        for number, button in enumerate(self.buttons.values()):
            button.setGeometry(0, theme.px(_TOP - 8) + number * self._pitch(), theme.px(_WIDTH), tall)
        self.plant.setGeometry(0, self.height() - theme.px(62), theme.px(_WIDTH), theme.px(54))
        self.settings.setGeometry(0, self.height() - theme.px(142), theme.px(_WIDTH), theme.px(70))

    def _pitch(self) -> int:
        """Give the way from station to station; large text in a low window squeezes it."""
        room = self.height() - look().px(142 + _TOP - 8)
        return min(look().px(_PITCH), room // max(1, len(self.buttons)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the arrows from station to station, and the arc back to the first."""
        theme = look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        low = self.height() - theme.px(68)
        painter.drawLine(theme.px(18), low, theme.px(66), low)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.color("fill"), max(1.5, theme.px(1.5)), c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, head = theme.px(_CENTRE), theme.px(4)
        for number in range(len(self.buttons) - 1):
            top = theme.px(_TOP + _BOX + 24) + number * self._pitch()
            tip = theme.px(_TOP - 13) + (number + 1) * self._pitch()
            if tip - top < 2 * head:  # large text in a low window leaves no room between two stations
                break
            painter.drawLine(QPointF(x, top), QPointF(x, tip))
            end = QPointF(x, tip)
            painter.drawPolyline([end - QPointF(head, head), end, end - QPointF(-head, head)])
        self._paint_arc(painter)
        painter.end()

    def _paint_arc(self, painter: QPainter) -> None:
        theme = look()
        left, corner = theme.px(11), theme.px(6)
        edge = theme.px(_CENTRE) - theme.px(_BOX) / 2 - theme.px(4)
        top = theme.px(_TOP + _BOX / 2)
        bottom = theme.px(_TOP + _BOX / 2) + (len(self.buttons) - 1) * self._pitch()
        path = QPainterPath(QPointF(edge, bottom))
        path.lineTo(left + corner, bottom)
        path.quadTo(left, bottom, left, bottom - corner)
        path.lineTo(left, top + corner)
        path.quadTo(left, top, left + corner, top)
        path.lineTo(edge, top)
        painter.drawPath(path)
        head = theme.px(3)
        painter.drawPolyline([QPointF(edge - head, top - head), QPointF(edge, top), QPointF(edge - head, top + head)])

    def _chosen(self) -> None:
        button = self.sender()
        if isinstance(button, RailButton):
            button.setChecked(True)
            self.chosen.emit(button.name)

    def _open(self) -> None:
        self.chosen.emit("open")
