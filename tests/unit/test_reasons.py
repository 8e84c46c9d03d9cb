"""A verdict in sentences."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.gate import judge, judge_all
from desktop.core.verdict import GateSettings, Verdict
from tests.judging import answers, pictures

SETTINGS = GateSettings()


def verdict(gained: int, lost: int, n: int, *, attempt: int = 1, settings: GateSettings = SETTINGS) -> Verdict:
    """Judge a model that gained and lost so many pictures, in turn of one class and the other."""
    truth = ("ab" * n)[:n]
    other = truth.translate({ord("a"): "b", ord("b"): "a"})
    old = truth[:lost] + other[lost : lost + gained] + truth[lost + gained :]
    return judge(
        pictures(truth), answers("ab", other[:lost] + truth[lost:]), answers("ab", old), attempt=attempt, settings=settings
    )


def test_a_pass_says_how_good_how_much_better_and_that_no_class_suffered():
    assert verdict(40, 20, 1000).reasons == (
        "The new model is right on 98.0% of 1000 blind test pictures, the old one on 96.0%.",
        "The difference is +2.0 points (between +0.5 and +3.6): not worse by more than the 3.0 allowed.",
        "No class is worse beyond chance.",
    )


@pytest.mark.parametrize(
    ("gained", "lost", "n", "what"),
    [
        (0, 0, 1000, "The difference is 0.0 points (between −0.4 and +0.4): not worse by more than the 3.0 allowed."),
        (10, 10, 250, "it may be worse by more than the 3.0 allowed."),
        (100, 200, 20_000, "worse, but by less than the 3.0 allowed."),
        (10, 60, 1000, "the new model is worse."),
    ],
)
def test_the_difference_is_told_with_what_follows_from_it(gained: int, lost: int, n: int, what: str):
    (found,) = (reason for reason in verdict(gained, lost, n).reasons if reason.startswith("The difference"))
    assert found.endswith(what)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(300, 2000))
def test_the_figures_shown_never_contradict_what_follows_from_them(gained, lost, n):
    found = verdict(gained, lost, n)
    (said,) = (reason for reason in found.reasons if reason.startswith("The difference"))
    low, high = (float(part.replace("−", "-")) for part in re.findall(r"between (\S+) and ([^)]+)\)", said)[0])
    assert (low < -3.0) == ("the new model is worse" in said or "may be worse" in said)
    assert (high < 0) <= ("worse" in said)
    assert low / 100 <= found.difference.low
    assert high / 100 >= found.difference.high


def test_a_class_that_suffered_comes_first():
    truth = "a" * 500 + "b" * 500
    found = judge(
        pictures(truth), answers("ab", "a" * 500 + "a" * 12 + "b" * 488), answers("ab", truth), attempt=1, settings=SETTINGS
    )
    assert found.reasons[0] == "b is recognised less often than before, 97.6% instead of 100.0%, and that is beyond chance."
    assert not any("No class" in reason for reason in found.reasons)


def test_an_insufficient_verdict_says_what_it_waits_for():
    said = verdict(0, 0, 15).reasons
    assert "85 more blind labels are needed (there: 15 of 100)." in said
    assert "Every class needs 10 test pictures; missing: a 2, b 3." in said
    assert any(reason.startswith("An equal model would pass in nine of ten cases with about ") for reason in said)


def test_one_label_is_not_spoken_of_as_many():
    assert "1 more blind label is needed (there: 99 of 100)." in verdict(0, 0, 99).reasons


def test_waiting_is_not_recommended_where_it_hardly_helps():
    assert any("more of them will hardly change this" in reason for reason in verdict(27, 45, 1200, attempt=2).reasons)


def test_a_later_attempt_is_named():
    assert not any("attempt" in reason for reason in verdict(0, 0, 1000).reasons)
    assert any(
        reason.startswith("It is attempt 4 since the last deployment") for reason in verdict(0, 0, 1000, attempt=4).reasons
    )


def test_no_pictures_to_compare_on_are_named():
    said = judge(pictures(""), answers("ab", ""), answers("ab", ""), attempt=1, settings=SETTINGS).reasons
    assert said[0] == "There are no blind test pictures yet of classes that both models have."


def test_classes_apart_are_named_with_their_pictures():
    said = judge(pictures("anooz"), answers("an", "annnn"), answers("ao", "aaooo"), attempt=1, settings=SETTINGS).reasons
    assert said[-3:] == (
        "n is new, the old model never had it; its test pictures (1) are reported apart.",
        "o is unknown to the new model; its test pictures (2) are reported apart.",
        "z is unknown to both models; its test pictures (1) do not count.",
    )


@pytest.mark.parametrize("old", [answers("ab", "ab"), None])
def test_every_verdict_on_chosen_pictures_says_so(old):
    new = answers("ab", "ab")
    strict = judge(pictures("ab"), new, old, attempt=1, settings=SETTINGS).reasons
    allowed = judge(pictures("ab"), new, old, attempt=1, settings=GateSettings(allow_chosen=True)).reasons
    assert allowed[:-1] == strict
    assert "devices sent for what their model answered" in allowed[-1]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 3000), st.integers(1, 9))
def test_whatever_is_found_is_told_in_whole_sentences(gained, lost, more, attempt):
    found = verdict(gained, lost, gained + lost + more, attempt=attempt)
    assert found.reasons
    for reason in found.reasons:
        assert reason[0].isupper() or reason[:2] in ("a ", "b ") or reason[0].isdigit()
        assert reason.endswith(".")
        assert not {"{", "}"} & set(reason)
        assert "−0.0 " not in reason
        assert "+0.0 " not in reason


def test_sentences_of_the_best_ever_shipped_are_marked_as_such():
    truth = "ab" * 500
    new, best = answers("ab", "ba" * 10 + truth[20:]), answers("ab", truth)
    found = judge_all(pictures(truth), new, new, best, attempt=1, settings=SETTINGS)
    marked = [reason for reason in found.reasons if reason.startswith("Against the best model ever shipped: ")]
    assert len(marked) >= 2
    assert any("the old one on 100.0%" in reason for reason in marked)
