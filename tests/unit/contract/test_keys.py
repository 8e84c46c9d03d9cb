"""Where things lie, and what no key may be."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.contract import keys
from edge.contract.keys import Area, BadKey, Place, check_key, claim_key, fold, is_image, key_of, key_problem, locate

PARTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda part: key_problem(part) is None and "/" not in part
)
NAMES = PARTS.map(lambda part: part + ".jpg")

HOSTILE = [
    "", "/", "/etc/passwd", "..", "../a.jpg", "a/../b.jpg", "a/..", "./a", "a/./b", "a//b", "a/", "C:/a.jpg", "c:a.jpg",
    "a\\b.jpg", "..\\a.jpg", "\\\\server\\share\\a.jpg", "a\x00.jpg", "a\n.jpg", "a\x1b[2J.jpg", "a\x7f.jpg", "a\x9b2J.jpg",
    "a?.jpg", "a*.jpg", "a<b.jpg", "a|b.jpg", 'a".jpg', "con", "CON.jpg", "raw/nul", "raw/aux.tar/x.jpg", "LPT1.jpg", "com¹",
    "prn .jpg", "a.", "a ", "a/b./c", " a.jpg", "a\ud800.jpg", "a" * 1025, "é" * 513,
]  # fmt: skip


@pytest.mark.parametrize("key", HOSTILE)
def test_a_hostile_key_is_refused_with_a_reason(key):
    assert key_problem(key)
    assert locate(keys.RAW + key) is None
    with pytest.raises(BadKey, match=r": \w"):
        check_key(key)


@pytest.mark.parametrize("name", [one for one in HOSTILE if one and len(one) < 1000])
def test_a_hostile_name_never_makes_a_key(name):
    for area, cls in ((Area.RAW, None), (Area.LABELED, "soda-can"), (Area.BASE, "soda-can"), (Area.DISCARDED, None)):
        with pytest.raises(BadKey):
            key_of(area, name, cls)
    with pytest.raises(BadKey):
        claim_key(name)


def test_1024_bytes_are_a_key_and_one_more_is_none():
    assert key_problem("é" * 512) is None
    assert key_problem("é" * 512 + "a") is not None


@given(st.text(st.characters(), max_size=40))
def test_an_accepted_key_stays_below_its_folder_on_every_system(key):
    if key_problem(key) is None:
        parts = key.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert not set(key) & set('\\:*?"<>|')
        assert 0 < len(key.encode()) <= 1024
        assert all(part == part.rstrip(". ") for part in parts)


@given(name=NAMES, cls=PARTS, area=st.sampled_from(Area))
def test_a_key_is_taken_apart_into_what_it_was_made_of(name, cls, area):
    folder = cls if area in (Area.LABELED, Area.BASE) else None
    assert locate(key_of(area, name, folder)) == Place(area, folder, name)


@pytest.mark.parametrize(
    "key",
    [
        "raw_field_data/empty.tmp", "raw_field_data/a/b.jpg", "labeled_field_data/a.jpg", "labeled_field_data/a/b/c.jpg",
        "labeled_field_data/soda-can/empty.tmp", "discarded_field_data/x/y.jpg", "base_data/a.jpg", "classes.json",
        "models/1/golden/a.jpg", "raw_field_data_old/a.jpg", "notes.jpg", "raw_field_data/a.gif", "raw_field_data/CON.jpg",
    ],
)  # fmt: skip
def test_what_is_no_image_of_the_loop_has_no_place(key):
    assert locate(key) is None


def test_a_base_picture_keeps_its_path_below_the_class():
    assert locate("base_data/soda-can/2017/a.jpg") == Place(Area.BASE, "soda-can", "2017/a.jpg")


@pytest.mark.parametrize("name", ["a.jpg", "a.JPG", "a.jpeg", "a.PnG"])
def test_image_endings_are_known_in_any_case(name):
    assert is_image(name)


@given(st.text(st.characters(codec="utf-8")))
def test_composed_and_decomposed_names_fold_to_one(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(st.characters(max_codepoint=0x17F, categories=["L", "N"])))
@example("Straße.JPG")
def test_case_twins_fold_to_one(text):
    assert fold(text.swapcase()) == fold(text) or "ı" in text or "ŉ" in text


def test_different_names_fold_apart():
    assert len({fold(name) for name in ("a.jpg", "b.jpg", "á.jpg", "a.png")}) == 4


def test_the_keys_of_the_bucket_are_those_of_the_design():
    assert keys.manifest_key("m") == "models/m/model.json"
    assert keys.evaluation_key("m", "d") == "models/m/evaluations/d.json"
    assert keys.blob_key("ab") == "blobs/ab"
    assert keys.desired_key("line_1") == "fleet/line%5F1/desired.json"
    assert keys.stats_key("pi", "2026-11-24") == "fleet/pi/stats/2026-11-24.json"
    assert keys.segment_key("Ada L.", "2026-11-24", "01J") == "history/Ada%20L%2E/2026-11-24/01J.jsonl"
    assert keys.claim_key("a.jpg") == "claims/a.jpg"
