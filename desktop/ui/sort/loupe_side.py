"""The panel beside the loupe: what the model thinks, why the picture is here, a key for each class and what else a key does."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.catalog import Known
from desktop.core.images import Image
from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.icons import paint_class
from desktop.ui.parts.bar import paint_bar
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.layouts import column, label, line, row, scrolled
from desktop.ui.parts.tip import tip
from desktop.ui.sort.key_panel import KeyPanel, KeyWord
from desktop.ui.sort.picture_facts import Facts, facts_of
from desktop.ui.theme import font, look

WIDTH = 288
_CLOSE = 0.15
"""Two classes nearer than this are as good as even."""


def doubt(scores: Sequence[tuple[str, float]]) -> str:
    """Give in a few words what a model is unsure of; empty where it is not."""
    if len(scores) < 2 or scores[0][1] - scores[1][1] >= _CLOSE:
        return ""
    several = len(scores) > 2 and scores[0][1] - scores[2][1] < _CLOSE
    return _("unsure between several") if several else _("unsure between two")


class Scores(QWidget):
    """The best class large, how far the next is, then all that are known as text and bar."""

    def __init__(self, classes: Mapping[str, Class], shown: Mapping[str, str]) -> None:
        super().__init__()
        self._classes, self._shown = classes, shown
        self._scores: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_scores(self, scores: Sequence[tuple[str, float]]) -> None:
        """Show others, best first."""
        self._scores = tuple(scores)
        self.setVisible(bool(scores))
        told = ", ".join(f"{self._shown.get(cls, cls)} {score:.2f}" for cls, score in scores)
        self.setAccessibleName(_("Suggested: {scores}").format(scores=told) if told else "")
        self.setToolTip(tip(told.replace(", ", "\n")))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all rows."""
        theme, several = look(), len(self._scores) > 1
        height = theme.px(36) + (theme.px(24 + 10) + theme.px(32) * len(self._scores) if several else 0)
        return QSize(theme.px(200), height)

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(look().px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        if not self._scores:
            return
        theme = look()
        painter = QPainter(self)
        (best, score), *others = self._scores
        self._paint_best(painter, QRectF(0, 0, self.width(), theme.px(36)), best, score)
        if others:
            painter.setFont(font(12))
            painter.setPen(theme.color("muted"))
            margin = _("margin to the next {margin:.2f}").format(margin=score - others[0][1])
            painter.drawText(QRectF(0, theme.px(36), self.width(), theme.px(24)), Qt.AlignmentFlag.AlignVCenter, margin)
            top = theme.px(36 + 24 + 10)
            for number, (cls, value) in enumerate(self._scores):
                box = QRectF(0, top + number * theme.px(32), self.width(), theme.px(32))
                self._paint_row(painter, box, cls, value, best=number == 0)
        painter.end()

    def _paint_best(self, painter: QPainter, box: QRectF, cls: str, score: float) -> None:
        face = font(20, 600)
        right = self._paint_figure(painter, box, score, face)
        self._paint_name(painter, box, cls, 28, face, right)

    def _paint_row(self, painter: QPainter, box: QRectF, cls: str, score: float, *, best: bool) -> None:
        theme = look()
        right = self._paint_figure(painter, box, score, font(13, 600))
        track = QRectF(right - theme.px(92), box.center().y() - theme.px(4), theme.px(92), theme.px(8))
        paint_bar(painter, track, score, "text" if best else "fill")
        self._paint_name(painter, box, cls, 20, font(13, 600 if best else 400), track.left() - theme.px(8))

    def _paint_figure(self, painter: QPainter, box: QRectF, score: float, face: QFont) -> float:
        """Paint a score at the right, and give where it begins."""
        painter.setFont(face)
        painter.setPen(look().color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{score:.2f}")
        return box.right() - QFontMetricsF(face).horizontalAdvance(f"{score:.2f}") - look().px(14)

    def _paint_name(self, painter: QPainter, box: QRectF, cls: str, size: int, face: QFont, right: float) -> None:
        side = look().px(size)
        left = side + look().px(10)
        if cls in self._classes:
            paint_class(painter, self._classes[cls], QRectF(0, box.center().y() - side / 2, side, side))
        name = QFontMetricsF(face).elidedText(self._shown.get(cls, cls), Qt.TextElideMode.ElideRight, right - left)
        painter.setFont(face)
        painter.setPen(look().color("text"))
        painter.drawText(QRectF(left, box.top(), right - left, box.height()), Qt.AlignmentFlag.AlignVCenter, name)


class Reasons(QWidget):
    """What and its value, a line each."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show other facts."""
        self._rows = tuple(rows)
        self.setAccessibleName(", ".join(f"{name} {value}" for name, value in rows))
        self.setToolTip(tip("\n".join(f"{name}: {value}" for name, value in rows)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all rows."""
        return QSize(look().px(200), look().px(24) * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(look().px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them; a value is cut before its name is."""
        theme, tall = look(), look().px(24)
        painter = QPainter(self)
        measure, heavy = QFontMetricsF(font(12)), QFontMetricsF(font(12, 500))
        for number, (name, value) in enumerate(self._rows):
            box = QRectF(0, number * tall, self.width(), tall)
            painter.setFont(font(12))
            painter.setPen(theme.color("muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            room = self.width() - measure.horizontalAdvance(name) - theme.px(12)
            painter.setFont(font(12, 500))
            painter.setPen(theme.color("text"))
            shown = heavy.elidedText(value, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
        painter.end()


class LoupeSide(KeyPanel):
    """288 wide; what is told of the picture scrolls where the window is low, the keys stay."""

    def __init__(self, classes: Mapping[str, Class], shown: Mapping[str, str]) -> None:
        super().__init__(WIDTH, classes, shown, _others())
        self._facts = Facts()
        self._suggested = label(_("Suggested"), 13, 600)
        self._chip = Chip("")
        self.scores = Scores(classes, shown)
        self._note = label("", 12, 400, "muted", wrap=True)
        self._why = label(_("Why it is here"), 13, 600)
        self.reasons = Reasons()
        self._part = line()
        self._title = label(_("Sort as"), 13, 600)
        self._today = label(_("today"), 12, 400, "muted")
        self._upper = self._build()
        self.show_facts(Facts())

    @property
    def facts(self) -> Facts:
        """What is told of the picture."""
        return self._facts

    def show_picture(self, image: Image, known: Known | None, scores: Sequence[tuple[str, float]], *, suggestions: bool) -> None:
        """Tell of a picture; of one that is labelled blind, nothing that tells."""
        self.show_facts(facts_of(image, known, scores, suggestions=suggestions))

    def show_facts(self, facts: Facts) -> None:
        """Tell other facts."""
        self._facts = facts
        self._suggested.setVisible(bool(facts.scores))
        self._chip.say(doubt(facts.scores), "warn")
        self.scores.show_scores(facts.scores)
        self._note.setText(facts.note)
        self._note.setVisible(bool(facts.note))
        self._part.setVisible(bool(facts.rows and (facts.scores or facts.note)))
        self._why.setVisible(bool(facts.rows))
        self.reasons.show_rows(facts.rows)
        content = self._upper.widget()
        if content is not None:
            content.adjustSize()
            self._upper.setMaximumHeight(content.sizeHint().height())

    def show_title(self, text: str) -> None:
        """Say what a class key would sort."""
        self._title.setText(text)

    def _build(self) -> QScrollArea:
        theme, told = look(), QWidget()
        told.setLayout(
            column(
                row(self._suggested, None, self._chip),
                6,
                self.scores,
                self._note,
                8,
                self._part,
                8,
                self._why,
                4,
                self.reasons,
                8,
                spacing=0,
                margins=(0, 0, 16, 0),
            )
        )
        upper = scrolled(told)
        upper.verticalScrollBar().rangeChanged.connect(self._reserve)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(4))
        for number, one in enumerate(self.others):
            grid.addWidget(one, number // 2, number % 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(16), theme.px(13), 0, theme.px(12))
        layout.setSpacing(0)
        layout.addWidget(upper, 1)
        keys = column(
            line(), 12, row(self._title, None, self._today), 6, *self.classes.values(), 8, line(), 8, grid,
            spacing=0, margins=(0, 0, 16, 0),
        )  # fmt: skip
        layout.addLayout(keys)
        layout.addStretch(0)
        return upper

    def _reserve(self, _least: int, most: int) -> None:
        """Let the bar of scrolling stand in the margin, so that it moves no text."""
        content = self._upper.widget()
        layout = None if content is None else content.layout()
        if layout is not None:
            bar = self._upper.verticalScrollBar().sizeHint().width() if most > 0 else 0
            layout.setContentsMargins(0, 0, max(0, look().px(16) - bar), 0)


def _others() -> Sequence[KeyWord]:
    return [
        KeyWord("unsure", _("Unsure")),
        KeyWord("discard", _("Discard")),
        KeyWord("skip", _("Next")),
        KeyWord("undo", _("Undo")),
        KeyWord("send-back", _("Send back")),
    ]
