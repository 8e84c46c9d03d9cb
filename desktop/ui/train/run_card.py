"""One run closely: its steps, its figures, the course of its accuracy, its log."""

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.errors import AppError
from desktop.core.ports import RunState
from desktop.core.texts import _
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.layouts import button, card, column, label, line, row
from desktop.ui.parts.tip import tip
from desktop.ui.plots.curve import Curve
from desktop.ui.theme import fixed_font, look
from desktop.ui.train.facts import PastRun
from desktop.ui.train.steps import Steps
from desktop.ui.train.watch import RunNews
from desktop.ui.train.words import curve_of, figures_of, local_line, run_chip, run_name, share_of, steps_of, trainer_name
from desktop.ui.words import clock, short_model
from desktop.ui.workplace import Workplace

_TICK_MS = 1000
_RECIPES = 6
"""The trainer tries so many, most often; the axis keeps room for them."""


class RunCard(QFrame):
    """The card; a run that is followed moves in it."""

    stop_wanted = Signal()

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._place = place
        self._one: PastRun | None = None
        self._news: RunNews | None = None
        self._expected_s: float | None = None
        self.title = label("", 20, 600)
        self.chip = Chip()
        self.told = label("", 13, role="muted")
        self.told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.stop = button(_("Stop"), "stop-circle")
        self.stop.clicked.connect(self.stop_wanted)
        self.reason = label("", 13, 500, "bad", wrap=True)
        self.steps = Steps()
        self._cells: list[tuple[QLabel, QLabel]] = []
        self._figures = QHBoxLayout()
        self._figures.setContentsMargins(0, 0, 0, 0)
        self._figures.setSpacing(0)
        self._box = card(self._figures, "inset")
        self._box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.curve = Curve(_("Cross-validated accuracy by recipe"), _("recipe"))
        self._plot = QWidget()
        self._plot.setLayout(column(label(_("Cross-validated accuracy by recipe"), 13, 600), self.curve, spacing=8))
        self._written, self._last_line = 0, ""
        self.log = QPlainTextEdit()
        self.log.setProperty("role", "log")
        self.log.setReadOnly(True)
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.log.setFont(fixed_font())
        self.log.setTabChangesFocus(True)
        self.log.setAccessibleName(_("Log of the run"))
        self.whole = button(_("Open whole log"), kind="link", size="small")
        self.whole.clicked.connect(self.toggle_log)
        self.log.document().setDocumentMargin(look().px(10))
        self._log_side = QWidget()
        self._log_side.setLayout(column(row(label(_("Log"), 13, 600), None, self.whole), self.log, spacing=4))
        self.empty = label("", 13, role="muted", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._inside = QWidget()
        self._inside.setLayout(self._laid())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._inside)
        outer.addWidget(self.empty)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self.show_nothing("")

    def _laid(self) -> QVBoxLayout:
        for side in (self._plot, self._log_side):  # they take what room there is, and ask for little
            side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            side.setMinimumHeight(look().px(180))
        lower = row(self._plot, self._log_side, spacing=24)
        lower.setStretch(0, 5)
        lower.setStretch(1, 4)
        header = row(self.title, self.chip, self.told, self.stop, spacing=12)
        header.setStretch(2, 1)
        inside = column(header, self.reason, self.steps, self._box, spacing=14, margins=(20, 14, 20, 16))
        inside.addLayout(lower, 1)
        return inside

    @property
    def log_opened(self) -> bool:
        """Whether the log has the card to itself."""
        return self._plot.isHidden()

    def show_nothing(self, why: str) -> None:
        """Say why there is no run to look at."""
        self._one = self._news = None
        self._timer.stop()
        self._inside.hide()
        self.empty.setText(why)
        self.empty.show()

    def show_run(
        self,
        one: PastRun,
        news: RunNews | None,
        lines: Sequence[str] | None,
        earlier: Sequence[PastRun],
        expected_s: float | None,
    ) -> None:
        """Show a run.

        Args:
            one: The run.
            news: How it stands, while it is followed.
            lines: Its log so far, while it is followed; None: the log lies in its file.
            earlier: Runs to compare with.
            expected_s: How long such a run takes.
        """
        other = self._one is None or self._one.run.id != one.run.id
        self._one, self._news, self._expected_s = one, news, expected_s
        self.empty.hide()
        self._inside.show()
        if other:
            self.log.clear()
            self._written, self._last_line = 0, ""
            if self.log_opened:
                self.toggle_log()
        self.title.setText(run_name(one))
        told = [trainer_name(one), _("started {time} by {who}").format(time=clock(one.run.at_ms, _now_ms()), who=one.run.by)]
        self.told.setText(" · ".join(told))
        self.told.setToolTip(tip(one.run.id))
        self.reason.setText(one.run.message if one.run.state == RunState.FAILED else "")
        self.reason.setVisible(bool(self.reason.text()))
        self._show_state()
        summary = news.status.summary if news else one.summary
        course = curve_of(summary)
        others = [
            (short_model(past.run.model or ""), past.summary["cv_accuracy"]) for past in earlier if past.run.id != one.run.id
        ]
        self.curve.show_course(course, others[:2] if course else [], _RECIPES)
        if not one.here and not course:
            self.curve.empty = _("It ran on another computer: figures and log are there.")
            self.curve.update()
        self._show_log(self._log(one) if lines is None else lines)

    def toggle_log(self) -> None:
        """Give the log the whole card, or take it back."""
        open_now = not self.log_opened
        for part in (self._plot, self.steps, self._box):
            part.setVisible(not open_now)
        self.whole.setText(_("Close the log") if open_now else _("Open whole log"))
        self.whole.setAccessibleName(self.whole.text())
        if open_now:
            self.log.setFocus()

    def _show_state(self) -> None:
        one, status = self._one, self._news.status if self._news else None
        if one is None:
            return
        chip = run_chip(one, status)
        running = not RunState(status.state if status else one.run.state).ended
        self.chip.say(_("running") if running else chip.text, chip.kind, chip.icon)
        self.stop.setVisible(running and one.here)
        self.steps.show_steps(steps_of(one, status))
        elapsed_s = max(0.0, (_now_ms() - one.run.at_ms) / 1000)
        self._show_figures(figures_of(one, status, self._news.speed if self._news else None, self._left_s(elapsed_s), elapsed_s))
        if running and not self._timer.isActive():
            self._timer.start(_TICK_MS)
        elif not running:
            self._timer.stop()

    def _left_s(self, elapsed_s: float) -> float | None:
        """Give about how long it still takes: by the pictures a second, else by what such a run took before."""
        news = self._news
        if news is not None and news.speed and news.status.total:
            share = share_of(news.status)
            return (news.status.total - news.status.done) / news.speed + (elapsed_s * 0.2 if share < 0.75 else 0.0)
        if self._expected_s is not None and self._expected_s > elapsed_s:
            return self._expected_s - elapsed_s
        return None

    def _show_figures(self, figures: Sequence[tuple[str, str]]) -> None:
        if len(figures) != len(self._cells):
            self._lay_cells(len(figures))
        for (value, caption), (upper, lower) in zip(figures, self._cells, strict=True):
            upper.setText(value)
            lower.setText(caption)
            lower.setToolTip(tip(caption))

    def _lay_cells(self, count: int) -> None:
        while (item := self._figures.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._cells = []
        for number in range(count):
            if number:
                self._figures.addWidget(line(upright=True))
            upper, lower = label("", 16, 600), label("", 12, role="muted")
            lower.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            cell = QWidget()
            cell.setLayout(column(upper, lower, spacing=0, margins=(16, 8, 8, 8)))
            self._figures.addWidget(cell, 1)
            self._cells.append((upper, lower))

    def _show_log(self, lines: Sequence[str]) -> None:
        """Show more of the log, or another; it follows its end unless somebody reads further up."""
        had = self._written
        if had and (len(lines) < had or lines[had - 1] != self._last_line):
            self.log.clear()
            had = 0
        more = lines[had:]
        self._written, self._last_line = len(lines), lines[-1] if lines else ""
        if not more:
            return
        bar = self.log.verticalScrollBar()
        follows = not had or bar.value() >= bar.maximum() - 2
        cursor = QTextCursor(self.log.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText("\n" * bool(had) + "\n".join(map(local_line, more)))
        if follows:
            bar.setValue(bar.maximum())

    def _log(self, one: PastRun) -> list[str]:
        """Give a past run's log: one small file of this computer."""
        try:
            return self._place.plant.training.log(one.run.id) if one.here else []
        except AppError as error:
            return [str(error)]

    @Slot()
    def _tick(self) -> None:
        self._show_state()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
