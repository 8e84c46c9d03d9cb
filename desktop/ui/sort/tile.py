"""One tile, painted in all its states: open, decided, set aside, gone, a burst, broken, not here yet."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from desktop.core.marks import Mark, Status
from desktop.core.texts import _
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.key_cap import cap_size, paint_cap
from desktop.ui.sort.tiles import Tiles, caption
from desktop.ui.theme import Theme, font, look
from edge.contract.keys import Area, locate

WIDTH = 148
_SHAPE = 136 / 148
"""Height of the picture's box, for its width."""
_CAPTION = 36
"""Below it: 34 and the borders; never scaled with the picture."""
_STRIP = 28
_CARDS = 60
"""Empty cards that are kept; while a window is resized, each width has its own."""
SIGNS = {
    Status.UNSURE: ("question", "warn"), Status.SKIPPED: ("clock", "muted"), Status.DISCARDED: ("trash", "muted"),
    Status.RESTORED: ("arrow-counter-clockwise", "muted"), Status.GONE: ("user", "warn"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What a tile's surroundings say of it."""

    picture: QImage | None = None
    problem: str | None = None
    focused: bool = False
    selected: bool = False
    hovered: bool = False


_WORDS = 4096
"""Measured texts that are kept."""


class _Kit:
    """What tiles of one look have in common, made once: an empty card takes as long to paint as all else on it."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self.theme = theme
        self.ratio = ratio
        self.plain, self.strong = font(12), font(12, 600)
        self.plain_metrics, self.strong_metrics = QFontMetricsF(self.plain), QFontMetricsF(self.strong)
        self.text, self.muted, self.track = theme.color("text"), theme.color("muted"), theme.color("track")
        self.fill, self.faint = theme.color("fill"), theme.color("fill", 0.55)
        self.edge, self.caption = theme.px(8), theme.px(_CAPTION - 1)
        rest = theme.px(18) - self.plain_metrics.height()
        self.baseline = theme.px(12) + round(rest / 2 + self.plain_metrics.ascent())
        self._words: dict[str, float] = {}
        self._cards: dict[tuple[int, int, str, str], QImage] = {}

    def card(self, size: QSize, line: str, ground: str) -> QImage:
        """Give an empty card: border, surround, and the ground of the caption."""
        key = (size.width(), size.height(), line, ground)
        if key not in self._cards:
            if len(self._cards) > _CARDS:
                self._cards.clear()
            self._cards[key] = self._drawn(size, line, ground)
        return self._cards[key]

    def shortened(self, device: str, tail: str, room: float) -> tuple[str, float]:
        """Give device and time so that they fit, the time whole, and how wide that is."""
        text = device + tail
        width = self._wide(text)
        if width > room:
            text = self.plain_metrics.elidedText(device, Qt.TextElideMode.ElideMiddle, max(0.0, room - self._wide(tail))) + tail
            width = self._wide(text)
        return text, width

    def _wide(self, text: str) -> float:
        if text not in self._words:
            if len(self._words) > _WORDS:
                self._words.clear()
            self._words[text] = self.plain_metrics.horizontalAdvance(text)
        return self._words[text]

    def _drawn(self, size: QSize, line: str, ground: str) -> QImage:
        theme, corner = self.theme, self.theme.px(6)
        card = QImage(size * self.ratio, QImage.Format.Format_ARGB32_Premultiplied)
        card.setDevicePixelRatio(self.ratio)
        card.fill(Qt.GlobalColor.transparent)
        painter = QPainter(card)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(0, 0, size.width(), size.height())
        painter.setPen(QPen(theme.color(line), 1))
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)
        # The upper corners are those of the card, the lower ones square: the surround ends where the caption begins.
        inside = whole.adjusted(1, 1, -1, -theme.px(_CAPTION - 1))
        path = QPainterPath()
        radius = corner - 1
        path.moveTo(inside.bottomLeft())
        path.lineTo(inside.left(), inside.top() + radius)
        path.quadTo(inside.topLeft(), QPointF(inside.left() + radius, inside.top()))
        path.lineTo(inside.right() - radius, inside.top())
        path.quadTo(inside.topRight(), QPointF(inside.right(), inside.top() + radius))
        path.lineTo(inside.bottomRight())
        path.closeSubpath()
        painter.fillPath(path, theme.color("surround"))
        painter.end()
        return card


_kits: dict[float, _Kit] = {}


def _kit(ratio: float) -> _Kit:
    kit = _kits.get(ratio)
    if kit is None or kit.theme is not look():
        kit = _kits[ratio] = _Kit(look(), ratio)
    return kit


def tile_height(width: int) -> int:
    """Give the height of a tile, at the user's scale as its width."""
    return round(width * _SHAPE) + look().px(_CAPTION)


def picture_box(width: int) -> tuple[int, int]:
    """Give the room for a picture inside the border."""
    return width - 2, round(width * _SHAPE) - 2


def paint_tile(painter: QPainter, tiles: Tiles, place: int, rect: QRect, state: Look) -> None:
    """Paint a tile into its rectangle; the ring of the focus stands 4 outside it."""
    kit = _kit(painter.device().devicePixelRatio())
    count = len(tiles.tiles[place].images)
    card = rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if count > 1:
        card = _stack(painter, kit, rect)
    mark = tiles.mark(place)
    decided = mark.status is not Status.OPEN
    _card(painter, kit, card, state, burst=count > 1)
    box = QRect(card.x() + 1, card.y() + 1, card.width() - 2, round(rect.width() * _SHAPE) - 1 - (rect.height() - card.height()))
    if state.picture is not None:
        _picture(painter, kit, box, state.picture, decided=decided)
    elif state.problem:
        _broken(painter, kit, box, state.problem, tiles.tiles[place].images[0].size_bytes, decided=decided)
    if decided:
        _strip(painter, kit, box, tiles, mark)
    _caption(painter, kit, card, tiles, place, decided=decided)
    if count > 1:
        _count(painter, kit, box, count)
    if state.selected:
        _tick(painter, kit, box)
    if state.focused:
        painter.setPen(QPen(kit.theme.color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(-3, -3, 3, 3), kit.theme.px(8), kit.theme.px(8))


def _stack(painter: QPainter, kit: _Kit, rect: QRect) -> QRect:
    """Paint the two cards behind a burst, and give where the first lies."""
    step = kit.theme.px(4)
    card = rect.adjusted(0, 2 * step, -2 * step, 0)
    painter.setPen(QPen(kit.theme.color("edge"), 1))
    painter.setBrush(kit.theme.color("panel"))
    for shift in (2 * step, step):
        behind = QRectF(card.translated(shift, -shift)).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(behind, kit.theme.px(6), kit.theme.px(6))
    return card


def _card(painter: QPainter, kit: _Kit, card: QRect, state: Look, *, burst: bool) -> None:
    line = "selection_line" if state.selected else "edge" if burst or state.hovered else "soft"
    painter.drawImage(card.topLeft(), kit.card(card.size(), line, "selection" if state.selected else "panel"))


def _picture(painter: QPainter, kit: _Kit, box: QRect, picture: QImage, *, decided: bool) -> None:
    """Paint a picture whole, in the middle, enlarged twice at most."""
    ratio = painter.device().devicePixelRatio()
    width, height = picture.width() / ratio, picture.height() / ratio
    scale = min(2.0, box.width() / width, box.height() / height)
    if decided:
        painter.setOpacity(kit.theme.decided)
    if 1 <= scale < 1.02 or (scale < 1 and width <= box.width() + 1 and height <= box.height() + 1):
        picture.setDevicePixelRatio(ratio)
        painter.drawImage(
            QPoint(box.x() + round((box.width() - width) / 2), box.y() + round((box.height() - height) / 2)), picture
        )
    else:
        width, height = width * scale, height * scale
        where = QRect(
            box.x() + round((box.width() - width) / 2), box.y() + round((box.height() - height) / 2), round(width), round(height)
        )
        picture.setDevicePixelRatio(1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(where, picture)
    if decided:
        painter.setOpacity(1.0)


def _broken(painter: QPainter, kit: _Kit, box: QRect, problem: str, size_bytes: int, *, decided: bool) -> None:
    side, gap = kit.theme.px(24), kit.theme.px(8)
    room = box.adjusted(gap, gap, -gap, -(kit.theme.px(_STRIP) if decided else gap))
    painter.setFont(kit.strong)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    words = QFontMetricsF(painter.font()).boundingRect(QRectF(0, 0, room.width(), 1000), flags, problem).height()
    words = min(words, room.height() - side - gap)
    fact = kit.theme.px(18)
    top = room.y() + max(0.0, (room.height() - side - gap - words - fact) / 2)
    if room.height() > kit.theme.px(70):
        icon = QRectF(room.x() + (room.width() - side) / 2, top, side, side)
        paint_icon(painter, "image-broken", icon, kit.theme.color("bad"))
        top += side + gap
    painter.setFont(kit.strong)
    painter.setPen(kit.theme.color("text"))
    painter.drawText(QRectF(room.x(), top, room.width(), words), flags, problem)
    if top + words + fact <= room.bottom() + 2:
        painter.setFont(kit.plain)
        painter.setPen(kit.theme.color("muted"))
        size = _("{n} bytes").format(n=size_bytes) if size_bytes < 1000 else _("{n} kB").format(n=round(size_bytes / 1000))
        painter.drawText(QRectF(room.x(), top + words + kit.theme.px(2), room.width(), fact), Qt.AlignmentFlag.AlignHCenter, size)


def _strip(painter: QPainter, kit: _Kit, box: QRect, tiles: Tiles, mark: Mark) -> None:
    """Paint what became of it: a class's square, name and key, or a sign and a word."""
    height, edge = kit.theme.px(_STRIP), kit.theme.px(5)
    strip = QRect(box.x(), box.bottom() + 1 - height, box.width(), height)
    painter.fillRect(strip, kit.theme.color("panel"))
    painter.fillRect(QRect(strip.x(), strip.y(), strip.width(), 1), kit.theme.color("soft"))
    side = kit.theme.px(20)
    square = QRectF(strip.x() + edge, strip.y() + (height - side) / 2 + 0.5, side, side)
    cls = tiles.classes.get(mark.cls or tiles.won(mark) or "")
    if cls is not None:
        paint_class(painter, cls, square)
    else:
        torn = mark.status is Status.GONE and locate(mark.where) is None
        name, color = ("warning", "warn") if torn else SIGNS.get(mark.status, ("check", "muted"))
        paint_icon(painter, name, square.adjusted(2, 2, -2, -2), kit.theme.color(color))
    right = strip.right() - edge
    if cls is not None and cls.key and mark.status is Status.LABELLED:
        size = cap_size(cls.key, 18)
        cap = QRectF(right - size.width() + 1, strip.y() + (height - size.height()) / 2 + 0.5, size.width(), size.height())
        paint_cap(painter, cap, cls.key, 18)
        right = int(cap.left()) - kit.theme.px(4)
    left = square.right() + kit.theme.px(6)
    painter.setFont(kit.strong)
    painter.setPen(kit.theme.color("text"))
    _line(painter, QRectF(left, strip.y(), right - left, height + 1), tiles.standing(mark))


def _caption(painter: QPainter, kit: _Kit, card: QRect, tiles: Tiles, place: int, *, decided: bool) -> None:
    theme, edge = kit.theme, kit.edge
    left, width = card.x() + edge + 1, card.width() - 2 * edge - 2
    top = card.bottom() + 1 - kit.caption
    line = top + kit.baseline
    painter.setPen(kit.muted)
    if tiles.blind:
        painter.setFont(kit.plain)
        painter.drawText(left, line, str(place + 1))
        return
    image = tiles.tiles[place].images[0]
    if image.area is Area.LABELED and image.cls is not None:
        _label(painter, kit, QRect(left, top, width, kit.caption), tiles, place, image.cls, decided=decided)
        return
    device, time = caption(image)
    tail = f" · {time}" if device else time
    if not tiles.suggestions:
        painter.setFont(kit.plain)
        painter.drawText(left, line, kit.shortened(device, tail, width)[0])
        return
    seen = tiles.suggestion(place)
    _bar(painter, kit, QRect(left, top + theme.px(6), width, theme.px(3)), seen.confidence if seen else 0.0, faint=decided)
    score = f"{seen.confidence:.2f}" if seen else "–"
    painter.setFont(kit.strong)
    painter.setPen(kit.muted if decided else kit.text)
    painter.drawText(left, line, score)
    text, taken = kit.shortened(device, tail, width - kit.strong_metrics.horizontalAdvance(score) - edge)
    painter.setFont(kit.plain)
    painter.setPen(kit.muted)
    painter.drawText(QPointF(left + width - taken, line), text)


def _label(painter: QPainter, kit: _Kit, box: QRect, tiles: Tiles, place: int, cls: str, *, decided: bool) -> None:
    """Paint what a picture is labelled as; at the right the square of another class that is suggested, and the score.

    Where there is no room for both, the name goes before the score: the bar tells it too.
    """
    theme, side = kit.theme, kit.theme.px(16)
    seen = tiles.suggestion(place)
    line, right = box.y() + kit.baseline, float(box.right() + 1)
    top = line - kit.strong_metrics.capHeight() / 2 - side / 2
    if seen is not None:
        _bar(painter, kit, QRect(box.x(), box.y() + theme.px(6), box.width(), theme.px(3)), seen.confidence, faint=True)
        other = tiles.classes.get(seen.label) if seen.label != cls else None
        score = f"{seen.confidence:.2f}"
        room = box.width() - side - theme.px(11) - (0 if other is None else side + theme.px(4))
        if kit.plain_metrics.horizontalAdvance(score) + kit.strong_metrics.horizontalAdvance(tiles.called(cls)) <= room:
            right -= kit.plain_metrics.horizontalAdvance(score)
            painter.setFont(kit.plain)
            painter.setPen(kit.muted)
            painter.drawText(QPointF(right, line), score)
            right -= theme.px(4)
        if other is not None:
            right -= side
            paint_class(painter, other, QRectF(right, top, side, side))
        right -= theme.px(6)
    left = float(box.x())
    if (known := tiles.classes.get(cls)) is not None:
        paint_class(painter, known, QRectF(left, top, side, side))
        left += side + theme.px(5)
    painter.setFont(kit.strong)
    painter.setPen(kit.muted if decided else kit.text)
    words = kit.strong_metrics.elidedText(tiles.called(cls), Qt.TextElideMode.ElideRight, right - left)
    painter.drawText(QPointF(left, line), words)


def _bar(painter: QPainter, kit: _Kit, bar: QRect, value: float, *, faint: bool) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    corner = bar.height() / 2
    for color, part in ((kit.track, 1.0), (kit.faint if faint else kit.fill, value)):
        if part > 0:
            painter.setBrush(color)
            wide = max(bar.height(), bar.width() * part)
            painter.drawRoundedRect(QRectF(bar.x(), bar.y(), wide, bar.height()), corner, corner)


def _count(painter: QPainter, kit: _Kit, box: QRect, count: int) -> None:
    painter.setFont(kit.strong)
    text = f"×{count}"
    width = kit.strong_metrics.horizontalAdvance(text) + kit.theme.px(30)
    badge = QRectF(box.right() + 0.5 - kit.theme.px(6) - width, box.y() + kit.theme.px(6) + 0.5, width, kit.theme.px(20))
    painter.setPen(QPen(kit.theme.color("line"), 1))
    painter.setBrush(kit.theme.color("raised"))
    painter.drawRoundedRect(badge, kit.theme.px(4), kit.theme.px(4))
    side = kit.theme.px(13)
    where = QRectF(badge.x() + kit.theme.px(6), badge.y() + (badge.height() - side) / 2, side, side)
    paint_icon(painter, "stack", where, kit.theme.color("text"))
    painter.setPen(kit.theme.color("text"))
    painter.drawText(badge.adjusted(0, 0, -kit.theme.px(6), 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


def _tick(painter: QPainter, kit: _Kit, box: QRect) -> None:
    side = kit.theme.px(20)
    tick = QRectF(box.x() + kit.theme.px(6), box.y() + kit.theme.px(6), side, side)
    painter.setPen(QPen(QColor(kit.theme.panel), 0) if not kit.theme.dark else Qt.PenStyle.NoPen)
    painter.setBrush(kit.theme.color("accent"))
    painter.drawRoundedRect(tick, kit.theme.px(4), kit.theme.px(4))
    painter.setPen(QPen(kit.theme.color("on_accent"), kit.theme.px(2), c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline([tick.topLeft() + QPointF(x * side, y * side) for x, y in ((0.28, 0.52), (0.43, 0.67), (0.72, 0.35))])


def _line(painter: QPainter, room: QRectF, text: str) -> None:
    short = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)
