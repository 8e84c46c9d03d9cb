"""The page of diagnostics: how long a key takes, what the program holds, what it runs on; all of it can be copied."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.texts import _
from desktop.ui.around.report import Section, as_text, files_in, memory_bytes, size_text, versions
from desktop.ui.latency import Latency
from desktop.ui.parts.layouts import button, card, column, label, line, row, scrolled
from desktop.ui.theme import font, look
from desktop.ui.workplace import Workplace

_EDGES_MS = (4.0, 8.0, 12.0, 17.0, 25.0, 34.0, 50.0, 100.0)
"""Ends of the histogram's bars; 17 and 34 are one and two frames of a screen with 60 a second. A last bar takes the rest."""
_AGAIN_MS = 1000


def histogram(samples_ms: Sequence[float]) -> list[int]:
    """Give how many samples fall into each bar."""
    counts = [0] * (len(_EDGES_MS) + 1)
    for sample in samples_ms:
        counts[next((place for place, edge in enumerate(_EDGES_MS) if sample <= edge), len(_EDGES_MS))] += 1
    return counts


def facts(place: Workplace | None, latency: Latency, start_ms: float | None) -> list[Section]:
    """Give what is cheap to know: it is asked every second, on the window's thread."""
    times = [(f"p{share}", _ms(latency.percentile(share))) for share in (50, 95, 99)]
    sections = [
        Section(_("From key to picture"), [*times, (_("keys"), str(len(latency.samples_ms)))]),
        Section(_("Program"), [(_("start to first page"), _ms(start_ms)), (_("memory"), size_text(memory_bytes())), *versions()]),
    ]
    if place is None:
        return sections
    running = [(task.lane, f"{task.title}{_step(task.step)}") for task in place.tasks.running()]
    held = files_in(place.plant.folder)
    return [
        *sections,
        Section(_("Bucket"), [(_("address"), place.address), (_("folder here"), str(place.plant.folder)), *held]),
        Section(_("Work in the background"), running or [("–", _("none"))]),
        Section(
            _("Last messages"),
            [(str(number + 1), one) for number, one in enumerate(place.messages.said[-8:])] or [("–", _("none"))],
        ),
    ]


