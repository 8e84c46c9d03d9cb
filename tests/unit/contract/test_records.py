"""Every record of the contract goes to JSON and back, and what comes from outside is checked field by field."""

import dataclasses
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.contract.bundle import NETWORK, File, Golden, Manifest, Preprocessing, Reference, Thresholds, model_id
from edge.contract.fleet import DayStats, Desired, DeviceGroups, Reported
from edge.contract.messages import Answer, Sampled
from edge.contract.records import BadRecord, canonical_json, decode, dump, encode, load

TEXTS = st.text(st.characters(codec="utf-8"), max_size=10)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.floats(0, 1)
FILES = st.builds(File, sha256=st.text("0123456789abcdef", min_size=64, max_size=64), size_bytes=st.integers(0, 512 << 20))
THRESHOLDS = st.builds(Thresholds, SHARES, SHARES)
DESIRED = st.builds(Desired, st.integers(), st.none() | TEXTS, st.none() | TEXTS, st.none() | THRESHOLDS, st.integers())
TRIPLES = st.tuples(*[st.floats(0.1, 300)] * 3)
PREPROCESSING = st.builds(
    Preprocessing, st.integers(16, 1024), st.sampled_from(["crop", "squash"]), st.sampled_from(["rgb", "bgr"]),
    st.sampled_from(["nhwc", "nchw"]), TRIPLES, st.none() | TRIPLES,
)  # fmt: skip


@st.composite
def manifests(draw):
    classes = draw(st.lists(st.from_regex(r"[a-z]{1,5}-x", fullmatch=True), min_size=2, max_size=5, unique=True))
    golden = draw(st.lists(st.from_regex(r"golden/[a-z]{1,5}\.jpg", fullmatch=True), max_size=3, unique=True))
    return Manifest(
        classes=tuple(classes),
        preprocessing=draw(PREPROCESSING),
        outputs=draw(st.lists(TEXTS, min_size=1, max_size=2).map(tuple)),
        temperature=draw(st.floats(0.01, 100) | st.integers(1, 100)),
        trainer=draw(TEXTS),
        created_ms=draw(st.integers(0)),
        files={name: draw(FILES) for name in (NETWORK, *golden)},
        thresholds=draw(THRESHOLDS),
        dataset=draw(st.none() | TEXTS),
        golden=tuple(Golden(name, tuple(draw(SHARES) for _class in classes)) for name in golden),
        reference=draw(st.builds(Reference, st.lists(SHARES).map(tuple), st.lists(SHARES).map(tuple))),
    )


RECORDS = [
    manifests(), FILES, PREPROCESSING, THRESHOLDS, DESIRED,
    st.builds(DeviceGroups, st.none() | DESIRED, st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3).map(tuple), max_size=3)),
    st.from_type(Reported), st.from_type(DayStats), st.from_type(Sampled),
    st.builds(Answer, TEXTS, TEXTS, st.integers(), TEXTS, TEXTS, scores=st.dictionaries(TEXTS, FLOATS, max_size=5),
              confidence=SHARES, sampled=st.none() | st.builds(Sampled, TEXTS, FLOATS, TEXTS)),
]  # fmt: skip


def _is_json(record):
    """Random texts hold half surrogate pairs, random numbers hold NaN; neither can be written."""
    try:
        return bool(dump(record))
    except ValueError:
        return False


@given(st.one_of(*RECORDS).filter(_is_json))
def test_every_record_is_read_back_as_written(record):
    again = load(type(record), dump(record))
    assert again == record
    assert dump(again) == dump(record)


@given(manifests())
def test_a_model_has_the_same_id_wherever_it_was_read(manifest):
    assert model_id(load(Manifest, dump(manifest))) == model_id(manifest)


def test_a_whole_number_gives_the_same_digest_as_its_float():
    assert dump(Thresholds(0, 1)) == dump(Thresholds(0.0, 1.0)) == b'{"high":1,"low":0,"schema":1}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


@given(record=st.one_of(*RECORDS[1:]).filter(_is_json), wrong=JSON, data=st.data())
def test_a_field_of_another_type_is_refused_or_fits_well_enough_to_be_written_again(record, wrong, data):
    plain = encode(record)
    field = data.draw(st.sampled_from([one.name for one in dataclasses.fields(record)]))
    reason = ""
    try:
        taken = decode(type(record), {**plain, field: wrong})
    except BadRecord as error:
        taken, reason = record, str(error)
    assert reason.startswith(type(record).__name__) or not reason
    assert load(type(record), dump(taken)) == taken


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"\xff\xfe")
@example(b"[" * 100_000)
@example(b'{"schema":1,"revision":1,"model":"\\ud800"}')
@example(b'{"schema":1,"revision":1,"model":"\xed\xa0\x80"}')
@example(b'{"schema":1e999,"revision":1,"model":null}')
@example(b'{"schema":1,"revision":NaN,"model":null}')
def test_bytes_that_are_no_record_are_refused(data):
    with pytest.raises(BadRecord, match=r"^Desired"):
        load(Desired, data)


def test_a_number_too_large_for_a_float_is_refused():
    with pytest.raises(BadRecord, match=r"Thresholds\.low: float was expected"):
        load(Thresholds, '{"schema":1,"low":1' + "0" * 400 + "}")


def test_a_missing_field_is_named():
    with pytest.raises(BadRecord, match=r"Desired\.model: missing"):
        load(Desired, '{"schema":1,"revision":3}')


def test_a_wrong_field_deep_inside_is_named():
    with pytest.raises(BadRecord, match=r"DeviceGroups\.default\.revision: int was expected"):
        load(DeviceGroups, '{"schema":1,"default":{"revision":"3","model":null}}')


def test_true_is_no_number():
    with pytest.raises(BadRecord, match="revision"):
        load(Desired, '{"schema":1,"revision":true,"model":null}')


def test_fields_of_newer_writers_are_left_out():
    assert load(Desired, '{"schema":1,"revision":3,"model":null,"colour":"red"}') == Desired(3, None)


@pytest.mark.parametrize("schema", ["0", "-1", "true", '"1"', "null", "1.0"])
def test_a_record_without_a_schema_number_is_refused(schema):
    with pytest.raises(BadRecord, match="schema"):
        load(Desired, f'{{"schema":{schema},"revision":3,"model":null}}')


def test_a_newer_schema_is_told_as_such():
    with pytest.raises(BadRecord, match="newer"):
        load(Desired, '{"schema":2,"revision":3,"model":null}')


def test_a_file_saved_with_a_byte_order_mark_is_read():
    assert load(Desired, b"\xef\xbb\xbf" + dump(Desired(3, None))) == Desired(3, None)


@given(JSON)
def test_canonical_json_is_one_form_only(value):
    data = canonical_json(value)
    assert canonical_json(json.loads(data)) == data
    assert json.loads(data) == value
