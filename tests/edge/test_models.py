import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge.check import CheckInterrupted, check_apart
from edge.classifier import BadModel, OnnxClassifier
from edge.contract.bundle import MANIFEST, NETWORK, Thresholds
from edge.contract.fleet import Desired, DeviceGroups, DeviceState
from edge.contract.keys import FLEET_GROUPS, blob_key, desired_key, manifest_key
from edge.contract.records import dump
from edge.fetching import ModelFolder
from edge.models import Models
from edge.ports import UplinkError
from tests.bundles import COLOURS, make_bundle, network, picture, publish
from tests.edge.doubles import MemoryUplink

ROOT = Path(__file__).parents[2]
DEVICE = "pi"


def load(folder):
    classifier = OnnxClassifier.load(folder)
    return classifier, classifier.manifest.thresholds


class Plant:
    """A bucket, a home, and programs that come and go."""

    def __init__(self, tmp_path):
        self.folder = tmp_path
        self.uplink = MemoryUplink()
        self.revision = 0
        self.checked = []
        self.refusal = None

    def model(self, name, **how):
        """Make a model and put it into the bucket."""
        identity = make_bundle(self.folder / name, **{"created_ms": len(name) + sum(name.encode()), **how})
        publish(self.folder / name, self.uplink)
        return identity

    def manifest(self, model):
        return json.loads(self.uplink.objects[manifest_key(model)])

    def order(self, model, **how):
        self.revision += 1
        self.uplink.objects[desired_key(DEVICE)] = dump(Desired(self.revision, model, **how))

    def program(self, *, confirm=3, max_bytes=1 << 30, free_bytes=0):
        folder = ModelFolder(self.folder / "home" / "models", self.uplink, max_bytes, free_bytes)
        return Models(
            DEVICE,
            self.uplink,
            folder,
            self.folder / "home" / "standing.json",
            check=self.check,
            load=load,
            confirm=confirm,
        )

    def check(self, folder):
        self.checked.append(folder.name)
        if self.refusal is not None:
            raise self.refusal

    def installed(self):
        return {path.name for path in (self.folder / "home" / "models").iterdir()}


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path)


def answer(models, count=1):
    for _ in range(count):
        models.went_well(models.in_use.classifier)


def running(models):
    return models.in_use.classifier.model_id if models.in_use.classifier else None


def state(models):
    return models.standing.state


def confirmed(plant, name="old"):
    """A program with a confirmed model."""
    model = plant.model(name)
    plant.order(model)
    models = plant.program()
    models.update()
    answer(models, 3)
    assert (running(models), state(models)) == (model, DeviceState.RUNNING)
    return models, model


def test_a_device_of_which_nothing_is_asked_has_no_model(plant):
    models = plant.program()
    models.update()
    assert (running(models), state(models), models.standing.revision) == (None, DeviceState.NO_MODEL, 0)


def test_a_model_is_fetched_checked_and_confirmed_by_live_pictures(plant):
    model = plant.model("a")
    plant.order(model)
    models = plant.program()
    models.update()
    assert plant.checked == [model]
    assert (running(models), state(models), models.standing.revision) == (model, DeviceState.CONFIRMING, 1)
    answer(models, 2)
    assert state(models) == DeviceState.CONFIRMING
    answer(models)
    assert (running(models), state(models)) == (model, DeviceState.RUNNING)


def test_a_device_without_an_order_of_its_own_takes_the_default_of_the_fleet(plant):
    default, own = plant.model("default"), plant.model("own")
    plant.uplink.objects[FLEET_GROUPS] = dump(DeviceGroups(Desired(1, default)))
    models = plant.program()
    models.update()
    assert running(models) == default
    plant.uplink.objects[desired_key(DEVICE)] = dump(Desired(2, own))
    models.update()
    assert running(models) == own


def test_a_restart_answers_with_the_model_it_had_even_without_the_bucket(plant):
    _models, model = confirmed(plant)
    plant.uplink.trouble = "no network"
    again = plant.program()
    assert (running(again), state(again)) == (model, DeviceState.RUNNING)
    with pytest.raises(UplinkError):
        again.update()
    assert running(again) == model


def test_an_order_is_acted_on_once(plant):
    models, _model = confirmed(plant)
    checked, standing = list(plant.checked), models.standing
    for program in (models, plant.program()):
        program.update()
        assert program.standing == standing
    assert plant.checked == checked


