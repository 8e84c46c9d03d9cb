"""What a camera makes of a scene: blur, exposure, colour cast, noise, JPEG."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from edge.scenes.layers import Floats

_APART = 7
"""How many rows the noise of two channels is apart."""


@dataclass(frozen=True, slots=True)
class Lens:
    """How one camera sees one scene."""

    exposure: float
    cast: Floats
    """What it multiplies red, green and blue by."""
    vignette: float
    blur: float
    """Of focus, in pixels at 400."""
    motion: tuple[float, float]
    """By how much the scene moves while it looks, across and down, in pixels at 400."""
    noise: float
    quality: int
    """Of the JPEG."""

    @classmethod
    def chosen(cls, rng: np.random.Generator, *, field: bool) -> "Lens":
        """Give a photographer's camera, or one over a belt."""
        warm = rng.normal(0, 0.06 if field else 0.025)
        cast = np.asarray((1 + warm, 1 + rng.normal(0, 0.015), 1 - warm), np.float32)
        if not field:
            return cls(rng.uniform(0.85, 1.15), cast, 0.15, rng.uniform(0.2, 0.6), (0.0, 0.0), rng.uniform(0.004, 0.014), 90)
        speed = min(rng.exponential(4.0), 12.0) if rng.random() < 0.6 else 0.0
        return cls(
            exposure=float(np.exp(rng.normal(0.12, 0.3))),
            cast=cast,
            vignette=rng.uniform(0.15, 0.45),
            blur=rng.uniform(0.3, 1.2),
            motion=(speed, 0.0) if rng.random() < 0.5 else (0.0, speed),
            noise=rng.uniform(0.008, 0.035),
            quality=int(rng.integers(70, 88)),
        )

    def photograph(self, scene: Floats, rng: np.random.Generator) -> bytes:
        """Give the JPEG; the generator makes the noise."""
        side = scene.shape[0]
        away = np.linspace(-1, 1, side, dtype=np.float32) ** 2
        gain = (1 - self.vignette / 2 * (away[np.newaxis] + away[:, np.newaxis])) * np.float32(self.exposure * 255)
        seen = scene * gain[..., np.newaxis]
        seen *= self.cast
        pressed = seen * np.float32(0.35)  # highlights, from 80 % on
        pressed += np.float32(0.65 * 0.8 * 255)
        np.minimum(seen, pressed, out=seen)
        sharp = Image.fromarray(np.clip(seen, 0, 255, out=seen).astype(np.uint8))
        across, down = ((self.blur + abs(length) / 2) * side / 400 for length in self.motion)
        pixels = np.array(sharp.filter(ImageFilter.BoxBlur((across, down))), np.float32)
        # One field of noise serves all channels, shifted, so that they follow each other only in part.
        noise = rng.standard_normal((side + 2 * _APART, side), np.float32)
        strength = (0.6 + 0.8 / 255 * pixels[..., 1]) * np.float32(self.noise * 255)
        common = noise[_APART : _APART + side] * np.float32(0.8)
        for channel, row in enumerate((0, _APART + 3, 2 * _APART)):
            pixels[..., channel] += (common + np.float32(0.6) * noise[row : row + side]) * strength
        file = io.BytesIO()
        Image.fromarray(np.clip(pixels, 0, 255, out=pixels).astype(np.uint8)).save(file, "JPEG", quality=self.quality)
        return file.getvalue()
