"""The compare station: what it shows of a verdict, and that nothing reaches a device without a second word."""

from dataclasses import replace
from functools import cached_property

import pytest
from PySide6.QtCore import Qt

from desktop.app import Plant
from desktop.core.gate import judge
from desktop.core.measurement import Measurement
from desktop.core.pictures import Pictures
from desktop.core.settings import Settings
from desktop.core.verdict import GateSettings
from desktop.ui.actions import table
from desktop.ui.commands import Commands
from desktop.ui.compare.findings import findings, mark, missing, title
from desktop.ui.compare.station import CompareStation
from desktop.ui.keymap import Keymap
from desktop.ui.messages import Messages
from desktop.ui.sort.queue import Source
from desktop.ui.tasks import Tasks
from desktop.ui.thumbnails import Thumbnails
from desktop.ui.words import short_model
from desktop.ui.workplace import Workplace
from edge.contract.keys import ATTEMPTS
from tests.judging import answers, pictures
from tests.laboratory import LENIENT, Laboratory, look
from tests.plant import PLAIN_PENCIL, plain_shrink


class Bench(Plant):
    """The laboratory's bucket as the window opens it: each lane has a catalog of its own; the models read words."""

    @cached_property
    def pictures(self):
        return Pictures(self.store, self.catalog, self.folder / "pictures", look=look, shrink=plain_shrink, pencil=PLAIN_PENCIL)

    @cached_property
    def measurement(self):
        return Measurement(self.store, self.catalog, self.pictures, self.registry, BENCH["score"])


BENCH = {}


@pytest.fixture
def lab(folder):
    lab = Laboratory(folder)
    lab.site.come("pi-1", "pi-2")
    yield lab
    lab.close()


@pytest.fixture
def settings():
    return Settings(gate=LENIENT)


@pytest.fixture
def place(lab, settings, qtbot):
    BENCH["score"] = lab.score

    def opened():
        return Bench(lab.store, lab.plant.home, lab.plant.home, settings, "ada")

    messages, plant = Messages(), opened()
    qtbot.addWidget(messages)
    taxonomy = plant.taxonomy()
    tasks = Tasks(opened, messages.show_error)
    thumbnails = Thumbnails(lambda: opened().pictures, 1)
    gone, queues = [], []
    commands = Commands(Keymap(table(taxonomy.classes, taxonomy.shown("en"))))
    commands.places = frozenset({"compare"})
    place = Workplace(plant, str(lab.plant.root), tasks, commands, messages, thumbnails, go=gone.append, open_queue=queues.append)
    place.gone, place.queues = gone, queues
    yield place
    tasks.close()
    thumbnails.close()
    plant.close()


@pytest.fixture
def enter(place, qtbot):
    def enter():
        station = CompareStation(place)
        qtbot.addWidget(station)
        station.resize(1360, 840)
        station.show()
        station.entered()
        settle(qtbot, place)
        return station

    return enter


def settle(qtbot, place):
    """Wait until all lanes are done."""
    qtbot.waitUntil(lambda: not place.tasks.running(), timeout=20_000)


def candidate(lab, wrong=()):
    """Ship a model that gets two pictures wrong, and give another that gets others wrong."""
    lab.fill(12)
    old, new = lab.model(), lab.model()
    lab.score.wrong[old.id] = {"beer-mug 0", "soda-can 1"}
    lab.ship(old)
    lab.score.wrong[new.id] = set(wrong)
    return old, new


def test_without_a_model_it_says_so_and_leads_to_training(enter, place, qtbot):
    station = enter()
    assert station.trial is None
    assert station._empty.isVisibleTo(station)
    station._go_training()
    assert place.gone == ["train"]
    assert not place.commands.possible("deploy")


def test_the_newest_model_is_held_against_the_one_in_service(lab, enter, place):
    old, new = candidate(lab)
    station = enter()
    trial = station.trial
    assert (trial.model.id, trial.old, trial.verdict.verdict) == (new.id, old.id, "pass")
    assert short_model(old.id) in station._card._against.text()
    assert trial.new_evaluation.n == trial.old_evaluation.n == trial.verdict.n == 12
    assert place.messages.said == []


