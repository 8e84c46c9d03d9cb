"""What would be trained, told before anything is."""

import pytest

from desktop.core.progress import CancelToken, silent
from desktop.core.prospect import Share, estimate_s, prospect
from desktop.core.taxonomy import Taxonomy
from edge.contract.keys import Area
from edge.contract.names import Side
from tests.laboratory import Laboratory

CLASSES = Taxonomy(()).added(["beer-mug", "soda-can"])


@pytest.fixture
def lab(folder):
    lab = Laboratory(folder)
    yield lab
    lab.close()


def told(lab, before=None, taxonomy=CLASSES):
    catalog = lab.plant.catalog
    return prospect(catalog.known(Area.LABELED, Area.BASE, Area.RAW), taxonomy, catalog.twins(), before or {})


def fill(lab):
    for number in range(3):
        lab.put("soda-can", number, side=Side.TRAIN)
    lab.put("beer-mug", 3, side=Side.TRAIN)
    lab.put("beer-mug", 4, side=Side.TEST)


def test_pictures_that_nobody_looked_at_are_counted_by_where_they_lie(lab):
    fill(lab)
    found = told(lab, {"soda-can": 1})
    assert found.shares == (Share("beer-mug", 0, 1), Share("soda-can", 1, 3))
    assert (found.train, found.test, found.unseen, found.new, found.trainable) == (4, 1, 5, 3, True)


def test_it_is_what_is_frozen_then(lab):
    fill(lab)
    lab.put("soda-can", 5, side=Side.TRAIN, truth="soda-can 0")
    before = told(lab)
    frozen = lab.measurement.freeze(silent, CancelToken())
    after = told(lab)
    assert (after.train, after.test, after.unseen) == (len(frozen.train), len(frozen.test), 0)
    assert before.train >= after.train
    assert after.left_out == sum(frozen.left_out.values())


def test_a_class_without_pictures_is_named(lab):
    lab.put("soda-can", 1, side=Side.TRAIN)
    assert told(lab).missing == ("beer-mug",)
    assert not told(lab).trainable


def test_fewer_pictures_than_before_are_not_new(lab):
    fill(lab)
    found = told(lab, {"soda-can": 7, "gone": 4})
    assert (found.shares[1].new, found.new) == (-4, 1)


def test_a_run_is_expected_to_take_what_the_last_ones_took():
    assert estimate_s([], 100) is None
    assert estimate_s([(100, 5.0), (200, 10.0), (0, 3.0), (100, 90.0)], 400) == pytest.approx(20.0)
