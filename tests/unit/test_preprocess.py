"""One function from JPEG bytes to the network's input, on every computer; damaged pictures give a reason."""

import io
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from edge.contract.bundle import Preprocessing
from edge.preprocess import MAX_IMAGE_BYTES, MAX_PIXELS, MAX_SCANS, BadImage, open_upright, preprocess, to_tensor
from tests.pictures import jpeg, laid_down, noise, png, promising, scene

ODD = Path("/work/shared/photos/odd")
ODD_FILES = sorted(path for path in ODD.glob("*") if path.suffix in {".jpg", ".mpo"})
CUT = {"pillow_truncated_jpeg.jpg", "pillow_ultrahdr.jpg"}
NHWC = Preprocessing(size=32)


def test_a_header_that_promises_too_much_costs_nothing():
    data = promising(50_000, 50_000)
    tracemalloc.start()
    try:
        with pytest.raises(BadImage, match="more than 50 million pixels"):
            open_upright(data)
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


def test_a_picture_just_over_the_cap_is_refused_before_it_is_decoded():
    with pytest.raises(BadImage, match="million pixels"):
        open_upright(promising(MAX_PIXELS // 1000 + 1, 1000))


def test_a_png_bomb_is_refused():
    data = bytearray(png(scene()))
    data[16:24] = (60_000).to_bytes(4, "big") * 2  # IHDR: width, height; its checksum stays wrong
    with pytest.raises(BadImage):
        open_upright(bytes(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xff\xd8" + bytes(MAX_IMAGE_BYTES), "larger than 20 MB"),
        (b"GIF89a" + bytes(100), "not a JPEG or PNG picture"),
        (b"<svg/>", "not a JPEG or PNG picture"),
        (jpeg(noise(1))[:900], "the picture is cut off"),
        (jpeg(noise(1))[:10], "the picture is cut off"),
    ],
)
def test_bytes_that_are_no_picture_are_refused_with_a_plain_reason(data, reason):
    with pytest.raises(BadImage, match=re.escape(reason)):
        preprocess(data, NHWC)


@given(start=st.integers(0, 1500), junk=st.binary(min_size=1, max_size=40), kind=st.sampled_from([jpeg, png]))
def test_a_damaged_picture_is_a_picture_or_bad_and_nothing_else(start, junk, kind):
    data = bytearray(kind(noise(2)))
    data[start : start + len(junk)] = junk
    try:
        image = open_upright(bytes(data))
    except BadImage:
        return
    assert image.mode == "RGB"


@given(st.binary(max_size=60))
def test_a_picture_with_any_exif_is_a_picture_or_bad_and_nothing_else(junk):
    data = jpeg(scene())
    exif = b"Exif\x00\x00MM\x00\x2a" + junk
    try:
        image = open_upright(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:])
    except BadImage:
        return
    assert sorted(image.size) == [64, 96]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("at_least", [None, 8])
def test_a_picture_comes_the_right_way_up(orientation, at_least):
    image = open_upright(jpeg(laid_down(scene(), orientation), orientation), at_least)
    assert image.width > image.height
    width, height = image.size
    corners = [image.getpixel((x, y)) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    wanted = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    np.testing.assert_allclose(corners, wanted, atol=12)


@pytest.mark.skipif(not ODD_FILES, reason="the odd pictures are not on this computer")
@pytest.mark.parametrize("path", ODD_FILES, ids=lambda path: path.name)
def test_every_odd_picture_is_upright_or_bad_with_a_reason(path):
    data = path.read_bytes()
    if path.name in CUT:
        with pytest.raises(BadImage, match="cut off"):
            preprocess(data, NHWC)
        return
    image = open_upright(data, at_least=32)
    assert preprocess(data, NHWC).shape == (1, 32, 32, 3)
    if path.name.startswith("orient_"):
        assert ("landscape" in path.name) == (image.width > image.height)


@pytest.mark.skipif(not ODD_FILES, reason="the odd pictures are not on this computer")
@pytest.mark.parametrize("kind", ["landscape", "portrait"])
def test_a_photo_looks_the_same_whichever_way_it_was_stored(kind):
    """The photos differ by the digit drawn into them, and by their compression."""
    upright = _small(ODD / f"orient_{kind}_1.jpg")
    for orientation in range(2, 9):
        assert np.abs(_small(ODD / f"orient_{kind}_{orientation}.jpg") - upright).mean() < 8


def _small(path):
    return np.asarray(open_upright(path.read_bytes()).resize((32, 32)), dtype=np.float64)


def test_grey_palette_transparent_and_cmyk_pictures_become_rgb():
    for mode, kind in (("L", jpeg), ("CMYK", jpeg), ("L", png), ("P", png), ("RGBA", png), ("1", png), ("LA", png)):
        tensor = preprocess(kind(scene().convert(mode)), NHWC)
        assert (tensor.shape, tensor.dtype) == ((1, 32, 32, 3), np.uint8)


def test_a_cmyk_picture_keeps_its_colours():
    image = open_upright(jpeg(scene().convert("CMYK")))
    np.testing.assert_allclose(image.getpixel((10, 10)), (255, 0, 0), atol=12)


@given(width=st.integers(20, 700), height=st.integers(20, 700), target=st.integers(8, 200))
def test_a_draft_is_never_smaller_than_twice_the_target(width, height, target):
    image = open_upright(jpeg(Image.new("L", (width, height))), at_least=target)
    assert min(image.size) >= min(2 * target, width, height)
    assert abs(image.width * height - image.height * width) <= 8 * max(width, height)


def test_a_large_picture_is_decoded_at_a_reduced_scale():
    assert open_upright(jpeg(Image.new("RGB", (1600, 1200))), at_least=64).size == (200, 150)


def test_crop_takes_the_largest_centred_square():
    picture = Image.new("RGB", (96, 64), (0, 0, 0))
    picture.paste((255, 255, 255), (16, 0, 80, 64))
    assert to_tensor(picture, NHWC)[0, :, 1:-1].min() == 255  # bilinear looks one pixel over the square's edge


def test_squash_takes_the_whole_picture():
    quarters = to_tensor(scene(96, 64), Preprocessing(size=32, fit="squash"))[0]
    np.testing.assert_array_equal(quarters[4, 4], (255, 0, 0))
    np.testing.assert_array_equal(quarters[4, -4], (0, 255, 0))
    np.testing.assert_array_equal(quarters[-4, 4], (0, 0, 255))


def test_order_and_layout_only_rearrange():
    rgb = to_tensor(noise(3), NHWC)
    np.testing.assert_array_equal(to_tensor(noise(3), Preprocessing(size=32, order="bgr")), rgb[..., ::-1])
    np.testing.assert_array_equal(to_tensor(noise(3), Preprocessing(size=32, layout="nchw")), rgb.transpose(0, 3, 1, 2))


def test_mean_and_std_are_those_of_the_manifests_channel_order():
    how = Preprocessing(size=32, order="bgr", layout="nchw", mean=(10.0, 20.0, 30.0), std=(2.0, 4.0, 8.0))
    tensor = to_tensor(noise(3), how)
    blue = to_tensor(noise(3), NHWC)[..., 2].astype(np.float64)
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous
    np.testing.assert_allclose(tensor[:, 0], (blue - 10) / 2, rtol=1e-6)


def test_a_mean_without_std_is_only_subtracted():
    how = Preprocessing(size=32, mean=(1.0, 1.0, 1.0))
    np.testing.assert_array_equal(to_tensor(noise(3), how), to_tensor(noise(3), NHWC).astype(np.float32) - 1)


@given(fit=st.sampled_from(["crop", "squash"]), seed=st.integers(0, 5), size=st.integers(16, 64))
def test_training_and_device_see_the_same_numbers(fit, seed, size):
    """Training opens first and turns into a tensor later; the device does both at once."""
    how = Preprocessing(size=size, fit=fit)
    data = jpeg(noise(seed, 640, 480))
    np.testing.assert_array_equal(preprocess(data, how), to_tensor(open_upright(data, at_least=size), how))


def test_a_picture_of_very_many_scans_is_refused_and_a_progressive_one_is_not():
    file = io.BytesIO()
    scene().save(file, "JPEG", progressive=True)
    progressive = file.getvalue()
    last = progressive[progressive.rindex(b"\xff\xda") : -2]
    assert preprocess(progressive, NHWC).shape == (1, 32, 32, 3)
    with pytest.raises(BadImage, match="scans"):
        open_upright(progressive[:-2] + last * MAX_SCANS + progressive[-2:])
