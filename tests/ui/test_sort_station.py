"""The sort station: what keys do to a queue, what is told, and what never happens by itself."""

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton

from desktop.app import open_plant
from desktop.core.errors import OfflineError
from desktop.core.filters import Filter
from desktop.core.journal import Choice, Ended, Kind, State
from desktop.core.marks import Status
from desktop.core.pages import Order, PageKind
from desktop.core.pictures import unseen
from desktop.core.progress import CancelToken, silent
from desktop.core.review import ReviewFilter
from desktop.core.settings import Settings, Sorting, load_settings, save_settings
from desktop.core.views import View, Views
from desktop.ui.courier import Courier
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.sort.station import SortStation
from edge.contract.keys import LABELED, RAW, Area
from edge.contract.names import Side, format_name, parse_name, side
from tests.ui.plants import Bench, field_picture

CTRL = Qt.KeyboardModifier.ControlModifier
K = Qt.Key
CANS = [field_picture(number, "soda-can", 0.3 + number / 100) for number in range(12)]
MUGS = [field_picture(100 + number, "beer-mug", 0.5 + number / 100, device="pi-02") for number in range(5)]
BLIND = [field_picture(200 + number, "wine-bottle", 0.9, Side.TEST) for number in range(3)]


@pytest.fixture
def bench(qtbot, folder):
    made = []

    def make(pictures=(*CANS, *MUGS), **sorting):
        if sorting:
            save_settings(folder / "home", Settings(sorting=Sorting(**sorting)))
        one = Bench(qtbot, folder, pictures)
        made.append(one)
        one.show(SortStation(one.place, delivers=False))
        loaded(one)
        return one

    yield make
    for one in made:
        one.close()


def loaded(bench):
    bench.qtbot.waitUntil(lambda: bench.station.session is not None, timeout=10_000)


def at(bench, cls=None, kind=PageKind.CLASS):
    """Turn pages until one of a kind is in hand."""
    session = bench.station.session
    for _page in range(20):
        if session.page.kind is kind and cls in (None, session.page.cls):
            bench.station.front.show_page()
            return
        session.next_page()
    raise AssertionError(f"no page of {kind} {cls}")


def seen(bench):
    """Wait until what is on the screen was painted with its pictures, or is known to have none."""
    bench.qtbot.waitUntil(lambda: bench.thumbnails.waiting() == 0 and bench.station.front.grid.on_screen() != [], timeout=10_000)
    bench.qtbot.wait(30)


def marks(bench):
    session = bench.station.session
    return [session.mark(tile.images[0]) for tile in session.tiles]


def test_a_digit_sorts_the_picture_in_focus_and_goes_on(bench):
    one = bench()
    at(one, "soda-can")
    first = one.station.session.focused.images[0]
    one.press(K.Key_4)
    assert [made.choice.target for made in one.plant.journal.of_image(first.name)] == [f"{LABELED}soda-can/{first.name}"]
    assert marks(one)[0].cls == "soda-can"
    assert one.station.session.focus == one.station.front.grid.focus == 1


def test_a_digit_sorts_all_that_is_selected_and_leaves_nothing_selected(bench):
    one = bench()
    at(one, "soda-can")
    one.press(K.Key_Right, K.Key_Right, modifiers=Qt.KeyboardModifier.ShiftModifier)
    one.press(K.Key_2)
    assert [mark.cls for mark in marks(one)[:4]] == ["clutter"] * 3 + [None]
    assert one.station.front.grid.selected() == []
    one.press(K.Key_Z)
    assert {mark.status for mark in marks(one)} == {Status.OPEN}


def test_arrows_look_and_decide_nothing(bench):
    one = bench()
    one.press(K.Key_Right, K.Key_Down, K.Key_Left, K.Key_End, K.Key_Home, K.Key_PageDown)
    assert one.plant.journal.recent(1) == []


def test_enter_confirms_what_was_seen_and_one_undo_takes_it_all_back(bench):
    one = bench()
    at(one, "soda-can")
    seen(one)
    one.press(K.Key_2, K.Key_Return)
    targets = {made.choice.target.split("/")[1] for made in one.plant.journal.recent(50)}
    assert targets == {"clutter", "soda-can"}
    assert len(one.plant.journal.recent(50)) == len(CANS)
    one.press(K.Key_Z)
    at(one, "soda-can")
    assert [mark.status for mark in marks(one)].count(Status.OPEN) == len(CANS) - 1


