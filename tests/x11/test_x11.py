"""The window on a real X server, with keys as X sends them: what offscreen tests cannot see."""

import json
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # for what these tests load; the window they look at is another process

import numpy as np
import pytest

from tests.x11.screen import MISSING, Screen, shown, until

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not on this computer: {', '.join(MISSING)} (.ci/packages screen)")


@pytest.fixture(scope="module")
def screen(tmp_path_factory):
    made = Screen(tmp_path_factory.mktemp("screen"))
    yield made
    made.close()


@pytest.fixture
def plant(qtbot, folder):
    from tests.ui.sitting import Sitting, cans, mugs

    return Sitting(qtbot, folder, (*cans(), *mugs()))


def targets(plant):
    """Give the classes of what was decided, the oldest first."""
    return [target.rpartition("/")[2] for _name, target in reversed(plant.decided())]


def painted(screen):
    """Tell whether the screen has a window with pictures on it: many colours, and no part of it empty."""
    picture = screen.picture()
    return len(np.unique(picture.reshape(-1, 3)[::7], axis=0)) > 1000


def test_the_window_fills_the_screen_with_pictures(screen, plant):
    with shown(screen, plant.bucket, plant.home):
        until(lambda: painted(screen), "the pictures")
        picture = screen.picture().astype(int)
        rail, grid, side = picture[100:700, 4:76], picture[150:600, 90:1000], picture[100:600, 1140:1360]
        assert all(part.std() > 5 for part in (rail, grid, side))


def test_digits_of_the_top_row_and_of_the_number_pad_label_pictures(screen, plant):
    with shown(screen, plant.bucket, plant.home) as program:
        until(lambda: painted(screen), "the pictures")
        program.press("4", "KP_2", "KP_Left", "KP_1")  # two of them with the pad's lock off
        until(lambda: len(targets(plant)) == 4, "four decisions")
        assert targets(plant) == ["soda-can", "clutter", "soda-can", "beer-mug"]
        program.press("z", "shift+z", "ctrl+z")
        until(lambda: plant.decided() and not program_lies(plant, 4), "the fourth to come back")
    assert len([name for name, _target in plant.decided() if plant.lies(name) != ["raw_field_data"]]) == 3


def program_lies(plant, count):
    """Tell whether so many pictures have left the raw ones."""
    return sum(plant.lies(name) != ["raw_field_data"] for name, _target in plant.decided()) >= count


def test_an_input_method_eats_no_key_of_sorting_and_works_where_text_is_written(screen, plant):
    with shown(screen, plant.bucket, plant.home) as program:
        until(lambda: painted(screen), "the pictures")
        program.press("dead_circumflex", "2", "dead_circumflex", "1")  # an input method would make ² and ¹ of them
        until(lambda: len(targets(plant)) == 2, "two decisions")
        assert targets(plant) == ["clutter", "beer-mug"]
        program.press("slash", "dead_circumflex", "2", "4")
        program.press("Return")
    kept = json.loads(next(plant.home.glob("buckets/*/bookmark.json")).read_text())
    assert kept["session"]["filter"]["text"] == "²4"
    assert len(targets(plant)) == 2


def test_a_held_digit_decides_once_and_a_held_arrow_goes_on(screen, plant):
    with shown(screen, plant.bucket, plant.home) as program:
        until(lambda: painted(screen), "the pictures")
        screen.do("keydown", "5", "sleep", "1.2", "keyup", "5")  # X repeats after 0.66 s, 25 times a second
        until(lambda: targets(plant) != [], "a decision")
        screen.do("keydown", "Right", "sleep", "1.2", "keyup", "Right")
        program.press("2")
        until(lambda: len(targets(plant)) > 1, "the second decision")
    assert targets(plant) == ["wine-bottle", "clutter"]


def test_it_goes_by_its_key_without_a_word(screen, plant):
    with shown(screen, plant.bucket, plant.home) as program:
        until(lambda: painted(screen), "the pictures")
        program.press("ctrl+k", "f", "Escape", "question", "Escape", "ctrl+comma", "Escape", "g", "Escape", "ctrl+4", "ctrl+1")
        program.press("ctrl+q")
        assert program.process.wait(30) == 0
    assert (plant.home / "said.txt").read_text() == ""
