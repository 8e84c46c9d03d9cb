"""Models in the bucket: manifests by id, files by digest. Written blobs first, manifest last; read with every digest checked."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.core.errors import ConfigError, ConflictError, NotFoundError
from desktop.core.evaluation import Evaluation
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.texts import _
from edge.contract.bundle import MANIFEST, Manifest
from edge.contract.keys import MODELS, blob_key, evaluation_key, manifest_key
from edge.contract.records import BadRecord, dump, load


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
        """Put a bundle's files and manifest into the bucket; what is there already is left alone.

        Raises:
            ConfigError: a file is missing or is not what the manifest says.
        """
        body = (bundle / MANIFEST).read_bytes()
        manifest = _manifest(body, str(bundle))
        for name, file in manifest.files.items():
            data = (bundle / name).read_bytes()
            if hashlib.sha256(data).hexdigest() != file.sha256:
                raise ConfigError(_("{name} in {bundle} is damaged.").format(name=name, bundle=bundle), _("Train again."))
            with suppress(ConflictError):
                self._store.put(blob_key(file.sha256), data, match=ABSENT)
        identity = hashlib.sha256(body).hexdigest()
        with suppress(ConflictError):
            self._store.put(manifest_key(identity), body, match=ABSENT)
        return Model(identity, manifest)

    def find(self, text: str) -> Model:
        """Give a model by its id, or by a beginning of it that no other model shares.

        Raises:
            NotFoundError: none, or several.
        """
        try:
            return self._get(text)
        except NotFoundError:
            ids = [identity for identity, _made in self._ids() if text and identity.startswith(text)]
        if len(ids) != 1:
            raise NotFoundError(
                _("No model is called “{text}”.").format(text=text) if not ids else _("“{text}” could be several models.").format(text=text),
                _("`sortloop models` lists them."),
            )
        return self._get(ids[0])

    def models(self) -> list[Model]:
        """Give all models, newest first; damaged manifests are left out."""
        found = []
        for identity, _made in self._ids():
            with suppress(ConfigError, NotFoundError):
                found.append(self._get(identity))
        return sorted(found, key=lambda model: (model.manifest.created_ms, model.id), reverse=True)

    def folder(self, model: str) -> Path:
        """Give a folder with a model's files, fetched and checked if they are not here yet.

        Raises:
            NotFoundError: no such model. ConfigError: a file in the bucket is damaged.
        """
        target = self._folder / model
        if (target / MANIFEST).exists():
            return target
        body = self._body(model)
        manifest = _manifest(body, manifest_key(model))
        unfinished = self._folder / f"{model}.{os.getpid()}"
        for name, file in manifest.files.items():
            data = self._store.get(blob_key(file.sha256)).body
            if hashlib.sha256(data).hexdigest() != file.sha256:
                raise ConfigError(
                    _("A file of model {model} is damaged in the bucket ({name}).").format(model=model[:8], name=name),
                    _("Deploy another model, or train again."),
                )
            path = unfinished / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (unfinished / MANIFEST).write_bytes(body)
        try:
            os.rename(unfinished, target)
        except OSError:  # another process was faster
            shutil.rmtree(unfinished)
        return target

    def evaluation(self, model: str, dataset: str) -> Evaluation | None:
        """Give a model's evaluation on a test set, None if it was not measured there."""
        try:
            return load(Evaluation, self._store.get(evaluation_key(model, dataset)).body)
        except (NotFoundError, BadRecord):
            return None

    def keep_evaluation(self, model: str, dataset: str, evaluation: Evaluation) -> None:
        """Put an evaluation beside a model; the first one stays."""
        with suppress(ConflictError):
            self._store.put(evaluation_key(model, dataset), dump(evaluation), match=ABSENT)

    def _get(self, model: str) -> Model:
        return Model(model, _manifest(self._body(model), manifest_key(model)))

    def _body(self, model: str) -> bytes:
        body = self._store.get(manifest_key(model)).body
        if hashlib.sha256(body).hexdigest() != model:
            raise ConfigError(_("The manifest of model {model} is damaged.").format(model=model[:8]), _("Train again."))
        return body

    def _ids(self) -> Iterator[tuple[str, int]]:
        for listed in self._store.list(MODELS):
            parts = listed.key.split("/")
            if len(parts) == 3 and parts[2] == MANIFEST:
                yield parts[1], listed.modified_ms


def _manifest(data: bytes, where: str) -> Manifest:
    try:
        return load(Manifest, data)
    except BadRecord as error:
        raise ConfigError(_("{where} is no model: {error}.").format(where=where, error=error), "") from error
