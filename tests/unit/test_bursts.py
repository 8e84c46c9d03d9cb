"""Bursts: what hangs together by links of one device, one side, a minute and few differing bits."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.bursts import BURST_MS, MAX_NEIGHBOURS, bursts
from edge.contract.names import Side
from edge.fingerprint import DHASH_BURST, distance
from tests.unit.field import START_MS, field_image

PICTURE = field_image(0)


def picture(number, captured_ms, dhash, *, device="pi-1", side=Side.TRAIN):
    """Give an image as free as the tests need it: its name plays no part in bursts."""
    return replace(PICTURE, key=f"raw_field_data/{number:03}.jpg", captured_ms=captured_ms, dhash=dhash, device=device, side=side)


pictures = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 6).map(lambda step: START_MS + step * BURST_MS // 2)),
        st.one_of(st.none(), st.sampled_from([0, (1 << 10) - 1, (1 << 20) - 1, (1 << 11) - 1, (1 << 64) - 1, 0xFFC << 52])),
        st.sampled_from(["pi-1", "pi-2", None]),
        st.sampled_from(Side),
    ),
    max_size=14,
).map(lambda facts: [picture(n, at, dhash, device=device, side=side) for n, (at, dhash, device, side) in enumerate(facts)])


def by_union_find(images):
    """Say the same by brute force: every pair is looked at."""
    root = {image.key: image.key for image in images}

    def find(key):
        return key if root[key] == key else find(root[key])

    for one in images:
        for other in images:
            if (
                None not in (one.captured_ms, other.captured_ms, one.dhash, other.dhash)
                and (one.device, one.side) == (other.device, other.side)
                and abs(one.captured_ms - other.captured_ms) <= BURST_MS
                and distance(one.dhash, other.dhash) <= DHASH_BURST
            ):
                root[find(one.key)] = find(other.key)
    sets: dict[str, list] = {}
    for image in images:
        sets.setdefault(find(image.key), []).append(image)
    first = lambda burst: min(burst, key=lambda image: (image.captured_ms or 0, image.key)).key
    return {image.key: first(burst) for burst in sets.values() for image in burst}


@settings(max_examples=300, deadline=None)
@given(pictures, st.randoms(use_true_random=False))
def test_bursts_are_what_brute_force_finds_in_whatever_order(images, random):
    shuffled = random.sample(images, len(images))
    assert bursts(shuffled) == by_union_find(images)


def test_a_burst_may_be_longer_than_a_minute_by_its_links():
    chain = [picture(number, START_MS + number * BURST_MS, 0) for number in range(4)]
    assert set(bursts(chain).values()) == {chain[0].key}
    apart = [chain[0], picture(9, START_MS + BURST_MS + 1, 0)]
    assert len(set(bursts(apart).values())) == 2


def test_ten_bits_are_a_burst_and_eleven_are_not():
    assert len(set(bursts([picture(0, START_MS, 0), picture(1, START_MS, (1 << 10) - 1)]).values())) == 1
    assert len(set(bursts([picture(0, START_MS, 0), picture(1, START_MS, (1 << 11) - 1)]).values())) == 2


def test_an_image_without_a_time_or_a_hash_stands_alone():
    images = [picture(0, None, 0), picture(1, START_MS, None), picture(2, START_MS, 0)]
    assert bursts(images) == {image.key: image.key for image in images}


def test_a_clock_that_stands_still_is_compared_within_bounds():
    same = [picture(number, START_MS, 0) for number in range(3 * MAX_NEIGHBOURS)]
    assert set(bursts(same).values()) == {same[0].key}


def test_no_images_have_no_bursts():
    assert bursts([]) == {}
