"""The class guide: what belongs to a class, shown while its key is held down, and the place where its note is written."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFrame, QPlainTextEdit, QSizePolicy, QWidget

from desktop.app import Plant
from desktop.core.errors import ConfigError
from desktop.core.images import Image
from desktop.core.progress import CancelToken, Progress
from desktop.core.taxonomy import Class, Taxonomy, default_taxonomy, load_taxonomy, save_taxonomy
from desktop.core.texts import _
from desktop.ui.actions import GUIDE
from desktop.ui.around.overlay import Overlay
from desktop.ui.icons import paint_icon
from desktop.ui.parts.class_square import ClassSquare
from desktop.ui.parts.layouts import button, column, label, line, row
from desktop.ui.sort.examples import SHOWN, find_examples
from desktop.ui.theme import look
from desktop.ui.thumbnails import Thumbnails
from desktop.ui.workplace import Workplace

HELD_MS = 400
_OWNER = "guide"
_SIDE, _GAP, _COLUMNS = 112, 8, 3
_EDGE = 16


class Examples(QWidget):
    """Up to six pictures, whole, on their neutral ground."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._images: list[Image] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        thumbnails.arrived.connect(self._arrived)

    def show_images(self, images: Sequence[Image]) -> None:
        """Show others."""
        self._images = list(images[:SHOWN])
        self._thumbnails.want(_OWNER, self._images, self._pixels())
        self.setVisible(bool(self._images))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for the rows there are."""
        pitch = look().px(_SIDE) + look().px(_GAP)
        rows = -(-len(self._images) // _COLUMNS)
        return QSize(_COLUMNS * pitch - look().px(_GAP), max(0, rows * pitch - look().px(_GAP)))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side, pitch = theme.px(_SIDE), theme.px(_SIDE) + theme.px(_GAP)
        for place, image in enumerate(self._images):
            box = QRectF(place % _COLUMNS * pitch, place // _COLUMNS * pitch, side, side)
            path = QPainterPath()
            path.addRoundedRect(box, theme.px(4), theme.px(4))
            painter.fillPath(path, theme.color("surround"))
            picture = self._thumbnails.get(image, self._pixels())
            if picture is not None:
                scale = min(side / picture.width(), side / picture.height(), 2 / self.devicePixelRatioF())
                width, height = picture.width() * scale, picture.height() * scale
                painter.setClipPath(path)
                painter.drawImage(QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height), picture)
                painter.setClipping(False)
            elif self._thumbnails.problem(image):
                icon = theme.px(20)
                where = QRectF(box.center().x() - icon / 2, box.center().y() - icon / 2, icon, icon)
                paint_icon(painter, "image-broken", where, theme.color("bad"))
        painter.end()

    def _pixels(self) -> int:
        return round(look().px(_SIDE) * self.devicePixelRatioF())

    def _arrived(self, _names: list[str]) -> None:
        self.update()


class GuideCard(QFrame):
    """Square, name, note, examples; it takes neither focus nor mouse."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._square = ClassSquare(None, 28)
        self._name = label("", 20, 600)
        self._note = label("", 13, wrap=True)
        self._none = label(_("No example yet."), 12, 400, "muted")
        self.examples = Examples(thumbnails)
        self._note.setFixedWidth(self.examples.sizeHint().width())
        self.setLayout(
            column(row(self._square, self._name, None, spacing=12), self._note, line(), self._none, self.examples,
                   spacing=12, margins=(16, 14, 16, 16))
        )  # fmt: skip
        self.hide()

    def show_class(self, cls: Class, name: str) -> None:
        """Tell of a class."""
        self._square.set_class(cls)
        self._name.setText(name)
        self._note.setText(cls.note or _("Nobody has written yet what belongs here."))
        self.setAccessibleName(f"{name}: {self._note.text()}")
        self.show_examples([])

    def show_examples(self, images: Sequence[Image]) -> None:
        """Show pictures of it."""
        self.examples.show_images(images)
        self._none.setVisible(not images)
        self.adjustSize()


