"""What an image carries: read back as written, ASCII, within 2 KB; nonsense gives nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.metadata import (
    LABEL_BYTES,
    MAX_BYTES,
    Clock,
    LabelMetadata,
    RawMetadata,
    Reason,
    decode_label,
    decode_raw,
    encode,
    encode_label,
    encode_raw,
)
from edge.contract.names import MAX_MS
from edge.contract.records import SCHEMA

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
CLASSES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,15}", fullmatch=True)
TIMES_MS = st.integers(0, MAX_MS - 1)
SHARES = st.integers(0, 10_000).map(lambda number: number / 10_000)
RAW = st.builds(
    RawMetadata,
    device=TEXTS,
    captured_ms=TIMES_MS,
    clock=st.sampled_from(Clock).map(str),
    reason=st.sampled_from(Reason).map(str),
    probability=SHARES,
    model=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    scores=st.lists(st.tuples(CLASSES, SHARES), max_size=5).map(tuple),
)
LABELS = st.builds(LabelMetadata, decision=TEXTS, labeller=TEXTS, labelled_ms=TIMES_MS, blind=st.booleans())


@given(RAW)
def test_what_a_device_says_is_read_back(raw):
    assert decode_raw(encode_raw(raw)) == raw


@given(LABELS)
def test_what_a_label_move_adds_is_read_back(label):
    assert decode_label(encode_label(label)) == label


@given(raw=RAW, label=LABELS)
def test_a_label_laid_over_a_raw_image_fits_and_leaves_what_the_device_said(raw, label):
    both = {**encode_raw(raw), **encode_label(label)}
    assert sum(len(key) + len(value) for key, value in both.items()) <= MAX_BYTES
    assert decode_raw(both) == raw
    assert decode_label(both) == label


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), TEXTS, max_size=4))
def test_stored_values_are_ascii_that_a_header_carries_unchanged(pairs):
    for value in encode(pairs).values():
        assert value.isascii()
        assert value.isprintable()
        assert " " not in value


def test_only_the_best_five_scores_are_kept():
    scores = tuple((f"class-{number}", 0.1) for number in range(9))
    stored = encode_raw(RawMetadata("pi", 1, Clock.SYNCED, Reason.LOW, 1.0, scores=scores))
    assert decode_raw(stored).scores == scores[:5]


def test_a_device_leaves_room_for_the_label():
    raw = RawMetadata("x" * (MAX_BYTES - LABEL_BYTES), 1, Clock.SYNCED, Reason.LOW, 1.0)
    with pytest.raises(ValueError, match="1536 are allowed"):
        encode_raw(raw)


def test_a_labeller_longer_than_the_room_is_refused():
    with pytest.raises(ValueError, match="512 are allowed"):
        encode_label(LabelMetadata("01", "é" * 100, 1, blind=False))


GOOD = {"device": "pi", "captured": "5", "clock": "synced", "reason": "chance", "probability": "0.5"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"captured": "yesterday"}, {"captured": "-1"}, {"captured": "9" * 30}, {"captured": "9" * 5000}, {"probability": "nan"},
        {"probability": "inf"}, {"probability": "1.5"}, {"probability": "-0.1"}, {"scores": "beer-mug"}, {"scores": "a=nan"},
    ],
)  # fmt: skip
def test_metadata_that_makes_no_sense_is_none(wrong):
    assert decode_raw(GOOD) is not None
    assert decode_raw({**GOOD, **wrong}) is None


@given(st.dictionaries(st.sampled_from([*GOOD, "scores", "model", "decision", "labeller", "labelled", "blind"]), st.text()))
def test_foreign_metadata_is_never_an_error(pairs):
    decode_raw(pairs)
    label = decode_label(pairs)
    assert label is None or 0 <= label.labelled_ms < MAX_MS


def test_a_picture_without_metadata_has_none():
    assert decode_raw({}) is None
    assert decode_label({}) is None


@given(RAW)
def test_what_a_newer_version_wrote_is_not_taken_for_ours(raw):
    stored = encode_raw(raw)
    assert decode_raw(stored | {"schema": str(SCHEMA + 1)}) is None
    assert decode_raw(stored) is not None
