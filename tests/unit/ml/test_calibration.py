"""Temperature and calibration error."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.ml.calibration import calibration_error, cross_entropy, fit_temperature
from edge.classifier import probabilities


def sampled(seed: int, temperature: float, count: int = 4000):
    """Give logits, and labels drawn by the probabilities that they mean at a temperature."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=3, size=(count, 4)).astype(np.float32)
    chance = probabilities(logits, temperature)
    labels = (chance.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1).clip(max=3)
    return logits, labels.astype(np.intp)


@given(st.integers(0, 1000), st.floats(0.4, 4))
@settings(max_examples=20, deadline=None)
def test_the_temperature_that_was_meant_is_found(seed, temperature):
    assert fit_temperature(*sampled(seed, temperature)) == pytest.approx(temperature, rel=0.15)


@given(st.integers(0, 1000), st.floats(0.3, 3))
@settings(max_examples=20, deadline=None)
def test_no_other_temperature_is_likelier(seed, other):
    logits, labels = sampled(seed, 1.7, 500)
    best = fit_temperature(logits, labels)

    def cost(temperature):
        return cross_entropy(logits, labels, temperature).sum() + (np.log(temperature) / 0.5) ** 2 / 2

    assert cost(best) <= cost(other) + 1e-3


def test_few_pictures_answered_right_do_not_ask_for_certainty():
    logits = np.eye(3, dtype=np.float32) * 4
    assert 0.3 < fit_temperature(logits, np.arange(3)) < 1


def test_without_pictures_the_temperature_is_one_and_the_error_unknown():
    assert fit_temperature(np.zeros((0, 3), np.float32), np.zeros(0, np.intp)) == 1
    assert calibration_error(np.zeros((0, 3)), np.zeros(0, np.intp)) is None


def test_answers_that_mean_what_they_say_have_nearly_no_error():
    logits, labels = sampled(0, 1.0, 20_000)
    assert calibration_error(probabilities(logits, 1.0), labels) < 0.02


def test_certainty_that_is_right_half_the_time_is_off_by_a_half():
    answers = np.array([[1.0, 0.0]] * 10)
    assert calibration_error(answers, np.array([0, 1] * 5)) == pytest.approx(0.5)
