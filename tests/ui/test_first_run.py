"""The window without a bucket: three ways in, and folders that are dropped."""

import json
import sys
import threading

import pytest
from PIL import Image
from PySide6.QtCore import QProcess

from desktop.app import open_plant
from desktop.core.settings import load_settings
from desktop.core.taxonomy import Taxonomy, default_taxonomy, load_taxonomy, save_taxonomy
from desktop.local.store import FolderStore
from desktop.ui.demo_process import DemoProcess
from desktop.ui.fingers import Fingers
from desktop.ui.single_instance import SingleInstance
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


def test_an_empty_folder_becomes_a_bucket_and_is_opened_at_the_next_start(qtbot, face, window, tmp_path):
    folder = tmp_path / "plant"
    folder.mkdir()
    window.ways_in.take_folders([folder])
    qtbot.waitUntil(lambda: face.window.place is not None)
    assert (folder / DEFAULT_PREFIX).is_dir()
    assert load_settings(window.home).bucket == face.window.settings.bucket == str(folder)


def test_a_folder_with_other_things_is_left_alone_and_told_of(window, tmp_path):
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "years.txt").write_text("of work")
    window.ways_in.take_folders([folder])
    assert window.place is None
    assert "thesis" in window.messages.said[-1]
    assert [path.name for path in folder.iterdir()] == ["years.txt"]


def pile(folder, **classes):
    """Write a folder per class with so many small pictures each."""
    for place, (cls, count) in enumerate(classes.items()):
        (folder / cls).mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (32, 32), (40 * place, 90, number % 250)).save(folder / cls / f"{cls}-{number}.jpg")
    return folder


@pytest.fixture
def at_work(qtbot, face, tmp_path):
    """A window on a bucket with a class of its own."""
    made = open_plant(str(tmp_path / "plant"), tmp_path / "home", create=True)
    save_taxonomy(made.store, Taxonomy(()).added(["beer-mug", "soda-can"]))
    made.close()
    assert face.show(str(tmp_path / "plant"))
    face.window.activateWindow()
    qtbot.waitUntil(lambda: not face.window.place.tasks.running("look"))
    return face.window


def classes_of(folder):
    return json.loads((folder / "plant" / DEFAULT_PREFIX / "classes.json").read_text())["classes"]


def base_of(folder):
    return sorted(path.parent.name for path in (folder / "plant" / DEFAULT_PREFIX / "base_data").rglob("*.jpg"))


def test_a_dropped_folder_is_asked_about_with_its_new_classes_and_left_alone_on_a_no(qtbot, at_work, tmp_path):
    before, focus = (tmp_path / "plant" / DEFAULT_PREFIX / "classes.json").read_bytes(), at_work.focusWidget()
    at_work.ways_in.take_folders([pile(tmp_path / "pile", keg=1, **{"010.beer-mug": 1})])
    qtbot.waitUntil(at_work.intake.yes.isVisible)
    assert at_work.intake.told.text() == "2 folders. New classes: keg."
    assert at_work.focusWidget() is focus
    at_work.intake.no.setFocus()
    Fingers(at_work).press("Return")
    assert at_work.intake.isHidden()
    assert at_work.focusWidget() is focus
    assert (tmp_path / "plant" / DEFAULT_PREFIX / "classes.json").read_bytes() == before
    assert base_of(tmp_path) == []


def test_folders_that_are_dropped_together_are_asked_about_and_taken_in_one_after_the_other(qtbot, face, at_work, tmp_path):
    at_work.ways_in.take_folders([pile(tmp_path / "one", keg=2), pile(tmp_path / "two", **{"soda-can": 1})])
    for name in ("one", "two"):
        qtbot.waitUntil(lambda name=name: at_work.intake.yes.isVisible() and name in at_work.intake.title.text())
        at_work.intake.yes.setFocus()
        Fingers(at_work).press("Return")
    qtbot.waitUntil(lambda: face.window is not at_work, timeout=15_000)  # other keys and squares, for one class more
    assert base_of(tmp_path) == ["keg", "keg", "soda-can"]
    assert "label.keg" in face.window.commands.keymap.actions
    assert [said for said in face.window.messages.said if "taken in" in said] == [
        "2 pictures were taken in.", "1 picture was taken in.",
    ]  # fmt: skip


