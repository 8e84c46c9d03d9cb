"""Asking the gate: against whom, on which pictures, and for the how manieth time."""

import json
import shutil
from dataclasses import replace

import pytest

from desktop.core.errors import Cancelled, ConfigError, NotFoundError
from desktop.core.progress import CancelToken, silent
from desktop.core.ruling import spent_alpha
from desktop.core.taxonomy import default_taxonomy, save_taxonomy
from desktop.core.verdict import Ruling
from edge.contract.keys import ATTEMPTS, blob_key, manifest_key
from edge.contract.names import Side
from tests.laboratory import LENIENT, Laboratory
from tests.plant import keys_of
from tests.unit.field import moment


@pytest.fixture
def lab(folder):
    lab = Laboratory(folder)
    lab.site.come("pi-1", "pi-2")
    yield lab
    lab.close()


def attempts(lab):
    return keys_of(lab.store, [ATTEMPTS])


def test_before_the_first_deployment_a_candidate_is_the_first_and_no_attempt(lab):
    lab.fill(6)
    verdict = lab.compare(lab.model())
    assert (verdict.verdict, verdict.n, verdict.accuracy_new, verdict.attempt) == ("first", 6, 1.0, 1)
    assert attempts(lab) == []


def test_a_candidate_is_held_against_the_model_in_service(lab):
    lab.fill(12)
    old, new = lab.model(), lab.model()
    lab.ship(old)
    lab.score.wrong[old.id] = {"beer-mug 0", "soda-can 1"}
    verdict = lab.compare(new)
    assert (verdict.verdict, verdict.n, verdict.gained, verdict.lost) == ("pass", 12, 2, 0)
    assert verdict.difference.value == pytest.approx(2 / 12)
    assert len(verdict.newly_right) == 2


def test_looking_again_is_free_and_another_candidate_is_not(lab):
    lab.fill(8)
    lab.ship(lab.model())
    first, second, third = (lab.model() for _ in range(3))
    assert [lab.compare(model).attempt for model in (first, first, second, first, third, second)] == [1, 1, 2, 1, 3, 2]
    assert len(attempts(lab)) == 3
    assert lab.compare(third).alpha == pytest.approx(spent_alpha(LENIENT.alpha, 3))


def test_more_test_pictures_make_it_another_attempt(lab):
    lab.fill(8)
    lab.ship(lab.model())
    new = lab.model()
    assert lab.compare(new).attempt == 1
    lab.put("beer-mug", 100, side=Side.TRAIN)
    lab.put("beer-mug", 101, blind=False)
    assert lab.compare(new).attempt == 1
    lab.put("beer-mug", 102)
    assert [lab.compare(new).attempt, lab.compare(new).attempt] == [2, 2]


def test_the_price_of_asking_is_known_before_it_is_asked(lab):
    lab.fill(8)
    old, new, other = lab.model(), lab.model(), lab.model()

    def outlook(model, against=old):
        tests, _chosen = lab.comparison.tests([model], silent, CancelToken())
        seen = lab.comparison.outlook(model, against, "", tests)
        return seen.attempt, seen.free, seen.overtaken

    assert outlook(new, None) == (1, True, False)
    lab.ship(old)
    assert outlook(new) == (1, False, False)
    lab.compare(new)
    assert outlook(new) == (1, True, False)
    assert outlook(other) == (2, False, False)
    lab.put("beer-mug", 100)
    assert outlook(new) == (2, False, True)
    assert len(attempts(lab)) == 1


def test_the_model_in_service_held_against_itself_is_no_attempt(lab):
    lab.fill(8)
    old = lab.model()
    lab.ship(old)
    lab.compare(old)
    assert attempts(lab) == []
    assert lab.compare(lab.model()).attempt == 1


def test_counting_begins_anew_with_a_deployment_and_then_nothing_seen_before_is_free(lab):
    lab.fill(8)
    lab.ship(lab.model())
    first, second = lab.model(), lab.model()
    assert [lab.compare(model).attempt for model in (first, second)] == [1, 2]
    lab.ship(lab.model())
    assert [lab.compare(model).attempt for model in (second, first, second)] == [1, 2, 1]


def test_attempts_for_one_target_are_not_anothers(lab):
    lab.fill(8)
    lab.ship(lab.model())
    for model in (lab.model(), lab.model()):
        lab.compare(model, "pi-1")
    assert lab.compare(lab.model(), "pi-2").attempt == 1
    assert lab.compare(lab.model(), "pi-1").attempt == 3


