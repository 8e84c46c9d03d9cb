"""Deployments: the gate's word first, then the record, then the devices; what is in service, and the way back."""

from contextlib import suppress
from dataclasses import replace

import pytest

from desktop.core.errors import GateError, NotFoundError, OfflineError
from desktop.core.gate import judge
from desktop.core.ports import ABSENT
from desktop.core.release import ROLLBACK, Deployment, Release, Stage
from desktop.core.verdict import GateSettings, Ruling
from desktop.local.fleet import BucketFleet
from desktop.local.store import FolderStore
from edge.contract.fleet import DeviceState
from edge.contract.keys import DEPLOYMENTS
from edge.contract.records import dump, load
from tests.clock import Clock, Ids
from tests.devices import BucketSite
from tests.judging import answers, pictures
from tests.plant import keys_of

M1, M2, M3 = ("1" * 64, "2" * 64, "3" * 64)


@pytest.fixture
def store(folder):
    return FolderStore(folder / "bucket")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def fleet(store, clock):
    return BucketFleet(store, clock)


@pytest.fixture
def site(store, clock):
    return BucketSite(store, clock)


@pytest.fixture
def release(store, fleet, clock):
    return Release(store, fleet, clock, Ids("D"))


def verdict(ruling=Ruling.PASS, accuracy=0.9, reasons=("Because.",)):
    blank = judge(pictures("ab"), answers("ab", "ab"), None, attempt=1, settings=GateSettings())
    return replace(blank, verdict=ruling, accuracy_new=accuracy, reasons=reasons)


def send(release, model, target="", **words):
    return release.deploy(model, target, "ada", verdict(**words))


def roll_out(release, site, model, *devices, target="", **words):
    """Deploy a model, and let devices take it."""
    sent = send(release, model, target, **words)
    for device in devices:
        site.act(device)
    release.refresh()
    return sent


def stages(release):
    return [one.stage for one in release.refresh()]


def should_run(fleet):
    return {device.device: device.desired for device in fleet.devices()}


@pytest.mark.parametrize("ruling", [Ruling.REFUSE, Ruling.INSUFFICIENT])
@pytest.mark.parametrize("override", [None, "", "  "])
def test_what_the_gate_does_not_pass_goes_nowhere_without_a_written_reason(release, store, site, fleet, ruling, override):
    site.come("pi-1")
    with pytest.raises(GateError) as error:
        release.deploy(M1, "", "ada", verdict(ruling, reasons=("Beer is worse.", "So is clutter.")), override)
    assert "Beer is worse. So is clutter." in error.value.title
    assert ruling in error.value.title
    assert "--override" in error.value.hint
    assert keys_of(store, [DEPLOYMENTS]) == []
    assert should_run(fleet) == {"pi-1": None}


def test_a_written_reason_sends_it_and_is_kept_with_the_verdict(release, store, site, fleet):
    site.come("pi-1")
    sent = release.deploy(M1, "", "ada", verdict(Ruling.REFUSE, 0.7), " the old one sees nothing at night ")
    assert should_run(fleet) == {"pi-1": M1}
    kept = load(Deployment, store.get(f"{DEPLOYMENTS}{sent.id}.json").body)
    assert kept == sent
    assert (kept.override, kept.verdict, kept.reasons) == ("the old one sees nothing at night", "refuse", ("Because.",))
    assert (kept.by, kept.accuracy, kept.stage) == ("ada", 0.7, "rolling")


@pytest.mark.parametrize("ruling", [Ruling.PASS, Ruling.FIRST])
def test_what_passes_needs_no_reason(release, site, ruling):
    site.come("pi-1")
    assert send(release, M1, ruling=ruling).override is None


@pytest.mark.parametrize("act", [lambda release: send(release, M1, "hall"), lambda release: release.rollback("hall", "ada")])
def test_an_unknown_target_leaves_no_record(release, store, site, act):
    site.come("pi-1")
    roll_out(release, site, M1, "pi-1")
    roll_out(release, site, M2, "pi-1")
    before = keys_of(store, [DEPLOYMENTS])
    with pytest.raises(NotFoundError, match="hall"):
        act(release)
    assert keys_of(store, [DEPLOYMENTS]) == before


def test_a_deployment_is_rolling_until_every_device_says_that_it_runs_the_model(release, site):
    site.come("pi-1", "pi-2")
    send(release, M1)
    assert stages(release) == [Stage.ROLLING]
    site.act("pi-1")
    assert stages(release) == [Stage.ROLLING]
    site.say("pi-2", DeviceState.FETCHING)
    assert stages(release) == [Stage.ROLLING]
    site.act("pi-2")
    assert stages(release) == [Stage.COMPLETED]


def test_without_devices_a_deployment_waits_for_the_first(release, site):
    send(release, M1)
    assert stages(release) == [Stage.ROLLING]
    site.come("pi-1")
    assert stages(release) == [Stage.ROLLING]
    site.act("pi-1")
    (ended,) = release.refresh()
    assert ended.stage == Stage.COMPLETED
    assert ended.ended_ms > ended.at_ms


