"""The desk: a hundred thousand images may lie on one page, and a key asks about those that it touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.desk import Desk
from desktop.core.pages import Page, PageKind, Tile
from tests.unit.field import field_image

IMAGES = [field_image(number) for number in range(400)]


class Room:
    """Images of which some are decided, and how often anybody asked."""

    def __init__(self, images=IMAGES, tile_size=1):
        self.decided = set()
        self.asked = 0
        self.desk = Desk(self.waits)
        tiles = [Tile(tuple(images[start : start + tile_size])) for start in range(0, len(images), tile_size)]
        self.desk.lay([Page(PageKind.MIXED, tiles, left=len(images))])

    def waits(self, name):
        self.asked += 1
        return name not in self.decided

    def decide(self, *names):
        self.decided.update(names)
        self.desk.recount(names)
        self.desk.advance(names)


def test_a_key_asks_about_the_images_that_it_touches_whatever_else_lies_there():
    room = Room()
    for place in (0, 1, 399, 200):
        room.asked = 0
        room.decide(IMAGES[place].name)
        assert room.asked <= 3
    assert (room.desk.focus, room.desk.left) == (201, 396)


def test_undo_on_the_page_in_hand_asks_no_more():
    room = Room()
    room.decide(IMAGES[7].name)
    room.decided.clear()
    room.asked = 0
    room.desk.recount([IMAGES[7].name])
    room.desk.show([IMAGES[7].name])
    assert room.asked <= 3
    assert (room.desk.focus, room.desk.left) == (7, 400)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 11)), max_size=30), st.sampled_from([1, 2, 3]), st.integers(0, 11))
def test_the_focus_goes_to_the_next_tile_with_something_to_decide(steps, tile_size, opened):
    room = Room(IMAGES[:12], tile_size)
    desk = room.desk
    desk.open(desk.tiles[opened // tile_size])
    for skips, number in steps:
        name = IMAGES[number].name
        [last] = [place for place, tile in enumerate(desk.tiles) if IMAGES[number] in tile.images] or [None]
        if skips:
            desk.skip([name])
        else:
            room.decided.add(name)
            desk.recount([name])
        around = [*range((last or 0) + 1, len(desk.tiles)), *range((last or 0) + 1)]
        pending = [
            place for place in around
            if any(image.name not in room.decided | desk.skipped for image in desk.tiles[place].images)
        ]  # fmt: skip
        desk.advance([name])
        assert desk.left == desk.page.left == 12 - len(room.decided)
        if last is not None and pending:
            assert desk.focus == pending[0]


@pytest.mark.parametrize("kept", [0, 1])
def test_pages_that_stay_are_counted_anew(kept):
    room = Room(IMAGES[:4])
    room.decided.add(IMAGES[0].name)  # by somebody else: nobody told the desk
    room.desk.lay([Page(PageKind.MIXED, [Tile((IMAGES[9],))], left=1)], kept)
    assert room.desk.left == (4 if kept else 1)
    assert room.desk.page_of(IMAGES[0].name) is (room.desk.page if kept else None)
