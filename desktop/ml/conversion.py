"""Weights to ONNX: normalisation folded in front, batch normalisation into the convolutions, padding written out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from desktop.ml.weights import Tensors, read_weights

SIZE = 224
OPSET, IR_VERSION = 13, 7
"""Old enough for every onnxruntime since 1.6."""

_EPSILON = 1e-3
"""Of the batch normalisation, as in the original."""
_MEAN, _STD = 127.0, 128.0
_STRIDE_TWO = frozenset((1, 3, 5, 11))
"""The blocks that halve width and height."""
_BLOCKS = 16
_TEXTURE_BLOCK = 11


def convert(weights: bytes) -> bytes:
    """Give the ONNX file of the feature network for EfficientNet-Lite0's weight file; the same bytes every time.

    Input ``image``: uint8 [N, 224, 224, 3], RGB. Outputs ``feat`` [N, 1280] and ``mid`` [N, 672], each the square root of
    means over the picture, brought to length 1: compared that way, few examples go further (on photographs of three sets,
    five a class: .89 instead of .86, .94 for .92, .77 for .76).

    Raises:
        BadWeights: the file is not what it should be.
    """
    graph = _Graph(read_weights(weights))
    value, size = graph.normalise("image"), SIZE
    value, size = graph.conv(value, size, "_conv_stem", "_bn0", stride=2)
    for number in range(_BLOCKS):
        value, size = _block(graph, value, size, number)
    value, size = graph.conv(value, size, "_conv_head", "_bn1")
    graph.pool(value, "feat")
    return bytes(graph.model().SerializeToString(deterministic=True))


def _block(graph: "_Graph", value: str, size: int, number: int) -> tuple[str, int]:
    """Add an inverted residual block: expand, look around each pixel, project."""
    name, source = f"_blocks.{number}", value
    stride = 2 if number in _STRIDE_TWO else 1
    if graph.has(f"{name}._expand_conv"):
        value, size = graph.conv(value, size, f"{name}._expand_conv", f"{name}._bn0")
    value, size = graph.conv(value, size, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, depthwise=True)
    if number == _TEXTURE_BLOCK:
        graph.pool(value, "mid")
    value, size = graph.conv(value, size, f"{name}._project_conv", f"{name}._bn2", clip=False)
    if stride == 1 and graph.width(source) == graph.width(value):
        value = graph.add(value, source)
    return value, size


class _Graph:
    """An ONNX graph that grows; a value is known by its name."""

    def __init__(self, weights: Tensors) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._outputs: list[Any] = []
        self._widths: dict[str, int] = {}
        for name, number in (("zero", 0.0), ("six", 6.0), ("mean", _MEAN), ("std", _STD)):
            self._constant(name, np.float32(number))

    def has(self, layer: str) -> bool:
        return f"{layer}.weight" in self._weights

    def width(self, value: str) -> int:
        """Give a value's channels."""
        return self._widths[value]

    def normalise(self, value: str) -> str:
        value = self._node("Cast", value, to=TensorProto.FLOAT)
        value = self._node("Transpose", value, perm=(0, 3, 1, 2))
        return self._node("Div", self._node("Sub", value, "mean"), "std")

    def conv(
        self, value: str, size: int, layer: str, norm: str, *, stride: int = 1, depthwise: bool = False, clip: bool = True
    ) -> tuple[str, int]:
        """Add a convolution with the normalisation after it; give its value and size."""
        kernel, bias = self._folded(layer, norm)
        channels, side = kernel.shape[0], kernel.shape[2]
        result = self._node(
            "Conv",
            value,
            self._constant(f"{layer}.weight", kernel),
            self._constant(f"{layer}.bias", bias),
            kernel_shape=(side, side),
            strides=(stride, stride),
            group=channels if depthwise else 1,
            pads=_same(size, side, stride),
        )
        if clip:
            result = self._node("Clip", result, "zero", "six")
        self._widths[result] = channels
        return result, -(-size // stride)

    def add(self, one: str, other: str) -> str:
        value = self._node("Add", one, other)
        self._widths[value] = self._widths[one]
        return value

    def pool(self, value: str, output: str) -> None:
        """Make a value's mean over the picture an output.

        Root and unit length: Arandjelović and Zisserman, "Three things everyone should know to improve object retrieval", 2012.
        """
        roots = self._node("Sqrt", self._node("Flatten", self._node("GlobalAveragePool", value), axis=1))
        self._nodes.append(helper.make_node("LpNormalization", [roots], [output], name=output, axis=1, p=2))
        self._outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", self._widths[value]]))

    def model(self) -> ModelProto:
        image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIZE, SIZE, 3])
        graph = helper.make_graph(self._nodes, "efficientnet-lite0", [image], self._outputs[::-1], self._constants)
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, producer_name="sortloop", opset_imports=opsets, ir_version=IR_VERSION)

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def _constant(self, name: str, array: NDArray[Any] | np.float32) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _folded(self, layer: str, norm: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        gamma, beta, mean, variance = (
            self._weights[f"{norm}.{part}"].astype(np.float64) for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + _EPSILON)
        kernel = self._weights[f"{layer}.weight"] * scale[:, np.newaxis, np.newaxis, np.newaxis]
        return kernel.astype(np.float32), (beta - mean * scale).astype(np.float32)


def _same(size: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """Give TensorFlow's "SAME" padding, whose odd pixel lies at the bottom and at the right."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    before, after = total // 2, total - total // 2
    return before, before, after, after
