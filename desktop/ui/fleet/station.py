"""The fleet station: the deployment above, the devices below, one device at the right."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.app import Plant, now_ms
from desktop.core.progress import CancelToken, Progress
from desktop.core.release import Deployment, Stage
from desktop.core.roll_call import presence, roll_call
from desktop.core.texts import _
from desktop.ui.fleet.device_panel import DevicePanel
from desktop.ui.fleet.devices import DeviceTable
from desktop.ui.fleet.facts import Album, DevicePictures, FleetFacts, Listener
from desktop.ui.fleet.rollout import RolloutCard
from desktop.ui.parts.layouts import button, card, column, label, line, row, scrolled
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.station import Badge, Station
from desktop.ui.tasks import Task
from desktop.ui.words import short_model, spell
from desktop.ui.workplace import Workplace

LANE = "fleet"
_FRONT_MS, _BEHIND_MS = 5_000, 30_000
_TICK_MS = 1_000


class FleetStation(Station):
    """The station."""

    name = "fleet"

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self._place = place
        self._facts: FleetFacts | None = None
        self._stage = ""
        self._front = False
        self._listener, self._album = Listener(), Album()
        self._wish: Task | None = None
        """The look for the pictures at the right."""
        self.rollout = RolloutCard()
        self.rollout.back_wanted.connect(self._go_back)
        self.table = DeviceTable()
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._queue)
        self.table.queue_wanted.connect(self._queue)
        self.panel = DevicePanel(place)
        self.panel.queue_wanted.connect(self._queue)
        self.empty = _Empty(place.address)
        self.counts = label("", 12, role="muted")
        self.refreshed = label("", 12, role="muted")
        self._lay()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(_BEHIND_MS)
        self._ticks = QTimer(self)
        self._ticks.timeout.connect(self._tick)
        place.fleet_changed.connect(self.refresh)
        for changed in (place.synced, place.decided, place.delivered):
            changed.connect(self._pictures_changed)
        place.commands.bind("go-back", self.rollout.ask, self._can_go_back)
        self.refresh()

    def entered(self) -> None:
        """Look often while it is in front."""
        self._front = True
        self.table.setFocus()
        self._timer.start(_FRONT_MS)
        self._ticks.start(_TICK_MS)
        self.refresh()
        self._look_at_pictures()

    def left(self) -> None:
        """Look seldom; a question that stands is taken back."""
        self._front = False
        self.rollout.dismiss()
        self._timer.start(_BEHIND_MS)
        self._ticks.stop()

    def back(self) -> bool:
        """Take the question back."""
        asking = self.rollout.asking
        if asking:
            self.rollout.dismiss()
            self.table.setFocus()
        return asking

    def close_station(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._ticks.stop()

    @Slot()
    def refresh(self) -> None:
        """Hear the devices, unless that is being done."""
        if not self._place.tasks.running(LANE):
            self._place.tasks.run(LANE, _("Hearing the devices"), self._listener.look_at, self._show)

    def shows(self, model: str) -> bool:
        """Tell whether what is shown is a model's deployment, and that every device runs it."""
        facts = self._facts
        if facts is None or facts.last is None or facts.last.model != model:
            return False
        return all(device.reported == model for device in facts.devices)

    def _lay(self) -> None:
        self._none = label("", 13, role="muted", wrap=True)
        inside = QWidget()
        inside.setLayout(column(self.table, None, spacing=0))
        self._footer = row(self.counts, None, self.refreshed, spacing=16, margins=(20, 9, 20, 9))
        table = QVBoxLayout()
        table.setContentsMargins(1, 1, 1, 0)
        table.setSpacing(0)
        self._area = scrolled(inside)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.addWidget(self._area, 1)
        table.addWidget(line())
        table.addLayout(self._footer)
        self._card = card(table)
        middle = column(self.rollout, self._card, self.empty, spacing=16, margins=(16, 16, 16, 16))
        middle.setStretch(1, 1)
        middle.setStretch(2, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(middle, 1)
        self._edge = line(upright=True)
        whole.addWidget(self._edge)
        whole.addWidget(self.panel)
        for part in (self._card, self.empty, self.panel, self._edge):
            part.hide()

    def _show(self, facts: FleetFacts) -> None:
        self._facts = facts
        any_device = bool(facts.devices)
        first = self._card.isHidden() and any_device
        self._card.setVisible(any_device)
        self.empty.setVisible(not any_device)
        self._edge.setVisible(any_device)
        self.rollout.show_facts(facts)
        self.table.show_facts(facts)
        self.panel.show_device(self.table.current, facts)
        if first and self._front:
            self.table.setFocus()
        self._tick()
        self._tell(facts)
        self._place.commands.changed.emit()

    def _tell(self, facts: FleetFacts) -> None:
        """Show the counts on the rail, and say it when a deployment has ended."""
        last = facts.last
        now = roll_call(facts.devices, last.model if last else None, now_ms())
        trouble = sum(presence(one, now_ms()).trouble for one in facts.devices)
        told = _("{n} of {all} devices online").format(n=now.online, all=now.devices)
        if trouble:
            told += _(", {n} in trouble").format(n=trouble)
        self.badge.emit(Badge(text=f"{now.online}/{now.devices}", told=told) if facts.devices else Badge())
        stage = f"{last.id} {last.stage}" if last else ""
        before, self._stage = self._stage, stage
        if last is not None and before.startswith(f"{last.id} {Stage.ROLLING}") and last.stage != Stage.ROLLING:
            title = _("The deployment of {model} has ended").format(model=short_model(last.model))
            kind = "ok" if last.stage == Stage.COMPLETED else "warn"
            self._place.messages.say(title, self.rollout.stage.accessibleName(), kind)
            self._place.notify(title, self.rollout.stage.accessibleName())
            self._place.fleet_changed.emit()

    @Slot()
    def _tick(self) -> None:
        if self._facts is None:
            return
        last = self._facts.last
        now = roll_call(self._facts.devices, last.model if last else None, now_ms())
        told = [_("{n} of {all} online").format(n=now.online, all=now.devices)]
        if last is not None:
            told.append(_("{n} on {model}").format(n=now.on_model, model=short_model(last.model)))
        self.counts.setText("   ".join(told))
        seconds = (now_ms() - self._facts.at_ms) // 1000
        self.refreshed.setText(_("refreshed {time} ago").format(time=spell(seconds)))
        self.table.tick()

    @Slot(str)
    def _chosen(self, name: str) -> None:
        if self._facts is not None:
            self.panel.show_device(name, self._facts)
            for one in self.table.rows:
                if one.device.device == name:
                    self._area.ensureWidgetVisible(one, 0, 0)
            self._look_at_pictures()

    @Slot()
    def _pictures_changed(self) -> None:
        self._album.forget()
        self._look_at_pictures()

    @Slot()
    def _look_at_pictures(self) -> None:
        """Look for the pictures of the device at the right; only the latest wish counts."""
        if self._front and self.table.current:
            if self._wish is not None:
                self._wish.drop()
            self._wish = self._look_for(self.table.current, self.panel.show_pictures)

    @Slot(str)
    def _queue(self, name: str) -> None:
        """Lay what a device sent before the labeller."""
        self._look_for(name, self._open)

    def _look_for(self, name: str, done: Callable[[DevicePictures], None]) -> Task:
        def work(plant: Plant, _progress: Progress, _cancel: CancelToken) -> DevicePictures:
            return self._album.pictures_of(plant, name)

        return self._place.tasks.run("device", _("Looking for the device's pictures"), work, done)

    def _open(self, found: DevicePictures) -> None:
        if found.to_sort:
            self._place.open_queue(Queue(Source.NAMES, found.device, found.to_sort, back=self.name))
        else:
            self._place.messages.say(_("Nothing of {device} waits to be sorted.").format(device=found.device))

    def _can_go_back(self) -> bool:
        return self._facts is not None and self._facts.way_back is not None and not self.rollout.asking

    @Slot()
    def _go_back(self) -> None:
        last = self._facts.last if self._facts else None
        target, labeller = last.target if last else "", self._place.plant.labeller

        def work(plant: Plant, _progress: Progress, _cancel: CancelToken) -> Deployment:
            return plant.release.rollback(target, labeller)

        self.table.setFocus()
        self._place.tasks.run("release", _("Going back"), work, self._went_back)

    def _went_back(self, deployment: Deployment) -> None:
        title = _("The devices are told to go back to {model}").format(model=short_model(deployment.model))
        self._place.messages.say(title)
        self._place.fleet_changed.emit()
        self._place.models_changed.emit()


class _Empty(QFrame):
    """No device yet: how to start one."""

    def __init__(self, bucket: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._command = f'python -m edge run --bucket "{bucket}" --camera folder:///path/to/pictures --device pi-1'
        command = label(self._command, 13)
        command.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        command.setWordWrap(True)
        command.setAccessibleName(_("Command that starts a device"))
        self._copy = button(_("Copy the command"), "copy")
        self._copy.clicked.connect(self._copied)
        box = card(column(command, margins=(16, 12, 16, 12)), "inset")
        hint = _("Start its program on a Pi or on this computer; it appears here by itself and is told what to run.")
        self.setLayout(
            column(None, label(_("No device has spoken yet"), 20, 600), label(hint, 13, role="muted", wrap=True), box,
                   row(self._copy, None), None, spacing=12, margins=(48, 24, 48, 24))
        )  # fmt: skip

    @Slot()
    def _copied(self) -> None:
        QGuiApplication.clipboard().setText(self._command)
