"""What every fleet promises. A test class of an adapter derives from this one and gives ``fleet`` and ``site``."""

from typing import Protocol

import pytest

from desktop.core.errors import NotFoundError
from desktop.core.ports import Device, Fleet

M1, M2, M3 = ("1" * 64, "2" * 64, "3" * 64)


class Site(Protocol):
    """The devices' side, played: each method is something that happens there."""

    def come(self, *devices: str) -> None:
        """Let devices report for the first time, without a model."""

    def group(self, name: str, *devices: str) -> None:
        """Make a device group."""

    def act(self, device: str) -> str | None:
        """Let a device do what it should, and say so; give the model it runs then."""

    def refuse(self, device: str, reason: str) -> None:
        """Let a device refuse what it should run, keep what it ran, and say why."""


def by_name(fleet: Fleet, target: str = "") -> dict[str, Device]:
    """Give the devices of a target."""
    return {device.device: device for device in fleet.devices(target)}


def desired(fleet: Fleet) -> dict[str, str | None]:
    """Give what each device should run."""
    return {device.device: device.desired for device in fleet.devices()}


def ordered(fleet: Fleet) -> dict[str, tuple[str | None, int]]:
    """Give what each device should run, and in which revision."""
    return {device.device: (device.desired, device.desired_revision) for device in fleet.devices()}


