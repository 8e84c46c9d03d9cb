"""Thumbnails of camera pictures, against Pillow's full decode, reduction and encoding of the same."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from desktop.local.thumbnails import shrink
from edge.scenes import CLASSES, draw
from tests.benchmarks.measure import Result, race

_SIZE, _COUNT = 176, 10


def thumbnails(_folder: Path) -> Result:
    pictures = [_camera_picture(number) for number in range(_COUNT)]

    def ours() -> None:
        for picture in pictures:
            shrink(picture, _SIZE)

    def peer() -> None:
        for picture in pictures:
            image = Image.open(io.BytesIO(picture))
            image.load()
            image.thumbnail((_SIZE, _SIZE))
            image.save(io.BytesIO(), "JPEG", quality=85)

    return race("thumbnails", ours, peer, peer_name="Pillow, full decode", goal=3.0, n=_COUNT, rounds=9)


def _camera_picture(seed: int) -> bytes:
    """Give a drawn scene at 1600 × 1200 with the noise of a sensor, as a camera's JPEG."""
    scene = Image.open(io.BytesIO(draw(CLASSES[seed % len(CLASSES)], seed, field=True)))
    large = np.asarray(scene.resize((1600, 1200), Image.Resampling.BICUBIC), dtype=np.int16)
    noise = np.random.default_rng(seed).normal(0, 3, large.shape)
    data = io.BytesIO()
    Image.fromarray((large + noise).clip(0, 255).astype(np.uint8)).save(data, "JPEG", quality=85)
    return data.getvalue()
