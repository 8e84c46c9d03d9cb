"""A candidate held against other models: who is compared on what, and what is told."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.evaluation import Answers, Labelled
from desktop.core.gate import judge, judge_all
from desktop.core.ruling import labels_needed
from desktop.core.verdict import GateSettings, Missing, Ruling, Verdict
from edge.contract.records import dump, load
from tests.judging import answers, pictures

SETTINGS = GateSettings()
LENIENT = GateSettings(margin=0.5, min_images=1, min_per_class=0)
TRUTH = "ab" * 500


def wrong_on(truth: str, places: range) -> str:
    """Give the answers of a model that is wrong on these pictures."""
    return "".join("ba"["ab".index(cls)] if place in places else cls for place, cls in enumerate(truth))


RIGHT = answers("ab", TRUTH)
SIX_OFF = answers("ab", wrong_on(TRUTH, range(6)))
HALF_WRONG = answers("ab", wrong_on(TRUTH, range(500)))


def apart_by(gained: int, lost: int, *, n: int) -> tuple[Labelled, Answers, Answers]:
    """Give pictures of two classes, a model that gained and lost so many of them, and the old one."""
    truth = ("ab" * n)[:n]
    new, old = wrong_on(truth, range(lost)), wrong_on(truth, range(lost, lost + gained))
    return pictures(truth), answers("ab", new), answers("ab", old)


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[Labelled, Answers, Answers]:
    n = draw(st.integers(0, 30))
    words = st.lists(st.sampled_from("abcx"), min_size=n, max_size=n)
    labelled = pictures(draw(words), draw(st.lists(st.sampled_from("12345678"), min_size=n, max_size=n)))
    models = []
    for classes in ("abc", draw(st.sampled_from(["abc", "cab", "bcx", "xyz"]))):
        said = draw(st.lists(st.sampled_from(classes), min_size=n, max_size=n))
        models.append(answers(classes, said, draw(st.lists(st.floats(0.5, 1), min_size=n, max_size=n))))
    return labelled, models[0], models[1]


# -- Against one model --------------------------------------------------------------------------------------------------


def test_a_model_as_good_on_enough_pictures_passes():
    found = judge(pictures(TRUTH), SIX_OFF, RIGHT, attempt=1, settings=SETTINGS)
    assert (found.verdict, found.n, found.gained, found.lost) == (Ruling.PASS, 1000, 0, 6)
    assert (found.accuracy_old, found.accuracy_new) == (1.0, 0.994)
    assert found.missing == Missing()


def test_a_model_that_lost_half_is_refused():
    found = judge(pictures(TRUTH), HALF_WRONG, RIGHT, attempt=1, settings=SETTINGS)
    assert found.verdict == Ruling.REFUSE
    assert [row.worse for row in found.classes] == [True, True]


def test_the_first_model_is_first_whatever_it_does():
    found = judge(pictures(TRUTH), HALF_WRONG, None, attempt=1, settings=SETTINGS)
    assert (found.verdict, found.difference, found.accuracy_old) == (Ruling.FIRST, None, None)
    assert (found.accuracy_new, [row.old for row in found.classes]) == (0.5, [None, None])


def test_newly_broken_and_newly_right_are_named_the_surest_answer_first():
    old = answers("ab", "aabb")
    new = answers("ab", "baba", [0.7, 0.6, 0.8, 0.9])
    found = judge(pictures("abba"), new, old, attempt=1, settings=LENIENT)
    # 0: a → old right, new wrong. 1: b → both wrong. 2: b → both right. 3: a → new right.
    assert (found.newly_broken, found.newly_right) == (("0.jpg",), ("3.jpg",))
    found = judge(
        pictures("aaaa"), answers("ab", "bbbb", [0.7, 0.6, 0.8, 0.9]), answers("ab", "aaaa"), attempt=1, settings=LENIENT
    )
    assert found.newly_broken == ("3.jpg", "2.jpg", "0.jpg", "1.jpg")


def test_a_class_that_only_one_model_has_is_told_apart_and_counts_in_nothing():
    old, new = answers("abx", "aabbx"), answers("aby", "abbay")
    found = judge(pictures("aabxy"), new, old, attempt=1, settings=LENIENT)
    assert (found.n, [row.cls for row in found.classes]) == (3, ["a", "b"])
    assert [(one.cls, one.n, one.old and one.old.value, one.new and one.new.value) for one in found.apart] == [
        ("x", 1, 0.0, None),
        ("y", 1, None, 1.0),
    ]
    assert not {"3.jpg", "4.jpg"} & {*found.newly_broken, *found.newly_right}


def test_an_answer_that_the_other_model_could_not_give_is_wrong_all_the_same():
    found = judge(pictures("aa"), answers("abx", "ax"), answers("ab", "aa"), attempt=1, settings=LENIENT)
    assert (found.n, found.lost, found.newly_broken) == (2, 1, ("1.jpg",))


def test_models_without_a_common_class_cannot_be_compared():
    found = judge(pictures("ab"), answers("a", "aa"), answers("b", "bb"), attempt=1, settings=SETTINGS)
    assert (found.verdict, found.n, found.difference) == (Ruling.INSUFFICIENT, 0, None)
    assert [one.cls for one in found.apart] == ["a", "b"]


def test_the_pictures_of_a_burst_count_as_one_witness():
    bursts = [str(place // 4) for place in range(1000)]
    alone = judge(pictures(TRUTH), SIX_OFF, RIGHT, attempt=1, settings=SETTINGS)
    fours = judge(pictures(TRUTH, bursts), SIX_OFF, RIGHT, attempt=1, settings=SETTINGS)
    assert (alone.inflation, fours.inflation) == (1.0, 4.0)
    assert fours.difference.low < alone.difference.low
    assert [row.worse_bursts for row in alone.classes] == [3, 3]
    assert [row.worse_bursts for row in fours.classes] == [2, 2]
    assert fours.classes[0].new.low < alone.classes[0].new.low


def test_what_is_missing_is_counted():
    model = answers("ab", "a" * 60 + "b" * 4)
    found = judge(pictures("a" * 60 + "b" * 4), model, model, attempt=1, settings=SETTINGS)
    assert found.verdict == Ruling.INSUFFICIENT
    assert (found.missing.images, found.missing.per_class) == (36, {"b": 6})
    assert found.missing.interval > 600
    assert found.missing.total == found.missing.interval


def test_what_is_missing_brings_an_equal_model_through():
    """At 3 % gained and 3 % lost, asked again with the labels that were missing."""
    few = judge(*apart_by(3, 3, n=100), attempt=1, settings=SETTINGS)
    assert few.verdict == Ruling.INSUFFICIENT
    n = 100 + few.missing.interval
    assert judge(*apart_by(round(0.03 * n), round(0.03 * n), n=n), attempt=2, settings=SETTINGS).verdict == Ruling.PASS


def test_what_is_missing_is_reckoned_for_the_attempt_it_will_be():
    """More labels make another test set; without a picture nothing was attempted yet."""
    none = judge(*apart_by(0, 0, n=0), attempt=1, settings=SETTINGS)
    few = judge(*apart_by(0, 0, n=20), attempt=1, settings=SETTINGS)
    assert none.missing.interval == labels_needed(0.06, settings=SETTINGS, attempt=1)
    assert few.missing.interval == labels_needed(0.06, settings=SETTINGS, attempt=2) - 20


def test_more_labels_are_not_promised_to_help_where_an_equal_model_had_passed():
    found = judge(*apart_by(27, 45, n=1200), attempt=2, settings=SETTINGS)
    assert found.verdict == Ruling.INSUFFICIENT
    assert (found.missing.interval, found.missing.total) == (None, None)


@given(comparisons())
def test_models_that_change_places_turn_the_verdict_over(case):
    labelled, one, other = case
    here = judge(labelled, one, other, attempt=1, settings=SETTINGS)
    there = judge(labelled, other, one, attempt=1, settings=SETTINGS)
    assert (here.n, here.gained, here.lost) == (there.n, there.lost, there.gained)
    assert set(here.newly_broken) == set(there.newly_right)
    assert len(here.newly_broken) == here.lost
    if here.difference:
        assert (here.difference.value, here.difference.low) == (-there.difference.value, -there.difference.high)


@given(comparisons(), st.randoms(use_true_random=False))
def test_the_order_of_the_pictures_is_nothing(case, random):
    labelled, new, old = case
    order = list(range(len(labelled.names)))
    random.shuffle(order)
    shuffled = Labelled(*(tuple(part[one] for one in order) for part in (labelled.names, labelled.truth, labelled.bursts)))
    models = [Answers(model.classes, model.probabilities[order]) for model in (new, old)]
    one, other = (judge(*case, attempt=2, settings=LENIENT) for case in ((labelled, new, old), (shuffled, *models)))
    assert (one.verdict, one.difference, one.classes, one.apart, one.reasons) == (
        other.verdict, other.difference, other.classes, other.apart, other.reasons
    )  # fmt: skip


@given(comparisons())
def test_a_verdict_survives_the_bucket(case):
    labelled, new, old = case
    for found in (
        judge(labelled, new, None, attempt=1, settings=SETTINGS),
        judge_all(labelled, new, old, new, attempt=3, settings=SETTINGS),
    ):
        assert load(Verdict, dump(found)) == found


def test_a_verdict_is_a_document_for_scripts():
    document = json.loads(dump(judge(pictures(TRUTH), SIX_OFF, RIGHT, attempt=1, settings=SETTINGS)))
    assert document["verdict"] == "pass"
    assert document["difference"].keys() == {"value", "low", "high"}
    assert all(isinstance(reason, str) for reason in document["reasons"])


def test_an_answer_of_each_model_is_needed_for_each_picture():
    with pytest.raises(ValueError, match="one row of probabilities"):
        judge(pictures("ab"), answers("ab", "ab"), answers("ab", "a"), attempt=1, settings=SETTINGS)


# -- Against the model in service and the best ever shipped ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "best", "ruling"),
    [
        (RIGHT, None, Ruling.PASS),
        (RIGHT, RIGHT, Ruling.PASS),
        (HALF_WRONG, RIGHT, Ruling.PASS),
        (None, None, Ruling.FIRST),
        (None, RIGHT, Ruling.FIRST),
    ],
)
def test_a_good_model_passes_both(service: Answers | None, best: Answers | None, ruling: Ruling):
    found = judge_all(pictures(TRUTH), SIX_OFF, service, best, attempt=1, settings=SETTINGS)
    assert found.verdict == ruling
    assert (found.against_best is None) == (best is None)
    assert found.missing == Missing()


@pytest.mark.parametrize("service", [HALF_WRONG, None])
def test_a_model_worse_than_the_best_ever_is_refused_even_if_nothing_better_runs(service: Answers | None):
    found = judge_all(pictures(TRUTH), HALF_WRONG, service, RIGHT, attempt=1, settings=SETTINGS)
    assert found.verdict == Ruling.REFUSE
    assert found.against_best.verdict == Ruling.REFUSE
    assert any(reason.startswith("Against the best") and "recognised less often" in reason for reason in found.reasons)


def test_small_losses_cannot_add_up():
    """Each model is worse than the one before by less than the margin; against the best of them the third is held back."""
    truth = "ab" * 2000
    best, second, third = (answers("ab", wrong_on(truth, range(lost))) for lost in (0, 85, 170))
    step = judge_all(pictures(truth), second, best, None, attempt=1, settings=SETTINGS)
    alone = judge_all(pictures(truth), third, second, None, attempt=1, settings=SETTINGS)
    both = judge_all(pictures(truth), third, second, best, attempt=1, settings=SETTINGS)
    assert step.difference.low > -SETTINGS.margin
    assert alone.difference.low > -SETTINGS.margin
    assert both.against_best.difference.low < -SETTINGS.margin
    assert both.verdict != Ruling.PASS


def test_what_both_comparisons_miss_is_told_once():
    new, service, best = answers("abc", "a" * 20 + "b" * 5), answers("ab", "a" * 20 + "b" * 5), answers("abc", "a" * 20 + "b" * 5)
    found = judge_all(pictures("a" * 20 + "b" * 5), new, service, best, attempt=1, settings=SETTINGS)
    assert found.verdict == Ruling.INSUFFICIENT
    assert (found.missing.images, found.missing.per_class) == (75, {"b": 5, "c": 10})
    assert len(set(found.reasons)) == len(found.reasons)
    assert sum("more blind labels are needed" in reason for reason in found.reasons) == 1


def test_the_figures_are_those_of_the_model_in_service():
    found = judge_all(pictures(TRUTH), SIX_OFF, HALF_WRONG, RIGHT, attempt=4, settings=SETTINGS)
    alone = judge(pictures(TRUTH), SIX_OFF, HALF_WRONG, attempt=4, settings=SETTINGS)
    assert (found.difference, found.newly_right, found.attempt) == (alone.difference, alone.newly_right, 4)
    assert found.reasons[: len(alone.reasons)] == alone.reasons
    assert np.isclose(found.against_best.difference.value, -0.006)
