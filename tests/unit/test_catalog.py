"""The catalog mirrors the bucket, and keeps what was learnt of its images."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.catalog import Catalog, Content, Label, Relocation
from desktop.core.errors import ConfigError
from desktop.core.images import Prediction
from desktop.core.ports import Listed
from edge.contract.keys import Area
from edge.contract.names import Side

RAW_KEY = "raw_field_data/1542150172123_beer-mug_0.56.jpg"
LABELED_KEY = "labeled_field_data/beer-mug/1542150172123_beer-mug_0.56.jpg"


@pytest.fixture
def catalog(folder):
    catalog = Catalog(folder / "catalog.sqlite")
    yield catalog
    catalog.close()


def listed(key, etag="e1", modified_ms=10):
    return Listed(key, etag, 100, modified_ms)


def test_an_image_is_known_by_its_name_until_it_was_looked_at(catalog):
    catalog.apply([listed(RAW_KEY)], [], 1)
    (known,) = catalog.known(Area.RAW)
    assert (known.content, known.label) == (None, None)
    assert known.image.prediction == Prediction("beer-mug", 0.56, 1.0)
    assert known.image.captured_ms == 1542150172123
    assert known.image.side is Side.TEST


def test_what_was_learnt_survives_a_move_and_a_label_belongs_to_its_place(catalog):
    catalog.apply([listed(RAW_KEY)], [], 1)
    content = Content("sha", dhash=(1 << 64) - 1, phash=1 << 63, reason="chance", probability=0.25)
    catalog.learn(listed(RAW_KEY), content, Label())
    label = Label("D1", "ada", 77, blind=True)
    catalog.relocate([Relocation(RAW_KEY, LABELED_KEY, "e1", 10, label)], now_ms=2)
    assert catalog.known(Area.RAW) == []
    (known,) = catalog.known(Area.LABELED)
    assert known.content == content
    assert known.label == label
    assert known.image.size_bytes == 100
    assert known.image.dhash == (1 << 64) - 1


def test_a_move_asked_for_again_after_a_sync_saw_it_keeps_the_size(catalog):
    catalog.apply([listed(LABELED_KEY)], [], 1)
    catalog.relocate([Relocation(RAW_KEY, LABELED_KEY, "e1", 10, Label("D1"))], now_ms=2)
    assert [image.size_bytes for image in catalog.images(Area.LABELED)] == [100]


def test_a_label_is_unknown_once_the_object_there_is_another(catalog):
    catalog.apply([listed(LABELED_KEY)], [], 1)
    catalog.learn(listed(LABELED_KEY), Content("sha"), Label("D1", "ada", 77, blind=False))
    catalog.apply([listed(LABELED_KEY, etag="e2", modified_ms=11)], [], 2)
    (known,) = catalog.known(Area.LABELED)
    assert (known.content, known.label) == (None, None)


def test_a_listing_begun_before_our_move_does_not_undo_it(catalog):
    catalog.apply([listed(RAW_KEY)], [], 1)
    catalog.relocate([Relocation(RAW_KEY, LABELED_KEY, "e1", 10, Label())], now_ms=50)
    catalog.apply([listed(RAW_KEY)], [LABELED_KEY], listed_ms=40)
    assert [image.key for image in catalog.images(Area.RAW, Area.LABELED)] == [LABELED_KEY]
    catalog.apply([listed(RAW_KEY)], [LABELED_KEY], listed_ms=60)
    assert [image.key for image in catalog.images(Area.RAW, Area.LABELED)] == [RAW_KEY]


def test_one_name_in_two_places_is_told_base_pictures_apart(catalog):
    name = RAW_KEY.rpartition("/")[2]
    catalog.apply([listed(RAW_KEY), listed(LABELED_KEY), listed(f"base_data/clutter/{name}")], [], 1)
    catalog.apply([listed("base_data/clutter/a.jpg"), listed("base_data/soda-can/a.jpg")], [], 1)
    assert catalog.twins() == {name: [LABELED_KEY, RAW_KEY]}


def test_case_twins_are_two_images(catalog):
    catalog.apply([listed("raw_field_data/a.jpg"), listed("raw_field_data/A.jpg")], [], 1)
    assert catalog.twins() == {}
    assert [image.name for image in catalog.images(Area.RAW)] == ["A.jpg", "a.jpg"]


def test_foreign_objects_are_told_and_are_no_images(catalog):
    catalog.apply([listed("raw_field_data/notes.txt"), listed("raw_field_data/con.jpg"), listed(RAW_KEY)], [], 1)
    assert catalog.foreign() == ["raw_field_data/con.jpg", "raw_field_data/notes.txt"]
    assert catalog.counts() == {(Area.RAW, None): 1}


def test_a_model_answers_once_an_image_and_its_answer_stands_before_the_names(catalog):
    catalog.apply([listed(RAW_KEY)], [], 1)
    catalog.learn(listed(RAW_KEY), Content("sha"), Label())
    catalog.remember("m1", {"sha": [("soda-can", 0.75), ("clutter", 0.25)]})
    assert catalog.images(Area.RAW, model="m1")[0].prediction == Prediction("soda-can", 0.75, 0.5, "m1")
    assert catalog.images(Area.RAW)[0].prediction.model is None


def test_an_image_is_found_by_name_and_by_key(catalog):
    catalog.apply([listed(RAW_KEY)], [], 1)
    for word in (RAW_KEY, RAW_KEY.rpartition("/")[2]):
        assert [known.image.key for known in catalog.find(word)] == [RAW_KEY]
    assert catalog.find("another.jpg") == []


def test_an_image_of_the_field_is_not_mistaken_for_a_base_picture_of_its_name(catalog):
    catalog.apply([listed("base_data/clutter/1.jpg"), listed("raw_field_data/1.jpg")], [], 1)
    assert catalog.image("1.jpg").key == "raw_field_data/1.jpg"
    assert catalog.image("base_data/clutter/1.jpg").area is Area.BASE
    assert catalog.image("2.jpg") is None


def test_the_newest_of_a_class_come_first_and_no_others(catalog):
    keys = [f"labeled_field_data/soda-can/{number}.jpg" for number in range(4)]
    seen = [listed(key, modified_ms=number) for number, key in enumerate(keys)]
    others = [listed("labeled_field_data/clutter/9.jpg", modified_ms=9), listed("raw_field_data/8.jpg", modified_ms=8)]
    catalog.apply([*seen, *others], [], 1)
    assert [one.image.key for one in catalog.newest(Area.LABELED, "soda-can", 3)] == keys[:0:-1]


def test_facts_are_remembered(catalog):
    assert catalog.fact("synced_ms") is None
    catalog.set_fact("synced_ms", "1")
    catalog.set_fact("synced_ms", "2")
    assert catalog.fact("synced_ms") == "2"


@settings(max_examples=40)
@given(st.sets(st.text(st.characters(codec="utf-8"), max_size=4), max_size=30))
def test_a_listing_is_in_the_order_of_bytes_and_has_all_below_its_prefix(tmp_path_factory, names):
    keys = {f"raw_field_data/{name}" for name in names if name}
    catalog = Catalog(tmp_path_factory.mktemp("catalog") / "catalog.sqlite")
    catalog.apply([listed(key) for key in (*keys, "raw_field_datb", "raw_field_data", "base_data/x")], [], 1)
    assert [one.key for one in catalog.listing("raw_field_data/")] == sorted(keys, key=str.encode)
    catalog.close()


def test_a_listing_half_read_keeps_nobody_from_writing(folder, catalog):
    """SQLite refuses to turn an old reading transaction into a writing one once another process has written."""
    catalog.apply([listed(f"raw_field_data/{number:05d}.jpg") for number in range(6000)], [], 1)
    reading = catalog.listing("raw_field_data/")
    assert next(reading).key == "raw_field_data/00000.jpg"
    other = Catalog(folder / "catalog.sqlite")
    other.set_fact("other", "was here")
    other.close()
    catalog.apply([listed("raw_field_data/00000.jpg", etag="e2")], [], 2)
    assert sum(1 for _one in reading) == 5999


def test_a_damaged_catalog_says_that_it_may_be_deleted(tmp_path):
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog(path)
    catalog.apply([listed(f"raw_field_data/{number}.jpg") for number in range(2000)], [], 1)
    catalog.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    catalog = Catalog(path)
    with pytest.raises(ConfigError, match="may be deleted"):
        catalog.images(Area.RAW)
    catalog.close()
