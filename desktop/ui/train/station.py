"""The train station: runs at the left, what will be trained above, one run closely below."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.core.circle import Going
from desktop.core.errors import AppError, Cancelled
from desktop.core.ports import RunState
from desktop.core.retraining import Learned
from desktop.core.texts import _
from desktop.core.training import Run
from desktop.ui.parts.layouts import column, label, line, row, scrolled
from desktop.ui.station import Badge, Station
from desktop.ui.tasks import Task
from desktop.ui.theme import look
from desktop.ui.train.circle_strip import CircleStrip
from desktop.ui.train.dataset_card import DatasetCard
from desktop.ui.train.driver import CircleDriver
from desktop.ui.train.facts import PastRun, TrainFacts, look_at
from desktop.ui.train.run_card import RunCard
from desktop.ui.train.runs import RunList
from desktop.ui.train.watch import RunNews, RunWatch
from desktop.ui.train.words import share_of
from desktop.ui.words import figure, short_model
from desktop.ui.workplace import Workplace

LANE = "train"
_PANEL, _PANEL_NARROW, _NARROW = 328, 240, 1100
_CALM_MS = 1500
"""Counting anew waits until nothing has changed for so long."""


class TrainStation(Station):
    """The station."""

    name = "train"

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self._place = place
        self._facts: TrainFacts | None = None
        self._asked = ""
        self._front = self._once_more = False
        self._looking: Task | None = None
        self._possible: tuple[bool, ...] = ()
        self.watch = RunWatch(place)
        self.driver = CircleDriver(place, self.watch)
        self.list = RunList()
        self.list.picked.connect(self._picked)
        self.dataset = DatasetCard(place)
        self.strip = CircleStrip(place, self.driver)
        self.card = RunCard(place)
        self._lay()
        self.dataset.wanted.connect(place.commands.trigger)
        self.card.stop_wanted.connect(self.stop)
        self.driver.changed.connect(self._busy_changed)
        watch = self.watch
        watch.begun.connect(self._begun)
        watch.told.connect(self._told)
        watch.learned.connect(self._learned)
        watch.failed.connect(self._failed)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.timeout.connect(self.refresh)
        for changed in (place.synced, place.models_changed, place.fleet_changed, place.delivered):
            changed.connect(self._changed)
        place.commands.bind("train", self.train, self._can_train)
        place.commands.bind("stop-run", self.stop, self._can_stop)
        place.commands.bind("retrain", self.retrain, self._can_train)
        self.watch.attach(self.driver.restore())
        self.refresh()

    def entered(self) -> None:
        """Look at what changed, and put the focus on the runs."""
        self._front = True
        self.list.setFocus()
        self.refresh()

    def left(self) -> None:
        """Go to the back; a run goes on being followed."""
        self._front = False
        self._calm.stop()

    def back(self) -> bool:
        """Close the log where it was opened."""
        opened = self.card.log_opened
        if opened:
            self.card.toggle_log()
            self.list.setFocus()
        return opened

    def train(self) -> None:
        """Begin a run on all that is labelled."""
        self.watch.start()
        self._busy_changed()

    def retrain(self) -> None:
        """Begin the whole loop, and show it."""
        self._place.go("train")
        self.driver.begin()
        self._busy_changed()

    def stop(self) -> None:
        """Stop the run at work."""
        self.watch.stop()

    @Slot()
    def refresh(self) -> None:
        """Gather what is shown anew; what changes meanwhile is gathered once more."""
        if self._looking is not None and not self._looking.over:
            self._once_more = True
            return
        self._once_more = False
        self._looking = self._place.tasks.run(LANE, _("Looking at the runs"), look_at, self._show)

    def _lay(self) -> None:
        theme = look()
        head = row(label(_("Runs"), 20, 600), None, label(_("newest first"), 12, role="muted"), margins=(16, 14, 16, 13))
        panel = self._panel = QFrame()
        panel.setProperty("role", "panel")
        panel.setFixedWidth(theme.px(_PANEL))
        panel.setLayout(column(head, line(), self.list, spacing=0))
        inside = QWidget()
        parts = column(self.strip, self.dataset, self.card, spacing=16, margins=(16, 16, 16, 16))
        parts.setStretch(2, 1)
        inside.setLayout(parts)
        self._area = scrolled(inside)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(panel)
        whole.addWidget(line(upright=True))
        whole.addWidget(self._area, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the lists on both sides be narrower where there is little room for the size of text."""
        narrow = self.width() < look().px(_NARROW)
        self._panel.setFixedWidth(look().px(_PANEL_NARROW if narrow else _PANEL))
        self.dataset.lay_narrow(narrow=narrow)
        super().resizeEvent(event)

    def _can_train(self) -> bool:
        ready = self._facts is not None and self._facts.prospect.trainable
        return ready and not self.watch.busy_training and not self.driver.running

    def _can_stop(self) -> bool:
        return self.watch.run is not None

    @Slot()
    def _changed(self) -> None:
        if self._front:
            self._calm.start(_CALM_MS)

    def _show(self, facts: TrainFacts) -> None:
        self._facts = facts
        chosen = self._asked or self.list.current
        self.list.runs.replace(facts.runs)
        ids = [one.run.id for one in facts.runs]
        self._busy_changed()
        if ids:
            self.list.select(chosen if chosen in ids else ids[0])
            self._asked = ""
            self._show_run()
        else:
            self.card.show_nothing(
                _("Nothing was trained here yet. “Start training” makes the first model from the pictures above.")
            )
        if self._once_more:
            self.refresh()

    @Slot(str)
    def _picked(self, _run: str) -> None:
        self._show_run()

    def _show_run(self) -> None:
        facts = self._facts
        one = next((one for one in facts.runs if one.run.id == self.list.current), None) if facts else None
        if one is None or facts is None:
            return
        news = self.watch.news if self.watch.news and self.watch.news.run.id == one.run.id else None
        if news is not None and news.status.state.ended and RunState(one.run.state).ended:
            news = None
        self.card.show_run(one, news, self.watch.lines if news else None, _comparable(facts, one), facts.estimate_s)

    @Slot()
    def _busy_changed(self) -> None:
        self.dataset.show_facts(self._facts, busy=self.watch.busy_training or self.driver.running)
        circle = self.driver.circle
        self.dataset.setVisible(circle is None or circle.going not in (Going.RUNNING, Going.ASKS))
        possible = (self._can_train(), self._can_stop())
        if possible != self._possible:
            self._possible = possible
            self._place.commands.changed.emit()

    @Slot(object)
    def _begun(self, run: Run) -> None:
        self._asked = run.id
        self._place.models_changed.emit()
        self.refresh()

    @Slot(object)
    def _told(self, news: RunNews) -> None:
        self.list.runs.tell(news.status)
        share = share_of(news.status)
        if not news.status.state.ended:
            self.badge.emit(Badge(progress=share, told=_("training, {n} %").format(n=round(100 * share))))
        if self.list.current == news.run.id:
            self._show_run()
        elif self._facts is not None and news.run.id not in [one.run.id for one in self._facts.runs]:
            self.refresh()

    @Slot(object)
    def _learned(self, learned: Learned) -> None:
        field = learned.measured.field if learned.measured.field.n else learned.measured.base
        title = _("Model {model} is trained").format(model=short_model(learned.model.id))
        told = _("{right} of {n} test pictures right").format(right=figure(field.accuracy), n=f"{field.n:,}")
        self._over(title, told)
        if not self.driver.running:
            self._place.messages.say(title, told)

    @Slot(object)
    def _failed(self, error: AppError) -> None:
        if not isinstance(error, Cancelled):
            self._place.messages.show_error(error)
            self._over(error.title, error.hint)
        else:
            self._over("", "")

    def _over(self, title: str, told: str) -> None:
        if title:
            self._place.notify(title, told)
        self.list.runs.tell(None)
        self.badge.emit(Badge())
        self._place.models_changed.emit()
        self._busy_changed()
        self.refresh()


def _comparable(facts: TrainFacts, one: PastRun) -> list[PastRun]:
    """Give earlier runs whose cross-validated accuracy is known: what devices run first, then the newest."""
    earlier = [past for past in facts.runs if past.run.at_ms < one.run.at_ms and past.run.model]
    known = [past for past in earlier if past.summary.get("cv_accuracy") is not None]
    return sorted(known, key=lambda past: not past.fate)