def test_a_device_on_trial_has_not_said_yes_yet(release, site):
    site.come("pi-1")
    send(release, M1)
    site.act("pi-1")
    site.say("pi-1", DeviceState.CONFIRMING)
    assert stages(release) == [Stage.ROLLING]


@pytest.mark.parametrize("fail", [BucketSite.refuse, BucketSite.go_back])
def test_a_device_that_refuses_or_returns_fails_the_deployment_once_no_other_is_at_it(release, site, fail):
    site.come("pi-1", "pi-2")
    roll_out(release, site, M1, "pi-1", "pi-2")
    send(release, M2)
    fail(site, "pi-1", "no good")
    assert stages(release) == [Stage.COMPLETED, Stage.ROLLING]
    site.act("pi-2")
    assert stages(release) == [Stage.COMPLETED, Stage.FAILED]
    assert release.in_service().model == M1


def test_a_refusal_of_an_earlier_order_fails_no_later_one(release, site):
    site.come("pi-1")
    roll_out(release, site, M1, "pi-1")
    send(release, M2)
    site.refuse("pi-1", "no good")
    assert stages(release)[-1] == Stage.FAILED
    send(release, M2)
    assert stages(release)[-1] == Stage.ROLLING
    site.act("pi-1")
    assert stages(release)[-1] == Stage.COMPLETED


def test_what_a_device_still_ran_is_no_answer_to_a_new_order(release, site):
    site.come("pi-1")
    roll_out(release, site, M1, "pi-1")
    send(release, M2)
    release.rollback("", "ada")  # pi-1 still says M1, on the first order
    assert stages(release) == [Stage.COMPLETED, Stage.REPLACED, Stage.ROLLING]
    site.act("pi-1")
    assert stages(release)[-1] == Stage.COMPLETED


def test_a_later_deployment_replaces_one_that_is_under_way(release, site):
    site.come("pi-1", "pi-2")
    send(release, M1)
    site.act("pi-1")
    send(release, M2)
    assert stages(release) == [Stage.REPLACED, Stage.ROLLING]


def test_a_deployment_to_all_replaces_a_trial_on_one_device_and_not_the_other_way_round(release, site):
    site.come("pi-1", "pi-2")
    send(release, M1)
    send(release, M2, "pi-1")
    assert stages(release) == [Stage.ROLLING, Stage.ROLLING]
    send(release, M3)
    assert stages(release) == [Stage.REPLACED, Stage.REPLACED, Stage.ROLLING]


def test_a_deployment_that_completed_before_the_next_began_stays_completed(release, site):
    site.come("pi-1")
    send(release, M1)
    site.act("pi-1")
    send(release, M2)  # nobody looked in between
    assert stages(release) == [Stage.COMPLETED, Stage.ROLLING]


def test_in_service_is_the_last_completed_one_else_the_last_begun(release, site):
    assert release.in_service() is None
    site.come("pi-1")
    send(release, M1)
    assert release.in_service().model == M1
    send(release, M2)
    assert release.in_service().model == M2
    site.act("pi-1")
    release.refresh()
    send(release, M3)
    assert release.in_service().model == M2


def test_one_device_is_served_by_what_was_sent_to_all_or_to_its_group(release, site):
    site.come("pi-1", "pi-2")
    site.group("hall", "pi-1")
    roll_out(release, site, M1, "pi-1", "pi-2")
    assert release.in_service("pi-1").model == release.in_service("hall").model == M1
    roll_out(release, site, M2, "pi-1", target="hall")
    assert [release.in_service(target).model for target in ("pi-1", "hall", "pi-2", "")] == [M2, M2, M1, M1]
    roll_out(release, site, M3, "pi-1", "pi-2")
    assert release.in_service("pi-1").model == M3


def test_where_only_a_part_was_served_that_part_counts(release, site):
    site.come("pi-1", "pi-2")
    roll_out(release, site, M1, "pi-1", target="pi-1")
    assert release.in_service("").model == M1
    assert release.in_service("pi-2") is None


def test_the_best_is_the_most_accurate_that_was_really_in_service(release, site):
    site.come("pi-1")
    assert release.best() is None
    roll_out(release, site, M1, "pi-1", accuracy=0.95)
    roll_out(release, site, M2, "pi-1", accuracy=0.9)
    send(release, M3, accuracy=0.99)
    site.refuse("pi-1", "no good")
    assert stages(release)[-1] == Stage.FAILED
    assert release.best() == M1


def test_a_deployment_without_a_figure_is_never_the_best(release, site):
    site.come("pi-1")
    roll_out(release, site, M1, "pi-1", accuracy=None)
    assert release.best() is None


def test_a_rollback_sends_the_model_before_without_asking_the_gate(release, site, fleet):
    site.come("pi-1")
    roll_out(release, site, M1, "pi-1")
    roll_out(release, site, M2, "pi-1")
    back = release.rollback("", "bob")
    assert (back.model, back.previous, back.verdict, back.by) == (M1, M2, ROLLBACK, "bob")
    assert should_run(fleet) == {"pi-1": M1}
    site.act("pi-1")
    release.refresh()
    assert release.in_service().model == M1


