"""A strip of pictures that changed: what each is, what it is taken for now, how sure the model is."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop.core.images import Image
from desktop.core.taxonomy import Class
from desktop.core.texts import _, ngettext
from desktop.ui.compare.trial import Said
from desktop.ui.icons import icon, paint_class, paint_icon, pixmap
from desktop.ui.parts.layouts import button, column, label, row
from desktop.ui.plots.plot import Plot, elided, write
from desktop.ui.theme import look
from desktop.ui.thumbnails import Thumbnails

_WIDE, _GAP, _FEET = 128, 12, 44


class Pictures(Plot):
    """The pictures side by side, as many as there is room for; arrows move, Enter opens."""

    opened = Signal(int)
    """The place of a picture."""
    fitted = Signal(int)
    """How many there is room for."""

    def __init__(self, owner: str, thumbnails: Thumbnails) -> None:
        """Take a word that is unique among those who want thumbnails."""
        super().__init__(_WIDE, 62 + _FEET)
        self._owner, self._thumbnails = owner, thumbnails
        self._images: Sequence[Image] = ()
        self._said: Sequence[Said] = ()
        self._classes: Mapping[str, Class] = {}
        self._shown: Mapping[str, str] = {}
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        thumbnails.arrived.connect(self._arrived)

    def show_pictures(
        self,
        images: Sequence[Image],
        said: Sequence[Said],
        classes: Mapping[str, Class],
        shown: Mapping[str, str],
        empty: str,
        name: str,
    ) -> None:
        """Show other pictures."""
        self._images, self._said, self._classes, self._shown, self._at = images, said, classes, shown, 0
        self.empty = "" if images else empty
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if images else Qt.FocusPolicy.NoFocus)
        self._name = name
        self._fit()
        self._say()

    @property
    def room(self) -> int:
        """How many pictures there is room for."""
        return max(1, (self.width() + look().px(_GAP)) // look().px(_WIDE + _GAP))

    def minimumSizeHint(self) -> QSize:
        """Give room for one picture."""
        return QSize(look().px(_WIDE), look().px(62 + _FEET))

    def draw(self, painter: QPainter) -> None:
        """Paint the pictures with their captions."""
        theme = look()
        for place in range(min(self.room, len(self._images))):
            self._picture(painter, place)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2 * theme.scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._frame(self._at).adjusted(1, 1, -1, -1), theme.px(6), theme.px(6))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fetch what there is room for now."""
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, or open."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self._images:
            self._at = max(0, min(self.room - 1, len(self._images) - 1, self._at + step))
            self._say()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._images:
            self.opened.emit(self._at)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open a picture."""
        found = next((place for place in range(len(self._images)) if self._frame(place).contains(event.position())), None)
        if found is not None and found < self.room and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit(found)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    @Slot(list)
    def _arrived(self, names: list[str]) -> None:
        if any(image.name in names for image in self._images[: self.room]):
            self.update()

    def _fit(self) -> None:
        self._at = max(0, min(self._at, self.room - 1, len(self._images) - 1))
        self._thumbnails.want(self._owner, self._images[: self.room], self._pixels())
        self.fitted.emit(self.room)

    def _pixels(self) -> int:
        return round(look().px(_WIDE) * self.devicePixelRatioF())

    def _frame(self, place: int) -> QRectF:
        theme = look()
        return QRectF(place * theme.px(_WIDE + _GAP), 0, theme.px(_WIDE), self.height() - theme.px(_FEET))

    def _picture(self, painter: QPainter, place: int) -> None:
        theme, image, said = look(), self._images[place], self._said[place]
        frame = self._frame(place)
        painter.setPen(QPen(theme.color("soft"), 1))
        painter.setBrush(theme.color("surround"))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
        thumbnail = self._thumbnails.get(image, self._pixels())
        if thumbnail is not None and not thumbnail.isNull():
            size = QSize(thumbnail.size()).scaled(
                frame.adjusted(1, 1, -1, -1).size().toSize(), Qt.AspectRatioMode.KeepAspectRatio
            )
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            spot = QRectF(QPointF(), size)
            spot.moveCenter(frame.center())
            painter.drawImage(spot, thumbnail)
        elif self._thumbnails.problem(image):
            side = theme.px(24)
            paint_icon(
                painter,
                "image-broken",
                QRectF(frame.center() - QPointF(side / 2, side / 2), QSize(side, side)),
                theme.color("bad"),
            )
        wrong = said.new != said.truth
        left, middle, side = frame.left(), frame.bottom() + theme.px(16), theme.px(16)
        first = said.truth if wrong else said.old or said.truth
        if first in self._classes:
            paint_class(painter, self._classes[first], QRectF(left, middle - side / 2, side, side))
        arrow = theme.px(12)
        paint_icon(painter, "arrow-right", QRectF(left + theme.px(20), middle - arrow / 2, arrow, arrow), theme.color("muted"))
        if said.new in self._classes:
            paint_class(painter, self._classes[said.new], QRectF(left + theme.px(36), middle - side / 2, side, side))
        name = elided(self._shown.get(said.new, said.new), frame.width() - theme.px(56))
        write(painter, left + theme.px(56), middle, name, "bad" if wrong else "text", 12, align="left")
        write(painter, left, middle + theme.px(19), elided(self._note(said), frame.width()), align="left")
        self.spot(QRectF(left, 0, frame.width(), self.height()), f"{image.name}\n{self._note(said)}")

    def _note(self, said: Said) -> str:
        if said.new != said.truth:
            told = _("{confidence}, is {cls}")
            return told.format(confidence=f"{said.new_confidence:.2f}", cls=self._shown.get(said.truth, said.truth))
        told = _("{confidence}, was {cls}")
        return told.format(confidence=f"{said.new_confidence:.2f}", cls=self._shown.get(said.old, said.old))

    def _say(self) -> None:
        words = ""
        if self._images:
            said = self._said[self._at]
            words = _("picture {place} of {n}: said {cls}, {note}").format(
                place=self._at + 1, n=len(self._images), cls=self._shown.get(said.new, said.new), note=self._note(said)
            )
        self.tell(self._name, words)


class Strip(QWidget):
    """A strip with its head."""

    opened = Signal(int)

    def __init__(self, owner: str, sign: str, color: str, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._icon, self._color = sign, color
        self._sign = QLabel()
        self._title = label("", 13, 600)
        self._note = label("", 12, role="muted")
        self._more = button("", "", "link", "small")
        self._more.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._more.setAutoDefault(True)
        self._count = 0
        self.pictures = Pictures(owner, thumbnails)
        self.pictures.opened.connect(self.opened)
        self.pictures.fitted.connect(self._fitted)
        self._more.clicked.connect(self._open_all)
        head = QWidget()
        head.setLayout(row(self._sign, self._title, self._note, None, self._more, spacing=8))
        head.setFixedHeight(look().px(26))
        layout = column(head, self.pictures, spacing=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint the icons in another theme's colours."""
        if event.type() is QEvent.Type.PaletteChange and self.layout() is not None:
            self._dress()
        super().changeEvent(event)

    def _dress(self) -> None:
        self._sign.setPixmap(pixmap(self._icon, 16, self._color))
        self._more.setIcon(icon("caret-right", "accent_text"))

    def show_strip(
        self,
        title: str,
        note: str,
        pictures: Sequence[tuple[Image, Said]],
        classes: Mapping[str, Class],
        shown: Mapping[str, str],
        empty: str,
    ) -> None:
        """Show other pictures, the first ones first."""
        self._count = len(pictures)
        self._title.setText(f"{title} ({self._count})")
        self._note.setText(note)
        self.pictures.show_pictures(
            [one for one, _said in pictures], [said for _one, said in pictures], classes, shown, empty, title
        )

    @Slot(int)
    def _fitted(self, room: int) -> None:
        more = self._count - room
        self._more.setVisible(more > 0)
        self._more.setText(ngettext("{n} more", "{n} more", max(1, more)).format(n=more))
        self._more.setAccessibleName(self._more.text())

    @Slot()
    def _open_all(self) -> None:
        self.opened.emit(0)
