"""What the fleet station shows, gathered off the window's thread, and the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.app import Plant, now_ms
from desktop.core.images import Image
from desktop.core.pages import time_ms
from desktop.core.ports import Device
from desktop.core.progress import CancelToken, Progress
from desktop.core.release import ROLLBACK, Deployment, Stage, standing
from desktop.core.roll_call import Presence
from desktop.core.texts import _, ngettext
from desktop.ui.words import short_model
from edge.contract.fleet import DayStats
from edge.contract.keys import Area

DAYS = 14
_OPEN_DAYS = 2
"""Of the days a device spoke of, the last ones may still grow: today, and yesterday's last word."""
_SHOWN = 6
_QUEUED = 500


@dataclass(frozen=True, slots=True)
class FleetFacts:
    """All of it, as of one moment."""

    at_ms: int
    devices: tuple[Device, ...]
    deployments: tuple[Deployment, ...]
    """Oldest first."""
    days: Mapping[str, tuple[DayStats, ...]] = field(default_factory=dict)
    """By device, oldest first."""
    way_back: str | None = None
    """The model that all devices would go back to."""

    @property
    def last(self) -> Deployment | None:
        """The deployment that counts."""
        return self.deployments[-1] if self.deployments else None


@dataclass(frozen=True, slots=True)
class DevicePictures:
    """What a device sent home."""

    device: str
    last: tuple[Image, ...] = ()
    """The newest first."""
    total: int = 0
    to_sort: tuple[str, ...] = ()
    """Names of those that wait to be sorted, newest first, not more than a labeller would go through."""


class Listener:
    """Hears the devices again and again in one lane: days that are over are read once."""

    def __init__(self) -> None:
        self._days: dict[str, tuple[DayStats, ...]] = {}

    def look_at(self, plant: Plant, _progress: Progress, cancel: CancelToken) -> FleetFacts:
        """Gather what there is; deployments that ended are noted."""
        deployments = plant.release.refresh()
        devices = plant.fleet.devices()
        for device in devices:
            cancel.check()
            known = self._days.get(device.device, ())
            late = plant.fleet.days(device.device, _OPEN_DAYS if known else DAYS)
            first = late[0].day if late else ""
            self._days[device.device] = (*(one for one in known if one.day < first), *late)[-DAYS:]
        target = deployments[-1].target if deployments else ""
        back = plant.release.way_back(plant.release.deployments(target))
        return FleetFacts(now_ms(), tuple(devices), tuple(deployments), dict(self._days), back)


class Album:
    """What devices sent home, gathered for all of them at once and kept until something changed."""

    def __init__(self) -> None:
        self._changes, self._seen = 0, -1
        self._found: dict[str, list[Image]] = {}

    def forget(self) -> None:
        """Look again when asked next; from the window's thread, while the lane may be looking."""
        self._changes += 1

    def pictures_of(self, plant: Plant, device: str) -> DevicePictures:
        """Give what a device sent home."""
        changes = self._changes
        if self._seen != changes:
            self._found, self._seen = _by_device(plant), changes
        mine = self._found.get(device, [])
        waiting = tuple(one.name for one in mine if one.area is Area.RAW)
        return DevicePictures(device, tuple(mine[:_SHOWN]), len(mine), waiting[:_QUEUED])


def _by_device(plant: Plant) -> dict[str, list[Image]]:
    found: dict[str, list[Image]] = {}
    for one in sorted(plant.catalog.images(Area.RAW, Area.LABELED, Area.DISCARDED), key=time_ms, reverse=True):
        if one.device:
            found.setdefault(one.device, []).append(one)
    return found


def presence_chip(state: Presence) -> tuple[str, str, str]:
    """Give the words, kind and icon of how a device stands."""
    return {
        Presence.CURRENT: (_("up to date"), "ok", ""),
        Presence.BEHIND: (_("on its way"), "running", "hourglass"),
        Presence.FETCHING: (_("fetching"), "running", "download-simple"),
        Presence.CONFIRMING: (_("confirming"), "running", ""),
        Presence.REFUSED: (_("refused"), "bad", "prohibit"),
        Presence.RETURNED: (_("went back by itself"), "bad", "arrow-counter-clockwise"),
        Presence.IDLE: (_("no model"), "neutral", "minus-circle"),
        Presence.OFFLINE: (_("offline"), "neutral", "wifi-slash"),
        Presence.SILENT: (_("never spoke"), "neutral", "question"),
    }[state]


def stage_chip(stage: str) -> tuple[str, str, str]:
    """Give the words, kind and icon of how far a deployment is."""
    return {
        Stage.ROLLING: (_("rolling out"), "running", ""),
        Stage.COMPLETED: (_("completed"), "ok", ""),
        Stage.FAILED: (_("failed"), "bad", ""),
        Stage.REPLACED: (_("replaced"), "neutral", "arrows-clockwise"),
    }[Stage(stage)]


def title_of(one: Deployment) -> str:
    """Say what a deployment does."""
    new, old = short_model(one.model), short_model(one.previous or "")
    if one.verdict == ROLLBACK:
        return _("Back to {model}").format(model=new)
    if one.previous is None:
        return _("{model}, the first model").format(model=new)
    if one.previous == one.model:
        return _("{model} once more").format(model=new)
    return _("{new} replaces {old}").format(new=new, old=old)


def progress_of(one: Deployment, devices: tuple[Device, ...]) -> str:
    """Count how far its devices are, by their own word."""
    found = standing(one.model, list(devices))
    parts = [_("{done} of {total} run it").format(done=len(found.done), total=len(devices))]
    if found.failed:
        parts.append(
            ngettext("{n} refused or went back", "{n} refused or went back", len(found.failed)).format(n=len(found.failed))
        )
    if found.waiting:
        parts.append(ngettext("{n} on its way", "{n} on their way", len(found.waiting)).format(n=len(found.waiting)))
    return " · ".join(parts)


def age(at_ms: int | None, now: int) -> str:
    """Say how old a device's last word is."""
    if at_ms is None:
        return _("never")
    seconds = max(0, now - at_ms) // 1000
    if seconds < 10:
        return _("just now")
    if seconds < 60:
        return _("as of {n} s").format(n=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return _("as of {n} min").format(n=minutes)
    if minutes < 1440:
        return _("as of {h} h {m} min").format(h=minutes // 60, m=minutes % 60)
    days = minutes // 1440
    return ngettext("as of {n} day", "as of {n} days", days).format(n=days)


def reason_of(device: Device, state: Presence) -> str:
    """Say why a device is in trouble, and what it does meanwhile."""
    keeps = (
        _("It kept {model} and is answering.").format(model=short_model(device.reported))
        if device.reported
        else _("It has no other model.")
    )
    return f"{device.reason or presence_chip(state)[0]} {keeps}"
