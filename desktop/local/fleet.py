"""A fleet that needs only the bucket: devices read there what they should run, and write there what they do run."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from desktop.core.errors import ConfigError, ConflictError, NotFoundError
from desktop.core.ports import ABSENT, Device, ObjectStore
from desktop.core.texts import _
from edge.contract.fleet import DayStats, Desired, DeviceGroups, Reported
from edge.contract.keys import FLEET, FLEET_GROUPS, desired_key, reported_key, stats_key
from edge.contract.names import escape_device, unescape_device
from edge.contract.records import BadRecord, dump, load

SILENT = "silent"
"""The state of a device that was told what to run and never spoke."""

_TRIES = 5
_T = TypeVar("_T")


class BucketFleet:
    """The devices below ``fleet/``."""

    def __init__(self, store: ObjectStore, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def devices(self, target: str = "") -> list[Device]:
        """Give the devices of a target, by name."""
        groups = self._groups()[0]
        keys = {listed.key for listed in self._store.list(FLEET)}
        folders = {key.split("/")[1] for key in keys if key.count("/") >= 2}
        names = sorted({name for folder in folders if escape_device(name := unescape_device(folder)) == folder})
        return [self._device(name, groups, keys) for name in names if _belongs(name, target, groups)]

    def days(self, device: str, count: int) -> list[DayStats]:
        """Give what a device counted on the last days it spoke of, oldest first; a damaged day is left out."""
        folder = stats_key(device, "").rpartition("/")[0] + "/"
        keys = [listed.key for listed in self._store.list(folder)][-count:]
        return [stats for key in keys if (stats := self._read(DayStats, key)) is not None]

    def deploy(self, model: str | None, target: str, deployment: str) -> list[str]:
        """Write what a target's devices should run; for all devices, also what a new one will."""
        if not target:
            self._set_default(model, deployment)
        devices = self.devices(target)
        if target and not devices:
            raise NotFoundError(
                _("No device or device group is called “{target}”.").format(target=target), _("`sortloop fleet` lists them.")
            )
        for device in devices:
            self._order(device, model, deployment)
        return [device.device for device in devices]

    def cancel(self, deployment: str) -> list[str]:
        """Tell devices that have not acted on an order to stay with what they report."""
        told = []
        for device in self.devices():
            desired, _etag = self._desired(device.device)
            if desired and desired.deployment == deployment and device.revision < desired.revision:
                self._order(device, device.reported, f"{deployment}/cancelled")
                told.append(device.device)
        return told

    def _device(self, name: str, groups: DeviceGroups, keys: set[str]) -> Device:
        desired = self._read(Desired, desired_key(name)) if desired_key(name) in keys else None
        reported = self._read(Reported, reported_key(name)) if reported_key(name) in keys else None
        desired = desired or groups.default
        return Device(
            device=name,
            desired=desired.model if desired else None,
            reported=reported.model if reported else None,
            state=reported.state if reported else SILENT,
            as_of_ms=reported.at_ms if reported else None,
            reason=reported.reason if reported else "",
            revision=reported.revision if reported else 0,
            desired_revision=desired.revision if desired else 0,
            answers=reported.answers if reported else 0,
            spooled=reported.spooled if reported else 0,
            dropped=reported.dropped if reported else 0,
            program=reported.program if reported else "",
        )

    def _order(self, device: Device, model: str | None, deployment: str) -> None:
        for _attempt in range(_TRIES):
            desired, etag = self._desired(device.device)
            if desired is not None and desired.deployment == deployment:
                return
            revision = max(desired.revision if desired else 0, device.desired_revision, device.revision) + 1
            order = Desired(revision, model, deployment, at_ms=self._now_ms())
            with suppress(ConflictError):
                self._store.put(desired_key(device.device), dump(order), match=etag)
                return
        raise ConflictError(
            _("Somebody else keeps changing what {device} should run.").format(device=device.device), _("Try again.")
        )

    def _set_default(self, model: str | None, deployment: str) -> None:
        for _attempt in range(_TRIES):
            groups, etag = self._groups()
            if groups.default is not None and groups.default.deployment == deployment:
                return
            revision = (groups.default.revision if groups.default else 0) + 1
            changed = DeviceGroups(Desired(revision, model, deployment, at_ms=self._now_ms()), groups.groups)
            with suppress(ConflictError):
                self._store.put(FLEET_GROUPS, dump(changed), match=etag)
                return
        raise ConflictError(_("Somebody else keeps changing the device groups."), _("Try again."))

    def _groups(self) -> tuple[DeviceGroups, str]:
        try:
            stored = self._store.get(FLEET_GROUPS)
            return load(DeviceGroups, stored.body), stored.listed.etag
        except NotFoundError:
            return DeviceGroups(), ABSENT
        except BadRecord as error:
            raise ConfigError(
                _("{key} in the bucket is damaged: {error}.").format(key=FLEET_GROUPS, error=error),
                _("Mend it, or put an earlier version back."),
            ) from error

    def _desired(self, device: str) -> tuple[Desired | None, str]:
        try:
            stored = self._store.get(desired_key(device))
        except NotFoundError:
            return None, ABSENT
        try:
            return load(Desired, stored.body), stored.listed.etag
        except BadRecord:
            return None, stored.listed.etag

    def _read(self, kind: type[_T], key: str) -> _T | None:
        """Give a record, None if it is gone meanwhile or makes no sense: a device's half-written word is no word."""
        with suppress(NotFoundError, BadRecord):
            return load(kind, self._store.get(key).body)
        return None


def _belongs(name: str, target: str, groups: DeviceGroups) -> bool:
    return not target or name == target or name in groups.groups.get(target, ())
