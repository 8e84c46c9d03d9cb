"""A bundle is believed in nothing: what is not as its manifest says, or not as a model must be, is refused with a reason."""

import hashlib
import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from desktop.ml.bundle import describe, write_bundle
from edge.classifier import (
    MAX_HEAD_BYTES,
    REFUSALS,
    BadModel,
    Head,
    OnnxClassifier,
    check_golden,
    probabilities,
    read_manifest,
)
from edge.contract.bundle import HEAD, MANIFEST, MAX_MANIFEST_BYTES, NETWORK, Manifest, Preprocessing
from edge.contract.classes import DEFAULT_CLASSES
from edge.preprocess import BadImage
from tests.bundles import COLOURS, head, make_bundle, network, picture
from tests.networks import SIZE, channel_means


@pytest.fixture
def folder(tmp_path):
    make_bundle(tmp_path / "bundle")
    return tmp_path / "bundle"


def change(folder, **fields):
    """Write another manifest over a bundle's."""
    manifest = json.loads((folder / MANIFEST).read_bytes()) | fields
    (folder / MANIFEST).write_text(json.dumps(manifest))


def write(folder, name, data):
    """Put another file into a bundle, and into its manifest."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
    change(folder, files=manifest["files"])


@pytest.mark.parametrize(("number", "cls"), list(enumerate(DEFAULT_CLASSES)))
def test_each_picture_is_answered(folder, number, cls):
    prediction = OnnxClassifier.load(folder).classify(picture(COLOURS[number]))
    assert prediction.label == cls
    assert prediction.probabilities.sum() == pytest.approx(1)


def test_the_id_is_the_digest_of_the_manifest_whatever_a_newer_writer_put_in(folder):
    change(folder, novelty=[1, 2])
    expected = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    assert OnnxClassifier.load(folder).model_id == expected


def test_a_picture_that_is_none_is_told_apart_from_a_bad_model(folder):
    with pytest.raises(BadImage):
        OnnxClassifier.load(folder).classify(b"no picture")


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def bomb():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("weights.npy", "w", force_zip64=True) as member,
    ):
        for _ in range((MAX_HEAD_BYTES >> 20) + 1):
            member.write(bytes(1 << 20))
    return file.getvalue()


def member(header):
    """An archive whose arrays begin with this header."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in GOOD:
            archive.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    return file.getvalue()


