"""One device closely: what it runs and since when, its confidence by day, its last pictures, its last words."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.app import now_ms
from desktop.core.images import Image
from desktop.core.ports import Device
from desktop.core.roll_call import confidences, presence
from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.fleet.facts import DevicePictures, FleetFacts, age, presence_chip
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.layouts import button, card, column, label, line, row, scrolled
from desktop.ui.parts.tip import tip
from desktop.ui.plots.sparkline import Sparkline
from desktop.ui.theme import font, look
from desktop.ui.words import clock, figure, short_model
from desktop.ui.workplace import Workplace


class DevicePanel(QFrame):
    """The panel at the right, 328 wide."""

    queue_wanted = Signal(str)

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setFixedWidth(look().px(328))
        self._name = ""
        self.title = label("", 20, 600)
        self.runs = label("", 13, role="muted", wrap=True)
        self._cells: list[tuple[QLabel, QLabel]] = []
        boxes = row(spacing=0)
        for number in range(3):
            if number:
                boxes.addWidget(line(upright=True))
            value, caption = label("–", 16, 600), label("", 12, role="muted")
            cell = QWidget()
            cell.setLayout(column(value, caption, spacing=0, margins=(10, 8, 4, 8)))
            boxes.addWidget(cell, 1)
            self._cells.append((value, caption))
        self.spark_title = label(_("Mean confidence by day"), 13, 600)
        self.spark_range = label("", 12, role="muted")
        self.spark = Sparkline(_("Mean confidence by day"))
        self.pictures = LastPictures(place)
        self.all = button("", kind="link", size="small")
        self.all.clicked.connect(self._all)
        self.words = label("", 12, role="muted", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside = QWidget()
        inside.setLayout(
            column(
                self.title, self.runs, card(boxes, "inset"), 4, row(self.spark_title, None, self.spark_range), self.spark, 4,
                row(label(_("Last pictures"), 13, 600), None, self.all), self.pictures, 4, label(_("Last words"), 13, 600),
                self.words, None, margins=(16, 14, 16, 16),
            )
        )  # fmt: skip
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inside))
        self.setAccessibleName(_("One device"))

    def show_device(self, name: str, facts: FleetFacts) -> None:
        """Show what is known of a device."""
        device = next((one for one in facts.devices if one.device == name), None)
        self.setVisible(device is not None)
        if device is None:
            return
        if name != self._name:
            self._name = name
            self.pictures.show_images(())
            self.all.hide()
        self.title.setText(name)
        self.runs.setText(_runs(device, facts))
        days = facts.days.get(name, ())
        last = days[-1] if days else None
        figures = (
            (f"{last.answers:,}" if last else "–", _("answers, {day}").format(day=last.day[5:]) if last else _("answers")),
            (f"{device.spooled:,}", _("waiting")),
            (f"{device.dropped:,}", _("given up")),
        )
        for (value, caption), (upper, lower) in zip(figures, self._cells, strict=True):
            upper.setText(value)
            lower.setText(caption)
        means = confidences(days)
        told = f"{figure(min(means), 2)} – {figure(max(means), 2)}" if means else ""
        self.spark_range.setText(told)
        self.spark.show_values(means, told or _("It has counted no answers yet."))
        self.words.setText("\n".join(_words(device)))

    def show_pictures(self, found: DevicePictures) -> None:
        """Show what it sent home."""
        if found.device == self._name:
            self.pictures.show_images(found.last)
            self.all.setText(_("{n} to sort").format(n=f"{len(found.to_sort):,}"))
            self.all.setVisible(bool(found.to_sort))

    @Slot()
    def _all(self) -> None:
        self.queue_wanted.emit(self._name)


class LastPictures(QWidget):
    """Six pictures, three a row, each with what it was taken for."""

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._images: Sequence[Image] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        place.thumbnails.arrived.connect(self._arrived)

    def show_images(self, images: Sequence[Image]) -> None:
        """Show other pictures."""
        self._images = list(images)
        told = [f"{self._said(one)} {self._confidence(one)}" for one in images]
        self.setAccessibleName(_("Last pictures: {list}").format(list=", ".join(told)) if told else _("No pictures yet"))
        self.setToolTip(tip("\n".join(f"{one.name}: {words}" for one, words in zip(images, told, strict=True))))
        self._place.thumbnails.want("device", self._images, self._pixels())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for two rows."""
        rows = (len(self._images) + 2) // 3
        return QSize(look().px(296), rows * look().px(130) if rows else look().px(24))

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(look().px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._images:
            painter.setPen(theme.color("muted"))
            painter.setFont(font(12))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignTop, _("It has sent none yet."))
        gap = theme.px(8)
        width = (self.width() - 2 * gap) / 3
        for number, image in enumerate(self._images):
            left, top = number % 3 * (width + gap), number // 3 * theme.px(130)
            self._picture(painter, image, QRectF(left, top, width, theme.px(100)))
            self._caption(painter, image, QRectF(left, top + theme.px(104), width, theme.px(18)))
        painter.end()

    def _picture(self, painter: QPainter, image: Image, box: QRectF) -> None:
        painter.fillRect(box, look().color("surround"))
        picture = self._place.thumbnails.get(image, self._pixels())
        if picture is None:
            if self._place.thumbnails.problem(image):
                side = look().px(24)
                paint_icon(
                    painter,
                    "image-broken",
                    QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side),
                    look().color("bad"),
                )
            return
        scale = min(box.width() / picture.width(), box.height() / picture.height())
        wide, high = picture.width() * scale, picture.height() * scale
        painter.drawImage(QRectF(box.center().x() - wide / 2, box.center().y() - high / 2, wide, high), picture)

    def _caption(self, painter: QPainter, image: Image, box: QRectF) -> None:
        side = look().px(16)
        if image.prediction is not None:
            cls = self._place.classes.get(image.prediction.label, Class(image.prediction.label))
            paint_class(painter, cls, QRectF(box.left(), box.top() + 1, side, side))
        painter.setPen(look().color("text"))
        painter.setFont(font(12))
        words = self._confidence(image) if image.prediction is not None else _("no answer")
        painter.drawText(
            box.adjusted(side + look().px(5) if image.prediction else 0, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words
        )

    def _said(self, image: Image) -> str:
        return self._place.shown.get(image.prediction.label, image.prediction.label) if image.prediction else _("no answer")

    def _confidence(self, image: Image) -> str:
        return figure(image.prediction.confidence, 2) if image.prediction else ""

    def _pixels(self) -> int:
        return round(look().px(100) * self.devicePixelRatioF())

    @Slot(list)
    def _arrived(self, names: list[str]) -> None:
        if {one.name for one in self._images} & set(names):
            self.update()


def _runs(device: Device, facts: FleetFacts) -> str:
    """Say what it runs, and since which deployment."""
    if device.reported is None:
        return _("runs no model")
    sent = next((one for one in reversed(facts.deployments) if one.model == device.reported), None)
    model = short_model(device.reported)
    if sent is None:
        return _("runs {model}").format(model=model)
    return _("runs {model}, sent {time}").format(model=model, time=clock(sent.at_ms, now_ms()))


def _words(device: Device) -> list[str]:
    """Give what it said last, each with its age."""
    now = now_ms()
    words = [f"{age(device.as_of_ms, now)}: {presence_chip(presence(device, now))[0]}"]
    if device.reason:
        words.append(device.reason)
    if device.desired_revision:
        words.append(_("acted on order {done} of {last}").format(done=device.revision, last=device.desired_revision))
    if device.answers:
        words.append(_("{n} answers since its program started").format(n=f"{device.answers:,}"))
    if device.program:
        words.append(_("program {version}").format(version=device.program))
    return words
