import contextlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from edge.jpeg import BadJpeg, strip_tags
from tests.bundles import picture

SECRET = b"48.2082 N 16.3738 E, Vienna"


def tagged(orientation=1, *, progressive=False, restart=False, mode="RGB"):
    """A JPEG with everything in it that may be in one."""
    pixels = np.random.default_rng(3).integers(0, 256, (24, 40, 3)).astype(np.uint8)
    image = Image.fromarray(pixels).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    file = io.BytesIO()
    extra = {"restart_marker_blocks": 2} if restart else {}
    image.save(file, "JPEG", exif=exif, comment=SECRET, progressive=progressive, icc_profile=b"profile", dpi=(72, 72), **extra)
    return file.getvalue()


def with_segment(jpeg, marker, body):
    return jpeg[:2] + bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart": True}, {"mode": "L"}, {"mode": "CMYK"}])
def test_the_pixels_stay_and_the_tags_go(how):
    jpeg = tagged(**how) + b"trailer " + SECRET
    stripped = strip_tags(jpeg)
    assert SECRET in jpeg
    assert SECRET not in stripped
    before, after = Image.open(io.BytesIO(jpeg)), Image.open(io.BytesIO(stripped))
    assert np.array_equal(np.asarray(before), np.asarray(after))
    assert after.info["icc_profile"] == b"profile"
    assert dict(after.getexif()) == {}


@pytest.mark.parametrize("marker", [0xE1, 0xE2, 0xE3, 0xED, 0xEF, 0xFE])
def test_no_kind_of_tag_survives(marker):
    assert SECRET not in strip_tags(with_segment(picture(), marker, SECRET))


def test_a_thumbnail_in_the_header_goes():
    jpeg = picture()
    thumbnail = b"JFIF\0\x01\x01\0\0\x01\0\x01\x03\x03" + SECRET
    swapped = jpeg[:2] + b"\xff\xe0" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + jpeg[20:]
    assert jpeg[6:10] == b"JFIF"
    assert SECRET not in strip_tags(swapped)
    assert strip_tags(swapped)[:20] == jpeg[:20]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_which_way_is_up_stays(orientation):
    jpeg = tagged(orientation)
    upright = [np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))) for data in (jpeg, strip_tags(jpeg))]
    assert np.array_equal(*upright)
    assert dict(Image.open(io.BytesIO(strip_tags(jpeg))).getexif()) == {0x0112: orientation}


@pytest.mark.parametrize("data", [tagged(), tagged(6), tagged(3, progressive=True), picture()])
def test_stripping_twice_is_stripping_once(data):
    assert strip_tags(strip_tags(data)) == strip_tags(data)


def test_a_picture_without_tags_keeps_its_very_bytes():
    assert strip_tags(picture()) == picture()


@given(st.integers(0, len(picture()) - 1))
def test_a_cut_file_is_refused_wherever_it_is_cut(length):
    with pytest.raises(BadJpeg):
        strip_tags(picture()[:length])


@given(st.binary(max_size=200), st.booleans())
def test_rubbish_is_refused_and_nothing_else_happens(data, begins_well):
    with pytest.raises(BadJpeg):
        strip_tags(b"\xff\xd8" * begins_well + data[:100].replace(b"\xff\xd9", b""))


@given(st.integers(0, 255), st.integers(0, 10_000))
def test_a_changed_byte_raises_nothing_but_its_own_error(value, at):
    data = bytearray(tagged(6))
    data[at % len(data)] = value
    with contextlib.suppress(BadJpeg):
        assert strip_tags(bytes(data))[:2] == b"\xff\xd8"


@pytest.mark.parametrize("tiff", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"XX*\0\x08\0\0\0"])
def test_broken_tags_cost_the_orientation_and_not_the_picture(tiff):
    assert strip_tags(with_segment(picture(), 0xE1, b"Exif\0\0" + tiff)) == picture()


@pytest.mark.parametrize("end", [b"\x00\xff\xd9", b"\xff\xd9", b""], ids=["data", "the end", "nothing"])
def test_a_megabyte_that_only_fills_takes_no_hours(end):
    jpeg = picture()
    filled = jpeg[:-2] + b"\xff" * (1 << 20) + end
    if end:
        assert strip_tags(filled) == filled
    else:
        with pytest.raises(BadJpeg, match="cut off"):
            strip_tags(filled)


def test_tags_behind_a_scan_go_though_something_fills_the_space_before():
    jpeg = tagged(progressive=True)
    scan = jpeg.rindex(b"\xff\xda")
    comment = b"\xff\xff\xff\xfe" + (len(SECRET) + 2).to_bytes(2, "big") + SECRET
    stripped = strip_tags(jpeg[:scan] + comment + jpeg[scan:])
    assert SECRET not in stripped
    assert np.array_equal(*(np.asarray(Image.open(io.BytesIO(data))) for data in (jpeg, stripped)))
