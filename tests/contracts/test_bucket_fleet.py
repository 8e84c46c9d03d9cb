"""The fleet that needs only the bucket: the port's promises, and what half-written words and busy neighbours do to it."""

import pytest

from desktop.core.errors import ConfigError, ConflictError
from desktop.core.ports import ABSENT, ObjectStore
from desktop.local.fleet import SILENT, BucketFleet
from desktop.local.store import FolderStore
from edge.contract.fleet import DayStats, Desired, DeviceGroups
from edge.contract.keys import FLEET_GROUPS, desired_key, reported_key, stats_key
from edge.contract.records import dump, load
from tests.clock import Clock
from tests.contracts.fleet import M1, M2, FleetContract, by_name, desired
from tests.devices import BucketSite


@pytest.fixture
def store(folder):
    return FolderStore(folder / "bucket")


@pytest.fixture
def fleet(store):
    return BucketFleet(store, Clock())


@pytest.fixture
def site(store):
    return BucketSite(store, Clock())


class TestBucketFleet(FleetContract):
    pass


def test_a_device_that_was_told_and_never_spoke_is_silent(fleet, store):
    store.put(desired_key("pi-1"), dump(Desired(1, M1, "D0")), match=ABSENT)
    device = by_name(fleet)["pi-1"]
    assert (device.desired, device.reported, device.state, device.as_of_ms) == (M1, None, SILENT, None)


def test_a_device_of_which_only_statistics_are_left_can_be_told_what_to_run(fleet, store):
    store.put(stats_key("pi-1", "2026-11-24"), b"{}", match=ABSENT)
    assert fleet.deploy(M1, "pi-1", "D1") == ["pi-1"]
    assert desired(fleet) == {"pi-1": M1}


def test_device_groups_survive_an_order_to_all(fleet, site, store):
    site.come("pi-1")
    site.group("hall", "pi-1")
    fleet.deploy(M1, "", "D1")
    groups = load(DeviceGroups, store.get(FLEET_GROUPS).body)
    assert (groups.groups, groups.default.model) == ({"hall": ("pi-1",)}, M1)


def test_devices_may_have_any_name(fleet, site):
    names = ["con", "hall_3:left/upper", "töpferei 2"]
    site.come(*names)
    assert sorted(by_name(fleet)) == names
    assert fleet.deploy(M1, "hall_3:left/upper", "D1") == ["hall_3:left/upper"]
    assert site.act("hall_3:left/upper") == M1


def test_a_half_written_word_is_no_word_and_a_half_written_order_is_written_anew(fleet, site, store, folder):
    site.come("pi-1", "pi-2")
    fleet.deploy(M1, "", "D1")
    for key in (reported_key("pi-1"), desired_key("pi-1")):
        (folder / "bucket" / key).write_bytes(b'{"schema": 1, "devi')
    assert by_name(fleet)["pi-1"].state == SILENT
    assert by_name(fleet)["pi-2"].desired == M1
    assert fleet.deploy(M2, "", "D2") == ["pi-1", "pi-2"]
    assert desired(fleet) == {"pi-1": M2, "pi-2": M2}


def test_damaged_device_groups_are_told_and_not_overwritten(fleet, site, store, folder):
    site.come("pi-1")
    site.group("hall", "pi-1")
    (folder / "bucket" / FLEET_GROUPS).write_bytes(b"{")
    with pytest.raises(ConfigError, match=r"groups\.json"):
        fleet.deploy(M1, "", "D1")
    assert store.get(FLEET_GROUPS).body == b"{"


class Meddled:
    """A store in which somebody else is faster, so many times, whenever one key is written."""

    def __init__(self, store: ObjectStore, key: str, times: int) -> None:
        self._store, self._key, self._times = store, key, times

    def __getattr__(self, name):
        return getattr(self._store, name)

    def put(self, key, body, *, match, metadata=None):
        if key == self._key and self._times:
            self._times -= 1
            revision = 100 - self._times
            order = Desired(revision, M2, f"other-{revision}")
            record = DeviceGroups(order) if key == FLEET_GROUPS else order
            self._store.put(key, dump(record), match=match)
        return self._store.put(key, body, match=match, metadata=metadata)


@pytest.mark.parametrize("key", [desired_key("pi-1"), FLEET_GROUPS])
def test_whoever_is_overtaken_looks_again_and_has_the_last_word(store, site, key):
    site.come("pi-1")
    BucketFleet(Meddled(store, key, 2), Clock()).deploy(M1, "", "D1")
    device = by_name(BucketFleet(store, Clock()))["pi-1"]
    assert device.desired == M1
    default = load(DeviceGroups, store.get(FLEET_GROUPS).body).default
    assert (default.model, default.deployment) == (M1, "D1")
    order = load(Desired, store.get(desired_key("pi-1")).body)
    assert (default.revision if key == FLEET_GROUPS else order.revision) == 101


@pytest.mark.parametrize("key", [desired_key("pi-1"), FLEET_GROUPS])
def test_whoever_is_overtaken_for_ever_says_so(store, site, key):
    site.come("pi-1")
    with pytest.raises(ConflictError) as error:
        BucketFleet(Meddled(store, key, 99), Clock()).deploy(M1, "", "D1")
    assert error.value.hint


@pytest.mark.parametrize("name", [" x", "a:b", "nul", "%2E%2E", "%ED%A0%80", "\u00e9" * 100, "half%2"])
def test_a_folder_that_no_device_would_write_is_no_device(fleet, site, store, folder, name):
    site.come("pi-1")
    foreign = folder / "bucket" / "fleet" / name
    foreign.mkdir()
    (foreign / "reported.json").write_bytes(b"{}")
    assert [device.device for device in fleet.devices()] == ["pi-1"]
    assert fleet.deploy("1" * 64, "", "D1") == ["pi-1"]


def test_a_device_tells_its_last_days_oldest_first_and_a_damaged_one_is_left_out(store, fleet):
    for day in ("2026-11-23", "2026-11-24", "2026-11-25"):
        store.put(stats_key("pi:1", day), dump(DayStats("pi:1", day, 7)), match=ABSENT)
    store.put(stats_key("pi:1", "2026-11-26"), b"{", match=ABSENT)
    assert [(one.day, one.answers) for one in fleet.days("pi:1", 3)] == [("2026-11-24", 7), ("2026-11-25", 7)]
    assert fleet.days("pi:2", 3) == []
