"""A model as one ONNX file that needs nothing else: for anybody's program, with the answers of the bundle.

Its input is called ``pixels``: uint8 [N, size, size, 3], RGB, upright, cut and resized as ``preprocessing`` in the metadata
says; its output ``probabilities`` [N, classes]. Metadata: ``model``, ``classes``, ``temperature``, ``preprocessing``.
"""

import io
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper
from PIL import Image

from desktop.core.errors import ConfigError
from desktop.core.texts import _
from edge.classifier import REFUSALS, BadModel, Head, OnnxClassifier, read_file
from edge.contract.bundle import HEAD, NETWORK, Manifest, Preprocessing
from edge.preprocess import preprocess

INPUT, OUTPUT = "pixels", "probabilities"

_TOLERANCE = 1e-4
"""How far a probability may lie from the classifier's: single instead of double precision."""


def export_onnx(folder: Path, target: Path) -> None:
    """Write the model in a bundle's folder as one self-contained ONNX file, held against the bundle before it gets its name.

    Raises:
        ConfigError: the bundle cannot be used, or the file cannot be written or would answer differently.
    """
    try:
        classifier = OnnxClassifier.load(folder)
        manifest = classifier.manifest
        head = Head.unpack(read_file(folder, HEAD, manifest.files[HEAD])) if HEAD in manifest.files else None
        model = onnx.load_model_from_string(read_file(folder, NETWORK, manifest.files[NETWORK]))
        data = _whole(model, manifest, head, classifier.model_id)
        _compare(data, classifier, [read_file(folder, golden.file, manifest.files[golden.file]) for golden in manifest.golden])
    except BadModel as error:
        raise ConfigError(_("The model cannot be exported: {error}.").format(error=error)) from error
    try:
        _write(target, data)
    except OSError as error:
        raise ConfigError(_("{path} cannot be written: {error}.").format(path=target, error=error.strerror)) from error


def _write(target: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f"{target.name}.", suffix=".tmp", delete=False) as file:
        unfinished = Path(file.name)
        try:
            file.write(data)
            file.close()
            unfinished.chmod(0o644)  # a temporary file is for one user alone
            os.replace(unfinished, target)
        except BaseException:
            unfinished.unlink()
            raise


class _Nodes:
    """Nodes to be put before or behind a graph's own."""

    def __init__(self, graph: GraphProto, taken: set[str]) -> None:
        self.nodes: list[NodeProto] = []
        self._graph = graph
        self._taken = taken

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node; give its output's name."""
        name = name or self.free(f"{kind}_{len(self.nodes)}")
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"sortloop/{name}", **attributes))
        return name

    def constant(self, name: str, array: NDArray[np.float32] | np.float32 | NDArray[np.int64]) -> str:
        """Add a constant; give its name."""
        name = self.free(name)
        self._graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def free(self, name: str) -> str:
        """Give a name that nothing in the graph has, the one wished for if possible."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _whole(model: ModelProto, manifest: Manifest, head: Head | None, model_id: str) -> bytes:
    """Put the preprocessing's arithmetic before a network, and the head, the temperature and the softmax behind it."""
    graph = model.graph
    constants = {constant.name for constant in graph.initializer}
    (taken,) = (value for value in graph.input if value.name not in constants)
    names = {name for node in graph.node for name in (*node.input, *node.output)} | constants
    before, behind = _Nodes(graph, names), _Nodes(graph, names)
    image = before.free(INPUT)
    _prepare(before, image, taken, manifest.preprocessing)
    probabilities = behind.free(OUTPUT)
    _conclude(behind, manifest, head, probabilities)
    nodes = [*before.nodes, *graph.node, *behind.nodes]
    del graph.node[:], graph.output[:]
    graph.node.extend(nodes)
    size, batch = manifest.preprocessing.size, taken.type.tensor_type.shape.dim[0]
    rows = batch.dim_value or batch.dim_param or "N"
    graph.input.remove(taken)
    graph.input.insert(0, helper.make_tensor_value_info(image, TensorProto.UINT8, [rows, size, size, 3]))
    graph.output.append(helper.make_tensor_value_info(probabilities, TensorProto.FLOAT, [rows, len(manifest.classes)]))
    told = {
        "model": model_id,
        "classes": json.dumps(manifest.classes),
        "temperature": repr(manifest.temperature),
        "preprocessing": json.dumps(asdict(manifest.preprocessing)),
    }
    helper.set_model_props(model, {entry.key: entry.value for entry in model.metadata_props} | told)
    return bytes(model.SerializeToString(deterministic=True))


def _prepare(nodes: _Nodes, value: str, taken: ValueInfoProto, how: Preprocessing) -> None:
    """Do in the graph what ``edge.preprocess.to_tensor`` does behind the resizing."""
    if how.order == "bgr":
        value = nodes.add("Gather", value, nodes.constant("bgr", np.array([2, 1, 0])), axis=3)
    kind = taken.type.tensor_type.elem_type
    if kind != TensorProto.UINT8:
        value = nodes.add("Cast", value, to=kind)
    if how.mean is not None:
        value = nodes.add("Sub", value, nodes.constant("mean", np.array(how.mean, np.float32)))
        value = nodes.add("Div", value, nodes.constant("std", np.array(how.std or (1, 1, 1), np.float32)))
    if how.layout == "nchw":
        value = nodes.add("Transpose", value, perm=(0, 3, 1, 2))
    nodes.add("Identity", value, name=taken.name)


def _conclude(nodes: _Nodes, manifest: Manifest, head: Head | None, answer: str) -> None:
    """Do in the graph what ``edge.classifier`` does behind the network."""
    value = nodes.add("Concat", *[nodes.add("Flatten", name, axis=1) for name in manifest.outputs], axis=1)
    if head is not None:
        value = nodes.add("Gemm", value, nodes.constant("weights", head.weights), nodes.constant("bias", head.bias))
    value = nodes.add("Div", value, nodes.constant("temperature", np.float32(manifest.temperature)))
    nodes.add("Softmax", value, name=answer, axis=1)


def _compare(data: bytes, classifier: OnnxClassifier, pictures: Sequence[bytes]) -> None:
    """See that a whole network answers as the classifier does."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        how = classifier.manifest.preprocessing
        plain = Preprocessing(size=how.size, fit=how.fit)
        for picture in (*pictures, _noise(how.size)):
            (answer,) = session.run(None, {session.get_inputs()[0].name: preprocess(picture, plain)})
            off = np.abs(answer[0] - classifier.classify(picture).probabilities).max()
            if not off < _TOLERANCE:
                raise BadModel(f"the file would answer otherwise: a probability is off by {off:.4f}")
    except REFUSALS as error:  # BadImage and BadModel are ValueErrors
        raise error if isinstance(error, BadModel) else BadModel(" ".join(str(error).split())[:200]) from error


def _noise(size: int) -> bytes:
    """Give a picture with something of everything."""
    pixels = np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