def test_in_a_new_bucket_orders_count_though_their_revisions_begin_anew(plant):
    models, _model = confirmed(plant)
    for _ in range(3):
        plant.order(models.standing.model)
        models.update()
    new = plant.model("new")
    plant.uplink.objects[desired_key(DEVICE)] = dump(Desired(1, new))
    models.update()
    assert (running(models), models.standing.revision) == (new, 1)


def test_a_new_head_over_the_same_network_fetches_only_the_head(plant):
    models, _model = confirmed(plant)
    plant.order(plant.model("new", sharpness=10.0))
    plant.uplink.gets.clear()
    models.update()
    blobs = [key for key in plant.uplink.gets if key.startswith("blobs/")]
    assert len(blobs) == 1
    assert blobs[0] != blob_key(hashlib.sha256(network()).hexdigest())


def test_only_the_model_in_use_and_the_one_before_stay_on_the_disk(plant):
    models, first = confirmed(plant, "first")
    for name in ("second", "third"):
        plant.order(plant.model(name))
        models.update()
        answer(models, 3)
    assert plant.installed() == {models.standing.model, models.standing.previous}
    assert first not in plant.installed()


def test_no_model_may_be_ordered(plant):
    models, model = confirmed(plant)
    plant.order(None)
    models.update()
    assert (running(models), state(models), models.standing.previous) == (None, DeviceState.NO_MODEL, model)


def test_thresholds_of_the_order_go_over_those_of_the_model(plant):
    model = plant.model("a", thresholds=Thresholds(0.5, 0.8))
    plant.order(model)
    models = plant.program()
    models.update()
    assert models.in_use.thresholds == Thresholds(0.5, 0.8)
    plant.order(model, thresholds=Thresholds(0.3, 0.7))
    models.update()
    assert models.in_use.thresholds == Thresholds(0.3, 0.7)
    assert plant.program().in_use.thresholds == Thresholds(0.3, 0.7)
    plant.order(model)
    models.update()
    assert models.in_use.thresholds == Thresholds(0.5, 0.8)
    assert plant.checked == [model]


def test_a_model_that_fails_its_check_is_refused_and_the_old_one_answers_on(plant):
    models, old = confirmed(plant)
    new = plant.model("new")
    plant.order(new)
    plant.refusal = BadModel("golden/red.jpg: clutter where beer-mug was expected")
    models.update()
    assert (running(models), state(models)) == (old, DeviceState.REFUSED)
    assert "golden/red.jpg" in models.standing.reason
    assert new not in plant.installed()


def test_a_refused_model_is_tried_again_only_by_a_new_order(plant):
    models, _old = confirmed(plant)
    new = plant.model("new")
    plant.order(new)
    plant.refusal = BadModel("bad")
    models.update()
    plant.refusal = None
    for program in (models, plant.program()):
        program.update()
        assert state(program) == DeviceState.REFUSED
    plant.order(new)
    models.update()
    assert (running(models), state(models)) == (new, DeviceState.CONFIRMING)


@pytest.mark.parametrize(
    ("model", "reason"),
    [("not-an-id", "no model's id"), ("../" * 3 + "etc", "no model's id")],
)
def test_an_order_for_something_that_is_no_id_is_refused(plant, model, reason):
    plant.order(model)
    models = plant.program()
    models.update()
    assert state(models) == DeviceState.REFUSED
    assert reason in models.standing.reason


def test_other_bytes_than_the_digests_say_are_refused(plant):
    model = plant.model("a")
    manifest = plant.uplink.objects[manifest_key(model)]
    sha256 = hashlib.sha256(network()).hexdigest()
    for key, body in ((manifest_key(model), manifest + b" "), (blob_key(sha256), b"x" * len(network()))):
        before = plant.uplink.objects[key]
        plant.uplink.objects[key] = body
        plant.order(model)
        models = plant.program()
        models.update()
        assert (running(models), state(models)) == (None, DeviceState.REFUSED)
        assert plant.installed() == set()
        plant.uplink.objects[key] = before