def test_a_first_model_shows_what_it_gets_wrong(lab, enter):
    lab.fill(6)
    new = lab.model()
    lab.score.wrong[new.id] = {"beer-mug 2"}
    station = enter()
    assert station.trial.verdict.verdict == "first"
    assert len(station.trial.broken()) == 1
    assert not station._right.isVisibleTo(station)
    assert station._card.interval.empty


def test_without_test_pictures_it_asks_for_them(lab, enter, place):
    lab.model()
    station = enter()
    assert station.trial.verdict.n == 0
    assert station._card._sort.isVisibleTo(station)
    assert station._matrix.empty
    station._card._sort.click()
    assert place.gone == ["sort"]


def test_deploying_takes_a_second_word_and_leads_to_the_fleet(lab, enter, place, qtbot):
    _old, new = candidate(lab)
    station = enter()
    before = len(lab.release.deployments())
    assert place.commands.trigger("deploy")
    ways = station._card.ways
    assert ways.asking == "deploy"
    assert "pi-1, pi-2" in ways._details.text()
    assert len(lab.release.deployments()) == before
    qtbot.keyClick(ways._yes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: place.gone == ["fleet"], timeout=20_000)
    (sent,) = [one for one in lab.release.deployments() if one.model == new.id]
    assert (sent.by, sent.override, sent.verdict, sent.target) == ("ada", None, "pass", "")


def test_escape_sends_nothing(lab, enter, place, qtbot):
    candidate(lab)
    station = enter()
    place.commands.trigger("deploy")
    qtbot.keyClick(station._card.ways._yes, Qt.Key.Key_Escape)
    assert station._card.ways.asking == ""
    settle(qtbot, place)
    assert place.gone == []


class TestAgainstTheVerdict:
    @pytest.fixture
    def settings(self):
        return Settings(gate=GateSettings(margin=0.5, min_images=100, min_per_class=0))

    def test_deploying_needs_a_written_reason(self, lab, enter, place, qtbot):
        _old, new = candidate(lab)
        station = enter()
        assert station.trial.verdict.verdict == "insufficient"
        assert station._card._sort.isVisibleTo(station)
        place.commands.trigger("deploy")
        ways = station._card.ways
        assert not ways._yes.isEnabled()
        qtbot.keyClicks(ways._reason, "  ")
        qtbot.keyClick(ways._reason, Qt.Key.Key_Return)
        assert ways.asking == "deploy"
        qtbot.keyClicks(ways._reason, "the line is down")
        qtbot.keyClick(ways._reason, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: place.gone == ["fleet"], timeout=20_000)
        (sent,) = [one for one in lab.release.deployments() if one.model == new.id]
        assert sent.override == "the line is down"


def test_a_refusal_is_shown_with_its_reason_and_can_be_taken_back(lab, enter, place, qtbot):
    candidate(lab)
    station = enter()
    place.commands.trigger("refuse")
    qtbot.keyClicks(station._card.ways._reason, "loses mugs")
    qtbot.keyClick(station._card.ways._reason, Qt.Key.Key_Return)
    settle(qtbot, place)
    assert station._card._chip.isVisibleTo(station)
    assert "ada: loses mugs" in station._card.ways._note.text()
    assert "refused" in station._card._model._menu.actions()[0].text()
    place.commands.trigger("refuse")
    settle(qtbot, place)
    assert not station._card._chip.isVisibleTo(station)


def test_the_model_in_service_can_be_looked_at_but_not_sent_again(lab, enter, place, qtbot):
    old, _new = candidate(lab)
    station = enter()
    station.choose(old.id)
    settle(qtbot, place)
    assert station.trial.model.id == old.id
    assert not place.commands.possible("deploy")
    assert not place.commands.possible("refuse")


