"""An exported file answers as its bundle does, by itself."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from desktop.core.errors import ConfigError
from desktop.core.ports import TrainingPlan
from desktop.core.progress import CancelToken, silent
from desktop.ml.bundle import describe, write_bundle
from desktop.ml.export import export_onnx
from desktop.ml.feature_cache import FeatureCache
from desktop.ml.learning import Lesson
from edge.classifier import OnnxClassifier, read_manifest
from edge.contract.bundle import NETWORK, Manifest, Preprocessing
from edge.preprocess import preprocess
from tests.bundles import COLOURS, make_bundle, picture
from tests.networks import SIZE, channel_means
from tests.shapes import KINDS, draw, draw_images


def answer(file, jpeg, how):
    """Answer as anybody's program would, knowing only the file and how to cut a picture."""
    session = onnxruntime.InferenceSession(file.read_bytes())
    (image,) = session.get_inputs()
    assert (image.type, image.shape[1:]) == ("tensor(uint8)", [how.size, how.size, 3])
    ((probabilities,),) = session.run(["probabilities"], {image.name: preprocess(jpeg, Preprocessing(how.size, how.fit))})
    return probabilities


def write(folder, how, data, temperature=0.5):
    contents = {NETWORK: data}
    write_bundle(folder, Manifest(("a", "b", "c"), how, ("logits",), temperature, "test", 0, describe(contents)), contents)


def test_a_trained_model_answers_alike(tmp_path, lite0):
    plan = TrainingPlan("run", "dataset", KINDS, draw_images(tmp_path / "shapes", dict.fromkeys(KINDS, 4)))
    with FeatureCache(tmp_path / "features") as cache:
        Lesson(plan, silent, CancelToken(), lambda _line: None).learn(lambda: lite0, cache, tmp_path / "bundle", 2)
    export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")
    classifier = OnnxClassifier.load(tmp_path / "bundle")
    onnx.checker.check_model(onnx.load(tmp_path / "model.onnx"), full_check=True)
    for kind in KINDS:
        jpeg = draw(kind, 50, 300)
        found = answer(tmp_path / "model.onnx", jpeg, classifier.manifest.preprocessing)
        assert np.abs(found - classifier.classify(jpeg).probabilities).max() < 1e-4


@pytest.mark.parametrize("fit", ["crop", "squash"])
@pytest.mark.parametrize("order", ["rgb", "bgr"])
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize(
    ("mean", "std"), [(None, None), ((90.0, 100.0, 110.0), None), ((90.0, 100.0, 110.0), (50.0, 60.0, 70.0))]
)
def test_preprocessing_of_any_kind_goes_into_the_file(tmp_path, fit, order, layout, mean, std):
    how = Preprocessing(SIZE, fit, order, layout, mean, std)
    write(tmp_path / "bundle", how, channel_means(layout), temperature=30.0 if std is None else 0.5)
    export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")
    classifier = OnnxClassifier.load(tmp_path / "bundle")
    for number, colour in enumerate(COLOURS):
        jpeg = picture(colour, seed=number)
        assert answer(tmp_path / "model.onnx", jpeg, how) == pytest.approx(classifier.classify(jpeg).probabilities, abs=1e-4)


@pytest.mark.parametrize("names", [{"x": "pixels"}, {"logits": "probabilities"}, {"x": "probabilities", "logits": "Div_0"}])
def test_names_that_are_taken_do_not_get_mixed_up(tmp_path, names):
    contents = {NETWORK: channel_means("nchw", names=names)}
    how = Preprocessing(SIZE, layout="nchw", mean=(100.0, 100.0, 100.0))
    outputs = (names.get("logits", "logits"),)
    write_bundle(tmp_path / "bundle", Manifest(("a", "b", "c"), how, outputs, 9.0, "test", 0, describe(contents)), contents)
    export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").exists()


def test_old_networks_are_taken_too(tmp_path):
    write(tmp_path / "bundle", Preprocessing(SIZE, layout="nchw"), channel_means("nchw", opset=9), temperature=20.0)
    export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").exists()


def test_what_it_is_stands_in_the_file(tmp_path):
    identity = make_bundle(tmp_path / "bundle")
    export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")
    told = {entry.key: entry.value for entry in onnx.load(tmp_path / "model.onnx").metadata_props}
    manifest, _id = read_manifest(tmp_path / "bundle")
    assert told["model"] == identity
    assert json.loads(told["classes"]) == list(manifest.classes)
    assert float(told["temperature"]) == manifest.temperature
    assert json.loads(told["preprocessing"])["size"] == manifest.preprocessing.size


def random_answers():
    """Give a network that answers otherwise each time."""
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["x"], ["means"], axes=[2, 3], keepdims=0),
            helper.make_node("RandomNormalLike", ["means"], ["chance"]),
            helper.make_node("Add", ["means", "chance"], ["logits"]),
        ],
        "chance",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 3])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def test_a_file_that_answers_otherwise_never_gets_its_name(tmp_path):
    write(tmp_path / "bundle", Preprocessing(SIZE, layout="nchw"), random_answers(), temperature=1.0)
    (tmp_path / "model.onnx").write_bytes(b"the one before")
    with pytest.raises(ConfigError, match="answer otherwise"):
        export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == b"the one before"
    assert not list(tmp_path.glob("*.tmp"))


def test_a_damaged_bundle_is_told_in_words(tmp_path):
    make_bundle(tmp_path / "bundle")
    (tmp_path / "bundle" / NETWORK).write_bytes(b"damaged")
    with pytest.raises(ConfigError, match="cannot be exported"):
        export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")


def test_a_place_that_cannot_be_written_is_told_in_words(tmp_path):
    make_bundle(tmp_path / "bundle")
    with pytest.raises(ConfigError, match="cannot be written"):
        export_onnx(tmp_path / "bundle", tmp_path / "nowhere" / "model.onnx")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        export_onnx(tmp_path / "bundle", tmp_path / "folder")
    assert not list(tmp_path.glob("*.tmp"))