def test_a_model_larger_than_the_device_takes_is_refused_before_it_is_fetched(plant):
    plant.order(plant.model("a"))
    models = plant.program(max_bytes=100)
    models.update()
    assert state(models) == DeviceState.REFUSED
    assert not [key for key in plant.uplink.gets if key.startswith("blobs/")]


@pytest.mark.parametrize("missing", ["manifest", "blob"])
def test_what_is_not_in_the_bucket_yet_is_waited_for(plant, missing):
    models, old = confirmed(plant)
    new = plant.model("new", sharpness=9.0)
    head = plant.manifest(new)["files"]["head.npz"]["sha256"]
    key = {"manifest": manifest_key(new), "blob": blob_key(head)}[missing]
    body = plant.uplink.objects.pop(key)
    plant.order(new)
    models.update()
    assert (running(models), state(models)) == (old, DeviceState.FETCHING)
    assert "not in the bucket" in models.standing.reason
    plant.uplink.objects[key] = body
    models.update()
    assert (running(models), state(models)) == (new, DeviceState.CONFIRMING)


def test_a_full_disk_is_waited_for_too(plant):
    plant.order(plant.model("a"))
    models = plant.program(free_bytes=1 << 60)
    models.update()
    assert state(models) == DeviceState.FETCHING
    assert "free" in models.standing.reason


def test_a_fetch_that_was_cut_goes_on_with_what_is_there(plant):
    model = plant.model("a")
    plant.order(model)
    head, net = (plant.manifest(model)["files"][name]["sha256"] for name in ("head.npz", "network.onnx"))
    body = plant.uplink.objects.pop(blob_key(net))
    plant.program().update()
    assert blob_key(head) in plant.uplink.gets
    plant.uplink.objects[blob_key(net)] = body
    plant.uplink.gets.clear()
    models = plant.program()
    models.update()
    assert running(models) == model
    assert blob_key(head) not in plant.uplink.gets


def test_an_order_withdrawn_while_it_was_waited_for_leaves_everything_as_it_was(plant):
    models, old = confirmed(plant)
    plant.order("f" * 64)
    models.update()
    assert state(models) == DeviceState.FETCHING
    plant.order(old)
    models.update()
    assert (running(models), state(models)) == (old, DeviceState.RUNNING)
    assert plant.installed() == {old}


def test_an_order_that_cannot_be_read_changes_nothing(plant):
    models, old = confirmed(plant)
    plant.uplink.objects[desired_key(DEVICE)] = b'{"schema": 1, "revision": "x"}'
    models.update()
    assert (running(models), state(models)) == (old, DeviceState.RUNNING)
    assert "cannot be read" in models.standing.reason
    plant.order(old)
    models.update()
    assert models.standing.reason == ""


def test_a_model_that_fails_on_a_live_picture_goes_and_the_old_one_is_back(plant):
    models, old = confirmed(plant)
    new = plant.model("new", onnx_bytes=network(blue_fails=True))
    plant.order(new)
    models.update()
    classifier = models.in_use.classifier
    with pytest.raises(BadModel) as caught:
        classifier.classify(picture(COLOURS[2]))
    assert models.failed(classifier, str(caught.value))
    assert (running(models), state(models)) == (old, DeviceState.RETURNED)
    assert "finite" in models.standing.reason
    for program in (models, plant.program()):
        program.update()
        assert (running(program), state(program)) == (old, DeviceState.RETURNED)
    plant.order(new)
    models.update()
    assert running(models) == new


def test_a_confirmed_model_that_fails_once_stays(plant):
    models, model = confirmed(plant)
    assert not models.failed(models.in_use.classifier, "once")
    assert (running(models), state(models)) == (model, DeviceState.RUNNING)


def test_the_first_model_that_fails_leaves_the_device_without_one(plant):
    plant.order(plant.model("a"))
    models = plant.program()
    models.update()
    models.failed(models.in_use.classifier, "bad")
    assert (running(models), state(models)) == (None, DeviceState.RETURNED)


def test_thresholds_go_back_with_the_model(plant):
    old = plant.model("old")
    plant.order(old, thresholds=Thresholds(0.2, 0.8))
    models = plant.program(confirm=1)
    models.update()
    answer(models)
    plant.order(plant.model("new"), thresholds=Thresholds(0.4, 0.6))
    models.update()
    models.failed(models.in_use.classifier, "bad")
    assert models.in_use.thresholds == Thresholds(0.2, 0.8)


