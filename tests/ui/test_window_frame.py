"""The frame around the stations: settings that take effect, messages, names from strangers, and what goes when a window goes."""

import gc
import time
import weakref
from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLabel

from desktop.core.errors import AppError
from desktop.core.settings import Settings
from desktop.ui.courier import Courier
from desktop.ui.messages import Messages
from desktop.ui.parts.announcement import announce
from desktop.ui.parts.layouts import button
from desktop.ui.parts.tip import tip
from desktop.ui.status_bar import StatusItem
from desktop.ui.thumbnails import Thumbnails
from tests.ui.keyboards import CTRL
from tests.ui.sitting import Sitting, cans, mugs

K = Qt.Key
SETTINGS = Settings(language="en", labeller="ada")


@pytest.fixture
def sit(qtbot, folder):
    made = []

    def down(settings=SETTINGS):
        made.append(Sitting(qtbot, folder, (*cans(), *mugs()), settings))
        return made[-1]

    yield down
    for one in made:
        one.close()


def keep(one, settings):
    """Change settings on their page, and leave it by its key."""
    one.press(K.Key_Comma, modifiers=CTRL)
    before = one.window
    before.program.keep(settings)
    one.press(K.Key_Escape)
    one.until(lambda: one.window is not before)
    one.loaded()


def test_a_new_labellers_name_stands_beside_the_next_decision(sit):
    one = sit().open()
    one.press(K.Key_Comma, modifiers=CTRL)
    window = one.window
    window.stack.currentWidget().go_to("labeller")
    one.press(K.Key_A, modifiers=CTRL)
    one.write("mara")
    assert one.window is window  # not while somebody writes
    one.press(K.Key_Escape)
    one.until(lambda: one.window is not window)
    one.loaded()
    one.press(K.Key_4)
    assert len(one.window.place.plant.journal.recent(5, "mara")) == 1


def test_settings_of_sorting_gate_cache_and_training_are_in_force_once_the_page_is_left(sit):
    one = sit().open()
    wanted = replace(
        SETTINGS,
        sorting=replace(SETTINGS.sorting, page_size=3, auto_advance=False, suggestions=False),
        gate=replace(SETTINGS.gate, margin=0.07),
        cache=replace(SETTINGS.cache, quota_gb=3.0),
        training=replace(SETTINGS.training, threads=1),
    )
    keep(one, wanted)
    assert 0 < len(one.session.tiles) <= 3
    assert (one.session.auto_advance, one.session.suggestions) == (False, False)
    assert one.window.place.plant.settings == wanted
    window = one.window
    one.press(K.Key_Comma, modifiers=CTRL)
    one.press(K.Key_Escape)
    one.settled()
    assert one.window is window  # nothing was changed


def test_leaving_the_settings_for_another_station_leads_there(sit):
    one = sit().open()
    before = one.window
    one.press(K.Key_Comma, modifiers=CTRL)
    before.program.keep(replace(SETTINGS, sorting=replace(SETTINGS.sorting, page_size=5)))
    before.commands.trigger("go-train")  # a hand on a window's keys must not see it go
    one.until(lambda: one.window is not before)
    assert one.window.current is one.window.training


def test_a_setting_that_a_station_kept_outlives_a_change_of_theme(sit):
    one = sit().open()
    one.press("g")
    one.press("h")
    shown = one.window.program._settings().sorting.hints
    assert shown is False
    one.window.program.switch_theme()
    assert one.window.program._settings().sorting.hints is False


def test_nothing_of_a_window_that_was_replaced_is_kept(sit):
    one = sit().open()
    one.settled()
    one.until(lambda: len(one.window.stations) > 1)
    before, place = id(one.window), weakref.ref(one.window.place)
    assert gc.get_freeze_count() > 0
    one.window.program.rebuild()
    one.until(lambda: id(one.window) != before)
    one.loaded()
    one.until(lambda: place() is None)


def test_a_window_that_takes_anothers_place_is_as_large(sit):
    one = sit().open()
    one.window.showMaximized()
    before = one.window
    before.program.rebuild()
    one.until(lambda: one.window is not before)
    assert one.window.isMaximized()


