"""Turned solids and tubes: where their surface is seen, and which way it faces.

A turned solid is a stack of circles along its axis. Seen with the top leaning towards the camera, a circle is an ellipse, and
what is seen of it is the lower edge that no higher circle hides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from edge.scenes.layers import Floats, Layer


@dataclass(frozen=True, slots=True)
class Surface:
    """The visible side of a turned solid. Arrays are [rows, columns], the axis upright, the base's centre at the origin."""

    height: Floats
    """Along the axis, from 0 at the base to 1."""
    angle: Floats
    """About the axis, from -π/2 at the left edge to π/2."""
    normal: Floats
    """[rows, columns, 3]: right, up, towards the camera; of length 1."""
    alpha: Floats
    lid_x: Floats
    """Place on the plane of the upper end, its edge being the unit circle."""
    lid_y: Floats
    origin: tuple[float, float]
    length: float
    """Of the axis, in pixels."""
    tilt: float

    @property
    def lid(self) -> Floats:
        """How far from the middle of the upper end: up to 1 upon it."""
        return np.asarray(np.hypot(self.lid_x, self.lid_y))

    def layer(self, colour: Floats, alpha: Floats | float = 1.0) -> Layer:
        """Give the solid in these colours."""
        return Layer(colour, np.asarray(self.alpha * alpha), self.origin)


def turn(profile: Sequence[tuple[float, float]], length: float, tilt: float, bend: Floats | None = None) -> Surface:
    """Give the solid with this outline.

    Args:
        profile: Heights from 0 to 1 and the radius there, both in lengths.
        length: Of the axis, in pixels.
        tilt: By how much the top leans towards the camera, from 0.05 to 1.2.
        bend: Where the axis runs instead, in pixels to the right, evenly from the base to the top.
    """
    count = int(1.6 * length) + 8
    heights = np.linspace(0, 1, count, dtype=np.float32)
    points = np.asarray(profile, np.float32)
    radii = np.interp(heights, points[:, 0], points[:, 1]).astype(np.float32) * length
    smooth = max(1, count // 60)
    padded = np.pad(radii, smooth, mode="edge")
    radii = np.convolve(padded, np.full(2 * smooth + 1, 1 / (2 * smooth + 1), np.float32), "valid").astype(np.float32)
    if bend is None:
        middle = np.zeros(count, np.float32)
    else:
        middle = np.interp(heights, np.linspace(0, 1, len(bend)), bend).astype(np.float32)
    sine, cosine = float(np.sin(tilt)), float(np.cos(tilt))
    half = int(radii.max() + np.abs(middle).max()) + 3
    low = int(radii.max() * sine) + 3
    rows = int(length * cosine) + 2 * low
    columns = np.arange(-half, half + 1, dtype=np.float32)

    front_sq = radii[:, np.newaxis] ** 2 - (columns - middle[:, np.newaxis]) ** 2
    slices, places = np.nonzero(front_sq >= 0)
    seen_at = heights[slices] * (length * cosine) - sine * np.sqrt(front_sq[slices, places]) + low
    height = np.zeros((rows, len(columns)), np.float32)
    height[np.clip(np.rint(seen_at).astype(np.intp), 0, rows - 1), places] = heights[slices]  # the highest comes last and stays
    height = np.maximum.accumulate(height, axis=0)

    index = np.rint(height * (count - 1)).astype(np.intp)
    across = np.clip((columns - middle[index]) / radii[index], -1, 1)
    towards = np.sqrt(1 - across**2)
    slope = np.gradient(radii, length / (count - 1)).astype(np.float32)[index]
    norm = np.sqrt(1 + slope**2)
    normal = np.stack((across, -slope * cosine - towards * sine, towards * cosine - slope * sine), axis=-1)
    normal /= norm[..., np.newaxis]
    up = np.arange(rows, dtype=np.float32)[:, np.newaxis] - low
    lid_x = np.broadcast_to((columns - middle[-1]) / radii[-1], height.shape)
    lid_y = np.broadcast_to((up - length * cosine) / (radii[-1] * max(sine, 1e-3)), height.shape)
    alpha = _outline(heights * length * cosine + low, radii, middle + half, sine, height.shape)
    flip = np.s_[::-1]
    return Surface(
        height[flip],
        np.arcsin(across)[flip],
        np.ascontiguousarray(normal[flip], np.float32),
        alpha[flip],
        lid_x[flip].astype(np.float32),
        lid_y[flip].astype(np.float32),
        (float(half), float(rows - 1 - low)),
        length,
        tilt,
    )


def tube(points: Floats, radius: float) -> tuple[Layer, Floats, Floats]:
    """Give a round tube along points (right, up; in pixels): a white layer, its normals, and the place along it from 0 to 1."""
    least = np.floor(points.min(axis=0) - radius - 2)
    most = np.ceil(points.max(axis=0) + radius + 2)
    x = np.arange(least[0], most[0], dtype=np.float32)[np.newaxis, :, np.newaxis]
    y = np.arange(most[1], least[1], -1, dtype=np.float32)[:, np.newaxis, np.newaxis]
    begin, step = points[:-1], np.diff(points, axis=0)
    share = ((x - begin[:, 0]) * step[:, 0] + (y - begin[:, 1]) * step[:, 1]) / np.maximum((step**2).sum(axis=1), 1e-6)
    share = np.clip(share, 0, 1)
    right, up = x - begin[:, 0] - share * step[:, 0], y - begin[:, 1] - share * step[:, 1]
    far = right**2 + up**2
    nearest = far.argmin(axis=-1)[..., np.newaxis]
    right, up, share = (np.take_along_axis(values, nearest, -1)[..., 0] / radius for values in (right, up, share * radius))
    distance = np.hypot(right, up)
    shrink = 1 / np.maximum(distance, 1)
    towards = np.sqrt(np.clip(1 - np.minimum(distance, 1) ** 2, 0, 1))
    normal = np.stack((right * shrink, up * shrink, towards), axis=-1).astype(np.float32)
    alpha = np.clip((1 - distance) * radius + 0.5, 0, 1).astype(np.float32)
    layer = Layer(np.ones((*alpha.shape, 3), np.float32), alpha, (float(-least[0]), float(most[1])))
    return layer, normal, ((nearest[..., 0] + share) / len(step)).astype(np.float32)


def _outline(up: Floats, radii: Floats, middle: Floats, sine: float, shape: tuple[int, ...]) -> Floats:
    """Give what the solid covers, with soft edges; rows grow upwards."""
    twice = Image.new("L", (shape[1] * 2, shape[0] * 2))
    pen = ImageDraw.Draw(twice)
    left, right, rows = (middle - radii + 0.5) * 2, (middle + radii + 0.5) * 2, (up + 0.5) * 2
    sides = list(zip(left.tolist(), rows.tolist(), strict=True))
    sides += reversed(list(zip(right.tolist(), rows.tolist(), strict=True)))
    pen.polygon(sides, fill=255)
    for index in {*range(0, len(up), 10), len(up) - 1}:
        flat = radii[index] * 2 * sine
        pen.ellipse((left[index], rows[index] - flat, right[index], rows[index] + flat), fill=255)
    return np.asarray(twice.reduce(2), np.float32) / 255