def test_taking_in_can_be_stopped_and_the_bar_goes(qtbot, at_work, tmp_path):
    at_work.ways_in.take_folders([pile(tmp_path / "pile", **{"soda-can": 300})])
    qtbot.waitUntil(at_work.intake.yes.isVisible)
    at_work.intake.yes.click()
    assert at_work.intake.stop.isVisible()
    at_work.intake.stop.click()
    qtbot.waitUntil(at_work.intake.isHidden)
    assert len(base_of(tmp_path)) < 300


def test_a_bucket_that_is_gone_is_told_and_another_can_be_chosen(face, tmp_path):
    assert face.show(str(tmp_path / "nowhere"))
    assert face.window.place is None
    assert "nowhere" in face.window.messages.said[-1]


def test_settings_that_are_wrong_are_told_by_name(face, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text("[window]\nthema = 1\n")
    assert face.show("")
    assert "window.thema" in face.window.messages.said[-1]


def test_a_bucket_whose_index_is_damaged_leaves_nothing_half_open(qtbot, at_work, face, tmp_path):
    at_work.close()
    face.close()
    catalog = next((tmp_path / "home").glob("buckets/*/catalog.sqlite"))
    for part in catalog.parent.glob("catalog.sqlite*"):
        part.unlink()
    catalog.write_bytes(b"no database" * 1000)
    other = Face(tmp_path / "home")
    before = {thread for thread in threading.enumerate() if thread.name.startswith("thumbnails")}
    try:
        assert other.show(str(tmp_path / "plant"))
        assert other.window.place is None
        assert other.window.ways_in.first_page.isVisible()
        assert "catalog.sqlite" in other.window.messages.said[-1]
        assert {thread for thread in threading.enumerate() if thread.name.startswith("thumbnails")} == before
        assert SingleInstance(tmp_path / "home", str(tmp_path / "plant")).claim()
    finally:
        other.window.close()
        other.close()


def test_a_demo_that_cannot_be_started_is_told_of_and_can_be_tried_again(qtbot, qapp, tmp_path):
    demo, steps = DemoProcess(tmp_path, [str(tmp_path / "nothing here")]), []
    demo.stepped.connect(steps.append)
    for _again in range(2):
        with qtbot.waitSignal(demo.failed) as failed:
            demo.start()
        assert "demo" in failed.args[0].title
        assert steps[-1] is None


def test_the_demos_devices_outlive_the_window_that_asked_for_them(qtbot, face, window, tmp_path):
    plant = open_plant(str(tmp_path / "plant"), tmp_path / "home", create=True)
    plant.close()
    said = f"import json, sys; print(json.dumps({{'ready': {str(tmp_path / 'plant')!r}}}), flush=True); sys.stdin.read()"
    face.demo._command = [sys.executable, "-c", said]
    Fingers(window).press("1")
    qtbot.waitUntil(lambda: face.window.place is not None, timeout=15_000)
    second = face.window
    second.program.rebuild()
    qtbot.waitUntil(lambda: face.window is not second)
    assert face.demo._process.state() is QProcess.ProcessState.Running


@pytest.mark.skipif(sys.platform == "win32", reason="stopped by a signal")
def test_the_demos_making_shows_how_far_it_is_and_can_be_stopped(qtbot, window):
    page = window.ways_in.first_page
    Fingers(window).press("1")
    qtbot.waitUntil(lambda: "(" in page.told and page.done > 0, timeout=30_000)
    page.stop.click()
    qtbot.waitUntil(lambda: not page.at_work, timeout=30_000)
    assert window.place is None
    assert page.choices[0].isEnabled()


def test_a_class_that_somebody_else_adds_gets_a_key_without_a_restart(qtbot, face, window, tmp_path):
    folder = tmp_path / "plant"
    folder.mkdir()
    window.ways_in.open_folder(folder)
    qtbot.waitUntil(lambda: face.window.place is not None, timeout=15_000)
    opened = face.window
    store = FolderStore(folder / DEFAULT_PREFIX)
    save_taxonomy(store, (load_taxonomy(store) or default_taxonomy()).added(["spoon"]))
    opened.commands.trigger("sync")
    qtbot.waitUntil(lambda: face.window is not opened and face.window.place is not None, timeout=15_000)
    assert face.window.commands.keymap.keys("label.spoon") == ("6",)