class FleetContract:
    """Promises of the port."""

    def test_a_fleet_without_devices_is_empty(self, fleet: Fleet):
        assert fleet.devices() == []

    def test_devices_are_told_by_name_with_what_they_say_and_when(self, fleet: Fleet, site: Site):
        site.come("pi-2", "pi-1")
        assert [device.device for device in fleet.devices()] == ["pi-1", "pi-2"]
        device = by_name(fleet)["pi-1"]
        assert (device.desired, device.reported, device.state, device.reason) == (None, None, "no-model", "")
        assert device.as_of_ms > 0

    def test_an_order_to_all_reaches_every_device_and_those_to_come(self, fleet: Fleet, site: Site):
        site.come("pi-1", "pi-2")
        assert fleet.deploy(M1, "", "D1") == ["pi-1", "pi-2"]
        site.come("pi-3")
        assert desired(fleet) == {"pi-1": M1, "pi-2": M1, "pi-3": M1}
        assert site.act("pi-3") == M1

    def test_an_order_to_one_device_reaches_no_other(self, fleet: Fleet, site: Site):
        site.come("pi-1", "pi-2")
        assert fleet.deploy(M1, "pi-2", "D1") == ["pi-2"]
        site.come("pi-3")
        assert desired(fleet) == {"pi-1": None, "pi-2": M1, "pi-3": None}
        assert [device.device for device in fleet.devices("pi-2")] == ["pi-2"]

    def test_an_order_to_a_device_group_reaches_its_devices(self, fleet: Fleet, site: Site):
        site.come("pi-1", "pi-2", "pi-3")
        site.group("hall", "pi-1", "pi-3")
        assert fleet.deploy(M1, "hall", "D1") == ["pi-1", "pi-3"]
        assert desired(fleet) == {"pi-1": M1, "pi-2": None, "pi-3": M1}
        assert [device.device for device in fleet.devices("hall")] == ["pi-1", "pi-3"]

    def test_an_unknown_target_is_refused_and_nobody_is_told_anything(self, fleet: Fleet, site: Site):
        site.come("pi-1")
        with pytest.raises(NotFoundError, match="hall"):
            fleet.deploy(M1, "hall", "D1")
        assert fleet.devices("hall") == []
        assert desired(fleet) == {"pi-1": None}

    def test_a_device_that_acted_says_what_it_runs_and_on_which_order(self, fleet: Fleet, site: Site):
        site.come("pi-1")
        fleet.deploy(M1, "", "D1")
        before = by_name(fleet)["pi-1"]
        assert before.revision < before.desired_revision
        assert site.act("pi-1") == M1
        after = by_name(fleet)["pi-1"]
        assert (after.reported, after.state) == (M1, "running")
        assert after.revision >= after.desired_revision
        assert after.as_of_ms >= before.as_of_ms

    def test_a_device_that_refuses_says_why_and_keeps_what_it_had(self, fleet: Fleet, site: Site):
        site.come("pi-1")
        fleet.deploy(M1, "", "D1")
        site.act("pi-1")
        fleet.deploy(M2, "", "D2")
        site.refuse("pi-1", "golden/red.jpg: clutter instead of beer-mug")
        device = by_name(fleet)["pi-1"]
        assert (device.desired, device.reported, device.state) == (M2, M1, "refused")
        assert device.reason == "golden/red.jpg: clutter instead of beer-mug"

    def test_asking_again_under_the_same_deployment_changes_nothing(self, fleet: Fleet, site: Site):
        site.come("pi-1", "pi-2")
        first = fleet.deploy(M1, "", "D1")
        before = ordered(fleet)
        assert fleet.deploy(M1, "", "D1") == first
        assert ordered(fleet) == before
        site.act("pi-1")
        fleet.deploy(M1, "", "D1")
        assert ordered(fleet) == before

    def test_a_new_deployment_of_the_same_model_is_a_new_order(self, fleet: Fleet, site: Site):
        site.come("pi-1")
        fleet.deploy(M1, "", "D1")
        site.refuse("pi-1", "out of memory")
        fleet.deploy(M1, "", "D2")
        assert site.act("pi-1") == M1

    def test_the_last_order_counts_whatever_its_target(self, fleet: Fleet, site: Site):
        site.come("pi-1", "pi-2")
        fleet.deploy(M1, "", "D1")
        site.act("pi-1")
        fleet.deploy(M2, "pi-1", "D2")
        assert desired(fleet) == {"pi-1": M2, "pi-2": M1}
        assert site.act("pi-1") == M2
        fleet.deploy(M3, "", "D3")
        assert (site.act("pi-1"), site.act("pi-2")) == (M3, M3)

    def test_a_device_that_came_later_follows_the_next_order_as_well(self, fleet: Fleet, site: Site):
        for number, model in enumerate((M1, M2, M1)):
            fleet.deploy(model, "", f"D{number}")
        site.come("pi-1")
        site.act("pi-1")
        assert fleet.deploy(M3, "pi-1", "D9") == ["pi-1"]
        assert site.act("pi-1") == M3

    def test_devices_can_be_told_to_run_no_model(self, fleet: Fleet, site: Site):
        site.come("pi-1")
        fleet.deploy(M1, "", "D1")
        site.act("pi-1")
        fleet.deploy(None, "", "D2")
        assert site.act("pi-1") is None

    def test_cancelling_reaches_only_those_that_have_not_acted(self, fleet: Fleet, site: Site):
        site.come("pi-1", "pi-2", "pi-3")
        fleet.deploy(M1, "", "D1")
        for device in ("pi-1", "pi-2", "pi-3"):
            site.act(device)
        fleet.deploy(M2, "", "D2")
        site.act("pi-2")
        assert fleet.cancel("D2") == ["pi-1", "pi-3"]
        assert desired(fleet) == {"pi-1": M1, "pi-2": M2, "pi-3": M1}
        assert (site.act("pi-1"), site.act("pi-2")) == (M1, M2)

    def test_cancelling_again_or_what_was_replaced_changes_nothing(self, fleet: Fleet, site: Site):
        site.come("pi-1")
        fleet.deploy(M1, "", "D1")
        site.act("pi-1")
        fleet.deploy(M2, "", "D2")
        fleet.cancel("D2")
        fleet.deploy(M3, "", "D3")
        before = ordered(fleet)
        assert [fleet.cancel(deployment) for deployment in ("D2", "D1", "never")] == [[], [], []]
        assert ordered(fleet) == before
