"""How fast somebody works."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.pace import BREAK_MS, WINDOW_MS, Pace
from tests.unit.field import Clock


@pytest.fixture
def clock():
    return Clock()


def work(pace, clock, times, every_ms, images=1):
    for _decision in range(times):
        clock.at_ms += every_ms
        pace.add(images)


def test_there_is_nothing_to_tell_before_the_second_decision(clock):
    pace = Pace(clock)
    assert pace.per_hour() is None
    pace.add(1)
    assert pace.per_hour() is None
    work(pace, clock, 1, 1000)
    assert pace.per_hour() == 3600


def test_a_decision_a_second_is_3600_an_hour_and_a_confirmed_page_counts_its_images(clock):
    pace = Pace(clock)
    work(pace, clock, 61, 1000)
    assert pace.per_hour() == pytest.approx(3600)
    work(pace, clock, 1, 40_000, images=100)
    assert pace.per_hour() == pytest.approx(160 * 3600 / 100)


def test_a_break_counts_as_a_minute(clock):
    pace = Pace(clock)
    pace.add(1)
    work(pace, clock, 1, 8 * 3_600_000)
    assert pace.per_hour() == pytest.approx(3_600_000 / BREAK_MS)


def test_only_the_last_ten_minutes_at_work_count(clock):
    pace = Pace(clock)
    work(pace, clock, 100, 50_000)
    work(pace, clock, WINDOW_MS // 1000 + 1, 1000)
    assert pace.per_hour() == pytest.approx(3600)


def test_what_is_taken_back_is_taken_off_but_never_below_nothing(clock):
    pace = Pace(clock)
    work(pace, clock, 11, 1000)
    work(pace, clock, 1, 1000, images=-5)
    assert pace.per_hour() == pytest.approx(5 * 3600 / 11)
    work(pace, clock, 1, 1000, images=-50)
    assert pace.per_hour() == 0


@given(st.lists(st.tuples(st.integers(-100_000, 100_000), st.integers(-3, 100))))
def test_a_rate_is_none_or_not_negative_whatever_the_clock_does(decisions):
    clock = Clock()
    pace = Pace(clock)
    for passed_ms, images in decisions:
        clock.at_ms += passed_ms
        pace.add(images)
        rate = pace.per_hour()
        assert rate is None or rate >= 0