def test_enter_shows_the_rest_before_it_confirms_it(bench):
    one = bench(tuple(field_picture(number, "soda-can", 0.5) for number in range(40)))
    seen(one)
    assert one.station.front.rest()[1]
    one.press(K.Key_Return)
    assert one.plant.journal.recent(1) == []
    assert one.station.session.focus > 0
    for _more in range(6):
        seen(one)
        one.press(K.Key_Return)
    assert len(one.plant.journal.recent(100)) == 40


def test_a_broken_picture_is_not_confirmed_but_can_be_discarded(bench):
    broken = field_picture(50, "soda-can", 0.2, data=b"no picture at all")
    one = bench((*CANS, broken))
    at(one, "soda-can")
    seen(one)
    one.press(K.Key_Return)
    assert len(one.plant.journal.recent(100)) == len(CANS)
    at(one, "soda-can")
    assert one.station.session.focused.images[0].name == broken[0]
    one.press(K.Key_X)
    assert one.plant.journal.recent(1)[0].kind is Kind.DISCARD


def test_a_key_that_hits_many_pictures_asks_first(bench):
    one = bench(confirm_above=5)
    at(one, "soda-can")
    one.press(K.Key_A, modifiers=CTRL)
    one.press(K.Key_4)
    assert one.plant.journal.recent(1) == []
    assert "12 pictures: press 4 again" in one.station.front.table.banner.offer.words
    one.press(K.Key_4)
    assert len(one.plant.journal.recent(50)) == 12


def test_a_page_is_confirmed_by_one_key_however_many_pictures_its_bursts_hold(qtbot, folder):
    save_settings(folder / "home", Settings(sorting=Sorting(confirm_above=len(CANS))))
    first, body = CANS[0]
    at_ms = parse_name(first).captured_ms
    again = (format_name(at_ms + ms, "soda-can", 0.4, "pi-01", "0" * 12) for ms in range(10, 40_000, 10))
    second = next(name for name in again if side(name) is Side.TRAIN)
    one = Bench(qtbot, folder, (*CANS, (second, body)))
    one.plant.pictures.fetch_all(unseen(one.plant.catalog.known(Area.RAW)), silent, CancelToken())
    one.show(SortStation(one.place, delivers=False))
    loaded(one)
    seen(one)
    assert (len(one.station.session.tiles), len(one.station.front.rest()[0])) == (len(CANS), len(CANS) + 1)
    one.press(K.Key_Return)
    assert len(one.plant.journal.recent(50)) == len(CANS) + 1
    one.close()


def test_any_other_key_calls_the_question_off(bench):
    one = bench(confirm_above=5)
    at(one, "soda-can")
    one.press(K.Key_A, modifiers=CTRL)
    one.press(K.Key_4, K.Key_Right)
    assert one.station.hand.question is None
    one.press(K.Key_4)
    assert one.plant.journal.recent(1) == []
    one.press(K.Key_2)
    assert one.station.hand.question is None
    one.press(K.Key_2, K.Key_Escape)
    assert one.station.hand.question is None
    assert one.plant.journal.recent(1) == []
    assert one.station.front.grid.selected() != []


def test_enter_answers_the_question_and_confirms_nothing_else(bench):
    one = bench(confirm_above=5)
    at(one, "soda-can")
    seen(one)
    one.press(K.Key_A, modifiers=CTRL)
    one.press(K.Key_2, K.Key_Return)
    assert {made.choice.target.split("/")[1] for made in one.plant.journal.recent(50)} == {"clutter"}
    assert len(one.plant.journal.recent(50)) == len(CANS)


def test_a_question_is_over_when_others_are_selected(bench, qtbot):
    one = bench(confirm_above=1)
    at(one, "soda-can")
    one.press(K.Key_A, modifiers=CTRL)
    one.press(K.Key_2)
    grid = one.station.front.grid
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.visualRect(grid.model().index(2, 0)).center())
    assert one.station.hand.question is None


def test_the_question_is_asked_in_the_loupe_too(bench):
    one = bench(confirm_above=0)
    at(one, "soda-can")
    one.press(K.Key_G)
    loupe = one.station.front.loupe
    assert one.station.front.in_loupe
    assert not loupe.banner.isVisible()
    one.press(K.Key_4)
    assert loupe.banner.isVisible()
    assert "1 picture: press 4 again" in loupe.banner.offer.words
    assert one.plant.journal.recent(1) == []
    one.press(K.Key_Return)
    assert not loupe.banner.isVisible()
    assert len(one.plant.journal.recent(5)) == 1


