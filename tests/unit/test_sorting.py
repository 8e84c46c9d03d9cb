"""The sort session: what a key does, what is shown, and what is kept."""

from dataclasses import replace

import pytest

from desktop.core.errors import ConfigError, StorageFullError
from desktop.core.filters import Filter
from desktop.core.journal import Ended, Journal, Kind, State
from desktop.core.marks import Mark, Status
from desktop.core.pages import Order, PageKind
from desktop.core.sorting import SessionState, SortSession
from edge.contract.keys import Area, key_of, locate
from edge.contract.names import Side
from tests.unit.field import CLASSES, Clock, field_image, ids, predicted


class Desktop:
    """One labeller's computer: a journal that lasts, sessions that come and go, and what the catalog finds."""

    def __init__(self, path):
        self.clock = Clock()
        self.journal = Journal(path / "journal.sqlite", self.clock, ids())
        self.found = {}

    def session(self, *images, labeller="ann", page_size=100, order=Order.CLASS, area=Area.RAW):
        self.found.update({image.name: image for image in images})
        return SortSession(
            images, self.journal, labeller=labeller, classes=CLASSES, now_ms=self.clock, find=self.found.get, area=area,
            order=order, page_size=page_size,
        )  # fmt: skip

    def deliver(self, *, state=State.DONE):
        """End all that waits, as a delivery would; give the decisions that ended."""
        ended = []
        while begun := self.journal.begin(self.journal.deliverable(100)):
            self.journal.finish([Ended(one.id, state, etag=f"left-by-{one.id}") for one in begun])
            ended += begun
            for one in begun if state is State.DONE else []:
                place = locate(one.choice.target)
                self.found[one.choice.name] = replace(
                    self.found[one.choice.name], key=one.choice.target, etag=f"left-by-{one.id}", area=place.area, cls=place.cls
                )
        return ended


@pytest.fixture
def desktop(tmp_path):
    desktop = Desktop(tmp_path)
    yield desktop
    desktop.journal.close()


CANS = tuple(field_image(number, "soda-can", 0.3 + 0.1 * number) for number in range(4))


def names(page):
    return [image.name for tile in page.tiles for image in tile.images]


def test_a_label_stands_in_the_journal_before_it_is_shown(desktop):
    session = desktop.session(*CANS)
    [decision] = session.assign([CANS[0]], "clutter")
    assert desktop.journal.get([decision.id]) == [decision]
    assert (decision.kind, decision.labeller, decision.state) == (Kind.LABEL, "ann", State.PLANNED)
    assert (decision.choice.source, decision.choice.source_etag) == (CANS[0].key, CANS[0].etag)
    assert session.where(CANS[0]) == key_of(Area.LABELED, CANS[0].name, "clutter")
    assert session.mark(CANS[0]) == Mark(Status.LABELLED, "clutter")


def test_what_the_journal_does_not_take_changes_nothing(tmp_path, desktop):
    class Full(Journal):
        def record(self, kind, labeller, choices):
            raise StorageFullError("full")

    full = Full(tmp_path / "full.sqlite", desktop.clock, ids())
    session = SortSession(CANS, full, labeller="ann", classes=CLASSES, now_ms=desktop.clock, find=lambda name: None, page_size=9)
    with pytest.raises(StorageFullError):
        session.assign([CANS[0]], "clutter")
    assert session.mark(CANS[0]) == Mark(Status.OPEN)
    assert (session.focus, session.figures().left) == (0, 4)
    full.close()


def test_an_unknown_class_is_refused(desktop):
    session = desktop.session(*CANS)
    with pytest.raises(ValueError, match="no class in use"):
        session.assign([CANS[0]], "teapot")
    assert desktop.journal.waiting() == 0


def test_a_name_that_makes_no_key_is_told_and_changes_nothing(desktop):
    long = field_image(1, device="x" * 960)
    session = desktop.session(long, CANS[3])
    with pytest.raises(ConfigError, match="cannot be moved there"):
        session.discard([CANS[3], long])
    assert desktop.journal.waiting() == 0


