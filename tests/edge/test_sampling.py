import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.bundle import Thresholds
from edge.contract.metadata import Reason
from edge.contract.names import Side, slot_side
from edge.ports import Prediction
from edge.sampling import BALANCED, PRESETS, THRESHOLDS, Draw, Policy, draw

DEVICE = "press-3"
TIMES = range(1_600_000_000_000, 1_600_000_000_000 + 40_000_000, 10_000)
"""One a slot."""
POST = Thresholds()


def answer(confidence, second=None):
    rest = 1 - confidence
    second = rest / 2 if second is None else second
    return Prediction(("a", "b", "c"), np.asarray((confidence, second, rest - second)))


def times(side):
    return [ms for ms in TIMES if slot_side(DEVICE, ms) is side]


ANSWERS = [None, answer(0.34, 0.33), answer(0.5), answer(0.75), answer(0.95), answer(1.0)]


@given(st.sampled_from(PRESETS), st.sampled_from(times(Side.TEST)), st.floats(0, 1), st.integers(0, 9))
def test_in_test_slots_the_answer_makes_no_difference(preset, ms, chance, seed):
    policy = Policy(preset=preset, test_chance=chance, seed=seed)
    outcomes = {draw(policy, POST, DEVICE, ms, each) for each in ANSWERS}
    assert len(outcomes) == 1
    assert outcomes <= {None, Draw(Reason.CHANCE, chance)}


def test_in_test_slots_everything_comes_at_chance_one_and_nothing_at_none():
    for ms in times(Side.TEST):
        assert draw(Policy(test_chance=1), POST, DEVICE, ms, answer(0.75)) == Draw(Reason.CHANCE, 1.0)
        assert draw(Policy(test_chance=0), POST, DEVICE, ms, answer(0.4)) is None


@pytest.mark.parametrize(
    ("confidence", "reason"),
    [(0.34, Reason.LOW), (0.5999, Reason.LOW), (0.6, None), (0.75, None), (0.9, None), (0.9001, Reason.HIGH), (1.0, Reason.HIGH)],
)
def test_thresholds_do_exactly_what_the_post_does(confidence, reason):
    policy = Policy(preset=THRESHOLDS)
    expected = None if reason is None else Draw(reason, 1.0)
    assert {draw(policy, POST, DEVICE, ms, answer(confidence)) for ms in times(Side.TRAIN)} == {expected}


def test_other_thresholds_count_where_they_are_given():
    policy = Policy(preset=THRESHOLDS)
    ms = times(Side.TRAIN)[0]
    assert draw(policy, Thresholds(0.8, 0.95), DEVICE, ms, answer(0.75)) == Draw(Reason.LOW, 1.0)
    assert draw(policy, Thresholds(0.1, 0.7), DEVICE, ms, answer(0.75)) == Draw(Reason.HIGH, 1.0)


def test_balanced_takes_every_doubt_and_a_small_share_of_the_rest():
    policy = Policy(chance=0.1)
    assert all(draw(policy, POST, DEVICE, ms, answer(0.5)) for ms in times(Side.TRAIN))
    sure = [draw(policy, POST, DEVICE, ms, answer(0.99)) for ms in times(Side.TRAIN)]
    assert {each for each in sure if each} == {Draw(Reason.CHANCE, 0.1)}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("prediction", [*ANSWERS, answer(0.61, 0.39), answer(0.62, 0.2)])
@pytest.mark.parametrize("side", Side)
def test_the_recorded_chance_is_the_true_one(preset, prediction, side):
    """The share that is sent agrees with the chance that is written on it, within four standard deviations."""
    policy = Policy(preset=preset, margin=0.5, chance=0.05)
    draws = [draw(policy, POST, DEVICE, ms, prediction) for ms in times(side)]
    sent = [each for each in draws if each]
    chances = {each.probability for each in sent}
    assert len(chances) <= 1
    chance = chances.pop() if chances else 0.0
    assert abs(len(sent) / len(draws) - chance) <= 4 * (chance * (1 - chance) / len(draws)) ** 0.5


def test_without_a_model_a_random_share_goes_home():
    policy = Policy(no_model_chance=1.0, test_chance=0.0)
    assert {draw(policy, POST, DEVICE, ms, None) for ms in times(Side.TRAIN)} == {Draw(Reason.CHANCE, 1.0)}


def test_a_replay_decides_alike_and_another_seed_or_device_otherwise():
    def decisions(device, seed):
        return [draw(Policy(seed=seed, chance=0.5), POST, device, ms, answer(0.99)) is not None for ms in times(Side.TRAIN)]

    assert decisions(DEVICE, 0) == decisions(DEVICE, 0)
    assert decisions(DEVICE, 0) != decisions(DEVICE, 1)
    assert decisions(DEVICE, 0) != decisions("other", 0)


def test_the_draw_tells_nothing_about_the_side():
    """At one chance on both sides, the same share is sent from both."""
    policy = Policy(preset=BALANCED, test_chance=0.5, chance=0.5)
    shares = []
    for side in Side:
        sent = [draw(policy, POST, DEVICE, ms, answer(0.99)) is not None for ms in times(side)]
        shares.append(sum(sent) / len(sent))
    assert all(abs(share - 0.5) < 4 * (0.25 / len(times(Side.TEST))) ** 0.5 for share in shares)


@given(st.lists(st.floats(0.34, 1), min_size=2, max_size=2))
def test_less_confidence_is_never_less_likely_to_be_sent(confidences):
    policy = Policy()
    low, high = sorted(confidences)
    for ms in itertools.islice(times(Side.TRAIN), 20):
        if draw(policy, POST, DEVICE, ms, answer(high)):
            assert draw(policy, POST, DEVICE, ms, answer(low))
