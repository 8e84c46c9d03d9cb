"""A model's bundle loaded and answering; the same code on the device, in training and in evaluation.

Nothing in a bundle is believed: sizes are capped before reading, digests checked before use, arrays loaded without pickle,
shapes and numbers looked at before the first answer.
"""

import hashlib
import io
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from edge.contract.bundle import (
    GOLDEN_MARGIN,
    GOLDEN_TOLERANCE,
    HEAD,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    NETWORK,
    File,
    Golden,
    Manifest,
)
from edge.contract.records import BadRecord, load
from edge.ports import Prediction
from edge.preprocess import BadImage, preprocess

MAX_HEAD_BYTES = 64 << 20
"""Of the unpacked arrays: a small file may unpack to more than a device has."""

_DTYPES = {"tensor(uint8)": np.uint8, "tensor(float)": np.float32}
REFUSALS: tuple[type[Exception], ...] = (
    ValueError,
    *(kind for kind in vars(ort_errors).values() if isinstance(kind, type) and issubclass(kind, Exception)),
)
"""What ONNX Runtime raises: ValueError for a name or a shape that it does not know, and its own exceptions, which have no
common parent but Exception; newer versions have more of them."""

_log = logging.getLogger(__name__)


class BadModel(ValueError):
    """A bundle that must not be used; the message is a plain reason."""


