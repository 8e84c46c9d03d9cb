"""Odd pictures of the real world are the right way up, small and large, or there are words for why they cannot be shown."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from tests.ui.gallery import Gallery

ODD = sorted(path for path in Path("/work/shared/photos/odd").glob("*") if path.suffix in {".jpg", ".mpo"})
pytestmark = pytest.mark.skipif(not ODD, reason="the photos are not on this computer")
CANNOT = {"pillow_truncated_jpeg.jpg": "File is cut short", "pillow_ultrahdr.jpg": "File is cut short"}
BOX = (400, 300)


def name_of(path):
    """Give the name that a picture has in the bucket: only ``.jpg`` and its like are images there."""
    return f"{path.stem}-mpo.jpg" if path.suffix == ".mpo" else path.name


@pytest.fixture(scope="module")
def gallery(qapp, tmp_path_factory):
    made = Gallery(tmp_path_factory.mktemp("odd"), {name_of(path): path.read_bytes() for path in ODD})
    yield made
    made.close()


@pytest.fixture
def photo(qtbot, gallery):
    """Give what the loupe would show of a name, and the problem."""

    def get(name):
        image = gallery.image(name)
        gallery.photos.want([image], *BOX)
        qtbot.waitUntil(lambda: gallery.photos.get(image) is not None or gallery.photos.problem(image) is not None)
        return gallery.photos.get(image), gallery.photos.problem(image)

    return get


@pytest.fixture
def thumb(qtbot, gallery):
    """Give what the grid would show of a name, and the problem."""

    def get(name):
        image = gallery.image(name)
        gallery.thumbnails.want("test", [image], *BOX)
        qtbot.waitUntil(lambda: gallery.thumbnails.get(image, *BOX) is not None or gallery.thumbnails.problem(image) is not None)
        return gallery.thumbnails.get(image, *BOX), gallery.thumbnails.problem(image)

    return get


def array(picture):
    assert picture.format() == QImage.Format.Format_RGB32
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine() // 4, 4)
    return rows[:, : picture.width(), :3].astype(float)


def test_every_odd_picture_is_an_image_of_the_queue(gallery):
    assert len({gallery.image(name_of(path)).key for path in ODD}) == len(ODD)


@pytest.mark.parametrize("path", ODD, ids=lambda path: path.name)
def test_it_is_shown_or_there_are_words_for_why_not(path, photo, thumb):
    large, why = photo(name_of(path))
    small, why_small = thumb(name_of(path))
    assert (large is None, small is None) == (path.name in CANNOT,) * 2
    if large is None:
        assert why == why_small == CANNOT[path.name]
    else:
        assert why is None
        assert why_small is None
        assert large.picture.width() <= BOX[0]
        assert large.picture.height() <= BOX[1]


@pytest.mark.parametrize("shape", ["landscape", "portrait"])
@pytest.mark.parametrize("number", [0, *range(2, 9)])
def test_however_the_camera_was_held_it_is_the_right_way_up(shape, number, photo, thumb):
    """The photos differ by the digit drawn into them, and by their compression."""
    for get in (lambda name: photo(name)[0].picture, lambda name: thumb(name)[0]):
        upright, other = (array(get(f"orient_{shape}_{one}.jpg")) for one in (1, number))
        assert other.shape == upright.shape
        difference = np.abs(other - upright).mean(axis=2)
        assert np.median(difference) < 6
        assert np.mean(difference > 40) < 0.1


@pytest.mark.parametrize("number", range(9))
def test_the_size_that_is_told_is_that_of_the_upright_picture(number, photo):
    large, _why = photo(f"orient_landscape_{number}.jpg")
    assert (large.width, large.height) == (1800, 1200)
    assert not large.whole


def test_all_pixels_are_made_only_when_they_are_asked_for(qtbot, gallery, photo):
    photo("orient_portrait_6.jpg")
    image = gallery.image("orient_portrait_6.jpg")
    assert gallery.photos.get(image).box == BOX
    qtbot.waitUntil(lambda: gallery.photos.pixels(image) is not None)
    whole = gallery.photos.pixels(image)
    assert (whole.picture.width(), whole.picture.height()) == (whole.width, whole.height) == (1200, 1800)
    assert gallery.photos.get(image).box == BOX
