"""The round of *Retrain and redeploy* as a strip of steps, with what can be done about it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.circle import WAY, Circle, Going, Leg
from desktop.core.progress import Step
from desktop.core.texts import _
from desktop.core.words import worded
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.layouts import button, column, label, row
from desktop.ui.train.driver import CircleDriver
from desktop.ui.train.steps import Steps
from desktop.ui.train.words import ASKS, DONE, FAILED, RUNS, STOPPED, WAITS, StepView
from desktop.ui.words import short_model, spell
from desktop.ui.workplace import Workplace


class CircleStrip(QFrame):
    """Hidden while there is no round."""

    def __init__(self, place: Workplace, driver: CircleDriver, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._place, self._driver = place, driver
        self.chip = Chip()
        self.steps = Steps()
        self.why = label("", 13, role="muted", wrap=True)
        self.decide = button(_("Decide in Compare"), "scales", "primary", "small")
        self.go_on = button(_("Go on"), "play", size="small")
        self.stop = button(_("Stop"), "stop-circle", size="small")
        self.close_it = button(_("Close"), "x", "quiet", "small")
        self.decide.clicked.connect(self._decide)
        self.go_on.clicked.connect(driver.resume)
        self.stop.clicked.connect(driver.stop)
        self.close_it.clicked.connect(driver.dismiss)
        header = row(
            label(_("Retrain and redeploy"), 16, 600),
            self.chip,
            None,
            self.decide,
            self.go_on,
            self.stop,
            self.close_it,
            spacing=8,
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(column(header, self.steps, self.why, spacing=8, margins=(20, 10, 20, 12)))
        driver.changed.connect(self.refresh)
        driver.stepped.connect(self._show_steps)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the round as it stands."""
        circle = self._driver.circle
        self.setVisible(circle is not None)
        if circle is None:
            return
        self.chip.say(*chip_of(circle))
        self._show_steps()
        self.why.setText(why(circle))
        self.why.setVisible(bool(self.why.text()))
        self.decide.setVisible(circle.going == Going.ASKS)
        self.go_on.setVisible(circle.going in (Going.STOPPED, Going.FAILED))
        self.stop.setVisible(circle.going in (Going.RUNNING, Going.ASKS))
        self.close_it.setVisible(circle.over and circle.going != Going.ASKS)

    @Slot()
    def _show_steps(self) -> None:
        circle = self._driver.circle
        if circle is not None:
            self.steps.show_steps(legs_of(circle, self._driver.step))

    @Slot()
    def _decide(self) -> None:
        self._place.go("compare")


def chip_of(circle: Circle) -> tuple[str, str, str]:
    """Give the words, kind and icon of how a round stands."""
    return {
        Going.RUNNING: (_("running"), "running", ""),
        Going.ASKS: (_("waits for you"), "warn", "hand-palm"),
        Going.STOPPED: (_("stopped"), "neutral", "stop-circle"),
        Going.FAILED: (_("failed"), "bad", ""),
        Going.DONE: (_("done"), "ok", ""),
    }[Going(circle.going)]


def why(circle: Circle) -> str:
    """Say what a round waits for, or why it ended."""
    if circle.going == Going.ASKS:
        told = _("The gate says of {model}: {verdict}. Nothing reaches a device before you deploy it.")
        return told.format(model=short_model(circle.model), verdict=worded(circle.verdict))
    return circle.reason


def legs_of(circle: Circle, step: Step | None) -> list[StepView]:
    """Give the legs as steps; the decision is one only where a person must take it."""
    titles = {
        Leg.SYNC: _("Sync"), Leg.FREEZE: _("Freeze"), Leg.TRAIN: _("Train"), Leg.MEASURE: _("Measure"), Leg.COMPARE: _("Compare"),
        Leg.DECIDE: _("Decide"), Leg.DEPLOY: _("Deploy"), Leg.DEVICES: _("Devices"),
    }  # fmt: skip
    passed = {one.leg: one for one in circle.passed}
    views = []
    for leg in WAY:
        if leg in passed:
            one = passed[leg]
            caption = " · ".join(part for part in (one.note, spell(one.seconds)) if part)
            views.append(StepView(titles[leg], DONE, 1.0, caption))
        elif leg == circle.at and circle.going != Going.DONE:
            views.append(_here(titles[leg], circle, step))
        elif leg is not Leg.DECIDE:
            views.append(StepView(titles[leg], WAITS, 0.0, "" if circle.over else _("waits")))
    return views


def _here(title: str, circle: Circle, step: Step | None) -> StepView:
    state = {Going.RUNNING: RUNS, Going.ASKS: ASKS, Going.STOPPED: STOPPED, Going.FAILED: FAILED}[Going(circle.going)]
    if state is ASKS:
        return StepView(title, state, 1.0, _("in Compare"))
    if state is not RUNS:
        return StepView(title, state, 0.0, _("stopped here") if state is STOPPED else _("failed here"))
    if step is None or not step.total:
        return StepView(title, state, 0.0, step.label if step else "")
    return StepView(
        title,
        state,
        min(1.0, step.done / step.total),
        _("{done} of {total}").format(done=f"{step.done:,}", total=f"{step.total:,}"),
    )
