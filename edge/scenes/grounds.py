"""What things lie on."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from edge.scenes.layers import Floats, cloud, step


def paper(rng: np.random.Generator, side: int) -> Floats:
    """Give a photographer's backdrop: one colour, fading."""
    colour = np.asarray((0.85, 0.85, 0.86)) * rng.uniform(0.3, 1.08) + rng.normal(0, 0.04, 3)
    return _coloured(colour, 1 + _slope(rng, side, 0.2) + cloud(rng, (side, side), (3, 3)) * 0.03)


def wood(rng: np.random.Generator, side: int) -> Floats:
    """Give a table of planks."""
    grain = cloud(rng, (side, side), (side // 4, 3)) * 0.07 + cloud(rng, (side, side), (side // 14, 2)) * 0.09
    planks = rng.integers(2, 6)
    rows = np.arange(side)
    plank = rows * planks // side
    tone = (1 + rng.normal(0, 0.09, planks))[plank][:, np.newaxis]
    seam = 1 - 0.5 * (np.abs(rows * planks / side - np.rint(rows * planks / side)) < 0.008)[:, np.newaxis]
    colour = np.asarray(((0.62, 0.42, 0.25), (0.45, 0.28, 0.16), (0.76, 0.6, 0.42), (0.5, 0.45, 0.4))[rng.integers(4)])
    picture = _coloured(colour, (1 + grain) * tone * seam + _slope(rng, side, 0.15))
    return picture if rng.random() < 0.5 else np.ascontiguousarray(picture.transpose(1, 0, 2))


def metal(rng: np.random.Generator, side: int) -> Floats:
    """Give brushed steel."""
    brushed = cloud(rng, (side, side), (side // 2, 4)) * 0.045
    sheen = cloud(rng, (side, side), (2, 3)) * 0.1
    picture = _coloured(np.asarray((0.55, 0.57, 0.6)) * rng.uniform(0.7, 1.15), 1 + brushed + sheen + _slope(rng, side, 0.3))
    return picture if rng.random() < 0.5 else np.ascontiguousarray(picture.transpose(1, 0, 2))


def cloth(rng: np.random.Generator, side: int) -> Floats:
    """Give a table cloth: woven, perhaps checked."""
    colour = rng.uniform(0.15, 0.85, 3) * 0.6 + 0.25 * rng.uniform(0.3, 1.2)
    along = np.arange(side, dtype=np.float32) * (400 / side)
    weave = 0.05 * np.sin(along * 1.6)[:, np.newaxis] + 0.05 * np.sin(along * 1.6)[np.newaxis]
    folds = cloud(rng, (side, side), (4, 3)) * 0.09
    picture = _coloured(colour, 1 + weave + folds + _slope(rng, side, 0.15))
    if rng.random() < 0.4:
        check = (np.sin(along * rng.uniform(0.06, 0.14)) > 0).astype(np.float32)
        picture *= (1 - 0.28 * check[:, np.newaxis] * 0.9 - 0.28 * check[np.newaxis])[..., np.newaxis]
    return picture


def cardboard(rng: np.random.Generator, side: int) -> Floats:
    """Give the bottom of a box."""
    lines = 0.02 * np.sin(np.arange(side, dtype=np.float32) * (400 / side) * rng.uniform(0.5, 0.9))[:, np.newaxis]
    flecks = rng.standard_normal((side, side), np.float32) * 0.02
    return _coloured(np.asarray((0.68, 0.52, 0.36)) * rng.uniform(0.8, 1.1), 1 + lines + flecks + _slope(rng, side, 0.2))


def belt(rng: np.random.Generator, side: int) -> Floats:
    """Give a conveyor belt: dark rubber, ribbed or seamed, dirty, with a rail where the camera sees its edge."""
    scale = side / 400
    along = np.arange(side, dtype=np.float32) / scale + rng.uniform(0, 200)
    grain = rng.standard_normal((side, side), np.float32) * 0.05
    half = (side + 1) // 2  # what is soft may be drawn small
    dirt = cloud(rng, (half, half), (5, 6)) * 0.12 + cloud(rng, (half, half), (16, 16)) * 0.06
    worn = cloud(rng, (half, half), (2, half // 5)) * 0.06
    tone = 1 + grain + _resized(dirt + worn + _slope(rng, half, 0.35), side)
    kind = rng.integers(4)
    if kind == 0:
        tone = tone + 0.16 * np.sin(along * 2 * np.pi / rng.uniform(9, 16))[:, np.newaxis]
    elif kind == 1:
        gap = along % rng.uniform(120, 190)
        tone = tone * (1 - 0.5 * (gap < 5) + 0.35 * ((gap >= 5) & (gap < 9)))[:, np.newaxis]
    elif kind == 2:
        period = max(4, int(22 * scale))
        place = np.arange(period)
        cross = (np.add.outer(place, place) % period < 3 * scale) | (np.subtract.outer(place, place) % period < 3 * scale)
        times = side // period + 1
        tone = tone + np.tile(cross.astype(np.float32) * 0.1, (times, times))[:side, :side]
    colour = np.asarray(
        ((0.27, 0.27, 0.28), (0.19, 0.2, 0.2), (0.17, 0.31, 0.23), (0.26, 0.31, 0.4), (0.42, 0.4, 0.37))[rng.integers(5)]
    )
    picture = _coloured(colour * rng.uniform(0.8, 1.3), tone)
    if rng.random() < 0.4:
        width = int(rng.uniform(0.06, 0.16) * side)
        across = np.linspace(0, 3, width, dtype=np.float32)
        rail = 0.45 + 0.22 * np.cos(across * 2.2) - 0.4 * (across > 2.7)
        picture[:, :width] = rail[np.newaxis, :, np.newaxis] * (1 + cloud(rng, (side, width), (9, 2)) * 0.05)[..., np.newaxis]
        if rng.random() < 0.5:
            picture = np.ascontiguousarray(picture[:, ::-1])
    litter = step(cloud(rng, (side, side), (int(rng.integers(14, 40)),) * 2), rng.uniform(2.3, 3.2), 0.15)
    there = litter > 0
    picture[there] += (rng.uniform(0.3, 0.8, 3).astype(np.float32) - picture[there]) * litter[there, np.newaxis] * 0.8
    return picture if rng.random() < 0.6 else np.ascontiguousarray(picture.transpose(1, 0, 2))


CATALOGUE: tuple[Callable[[np.random.Generator, int], Floats], ...] = (paper, paper, wood, metal, cloth, cardboard)
"""Where things are photographed for a training set."""
FIELD = (belt, belt, belt, metal)
"""What a camera in a plant looks at."""


def _coloured(colour: Floats, tone: Floats) -> Floats:
    return np.asarray(np.asarray(colour, np.float32) * tone.astype(np.float32, copy=False)[..., np.newaxis])


def _resized(values: Floats, side: int) -> Floats:
    return np.asarray(Image.fromarray(values).resize((side, side), Image.Resampling.BILINEAR))


def _slope(rng: np.random.Generator, side: int, strength: float) -> Floats:
    """Give light that falls off to one side."""
    angle, along = rng.uniform(0, 2 * np.pi), np.linspace(-1, 1, side, dtype=np.float32)
    return np.asarray(
        (along[np.newaxis] * np.float32(np.cos(angle)) + along[:, np.newaxis] * np.float32(np.sin(angle)))
        * (strength * rng.uniform(0.6, 1))
    )
