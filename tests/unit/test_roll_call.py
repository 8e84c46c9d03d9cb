"""How a device stands, by its own word and by the age of it."""

import pytest

from desktop.core.ports import Device
from desktop.core.roll_call import OFFLINE_MS, Presence, RollCall, confidences, mean_confidence, presence, roll_call
from edge.contract.fleet import DayStats

NOW = 1_800_000_000_000


def device(reported="m1", desired="m1", state="running", age_ms=1000, revision=2, desired_revision=2):
    as_of = None if age_ms is None else NOW - age_ms
    return Device("pi", desired, reported, state, as_of, revision=revision, desired_revision=desired_revision)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (device(), Presence.CURRENT),
        (device(reported="m0", revision=1), Presence.BEHIND),
        (device(reported="m0", state="fetching", revision=1), Presence.FETCHING),
        (device(state="confirming"), Presence.CONFIRMING),
        (device(reported="m0", state="refused"), Presence.REFUSED),
        (device(reported="m0", state="refused", revision=1), Presence.BEHIND),
        (device(reported="m0", state="returned", age_ms=OFFLINE_MS + 1), Presence.RETURNED),
        (device(age_ms=OFFLINE_MS), Presence.CURRENT),
        (device(age_ms=OFFLINE_MS + 1), Presence.OFFLINE),
        (device(reported=None, desired=None, state="no-model"), Presence.IDLE),
        (device(reported=None, state="silent", age_ms=None), Presence.SILENT),
    ],
)
def test_a_device_stands_as_it_says(one, expected):
    assert presence(one, NOW) is expected


def test_a_fleet_is_counted():
    fleet = [device(), device(reported="m0"), device(age_ms=OFFLINE_MS + 1), device(age_ms=None, reported=None)]
    assert roll_call(fleet, "m1", NOW) == RollCall(4, 2, 2)
    assert roll_call(fleet, None, NOW).on_model == 0


def test_the_mean_confidence_is_that_of_the_bins():
    assert mean_confidence(DayStats("pi", "2026-01-01")) is None
    half = DayStats("pi", "2026-01-02", 4, confidence=(0, 0, 0, 0, 2, 0, 0, 0, 0, 2))
    assert mean_confidence(half) == pytest.approx(0.7)
    assert confidences([DayStats("pi", "2026-01-01"), half]) == pytest.approx((0.7,))
