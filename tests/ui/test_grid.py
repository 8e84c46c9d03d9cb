"""The grid: places and rectangles follow from each other; the focus looks, the selection is what a key will hit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from desktop.core.marks import OPEN, Mark, Status
from desktop.core.pages import Tile
from desktop.core.taxonomy import default_taxonomy
from desktop.ui.sort.grid import Grid, _Shift
from desktop.ui.sort.tiles import runs
from desktop.ui.thumbnails import Thumbnails
from tests.ui.pictures import PlayedPictures
from tests.unit.field import field_image

CLASSES = {one.id: one for one in default_taxonomy().classes}
IMAGES = [field_image(number, confidence=0.91) for number in range(60)]
TILES = [Tile((image,)) for image in IMAGES]
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pictures():
    return PlayedPictures()


@pytest.fixture
def thumbnails(qapp, pictures):
    made = Thumbnails(lambda: pictures, workers=1)
    yield made
    made.close()


@pytest.fixture
def marks():
    return {}


@pytest.fixture
def grid(qtbot, thumbnails, marks):
    grid = Grid(thumbnails, CLASSES)
    qtbot.addWidget(grid)
    grid.resize(1120, 500)
    grid.show()
    grid.lay(TILES, lambda image: marks.get(image.name, OPEN), blind=False)
    return grid


def middle(grid, place):
    return grid.visualRect(grid.model().index(place)).center()


def click(grid, place, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifiers, middle(grid, place))


def told(grid, place):
    return grid.model().data(grid.model().index(place), Qt.ItemDataRole.AccessibleTextRole)


def hint(grid, place):
    return grid.model().data(grid.model().index(place), Qt.ItemDataRole.ToolTipRole)


def test_as_many_columns_as_fit_fill_the_width(grid):
    assert grid.columns == 7
    for width in (300, 700, 1000, 1366, 1900):
        grid.resize(width, 500)
        last = grid.visualRect(grid.model().index(grid.columns - 1))
        assert 0 <= grid.viewport().width() - last.right() - 1 - 4 < grid.columns
        assert last.width() >= 148 or grid.columns == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(place=st.integers(0, 59), width=st.integers(80, 300), right=st.integers(200, 1500), scroll=st.integers(0, 3000))
def test_a_place_lies_where_a_point_of_it_finds_it(grid, place, width, right, scroll):
    grid.resize(right, 500)
    grid.set_tile_size(width)
    grid.verticalScrollBar().setValue(scroll)
    rect = grid.visualRect(grid.model().index(place))
    for point in (rect.topLeft(), rect.center(), rect.bottomRight()):
        assert grid.indexAt(point).row() == place
    for point in (rect.topLeft() - QPoint(1, 0), rect.bottomRight() + QPoint(0, 1)):
        assert not grid.indexAt(point).isValid()


def test_the_bar_reaches_just_past_the_last_row(grid):
    grid.end()
    rect = grid.visualRect(grid.model().index(59))
    assert grid.verticalScrollBar().value() == grid.verticalScrollBar().maximum()
    assert grid.viewport().height() - rect.bottom() - 1 == 12


def test_arrows_move_the_focus_and_select_nothing(grid):
    heard = []
    grid.focus_moved.connect(heard.append)
    grid.move_focus(1, 0)
    grid.move_focus(0, 1)
    grid.move_focus(-1, 0)
    grid.move_focus(0, -1)
    assert heard == [1, 8, 7, 0]
    assert grid.selected() == []


def test_the_focus_never_leaves_the_page(grid):
    grid.move_focus(-1, 0)
    grid.move_focus(0, -1)
    assert grid.focus == 0
    grid.focus_on(50)  # row 7; the last row, 8, ends at 59 in column 3
    grid.move_focus(0, 1)
    assert grid.focus == 57
    grid.focus_on(55)
    grid.move_focus(0, 1)
    assert grid.focus == 59
    grid.move_focus(0, 1)
    grid.move_focus(1, 0)
    assert grid.focus == 59


def test_screens_and_ends_of_the_page_are_one_move_away(grid):
    grid.page(1)
    assert grid.focus == 14
    grid.page(-5)
    assert grid.focus == 0
    grid.focus_on(3)
    grid.page(9)
    assert grid.focus == 59
    grid.home()
    assert grid.focus == 0
    grid.end()
    assert grid.focus == 59


def test_shift_extends_a_selection_from_where_it_began_and_the_focus_alone_leaves_it(grid):
    grid.focus_on(3)
    grid.move_focus(1, 0, extend=True)
    grid.move_focus(1, 0, extend=True)
    assert grid.selected() == [3, 4, 5]
    grid.move_focus(-1, 0, extend=True)
    assert grid.selected() == [3, 4]
    grid.move_focus(0, 1)
    assert grid.selected() == [3, 4]
    grid.clear_selection()
    grid.move_focus(1, 0, extend=True)
    assert grid.selected() == [11, 12]


def test_a_click_moves_the_focus_and_empties_the_selection(grid):
    grid.select([1, 2])
    click(grid, 8)
    assert (grid.focus, grid.selected()) == (8, [])


def test_ctrl_toggles_and_shift_selects_a_range(grid):
    click(grid, 2, CTRL)
    click(grid, 5, CTRL)
    click(grid, 2, CTRL)
    assert grid.selected() == [5]
    grid.clear_selection()
    click(grid, 9)
    click(grid, 4, SHIFT)
    assert grid.selected() == [4, 5, 6, 7, 8, 9]


def test_a_band_selects_what_it_touches(grid):
    viewport = grid.viewport()
    start = QPoint(4, 4)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(viewport, middle(grid, 4))
    QTest.mouseMove(viewport, middle(grid, 8))
    assert grid.selected() == [0, 1, 7, 8]
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(grid, 8))
    assert grid.selected() == [0, 1, 7, 8]


def test_a_double_click_opens(grid, qtbot):
    with qtbot.waitSignal(grid.opened) as heard:
        QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(grid, 5))
    assert heard.args == [5]


def test_all_are_selected_at_once_and_told_of_once(grid):
    heard = []
    grid.selection_moved.connect(lambda: heard.append(len(grid.selected())))
    grid.select_all()
    assert heard == [60]


def test_keys_are_left_to_others(grid):
    before = grid.focus
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_A, Qt.Key.Key_1, Qt.Key.Key_Space):
        QTest.keyClick(grid, key)
    assert (grid.focus, grid.selected()) == (before, [])
    assert not grid.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_removing_keeps_selection_and_focus_by_their_tiles(grid):
    grid.select([2, 3, 4, 10, 20])
    grid.focus_on(10)
    grid.remove([0, 3, 20, 21])
    assert [grid.model().tiles[place] for place in grid.selected()] == [TILES[2], TILES[4], TILES[10]]
    assert grid.model().tiles[grid.focus] is TILES[10]
    assert grid.model().rowCount() == 56


def test_where_the_focus_was_removed_the_next_tile_has_it(grid):
    grid.focus_on(5)
    grid.remove([5, 6])
    assert grid.model().tiles[grid.focus] is TILES[7]
    grid.remove(range(grid.focus, 58))
    assert grid.model().tiles[grid.focus] is TILES[4]
    grid.remove(range(10))
    assert grid.focus == -1
    grid.move_focus(1, 0)
    grid.select_all()
    assert grid.selected() == []


@given(gone=st.sets(st.integers(0, 30)), chosen=st.sets(st.integers(0, 30)))
def test_what_is_left_of_a_selection_are_its_tiles_in_their_new_places(gone, chosen):
    left = [place for place in range(31) if place not in gone]
    shift = _Shift(sorted(gone))
    moved = [place for run in runs(sorted(chosen)) for begin, end in shift.left(*run) for place in range(begin, end + 1)]
    assert moved == [left.index(place) for place in sorted(chosen - gone)]


def test_a_new_page_begins_at_its_first_tile_with_nothing_selected(grid):
    heard = []
    grid.select([1])
    grid.end()
    grid.focus_moved.connect(heard.append)
    grid.lay(TILES[:30], lambda _image: OPEN, blind=False)
    assert (grid.focus, grid.selected(), grid.verticalScrollBar().value(), heard) == (0, [], 0, [])


def test_pictures_are_wanted_from_the_middle_out_then_ahead(grid, qtbot, pictures, thumbnails):
    qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
    pictures.asked.clear()
    tiles = [Tile((field_image(number),)) for number in range(100, 200)]
    grid.lay(tiles, lambda _image: OPEN, blind=False)
    qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
    asked = [number for name in pictures.asked for number, tile in enumerate(tiles) if tile.images[0].name == name]
    seen = grid._visible()
    assert abs(asked[0] - (seen.start + seen.stop - 1) / 2) <= 1
    assert sorted(asked[: len(seen)]) == list(seen)
    assert asked[len(seen) :] == list(range(seen.stop, seen.stop + 2 * len(seen)))


def test_a_screen_of_the_next_page_is_made_ready_last(grid, qtbot, thumbnails, pictures):
    qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
    pictures.asked.clear()
    page = [Tile((field_image(number),)) for number in range(100, 140)]
    following = [Tile((field_image(number),)) for number in range(200, 300)]
    grid.lay(page, lambda _image: OPEN, blind=False, following=following)
    qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
    names = [tile.images[0].name for tile in page]
    assert sorted(pictures.asked[: len(page)]) == sorted(names)
    assert pictures.asked[len(page) :] == [tile.images[0].name for tile in following[: len(grid._visible())]]
    pictures.asked.clear()
    grid.lay(following, lambda _image: OPEN, blind=False)
    qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
    assert not set(pictures.asked) & {following[place].images[0].name for place in grid._visible()}


def test_loading_never_moves_the_focus(grid, qtbot, thumbnails):
    grid.focus_on(9)
    heard = []
    grid.focus_moved.connect(heard.append)
    qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
    assert (grid.focus, heard) == (9, [])


def test_only_what_changed_is_painted(grid):
    updated = []

    class Viewport:
        def __init__(self, viewport):
            self._viewport = viewport

        def update(self, rect):
            updated.append(rect)

        def __getattr__(self, name):
            return getattr(self._viewport, name)

    viewport = grid.viewport()
    grid.viewport = lambda: Viewport(viewport)
    grid.refresh({IMAGES[2].name, IMAGES[59].name})
    assert updated == [grid._cell(2)]
    updated.clear()
    grid.refresh()
    assert len(updated) == len(grid._visible())
    del grid.viewport


def test_a_screen_reader_finds_each_tile_with_its_words_and_place(grid, marks):
    marks[IMAGES[1].name] = Mark(Status.LABELLED, "clutter")
    assert told(grid, 0) == "image 1 of 60, suggested soda-can 0.91, unlabelled"
    assert told(grid, 1) == "image 2 of 60, suggested soda-can 0.91, clutter"
    tree = QAccessible.queryAccessibleInterface(grid)
    assert tree.childCount() == 60
    child = tree.child(1)
    assert child.text(QAccessible.Text.Name) == told(grid, 1)
    assert child.rect().size() == grid.visualRect(grid.model().index(1)).size()
    assert grid.accessibleName()


def test_a_burst_is_open_while_one_of_its_images_is(grid, marks):
    burst = Tile(tuple(IMAGES[:3]))
    grid.lay([burst], lambda image: marks.get(image.name, OPEN), blind=False)
    for image in IMAGES[:2]:
        marks[image.name] = Mark(Status.LABELLED, "soda-can")
    assert told(grid, 0).endswith("burst of 3, suggested soda-can 0.91, unlabelled")
    marks[IMAGES[2].name] = Mark(Status.LABELLED, "soda-can")
    assert told(grid, 0).endswith("0.91, soda-can")


def test_a_blind_page_tells_nothing(grid, thumbnails):
    grid.lay(TILES, lambda _image: OPEN, blind=True)
    for place in range(3):
        assert told(grid, place) == f"image {place + 1} of 60, unlabelled"
        assert hint(grid, place) == ""
        assert grid.model().suggestion(place) is None


def test_a_blind_tile_looks_the_same_whatever_is_known_of_its_image(grid, qtbot, thumbnails):
    looks = []
    for image in (field_image(1, "soda-can", 0.2, device="a"), field_image(2, "beer-mug", 0.9, device="b")):
        grid.lay([Tile((image,))], lambda _image: OPEN, blind=True)
        qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
        looks.append(grid.viewport().grab(QRect(0, 0, 170, 200)).toImage())
    assert looks[0] == looks[1]


def test_suggestions_can_be_off(grid):
    grid.lay(TILES, lambda _image: OPEN, blind=False, suggestions=False)
    assert told(grid, 0) == "image 1 of 60, unlabelled"
    assert IMAGES[0].name in hint(grid, 0)


@pytest.mark.parametrize(
    "mark",
    [
        OPEN,
        Mark(Status.SKIPPED),
        Mark(Status.UNSURE),
        Mark(Status.LABELLED, "soda-can"),
        Mark(Status.LABELLED, "no-such-class"),
        Mark(Status.DISCARDED),
        Mark(Status.RESTORED),
        Mark(Status.GONE, winner="ben", where=f"labeled_field_data/clutter/{IMAGES[0].name}"),
        Mark(Status.GONE, where="two places"),
    ],
    ids=str,
)
@pytest.mark.parametrize("problem", [None, ValueError("the picture is cut off")])
def test_every_state_looks_unlike_every_other(grid, qtbot, thumbnails, pictures, mark, problem):
    if problem is not None:
        pictures.problems[IMAGES[0].name] = problem
    looks = []
    for now in (mark, Mark(Status.LABELLED, "wine-bottle")):
        for selected in (False, True):
            grid.lay([Tile((IMAGES[0],)), Tile(tuple(IMAGES[1:3]))], lambda _image, now=now: now, blind=False)
            qtbot.waitUntil(lambda: thumbnails.waiting() == 0)
            grid.select([0, 1] if selected else [])
            looks += [grid.viewport().grab(grid._cell(place)).toImage() for place in (0, 1)]
    assert all(one != other for place, one in enumerate(looks) for other in looks[place + 1 :])
