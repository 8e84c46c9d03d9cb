"""The table of actions and the keys over it: no key does two things, whatever set of keys is chosen."""

import pytest

from desktop.core import keys
from desktop.core.errors import ConfigError
from desktop.ui.around.schemes import changes_of, schemes
from desktop.ui.presses import combination_of, system_of
from tests.ui.keyboards import ALT, CTRL, PAD, PLAIN, SHIFT, actions, keymap, pressed

K = pytest.importorskip("PySide6.QtCore").Qt.Key
LINUX, WINDOWS, MAC = system_of("linux"), system_of("win32"), system_of("darwin")


@pytest.mark.parametrize("modifier", [False, True])
@pytest.mark.parametrize("scheme", [name for name, _shown in schemes()])
def test_no_set_of_keys_gives_one_key_to_two_actions(scheme, modifier):
    assert keymap(changes_of(scheme), modifier=modifier).clashes() == []


@pytest.mark.parametrize("scheme", [name for name, _shown in schemes()])
def test_a_set_of_keys_names_only_actions_and_keys_that_exist(scheme):
    known = {action.id for action in actions()}
    assert set(changes_of(scheme)) <= known
    for combinations in changes_of(scheme).values():
        assert [keys.canonical(one) for one in combinations] == list(combinations)


def test_the_keys_of_the_table_are_written_as_they_are_compared():
    for action in actions():
        assert [keys.canonical(one) for one in action.keys] == list(action.keys), action.id


def test_an_action_has_a_name_of_its_own_in_each_section():
    names = [(action.section, action.title) for action in actions()]
    assert len(set(names)) == len(names)
    assert len({action.id for action in actions()}) == len(names)


def test_the_innermost_place_has_the_key():
    assert keymap().find("Shift+Left", {"window", "sort", "grid"}).id == "select-left"
    assert keymap().find("Shift+Left", {"window", "sort", "loupe"}).id == "pan-left"
    assert keymap().find("Shift+Left", {"window", "train"}) is None


def test_with_a_modifier_required_no_single_character_does_anything():
    guarded = keymap(modifier=True)
    for action in guarded.actions:
        for combination in guarded.keys(action):
            held, key = keys.parted(combination)
            assert len(key) > 1 or held not in ("", "Shift+"), combination
    assert guarded.find("Alt+4", {"sort"}).id == "label.soda-can"
    assert guarded.find("4", {"sort"}) is None
    for plain in ("U", "Shift+Z", "Alt+1", "Ctrl+K", "Return", "+"):
        assert guarded.plain(guarded.guarded(plain)) == plain


@pytest.mark.parametrize(
    ("event", "written"),
    [
        ((K.Key_4, PLAIN, "4"), "4"),
        ((K.Key_4, PAD, "4"), "4"),
        ((K.Key_Left, PAD), "4"),
        ((K.Key_Clear, PAD), "5"),
        ((K.Key_Delete, PAD), "Del"),
        ((K.Key_Enter, PAD, "\r"), "Enter"),
        ((K.Key_Left, PLAIN), "Left"),
        ((K.Key_Question, SHIFT, "?"), "?"),
        ((K.Key_Slash, SHIFT, "/"), "/"),
        ((K.Key_Plus, CTRL | SHIFT), "Ctrl++"),
        ((K.Key_Z, SHIFT, "Z"), "Shift+Z"),
        ((K.Key_Z, PLAIN, "Z"), "Z"),
        ((K.Key_1, ALT, "1"), "Alt+1"),
        ((K.Key_Backtab, SHIFT), "Shift+Tab"),
        ((K.Key_Shift, SHIFT), ""),
        ((K.Key_NumLock, PLAIN), ""),
    ],
)
def test_a_press_is_written_as_the_table_writes_it(event, written):
    assert combination_of(pressed(*event), LINUX) == written


def test_the_digit_row_gives_digits_on_a_layout_that_needs_shift_for_them():
    assert combination_of(pressed(K.Key_Ampersand, PLAIN, "&", scan=10), LINUX) == "1"
    assert combination_of(pressed(K.Key_1, SHIFT, "1", scan=10), LINUX) == "1"
    assert combination_of(pressed(K.Key_Eacute, PLAIN, "é", scan=3), WINDOWS) == "2"
    assert combination_of(pressed(K.Key_Exclam, SHIFT, "!", scan=10), LINUX) == "!"


def test_a_cyrillic_layout_gives_the_latin_letter_of_the_place():
    assert combination_of(pressed(0x0413, PLAIN, "г", scan=30), LINUX) == "U"
    assert combination_of(pressed(0x0413, PLAIN, "г"), LINUX) == "Г"


def test_a_character_by_alt_gr_is_written_without_it():
    event = pressed(K.Key_BracketLeft, CTRL | ALT, "[", scan=26)
    assert combination_of(event, WINDOWS) == "["


def test_the_arrows_of_a_mac_are_arrows_though_they_are_marked_as_of_the_pad():
    assert combination_of(pressed(K.Key_Left, PAD), MAC) == "Left"


def test_keys_come_back_from_their_file(tmp_path):
    changed = {"undo": ("Z", "Ctrl+U"), "label.beer-mug": ("A",), "skip": (), "zoom-in": ("+", "Ctrl++")}
    keys.save_keys(tmp_path, changed)
    assert keys.load_keys(tmp_path) == changed
    assert keys.load_keys(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('undo = ["Z"\n', "line"),
        ('undo = "Z"', "undo"),
        ('undo = ["Hyper+Z"]', r"Hyper\+Z"),
        ('undo = ["Ctrl+"]', r"Ctrl\+"),
        ('"../undo" = ["Z"]', r"\.\./undo"),
        ('fly = ["Z"]', "fly"),
        ("undo = [1]", "undo"),
        ("[undo]\nkeys = 1", "undo"),
    ],
)
def test_a_damaged_file_of_keys_is_refused_by_line_key_or_action(tmp_path, text, told):
    path = tmp_path / keys.FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        keys.read_keys(path, {"undo"})


def test_bytes_that_are_no_text_and_files_without_an_end_are_refused(tmp_path):
    path = tmp_path / keys.FILE
    for data in (b"\xff\xfe", b"#" * (keys.MAX_BYTES + 1), b"a=" + b"[" * 5000):
        path.write_bytes(data)
        with pytest.raises(ConfigError, match=keys.FILE):
            keys.load_keys(tmp_path)


def test_hands_may_write_keys_in_any_case_and_order():
    assert keys.canonical("shift+ctrl+p") == "Ctrl+Shift+P"
    assert keys.canonical(" alt + pgdown ") == "Alt+PgDown"
    assert keys.canonical("ctrl++") == "Ctrl++"