def test_a_cell_opens_its_test_pictures_to_be_looked_at_only(lab, enter, place):
    candidate(lab, ["beer-mug 2"])
    station = enter()
    said = station.trial.new_evaluation.wrong[0]
    station._open_cell(said.truth, said.answer)
    (queue,) = place.queues
    assert queue.names == (said.name,)
    assert queue.read_only
    assert queue.back == "compare"


def test_the_cells_hold_each_picture_once_and_agree_with_the_counts(lab, enter):
    candidate(lab, ["beer-mug 2", "soda-can 3"])
    trial = enter().trial
    for old, evaluation in ((False, trial.new_evaluation), (True, trial.old_evaluation)):
        for row, truth in enumerate(evaluation.classes):
            for column, said in enumerate(evaluation.classes):
                assert len(trial.cell(truth, said, old=old)) == evaluation.confusion[row][column]


def test_what_changed_opens_the_broken_ones_first_and_a_strip_from_the_chosen_one(lab, enter, place):
    candidate(lab, ["beer-mug 2", "soda-can 3"])
    station = enter()
    place.commands.trigger("look-at-pictures")
    station._open_broken(1)
    everything, strip = place.queues
    verdict = station.trial.verdict
    assert everything.names == (*verdict.newly_broken, *verdict.newly_right)
    assert strip.names == verdict.newly_broken[::-1]


def attempts(lab):
    return len(list(lab.store.list(ATTEMPTS)))


def test_coming_back_judges_nothing_again(lab, enter, place, qtbot):
    candidate(lab)
    station = enter()
    first, asked = station.trial, len(lab.score.calls)
    station.left()
    place.synced.emit()
    station.entered()
    settle(qtbot, place)
    assert station.trial is first
    assert len(lab.score.calls) == asked


def test_other_test_pictures_are_told_of_and_judged_on_only_when_wanted(lab, enter, place, qtbot):
    candidate(lab)
    station = enter()
    asked, again = len(lab.score.calls), station._card._again
    assert not again.isVisibleTo(station)
    for number in (20, 21, 22):
        lab.put("beer-mug", number)
        place.decided.emit()
        settle(qtbot, place)
    assert (station.trial.verdict.n, station.trial.again, attempts(lab)) == (12, 2, 1)
    assert len(lab.score.calls) == asked
    assert again.isVisibleTo(station)
    assert again.text().strip() == "Judge again (attempt 2)"
    assert not place.commands.possible("deploy")
    again.click()
    settle(qtbot, place)
    assert (station.trial.verdict.n, station.trial.again, attempts(lab)) == (15, 0, 2)
    assert not again.isVisibleTo(station)
    assert place.commands.possible("deploy")


def test_a_later_window_asks_before_it_judges_on_other_test_pictures(lab, enter, place, qtbot):
    _old, new = candidate(lab)
    enter()
    lab.put("beer-mug", 20)
    later = enter()
    assert later.trial is None
    assert later._empty._judge.isVisibleTo(later)
    assert attempts(lab) == 1
    later._empty._judge.click()
    settle(qtbot, place)
    assert (later.trial.model.id, later.trial.verdict.n, attempts(lab)) == (new.id, 13, 2)


def test_a_reason_that_is_being_typed_outlives_a_sync(lab, enter, place, qtbot):
    candidate(lab)
    station = enter()
    place.commands.trigger("refuse")
    ways = station._card.ways
    qtbot.keyClicks(ways._reason, "loses mu")
    shown = qtbot.waitSignal(station.shown, timeout=20_000, raising=False)
    lab.put("beer-mug", 20)
    place.synced.emit()
    settle(qtbot, place)
    assert (ways.asking, ways._reason.text(), shown.signal_triggered) == ("refuse", "loses mu", False)
    ways.cancel()
    qtbot.waitUntil(lambda: station.trial.again == 2, timeout=20_000)


def test_a_sync_that_changes_nothing_leaves_the_page_alone(lab, enter, place, qtbot):
    candidate(lab)
    station = enter()
    told = []
    station.shown.connect(lambda: told.append(1))
    place.synced.emit()
    settle(qtbot, place)
    assert told == []


