"""Freezing: what trains, what tests, what is left out and why; and that no likeness of a test picture trains."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.catalog import Content, Known, Label
from desktop.core.dataset import check_trainable, freeze, load_summary, save_dataset
from desktop.core.dataset import test_digest as digest_of
from desktop.core.errors import ConfigError, NotFoundError
from desktop.core.images import image_of
from desktop.core.taxonomy import Class, Taxonomy, default_taxonomy
from desktop.local.store import FolderStore
from edge.contract.keys import Area
from edge.contract.names import Side, format_name, parse_name, side, slot_side
from edge.fingerprint import DHASH_BURST, PHASH_TWIN, distance
from tests.unit.field import field_image, moment

TAXONOMY = default_taxonomy()
TRAIN, TEST = Side.TRAIN, Side.TEST
BASE_NAMES = {which: next(f"{n}.jpg" for n in range(100) if side(f"base_data/clutter/{n}.jpg") is which) for which in Side}


def digest(number) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def bits(number) -> int:
    """Give a fingerprint that is far from any other number's."""
    return int(digest(number)[:16], 16)


def known(
    number,
    label="soda-can",
    *,
    which=TRAIN,
    area=Area.LABELED,
    reason="chance",
    blind=False,
    content=True,
    captured_ms=None,
    **other,
) -> Known:
    """Give an image as the catalog knows it; all numbers are far from each other in time and looks."""
    looks = {"sha256": digest(number), "dhash": bits(number), "phash": bits(f"p{number}"), "reason": reason, **other}
    image = field_image(
        number,
        side=which,
        area=area,
        label=label if area is Area.LABELED else None,
        dhash=looks["dhash"],
        captured_ms=captured_ms,
    )
    told = Label(f"d{number}", "ada", 1_790_000_000_000 + number, blind) if area is Area.LABELED else Label()
    return Known(image, Content(**looks) if content else None, told)


def base(name, cls="clutter", **looks) -> Known:
    key = f"base_data/{cls}/{name}"
    image = image_of(key, digest(key), 1000, 1)
    return Known(image, Content(**{"sha256": digest(key), "dhash": bits(key), "phash": bits(f"p{key}"), **looks}), Label())


def names(entries):
    return {parse_name(entry.name).hash12 or entry.name for entry in entries}


def numbers(entries):
    return sorted(int(parse_name(entry.name).hash12, 16) for entry in entries)


def test_an_image_serves_the_side_of_its_slot():
    dataset = freeze([known(1), known(2, which=TEST, blind=True), known(3, "clutter")], TAXONOMY)
    assert (numbers(dataset.train), numbers(dataset.test), dataset.base_test) == ([1, 3], [2], ())
    assert dataset.left_out == {}
    (entry,) = dataset.test
    assert (entry.label, entry.blind, entry.chance, entry.counts) == ("soda-can", True, True, True)


def test_only_what_is_blind_and_came_by_chance_counts():
    pictures = [
        known(1, which=TEST, blind=True, reason="low"), known(2, which=TEST, blind=False), known(3, which=TEST, blind=True)
    ]  # fmt: skip
    assert [entry.counts for entry in sorted(freeze(pictures, TAXONOMY).test, key=lambda one: one.captured_ms)] == [
        False,
        False,
        True,
    ]


def test_base_pictures_have_a_test_share_of_their_own():
    dataset = freeze([base(BASE_NAMES[TRAIN]), base(BASE_NAMES[TEST]), known(1, which=TEST)], TAXONOMY)
    assert names(dataset.train) == {f"base_data/clutter/{BASE_NAMES[TRAIN]}"}
    assert names(dataset.base_test) == {f"base_data/clutter/{BASE_NAMES[TEST]}"}
    assert numbers(dataset.test) == [1]


