"""The picture cache: bytes and metadata fetched once, within a quota, least recently used gone first."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from desktop.core.errors import Cancelled, ConfigError, NotFoundError, StorageFullError
from desktop.core.pictures import KEPT_S, MAX_BYTES, RUNGS, Pictures, unseen
from desktop.core.progress import CancelToken, silent
from edge.contract.keys import Area
from tests.plant import PLAIN_PENCIL, Plant, plain_look, plain_shrink


@pytest.fixture
def plant(folder):
    plant = Plant(folder)
    yield plant
    plant.close()


def pictures(plant, quota_bytes=1 << 30, store=None):
    return Pictures(
        store or plant.store, plant.catalog, plant.home / "pictures",
        look=plain_look, shrink=plain_shrink, pencil=PLAIN_PENCIL, quota_bytes=quota_bytes,
    )  # fmt: skip


def images(plant, names, size_bytes=0):
    for name in names:
        plant.send(name, name.encode().ljust(size_bytes, b"."))
    plant.sync()
    return [plant.image(name) for name in names]


def grow_old(path):
    used_s = path.stat().st_mtime - KEPT_S
    os.utime(path, (used_s, used_s))


def kept_bytes(plant):
    return sum(path.stat().st_size for path in (plant.home / "pictures").glob("??/*"))


class CountingStore:
    """The plant's store; ``asked`` are the keys that were fetched."""

    def __init__(self, store):
        self._store = store
        self.asked = []

    def get(self, key):
        self.asked.append(key)
        return self._store.get(key)


def test_a_picture_is_fetched_once_and_looked_at(plant):
    (image,) = images(plant, ["a.jpg"], 7)
    store = CountingStore(plant.store)
    cache = pictures(plant, store=store)
    assert cache.fetch(image).read_bytes() == b"a.jpg.."
    assert pictures(plant, store=store).fetch(image).read_bytes() == b"a.jpg.."
    assert store.asked == [image.key]
    (known,) = plant.catalog.known(Area.RAW)
    assert (known.image.dhash, known.content.phash, known.content.reason, known.content.probability) == (7, 7, "chance", 0.25)
    assert known.label is not None


def test_a_picture_keeps_its_place_in_the_cache_when_it_is_moved(plant):
    (image,) = images(plant, ["a.jpg"])
    store = CountingStore(plant.store)
    pictures(plant, store=store).fetch(image)
    plant.label("soda-can", "a.jpg")
    plant.deliver()
    pictures(plant, store=store).fetch(plant.image("a.jpg"))
    assert store.asked == [image.key]


def test_a_picture_in_the_cache_is_looked_at_again_if_the_catalog_knows_nothing_of_it(plant):
    """Another labeller moved it: the bytes are here, who labelled it and how is not."""
    (image,) = images(plant, ["a.jpg"])
    plant.pictures.fetch(image)
    other = Plant(plant.root.parent, home="other", labeller="ben")
    other.sync()
    other.label("soda-can", "a.jpg", blind=True)
    other.deliver()
    other.close()
    plant.sync()
    assert unseen(plant.catalog.known(Area.LABELED))
    plant.pictures.fetch_all(unseen(plant.catalog.known(Area.LABELED)), silent, CancelToken())
    (known,) = plant.catalog.known(Area.LABELED)
    assert (known.label.labeller, known.label.blind) == ("ben", True)
    assert unseen([known]) == []


def test_a_picture_that_is_gone_is_told_and_stops_nothing(plant):
    wanted = images(plant, ["a.jpg", "b.jpg"])
    (plant.root / wanted[0].key).unlink()
    assert plant.pictures.fetch_all(wanted, silent, CancelToken()) == [wanted[0].key]
    assert plant.pictures.fetch(wanted[1]).exists()
    with pytest.raises(NotFoundError):
        plant.pictures.fetch(wanted[0])


def test_a_picture_that_was_replaced_is_not_given_for_the_old_one(plant):
    (image,) = images(plant, ["a.jpg"])
    (plant.root / image.key).write_bytes(b"quite another picture")
    with pytest.raises(NotFoundError, match="changed"):
        plant.pictures.fetch(image)
    plant.sync()
    assert plant.pictures.fetch(plant.image("a.jpg")).read_bytes() == b"quite another picture"


