"""Retrain and redeploy as one: the whole loop, leg by leg, as a record that tells what comes next.

    SYNC → FREEZE → TRAIN → MEASURE → COMPARE → (DECIDE) → DEPLOY → DEVICES

Whoever drives it does the leg in ``at`` and tells what came of it; what is told of another leg came too late and changes nothing.
It stops by itself where a person must decide: the gate did not pass, or the settings say that somebody always looks.
The record is kept (``dump``), so that a later program goes on where this one ended.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from desktop.core.release import Stage
from desktop.core.verdict import Ruling


class Leg(StrEnum):
    """One part of the way."""

    SYNC = "sync"
    FREEZE = "freeze"
    TRAIN = "train"
    MEASURE = "measure"
    COMPARE = "compare"
    DECIDE = "decide"
    """A person's."""
    DEPLOY = "deploy"
    DEVICES = "devices"
    """They take the model, or say why not."""


WAY = tuple(Leg)
PATIENCE_MS = 3_600_000
"""A round that lay still for longer does not go on unasked."""


class Going(StrEnum):
    """How the circle stands."""

    RUNNING = "running"
    ASKS = "asks"
    """A person must decide."""
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Passed:
    """A leg that is behind us."""

    leg: str
    seconds: float
    note: str = ""
    """What came of it, for people."""


@dataclass(frozen=True, slots=True)
class Circle:
    """One round; every change gives a new one."""

    by: str
    begun_ms: int
    target: str = ""
    always_look: bool = False
    """Whether a person decides even where the gate passes."""
    at: str = Leg.SYNC
    going: str = Going.RUNNING
    since_ms: int = 0
    """When the leg began."""
    passed: tuple[Passed, ...] = ()
    run: str = ""
    model: str = ""
    verdict: str = ""
    deployment: str = ""
    reason: str = ""
    """Why it failed, asks or stopped, for people."""

    def __post_init__(self) -> None:
        Leg(self.at), Going(self.going)  # ValueError for what is none

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.going != Going.RUNNING

    def did(self, leg: Leg, now_ms: int, note: str = "", *, run: str = "", model: str = "", deployment: str = "") -> "Circle":
        """Take in that a leg was done; not COMPARE and DEVICES, whose end says more.

        What was sent while somebody said stop is sent all the same: it is kept.
        """
        if leg == self.at == Leg.DEPLOY and self.going == Going.STOPPED and deployment:
            return replace(self, deployment=deployment)
        if leg != self.at or self.going != Going.RUNNING or leg in (Leg.COMPARE, Leg.DECIDE, Leg.DEVICES):
            return self
        known = replace(self, run=run or self.run, model=model or self.model, deployment=deployment or self.deployment, reason="")
        return _on(known, WAY[WAY.index(leg) + 1], now_ms, note)

    def compared(self, verdict: str, now_ms: int, note: str = "") -> "Circle":
        """Take in the gate's verdict."""
        if self.at != Leg.COMPARE or self.going != Going.RUNNING:
            return self
        known = replace(self, verdict=verdict)
        if verdict == Ruling.PASS and not self.always_look:
            return _on(known, Leg.DEPLOY, now_ms, note)
        return replace(_on(known, Leg.DECIDE, now_ms, note), going=Going.ASKS)

    def sent(self, model: str, deployment: str, now_ms: int) -> "Circle":
        """Take in that a person sent a model: ours is followed on its way, any other ends the round."""
        if self.at != Leg.DECIDE or self.going != Going.ASKS:
            return self
        if model != self.model:
            return replace(self, going=Going.STOPPED)
        known = replace(self, deployment=deployment, going=Going.RUNNING)
        return _on(known, Leg.DEVICES, now_ms)

    def turned_down(self, reason: str = "") -> "Circle":
        """Take in that a person refused the model."""
        return replace(self, going=Going.STOPPED, reason=reason) if self.at == Leg.DECIDE and self.going == Going.ASKS else self

    def rolled(self, stage: str, now_ms: int, note: str = "") -> "Circle":
        """Take in how far the deployment is."""
        if self.at != Leg.DEVICES or self.going != Going.RUNNING or stage == Stage.ROLLING:
            return self
        if stage == Stage.COMPLETED:
            return replace(self, going=Going.DONE, passed=(*self.passed, _passed(self, now_ms, note)))
        return replace(self, going=Going.FAILED if stage == Stage.FAILED else Going.STOPPED, reason=note)

    def failed(self, leg: Leg, reason: str) -> "Circle":
        """Take in that a leg went wrong."""
        return replace(self, going=Going.FAILED, reason=reason) if leg == self.at and self.going == Going.RUNNING else self

    def stopped(self) -> "Circle":
        """Stop; an order that devices have stays with them."""
        return self if self.going in (Going.DONE, Going.FAILED) else replace(self, going=Going.STOPPED)

    def woken(self, now_ms: int, reason: str) -> "Circle":
        """Take in that its program was gone meanwhile: nothing is sent by itself any more, and what is old waits for a word.

        A run goes on without us, and so do devices; following them does no harm.
        """
        if self.going != Going.RUNNING or self.at == Leg.DEVICES:
            return self
        known = replace(self, always_look=True)
        old = now_ms - self.since_ms > PATIENCE_MS and self.at not in (Leg.TRAIN, Leg.MEASURE)
        return replace(known, going=Going.STOPPED, reason=reason) if old or self.at == Leg.DEPLOY else known

    def resumed(self, now_ms: int) -> "Circle":
        """Go on with the leg where it stopped or failed; a run that ended so is begun anew, and so is the look at the bucket."""
        if self.going not in (Going.STOPPED, Going.FAILED):
            return self
        if self.at in (Leg.SYNC, Leg.FREEZE, Leg.TRAIN):
            return replace(self, at=Leg.SYNC, going=Going.RUNNING, since_ms=now_ms, passed=(), run="", reason="")
        if self.at == Leg.DEPLOY and self.deployment:
            return _on(replace(self, going=Going.RUNNING, reason=""), Leg.DEVICES, now_ms)
        going = Going.ASKS if self.at == Leg.DECIDE else Going.RUNNING
        return replace(self, going=going, since_ms=now_ms, reason="")


def begin(by: str, now_ms: int, *, target: str = "", always_look: bool = False) -> Circle:
    """Begin a round."""
    return Circle(by, now_ms, target, always_look, since_ms=now_ms)


def _on(circle: Circle, leg: Leg, now_ms: int, note: str = "") -> Circle:
    return replace(circle, at=leg, since_ms=now_ms, passed=(*circle.passed, _passed(circle, now_ms, note)))


def _passed(circle: Circle, now_ms: int, note: str) -> Passed:
    return Passed(circle.at, round(max(0, now_ms - circle.since_ms) / 1000, 1), note)