def test_pictures_that_are_not_sorted_are_in_no_part():
    dataset = freeze([known(1, area=Area.RAW), known(2, area=Area.DISCARDED), known(3)], TAXONOMY)
    assert numbers(dataset.train) == [3]
    assert dataset.left_out == {}


@pytest.mark.parametrize("far", [0, 1])
@pytest.mark.parametrize("area", [Area.LABELED, Area.RAW])
def test_a_train_picture_that_looks_like_a_test_picture_is_left_out(far, area):
    twin = bits("p1") ^ ((1 << (PHASH_TWIN + far)) - 1)
    dataset = freeze([known(1, which=TEST, area=area), known(2, phash=twin)], TAXONOMY)
    assert numbers(dataset.train) == ([2] if far else [])
    assert dataset.left_out == ({} if far else {"like a test picture": 1})


def test_the_same_bytes_never_train_and_test():
    dataset = freeze([known(1, which=TEST), known(2, sha256=digest(1))], TAXONOMY)
    assert numbers(dataset.test) == [1]
    assert dataset.left_out == {"like a test picture": 1}


def neighbours(apart_ms, device):
    """Give the times of a test capture and of a train capture of a device so far apart."""
    for number in range(100_000):
        first_ms = moment(number, device, TEST)
        if slot_side(device, first_ms + apart_ms) is TRAIN:
            return first_ms, first_ms + apart_ms
    raise AssertionError


@pytest.mark.parametrize(
    ("apart_ms", "differing", "kept"),
    [
        (60_000, DHASH_BURST, False), (-60_000, DHASH_BURST, False), (60_001, 0, True), (-60_001, 0, True),
        (30_000, DHASH_BURST + 1, True), (11_000, 0, False),
    ],
)  # fmt: skip
def test_one_burst_across_the_sides_is_left_out_of_train(apart_ms, differing, kept):
    test_ms, train_ms = neighbours(apart_ms, "pi-1")
    test = known(1, which=TEST, captured_ms=test_ms)
    train = known(2, captured_ms=train_ms, dhash=bits(1) ^ ((1 << differing) - 1))
    assert len(freeze([test, train], TAXONOMY).train) == (1 if kept else 0)


def test_another_devices_picture_of_the_same_minute_may_train():
    test_ms = moment(1, "pi-1", TEST)
    there_ms = next(ms for ms in range(test_ms, test_ms + 60_000, 1000) if slot_side("pi-2", ms) is TRAIN)
    other = field_image(2, device="pi-2", area=Area.LABELED, label="clutter", dhash=bits(1), captured_ms=there_ms)
    theirs = Known(other, Content(digest(2), bits(1), bits("p2")), Label())
    assert len(freeze([known(1, which=TEST, captured_ms=test_ms), theirs], TAXONOMY).train) == 1


def test_test_pictures_are_never_thinned():
    alike = [known(number, which=TEST, sha256=digest(1), phash=7, dhash=7) for number in (1, 2, 3)]
    assert numbers(freeze(alike, TAXONOMY).test) == [1, 2, 3]


def test_what_cannot_serve_is_left_out_with_its_reason():
    retired = replace(TAXONOMY, classes=(*TAXONOMY.classes, Class("glass", retired=True)))
    pictures = [
        known(1, "never-heard-of"), known(2, problem="cut short"), known(3, content=False), known(4, "glass"), known(5),
        known(6, which=TEST),
    ]  # fmt: skip
    dataset = freeze(pictures, retired, twins=[pictures[4].image.name])
    assert dataset.left_out == {
        "cannot be decoded": 1, "in two places": 1, "not fetched": 1, "retired class": 1, "unknown class": 1,
    }  # fmt: skip
    assert (dataset.train, numbers(dataset.test)) == ((), [6])


def test_a_base_picture_is_not_mistaken_for_a_twin_of_its_name():
    name = BASE_NAMES[TRAIN]
    assert len(freeze([base(name)], TAXONOMY, twins=[name]).train) == 1