def test_a_model_on_trial_is_nothing_to_go_back_to(plant):
    models, old = confirmed(plant)
    plant.order(plant.model("untried"))
    models.update()
    plant.order(plant.model("third"))
    models.update()
    assert models.standing.previous == old
    models.failed(models.in_use.classifier, "bad")
    assert running(models) == old


def test_going_back_by_order_needs_no_new_trial_while_the_other_is_on_trial(plant):
    models, old = confirmed(plant)
    plant.order(plant.model("new"))
    models.update()
    plant.order(old)
    models.update()
    assert (running(models), state(models)) == (old, DeviceState.RUNNING)


def test_an_order_refused_during_a_trial_does_not_end_the_trial(plant):
    models, old = confirmed(plant)
    for succeeds in (True, False):
        new = plant.model(f"new {succeeds}")
        plant.order(new)
        plant.refusal = None
        models.update()
        plant.order("not-an-id")
        models.update()
        assert (running(models), state(models), models.standing.previous) == (new, DeviceState.REFUSED, old)
        if not succeeds:
            models.failed(models.in_use.classifier, "bad")
            assert (running(models), state(models)) == (old, DeviceState.RETURNED)
            continue
        answer(models, 3)
        assert state(models) == DeviceState.REFUSED
        assert not models.failed(models.in_use.classifier, "once")
        old = new


def test_two_bad_ends_with_a_model_on_trial_are_enough(plant):
    models, old = confirmed(plant)
    plant.order(plant.model("new"))
    models.update()
    assert running(plant.program()) != old
    back = plant.program()
    assert (running(back), state(back)) == (old, DeviceState.RETURNED)
    assert "ended badly" in back.standing.reason


def test_good_ends_with_a_model_on_trial_are_no_blame_and_the_count_goes_on(plant):
    new = plant.model("new")
    plant.order(new)
    models = plant.program()
    models.update()
    for _ in range(2):
        answer(models)
        assert state(models) == DeviceState.CONFIRMING
        models.close()
        models = plant.program()
    answer(models)
    assert (running(models), state(models)) == (new, DeviceState.RUNNING)


def test_a_model_damaged_on_the_disk_is_replaced_by_the_one_before_and_fetched_again(plant):
    models, old = confirmed(plant)
    new = plant.model("new")
    plant.order(new)
    models.update()
    answer(models, 3)
    (plant.folder / "home" / "models" / new / NETWORK).write_bytes(b"worn out")
    again = plant.program()
    assert running(again) == old
    again.update()
    assert running(again) == new


def test_a_standing_that_cannot_be_read_is_begun_anew(plant):
    _models, model = confirmed(plant)
    (plant.folder / "home" / "standing.json").write_bytes(b"\0\0\0")
    again = plant.program()
    assert running(again) is None
    again.update()
    assert running(again) == model


STEPS = ("file network.onnx", "file head.npz", "whole", "swap", "swapped", "back")

KILLED_AT = """
import os, signal, sys
from pathlib import Path
from edge.contract.fleet import DeviceState
from edge.fetching import ModelFolder
from edge.folder import Folder, FolderUplink
from edge.models import Models
from tests.edge.test_models import load

def step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

home = Path(sys.argv[1])
uplink = FolderUplink(Folder(home / "bucket"))
folder = ModelFolder(home / "models", uplink, 1 << 30, 0, step)
models = Models("pi", uplink, folder, home / "standing.json", check=lambda _: None, load=load, confirm=1, step=step)
models.update()
if sys.argv[2] == "back":
    models.failed(models.in_use.classifier, "for the test")
"""


