"""What will be trained: a bar a class, what is new in it, and the buttons that begin."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.prospect import Prospect, Share
from desktop.core.taxonomy import Class
from desktop.core.texts import _, ngettext
from desktop.ui.icons import paint_class, paint_icon
from desktop.ui.parts.key_cap import KeyCap
from desktop.ui.parts.layouts import button, card, column, label, row
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look
from desktop.ui.train.facts import TrainFacts
from desktop.ui.train.words import pictures
from desktop.ui.words import short_model, spell
from desktop.ui.workplace import Workplace

_ROW = 28
_SIDE, _SIDE_NARROW = 304, 248


class DatasetCard(QFrame):
    """The card; it asks for a training or for the whole loop, and begins neither."""

    wanted = Signal(str)
    """``train`` or ``retrain``: an action's id."""

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._place = place
        self._facts: TrainFacts | None = None
        self.shares = Shares(place)
        self.legend = _Legend()
        self.caption = label("", 12, role="muted", wrap=True)
        self.problem = label("", 13, 500, "warn", wrap=True)
        self.new = label("", 28, 600, "link")
        self.new_words = label("", 12, role="muted", wrap=True)
        self.start = button(_("Start training"), "play", "primary", "large")
        self.where = label("", 12, role="muted")
        self.retrain = button(_("Retrain and redeploy"), "arrows-clockwise")
        self.start.clicked.connect(self._train)
        self.retrain.clicked.connect(self._retrain)
        self._cap = KeyCap(place.commands.keymap.shown("train"), 18)
        self._loop_cap = KeyCap(place.commands.keymap.shown("retrain"), 18)
        place.commands.changed.connect(self._keys)
        icon = _Icon("laptop")
        words = column(label(_("This computer"), 13, 600), self.where, spacing=0)
        here = card(row(icon, words, None, self._cap, spacing=12, margins=(12, 8, 12, 8)), "inset")
        whole = row(self.retrain, self._loop_cap, spacing=8)
        whole.setStretch(0, 1)
        side = self._side = QWidget()
        side.setFixedWidth(look().px(_SIDE))
        right = column(row(self.new, self.new_words, None, spacing=12), self.start, here, whole, None, spacing=8)
        side.setLayout(right)
        left = column(
            label(_("What will be trained"), 20, 600), 8, self.shares, row(self.legend, None), self.caption, self.problem, None,
        )  # fmt: skip
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(row(left, 24, side, spacing=0, margins=(20, 16, 20, 16)))
        self.show_facts(None)

    def lay_narrow(self, *, narrow: bool) -> None:
        """Leave more of the room to the bars, where there is little."""
        self._side.setFixedWidth(look().px(_SIDE_NARROW if narrow else _SIDE))

    def show_facts(self, facts: TrainFacts | None, *, busy: bool = False) -> None:
        """Show what was gathered; None: not yet."""
        self._facts = facts
        if facts is None:
            self.caption.setText(_("Counting the pictures …"))
            self.problem.hide()
            self.start.setEnabled(False)
            self.retrain.setEnabled(False)
            self.legend.hide()
            return
        coming = facts.prospect
        self.shares.show_shares(coming.shares)
        last = facts.last_model
        self.legend.show_words(
            _("in {model}").format(model=short_model(last)) if last else "", _("new since") if last else _("in no model yet")
        )
        self.legend.show()
        self.caption.setText(caption(coming))
        self.problem.setText(problem(coming, self._place.shown))
        self.problem.setVisible(bool(self.problem.text()))
        self.new.setText(f"{coming.new:,}")
        self.new_words.setText(_("new since\nlast model") if facts.last_model else _("pictures, no\nmodel yet"))
        about = _("about {time} · free").format(time=spell(facts.estimate_s)) if facts.estimate_s is not None else _("free")
        self.where.setText(about)
        self.start.setEnabled(coming.trainable and not busy)
        self.retrain.setEnabled(coming.trainable and not busy)

    @Slot()
    def _keys(self) -> None:
        """Show the keys in force."""
        self._cap.set_combination(self._place.commands.keymap.shown("train"))
        self._loop_cap.set_combination(self._place.commands.keymap.shown("retrain"))

    def _train(self) -> None:
        self.wanted.emit("train")

    def _retrain(self) -> None:
        self.wanted.emit("retrain")


def caption(coming: Prospect) -> str:
    """Say how many pictures train and how many test."""
    told = _("{all}: {train} to train, {test} to test (frozen)").format(
        all=pictures(coming.train + coming.test), train=f"{coming.train:,}", test=f"{coming.test:,}"
    )
    if coming.left_out:
        told += _(" · {n} left out").format(n=f"{coming.left_out:,}")
    if coming.unseen:
        told += _(" · {n} not looked at yet").format(n=f"{coming.unseen:,}")
    return told


