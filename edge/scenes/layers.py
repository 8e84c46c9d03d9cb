"""Pictures of single things, with what shines through them, and how they are laid over each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing alone: colours from 0 to 1 and how much of what lies behind is covered."""

    colour: Floats
    """[rows, columns, 3]."""
    alpha: Floats
    """[rows, columns]."""
    origin: tuple[float, float]
    """Column and row of the thing's own origin."""

    def over(self, below: "Layer") -> "Layer":
        """Lay this on another, origin on origin."""
        left = max(self.origin[0], below.origin[0])
        top = max(self.origin[1], below.origin[1])
        right = max(layer.alpha.shape[1] - layer.origin[0] for layer in (self, below))
        bottom = max(layer.alpha.shape[0] - layer.origin[1] for layer in (self, below))
        shape = (int(top + bottom) + 2, int(left + right) + 2)
        colour, alpha = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
        for layer in (below, self):
            row, column = round(top - layer.origin[1]), round(left - layer.origin[0])
            place = np.s_[row : row + layer.alpha.shape[0], column : column + layer.alpha.shape[1]]
            cover = layer.alpha[..., np.newaxis]
            colour[place] = colour[place] * (1 - cover) + layer.colour * cover
            alpha[place] = alpha[place] * (1 - layer.alpha) + layer.alpha
        return Layer(colour / np.maximum(alpha, 1e-3)[..., np.newaxis], alpha, (left, top))

    def image(self) -> Image.Image:
        """Give it as an RGBA picture."""
        pixels = np.empty((*self.alpha.shape, 4), np.uint8)
        pixels[..., :3] = np.clip(self.colour, 0, 1) * 255
        pixels[..., 3] = np.clip(self.alpha, 0, 1) * 255
        return Image.fromarray(pixels)


def turned(angle: float, scale: float = 1.0) -> NDArray[np.float64]:
    """Give the matrix that turns by an angle, counter-clockwise as seen, rows growing downwards."""
    sine, cosine = np.sin(angle) * scale, np.cos(angle) * scale
    return np.array(((cosine, sine), (-sine, cosine)))


def paste(canvas: Floats, layer: Layer, matrix: NDArray[np.float64], at: tuple[float, float]) -> None:
    """Draw a layer on a canvas [rows, columns, 3]: its origin at a place (column, row), its axes by the matrix."""
    rows, columns = layer.alpha.shape
    corners = np.array(((0, 0), (columns, 0), (0, rows), (columns, rows))) - np.asarray(layer.origin)
    seen = corners @ matrix.T + np.asarray(at)
    left, top = np.maximum(np.floor(seen.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(seen.max(axis=0)).astype(int), (canvas.shape[1], canvas.shape[0]))
    if right <= left or bottom <= top:
        return
    image = _transformed(layer.image(), layer.origin, matrix, (at[0] - left, at[1] - top), (right - left, bottom - top))
    pixels = np.asarray(image, np.float32) / 255
    place = canvas[top:bottom, left:right]
    place += (pixels[..., :3] - place) * pixels[..., 3:]


def silhouette(layer: Layer, matrix: NDArray[np.float64], at: tuple[float, float], size: int) -> Image.Image:
    """Give what a layer covers of a square of this size, as a grey picture."""
    covers = Image.fromarray((np.clip(layer.alpha, 0, 1) * 255).astype(np.uint8))
    return _transformed(covers, layer.origin, matrix, at, (size, size))


def cloud(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Floats:
    """Give smooth noise about 0: one random value a cell (rows, columns), interpolated."""
    values = Image.fromarray(rng.standard_normal((max(2, cells[0]), max(2, cells[1])), np.float32))
    return np.asarray(values.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def step(values: Floats, edge: float, width: float) -> Floats:
    """Give 0 below an edge and 1 above, smooth over a width."""
    t = np.clip((values - edge) / width + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _transformed(
    image: Image.Image,
    origin: tuple[float, float],
    matrix: NDArray[np.float64],
    at: tuple[float, float],
    size: tuple[int, int],
) -> Image.Image:
    back = np.linalg.inv(matrix)
    shift = np.asarray(origin) - back @ np.asarray(at)
    coefficients = (back[0, 0], back[0, 1], shift[0], back[1, 0], back[1, 1], shift[1])
    return image.transform(size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR)