@dataclass(frozen=True, slots=True)
class Head:
    """The softmax layer of a network that stops at features: ``features @ weights + bias`` are the logits."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def unpack(cls, data: bytes) -> "Head":
        """Read ``head.npz``: arrays ``weights`` [features, classes] and ``bias`` [classes].

        Raises:
            BadModel: something else.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(member.file_size for member in archive.infolist()) > MAX_HEAD_BYTES:
                    raise BadModel(f"{HEAD} unpacks to more than {MAX_HEAD_BYTES >> 20} MB")
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                weights, bias = arrays["weights"], arrays["bias"]
        except BadModel:
            raise
        except Exception as error:  # what a damaged archive raises depends on where it is damaged
            raise BadModel(f"{HEAD} cannot be read ({error})") from error
        if weights.ndim != 2 or bias.shape != weights.shape[1:] or weights.dtype.kind != "f" or bias.dtype.kind != "f":
            raise BadModel(f"{HEAD}: weights [features, classes] and bias [classes] were expected")
        if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise BadModel(f"{HEAD} holds numbers that are not finite")
        return cls(weights.astype(np.float32), bias.astype(np.float32))

    def pack(self) -> bytes:
        """Give ``head.npz``; the same bytes for the same numbers."""
        file = io.BytesIO()
        np.savez(file, weights=self.weights, bias=self.bias)
        return file.getvalue()

    def logits(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Give the logits of one picture or of a row a picture."""
        return np.asarray(features.astype(np.float32) @ self.weights + self.bias)


class Network:
    """An ONNX network, one picture at a time; calls from several threads at once are fine."""

    def __init__(self, data: bytes, threads: int = 1) -> None:
        """Load a network.

        Raises:
            BadModel: not a network, or one that this computer's ONNX Runtime cannot run, or with more than one input.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised as well
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a Pi's waiting threads would burn its power
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except REFUSALS as error:
            raise BadModel(f"{NETWORK} cannot be loaded ({_short(error)})") from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _DTYPES:
            raise BadModel(f"{NETWORK}: one input of bytes or floats was expected")
        self._input, self._dtype = inputs[0].name, _DTYPES[inputs[0].type]
        self.outputs: tuple[str, ...] = tuple(output.name for output in self._session.get_outputs())

    def run(self, tensor: NDArray[Any], outputs: tuple[str, ...]) -> list[NDArray[np.float32]]:
        """Give the outputs of these names for one picture, each flat.

        Raises:
            BadModel: the network failed, or answered with something else than finite numbers.
        """
        if self._dtype is np.uint8 and tensor.dtype != np.uint8:
            raise BadModel(f"{NETWORK} takes bytes, the preprocessing gives floats")
        try:
            values = self._session.run(list(outputs), {self._input: tensor.astype(self._dtype, copy=False)})
        except REFUSALS as error:
            raise BadModel(f"{NETWORK} failed ({_short(error)})") from error
        flat = [np.asarray(value) for value in values]
        if not all(value.dtype.kind == "f" and np.isfinite(value).all() for value in flat):
            raise BadModel(f"{NETWORK} answered with something else than finite numbers")
        return [value.astype(np.float32, copy=False).ravel() for value in flat]


class OnnxClassifier:
    """A model on ONNX Runtime; satisfies ``edge.ports.Classifier``."""

    def __init__(self, manifest: Manifest, model_id: str, network: Network, head: Head | None) -> None:
        self.manifest = manifest
        self._model_id = model_id
        self._network = network
        self._head = head

    @classmethod
    def load(cls, folder: Path, threads: int = 1) -> "OnnxClassifier":
        """Load a bundle and answer once, so that the first real answer is as quick as any.

        Raises:
            BadModel: anything about it is wrong.
        """
        manifest, model_id = read_manifest(folder)
        head = Head.unpack(read_file(folder, HEAD, manifest.files[HEAD])) if HEAD in manifest.files else None
        network = Network(read_file(folder, NETWORK, manifest.files[NETWORK]), threads)
        classifier = cls(manifest, model_id, network, head)
        how = manifest.preprocessing
        shape = (1, how.size, how.size, 3) if how.layout == "nhwc" else (1, 3, how.size, how.size)
        classifier._predict(np.zeros(shape, np.uint8 if how.mean is None else np.float32))
        return classifier

    @property
    def model_id(self) -> str:
        """The id of the bundle it was loaded from."""
        return self._model_id

    def classify(self, jpeg: bytes) -> Prediction:
        """Give the answer to one picture.

        Raises:
            BadImage: the bytes are no picture.
            BadModel: the network failed on it.
        """
        return self._predict(preprocess(jpeg, self.manifest.preprocessing))

    def _predict(self, tensor: NDArray[Any]) -> Prediction:
        values = np.concatenate(self._network.run(tensor, self.manifest.outputs))
        if self._head is None:
            return self._prediction(values, None)
        if len(values) != len(self._head.weights):
            raise BadModel(f"{HEAD} takes {len(self._head.weights)} features, {NETWORK} gives {len(values)}")
        return self._prediction(self._head.logits(values), values)

    def _prediction(self, logits: NDArray[np.float32], features: NDArray[np.float32] | None) -> Prediction:
        classes = self.manifest.classes
        if len(logits) != len(classes):
            raise BadModel(f"the model gives {len(logits)} answers for {len(classes)} classes")
        return Prediction(classes, probabilities(logits, self.manifest.temperature), features)


def probabilities(logits: NDArray[Any], temperature: float) -> NDArray[np.float64]:
    """Give softmax(logits / temperature) along the last axis."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Give a bundle's manifest and its id: the digest of the very bytes, whatever fields a newer writer put in.

    Raises:
        BadModel: missing, too large, or not a manifest.
    """
    try:
        with (folder / MANIFEST).open("rb") as file:
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise BadModel(f"{MANIFEST} cannot be read ({error.strerror})") from error
    if len(data) > MAX_MANIFEST_BYTES:
        raise BadModel(f"{MANIFEST} is larger than {MAX_MANIFEST_BYTES >> 20} MB")
    try:
        return load(Manifest, data), hashlib.sha256(data).hexdigest()
    except BadRecord as error:
        raise BadModel(f"{MANIFEST}: {error}") from error


def read_file(folder: Path, name: str, expected: File) -> bytes:
    """Give the bytes of one of a bundle's files.

    Raises:
        BadModel: missing, or not the bytes that the manifest names.
    """
    try:
        with (folder / name).open("rb") as file:
            data = file.read(expected.size_bytes + 1)
    except OSError as error:
        raise BadModel(f"{name} cannot be read ({error.strerror})") from error
    if len(data) != expected.size_bytes or hashlib.sha256(data).hexdigest() != expected.sha256:
        raise BadModel(f"{name} is not the file that the manifest names")
    return data


def check_golden(classifier: OnnxClassifier, folder: Path) -> None:
    """See that a model answers here as it did where it was made.

    Raises:
        BadModel: a golden picture is missing, unreadable, or answered differently.
    """
    manifest = classifier.manifest
    for golden in manifest.golden:
        try:
            prediction = classifier.classify(read_file(folder, golden.file, manifest.files[golden.file]))
        except BadImage as error:
            raise BadModel(f"{golden.file} is no picture ({error})") from error
        _compare(golden, prediction)
    if not manifest.golden:
        _log.warning("model %s has no golden pictures", classifier.model_id)


def _compare(golden: Golden, prediction: Prediction) -> None:
    expected = Prediction(prediction.classes, np.asarray(golden.probabilities))
    off = float(np.abs(expected.probabilities - prediction.probabilities).max())
    if off > GOLDEN_TOLERANCE:
        raise BadModel(f"{golden.file}: a probability is off by {off:.2f}")
    if expected.margin >= GOLDEN_MARGIN and expected.label != prediction.label:
        raise BadModel(f"{golden.file}: {prediction.label} where {expected.label} was expected")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
