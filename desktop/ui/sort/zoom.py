"""How a picture lies in its room: the whole of it, or a part at some scale. Arithmetic without Qt.

A length is in pixels of the screen, a scale in pixels of the screen for one of the picture.
"""

from dataclasses import dataclass

FIT_AT_MOST = 4.0
"""So much is a small picture enlarged where the whole of it is shown."""
STEPS = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
_SAME = 1.001


@dataclass(frozen=True, slots=True)
class Zoom:
    """What of a picture is shown; it stays when another picture comes."""

    scale: float | None = None
    """None: the whole picture, as large as its room."""
    x: float = 0.5
    """Which point of the picture is in the middle, 0..1."""
    y: float = 0.5


FIT = Zoom()


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture of some size and the room that it is shown in."""

    width: int
    height: int
    room_width: float
    room_height: float

    @property
    def fit(self) -> float:
        """The scale at which the whole picture is seen."""
        return min(self.room_width / self.width, self.room_height / self.height, FIT_AT_MOST)

    def scale(self, zoom: Zoom) -> float:
        """Give the scale that a zoom has here."""
        return self.fit if zoom.scale is None else zoom.scale

    def place(self, zoom: Zoom) -> tuple[float, float, float, float]:
        """Give left, top, width and height of the picture in its room: in the middle where it is smaller, without gaps else."""
        scale = self.scale(zoom)
        width, height = self.width * scale, self.height * scale
        return _begin(self.room_width, width, zoom.x), _begin(self.room_height, height, zoom.y), width, height

    def to(self, zoom: Zoom, scale: float, at: tuple[float, float] | None = None) -> Zoom:
        """Give the zoom at another scale; what is under a point of the room (or its middle) stays there."""
        scale = max(min(self.fit, 1.0), min(STEPS[-1], scale))
        if max(scale, self.fit) <= _SAME * min(scale, self.fit):
            return FIT
        left, top, width, height = self.place(zoom)
        x, y = at or (self.room_width / 2, self.room_height / 2)
        new_width, new_height = self.width * scale, self.height * scale
        return self._held(
            Zoom(
                scale,
                (self.room_width / 2 - x + (x - left) / width * new_width) / new_width,
                (self.room_height / 2 - y + (y - top) / height * new_height) / new_height,
            )
        )

    def step(self, zoom: Zoom, steps: int, at: tuple[float, float] | None = None) -> Zoom:
        """Give the zoom some steps larger, or smaller; the whole picture is one of the steps."""
        scales = sorted({*STEPS, self.fit})
        scale = self.scale(zoom)
        for _step in range(abs(steps)):
            if steps > 0:
                scale = next((one for one in scales if one > scale * _SAME), scale)
            else:
                scale = next((one for one in reversed(scales) if one * _SAME < scale), scale)
        return self.to(zoom, scale, at)

    def pan(self, zoom: Zoom, right: float, down: float) -> Zoom:
        """Give the zoom with the picture moved by so many pixels, as far as there is more of it."""
        scale = self.scale(zoom)
        held = self._held(zoom)
        return self._held(Zoom(zoom.scale, held.x - right / (self.width * scale), held.y - down / (self.height * scale)))

    def roomy(self, zoom: Zoom) -> bool:
        """Tell whether there is nothing more to see beside what is shown."""
        _left, _top, width, height = self.place(zoom)
        return width <= self.room_width + 0.5 and height <= self.room_height + 0.5

    def _held(self, zoom: Zoom) -> Zoom:
        """Give the same view by the point that is in the middle."""
        left, top, width, height = self.place(zoom)
        return Zoom(zoom.scale, (self.room_width / 2 - left) / width, (self.room_height / 2 - top) / height)


def _begin(room: float, length: float, middle: float) -> float:
    if length <= room:
        return (room - length) / 2
    return min(0.0, max(room - length, room / 2 - middle * length))
