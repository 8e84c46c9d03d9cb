"""Saved views and the window's bookmark: kept whole, and harmless when they are damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core import bookmark, views
from desktop.core.bookmark import Bookmark, read_bookmark, write_bookmark
from desktop.core.errors import ConfigError, StorageFullError
from desktop.core.filters import Filter
from desktop.core.pages import Order
from desktop.core.sorting import SessionState
from desktop.core.views import View, Views

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
SHARES = st.none() | st.floats(0, 1)
FILTERS = st.builds(
    Filter,
    classes=st.lists(st.none() | TEXTS, max_size=3).map(tuple),
    devices=st.lists(st.none() | TEXTS, max_size=3).map(tuple),
    since_ms=st.none() | st.integers(0, 2**50),
    until_ms=st.none() | st.integers(0, 2**50),
    min_confidence=SHARES,
    max_confidence=SHARES,
    text=TEXTS,
    unsure=st.booleans(),
)
VIEWS = st.builds(View, TEXTS.filter(str.strip), st.sampled_from(Order), FILTERS)
STATES = st.builds(SessionState, st.sampled_from(Order), FILTERS, st.integers(0, 10**6), TEXTS)
BOOKMARKS = st.builds(Bookmark, TEXTS, STATES, st.booleans(), st.none() | st.floats(0.01, 100))
DAMAGED = [b"", b"\xff", b"[]", b"{}", b'{"schema":1,"views":[{"name":""}],"zoom":0}', b'{"schema":1,"views":3,"station":3}']


@given(saved=st.lists(VIEWS, max_size=4, unique_by=lambda view: view.name))
def test_views_are_kept_in_the_order_in_which_they_were_saved(tmp_path_factory, saved):
    folder = tmp_path_factory.mktemp("plant")
    for view in saved:
        Views(folder).save(view)
    assert Views(folder).all() == saved


def test_a_view_saved_again_keeps_its_place(tmp_path):
    shelf = Views(tmp_path)
    for name in ("cups", "cans", "bottles"):
        shelf.save(View(name))
    shelf.save(View("cans", Order.NEWEST, Filter(devices=("pi-3",))))
    assert [(view.name, view.order) for view in shelf.all()] == [("cups", "class"), ("cans", "newest"), ("bottles", "class")]


def test_a_removed_view_is_gone_and_may_be_removed_again(tmp_path):
    shelf = Views(tmp_path)
    shelf.save(View("cups"))
    shelf.save(View("cans"))
    shelf.remove("cups")
    shelf.remove("cups")
    assert [view.name for view in shelf.all()] == ["cans"]


@pytest.mark.parametrize(("name", "order"), [("", "class"), ("  ", "class"), ("x" * 61, "class"), ("cups", "by mood")])
def test_a_view_without_a_name_or_with_an_unknown_order_is_none(name, order):
    with pytest.raises(ValueError, match=r"name|mood"):
        View(name, order)


@pytest.mark.parametrize("data", [data for data in DAMAGED if data != b"{}"])
def test_damaged_views_are_told_of_and_never_overwritten(tmp_path, data):
    (tmp_path / views.FILE).write_bytes(data)
    for touch in (Views(tmp_path).all, lambda: Views(tmp_path).save(View("cups")), lambda: Views(tmp_path).remove("cups")):
        with pytest.raises(ConfigError, match=r"views\.json"):
            touch()
    assert (tmp_path / views.FILE).read_bytes() == data


@given(one=BOOKMARKS, other=BOOKMARKS)
def test_the_window_opens_where_it_was_closed_last(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp("plant")
    for mark in (one, other):
        write_bookmark(folder, mark)
        assert read_bookmark(folder) == mark
    assert [path.name for path in folder.iterdir()] == [bookmark.FILE]


@pytest.mark.parametrize("data", [None, *DAMAGED, b'{"schema":1,"zoom":1e300}', b'{"schema":1,"session":{"page":"x"}}'])
def test_without_a_sound_bookmark_the_window_begins_anew_and_keeps_a_new_one(tmp_path, data):
    if data is not None:
        (tmp_path / bookmark.FILE).write_bytes(data)
    assert read_bookmark(tmp_path) == Bookmark()
    write_bookmark(tmp_path, Bookmark("train"))
    assert read_bookmark(tmp_path).station == "train"


def test_a_bookmark_that_cannot_be_written_leaves_no_other_file(tmp_path):
    (tmp_path / bookmark.FILE).mkdir()
    with pytest.raises(StorageFullError, match=r"bookmark\.json"):
        write_bookmark(tmp_path, Bookmark())
    assert [path.name for path in tmp_path.iterdir()] == [bookmark.FILE]
