"""A model from the bucket into a folder: manifest, then the files that this device does not have yet, each checked by digest.

models/<id>/          whole models: ``model.json`` and the files it names
models/<id>.part/     one that is on its way; a later attempt goes on with what is there
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from edge.classifier import BadModel, read_file, read_manifest
from edge.contract.bundle import MANIFEST, MAX_MANIFEST_BYTES, File, Manifest
from edge.contract.keys import blob_key, manifest_key
from edge.contract.records import BadRecord, load
from edge.disk import sync
from edge.ports import Uplink

_PART = ".part"


class NotYet(Exception):
    """The model cannot be had now, but perhaps later; the message is a plain reason."""


def _no_step(_name: str) -> None:
    """Do nothing where a test may stop the program."""


class ModelFolder:
    """The models on this device's disk."""

    def __init__(
        self, folder: Path, uplink: Uplink, max_bytes: int, free_bytes: int, step: Callable[[str], None] = _no_step
    ) -> None:
        """Open the folder; made if it is not there.

        Args:
            folder: ``home/models``.
            uplink: Where models come from; whatever it gives is checked.
            max_bytes: The most that all files of a model may have together.
            free_bytes: What the disk must keep free.
            step: Called before each step that a power cut might follow.
        """
        self._folder, self._uplink = folder, uplink
        self._max_bytes, self._free_bytes = max_bytes, free_bytes
        self._step = step
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, model: str) -> Path:
        """Give a model's folder."""
        return self._folder / model

    def has(self, model: str) -> bool:
        """Tell whether a model is here, whole and as it was made."""
        folder = self.path(model)
        try:
            manifest, identity = read_manifest(folder)
            for name, file in manifest.files.items():
                read_file(folder, name, file)
        except BadModel:
            return False
        return identity == model

    def fetch(self, model: str) -> Path:
        """Give the folder of a model, fetched if it is not here or has worn out on the disk.

        Raises:
            NotYet: a part of it is not in the bucket, or there is no room for it. UplinkError: the bucket is out of reach.
            BadModel: what lies in the bucket is not this model, or it is too large.
        """
        target, part = self.path(model), self._folder / f"{model}{_PART}"
        if self.has(model):
            return target
        manifest, body = self._manifest(model)
        try:
            part.mkdir(exist_ok=True)
            self._make_room(manifest, part)
            for name, file in manifest.files.items():
                self._fetch_file(name, file, part)
            self._write(part / MANIFEST, body)
            self._step("whole")
            shutil.rmtree(target, ignore_errors=True)  # it was no whole model
            os.rename(part, target)
            sync(str(self._folder))
        except OSError as error:
            raise NotYet(f"the disk did not take model {model[:8]} ({error.strerror or error})") from error
        return target

    def keep(self, models: Iterable[str]) -> None:
        """Remove all other models, and what is left of unfinished ones."""
        kept = set(models)
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in kept:
                # The manifest first: half a model is then none.
                with contextlib.suppress(OSError):
                    (path / MANIFEST).unlink()
                shutil.rmtree(path, ignore_errors=True)

    def remove(self, model: str) -> None:
        """Remove one model."""
        self.keep(path.name for path in self._folder.iterdir() if path.name != model)

    def _manifest(self, model: str) -> tuple[Manifest, bytes]:
        body = self._uplink.get(manifest_key(model), MAX_MANIFEST_BYTES)
        if body is None:
            raise NotYet(f"model {model[:8]} is not in the bucket")
        if hashlib.sha256(body).hexdigest() != model:
            raise BadModel(f"the manifest in the bucket is not that of model {model[:8]}")
        try:
            manifest = load(Manifest, body)
        except BadRecord as error:
            raise BadModel(f"{MANIFEST}: {error}") from error
        size_bytes = sum(file.size_bytes for file in manifest.files.values())
        if size_bytes > self._max_bytes:
            raise BadModel(f"{size_bytes >> 20} MB; this device takes at most {self._max_bytes >> 20} MB")
        return manifest, body

    def _make_room(self, manifest: Manifest, part: Path) -> None:
        needed = sum(file.size_bytes for name, file in manifest.files.items() if not (part / name).is_file())
        free = shutil.disk_usage(self._folder).free
        if free - needed < self._free_bytes:
            raise NotYet(
                f"the model needs {needed >> 20} MB, the disk has {free >> 20} MB and keeps {self._free_bytes >> 20} MB free"
            )

    def _fetch_file(self, name: str, file: File, part: Path) -> None:
        with contextlib.suppress(BadModel):
            read_file(part, name, file)
            return
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        data = self._from_neighbour(file)
        if data is None:
            data = self._uplink.get(blob_key(file.sha256), file.size_bytes)
        if data is None:
            raise NotYet(f"{name} is not in the bucket")
        if len(data) != file.size_bytes or hashlib.sha256(data).hexdigest() != file.sha256:
            raise BadModel(f"{name} in the bucket is not the file that the manifest names")
        self._step(f"file {name}")
        self._write(part / name, data)

    def _from_neighbour(self, file: File) -> bytes | None:
        """Give a file that another model here has too: a new head seldom brings a new network."""
        for path in self._folder.iterdir():
            with contextlib.suppress(BadModel):
                for name, other in read_manifest(path)[0].files.items():
                    if other == file:
                        return read_file(path, name, file)
        return None

    def _write(self, path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync(str(path.parent))
