"""Deployments: what was sent where, on which verdict; and the way back.

A deployment is a record in the bucket before any device hears of it. The model *in service* for a target is that of the
last completed deployment that reached all of it, whatever that one's own target was; while there is none, that of the last
one begun; failing these, what a part of it got. So the gate always has somebody to compare with.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from desktop.core.errors import ConflictError, GateError, NotFoundError
from desktop.core.ports import ABSENT, Device, Fleet, ObjectStore
from desktop.core.shelf import shelf
from desktop.core.texts import _
from desktop.core.verdict import Ruling, Verdict
from desktop.core.words import worded
from edge.contract.fleet import DeviceState
from edge.contract.keys import DEPLOYMENTS
from edge.contract.records import dump

ROLLBACK = "rollback"
"""The verdict of a way back: it was in service before and is not measured again."""


class Stage(StrEnum):
    """How far a deployment is."""

    ROLLING = "rolling"
    COMPLETED = "completed"
    FAILED = "failed"
    """A device refused the model or came back from it, and no device is still at it."""
    REPLACED = "replaced"
    """A later deployment to all of its devices began first."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """``deployments/<id>.json``."""

    id: str
    model: str
    target: str
    """A device group or device; empty: all."""
    by: str
    at_ms: int
    verdict: str
    stage: str = Stage.ROLLING
    previous: str | None = None
    """The model that was in service."""
    override: str | None = None
    """Why it was deployed against the verdict."""
    reasons: tuple[str, ...] = ()
    accuracy: float | None = None
    """On the gate's test pictures when it was sent, 0..1; None if there were none, and for a way back."""
    ended_ms: int | None = None


