"""The compare station: choose a candidate, see what the gate says and why, then ship it, refuse it, or look at its mistakes."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from desktop.app import Plant, now_ms
from desktop.core.errors import AppError, ConflictError
from desktop.core.images import Image
from desktop.core.progress import CancelToken, Progress
from desktop.core.refusal import Refusal, refuse, take_back
from desktop.core.registry import Model
from desktop.core.release import Deployment
from desktop.core.texts import _
from desktop.ui.compare.findings import mark, title
from desktop.ui.compare.pages import Content, Empty, Working
from desktop.ui.compare.strip import Strip
from desktop.ui.compare.trial import Said, Survey, Trial, Unjudged, overtaken, survey, try_out
from desktop.ui.compare.verdict_card import VerdictCard
from desktop.ui.parts.layouts import button, card, column, label, line, row, scrolled
from desktop.ui.parts.segments import Segments
from desktop.ui.parts.tip import tip
from desktop.ui.plots.coverage import Coverage
from desktop.ui.plots.dumbbell import Dumbbell
from desktop.ui.plots.legend import Legend
from desktop.ui.plots.matrix import Matrix
from desktop.ui.plots.reliability import Reliability
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.station import Badge, Station
from desktop.ui.tasks import Task, Work
from desktop.ui.theme import look
from desktop.ui.words import short_model
from desktop.ui.workplace import Workplace

T = TypeVar("T")
_LANE = "compare"
_NARROW = 1100
"""Below this width, three cards side by side are too little each."""


class CompareStation(Station):
    """One candidate at a time; its verdict stands until another is asked for, since every judgement has its price.

    While a question is open, nothing on the page changes.
    """

    shown = Signal()
    """A trial came to the front."""
    name = "compare"

    def __init__(self, workplace: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workplace = workplace
        self._survey: Survey | None = None
        self._offered: Survey | None = None
        """What the card offers to choose from."""
        self._trials: dict[tuple[str, str], Trial] = {}
        self._model = ""
        """The candidate that was chosen; empty: the newest."""
        self._target = ""
        self._wanted = ("", "")
        """Candidate and target that are being judged, or were last."""
        self._trial: Trial | None = None
        self._task: Task | None = None
        self._front = False
        self._stale = True
        keymap = workplace.commands.keymap
        self._card = VerdictCard({action: keymap.shown(action) for action in ("deploy", "look-at-pictures", "refuse")})
        self._recalls, self._matrix = Dumbbell(), Matrix()
        self._reliability, self._coverage = Reliability(), Coverage()
        self._broken = Strip("compare broken", "arrow-down-right", "bad", workplace.thumbnails)
        self._right = Strip("compare right", "arrow-up-right", "ok", workplace.thumbnails)
        self._pages = QStackedWidget()
        self._working = Working()
        self._empty = Empty()
        for page in (self._working, self._empty, scrolled(self._content())):
            self._pages.addWidget(page)
        self.setLayout(column(self._pages, spacing=0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Compare"))
        self._connect()
        self._bind()

    def entered(self) -> None:
        """Look whether anything changed since."""
        self._front = True
        self.setFocus()
        self._refresh()

    def left(self) -> None:
        """Let thumbnails go that nobody sees; what is being worked out goes on."""
        self._front = False
        self._card.ways.cancel()

    def back(self) -> bool:
        """Ask nothing any more."""
        return self._card.ways.cancel()

    @property
    def trial(self) -> Trial | None:
        """What is shown."""
        return self._trial

    @Slot(str)
    def choose(self, model: str) -> None:
        """Show another candidate, by its id."""
        self._card.ways.cancel()
        self._model = model
        self._judge()

    @Slot(str)
    def choose_target(self, target: str) -> None:
        """Show the same candidate for another target."""
        self._card.ways.cancel()
        self._target = target
        self._judge()

    @Slot()
    def judge_again(self) -> None:
        """Judge what is shown on the test pictures as they are now, which is one attempt more."""
        self._card.ways.cancel()
        self._judge(again=True)

    def _content(self) -> QWidget:
        self._switch = Segments((("new", _("New")), ("old", _("Old"))), "new")
        self._kind = Segments((("reliability", _("Reliability")), ("coverage", _("Coverage"))), "reliability")
        self._switch.setAccessibleName(_("Confusion: rows true, columns said"))
        self._kind.setAccessibleName(f"{_('Reliability')}, {_('Coverage')}")
        self._switch_card = QStackedWidget()
        self._switch_card.addWidget(self._reliability)
        self._switch_card.addWidget(self._coverage)
        self._legend = Legend()
        self._doubts = button(_("Doubtful labels"), kind="link", size="small")
        self._doubts.setToolTip(
            _("Labels that the model, trained without them, would not give: its mistakes on what it learned from")
        )
        self._matrix_title = label("", 13, 600)
        self._hint = label("", 12, role="muted")
        self._cards = row(
            _titled(row(label(_("Recall by class"), 13, 600), None, self._legend), self._recalls),
            _titled(
                row(self._matrix_title, None, self._doubts, self._switch),
                self._matrix,
                _("rows true, columns said; a cell opens its pictures"),
            ),
            _titled(row(self._kind, None, self._hint), self._switch_card),
            spacing=16,
        )
        for number in range(3):
            self._cards.setStretch(number, 1)
        self._divider = line(upright=True)
        self._strip_row = row(self._broken, self._divider, self._right, spacing=20, margins=(16, 12, 16, 8))
        self._strip_row.setStretch(0, 1)
        self._strip_row.setStretch(2, 1)
        self._below = card(self._strip_row)
        content = column(self._card, self._cards, self._below, spacing=16, margins=(16, 16, 16, 16))
        content.setStretch(1, 3)
        content.setStretch(2, 2)
        return Content(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay side by side what has room there, else one below the other."""
        narrow = self.width() < look().px(_NARROW)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        for layout in (self._cards, self._strip_row):
            layout.setDirection(direction)
        self._card.stack(narrow=narrow)
        self._divider.setVisible(not narrow and not self._right.isHidden())
        self._below.setMaximumHeight(look().px(480 if narrow else 236))
        super().resizeEvent(event)

    def _connect(self) -> None:
        place, ways = self._workplace, self._card.ways
        self._card.candidate.connect(self.choose)
        self._card.target.connect(self.choose_target)
        self._card.again.connect(self.judge_again)
        self._card.sort.connect(self._go_sorting)
        self._empty.judge.connect(self.judge_again)
        self._empty.sort.connect(self._go_sorting)
        self._empty.train.connect(self._go_training)
        ways.look.connect(self._look)
        ways.deploy.connect(self._deploy)
        ways.refuse.connect(self._refuse)
        ways.take_back.connect(self._take_back)
        ways.closed.connect(self._refresh_if_stale, Qt.ConnectionType.QueuedConnection)
        self._matrix.opened.connect(self._open_cell)
        self._doubts.clicked.connect(self._open_doubts)
        self._broken.opened.connect(self._open_broken)
        self._right.opened.connect(self._open_right)
        self._switch.chosen.connect(self._switched)
        self._kind.chosen.connect(self._plot_chosen)
        self._working.stop.connect(self._stop)
        for signal in (place.synced, place.decided, place.models_changed, place.fleet_changed):
            signal.connect(self._changed)

    def _bind(self) -> None:
        commands, ways = self._workplace.commands, self._card.ways
        commands.bind("deploy", ways.ask_deploy, lambda: self._shows() and ways.can_deploy)
        commands.bind("refuse", ways.ask_refuse, lambda: self._shows() and ways.can_refuse)
        commands.bind("look-at-pictures", self._look, lambda: self._shows() and bool(self._changed_names()))

    def _shows(self) -> bool:
        return self._front and self._trial is not None and self._pages.currentIndex() == 2

    @Slot()
    def _changed(self) -> None:
        self._stale = True
        self._refresh_if_stale()

    @Slot()
    def _refresh_if_stale(self) -> None:
        if self._stale and self._front and not self._card.ways.asking:
            self._refresh()

    def _refresh(self) -> None:
        """Look at models and devices, then whether the trial still stands."""
        if self._task is None and (self._stale or self._survey is None):
            self._stale = False
            if self._survey is None:
                self._show_working(_("Looking at the models"))
            self._run(_("Looking at the models"), _surveyed, self._surveyed)

    def _surveyed(self, found: Survey) -> None:
        self._survey = found
        self._task = None
        known = {one.model.id for one in found.candidates}
        if self._model not in known:
            self._model = ""
        if self._target not in found.targets:
            self._target = ""
        self._judge()

    def _judge(self, *, again: bool = False) -> None:
        """Show the trial of the chosen candidate; a known one at once, then whatever has changed about it."""
        found = self._survey
        if found is None or not found.candidates:
            self._trial = None
            self._empty.say_no_model()
            self._pages.setCurrentWidget(self._empty)
            self.badge.emit(Badge())
            return
        if self._task is not None:
            self._task.cancel()
        chosen = next((one for one in found.candidates if one.model.id == self._model), found.candidates[0])
        self._wanted = (chosen.model.id, self._target)
        known = self._trials.get(self._wanted)
        if known is not None and not again:
            self._put(known)
        else:
            self._show_working(_("Judging {model}").format(model=short_model(chosen.model.id)))
        work = partial(_tried, chosen.model, self._target, known, again)
        self._run(_("Judging {model}").format(model=short_model(chosen.model.id)), work, self._judged)

    def _judged(self, trial: Trial | Unjudged) -> None:
        if isinstance(trial, Trial):
            self._trials[(trial.model.id, trial.target)] = trial
        if (trial.model.id, trial.target) != self._wanted:
            return  # another candidate was chosen when this one was all but done
        self._task = None
        if isinstance(trial, Trial):
            self._put(trial)
        else:
            self._trial = None
            self._empty.say_unjudged(short_model(trial.model.id), trial.again)
            self._pages.setCurrentWidget(self._empty)
            self.badge.emit(Badge())
        self._refresh_if_stale()

    def _put(self, trial: Trial) -> None:
        """Bring a trial to the front; what is shown already stays untouched, and while a question is open all of it."""
        there = self._trial is not None and (self._trial.model.id, self._trial.target) == (trial.model.id, trial.target)
        if there and self._card.ways.asking:
            self._stale = self._stale or trial is not self._trial
        elif trial is not self._trial or self._pages.currentIndex() != 2 or self._offered != self._survey:
            self._show(trial)

    def _run(self, name: str, work: Work[T], done: Callable[[T], None]) -> None:
        self._task = self._workplace.tasks.run(_LANE, name, work, done, self._failed)
        self._task.stepped.connect(self._working.step, Qt.ConnectionType.QueuedConnection)

    def _failed(self, error: AppError) -> None:
        self._task, self._stale = None, True
        self._workplace.messages.show_error(error)
        if self._trial is None:
            self._empty.say(error.title, error.hint)
            self._pages.setCurrentWidget(self._empty)
        else:
            self._pages.setCurrentIndex(2)

    @Slot()
    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._trial is not None:
            self._model, self._target = self._wanted = self._trial.model.id, self._trial.target
            self._show(self._trial)
        else:
            self._stale = True
            self._empty.say(_("Stopped"), _("Come back to this station to judge the candidate."))
            self._pages.setCurrentWidget(self._empty)

    def _show_working(self, words: str) -> None:
        self._working.begin(words)
        self._pages.setCurrentWidget(self._working)

    def _show(self, trial: Trial) -> None:
        if self._survey is None:
            return
        self._trial, self._offered = trial, self._survey
        place, verdict = self._workplace, trial.verdict
        mine, other = short_model(trial.model.id), short_model(trial.old) if trial.old_evaluation else ""
        self._card.show_trial(trial, self._survey, place.shown)
        self._recalls.show_verdict(verdict, place.classes, place.shown)
        self._legend.say(other, mine)
        self._switch.setVisible(bool(other))
        self._switched(self._switch.current)
        for plot in (self._reliability, self._coverage):
            plot.show_evaluations(trial.old_evaluation, trial.new_evaluation, other, mine)
        self._plot_chosen(self._kind.current)
        self._strips(trial)
        self._pages.setCurrentIndex(2)
        marked = {"ok": "ok", "bad": "bad", "warn": "open"}[mark(verdict)]
        running = trial.old == trial.model.id
        self.badge.emit(Badge() if running else Badge(mark=marked, told=title(verdict)))
        self.shown.emit()

    def _strips(self, trial: Trial) -> None:
        place, first = self._workplace, trial.old_evaluation is None
        self._broken.show_strip(
            _("Gets wrong") if first else _("Newly broken"),
            _("the surest answers first") if first else _("right before, wrong now"),
            _pictures(trial, trial.broken()),
            place.classes,
            place.shown,
            _("None.") if trial.verdict.n else _("There are no blind test pictures yet."),
        )
        self._right.show_strip(
            _("Newly right"),
            _("wrong before, right now"),
            _pictures(trial, trial.verdict.newly_right),
            place.classes,
            place.shown,
            _("None."),
        )
        self._right.setVisible(not first)
        self._divider.setVisible(not first and self.width() >= look().px(_NARROW))

    @Slot(str)
    def _switched(self, which: str) -> None:
        trial = self._trial
        if trial is None:
            return
        old = which == "old" and trial.old_evaluation is not None
        name = short_model(trial.old if old else trial.model.id)
        self._matrix_title.setText(_("Confusion, {model}").format(model=name))
        evaluation = trial.old_evaluation if old else trial.new_evaluation
        self._matrix.show_evaluation(evaluation, self._workplace.classes, self._workplace.shown)

    @Slot(str)
    def _plot_chosen(self, which: str) -> None:
        self._switch_card.setCurrentIndex(int(which == "coverage"))
        self._hint.setText(_("higher is better") if which == "coverage" else _("on the dashed line is best"))

    @Slot(str, str)
    def _open_cell(self, truth: str, said: str) -> None:
        if self._trial is not None:
            names = self._trial.cell(truth, said, old=self._switch.current == "old")
            shown = self._workplace.shown
            told = _("{truth}, said {said}").format(truth=shown.get(truth, truth), said=shown.get(said, said))
            self._open(told, names, 0)

    @Slot(int)
    def _open_broken(self, place: int) -> None:
        if self._trial is not None:
            self._open(_("Newly broken") if self._trial.old_evaluation else _("Gets wrong"), self._trial.broken(), place)

    @Slot(int)
    def _open_right(self, place: int) -> None:
        if self._trial is not None:
            self._open(_("Newly right"), self._trial.verdict.newly_right, place)

    @Slot()
    def _look(self) -> None:
        self._open(_("What changed"), self._changed_names(), 0)

    def _changed_names(self) -> tuple[str, ...]:
        return (*self._trial.broken(), *self._trial.verdict.newly_right) if self._trial else ()

    def _open(self, words: str, names: Sequence[str], place: int) -> None:
        """Lay test pictures before the eyes, the chosen one first; they keep the labels they got blind."""
        if names:
            ordered = (*names[place:], *names[:place])
            self._workplace.open_queue(Queue(Source.NAMES, words, ordered, read_only=True, back=self.name))

    @Slot()
    def _open_doubts(self) -> None:
        self._workplace.open_queue(Queue(Source.DOUBTS, back=self.name))

    @Slot(str)
    def _deploy(self, reason: str) -> None:
        trial = self._trial
        if trial is not None:
            words = _("Sending {model}").format(model=short_model(trial.model.id))
            self._workplace.tasks.run("fleet", words, partial(_sent, trial, reason), self._deployed, self._not_sent)

    def _not_sent(self, error: AppError) -> None:
        self._workplace.messages.show_error(error)
        self._changed()

    def _deployed(self, _deployment: Deployment) -> None:
        self._stale = True
        self._workplace.fleet_changed.emit()
        self._workplace.go("fleet")

    @Slot(str)
    def _refuse(self, reason: str) -> None:
        if self._trial is not None:
            self._workplace.tasks.run(_LANE, _("Refuse"), partial(_refused, self._trial.model.id, reason), self._marked)

    @Slot()
    def _take_back(self) -> None:
        if self._trial is not None:
            self._workplace.tasks.run(_LANE, _("Take the refusal back"), partial(_taken_back, self._trial.model.id), self._marked)

    def _marked(self, found: Survey) -> None:
        self._survey = found
        if self._trial is not None:
            self._show(self._trial)
        self._workplace.models_changed.emit()

    @Slot()
    def _go_sorting(self) -> None:
        self._workplace.go("sort")

    @Slot()
    def _go_training(self) -> None:
        self._workplace.go("train")


