"""One picture: a ground, light, a thing or several, their shadows, and a camera."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from edge.contract.classes import DEFAULT_CLASSES
from edge.scenes import grounds
from edge.scenes.camera import Lens
from edge.scenes.clutter import CLUTTER
from edge.scenes.containers import Pose, beer_mug, coffee_mug, soda_can, wine_bottle
from edge.scenes.layers import Floats, Layer, paste, silhouette, turned
from edge.scenes.light import Light

CLASSES = DEFAULT_CLASSES
_CONTAINERS: dict[str, Callable[[np.random.Generator, Pose], Layer]] = {
    "beer-mug": beer_mug,
    "coffee-mug": coffee_mug,
    "soda-can": soda_can,
    "wine-bottle": wine_bottle,
}
_SHAKE = 0.008
"""By how much the frames of a burst are shifted, in picture sides."""


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
    makers = CATALOGUE_OR_BELT[field]
    canvas = makers[rng.integers(len(makers))](rng, side)
    canvas *= light.colour * np.float32(0.75 + 0.35 * light.direction[2])
    placed: list[_Placed] = []
    if cls in _CONTAINERS:
        if rng.random() < (0.45 if field else 0.25):
            placed.append(_clutter(rng, side, light, rng.uniform(0.3, 0.55), 0.48, field=field))
        placed.append(_container(rng, cls, side, light, field=field))
        if field and rng.random() < 0.3:
            placed.append(_clutter(rng, side, light, rng.uniform(0.2, 0.4), 0.36, field=field))
    else:
        for _ in range(rng.integers(1, 5) if field else rng.integers(1, 4)):
            placed.append(_clutter(rng, side, light, rng.uniform(0.35, 0.7), 0.25 if field else 0.15, field=field))
    for thing in placed:
        _cast(canvas, thing, light)
        paste(canvas, thing.layer, turned(thing.spin), thing.at)
    return canvas


CATALOGUE_OR_BELT = (grounds.CATALOGUE, (grounds.belt, grounds.belt, grounds.belt, grounds.metal))


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
    stands = bool(rng.random() < (0.4 if field else 0.65))
    spin = rng.normal(0, 0.06) if stands else rng.uniform(-np.pi, np.pi)
    if stands:
        tilt = rng.uniform(0.3, 0.9) if field else rng.uniform(0.12, 0.75)
    else:
        tilt = rng.uniform(0.06, 0.45)
    length = side * (rng.uniform(0.4, 0.66) if field else rng.uniform(0.44, 0.66))
    worn = rng.uniform(0.1, 1.0) if field else rng.uniform(0, 0.5)
    layer = _CONTAINERS[cls](rng, Pose(length, tilt, light.turned(spin), worn))
    off = 0.12 if field else 0.06
    return _put(rng, layer, spin, side, off, stands=stands)


def _clutter(rng: np.random.Generator, side: int, light: Light, length: float, off: float, *, field: bool) -> _Placed:
    spin = rng.uniform(-np.pi, np.pi)
    maker = CLUTTER[rng.integers(len(CLUTTER))]
    stands = bool(rng.random() < 0.3)
    if stands:
        spin = rng.normal(0, 0.1)
    pose = Pose(side * length, rng.uniform(0.3, 0.8) if stands else rng.uniform(0.06, 0.5), light.turned(spin), rng.uniform(0, 1))
    angle, far = rng.uniform(0, 2 * np.pi), off * side * rng.uniform(0.6, 1.1)
    return _at(maker(rng, pose), spin, (side / 2 + far * np.cos(angle), side / 2 + far * np.sin(angle)), stands=stands)


def _put(rng: np.random.Generator, layer: Layer, spin: float, side: int, off: float, *, stands: bool) -> _Placed:
    x, y = side / 2 + rng.normal(0, off, 2).clip(-0.26, 0.26) * side
    return _at(layer, spin, (float(x), float(y)), stands=stands)


def _at(layer: Layer, spin: float, middle: tuple[float, float], *, stands: bool) -> _Placed:
    """Place a layer so that its middle is seen there."""
    rows, columns = layer.alpha.shape
    away = turned(spin) @ (np.asarray(layer.origin) - (columns / 2, rows / 2))
    return _Placed(layer, spin, (float(middle[0] + away[0]), float(middle[1] + away[1])), stands)


def _cast(canvas: Floats, thing: _Placed, light: Light) -> None:
    """Darken the ground where a thing keeps the light away: far from the lamp, and close under it."""
    small = 4
    size = -(-canvas.shape[0] // small)
    x, y, z = light.direction
    reach = min(0.9, 0.5 * np.hypot(x, y) / z)
    away = np.asarray((-x, y)) / max(np.hypot(x, y), 1e-6) * reach
    at = np.asarray(thing.at) / small
    thick = min(thing.layer.alpha.shape) * 0.16 / small
    if thing.stands:
        # The axis, upright in the picture, falls on the ground away from the lamp; the width stays.
        matrix = np.array(((1.0, -away[0]), (0.0, -min(away[1], -0.12) if away[1] < 0 else -away[1] - 0.12))) / small
        falls = silhouette(thing.layer, matrix, (float(at[0]), float(at[1])), size)
    else:
        matrix = turned(thing.spin, 1 / small)
        falls = silhouette(thing.layer, matrix, (float(at[0] + away[0] * thick * 2), float(at[1] + away[1] * thick * 2)), size)
    close = silhouette(thing.layer, turned(thing.spin, 1 / small), (float(at[0]), float(at[1] + 1)), size)
    shade = _grown(falls, 1.6 + thick * 0.18, canvas.shape[0]) * (0.62 * (1 - light.ambient) + 0.1)
    shade = np.maximum(shade, _grown(close, 2.2, canvas.shape[0]) * 0.4)
    canvas *= (1 - shade)[..., np.newaxis]


def _grown(small: Image.Image, blur: float, side: int) -> NDArray[np.float32]:
    soft = small.filter(ImageFilter.GaussianBlur(blur)).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(soft, np.float32) / 255
