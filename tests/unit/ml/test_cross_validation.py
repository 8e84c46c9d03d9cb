"""Cross-validation: what was seen is never asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.errors import Cancelled
from desktop.core.progress import CancelToken
from desktop.ml.cross_validation import FOLDS, PENALTIES, OutOfFold, answer, balanced_loss, choose, split
from desktop.ml.head import train_head
from desktop.ml.softmax import Examples

pictures = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=80)


@given(pictures, st.integers(0, 5))
@settings(deadline=None)
def test_a_group_never_parts(drawn, seed):
    labels = np.array([label for label, _group in drawn], np.intp)
    bursts = [f"g{burst}" for _label, burst in drawn]
    folds = split(labels, bursts, seed)
    assert len(set(zip(bursts, folds.tolist(), strict=True))) == len(set(bursts))
    assert sorted(set(folds.tolist())) == list(range(min(FOLDS, len(set(bursts)))))


@given(pictures, st.integers(0, 5))
@settings(deadline=None)
def test_the_same_seed_gives_the_same_folds(drawn, seed):
    labels = np.array([label for label, _group in drawn], np.intp)
    bursts = [str(burst) for _label, burst in drawn]
    assert np.array_equal(split(labels, bursts, seed), split(labels, bursts, seed))


@given(st.lists(st.integers(0, 3), min_size=5, max_size=60), st.integers(0, 5))
@settings(deadline=None)
def test_each_class_is_spread_evenly_where_nothing_belongs_together(drawn, seed):
    labels = np.array(drawn, np.intp)
    folds = split(labels, [str(number) for number in range(len(drawn))], seed)
    for label in set(drawn):
        counts = np.bincount(folds[labels == label], minlength=FOLDS)
        assert counts.max() - counts.min() <= 1


def noise(count: int = 200, classes: int = 2) -> Examples:
    rng = np.random.default_rng(0)
    return Examples(rng.normal(size=(count, 400)).astype(np.float32), rng.integers(0, classes, count).astype(np.intp), classes)


def test_labels_by_chance_are_answered_by_chance():
    """400 features tell 200 pictures apart with ease, so that any leak would show."""
    examples = noise()
    trained = train_head(examples, [str(number) for number in range(200)], (400,), 0, 2, CancelToken())
    assert trained.accuracy == pytest.approx(0.5, abs=0.12)
    assert trained.head.logits(examples.features).argmax(axis=1).tolist() == examples.labels.tolist()


def test_near_duplicates_do_not_flatter():
    once = noise(100)
    twice = Examples(np.repeat(once.features, 2, axis=0), np.repeat(once.labels, 2), 2)
    together = train_head(twice, [str(number // 2) for number in range(200)], (400,), 0, 2, CancelToken())
    apart = train_head(twice, [str(number) for number in range(200)], (400,), 0, 2, CancelToken())
    assert together.accuracy < 0.65 < apart.accuracy


def test_features_that_only_disturb_are_left_away():
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(2), 40).astype(np.intp)
    useful = labels[:, None] + rng.normal(scale=0.3, size=(80, 1))
    examples = Examples(np.hstack([useful, rng.normal(size=(80, 300))]).astype(np.float32), labels, 2)
    recipe, _answers = choose(examples, [str(number) for number in range(80)], (1, 301), 0, 2, CancelToken())
    assert recipe.columns == 1


def test_a_class_that_lies_in_one_group_cannot_be_answered():
    examples = noise(30, classes=3)
    bursts = ["all" if label == 2 else str(number) for number, label in enumerate(examples.labels)]
    folds = split(examples.labels, bursts, 0)
    (answers,) = answer(examples, folds, 400, (0.05,), 2).values()
    assert np.array_equal(answers.answered, examples.labels != 2)


def test_one_group_in_all_leaves_nothing_to_choose_by():
    examples = noise(10)
    trained = train_head(examples, ["one"] * 10, (200, 400), 0, 2, CancelToken())
    assert (trained.columns, trained.penalty, trained.temperature, trained.accuracy) == (200, PENALTIES[0], 1.0, None)


def test_of_very_many_pictures_the_recipe_is_chosen_on_some_and_all_are_answered():
    examples = noise(1300)
    recipe, answers = choose(examples, [str(number // 3) for number in range(1300)], (20,), 0, 2, CancelToken())
    assert answers.answered.all()
    assert recipe.columns == 20


def test_classes_count_the_same_in_the_loss():
    labels = np.array([0] * 9 + [1], np.intp)
    logits = np.array([[9.0, 0.0]] * 10, np.float32)
    assert balanced_loss(labels, OutOfFold(logits, np.ones(10, np.bool_))) == pytest.approx(4.5, abs=0.01)


def test_a_stop_is_heard_between_two_rounds():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        choose(noise(20), [str(number) for number in range(20)], (400,), 0, 2, token)