class Release:
    """The deployments of a plant."""

    def __init__(self, store: ObjectStore, fleet: Fleet, now_ms: Callable[[], int], new_id: Callable[[], str]) -> None:
        self._store = store
        self._fleet = fleet
        self._now_ms = now_ms
        self._new_id = new_id

    def deployments(self, target: str | None = None) -> list[Deployment]:
        """Give the deployments (those that reached all of a target), oldest first."""
        found = shelf(self._store, DEPLOYMENTS, Deployment, _key)
        wanted = [one for one in found if target is None or self._covers(one.target, target)]
        return sorted(wanted, key=lambda one: (one.at_ms, one.id))

    def check_target(self, target: str) -> None:
        """Raise NotFoundError unless a target has devices; all devices may be none yet."""
        if target and not self._fleet.devices(target):
            raise NotFoundError(
                _("No device or device group is called “{target}”.").format(target=target), _("`sortloop fleet` lists them.")
            )

    def in_service(self, target: str = "") -> Deployment | None:
        """Give the deployment whose model a target runs, None before the first."""
        mine = self.deployments(target)
        if running := _last(mine, Stage.COMPLETED) or _last(mine, Stage.ROLLING):
            return running
        partly = [one for one in self.deployments() if self._meets(one.target, target)]
        return _last(partly, Stage.COMPLETED) or _last(partly, Stage.ROLLING)

    def best(self, target: str = "") -> str | None:
        """Give the model that did best of all that were shipped to a target, each by its figure at its own deployment."""
        shipped = [one for one in self.deployments(target) if one.stage == Stage.COMPLETED and one.accuracy is not None]
        return max(shipped, key=lambda one: one.accuracy or 0.0).model if shipped else None

    def deploy(self, model: str, target: str, by: str, verdict: Verdict, override: str | None = None) -> Deployment:
        """Send a model to a target's devices.

        Raises:
            GateError: the verdict is neither ``pass`` nor ``first``, and no reason for an override is given.
            NotFoundError: the target has no devices.
        """
        self.check_target(target)
        if verdict.verdict not in (Ruling.PASS, Ruling.FIRST) and not (override or "").strip():
            raise GateError(
                _("The gate says {verdict}: {reasons}").format(
                    verdict=worded(verdict.verdict), reasons=" ".join(verdict.reasons)
                ),
                _("Sort more test pictures, train again, or deploy with --override and a written reason."),
            )
        return self._send(
            Deployment(
                id=self._new_id(),
                model=model,
                target=target,
                by=by,
                at_ms=self._now_ms(),
                verdict=verdict.verdict,
                override=(override or "").strip() or None,
                reasons=verdict.reasons,
                accuracy=verdict.accuracy_new,
            )
        )

    def rollback(self, target: str, by: str) -> Deployment:
        """Send a target's devices back to the model before the one last sent; again, and they go back one further.

        Raises:
            NotFoundError: there is none, or the target has no devices.
        """
        self.check_target(target)
        before = self.way_back(self.deployments(target))
        if before is None:
            raise NotFoundError(
                _("There is no earlier model to go back to."), _("`sortloop models` lists what could be deployed.")
            )
        return self._send(Deployment(self._new_id(), before, target, by, self._now_ms(), ROLLBACK))

    @staticmethod
    def way_back(sent: list[Deployment]) -> str | None:
        """Give the model that :meth:`rollback` would send, from a target's deployments, oldest first; None if there is none."""
        trail = _trail(sent)
        return trail[-2] if len(trail) > 1 else None

    def refresh(self) -> list[Deployment]:
        """Look at what devices report, write which deployments ended, and give all, oldest first."""
        return [self._refreshed(one) if one.stage == Stage.ROLLING else one for one in self.deployments()]

    def _send(self, wanted: Deployment) -> Deployment:
        before, earlier = self.in_service(wanted.target), self.deployments()
        deployment = replace(wanted, previous=before.model if before else None)
        self._store.put(_key(deployment), dump(deployment), match=ABSENT)
        for one in earlier:  # only now: with neither of them on the way, the gate would have nothing to hold the next against
            if one.stage == Stage.ROLLING and self._covers(wanted.target, one.target):
                self._refreshed(one, replaced=True)
        self._fleet.deploy(deployment.model, deployment.target, deployment.id)
        return deployment

    def _covers(self, outer: str, target: str) -> bool:
        """Tell whether what is sent to ``outer`` reaches all of a target, devices to come included."""
        if outer in ("", target):
            return True
        return bool(target) and bool(mine := self._names(target)) and mine <= self._names(outer)

    def _meets(self, outer: str, target: str) -> bool:
        """Tell whether what is sent to ``outer`` reaches any device of a target."""
        return not outer or not target or bool(self._names(outer) & self._names(target))

    def _names(self, target: str) -> set[str]:
        return {device.device for device in self._fleet.devices(target)}

    def _refreshed(self, deployment: Deployment, *, replaced: bool = False) -> Deployment:
        stage = _stage(deployment.model, self._fleet.devices(deployment.target))
        if stage is Stage.ROLLING and replaced:
            stage = Stage.REPLACED
        if stage is Stage.ROLLING:
            return deployment
        ended = replace(deployment, stage=stage, ended_ms=self._now_ms())
        stored = self._store.get(_key(deployment))
        with suppress(ConflictError):  # somebody else saw the same
            self._store.put(_key(deployment), dump(ended), match=stored.listed.etag)
        return ended


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the devices of a deployment are, by their own word on that very order."""

    done: list[Device]
    failed: list[Device]
    waiting: list[Device]
    """Those that have not acted on it yet, or are at it."""


def standing(model: str, devices: list[Device]) -> Standing:
    """Sort devices by what they say of an order; those that were told something else since do not count."""
    found = Standing([], [], [])
    for device in devices:
        if device.desired == model:
            _heap(found, device, model).append(device)
    return found


def _heap(found: Standing, device: Device, model: str) -> list[Device]:
    if device.revision >= device.desired_revision:
        if device.reported == model and device.state == DeviceState.RUNNING:
            return found.done
        if device.state in (DeviceState.REFUSED, DeviceState.RETURNED):
            return found.failed
    return found.waiting


def _stage(model: str, devices: list[Device]) -> Stage:
    found = standing(model, devices)
    if found.waiting or not (found.done or found.failed):
        return Stage.ROLLING
    return Stage.FAILED if found.failed else Stage.COMPLETED


def _trail(sent: list[Deployment]) -> list[str]:
    """Give the models that led to the one last sent, each in service before the next; a rollback cuts the trail short."""
    trail: list[str] = []
    for one in sent:
        base = one.model if one.verdict == ROLLBACK else one.previous
        if base is not None:
            trail = [*trail[: trail.index(base)], base] if base in trail else [*trail, base]
        if one.model not in trail[-1:]:
            trail.append(one.model)
    return trail


def _last(deployments: list[Deployment], stage: Stage) -> Deployment | None:
    return next((one for one in reversed(deployments) if one.stage == stage), None)


def _key(deployment: Deployment) -> str:
    return f"{DEPLOYMENTS}{deployment.id}.json"
