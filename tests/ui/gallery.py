"""A plant with real pictures, and what the window makes small and large ones with."""

import gc
from collections.abc import Mapping
from pathlib import Path

from desktop.app import Plant, open_plant
from desktop.core.images import Image
from desktop.core.pictures import Pictures
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import sync
from desktop.ui.photos import Photos
from desktop.ui.thumbnails import Thumbnails
from edge.contract.keys import RAW


class Gallery:
    """Opens, fills and closes it all."""

    def __init__(self, folder: Path, pictures: Mapping[str, bytes]) -> None:
        """Take the bytes of raw images by their names."""
        gc.collect()  # widgets of an earlier test: none of our threads may be the one that collects them
        self._folder = folder
        self.plant = open_plant(str(folder / "bucket"), folder / "home", create=True)
        self.add({RAW + name: data for name, data in pictures.items()})
        self._opened: list[Plant] = []
        self.thumbnails = Thumbnails(self._pictures, 1)
        self.photos = Photos(self._pictures)

    def add(self, objects: Mapping[str, bytes]) -> None:
        """Put pictures under keys."""
        for key, data in objects.items():
            self.plant.store.put(key, data, match=ABSENT)
        sync(self.plant.store, self.plant.catalog, now_ms=1, progress=silent, cancel=CancelToken())

    def image(self, name: str) -> Image:
        """Give an image by its name."""
        found = self.plant.catalog.image(name)
        assert found is not None
        return found

    def close(self) -> None:
        """Let all go."""
        self.thumbnails.close()
        self.photos.close()
        for plant in (self.plant, *self._opened):
            plant.close()

    def _pictures(self) -> Pictures:
        self._opened.append(open_plant(str(self._folder / "bucket"), self._folder / "home"))
        return self._opened[-1].pictures