def test_one_of_equal_pictures_trains_and_none_where_their_labels_differ():
    same = [known(1), known(2, sha256=digest(1))]
    dataset = freeze(same, TAXONOMY)
    assert (numbers(dataset.train), dataset.left_out) == ([1], {"same picture twice": 1})
    dataset = freeze([*same, known(3, "clutter", sha256=digest(1)), known(4)], TAXONOMY)
    assert (numbers(dataset.train), dataset.left_out) == ([4], {"same picture, two labels": 3})


def test_merged_classes_are_resolved_and_moving_between_them_makes_no_new_dataset():
    merged = Taxonomy(tuple(replace(one, merged_into="clutter" if one.id == "wine-bottle" else None) for one in TAXONOMY.classes))
    before = freeze([known(1, "beer-mug"), known(2, "wine-bottle"), known(3, "clutter")], merged)
    after = freeze([known(1, "beer-mug"), known(2, "clutter"), known(3, "clutter")], merged)
    assert {entry.label for entry in before.train} == {"beer-mug", "clutter"}
    assert "wine-bottle" not in before.classes
    assert before.id == after.id


def test_the_id_changes_with_any_label_and_only_then():
    pictures = [known(1), known(2, "clutter"), known(3, which=TEST)]
    first = freeze(pictures, TAXONOMY).id
    assert freeze(pictures[::-1], TAXONOMY).id == first
    moved_on = [replace(one, label=replace(one.label, labeller="bob", labelled_ms=1)) for one in pictures]
    assert freeze(moved_on, TAXONOMY).id == first
    assert freeze([*pictures, known(4, area=Area.RAW)], TAXONOMY).id == first
    others = [
        [known(1, "clutter"), *pictures[1:]],
        [*pictures[:2], known(3, "clutter", which=TEST)],
        [*pictures[:2], known(3, which=TEST, blind=True)],
        [*pictures, known(4)],
        pictures[:2],
    ]
    assert len({first, *(freeze(other, TAXONOMY).id for other in others)}) == 6


def test_manifests_are_ground_truths_lines_and_are_written_once(folder):
    store = FolderStore(folder / "bucket")
    dataset = freeze([known(1), known(2, "clutter"), known(3, which=TEST, blind=True), base(BASE_NAMES[TEST])], TAXONOMY)
    save_dataset(store, dataset)
    written = {listed.key: store.get(listed.key).body for listed in store.list(f"datasets/{dataset.id}/")}
    assert sorted(key.rpartition("/")[2] for key in written) == ["base_test.jsonl", "dataset.json", "test.jsonl", "train.jsonl"]
    for part in ("train", "test", "base_test"):
        lines = [json.loads(line) for line in written[f"datasets/{dataset.id}/{part}.jsonl"].splitlines()]
        for line, entry in zip(lines, getattr(dataset, part), strict=True):
            assert line["source-ref"] == f"{store.url}/{entry.key}"
            assert dataset.classes[line["label"]] == line["label-metadata"]["class-name"] == entry.label
            assert line["label-metadata"]["type"] == "groundtruth/image-classification"
            assert line["label-metadata"]["human-annotated"] == "yes"
            assert (line["name"], line["sha256"], line["blind"]) == (entry.name, entry.sha256, entry.blind)
    save_dataset(store, replace(dataset, train=()))
    assert {key: store.get(key).body for key in written} == written
    summary = load_summary(store, dataset.id)
    assert (summary.train, summary.test, summary.base_test) == ({"clutter": 1, "soda-can": 1}, {"soda-can": 1}, {"clutter": 1})


