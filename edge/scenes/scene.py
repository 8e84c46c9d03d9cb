"""One picture: a ground, light, a thing or several, their shadows, and a camera."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from edge.contract.classes import DEFAULT_CLASSES
from edge.scenes import grounds
from edge.scenes.camera import Lens
from edge.scenes.clutter import CLUTTER, STANDING
from edge.scenes.containers import soda_can, wine_bottle
from edge.scenes.layers import Floats, Layer, paste, silhouette, turned
from edge.scenes.light import Light
from edge.scenes.mugs import beer_mug, coffee_mug
from edge.scenes.pose import Pose

CLASSES = DEFAULT_CLASSES
_CONTAINERS: dict[str, Callable[[np.random.Generator, Pose], Layer]] = {
    "beer-mug": beer_mug,
    "coffee-mug": coffee_mug,
    "soda-can": soda_can,
    "wine-bottle": wine_bottle,
}
_SHAKE = 0.008
"""By how much the frames of a burst are shifted, in picture sides."""
_COARSE = 4
"""Shadows are soft and drawn this much smaller."""


@dataclass(frozen=True, slots=True)
class _Placed:
    layer: Layer
    spin: float
    at: tuple[float, float]
    """Of the middle of its axis, or of its base if it stands."""
    stands: bool


def draw(cls: str, seed: int, size: int = 400, *, field: bool = False, jitter: int = 0) -> bytes:
    """Give a square JPEG of something of a class.

    Args:
        cls: One of ``CLASSES``.
        seed: Which of the many.
        size: Its side in pixels.
        field: As a camera over a conveyor belt sees it, not as in a training set.
        jitter: Which frame of a burst: the same scene, a little shifted and with noise of its own.

    Raises:
        ValueError: no such class.
    """
    if cls not in CLASSES:
        raise ValueError(f"{cls} is none of {', '.join(CLASSES)}")
    kind = CLASSES.index(cls)
    rng = np.random.default_rng((seed, kind, int(field)))
    margin = max(1, int(size * _SHAKE * 2))
    scene = _scene(rng, cls, size + 2 * margin, field=field)
    lens = Lens.chosen(rng, field=field)
    shake = np.random.default_rng((seed, kind, int(field), 1 + jitter))
    right, down = (shake.uniform(-_SHAKE, _SHAKE, 2) * size).astype(int) + margin if jitter else (margin, margin)
    return lens.photograph(scene[down : down + size, right : right + size], shake)


def _scene(rng: np.random.Generator, cls: str, side: int, *, field: bool) -> Floats:
    light = _light(rng, field=field)
    makers = grounds.FIELD if field else grounds.CATALOGUE
    canvas = makers[rng.integers(len(makers))](rng, side)
    canvas *= light.colour * np.float32(0.75 + 0.35 * light.direction[2])
    placed: list[_Placed] = []
    if cls in _CONTAINERS:
        if rng.random() < (0.45 if field else 0.25):
            placed.append(_clutter(rng, side, light, rng.uniform(0.3, 0.55), 0.48))
        placed.append(_container(rng, cls, side, light, field=field))
        if field and rng.random() < 0.3:
            placed.append(_clutter(rng, side, light, rng.uniform(0.2, 0.4), 0.36))
    else:
        count = rng.integers(1, 5) if field else rng.integers(1, 4)
        placed += [_clutter(rng, side, light, rng.uniform(0.35, 0.7), 0.25 if field else 0.15) for _ in range(count)]
    for thing in placed:
        _cast(canvas, thing, light)
        paste(canvas, thing.layer, turned(thing.spin), thing.at)
    return canvas


def _light(rng: np.random.Generator, *, field: bool) -> Light:
    around, high = rng.uniform(0.15, 0.85) * np.pi, rng.uniform(0.45, 1.0)
    if field and rng.random() < 0.4:
        around = rng.uniform(0, 2 * np.pi)
    direction = (float(np.cos(around) * np.cos(high)), float(np.sin(around) * np.cos(high)), float(np.sin(high)))
    warm = rng.normal(0.02, 0.09 if field else 0.05)
    colour = np.asarray((1 + warm, 1.0, 1 - warm), np.float32)
    ambient = rng.uniform(0.25, 0.5) if field else rng.uniform(0.4, 0.6)
    return Light(direction, colour, ambient, float(rng.uniform(0.1, 0.24)))


def _container(rng: np.random.Generator, cls: str, side: int, light: Light, *, field: bool) -> _Placed:
    upright = (0.7, 0.85) if cls in ("beer-mug", "coffee-mug") else (0.4, 0.65)
    stands = bool(rng.random() < upright[not field])
    spin = rng.normal(0, 0.12 if field else 0.06) if stands else rng.uniform(-np.pi, np.pi)
    tilt = rng.uniform(0.06, 0.45) if not stands else rng.uniform(0.3, 0.9) if field else rng.uniform(0.12, 0.75)
    length = side * (rng.uniform(0.4, 0.66) if field else rng.uniform(0.44, 0.66))
    worn = rng.uniform(0.1, 0.95) if field else rng.uniform(0, 0.6)
    layer = _CONTAINERS[cls](rng, Pose(length, tilt, light.turned(spin), worn, lies=not stands))
    x, y = (0.5 + rng.normal(0, 0.12 if field else 0.06, 2).clip(-0.26, 0.26)) * side
    return _at(layer, spin, (float(x), float(y)), stands=stands)


def _clutter(rng: np.random.Generator, side: int, light: Light, length: float, off: float) -> _Placed:
    maker = CLUTTER[rng.integers(len(CLUTTER))]
    stands = maker in STANDING and bool(rng.random() < 0.5)
    spin = rng.normal(0, 0.1) if stands else rng.uniform(-np.pi, np.pi)
    tilt = rng.uniform(0.3, 0.8) if stands else rng.uniform(0.06, 0.5)
    pose = Pose(side * length, tilt, light.turned(spin), rng.uniform(0, 1))
    angle, far = rng.uniform(0, 2 * np.pi), off * side * rng.uniform(0.6, 1.1)
    return _at(maker(rng, pose), spin, (side / 2 + far * np.cos(angle), side / 2 + far * np.sin(angle)), stands=stands)


def _at(layer: Layer, spin: float, middle: tuple[float, float], *, stands: bool) -> _Placed:
    """Place a layer so that its middle is seen there."""
    rows, columns = layer.alpha.shape
    away = turned(spin) @ (np.asarray(layer.origin) - (columns / 2, rows / 2))
    return _Placed(layer, spin, (float(middle[0] + away[0]), float(middle[1] + away[1])), stands)


def _cast(canvas: Floats, thing: _Placed, light: Light) -> None:
    """Darken the ground where a thing keeps the light away: far from the lamp, and close under it."""
    side = canvas.shape[0]
    size = -(-side // _COARSE)
    x, y, z = light.direction
    long = float(np.hypot(x, y))
    reach = min(0.9, 0.5 * long / z) / max(long, 1e-6)
    right, down = -x * reach, y * reach
    column, row = thing.at[0] / _COARSE, thing.at[1] / _COARSE
    thick = min(thing.layer.alpha.shape) * 0.16 / _COARSE
    as_seen = turned(thing.spin, 1 / _COARSE)
    if thing.stands:
        # The axis, upright in the picture, falls on the ground away from the lamp; the width stays.
        down = min(down, -0.12) if down < 0 else down + 0.12
        matrix = np.array(((1.0, -right), (0.0, -down))) / _COARSE
        falls = silhouette(thing.layer, matrix, (column, row), size)
    else:
        falls = silhouette(thing.layer, as_seen, (column + 2 * right * thick, row + 2 * down * thick), size)
    close = silhouette(thing.layer, as_seen, (column, row + 1 + thing.stands), size)
    falls = _faded(falls, 1.6 + thick * 0.18, 0.62 * (1 - light.ambient) + 0.1)
    light_left = ImageChops.invert(ImageChops.lighter(falls, _faded(close, 2.2, 0.45)))
    light_left = light_left.resize((side, side), Image.Resampling.BILINEAR)
    canvas *= (np.asarray(light_left, np.float32) / 255)[..., np.newaxis]


def _faded(shadow: Image.Image, blur: float, strength: float) -> Image.Image:
    return shadow.filter(ImageFilter.GaussianBlur(blur)).point([int(value * strength) for value in range(256)])
