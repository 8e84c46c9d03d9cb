"""Shapes drawn on a mottled ground: classes that a model can learn from five pictures each.

images = draw_images(folder, {"disc": 5, "stripes": 5})     # files, as a training plan names them
"""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from desktop.core.ports import TrainingImage

KINDS = ("disc", "stripes", "cross")


def draw(kind: str, seed: int, size: int = 96) -> bytes:
    """Give a JPEG; the same kind and seed give the same bytes."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    ground = rng.integers(90, 160, (8, 8, 3), dtype=np.uint8)
    image = Image.fromarray(ground).resize((size, size), Image.Resampling.BICUBIC)
    pen, colour = ImageDraw.Draw(image), tuple(int(value) for value in rng.integers(0, 256, 3))
    x, y, r = (int(size * value) for value in rng.uniform((0.35, 0.35, 0.2), (0.65, 0.65, 0.35)))
    if kind == "disc":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    elif kind == "stripes":
        for left in range(x % 12, size, 12):
            pen.rectangle((left, 0, left + 5, size), fill=colour)
    else:
        pen.line((x - r, y - r, x + r, y + r), fill=colour, width=8)
        pen.line((x - r, y + r, x + r, y - r), fill=colour, width=8)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def draw_images(folder: Path, counts: Mapping[str, int]) -> tuple[TrainingImage, ...]:
    """Draw so many of each kind into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        keep(folder / f"{kind}-{seed}.jpg", draw(kind, seed), kind) for kind, count in counts.items() for seed in range(count)
    )


def keep(path: Path, data: bytes, label: str, burst: str = "") -> TrainingImage:
    """Write a file and give it as a training plan names it."""
    path.write_bytes(data)
    return TrainingImage(str(path), hashlib.sha256(data).hexdigest(), label, burst)
