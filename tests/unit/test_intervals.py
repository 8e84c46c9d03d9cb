"""Intervals and tests against published values, and against slow ways to the same numbers."""

import math
from statistics import NormalDist

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.core.intervals import burst_inflation, holm, paired_difference, sign_test, wilson

ALPHAS = st.sampled_from([0.0003, 0.01, 0.025, 0.05, 0.25])
INFLATIONS = st.sampled_from([1.0, 1.5, 2.0, 4.33, 50.0])


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, int]:
    """Gained, lost, n."""
    n = draw(st.integers(1, 5000))
    lost = draw(st.integers(0, n))
    return draw(st.integers(0, n - lost)), lost, n


# -- Tango's bound ------------------------------------------------------------------------------------------------------


def test_tango_gives_the_papers_bound_for_the_contact_lenses():
    # Tango, Statistics in Medicine 17 (1998), §6.1: 44 pairs, 0 and 1 discordant; lower limit of the 90 % interval.
    assert paired_difference(0, 1, 44, alpha=0.05).low == pytest.approx(-0.096, abs=5e-4)


def test_tango_gives_the_papers_interval_for_the_sleepers():
    # The same, §6.2: 32 pairs, 9 and 3 discordant; 95 % interval.
    found = paired_difference(9, 3, 32, alpha=0.025)
    assert (found.low, found.high) == pytest.approx((-0.027, 0.390), abs=5e-4)


def test_tango_gives_the_textbook_interval_for_the_airways():
    # Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014), 2850-2875: 21 children, 1 and 7 discordant; 95 %.
    found = paired_difference(1, 7, 21, alpha=0.025)
    assert (found.low, found.high) == pytest.approx((-0.517, -0.026), abs=5e-4)


def likeliest_loss(difference: float, gained: int, lost: int, n: int) -> float:
    """Find the share of losses that makes the counts likeliest, given the difference, by looking, not by formula."""

    def likelihood(share: float) -> float:
        shares = (share + difference, share, 1 - 2 * share - difference)
        counts = (gained, lost, n - gained - lost)
        return math.fsum(count * math.log(part) for count, part in zip(counts, shares, strict=True) if count)

    low, high = max(0.0, -difference), (1 - difference) / 2
    for _step in range(200):
        third = (high - low) / 3
        left, right = low + third, high - third
        inside = min(left, left + difference, 1 - 2 * right - difference) > 0
        if inside and likelihood(left) < likelihood(right):
            low = left
        else:
            high = right
    return (low + high) / 2


def slow_score(difference: float, gained: int, lost: int, n: int) -> float:
    """Standard errors between counts and difference, with the multinomial's own variance of a difference."""
    loss = likeliest_loss(difference, gained, lost, n)
    variance = (2 * loss + difference - difference**2) / n
    return ((gained - lost) / n - difference) / math.sqrt(variance)


@pytest.mark.parametrize(
    ("gained", "lost", "n"), [(9, 3, 32), (1, 7, 21), (15, 45, 1000), (30, 30, 1000), (2, 6, 100), (40, 20, 160), (1, 1, 700)]
)
@pytest.mark.parametrize("alpha", [0.0005, 0.0304, 0.25])
def test_tangos_ends_are_where_the_likeliest_table_is_just_doubtful(gained: int, lost: int, n: int, alpha: float):
    z = NormalDist().inv_cdf(1 - alpha)
    found = paired_difference(gained, lost, n, alpha=alpha)
    assert slow_score(found.low, gained, lost, n) == pytest.approx(z, abs=1e-5)
    assert slow_score(found.high, gained, lost, n) == pytest.approx(-z, abs=1e-5)


@given(tables(), ALPHAS, INFLATIONS)
def test_an_interval_holds_the_difference_and_stays_between_minus_one_and_one(table, alpha, inflation):
    gained, lost, n = table
    found = paired_difference(gained, lost, n, alpha=alpha, inflation=inflation)
    assert found.value == (gained - lost) / n
    assert -1 <= found.low <= found.value <= found.high <= 1


@given(tables(), ALPHAS, INFLATIONS)
def test_models_that_change_places_turn_the_interval_over(table, alpha, inflation):
    gained, lost, n = table
    one = paired_difference(gained, lost, n, alpha=alpha, inflation=inflation)
    other = paired_difference(lost, gained, n, alpha=alpha, inflation=inflation)
    assert (other.value, other.low, other.high) == (-one.value, -one.high, -one.low)


