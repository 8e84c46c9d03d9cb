"""JPEG bytes to the network's input. The same function serves training, evaluation and the device."""

import io
import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from edge.contract.bundle import Preprocessing

MAX_IMAGE_BYTES = 20 << 20
MAX_PIXELS = 50_000_000
"""A header may promise more than a computer has; it is read before any pixel is."""

MAX_SCANS = 1000
"""A progressive JPEG has ten. Each is decoded over all pixels (.04 s at fifty million): in scans of fifty
bytes, a file could keep a decoder busy for hours."""

_FORMATS = ("JPEG", "PNG")
SCAN = b"\xff\xda"
"""Begins a scan, and never stands inside one; other data may hold it by chance, every 64 kB."""
_TOO_MANY_PIXELS = f"more than {MAX_PIXELS // 1_000_000} million pixels"


class BadImage(ValueError):
    """Bytes that are no picture for us; the message is a plain reason."""


def open_upright(data: bytes, at_least: int | None = None) -> Image.Image:
    """Decode a picture to RGB, the right way up.

    With ``at_least``, a JPEG is decoded at a reduced scale whose shorter side is still at least twice that many pixels.

    Raises:
        BadImage: empty, too large, truncated, not JPEG or PNG.
    """
    if not data:
        raise BadImage("the file is empty")
    if len(data) > MAX_IMAGE_BYTES:
        raise BadImage(f"larger than {MAX_IMAGE_BYTES >> 20} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise BadImage(_TOO_MANY_PIXELS)
            if image.format != "PNG" and data.count(SCAN) > MAX_SCANS:
                raise BadImage(f"more than {MAX_SCANS} scans")
            if at_least is not None:
                image.draft("RGB", _draft_size(image, at_least))
            return ImageOps.exif_transpose(image).convert("RGB")
    except BadImage:
        raise
    except Image.DecompressionBombError as error:
        raise BadImage(_TOO_MANY_PIXELS) from error
    except Exception as error:
        raise BadImage(_reason(error)) from error


def to_tensor(image: Image.Image, how: Preprocessing) -> NDArray[Any]:
    """Give one picture as the network takes it: uint8, or float32 where ``how`` has a mean; with a batch axis of 1."""
    box = _centre_square(image.size) if how.fit == "crop" else None
    small = image.resize((how.size, how.size), Image.Resampling.BILINEAR, box=box)
    pixels: NDArray[Any] = np.asarray(small, dtype=np.uint8)
    if how.order == "bgr":
        pixels = pixels[:, :, ::-1]
    if how.mean is not None:
        std = np.asarray(how.std or (1.0, 1.0, 1.0), dtype=np.float32)
        pixels = (pixels.astype(np.float32) - np.asarray(how.mean, dtype=np.float32)) / std
    if how.layout == "nchw":
        pixels = pixels.transpose(2, 0, 1)
    return np.ascontiguousarray(pixels)[np.newaxis]


def preprocess(data: bytes, how: Preprocessing) -> NDArray[Any]:
    """Give JPEG bytes as the network takes them, with a batch axis of 1.

    Raises:
        BadImage: as :func:`open_upright`.
    """
    return to_tensor(open_upright(data, at_least=how.size), how)


def _draft_size(image: Image.Image, at_least: int) -> tuple[int, int]:
    """Give the size below which ``draft`` must not go: the shorter side twice ``at_least``, the shape kept."""
    scale = min(1.0, 2 * at_least / min(image.size))
    return math.ceil(image.width * scale), math.ceil(image.height * scale)


def _centre_square(size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    edge = min(width, height)
    left, top = (width - edge) / 2, (height - edge) / 2
    return left, top, left + edge, top + edge


def _reason(error: Exception) -> str:
    text = str(error)
    if "truncated" in text or "Truncated" in text:
        return "the picture is cut off"
    if "cannot identify" in text:
        return "not a JPEG or PNG picture"
    return f"cannot be decoded ({text[:120] or type(error).__name__})"