def test_typing_in_the_filter_never_labels_and_enter_leads_back(bench):
    one = bench()
    one.press(K.Key_Slash)
    assert one.station.front.table.panel.isVisible()
    boxes = one.station.front.table.panel.findChildren
    one.qtbot.waitUntil(lambda: "beer-mug  ·  5" in [box.text() for box in boxes(QCheckBox)], timeout=5000)
    for key in (K.Key_P, K.Key_I, K.Key_Minus, K.Key_0, K.Key_2):
        one.press(key)
    one.qtbot.waitUntil(lambda: one.station.session.filter == Filter(devices=("pi-02",)), timeout=5000)
    one.press(K.Key_Return)
    assert one.window.focusWidget() is one.station.front.grid
    assert not one.station.front.table.panel.isVisible()
    assert one.plant.journal.recent(1) == []
    assert one.station.session.figures().left == len(MUGS)
    assert [part for part, _words in one.station.front.table.chips.parts] == ["device:pi-02"]
    one.press(K.Key_F, modifiers=CTRL | Qt.KeyboardModifier.ShiftModifier)
    one.qtbot.waitUntil(lambda: one.station.session.figures().left == len(MUGS) + len(CANS), timeout=5000)


def test_digits_label_nothing_while_somebody_chooses_in_the_filters_panel(bench):
    one = bench()
    one.press(K.Key_Slash, K.Key_Tab)
    one.press(K.Key_4, K.Key_Return)
    assert one.plant.journal.recent(1) == []


def test_a_blind_page_tells_nothing(bench):
    one = bench((*CANS, *BLIND))
    at(one, kind=PageKind.BLIND)
    one.qtbot.waitUntil(lambda: "test picture" in one.station.front.side.facts.facts.note, timeout=5000)
    assert one.station.front.side.facts.facts.rows == one.station.front.side.facts.facts.scores == ()
    told = one.station.front.table.header.heading.accessibleName()
    assert "blind" in told
    assert "wine" not in told
    assert not one.station.front.table.banner.offer.live
    one.press(K.Key_Return)
    assert one.plant.journal.recent(1) == []
    one.press(K.Key_5)
    assert one.plant.journal.recent(1)[0].choice.blind


def test_pictures_that_are_only_to_be_looked_at_take_no_label(bench):
    one = bench()
    one.station.show_queue(
        Queue(Source.NAMES, "Confused", tuple(name for name, _body in MUGS[:3]), read_only=True, back="compare")
    )
    loaded(one)
    assert [tile.images[0].name for tile in one.station.session.tiles] == [name for name, _body in MUGS[:3]]
    one.press(K.Key_4, K.Key_X, K.Key_U, K.Key_Return, K.Key_Z)
    assert one.plant.journal.recent(1) == []
    assert one.station.front.table.banner.offer.combination == "Esc"
    one.press(K.Key_Escape)
    assert one.gone_to == ["compare"]
    loaded(one)
    assert one.station.queue == Queue()


def test_what_was_discarded_can_be_looked_at_and_sent_back(bench):
    one = bench()
    name = one.station.session.focused.images[0].name
    one.press(K.Key_X)
    one.plant.deliver(silent, CancelToken())
    one.station.show_queue(Queue(Source.DISCARDED))
    loaded(one)
    assert one.station.session.focused.images[0].name == name
    one.press(K.Key_B)
    assert one.plant.journal.recent(1)[0].choice.target == RAW + name


def test_unsure_pictures_are_set_aside_and_found_again(bench):
    one = bench()
    name = one.station.session.focused.images[0].name
    one.press(K.Key_U)
    one.station.controls.filter_by(Filter(unsure=True))
    one.qtbot.waitUntil(lambda: one.station.session.filter.unsure, timeout=5000)
    assert [tile.images[0].name for tile in one.station.session.tiles] == [name]


def test_new_pictures_come_in_without_moving_the_focus(bench):
    one = bench()
    at(one, "soda-can")
    one.press(K.Key_Right)
    before, tiles = one.station.session.focused, one.station.session.tiles
    new = [field_picture(300 + number, "clutter", 0.4) for number in range(4)]
    for name, body in new:
        one.send(one.plant, name, body)
    one.qtbot.waitUntil(lambda: not one.tasks.running("sync"), timeout=20_000)
    one.station.feed.sync()
    one.qtbot.waitUntil(lambda: one.station.session.figures().left == len(CANS) + len(MUGS) + 4, timeout=20_000)
    assert one.station.session.focused is before
    assert one.station.session.tiles is tiles
    assert one.station.front.grid.focus == 1