def test_rolling_back_again_goes_one_further_and_never_to_what_was_fled(release, site):
    site.come("pi-1")
    for model in (M1, M2, M3):
        roll_out(release, site, model, "pi-1")
    assert release.rollback("", "ada").model == M2
    assert release.rollback("", "ada").model == M1
    with pytest.raises(NotFoundError, match="no earlier model"):
        release.rollback("", "ada")


def test_after_a_rollback_the_next_deployment_is_rolled_back_to_what_was_in_service(release, site):
    site.come("pi-1")
    for model in (M1, M2):
        roll_out(release, site, model, "pi-1")
    release.rollback("", "ada")
    site.act("pi-1")
    release.refresh()
    roll_out(release, site, M3, "pi-1")
    assert release.rollback("", "ada").model == M1


def test_a_rollback_passes_over_models_that_never_came_into_service(release, site):
    site.come("pi-1")
    roll_out(release, site, M1, "pi-1")
    send(release, M2)
    site.refuse("pi-1", "no good")
    send(release, M3)
    assert release.rollback("", "ada").model == M1


def test_sending_the_same_model_twice_is_one_step_back(release, site):
    site.come("pi-1")
    for model in (M1, M2, M2):
        roll_out(release, site, model, "pi-1")
    assert release.rollback("", "ada").model == M1


def test_one_device_goes_back_to_what_all_ran(release, site, fleet):
    site.come("pi-1", "pi-2")
    roll_out(release, site, M1, "pi-1", "pi-2")
    roll_out(release, site, M2, "pi-1", target="pi-1")
    assert release.rollback("pi-1", "ada").model == M1
    assert should_run(fleet) == {"pi-1": M1, "pi-2": M1}


@pytest.mark.parametrize("sent", [(), (M1,), (M1, M1)])
def test_before_the_second_model_there_is_no_way_back(release, site, sent):
    site.come("pi-1")
    for model in sent:
        roll_out(release, site, model, "pi-1")
    with pytest.raises(NotFoundError, match="no earlier model"):
        release.rollback("", "ada")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"schema": 99}', b'{"schema": 1, "id": 3}'])
def test_a_damaged_neighbour_hides_no_deployment(release, site, store, body):
    site.come("pi-1")
    sent = roll_out(release, site, M1, "pi-1")
    store.put(f"{DEPLOYMENTS}D000000.json", body, match=ABSENT)
    store.put(f"{DEPLOYMENTS}note.txt", b"kept by hand", match=ABSENT)
    assert [one.id for one in release.deployments()] == [sent.id]
    assert release.in_service().id == sent.id
    assert send(release, M2).previous == M1


def test_two_that_look_at_once_write_one_end(store, fleet, site, clock):
    site.come("pi-1")
    first, second = (Release(store, fleet, clock, Ids(prefix)) for prefix in "AB")
    sent = send(first, M1)
    site.act("pi-1")
    (before,) = first.deployments()
    (ended,) = second.refresh()
    assert first.refresh() == [ended]
    assert before.ended_ms is None
    assert load(Deployment, store.get(f"{DEPLOYMENTS}{sent.id}.json").body) == ended


def test_the_record_is_in_the_bucket_before_any_device_hears_of_it(store, clock):
    class Away(BucketFleet):
        def deploy(self, model, target, deployment):
            raise NotFoundError("away")

    with pytest.raises(NotFoundError):
        send(Release(store, Away(store, clock), clock, Ids("D")), M1)
    (kept,) = [load(Deployment, store.get(key).body) for key in keys_of(store, [DEPLOYMENTS])]
    assert (kept.model, kept.stage) == (M1, Stage.ROLLING)


def test_a_record_under_another_name_is_no_deployment(release, site, store):
    """It could not be written back: one such file would stop every command that looks at deployments."""
    site.come("pi-1")
    sent = roll_out(release, site, M1, "pi-1")
    for name in ("../up", "elsewhere"):
        store.put(f"{DEPLOYMENTS}{len(name)}.json", dump(replace(sent, id=name, stage=Stage.ROLLING)), match=ABSENT)
    assert [one.id for one in release.refresh()] == [sent.id]


def test_whatever_step_a_deployment_ends_at_the_gate_has_somebody_to_compare_with(store, fleet, site, clock):
    class Dying:
        """The store, dead at its n-th write."""

        def __init__(self, writes):
            self.left = writes

        def put(self, key, body, **words):
            self.left -= 1
            if self.left < 0:
                raise OfflineError("away")
            return store.put(key, body, **words)

        def __getattr__(self, name):
            return getattr(store, name)

    site.come("pi-1")
    send(Release(store, fleet, clock, Ids("A")), M1)
    for writes in range(3):
        dying = Dying(writes)
        with suppress(OfflineError):
            send(Release(dying, BucketFleet(dying, clock), clock, Ids(f"B{writes}")), M2)
        assert Release(store, fleet, clock, Ids("C")).in_service() is not None
