"""Features: each picture is looked at once, whatever happens to the cache."""

import hashlib

import numpy as np
import pytest

from desktop.core.errors import Cancelled
from desktop.core.progress import CancelToken
from desktop.ml.feature_cache import FeatureCache, Space
from desktop.ml.features import Extractor, Picture, workers
from edge.classifier import Network
from edge.contract.bundle import Preprocessing
from edge.contract.records import dump
from tests.bundles import COLOURS, HOW, network, picture


@pytest.fixture
def pictures(tmp_path):
    found = []
    for number in range(12):
        data = picture(COLOURS[number % len(COLOURS)], seed=number)
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(data)
        found.append(Picture(path, hashlib.sha256(data).hexdigest()))
    return found


@pytest.fixture
def cache(tmp_path):
    with FeatureCache(tmp_path / "features") as cache:
        yield cache


class Loads:
    """Loads the network, and counts how often."""

    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1
        return Network(network())


def extractor(cache, load, preprocessing=HOW, sha256="ab" * 32):
    return Extractor(cache, sha256, load, preprocessing, 2)


def test_features_are_those_of_the_network_in_the_order_asked_for(cache, pictures):
    features = extractor(cache, Loads()).extract(pictures)
    expected = np.array([COLOURS[number % len(COLOURS)] for number in range(12)]) / 255
    assert features.widths == {"features": 3}
    assert np.abs(features.select(("features",)) - expected).max() < 0.05


def test_what_was_seen_once_needs_no_network(cache, pictures):
    load = Loads()
    first = extractor(cache, load).extract(pictures[:8])
    second = extractor(cache, load).extract(pictures[:8][::-1])
    assert load.count == 1
    assert np.array_equal(first.rows[::-1], second.rows)


def test_a_network_sees_its_own_features_only(cache, pictures):
    load = Loads()
    extractor(cache, load).extract(pictures)
    extractor(cache, load, sha256="cd" * 32).extract(pictures)
    extractor(cache, load, Preprocessing(size=32, fit="squash")).extract(pictures)
    assert load.count == 3


def test_the_same_picture_twice_has_two_rows_and_is_looked_at_once(cache, pictures):
    steps = []
    features = extractor(cache, Loads()).extract([pictures[0], pictures[1], pictures[0]], steps.append)
    assert [step.total for step in steps] == [2, 2]
    assert np.array_equal(features.rows[0], features.rows[2])


def test_unreadable_pictures_are_named_and_left_out(cache, pictures, tmp_path):
    for number, data in ((2, b"no picture"), (3, picture(seed=99)), (4, pictures[4].path.read_bytes()[:200])):
        pictures[number].path.write_bytes(data)
    pictures[5].path.unlink()
    cut = pictures[4].path.read_bytes()
    pictures[4] = Picture(pictures[4].path, hashlib.sha256(cut).hexdigest())
    features = extractor(cache, Loads()).extract(pictures)
    assert features.readable.tolist() == [number not in (2, 3, 4, 5) for number in range(12)]
    assert len(features.rows) == 8
    assert "digest" in features.problems[pictures[3].sha256]
    assert "cut off" in features.problems[pictures[4].sha256]
    assert "cannot be read" in features.problems[pictures[5].sha256]


def test_what_was_computed_before_a_stop_is_kept(cache, pictures):
    token = CancelToken()
    with pytest.raises(Cancelled):
        extractor(cache, Loads()).extract(pictures, lambda step: step.done >= 5 and token.cancel(), token)
    space = Space("ab" * 32, _space_of(HOW))
    assert len(cache.read(space, [picture.sha256 for picture in pictures])) == 5


@pytest.mark.parametrize("damage", ["overwritten", "cut", "empty", "a page"])
def test_a_damaged_cache_is_begun_anew(damage, pictures, tmp_path):
    folder, load = tmp_path / "features", Loads()
    with FeatureCache(folder) as cache:
        before = extractor(cache, load).extract(pictures)
    file = folder / "features.sqlite"
    whole = file.read_bytes()
    damaged = {
        "overwritten": b"x" * len(whole),
        "cut": whole[:5000],
        "empty": b"",
        "a page": whole[:4096] + b"\xff" * 4096 + whole[8192:],
    }
    file.write_bytes(damaged[damage])
    with FeatureCache(folder) as cache:
        after = extractor(cache, load).extract(pictures)
    assert load.count == 2
    assert np.array_equal(before.rows, after.rows)


def test_two_processes_may_write_the_same_rows(cache, pictures, tmp_path):
    with FeatureCache(tmp_path / "features") as other:
        one = extractor(cache, Loads()).extract(pictures[:8])
        two = extractor(other, Loads()).extract(pictures[4:])
    assert np.array_equal(one.rows[4:], two.rows[:4])


def test_a_row_that_is_there_stays_as_it_is(cache):
    space = Space("ab" * 32, "cd" * 32)
    for value in (1, 2):
        cache.write(space, {"f": 2}, {"00" * 32: np.array([value, -1], np.float16)})
    assert cache.read(space, ["00" * 32])["00" * 32].tolist() == [1, -1]
    assert cache.widths(space) == {"f": 2}


def test_no_pictures_are_no_trouble(cache):
    features = extractor(cache, Loads()).extract([])
    assert features.rows.shape == (0, 0)


def test_as_many_threads_as_asked_for_or_one_a_core():
    assert workers(3) == 3
    assert workers(0) >= 1


def _space_of(preprocessing):
    return hashlib.sha256(dump(preprocessing)).hexdigest()
