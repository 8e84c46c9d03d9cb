"""A lesson: from pictures to a bundle that answers."""

import json
from dataclasses import replace

import numpy as np
import pytest

from desktop.core.errors import Cancelled, ConfigError
from desktop.core.ports import TrainingPlan
from desktop.core.progress import CancelToken, silent
from desktop.ml.feature_cache import FeatureCache
from desktop.ml.learning import Lesson
from edge.classifier import OnnxClassifier, check_golden, read_file
from edge.contract.bundle import HEAD, NETWORK
from tests.bundles import COLOURS, picture
from tests.shapes import KINDS, draw, draw_images, keep


class Case:
    """Lessons in a folder, with the network of three features."""

    def __init__(self, folder, backbone):
        self.folder = folder
        self.backbone = backbone
        self.notes = []
        self.steps = []
        self.kept = []
        self.colours = dict(zip(("red", "green", "blue"), COLOURS, strict=False))

    def images(self, counts):
        return tuple(
            keep(self.folder / f"{label}-{seed}.jpg", picture(self.colours[label], seed=seed), label)
            for label, count in counts.items()
            for seed in range(count)
        )

    def plan(self, images, classes=("red", "green", "blue")):
        return TrainingPlan("run", "dataset", tuple(classes), tuple(images), parent="parent", created_ms=1_700_000_000_000)

    def learn(self, plan, name="bundle", progress=None, cancel=None):
        lesson = Lesson(plan, progress or self.steps.append, cancel or CancelToken(), self.notes.append)
        with FeatureCache(self.folder / "features") as cache:
            return lesson.learn(lambda: self.backbone, cache, self.folder / name, 2, self.kept.append)

    def load(self, name="bundle"):
        return OnnxClassifier.load(self.folder / name)


@pytest.fixture
def case(tmp_path, mean_colour):
    return Case(tmp_path, mean_colour)


def test_the_model_answers_pictures_it_has_not_seen(case):
    summary = case.learn(case.plan(case.images({"red": 8, "green": 8, "blue": 8})))
    classifier = case.load()
    assert [classifier.classify(picture(colour, seed=99)).label for colour in COLOURS[:3]] == ["red", "green", "blue"]
    assert (summary["cv_accuracy"], summary["n"], summary["classes"], summary["left_out"]) == (1.0, 24, 3, 0)
    assert summary["features"] == "features"
    assert set(summary["seconds_by_step"]) == {"network", "pictures", "head", "bundle"}
    assert json.loads(json.dumps(summary)) == summary


def test_a_wrong_label_is_told_by_a_head_that_had_not_seen_it(case):
    images = case.images({"red": 8, "green": 8, "blue": 8})
    wrong = replace(images[0], label="blue")
    case.learn(case.plan([wrong, *images[1:]]))
    [answers] = case.kept
    assert answers.sha256 == [image.sha256 for image in images]
    margins = answers.own - answers.other
    assert margins.argmin() == 0
    assert (margins[1:] > 0).all()
    assert [answers.classes[place] for place in (answers.labels[0], answers.others[0])] == ["blue", "red"]


def test_the_manifest_tells_where_the_model_comes_from(case):
    case.learn(case.plan(case.images({"red": 8, "green": 8, "blue": 8})))
    manifest = case.load().manifest
    assert (manifest.dataset, manifest.parent, manifest.job) == ("dataset", "parent", "run")
    assert manifest.created_ms == 1_700_000_000_000
    assert sum(manifest.reference.class_share) == pytest.approx(1, abs=1e-5)
    assert manifest.files[NETWORK].sha256 == case.backbone.sha256


def test_golden_pictures_of_each_class_are_answered_as_expected(case):
    case.learn(case.plan(case.images({"red": 8, "green": 8, "blue": 8})))
    manifest = case.load().manifest
    check_golden(case.load(), case.folder / "bundle")
    assert len(manifest.golden) == 9
    for golden in manifest.golden:
        jpeg = (case.folder / "bundle" / golden.file).read_bytes()
        assert case.load().classify(jpeg).probabilities == pytest.approx(golden.probabilities, abs=1e-6)
        assert golden.file.startswith(f"golden/{manifest.classes[int(np.argmax(golden.probabilities))]}-")


def test_the_same_plan_gives_the_same_model(case):
    plan = case.plan(case.images({"red": 4, "green": 4, "blue": 4}))
    case.learn(plan, "one")
    case.learn(plan, "other")
    assert case.load("one").model_id == case.load("other").model_id


def test_a_retrained_model_shares_the_network(case):
    images = case.images({"red": 6, "green": 6, "blue": 6})
    case.learn(case.plan(images), "one")
    case.learn(replace(case.plan(images[:-1]), created_ms=1), "other")
    one, other = case.load("one").manifest.files, case.load("other").manifest.files
    assert one[NETWORK] == other[NETWORK]
    assert one[HEAD] != other[HEAD]


def test_unreadable_pictures_are_left_out_and_named_in_the_log(case):
    images = case.images({"red": 6, "green": 6, "blue": 6})
    broken = keep(case.folder / "broken.jpg", b"no picture", "red")
    changed = replace(keep(case.folder / "changed.jpg", picture(COLOURS[0], seed=50), "red"), sha256="ab" * 32)
    gone = replace(broken, path=str(case.folder / "gone.jpg"), sha256="cd" * 32)
    summary = case.learn(case.plan([broken, *images, changed, gone]))
    assert (summary["n"], summary["left_out"]) == (18, 3)
    for name in ("broken.jpg", "changed.jpg", "gone.jpg"):
        assert any("left out" in note and name in note for note in case.notes)