def test_the_focus_goes_on_to_what_is_open_and_then_to_the_next_page(desktop):
    mug = field_image(9, "beer-mug")
    session = desktop.session(*CANS, mug, order=Order.CLASS)
    assert session.focused.images == (mug,)
    session.assign([mug], "beer-mug")
    assert session.focused.images == (CANS[0],)
    session.assign([CANS[1]], "clutter")
    assert session.focused.images == (CANS[2],)
    session.move(-2)
    session.assign([CANS[0]], "clutter")
    assert session.focused.images == (CANS[2],)


def test_the_focus_stays_where_it_is_without_auto_advance_but_a_skip_still_goes_on(desktop):
    session = desktop.session(*CANS)
    session.auto_advance = False
    session.assign([CANS[0]], "clutter")
    assert session.focus == 0
    session.skip([CANS[0], CANS[1]])
    assert session.focused.images == (CANS[2],)


def test_decided_tiles_keep_their_places_until_the_page_is_left(desktop):
    session = desktop.session(*CANS, *(field_image(10 + number, "clutter") for number in range(2)))
    session.next_page()
    before = list(session.tiles)
    session.assign([CANS[1]], "clutter")
    assert session.tiles == before
    session.next_page()
    session.next_page()
    assert [tile.images[0] for tile in session.tiles] == [CANS[0], CANS[2], CANS[3]]


def test_skipped_images_come_again_when_all_else_is_done(desktop):
    session = desktop.session(*CANS)
    session.skip([CANS[0]])
    assert session.mark(CANS[0]) == Mark(Status.SKIPPED)
    session.assign(CANS[1:], "soda-can")
    assert session.mark(CANS[0]) == Mark(Status.OPEN)
    assert session.focused.images == (CANS[0],)
    assert desktop.journal.in_state(State.PLANNED)[-1].choice.name == CANS[3].name


def test_a_page_is_confirmed_as_one_step_without_what_was_decided_skipped_or_never_seen(desktop):
    more = [field_image(20 + number) for number in range(3)]
    session = desktop.session(*CANS, *more)
    session.assign([CANS[0]], "clutter")
    session.unsure([CANS[1]])
    session.skip([CANS[2]])
    rest = session.rest(unseen={more[0].name})
    confirmed = session.confirm(unseen={more[0].name})
    assert [one.choice.name for one in confirmed] == [image.name for image in rest]
    assert {one.choice.name for one in confirmed} == {CANS[3].name, more[1].name, more[2].name}
    assert {(one.kind, one.step) for one in confirmed} == {(Kind.CONFIRM, confirmed[0].step)}
    assert session.undo() != []
    assert [session.mark(image) for image in (CANS[0], CANS[3])] == [Mark(Status.LABELLED, "clutter"), Mark(Status.OPEN)]


def test_only_class_pages_can_be_confirmed(desktop):
    session = desktop.session(*CANS, order=Order.NEWEST)
    assert (session.rest(), session.confirm()) == ([], [])
    assert desktop.journal.waiting() == 0


def test_a_label_given_twice_is_one_decision(desktop):
    session = desktop.session(*CANS)
    assert len(session.assign([CANS[0], CANS[0]], "clutter")) == 1
    assert session.assign([CANS[0]], "clutter") == []
    assert session.undo() != []
    assert session.undo() == []


def test_test_images_come_on_blind_pages_and_their_labels_are_blind(desktop):
    unseen = [field_image(30 + number, "soda-can", side=Side.TEST) for number in range(2)]
    session = desktop.session(*CANS, *unseen)
    [of_cans] = session.assign([CANS[0]], "soda-can")
    assert (of_cans.choice.blind, of_cans.choice.suggestion) == (False, "soda-can")
    session.next_page()
    assert (session.page.kind, session.page.cls) == (PageKind.BLIND, None)
    assert session.confirm() == []
    [blind] = session.assign([unseen[0]], "clutter")
    assert (blind.choice.blind, blind.choice.suggestion, blind.choice.model) == (True, None, None)