def problem(coming: Prospect, shown: Mapping[str, str]) -> str:
    """Say why nothing can be trained; empty if it can."""
    if len(coming.shares) < 2:
        return _("A model needs two classes at least.")
    names = ", ".join(shown.get(cls, cls) for cls in coming.missing)
    if not names:
        return ""
    return ngettext(
        "Nothing to learn from yet for {classes}: sort at least one picture into it.",
        "Nothing to learn from yet for {classes}: sort at least one picture into each.",
        len(coming.missing),
    ).format(classes=names)


class Shares(QWidget):
    """A row a class: square, name, bar, count, how many are new."""

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._shares: tuple[Share, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: tuple[Share, ...]) -> None:
        """Show other counts."""
        self._shares = shares
        self.setAccessibleName(_("Pictures to learn from, by class"))
        self.setAccessibleDescription("; ".join(f"{self._name(one)} {one.now} ({_signed(one.new)})" for one in shares))
        self.setToolTip(tip("\n".join(f"{self._name(one)}: {one.before:,} → {one.now:,}" for one in shares)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give a row a class."""
        return QSize(look().px(480), look().px(_ROW) * len(self._shares))

    def minimumSizeHint(self) -> QSize:
        """Give the least width with a bar worth its name."""
        return QSize(look().px(280), look().px(_ROW) * len(self._shares))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names = QFontMetricsF(font(13)).horizontalAdvance
        wide = max((names(self._name(one)) for one in self._shares), default=0.0)
        begin = theme.px(32) + min(wide, self.width() * 0.35) + theme.px(20)
        counts, news = theme.px(56), theme.px(48)
        room = max(1.0, self.width() - begin - counts - news)
        most = max((max(one.now, 1) for one in self._shares), default=1)
        for number, one in enumerate(self._shares):
            line = QRectF(0, number * theme.px(_ROW), self.width(), theme.px(_ROW))
            middle = line.center().y()
            side = theme.px(20)
            paint_class(painter, self._place.classes.get(one.cls, Class(one.cls)), QRectF(0, middle - side / 2, side, side))
            painter.setFont(font(13))
            painter.setPen(theme.color("text"))
            words = QRectF(theme.px(32), line.top(), begin - theme.px(40), line.height())
            shown = QFontMetricsF(font(13)).elidedText(self._name(one), Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
            self._bar(painter, one, QRectF(begin, middle - theme.px(6), room, theme.px(12)), most)
            painter.setFont(font(13, 500))
            painter.setPen(theme.color("text"))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(self.width() - news - counts, line.top(), counts, line.height()), right, f"{one.now:,}")
            painter.setFont(font(13, 600))
            painter.setPen(theme.color("accent_text" if one.new > 0 else "muted"))
            painter.drawText(QRectF(self.width() - news, line.top(), news, line.height()), right, _signed(one.new))
        painter.end()

    def _bar(self, painter: QPainter, one: Share, rect: QRectF, most: int) -> None:
        """Paint what the last model saw, and what came since beside it."""
        theme = look()
        painter.setPen(Qt.PenStyle.NoPen)
        old = rect.width() * min(one.before, one.now) / most
        new = rect.width() * max(0, one.new) / most
        corner = theme.px(2)
        if old >= 1:
            painter.setBrush(theme.color("fill"))
            painter.drawRoundedRect(QRectF(rect.left(), rect.top(), old, rect.height()), corner, corner)
        if new >= 1:
            painter.setBrush(theme.color("accent"))
            begin = rect.left() + old + (1 if old >= 1 else 0)
            painter.drawRoundedRect(QRectF(begin, rect.top(), max(2.0, new - 1), rect.height()), corner, corner)

    def _name(self, one: Share) -> str:
        return self._place.shown.get(one.cls, one.cls)


class _Legend(QWidget):
    """Which colour of a bar means what."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ("", "")

    def show_words(self, old: str, new: str) -> None:
        self._words = (old, new)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        measure = QFontMetricsF(font(12)).horizontalAdvance
        return QSize(round(sum(measure(words) + look().px(36) for words in self._words if words)), look().px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, left = look(), 0.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for words, token in zip(self._words, ("fill", "accent"), strict=True):
            if words:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color(token))
                side = theme.px(12)
                painter.drawRoundedRect(QRectF(left, (self.height() - side) / 2, side, side), theme.px(2), theme.px(2))
                painter.setPen(theme.color("muted"))
                painter.setFont(font(12))
                wide = QFontMetricsF(font(12)).horizontalAdvance(words) + 2
                painter.drawText(QRectF(left + theme.px(20), 0, wide, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
                left += wide + theme.px(34)
        painter.end()


class _Icon(QWidget):
    """A line icon in the accent's text colour."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(look().px(20), look().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(self.rect()), look().color("accent_text"))
        painter.end()


def _signed(number: int) -> str:
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number else "0"
