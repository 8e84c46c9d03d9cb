"""Keys on a real window: they do what the table says, and widgets keep what they need."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodQueryEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget, QPlainTextEdit, QPushButton, QSpinBox, QWidget

from desktop.ui.commands import KEEPS
from tests.ui.keyboards import ALT, CTRL, PAD, PLAIN, SHIFT, Desk, pressed

K = Qt.Key


@pytest.fixture
def desk(qtbot):
    made = Desk(qtbot, "sort", "grid")
    yield made
    made.close()


def test_a_digit_sorts_from_the_row_and_from_the_pad_whatever_its_lock(qtbot, desk):
    desk.show(qtbot)
    QTest.keyClick(desk.window, K.Key_4)
    QTest.keyClick(desk.window, K.Key_4, PAD)
    QTest.keyClick(desk.window, K.Key_Left, PAD)
    assert desk.did == ["label.soda-can"] * 3


def test_a_held_key_decides_once_and_looks_again_and_again(qtbot, desk):
    desk.show(qtbot)
    for key, text in ((K.Key_4, "4"), (K.Key_Right, "")):
        assert desk.press(key, PLAIN, text)
        assert desk.press(key, PLAIN, text, again=True)
        assert desk.press(key, PLAIN, text, again=True)
    assert desk.did == ["label.soda-can", "right", "right", "right"]


def test_a_class_is_told_as_held_until_its_key_comes_up_even_without_its_modifier(qtbot, desk):
    desk.show(qtbot)
    told = []
    desk.commands.held.connect(told.append)
    desk.press(K.Key_1, ALT, "1", scan=10)
    desk.press(K.Key_1, ALT, "1", scan=10, again=True, kind=QEvent.Type.KeyRelease)
    assert told == ["beer-mug"]
    desk.press(K.Key_Exclam, SHIFT, "!", scan=10, kind=QEvent.Type.KeyRelease)
    assert told == ["beer-mug", ""]


def test_a_key_that_comes_up_in_another_window_is_not_held_for_ever(qtbot, desk):
    desk.show(qtbot)
    told = []
    desk.commands.held.connect(told.append)
    desk.press(K.Key_4, PLAIN, "4")
    QApplication.sendEvent(desk.window, QEvent(QEvent.Type.WindowDeactivate))
    assert told == ["soda-can", ""]


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_a_text_field_keeps_its_letters_and_what_edits(qtbot, desk, kind):
    field = desk.add(kind())
    desk.show(qtbot, field)
    QTest.keyClicks(field, "u4 x/?F")
    for key, modifiers in (
        (K.Key_Left, PLAIN),
        (K.Key_Home, PLAIN),
        (K.Key_A, CTRL),
        (K.Key_Z, CTRL),
        (K.Key_Left, CTRL | SHIFT),
    ):
        QTest.keyClick(field, key, modifiers)
    assert desk.did == []
    QTest.keyClick(field, K.Key_Backspace)
    assert "undo" not in desk.did


def test_a_text_field_lets_the_window_have_escape_the_f_keys_and_its_ctrl_keys(qtbot, desk):
    field = desk.add(QLineEdit())
    desk.show(qtbot, field)
    for key, modifiers in ((K.Key_K, CTRL), (K.Key_F5, PLAIN), (K.Key_Escape, PLAIN), (K.Key_2, CTRL)):
        QTest.keyClick(field, key, modifiers)
    assert desk.did == ["palette", "sync", "back", "go-train"]


@pytest.mark.parametrize("kind", [QLineEdit, QSpinBox])
def test_return_in_a_field_does_not_confirm_the_page_around_it(qtbot, desk, kind):
    holder = desk.add(QWidget())
    field = kind(holder)
    desk.show(qtbot, field)
    for key in (K.Key_Return, K.Key_Enter, K.Key_Up, K.Key_Down, K.Key_Space):
        QTest.keyClick(field, key)
    assert desk.did == []


def test_a_button_keeps_space_and_return_and_both_press_it(qtbot, desk):
    button = desk.add(QPushButton("one"))
    clicks = []
    button.clicked.connect(lambda: clicks.append(1))
    desk.show(qtbot, button)
    for key in (K.Key_Space, K.Key_Return, K.Key_Enter):
        QTest.keyClick(button, key)
    assert len(clicks) == 3
    QTest.keyClick(button, K.Key_4)
    assert desk.did == ["label.soda-can"]


def test_a_box_of_choices_keeps_the_keys_that_choose(qtbot, desk):
    box = desk.add(QComboBox())
    box.addItems(["a", "b", "c"])
    desk.show(qtbot, box)
    QTest.keyClick(box, K.Key_Down)
    assert (box.currentText(), desk.did) == ("b", [])


def test_a_widget_that_says_so_keeps_what_moves_and_one_that_says_all_keeps_all(qtbot, desk):
    mover, owner = desk.add(QListWidget()), desk.add(QWidget())
    mover.addItems(["a", "b"])
    mover.setCurrentRow(0)
    mover.setProperty(KEEPS, "moving")
    owner.setProperty(KEEPS, "all")
    field = QLineEdit(owner)
    desk.show(qtbot, mover)
    QTest.keyClick(mover, K.Key_Down)
    assert (mover.currentRow(), desk.did) == (1, [])
    QTest.keyClick(mover, K.Key_4)
    assert desk.did == ["label.soda-can"]
    field.setFocus()
    for key, modifiers in ((K.Key_K, CTRL), (K.Key_Escape, PLAIN), (K.Key_4, PLAIN)):
        QTest.keyClick(field, key, modifiers)
    assert desk.did == ["label.soda-can"]


def test_tab_moves_the_focus_in_other_stations_even_if_it_sorts(qtbot):
    desk = Desk(qtbot, "train", changed={"skip": ("Tab",)})
    one, two = desk.add(QLineEdit()), desk.add(QLineEdit())
    desk.show(qtbot, one)
    QTest.keyClick(one, K.Key_Tab)
    qtbot.waitUntil(lambda: desk.window.focusWidget() is two)
    assert desk.did == []
    desk.close()


def test_outside_the_sort_station_its_keys_do_nothing_and_the_widgets_have_them(qtbot):
    desk = Desk(qtbot, "fleet")
    rows = desk.add(QListWidget())
    rows.addItems(["a", "b"])
    rows.setCurrentRow(0)
    desk.show(qtbot, rows)
    for key in (K.Key_Down, K.Key_4, K.Key_U):
        QTest.keyClick(rows, key)
    assert (rows.currentRow(), desk.did) == (1, [])
    desk.close()


def test_an_action_that_is_not_possible_leaves_the_key_to_the_next_one(qtbot, desk):
    desk.commands.bind("select-left", lambda: None, lambda: False)
    desk.commands.keymap = type(desk.commands.keymap)(
        desk.commands.keymap.actions.values(), {"select-left": ("Shift+Left",), "sync": ("Shift+Left",)}
    )
    desk.show(qtbot)
    QTest.keyClick(desk.window, K.Key_Left, SHIFT)
    assert desk.did == ["sync"]
    assert not desk.commands.trigger("select-left")


def test_an_input_method_is_told_to_stay_away_from_pictures_and_not_from_fields(qtbot, desk):
    pictures, field = desk.add(QWidget()), desk.add(QLineEdit())
    pictures.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    desk.show(qtbot)
    enabled = {}
    for widget in (pictures, field):
        query = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
        QApplication.sendEvent(widget, query)
        enabled[widget] = bool(query.value(Qt.InputMethodQuery.ImEnabled))
    assert enabled == {pictures: False, field: True}


def test_a_dialog_of_its_own_keeps_all_keys(qtbot, desk):
    desk.show(qtbot)
    dialog = QWidget()
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClick(dialog, K.Key_4)
    assert desk.did == []


def test_with_a_modifier_required_the_bare_key_does_nothing(qtbot):
    desk = Desk(qtbot, "sort", "grid", modifier=True)
    desk.show(qtbot)
    QTest.keyClick(desk.window, K.Key_4)
    QTest.keyClick(desk.window, K.Key_4, ALT)
    QTest.keyClick(desk.window, K.Key_4, ALT | CTRL)
    assert desk.did == ["label.soda-can", "guide.soda-can"]
    desk.close()


def test_a_held_key_that_comes_as_releases_and_presses_of_the_same_time_decides_once(qtbot, desk):
    desk.show(qtbot)
    for at_ms in (1000, 1660, 1700, 1740):  # as X11 repeats, and Qt passes it on where the computer is busy
        for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
            event = pressed(K.Key_4, PLAIN, "4", scan=13, kind=kind)
            event.setTimestamp(at_ms)
            if (at_ms, kind) != (1000, QEvent.Type.KeyRelease):
                QApplication.sendEvent(desk.window.focusWidget() or desk.window, event)
    assert desk.did == ["label.soda-can"]
    for kind, at_ms in ((QEvent.Type.KeyRelease, 1800), (QEvent.Type.KeyPress, 1870)):  # a quick hand
        event = pressed(K.Key_4, PLAIN, "4", scan=13, kind=kind)
        event.setTimestamp(at_ms)
        QApplication.sendEvent(desk.window.focusWidget() or desk.window, event)
    assert desk.did == ["label.soda-can"] * 2
