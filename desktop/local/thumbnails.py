"""Small JPEGs, and a look at a picture: fingerprints, or why it cannot be decoded.

simplejpeg decodes a JPEG at a reduced scale (libjpeg-turbo's) faster than any other way measured; what it does not take
(PNG, CMYK, damaged files) goes through the same door as on the device.
"""

import io
import warnings

import numpy as np
import simplejpeg
from PIL import Image, ImageOps

from desktop.core.pictures import Look
from edge.fingerprint import dhash, phash
from edge.preprocess import MAX_IMAGE_BYTES, MAX_PIXELS, MAX_SCANS, SCAN, BadImage, open_upright

_QUALITY = 85
_LOOK_SIZE = 64
"""Fingerprints look at 32 × 32 pixels at most; twice that is decoded."""


def shrink(data: bytes, size: int) -> bytes:
    """Give a JPEG that fits a square of ``size`` pixels, the right way up, never enlarged.

    Raises:
        BadImage: it cannot be decoded.
    """
    image = _reduced(data, size) or open_upright(data, at_least=size)
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    small: bytes = simplejpeg.encode_jpeg(np.asarray(image), quality=_QUALITY, colorsubsampling="420")
    return small


def look(data: bytes) -> Look:
    """Decode a picture and give its fingerprints, or the reason why it cannot be decoded."""
    try:
        image = open_upright(data, at_least=_LOOK_SIZE)
    except BadImage as error:
        return Look(None, None, str(error))
    return Look(dhash(image), phash(image), None)


def _reduced(data: bytes, size: int) -> Image.Image | None:
    """Decode at the smallest scale that still has the wanted pixels, then reduce; None where the careful way must be taken.

    At an eighth, libjpeg-turbo gives the mean of each 8 × 8 block: nothing is skipped, and half the time is saved.
    """
    if len(data) > MAX_IMAGE_BYTES or data.count(SCAN) > MAX_SCANS:
        return None
    try:
        height, width, space, _sampling = simplejpeg.decode_jpeg_header(data)
        if space == "CMYK" or height * width > MAX_PIXELS:
            return None
        scale = min(1.0, size / max(height, width))
        pixels = simplejpeg.decode_jpeg(
            data, "RGB", min_height=round(height * scale), min_width=round(width * scale), min_factor=1
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            orientation = Image.open(io.BytesIO(data), formats=("JPEG",)).getexif().get(0x0112, 1)
        exact = (max(1, round(width * scale)), max(1, round(height * scale)))
        return _turned(Image.fromarray(pixels).resize(exact, Image.Resampling.LANCZOS), orientation)
    except Exception:  # noqa: BLE001 - damaged files make both libraries raise nearly anything; the careful way tells why
        return None


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    if orientation == 1:
        return image
    image.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(image)