def test_a_suggestion_is_recorded_with_its_model_only_if_it_was_in_sight(desktop):
    seen = [predicted(field_image(number), "clutter", 0.4 + number / 100, model="m1") for number in range(3)]
    session = desktop.session(*seen, order=Order.NEWEST)
    [shown] = session.assign([seen[0]], "clutter")
    session.suggestions = False
    [hidden] = session.assign([seen[1]], "clutter")
    session.arrange(Order.CLASS)
    [company] = session.assign([seen[2]], "clutter")
    assert (shown.choice.suggestion, shown.choice.model) == ("clutter", "m1")
    assert (hidden.choice.suggestion, hidden.choice.model, hidden.choice.blind) == (None, None, False)
    assert company.choice.suggestion == "clutter"


def test_undo_reaches_into_earlier_sessions_and_brings_delivered_images_back(desktop):
    first = desktop.session(*CANS)
    first.assign([CANS[0]], "clutter")
    first.assign([CANS[1]], "clutter")
    desktop.deliver()
    second = desktop.session(*CANS[2:])
    assert [one.choice.name for one in second.undo()] == [CANS[1].name]
    assert second.focused.images[0].name == CANS[1].name
    assert second.mark(CANS[1]) == Mark(Status.OPEN)
    [back] = desktop.journal.in_state(State.PLANNED)
    assert (back.kind, back.choice.target) == (Kind.UNDO, CANS[1].key)
    assert [one.choice.name for one in second.undo()] == [CANS[0].name]
    assert second.undo() == []


def test_what_came_back_can_be_labelled_anew_and_moved_from_where_the_undo_left_it(desktop):
    session = desktop.session(*CANS)
    session.assign([CANS[0]], "clutter")
    desktop.deliver()
    session.undo()
    [again] = session.assign([CANS[0]], "soda-can")
    assert desktop.journal.source_etag(again) is None
    ended = desktop.deliver()
    assert [one.choice.target for one in ended] == [CANS[0].key, key_of(Area.LABELED, CANS[0].name, "soda-can")]
    assert desktop.journal.source_etag(again) == f"left-by-{ended[0].id}"


def test_a_step_that_was_lost_in_part_is_taken_back_in_part(desktop):
    session = desktop.session(*CANS)
    session.assign(CANS[:2], "clutter")
    lost, done = desktop.journal.begin(desktop.journal.deliverable(2))
    desktop.journal.finish([Ended(lost.id, State.LOST, winner="bob"), Ended(done.id, State.DONE, etag="e")])
    later = desktop.session(*CANS[2:])
    later.undo()
    assert later.image(lost.choice.name).key == CANS[0].key
    assert {image.name for tile in later.tiles for image in tile.images} == {CANS[1].name}
    assert later.figures().left == 3


def test_redo_does_it_again_until_a_new_decision_forgets_it(desktop):
    session = desktop.session(*CANS)
    session.assign([CANS[0]], "clutter")
    session.unsure([CANS[1]])
    session.undo()
    session.undo()
    assert [one.choice.name for one in session.redo()] == [CANS[0].name]
    assert session.mark(CANS[0]) == Mark(Status.LABELLED, "clutter")
    session.discard([CANS[2]])
    assert session.redo() == []


def test_undo_and_redo_survive_a_restart_between_them(desktop):
    session = desktop.session(*CANS)
    session.assign(CANS[:2], "clutter")
    session.undo()
    later = desktop.session(*CANS)
    assert [one.choice.name for one in later.redo()] == [image.name for image in CANS[:2]]
    assert [later.mark(image).status for image in CANS] == [Status.LABELLED] * 2 + [Status.OPEN] * 2