def test_a_picture_that_somebody_else_sorted_is_told_and_shown_as_theirs(bench):
    one = bench()
    name = one.station.session.focused.images[0].name
    one.qtbot.waitUntil(lambda: one.station.feed._lookout is not None, timeout=10_000)  # it looks from now on
    one.press(K.Key_4)
    one.station.feed.look()
    (decision,) = one.plant.journal.begin(one.plant.journal.deliverable(10))
    one.plant.journal.finish([Ended(decision.id, State.LOST, winner="mara", whereabouts=f"{LABELED}beer-mug/{name}")])
    one.qtbot.waitUntil(lambda: any("mara" in said for said in one.messages.said), timeout=5000)
    assert one.station.session.lost[name].winner == "mara"
    assert one.window.focusWidget() is one.station.front.grid


def test_the_place_is_found_again(bench, qtbot):
    one = bench()
    at(one, "soda-can")
    one.press(K.Key_Right, K.Key_Right)
    focus = one.station.session.focused.images[0].name
    one.station.controls.order_by(Order.NEWEST)
    qtbot.waitUntil(lambda: one.station.session.order is Order.NEWEST, timeout=5000)
    one.station.session.show(focus)
    one.close()
    one.open()
    one.show(SortStation(one.place, delivers=False))
    loaded(one)
    assert one.station.session.order is Order.NEWEST
    assert one.station.session.focused.images[0].name == focus


def test_a_saved_view_brings_order_and_filter_back(bench):
    one = bench()
    one.station._save_view("Second Pi")
    assert [view.name for view in Views(one.plant.folder).all()] == ["Second Pi"]
    one.station._apply_view(View("Mugs", Order.NEWEST, Filter(classes=("beer-mug",))))
    one.qtbot.waitUntil(lambda: one.station.session.order is Order.NEWEST, timeout=5000)
    assert one.station.session.figures().left == len(MUGS)


def test_when_nothing_is_left_it_says_so_and_undo_brings_the_pictures_back(bench):
    one = bench(MUGS)
    seen(one)
    one.press(K.Key_Return)
    assert one.station.front.table.done.isVisible()
    assert "5" in one.station.front.table.done.words[1]
    one.press(K.Key_Z)
    assert not one.station.front.table.done.isVisible()
    assert one.station.session.figures().left == len(MUGS)
    assert one.window.focusWidget() is one.station.front.grid


def test_a_plant_without_pictures_says_that_there_is_nothing_to_sort(bench):
    one = bench(())
    assert one.station.front.table.done.isVisible()
    one.press(K.Key_4, K.Key_Return, K.Key_Z, K.Key_Right)
    assert one.plant.journal.recent(1) == []


def test_the_time_from_key_to_picture_is_kept(bench):
    one = bench()
    one.press(K.Key_4)
    one.qtbot.waitUntil(lambda: len(one.station.latency.samples_ms) == 1, timeout=5000)
    assert one.station.latency.percentile(95) > 0


def test_a_key_that_changes_no_picture_is_not_measured_and_makes_the_next_no_slower(bench, qtbot):
    one = bench()
    at(one, "soda-can")
    seen(one)
    samples = one.station.latency.samples_ms
    samples.clear()
    one.press(K.Key_Home, K.Key_Z)  # it is the first already, and nothing can be taken back
    qtbot.wait(300)
    one.press(K.Key_4)
    qtbot.waitUntil(lambda: len(samples) == 1, timeout=5000)
    assert samples[0] < 300


def test_a_decision_in_the_loupe_that_leaves_the_focus_is_measured(bench, qtbot):
    one = bench(auto_advance=False)
    at(one, "soda-can")
    one.press(K.Key_G)
    loupe, samples = one.station.front.loupe, one.station.latency.samples_ms
    qtbot.waitUntil(lambda: loupe.canvas.photo is not None and one.station.latency._pressed_s is None, timeout=10_000)
    samples.clear()
    one.press(K.Key_4)
    qtbot.waitUntil(lambda: len(samples) == 1, timeout=5000)