@pytest.mark.parametrize("what", ["labels", "service"])
def test_what_was_judged_on_what_is_gone_is_not_sent(lab, enter, place, qtbot, what):
    _old, new = candidate(lab)
    third = lab.model()
    station = enter()
    station.choose(new.id)
    settle(qtbot, place)
    place.commands.trigger("deploy")
    lab.put("beer-mug", 20) if what == "labels" else lab.ship(third)
    before = lab.release.deployments()
    qtbot.keyClick(station._card.ways._yes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(place.messages.said), timeout=20_000)
    settle(qtbot, place)
    assert lab.release.deployments() == before
    assert place.gone == []
    if what == "labels":
        assert station.trial.again == 3
    else:
        assert station.trial.old == third.id


def test_doubtful_labels_are_one_button_away(lab, enter, place):
    candidate(lab)
    station = enter()
    station._doubts.click()
    assert (place.queues[0].source, place.queues[0].back) == (Source.DOUBTS, "compare")


def test_another_target_is_another_trial(lab, enter, place, qtbot):
    candidate(lab)
    station = enter()
    station.choose_target("pi-2")
    settle(qtbot, place)
    assert (station.trial.target, station.trial.devices) == ("pi-2", ("pi-2",))


def test_of_two_choices_in_a_row_the_last_is_shown(lab, enter, place, qtbot):
    old, new = candidate(lab)
    station = enter()
    for _turn in range(3):
        station.choose(old.id)
        station.choose(new.id)
    settle(qtbot, place)
    assert station.trial.model.id == new.id


def test_stopping_keeps_what_was_shown(lab, enter, place, qtbot):
    old, new = candidate(lab)
    station = enter()
    station.choose(old.id)
    station._stop()
    settle(qtbot, place)
    assert station.trial.model.id == new.id
    assert station._pages.currentIndex() == 2


def test_a_narrow_window_lays_the_cards_below_each_other(lab, enter, qtbot):
    candidate(lab)
    station = enter()
    for width, beside in ((1360, True), (900, False), (1360, True)):
        station.resize(width, 840)
        qtbot.waitUntil(
            lambda beside=beside: (
                (
                    station._recalls.mapTo(station, station.rect().topLeft()).y()
                    == station._matrix.mapTo(station, station.rect().topLeft()).y()
                )
                == beside
            )
        )


def test_the_badge_says_the_verdict_in_words_too(lab, enter, place, qtbot):
    candidate(lab)
    station = CompareStation(place)
    qtbot.addWidget(station)
    badges = []
    station.badge.connect(badges.append)
    station.entered()
    settle(qtbot, place)
    assert badges[-1].mark == "ok"
    assert badges[-1].told == title(station.trial.verdict)


def judged(wrong_before, wrong_now, **settings):
    truth = ["a"] * 60 + ["b"] * 60
    said = [
        ["b" if number < wrong and one == "a" else one for number, one in enumerate(truth)] for wrong in (wrong_before, wrong_now)
    ]
    return judge(pictures(truth), answers("ab", said[1]), answers("ab", said[0]), attempt=2, settings=GateSettings(**settings))


@pytest.mark.parametrize(("before", "now", "kind"), [(20, 0, "ok"), (0, 20, "bad"), (8, 10, "warn")])
def test_each_verdict_has_its_mark_and_a_line_for_what_decided(before, now, kind):
    verdict = judged(before, now)
    lines = findings(verdict, {"a": "Apples"})
    assert mark(verdict) == kind
    assert any("points" in one.text or "interval" in one.text for one in lines)
    assert any("attempt 2" in one.text for one in lines)
    if kind == "bad":
        assert any(one.kind == "bad" and "Apples" in one.text for one in lines)
    if kind == "warn":
        assert any(one.text == missing(verdict) for one in lines) == bool(missing(verdict))


def test_the_lines_keep_what_only_the_gate_knows():
    verdict = judged(20, 0)
    told = replace(verdict, reasons=(*verdict.reasons, "3 pictures do not count."))
    extra = {one.text for one in findings(told, {})} - {one.text for one in findings(verdict, {})}
    assert extra == {"3 pictures do not count."}
