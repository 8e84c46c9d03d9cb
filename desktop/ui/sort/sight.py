"""Which pictures were on the screen: what nobody saw cannot be confirmed. Without Qt."""

from collections.abc import Callable, Iterable, Sequence

from desktop.core.images import Image
from desktop.core.pages import Tile


class Sight:
    """Remembers what was seen of the page in hand.

    Args:
        problem: Tells why an image cannot be shown, or None.
    """

    def __init__(self, problem: Callable[[Image], str | None]) -> None:
        self._problem = problem
        self._seen: set[str] = set()

    def forget(self) -> None:
        """Begin with another page."""
        self._seen.clear()

    def see(self, tiles: Iterable[Tile]) -> bool:
        """Take in that tiles were painted with their pictures; tell whether any was new.

        A burst is seen by its first picture: its others are as good as the same.
        """
        before = len(self._seen)
        for tile in tiles:
            if tile.images[0].name not in self._seen:
                self._seen.update(image.name for image in tile.images)
        return len(self._seen) > before

    def hidden(self, images: Sequence[Image]) -> list[Image]:
        """Give those of some images that were not seen yet and can be."""
        return [image for image in images if image.name not in self._seen and self._problem(image) is None]

    def unseen(self, images: Sequence[Image]) -> list[str]:
        """Give the names of those of some images that were not seen, whether they can be or not."""
        return [image.name for image in images if image.name not in self._seen]
