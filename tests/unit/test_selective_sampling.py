"""What is sent home decides what a comparison finds: pictures sent by chance alone tell the truth, doubted ones do not.

A plant where one picture in five is hard for the old model, which knows it: it states little confidence there. The candidate
was trained otherwise; it errs anywhere, three points more often in all. On what the old model doubts it must look better.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.catalog import Content, Known, Label
from desktop.core.dataset import Entry, freeze
from desktop.core.gate import judge
from desktop.core.images import image_of
from desktop.core.taxonomy import default_taxonomy
from desktop.core.verdict import GateSettings, Ruling, Verdict
from edge.contract.keys import LABELED
from edge.contract.metadata import Reason
from edge.contract.names import SLOT_MS, Side, format_name, slot_side
from tests.judging import answers, pictures

CLASSES = ("beer-mug", "soda-can")
DEVICE = "line-1"
SEEN = 2000
"""Pictures in test slots a day."""
TRUTH = -0.03
DAYS = 60


@dataclass(frozen=True)
class Day:
    """What a device saw in its test slots, and which model would have it right."""

    doubted: NDArray[np.bool_]
    old_right: NDArray[np.bool_]
    new_right: NDArray[np.bool_]


def day(random: np.random.Generator) -> Day:
    doubted = random.random(SEEN) < 0.2
    old_right = random.random(SEEN) < np.where(doubted, 0.60, 0.98)
    new_right = random.random(SEEN) < 0.2 * 0.60 + 0.8 * 0.98 + TRUTH
    return Day(doubted, old_right, new_right)


def by_chance(random: np.random.Generator, seen: Day) -> list[Reason | None]:
    """Draw without a look at the answer."""
    return [Reason.CHANCE if drawn else None for drawn in random.random(len(seen.doubted)) < 0.5]


def by_doubt(_random: np.random.Generator, seen: Day) -> list[Reason | None]:
    """Send what the old model doubts."""
    return [Reason.LOW if doubted else None for doubted in seen.doubted]


def by_both(random: np.random.Generator, seen: Day) -> list[Reason | None]:
    """Draw first; of what was not drawn send what the old model doubts."""
    pairs = zip(by_chance(random, seen), by_doubt(random, seen), strict=True)
    return [drawn or doubted for drawn, doubted in pairs]


@cache
def names() -> tuple[str, ...]:
    """Give the names of a day's pictures, all in test slots; far enough apart to be no burst."""
    slots = (1_700_000_000_000 + number * SLOT_MS for number in range(20 * SEEN))
    test = [at_ms for at_ms in slots if slot_side(DEVICE, at_ms) is Side.TEST][:SEEN]
    digests = [hashlib.sha256(str(at_ms).encode()).hexdigest() for at_ms in test]
    return tuple(format_name(at_ms, "clutter", 0.5, DEVICE, sha) for at_ms, sha in zip(test, digests, strict=True))


def frozen(reasons: Sequence[Reason | None], *, blind: bool = True) -> list[Entry]:
    """Give the test pictures of a frozen dataset in which everything that was sent is labelled."""
    known = []
    for number, (name, reason) in enumerate(zip(names(), reasons, strict=True)):
        if reason is not None:
            image = image_of(f"{LABELED}{CLASSES[number % 2]}/{name}", "1", 1, 0)
            assert image is not None
            known.append(Known(image, Content(sha256=name, reason=reason), Label(decision="1", blind=blind)))
    return list(freeze(known, default_taxonomy()).test)


def compare(entries: Sequence[Entry], seen: Day) -> Verdict:
    place = {name: number for number, name in enumerate(names())}
    rows = [place[entry.name] for entry in entries]
    truth = [entry.label for entry in entries]

    def said(right: NDArray[np.bool_]) -> list[str]:
        other = {CLASSES[0]: CLASSES[1], CLASSES[1]: CLASSES[0]}
        return [cls if right[row] else other[cls] for row, cls in zip(rows, truth, strict=True)]

    new, old = answers(CLASSES, said(seen.new_right)), answers(CLASSES, said(seen.old_right))
    return judge(pictures(truth), new, old, attempt=1, settings=GateSettings())


def found_on(send, entries_of) -> list[Verdict]:
    """Compare on each of many days."""
    random = np.random.default_rng(20)
    verdicts = []
    for _day in range(DAYS):
        seen = day(random)
        verdicts.append(compare(entries_of(send(random, seen)), seen))
    return verdicts


def counting(reasons: Sequence[Reason | None]) -> list[Entry]:
    return [entry for entry in frozen(reasons) if entry.counts]


def differences(verdicts: Sequence[Verdict]) -> NDArray[np.float64]:
    return np.array([one.difference.value for one in verdicts if one.difference])


@pytest.mark.parametrize("send", [by_chance, by_both])
def test_pictures_that_count_tell_the_true_difference(send):
    verdicts = found_on(send, counting)
    found = differences(verdicts)
    assert len(found) == DAYS
    assert found.mean() == pytest.approx(TRUTH, abs=4 * found.std() / np.sqrt(DAYS))
    assert sum(one.difference.low <= TRUTH <= one.difference.high for one in verdicts) >= 0.85 * DAYS
    assert sum(one.verdict == Ruling.PASS for one in verdicts) <= 0.1 * DAYS


@pytest.mark.parametrize("send", [by_doubt, by_both])
def test_doubted_pictures_would_make_a_worse_model_look_better(send):
    verdicts = found_on(send, frozen)
    found = differences(verdicts)
    assert found.mean() > 0
    assert found.mean() > TRUTH + 10 * found.std() / np.sqrt(DAYS)
    assert sum(one.verdict == Ruling.PASS for one in verdicts) >= 0.5 * DAYS


def test_a_device_that_sends_only_what_it_doubts_tests_nothing():
    random = np.random.default_rng(1)
    assert counting(by_doubt(random, day(random))) == []


def test_what_a_device_sends_besides_changes_nothing_that_counts():
    seen = day(np.random.default_rng(2))
    alone, both = (counting(send(np.random.default_rng(3), seen)) for send in (by_chance, by_both))
    assert alone
    assert both == alone


def test_pictures_labelled_with_the_answer_in_sight_do_not_count():
    random = np.random.default_rng(4)
    entries = frozen(by_chance(random, day(random)), blind=False)
    assert entries
    assert not any(entry.counts for entry in entries)