@pytest.mark.parametrize("captured_ms", [1_767_600_000_000, 9_000_000_000_000_000])
def test_a_time_that_no_date_can_be_written_of_stops_no_training(folder, captured_ms):
    """A camera's clock may say anything, and so may whoever names a file."""
    store = FolderStore(folder / "bucket")
    dataset = freeze([replace(known(1, captured_ms=captured_ms), label=Label())], TAXONOMY)
    save_dataset(store, dataset)
    (line,) = b"".join(store.get(f"datasets/{dataset.id}/{part}.jsonl").body for part in ("train", "test")).splitlines()
    assert json.loads(line)["label-metadata"]["creation-date"][:4] in ("2026", "9999")


def test_a_dataset_that_nobody_wrote_is_not_found(folder):
    with pytest.raises(NotFoundError):
        load_summary(FolderStore(folder / "bucket"), "0123")


def test_a_class_without_pictures_is_named_before_anything_is_trained():
    two = Taxonomy(()).added(["clutter", "soda-can"])
    check_trainable(freeze([known(1), known(2, "clutter")], two))
    with pytest.raises(ConfigError, match="clutter"):
        check_trainable(freeze([known(1), known(2, "clutter", which=TEST)], two))
    with pytest.raises(ConfigError):
        check_trainable(freeze([known(1)], Taxonomy(()).added(["soda-can"])))


def test_the_digest_of_a_test_set_knows_pictures_and_labels_but_no_order():
    first, second = freeze([known(1, which=TEST), known(2, which=TEST)], TAXONOMY).test
    assert digest_of([first, second]) == digest_of([second, first])
    assert len({digest_of(one) for one in ([first, second], [first], [first, replace(second, label="clutter")])}) == 3


few = st.integers(0, 3)
drawn = st.lists(
    st.tuples(
        st.sampled_from([Area.RAW, Area.LABELED, Area.BASE]),
        st.sampled_from(["soda-can", "clutter", "never-heard-of"]),
        st.integers(0, 40),  # capture time in steps of 7 s: many within a minute, on both sides
        st.sampled_from(["pi-1", "pi-2"]),
        few,  # bytes
        st.integers(0, 255),  # dHash
        st.integers(0, 4095),  # pHash
    ),
    max_size=30,
    unique_by=lambda one: (one[2], one[3], one[0]),
)


def drawn_image(area, cls, step, device, content, dhash, phash) -> Known:
    sha256 = digest(content)
    name = (
        f"{step}-{device}.jpg"
        if area is Area.BASE
        else format_name(1_790_000_000_000 + step * 7000, "clutter", 0.5, device, sha256)
    )
    folder = {Area.RAW: "raw_field_data", Area.LABELED: f"labeled_field_data/{cls}", Area.BASE: f"base_data/{cls}"}[area]
    image = replace(image_of(f"{folder}/{name}", sha256, 1000, 1), dhash=dhash)
    return Known(image, Content(sha256, dhash, phash), Label())


@given(drawn)
def test_whatever_the_catalog_holds_train_and_test_are_apart(images):
    every = [drawn_image(*one) for one in images]
    dataset = freeze(every, TAXONOMY)
    by_key = {one.image.key: one for one in every}
    tests = [one for one in every if one.image.side is TEST]
    assert all(by_key[entry.key].image.side is TEST for entry in (*dataset.test, *dataset.base_test))
    for entry in dataset.train:
        mine = by_key[entry.key]
        assert mine.image.side is TRAIN
        for other in tests:
            assert entry.sha256 != other.content.sha256
            assert distance(mine.content.phash, other.content.phash) > PHASH_TWIN
            if (
                mine.image.captured_ms is not None
                and other.image.captured_ms is not None
                and mine.image.device == other.image.device
            ):
                apart_ms = abs(mine.image.captured_ms - other.image.captured_ms)
                assert apart_ms > 60_000 or distance(mine.content.dhash, other.content.dhash) > DHASH_BURST
    sorted_ = sum(one.image.area in (Area.LABELED, Area.BASE) for one in every)
    frozen = len(dataset.train) + len(dataset.test) + len(dataset.base_test)
    assert frozen + sum(dataset.left_out.values()) == sorted_
