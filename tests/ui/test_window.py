"""The whole window under real keys: nothing in it is played, and another process delivers."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from PIL import Image, ImageChops
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from desktop.core.errors import AppError
from desktop.core.filters import Filter
from desktop.core.marks import Status
from desktop.core.pages import PageKind
from desktop.core.settings import Settings, Sorting, load_settings, save_settings
from desktop.core.settings import Window as Look
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.theme import look
from edge.contract.names import Side
from tests.ui.keyboards import ALT, CTRL, PAD, SHIFT
from tests.ui.sitting import ROOT, Sitting, cans, decisions, mugs, shot, sortloop

K = Qt.Key
CANS, MUGS = cans(), mugs()
SETTINGS = Settings(language="en", labeller="ada")


@pytest.fixture
def sit(qtbot, folder):
    made = []

    def down(pictures=(*CANS, *MUGS), settings=SETTINGS):
        one = Sitting(qtbot, folder, pictures, settings)
        made.append(one)
        return one

    yield down
    for one in made:
        one.close()


def names(pictures):
    return [name for name, _body in pictures]


def statuses(one):
    return [one.session.mark(tile.images[0]).status for tile in one.session.tiles]


def texts(one):
    """Give all that a visible widget says: to eyes by its text, to others by its names and hints."""
    found = []
    for widget in one.window.findChildren(QWidget):
        if widget.isVisible():
            said = [widget.text()] if callable(getattr(widget, "text", None)) else []
            found += [*said, widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    model = one.grid.model()
    roles = (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
    found += [str(model.data(model.index(row, 0), role)) for row in range(model.rowCount()) for role in roles]
    return "\n".join(str(text) for text in found)


def test_digits_of_the_top_row_and_of_the_number_pad_label_with_its_lock_on_or_off(sit):
    one = sit().open().at("soda-can")
    one.press(K.Key_2)
    one.press(K.Key_3, modifiers=PAD)
    one.press(K.Key_Left, modifiers=PAD)  # 4 with the lock off
    one.press(K.Key_Clear, modifiers=PAD)  # 5
    targets = [target.removeprefix("labeled_field_data/") for _name, target in reversed(one.decided())]
    assert targets == ["clutter", "coffee-mug", "soda-can", "wine-bottle"]
    assert [name for name, _target in reversed(one.decided())] == names(CANS)[:4]
    one.delivered()
    assert one.lies(CANS[1][0]) == ["labeled_field_data/coffee-mug"]


def test_enter_takes_a_page_into_the_bucket_and_one_undo_takes_all_of_it_back(sit):
    one = sit().open().at("soda-can")
    one.press(K.Key_Return)
    one.delivered()
    assert {place for name in names(CANS) for place in one.lies(name)} == {"labeled_field_data/soda-can"}
    one.press("z")
    one.delivered()
    assert {place for name in names(CANS) for place in one.lies(name)} == {"raw_field_data"}
    assert one.session.figures().left == len(CANS) + len(MUGS)


def test_what_was_decided_before_the_window_was_closed_can_be_taken_back_after(sit):
    one = sit().open().at("soda-can")
    name = one.session.focused.images[0].name
    one.press(K.Key_2)
    one.delivered()
    one.again()
    assert one.session.figures().left == len(CANS) + len(MUGS) - 1
    one.press("z")
    assert one.session.figures().left == len(CANS) + len(MUGS)
    one.delivered()
    assert one.lies(name) == ["raw_field_data"]
    one.press(K.Key_Z, modifiers=SHIFT)
    one.delivered()
    assert one.lies(name) == ["labeled_field_data/clutter"]


def test_arrows_only_look_and_a_held_key_decides_once(sit):
    one = sit().open().at("soda-can")
    one.press(K.Key_Right, K.Key_Down, K.Key_Left, K.Key_End, K.Key_Home, K.Key_PageDown, K.Key_Home)
    assert one.decided() == []
    one.hold(K.Key_4, 20, "4")
    assert len(one.decided()) == 1
    one.hold(K.Key_X, 20, "x")
    assert len(one.decided()) == 2
    one.hold(K.Key_Z, 20, "z")
    assert [status for status in statuses(one) if status is not Status.OPEN] == [Status.LABELLED]
    one.press(K.Key_Home)
    one.hold(K.Key_Right, 3)
    assert one.session.focus == one.grid.focus == 4
    one.hold(K.Key_Return, 20)
    assert len({name for name, _target in one.decided()}) == len(CANS)
    assert one.session.figures().left == len(MUGS)  # the page after it was not confirmed


def seen_of(one):
    """Give what is seen of the sort station."""
    grabbed = one.station.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return Image.frombytes("RGBX", (grabbed.width(), grabbed.height()), bytes(grabbed.constBits())).convert("RGB")


def test_a_blind_page_looks_the_same_whatever_the_model_said_and_wherever_it_came_from(sit, qtbot, folder):
    body = shot(1, "soda-can", 0.5)[1]
    seen = []
    for number, (guess, confidence, device) in enumerate((("wine-bottle", 0.97, "pi-7"), ("clutter", 0.31, "line-3"))):
        one = Sitting(qtbot, folder / str(number), [shot(7, guess, confidence, device=device, wanted=Side.TEST, body=body)])
        one.open()
        try:
            assert one.session.page.kind is PageKind.BLIND
            one.until(lambda one=one: "test picture" in texts(one))
            one.settled()
            told = texts(one)
            name = one.session.focused.images[0].name
            assert not [word for word in (device, f"{confidence:.2f}", name, name[:13]) if word in told]
            seen.append((seen_of(one), told.replace(str(folder / str(number)), "")))
            one.press("g")
            one.until(lambda one=one: one.station.front.loupe is not None and one.station.front.loupe.canvas.lacks is False)
            one.settled()
            told = texts(one)
            assert not [word for word in (device, f"{confidence:.2f}", name, name[:13]) if word in told]
            seen.append((seen_of(one), ""))
            one.press("i")  # a history would tell as well
            assert not one.station.history.isVisible()
        finally:
            one.close()
    assert ImageChops.difference(seen[0][0], seen[2][0]).getbbox() is None
    assert seen[0][1] == seen[2][1]
    assert ImageChops.difference(seen[1][0], seen[3][0]).getbbox() is None


def test_typing_a_filter_labels_nothing_and_shows_what_was_asked_for(sit):
    one = sit().open()
    one.press("/")
    one.write("pi-2 4 123xzub")
    one.press(K.Key_Backspace, K.Key_Delete, K.Key_Space)
    assert one.decided() == []
    assert one.said == []
    one.press(K.Key_A, modifiers=CTRL)
    one.write("pi-2")
    one.until(lambda: one.session.filter == Filter(devices=("pi-2",)))
    one.press(K.Key_Return)
    assert one.window.focusWidget() is one.grid
    assert one.decided() == []
    one.press(K.Key_1)
    assert [name in names(MUGS) for name, _target in one.decided()] == [True]


def test_pictures_that_load_or_come_in_move_neither_the_focus_nor_what_is_shown(sit):
    one = sit().open().at("soda-can")
    one.press(K.Key_2, K.Key_Right, K.Key_Right)
    focused, tiles, widget = one.session.focused, one.session.tiles, one.window.focusWidget()
    assert widget is one.grid
    one.send(*(shot(300 + number, "soda-can", 0.05, device="pi-3") for number in range(6)))
    one.press(K.Key_F5)
    one.until(lambda: one.session.figures().left == len(CANS) + len(MUGS) - 1 + 6)
    assert one.session.focused is focused
    assert one.session.tiles is tiles
    assert one.grid.currentIndex().row() == one.session.focus == 3
    assert one.window.focusWidget() is widget
    one.press(K.Key_5)
    assert one.decided()[0][0] == focused.images[0].name
    assert "16 pictures" in one.window.rail.buttons["sort"].accessibleName()


def test_a_key_sorts_all_that_is_selected_after_a_question_where_it_is_many(sit):
    one = sit(settings=replace(SETTINGS, sorting=Sorting(confirm_above=3))).open().at("soda-can")
    one.press(K.Key_Right, K.Key_Right, modifiers=SHIFT)
    one.press(K.Key_2)
    assert len(one.decided()) == 3  # no question for three
    one.press("z")
    one.press(K.Key_A, modifiers=CTRL)
    one.press(K.Key_2)
    assert one.session.figures().labelled == {}
    assert f"{len(CANS)} pictures: press 2 again to sort them as clutter" in one.station.front.table.banner.accessibleName()
    assert one.window.focusWidget() is one.grid
    one.press(K.Key_2)
    assert one.session.figures().labelled == {"clutter": len(CANS)}


def test_the_loupe_labels_the_picture_in_hand_and_goes_on_to_the_next(sit):
    one = sit().open().at("soda-can")
    one.press("g")
    assert one.station.front.in_loupe
    first, second = (tile.images[0].name for tile in one.session.tiles[:2])
    one.press(K.Key_Right, K.Key_Left, K.Key_4, K.Key_2)
    assert list(reversed(one.decided())) == [(first, "labeled_field_data/soda-can"), (second, "labeled_field_data/clutter")]
    assert one.session.focus == one.station.front.loupe.place == 2
    one.press("z")
    assert one.session.focus == one.station.front.loupe.place == 1
    one.press(K.Key_Escape)
    assert one.window.focusWidget() is one.grid


def test_filter_place_loupe_and_zoom_are_found_again(sit):
    one = sit().open()
    one.press("/")
    one.write("pi-1")
    one.until(lambda: one.session.filter.devices == ("pi-1",))
    one.press(K.Key_Return)
    one.press(K.Key_Right, K.Key_Right, "g", "p")
    one.until(lambda: one.station.front.loupe.zoom.scale == 1.0)
    where = one.session.focused.images[0].name
    one.again()
    assert one.session.filter == Filter(devices=("pi-1",))
    assert one.session.focused.images[0].name == where
    assert one.station.front.in_loupe
    assert one.station.front.loupe.zoom.scale == 1.0
    assert one.session.figures().left == len(CANS)
    one.press(K.Key_Escape)
    assert [part for part, _words in one.station.front.table.chips.parts] == ["device:pi-1"]


def test_a_decision_is_on_the_disk_before_the_screen_shows_it(sit):
    one = sit()
    command = [sys.executable, "-m", "tests.ui.sudden_death", one.bucket, one.home]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == -signal.SIGKILL, done.stderr
    name = done.stdout.strip()
    assert decisions(one.journal) == [(name, "labeled_field_data/wine-bottle")]
    one.open()
    assert one.session.figures().left == len(CANS) + len(MUGS) - 1
    one.delivered()
    assert one.lies(name) == ["labeled_field_data/wine-bottle"]


def test_who_sorted_a_picture_first_is_told_and_theirs_counts(sit, folder):
    one = sit().open().at("soda-can")
    name = one.session.focused.images[0].name
    save_settings(folder / "mara", replace(SETTINGS, labeller="mara"))
    sortloop(one.bucket, folder / "mara", "label", "beer-mug", name)
    one.press(K.Key_4)
    one.until(lambda: any("mara" in said for said in one.said))
    assert any("Already sorted as beer-mug by mara." in said for said in one.said)
    assert one.lies(name) == ["labeled_field_data/beer-mug"]
    assert one.window.focusWidget() is one.grid
    one.press(K.Key_5)  # the message takes no keys
    assert one.decided()[0][1] == "labeled_field_data/wine-bottle"
    one.press("q")
    assert "Sorted by others first" in "".join(action.text() for action in QApplication.activePopupWidget().actions())
    one.press(K.Key_Escape)


def test_light_and_dark_are_switched_by_a_key_and_stay(sit):
    one = sit(settings=replace(SETTINGS, window=Look(theme="dark"))).open()
    before = one.window.grab().toImage().pixelColor(200, 20).lightness()
    one.press(K.Key_L, modifiers=CTRL | SHIFT)
    assert not look().dark
    assert one.window.grab().toImage().pixelColor(200, 20).lightness() > before + 100
    one.press(K.Key_4)
    assert len(one.decided()) == 1
    one.again()
    assert not look().dark


def test_another_language_and_size_of_text_need_no_restart(sit):
    one = sit().open()
    one.press("/")
    one.write("pi-1")
    one.until(lambda: one.session.filter.devices == ("pi-1",))
    one.press(K.Key_Return, K.Key_Right)
    where = one.session.focused.images[0].name
    choose(one, "language", steps=1)
    assert one.window.rail.buttons["train"].accessibleName().startswith("训练")
    assert "易拉罐" in one.station.front.side.classes["soda-can"].accessibleName()
    assert one.session.filter.devices == ("pi-1",)
    assert one.session.focused.images[0].name == where
    one.press(K.Key_2)
    assert one.decided() == [(where, "labeled_field_data/clutter")]
    small = one.window.rail.width()
    choose(one, "window.text_scale", steps=2)
    assert one.window.rail.width() == 1.5 * small
    assert one.session.figures().left == len(CANS) - 1
    assert load_settings(one.home).window.text_scale == 1.5
    choose(one, "language", steps=-1)
    assert one.window.rail.buttons["train"].accessibleName().startswith("Train")


def choose(one, key, steps):
    """Go to the settings by keys, to a row of theirs, on by some choices, and back to the pictures."""
    one.press(K.Key_Comma, modifiers=CTRL)
    one.window.stack.currentWidget().go_to(key)
    for _step in range(abs(steps)):
        before = one.window
        one.press(K.Key_Right if steps > 0 else K.Key_Left)
        one.until(lambda before=before: one.window is not before)
        assert one.window.stack.currentWidget().row_in_focus() == key  # and on from there, in the window that took its place
    one.press(K.Key_Escape)
    one.loaded()


def test_labelled_pictures_can_be_sorted_anew_and_sent_back_and_discarded_ones_restored(sit):
    one = sit().open().at("soda-can")
    first, second, third = (tile.images[0].name for tile in one.session.tiles[:3])
    one.press(K.Key_4, K.Key_4, "x")
    one.delivered()
    assert one.lies(third) == ["discarded_field_data"]
    one.press("q", K.Key_3)
    one.until(lambda: one.station.queue == Queue(Source.LABELLED))
    one.loaded()
    assert {tile.images[0].name for tile in one.session.tiles} == {first, second}
    here = one.session.focused.images[0].name
    other = ({first, second} - {here}).pop()
    one.press(K.Key_5)
    assert one.session.focused.images[0].name == other
    one.press("b")
    one.delivered()
    assert one.lies(here) == ["labeled_field_data/wine-bottle"]
    assert one.lies(other) == ["raw_field_data"]
    one.press("q", K.Key_4)
    one.until(lambda: one.station.queue == Queue(Source.DISCARDED))
    one.loaded()
    one.press("b")
    one.delivered()
    assert one.lies(third) == ["raw_field_data"]
    one.press(K.Key_Escape)
    one.until(lambda: one.station.queue == Queue())
    one.loaded()
    assert one.session.figures().left == len(CANS) + len(MUGS) - 1


def test_a_folder_per_class_that_is_dragged_in_is_taken_in(sit, folder):
    for cls in ("soda-can", "wine-bottle"):
        (folder / "mine" / cls).mkdir(parents=True)
        for name, body in cans(3):
            (folder / "mine" / cls / name).write_bytes(body if cls == "soda-can" else MUGS[0][1] + name.encode())
    one = sit().open()
    assert not one.drop(folder / "mine" / "soda-can" / CANS[0][0])  # a file is no folder
    assert one.drop(folder / "mine")
    one.until(one.window.intake.yes.isVisible)
    assert "become the only classes" in one.window.intake.told.text()
    assert one.window.focusWidget() is one.grid
    one.window.intake.yes.setFocus()
    one.press(K.Key_Return)
    one.until(lambda: any("taken in" in said for said in one.said))
    assert any(said.startswith("6 pictures were taken in.") for said in one.said)
    base = one.bucket / "image-classification" / "base_data"
    assert sorted(path.parent.name for path in base.rglob("*.jpg")) == ["soda-can"] * 3 + ["wine-bottle"] * 3
    one.until(lambda: "label.clutter" not in one.window.commands.keymap.actions)
    one.loaded()
    assert one.window.focusWidget() is one.grid
    assert list(one.station.front.side.classes) == ["soda-can", "wine-bottle"]  # the first import says what there is
    one.press(K.Key_2)
    assert one.decided()[0][1] == "labeled_field_data/wine-bottle"


def test_a_bucket_that_is_dragged_onto_the_first_page_is_opened(sit):
    one = sit().open("", waiting=False)
    assert one.window.place is None
    assert one.drop(one.bucket)
    one.loaded()
    assert one.session.figures().left == len(CANS) + len(MUGS)
    one.press(K.Key_4)
    assert len(one.decided()) == 1
    assert load_settings(one.home).bucket == str(one.bucket)


def test_a_message_takes_neither_the_focus_nor_a_key(sit):
    one = sit().open()
    one.window.messages.show_error(AppError("The server cannot be reached.", "It is tried again."))
    assert one.window.messages.isVisible()
    assert one.window.focusWidget() is one.grid
    one.press(K.Key_4, K.Key_Right, K.Key_5)
    assert len(one.decided()) == 2
    stops = set()
    for _step in range(40):
        one.press(K.Key_Tab)
        stops.add(one.window.focusWidget())
    assert len(stops) > 1
    assert not [widget for widget in stops if one.window.messages.isAncestorOf(widget)]


@pytest.mark.parametrize("state", ["gone", "a file", "damaged"])
def test_a_bucket_that_cannot_be_opened_is_told_of_beside_the_choice_of_another(sit, state):
    one = sit(None if state != "damaged" else CANS)
    if state == "a file":
        one.bucket.write_bytes(b"no folder")
    elif state == "damaged":
        (one.bucket / "image-classification" / "classes.json").write_bytes(b"{")
    one.open(waiting=False)
    one.until(lambda: one.said != [])
    assert one.window.messages.isVisible()
    assert one.window.place is None or one.window.current is not None
    assert one.window.isVisible()


def test_the_same_alphabet_of_keys_leads_through_all_stations_and_back(sit):
    one = sit().open()
    for number, name in enumerate(("train", "compare", "fleet", "sort"), 2):
        one.press(getattr(K, f"Key_{number if number < 5 else 1}"), modifiers=CTRL)
        assert one.window.current is one.window.stations[name]
        one.press(K.Key_4, K.Key_X)  # keys of sorting sleep elsewhere
        assert len(one.decided()) == (2 if name == "sort" else 0)
    one.press(K.Key_Question)
    one.press(K.Key_Escape)
    one.press(K.Key_K, modifiers=CTRL)
    one.write("fleet")
    one.press(K.Key_Return)
    assert one.window.current is one.window.fleet
    one.press(K.Key_1, modifiers=CTRL)
    one.press(K.Key_4)
    assert len(one.decided()) == 3


def test_with_a_modifier_required_bare_digits_do_nothing(sit):
    one = sit(settings=replace(SETTINGS, window=Look(require_modifier=True))).open()
    one.press(K.Key_4, "x")
    assert one.decided() == []
    one.press(K.Key_4, modifiers=ALT)
    assert len(one.decided()) == 1


def test_a_filter_that_is_asked_for_while_pictures_come_in_is_not_lost(sit):
    one, second = sit().open(), Filter(devices=("pi-2",))
    one.settled()
    one.station.controls.filter_by(second)
    one.station.feed.plan(one.session)  # as pictures that come in have it planned
    one.settled()
    assert one.session.filter == second
    one.station.controls.filter_by(Filter(text="nothing"))
    one.station.controls.filter_by(second)  # back again before the other was laid
    one.settled()
    assert one.session.filter == second
    assert one.session.figures().left == len(MUGS)
