"""The real network of features, converted once for all tests, and a tiny one that needs no conversion."""

import hashlib
import os
from pathlib import Path

import pytest
from filelock import FileLock

from desktop.ml.backbone import Backbone, backbone
from tests import bundles


def converted(factory: pytest.TempPathFactory) -> Backbone:
    """Give EfficientNet-Lite0; the first test process to ask converts it, the others wait."""
    mine = factory.getbasetemp()
    shared = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    with FileLock(shared / "backbone.lock"):
        return backbone(shared / "backbone")


def lend(network: Backbone, features: Path) -> None:
    """Put the network where a trainer looks for it."""
    features.mkdir(parents=True, exist_ok=True)
    os.link(network.path, features / network.path.name)


def tiny(folder: Path) -> Backbone:
    """Give a network that sees a picture's mean colour."""
    data = bundles.network()
    path = folder / "tiny.onnx"
    path.write_bytes(data)
    return Backbone(path, hashlib.sha256(data).hexdigest(), bundles.HOW, ("features",))
