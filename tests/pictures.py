"""Pictures made on the spot: JPEG and PNG bytes of any size, the right or the wrong way up, and damaged ones."""

import io
import struct

import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """Give a picture whose quarters are red, green (above), blue and white (below)."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    pixels[height // 2 :, width // 2 :] = (255, 255, 255)
    return Image.fromarray(pixels)


def noise(seed: int, width: int = 64, height: int = 48) -> Image.Image:
    """Give a picture that no other seed gives."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR)


def jpeg(image: Image.Image, orientation: int | None = None) -> bytes:
    """Give a picture as JPEG, with an EXIF orientation if one is named (the pixels stay as they are)."""
    exif = Image.Exif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95, subsampling=0, exif=exif)
    return file.getvalue()


def png(image: Image.Image) -> bytes:
    """Give a picture as PNG."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def laid_down(image: Image.Image, orientation: int) -> Image.Image:
    """Give the pixels that a camera held so would have stored: EXIF ``orientation`` turns them back into ``image``."""
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    return image.copy() if back is None else image.transpose(back)


def promising(width: int, height: int) -> bytes:
    """Give a small JPEG whose header promises this many pixels."""
    data = bytearray(jpeg(scene()))
    frame = data.index(b"\xff\xc0")  # SOF0: length, precision, height, width
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)