class Touch:
    """A pickle that would leave a mark."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


GOOD = {"weights": np.zeros((3, 5), np.float32), "bias": np.zeros(5, np.float32)}


NO_HEADS = {
    "empty": b"",
    "no archive": b"no archive",
    "no bias": npz(weights=GOOD["weights"]),
    "short bias": npz(**GOOD | {"bias": np.zeros(4, np.float32)}),
    "flat weights": npz(**GOOD | {"weights": np.zeros(5, np.float32)}),
    "whole numbers": npz(**GOOD | {"weights": np.zeros((3, 5), np.int64)}),
    "no numbers": npz(**GOOD | {"weights": np.full((3, 5), np.nan)}),
    "endless": npz(**GOOD | {"bias": np.array([np.inf] * 5)}),
    "words": npz(**GOOD | {"weights": np.array([["x"] * 5] * 3)}),
    "cut off": npz(**GOOD)[:-40],
    "a header that never ends": member(b"{'a': (\n"),
    "a header of odd indents": member(b"  a\n b\n"),
    "a shape beyond all memory": member(b"{'descr': '<f4', 'fortran_order': False, 'shape': (10000000000000,)}\n"),
    "unpacks to too much": bomb(),
}


@pytest.mark.parametrize("data", list(NO_HEADS.values()), ids=list(NO_HEADS))
def test_a_head_that_is_none_is_refused(data):
    with pytest.raises(BadModel, match="head"):
        Head.unpack(data)


def test_a_head_is_never_unpickled(tmp_path):
    mark = tmp_path / "mark"
    arrays = npz(weights=np.array([[Touch(str(mark))]], object), bias=np.zeros(1, np.float32))
    plain = pickle.dumps(Touch(str(mark)))
    mark.unlink(missing_ok=True)
    for data in (arrays, plain):
        with pytest.raises(BadModel):
            Head.unpack(data)
    assert not mark.exists()


@given(st.integers(0, 5000), st.integers(0, 255))
def test_a_head_with_a_changed_byte_is_read_or_refused(place, byte):
    data = bytearray(head().pack())
    data[place % len(data)] = byte
    try:
        found = Head.unpack(bytes(data))
    except BadModel:
        return
    assert np.isfinite(found.weights).all()


def test_a_head_is_packed_to_the_same_bytes_and_back():
    assert Head.unpack(head().pack()).pack() == head().pack()


@pytest.mark.parametrize("name", [NETWORK, HEAD])
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"x", lambda data: bytes([data[0] ^ 1]) + data[1:], None]
)
def test_a_file_that_is_not_the_one_named_is_refused(folder, name, damage):
    path = folder / name
    path.unlink() if damage is None else path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadModel, match=name):
        OnnxClassifier.load(folder)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"schema": 99}',
        b"[" * 100_000,
        b" " * (MAX_MANIFEST_BYTES + 1),
    ],
    ids=["empty", "a list", "nothing in it", "no text", "newer", "deep", "long"],
)
def test_a_manifest_that_is_none_is_refused(folder, text):
    (folder / MANIFEST).write_bytes(text)
    with pytest.raises(BadModel, match=r"model\.json"):
        read_manifest(folder)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "C:\\x", MANIFEST, "a//b", ""])
def test_a_file_outside_the_bundle_cannot_be_named(folder, name):
    files = json.loads((folder / MANIFEST).read_bytes())["files"]
    change(folder, files=files | {name: files[HEAD]})
    with pytest.raises(BadModel):
        read_manifest(folder)


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0},
        {"temperature": "1"},
        {"classes": ["only"]},
        {"classes": ["a", "a"]},
        {"classes": ["a", "../b"]},
        {"golden": [{"file": "golden/red.jpg", "probabilities": [1]}]},
        {"golden": [{"file": "golden/none.jpg", "probabilities": [0.2] * 5}]},
        {"preprocessing": {"size": 100_000}},
        {"preprocessing": {"fit": "stretch"}},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(folder, fields):
    change(folder, **fields)
    with pytest.raises(BadModel):
        OnnxClassifier.load(folder)


@pytest.mark.parametrize(
    "fields",
    [
        {"classes": ["a", "b", "c"], "golden": []},
        {"outputs": ["nothing"]},
        {"outputs": []},
        {"outputs": ["features", "features"]},
        {"preprocessing": {"size": 64}},
        {"preprocessing": {"size": 32, "layout": "nchw"}},
        {"preprocessing": {"size": 32, "mean": [0.0, 0.0, 0.0]}},
    ],
)
def test_parts_that_do_not_fit_together_are_refused_when_loading(folder, fields):
    change(folder, **fields)
    with pytest.raises(BadModel):
        OnnxClassifier.load(folder)


@pytest.mark.parametrize("data", [b"", b"no network", network()[:-100]], ids=["empty", "no network", "cut off"])
def test_a_network_that_is_none_is_refused(folder, data):
    write(folder, NETWORK, data)
    with pytest.raises(BadModel, match="network"):
        OnnxClassifier.load(folder)


def test_a_network_that_cannot_answer_a_picture_says_so(tmp_path):
    make_bundle(tmp_path / "bundle", onnx_bytes=network(blue_fails=True))
    classifier = OnnxClassifier.load(tmp_path / "bundle")
    assert classifier.classify(picture(COLOURS[0])).label == DEFAULT_CLASSES[0]
    with pytest.raises(BadModel, match="finite"):
        classifier.classify(picture(COLOURS[2]))


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_a_network_without_a_head_answers_in_its_own_terms(tmp_path, layout, order):
    contents = {NETWORK: channel_means(layout)}
    how = Preprocessing(SIZE, "squash", order, layout, (100.0, 100.0, 100.0), (50.0, 50.0, 50.0))
    manifest = Manifest(("first", "second", "third"), how, ("logits",), 0.5, "test", 0, describe(contents))
    write_bundle(tmp_path / "bundle", manifest, contents)
    found = OnnxClassifier.load(tmp_path / "bundle").classify(picture((200, 100, 50)))
    logits = np.array([2, 0, -1]) if order == "rgb" else np.array([-1, 0, 2])
    assert found.probabilities == pytest.approx(probabilities(logits, 0.5), abs=0.02)


def test_golden_pictures_answered_as_at_home_pass(folder):
    check_golden(OnnxClassifier.load(folder), folder)


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        ((0.2, 0.2, 0.2, 0.2, 0.2), "off by"),
        ((0.0, 1.0, 0.0, 0.0, 0.0), "off by"),
    ],
)
def test_a_golden_picture_answered_otherwise_is_seen(tmp_path, expected, reason):
    make_bundle(tmp_path / "bundle", golden={"golden/red.jpg": expected})
    with pytest.raises(BadModel, match=reason):
        check_golden(OnnxClassifier.load(tmp_path / "bundle"), tmp_path / "bundle")


def test_golden_pictures_may_be_off_as_far_as_processors_differ(tmp_path):
    make_bundle(tmp_path / "one")
    exact = read_manifest(tmp_path / "one")[0].golden[0].probabilities
    for name, off, good in (("near", 0.04, True), ("far", 0.06, False)):
        moved = (exact[0] - off, exact[1] + off, *exact[2:])
        make_bundle(tmp_path / name, golden={"golden/red.jpg": moved})
        classifier = OnnxClassifier.load(tmp_path / name)
        if good:
            check_golden(classifier, tmp_path / name)
        else:
            with pytest.raises(BadModel):
                check_golden(classifier, tmp_path / name)


def test_a_golden_picture_that_is_none_is_seen(folder):
    write(folder, "golden/red.jpg", b"no picture")
    with pytest.raises(BadModel, match="no picture"):
        check_golden(OnnxClassifier.load(folder), folder)


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=8), st.floats(0.01, 100))
def test_probabilities_are_shares_in_the_order_of_the_logits(logits, temperature):
    found = probabilities(np.array(logits), temperature)
    assert found.sum() == pytest.approx(1)
    assert found[int(np.argmax(logits))] == found.max()


def test_whatever_the_networks_library_raises_is_a_refusal():
    for kind in (error for error in vars(ort_errors).values() if isinstance(error, type) and issubclass(error, Exception)):
        assert issubclass(kind, REFUSALS)
    assert ort_errors.Fail in REFUSALS
