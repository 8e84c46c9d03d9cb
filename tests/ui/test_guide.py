"""The class guide comes while a class's key is held, takes no focus, and goes with the key; its note can be written."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.core.catalog import Content, Known, Label
from desktop.core.errors import ConfigError
from desktop.core.images import image_of
from desktop.core.ports import ABSENT
from desktop.core.taxonomy import default_taxonomy, load_taxonomy
from desktop.ui.sort.examples import SHOWN, examples
from desktop.ui.sort.guide import HELD_MS, Guide, GuideEditor, corner, noted
from desktop.ui.station import Station
from edge.contract.keys import CLASSES, LABELED
from tests.pictures import jpeg, noise
from tests.ui.plants import Bench

BEGIN_MS = 1_795_500_000_000


def known(number, *, says="soda-can", at_ms=None, blind=False, problem=None):
    name = f"{BEGIN_MS + number * 600_000 if at_ms is None else at_ms}_{says}_0.9_pi-1_{number:012x}.jpg"
    image = image_of(f"{LABELED}soda-can/{name}", "etag", 10, number)
    return Known(image, Content("sha", problem=problem), Label(blind=blind))


def numbers(found):
    return [image.modified_ms for image in found]


def test_examples_are_what_people_and_model_agree_on_the_newest_first():
    found = examples([known(1), known(2, says="clutter"), known(3), known(4, blind=True)])
    assert numbers(found) == [4, 3, 1, 2]


def test_there_are_six_examples_at_most_and_one_of_a_burst():
    burst = [known(number, at_ms=BEGIN_MS + 9_000_000_000 + number * 1000) for number in range(10)]
    found = examples([*burst, *(known(number) for number in range(20))])
    assert len(found) == SHOWN
    assert len([image for image in found if image.captured_ms >= BEGIN_MS + 9_000_000_000]) == 1


def test_a_broken_picture_is_no_example():
    assert examples([known(1, problem="the picture is cut off")]) == []


def test_a_note_changes_one_class_and_nothing_else():
    before = default_taxonomy()
    after = noted(before, "clutter", "All else.")
    assert [one.note for one in after.classes if one.id == "clutter"] == ["All else."]
    assert [replace(one, note="") for one in after.classes] == list(before.classes)
    with pytest.raises(ConfigError):
        noted(before, "teapot", "None.")


def test_the_card_lies_where_it_covers_least():
    room, size = QRect(0, 0, 1000, 800), QSize(300, 200)
    assert corner(size, room, QRect(), 16) == QPoint(683, 16)
    assert corner(size, room, QRect(800, 0, 200, 100), 16) == QPoint(683, 583)
    assert corner(size, room, QRect(600, 0, 400, 800), 16) == QPoint(16, 16)


@pytest.fixture
def bench(qtbot, folder):
    made = Bench(qtbot, folder)
    for number in range(8):
        name = f"{BEGIN_MS + number * 600_000}_soda-can_0.9_pi-1_{number:012x}.jpg"
        made.plant.store.put(f"{LABELED}soda-can/{name}", jpeg(noise(number)), match=ABSENT)
    made.look(made.plant)
    yield made
    made.close()


@pytest.fixture
def guide(bench):
    class Plain(Station):
        name = "sort"

    station = bench.show(Plain())
    station.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    station.setFocus()
    pressed = []
    bench.commands.bind("label.soda-can", lambda: pressed.append("soda-can"))
    made = Guide(bench.place, station, QRect)
    made.pressed = pressed
    return made


def test_a_held_key_shows_the_guide_with_examples_and_letting_go_hides_it(qtbot, bench, guide):
    QTest.keyPress(bench.window, Qt.Key.Key_4)
    assert not guide.card.isVisible()
    qtbot.waitUntil(guide.card.isVisible, timeout=HELD_MS + 2000)
    qtbot.waitUntil(lambda: len(guide.card.examples._images) == SHOWN)
    assert bench.window.focusWidget() is bench.station
    assert "soda-can" in guide.card.accessibleName()
    QTest.keyRelease(bench.window, Qt.Key.Key_4)
    assert not guide.card.isVisible()
    assert guide.pressed == ["soda-can"]


def test_the_guide_can_be_looked_at_without_deciding(qtbot, bench, guide):
    QTest.keyPress(bench.window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(guide.card.isVisible, timeout=HELD_MS + 2000)
    QTest.keyRelease(bench.window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert not guide.card.isVisible()
    assert guide.pressed == []


def test_a_short_press_shows_no_guide(bench, guide):
    QTest.keyClick(bench.window, Qt.Key.Key_4)
    assert not guide._timer.isActive()


def test_a_note_is_written_into_the_bucket(qtbot, bench, guide):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(900, 700)
    parent.show()
    editor = GuideEditor(bench.place)
    editor.open_at(parent, "soda-can")
    editor.note.setPlainText("Cans, dented or not.")
    editor.save.click()
    qtbot.waitUntil(lambda: bench.place.classes["soda-can"].note != "")
    stored = {one.id: one.note for one in load_taxonomy(bench.plant.store).classes}
    assert stored["soda-can"] == "Cans, dented or not."
    assert not editor.isVisible()


def test_a_note_that_could_not_be_saved_stays_in_sight(qtbot, bench, guide):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(900, 700)
    parent.show()
    editor = GuideEditor(bench.place)
    editor.open_at(parent, "soda-can")
    editor.note.setPlainText("Cans, dented or not.")
    bench.plant.store.put(CLASSES, b"damaged by hand", match=ABSENT)
    editor.save.click()
    qtbot.waitUntil(lambda: any("classes.json" in said for said in bench.place.messages.said))
    assert editor.isVisible()
    assert editor.note.toPlainText() == "Cans, dented or not."
