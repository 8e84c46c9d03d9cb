"""A sync takes in what differs, nothing else; a catalog that was deleted comes back the same."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.catalog import Catalog
from desktop.core.errors import Cancelled
from desktop.core.pictures import unseen
from desktop.core.progress import CancelToken, Step, silent
from desktop.core.sync import SyncReport, sync
from edge.contract.keys import LABELED, Area
from tests.plant import Plant, keys_of

EVERY = (Area.RAW, Area.LABELED, Area.DISCARDED, Area.BASE)


@pytest.fixture
def plant(folder):
    plant = Plant(folder)
    yield plant
    plant.close()


def keys(plant):
    return [image.key for image in plant.catalog.images(*EVERY)]


def test_a_sync_is_incremental(plant):
    for name in ("a.jpg", "b.jpg"):
        plant.send(name)
    assert plant.sync() == SyncReport(objects=2, added=2, moved=0, changed=0, removed=0)
    assert plant.sync() == SyncReport(objects=2, added=0, moved=0, changed=0, removed=0)
    plant.send("c.jpg")
    (plant.root / "raw_field_data" / "a.jpg").unlink()
    (plant.root / "raw_field_data" / "b.jpg").write_bytes(b"another, longer picture")
    assert plant.sync() == SyncReport(objects=2, added=1, moved=0, changed=1, removed=1)
    assert keys(plant) == ["raw_field_data/b.jpg", "raw_field_data/c.jpg"]


def test_a_picture_moved_by_hand_is_labelled_by_where_it_lies(plant):
    plant.send("a.jpg")
    plant.sync()
    plant.pictures.fetch_all(unseen(plant.catalog.known(*EVERY)), silent, CancelToken())
    folder = plant.root / "labeled_field_data" / "soda-can"
    folder.mkdir(parents=True)
    os.rename(plant.root / "raw_field_data" / "a.jpg", folder / "a.jpg")
    plant.sync()
    (known,) = plant.catalog.known(*EVERY)
    assert (known.image.area, known.image.cls, known.image.name) == (Area.LABELED, "soda-can", "a.jpg")
    assert known.content.reason == "chance"
    plant.pictures.fetch_all(unseen([known]), silent, CancelToken())
    (known,) = plant.catalog.known(*EVERY)
    assert known.label.labeller is None
    assert known.content.probability == 0.25


def test_a_picture_put_there_by_hand_is_an_image_too(plant):
    folder = plant.root / "labeled_field_data" / "clutter"
    folder.mkdir(parents=True)
    (folder / "found on a stick.PNG").write_bytes(b"picture")
    plant.sync()
    (image,) = plant.catalog.images(Area.LABELED)
    assert (image.cls, image.prediction, image.captured_ms) == ("clutter", None, None)


def test_placeholders_are_ignored_and_kept(plant):
    for folder in ("raw_field_data", "labeled_field_data/soda-can"):
        (plant.root / folder).mkdir(parents=True)
        (plant.root / folder / "empty.tmp").write_bytes(b"")
    assert plant.sync().objects == 0
    assert plant.catalog.foreign() == []
    assert (plant.root / "raw_field_data" / "empty.tmp").exists()


def test_foreign_files_are_shown_and_never_touched(plant):
    foreign = ["raw_field_data/notes.txt", "labeled_field_data/a.jpg", "raw_field_data/sub/b.jpg", "raw_field_data/nul.jpg"]
    for key in foreign:
        (plant.root / key).parent.mkdir(parents=True, exist_ok=True)
        (plant.root / key).write_bytes(b"keep me")
    plant.send("c.jpg")
    assert plant.sync().added == 5
    assert plant.catalog.foreign() == sorted(foreign)
    assert keys(plant) == ["raw_field_data/c.jpg"]
    plant.label("soda-can", "c.jpg")
    plant.deliver(flush=True)
    plant.sync()
    assert plant.catalog.foreign() == sorted(foreign)
    assert [(plant.root / key).read_bytes() for key in foreign] == [b"keep me"] * 4


def test_case_twins_and_composed_twins_stay_apart(plant):
    names = ["a.jpg", "A.jpg", "\u00e9.jpg", "e\u0301.jpg"]
    for name in names:
        plant.send(name)
    plant.sync()
    assert sorted(image.name for image in plant.catalog.images(Area.RAW)) == sorted(names)
    plant.label("soda-can", *names)
    assert plant.deliver().done == 4
    assert len(keys_of(plant.store, ["labeled_field_data/"])) == 4


def test_a_deleted_catalog_is_built_again_to_the_same_state(plant):
    for number in range(8):
        plant.send(f"{number}.jpg", b"bad picture" if number == 7 else None)
    plant.sync()
    plant.label("soda-can", "1.jpg", "2.jpg", blind=True)
    plant.label("clutter", "3.jpg")
    plant.deliver()
    plant.sync()
    plant.pictures.fetch_all(unseen(plant.catalog.known(*EVERY)), silent, CancelToken())
    before = plant.catalog.known(*EVERY)
    assert sum(bool(known.label and known.label.blind) for known in before) == 2
    plant.close()
    for path in plant.home.glob("catalog.sqlite*"):
        path.unlink()
    plant.open()  # the picture cache is still there: it must not hide that nothing was looked at
    plant.sync()
    plant.pictures.fetch_all(unseen(plant.catalog.known(*EVERY)), silent, CancelToken())
    assert plant.catalog.known(*EVERY) == before


def test_a_sync_of_a_listing_older_than_our_move_leaves_the_move_alone(plant):
    plant.send("a.jpg")
    plant.sync()
    before_ms = plant.clock()
    plant.label("soda-can", "a.jpg")
    stale = list(plant.store.list(""))
    plant.deliver()
    sync(_Frozen(plant.store, stale), plant.catalog, now_ms=before_ms, progress=silent, cancel=CancelToken())
    assert keys(plant) == ["labeled_field_data/soda-can/a.jpg"]


class _Frozen:
    """A store whose listings are as old as they may be."""

    def __init__(self, store, listing):
        self._store = store
        self._listing = listing

    def list(self, prefix):
        return (listed for listed in self._listing if listed.key.startswith(prefix))


def test_a_sync_can_be_stopped_and_run_again(plant):
    for number in range(3):
        plant.send(f"{number}.jpg")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        sync(plant.store, plant.catalog, now_ms=1, progress=silent, cancel=cancel)
    assert plant.sync().objects == 3


def test_what_somebody_else_sorted_is_told_as_moved_and_not_as_gone(plant):
    for name in ("a.jpg", "b.jpg"):
        plant.send(name)
    plant.sync()
    target = plant.root / "labeled_field_data" / "soda-can"
    target.mkdir(parents=True)
    (plant.root / "raw_field_data" / "a.jpg").rename(target / "a.jpg")
    (plant.root / "raw_field_data" / "b.jpg").unlink()
    assert plant.sync() == SyncReport(objects=1, added=0, moved=1, changed=0, removed=1)


def test_a_sync_tells_how_far_it_is(plant):
    plant.send("a.jpg")
    steps: list[Step] = []
    sync(plant.store, plant.catalog, now_ms=1, progress=steps.append, cancel=CancelToken())
    assert (steps[-1].done, steps[-1].total) == (1, 1)


def test_many_changes_are_taken_in_while_another_process_delivers(plant):
    """More than a batch, so that the catalog is written while its listing is still being read."""
    folder = plant.root / "raw_field_data"
    folder.mkdir(parents=True)
    for number in range(2100):
        (folder / f"{number:05d}.jpg").write_bytes(b"%d" % number)
    plant.sync()
    for number in range(2100):
        (folder / f"{number:05d}.jpg").write_bytes(b"again %d" % number)
    other = Catalog(plant.home / "catalog.sqlite")
    fresh = _Meddling(plant.store, lambda: other.set_fact("other", "was here"))
    report = sync(fresh, plant.catalog, now_ms=plant.clock(), progress=silent, cancel=CancelToken())
    other.close()
    assert report == SyncReport(objects=2100, added=0, moved=0, changed=2100, removed=0)


class _Meddling:
    """A store during whose listing something happens."""

    def __init__(self, store, happen):
        self._store = store
        self._happen = happen

    def list(self, prefix):
        for number, listed in enumerate(self._store.list(prefix)):
            if number == 1000:
                self._happen()
            yield listed


CHANGES = st.lists(
    st.tuples(st.sampled_from(["raw_field_data", "labeled_field_data/x-y", "discarded_field_data"]), st.sampled_from("abc"),
              st.none() | st.binary(max_size=2)),
    max_size=12,
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_after_any_changes_by_hand_the_catalog_is_what_a_new_one_would_be(tmp_path_factory, rounds):
    plant = Plant(tmp_path_factory.mktemp("plant"))
    for changes in rounds:
        for folder, name, body in changes:
            path = plant.root / folder / f"{name}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            if body is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(body)
        plant.sync()
        assert sorted(plant.catalog.images(*EVERY), key=lambda image: image.key) == _afresh(plant)
    plant.close()


def _afresh(plant):
    path = plant.home / "afresh.sqlite"
    for old in plant.home.glob("afresh.sqlite*"):
        old.unlink()
    catalog = Catalog(path)
    sync(plant.store, catalog, now_ms=plant.clock(), progress=silent, cancel=CancelToken())
    images = catalog.images(*EVERY)
    catalog.close()
    return images


@pytest.mark.parametrize("there_before", [True, False])
def test_a_picture_that_is_moved_between_two_listings_does_not_lie_in_two_places(plant, folder, there_before):
    plant.send("a.jpg")
    if there_before:
        plant.sync()
    ben = Plant(folder, home="ben", labeller="ben")
    ben.sync()

    class Moving:
        """The store, where Ben is faster than the listing."""

        def list(self, prefix):
            if prefix == LABELED and ben.label("soda-can", "a.jpg"):
                ben.deliver()
            yield from ben.store.list(prefix)

    report = sync(Moving(), plant.catalog, now_ms=plant.clock(), progress=silent, cancel=CancelToken())
    assert keys(plant) == [LABELED + "soda-can/a.jpg"]
    assert (report.objects, plant.catalog.twins()) == (1, {})
    ben.close()
