"""The page of settings: all of them, saved at once if they are sound, told of beside the field if not."""

import dataclasses
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QScrollArea

from desktop.core.errors import StorageFullError
from desktop.core.settings import Settings, load_settings, save_settings
from desktop.ui.around.fields import changed, groups, shown, value, written
from desktop.ui.around.settings_view import SettingsView
from desktop.ui.around.switch import Switch
from desktop.ui.parts.segments import Segments
from desktop.ui.theme import DARK, look, wear

FIELDS = [field for group in groups() for field in group.fields]
ELSEWHERE = {"window.key_scheme"}
"""Chosen where the keys are changed."""


def keys_of(settings, before=""):
    for field in dataclasses.fields(settings):
        found = getattr(settings, field.name)
        if dataclasses.is_dataclass(found):
            yield from keys_of(found, f"{field.name}.")
        else:
            yield before + field.name


def test_every_setting_has_a_field_with_help():
    assert {field.key for field in FIELDS} | ELSEWHERE == set(keys_of(Settings()))
    assert len({field.key for field in FIELDS}) == len(FIELDS)
    assert all(field.title and field.help for field in FIELDS)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_what_stands_in_a_field_is_what_is_kept(field):
    settings = Settings()
    if isinstance(value(settings, field.key), bool):
        assert value(changed(settings, field.key, new=True), field.key) is True
    else:
        assert written(field, settings, shown(field, settings)) == settings


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("gate.margin", "0"), ("gate.margin", "70"), ("gate.margin", "x"), ("gate.margin", "nan"), ("gate.alpha", "26"),
        ("sorting.page_size", "0"), ("sorting.page_size", "4.5"), ("sorting.page_size", ""), ("sorting.tile_width", "99"),
        ("cache.quota_gb", "-1"), ("training.threads", "-1"), ("labeller", "x" * 300), ("sorting.confirm_above", "-1"),
    ],
)  # fmt: skip
def test_what_may_not_be_is_refused_with_what_was_expected(key, text):
    field = next(field for field in FIELDS if field.key == key)
    with pytest.raises(ValueError, match="expected") as told:
        written(field, Settings(), text)
    assert not str(told.value).startswith(key.rpartition(".")[2])


def test_shares_are_written_in_points_and_per_cent():
    fields = {field.key: field for field in FIELDS}
    assert written(fields["gate.margin"], Settings(), "2,5").gate.margin == pytest.approx(0.025)
    assert shown(fields["gate.alpha"], Settings()) == "5"


class Place:
    """The page over a home folder."""

    def __init__(self, qtbot, home):
        self.home, self.settings, self.rebuilt, self.keys = home, Settings(), [], []
        self.view = SettingsView(lambda: self.settings, self.keep, lambda: self.keys.append(1), lambda: self.rebuilt.append(1))
        self.view.resize(1100, 700)
        qtbot.addWidget(self.view)
        with qtbot.waitExposed(self.view):
            self.view.show()

    def keep(self, settings):
        save_settings(self.home, settings)
        self.settings = settings

    def write(self, key, text):
        field = self.view.rows[key].control
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)


@pytest.fixture
def place(qtbot, tmp_path):
    return Place(qtbot, tmp_path)


def test_a_sound_value_is_saved_while_it_is_written(place):
    place.write("sorting.page_size", "24")
    assert load_settings(place.home).sorting.page_size == 24


def test_a_value_that_may_not_be_is_told_of_beside_it_and_changes_nothing(place):
    place.write("gate.margin", "4")
    place.write("gate.margin", "70")
    row = place.view.rows["gate.margin"]
    assert row.message.isVisible()
    assert "0.1 to 50" in row.message.text()
    assert load_settings(place.home).gate.margin == pytest.approx(0.07)  # of the way there: "7"
    place.write("gate.margin", "3")
    assert not row.message.isVisible()


def test_the_theme_is_worn_at_once_and_text_and_language_make_the_window_anew(qtbot, place):
    place.view.rows["window.theme"].control.chosen.emit("light")
    assert not look().dark
    assert place.rebuilt == []
    place.view.rows["window.text_scale"].control.chosen.emit("1.5")
    assert look().scale == 1.5
    qtbot.waitUntil(lambda: place.rebuilt == [1])
    place.view.rows["language"].control.chosen.emit("zh_CN")
    qtbot.waitUntil(lambda: place.rebuilt == [1, 1])
    assert load_settings(place.home).language == "zh_CN"


def test_switches_and_choices_are_worked_by_keys_alone(qtbot, place):
    switch = place.view.rows["sorting.suggestions"].control
    assert isinstance(switch, Switch)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert load_settings(place.home).sorting.suggestions is False
    theme = place.view.rows["window.theme"].control
    assert isinstance(theme, Segments)
    QTest.keyClick(theme, Qt.Key.Key_Right)
    assert load_settings(place.home).window.theme == "light"


def test_settings_that_cannot_be_saved_are_told_of_and_shown_as_they_were(qtbot, place):
    def full(_settings):
        raise StorageFullError("No room is left.")

    place.view._keep = full
    place.view.rows["sorting.hints"].control.click()
    assert place.view.rows["sorting.hints"].control.isChecked()
    assert "No room is left." in place.view.rows["sorting.hints"].message.text()


def test_a_size_of_text_written_into_the_file_by_hand_is_shown_as_a_choice(qtbot, tmp_path):
    settings = changed(Settings(), "window.text_scale", 1.3)
    view = SettingsView(lambda: settings, lambda _new: None, lambda: None)
    qtbot.addWidget(view)
    assert view.rows["window.text_scale"].control.current == "1.3"
    QTest.keyClick(view.rows["window.text_scale"].control, Qt.Key.Key_Right)


def test_everything_that_can_be_changed_has_a_name_and_can_be_reached_by_tab(place):
    for row in place.view.rows.values():
        assert row.control.accessibleName()
        assert row.control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert isinstance(place.view.rows["labeller"].control, QLineEdit)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_is_cut_off_at_the_right_however_large_the_text(qtbot, tmp_path, scale):
    wear(replace(DARK, scale=scale))
    place = Place(qtbot, tmp_path)
    place.view.resize(1366 - look().px(80), 768)
    area = place.view.findChild(QScrollArea)
    qtbot.waitUntil(lambda: area.viewport().width() > 0 and area.widget().width() == area.viewport().width())
    for row in place.view.rows.values():
        right = row.control.mapTo(place.view, row.control.rect().topRight()).x()
        assert right <= place.view.width()