def test_what_is_too_large_for_a_picture_is_not_read_and_stops_nothing(plant):
    (small,) = images(plant, ["a.jpg"])
    with (plant.root / "raw_field_data" / "b.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # takes no room on the disk
    plant.sync()
    store = CountingStore(plant.store)
    cache = pictures(plant, store=store)
    large = plant.image("b.jpg")
    assert cache.fetch_all([large, small], silent, CancelToken()) == [large.key]
    assert store.asked == [small.key]
    with pytest.raises(ConfigError, match="too large"):
        cache.fetch(large)


def test_fetching_can_be_stopped_between_two_pictures(plant):
    wanted = images(plant, ["a.jpg", "b.jpg"])
    cancel = CancelToken()
    steps = []

    def stop_after_one(step):
        steps.append(step)
        if step.done == 1:
            cancel.cancel()

    with pytest.raises(Cancelled):
        plant.pictures.fetch_all([*wanted, *wanted], stop_after_one, cancel)
    assert [step.done for step in steps] == [0, 1]


def test_the_least_recently_used_pictures_go_first_when_the_quota_is_passed(plant):
    wanted = images(plant, [f"{number}.jpg" for number in range(11)], 100)
    cache = pictures(plant, quota_bytes=1000)
    paths = [cache.fetch(image) for image in wanted[:10]]
    for age_s, path in enumerate([paths[0], *paths[2:], paths[1]]):
        os.utime(path, (1000 - age_s, 1000 - age_s))  # 1 is the oldest, then 9, 8 …; 0 is the newest
    assert cache.fetch(wanted[0]) == paths[0]
    paths.append(cache.fetch(wanted[10]))
    assert [number for number, path in enumerate(paths) if not path.exists()] == [1, 9]
    assert cache.fetch(wanted[1]).read_bytes().startswith(b"1.jpg")


def test_a_picture_larger_than_the_quota_is_still_given(plant):
    (image,) = images(plant, ["a.jpg"], 500)
    assert len(pictures(plant, quota_bytes=100).fetch(image).read_bytes()) == 500


def test_what_an_earlier_program_kept_counts_for_the_quota(plant):
    wanted = images(plant, [f"{number}.jpg" for number in range(10)], 100)
    for image in wanted:
        grow_old(pictures(plant, quota_bytes=1 << 30).fetch(image))
    pictures(plant, quota_bytes=500).thumbnail(wanted[0], 50)
    assert kept_bytes(plant) <= 500


def test_what_was_just_given_out_stays_for_whoever_is_about_to_read_it(plant):
    """A training takes files by the thousand, and its process reads them later; a quota must not take some away again."""
    wanted = images(plant, [f"{number}.jpg" for number in range(10)], 100)
    cache = pictures(plant, quota_bytes=500)
    paths = [cache.fetch(image) for image in wanted]
    assert all(path.exists() for path in paths)
    for path in paths:
        grow_old(path)
    for size in range(100, 103):
        cache.thumbnail(wanted[0], size)
    assert kept_bytes(plant) <= 500


def test_what_was_only_looked_at_makes_room_first(plant):
    wanted = images(plant, [f"{number}.jpg" for number in range(10)], 100)
    cache = pictures(plant, quota_bytes=500)
    held = cache.fetch(wanted[0])
    cache.fetch_all(wanted[1:], silent, CancelToken())
    assert kept_bytes(plant) <= 500
    assert held.exists()


def test_a_thumbnail_is_made_once(plant):
    (image,) = images(plant, ["a.jpg"])
    made = []
    cache = Pictures(
        plant.store, plant.catalog, plant.home / "pictures",
        look=plain_look, shrink=lambda data, size: (made.append(size), data[:size])[1], pencil=PLAIN_PENCIL,
    )  # fmt: skip
    assert cache.thumbnail(image, 3) == cache.thumbnail(image, 3) == b"a.j"
    assert cache.thumbnail(image, 4) == b"a.jp"
    assert made == [3, 4]


def test_what_a_screen_shows_is_decoded_once_and_kept_for_all_sizes_of_a_rung(plant):
    (image,) = images(plant, ["a.jpg"], 300)
    decoded = []

    def reduce(data, at_least):
        decoded.append(len(data))
        return PLAIN_PENCIL.reduce(data, at_least)

    pencil = replace(PLAIN_PENCIL, reduce=reduce)
    cache = Pictures(
        plant.store, plant.catalog, plant.home / "pictures", look=plain_look, shrink=plain_shrink, pencil=pencil
    )  # fmt: skip
    assert cache.pixels(image, 150, 100).shape == (1, 150, 4)
    assert cache.pixels(image, 150, 100).shape == (1, 150, 4)
    assert cache.pixels(image, 90, 192).shape == (1, 90, 4)
    assert cache.pixels(image, 200, 100).shape == (1, 200, 4)
    assert cache.pixels(image, 5000, 5000).shape == (1, 300, 4)
    assert decoded == [300, RUNGS[0], RUNGS[0], 300, 300]


def test_what_cannot_be_decoded_says_why_and_nothing_is_kept_of_it(plant):
    plant.send("a.jpg", b"bad picture")
    plant.sync()
    for _time in range(2):
        with pytest.raises(ValueError, match="no picture"):
            plant.pictures.pixels(plant.image("a.jpg"), 100, 100)
    assert [path.suffix for path in (plant.home / "pictures").glob("??/*")] == [".picture"]


def test_a_torn_picture_of_the_cache_is_made_anew(plant):
    (image,) = images(plant, ["a.jpg"], 300)
    whole = plant.pictures.pixels(image, 100, 100)
    with closing(sqlite3.connect(plant.home / "pictures" / "rungs.sqlite", isolation_level=None)) as file:
        assert file.execute("UPDATE rung SET jpeg = X'626164'").rowcount == 1
        assert (plant.pictures.pixels(image, 100, 100) == whole).all()
        assert file.execute("SELECT jpeg FROM rung").fetchall() != [(b"bad",)]


def test_a_photo_tells_the_size_of_the_whole_and_leaves_nothing_behind_but_the_bytes(plant):
    (image,) = images(plant, ["a.jpg"], 300)
    small, whole = plant.pictures.photo(image, (200, 100)), plant.pictures.photo(image, None)
    assert (small.width, small.height, small.pixels.shape) == (300, 1, (1, 200, 4))
    assert whole.pixels.shape == (1, 300, 4)
    assert [path.suffix for path in (plant.home / "pictures").glob("??/*")] == [".picture"]


def test_forgetting_an_image_removes_its_picture_and_thumbnails(plant):
    wanted = images(plant, ["a.jpg", "b.jpg"])
    for image in wanted:
        plant.pictures.thumbnail(image, 3)
        plant.pictures.pixels(image, 3, 3)
    plant.pictures.forget(wanted[0])
    left = sorted(path.read_bytes() for path in (plant.home / "pictures").glob("??/*"))
    assert left == [b"b.j", b"b.jpg"]
    with closing(sqlite3.connect(plant.home / "pictures" / "rungs.sqlite")) as file:
        assert file.execute("SELECT count(*) FROM rung").fetchone() == (1,)


def test_no_key_reaches_the_cache_folder(plant):
    (image,) = images(plant, ["\u00e9 & co.jpg"])
    path = plant.pictures.fetch(image)
    assert path.name.removesuffix(".picture").isalnum()
    assert path.name.isascii()


def test_a_cache_that_cannot_be_written_says_so(plant):
    (image,) = images(plant, ["a.jpg"])
    (plant.home / "pictures").write_bytes(b"a file in its place")
    with pytest.raises(StorageFullError, match="picture cache"):
        pictures(plant).thumbnail(image, 3)


def test_a_picture_that_was_sorted_before_it_was_shown_is_found_where_it_went(plant):
    plant.send("1.jpg")
    plant.sync()
    image = plant.image("1.jpg")
    plant.label("soda-can", "1.jpg")
    plant.deliver()
    assert plant.pictures.fetch(image).read_bytes() == b"picture 1.jpg"
