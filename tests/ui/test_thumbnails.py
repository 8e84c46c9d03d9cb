"""Thumbnails are made for what is wanted now, nearest first; what fails says why, and what was out of reach is tried again."""

import numpy as np
import pytest

from desktop.core.errors import ConfigError, OfflineError
from desktop.ui.thumbnails import Thumbnails
from tests.ui.pictures import PlayedPictures
from tests.unit.field import field_image


@pytest.fixture
def pictures():
    return PlayedPictures()


@pytest.fixture
def make(qapp, pictures):
    made = []

    def make(workers=1, memory_bytes=1 << 20):
        made.append(Thumbnails(lambda: pictures, workers, memory_bytes))
        return made[-1]

    yield make
    pictures.open.set()
    for one in made:
        one.close()


def shown(qtbot, thumbnails):
    qtbot.waitUntil(lambda: thumbnails.waiting() == 0, timeout=10_000)


def test_what_is_wanted_arrives_and_is_given_from_memory(qtbot, make):
    thumbnails, images = make(), [field_image(number) for number in range(3)]
    heard = []
    thumbnails.arrived.connect(heard.extend)
    assert thumbnails.get(images[0], 40) is None
    thumbnails.want("grid", images, 40, 30)
    shown(qtbot, thumbnails)
    assert heard == [image.name for image in images]
    assert (thumbnails.get(images[0], 40, 30).width(), thumbnails.get(images[0], 40, 30).height()) == (40, 30)
    assert thumbnails.get(images[0], 40) is None


def test_what_scrolled_away_is_never_decoded(qtbot, make, pictures):
    thumbnails, images = make(), [field_image(number) for number in range(30)]
    pictures.open.clear()
    thumbnails.want("grid", images[:20], 40)
    assert pictures.begun.acquire(timeout=10)
    thumbnails.want("grid", images[20:], 40)
    pictures.open.set()
    shown(qtbot, thumbnails)
    assert pictures.asked == [image.name for image in [images[0], *images[20:]]]


def test_nothing_is_decoded_twice(qtbot, make, pictures):
    thumbnails, images = make(2), [field_image(number) for number in range(4)]
    pictures.open.clear()
    thumbnails.want("grid", images, 40)
    assert pictures.begun.acquire(timeout=10)
    thumbnails.want("grid", images, 40)
    pictures.open.set()
    shown(qtbot, thumbnails)
    thumbnails.want("grid", images, 40)
    shown(qtbot, thumbnails)
    assert sorted(pictures.asked) == sorted(image.name for image in images)


def test_no_picture_is_begun_while_a_key_comes_first(qtbot, make, pictures):
    thumbnails, images = make(), [field_image(number) for number in range(3)]
    pictures.open.clear()
    thumbnails.want("grid", images, 40)
    assert pictures.begun.acquire(timeout=10)
    thumbnails.rest(3600)
    pictures.open.set()
    qtbot.waitUntil(lambda: thumbnails.get(images[0], 40) is not None, timeout=10_000)  # what was begun is ended
    assert not pictures.begun.acquire(timeout=0.1)
    thumbnails.rest(0)
    thumbnails.want("grid", images, 40)
    shown(qtbot, thumbnails)
    assert pictures.asked == [image.name for image in images]


def test_keys_without_a_pause_starve_nothing(qtbot, make):
    thumbnails, images = make(), [field_image(number) for number in range(5)]
    thumbnails.rest()
    thumbnails.want("grid", images, 40)

    def come() -> bool:
        thumbnails.rest()
        return all(thumbnails.get(image, 40) for image in images)

    qtbot.waitUntil(come, timeout=10_000)


def test_a_rest_ends_by_itself(qtbot, make, pictures):
    thumbnails, images = make(), [field_image(number) for number in range(3)]
    thumbnails.rest()
    thumbnails.want("grid", images, 40)
    shown(qtbot, thumbnails)
    assert pictures.asked == [image.name for image in images]


def test_owners_are_served_in_turns(qtbot, make, pictures):
    thumbnails, images = make(), [field_image(number) for number in range(5)]
    pictures.open.clear()
    thumbnails.want("grid", images[:3], 40)
    assert pictures.begun.acquire(timeout=10)
    thumbnails.want("strip", images[3:], 40)
    pictures.open.set()
    shown(qtbot, thumbnails)
    names = [image.name for image in images]
    assert pictures.asked == [names[0], names[1], names[3], names[2], names[4]]


