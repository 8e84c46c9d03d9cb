"""A run in words and marks, told without Qt: its chip, its steps, its figures."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.core.ports import RunState, RunStatus
from desktop.core.texts import _, ngettext
from desktop.ui.train.facts import REFUSED, ROLLING, SERVICE, PastRun
from desktop.ui.words import figure, short_model, spell

WAITS, RUNS, DONE, FAILED, STOPPED, ASKS = "waits", "runs", "done", "failed", "stopped", "asks"


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of several: how it stands, how far it is, and a few words below."""

    title: str
    state: str
    share: float = 0.0
    """0..1."""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class ChipView:
    """What a chip says; empty: there is none."""

    text: str = ""
    kind: str = "neutral"
    icon: str = ""


_ICONS = {
    RunState.DONE: ("check-circle", "ok"),
    RunState.FAILED: ("warning", "bad"),
    RunState.CANCELLED: ("stop-circle", "muted"),
}


def state_icon(one: PastRun) -> tuple[str, str]:
    """Give the icon and colour of a run's state."""
    if one.fate == REFUSED:
        return "x-circle", "muted"
    return _ICONS.get(RunState(one.run.state), ("spinner", "accent_text"))


def run_name(one: PastRun) -> str:
    """Give a model's short name, or the run's own while it has made none."""
    return short_model(one.run.model) if one.run.model else _("run {id}").format(id=one.run.id[-4:].lower())


def run_chip(one: PastRun, status: RunStatus | None = None) -> ChipView:
    """Give what is worth a word about a run."""
    state = RunState(status.state if status else one.run.state)
    if not state.ended:
        share = share_of(status) if status else 0.0
        return ChipView(f"{round(100 * share)} %" if status else _("running"), "running")
    if state is RunState.FAILED:
        return ChipView(_("failed"), "bad")
    if state is RunState.CANCELLED:
        return ChipView(_("stopped"), icon="stop-circle")
    return {
        SERVICE: ChipView(_("in service"), icon="cpu"),
        ROLLING: ChipView(_("rolling out"), icon="rocket-launch"),
        REFUSED: ChipView(_("refused"), icon="prohibit"),
    }.get(one.fate, ChipView())


def trainer_name(one: PastRun) -> str:
    """Say where a run was."""
    return _("This computer") if one.here else _("Another computer")


def local_line(line: str) -> str:
    """Give a line of a run's log with the user's own time of day in place of the day and time in UTC."""
    with suppress(ValueError):
        at = datetime.fromisoformat(f"{line[:19]}+00:00").astimezone()
        return f"{at:%H:%M:%S}  {line[20:]}"
    return line


def pictures(count: int) -> str:
    """Give a number of pictures in words."""
    return ngettext("{n} picture", "{n} pictures", count).format(n=f"{count:,}")


_STAGES = ("pictures", "head", "bundle")


def share_of(status: RunStatus) -> float:
    """Give how far a run is, 0..1: looking at the pictures is most of it, then the head."""
    stage = str(status.summary.get("stage", "network"))
    begin, room = {"network": (0.0, 0.05), "pictures": (0.05, 0.7), "head": (0.75, 0.2)}.get(stage, (0.95, 0.05))
    return begin + room * _within(status)


def steps_of(one: PastRun, status: RunStatus | None) -> list[StepView]:
    """Give the steps of a run: freezing is behind it, measuring comes after its end."""
    summary: Mapping[str, Any] = status.summary if status else one.summary
    state = RunState(status.state if status else one.run.state)
    seconds: Mapping[str, float] = summary.get("seconds_by_step") or {}
    at = str(summary.get("stage", ""))
    steps = [StepView(_("Freeze dataset"), DONE, 1.0, pictures(one.run.train))]
    titles = {"pictures": _("Features"), "head": _("Head"), "bundle": _("Pack the model")}
    for stage in _STAGES:
        now = at == stage or (stage == "pictures" and at == "network")
        steps.append(_step(titles[stage], stage, state, seconds, status if now and not state.ended else None, now=now))
    return [*steps, _evaluation(one, state)]


def _step(
    title: str, stage: str, state: RunState, seconds: Mapping[str, float], status: RunStatus | None, *, now: bool
) -> StepView:
    if state is RunState.DONE or stage in seconds:
        took = seconds.get(stage)
        return StepView(
            title, DONE, 1.0, spell(took + (seconds.get("network", 0.0) if stage == "pictures" else 0.0)) if took else ""
        )
    if status is not None:
        share = _within(status)
        counted = _("{done} of {total}").format(done=f"{status.done:,}", total=f"{status.total:,}")
        return StepView(title, RUNS, share, counted if status.total else status.step)
    if now and state.ended:
        failed = state is RunState.FAILED
        return StepView(title, FAILED if failed else STOPPED, 0.0, _("failed here") if failed else _("stopped here"))
    return StepView(title, WAITS, 0.0, "" if state.ended else _("waits"))


def _evaluation(one: PastRun, state: RunState) -> StepView:
    title = _("Evaluate")
    if one.measured:
        return StepView(
            title, DONE, 1.0, pictures((one.on_field.n if one.on_field else 0) + (one.on_base.n if one.on_base else 0))
        )
    if state is RunState.DONE:
        return StepView(title, RUNS, 0.0, _("measuring"))
    return StepView(title, WAITS, 0.0, "" if state.ended else _("waits"))


def _within(status: RunStatus) -> float:
    return min(1.0, status.done / status.total) if status.total else 0.0


def figures_of(
    one: PastRun, status: RunStatus | None, speed: float | None, left_s: float | None, elapsed_s: float
) -> list[tuple[str, str]]:
    """Give (value, caption) of what is known: of a run at work its speed and time, of one that has ended how good it is."""
    state = RunState(status.state if status else one.run.state)
    if not state.ended:
        fast = _("{n} pictures/s").format(n=f"{speed:,.0f}") if speed else "–"
        return [
            (fast, _("speed")),
            (spell(left_s) if left_s is not None else "–", _("time left, about")),
            (spell(elapsed_s), _("since it began")),
            (_("free"), _("on this computer")),
        ]
    if state is not RunState.DONE:
        return [(spell(one.seconds), _("until it ended")), (f"{one.run.train:,}", _("pictures to learn from"))]
    cells = []
    for measured, caption in (
        (one.on_field, _("of {n} field test pictures right")),
        (one.on_base, _("of {n} base test pictures right")),
    ):
        if measured is not None and measured.n:
            cells.append((figure(measured.accuracy), caption.format(n=f"{measured.n:,}")))
    if one.summary.get("cv_accuracy") is not None:
        cells.append((figure(one.summary["cv_accuracy"]), _("cross-validated")))
    if one.summary.get("ece") is not None:
        cells.append((figure(one.summary["ece"]), _("calibration error")))
    return [*cells[:3], (spell(one.seconds), _("to train, free"))]


def curve_of(summary: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Give (recipe, accuracy) pairs of the recipes that a run tried."""
    return [(float(int(number)), float(value)) for number, value in sorted((summary.get("curve") or {}).items())]
