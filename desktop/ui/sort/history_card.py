"""All that was decided on one picture, as a card over the grid: when, who, what, and how it ended."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from desktop.core.history import Event
from desktop.core.journal import Kind, State
from desktop.core.progress import Step
from desktop.core.texts import _
from desktop.core.words import worded
from desktop.ui.parts.layouts import button, column, label, row, scrolled
from desktop.ui.parts.tip import tip
from desktop.ui.tasks import Task
from desktop.ui.theme import look
from desktop.ui.words import moment, short_model
from edge.contract.keys import Area, locate

_WIDTH, _HEIGHT = 560, 320


def told(event: Event, shown: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Give an event in words: when, who, what became of the picture, what is to be known besides."""
    when = f"{moment(event.at_ms):%Y-%m-%d %H:%M}"
    before, after = _where(event.source, shown), _where(event.target, shown)
    what = worded(event.kind) if event.source == event.target else f"{worded(event.kind)}: {before} → {after}"
    notes = [_("blind")] if event.blind else []
    if event.suggestion and event.kind in (Kind.LABEL, Kind.CONFIRM):
        by = f" ({short_model(event.model)})" if event.model else ""
        notes.append(_("suggested {cls}").format(cls=shown.get(event.suggestion, event.suggestion)) + by)
    if event.outcome != State.DONE:
        notes.append(worded(event.outcome))
    return when, event.labeller, what, " · ".join(notes)


class HistoryCard(QFrame):
    """Opened by a key, closed by the same or by Escape; it takes no key from sorting."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setProperty("role", "card")
        self._title = label(_("History of the picture"), 13, 600)
        close = button("", "x", kind="quiet", size="small")
        close.setAccessibleName(_("Close the history"))
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(self.closed)
        self._rows = QWidget()
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, look().px(8), 0)
        self._grid.setHorizontalSpacing(look().px(16))
        self._grid.setVerticalSpacing(look().px(6))
        self.setLayout(column(row(self._title, None, close), scrolled(self._rows), spacing=8, margins=(16, 8, 8, 12)))
        self.picture = ""
        """The name of the picture that it tells of."""
        self._words: QLabel | None = None
        self.rows: list[tuple[str, str, str, str]] = []
        """What is shown."""
        self.hide()

    def show_reading(self, name: str, room: QWidget, task: Task) -> None:
        """Open over a part of the window while the history is read: the first time it may take a while."""
        self._room = room
        self.setParent(room)
        self.picture = name
        self._lay(name, [], _("Reading the history …"))
        task.stepped.connect(self._stepped)

    def show_events(self, name: str, events: Sequence[Event], shown: Mapping[str, str]) -> None:
        """Show the events on a picture, oldest first, if it is still the one that was asked for and the card is open."""
        if self.isHidden() or name != self.picture:
            return
        self._lay(name, [told(event, shown) for event in events], _("Nobody has decided on it yet."))

    @Slot(object)
    def _stepped(self, step: Step) -> None:
        if self._words is not None and not self.rows and step.total:
            self._words.setText(
                _("Reading the history … {done} of {total}").format(done=f"{step.done:,}", total=f"{step.total:,}")
            )

    def _lay(self, name: str, rows: Sequence[tuple[str, str, str, str]], otherwise: str) -> None:
        self.rows = list(rows)
        self._words = None
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not self.rows:
            self._words = label(otherwise, 12, 400, "muted")
            self._grid.addWidget(self._words, 0, 0, 1, 4)
        for number, one in enumerate(self.rows):
            for place, text in enumerate(one):
                self._grid.addWidget(label(text, 12, 400, "" if place == 2 else "muted"), number, place)
        self._grid.setColumnStretch(3, 1)
        self._grid.setRowStretch(max(1, len(self.rows)), 1)
        self.setAccessibleName(_("History of the picture") + "\n" + ("\n".join(", ".join(one) for one in self.rows) or otherwise))
        self.setToolTip(tip(name))
        room = self._room
        width = min(look().px(_WIDTH), room.width() - look().px(32))
        height = min(look().px(_HEIGHT), look().px(90) + look().px(24) * max(1, len(self.rows)))
        self.setGeometry(room.width() - width - look().px(16), look().px(64), width, height)
        self.show()
        self.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave keys to the one dispatcher."""
        event.ignore()


def _where(key: str, shown: Mapping[str, str]) -> str:
    place = locate(key)
    if place is None:
        return key
    if place.area is Area.LABELED:
        return shown.get(place.cls or "", place.cls or "")
    return {Area.RAW: _("to sort"), Area.DISCARDED: _("discarded"), Area.BASE: _("base")}[place.area]
