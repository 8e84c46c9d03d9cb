"""The head of the loupe: back to the grid, which page and place, the picture's name and size, the zoom."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget

from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.key_cap import cap_size, key_name, paint_cap
from desktop.ui.parts.layouts import line
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look

_SCALES = (0.5, 1.0, 2.0, 4.0, 8.0)
_ALL = 0.0
"""The choice of the whole picture."""


class HeadButton(QAbstractButton):
    """An icon, a word, and the key that does the same or the sign of a menu."""

    def __init__(self, icon: str, text: str, *, menu: bool = False) -> None:
        super().__init__()
        self._icon, self._menu, self._combination = icon, menu, ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(text)

    def say(self, text: str) -> None:
        """Show other words."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def show_key(self, combination: str) -> None:
        """Show the key in force."""
        self._combination = combination
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all of it."""
        theme = look()
        end = theme.px(20) if self._menu else cap_size(key_name(self._combination), 18).width() if self._combination else 0
        measure = QFontMetricsF(font(13, 500))
        words = measure.horizontalAdvance(self.text())
        if self._menu:  # what comes and goes in it moves nothing
            words = max(words, measure.horizontalAdvance(f"{_('Fit')} · 100 %"))
        return QSize(round(words) + theme.px(10 + 16 + 8 + 10) + (end + theme.px(8) if end else 0), theme.px(26))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        theme, middle = look(), self.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.color("accent" if focus else "line"), 2 if focus else 1))
        painter.setBrush(theme.color("on" if self.isDown() else "hover" if self.underMouse() else "raised"))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5) if focus else frame, theme.px(5), theme.px(5))
        side, left = theme.px(16), theme.px(10)
        paint_icon(painter, self._icon, QRectF(left, middle - side / 2, side, side), theme.color("muted"))
        painter.setFont(font(13, 500))
        painter.setPen(theme.color("text"))
        painter.drawText(
            QRectF(left + side + theme.px(8), 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        right = self.width() - theme.px(10)
        if self._menu:
            caret = theme.px(12)
            paint_icon(painter, "caret-down", QRectF(right - caret, middle - caret / 2, caret, caret), theme.color("muted"))
        elif self._combination:
            cap = cap_size(key_name(self._combination), 18)
            place = QRectF(right + theme.px(4) - cap.width(), middle - cap.height() / 2, cap.width(), cap.height())
            paint_cap(painter, place, key_name(self._combination), 18)
        painter.end()


class Words(QWidget):
    """A line of words in one or two strengths; what does not fit is cut, and the tooltip has it."""

    def __init__(self, *, right: bool = False) -> None:
        super().__init__()
        self._strong, self._muted, self._right = "", "", right
        self._cls: Class | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def say(self, strong: str, muted: str, cls: Class | None = None) -> None:
        """Show other words, a class's square before them."""
        self._strong, self._muted, self._cls = strong, muted, cls
        told = " – ".join(part for part in (strong, muted) if part)
        self.setToolTip(tip(told))
        self.setAccessibleName(told)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all words."""
        return QSize(round(sum(self._widths())) + 1, look().px(26))

    def minimumSizeHint(self) -> QSize:
        """Give room for a few."""
        return QSize(min(look().px(60), self.sizeHint().width()), look().px(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        theme = look()
        painter = QPainter(self)
        square, strong, _muted = self._widths()
        if self._cls is not None:
            side = theme.px(20)
            paint_class(painter, self._cls, QRectF(0, (self.height() - side) / 2, side, side))
        for text, face, ink, left in (
            (self._strong, font(13, 600), "text", square),
            (self._muted, font(13), "muted", square + strong),
        ):
            room = QRectF(left, 0, self.width() - left, self.height())
            cut = Qt.TextElideMode.ElideMiddle if self._right else Qt.TextElideMode.ElideRight
            painter.setFont(face)
            painter.setPen(theme.color(ink))
            side_of = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
            shown = QFontMetricsF(face).elidedText(text, cut, room.width())
            painter.drawText(room, side_of | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def _widths(self) -> tuple[float, float, float]:
        theme = look()
        square = theme.px(20 + 12) if self._cls is not None else 0
        strong = QFontMetricsF(font(13, 600)).horizontalAdvance(self._strong)
        muted = QFontMetricsF(font(13)).horizontalAdvance(self._muted)
        return square, strong + theme.px(14) if strong and muted else strong, muted + 1


class LoupeHeader(QWidget):
    """48 high."""

    grid_asked = Signal()
    scale_asked = Signal(float)
    """A scale, or 0 for the whole picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = HeadButton("squares-four", _("Grid"))
        self.title = Words()
        self.name = Words(right=True)
        self.size_of = Words(right=True)
        self.zoom = HeadButton("corners-out", "", menu=True)
        self._lines = (line(upright=True), line(upright=True))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look().px(16), 0, look().px(16), 1)
        layout.setSpacing(look().px(12))
        for part in (self.grid, self._lines[0], self.title, self.name, self._lines[1], self.size_of, self.zoom):
            layout.addWidget(part, 1 if part is self.name else 0)
        for part in self._lines:
            part.setFixedHeight(look().px(20))
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setFixedHeight(look().px(48))
        self.grid.clicked.connect(self.grid_asked)
        self.zoom.clicked.connect(self._open)
        self.show_picture("", None)
        self.show_scale(None, fits=True)

    def show_picture(self, name: str, size: tuple[int, int] | None) -> None:
        """Show a picture's name and size; without a name it is not told."""
        self.name.say("", name)
        self.size_of.say("", f"{size[0]:,} × {size[1]:,}" if size else "")
        self._lines[1].setVisible(bool(name and size))

    def show_scale(self, scale: float | None, *, fits: bool) -> None:
        """Show the scale in force; None: there is no picture."""
        percent = "" if scale is None else f"{100 * scale:.0f} %" if scale >= 0.1 else f"{100 * scale:.1f} %"
        text = " · ".join(part for part in (_("Fit") if fits else "", percent) if part)
        self.zoom.say(text)
        self.zoom.setAccessibleName(_("Zoom: {scale}").format(scale=text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().color("window"))
        painter.setPen(QPen(look().color("line"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def _open(self) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for scale, text in ((_ALL, _("Whole picture")), *((scale, f"{100 * scale:.0f} %") for scale in _SCALES)):
            menu.addAction(text).setData(scale)
        menu.triggered.connect(self._chosen)
        menu.popup(self.zoom.mapToGlobal(self.zoom.rect().bottomLeft()))

    def _chosen(self, action: object) -> None:
        data = getattr(action, "data", None)
        if callable(data):
            self.scale_asked.emit(float(data()))