@given(tables(), ALPHAS, st.integers(1, 6))
def test_the_same_pictures_many_times_over_tell_nothing_new(table, alpha, times):
    gained, lost, n = table
    once = paired_difference(gained, lost, n, alpha=alpha)
    often = paired_difference(times * gained, times * lost, times * n, alpha=alpha, inflation=burst_inflation([times] * n))
    assert (often.low, often.high) == pytest.approx((once.low, once.high), abs=1e-9)


@given(tables(), ALPHAS, ALPHAS)
def test_less_error_makes_a_wider_interval(table, one, other):
    assume(one < other)
    gained, lost, n = table
    strict = paired_difference(gained, lost, n, alpha=one)
    loose = paired_difference(gained, lost, n, alpha=other)
    assert strict.low <= loose.low
    assert strict.high >= loose.high


@given(tables(), ALPHAS)
def test_one_more_loss_in_the_place_of_a_gain_never_raises_the_bound(table, alpha):
    gained, lost, n = table
    assume(gained)
    before = paired_difference(gained, lost, n, alpha=alpha)
    assert paired_difference(gained - 1, lost + 1, n, alpha=alpha).low <= before.low


@pytest.mark.parametrize("inflation", [2.0, 1000.0, 1e12])
def test_the_bound_stands_where_nearly_all_are_lost(inflation: float):
    """Beside -1 rounding may leave less than nothing of the variance."""
    found = paired_difference(0, 9_999_999, 10_000_000, alpha=0.0001, inflation=inflation)
    assert -1 <= found.low <= found.value


@pytest.mark.parametrize(("gained", "lost", "n"), [(0, 0, 0), (-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_impossible_counts_are_refused(gained: int, lost: int, n: int):
    with pytest.raises(ValueError, match="gained and lost"):
        paired_difference(gained, lost, n, alpha=0.05)


# -- Wilson's interval --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_table(right: int, n: int, low: float, high: float):
    # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    found = wilson(right, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000), st.data(), ALPHAS, INFLATIONS)
def test_wilsons_ends_are_where_the_share_is_just_doubtful(n, data, alpha, inflation):
    right = data.draw(st.integers(0, n))
    found = wilson(right, n, alpha=alpha, inflation=inflation)
    assert 0 <= found.low <= found.value <= found.high <= 1
    z = NormalDist().inv_cdf(1 - alpha / 2)
    for end in (found.low, found.high):
        if 1e-9 < end < 1 - 1e-9:
            assert abs(found.value - end) == pytest.approx(z * math.sqrt(inflation * end * (1 - end) / n), rel=1e-6)


@given(st.integers(1, 5000), st.data(), INFLATIONS)
def test_a_share_and_its_remainder_have_mirrored_intervals(n, data, inflation):
    right = data.draw(st.integers(0, n))
    one, other = wilson(right, n, inflation=inflation), wilson(n - right, n, inflation=inflation)
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)


def test_nothing_measured_says_nothing():
    found = wilson(0, 0)
    assert (found.value, found.low, found.high) == (None, 0.0, 1.0)


# -- Bursts, signs and many classes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sizes", "inflation"), [([], 1.0), ([1] * 9, 1.0), ([4, 4, 4], 4.0), (range(1, 7), 91 / 21)])
def test_bursts_inflate_by_their_squares_over_their_sum(sizes, inflation: float):
    assert burst_inflation(sizes) == pytest.approx(inflation)


@pytest.mark.parametrize(
    ("worse", "better", "p"), [(0, 0, 1.0), (5, 0, 1 / 32), (8, 2, 56 / 1024), (9, 3, 299 / 4096), (0, 7, 1.0)]
)
def test_the_sign_test_gives_the_binomial_tail(worse: int, better: int, p: float):
    assert sign_test(worse, better) == p


@given(st.integers(1, 400), st.integers(0, 400))
def test_a_sign_tests_two_tails_make_a_whole(worse, better):
    assert sign_test(worse, better) + sign_test(better + 1, worse - 1) == pytest.approx(1)


def test_holm_gives_the_textbook_corrections():
    # In order: 4 × .005, 3 × .01, 2 × .03, and 1 × .04 lifted to the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0.001, 0.25))
def test_holm_rejects_what_his_steps_reject(p_values, alpha):
    """Going up from the smallest: reject while p · (tests left) ≤ α, and stop at the first that is not."""
    rejected = set()
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[index] * (len(p_values) - rank) > alpha:
            break
        rejected.add(index)
    corrected = holm(p_values)
    assert {index for index, p in enumerate(corrected) if p <= alpha} == rejected
    assert all(raw <= p <= 1 for raw, p in zip(p_values, corrected, strict=True))
