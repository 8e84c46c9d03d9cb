"""A picture lies in its room without gaps, and what is looked at stays under the pointer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.sort.zoom import FIT, FIT_AT_MOST, STEPS, Stage, Zoom

stages = st.builds(
    Stage, st.integers(1, 8000), st.integers(1, 8000), st.floats(100, 4000), st.floats(100, 4000)
)  # fmt: skip
zooms = st.one_of(st.just(FIT), st.builds(Zoom, st.sampled_from(STEPS), st.floats(0, 1), st.floats(0, 1)))


@given(stages, zooms)
def test_a_smaller_picture_is_in_the_middle_and_a_larger_one_leaves_no_gap(stage, zoom):
    left, top, width, height = stage.place(zoom)
    for begin, length, room in ((left, width, stage.room_width), (top, height, stage.room_height)):
        if length <= room:
            assert begin == pytest.approx((room - length) / 2)
        else:
            assert begin <= 1e-6
            assert begin + length >= room - 1e-6


@given(stages)
def test_the_whole_picture_fits_and_is_enlarged_four_times_at_most(stage):
    _left, _top, width, height = stage.place(FIT)
    assert width <= stage.room_width * 1.0001
    assert height <= stage.room_height * 1.0001
    assert stage.scale(FIT) <= FIT_AT_MOST


@given(stages, st.sampled_from(STEPS), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
def test_what_is_under_the_pointer_stays_there_unless_an_edge_holds_it(stage, scale, x, y):
    at = (x * stage.room_width, y * stage.room_height)
    before, after = stage.place(FIT), stage.place(stage.to(FIT, scale, at))
    for axis, room in ((0, stage.room_width), (1, stage.room_height)):
        held = after[axis] >= -1e-6 or after[axis] + after[axis + 2] <= room + 1e-6
        seen = (at[axis] - before[axis]) / before[axis + 2]
        now = (at[axis] - after[axis]) / after[axis + 2]
        assert held or now == pytest.approx(seen, abs=1e-6)


@given(stages, zooms)
def test_steps_up_reach_the_largest_scale_and_steps_down_the_smallest(stage, zoom):
    high, low = stage.step(zoom, 20), stage.step(zoom, -20)
    assert stage.scale(high) >= max(STEPS[-1], stage.fit) * 0.999 or stage.scale(high) == STEPS[-1]
    assert stage.scale(low) == pytest.approx(min(stage.fit, 1.0), rel=0.01)


def test_the_whole_picture_is_one_of_the_steps():
    stage = Stage(1000, 1000, 600, 600)
    larger = stage.step(FIT, 1)
    assert larger.scale == 0.75
    assert stage.step(larger, -1) == FIT


@given(stages, zooms, st.floats(-500, 500), st.floats(-500, 500))
def test_panning_there_and_back_is_a_standstill_away_from_the_edges(stage, zoom, right, down):
    there = stage.pan(zoom, right, down)
    moved = [there_at - at for there_at, at in zip(stage.place(there)[:2], stage.place(zoom)[:2], strict=True)]
    for way, asked in zip(moved, (right, down), strict=True):
        assert abs(way) <= abs(asked) + 1e-6
    back = stage.place(stage.pan(there, -moved[0], -moved[1]))
    assert back == pytest.approx(stage.place(zoom), abs=1e-4)


def test_a_zoom_is_the_same_point_in_a_picture_of_another_size():
    zoom = Stage(1000, 1000, 500, 500).to(FIT, 2.0, (250, 250))
    left, top, width, height = Stage(2000, 1500, 500, 500).place(zoom)
    assert ((250 - left) / width, (250 - top) / height) == pytest.approx((zoom.x, zoom.y))
