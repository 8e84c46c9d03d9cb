"""Tiny models for tests: the mean colour of a picture is its three features, a head of three numbers a class answers.

    model = make_bundle(folder)                       # red → beer-mug, green → clutter, blue → coffee-mug, …
    publish(folder, uplink)                           # into the bucket, as the desktop does it

A bundle is a few kilobytes and answers in well under a millisecond.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from PIL import Image

from desktop.ml.bundle import describe, write_bundle
from edge.classifier import Head, probabilities, read_manifest
from edge.contract.bundle import HEAD, MANIFEST, NETWORK, Golden, Manifest, Preprocessing, Thresholds
from edge.contract.classes import DEFAULT_CLASSES
from edge.contract.keys import blob_key, manifest_key
from edge.contract.records import load
from edge.ports import Uplink
from edge.preprocess import preprocess

SIZE = 32
COLOURS = ((220, 30, 30), (30, 220, 30), (30, 30, 220), (220, 220, 30), (30, 220, 220))
"""Of the default classes, in their order."""
HOW = Preprocessing(size=SIZE)


def picture(colour: tuple[int, int, int] = COLOURS[0], *, size: int = 64, seed: int = 0) -> bytes:
    """Give a JPEG of one colour with a little noise; other seeds give other bytes."""
    noise = np.random.default_rng(seed).integers(-12, 13, (size, size, 3))
    pixels = np.clip(np.asarray(colour) + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


def network(*, blue_fails: bool = False, endless: bool = False) -> bytes:
    """Give the network.

    Args:
        blue_fails: It answers with NaN where the picture's mean blue is above .6.
        endless: It computes for hours.
    """
    nodes = [
        helper.make_node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["floats"], ["planes"], perm=(0, 3, 1, 2)),
        helper.make_node("GlobalAveragePool", ["planes"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["bytes"], axis=1),
        helper.make_node("Div", ["bytes", "most"], ["colour"]),
    ]
    constants = [helper.make_tensor("most", TensorProto.FLOAT, (), [255.0])]
    last = "colour"
    if blue_fails:
        nodes += [
            helper.make_node("Split", ["colour"], ["red", "green", "blue"], axis=1, num_outputs=3),
            helper.make_node("Sub", ["most_blue", "blue"], ["room"]),
            helper.make_node("Sqrt", ["room"], ["root"]),
            helper.make_node("Mul", ["root", "nothing"], ["harmless"]),
            helper.make_node("Add", ["colour", "harmless"], ["delicate"]),
        ]
        constants += [
            helper.make_tensor("most_blue", TensorProto.FLOAT, (), [0.6]),
            helper.make_tensor("nothing", TensorProto.FLOAT, (), [0.0]),
        ]
        last = "delicate"
    if endless:
        values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("value", "next")]
        body = helper.make_graph(
            [helper.make_node("Identity", ["going"], ["goes_on"]), helper.make_node("Identity", ["value"], ["next"])],
            "body",
            [
                helper.make_tensor_value_info("round", TensorProto.INT64, []),
                helper.make_tensor_value_info("going", TensorProto.BOOL, []),
                values[0],
            ],
            [helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []), values[1]],
        )
        constants += [
            helper.make_tensor("rounds", TensorProto.INT64, (), [1 << 60]),
            helper.make_tensor("yes", TensorProto.BOOL, (), [True]),
        ]
        nodes.append(helper.make_node("Loop", ["rounds", "yes", last], ["looped"], body=body))
        last = "looped"
    nodes.append(helper.make_node("Identity", [last], ["features"]))
    graph = helper.make_graph(
        nodes,
        "mean-colour",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 3])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def head(classes: Sequence[str] = DEFAULT_CLASSES, *, sharpness: float = 20.0) -> Head:
    """Give a head that answers with the class whose colour is nearest: logits are ``-sharpness · distance²``."""
    colours = np.asarray(COLOURS, np.float32)[[index % len(COLOURS) for index in range(len(classes))]] / 255
    return Head((2 * sharpness * colours.T).astype(np.float32), (-sharpness * (colours**2).sum(axis=1)).astype(np.float32))


def make_bundle(
    folder: Path,
    *,
    classes: Sequence[str] = DEFAULT_CLASSES,
    sharpness: float = 20.0,
    onnx_bytes: bytes | None = None,
    golden: Mapping[str, tuple[float, ...]] | None = None,
    thresholds: Thresholds | None = None,
    created_ms: int = 1_600_000_000_000,
    parent: str | None = None,
    dataset: str | None = None,
) -> str:
    """Write a bundle and give its id; with a red golden picture, unless ``golden`` says what is expected of ``picture()``."""
    layer = head(classes, sharpness=sharpness)
    sample = picture()
    features = preprocess(sample, HOW)[0].reshape(-1, 3).mean(axis=0, dtype=np.float32) / 255
    expected = {"golden/red.jpg": tuple(probabilities(layer.logits(features), 1.0).tolist())} if golden is None else dict(golden)
    contents = {NETWORK: onnx_bytes or network(), HEAD: layer.pack(), **dict.fromkeys(expected, sample)}
    manifest = Manifest(
        classes=tuple(classes),
        preprocessing=HOW,
        outputs=("features",),
        temperature=1.0,
        trainer="test",
        created_ms=created_ms,
        files=describe(contents),
        thresholds=thresholds or Thresholds(),
        parent=parent,
        dataset=dataset,
        golden=tuple(Golden(name, values) for name, values in expected.items()),
    )
    return write_bundle(folder, manifest, contents)


def publish(folder: Path, uplink: Uplink) -> None:
    """Put a bundle into the bucket: its files by digest, its manifest last."""
    body = (folder / MANIFEST).read_bytes()
    manifest = load(Manifest, body)
    for name, file in manifest.files.items():
        uplink.put(blob_key(file.sha256), (folder / name).read_bytes(), if_absent=True)
    uplink.put(manifest_key(folder_id(folder)), body, if_absent=True)


def folder_id(folder: Path) -> str:
    """Give the id of the model in a bundle's folder."""
    return read_manifest(folder)[1]
