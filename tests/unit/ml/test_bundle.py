"""Bundles are written whole or not at all."""

import numpy as np
import pytest

from desktop.ml.bundle import describe, reference, write_bundle
from edge.classifier import read_manifest
from edge.contract.bundle import NETWORK, Manifest, Preprocessing


def manifest(contents):
    return Manifest(("a", "b"), Preprocessing(), ("logits",), 1.0, "test", 0, describe(contents))


def test_a_bundle_holds_its_files_and_its_id_is_that_of_its_manifest(tmp_path):
    contents = {NETWORK: b"network", "golden/a.jpg": b"picture"}
    identity = write_bundle(tmp_path / "bundle", manifest(contents), contents)
    assert read_manifest(tmp_path / "bundle") == (manifest(contents), identity)
    assert {name: (tmp_path / "bundle" / name).read_bytes() for name in contents} == contents


def test_what_cannot_be_finished_leaves_nothing(tmp_path):
    contents = {NETWORK: b"network", f"golden/{'a' * 300}.jpg": b"a name too long for any file system"}
    with pytest.raises(OSError):
        write_bundle(tmp_path / "bundle", manifest(contents), contents)
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_is_there_stays_as_it_is(tmp_path):
    contents = {NETWORK: b"network"}
    write_bundle(tmp_path / "bundle", manifest(contents), contents)
    other = {NETWORK: b"another"}
    with pytest.raises(OSError):
        write_bundle(tmp_path / "bundle", manifest(other), other)
    assert (tmp_path / "bundle" / NETWORK).read_bytes() == b"network"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_manifest_of_other_files_is_refused(tmp_path):
    with pytest.raises(ValueError, match="other files"):
        write_bundle(tmp_path / "bundle", manifest({NETWORK: b"network"}), {NETWORK: b"another"})
    assert list(tmp_path.iterdir()) == []


def test_the_reference_tells_how_answers_are_spread():
    answers = np.array([[0.95, 0.05], [1.0, 0.0], [0.45, 0.55], [0.3, 0.7]])
    found = reference(answers, ("a", "b"))
    assert found.class_share == (0.5, 0.5)
    assert found.confidence == (0, 0, 0, 0, 0, 0.25, 0, 0.25, 0, 0.5)


def test_without_answers_the_reference_is_empty():
    assert reference(np.zeros((0, 2)), ("a", "b")).class_share == ()