class Histogram(QWidget):
    """The times as bars; a line stands where two frames are over."""

    def __init__(self, latency: Latency) -> None:
        super().__init__()
        self._latency = latency
        self.setAccessibleName(_("From key to picture"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Give its size."""
        return QSize(look().px(360), look().px(128))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bars and axis."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        counts = histogram(list(self._latency.samples_ms))
        most, base = max(1, *counts), self.height() - theme.px(22)
        width = self.width() / len(counts)
        painter.setFont(font(11))
        for place, count in enumerate(counts):
            late = place >= len(_EDGES_MS) - 2
            tall = max((base - theme.px(20)) * count / most, 2.0 if count else 0.0)
            bar = QRectF(place * width + theme.px(3), base - tall, width - theme.px(6), tall)
            painter.fillRect(bar, theme.color("warn" if late else "fill"))
            if count:
                painter.setPen(theme.color("text"))
                spot = QRectF(place * width, bar.top() - theme.px(18), width, theme.px(16))
                painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, str(count))
            painter.setPen(theme.color("muted"))
            name = f"≤ {_EDGES_MS[place]:g}" if place < len(_EDGES_MS) else f"> {_EDGES_MS[-1]:g}"
            painter.drawText(QRectF(place * width, base + theme.px(4), width, theme.px(18)), Qt.AlignmentFlag.AlignCenter, name)
        late_x = (len(_EDGES_MS) - 2) * width
        painter.setPen(QPen(theme.color("warn"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(late_x, theme.px(4)), QPointF(late_x, base))
        painter.setPen(theme.color("warn"))
        words = QRectF(late_x + theme.px(6), 0, self.width() - late_x - theme.px(6), theme.px(18))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _("over two frames"))
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.drawLine(0, base, self.width(), base)
        painter.end()


class Diagnostics(QWidget):
    """The page; it looks again every second while it is in front."""

    def __init__(self, sections: Callable[[], list[Section]], latency: Latency) -> None:
        """Take what gives the facts (:func:`facts` with what it needs), and the times."""
        super().__init__()
        self._sections, self._latency = sections, latency
        self.copy = button(_("Copy as text"), "copy", size="small")
        self.copy.clicked.connect(self._copy)
        self._copied = label("", role="muted")
        self.setFocusProxy(self.copy)
        head = QWidget()
        head.setFixedHeight(look().px(56))
        told = label(_("No pictures, no keys of accounts."), role="muted")
        head.setLayout(row(label(_("Diagnostics"), 20, 600), 4, told, None, self._copied, self.copy, margins=(24, 0, 24, 0)))
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(look().px(40))
        self._histogram = Histogram(latency)
        speed = column(
            label(_("From key to picture"), 16, 600),
            label(_("Milliseconds from a key to the next painted picture; one frame is 17."), 12, role="muted", wrap=True),
            4, self._figures, self._histogram, spacing=6, margins=(20, 16, 20, 14),
        )  # fmt: skip
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look().px(16))
        inside = QWidget()
        inside.setMaximumWidth(look().px(1000))
        inside.setLayout(column(card(speed), self._cards, None, spacing=16))
        content = QWidget()
        across = row(inside, None, margins=(24, 0, 24, 24))
        across.setStretch(0, 100)
        content.setLayout(across)
        area = scrolled(content)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # nothing in it takes the focus, and it is tall
        area.setAccessibleName(_("Diagnostics"))
        self.setLayout(column(head, area, spacing=0))
        self._clock = QTimer(self)
        self._clock.setInterval(_AGAIN_MS)
        self._clock.timeout.connect(self.refresh)
        self._shown: list[Section] = []
        self._values: list[QLabel] = []
        """In the order of the facts; a value that changes is written anew, and nothing moves."""

    def text(self) -> str:
        """Give all of it as text."""
        return as_text(self._sections())

    def showEvent(self, event: QShowEvent) -> None:
        """Look, and look again."""
        self.refresh()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        self._clock.stop()
        self._copied.setText("")

    @Slot()
    def refresh(self) -> None:
        """Show what is so now; what has not changed is left alone, with what is selected in it."""
        now = self._sections()
        self._histogram.update()
        if now == self._shown:
            return
        before, self._shown = self._shown, now
        if _names(before) != _names(now):
            self._lay(now)
        for told, value in zip(self._values, (value for section in now for _name, value in section.facts), strict=True):
            if told.text() != value:
                told.setText(value)

    def _lay(self, sections: Sequence[Section]) -> None:
        _clear(self._figures)
        _clear(self._cards)
        self._values = []
        for place, (name, value) in enumerate(sections[0].facts):
            self._values.append(label(value, 16, 600))
            self._figures.addWidget(self._values[-1], 0, place)
            self._figures.addWidget(label(name, 12, role="muted"), 1, place)
        self._figures.setColumnStretch(len(sections[0].facts), 1)
        for section in sections[1:]:
            values = [label(value, 13, wrap=True) for _name, value in section.facts]
            self._values += values
            self._cards.addWidget(_card(section, values))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self._copied.setText(_("Copied"))


def _names(sections: Sequence[Section]) -> list[tuple[str, list[str]]]:
    return [(section.title, [name for name, _value in section.facts]) for section in sections]


def _card(section: Section, values: Sequence[QLabel]) -> QFrame:
    grid = QGridLayout()
    grid.setHorizontalSpacing(look().px(24))
    grid.setVerticalSpacing(look().px(6))
    for place, ((name, _value), told) in enumerate(zip(section.facts, values, strict=True)):
        told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label(name, 12, role="muted"), place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(told, place, 1)
    grid.setColumnMinimumWidth(0, look().px(150))
    grid.setColumnStretch(1, 1)
    return card(column(label(section.title, 13, 600), line(), grid, spacing=8, margins=(20, 14, 20, 14)))


def _clear(layout: QGridLayout | QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"


def _step(step: object) -> str:
    done, total = getattr(step, "done", None), getattr(step, "total", None)
    return f" {done} / {total}" if total else ""