def test_the_least_recently_shown_pictures_leave_memory_first(qtbot, make):
    thumbnails, images = make(memory_bytes=3 * 40 * 40 * 4), [field_image(number) for number in range(4)]
    thumbnails.want("grid", images[:3], 40)
    shown(qtbot, thumbnails)
    assert thumbnails.get(images[0], 40) is not None
    thumbnails.want("grid", images[3:], 40)
    shown(qtbot, thumbnails)
    assert [thumbnails.get(image, 40) is not None for image in images] == [True, False, True, True]


def test_a_picture_that_cannot_be_decoded_says_why_and_is_not_tried_again(qtbot, make, pictures):
    thumbnails, image = make(), field_image(1)
    pictures.problems[image.name] = ValueError("the picture is cut off")
    heard = []
    thumbnails.arrived.connect(heard.extend)
    for _time in range(2):
        thumbnails.want("grid", [image], 40)
        shown(qtbot, thumbnails)
        thumbnails.want("grid", [], 40)
    assert (thumbnails.problem(image), heard) == ("File is cut short", [image.name])
    assert pictures.asked == [image.name]


def test_what_is_no_good_for_ever_is_not_tried_again_either(qtbot, make, pictures):
    thumbnails, image = make(), field_image(1)
    pictures.problems[image.name] = ConfigError("too large")
    for _time in range(2):
        thumbnails.want("grid", [image], 40)
        shown(qtbot, thumbnails)
        thumbnails.want("grid", [], 40)
    assert thumbnails.problem(image) == "too large"
    assert pictures.asked == [image.name]


def test_what_was_out_of_reach_is_tried_again_once_it_is_wanted_anew(qtbot, make, pictures):
    thumbnails, image = make(), field_image(1)
    pictures.problems[image.name] = OfflineError("out of reach")
    thumbnails.want("grid", [image], 40)
    shown(qtbot, thumbnails)
    assert thumbnails.problem(image) == "out of reach"
    pictures.problems.clear()
    thumbnails.want("grid", [image], 40)  # it is still wanted: scrolling must not hammer what is out of reach
    shown(qtbot, thumbnails)
    assert thumbnails.get(image, 40) is None
    thumbnails.want("grid", [], 40)
    thumbnails.want("grid", [image], 40)
    shown(qtbot, thumbnails)
    assert thumbnails.get(image, 40) is not None
    assert thumbnails.problem(image) is None


def test_an_unforeseen_failure_ends_no_worker(qtbot, make, pictures):
    thumbnails, images = make(), [field_image(number) for number in range(2)]
    pictures.problems[images[0].name] = RuntimeError("a bug")
    thumbnails.want("grid", images, 40)
    shown(qtbot, thumbnails)
    assert thumbnails.problem(images[0]) == "Cannot be decoded"
    assert thumbnails.get(images[1], 40) is not None


def test_closing_ends_the_workers_and_forgets_what_waits(qtbot, make, pictures):
    thumbnails, images = make(), [field_image(number) for number in range(3)]
    pictures.open.clear()
    thumbnails.want("grid", images, 40)
    assert pictures.begun.acquire(timeout=10)
    pictures.open.set()
    thumbnails.close()
    assert len(pictures.asked) <= 2
    assert not any(thread.is_alive() for thread in thumbnails._threads)


def test_a_small_picture_fits_its_box_whole_and_is_never_enlarged(qtbot):
    thumbnails, images = Thumbnails(_Reduced, 1), [field_image(0)]
    try:
        for box in ((60, 90), (400, 400)):
            thumbnails.want("grid", images, *box)
            shown(qtbot, thumbnails)
        small, whole = thumbnails.get(images[0], 60, 90), thumbnails.get(images[0], 400, 400)
        assert (small.width(), small.height()) == (60, 30)
        assert (whole.width(), whole.height()) == (200, 100)
        left, right = (small.pixelColor(x, 15) for x in (10, 50))
        assert (left.red(), left.blue(), right.red(), right.blue()) == (0, 255, 255, 0)
    finally:
        thumbnails.close()


class _Reduced:
    """A picture twice as wide as high, blue on its left and red on its right, left to the window's own hand."""

    def pixels(self, image, width, height, quick):
        pixels = np.zeros((100, 200, 4), np.uint8)
        pixels[:, :100, 0] = pixels[:, 100:, 2] = pixels[:, :, 3] = 255
        return quick(pixels, width, height)