def test_a_damaged_attempt_is_not_counted(lab, folder):
    lab.fill(8)
    lab.ship(lab.model())
    lab.compare(lab.model())
    (key,) = attempts(lab)
    (folder / "bucket" / key).write_bytes(b"{")
    assert lab.compare(lab.model()).attempt == 1


def test_without_blind_test_pictures_nothing_can_be_told_and_nothing_is_spent(lab):
    lab.fill(4)
    lab.ship(lab.model())
    lab.plant.store.list("")
    for key in keys_of(lab.store, ["labeled_field_data/"]):
        lab.store.delete(key, match=lab.store.get(key).listed.etag)
    lab.plant.sync()
    verdict = lab.compare(lab.model())
    assert (verdict.verdict, verdict.n, verdict.attempt) == ("insufficient", 0, 1)
    assert attempts(lab) == []


def test_an_unknown_target_is_told_before_anything_is_measured(lab):
    lab.fill(4)
    with pytest.raises(NotFoundError, match="hall"):
        lab.compare(lab.model(), "hall")
    assert lab.score.calls == []


def test_a_device_is_compared_with_what_was_sent_to_all(lab):
    lab.fill(8)
    lab.ship(lab.model())
    worse = lab.model()
    lab.score.wrong[worse.id] = {f"{cls} {n}" for n in range(8) for cls in ("beer-mug", "soda-can")}
    assert lab.compare(worse, "pi-1").verdict == "refuse"


@pytest.mark.parametrize("damage", ["removed", "damaged manifest", "damaged file"])
def test_nothing_passes_while_the_model_in_service_cannot_be_measured(lab, damage, folder):
    lab.fill(8)
    old = lab.model()
    lab.ship(old)
    shutil.rmtree(lab.plant.home / "models")
    if damage == "removed":
        shutil.rmtree(folder / "bucket" / manifest_key(old.id)[: -len("/model.json")])
    elif damage == "damaged manifest":
        (folder / "bucket" / manifest_key(old.id)).write_bytes(b"{}")
    new = lab.model(("beer-mug", "soda-can"))
    if damage == "damaged file":
        (only_old,) = {one.sha256 for one in old.manifest.files.values()} - {one.sha256 for one in new.manifest.files.values()}
        (folder / "bucket" / blob_key(only_old)).write_bytes(b"")
    verdict = lab.compare(new)
    assert verdict.verdict == Ruling.INSUFFICIENT
    assert old.id[:12] in verdict.reasons[0]
    assert not any("Nothing is in service" in reason for reason in verdict.reasons)
    assert verdict.accuracy_new == 1.0


def test_a_damaged_candidate_is_told(lab, folder):
    lab.fill(4)
    new = lab.model()
    (folder / "bucket" / blob_key(new.manifest.files["head.npz"].sha256)).write_bytes(b"")
    with pytest.raises(ConfigError, match=new.id[:8]):
        lab.compare(new)


def test_the_best_ever_shipped_is_asked_too_so_that_small_losses_do_not_add_up(lab):
    lab.fill(20)
    best, service, new = lab.model(), lab.model(), lab.model()
    every = [f"{('beer-mug', 'soda-can')[n % 2]} {n}" for n in range(20)]
    lab.score.wrong[service.id] = set(every[:7])
    lab.score.wrong[new.id] = set(every[:14])
    lab.ship(best)
    lab.ship(service)
    verdict = lab.compare(new)
    assert verdict.against_best.verdict == "refuse"
    assert verdict.verdict == "refuse"
    assert verdict.accuracy_old == pytest.approx(13 / 20)
    assert verdict.against_best.accuracy_old == 1.0


def test_the_best_is_not_asked_twice_where_it_is_in_service_or_is_the_candidate(lab):
    lab.fill(8)
    best, worse = lab.model(), lab.model()
    lab.score.wrong[worse.id] = {"beer-mug 0"}
    lab.ship(best)
    assert lab.compare(worse).against_best is None
    lab.ship(worse)
    assert lab.compare(best).against_best is None


def test_a_best_model_that_was_removed_is_passed_over(lab, folder):
    lab.fill(8)
    best, service = lab.model(), lab.model()
    lab.score.wrong[service.id] = {"beer-mug 0"}
    lab.ship(best)
    lab.ship(service)
    shutil.rmtree(lab.plant.home / "models")
    shutil.rmtree(folder / "bucket" / "models" / best.id)
    verdict = lab.compare(lab.model())
    assert (verdict.verdict, verdict.against_best) == ("pass", None)