def test_one_labellers_undo_leaves_anothers_steps_alone(desktop):
    desktop.session(*CANS, labeller="bob").assign([CANS[0]], "clutter")
    assert desktop.session(*CANS, labeller="ann").undo() == []
    assert desktop.journal.overlay() == {CANS[0].name: key_of(Area.LABELED, CANS[0].name, "clutter")}


def test_unsure_images_are_shown_by_their_filter_only_and_sending_back_makes_them_wait_again(desktop):
    session = desktop.session(*CANS)
    session.unsure(CANS[:2])
    assert session.mark(CANS[0]) == Mark(Status.UNSURE)
    later = desktop.session(*CANS)
    assert names(later.page) == [CANS[2].name, CANS[3].name]
    later.arrange(chosen=Filter(unsure=True))
    assert names(later.page) == [CANS[0].name, CANS[1].name]
    assert later.rest() == []
    later.send_back([CANS[0]])
    later.arrange(chosen=Filter())
    assert names(later.page) == [CANS[0].name, CANS[2].name, CANS[3].name]
    assert later.where(CANS[0]) == CANS[0].key


def test_unsure_takes_a_label_back_to_where_the_image_was(desktop):
    session = desktop.session(*CANS)
    session.assign([CANS[0]], "clutter")
    [unsure] = session.unsure([CANS[0]])
    assert (unsure.choice.target, unsure.state) == (CANS[0].key, State.PLANNED)
    assert desktop.session(*CANS).mark(CANS[0]) == Mark(Status.UNSURE)


@pytest.mark.parametrize("again", [False, True])
def test_what_was_unsure_and_then_moved_and_brought_back_is_decided_on_as_it_lies_now(desktop, again):
    session = desktop.session(*CANS)
    session.unsure([CANS[0]])
    session.assign([CANS[0]], "clutter")
    desktop.deliver()
    session.undo()
    session.undo()
    if again:
        session.redo()
    [back] = desktop.deliver()
    [decision] = session.assign([CANS[0]], "soda-can")
    assert desktop.journal.source_etag(decision) == desktop.found[CANS[0].name].etag == f"left-by-{back.id}"


@pytest.mark.parametrize("again", [False, True])
def test_undo_of_an_unsure_leaves_an_image_that_somebody_else_sorted_where_it_lies(desktop, again):
    desktop.session(*CANS).unsure([CANS[0]])
    theirs = replace(CANS[0], key=key_of(Area.LABELED, CANS[0].name, "clutter"), area=Area.LABELED, cls="clutter", etag="theirs")
    desktop.found[CANS[0].name] = theirs
    session = desktop.session(*CANS[1:])
    assert len(session.undo()) == 1
    assert not again or len(session.redo()) == 1
    assert (session.image(CANS[0].name), session.figures().left) == (theirs, 3)
    assert session.assign([theirs], "soda-can") == []


def test_discarded_images_are_reviewed_and_sent_back(desktop):
    thrown = field_image(1, area=Area.DISCARDED)
    session = desktop.session(thrown, area=Area.DISCARDED)
    [back] = session.send_back([thrown])
    assert (back.kind, back.choice.target) == (Kind.RESTORE, key_of(Area.RAW, thrown.name))
    assert session.mark(thrown) == Mark(Status.RESTORED)


def test_labelled_images_are_reviewed_by_their_class_and_confirmed_without_a_move(desktop):
    right, wrong = (field_image(number, "soda-can", area=Area.LABELED, label="clutter") for number in range(2))
    session = desktop.session(right, wrong, area=Area.LABELED)
    assert session.page.cls == "clutter"
    session.assign([wrong], "soda-can")
    [confirmed] = session.confirm()
    assert (confirmed.choice.source, confirmed.state) == (confirmed.choice.target, State.DONE)
    assert session.figures().labelled == {"soda-can": 1, "clutter": 1}


