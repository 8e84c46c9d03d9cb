"""One lamp, the room around it, and how surfaces of different stuff look in them."""

from dataclasses import dataclass

import numpy as np

from edge.scenes.layers import Floats, step


@dataclass(frozen=True, slots=True)
class Light:
    """The light of a scene as it falls on one thing. Directions are right, up and towards the camera."""

    direction: tuple[float, float, float]
    """Where the lamp is, of length 1."""
    colour: Floats
    ambient: float
    """The share of the light that comes from everywhere."""
    lamp: float
    """Half the lamp's width as it is mirrored, in units of the mirror direction."""

    def turned(self, angle: float) -> "Light":
        """Give the light as seen by a thing that is itself turned counter-clockwise."""
        x, y, z = self.direction
        sine, cosine = float(np.sin(angle)), float(np.cos(angle))
        return Light((x * cosine + y * sine, y * cosine - x * sine, z), self.colour, self.ambient, self.lamp)

    def diffuse(self, normal: Floats) -> Floats:
        """Give how bright a dull white surface is, [rows, columns, 1]."""
        facing = normal @ np.asarray(self.direction, np.float32)
        soft = np.clip((facing + 0.25) / 1.25, 0, None)  # a wide lamp reaches a little round the edge
        room = 0.75 + 0.25 * normal[..., 1]
        return np.asarray((self.ambient * room + (1 - self.ambient) * 1.25 * soft)[..., np.newaxis])

    def mirrored(self, normal: Floats, blur: float) -> Floats:
        """Give how much of the lamp, a bright rectangle, a surface mirrors; [rows, columns, 1]."""
        right, up = _mirror(normal)
        x, y, z = self.direction
        # Of a lamp at this direction a ball shows the mirror image where its normal halves the angle to the camera.
        across = np.abs(right - x * (0.6 + 0.4 * z))
        along = np.abs(up - y * (0.6 + 0.4 * z))
        inside = (1 - step(across, self.lamp, blur)) * (1 - step(along, self.lamp * 2.2, blur * 1.6))
        rim = np.clip(1 - normal[..., 2], 0, 1) ** 4  # any surface mirrors where it is seen flat
        return np.asarray((inside + 0.25 * rim * (0.6 + 0.4 * up))[..., np.newaxis])

    def dull(self, albedo: Floats, normal: Floats) -> Floats:
        """Give paper, cloth, cardboard."""
        return np.asarray(albedo * self.diffuse(normal) * self.colour)

    def glossy(self, albedo: Floats, normal: Floats, shine: float = 0.45, blur: float = 0.12) -> Floats:
        """Give glaze, plastic, lacquer."""
        return np.asarray(self.dull(albedo, normal) + shine * self.mirrored(normal, blur) * self.colour)

    def metal(self, albedo: Floats, normal: Floats, blur: float = 0.25) -> Floats:
        """Give metal: it mirrors a bright lamp, a grey room, a dark floor and dark walls."""
        right, up = _mirror(normal)
        room = 0.42 + 0.25 * up - 0.3 * step(np.abs(right), 0.82, 0.5) + 0.16 * np.cos(right * 5.3 + self.direction[0] * 4)
        bright = np.clip(room, 0.08, None)[..., np.newaxis] + 0.75 * self.mirrored(normal, blur)
        return np.asarray(albedo * bright * self.colour)


def _mirror(normal: Floats) -> tuple[Floats, Floats]:
    """Give the direction that a surface mirrors to the camera: right and up."""
    twice = 2 * normal[..., 2]
    return np.asarray(twice * normal[..., 0]), np.asarray(twice * normal[..., 1])


def bumpy(normal: Floats, relief: Floats) -> Floats:
    """Give the normals of a surface with a relief, in pixels, upon it."""
    down, right = np.gradient(relief)
    bent = normal.copy()
    bent[..., 0] -= right
    bent[..., 1] += down
    return np.asarray(bent / np.linalg.norm(bent, axis=-1, keepdims=True))
