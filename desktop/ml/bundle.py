"""Writing a model's bundle: a folder with ``model.json`` and the files it names by digest."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.contract.bundle import MANIFEST, File, Manifest, Reference, model_id
from edge.contract.records import dump


def describe(contents: Mapping[str, bytes]) -> dict[str, File]:
    """Give digest and size of each of a bundle's files, for its manifest."""
    return {name: File(hashlib.sha256(data).hexdigest(), len(data)) for name, data in contents.items()}


def write_bundle(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> str:
    """Write a bundle, whole or not at all, and give the model's id.

    Args:
        folder: Where it shall be; there must be nothing yet.
        manifest: Its ``files`` are ``describe(contents)``.
        contents: The bytes of each file by its name in the bundle.
    """
    if describe(contents) != manifest.files:
        raise ValueError("the manifest describes other files")
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".tmp", dir=folder.parent))
    try:
        for name, data in {**contents, MANIFEST: dump(manifest)}.items():
            path = unfinished / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        unfinished.chmod(0o755)  # mkdtemp's is for one user alone
        os.rename(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return model_id(manifest)


def reference(answers: NDArray[np.float64], classes: Sequence[str]) -> Reference:
    """Give how answers (a row of probabilities a picture) are spread; empty where there are none."""
    if not len(answers):
        return Reference()
    shares = np.bincount(answers.argmax(axis=1), minlength=len(classes)) / len(answers)
    bins = np.minimum((answers.max(axis=1) * 10).astype(int), 9)
    confidence = np.bincount(bins, minlength=10) / len(answers)
    return Reference(tuple(shares.round(6).tolist()), tuple(confidence.round(6).tolist()))
