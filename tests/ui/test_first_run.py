"""The window without a bucket: three ways in, and folders that are dropped."""

import sys

import pytest
from PIL import Image

from desktop.core.settings import load_settings
from desktop.ui.fingers import Fingers
from desktop.ui.start import Face
from edge.contract.keys import DEFAULT_PREFIX


@pytest.fixture
def face(qapp, tmp_path):
    made = Face(tmp_path / "home")
    yield made
    if made.window is not None:
        made.window.close()
    made.close()


@pytest.fixture
def window(face):
    assert face.show("")
    return face.window


def test_a_first_start_asks_where_the_pictures_are_and_has_the_focus_on_the_demo(window):
    assert window.place is None
    assert window.focusWidget().accessibleName() == window.ways_in.first_page.choices[0].accessibleName()
    assert [choice.name for choice in window.ways_in.first_page.choices] == ["demo", "folder", "s3"]


def test_s3_says_that_it_comes_and_changes_nothing(window):
    Fingers(window).press("3")
    assert "S3" in window.messages.said[-1]
    assert window.place is None


def test_an_empty_folder_becomes_a_bucket_and_is_opened_at_the_next_start(window, tmp_path):
    folder = tmp_path / "plant"
    folder.mkdir()
    window.ways_in.take_folder(folder)
    assert window.place is not None
    assert (folder / DEFAULT_PREFIX).is_dir()
    assert load_settings(window.home).bucket == str(folder)


def test_a_folder_with_other_things_is_left_alone_and_told_of(window, tmp_path):
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "years.txt").write_text("of work")
    window.ways_in.take_folder(folder)
    assert window.place is None
    assert "thesis" in window.messages.said[-1]
    assert [path.name for path in folder.iterdir()] == ["years.txt"]


def test_a_folder_per_class_that_is_dropped_is_taken_in(qtbot, window, tmp_path):
    bucket, pile = tmp_path / "plant", tmp_path / "pile"
    bucket.mkdir()
    for number, cls in enumerate(("soda-can", "010.beer-mug")):
        (pile / cls).mkdir(parents=True)
        Image.new("RGB", (32, 32), (40 * number, 90, 120)).save(pile / cls / f"{number}.jpg")
    window.ways_in.take_folder(bucket)
    window.ways_in.take_folder(pile)
    qtbot.waitUntil(lambda: any("2" in said for said in window.messages.said), timeout=15_000)
    base = bucket / DEFAULT_PREFIX / "base_data"
    assert sorted(path.parent.name for path in base.rglob("*.jpg")) == ["beer-mug", "soda-can"]


def test_a_bucket_that_is_gone_is_told_and_another_can_be_chosen(face, tmp_path):
    assert face.show(str(tmp_path / "nowhere"))
    assert face.window.place is None
    assert "nowhere" in face.window.messages.said[-1]


def test_settings_that_are_wrong_are_told_by_name(face, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text("[window]\nthema = 1\n")
    assert face.show("")
    assert "window.thema" in face.window.messages.said[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="stopped by a signal")
def test_the_demos_making_shows_how_far_it_is_and_can_be_stopped(qtbot, window):
    page = window.ways_in.first_page
    Fingers(window).press("1")
    qtbot.waitUntil(lambda: "(" in page.told and page.done > 0, timeout=30_000)
    page.stop.click()
    qtbot.waitUntil(lambda: not page.at_work, timeout=30_000)
    assert window.place is None
    assert page.choices[0].isEnabled()
