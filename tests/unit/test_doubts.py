"""Labels in doubt: which come, in which order; and the answers they come from, which nobody trusts unread."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.answers import Answers, BadAnswers, gather
from desktop.core.catalog import Content, Known
from desktop.core.doubts import doubts
from edge.contract.keys import Area
from edge.contract.names import Side
from tests.unit.field import CLASSES, field_image

ROWS = st.lists(st.tuples(st.integers(0, 2), st.tuples(*[st.floats(0.001, 1)] * 3)), min_size=1, max_size=20)


def digest(number):
    return f"{number:064x}"


def answered(*rows):
    """Give answers: a row is a class's place and the probabilities of all three."""
    labels = np.array([label for label, _row in rows], np.intp)
    probabilities = np.array([np.array(row) / np.sum(row) for _label, row in rows])
    return gather(CLASSES, [digest(number) for number in range(len(rows))], labels, probabilities)


def lying(number, cls, *, side=Side.TRAIN, area=Area.LABELED):
    """Give a picture as the catalog knows it, whose digest is that of a row."""
    return Known(field_image(number, side=side, area=area, label=cls), Content(digest(number)), None)


@given(ROWS)
def test_answers_tell_of_each_label_and_of_the_best_other_class(rows):
    answers = answered(*rows)
    for number, (label, row) in enumerate(rows):
        shares = np.array(row) / np.sum(row)
        rest = {place: share for place, share in enumerate(shares) if place != label}
        assert answers.sha256[number] == digest(number)
        assert answers.own[number] == pytest.approx(shares[label])
        assert answers.other[number] == pytest.approx(max(rest.values()))
        assert rest[answers.others[number]] == pytest.approx(max(rest.values()))
    again = Answers.unpack(answers.pack())
    assert again.pack() == answers.pack()
    assert (again.classes, again.sha256) == (answers.classes, answers.sha256)


def test_no_answers_at_all_can_be_kept_too():
    nothing = gather(CLASSES, [], np.zeros(0, np.intp), np.zeros((0, 3)))
    assert len(Answers.unpack(nothing.pack())) == 0
    assert doubts([lying(0, "clutter")], nothing, model=None) == []


def packed(**changed):
    arrays = {
        "classes": np.array(CLASSES), "digests": np.zeros((2, 32), np.uint8), "labels": np.array([0, 1], np.uint16),
        "others": np.array([1, 0], np.uint16), "own": np.array([0.5, 0.5], np.float32), "other": np.array([0.1, 0.2], np.float32),
    } | changed  # fmt: skip
    file = io.BytesIO()
    np.savez(file, **{name: array for name, array in arrays.items() if array is not None})
    return file.getvalue()


def test_arrays_that_fit_together_are_answers():
    assert len(Answers.unpack(packed())) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x05\x06", packed()[:-30], packed()[: len(packed()) // 2], packed(own=None), packed(classes=np.array(["one"])),
        packed(labels=np.array([0, 9], np.uint16)), packed(others=np.array([0, 0], np.uint16)),
        packed(labels=np.array(3, np.uint16)),
        packed(own=np.array([0.5, np.nan], np.float32)), packed(other=np.array([0.5, 1.5], np.float32)),
        packed(own=np.array([0.5], np.float32)), packed(digests=np.zeros((2, 31), np.uint8)), packed(labels=np.array([0.0, 1.0])),
        packed(classes=np.array([{"a": 1}, 2], object)), packed(digests=np.zeros((1 << 23, 40), np.uint8)),
    ],
)  # fmt: skip
def test_what_does_not_hold_answers_is_refused(data):
    with pytest.raises(BadAnswers):
        Answers.unpack(data)


def test_the_smallest_margin_comes_first_and_sure_labels_not_at_all():
    answers = answered((0, (0.9, 0.05, 0.05)), (0, (0.3, 0.6, 0.1)), (0, (0.1, 0.8, 0.1)), (1, (0.05, 0.9, 0.05)))
    found = doubts([lying(number, CLASSES[label]) for number, label in enumerate((0, 0, 0, 1))], answers, model="m")
    assert [(doubt.label, doubt.suggested) for doubt in found] == [("beer-mug", "clutter")] * 2
    assert [doubt.margin for doubt in found] == pytest.approx([-0.7, -0.3])
    shown = found[0].image.prediction
    assert (shown.label, shown.confidence, shown.margin, shown.model) == ("clutter", pytest.approx(0.8), pytest.approx(0.7), "m")


def test_a_class_of_which_the_model_is_seldom_sure_is_suspected_at_less():
    # Cans are answered with 0.4 at best, mugs with 0.9: 0.45 for a can is much, 0.6 for a mug is little.
    answers = answered(
        (2, (0.35, 0.25, 0.4)), (0, (0.9, 0.05, 0.05)), (1, (0.05, 0.9, 0.05)),
        (1, (0.6, 0.3, 0.1)), (1, (0.05, 0.46, 0.49)),
    )  # fmt: skip
    found = doubts([lying(number, CLASSES[label]) for number, label in enumerate((2, 0, 1, 1, 1))], answers, model=None)
    assert [(doubt.suggested, doubt.confident) for doubt in found] == [("soda-can", True), ("beer-mug", False)]


@pytest.mark.parametrize(
    ("one", "looked_at"),
    [
        (lying(0, "clutter"), ()),
        (lying(0, "beer-mug", side=Side.TEST), ()),
        (lying(0, "beer-mug", area=Area.BASE), ()),
        (Known(field_image(0, area=Area.LABELED, label="beer-mug"), None, None), ()),
        (lying(7, "beer-mug"), ()),
        (lying(0, "beer-mug"), {field_image(0).name}),
    ],
    ids=["mended", "test", "base", "never-seen", "not-trained-on", "confirmed"],
)
def test_only_pictures_under_the_label_that_was_judged_are_shown(one, looked_at):
    answers = answered((0, (0.1, 0.8, 0.1)))
    assert len(doubts([lying(0, "beer-mug")], answers, model=None)) == 1
    assert doubts([one], answers, model=None, looked_at=looked_at) == []
