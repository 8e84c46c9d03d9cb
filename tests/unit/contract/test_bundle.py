"""A manifest refuses what a device could not use."""

import dataclasses

import pytest

from edge.contract.bundle import NETWORK, File, Golden, Manifest, Preprocessing, Thresholds

FILE = File("0" * 64, 10)
GOOD = Manifest(("beer-mug", "clutter"), Preprocessing(), ("logits",), 1.0, "test", 1, {NETWORK: FILE})


@pytest.mark.parametrize(
    "change",
    [
        {"classes": ("clutter",)}, {"classes": ("clutter", "clutter")}, {"classes": ("clutter", "None of it")},
        {"outputs": ()}, {"temperature": 0.0}, {"temperature": float("nan")}, {"files": {}}, {"files": {"head.npz": FILE}},
        {"files": {NETWORK: FILE, "../x": FILE}}, {"files": {NETWORK: FILE, "model.json": FILE}},
        {"files": {NETWORK: FILE, "Model.JSON": FILE}}, {"files": {NETWORK: FILE, "golden\\a": FILE}},
        {"files": {NETWORK: FILE, "a": FILE, "A": FILE}}, {"files": {NETWORK: FILE, "a": FILE, "a/b": FILE}},
        {"files": {NETWORK: FILE} | {f"f{number}": FILE for number in range(256)}},
        {"golden": (Golden("golden/none.jpg", (0.5, 0.5)),)}, {"golden": (Golden(NETWORK, (1.0,)),)},
    ],
)  # fmt: skip
def test_a_manifest_that_no_device_could_use_is_refused(change):
    with pytest.raises(ValueError, match=r"classes|temperature|files|golden|outputs"):
        dataclasses.replace(GOOD, **change)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 8}, {"size": 2048}, {"fit": "pad"}, {"order": "gbr"}, {"layout": "chw"}, {"mean": (1.0,)},
        {"std": (1.0, 1.0, 1.0)}, {"mean": (0.0, 0.0, 0.0), "std": (1.0, 0.0, 1.0)},
    ],
)  # fmt: skip
def test_preprocessing_that_no_one_can_do_is_refused(wrong):
    with pytest.raises(ValueError, match="preprocessing"):
        Preprocessing(**wrong)


@pytest.mark.parametrize(
    ("sha256", "size_bytes"), [("0" * 63, 1), ("G" * 64, 1), ("0" * 64 + "\n", 1), ("0" * 64, -1), ("0" * 64, 1 << 30)]
)
def test_a_file_is_a_digest_and_a_bearable_size(sha256, size_bytes):
    with pytest.raises(ValueError, match=r"sha256|size_bytes"):
        File(sha256, size_bytes)


@pytest.mark.parametrize("wrong", [{"low": 60.0}, {"high": -0.1}, {"high": float("nan")}])
def test_thresholds_are_shares(wrong):
    with pytest.raises(ValueError, match="thresholds"):
        Thresholds(**wrong)