@pytest.mark.parametrize("unknown_is_new", [True, False])
def test_a_model_of_unknown_training_is_judged_on_later_pictures_only(lab, unknown_is_new):
    lab.fill(10)
    since_ms = moment(5, "pi-1", Side.TEST)
    unknown, known = lab.model(dataset=None, created_ms=since_ms), lab.model()
    old, new = (known, unknown) if unknown_is_new else (unknown, known)
    assert lab.ship(old).n == (10 if unknown_is_new else 4)
    assert lab.compare(new).n == 4


def test_pictures_that_devices_chose_do_not_count_and_that_is_said(lab):
    lab.fill(8)
    lab.ship(lab.model())
    lab.put("soda-can", 20, reason="low")
    verdict = lab.compare(lab.model())
    assert verdict.n == 8
    assert "1 blind test picture does not count" in verdict.reasons[-1]
    lab.put("soda-can", 21, reason="margin")
    lab.put("soda-can", 22, reason="margin", blind=False)
    assert "2 blind test pictures do not count" in lab.compare(lab.model()).reasons[-1]


def test_where_all_came_by_chance_nothing_is_said_of_others(lab):
    lab.fill(8)
    lab.ship(lab.model())
    assert not any("do not count" in reason or "does not count" in reason for reason in lab.compare(lab.model()).reasons)


def test_chosen_pictures_may_be_allowed_with_a_note_on_every_verdict(lab):
    lab.fill(8)
    lab.put("soda-can", 20, reason="low")
    lab.put("soda-can", 21, blind=False, reason="low")
    lab.comparison = lab.gate(replace(LENIENT, allow_chosen=True))
    first = lab.ship(lab.model())
    second = lab.compare(lab.model())
    for verdict in (first, second):
        assert verdict.n == 9
        assert any("sent for what their model answered" in reason for reason in verdict.reasons)
        assert not any("not count" in reason for reason in verdict.reasons)


def test_the_scores_of_merged_classes_are_summed_for_both_models(lab):
    taxonomy = default_taxonomy()
    merged = tuple(replace(one, merged_into="clutter") if one.id == "wine-bottle" else one for one in taxonomy.classes)
    save_taxonomy(lab.store, replace(taxonomy, classes=merged))
    for number in range(4):
        lab.put("clutter", number, truth="wine-bottle")
        lab.put("soda-can", number + 10)
    before_merge, after_merge = lab.model(), lab.model(("clutter", "soda-can"))
    lab.ship(after_merge)
    verdict = lab.compare(before_merge)
    assert [row.cls for row in verdict.classes] == ["clutter", "soda-can"]
    assert (verdict.n, verdict.accuracy_old, verdict.accuracy_new) == (8, 1.0, 1.0)


def test_a_picture_that_one_model_cannot_read_is_left_out_for_both(lab):
    lab.fill(8)
    old, new = lab.model(), lab.model()
    lab.ship(old)
    lab.score.wrong[old.id] = {"soda-can 1"}
    lab.score.unreadable[new.id] = {"soda-can 1"}
    verdict = lab.compare(new)
    assert (verdict.n, verdict.gained, verdict.accuracy_old) == (7, 0, 1.0)


def test_any_two_models_can_be_contrasted_and_it_opens_no_gate(lab):
    lab.fill(8)
    lab.put("soda-can", 20, reason="low")
    old, new = lab.model(), lab.model()
    lab.score.wrong[new.id] = {"beer-mug 0"}
    verdict = lab.comparison.contrast(new, old, silent, CancelToken())
    assert (verdict.n, verdict.lost, verdict.attempt) == (8, 1, 1)
    assert "1 blind test picture does not count" in verdict.reasons[-1]
    assert attempts(lab) == []


def test_a_comparison_that_was_stopped_spends_nothing(lab):
    lab.fill(4)
    lab.ship(lab.model())
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        lab.comparison.compare(lab.model(), "", silent, cancel)
    assert attempts(lab) == []


def test_an_attempt_names_what_it_spent_on(lab):
    lab.fill(4)
    lab.ship(lab.model())
    new = lab.model()
    lab.compare(new)
    (key,) = attempts(lab)
    kept = json.loads(lab.store.get(key).body)
    assert (kept["model"], kept["target"], kept["since"]) == (new.id, "", lab.release.deployments()[-1].id)
