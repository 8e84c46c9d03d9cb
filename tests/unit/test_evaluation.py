"""A model's answers measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.evaluation import CURVE_POINTS, Answers, Evaluation, Labelled, evaluate
from desktop.core.intervals import wilson
from edge.contract.records import dump, load
from tests.judging import answers, pictures


@st.composite
def measured(draw: st.DrawFn) -> tuple[Labelled, Answers]:
    n = draw(st.integers(0, 40))
    words = st.lists(st.sampled_from("abcx"), min_size=n, max_size=n)
    labelled = pictures(draw(words), draw(st.lists(st.sampled_from("1234567"), min_size=n, max_size=n)))
    weights = draw(st.lists(st.tuples(*[st.integers(0, 20)] * 3), min_size=n, max_size=n))
    shares = np.array(weights, dtype=np.float64).reshape(n, 3) + 0.01
    return labelled, Answers(("a", "b", "c"), shares / shares.sum(axis=1, keepdims=True))


def test_accuracy_recall_precision_and_confusion_are_counted():
    found = evaluate(pictures("aaabb"), answers("ab", "aabbb"))
    assert (found.n, found.accuracy) == (5, 0.8)
    assert found.confusion == ((2, 1), (0, 2))
    assert [found.per_class[cls].n for cls in "ab"] == [3, 2]
    assert [found.per_class[cls].recall for cls in "ab"] == [pytest.approx(2 / 3), 1.0]
    assert [found.per_class[cls].precision for cls in "ab"] == [1.0, pytest.approx(2 / 3)]


def test_recalls_carry_wilsons_interval():
    row = evaluate(pictures("a" * 29), answers("ab", "a" + "b" * 28)).per_class["a"]
    assert (row.low, row.high) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_a_class_without_pictures_or_answers_has_no_recall_or_precision():
    row = evaluate(pictures("aa"), answers("abc", "aa")).per_class["c"]
    assert (row.n, row.recall, row.precision) == (0, None, None)
    assert (row.low, row.high) == (0.0, 1.0)


def test_pictures_of_a_class_the_model_never_had_count_only_apart():
    found = evaluate(pictures("aaxxx"), answers("ab", "aaaab"))
    assert (found.n, found.accuracy, found.apart) == (2, 1.0, {"x": 3})
    assert found.confusion == ((2, 0), (0, 0))
    assert found.wrong == ()


def test_what_was_wrong_is_listed_the_most_confident_first():
    found = evaluate(pictures("aaab"), answers("ab", "babb", [0.6, 0.99, 0.8, 0.7]))
    assert [(one.name, one.truth, one.answer) for one in found.wrong] == [("2.jpg", "a", "b"), ("0.jpg", "a", "b")]
    assert [one.confidence for one in found.wrong] == [pytest.approx(0.8), pytest.approx(0.6)]


def test_the_calibration_error_is_the_mean_gap_of_the_bins():
    # Two at .95, one of them right: a gap of .45. Two at .65, both right: a gap of .35.
    found = evaluate(pictures("aaaa"), answers("ab", "abaa", [0.95, 0.95, 0.65, 0.65]))
    assert found.ece == pytest.approx((0.45 + 0.35) / 2)
    assert [(one.low, one.n, one.accuracy) for one in found.reliability] == [(0.6, 2, 1.0), (0.9, 2, 0.5)]


def test_a_confidence_of_one_belongs_to_the_last_bin():
    (only,) = evaluate(pictures("a"), answers("ab", "a", 1.0)).reliability
    assert (only.low, only.high, only.confidence) == (0.9, 1.0, 1.0)


def test_the_curve_tells_what_each_threshold_would_accept():
    found = evaluate(pictures("aaaa"), answers("ab", "aaba", [0.99, 0.9, 0.8, 0.6]))
    assert [(point.coverage, pytest.approx(point.precision)) for point in found.curve] == [
        (0.25, 1),
        (0.5, 1),
        (0.75, 2 / 3),
        (1, 0.75),
    ]
    assert [point.threshold for point in found.curve] == pytest.approx([0.99, 0.9, 0.8, 0.6])


def test_equal_confidences_are_accepted_together():
    (point,) = evaluate(pictures("aab"), answers("ab", "aaa", 0.75)).curve
    assert (point.coverage, point.precision) == (1.0, pytest.approx(2 / 3))


def test_the_curve_of_many_pictures_keeps_both_ends_and_few_points():
    stated = np.linspace(0.51, 0.99, 1000)
    curve = evaluate(pictures("a" * 1000), answers("ab", "a" * 1000, stated)).curve
    assert len(curve) == CURVE_POINTS
    assert curve[0].threshold == pytest.approx(0.99)
    assert (curve[-1].threshold, curve[-1].coverage) == (pytest.approx(0.51), 1.0)


def test_bursts_widen_the_intervals():
    said = answers("ab", "a" * 30 + "b" * 10)
    alone = evaluate(pictures("a" * 40), said)
    fours = evaluate(pictures("a" * 40, [str(number // 4) for number in range(40)]), said)
    single = wilson(30, 40, inflation=4)
    assert fours.accuracy == alone.accuracy == 0.75
    assert (fours.accuracy_low, fours.accuracy_high) == (single.low, single.high)
    assert fours.accuracy_low < alone.accuracy_low < alone.accuracy_high < fours.accuracy_high
    assert fours.per_class["a"].low < alone.per_class["a"].low


def test_no_pictures_give_no_figures():
    found = evaluate(pictures(""), answers("ab", ""))
    assert (found.n, found.accuracy, found.ece, found.reliability, found.curve) == (0, None, None, (), ())
    assert (found.accuracy_low, found.accuracy_high) == (0.0, 1.0)


@given(measured())
def test_what_is_counted_adds_up(case):
    labelled, said = case
    found = evaluate(labelled, said)
    rows = np.array(found.confusion)
    assert rows.sum() == found.n == sum(row.n for row in found.per_class.values()) == sum(one.n for one in found.reliability)
    assert found.n + sum(found.apart.values()) == len(labelled.names)
    assert len(found.wrong) == found.n - rows.trace()
    assert (found.accuracy is None) == (found.n == 0)
    if found.n:
        assert found.accuracy == pytest.approx(rows.trace() / found.n)
        assert found.accuracy_low <= found.accuracy <= found.accuracy_high
        assert found.curve[-1].precision == pytest.approx(found.accuracy)
        assert found.ece is not None
        assert 0 <= found.ece <= 1


@given(measured(), st.randoms(use_true_random=False))
def test_the_order_of_the_pictures_is_nothing(case, random):
    labelled, said = case
    order = list(range(len(labelled.names)))
    random.shuffle(order)
    shuffled = Labelled(*(tuple(part[one] for one in order) for part in (labelled.names, labelled.truth, labelled.bursts)))
    one = evaluate(labelled, said)
    other = evaluate(shuffled, Answers(said.classes, said.probabilities[order]))
    assert (other.confusion, other.per_class, other.accuracy_low, other.apart) == (
        one.confusion, one.per_class, one.accuracy_low, one.apart
    )  # fmt: skip
    assert sorted(wrong.name for wrong in other.wrong) == sorted(wrong.name for wrong in one.wrong)


@given(measured())
def test_an_evaluation_survives_the_bucket(case):
    found = evaluate(*case)
    assert load(Evaluation, dump(found)) == found


def test_pictures_need_a_class_and_a_burst_each():
    with pytest.raises(ValueError, match="one each a picture"):
        Labelled(("1.jpg", "2.jpg"), ("a",))
    with pytest.raises(ValueError, match="one each a picture"):
        pictures("ab", "1")


@pytest.mark.parametrize(
    ("classes", "probabilities"), [(("a", "b"), [[1.0]]), ((), [[]]), (("a",), [1.0]), (("a", "b"), [[0.5, float("nan")]])]
)
def test_answers_that_are_no_table_of_numbers_are_refused(classes, probabilities):
    with pytest.raises(ValueError, match="probabilities"):
        Answers(classes, np.array(probabilities))


def test_an_answer_is_needed_for_each_picture():
    with pytest.raises(ValueError, match="one row of probabilities"):
        evaluate(pictures("ab"), answers("ab", "a"))