def test_an_image_that_somebody_else_sorted_is_told_of_and_takes_no_decision(desktop):
    session = desktop.session(*CANS)
    session.assign([CANS[0]], "clutter")
    session.gone(CANS[0].name, "bob", "labeled_field_data/soda-can/x.jpg")
    session.gone("stranger.jpg", "bob")
    assert session.mark(CANS[0]) == Mark(Status.GONE, winner="bob", where="labeled_field_data/soda-can/x.jpg")
    assert set(session.lost) == {CANS[0].name}
    assert session.assign([CANS[0]], "soda-can") == []
    assert session.figures().labelled == {}
    session.gone(CANS[1].name, "bob")
    assert session.figures().left == 2
    assert session.tiles[1].images == (CANS[1],)


def test_an_image_that_was_gone_waits_again_when_it_comes_back(desktop):
    session = desktop.session(*CANS)
    session.assign([CANS[0]], "clutter")
    desktop.deliver(state=State.LOST)
    session.gone(CANS[0].name, "bob")
    session.arrived([replace(CANS[0], etag="sent-back")])
    assert session.mark(CANS[0]) == Mark(Status.OPEN)
    [decision] = session.assign([CANS[0]], "soda-can")
    assert decision.choice.source_etag == "sent-back"


def test_a_label_that_somebody_sent_back_is_open_again(desktop):
    session = desktop.session(*CANS)
    session.assign([CANS[0]], "clutter")
    desktop.deliver()
    session.arrived([replace(CANS[0], etag="sent-back")])
    assert session.mark(CANS[0]) == Mark(Status.OPEN)
    assert (session.figures().labelled, session.figures().left) == ({}, 4)


def test_images_that_arrive_leave_the_page_in_hand_alone(desktop):
    session = desktop.session(*CANS)
    session.move(2)
    new = [field_image(40, "soda-can", 0.01), field_image(41, "beer-mug")]
    session.arrived([*CANS, *new])
    assert [tile.images[0] for tile in session.tiles] == list(CANS)
    assert session.focus == 2
    assert sorted(image for page in session.upcoming(9) for image in names(page)) == sorted(image.name for image in new)
    assert session.figures().left == 6


def test_images_that_arrive_at_an_empty_desk_are_taken_up(desktop):
    session = desktop.session()
    assert (session.page, session.focused, session.next_page(), session.previous_page()) == (None, None, False, False)
    assert (session.confirm(), session.undo(), session.redo()) == ([], [], [])
    session.arrived(CANS)
    assert session.focused.images == (CANS[0],)


def test_a_burst_is_one_tile_and_one_key_until_it_is_opened(desktop):
    first = field_image(50, dhash=7)
    burst = [first, *(field_image(50 + more, dhash=7, captured_ms=first.captured_ms + more) for more in (1, 2))]
    session = desktop.session(*burst)
    assert [len(tile.images) for tile in session.tiles] == [3]
    assert len(session.assign(session.focused.images, "clutter")) == 3
    session.undo()
    session.open_burst(session.tiles[0])
    assert [tile.images for tile in session.tiles] == [(image,) for image in burst]
    session.arrange()
    assert [len(tile.images) for tile in session.tiles] == [1, 1, 1]


def test_figures_leave_out_what_was_taken_back(desktop):
    session = desktop.session(*CANS)
    session.assign(CANS[:2], "clutter")
    session.discard([CANS[2]])
    session.assign([CANS[0]], "soda-can")
    figures = session.figures()
    assert (figures.labelled, figures.discarded, figures.left) == ({"clutter": 1, "soda-can": 1}, 1, 1)
    session.undo()
    session.undo()
    figures = session.figures()
    assert (figures.labelled, figures.discarded, figures.left) == ({"clutter": 2}, 0, 2)


def test_the_time_left_follows_the_pace(desktop):
    session = desktop.session(*(field_image(number) for number in range(30)))
    assert (session.figures().per_hour, session.figures().left_s) == (None, None)
    for _image in range(11):
        session.assign(session.focused.images, "soda-can")
        desktop.clock.at_ms += 1000
    assert session.figures().per_hour == pytest.approx(3600)
    assert session.figures().left_s == pytest.approx(19)


