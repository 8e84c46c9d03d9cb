"""The whole circle, every step a program of its own: on photographs, or on drawn pictures where there are none."""

from pathlib import Path

import pytest

from edge.scenes import CLASSES, draw
from tests.e2e.circle import DEVICE, spread, turn

PHOTOS = Path(__file__).parents[3] / "shared" / "photos" / "drinks"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if PHOTOS.is_dir():
        return PHOTOS
    folder = tmp_path_factory.mktemp("drawn")
    for cls in CLASSES:
        (folder / cls).mkdir()
        for seed in range(30):
            (folder / cls / f"{seed:02d}.jpg").write_bytes(draw(cls, seed, field=seed >= 5))
    return folder


@pytest.fixture(scope="module")
def figures(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    begin, field = spread(pictures, 5)
    return turn(tmp_path_factory.mktemp("circle") / "here", begin, field)


def test_the_first_model_learns_from_the_import_and_is_deployed_without_a_rival(figures):
    assert sum(figures["imported"]["imported"].values()) == 25
    assert figures["deployed"]["verdict"] == "first"
    assert {answer["model"] for answer in figures["before"]} == {figures["first"]["model"]}


def test_every_picture_sent_home_is_sorted_where_it_belongs(figures):
    status = figures["status"]
    sent_after = sum(1 for answer in figures["after"] if answer["sampled"])
    assert status["raw"] == sent_after
    assert sum(status["labeled"].values()) == figures["labelled"] > 0
    assert (status["waiting"], status["conflicts"]) == (0, 0)


def test_the_retrained_model_has_learned_from_the_field(figures):
    assert figures["second"]["train"] > figures["first"]["train"]
    assert figures["second"]["model"] != figures["first"]["model"]
    assert figures["test_after"] >= figures["test_before"]


def test_too_few_blind_labels_hold_the_candidate_back_until_somebody_says_why(figures):
    verdict = figures["verdict"]
    assert verdict["n"] < 100
    assert verdict["verdict"] == "insufficient"
    assert verdict["missing"]["images"] == 100 - verdict["n"]


def test_the_device_answers_with_the_new_model_and_goes_back_on_command(figures):
    assert figures["after"][-1]["model"] == figures["second"]["model"]
    assert figures["status"]["in_service"] == figures["second"]["model"]
    assert {answer["device"] for answer in figures["after"]} == {DEVICE}


def test_the_new_model_does_better_on_the_pictures_that_came_after_it(figures):
    assert figures["later_after"] > figures["later_before"]
    assert figures["later_after"] == pytest.approx(figures["right_after"], abs=0.03)
