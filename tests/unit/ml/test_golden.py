"""Golden pictures: few, small, bare, and of every class."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop.ml.golden import MAX_GOLDEN_BYTES, choose_golden, shrink_golden
from edge.preprocess import BadImage
from tests.shapes import draw


def jpeg(width: int, height: int, *, exif: Image.Exif | None = None, comment: bytes = b"") -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, exif=exif or Image.Exif(), comment=comment)
    return file.getvalue()


@pytest.mark.parametrize(("width", "height"), [(1600, 1200), (300, 2000), (256, 256), (40, 30), (1, 1)])
def test_the_noisiest_picture_becomes_small_and_square(width, height):
    small = shrink_golden(jpeg(width, height))
    assert len(small) <= MAX_GOLDEN_BYTES
    edge = min(256, width, height)
    assert Image.open(io.BytesIO(small)).size == (edge, edge)


def test_nothing_but_pixels_is_left():
    exif = Image.Exif()
    exif[0x010F] = "a camera's maker"
    small = shrink_golden(jpeg(300, 300, exif=exif, comment=b"a name"))
    assert b"maker" not in small
    assert b"a name" not in small
    assert not Image.open(io.BytesIO(small)).getexif()


def test_it_shows_the_centre_the_right_way_up():
    pixels = np.zeros((200, 400, 3), np.uint8)
    pixels[:, 300:] = 255  # outside the centre
    pixels[:50, 100:300] = (255, 0, 0)
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 3  # upside down
    Image.fromarray(pixels).rotate(180).save(file, "JPEG", exif=exif)
    found = np.asarray(Image.open(io.BytesIO(shrink_golden(file.getvalue()))))
    assert found[20, 100] == pytest.approx([255, 0, 0], abs=10)
    assert found[150, 190] == pytest.approx([0, 0, 0], abs=10)


def test_no_picture_is_told():
    with pytest.raises(BadImage):
        shrink_golden(draw("disc", 0)[:300])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 100))
def test_every_class_has_a_few_and_none_twice(drawn, seed):
    labels = np.array(drawn, np.intp)
    answers = np.random.default_rng(seed).dirichlet(np.ones(5), len(labels))
    chosen = choose_golden(answers, labels)
    assert len(set(chosen)) == len(chosen)
    assert set(labels[chosen]) == set(drawn)
    assert np.bincount(labels[chosen]).max() <= 3


def test_the_surest_is_among_them_and_the_doubtful_are_not():
    answers = np.array([[number / 10, 1 - number / 10] for number in range(10)])
    chosen = choose_golden(answers, np.zeros(10, np.intp))
    assert 9 in chosen
    assert min(chosen) >= 5


def test_very_many_classes_have_one_each_as_far_as_a_bundle_has_room():
    labels = np.arange(300).astype(np.intp)
    assert len(choose_golden(np.eye(300), labels)) == 200
