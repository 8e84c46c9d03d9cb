"""The banner below the grid: what Enter does now, and the pages that follow."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.icons import paint_class
from desktop.ui.parts.announcement import announce
from desktop.ui.parts.key_cap import cap_size, key_name, paint_cap
from desktop.ui.parts.tip import tip
from desktop.ui.sort.captions import Offer
from desktop.ui.theme import font, look


class Banner(QWidget):
    """One line, 48 high; quiet while Enter would do nothing."""

    def __init__(self, classes: Mapping[str, Class], shown: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes = classes
        self._shown = shown
        self._offer = Offer("", live=False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def offer(self) -> Offer:
        """What it says."""
        return self._offer

    def say(self, offer: Offer) -> None:
        """Say something else."""
        if offer == self._offer:
            return
        self._offer = offer
        name = self._shown.get(offer.cls, offer.cls) if offer.cls else ""
        told = f"{key_name(offer.combination)}: {offer.words} {name}".strip()
        self.setAccessibleName(told)
        self.setToolTip(tip(told))
        announce(self, told)
        self.update()

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(400), look().px(48))

    def minimumSizeHint(self) -> QSize:
        """Give the least width: the words are cut then, and the tooltip has them."""
        return QSize(look().px(240), look().px(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint cap, words, class, and what follows where there is room."""
        theme = look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("raised"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(0, 0, self.width(), 0)
        left = self._paint_offer(painter)
        self._paint_ahead(painter, left + theme.px(24))
        painter.end()

    def _paint_offer(self, painter: QPainter) -> float:
        theme, offer = look(), self._offer
        if not offer.words:
            return 0.0
        left, ink = float(theme.px(16)), theme.color("text" if offer.live else "muted")
        cap = cap_size(key_name(offer.combination))
        place = QRectF(left, (self.height() - cap.height()) / 2, cap.width(), cap.height())
        paint_cap(painter, place, key_name(offer.combination), accent=offer.live)
        left += cap.width() + theme.px(12)
        face = font(13, 500 if offer.live else 400)
        name = self._shown.get(offer.cls, offer.cls) if offer.cls else ""
        bold = font(13, 600)
        reserved = QFontMetricsF(bold).horizontalAdvance(name) + theme.px(40) if name else 0
        left = self._paint_words(painter, left, offer.words, face, ink, self.width() - theme.px(16) - reserved)
        if offer.cls is None:
            return left
        left = self._paint_square(painter, left + theme.px(9), offer.cls)
        return self._paint_words(painter, left, name, bold, ink, self.width() - theme.px(16))

    def _paint_ahead(self, painter: QPainter, least: float) -> None:
        theme = look()
        plain, bold = font(13), font(13, 600)
        measure, heavy = QFontMetricsF(plain), QFontMetricsF(bold)
        ahead = list(self._offer.ahead)
        while ahead:
            widths = [
                (theme.px(30) if cls else 0) + measure.horizontalAdvance(name) + theme.px(6) + heavy.horizontalAdvance(f"{n:,}")
                for cls, name, n in ahead
            ]
            then = measure.horizontalAdvance(_("Then")) + theme.px(16)
            left = self.width() - theme.px(16) - sum(widths) - theme.px(18) * (len(ahead) - 1) - then
            if left >= least:
                break
            ahead.pop()
        if not ahead:
            return
        room = float(self.width())
        left = self._paint_words(painter, left, _("Then"), plain, theme.color("muted"), room) + theme.px(16)
        for cls, name, count in ahead:
            if cls:
                left = self._paint_square(painter, left, cls)
            left = self._paint_words(painter, left, name, plain, theme.color("muted"), room) + theme.px(6)
            left = self._paint_words(painter, left, f"{count:,}", bold, theme.color("text"), room) + theme.px(18)

    def _paint_words(self, painter: QPainter, left: float, text: str, face: QFont, ink: QColor, right: float) -> float:
        painter.setFont(face)
        painter.setPen(ink)
        measure = QFontMetricsF(painter.font())
        words = measure.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, right - left))
        painter.drawText(
            QRectF(left, 0, measure.horizontalAdvance(words) + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, words
        )
        return left + measure.horizontalAdvance(words)

    def _paint_square(self, painter: QPainter, left: float, cls: str) -> float:
        side = look().px(20)
        if cls in self._classes:
            paint_class(painter, self._classes[cls], QRectF(left, (self.height() - side) / 2, side, side))
        return left + side + look().px(10)
