"""Filters: what is shown, how many there would be, and what must not be told of blind images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.filters import Filter, facets
from desktop.core.pages import is_blind
from edge.contract.keys import Area
from edge.contract.names import Side
from edge.contract.records import dump, load
from tests.unit.field import CLASSES, START_MS, field_image

CAN = field_image(1, "soda-can", 0.8)
MUG = field_image(2, "beer-mug", 0.4, device="Pi-2")
SILENT = field_image(3, None, device="pi-3")
BLIND = field_image(4, "soda-can", 0.8, side=Side.TEST)
ALL = (CAN, MUG, SILENT, BLIND)


def shown(chosen):
    return [image for image in ALL if chosen.matches(image)]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(), ALL),
        (Filter(unsure=True), ALL),
        (Filter(classes=("soda-can",)), (CAN,)),
        (Filter(classes=("soda-can", None)), (CAN, SILENT)),
        (Filter(devices=("pi-1",)), (CAN, BLIND)),
        (Filter(devices=("Pi-2", "pi-3")), (MUG, SILENT)),
        (Filter(devices=(None,)), ()),
        (Filter(min_confidence=0.4), (CAN, MUG)),
        (Filter(min_confidence=0.0), (CAN, MUG)),
        (Filter(max_confidence=0.4), (MUG,)),
        (Filter(min_confidence=0.5, max_confidence=0.6), ()),
        (Filter(text="PI-2"), (MUG,)),
        (Filter(text="_soda-can_"), (CAN,)),
        (Filter(since_ms=MUG.captured_ms), (MUG, SILENT, BLIND)),
        (Filter(until_ms=MUG.captured_ms), (CAN,)),
        (Filter(until_ms=0), ()),
        (Filter(since_ms=MUG.captured_ms, until_ms=MUG.captured_ms + 1, devices=("Pi-2",)), (MUG,)),
    ],
)
def test_a_filter_shows_what_it_asks_for(chosen, expected):
    assert tuple(shown(chosen)) == expected


def test_a_label_outweighs_the_prediction():
    sorted_otherwise = field_image(5, "soda-can", area=Area.LABELED, label="clutter")
    assert Filter(classes=("clutter",)).matches(sorted_otherwise)
    assert not Filter(classes=("soda-can",)).matches(sorted_otherwise)


def test_facets_count_each_choice_as_if_it_were_made_instead():
    found = facets(ALL, Filter(classes=("soda-can",), devices=("pi-1",)))
    assert (found.total, found.classes, found.devices) == (1, {"soda-can": 1}, {"pi-1": 1})
    found = facets(ALL, Filter())
    assert found.total == 4
    assert found.classes == {"soda-can": 1, "beer-mug": 1, None: 1}
    assert found.devices == {"pi-1": 2, "Pi-2": 1, "pi-3": 1}


filters = st.builds(
    Filter,
    classes=st.lists(st.sampled_from((*CLASSES, None)), max_size=2).map(tuple),
    devices=st.lists(st.sampled_from(["pi-1", "pi-2", None]), max_size=2).map(tuple),
    since_ms=st.none() | st.integers(START_MS, START_MS + 20_000_000),
    until_ms=st.none() | st.integers(START_MS, START_MS + 20_000_000),
    min_confidence=st.none() | st.floats(0, 1),
    max_confidence=st.none() | st.floats(0, 1),
    text=st.sampled_from(["", "pi", "can"]),
    unsure=st.booleans(),
)
IMAGES = [
    field_image(n, (*CLASSES, None)[n % 4], n / 20, device=f"pi-{n % 3 + 1}", side=Side.TEST if n % 5 == 0 else Side.TRAIN)
    for n in range(20)
]


@given(filters)
def test_a_filter_is_the_same_after_a_restart(chosen):
    assert load(Filter, dump(chosen)) == chosen


@given(filters)
def test_a_filter_that_tells_of_a_prediction_or_a_name_shows_no_blind_image(chosen):
    blind = [image for image in IMAGES if is_blind(image) and chosen.matches(image)]
    assert not (chosen.tells and blind)


@given(filters)
def test_facets_agree_with_what_the_filter_shows(chosen):
    found = facets(IMAGES, chosen)
    assert found.total == sum(chosen.matches(image) for image in IMAGES)
    if chosen.classes:
        assert found.total == sum(found.classes.get(cls, 0) for cls in set(chosen.classes))
    if chosen.devices:
        assert found.total == sum(found.devices.get(device, 0) for device in set(chosen.devices))
