"""Models in the bucket: manifests by id, files by digest. Written blobs first, manifest last; read with every digest checked."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.core.errors import ConfigError, ConflictError, NotFoundError, StorageFullError
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.texts import _
from edge.contract.bundle import MANIFEST, File, Manifest
from edge.contract.keys import MODELS, blob_key, evaluation_key, manifest_key
from edge.contract.records import BadRecord, dump, load

if TYPE_CHECKING:
    from desktop.core.evaluation import Evaluation

_WHOLE_ID = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the bucket knows it."""

    id: str
    manifest: Manifest


class Registry:
    """The models of a bucket, and a folder of their files on this computer."""

    def __init__(self, store: ObjectStore, folder: Path) -> None:
        self._store = store
        self._folder = folder

    def publish(self, bundle: Path) -> Model:
        """Put a bundle's files and manifest into the bucket; what is there already is left alone unless it is damaged.

        Raises:
            ConfigError: a file is missing or is not what the manifest says.
        """
        body = _read(bundle, MANIFEST)
        manifest = _manifest(body, str(bundle))
        for name, file in manifest.files.items():
            data = _read(bundle, name)
            if _digest(data) != file.sha256:
                raise ConfigError(_("{name} in {bundle} is damaged.").format(name=name, bundle=bundle), _("Train again."))
            self._put(blob_key(file.sha256), data)
        identity = _digest(body)
        self._put(manifest_key(identity), body)
        return Model(identity, manifest)

    def find(self, text: str) -> Model:
        """Give a model by its id, or by a beginning of it that no other model shares.

        Raises:
            NotFoundError: none, or several.
        """
        ids = [text] if _WHOLE_ID.match(text) else [identity for identity in self._ids() if text and identity.startswith(text)]
        title = _("“{text}” could be several models.") if len(ids) > 1 else _("No model is called “{text}”.")
        if len(ids) == 1:
            with suppress(NotFoundError):
                return self._get(ids[0])
        raise NotFoundError(title.format(text=text), _("`sortloop models` lists them."))

    def models(self) -> list[Model]:
        """Give all models, newest first; damaged manifests are left out."""
        found = []
        for identity in self._ids():
            with suppress(ConfigError, NotFoundError):
                found.append(self._get(identity))
        return sorted(found, key=lambda model: (model.manifest.created_ms, model.id), reverse=True)

    def folder(self, model: str) -> Path:
        """Give a folder with a model's files, fetched and checked if they are not here yet.

        Raises:
            NotFoundError: no such model. ConfigError: a file in the bucket is damaged or missing. StorageFullError: the folder
                cannot be written.
        """
        if not _WHOLE_ID.match(model):  # it may come from a record in the bucket, and no path may be made of anything else
            raise NotFoundError(_("No model is called “{text}”.").format(text=model), _("`sortloop models` lists them."))
        target = self._folder / model
        if (target / MANIFEST).exists():
            return target
        body = self._body(model)
        files = {name: self._blob(model, name, file) for name, file in _manifest(body, manifest_key(model)).files.items()}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="unfinished-", dir=self._folder) as name:
                _write(Path(name) / model, {**files, MANIFEST: body})
                with suppress(FileExistsError):  # another process was faster
                    _rename(Path(name) / model, target)
        except OSError as error:
            raise StorageFullError(
                _("{path} cannot be written: {error}.").format(path=target, error=error.strerror or error),
                _("Free some space on this computer."),
            ) from error
        return target

    def standing(self, model: str) -> Model | None:
        """Give a model that was shipped once, None where it was removed from the bucket or damaged since."""
        with suppress(NotFoundError, ConfigError):
            self.folder(model)
            return self._get(model)
        return None

    def evaluation(self, model: str, dataset: str) -> "Evaluation | None":
        """Give a model's evaluation on a test set, None if it was not measured there."""
        from desktop.core.evaluation import Evaluation  # noqa: PLC0415 - it stands on numpy, and a window starts without

        try:
            return load(Evaluation, self._store.get(evaluation_key(model, dataset)).body)
        except (NotFoundError, BadRecord, ConfigError):  # a manifest may name its dataset as it likes
            return None

    def keep_evaluation(self, model: str, dataset: str, evaluation: "Evaluation") -> None:
        """Put an evaluation beside a model; the first one stays."""
        with suppress(ConflictError):
            self._store.put(evaluation_key(model, dataset), dump(evaluation), match=ABSENT)

    def _get(self, model: str) -> Model:
        return Model(model, _manifest(self._body(model), manifest_key(model)))

    def _body(self, model: str) -> bytes:
        body = self._store.get(manifest_key(model)).body
        if _digest(body) != model:
            raise ConfigError(_("The manifest of model {model} is damaged.").format(model=model[:8]), _("Train again."))
        return body

    def _blob(self, model: str, name: str, file: File) -> bytes:
        data = None
        with suppress(NotFoundError):
            data = self._store.get(blob_key(file.sha256)).body
        if data is None or _digest(data) != file.sha256:
            title = _("A file of model {model} is missing from the bucket ({name}).")
            if data is not None:
                title = _("A file of model {model} is damaged in the bucket ({name}).")
            raise ConfigError(title.format(model=model[:8], name=name), _("Deploy another model, or train again."))
        return data

    def _put(self, key: str, data: bytes) -> None:
        """Put what belongs under a key of digests; other bytes there are damage, and mended."""
        try:
            self._store.put(key, data, match=ABSENT)
        except ConflictError:
            there = self._store.get(key)
            if there.body != data:
                with suppress(ConflictError):  # somebody else mends it
                    self._store.put(key, data, match=there.listed.etag)

    def _ids(self) -> Iterator[str]:
        for listed in self._store.list(MODELS):
            parts = listed.key.split("/")
            if len(parts) == 3 and parts[2] == MANIFEST:
                yield parts[1]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(bundle: Path, name: str) -> bytes:
    try:
        return (bundle / name).read_bytes()
    except OSError as error:
        raise ConfigError(_("{name} is missing from {bundle}.").format(name=name, bundle=bundle), _("Train again.")) from error


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _rename(source: Path, target: Path) -> None:
    """Rename a folder; what stands in its place and is no whole model makes room.

    Raises:
        FileExistsError: a whole model stands there.
    """
    if target.exists() and not (target / MANIFEST).exists():
        shutil.rmtree(target)
    try:
        os.rename(source, target)
    except OSError as error:
        raise FileExistsError(target) if (target / MANIFEST).exists() else error from None


def _manifest(data: bytes, where: str) -> Manifest:
    try:
        return load(Manifest, data)
    except BadRecord as error:
        raise ConfigError(_("{where} is no model: {error}.").format(where=where, error=error), "") from error
