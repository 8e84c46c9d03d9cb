"""A field image's name: what is written is read back, the post's names too, and a side is for ever."""

import string

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.contract.classes import RESERVED, is_class_id
from edge.contract.keys import key_problem, reported_key, segment_key
from edge.contract.names import (
    MAX_MS,
    SLOT_MS,
    FieldName,
    Side,
    escape_device,
    format_name,
    is_reserved,
    parse_name,
    side,
    slot_side,
    unescape_device,
)

CLASS_IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,30}", fullmatch=True).filter(is_class_id)
TIMES_MS = st.integers(0, MAX_MS - 1)
DEVICES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(ms=TIMES_MS, cls=st.none() | CLASS_IDS, confidence=st.floats(0, 1), device=DEVICES, sha256=DIGESTS)
@example(ms=1542150172123, cls="a_0.5_b", confidence=1e-5, device="a_b:c/..", sha256="0" * 64)
def test_a_formatted_name_is_read_back(ms, cls, confidence, device, sha256):
    name = format_name(ms, cls, confidence if cls else None, device, sha256)
    assert parse_name(name) == FieldName(ms, cls, round(confidence, 4) if cls else None, device, sha256[:12])
    assert key_problem(name) is None


def test_a_confidence_of_numpy_is_written_as_a_number():
    name = format_name(1542150172123, "soda-can", np.float32(0.9), "pi", "0" * 64)
    assert name == "1542150172123_soda-can_0.9_pi_000000000000.jpg"


@pytest.mark.parametrize(
    ("name", "cls", "confidence"),
    [
        ("1542150172123_beer-mug_0.5613.jpg", "beer-mug", 0.5613),
        ("1542150172123_wine-bottle_1.0.jpg", "wine-bottle", 1.0),
        ("1542150172123_soda_can_0.3.JPG", "soda_can", 0.3),
        ("1542150172123_010.beer-mug_0.png", "010.beer-mug", 0.0),
        ("1542150172123_none_0.0.jpeg", None, None),
    ],
)
def test_the_short_names_of_the_post_are_read(name, cls, confidence):
    assert parse_name(name) == FieldName(1542150172123, cls, confidence)


@pytest.mark.parametrize(
    "name",
    [
        "holiday.jpg", "beer-mug_0.5.jpg", "1542150172123_beer-mug_1.5.jpg", "1542150172123_beer-mug_nan.jpg",
        "1542150172123__0.5.jpg", "١٥٤٢١٥٠١٧٢١٢٣_beer-mug_0.5.jpg", "1542150172123_beer-mug_0.5_pi_short.jpg", "",
    ],
)  # fmt: skip
def test_any_other_name_tells_nothing(name):
    assert parse_name(name) == FieldName()


@given(st.text())
def test_no_name_at_all_is_an_error(name):
    assert isinstance(parse_name(name), FieldName)


@given(DEVICES)
@example("con")
@example("Aux.local")
@example("Hans M.")
@example("..")
@example("COM1 ")
def test_a_device_or_labeller_of_any_name_has_keys_and_keeps_its_name(device):
    escaped = escape_device(device)
    assert unescape_device(escaped) == device
    assert escaped.isascii()
    assert not set(escaped) & set("_:/~")
    assert key_problem(reported_key(device)) is None
    assert key_problem(segment_key(device, "2026-11-24", "01")) is None


@given(one=DEVICES, other=DEVICES)
def test_two_devices_never_share_a_key(one, other):
    assert (escape_device(one) == escape_device(other)) == (one == other)


@pytest.mark.parametrize("part", ["con", "NUL.jpg", "com1.tar.gz", "lpt¹", "aux .jpg", "CONIN$"])
def test_names_that_windows_keeps_are_known(part):
    assert is_reserved(part)


@pytest.mark.parametrize("part", ["console", "com", "com10", "nulls.jpg", "a.con"])
def test_names_that_only_look_like_it_are_free(part):
    assert not is_reserved(part)


def test_a_slot_is_ten_seconds_from_its_first_millisecond_to_its_last():
    for start_ms in range(0, 300 * SLOT_MS, SLOT_MS):
        assert slot_side("pi", start_ms) is slot_side("pi", start_ms + SLOT_MS - 1)


def test_a_fifth_of_the_slots_of_a_device_is_test():
    slots = 20_000
    share = sum(slot_side("pi-3", slot * SLOT_MS) is Side.TEST for slot in range(slots)) / slots
    assert abs(share - 0.2) < 4 * (0.2 * 0.8 / slots) ** 0.5


def test_a_fifth_of_the_names_without_time_is_test():
    share = sum(side(f"base_data/clutter/257_{number:04d}.jpg") is Side.TEST for number in range(20_000)) / 20_000
    assert abs(share - 0.2) < 4 * (0.2 * 0.8 / 20_000) ** 0.5


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1542150172123_beer-mug_0.5613.jpg", Side.TEST),
        ("1542150172123_beer-mug_0.5613_pi%5F7_0123456789ab.jpg", Side.TRAIN),
        ("1542150180000_beer-mug_0.5613.jpg", Side.TRAIN),
        ("257_0001.jpg", Side.TRAIN),
    ],
)
def test_a_side_never_changes_between_versions(name, expected):
    assert side(name) is expected


@given(
    ms=TIMES_MS, one=CLASS_IDS, other=st.none() | CLASS_IDS, device=DEVICES, sha256=DIGESTS, later_ms=st.integers(0, SLOT_MS - 1)
)
def test_a_side_depends_on_device_and_slot_alone(ms, one, other, device, sha256, later_ms):
    first_ms = ms // SLOT_MS * SLOT_MS
    first = format_name(first_ms, one, 0.5, device, sha256)
    second = format_name(min(first_ms + later_ms, MAX_MS - 1), other, 0.9, device, sha256[::-1])
    assert side(first) is side(second) is slot_side(device, first_ms)


@given(st.text(string.ascii_lowercase + string.digits + "_-", max_size=70))
def test_class_ids_are_what_the_design_says(text):
    fits = 0 < len(text) <= 64 and text[0] not in "_-" and text not in RESERVED
    assert is_class_id(text) == fits


@pytest.mark.parametrize("text", ["", "Beer", "a b", "é", "a\n", "none", "raw", "discarded", "a/b", "a" * 65])
def test_other_texts_are_no_class_ids(text):
    assert not is_class_id(text)


@given(ms=st.integers(MAX_MS, 10**16 - 1))
def test_a_time_that_no_record_takes_is_none_in_a_name_either(ms):
    assert parse_name(f"{ms}_soda-can_0.9.jpg") == FieldName()
