"""Drives *Retrain and redeploy*: does each leg off the window's thread and tells the record what came of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from desktop.app import Plant, now_ms
from desktop.core.circle import Circle, Going, Leg, begin
from desktop.core.errors import AppError, Cancelled, NotFoundError
from desktop.core.ports import RunState
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.refusal import Refusal, refusals
from desktop.core.release import Deployment, Stage, standing
from desktop.core.retraining import Learned
from desktop.core.sync import sync
from desktop.core.texts import _, ngettext
from desktop.core.training import Run
from desktop.core.verdict import Verdict
from desktop.core.words import worded
from desktop.ui.tasks import Task
from desktop.ui.train.watch import RunNews, RunWatch
from desktop.ui.train.words import pictures
from desktop.ui.words import figure, short_model
from desktop.ui.workplace import Workplace
from edge.contract.records import BadRecord, dump, load

LANE = "circle"
_FACT = "circle"
_POLL_S = 1.0
T = TypeVar("T")


class CircleDriver(QObject):
    """One round at a time; its record is kept in the catalog, so that the next window shows it and goes on."""

    changed = Signal()
    """The record."""
    stepped = Signal()
    """How far its leg is; nothing else has changed."""

    def __init__(self, place: Workplace, watch: RunWatch) -> None:
        super().__init__()
        self._place = place
        self._watch = watch
        self._task: Task | None = None
        self.circle: Circle | None = None
        self.step: Step | None = None
        """How far the leg is."""
        watch.preparing.connect(self._stepped)
        watch.begun.connect(self._begun)
        watch.told.connect(self._told)
        watch.learned.connect(self._learned)
        watch.failed.connect(self._run_failed)
        watch.nothing.connect(self._run_gone)
        place.fleet_changed.connect(self._somebody_decided)
        place.models_changed.connect(self._somebody_decided)

    @property
    def running(self) -> bool:
        """Whether a leg is being done."""
        return self.circle is not None and self.circle.going == Going.RUNNING

    def begin(self) -> None:
        """Begin a round, unless one is under way."""
        if self.running or self._watch.busy_training:
            return
        plant = self._place.plant
        self._take(begin(plant.labeller, now_ms(), always_look=plant.settings.training.always_look))

    def stop(self) -> None:
        """Stop where it is."""
        if self.circle is None:
            return
        if self.circle.at in (Leg.FREEZE, Leg.TRAIN) and self.running:
            self._watch.stop()
        if self._task is not None:
            self._task.cancel()
        self._take(self.circle.stopped())

    def resume(self) -> None:
        """Go on where it stopped."""
        if self.circle is not None and not self._watch.busy_training:
            self._take(self.circle.resumed(now_ms()))

    def dismiss(self) -> None:
        """Forget a round that is over."""
        if self.circle is not None and self.circle.over:
            self._keep(None)
            self.changed.emit()

    def restore(self) -> str:
        """Take up what an earlier window left; give the run to look for, if it waits for one."""
        kept = self._place.plant.catalog.fact(_FACT)
        if not kept:
            return ""
        with suppress(BadRecord):
            before = load(Circle, kept)
            if before.going == Going.DONE:
                return ""
            circle = before.woken(now_ms(), _("The window was closed meanwhile. Go on?"))
            self.circle = circle
            if circle != before:
                self._keep(circle)
            follows = circle.at in (Leg.TRAIN, Leg.MEASURE)
            if circle.going == Going.RUNNING and not follows:
                self._work(circle)
            self.changed.emit()
            return circle.run if circle.going == Going.RUNNING and follows else ""
        return ""

    def _take(self, circle: Circle) -> None:
        """Keep a record and do what it says comes next."""
        before, self.circle = self.circle, circle
        if circle == before:
            return
        self._keep(circle)
        if before is None or (circle.at, circle.going) != (before.at, before.going):
            self.step = None
            self._do()
        self.changed.emit()

    def _keep(self, circle: Circle | None) -> None:
        self.circle = circle
        try:
            self._place.plant.catalog.set_fact(_FACT, dump(circle).decode() if circle else "")
        except AppError as error:
            self._place.messages.show_error(error)

    def _do(self) -> None:
        circle = self.circle
        if circle is not None and circle.going == Going.RUNNING:
            self._work(circle)
        elif circle is not None:
            self._announce(circle)

    def _announce(self, circle: Circle) -> None:
        if circle.going == Going.ASKS:
            title = _("{model} waits for your decision").format(model=short_model(circle.model))
            self._place.messages.say(title, _("The gate says: {verdict}").format(verdict=worded(circle.verdict)), "warn")
            self._place.notify(title, _("Compare shows why."))
            self._place.go("compare")
        if circle.going == Going.DONE:
            self._place.notify(
                _("Retrained and redeployed"), _("{model} runs on the devices.").format(model=short_model(circle.model))
            )

    def _work(self, circle: Circle) -> None:
        if circle.at == Leg.SYNC:
            self._run(Leg.SYNC, _("Looking through the bucket"), _sync, self._synced)
        elif circle.at == Leg.FREEZE:
            self._watch.start()
        elif circle.at == Leg.MEASURE and not self._watch.busy:
            self._watch.attach(circle.run)
        elif circle.at == Leg.COMPARE:
            self._run(Leg.COMPARE, _("Comparing"), self._compare, self._compared)
        elif circle.at == Leg.DEPLOY:
            self._run(Leg.DEPLOY, _("Deploying"), self._deploy, self._deployed)
        elif circle.at == Leg.DEVICES:
            self._run(Leg.DEVICES, _("Waiting for the devices' word"), self._wait, self._rolled)

    def _run(self, leg: Leg, title: str, work: Callable[[Plant, Progress, CancelToken], T], done: Callable[[T], None]) -> None:
        def failed(error: AppError) -> None:
            if self.circle is not None:
                self._place.messages.show_error(error)
                self._take(self.circle.failed(leg, str(error)))

        self._task = self._place.tasks.run(LANE, title, work, done, failed)
        self._task.stepped.connect(self._stepped)

    def _compare(self, plant: Plant, progress: Progress, cancel: CancelToken) -> Verdict:
        circle = self.circle
        if circle is None:
            raise Cancelled(_("Stopped."))
        return plant.comparison.compare(plant.registry.find(circle.model), circle.target, progress, cancel)

    def _deploy(self, plant: Plant, progress: Progress, cancel: CancelToken) -> Deployment:
        """Send it, unless this round did; the gate is asked anew: nothing goes out on a verdict that labels have overtaken."""
        circle = self.circle
        if circle is None:
            raise Cancelled(_("Stopped."))
        sent = [
            one for one in plant.release.deployments(circle.target) if one.at_ms >= circle.begun_ms and one.model == circle.model
        ]
        if sent:
            return sent[-1]
        verdict = plant.comparison.compare(plant.registry.find(circle.model), circle.target, progress, cancel)
        cancel.check()
        return plant.release.deploy(circle.model, circle.target, circle.by, verdict)

    def _wait(self, plant: Plant, progress: Progress, cancel: CancelToken) -> tuple[str, str]:
        """Wait for the end of the deployment; give its stage, and what the devices say."""
        wanted = self.circle.deployment if self.circle else ""
        while True:
            now = next((one for one in plant.release.refresh() if one.id == wanted), None)
            if now is None:
                raise NotFoundError(_("The deployment is gone from the bucket."))
            devices = plant.fleet.devices(now.target)
            found = standing(now.model, devices)
            if now.stage != Stage.ROLLING:
                reasons = "; ".join(f"{one.device}: {one.reason}" for one in found.failed)
                done = ngettext("{n} device", "{n} devices", len(found.done)).format(n=len(found.done))
                return now.stage, reasons or done
            progress(Step(_("Waiting for the devices' word"), len(devices) - len(found.waiting), len(devices), _("devices")))
            cancel.wait(_POLL_S)
            cancel.check()

    def _synced(self, objects: int) -> None:
        if self.circle is not None:
            self._place.synced.emit()
            told = ngettext("{n} object", "{n} objects", objects).format(n=f"{objects:,}")
            self._take(self.circle.did(Leg.SYNC, now_ms(), told))

    def _compared(self, verdict: Verdict) -> None:
        if self.circle is not None:
            self._take(self.circle.compared(verdict.verdict, now_ms(), worded(verdict.verdict)))

    def _deployed(self, deployment: Deployment) -> None:
        if self.circle is not None:
            self._take(self.circle.did(Leg.DEPLOY, now_ms(), deployment=deployment.id))
            self._place.fleet_changed.emit()

    def _rolled(self, ended: tuple[str, str]) -> None:
        if self.circle is not None:
            self._take(self.circle.rolled(ended[0], now_ms(), ended[1]))
            self._place.fleet_changed.emit()

    @Slot(object)
    def _stepped(self, step: Step) -> None:
        if self.running:
            self._tell(step)

    def _tell(self, step: Step) -> None:
        self.step = step
        self.stepped.emit()

    @Slot(object)
    def _begun(self, run: Run) -> None:
        if self.circle is not None:
            self._take(self.circle.did(Leg.FREEZE, now_ms(), pictures(run.train), run=run.id))

    @Slot(object)
    def _told(self, news: RunNews) -> None:
        if self.circle is None or news.run.id != self.circle.run:
            return
        if news.status.state is RunState.DONE:
            self._take(self.circle.did(Leg.TRAIN, now_ms()))
        elif self.running:
            self._tell(Step(news.status.step, news.status.done, news.status.total or None))

    @Slot(object)
    def _learned(self, learned: Learned) -> None:
        if self.circle is None or learned.run != self.circle.run:
            return
        field, base = learned.measured.field, learned.measured.base
        accuracy = field.accuracy if field.n else base.accuracy
        circle = self.circle.did(Leg.TRAIN, now_ms())
        self._take(circle.did(Leg.MEASURE, now_ms(), figure(accuracy), model=learned.model.id))

    @Slot(object)
    def _run_failed(self, error: AppError) -> None:
        circle = self.circle
        if circle is None or circle.at not in (Leg.FREEZE, Leg.TRAIN, Leg.MEASURE):
            return
        self._take(circle.stopped() if isinstance(error, Cancelled) else circle.failed(Leg(circle.at), str(error)))

    @Slot()
    def _run_gone(self) -> None:
        if self.circle is not None and self.circle.at in (Leg.TRAIN, Leg.MEASURE):
            self._take(self.circle.failed(Leg(self.circle.at), _("Its run is not on this computer.")))

    @Slot()
    def _somebody_decided(self) -> None:
        """See whether what waited for a decision was sent, or turned down."""
        circle = self.circle
        if circle is None or circle.going != Going.ASKS:
            return

        def look(plant: Plant, _progress: Progress, _cancel: CancelToken) -> Deployment | Refusal | None:
            later = [one for one in plant.release.deployments(circle.target) if one.at_ms >= circle.since_ms]
            return later[-1] if later else refusals(plant.store, [circle.model]).get(circle.model)

        def seen(found: Deployment | Refusal | None) -> None:
            if self.circle is not None and isinstance(found, Deployment):
                self._take(self.circle.sent(found.model, found.id, now_ms()))
            elif self.circle is not None and found is not None:
                self._take(self.circle.turned_down(_("{who} refused the model.").format(who=found.by)))

        self._task = self._place.tasks.run(LANE, _("Looking at the deployments"), look, seen)


def _sync(plant: Plant, progress: Progress, cancel: CancelToken) -> int:
    plant.release.refresh()
    return sync(plant.store, plant.catalog, now_ms=now_ms(), progress=progress, cancel=cancel).objects