def test_a_session_goes_on_where_it_stood_after_a_restart(desktop):
    mugs = [field_image(60 + number, "beer-mug") for number in range(3)]
    session = desktop.session(*CANS, *mugs)
    session.arrange(Order.DEVICE, Filter(devices=("pi-1",)))
    session.move(3)
    state = session.state()
    later = desktop.session(*CANS, *mugs)
    later.restore(state)
    assert (later.order, later.filter) == (Order.DEVICE, Filter(devices=("pi-1",)))
    assert later.focused.images == session.focused.images


def test_a_session_whose_image_is_gone_goes_on_at_the_same_page(desktop):
    images = [field_image(number, "soda-can", 0.1 + number / 100) for number in range(9)]
    session = desktop.session(*images, page_size=3)
    session.next_page()
    state = session.state()
    later = desktop.session(*(image for image in images if image is not session.focused.images[0]), page_size=3)
    later.restore(state)
    assert later.state().page == 1
    later.restore(SessionState(order="of a later version", page=99))
    assert later.state().page == 2
    desktop.session().restore(state)


def test_facets_count_what_waits_for_each_choice(desktop):
    mug = field_image(70, "beer-mug", device="pi-2")
    session = desktop.session(*CANS, mug)
    session.assign([CANS[0]], "clutter")
    session.arrange(chosen=Filter(classes=("beer-mug",)))
    facets = session.facets()
    assert (facets.total, facets.classes, facets.devices) == (1, {"soda-can": 3, "beer-mug": 1}, {"pi-2": 1})


def test_the_strip_shows_what_stands_newest_first_also_of_earlier_sessions(desktop):
    desktop.session(*CANS).assign([CANS[0]], "clutter")
    session = desktop.session(*CANS)
    session.assign([CANS[1]], "soda-can")
    session.discard([CANS[2]])
    session.undo()
    assert [one.choice.name for one in session.recent(8)] == [CANS[1].name, CANS[0].name]


def test_a_draft_laid_after_decisions_shows_what_still_waits(desktop):
    session = desktop.session(*CANS, order=Order.CLASS)
    work = session.draft(Order.NEWEST)
    session.assign([CANS[1]], "clutter")
    assert session.lay(work())
    assert session.order is Order.NEWEST
    assert CANS[1] not in [image for tile in session.tiles for image in tile.images]
    assert session.figures().left == len(CANS) - 1


def test_what_is_taken_back_while_a_draft_is_made_finds_its_place(desktop):
    session = desktop.session(*CANS)
    session.assign([CANS[2]], "clutter")
    work = session.draft(Order.UNCERTAIN)
    draft = work()
    session.undo()
    assert session.lay(draft)
    found = [name for page in (session.page, *session.upcoming(9)) for name in names(page)]
    assert sorted(found) == sorted(image.name for image in CANS)


def test_a_draft_that_keeps_pages_does_not_fit_after_the_page_was_turned(desktop):
    session = desktop.session(*CANS, page_size=2)
    work = session.draft()
    session.next_page()
    assert not session.lay(work())


def test_new_images_come_in_by_a_draft_behind_the_page_in_hand(desktop):
    session = desktop.session(*CANS[:2], page_size=2)
    before = session.tiles
    session.take(CANS[2:])
    assert session.lay(session.draft()())
    assert session.tiles is before
    assert session.figures().left == len(CANS)


def test_a_session_goes_on_with_another_connection(desktop, tmp_path):
    session = desktop.session(*CANS)
    other = Journal(tmp_path / "journal.sqlite", desktop.clock, ids("other"))
    session.work_with(other, desktop.found.get)
    desktop.journal.close()
    assert session.assign([CANS[0]], "clutter")
    assert [one.choice.name for one in session.recent(1)] == [CANS[0].name]
    other.close()
