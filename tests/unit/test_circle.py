"""Retrain and redeploy: where the round goes on by itself, and where it waits for a person."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.circle import PATIENCE_MS, WAY, Circle, Going, Leg, begin
from desktop.core.release import Stage
from desktop.core.verdict import Ruling
from edge.contract.records import BadRecord, dump, load

EARLY = (Leg.SYNC, Leg.FREEZE, Leg.TRAIN, Leg.MEASURE)


def trained(**words) -> Circle:
    """Give a round that waits for the gate."""
    round_ = begin("mara", 1000, **words)
    for number, leg in enumerate(EARLY, 2):
        facts = {Leg.FREEZE: {"run": "R1"}, Leg.MEASURE: {"model": "m1"}}.get(leg, {})
        round_ = round_.did(leg, number * 1000, f"after {leg}", **facts)
    return round_


def test_a_model_that_passes_goes_to_the_devices_by_itself():
    round_ = trained().compared(Ruling.PASS, 6000).did(Leg.DEPLOY, 7000, deployment="D1")
    assert (round_.at, round_.going, round_.run, round_.model, round_.deployment) == (
        Leg.DEVICES,
        Going.RUNNING,
        "R1",
        "m1",
        "D1",
    )
    done = round_.rolled(Stage.ROLLING, 8000).rolled(Stage.COMPLETED, 9500, "3 devices")
    assert done.going == Going.DONE
    assert done.over
    assert [passed.leg for passed in done.passed] == [leg for leg in WAY if leg is not Leg.DECIDE]
    assert (done.passed[0].seconds, done.passed[-1].seconds, done.passed[-1].note) == (1.0, 2.5, "3 devices")


@pytest.mark.parametrize("ruling", [Ruling.FIRST, Ruling.INSUFFICIENT, Ruling.REFUSE])
def test_a_person_decides_where_the_gate_does_not_pass(ruling):
    round_ = trained().compared(ruling, 6000)
    assert (round_.at, round_.going, round_.verdict) == (Leg.DECIDE, Going.ASKS, ruling)
    assert round_.did(Leg.DECIDE, 7000) == round_


def test_a_person_decides_where_the_settings_say_so():
    assert trained(always_look=True).compared(Ruling.PASS, 6000).going == Going.ASKS


def test_what_a_person_sends_is_followed_on_its_way():
    asks = trained().compared(Ruling.INSUFFICIENT, 6000)
    sent = asks.sent("m1", "D7", 7000)
    assert (sent.at, sent.going, sent.deployment) == (Leg.DEVICES, Going.RUNNING, "D7")
    assert asks.sent("another", "D7", 7000).going == Going.STOPPED
    assert asks.turned_down().going == Going.STOPPED


@pytest.mark.parametrize(("stage", "going"), [(Stage.FAILED, Going.FAILED), (Stage.REPLACED, Going.STOPPED)])
def test_a_deployment_that_does_not_complete_ends_the_round_with_its_reason(stage, going):
    round_ = trained().compared(Ruling.PASS, 6000).did(Leg.DEPLOY, 7000, deployment="D1").rolled(stage, 8000, "pi-1 refused")
    assert (round_.going, round_.reason) == (going, "pi-1 refused")


@pytest.mark.parametrize("leg", [Leg.SYNC, Leg.FREEZE, Leg.TRAIN])
def test_before_there_is_a_model_going_on_begins_anew(leg):
    round_ = begin("mara", 1000)
    for done in EARLY[: EARLY.index(leg)]:
        round_ = round_.did(done, 2000, run="R1")
    again = round_.failed(leg, "no power").resumed(9000)
    assert (again.at, again.going, again.run, again.passed, again.reason) == (Leg.SYNC, Going.RUNNING, "", (), "")


def test_with_a_model_going_on_takes_the_same_leg_again():
    stopped = trained().stopped()
    again = stopped.resumed(9000)
    assert (again.at, again.going, again.model, again.passed) == (Leg.COMPARE, Going.RUNNING, "m1", stopped.passed)
    asks = trained().compared(Ruling.REFUSE, 6000)
    assert asks.stopped().resumed(9000).going == Going.ASKS


TOLD = (
    *(partial(Circle.did, leg=leg, now_ms=1, run="R", model="m", deployment="D") for leg in WAY),
    *(partial(Circle.failed, leg=leg, reason="why") for leg in WAY),
    *(partial(Circle.compared, verdict=ruling, now_ms=1) for ruling in Ruling),
    *(partial(Circle.rolled, stage=stage, now_ms=1) for stage in Stage),
    partial(Circle.sent, model="m", deployment="D", now_ms=1),
    Circle.turned_down,
    Circle.stopped,
    partial(Circle.resumed, now_ms=1),
)


@given(st.lists(st.sampled_from(TOLD), max_size=30))
def test_whatever_is_told_nothing_is_sent_without_the_gate_or_a_person(words):
    round_ = begin("mara", 0)
    for word in words:
        before, round_ = round_, word(round_)
        if round_.at == Leg.DEPLOY and before.at != Leg.DEPLOY:
            assert (before.at, round_.verdict) == (Leg.COMPARE, Ruling.PASS)
        if round_.going == Going.DONE:
            assert round_.at == Leg.DEVICES
        assert load(Circle, dump(round_)) == round_
        legs = [passed.leg for passed in round_.passed]
        assert legs == [leg for leg in WAY if leg in legs], "each leg once, in order"


def test_a_damaged_record_is_none():
    with pytest.raises(BadRecord):
        load(Circle, dump(begin("mara", 0)).replace(b'"sync"', b'"sink"'))


def test_what_was_sent_while_somebody_said_stop_is_followed_and_not_sent_again():
    sent = trained().compared(Ruling.PASS, 6000).stopped().did(Leg.DEPLOY, 7000, deployment="D1")
    assert (sent.going, sent.deployment) == (Going.STOPPED, "D1")
    on = sent.resumed(8000)
    assert (on.at, on.going, on.deployment) == (Leg.DEVICES, Going.RUNNING, "D1")


def test_a_round_whose_window_was_closed_sends_nothing_by_itself():
    deploying = trained().compared(Ruling.PASS, 6000).woken(7000, "Go on?")
    assert (deploying.at, deploying.going, deploying.reason) == (Leg.DEPLOY, Going.STOPPED, "Go on?")
    comparing = trained().woken(7000, "Go on?")
    assert comparing.going == Going.RUNNING
    assert comparing.compared(Ruling.PASS, 8000).going == Going.ASKS


def test_an_old_round_waits_for_a_word_unless_it_only_follows_others():
    late = 10 * PATIENCE_MS
    assert trained().woken(late, "Go on?").going == Going.STOPPED
    assert begin("mara", 0).woken(late, "Go on?").going == Going.STOPPED
    training = begin("mara", 0).did(Leg.SYNC, 1).did(Leg.FREEZE, 2, run="R1")
    assert training.woken(late, "Go on?").going == Going.RUNNING
    devices = trained().compared(Ruling.PASS, 6000).did(Leg.DEPLOY, 7000, deployment="D1")
    assert devices.woken(late, "Go on?") == devices
