"""Changing keys: a key has one meaning at a time, and who loses one is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.core.errors import ConfigError, StorageFullError
from desktop.core.keys import load_keys, save_keys
from desktop.core.settings import Settings
from desktop.ui.around.key_changes import KeyChanges
from desktop.ui.around.key_editor import KeyEditor
from tests.ui.keyboards import Desk, actions, keymap

K = Qt.Key
IDS = [action.id for action in actions()]
COMBINATIONS = ["U", "X", "Z", "1", "4", "Shift+Left", "Ctrl+K", "F5", "Q", "T"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "take", "remove", "reset"]), st.sampled_from(IDS), st.sampled_from(COMBINATIONS)),
    max_size=25,
)


@given(STEPS)
def test_whatever_is_changed_no_key_ever_has_two_meanings(steps):
    changes = KeyChanges(actions())
    for step, action, combination in steps:
        if step == "reset":
            changes.reset(action)
        else:
            getattr(changes, step)(action, combination)
        assert changes.clashes() == []
    assert keymap(changes.changed).clashes() == []


@given(STEPS)
def test_a_key_that_was_taken_does_what_it_was_taken_for(steps):
    changes = KeyChanges(actions())
    for _step, action, combination in steps:
        changes.take(action, combination)
        assert combination in changes.keys(action)


def test_resetting_everything_leaves_no_change():
    changes = KeyChanges(actions())
    changes.take("unsure", "X")
    assert changes.is_changed("discard")
    for action in IDS:
        changes.reset(action)
    assert changes.changed == {}


def test_keys_of_another_buckets_classes_outlive_a_set_of_keys():
    changes = KeyChanges(actions(), {"label.bicycle": ("7",), "undo": ("Y",)})
    changes.use({})
    assert changes.changed == {"label.bicycle": ("7",)}


class Place:
    """An editor over a home folder."""

    def __init__(self, qtbot, home):
        self.home, self.settings = home, Settings()
        self.desk = Desk(qtbot, "sort", "grid")
        self.editor = KeyEditor(self.desk.commands, lambda: self.settings, self.keep, self.save, {"undo": "Undo"})
        self.desk.add(self.editor)
        self.desk.show(qtbot, self.editor.search)

    def keep(self, settings):
        self.settings = settings
        self.desk.commands.keymap = keymap(load_keys(self.home), modifier=settings.window.require_modifier)

    def save(self, changed):
        save_keys(self.home, changed)
        self.desk.commands.keymap = keymap(load_keys(self.home), modifier=self.settings.window.require_modifier)

    def press(self, catcher, key, *modifiers):
        catcher.click()
        catcher.setFocus()
        QTest.keyClick(catcher, key, *modifiers)


@pytest.fixture
def place(qtbot, tmp_path):
    made = Place(qtbot, tmp_path)
    yield made
    made.desk.close()


def test_a_key_is_set_by_pressing_it_and_saved_at_once(place):
    place.editor.choose("undo")
    place.press(place.editor.side.catcher, K.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert load_keys(place.home) == {"undo": ("Z", "Ctrl+Z", "Backspace", "Ctrl+U")}
    assert place.desk.commands.keymap.find("Ctrl+U", {"sort"}).id == "undo"


def test_a_key_that_another_has_is_asked_for_by_its_name_and_then_taken(place):
    place.editor.choose("unsure")
    place.press(place.editor.side.catcher, K.Key_X)
    assert "Discard: not usable" in place.editor.side.message.text()
    assert load_keys(place.home) == {}
    assert place.editor.side.take.isVisible()
    place.editor.side.take.click()
    assert load_keys(place.home) == {"unsure": ("U", "X"), "discard": ("Del",)}
    assert "Discard: not usable" in place.editor.side.message.text()


def test_while_it_waits_the_editor_takes_every_key_and_escape_stops_it(place):
    catcher = place.editor.side.catcher
    place.editor.choose("undo")
    place.press(catcher, K.Key_Escape)
    assert (catcher.isChecked(), load_keys(place.home), place.desk.did) == (False, {}, [])
    place.press(catcher, K.Key_Tab)
    assert "stays free" in place.editor.side.message.text()
    place.press(catcher, K.Key_4)
    assert place.desk.did == []


def test_an_action_is_found_by_name_and_by_pressing_its_key(place):
    place.editor.search.setText("send back")
    assert place.editor.current == "send-back"
    place.press(place.editor.finder, K.Key_F5)
    assert place.editor.current == "sync"
    place.press(place.editor.finder, K.Key_F9)
    assert "F9" in place.editor.side.message.text()


def test_a_class_gets_a_key_of_the_users_own_in_the_file_of_keys(place):
    place.editor.choose("label.beer-mug")
    place.press(place.editor.side.catcher, K.Key_W)
    assert load_keys(place.home) == {"label.beer-mug": ("1", "W")}


def test_a_set_of_keys_is_taken_and_remembered_and_all_can_be_reset(place):
    place.editor.use_scheme("left-hand")
    assert place.settings.window.key_scheme == "left-hand"
    assert place.desk.commands.keymap.find("Q", {"sort"}).id == "unsure"
    place.editor.reset_all()
    assert place.settings.window.key_scheme == ""
    assert load_keys(place.home) == {}


def test_keys_go_out_into_a_file_and_come_in_from_it(place, tmp_path):
    place.editor.use_scheme("number-pad")
    before = load_keys(place.home)
    place.editor.give_out(tmp_path / "mine.toml")
    place.editor.reset_all()
    place.editor.take_in(tmp_path / "mine.toml")
    assert load_keys(place.home) == before


@pytest.mark.parametrize(("text", "told"), [('fly = ["F9"]', "fly"), ('undo = ["U"]', "Undo"), ("undo = [", "line")])
def test_a_file_with_unknown_actions_or_two_meanings_for_a_key_changes_nothing(place, tmp_path, text, told):
    (tmp_path / "theirs.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        place.editor.take_in(tmp_path / "theirs.toml")
    assert load_keys(place.home) == {}
    assert place.editor.changes.changed == {}


def test_with_a_modifier_required_a_key_is_given_as_it_is_pressed(place):
    place.editor.side.modifier.click()
    assert place.settings.window.require_modifier
    place.editor.choose("unsure")
    assert place.editor.shown_keys("unsure") == ("Alt+U",)
    place.press(place.editor.side.catcher, K.Key_J, Qt.KeyboardModifier.AltModifier)
    assert load_keys(place.home) == {"unsure": ("U", "J")}
    assert place.editor.shown_keys("unsure") == ("Alt+U", "Alt+J")


def test_what_cannot_be_saved_is_told_of_and_not_shown_as_done(place):
    def full(_changed):
        raise StorageFullError("No room is left.")

    place.editor._save = full
    place.editor.choose("undo")
    place.editor.add_key("F9")
    assert "No room is left." in place.editor.side.message.text()
    assert place.editor.changes.changed == {}