def test_the_size_of_the_tiles_is_found_again(bench):
    one = bench()
    one.press(K.Key_Plus)
    width = one.station.front.grid.tile_width
    assert width != Sorting().tile_width
    one.station.left()
    assert load_settings(one.home).sorting.tile_width == width


def test_days_at_the_ends_of_the_calendar_and_names_of_no_time_are_shown(bench):
    beyond = (format_name(at_ms, "clutter", 0.1, "pi-01", "a" * 12) for at_ms in range(253_402_400_000_000, 1 << 53, 120_000))
    late = next(name for name in beyond if side(name) is Side.TRAIN)
    one = bench((*CANS, (late, CANS[0][1])))
    at(one, "clutter")
    seen(one)
    tiles = one.station.front.grid.model()
    assert late in tiles.hint(0)
    for day in ("9999-12-31", "0001-01-01"):
        one.press(K.Key_Slash)
        one.station.front.table.header.field.setText(day)
        one.station.front.table.header.field.settled.emit(day)
        one.qtbot.waitUntil(lambda: one.station.session.filter.since_ms is not None, timeout=5000)
        assert [part for part, _words in one.station.front.table.chips.parts] == ["time"]
        one.station.front.table.panel.show_filter(one.station.session.filter)
        one.station.controls.show_all()
        one.qtbot.waitUntil(lambda: one.station.session.filter == Filter(), timeout=5000)


def test_what_a_filter_asks_for_is_written_as_it_is_named(bench, qtbot):
    one = bench()
    one.station.controls.filter_by(Filter(text="R&D"))
    chips = one.station.front.table.chips
    qtbot.waitUntil(lambda: bool(chips.parts), timeout=5000)
    assert any("“R&&D”" in chip.text() for chip in chips.findChildren(QPushButton))


def test_the_panel_counts_what_was_sorted_today(bench):
    one = bench()
    at(one, "soda-can")
    one.press(K.Key_4, K.Key_4)
    one.station.show_queue(Queue())
    loaded(one)
    row = one.station.front.side.classes["soda-can"]
    one.qtbot.waitUntil(lambda: row.accessibleName().endswith(", 2"), timeout=5000)


def test_a_bucket_out_of_reach_is_told_of_once(bench):
    one = bench()
    one.station.feed._sync_failed(OfflineError("Gone."))
    one.station.feed._sync_failed(OfflineError("Gone."))
    assert one.messages.said.count("Gone.") == 1


def test_a_key_changed_by_the_user_is_shown_at_its_line(bench):
    one = bench()
    keymap = one.commands.keymap
    one.commands.keymap = type(keymap)(keymap.actions.values(), {"label.soda-can": ("Q",), "queue": ()})
    assert "key Q" in one.station.front.side.classes["soda-can"].accessibleName()


def test_the_delivering_process_is_started_again_when_it_dies_and_ends_with_its_input(qtbot):
    courier = Courier([sys.executable, "-c", "import sys; sys.stdin.read()"])
    courier.start()
    qtbot.waitUntil(lambda: courier.process.processId() > 0, timeout=10_000)
    courier.process.kill()
    qtbot.waitUntil(lambda: courier.starts == 2 and courier.process.processId() > 0, timeout=10_000)
    courier.close()
    assert courier.process.state() is courier.process.ProcessState.NotRunning
    assert courier.process.exitCode() == 0


def test_the_loupe_sorts_the_picture_in_hand_and_leads_back_to_the_grid(bench):
    one = bench()
    at(one, "soda-can")
    one.press(K.Key_G)
    assert "loupe" in one.commands.places
    first = one.station.session.focused.images[0].name
    one.press(K.Key_2)
    assert one.plant.journal.recent(1)[0].choice.name == first
    assert one.station.session.focus == one.station.front.loupe.place == 1
    one.press(K.Key_Right)
    assert one.station.session.focus == one.station.front.loupe.place == 2
    one.press(K.Key_Escape)
    assert "grid" in one.commands.places
    assert one.station.front.grid.focus == 2
    assert one.window.focusWidget() is one.station.front.grid


def test_the_loupe_is_open_again_after_a_restart(bench):
    one = bench()
    one.press(K.Key_G)
    one.close()
    one.open()
    one.show(SortStation(one.place, delivers=False))
    loaded(one)
    assert one.station.front.in_loupe