def test_pictures_known_from_before_need_not_be_there_any_more(case):
    plan = case.plan(case.images({"red": 6, "green": 6, "blue": 6}))
    case.learn(plan, "one")
    for path in case.folder.glob("red-*.jpg"):
        path.unlink()
    summary = case.learn(plan, "other")
    assert summary["n"] == 18
    one, other = (read_file(case.folder / name, HEAD, case.load(name).manifest.files[HEAD]) for name in ("one", "other"))
    assert one == other
    assert {golden.file.split("-")[0] for golden in case.load("other").manifest.golden} == {"golden/green", "golden/blue"}


def test_a_class_whose_pictures_are_all_unreadable_fails_by_name(case):
    images = case.images({"red": 4, "green": 4})
    broken = keep(case.folder / "broken.jpg", b"no picture", "blue")
    with pytest.raises(ConfigError, match=r"No picture can be read of: blue\. The log says"):
        case.learn(case.plan([*images, broken]))
    assert not (case.folder / "bundle").exists()


@pytest.mark.parametrize(
    ("counts", "classes", "message"),
    [
        ({"red": 2, "green": 2}, ("red", "green", "blue"), "learn from for: blue"),
        ({}, ("red", "green"), "learn from for: red, green"),
        ({"red": 2}, ("red",), "two classes"),
        ({"red": 2, "green": 2, "blue": 1}, ("red", "green"), "not name these classes: blue"),
    ],
)
def test_a_plan_that_cannot_work_fails_before_any_picture_is_looked_at(case, counts, classes, message):
    with pytest.raises(ConfigError, match=message):
        case.learn(case.plan(case.images(counts), classes))
    assert case.steps == []


def test_one_picture_a_class_is_enough_though_nothing_can_be_said_of_it(case):
    summary = case.learn(case.plan(case.images({"red": 1, "green": 1, "blue": 1})))
    assert (summary["cv_accuracy"], summary["ece"], summary["temperature"]) == (None, None, 1.0)
    classifier = case.load()
    check_golden(classifier, case.folder / "bundle")
    assert classifier.classify(picture(COLOURS[2], seed=9)).label == "blue"


@pytest.mark.parametrize("word", ["Loading the image network", "Looking at the pictures", "Training", "Packing the model"])
def test_a_stop_at_any_step_leaves_no_bundle(case, word):
    token = CancelToken()

    def progress(step):
        if step.label == word:
            token.cancel()

    with pytest.raises(Cancelled):
        case.learn(case.plan(case.images({"red": 4, "green": 4, "blue": 4})), progress=progress, cancel=token)
    assert not list(case.folder.glob("bundle*"))


def test_pictures_that_belong_together_do_not_flatter(case):
    """Colours by chance: only a picture's twin tells its class."""
    rng = np.random.default_rng(0)
    images = []
    for number in range(30):
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        label = ("red", "green", "blue")[number % 3]
        for twin in range(2):
            path = case.folder / f"{number}-{twin}.jpg"
            images.append(keep(path, picture(colour, seed=twin), label, burst=f"burst {number}"))
    assert case.learn(case.plan(images))["cv_accuracy"] < 0.6


def test_shapes_are_told_apart_after_twelve_of_each(tmp_path, lite0):
    plan = TrainingPlan("run", "dataset", KINDS, draw_images(tmp_path / "shapes", dict.fromkeys(KINDS, 12)))
    with FeatureCache(tmp_path / "features") as cache:
        summary = Lesson(plan, silent, CancelToken(), lambda _line: None).learn(lambda: lite0, cache, tmp_path / "bundle", 2)
    classifier = OnnxClassifier.load(tmp_path / "bundle")
    check_golden(classifier, tmp_path / "bundle")
    right = [classifier.classify(draw(kind, seed)).label == kind for kind in KINDS for seed in range(100, 110)]
    assert summary["cv_accuracy"] > 0.8
    assert np.mean(right) > 0.8


def test_what_is_known_of_a_run_is_told_while_it_runs(case):
    told = []
    lesson = Lesson(
        case.plan(case.images({"red": 8, "green": 8, "blue": 8})),
        case.steps.append,
        CancelToken(),
        case.notes.append,
        told.append,
    )
    with FeatureCache(case.folder / "features") as cache:
        summary = lesson.learn(lambda: case.backbone, cache, case.folder / "bundle", 2)
    assert [one["stage"] for one in told if "stage" in one] == ["network", "pictures", "head", "bundle"]
    curves = [one["curve"] for one in told if "curve" in one]
    assert [len(curve) for curve in curves] == [1, 2, 3], "each recipe is told once it was tried"
    assert summary["curve"] == curves[-1]
    assert set(curves[-1].values()) == {1.0}
    folds = [step for step in case.steps if step.unit == "folds"]
    assert (folds[0].done, folds[-1].done, folds[-1].total) == (1, 5, 5)
    assert any("recipe 3 of 3" in note for note in case.notes)
