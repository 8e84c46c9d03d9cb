"""Finding actions: by the beginnings of words, in two languages; and the sheet of all keys."""

import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.core.errors import StorageFullError
from desktop.core.taxonomy import default_taxonomy
from desktop.ui.actions import Action
from desktop.ui.around.key_print import sheet, sheet_html, write_sheet
from desktop.ui.around.key_sheet import KeySheet, columns
from desktop.ui.around.matching import ranked
from desktop.ui.around.palette import Palette
from tests.ui.keyboards import Desk, actions, keymap

K = Qt.Key


@pytest.fixture
def desk(qtbot):
    made = Desk(qtbot, "sort", "grid")
    yield made
    made.close()


@pytest.fixture
def palette(qtbot, desk):
    field = desk.add(QLineEdit())
    desk.show(qtbot, field)
    made = Palette(desk.commands, actions)
    made.open(desk.window)
    return made


def shown(palette):
    model = palette.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_the_beginnings_of_words_come_before_what_lies_inside_them():
    table = [Action("a", "Choose a rod", "S", "sort"), Action("b", "Undo", "S", "sort"), Action("c", "Do it", "S", "sort"),
             Action("d", "Never do", "S", "sort")]  # fmt: skip
    assert [action.id for action in ranked("do", table, {})] == ["c", "d", "b"]


def test_initials_find_an_action_and_nonsense_finds_none():
    assert ranked("nlto", actions(), {})[0].id == "skip"
    assert ranked("qqzx", actions(), {}) == []


def test_all_words_of_a_query_must_be_there():
    found = [action.id for action in ranked("select up", actions(), {})]
    assert found[0] == "select-up"
    assert "select-down" not in found


def test_an_action_is_found_by_its_english_name_whatever_the_language():
    chinese = [Action("undo", "撤销", "排序", "sort"), Action("redo", "重做", "排序", "sort")]
    assert [action.id for action in ranked("und", chinese, {"undo": "Undo", "redo": "Redo"})] == ["undo"]
    assert [action.id for action in ranked("撤", chinese, {})] == ["undo"]


def test_the_palette_hides_nothing_and_begins_with_what_can_be_done(palette, desk):
    assert len(shown(palette)) == len(actions())
    first = len(desk.commands.available())
    model = palette.list.model()
    assert all(model.possible(row) for row in range(first))
    assert not any(model.possible(row) for row in range(first, model.rowCount()))


def test_enter_does_the_action_once_the_focus_is_back(palette, desk, qtbot):
    before = desk.window.findChild(QLineEdit, options=Qt.FindChildOption.FindDirectChildrenOnly)
    seen = []
    desk.commands.bind("sync", lambda: seen.append(desk.window.focusWidget()))
    QTest.keyClicks(palette.field, "look for")
    assert shown(palette)[0] == "Look for new pictures now"
    QTest.keyClick(palette.field, K.Key_Return)
    assert seen == [before]
    assert not palette.isVisible()


def test_arrows_choose_and_what_cannot_be_done_stays_to_be_looked_at(palette, desk):
    QTest.keyClicks(palette.field, "pan ")
    assert shown(palette)[:2] == ["Pan left", "Pan right"]
    QTest.keyClick(palette.field, K.Key_Down)
    assert palette.list.currentIndex().row() == 1
    assert "not now: in the loupe" in palette.field.accessibleDescription()
    QTest.keyClick(palette.field, K.Key_Return)
    assert palette.isVisible()
    assert desk.did == []


@pytest.mark.parametrize(
    ("key", "modifiers"), [(K.Key_Escape, Qt.KeyboardModifier.NoModifier), (K.Key_K, Qt.KeyboardModifier.ControlModifier)]
)
def test_escape_closes_the_palette_and_gives_the_focus_back(palette, desk, key, modifiers):
    before = desk.window.findChild(QLineEdit, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert desk.window.focusWidget() is palette.field
    QTest.keyClick(palette.field, key, modifiers)
    assert not palette.isVisible()
    assert desk.window.focusWidget() is before
    assert desk.did == []


def test_tab_does_not_leave_the_palette(palette, desk):
    QTest.keyClick(palette.field, K.Key_Tab)
    assert palette.isAncestorOf(desk.window.focusWidget())


def test_letters_in_the_palette_sort_nothing(palette, desk):
    QTest.keyClicks(palette.field, "4ux")
    assert desk.did == []


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_sheet_names_every_action_once_and_no_heading_stands_alone(count):
    made = columns(actions(), count)
    assert [entry.action.id for one in made for entry in one if entry.action] == [action.id for action in actions()]
    assert len(made) == count
    for one in made:
        assert one[-1].action is not None
    assert max(map(len, made)) - min(map(len, made)) <= max(3, len(made[0]) // 4)


def test_any_key_closes_the_sheet_but_those_that_change_its_language(qtbot, desk):
    desk.show(qtbot)
    sheet = KeySheet(desk.commands, {"en": actions(), "zh_CN": actions()}, "en")
    sheet.open(desk.window)
    QTest.keyClick(sheet, K.Key_Shift)
    QTest.keyClick(sheet, K.Key_Right)
    assert sheet.isVisible()
    assert sheet.languages.current == "zh_CN"
    QTest.keyClick(sheet, K.Key_4)
    assert not sheet.isVisible()
    assert desk.did == []


def test_the_printed_sheet_is_one_page_with_every_action_that_has_a_key(tmp_path, qapp):
    html = sheet_html(keymap())
    for action in actions():
        assert (action.title.replace("'", "&#x27;") in html) == bool(action.keys)
    path = tmp_path / "keys.pdf"
    write_sheet(path, keymap(), default_taxonomy().classes)
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") == 1


def test_the_printed_sheet_is_dark_on_white_whatever_theme_is_worn(qapp):
    page = QImage(1075, 1612, QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    for set_dots in (page.setDotsPerMeterX, page.setDotsPerMeterY):
        set_dots(round(150 / 0.0254))
    document = sheet(keymap(), default_taxonomy().classes, QSizeF(page.size()), page)
    assert document.size().height() <= page.height()
    painter = QPainter(page)
    document.drawContents(painter)
    painter.end()
    grey = page.convertToFormat(QImage.Format.Format_Grayscale8)
    assert sum(value < 64 for value in bytes(grey.constBits())) > 5000


def test_a_sheet_that_cannot_be_written_is_told_of(tmp_path, qapp):
    with pytest.raises(StorageFullError, match=r"keys\.pdf"):
        write_sheet(tmp_path / "nowhere" / "keys.pdf", keymap(), ())
