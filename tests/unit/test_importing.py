"""A folder per class into the bucket: classes by the folders' names, every file that is left out named with its reason."""

import pytest

from desktop.core.errors import Cancelled, ConfigError
from desktop.core.importing import Contents, class_of_folder, import_folder, survey
from desktop.core.pictures import MAX_BYTES
from desktop.core.progress import CancelToken, silent
from desktop.core.taxonomy import default_taxonomy, load_taxonomy, save_taxonomy
from desktop.local.store import FolderStore
from desktop.local.thumbnails import look
from tests.pictures import jpeg, noise, png
from tests.plant import keys_of


@pytest.fixture
def store(folder):
    return FolderStore(folder / "bucket")


@pytest.fixture
def source(folder):
    caltech = folder / "256_ObjectCategories"
    put(caltech / "010.beer-mug" / "010_0001.jpg", jpeg(noise(1)))
    put(caltech / "010.beer-mug" / "010_0002.jpg", jpeg(noise(2)))
    put(caltech / "257.clutter" / "257_0001.png", png(noise(3)))
    return caltech


def put(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def take_in(store, folder, *, add_classes=False, cancel=None, progress=silent):
    return import_folder(store, folder, look=look, add_classes=add_classes, progress=progress, cancel=cancel or CancelToken())


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("010.beer-mug", "beer-mug"), ("257.clutter", "clutter"), ("Beer Mug", "beer-mug"), ("soda-can", "soda-can"),
        ("  Wine  Bottles! ", "wine-bottles"), ("_hidden", "hidden"), ("010.", "010"),
        ("啤酒", None), ("none", None), ("...", None),
    ],
)  # fmt: skip
def test_a_folders_name_gives_a_class(name, cls):
    assert class_of_folder(name) == cls


def test_caltech_folders_become_base_data_and_the_first_import_makes_the_classes(store, source):
    report = take_in(store, source)
    assert report.classes == {"beer-mug": 2, "clutter": 1}
    assert report.refused == []
    assert keys_of(store, ["base_data/"]) == [
        "base_data/beer-mug/010_0001.jpg", "base_data/beer-mug/010_0002.jpg", "base_data/clutter/257_0001.png",
    ]  # fmt: skip
    assert load_taxonomy(store).active() == ("beer-mug", "clutter")


def test_an_import_can_be_run_again(store, source):
    take_in(store, source)
    report = take_in(store, source)
    assert report.already == 3
    assert report.classes == {"beer-mug": 0, "clutter": 0}


def test_an_import_can_be_stopped_between_two_files_and_run_again(store, source):
    cancel = CancelToken()

    def stop_at_the_second(step):
        if step.done == 1:
            cancel.cancel()

    with pytest.raises(Cancelled):
        take_in(store, source, cancel=cancel, progress=stop_at_the_second)
    assert len(keys_of(store, ["base_data/"])) == 2
    assert take_in(store, source).already == 2


def test_every_file_that_cannot_be_read_is_named_with_its_reason(store, source):
    beer = source / "010.beer-mug"
    put(beer / "cut.jpg", jpeg(noise(4))[:900])
    put(beer / "empty.jpg", b"")
    put(beer / "text.jpg", b"no picture")
    put(beer / "RENAME2", b"#!/bin/sh")
    put(beer / "aux.jpg", jpeg(noise(5)))
    report = take_in(store, source)
    reasons = {path.rpartition("/")[2]: reason for path, reason in report.refused}
    assert reasons.pop("aux.jpg").endswith("a name that Windows keeps for itself")
    assert reasons == {
        "cut.jpg": "the picture is cut off",
        "empty.jpg": "the file is empty",
        "text.jpg": "not a JPEG or PNG picture",
        "RENAME2": "not a JPEG or PNG file",
    }
    assert report.classes == {"beer-mug": 2, "clutter": 1}


def test_a_folder_whose_name_gives_no_class_is_named(store, source):
    put(source / "啤酒" / "a.jpg", jpeg(noise(6)))
    assert [path.rpartition("/")[2] for path, _reason in take_in(store, source).refused] == ["啤酒"]


def test_hidden_files_and_folders_are_left_out(store, source):
    put(source / ".git" / "a.jpg", jpeg(noise(6)))
    put(source / "010.beer-mug" / ".thumbs" / "a.jpg", jpeg(noise(6)))
    put(source / "010.beer-mug" / "._010_0001.jpg", b"resource fork")
    report = take_in(store, source)
    assert report.refused == []
    assert sum(report.classes.values()) == 3


@pytest.mark.parametrize("twin", ["A.jpg", "\u00e9.jpg"])
def test_a_file_whose_name_differs_only_in_case_or_composition_is_refused(store, source, twin):
    first = {"A.jpg": "a.jpg", "\u00e9.jpg": "e\u0301.jpg"}[twin]
    put(source / "010.beer-mug" / first, jpeg(noise(7)))
    put(source / "010.beer-mug" / twin, jpeg(noise(8)))
    report = take_in(store, source)
    assert len(report.refused) == 1
    assert "cannot tell its name from" in report.refused[0][1]
    assert report.classes["beer-mug"] == 3
    again = take_in(store, source)
    assert (again.already, again.refused) == (4, report.refused)


def test_another_picture_of_a_name_that_is_taken_is_refused_and_replaces_nothing(store, source):
    put(source / "beer-mug" / "010_0001.jpg", jpeg(noise(9)))
    report = take_in(store, source)
    assert [reason for _path, reason in report.refused] == ["another picture of this name is in the class already"]
    assert store.get("base_data/beer-mug/010_0001.jpg").body == jpeg(noise(1))


def test_classes_that_the_plant_does_not_know_need_a_word(store, source):
    save_taxonomy(store, default_taxonomy())
    put(source / "011.jar" / "a.jpg", jpeg(noise(6)))
    with pytest.raises(ConfigError, match="jar"):
        take_in(store, source)
    assert keys_of(store, ["base_data/"]) == []
    assert take_in(store, source, add_classes=True).classes == {"beer-mug": 2, "clutter": 1, "jar": 1}
    assert "jar" in load_taxonomy(store).active()


def test_a_folder_without_folders_is_refused(store, folder):
    (folder / "flat").mkdir()
    for name in ("flat", "missing"):
        with pytest.raises(ConfigError, match=name):
            take_in(store, folder / name)


def test_a_file_too_large_for_a_picture_is_refused_unread(store, source):
    with (source / "257.clutter" / "disk.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # takes no room on the disk
    report = take_in(store, source)
    assert report.classes["clutter"] == 1
    assert [(file.rpartition("/")[2], reason) for file, reason in report.refused] == [("disk.jpg", "too large for a picture")]


def test_a_survey_tells_what_an_import_would_bring_and_changes_nothing(store, folder):
    for name in ("007.keg", "soda-can", "Keg"):
        (folder / "mine" / name).mkdir(parents=True)
    assert survey(store, folder / "mine") == Contents(2, ("keg", "soda-can"), first=True)
    assert keys_of(store) == []
    save_taxonomy(store, default_taxonomy())
    assert survey(store, folder / "mine") == Contents(2, ("keg",), first=False)