@pytest.mark.parametrize("at", STEPS)
def test_a_program_killed_at_any_step_leaves_the_old_model_or_the_new_one(tmp_path, at):
    from edge.folder import Folder, FolderUplink

    uplink = FolderUplink(Folder(tmp_path / "bucket"))
    old = make_bundle(tmp_path / "old", onnx_bytes=network(blue_fails=True), sharpness=5.0)
    new = make_bundle(tmp_path / "new")
    for name in ("old", "new"):
        publish(tmp_path / name, uplink)

    def program():
        folder = ModelFolder(tmp_path / "models", uplink, 1 << 30, 0)
        return Models("pi", uplink, folder, tmp_path / "standing.json", check=lambda _folder: None, load=load, confirm=1)

    uplink.put(desired_key("pi"), dump(Desired(1, old)))
    models = program()
    models.update()
    answer(models)
    uplink.put(desired_key("pi"), dump(Desired(2, new)))
    killed = subprocess.run([sys.executable, "-c", KILLED_AT, str(tmp_path), at], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    after = program()
    assert running(after) == (new if at in ("swapped", "back") else old)
    after.update()
    assert running(after) == new
    answer(after)
    assert state(after) == DeviceState.RUNNING
    assert not list(tmp_path.glob("models/*.part"))


def test_the_check_lets_a_good_model_pass(tmp_path):
    make_bundle(tmp_path / "good")
    check_apart(tmp_path / "good", 60)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"golden": {"golden/red.jpg": (0.0, 1.0, 0.0, 0.0, 0.0)}}, "golden/red.jpg"),
        ({"onnx_bytes": b"no network"}, "network.onnx cannot be loaded"),
    ],
)
def test_the_check_says_why_a_model_is_bad(tmp_path, how, reason):
    make_bundle(tmp_path / "bad", **how)
    with pytest.raises(BadModel, match=reason):
        check_apart(tmp_path / "bad", 60)


def test_the_check_ends_a_model_that_computes_for_hours(tmp_path):
    make_bundle(tmp_path / "endless", onnx_bytes=network(endless=True))
    with pytest.raises(BadModel, match="longer than 2 s"):
        check_apart(tmp_path / "endless", 2)


def test_the_check_outlives_a_model_that_ends_its_process(tmp_path):
    crash = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(BadModel, match="signal 11"):
        check_apart(tmp_path, 60, command=crash)


def test_a_check_that_is_ended_from_outside_says_nothing_about_the_model(tmp_path):
    ended = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    with pytest.raises(CheckInterrupted):
        check_apart(tmp_path, 60, command=ended)
    with pytest.raises(CheckInterrupted):
        check_apart(tmp_path, 60, stopped=lambda: True)


def test_a_check_that_was_interrupted_is_done_again(plant):
    model = plant.model("a")
    plant.order(model)
    models = plant.program()
    plant.refusal = CheckInterrupted()
    models.update()
    assert running(models) is None
    plant.refusal = None
    models.update()
    assert running(models) == model


def test_a_folder_without_a_manifest_is_no_model(tmp_path):
    folder = ModelFolder(tmp_path, MemoryUplink(), 1 << 30, 0)
    os.makedirs(folder.path("a" * 64))
    assert not folder.has("a" * 64)
    assert MANIFEST not in os.listdir(folder.path("a" * 64))


def test_the_model_before_is_fetched_again_if_it_has_worn_out_on_the_disk(plant):
    models, old = confirmed(plant)
    plant.order(plant.model("new"))
    models.update()
    answer(models, 3)
    (plant.folder / "home" / "models" / old / NETWORK).write_bytes(b"worn out")
    plant.order(old)
    models.update()
    assert (running(models), state(models)) == (old, DeviceState.CONFIRMING)


def test_a_disk_that_takes_nothing_is_waited_for(plant):
    models, old = confirmed(plant)
    new = plant.model("new")
    blocked = plant.folder / "home" / "models" / f"{new}.part"
    blocked.write_bytes(b"")  # no folder can be made here
    plant.order(new)
    models.update()
    assert (running(models), state(models)) == (old, DeviceState.FETCHING)
    blocked.unlink()
    models.update()
    assert running(models) == new


def test_an_order_that_cannot_be_read_is_told_once(plant, caplog):
    models, _old = confirmed(plant)
    caplog.clear()
    order = plant.uplink.objects[desired_key(DEVICE)]
    for _ in range(2):
        plant.uplink.objects[desired_key(DEVICE)] = b"no order"
        models.update()
        models.update()
        plant.uplink.objects[desired_key(DEVICE)] = order
        models.update()
    assert len([each for each in caplog.records if "cannot be read" in each.message]) == 2


def test_a_check_whose_program_was_killed_ends_by_itself(tmp_path):
    make_bundle(tmp_path / "endless", onnx_bytes=network(endless=True))
    command = [sys.executable, "-m", "edge.check", str(tmp_path / "endless"), "-4.5"]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == -signal.SIGALRM
