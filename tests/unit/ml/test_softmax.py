"""Softmax regression: the gradient is the loss's, the answer is the lowest point."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.ml.calibration import cross_entropy
from desktop.ml.minimiser import minimise
from desktop.ml.softmax import Examples, _Problem, fit
from edge.classifier import probabilities


def examples(seed: int, count: int = 60, width: int = 7, classes: int = 3) -> Examples:
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)]).astype(np.intp)
    centres = rng.normal(size=(classes, width))
    return Examples((centres[labels] + rng.normal(size=(count, width))).astype(np.float32), labels, classes)


seeds = st.integers(0, 10_000)


@given(seeds, st.sampled_from([0.0, 0.01, 1.0]))
@settings(max_examples=25, deadline=None)
def test_the_gradient_is_the_slope_of_the_loss(seed, penalty):
    problem = _Problem(examples(seed))
    rng = np.random.default_rng(seed)
    point, direction = (rng.normal(size=problem.size).astype(np.float32) for _ in range(2))
    step = np.float32(1e-2)
    above, below = (problem.loss(penalty, point + sign * step * direction)[0] for sign in (1, -1))
    slope = float(problem.loss(penalty, point)[1] @ direction)
    assert (above - below) / (2 * float(step)) == pytest.approx(slope, rel=0.02, abs=0.02)


@given(seeds, st.sampled_from([0.003, 0.05, 1.0]))
@settings(max_examples=25, deadline=None)
def test_no_point_nearby_is_lower_than_the_head(seed, penalty):
    problem = _Problem(examples(seed))
    found = minimise(partial(problem.loss, penalty), np.zeros(problem.size, np.float32), 1e-3, 500)
    value, gradient = problem.loss(penalty, found)
    # A convex function whose curvature is at least the penalty lies at most |gradient|² / (2 · penalty) above its lowest point.
    assert float(gradient @ gradient) / (2 * penalty) < 2e-3
    rng = np.random.default_rng(seed)
    for _ in range(5):
        assert problem.loss(penalty, found + rng.normal(scale=0.1, size=problem.size).astype(np.float32))[0] > value - 1e-4


def test_the_way_to_a_penalty_does_not_matter():
    known = examples(1)
    direct = fit(known, (0.01,))[0]
    by_way = fit(known, (1.0, 0.05, 0.01))[-1]
    one, other = (probabilities(head.logits(known.features), 1.0) for head in (direct, by_way))
    assert np.abs(one - other).max() < 0.01


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_the_loss_is_the_mean_of_the_classes_mean_cross_entropies(seed):
    known = examples(seed)
    problem = _Problem(known)
    point = np.random.default_rng(seed).normal(size=problem.size).astype(np.float32)
    losses = cross_entropy(problem.head(point).logits(known.features), known.labels)
    expected = np.mean([losses[known.labels == label].mean() for label in range(known.classes)])
    assert problem.loss(0.0, point)[0] == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_where_features_lie_does_not_matter():
    known = examples(3)
    moved = Examples(known.features * 8 + 100, known.labels, 3)
    one = probabilities(fit(known, (0.01,))[0].logits(known.features), 1.0)
    other = probabilities(fit(moved, (0.01,))[0].logits(moved.features), 1.0)
    assert np.abs(one - other).max() < 0.01


def test_the_same_examples_give_the_same_bytes():
    assert fit(examples(4), (0.05, 0.01))[-1].pack() == fit(examples(4), (0.05, 0.01))[-1].pack()


def test_a_class_without_examples_is_never_the_answer():
    known = examples(5, classes=2)
    head = fit(Examples(known.features, known.labels, 3), (0.01,))[0]
    assert set(head.logits(known.features).argmax(axis=1)) == {0, 1}


def test_features_that_are_all_alike_give_even_answers():
    head = fit(Examples(np.ones((4, 3), np.float32), np.array([0, 1, 0, 1], np.intp), 2), (0.01,))[0]
    assert probabilities(head.logits(np.ones((1, 3))), 1.0)[0] == pytest.approx([0.5, 0.5], abs=1e-3)


@given(st.lists(st.floats(0.5, 50), min_size=1, max_size=6), seeds)
@settings(max_examples=50, deadline=None)
def test_the_minimiser_finds_the_bottom_of_a_bowl(curvatures, seed):
    bend = np.asarray(curvatures, np.float32)
    bottom = np.random.default_rng(seed).normal(size=len(bend)).astype(np.float32)

    def bowl(point):
        return float(bend @ (point - bottom) ** 2) / 2, bend * (point - bottom)

    assert minimise(bowl, np.zeros_like(bottom), 1e-3, 200) == pytest.approx(bottom, abs=0.01)
