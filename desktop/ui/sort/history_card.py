"""All that was decided on one picture, as a card over the grid: when, who, what, and how it ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from desktop.core.history import Event
from desktop.core.journal import Kind, State
from desktop.core.texts import _
from desktop.core.words import worded
from desktop.ui.parts.layouts import button, column, label, row, scrolled
from desktop.ui.theme import look
from desktop.ui.words import short_model
from edge.contract.keys import Area, locate

_WIDTH, _HEIGHT = 560, 320


def told(event: Event, shown: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Give an event in words: when, who, what became of the picture, what is to be known besides."""
    when = f"{datetime.fromtimestamp(event.at_ms / 1000).astimezone():%Y-%m-%d %H:%M}"
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
        self.rows: list[tuple[str, str, str, str]] = []
        """What is shown."""
        self.hide()

    def move_over(self, room: QWidget) -> None:
        """Lie over another part of the window."""
        self._room = room
        self.setParent(room)

    def show_events(self, name: str, events: Sequence[Event], shown: Mapping[str, str]) -> None:
        """Open with the events on a picture, oldest first."""
        self.rows = [told(event, shown) for event in events]
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, one in enumerate(self.rows or [("", "", _("Nobody has decided on it yet."), "")]):
            for place, text in enumerate(one):
                self._grid.addWidget(label(text, 12, 400, "" if place == 2 else "muted"), number, place)
        self._grid.setColumnStretch(3, 1)
        self._grid.setRowStretch(max(1, len(self.rows)), 1)
        self.setAccessibleName(_("History of the picture") + "\n" + "\n".join(", ".join(one) for one in self.rows))
        self.setToolTip(name)
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
