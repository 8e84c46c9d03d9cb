"""The loupe shows one picture large and tells nothing it may not; zoom and pair keep in step; loading moves nothing."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.core.marks import OPEN, Mark, Status
from desktop.core.pages import Tile
from desktop.core.taxonomy import default_taxonomy
from desktop.ui.actions import table
from desktop.ui.keymap import Keymap
from desktop.ui.photos import Photos
from desktop.ui.sort.hints import hints
from desktop.ui.sort.loupe import Loupe
from desktop.ui.sort.loupe_side import LoupeSide, doubt
from desktop.ui.sort.picture_facts import Facts
from desktop.ui.sort.zoom import FIT
from tests.pictures import jpeg, noise
from tests.ui.gallery import Gallery

TAXONOMY = default_taxonomy()
CLASSES = {one.id: one for one in TAXONOMY.classes}
SHOWN = TAXONOMY.shown("en")
KEYMAP = Keymap(table(TAXONOMY.classes, SHOWN))
SIZES = [(320, 240), (2400, 1600), (400, 600), (64, 48)]
NAMES = [f"{1_795_500_000_000 + number * 200_000}_soda-can_0.{60 + number}.jpg" for number in range(len(SIZES) + 1)]


@pytest.fixture(scope="module")
def gallery(qapp, tmp_path_factory):
    pictures = {name: jpeg(noise(number, *size)) for number, (name, size) in enumerate(zip(NAMES, SIZES, strict=False))}
    made = Gallery(tmp_path_factory.mktemp("loupe"), {**pictures, NAMES[-1]: b"no picture at all"})
    yield made
    made.close()


@pytest.fixture
def marks():
    return {}


@pytest.fixture
def loupe(qtbot, gallery, marks):
    made = Loupe(gallery.thumbnails, gallery.photos, CLASSES, lambda: KEYMAP)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    tiles = [Tile((gallery.image(name),)) for name in NAMES]
    made.show_tiles(tiles, 0, lambda image: marks.get(image.name, OPEN), blind=False)
    made.show_title("soda-can", CLASSES["soda-can"], "least certain first")
    qtbot.waitUntil(lambda: made.canvas.photo is not None)
    return made


def told(loupe):
    return " ".join(part.accessibleName() for part in (loupe.header.title, loupe.header.name, loupe.header.size_of, loupe.canvas))


def test_it_tells_place_order_name_size_and_zoom(loupe):
    for part in ("soda-can", "1 of 5", "least certain first", NAMES[0], "320 × 240"):
        assert part in told(loupe)
    assert loupe.header.zoom.text().startswith("Fit · ")


def test_a_blind_page_tells_neither_name_nor_score(qtbot, gallery, loupe):
    loupe.show_tiles([Tile((gallery.image(NAMES[1]),))], 0, lambda _image: OPEN, blind=True)
    loupe.show_title("Test pictures, labelled blind", None, "")
    qtbot.waitUntil(lambda: loupe.canvas.photo is not None)
    assert "soda-can" not in told(loupe)
    assert "0.6" not in told(loupe)
    assert NAMES[1] not in told(loupe) + loupe.strip.toolTip()


def test_pictures_around_it_are_there_before_they_are_asked_for(qtbot, gallery, loupe):
    for name in NAMES[:4]:
        qtbot.waitUntil(lambda name=name: gallery.photos.get(gallery.image(name)) is not None)
    with qtbot.waitSignal(loupe.painted):
        loupe.go(1)
        assert loupe.canvas.photo is gallery.photos.get(gallery.image(NAMES[1]))


def test_the_first_picture_of_the_next_page_is_there_before_the_page_is_turned(qtbot, gallery):
    here, then = (Tile((gallery.image(NAMES[place]),)) for place in (2, 3))
    photos = Photos(gallery._pictures)
    fresh = Loupe(gallery.thumbnails, photos, CLASSES, lambda: KEYMAP)
    qtbot.addWidget(fresh)
    fresh.resize(1000, 700)
    fresh.show()
    fresh.show_tiles([here], 0, lambda _image: OPEN, blind=False, following=[then])
    qtbot.waitUntil(lambda: photos.get(then.images[0]) is not None)
    photos.close()


def test_going_on_tells_nobody_but_a_click_does(qtbot, loupe):
    with qtbot.assertNotEmitted(loupe.moved):
        loupe.go(2)
    with qtbot.waitSignal(loupe.moved) as moved:
        QTest.mouseClick(loupe.strip, Qt.MouseButton.LeftButton, pos=loupe.strip._box(3).center())
    assert (moved.args, loupe.place) == ([3], 3)


def test_loading_moves_no_focus(qtbot, gallery, loupe):
    window = QWidget()
    qtbot.addWidget(window)
    field = QLineEdit(window)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    loupe.resize(900, 640)
    loupe.go(1)
    qtbot.waitUntil(lambda: loupe.canvas.photo is not None and loupe.canvas.photo.box == loupe.canvas.box_px())
    assert field.hasFocus()


def test_a_broken_picture_says_why_and_which_key_discards_it(qtbot, loupe):
    loupe.go(4)
    qtbot.waitUntil(lambda: loupe.canvas._problem != "")
    assert loupe.canvas._problem == "Not a JPEG or PNG picture"
    assert loupe.canvas._discard == "X"
    assert "Not a JPEG or PNG picture" in loupe.canvas.accessibleName()
    with qtbot.waitSignal(loupe.painted):
        loupe.canvas.update()


def test_all_pixels_come_only_when_somebody_looks_closer(qtbot, gallery, loupe):
    loupe.go(1)
    qtbot.waitUntil(lambda: loupe.canvas.photo is not None)
    assert not loupe.canvas.photo.whole
    loupe.pixels()
    qtbot.waitUntil(lambda: loupe.canvas.photo.whole)
    assert (loupe.canvas.photo.picture.width(), loupe.canvas.scale) == (2400, 1.0)
    assert loupe.header.zoom.text() == "100 %"


def test_the_zoom_stays_from_picture_to_picture(qtbot, loupe):
    loupe.go(2)
    qtbot.waitUntil(lambda: loupe.canvas.photo is not None)
    loupe.zoom_in()
    zoom = loupe.zoom
    assert zoom != FIT
    loupe.go(3)
    assert loupe.zoom == zoom
    loupe.fit()
    assert loupe.zoom == FIT


def test_the_wheel_zooms_at_the_pointer(loupe):
    at = QPointF(200, 150)
    loupe.canvas.to(2.0)
    before = loupe.canvas._stage().place(loupe.zoom)
    wheel = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(loupe.canvas, wheel)
    after = loupe.canvas._stage().place(loupe.zoom)
    room = loupe.canvas.room()
    for axis, pointer in ((0, at.x() - room.left()), (1, at.y() - room.top())):
        if after[axis] < 0 and before[axis] < 0:
            assert (pointer - after[axis]) / after[axis + 2] == pytest.approx((pointer - before[axis]) / before[axis + 2])
    assert loupe.canvas.scale == pytest.approx(2.5)


def test_a_picture_larger_than_its_room_is_dragged_and_a_smaller_one_stays(loupe):
    loupe.canvas.to(8.0)
    before = loupe.zoom
    QTest.mousePress(loupe.canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    QTest.mouseMove(loupe.canvas, QPoint(250, 180))
    QTest.mouseRelease(loupe.canvas, Qt.MouseButton.LeftButton, pos=QPoint(250, 180))
    assert loupe.zoom.x > before.x
    assert loupe.zoom.y > before.y
    loupe.fit()
    loupe.pan(1, 1)
    assert loupe.canvas._stage().place(loupe.zoom) == loupe.canvas._stage().place(FIT)


def test_two_pictures_are_zoomed_and_moved_in_step(loupe):
    assert loupe.compare()
    left, right = loupe.pair.canvases
    loupe.zoom_in()
    loupe.pan(1, 0)
    assert left.zoom == right.zoom != FIT


def test_a_key_acts_on_the_framed_one_of_two_and_leaving_stays_there(qtbot, loupe):
    first, second = (Tile.images[0].name for Tile in loupe._tiles.tiles[:2])
    loupe.compare()
    assert loupe.target.images[0].name == first
    loupe.choose(1)
    assert loupe.target.images[0].name == second
    assert second in told(loupe)
    with qtbot.waitSignal(loupe.moved) as moved:
        loupe.leave_pair()
    assert (moved.args, loupe.place, loupe.comparing) == ([1], 1, False)


def test_another_page_ends_the_comparison_without_moving_anybody(qtbot, gallery, loupe):
    loupe.compare()
    loupe.choose(1)
    with qtbot.assertNotEmitted(loupe.moved):
        loupe.show_tiles([Tile((gallery.image(NAMES[2]),))], 0, lambda _image: OPEN, blind=False)
    assert (loupe.place, loupe.comparing) == (0, False)


def test_the_last_picture_is_compared_with_the_one_before_it_and_a_lone_one_not_at_all(gallery, loupe):
    loupe.go(4)
    assert loupe.compare()
    assert (loupe.pair.places, loupe.pair.place) == ((3, 4), 4)
    loupe.show_tiles([Tile((gallery.image(NAMES[2]),))], 0, lambda _image: OPEN, blind=False)
    assert not loupe.compare()


def test_a_mark_is_told_to_who_cannot_see_it(gallery, loupe, marks):
    marks[NAMES[0]] = Mark(Status.LABELLED, "wine-bottle")
    loupe.refresh([NAMES[0]])
    assert "wine-bottle" in loupe.canvas.accessibleName()


def test_hidden_hints_leave_the_picture_more_room_and_are_told_to_be_kept(qtbot, loupe):
    before = loupe.canvas.room().height()
    with qtbot.waitSignal(loupe.hints_changed) as changed:
        loupe.toggle_hints()
    assert changed.args == [False]
    assert not loupe._hints.isVisible()
    assert loupe.canvas.room().height() > before


def test_the_hints_name_the_keys_in_force():
    changed = Keymap(table(TAXONOMY.classes, SHOWN), {"undo": ["F9"]})
    assert (("F9",), "undo") in hints(changed, comparing=False)
    assert hints(KEYMAP, comparing=False)[0] == (("1", "–", "5"), "class and next")


def test_an_empty_page_shows_nothing(loupe):
    loupe.show_tiles([], 0, lambda _image: OPEN, blind=False)
    assert loupe.target is None
    assert loupe.canvas.photo is None
    assert not loupe.grab().isNull()


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ((("a", 0.46), ("b", 0.35), ("c", 0.11)), "unsure between two"),
        ((("a", 0.36), ("b", 0.33), ("c", 0.30)), "unsure between several"),
        ((("a", 0.9), ("b", 0.1)), ""),
        ((("a", 0.4),), ""),
    ],
)
def test_doubt_is_told_in_words(scores, words):
    assert doubt(scores) == words


def test_the_panel_tells_scores_and_reasons_and_its_keys_can_be_clicked(qtbot):
    side = LoupeSide(CLASSES, SHOWN)
    qtbot.addWidget(side)
    side.show_keys(KEYMAP)
    side.show_possible({"label.soda-can": True})
    side.show_facts(Facts((("soda-can", 0.46), ("wine-bottle", 0.35)), (("Device", "pi-08"),)))
    assert "wine-bottle 0.35" in side.scores.accessibleName()
    assert "Device pi-08" in side.reasons.accessibleName()
    with qtbot.waitSignal(side.triggered) as triggered:
        side.classes["soda-can"].click()
    assert triggered.args == ["label.soda-can"]
    with qtbot.assertNotEmitted(side.triggered):
        side.classes["clutter"].click()
