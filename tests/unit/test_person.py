"""The simulated labeller of the benchmarks: what it gets wrong, and what its work takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.person import Habits, Person

CLASSES = ("clutter", "soda-can", "wine-bottle")


def test_the_rarer_strays_are_the_more_of_them_are_overlooked():
    habits = Habits()
    assert habits.miss(0.5) == habits.miss(0.9) == pytest.approx(0.14)
    assert habits.miss(0.01) == habits.miss(0.0) == pytest.approx(0.40)
    assert 0.24 < habits.miss(0.1) < 0.25


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_miss_stays_within_its_rates_and_never_grows_with_the_share(first, second):
    habits = Habits()
    low, high = sorted((first, second))
    assert habits.miss_rare >= habits.miss(low) >= habits.miss(high) >= habits.miss_common - 1e-12


def test_two_in_a_hundred_decisions_hit_another_class_never_the_right_one():
    person = Person(Habits(), CLASSES, 5)
    pressed = [person.decide("clutter") for _time in range(10_000)]
    assert person.slips == sum(cls != "clutter" for cls in pressed)
    assert 150 < person.slips < 250
    assert set(pressed) == set(CLASSES)


def test_half_of_the_slips_are_noticed_and_cost_two_decisions_each():
    person = Person(Habits(), CLASSES, 5)
    noticed = sum(person.notices_slip() for _slip in range(2_000))
    assert 900 < noticed < 1_100
    assert person.decisions == 2 * noticed


def test_the_time_is_that_of_decisions_keys_and_glances_and_a_glance_may_take_another():
    person = Person(Habits(), CLASSES, 5)
    person.decide("clutter")
    person.keys, person.glances = 3, 8
    assert person.seconds() == pytest.approx(0.85 + 3 * 0.28 + 8 * 0.25)
    assert person.seconds(0.4) == pytest.approx(0.85 + 3 * 0.28 + 8 * 0.4)


def test_the_same_seed_makes_the_same_mistakes():
    def mistakes(seed):
        person = Person(Habits(), CLASSES, seed)
        return [(person.decide("clutter"), person.overlooks(0.05)) for _time in range(300)]

    assert mistakes(1) == mistakes(1) != mistakes(2)
