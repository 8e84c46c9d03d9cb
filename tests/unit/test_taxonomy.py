"""The classes of a plant: added, merged, resolved, and never overwritten by somebody slower."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.errors import ConfigError, ConflictError
from desktop.core.taxonomy import (
    Class,
    Taxonomy,
    default_taxonomy,
    load_taxonomy,
    save_taxonomy,
)
from desktop.local.store import FolderStore
from edge.contract.classes import DEFAULT_CLASSES
from edge.contract.keys import CLASSES

MERGED = Taxonomy(
    (
        Class("mug"), Class("cup", merged_into="mug"), Class("tea-cup", merged_into="cup"),
        Class("clutter"), Class("jar", retired=True),
    )
)  # fmt: skip


@pytest.fixture
def store(folder):
    return FolderStore(folder / "bucket")


def test_the_defaults_are_the_posts_five_each_with_a_key_and_a_colour_of_its_own():
    taxonomy = default_taxonomy()
    assert taxonomy.active() == DEFAULT_CLASSES
    assert [one.key for one in taxonomy.classes] == ["1", "2", "3", "4", "5"]
    assert len({one.colour for one in taxonomy.classes}) == 5


def test_a_bucket_without_classes_has_no_taxonomy(store):
    assert load_taxonomy(store) is None


def test_what_is_saved_is_loaded(store):
    saved = save_taxonomy(store, MERGED)
    assert load_taxonomy(store) == saved
    assert saved.classes == MERGED.classes
    assert saved.etag


def test_the_slower_of_two_who_change_the_classes_is_told(store):
    first = save_taxonomy(store, default_taxonomy())
    mine, theirs = first.added(["jar"]), first.added(["bowl"])
    save_taxonomy(store, theirs)
    with pytest.raises(ConflictError, match="Somebody else"):
        save_taxonomy(store, mine)
    assert "bowl" in load_taxonomy(store).active()
    save_taxonomy(store, load_taxonomy(store).added(["jar"]))
    assert {"bowl", "jar"} < set(load_taxonomy(store).active())


def test_two_who_make_the_first_taxonomy_do_not_overwrite_each_other(store):
    save_taxonomy(store, default_taxonomy())
    with pytest.raises(ConflictError):
        save_taxonomy(store, MERGED)


def test_classes_deleted_meanwhile_are_a_conflict_too(store, folder):
    saved = save_taxonomy(store, default_taxonomy())
    (folder / "bucket" / CLASSES).unlink()
    with pytest.raises(ConflictError):
        save_taxonomy(store, saved.added(["jar"]))


def test_a_plant_needs_two_classes(store):
    with pytest.raises(ConfigError, match="two classes"):
        save_taxonomy(store, Taxonomy(()).added(["jar"]))


def test_a_merged_class_counts_as_the_one_it_was_merged_into():
    assert [MERGED.resolve(cls) for cls in ("mug", "cup", "tea-cup")] == ["mug"] * 3
    assert MERGED.resolve("jar") == "jar"
    assert MERGED.resolve("010.beer-mug") is None


def test_merged_and_retired_classes_are_no_longer_offered():
    assert MERGED.active() == ("clutter", "mug")


@given(st.lists(st.sampled_from(["jar", "bowl", "mug", "cup"])), st.lists(st.sampled_from(["jar", "bowl", "mug", "cup"])))
def test_adding_twice_is_adding_once(some, more):
    taxonomy = default_taxonomy()
    assert taxonomy.added([*some, *more]) == taxonomy.added(some).added(more) == taxonomy.added([*some, *more]).added(some)


def test_keys_run_out_after_ten_classes_and_nothing_else_does():
    taxonomy = default_taxonomy().added([f"class-{number}" for number in range(40)])
    keys = [one.key for one in taxonomy.classes]
    assert sorted(keys[:10]) == sorted("1234567890")
    assert set(keys[10:]) == {""}
    assert len(taxonomy.active()) == 45


@pytest.mark.parametrize("cls", ["Beer", "a b", "", "none", "raw", "discarded", "../x"])
def test_an_id_that_cannot_name_a_class_is_refused(cls):
    with pytest.raises(ConfigError, match="cannot name a class"):
        default_taxonomy().added([cls])


@pytest.mark.parametrize(
    "classes",
    [
        [{"id": "a"}, {"id": "a"}], [{"id": "A b"}, {"id": "c"}], [{"id": "a", "merged_into": "x"}, {"id": "b"}],
        [{"id": "a", "merged_into": "b"}, {"id": "b", "merged_into": "a"}], [{"id": "a", "merged_into": "a"}],
        [{"id": 3}], [{"name": "a"}], "all",
    ],
)  # fmt: skip
def test_a_taxonomy_damaged_by_hand_is_refused_and_not_overwritten(store, classes):
    body = json.dumps({"schema": 1, "classes": classes}).encode()
    store.put(CLASSES, body, match="*")
    with pytest.raises(ConfigError, match=r"classes\.json in the bucket is damaged"):
        load_taxonomy(store)
    assert store.get(CLASSES).body == body
