"""The pages of a queue: what stands together, what comes first, and when the blind ones come up."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.pages import Order, PageKind, is_blind, plan, taken_for, time_ms
from edge.contract.keys import Area
from edge.contract.names import Side
from tests.unit.field import CLASSES, field_image, predicted

SIDES = (Side.TRAIN, Side.TRAIN, Side.TRAIN, Side.TEST)
IMAGES = [
    field_image(n, (*CLASSES, "teapot", None)[n % 5], 0.05 + n / 40, device=f"pi-{n % 3}", side=SIDES[n % 4])
    for n in range(36)
]  # fmt: skip


def pages(images, order=Order.CLASS, size=100, opened=()):
    return plan(images, order, CLASSES, size, opened)


def shown(page):
    return [image for tile in page.tiles for image in tile.images]


queues = st.lists(st.sampled_from(IMAGES), unique_by=lambda image: image.name)


@settings(deadline=None)
@given(queues, st.sampled_from(Order), st.integers(1, 7))
def test_each_image_is_on_one_page_and_no_page_is_empty_or_too_large(images, order, size):
    planned = pages(images, order, size)
    assert Counter(image.name for page in planned for image in shown(page)) == Counter(image.name for image in images)
    for page in planned:
        assert 1 <= len(page.tiles) <= size
        assert page.left == len(shown(page))


@settings(deadline=None)
@given(queues, st.sampled_from(Order), st.integers(1, 7))
def test_test_images_are_on_blind_pages_and_only_they(images, order, size):
    for page in pages(images, order, size):
        assert {is_blind(image) for image in shown(page)} == {page.kind is PageKind.BLIND}
        assert page.kind is not PageKind.BLIND or (page.cls, page.device) == (None, None)


@settings(deadline=None)
@given(queues, st.integers(1, 7), st.randoms(use_true_random=False))
def test_the_order_in_which_images_are_given_changes_nothing(images, size, random):
    shuffled = random.sample(images, len(images))
    for order in set(Order) - {Order.GIVEN}:
        assert [shown(page) for page in pages(images, order, size)] == [shown(page) for page in pages(shuffled, order, size)]


def test_what_chose_the_images_may_put_them_in_order():
    images = [field_image(number, cls, 0.1 * number) for number, cls in zip((3, 1, 2), CLASSES, strict=True)]
    assert [image for page in pages(images, Order.GIVEN, 2) for image in shown(page)] == images


@given(st.sampled_from(Order), st.randoms(use_true_random=False))
def test_blind_pages_do_not_tell_what_a_model_thinks(order, random):
    blind = [image for image in IMAGES if is_blind(image)]
    otherwise = [predicted(image, random.choice(CLASSES), random.random()) for image in blind]
    names = [[image.name for image in shown(page)] for page in pages(blind, order, 3)]
    assert [[image.name for image in shown(page)] for page in pages(otherwise, order, 3)] == names


@given(st.integers(0, 12), st.integers(0, 12))
def test_blind_pages_come_up_between_the_others_so_that_both_end_together(seen, blind):
    images = [field_image(100 + n) for n in range(seen)] + [field_image(200 + n, side=Side.TEST) for n in range(blind)]
    kinds = [page.kind is PageKind.BLIND for page in pages(images, size=1)]
    for end in range(len(kinds) + 1):
        of_blind = sum(kinds[:end])
        assert abs(of_blind * (seen + blind) - blind * end) <= max(seen, blind) + min(seen, blind)  # at most one page off
    assert not kinds or kinds[-1] is bool(blind)


@given(st.integers(1, 40), st.integers(1, 9))
def test_pages_of_one_kind_are_about_equally_large_and_as_few_as_can_be(count, size):
    sizes = [len(page.tiles) for page in pages([field_image(300 + n) for n in range(count)], size=size)]
    assert len(sizes) == -(-count // size)
    assert max(sizes) - min(sizes) <= 1


def test_class_pages_are_of_one_class_least_certain_first_a_page_of_each_class_in_turn():
    cans = [field_image(n, "soda-can", 0.9 - n / 10) for n in range(4)]
    mugs = [field_image(10 + n, "beer-mug", 0.5) for n in range(2)]
    strange, silent = field_image(20, "teapot", 0.1), field_image(21, None)
    planned = pages([*cans, *mugs, strange, silent], size=2)
    assert [(page.kind, page.cls) for page in planned] == [
        (PageKind.MIXED, None), (PageKind.CLASS, "beer-mug"), (PageKind.CLASS, "soda-can"), (PageKind.CLASS, "soda-can"),
    ]  # fmt: skip
    assert shown(planned[0]) == [silent, strange]
    assert [shown(planned[2]), shown(planned[3])] == [[cans[3], cans[2]], [cans[1], cans[0]]]


def test_equal_confidence_is_settled_by_the_margin():
    wide, narrow = (predicted(field_image(n), "soda-can", 0.5, margin) for n, margin in ((1, 0.4), (2, 0.1)))
    assert shown(pages([wide, narrow])[0]) == [narrow, wide]


def test_least_certain_first_mixes_the_classes_and_begins_with_what_has_no_prediction():
    images = [field_image(1, "soda-can", 0.6), field_image(2, "beer-mug", 0.4), field_image(3, None)]
    [page] = pages(images, Order.UNCERTAIN)
    assert (page.kind, shown(page)) == (PageKind.MIXED, [images[2], images[1], images[0]])


def test_newest_first_goes_by_capture_or_else_by_arrival():
    old, new = field_image(1), field_image(2)
    arrived = replace(field_image(3), captured_ms=None, modified_ms=new.captured_ms + 1)
    assert time_ms(arrived) == new.captured_ms + 1
    assert shown(pages([old, new, arrived], Order.NEWEST)[0]) == [arrived, new, old]


def test_pages_by_device_are_of_one_device_newest_first_the_unnamed_last():
    images = [field_image(n, device=f"pi-{n % 2 + 1}") for n in range(4)]
    unnamed = replace(field_image(9), device=None)
    planned = pages([unnamed, *images], Order.DEVICE)
    assert [(page.device, shown(page)) for page in planned] == [
        ("pi-1", [images[2], images[0]]), ("pi-2", [images[3], images[1]]), (None, [unnamed]),
    ]  # fmt: skip


def burst(first_number, *facts, side=Side.TRAIN):
    first = field_image(first_number, side=side, dhash=3)
    return [
        replace(field_image(first_number + more, cls, confidence, dhash=3, side=side, captured_ms=first.captured_ms + more))
        for more, (cls, confidence) in enumerate(facts)
    ]


def test_a_burst_is_one_tile_in_the_order_of_capture():
    passed = burst(1, ("soda-can", 0.9), ("soda-can", 0.2), ("soda-can", 0.8))
    calm = field_image(9, "soda-can", 0.5)
    [page] = pages([passed[2], calm, passed[0], passed[1]])
    assert page.cls == "soda-can"
    assert [tile.images for tile in page.tiles] == [tuple(passed), (calm,)]  # by its least certain image
    assert page.left == 4


def test_each_image_of_a_burst_that_is_taken_for_several_classes_stands_on_the_page_of_its_own():
    passed = burst(1, ("clutter", 0.2), ("soda-can", 0.9), ("soda-can", 0.8))
    assert {page.cls: [tile.images for tile in page.tiles] for page in pages(passed)} == {
        "clutter": [(passed[0],)], "soda-can": [(passed[2],), (passed[1],)],
    }  # fmt: skip
    assert len(pages(passed, Order.NEWEST)[0].tiles) == 1


def test_a_burst_is_taken_for_what_is_known_of_some_of_its_images():
    [page] = pages(burst(1, (None, None), ("soda-can", 0.9)))
    assert (page.cls, len(page.tiles)) == ("soda-can", 1)


def test_an_opened_burst_stands_as_single_images():
    passed = burst(1, ("soda-can", 0.1), ("soda-can", 0.2))
    [page] = pages(passed, opened={image.name for image in passed})
    assert [tile.images for tile in page.tiles] == [(passed[0],), (passed[1],)]


def test_a_blind_burst_is_one_tile_too():
    [page] = pages(burst(1, ("soda-can", 0.1), ("clutter", 0.2), side=Side.TEST))
    assert (page.kind, len(page.tiles), page.left) == (PageKind.BLIND, 1, 2)


def test_a_label_that_the_model_contradicts_comes_first_in_review():
    agreed, doubted, contradicted = (
        predicted(field_image(n, area=Area.LABELED, label="clutter"), label, confidence)
        for n, (label, confidence) in enumerate([("clutter", 0.9), ("clutter", 0.4), ("soda-can", 0.9)])
    )
    [page] = pages([agreed, doubted, contradicted])
    assert (page.cls, shown(page)) == ("clutter", [contradicted, doubted, agreed])


def test_labelled_test_images_are_not_blind_any_more_and_discarded_ones_are_taken_for_nothing():
    assert not is_blind(field_image(1, side=Side.TEST, area=Area.LABELED, label="clutter"))
    assert is_blind(field_image(1, side=Side.TEST))
    assert taken_for(field_image(1, area=Area.DISCARDED)) is None