def test_numbers_of_qts_own_fields_are_written_in_the_windows_language(sit):
    sit(replace(SETTINGS, language="zh_CN")).open()
    assert QLocale().language() == QLocale.Language.Chinese


def test_diagnostics_know_the_start_and_the_keys_of_the_window_they_stand_in(sit):
    one = sit().open()
    one.until(lambda: one.window.start_ms is not None)
    assert 0 < one.window.start_ms < time.perf_counter() * 1000
    assert one.window.latency is one.station.latency
    first, window = one.window.start_ms, one.window
    window.program.rebuild()
    one.until(lambda: one.window is not window)
    one.until(lambda: one.window.start_ms is not None)
    assert one.window.start_ms == first
    assert one.window.latency is one.station.latency


def test_escape_closes_a_message_after_all_else_and_the_palette_finds_what_it_said(sit):
    one = sit().open()
    one.window.messages.show_error(AppError("The server cannot be reached.", "It is tried again."))
    one.press(K.Key_A, modifiers=CTRL)
    one.press(K.Key_Escape)
    assert one.window.messages.isVisible()
    assert one.grid.selected() == []
    one.press(K.Key_Escape)
    assert not one.window.messages.isVisible()
    assert one.window.focusWidget() is one.grid
    one.press(K.Key_K, modifiers=CTRL)
    one.write("last messages")
    one.press(K.Key_Return)
    assert one.window.focusWidget().item(0).text() == "The server cannot be reached. It is tried again."
    one.press(K.Key_Escape)
    assert one.window.focusWidget() is one.grid


def test_the_sheet_of_keys_is_made_once(sit):
    one = sit().open()
    seen = []
    for _time in range(3):
        one.press(K.Key_Question)
        seen.append(one.window.focusWidget())
        one.press(K.Key_Escape)
    assert seen[0] is seen[1] is seen[2]


def test_the_classes_are_not_read_from_the_bucket_for_palette_sheet_and_look(sit):
    one = sit().open()
    one.settled()
    (one.bucket / "image-classification" / "classes.json").write_bytes(b"{")
    before = list(one.said)
    one.press(K.Key_Question)
    one.press(K.Key_Escape)
    one.press(K.Key_K, modifiers=CTRL)
    one.press(K.Key_Escape)
    one.window.keys_changed()
    assert one.said == before


def test_what_strangers_named_is_shown_as_it_is(qtbot):
    messages = Messages()
    qtbot.addWidget(messages)
    messages.say("<b>loud</b>", "<img src='x'>")
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in messages.findChildren(QLabel) if label.text())
    assert tip("pi-1: 3 < 4") == "pi-1: 3 < 4"
    assert tip("<b>pi</b>\n2") == "<qt>&lt;b&gt;pi&lt;/b&gt;<br>2</qt>"
    item = StatusItem("database")
    qtbot.addWidget(item)
    item.show_value("a**b", "/x/a**b")
    assert item.text == "a**b /x/a**b"


def test_an_ampersand_on_a_button_is_an_ampersand(qtbot):
    made = button("R&D", "x")
    qtbot.addWidget(made)
    assert made.text() == " R&&D"
    assert made.accessibleName() == "R&D"
    assert made.shortcut().isEmpty()


def test_a_message_is_said_aloud(qtbot):
    said = []
    messages = Messages(say_aloud=lambda _widget, text: said.append(text))
    qtbot.addWidget(messages)
    messages.say("Done.", "All of it.")
    messages.show_error(AppError("It failed."))
    assert said == ["Done. All of it.", "It failed."]
    announce(messages, "heard by nobody here, and harmless")


def test_what_does_not_end_in_time_ends_with_the_program(qapp):
    courier = Courier(["sleep", "60"])
    courier.start()
    courier.process.waitForStarted()
    courier.close(0.05)
    assert courier.process.state() is courier.process.ProcessState.NotRunning
    thumbnails = Thumbnails(lambda: None, workers=1)
    thumbnails.close(0.05)
