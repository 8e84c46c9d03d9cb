"""Networks in other people's ways: floats or bytes in, any layout, logits out."""

from collections.abc import Mapping

from onnx import TensorProto, helper

SIZE = 16


def channel_means(layout: str = "nchw", *, names: Mapping[str, str] | None = None, opset: int = 17) -> bytes:
    """Give a network whose three logits are the mean of each channel as it comes; its input takes floats.

    Args:
        layout: Of its input: ``nchw`` or ``nhwc``.
        names: Other names for its values ``x`` (the input) and ``logits``.
        opset: The ONNX operators' version.
    """
    taken = {"x": "x", "logits": "logits", **(names or {})}
    shape = {"nchw": ["N", 3, SIZE, SIZE], "nhwc": ["N", SIZE, SIZE, 3]}[layout]
    graph = helper.make_graph(
        [
            helper.make_node(
                "ReduceMean", [taken["x"]], [taken["logits"]], axes={"nchw": [2, 3], "nhwc": [1, 2]}[layout], keepdims=0
            )
        ],
        "channel-means",
        [helper.make_tensor_value_info(taken["x"], TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(taken["logits"], TensorProto.FLOAT, ["N", 3])],
    )
    return bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString())
