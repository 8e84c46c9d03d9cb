"""The panel beside the grid: a key for each class, what else a key does, the picture in focus, the last decisions."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.icons import paint_class
from desktop.ui.keymap import Keymap
from desktop.ui.parts.bar import paint_bar
from desktop.ui.parts.key_cap import KeyCap
from desktop.ui.parts.layouts import button, column, label, line, row, scrolled
from desktop.ui.parts.tip import tip
from desktop.ui.sort.history_strip import HistoryStrip
from desktop.ui.sort.key_panel import KeyPanel, KeyRow
from desktop.ui.sort.picture_facts import Facts
from desktop.ui.theme import font, look

WIDTH = 240


class FactsView(QWidget):
    """Scores as text and bar, and facts in two columns."""

    def __init__(self, classes: Mapping[str, Class], shown: Mapping[str, str]) -> None:
        super().__init__()
        self._classes, self._shown = classes, shown
        self._facts = Facts()
        self._note = QLabel(self)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setProperty("role", "muted")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def facts(self) -> Facts:
        """What is shown."""
        return self._facts

    def show_facts(self, facts: Facts) -> None:
        """Show another picture's."""
        if facts == self._facts:
            return
        self._facts = facts
        self._note.setText(facts.note)
        self._note.setVisible(bool(facts.note))
        told = [f"{self._shown.get(cls, cls)} {score:.2f}" for cls, score in facts.scores]
        told += [f"{name} {value}" for name, value in facts.rows]
        self.setAccessibleName(", ".join([facts.note, *told] if facts.note else told))
        self.setToolTip(tip("\n".join(f"{name}: {value}" for name, value in facts.rows)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all rows."""
        theme, facts = look(), self._facts
        gap = theme.px(10) if facts.scores and facts.rows else 0
        return QSize(theme.px(200), self._note_height() + theme.px(20) * (len(facts.scores) + len(facts.rows)) + gap)

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(look().px(120), self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Give the note its room."""
        self._note.setGeometry(0, 0, self.width(), self._note_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint rows."""
        theme = look()
        self._note.setGeometry(0, 0, self.width(), self._note_height())
        painter = QPainter(self)
        top = float(self._note_height())
        tall = theme.px(20)
        for number, (cls, score) in enumerate(self._facts.scores):
            self._paint_score(painter, QRectF(0, top, self.width(), tall), cls, score, first=number == 0)
            top += tall
        top += theme.px(10) if self._facts.scores and self._facts.rows else 0
        measure = QFontMetricsF(font(12))
        painter.setFont(font(12))
        for name, value in self._facts.rows:
            row_rect = QRectF(0, top, self.width(), tall)
            painter.setPen(theme.color("muted"))
            painter.drawText(row_rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            room = self.width() - measure.horizontalAdvance(name) - theme.px(12)
            painter.setPen(theme.color("text"))
            words = measure.elidedText(value, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(row_rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
            top += tall
        painter.end()

    def _paint_score(self, painter: QPainter, box: QRectF, cls: str, score: float, *, first: bool) -> None:
        theme = look()
        side = theme.px(16)
        if cls in self._classes:
            paint_class(painter, self._classes[cls], QRectF(0, box.center().y() - side / 2, side, side))
        painter.setFont(font(12))
        painter.setPen(theme.color("text"))
        bar = QRectF(box.width() * 0.53, box.center().y() - theme.px(2), box.width() * 0.28, theme.px(4))
        left = side + theme.px(8)
        name = QFontMetricsF(font(12)).elidedText(
            self._shown.get(cls, cls), Qt.TextElideMode.ElideRight, bar.left() - left - theme.px(6)
        )
        painter.drawText(QRectF(left, box.top(), bar.left() - left, box.height()), Qt.AlignmentFlag.AlignVCenter, name)
        paint_bar(painter, bar, score, "text" if first else "fill")
        painter.setFont(font(12, 500))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{score:.2f}")

    def _note_height(self) -> int:
        return self._note.heightForWidth(self.width()) + look().px(10) if self._facts.note else 0


class SidePanel(KeyPanel):
    """240 wide; from the picture in focus down it scrolls where the window is low."""

    def __init__(self, classes: Mapping[str, Class], shown: Mapping[str, str], strip: HistoryStrip) -> None:
        super().__init__(WIDTH, classes, shown, _others())
        self._title = label("", 13, 600)
        self._today = label(_("today"), 12, 400, "muted")
        self.facts = FactsView(classes, shown)
        self.strip = strip
        self._last = label(_("Last decisions"), 13, 600)
        self._undo = button(_("Undo"), kind="link", size="small")
        self._undo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._undo_cap = KeyCap("Z", 18)
        self._build()
        self._undo.clicked.connect(self._undone)

    def show_title(self, text: str) -> None:
        """Say what a class key would sort."""
        self._title.setText(text)
        self._title.setToolTip(tip(text))

    def show_keys(self, keymap: Keymap) -> None:
        """Show the keys in force."""
        super().show_keys(keymap)
        self._undo_cap.set_combination(keymap.shown("undo"))

    def show_last(self, count: int) -> None:
        """Say how many decisions the strip shows."""
        self._last.setText(_("Last {n} decisions").format(n=count) if count > 1 else _("Last decisions"))

    def _build(self) -> None:
        lower = QWidget()
        lower.setLayout(
            column(
                label(_("Picture in focus"), 13, 600),
                self.facts,
                None,
                line(),
                row(self._last, None, self._undo, self._undo_cap, spacing=4),
                self.strip,
                spacing=10,
                margins=(0, 12, 0, 12),
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look().px(16), look().px(12), look().px(16), 0)
        layout.setSpacing(0)
        layout.addLayout(row(self._title, None, self._today))
        layout.addSpacing(look().px(8))
        layout.addLayout(column(*self.classes.values(), 10, line(), 12, *self.others, 10, line(), spacing=0))
        layout.addWidget(scrolled(lower), 1)

    def _undone(self) -> None:
        self.triggered.emit("undo")


def _others() -> Sequence[KeyRow]:
    return [
        KeyRow("unsure", _("Unsure"), _("set aside"), 30),
        KeyRow("discard", _("Discard"), _("not usable"), 30),
        KeyRow("send-back", _("Send back"), _("sort again"), 30),
        KeyRow("skip", _("Next"), _("leave open"), 30),
        KeyRow("undo", _("Undo"), _("no limit"), 30),
    ]
