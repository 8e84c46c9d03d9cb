"""Thumbnails are small, upright and never enlarged; a look tells fingerprints, or why there are none."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop.local.thumbnails import fit, look, measure, pack, reduce, shrink
from edge.fingerprint import DHASH_BURST, PHASH_TWIN, dhash, distance, phash
from edge.preprocess import BadImage, open_upright
from tests.pictures import jpeg, laid_down, noise, png, promising, scene

ODD_FILES = sorted(path for path in Path("/work/shared/photos/odd").glob("*") if path.suffix in {".jpg", ".mpo"})

PHOTOS = sorted(Path("/work/shared/photos").glob("*/*/*.jpg"))


@given(width=st.integers(1, 400), height=st.integers(1, 400), size=st.integers(16, 200), kind=st.sampled_from([jpeg, png]))
def test_a_thumbnail_fits_its_square_and_is_never_enlarged(width, height, size, kind):
    small = Image.open(io.BytesIO(shrink(kind(Image.new("RGB", (width, height))), size)))
    assert small.format == "JPEG"
    assert max(small.size) == min(size, max(width, height))
    shorter = min(width, height) * max(small.size) / max(width, height)
    assert abs(min(small.size) - max(1, shorter)) < 2  # rounded twice: as decoded, and as reduced


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [24, 96])
def test_a_thumbnail_is_upright(orientation, size):
    small = Image.open(io.BytesIO(shrink(jpeg(laid_down(scene(192, 128), orientation), orientation), size)))
    assert small.size == (size, size * 2 // 3)
    np.testing.assert_allclose(small.getpixel((size // 4, size // 6)), (255, 0, 0), atol=16)
    np.testing.assert_allclose(small.getpixel((size // 4, size // 2)), (0, 0, 255), atol=16)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [jpeg, lambda picture, orientation: png(scene(192, 128))])
def test_what_a_screen_takes_is_upright_and_blue_comes_first(orientation, kind):
    pixels = fit(reduce(kind(laid_down(scene(192, 128), orientation), orientation), 96), 48, 100)
    assert pixels.shape == (32, 48, 4)
    np.testing.assert_allclose(pixels[8, 12], (0, 0, 255, 255), atol=16)
    np.testing.assert_allclose(pixels[24, 12], (255, 0, 0, 255), atol=16)
    np.testing.assert_allclose(reduce(pack(pixels), 96)[4:12, 4:20], pixels[4:12, 4:20], atol=16)


@given(width=st.integers(1, 900), height=st.integers(1, 900), at_least=st.integers(16, 200), kind=st.sampled_from([jpeg, png]))
def test_a_reduced_picture_is_as_large_as_asked_and_at_most_twice_that(width, height, at_least, kind):
    longer = max(reduce(kind(Image.new("RGB", (width, height))), at_least).shape[:2])
    assert min(at_least, max(width, height)) <= longer <= 2 * at_least


@pytest.mark.parametrize("data", [b"", b"no picture", jpeg(noise(1))[:900], promising(50_000, 50_000)])
def test_a_damaged_picture_has_no_thumbnail_but_a_problem(data):
    with pytest.raises(BadImage):
        shrink(data, 64)
    seen = look(data)
    assert seen.dhash is None
    assert seen.phash is None
    assert seen.problem


@given(start=st.integers(0, 1500), junk=st.binary(min_size=1, max_size=40))
def test_any_damage_is_a_thumbnail_or_bad_and_nothing_else(start, junk):
    data = bytearray(jpeg(noise(2)))
    data[start : start + len(junk)] = junk
    try:
        small = shrink(bytes(data), 32)
    except BadImage:
        return
    assert max(Image.open(io.BytesIO(small)).size) <= 32


@pytest.mark.skipif(not ODD_FILES, reason="the odd pictures are not on this computer")
@pytest.mark.parametrize("path", ODD_FILES, ids=lambda path: path.name)
def test_every_odd_picture_has_a_thumbnail_or_a_problem(path):
    data = path.read_bytes()
    problem = look(data).problem
    if problem is None:
        assert max(Image.open(io.BytesIO(shrink(data, 64))).size) <= 64
    else:
        with pytest.raises(BadImage, match=problem):
            shrink(data, 64)


@pytest.mark.parametrize("fingerprint", [dhash, phash])
def test_a_fingerprint_has_64_bits(fingerprint):
    assert all(0 <= fingerprint(noise(seed)) < 1 << 64 for seed in range(20))


@pytest.mark.skipif(not PHOTOS, reason="the photos are not on this computer")
def test_a_photo_saved_smaller_and_worse_keeps_its_fingerprints():
    for path in PHOTOS[::60]:
        upright = open_upright(path.read_bytes())
        file = io.BytesIO()
        upright.resize((upright.width // 2, upright.height // 2)).save(file, "JPEG", quality=60)
        seen, again = look(path.read_bytes()), look(file.getvalue())
        assert distance(seen.phash, again.phash) <= PHASH_TWIN
        assert distance(seen.dhash, again.dhash) <= DHASH_BURST


def test_brightness_changes_no_fingerprint_much():
    for seed in range(10):
        picture = noise(seed, 320, 240).point(lambda value: value // 2 + 40)
        assert distance(dhash(noise(seed, 320, 240)), dhash(picture)) <= DHASH_BURST
        assert distance(phash(noise(seed, 320, 240)), phash(picture)) <= 2 * PHASH_TWIN


def test_different_pictures_have_different_fingerprints():
    seen = [look(jpeg(noise(seed))) for seed in range(12)]
    assert min(distance(one.phash, other.phash) for one in seen for other in seen if one is not other) > PHASH_TWIN
    assert min(distance(one.dhash, other.dhash) for one in seen for other in seen if one is not other) > DHASH_BURST


@given(one=st.integers(0, (1 << 64) - 1), other=st.integers(0, (1 << 64) - 1), third=st.integers(0, (1 << 64) - 1))
def test_a_distance_is_a_distance(one, other, third):
    assert distance(one, other) == distance(other, one) == sum((one >> bit & 1) != (other >> bit & 1) for bit in range(64))
    assert distance(one, one) == 0
    assert distance(one, third) <= distance(one, other) + distance(other, third)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [jpeg, lambda image, _orientation: png(image)], ids=["jpeg", "png"])
def test_the_size_of_a_picture_is_that_of_it_held_upright(kind, orientation):
    lying = laid_down(scene(192, 128), orientation) if kind is jpeg else scene(192, 128)
    assert measure(kind(lying, orientation)) == (192, 128)


def test_what_has_no_head_has_no_size():
    with pytest.raises(BadImage):
        measure(b"no picture")
