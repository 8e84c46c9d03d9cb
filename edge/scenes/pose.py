"""How a thing is to be drawn."""

from dataclasses import dataclass

import numpy as np

from edge.scenes.light import Light


@dataclass(frozen=True, slots=True)
class Pose:
    """How a thing is to be drawn."""

    length: float
    """Of its longer axis, in pixels."""
    tilt: float
    """By how much its top leans towards the camera."""
    light: Light
    """As the thing sees it."""
    worn: float
    """From 0, as new, to 1, as thrown away."""
    lies: bool = False
    """On its side, so that nothing stays in it."""

    def axis(self) -> float:
        """Give the axis as it is seen, in pixels."""
        return float(self.length * np.cos(self.tilt))
