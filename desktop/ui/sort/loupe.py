"""One picture large, its neighbours below: for looking closely, and for sorting one by one."""

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.core.images import Image
from desktop.core.marks import Mark
from desktop.core.pages import Tile
from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.keymap import Keymap
from desktop.ui.photos import Photos
from desktop.ui.sort.banner import Banner
from desktop.ui.sort.canvas import Canvas
from desktop.ui.sort.captions import Offer
from desktop.ui.sort.compare_two import CompareTwo
from desktop.ui.sort.filmstrip import Filmstrip
from desktop.ui.sort.hints import Hints, hints
from desktop.ui.sort.loupe_header import LoupeHeader
from desktop.ui.sort.tiles import Tiles
from desktop.ui.sort.zoom import Zoom
from desktop.ui.theme import look
from desktop.ui.thumbnails import Thumbnails

_AHEAD, _BEHIND = 4, 2
"""Pictures that are made ready on both sides of the one in hand."""
_SETTLED_MS = 120
_HINTS_ROOM, _MARGIN = 82, 24
"""What stays free below a whole picture, with the hints and without."""


class Loupe(QWidget):
    """The loupe; keys come through methods, and loading moves nothing."""

    moved = Signal(int)
    """The place that the user went to here."""
    grid_asked = Signal()
    painted = Signal(int)
    """A place, whenever its picture (or why there is none) is on the screen."""
    hints_changed = Signal(bool)
    """Whether the user wants the hints: to be kept in the settings."""
    chosen = Signal()
    """Another of the two compared is the one that keys act on."""

    def __init__(
        self,
        thumbnails: Thumbnails,
        photos: Photos,
        classes: Mapping[str, Class],
        keymap: Callable[[], Keymap],
        *,
        shown: Mapping[str, str] | None = None,
        hints_shown: bool = True,
    ) -> None:
        """Take small and large pictures, the classes by id, what gives the keys in force, and what the classes are called."""
        super().__init__()
        self._thumbnails, self._photos, self._keymap = thumbnails, photos, keymap
        self._tiles = Tiles(classes, self._problem)
        self._tiles.setParent(self)
        self._place = 0
        self._following: Sequence[Tile] = ()
        """Tiles of the next page."""
        self._title, self._how = "", ""
        self._cls: Class | None = None
        self._wants_hints = hints_shown
        self.header = LoupeHeader()
        self.canvas = Canvas()
        self.pair = CompareTwo(self._tiles)
        self.strip = Filmstrip(thumbnails, self._tiles)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self.pair)
        self._hints = Hints(self._stack)
        self.banner = Banner(classes, shown or {}, self._stack)
        """The question before a key that hits many pictures; hidden while there is none."""
        self.banner.hide()
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._ask)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.strip)
        self.setFocusProxy(self.canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._connect()

    @property
    def place(self) -> int:
        """The place in hand."""
        return self._place

    @property
    def comparing(self) -> bool:
        """Whether two pictures are side by side."""
        return self._stack.currentWidget() is self.pair

    @property
    def target(self) -> Tile | None:
        """What a class key acts on: the picture in hand, or the framed one of two."""
        place = self._framed()
        return self._tiles.tiles[place] if place < len(self._tiles.tiles) else None

    @property
    def zoom(self) -> Zoom:
        """How the picture is shown; it stays from one picture to the next, and can be given back by :meth:`show_zoom`."""
        return self.canvas.zoom

    def show_tiles(
        self,
        tiles: Sequence[Tile],
        place: int,
        mark: Callable[[Image], Mark],
        *,
        blind: bool,
        suggestions: bool = True,
        following: Sequence[Tile] = (),
    ) -> None:
        """Take another page, and what follows on the next; on a blind one nothing is told that tells."""
        self._following = following
        if self.comparing:
            self._show_one()
        self._tiles.lay(tiles, mark, blind=blind, suggestions=suggestions)
        self.go(place)

    def show_title(self, text: str, cls: Class | None, how: str) -> None:
        """Say what the page is called, and in which order it comes."""
        self._title, self._cls, self._how = text, cls, how
        self._tell()

    def show_zoom(self, zoom: Zoom) -> None:
        """Show more, or less."""
        self.canvas.show_zoom(zoom)
        self.pair.show_zoom(zoom)
        self._show()

    def go(self, place: int) -> None:
        """Show another picture of the page; where two are compared, it and the one after it."""
        self._place = max(0, min(place, len(self._tiles.tiles) - 1))
        self.strip.go(self._place)
        if self.comparing:
            if self._place + 1 < len(self._tiles.tiles):
                self.pair.show_places(self._place, self._place + 1)
            else:
                self.leave_pair()
        self._show()
        self._ask()

    def refresh(self, names: Collection[str] | None = None) -> None:
        """Show marks that changed; None: any may have."""
        self.strip.update()  # a dozen thumbs are painted as a whole
        if names or names is None:
            self.canvas.update()  # that it is painted tells that the key has done its work
        self.pair.update()
        self._tell()

    def compare(self, other: int | None = None) -> bool:
        """Lay the picture in hand and another (else the next) side by side; tell whether there are two."""
        first, second = self._place, self._place + 1 if other is None else other
        if second == len(self._tiles.tiles) and other is None:
            first, second = self._place - 1, self._place
        if not (0 <= first != second < len(self._tiles.tiles)):
            return False
        self.pair.show_places(first, second, at=self._place)
        self.pair.show_zoom(self.canvas.zoom)
        self._stack.setCurrentWidget(self.pair)
        self._lay_hints()
        self._show()
        self._ask()
        self.pair.setFocus()
        return True

    def leave_pair(self) -> None:
        """Go back to one picture: the one that was framed."""
        if not self.comparing:
            return
        self._show_one()
        if self.pair.place != self._place:
            self._place = self.pair.place
            self.moved.emit(self._place)
            self.strip.go(self._place)
        self._show()
        self._ask()

    def choose(self, step: int) -> None:
        """Frame the left (-1) or the right (1) of the two."""
        self.pair.choose(step > 0)

    def zoom_in(self) -> None:
        """Show it larger."""
        self._canvas().zoom_in()

    def zoom_out(self) -> None:
        """Show it smaller."""
        self._canvas().zoom_out()

    def fit(self) -> None:
        """Show the whole picture."""
        self._canvas().fit()

    def pixels(self) -> None:
        """Show it one to one: a pixel of the picture is one of the screen."""
        self._canvas().to(1.0)

    def pan(self, right: int, down: int) -> None:
        """Look further to the right or down by a sixth of the room a step, where there is more to see."""
        canvas = self._canvas()
        canvas.pan(-right * canvas.width() / 6, -down * canvas.height() / 6)

    def show_question(self, asked: Offer | None) -> None:
        """Show a question over the picture, in place of the hints; None: it is over."""
        if asked is not None:
            self.banner.say(asked)
        if self.banner.isHidden() == (asked is not None):
            self.banner.setVisible(asked is not None)
            self._lay_hints()

    def toggle_hints(self) -> None:
        """Show or hide the hints."""
        self._wants_hints = not self._wants_hints
        self._lay_hints()
        self.hints_changed.emit(self._wants_hints)

    def show_keys(self) -> None:
        """Show the keys in force."""
        self.header.grid.show_key(self._keymap().shown("loupe"))
        self._lay_hints()
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the hints in the middle."""
        super().resizeEvent(event)
        self._lay_hints()

    def showEvent(self, event: QEvent) -> None:
        """Come to the front."""
        self.show_keys()
        self._ask()

    def _connect(self) -> None:
        self._photos.arrived.connect(self._arrived)
        self._thumbnails.arrived.connect(self._thumbs_arrived)
        self.strip.moved.connect(self._clicked)
        self.header.grid_asked.connect(self.grid_asked)
        self.header.scale_asked.connect(self._scale_asked)
        self.pair.chosen.connect(self._paired)
        for canvas in (self.canvas, *self.pair.canvases):
            canvas.zoomed.connect(self._zoomed)
            canvas.lacking.connect(self._lacking)
            canvas.resized.connect(self._resized)
        self.canvas.painted.connect(self._painted)
        for canvas in self.pair.canvases:
            canvas.painted.connect(self._pair_painted)

    def _show_one(self) -> None:
        """Put one picture in place of two, as large as they were."""
        focused = self.pair.has_focus()
        self._stack.setCurrentWidget(self.canvas)
        self.canvas.show_zoom(self.pair.zoom)
        if focused:
            self.canvas.setFocus()
        self._lay_hints()

    def _framed(self) -> int:
        return self.pair.place if self.comparing else self._place

    def _canvas(self) -> Canvas:
        return self.pair.canvas if self.comparing else self.canvas

    def _image(self, place: int) -> Image | None:
        return self._tiles.tiles[place].images[0] if 0 <= place < len(self._tiles.tiles) else None

    def _problem(self, image: Image) -> str | None:
        return None if self._photos.get(image) is not None else self._photos.problem(image) or self._thumbnails.problem(image)

    def _shown(self) -> list[tuple[Canvas, Image]]:
        """Give the canvases that are to be seen, with what they show."""
        pairs = zip(self.pair.canvases, self.pair.places, strict=True) if self.comparing else [(self.canvas, self._place)]
        return [(canvas, image) for canvas, place in pairs if (image := self._image(place)) is not None]

    def _show(self) -> None:
        shown = self._shown()
        if not shown:
            self.canvas.show_photo(None)
        for canvas, image in shown:
            photo = self._photos.get(image)
            problem = self._problem(image)
            if photo is not None or not problem:
                canvas.show_photo(photo)
            else:
                canvas.show_problem(problem, file_size(image.size_bytes), self._keymap().shown("discard"))
        self._tell()

    def _tell(self) -> None:
        """Say in words what is shown."""
        count, place = len(self._tiles.tiles), self._framed()
        image = self._image(place)
        photo = None if image is None else self._photos.get(image)
        where = _("{place} of {n}").format(place=place + 1, n=count) if count else ""
        self.header.title.say(self._title, " · ".join(part for part in (where, self._how) if part), self._cls)
        name = image.name if image is not None and not self._tiles.blind else ""
        self.header.show_picture(name, (photo.width, photo.height) if photo else None)
        canvas = self._canvas()
        self.header.show_scale(canvas.scale, fits=canvas.zoom.scale is None)
        self.canvas.setAccessibleName(self._tiles.told(self._place) if count else _("No picture"))

    def _ask(self) -> None:
        if not self.isVisible():
            return
        order = [self._place, *self.pair.places] if self.comparing else [self._place]
        order += [self._place + step for step in sorted(range(-_BEHIND, _AHEAD + 1), key=lambda step: (abs(step), -step))]
        images = [image for place in dict.fromkeys(order) if (image := self._image(place)) is not None]
        beyond = max(0, self._place + _AHEAD + 1 - len(self._tiles.tiles))
        images += [tile.images[0] for tile in self._following[:beyond]]
        self._photos.want(images, *self._canvas().box_px())
        self._lacking()

    def _lay_hints(self) -> None:
        tall = self.banner.sizeHint().height()
        self.banner.setGeometry(0, self._stack.height() - tall, self._stack.width(), tall)
        self.banner.raise_()
        self._hints.setVisible(self._wants_hints and self.banner.isHidden())
        self._hints.say(hints(self._keymap(), comparing=self.comparing), self._stack.width() - look().px(2 * _MARGIN))
        self._hints.move(
            (self._stack.width() - self._hints.width()) // 2, self._stack.height() - self._hints.height() - look().px(20)
        )
        self._hints.raise_()
        below = _HINTS_ROOM if self._wants_hints else _MARGIN
        self.canvas.set_below(below)
        self.pair.set_below(below)

    def _arrived(self, name: str) -> None:
        if any(image.name == name for _canvas, image in self._shown()):
            self._show()
        self.strip.update()

    def _thumbs_arrived(self, names: list[str]) -> None:
        image = self._image(self._place)
        if image is not None and image.name in names and self._photos.get(image) is None:
            self._show()

    def _painted(self) -> None:
        if not self.comparing:
            self.painted.emit(self._place)

    def _pair_painted(self) -> None:
        for canvas, place in zip(self.pair.canvases, self.pair.places, strict=True):
            if canvas is self.sender():
                self.painted.emit(place)

    def _clicked(self, place: int) -> None:
        self.go(place)
        self.moved.emit(self._place)

    def _scale_asked(self, scale: float) -> None:
        if scale > 0:
            self._canvas().to(scale)
        else:
            self.fit()

    def _zoomed(self, zoom: Zoom) -> None:
        """Show the whole picture by the one that was made for this room: it is the better one there."""
        for canvas, image in self._shown():
            photo = self._photos.get(image)
            if zoom.scale is None and photo is not None and canvas.photo is not photo:
                canvas.show_photo(photo)
        self._tell()

    def _lacking(self) -> None:
        """Show all pixels where they can be seen; they are made now if they were not."""
        for canvas, image in self._shown():
            photo = self._photos.pixels(image) if canvas.lacks else None
            if photo is not None:
                canvas.show_photo(photo)

    def _resized(self) -> None:
        self._tell()
        self._settled.start()

    def _paired(self) -> None:
        self._tell()
        self.chosen.emit()


def file_size(size_bytes: int) -> str:
    """Give how large a file is, in words."""
    if size_bytes < 1000:
        return _("{n} bytes").format(n=size_bytes)
    if size_bytes < 1_000_000:
        return _("{n} kB").format(n=round(size_bytes / 1000))
    return _("{n} MB").format(n=f"{size_bytes / 1_000_000:.1f}")
