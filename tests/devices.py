"""Devices of a bucket, played: what ``edge.models`` and ``edge.reporting`` read and write, without their programs."""

from dataclasses import dataclass, replace

from desktop.core.ports import ABSENT, ObjectStore
from edge.contract.fleet import Desired, DeviceGroups, DeviceState, Reported
from edge.contract.keys import FLEET_GROUPS, desired_key, reported_key
from edge.contract.records import dump, load
from tests.clock import Clock


@dataclass
class BucketSite:
    """Devices that read orders and write their own word (``tests.contracts.fleet.Site``)."""

    store: ObjectStore
    clock: Clock

    def come(self, *devices: str) -> None:
        """Let devices report for the first time, without a model."""
        for device in devices:
            self._say(Reported(device, DeviceState.NO_MODEL, self.clock()))

    def group(self, name: str, *devices: str) -> None:
        """Make a device group, or make it anew."""
        before = self._groups()
        self._put(FLEET_GROUPS, replace(before, groups={**before.groups, name: devices}))

    def act(self, device: str) -> str | None:
        """Let a device do what it should, and say so; give the model it runs then."""
        before, order = self._word(device), self._order(device)
        if order is None or order.revision <= before.revision:
            return before.model
        state = DeviceState.RUNNING if order.model else DeviceState.NO_MODEL
        self._say(Reported(device, state, self.clock(), order.model, before.model, order.revision))
        return order.model

    def refuse(self, device: str, reason: str) -> None:
        """Let a device refuse what it should run, keep what it ran, and say why."""
        self._fail(device, DeviceState.REFUSED, reason)

    def go_back(self, device: str, reason: str) -> None:
        """Let a device take a new model into use and go back by itself."""
        self._fail(device, DeviceState.RETURNED, reason)

    def say(self, device: str, state: DeviceState) -> None:
        """Let a device say what it is at, before it has acted on its order."""
        self._say(replace(self._word(device), state=state, at_ms=self.clock()))

    def _fail(self, device: str, state: DeviceState, reason: str) -> None:
        before, order = self._word(device), self._order(device)
        assert order is not None
        self._say(Reported(device, state, self.clock(), before.model, None, order.revision, reason))

    def _order(self, device: str) -> Desired | None:
        if desired_key(device) in self._keys():
            return load(Desired, self.store.get(desired_key(device)).body)
        return self._groups().default

    def _groups(self) -> DeviceGroups:
        there = FLEET_GROUPS in self._keys()
        return load(DeviceGroups, self.store.get(FLEET_GROUPS).body) if there else DeviceGroups()

    def _word(self, device: str) -> Reported:
        return load(Reported, self.store.get(reported_key(device)).body)

    def _say(self, word: Reported) -> None:
        self._put(reported_key(word.device), word)

    def _put(self, key: str, record: object) -> None:
        self.store.put(key, dump(record), match=self._keys().get(key, ABSENT))

    def _keys(self) -> dict[str, str]:
        return {listed.key: listed.etag for listed in self.store.list("fleet/")}