class Guide(QObject):
    """Shows the card of the class whose key is held, for as long as it is."""

    def __init__(self, place: Workplace, parent: QWidget, avoid: Callable[[], QRect]) -> None:
        """Take where it is shown, and what it should not cover (in the parent's coordinates)."""
        super().__init__(parent)
        self._place, self._parent, self._avoid = place, parent, avoid
        self._cls = ""
        self._examples: dict[str, list[Image]] = {}
        self.card = GuideCard(place.thumbnails, parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(HELD_MS)
        self._timer.timeout.connect(self.show)
        self._editor: GuideEditor | None = None
        place.commands.held.connect(self.hold)
        place.commands.changed.connect(self._bind)
        self._bind()

    def hold(self, cls: str) -> None:
        """Wait for whether a class's key stays down; empty: it is up."""
        self._cls = cls
        if cls in self._place.classes and self._parent.isVisible():
            self._timer.start()
        else:
            self._timer.stop()
            self.card.hide()

    def edit(self) -> None:
        """Let the note of a class be written."""
        if self._editor is None:
            self._editor = GuideEditor(self._place)
            self._parent.destroyed.connect(self._editor.deleteLater)
        self._editor.open_at(self._parent.window())

    def show(self) -> None:
        """Show the card now."""
        cls = self._cls
        if cls not in self._place.classes:
            return
        self.card.show_class(self._place.classes[cls], self._place.shown.get(cls, cls))
        self.card.show_examples(self._examples.get(cls, []))
        self._lay()
        self.card.show()
        self.card.raise_()

        def work(plant: Plant, _progress: Progress, _cancel: CancelToken) -> tuple[str, list[Image]]:
            service = plant.release.in_service()
            return cls, find_examples(plant.catalog, cls, service.model if service else None)

        self._place.tasks.run("guide", _("Looking for examples"), work, self._found)

    def _bind(self) -> None:
        """Make the keys of the guide count: holding them is all that they do."""
        for cls in self._place.classes:
            self._place.commands.bind(GUIDE + cls, _nothing)
        self._place.commands.bind("guide-edit", self.edit)

    def _found(self, found: tuple[str, list[Image]]) -> None:
        cls, images = found
        self._examples[cls] = images
        if cls == self._cls and self.card.isVisible():
            self.card.show_examples(images)
            self._lay()

    def _lay(self) -> None:
        self.card.move(corner(self.card.size(), self._parent.rect(), self._avoid(), look().px(_EDGE)))


def _nothing() -> None:
    """Do nothing."""


def corner(size: QSize, room: QRect, avoid: QRect, edge: int) -> QPoint:
    """Give the corner of a room where something of a size covers least of what is to be seen; above on the right if it can."""
    right, bottom = room.right() - edge - size.width(), room.bottom() - edge - size.height()
    left, top = room.left() + edge, room.top() + edge
    corners = [QPoint(max(left, x), max(top, y)) for x, y in ((right, top), (right, bottom), (left, top), (left, bottom))]

    def covered(at: QPoint) -> int:
        both = QRect(at, size).intersected(avoid)
        return both.width() * both.height() if both.isValid() else 0

    return min(corners, key=covered)


class GuideEditor(Overlay):
    """Where the note of a class is written."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(_("Class guide"))
        self._place = place
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("Class"))
        self.note = QPlainTextEdit()
        self.note.setAccessibleName(_("What belongs to this class"))
        self.note.setPlaceholderText(_("What belongs here, what does not, and where it goes instead."))
        self.note.setTabChangesFocus(True)
        self.note.setFixedSize(look().px(460), look().px(140))
        self.save = button(_("Save"), kind="primary")
        self._cancel = button(_("Cancel"))
        self.panel.setLayout(
            column(
                label(_("What belongs to a class"), 20, 600),
                label(_("Shown with examples while the key of the class is held down."), 13, 400, "muted", wrap=True),
                self.choice, self.note, row(None, self._cancel, self.save), spacing=12, margins=(20, 16, 20, 16),
            )
        )  # fmt: skip
        self.choice.currentIndexChanged.connect(self._chosen)
        self.save.clicked.connect(self._save)
        self._cancel.clicked.connect(self.close)

    def open_at(self, parent: QWidget, cls: str = "") -> None:
        """Open it over a window, at a class."""
        self.choice.clear()
        for one in self._place.classes.values():
            if one.offered:
                self.choice.addItem(self._place.shown.get(one.id, one.id), one.id)
        self.choice.setCurrentIndex(max(0, self.choice.findData(cls)))
        self.open(parent)

    def take_focus(self) -> None:
        """Put the focus where one writes."""
        self.note.setFocus()

    def _chosen(self, _index: int) -> None:
        one = self._place.classes.get(str(self.choice.currentData()))
        self.note.setPlainText(one.note if one else "")

    def _save(self) -> None:
        cls, note = str(self.choice.currentData()), self.note.toPlainText().strip()

        def work(plant: Plant, _progress: Progress, _cancel: CancelToken) -> Taxonomy:
            return save_taxonomy(plant.store, noted(load_taxonomy(plant.store) or default_taxonomy(), cls, note))

        self._place.tasks.run("guide", _("Saving the class guide"), work, self._saved)

    def _saved(self, _taxonomy: Taxonomy) -> None:
        self.close()  # not before: what was written stays in sight where it could not be saved
        self._place.refresh_classes()
        self._place.messages.say(_("The class guide is saved."))


def noted(taxonomy: Taxonomy, cls: str, note: str) -> Taxonomy:
    """Give a taxonomy with another note at a class.

    Raises:
        ConfigError: there is no such class any more.
    """
    if all(one.id != cls for one in taxonomy.classes):
        raise ConfigError(_("There is no class “{cls}”.").format(cls=cls), _("Somebody else may have changed the classes."))
    return replace(taxonomy, classes=tuple(replace(one, note=note) if one.id == cls else one for one in taxonomy.classes))
