"""The tiles of a page as a model, and what is said of each in words. On blind pages nothing is said that tells."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.core.images import Image, Prediction
from desktop.core.marks import OPEN, Mark, Status
from desktop.core.pages import Tile, time_ms
from desktop.core.taxonomy import Class
from desktop.core.texts import _, ngettext
from desktop.language import spoken
from desktop.ui.parts.tip import tip
from desktop.ui.words import moment
from edge.contract.keys import Area, locate

_NOWHERE = QModelIndex()


def _open(_image: Image) -> Mark:
    return OPEN


class Tiles(QAbstractListModel):
    """Tiles in their places."""

    def __init__(self, classes: Mapping[str, Class], problem: Callable[[Image], str | None]) -> None:
        """Take the classes by id, and what tells why an image cannot be shown."""
        super().__init__()
        self.classes = classes
        self.tiles: list[Tile] = []
        self.blind = False
        self.suggestions = True
        self._mark: Callable[[Image], Mark] = _open
        self.problem = problem

    def lay(self, tiles: Sequence[Tile], mark: Callable[[Image], Mark], *, blind: bool, suggestions: bool) -> None:
        """Put other tiles in place of all."""
        self.beginResetModel()
        self.tiles = list(tiles)
        self._mark = mark
        self.blind = blind
        self.suggestions = suggestions and not blind
        self.endResetModel()

    def remove(self, places: Collection[int]) -> None:
        """Take tiles away, all at once: a signal for each of five hundred would lay out the page five hundred times."""
        self.beginResetModel()
        left: list[Tile] = []
        begin = 0
        for place in sorted(set(places)):
            left += self.tiles[begin:place]
            begin = place + 1
        self.tiles = left + self.tiles[begin:]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """Give how many tiles there are."""
        return 0 if parent.isValid() else len(self.tiles)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Give what is said of a tile."""
        place = index.row()
        if not 0 <= place < len(self.tiles):
            return None
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return self.told(place)
        return tip(self.hint(place)) if role == Qt.ItemDataRole.ToolTipRole else None

    def mark(self, place: int) -> Mark:
        """Give what is shown of a tile: what still waits in a burst comes first, then what became of most of it."""
        images = self.tiles[place].images
        if len(images) == 1:
            return self._mark(images[0])
        marks = [self._mark(image) for image in images]
        return OPEN if OPEN in marks else Counter(marks).most_common(1)[0][0]

    def suggestion(self, place: int) -> Prediction | None:
        """Give the prediction that is shown of a tile: the least certain of a burst; None where none may be shown."""
        if not self.suggestions:
            return None
        known = [image.prediction for image in self.tiles[place].images if image.prediction is not None]
        return min(known, key=lambda one: one.confidence, default=None)

    def called(self, cls: str) -> str:
        """Give what a class is called in the language in use."""
        known = self.classes.get(cls)
        return cls if known is None else known.names.get(spoken(), cls)

    def standing(self, mark: Mark) -> str:
        """Give what became of an image in a word or two; empty while it is open."""
        if mark.status is Status.LABELLED:
            return self.called(mark.cls or "")
        if mark.status is Status.GONE:
            won = self.won(mark)
            what = self.called(won) if won else _("discarded") if locate(mark.where) else _("conflict")
            return f"{what} · {mark.winner}" if mark.winner else what
        return {
            Status.UNSURE: _("unsure"),
            Status.SKIPPED: _("left open"),
            Status.DISCARDED: _("discarded"),
            Status.RESTORED: _("sent back"),
        }.get(mark.status, "")

    def won(self, mark: Mark) -> str | None:
        """Give the class that somebody else sorted an image into."""
        place = locate(mark.where) if mark.status is Status.GONE else None
        return place.cls if place is not None else None

    def told(self, place: int) -> str:
        """Give a tile in words, for who cannot see it."""
        tile = self.tiles[place]
        count = len(tile.images)
        parts = [_("image {place} of {n}").format(place=place + 1, n=len(self.tiles))]
        if count > 1:
            parts.append(ngettext("burst of {n}", "burst of {n}", count).format(n=count))
        if (seen := self.suggestion(place)) is not None:
            parts.append(_("suggested {cls} {score:.2f}").format(cls=self.called(seen.label), score=seen.confidence))
        if problem := self.problem(tile.images[0]):
            parts.append(problem)
        parts.append(self.standing(self.mark(place)) or self._lying(tile.images[0]))
        return _(", ").join(parts)

    def _lying(self, image: Image) -> str:
        """Give what an image is that nobody decided on here."""
        if image.area is Area.LABELED and image.cls is not None:
            return _("labelled {cls}").format(cls=self.called(image.cls))
        return _("discarded") if image.area is Area.DISCARDED else _("unlabelled")

    def hint(self, place: int) -> str:
        """Give the full name, time and what is wrong; on blind pages only what became of it."""
        tile = self.tiles[place]
        image, mark = tile.images[0], self.mark(place)
        lines: list[str] = []
        if not self.blind:
            lines = [image.name, f"{moment(time_ms(image)):%Y-%m-%d %H:%M:%S}"]
            if image.device:
                lines[1] = f"{image.device} · {lines[1]}"
            if image.area is Area.LABELED:
                lines.append(self._lying(image))
                if (seen := self.suggestion(place)) is not None:
                    lines.append(_("suggested {cls} {score:.2f}").format(cls=self.called(seen.label), score=seen.confidence))
        lines += filter(None, [self.problem(image), self.standing(mark)])
        if mark.status is Status.GONE and mark.where and (not self.blind or locate(mark.where) is None):
            lines.append(mark.where)
        return "\n".join(lines)


def caption(image: Image) -> tuple[str, str]:
    """Give device and time of day (local) as they stand under a picture."""
    return image.device or "", _clock(time_ms(image) // 60_000)


@lru_cache(maxsize=10_000)
def _clock(minute: int) -> str:
    return f"{moment(minute * 60_000):%H:%M}"


def runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give sorted places as first and last of each unbroken run."""
    begin = end = None
    for place in places:
        if end is not None and place == end + 1:
            end = place
            continue
        if begin is not None and end is not None:
            yield begin, end
        begin = end = place
    if begin is not None and end is not None:
        yield begin, end
