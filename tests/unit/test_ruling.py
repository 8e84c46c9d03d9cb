"""The gate's rule on counts."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.intervals import paired_difference
from desktop.core.ruling import Counts, decide, labels_needed, spent_alpha, tally
from desktop.core.verdict import GateSettings, Ruling

SETTINGS = GateSettings()
LARGE = Counts(n=2000, gained=60, lost=60, inflation=1.0, per_class=(1000, 1000), worse=(30, 30), better=(30, 30))
"""Equal models, amply tested."""


@st.composite
def counted(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    """Truth, who has it right (old, new), bursts; of three classes."""
    n = draw(st.integers(0, 60))
    columns = (st.integers(0, 2), st.booleans(), st.booleans(), st.integers(0, 15))
    kinds = (np.intp, np.bool_, np.bool_, np.intp)
    return tuple(
        np.array(draw(st.lists(one, min_size=n, max_size=n)), dtype=kind) for one, kind in zip(columns, kinds, strict=True)
    )


# -- The rule -----------------------------------------------------------------------------------------------------------


def test_an_equal_model_passes_on_enough_pictures():
    found = decide(LARGE, 1, SETTINGS)
    assert found.ruling is Ruling.PASS
    assert found.difference == paired_difference(60, 60, 2000, alpha=spent_alpha(0.05, 1))


def test_the_bound_may_touch_the_margin_and_not_cross_it():
    low = decide(LARGE, 1, SETTINGS).difference.low
    assert decide(LARGE, 1, GateSettings(margin=-low)).ruling is Ruling.PASS
    assert decide(LARGE, 1, GateSettings(margin=np.nextafter(-low, 0.0))).ruling is Ruling.INSUFFICIENT


@pytest.mark.parametrize(("least", "ruling"), [(2000, Ruling.PASS), (2001, Ruling.INSUFFICIENT)])
def test_a_picture_too_few_in_all_holds_back(least: int, ruling: Ruling):
    assert decide(LARGE, 1, GateSettings(min_images=least)).ruling is ruling


@pytest.mark.parametrize(("n", "ruling"), [(10, Ruling.PASS), (9, Ruling.INSUFFICIENT), (0, Ruling.INSUFFICIENT)])
def test_a_class_with_too_few_pictures_holds_back(n: int, ruling: Ruling):
    counts = replace(LARGE, per_class=(2000 - n, n), worse=(60, 0), better=(60, 0))
    assert decide(counts, 1, SETTINGS).ruling is ruling


def test_a_class_that_is_worse_refuses_however_good_the_whole():
    counts = replace(LARGE, gained=200, lost=20, worse=(0, 20), better=(200, 0))
    found = decide(counts, 1, SETTINGS)
    assert found.difference.low > 0
    assert (found.ruling, found.worse) == (Ruling.REFUSE, (False, True))


def test_a_class_is_tested_the_same_way_at_every_attempt():
    counts = replace(LARGE, worse=(15, 30), better=(3, 30))
    assert decide(counts, 1, SETTINGS).p_values == decide(counts, 50, SETTINGS).p_values
    assert decide(counts, 50, SETTINGS).ruling is Ruling.REFUSE


def test_one_class_among_many_must_be_worse_by_more():
    # 8 of 9 by chance: 10/512 = .0195; times two classes below .05, times five above it.
    two = replace(LARGE, worse=(8, 0), better=(1, 0))
    five = replace(LARGE, per_class=(400,) * 5, worse=(8, 0, 0, 0, 0), better=(1, 0, 0, 0, 0))
    assert decide(two, 1, SETTINGS).worse == (True, False)
    assert decide(five, 1, SETTINGS).worse == (False,) * 5


def test_a_class_without_pictures_takes_no_part_in_the_correction():
    with_it = replace(LARGE, per_class=(1000, 1000, 0), worse=(8, 0, 0), better=(1, 0, 0))
    without = replace(LARGE, worse=(8, 0), better=(1, 0))
    assert decide(with_it, 1, SETTINGS).p_values == (*decide(without, 1, SETTINGS).p_values, 1.0)


def test_a_model_that_is_surely_worse_is_refused():
    found = decide(replace(LARGE, gained=40, lost=120), 1, SETTINGS)
    assert found.difference.high < 0
    assert found.ruling is Ruling.REFUSE


def test_a_model_surely_worse_by_less_than_the_margin_passes():
    counts = replace(LARGE, n=20_000, gained=100, lost=200, per_class=(10_000, 10_000))
    found = decide(counts, 1, SETTINGS)
    assert -0.03 < found.difference.low < found.difference.high < 0
    assert found.ruling is Ruling.PASS


def test_few_pictures_without_a_sign_of_harm_are_insufficient():
    counts = Counts(n=150, gained=4, lost=5, inflation=1.0, per_class=(75, 75), worse=(2, 3), better=(2, 2))
    assert decide(counts, 1, SETTINGS).ruling is Ruling.INSUFFICIENT


def test_no_pictures_are_insufficient():
    found = decide(Counts(0, 0, 0, 1.0, (), (), ()), 1, SETTINGS)
    assert (found.ruling, found.difference) == (Ruling.INSUFFICIENT, None)


def test_pictures_of_bursts_pass_later_than_pictures_by_themselves():
    assert decide(replace(LARGE, n=800, gained=24, lost=24), 1, SETTINGS).ruling is Ruling.PASS
    assert decide(replace(LARGE, n=800, gained=24, lost=24, inflation=4.33), 1, SETTINGS).ruling is Ruling.INSUFFICIENT


# -- The error spent over attempts --------------------------------------------------------------------------------------


def test_all_attempts_together_spend_the_error_and_no_more():
    shares = [spent_alpha(0.05, attempt) for attempt in range(1, 20_001)]
    assert shares[0] == pytest.approx(0.0304, abs=5e-5)
    assert all(earlier > later for earlier, later in pairwise(shares))
    assert 0.0499 < sum(shares) < 0.05


def test_attempts_are_counted_from_one():
    with pytest.raises(ValueError, match="from 1"):
        spent_alpha(0.05, 0)


@given(st.integers(1, 1000), st.integers(0, 200), st.integers(0, 200), st.integers(1, 30))
def test_a_later_attempt_never_passes_where_an_earlier_one_did_not(hundreds, gained, lost, attempt):
    counts = replace(LARGE, n=100 * hundreds + 400, gained=gained, lost=lost)
    if decide(counts, attempt, SETTINGS).ruling is not Ruling.PASS:
        assert decide(counts, attempt + 1, SETTINGS).ruling is not Ruling.PASS


# -- Counting -----------------------------------------------------------------------------------------------------------


@given(counted())
def test_a_tally_is_what_counting_one_by_one_gives(case):
    truth, old, new, bursts = case
    found = tally(truth, old, new, bursts, 3)
    net: dict[tuple[int, int], int] = {}
    for cls, was, now, burst in zip(*case, strict=True):
        net[cls, burst] = net.get((cls, burst), 0) + int(now) - int(was)
    assert (found.n, found.gained, found.lost) == (len(truth), int((new & ~old).sum()), int((old & ~new).sum()))
    assert found.per_class == tuple(int((truth == cls).sum()) for cls in range(3))
    assert found.worse == tuple(sum(gain < 0 for (one, _burst), gain in net.items() if one == cls) for cls in range(3))
    assert found.better == tuple(sum(gain > 0 for (one, _burst), gain in net.items() if one == cls) for cls in range(3))
    sizes = [int((bursts == burst).sum()) for burst in set(bursts.tolist())]
    assert found.inflation == (sum(size**2 for size in sizes) / sum(sizes) if sizes else 1.0)


def test_a_burst_of_many_losses_is_one_loss_of_its_class():
    lost, none = np.ones(6, dtype=np.bool_), np.zeros(6, dtype=np.bool_)
    found = tally(np.zeros(6, dtype=np.intp), lost, none, np.zeros(6, dtype=np.intp), 1)
    assert (found.lost, found.worse, found.better) == (6, (1,), (0,))


# -- How many labels it takes -------------------------------------------------------------------------------------------


def test_the_labels_needed_are_those_that_are_told_before_people_wait():
    assert labels_needed(0.06, settings=SETTINGS) == pytest.approx(700, rel=0.1)
    assert labels_needed(0.06, settings=SETTINGS, chance=0.5) == pytest.approx(250, rel=0.15)


@pytest.mark.parametrize(("chance", "discordance", "attempt"), [(0.9, 0.06, 1), (0.5, 0.06, 1), (0.9, 0.12, 3)])
def test_an_equal_model_passes_the_bound_as_often_as_the_labels_needed_say(chance: float, discordance: float, attempt: int):
    n = labels_needed(discordance, settings=SETTINGS, attempt=attempt, chance=chance)
    drawn = np.random.default_rng(n).multinomial(n, [discordance / 2, discordance / 2, 1 - discordance], 2000).tolist()
    alpha = spent_alpha(SETTINGS.alpha, attempt)
    passed = [paired_difference(gained, lost, n, alpha=alpha).low >= -SETTINGS.margin for gained, lost, _same in drawn]
    assert np.mean(passed) == pytest.approx(chance, abs=0.04)


@given(st.floats(0, 0.3), st.integers(1, 10), st.floats(1, 6))
def test_more_doubt_needs_more_labels(discordance, attempt, inflation):
    needed = labels_needed(discordance, settings=SETTINGS, attempt=attempt, inflation=inflation)
    assert needed >= 1
    assert labels_needed(discordance + 0.1, settings=SETTINGS, attempt=attempt, inflation=inflation) >= needed
    assert labels_needed(discordance, settings=SETTINGS, attempt=attempt + 1, inflation=inflation) >= needed
    assert labels_needed(discordance, settings=SETTINGS, attempt=attempt, inflation=inflation + 1) >= needed


@pytest.mark.parametrize("key", ["margin", "min_images", "min_per_class", "alpha"])
def test_a_setting_out_of_its_range_is_refused_by_name(key: str):
    with pytest.raises(ValueError, match=key):
        GateSettings(**{key: -1})
