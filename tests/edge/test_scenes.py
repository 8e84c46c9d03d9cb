"""Drawn pictures: the same every time, of every class, frames of a burst alike and scenes not."""

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from edge.contract.bundle import Preprocessing
from edge.contract.classes import DEFAULT_CLASSES
from edge.fingerprint import DHASH_BURST, dhash, distance
from edge.preprocess import preprocess
from edge.scenes import CLASSES, draw
from edge.scenes.clutter import CLUTTER, STANDING
from edge.scenes.layers import Layer
from edge.scenes.light import Light
from edge.scenes.pose import Pose
from edge.scenes.solids import turn

EVERY_KIND = pytest.mark.parametrize("cls", CLASSES)
EITHER_CAMERA = pytest.mark.parametrize("field", [False, True])
LIGHT = Light((0.0, 0.6, 0.8), np.ones(3, np.float32), 0.4, 0.15)


def opened(data):
    return Image.open(io.BytesIO(data))


def fingerprint(*arguments, **options):
    return dhash(opened(draw(*arguments, **options)))


def test_the_classes_are_those_a_new_plant_begins_with():
    assert CLASSES == DEFAULT_CLASSES


def test_another_class_is_refused():
    with pytest.raises(ValueError, match="tea-pot"):
        draw("tea-pot", 1)


@EVERY_KIND
@EITHER_CAMERA
def test_the_same_arguments_give_the_same_bytes(cls, field):
    assert draw(cls, 7, 160, field=field, jitter=2) == draw(cls, 7, 160, field=field, jitter=2)


@EVERY_KIND
def test_seed_class_camera_and_frame_each_give_another_picture(cls):
    others = [
        draw(cls, 4, 160),
        draw(cls, 3, 160, field=True),
        draw(cls, 3, 160, jitter=1),
        *(draw(other, 3, 160) for other in CLASSES if other != cls),
    ]
    assert len({draw(cls, 3, 160), *others}) == len(others) + 1


@EVERY_KIND
@EITHER_CAMERA
@pytest.mark.parametrize("size", [64, 111, 400, 640])
def test_a_picture_is_a_square_jpeg_of_the_size_asked_for(cls, field, size):
    image = opened(draw(cls, 11, size, field=field))
    image.load()
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (size, size))


@EVERY_KIND
@EITHER_CAMERA
def test_many_seeds_draw_something_that_can_be_seen(cls, field):
    for seed in range(12):
        pixels = np.asarray(opened(draw(cls, seed, 120, field=field)), np.float32)
        assert pixels.std() > 8
        assert 10 < pixels.mean() < 245


def test_every_model_can_take_them():
    assert preprocess(draw("soda-can", 1), Preprocessing(size=224)).shape == (1, 224, 224, 3)


@EITHER_CAMERA
def test_the_frames_of_a_burst_are_near(field):
    for seed, cls in enumerate(CLASSES * 2):
        frames = [fingerprint(cls, seed, field=field, jitter=frame) for frame in range(4)]
        assert max(distance(one, other) for one, other in combinations(frames, 2)) <= DHASH_BURST


@EITHER_CAMERA
def test_other_seeds_are_far(field):
    prints = [fingerprint(cls, seed, field=field) for cls in CLASSES for seed in range(6)]
    apart = [distance(one, other) for one, other in combinations(prints, 2)]
    assert np.percentile(apart, 2) > DHASH_BURST
    assert np.median(apart) > 2 * DHASH_BURST


@pytest.mark.parametrize("maker", CLUTTER, ids=lambda maker: maker.__name__)
def test_every_kind_of_clutter_covers_something_in_its_own_colours(maker):
    for seed in range(4):
        layer = maker(np.random.default_rng(seed), Pose(150, 0.3, LIGHT, 0.5))
        assert isinstance(layer, Layer)
        assert layer.colour.shape == (*layer.alpha.shape, 3)
        assert np.isfinite(layer.colour).all()
        assert (layer.alpha > 0.3).sum() > 300
        assert layer.alpha.min() >= 0
        assert layer.alpha.max() <= 1.001


def test_what_may_stand_is_clutter():
    assert set(STANDING) < set(CLUTTER)


def test_a_turned_cylinder_is_as_wide_and_as_high_as_it_should_be():
    tilt = 0.4
    solid = turn(((0, 0.25), (1, 0.25)), 200, tilt)
    rows, columns = np.nonzero(solid.alpha > 0.5)
    assert np.ptp(columns) == pytest.approx(100, abs=3)
    assert np.ptp(rows) == pytest.approx(200 * np.cos(tilt) + 100 * np.sin(tilt), abs=3)


def test_normals_are_of_length_one_and_face_the_camera_where_the_side_is_seen():
    solid = turn(((0, 0.3), (0.5, 0.3), (0.8, 0.1), (1, 0.1)), 160, 0.3)
    assert np.allclose(np.linalg.norm(solid.normal, axis=-1), 1, atol=1e-4)
    side = (solid.alpha > 0.9) & (solid.lid > 1.1) & (np.abs(solid.angle) < 1)
    assert (solid.normal[side][:, 2] > 0).all()


def test_light_from_the_right_makes_the_right_side_bright():
    solid = turn(((0, 0.3), (1, 0.3)), 160, 0.2)
    bright = Light((0.8, 0.0, 0.6), np.ones(3, np.float32), 0.2, 0.1).diffuse(solid.normal)[..., 0]
    inside = solid.alpha > 0.9
    assert bright[inside & (solid.angle > 0.5)].mean() > 1.5 * bright[inside & (solid.angle < -0.5)].mean()


def test_light_turns_with_the_thing_it_falls_on():
    quarter = Light((0.8, 0.0, 0.6), np.ones(3, np.float32), 0.2, 0.1).turned(np.pi / 2)
    assert quarter.direction == pytest.approx((0.0, -0.8, 0.6))


def test_a_layer_over_another_hides_it_and_leaves_the_rest():
    red, blue = np.zeros((8, 8, 3), np.float32), np.zeros((4, 4, 3), np.float32)
    red[..., 0], blue[..., 2] = 1, 1
    below = Layer(red, np.ones((8, 8), np.float32), (4.0, 4.0))
    both = Layer(blue, np.ones((4, 4), np.float32), (2.0, 2.0)).over(below)
    column, row = (int(value) for value in both.origin)
    assert both.colour[row, column].tolist() == [0, 0, 1]
    assert both.colour[row - 4, column - 4].tolist() == pytest.approx([1, 0, 0])