def _titled(head: QHBoxLayout, plot: QWidget, note: str = "") -> QFrame:
    """Put a plot under its head."""
    top = QWidget()
    top.setLayout(head)
    top.setFixedHeight(look().px(32))
    plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    plot.setToolTip(tip(note))
    return card(column(top, plot, spacing=12, margins=(16, 8, 16, 12)))


def _pictures(trial: Trial, names: Sequence[str]) -> list[tuple[Image, Said]]:
    return [(trial.images[name], trial.said[name]) for name in names if name in trial.images and name in trial.said]


def _surveyed(plant: Plant, _progress: Progress, _cancel: CancelToken) -> Survey:
    return survey(plant)


def _tried(
    model: Model, target: str, known: Trial | None, again: bool, plant: Plant, progress: Progress, cancel: CancelToken
) -> Trial | Unjudged:
    return try_out(plant, model, target, known, again=again, progress=progress, cancel=cancel)


def _sent(trial: Trial, reason: str, plant: Plant, progress: Progress, cancel: CancelToken) -> Deployment:
    """Send what was judged; not on a verdict that labels or deployments have overtaken."""
    if overtaken(plant, trial, progress, cancel):
        raise ConflictError(
            _("Nothing was sent: the verdict is no longer about what is there now."),
            _("The test pictures or the model in service have changed since. Look at it again."),
        )
    return plant.release.deploy(trial.model.id, trial.target, plant.labeller, trial.verdict, reason or None)


def _refused(model: str, reason: str, plant: Plant, _progress: Progress, _cancel: CancelToken) -> Survey:
    refuse(plant.store, Refusal(model, plant.labeller, now_ms(), reason))
    return survey(plant)


def _taken_back(model: str, plant: Plant, _progress: Progress, _cancel: CancelToken) -> Survey:
    take_back(plant.store, model)
    return survey(plant)