def test_a_label_under_review_can_be_changed_and_its_history_looked_at(bench):
    one = bench()
    at(one, "soda-can")
    name = one.station.session.focused.images[0].name
    one.press(K.Key_5)
    one.plant.deliver(silent, CancelToken())
    one.station.show_queue(Queue(Source.LABELLED))
    loaded(one)
    assert one.station.session.focused.images[0].cls == "wine-bottle"
    one.press(K.Key_4)
    assert one.plant.journal.recent(1)[0].choice.target == f"{LABELED}soda-can/{name}"
    one.press(K.Key_I)
    one.qtbot.waitUntil(lambda: len(one.station.history.rows) == 2, timeout=5000)
    assert [row[2] for row in one.station.history.rows] == ["labelled: to sort → wine-bottle", "labelled: wine-bottle → soda-can"]
    one.press(K.Key_Escape)
    assert not one.station.history.isVisible()


def test_labels_are_reviewed_by_person_and_where_the_model_disagrees(bench):
    one = bench()
    at(one, "soda-can")
    one.press(K.Key_5, K.Key_4)
    one.plant.deliver(silent, CancelToken())
    one.plant.pictures.fetch_all(one.plant.catalog.images(Area.LABELED), silent, CancelToken())
    one.station.show_queue(Queue(Source.LABELLED))
    loaded(one)
    assert one.station.session.figures().left == 2
    one.station._review(ReviewFilter(contradicted=True))
    one.qtbot.waitUntil(lambda: one.station.session.figures().left == 1, timeout=5000)
    one.station._review(ReviewFilter(labellers=("nobody",)))
    one.qtbot.waitUntil(lambda: one.station.session.figures().left == 0, timeout=5000)


def test_without_a_run_no_label_is_in_doubt(bench):
    one = bench()
    one.station.show_queue(Queue(Source.DOUBTS))
    loaded(one)
    assert one.station.front.table.done.isVisible()
    one.press(K.Key_Escape)
    loaded(one)
    assert one.station.queue == Queue()


def test_a_decision_in_the_strip_leads_back_to_its_picture(bench):
    one = bench()
    at(one, "soda-can")
    name = one.station.session.focused.images[0].name
    one.press(K.Key_4, K.Key_4, K.Key_4)
    assert len(one.station.front.side.strip.decided) == 3
    one.station.front.side.strip.opened.emit(name)
    assert one.station.session.focused.images[0].name == name


def test_the_queues_are_chosen_from_a_menu_by_digit(bench, qapp):
    one = bench()
    one.press(K.Key_Q)
    menu = qapp.activePopupWidget()
    assert [action.text().split("\t")[0] for action in menu.actions()][:3] == [
        "&1  To sort",
        "&2  Set aside as unsure",
        "&3  Labelled",
    ]
    menu.actions()[3].trigger()
    menu.close()
    loaded(one)
    assert one.station.queue.source is Source.DISCARDED


def test_a_delivering_process_that_will_not_live_is_told_of(qtbot):
    courier = Courier([sys.executable, "-c", "raise SystemExit(1)"])
    with qtbot.waitSignal(courier.failing, timeout=20_000):
        courier.start()
    assert courier.starts == 3
    courier.close()


def test_pictures_are_fetched_by_themselves_and_why_they_were_sent_is_told(bench):
    one = bench()
    known = one.plant.catalog.known
    one.qtbot.waitUntil(lambda: all(image.content is not None for image in known(Area.RAW)), timeout=20_000)
    at(one, "soda-can")
    one.press(K.Key_Right)
    one.qtbot.waitUntil(lambda: ("Sent because", "low confidence") in one.station.front.side.facts.facts.rows, timeout=5000)


def test_what_was_sorted_on_another_computer_is_shown_as_theirs_after_the_next_look(bench):
    one = bench()
    at(one, "soda-can")
    tile = one.station.session.focused
    image = tile.images[0]
    one.qtbot.waitUntil(lambda: one.station.feed._seen is not None and not one.tasks.running("sync"), timeout=20_000)
    other = open_plant(str(one.bucket), one.home.parent / "other")
    one.look(other)
    other.journal.record(Kind.LABEL, "mara", [Choice(image.name, image.key, image.etag, f"{LABELED}clutter/{image.name}")])
    other.deliver(silent, CancelToken())
    other.close()
    one.station.feed.sync()
    one.qtbot.waitUntil(lambda: one.station.session.mark(image).status is Status.GONE, timeout=20_000)
    assert one.station.session.mark(image).where == f"{LABELED}clutter/{image.name}"
    assert one.station.session.focused is tile
