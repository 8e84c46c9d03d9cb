"""The scorer gives the numbers of the device's classifier."""

import hashlib

import numpy as np
import pytest

from desktop.core.errors import Cancelled, ConfigError
from desktop.core.ports import TrainingPlan
from desktop.core.progress import CancelToken, silent
from desktop.ml.bundle import describe, write_bundle
from desktop.ml.feature_cache import FeatureCache
from desktop.ml.features import Picture
from desktop.ml.learning import Lesson
from desktop.ml.scorer import Scorer
from edge.classifier import OnnxClassifier
from edge.contract.bundle import HEAD, NETWORK, Manifest
from tests.bundles import COLOURS, HOW, head, make_bundle, network, picture
from tests.shapes import KINDS, draw, draw_images


@pytest.fixture
def pictures(tmp_path):
    found = []
    for number in range(10):
        colour = tuple(int(value) for value in np.random.default_rng(number).integers(0, 256, 3))
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(picture(colour, seed=number))
        found.append(Picture(path, hashlib.sha256(path.read_bytes()).hexdigest()))
    return found


@pytest.fixture
def scorer(tmp_path):
    return Scorer(tmp_path / "features", 2)


@pytest.fixture(params=["with a head", "without"])
def folder(request, tmp_path):
    folder = tmp_path / "bundle"
    if request.param == "with a head":
        make_bundle(folder, sharpness=5)
    else:  # the mean colour as logits
        contents = {NETWORK: network()}
        write_bundle(folder, Manifest(("r", "g", "b"), HOW, ("features",), 0.1, "test", 0, describe(contents)), contents)
    return folder


def expected(folder, pictures):
    classifier = OnnxClassifier.load(folder)
    return np.array([classifier.classify(picture.path.read_bytes()).probabilities for picture in pictures])


def test_its_answers_are_those_of_the_classifier(scorer, folder, pictures):
    scores = scorer.score(folder, pictures)
    assert scores.classes == OnnxClassifier.load(folder).manifest.classes
    assert np.abs(scores.probabilities - expected(folder, pictures)).max() < 1e-3
    assert scores.readable.all()


def test_answers_of_a_trained_model_are_those_of_the_classifier(scorer, tmp_path, lite0):
    plan = TrainingPlan("run", "dataset", KINDS, draw_images(tmp_path / "shapes", dict.fromkeys(KINDS, 5)))
    with FeatureCache(tmp_path / "features") as cache:
        Lesson(plan, silent, CancelToken(), lambda _line: None).learn(lambda: lite0, cache, tmp_path / "trained", 2)
    found = []
    for kind in KINDS:
        for seed in range(50, 54):
            path = tmp_path / f"{kind}{seed}.jpg"
            path.write_bytes(draw(kind, seed))
            found.append(Picture(path, hashlib.sha256(path.read_bytes()).hexdigest()))
    scores = scorer.score(tmp_path / "trained", found)
    assert np.abs(scores.probabilities - expected(tmp_path / "trained", found)).max() < 1e-3


def test_rows_stand_in_the_order_asked_for_also_when_one_is_asked_for_twice(scorer, folder, pictures):
    asked = [pictures[3], pictures[0], pictures[3]]
    scores = scorer.score(folder, asked)
    assert np.abs(scores.probabilities - expected(folder, asked)).max() < 1e-3
    assert scores.digests == tuple(picture.sha256 for picture in asked)


def test_an_unreadable_picture_has_no_numbers_but_a_reason(scorer, folder, pictures):
    pictures[4].path.write_bytes(b"no picture")
    scores = scorer.score(folder, pictures)
    assert scores.readable.tolist() == [number != 4 for number in range(10)]
    assert np.isnan(scores.probabilities[4]).all()
    assert np.isfinite(scores.probabilities[scores.readable]).all()
    assert "digest" in scores.problems[pictures[4].sha256]
    assert scores.by_sha256().keys() == {picture.sha256 for picture in pictures} - {pictures[4].sha256}


def test_only_unreadable_pictures_or_none_at_all_are_no_trouble(scorer, folder, pictures):
    pictures[0].path.unlink()
    assert not scorer.score(folder, pictures[:1]).readable.any()
    assert scorer.score(folder, []).probabilities.shape == (0, len(OnnxClassifier.load(folder).manifest.classes))


def test_another_head_over_the_same_network_looks_at_no_picture_again(scorer, tmp_path, pictures):
    make_bundle(tmp_path / "one")
    make_bundle(tmp_path / "other", sharpness=3)
    scorer.score(tmp_path / "one", pictures)
    steps = []
    scores = scorer.score(tmp_path / "other", pictures, steps.append)
    assert steps == []
    assert np.abs(scores.probabilities - expected(tmp_path / "other", pictures)).max() < 1e-3


def test_progress_is_told_and_a_stop_is_heard(scorer, folder, pictures):
    steps = []
    scorer.score(folder, pictures, steps.append)
    assert [(step.done, step.total) for step in steps] == [(number, 10) for number in range(1, 11)]
    token = CancelToken()
    token.cancel()
    pictures[0].path.write_bytes(picture(COLOURS[0], seed=77))
    fresh = Picture(pictures[0].path, hashlib.sha256(pictures[0].path.read_bytes()).hexdigest())
    with pytest.raises(Cancelled):
        scorer.score(folder, [fresh], cancel=token)


@pytest.mark.parametrize("name", [NETWORK, HEAD, "model.json"])
def test_a_damaged_bundle_is_told_in_words(scorer, tmp_path, pictures, name):
    make_bundle(tmp_path / "damaged")
    (tmp_path / "damaged" / name).write_bytes(b"damaged")
    with pytest.raises(ConfigError, match=r"cannot be used: .*\. Use another model"):
        scorer.score(tmp_path / "damaged", pictures)


@pytest.mark.parametrize("outputs", [("nothing",), ("features", "features")])
def test_parts_that_do_not_fit_together_are_told_in_words(scorer, tmp_path, pictures, outputs):
    contents = {NETWORK: network(), HEAD: head().pack()}
    manifest = Manifest(tuple("abcde"), HOW, outputs, 1.0, "test", 0, describe(contents))
    write_bundle(tmp_path / "odd", manifest, contents)
    with pytest.raises(ConfigError, match="cannot be used"):
        scorer.score(tmp_path / "odd", pictures)
