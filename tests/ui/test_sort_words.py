"""What the sort station says and understands, without a screen."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.filters import Filter
from desktop.core.pages import Order, Page, PageKind, Tile
from desktop.ui.latency import KEPT, Latency
from desktop.ui.sort.captions import chips, offer, title
from desktop.ui.sort.filter_words import start_ms, understood, without
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.sort.sight import Sight
from desktop.ui.words import clock, moment
from tests.unit.field import field_image

SHOWN = {"soda-can": "易拉罐", "beer-mug": "beer-mug"}
TODAY = date(2026, 11, 24)


def said(text, base=None):
    return understood(text, base or Filter(), {"pi-05", "Pi-07"}, SHOWN, TODAY)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pi-05", Filter(devices=("pi-05",))),
        ("PI-07", Filter(devices=("Pi-07",))),
        ("易拉罐", Filter(classes=("soda-can",))),
        ("soda-can pi-05", Filter(classes=("soda-can",), devices=("pi-05",))),
        ("<0.6", Filter(max_confidence=0.6)),
        (">.5", Filter(min_confidence=0.5)),
        ("0.3-0.6", Filter(min_confidence=0.3, max_confidence=0.6)),
        ("2026-11-24", Filter(since_ms=start_ms(TODAY), until_ms=start_ms(date(2026, 11, 25)))),
        ("yesterday", Filter(since_ms=start_ms(date(2026, 11, 23)), until_ms=start_ms(TODAY))),
        ("17955 blur", Filter(text="17955 blur")),
        ("2026-13-45", Filter(text="2026-13-45")),
        ("", Filter()),
    ],
)
def test_words_are_understood(text, wanted):
    assert said(text) == wanted


def test_words_leave_what_they_do_not_speak_of():
    base = Filter(unsure=True, min_confidence=0.2, text="before")
    assert said("pi-05", base) == Filter(unsure=True, min_confidence=0.2, devices=("pi-05",))


@given(
    st.builds(
        Filter,
        classes=st.lists(st.sampled_from(["soda-can", "beer-mug", None]), unique=True).map(tuple),
        devices=st.lists(st.sampled_from(["pi-05", None]), unique=True).map(tuple),
        since_ms=st.none() | st.integers(0, 10**12),
        max_confidence=st.none() | st.floats(0, 1),
        text=st.sampled_from(["", "x"]),
        unsure=st.booleans(),
    )
)
def test_taking_out_every_chip_leaves_nothing(chosen):
    left = chosen
    for part, _words in chips(chosen, SHOWN):
        left = without(left, part)
    assert left == Filter()


def page(kind, cls=None, count=3):
    images = [field_image(number, cls or "soda-can") for number in range(count)]
    return Page(kind, [Tile((image,)) for image in images], cls, left=count)


def test_a_blind_page_is_called_so_and_offers_nothing():
    blind = page(PageKind.BLIND)
    assert title(Queue(), blind, Order.CLASS, Filter(), SHOWN).cls is None
    assert not offer(Queue(), blind, 3, 0, (), SHOWN).live


def test_a_class_page_offers_to_confirm_the_rest():
    cans = page(PageKind.CLASS, "soda-can")
    said = offer(Queue(), cans, 3, 0, (page(PageKind.BLIND), page(PageKind.CLASS, "beer-mug")), SHOWN)
    assert (said.live, said.cls, said.words) == (True, "soda-can", "confirm the remaining 3 as")
    assert said.ahead == ((None, "blind", 3), ("beer-mug", "beer-mug", 3))
    assert "2" in offer(Queue(), cans, 3, 2, (), SHOWN).words
    assert not offer(Queue(), cans, 0, 0, (), SHOWN).live


def test_pictures_to_look_at_offer_only_the_way_back():
    said = offer(Queue(Source.NAMES, read_only=True), page(PageKind.MIXED), 0, 0, (), SHOWN)
    assert (said.combination, said.cls) == ("Esc", None)


def test_what_was_not_on_the_screen_is_hidden_and_what_cannot_be_is_not_waited_for():
    images = [field_image(number) for number in range(4)]
    sight = Sight(lambda image: "broken" if image is images[3] else None)
    assert sight.see([Tile((images[0],)), Tile((images[1], replace(images[2])))])
    assert sight.hidden(images) == []
    assert sight.unseen(images) == [images[3].name]
    assert not sight.see([Tile((images[0],))])
    sight.forget()
    assert sight.hidden(images) == images[:3]


def test_a_percentile_is_a_time_that_was_measured():
    latency = Latency()
    assert latency.percentile(95) is None
    for ms in range(1, 101):
        latency.add(ms)
    assert [latency.percentile(p) for p in (50, 95, 99, 100)] == [50, 95, 99, 100]


def test_only_the_last_times_are_kept():
    latency = Latency()
    for ms in range(KEPT + 10):
        latency.add(ms)
    assert len(latency.samples_ms) == KEPT
    assert latency.percentile(0) == 10


def test_a_painting_without_a_key_is_no_time():
    latency = Latency()
    latency.paint()
    latency.press()
    latency.press()
    latency.paint()
    latency.paint()
    assert len(latency.samples_ms) == 1


@given(st.integers(-(1 << 62), 1 << 62))
def test_every_number_of_milliseconds_is_some_moment(at_ms):
    assert moment(at_ms).tzinfo is not None
    assert clock(at_ms, 0)


def test_a_moment_is_told_as_people_here_count_it():
    assert moment(start_ms(TODAY)).date() == TODAY


@given(st.dates())
def test_every_day_that_is_written_is_asked_for_within_the_calendar(day):
    asked = said(day.isoformat())
    assert 0 <= asked.since_ms < asked.until_ms
    assert chips(asked, SHOWN)[0][0] == "time"
