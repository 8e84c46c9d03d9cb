"""The command line as its user sees it: one JSON document, exit codes, messages with a way out."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from desktop.app import open_plant
from desktop.cli.main import program, run_arguments
from desktop.cli.start import language_of
from desktop.core.journal import Choice, Kind
from desktop.core.registry import Model
from desktop.language import VARIABLE
from desktop.local.store import FolderStore
from desktop.ml.backbone import Backbone
from edge.contract.keys import LABELED, RAW
from edge.contract.names import SLOT_MS, Side, format_name, slot_side
from tests.backbone import converted
from tests.bundles import COLOURS, make_bundle, picture
from tests.clock import Clock
from tests.devices import BucketSite

START_MS = 1_767_600_000_000
CLASSES = ("beer-mug", "clutter", "coffee-mug", "soda-can", "wine-bottle")
COMMANDS = sorted(command.name or command.callback.__name__ for command in program.registered_commands)
NO_TERMINAL = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}


class User:
    """Somebody at a terminal, with a home of their own."""

    def __init__(self, folder: Path, capsys, name: str = "ada") -> None:
        self.bucket = folder / "plant"
        self.root = self.bucket / "image-classification"
        self.home = folder / name
        self._capsys = capsys
        self.settings(f'labeller = "{name}"')

    def settings(self, text: str) -> None:
        self.home.mkdir(exist_ok=True)
        (self.home / "settings.toml").write_text(text)

    def options(self, *words: str) -> list[str]:
        return ["--bucket", str(self.bucket), "--home", str(self.home), *words]

    def run(self, *words: str, code: int = 0):
        """Run a command with --json, and give its one document."""
        out, err = self._run("--json", *words, code=code)
        assert out.count("\n") == 1, (out, err)
        return json.loads(out)

    def read(self, *words: str, code: int = 0) -> str:
        """Run a command for people, and give what it prints on stdout."""
        return self._run(*words, code=code)[0]

    def complaint(self, *words: str, code: int = 1) -> list[str]:
        """Run a command that fails, and give the lines on stderr; stdout must be empty."""
        out, err = self._run(*words, code=code)
        assert out == ""
        return err.splitlines()

    def _run(self, *words: str, code: int) -> tuple[str, str]:
        self._capsys.readouterr()
        ended = run_arguments(self.options(*words))
        out, err = self._capsys.readouterr()
        assert ended == code, (words, ended, out, err)
        assert "Traceback" not in err
        return out, err

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command as a program of its own."""
        command = [sys.executable, "-m", "desktop", *self.options("--json", *words)]
        return subprocess.Popen(
            command,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**NO_TERMINAL, **environment},
        )

    def publish(self, created_ms: int = 1, *, reverse: bool = False) -> Model:
        """Put a tiny model into the bucket; in ``reverse`` it takes each class for another."""
        bundle = self.home / "bundles" / str(created_ms)
        make_bundle(bundle, classes=CLASSES[::-1] if reverse else CLASSES, dataset="known", created_ms=created_ms)
        return open_plant(str(self.bucket), self.home).registry.publish(bundle)

    @property
    def site(self) -> BucketSite:
        return BucketSite(FolderStore(self.root), Clock())


@pytest.fixture
def ada(folder, capsys):
    """Give a user whose bucket has a picture a class."""
    ada = User(folder, capsys)
    base = per_class(folder / "base", 1)
    assert ada.run("import", str(base))["imported"] == dict.fromkeys(CLASSES, 1)
    return ada


@pytest.fixture
def bob(ada, folder, capsys):
    return User(folder, capsys, "bob")


@pytest.fixture(scope="session")
def lite0(tmp_path_factory):
    return converted(tmp_path_factory)


def lend(network: Backbone, home: Path) -> None:
    """Spare a home the conversion of the real network."""
    (home / "features").mkdir()
    shutil.copy(network.path, home / "features")


def per_class(folder: Path, count: int, classes=CLASSES) -> Path:
    """Make a folder per class, with so many pictures; other counts give other names."""
    for number, cls in enumerate(classes):
        (folder / cls).mkdir(parents=True)
        for seed in range(count):
            (folder / cls / f"{cls}-{seed}of{count}.jpg").write_bytes(picture(COLOURS[number], seed=1000 * number + seed))
    return folder


def send(user: User, number: int, cls: str = "soda-can", side: Side = Side.TRAIN) -> str:
    """Let a device send a picture home, and give its name; numbers are moments of their own."""
    slots = (START_MS + (1000 * number + step) * SLOT_MS for step in range(1000))
    captured_ms = next(ms for ms in slots if slot_side("pi-1", ms) is side)
    body = picture(COLOURS[CLASSES.index(cls)], seed=50_000 + number)
    name = format_name(captured_ms, "clutter", 0.5, "pi-1", f"{number:064x}")
    target = user.root / "raw_field_data" / name
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(body)
    return name


def is_locked(path: Path) -> bool:
    try:
        FileLock(path).acquire(blocking=False).lock.release()
    except Timeout:
        return True
    return False


def wait_until(met) -> None:
    deadline_s = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def labelled(user: User, cls: str) -> list[str]:
    folder = user.root / "labeled_field_data" / cls
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


# What comes out


def test_status_tells_where_everything_is(ada):
    name = send(ada, 1)
    assert ada.run("status") == {
        "raw": 1, "labeled": dict.fromkeys(CLASSES, 0), "discarded": 0, "base": dict.fromkeys(CLASSES, 1),
        "waiting": 0, "conflicts": 0, "in_service": None,
    }  # fmt: skip
    ada.run("label", "soda-can", name)
    status = ada.run("status")
    assert (status["raw"], status["labeled"]["soda-can"]) == (0, 1)


def test_sync_counts_what_differs_and_lets_the_model_in_service_look(ada):
    model = ada.publish()
    ada.run("deploy", model.id)
    send(ada, 1)
    first, second = ada.run("sync"), ada.run("sync")
    assert (first["added"], first["changed"], first["removed"], first["scored"]) == (1, 0, 0, 1)
    assert (second["added"], second["scored"]) == (0, 0)
    assert first["in_service"] == model.id


def test_sync_goes_on_where_the_model_in_service_is_gone(ada):
    model = ada.publish()
    ada.run("deploy", model.id)
    shutil.rmtree(ada.root / "models" / model.id)
    send(ada, 1)
    told = ada.run("sync")
    assert (told["added"], told["scored"]) == (1, 0)
    assert "is missing from the bucket" in ada.read("sync")


def test_sync_tidies_a_folder_up_once_a_day(ada):
    temporary = ada.root / ".sortloop" / "tmp"
    for name, there in (("killed", False), ("killed again", True)):
        (temporary / name).touch()
        os.utime(temporary / name, (0, 0))
        ada.run("sync")
        assert (temporary / name).exists() is there


def test_import_names_what_it_took_and_what_not(ada, folder):
    (folder / "base" / "clutter" / "torn.jpg").write_bytes(b"torn")
    report = ada.run("import", str(folder / "base"))
    assert (report["imported"], report["already"]) == (dict.fromkeys(CLASSES, 0), 5)
    assert [Path(one["file"]).name for one in report["refused"]] == ["torn.jpg"]
    assert report["refused"][0]["reason"]


def test_label_undo_and_redo_move_pictures_and_say_what_they_did(ada):
    name = send(ada, 1)
    nothing = {"taken_back": 0, "lost": [], "conflicts": [], "waiting": 0}
    assert ada.run("label", "soda-can", name) == {"done": 1, **nothing}
    assert labelled(ada, "soda-can") == [name]
    assert ada.run("undo") == {"done": 1, **nothing}
    assert labelled(ada, "soda-can") == []
    assert ada.run("undo", "--redo") == {"done": 1, **nothing}
    assert labelled(ada, "soda-can") == [name]


def test_undo_takes_back_as_many_steps_as_wanted(ada):
    names = [send(ada, number) for number in range(3)]
    for name in names:
        ada.run("label", "soda-can", name)
    assert ada.run("undo", "--steps", "2")["done"] == 2
    assert labelled(ada, "soda-can") == names[:1]
    ada.run("undo", "--steps", "9")
    assert ada.run("undo", code=1)["error"] == "Nothing to take back."
    ada.run("undo", "--redo", "--steps", "3")
    assert ada.run("undo", "--redo", code=1)["error"] == "Nothing to do again."
    assert labelled(ada, "soda-can") == names


def test_label_takes_names_from_standard_input_as_ls_gives_them(ada, monkeypatch):
    names = [send(ada, number) for number in range(3)]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*names, "", names[0]]) + "\n"))
    assert ada.run("label", "clutter", "-")["done"] == 3
    assert labelled(ada, "clutter") == names


def test_names_on_standard_input_that_are_no_text_are_told(ada, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff.jpg\n"), encoding="utf-8"))
    assert "not text" in ada.run("label", "soda-can", "-", code=1)["error"]


def test_history_goes_back_as_far_as_there_is_any(ada):
    ada.run("label", "soda-can", send(ada, 1))
    assert len(ada.run("history", "--days", "1000000000")["events"]) == 1


def test_label_takes_a_whole_key_for_the_image_that_lies_there(ada):
    name = send(ada, 1)
    ada.run("label", "clutter", f"raw_field_data/{name}")
    ada.run("label", "soda-can", f"labeled_field_data/clutter/{name}")
    assert labelled(ada, "soda-can") == [name]


def test_pictures_can_be_discarded_and_sent_back(ada):
    name = send(ada, 1)
    ada.run("label", "discarded", name)
    assert (ada.root / "discarded_field_data" / name).is_file()
    ada.run("label", "raw", name)
    assert (ada.root / "raw_field_data" / name).is_file()


def test_labelling_as_what_it_is_already_moves_nothing(ada):
    name = send(ada, 1)
    ada.run("label", "clutter", name)
    assert ada.run("label", "clutter", name)["done"] == 1
    assert len(ada.run("history")["events"]) == 1


def test_history_tells_who_decided_what(ada, bob):
    mine, theirs = send(ada, 1), send(ada, 2)
    ada.run("label", "clutter", mine, "--blind")
    bob.run("label", "soda-can", theirs)
    events = ada.run("history")["events"]
    assert [(one["labeller"], one["name"], one["kind"], one["outcome"], one["blind"]) for one in events] == [
        ("bob", theirs, "label", "done", False), ("ada", mine, "label", "done", True),
    ]  # fmt: skip
    assert [one["name"] for one in ada.run("history", mine)["events"]] == [mine]
    assert len(ada.run("history", "--limit", "1")["events"]) == 1


def test_classes_are_listed_and_added(ada):
    assert [one["id"] for one in ada.run("classes")["classes"]] == list(CLASSES)
    assert ada.run("classes", "--add", "teapot")["classes"][-1]["id"] == "teapot"
    assert "teapot" in ada.run("status")["labeled"]


@pytest.mark.parametrize(("language", "shown"), [("zh_CN", True), ("en", False)])
def test_classes_are_shown_by_their_names_in_the_users_language(ada, monkeypatch, language, shown):
    monkeypatch.setenv(VARIABLE, language)
    assert ("啤酒杯" in ada.read("classes")) is shown


def test_models_deploy_fleet_and_rollback_tell_which_device_runs_what(ada):
    first, second = ada.publish(1), ada.publish(2)
    site = ada.site
    site.come("pi-1")
    sent = ada.run("deploy", first.id[:12])
    assert (sent["model"], sent["verdict"], sent["stage"]) == (first.id, "first", "rolling")
    site.act("pi-1")
    told = ada.run("fleet")
    (device,) = told["devices"]
    assert set(device) >= {"device", "desired", "reported", "state", "as_of"}
    assert (device["device"], device["desired"], device["reported"], device["state"]) == ("pi-1", first.id, first.id, "running")
    assert told["deployments"][-1]["stage"] == "completed"
    ada.run("deploy", second.id, "--override", "a trial")
    site.act("pi-1")
    models = ada.run("models")["models"]
    assert [(one["model"], one["in_service"]) for one in models] == [(second.id, False), (first.id, True)]
    ada.run("fleet")
    assert ada.run("status")["in_service"] == second.id
    back = ada.run("rollback")
    assert (back["model"], back["verdict"]) == (first.id, "rollback")


def test_waiting_for_devices_ends_with_their_word_or_in_time(ada):
    ada.site.come("pi-1")
    late = ada.run("deploy", ada.publish().id, "--wait", "0.1", code=1)
    assert (late["stage"], late["kind"]) == ("rolling", "AppError")
    assert "pi-1" in late["error"]
    ada.site.act("pi-1")
    assert ada.run("deploy", ada.publish(2).id, "--override", "again", "--wait", "0.1", code=1)["devices"][0]["device"] == "pi-1"


def test_a_deployment_that_a_device_refused_is_no_success(ada):
    ada.site.come("pi-1")
    model = ada.publish()
    waiting = ada.start("--json", "deploy", model.id, "--wait", "60")
    wait_until((ada.root / "fleet" / "pi-1" / "desired.json").exists)
    ada.site.refuse("pi-1", "head.npz is damaged")
    out, _err = waiting.communicate(timeout=60)
    told = json.loads(out)
    assert (waiting.returncode, told["stage"]) == (1, "failed")
    assert "head.npz is damaged" in told["hint"]


def test_an_order_to_run_what_runs_already_is_waited_for_like_any_other(ada):
    ada.site.come("pi-1")
    model = ada.publish()
    ada.run("deploy", model.id)
    ada.site.act("pi-1")
    assert ada.run("deploy", model.id, "--override", "again", "--wait", "0.1", code=1)["stage"] == "rolling"


def test_json_may_stand_behind_the_command(ada, capsys):
    assert run_arguments([*ada.options(), "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["raw"] == 0


def test_list_gives_names_as_label_takes_them(ada):
    train, test = send(ada, 1), send(ada, 2, "clutter", Side.TEST)
    assert ada.read("list").split() == sorted([train, test])
    assert ada.read("list", "--side", "test").split() == [test]
    assert [one["side"] for one in ada.run("list")["images"]] == [one[1] for one in sorted([(train, "train"), (test, "test")])]
    ada.run("label", "soda-can", train)
    assert (ada.read("list", "soda-can").split(), ada.read("list", "discarded").split()) == ([train], [])


def test_label_takes_the_path_of_a_file(ada):
    name = send(ada, 1)
    assert ada.run("label", "soda-can", str(ada.root / "raw_field_data" / name))["done"] == 1


def test_a_command_takes_its_bar_off_the_screen_before_it_speaks(ada):
    send(ada, 1)
    controller, terminal = os.openpty()
    command = [sys.executable, "-m", "desktop", *ada.options("status")]
    environment = {key: value for key, value in NO_TERMINAL.items() if key not in ("NO_COLOR", "TERM")} | {"TERM": "xterm"}
    with subprocess.Popen(command, stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        shown = b""
        while chunk := read_terminal(controller):
            shown += chunk
    os.close(controller)
    assert process.returncode == 0
    bar, _bar, rest = shown.decode().rpartition("━")
    assert bar, shown
    assert "\x1b[2K" in rest.partition("to sort")[0]


def read_terminal(controller: int) -> bytes:
    try:
        return os.read(controller, 4096)
    except OSError:  # the other end is closed
        return b""


def test_sync_names_what_it_cannot_decode(ada):
    name = send(ada, 1)
    (ada.root / "raw_field_data" / name).write_bytes(b"no picture")
    assert list(ada.run("sync")["unreadable"]) == [name]
    assert f"cannot be decoded: {name}" in ada.read("sync")


def test_evaluate_measures_on_the_test_pictures_or_on_any_folder(ada, folder):
    model = ada.publish()
    name = send(ada, 1, "soda-can", Side.TEST)
    ada.run("label", "soda-can", name, "--blind")
    for result, n in ((ada.run("evaluate", model.id), 1), (ada.run("evaluate", model.id, "--on", str(folder / "base")), 5)):
        assert set(result) >= {"n", "accuracy", "per_class", "confusion", "ece"}
        assert (result["model"], result["n"], result["accuracy"]) == (model.id, n, 1.0)
        assert list(result["per_class"]) == list(CLASSES)


def test_compare_gives_a_verdict_with_its_reasons_and_says_what_was_left_out(ada):
    old, new = ada.publish(1), ada.publish(2)
    for number in range(3):
        ada.run("label", "soda-can", send(ada, number, "soda-can", Side.TEST), "--blind")
    assert ada.run("compare", new.id)["verdict"] == "first"
    ada.run("deploy", old.id)
    verdict = ada.run("compare", new.id)
    assert (verdict["verdict"], verdict["model"], verdict["n"], verdict["difference"]) == ("insufficient", new.id, 0, None)
    assert "3 blind test pictures do not count" in verdict["reasons"][-1]
    ada.settings("[gate]\nallow_chosen = true\n")
    verdict = ada.run("compare", new.id, old.id)
    assert verdict["old"] == old.id
    assert verdict["difference"].keys() >= {"value", "low", "high"}
    assert verdict["n"] == 3


def test_export_writes_one_file(ada, folder):
    model = ada.publish()
    done = ada.run("export", model.id, str(folder / "model.onnx"))
    assert (done["model"], done["classes"]) == (model.id, list(CLASSES))
    assert Path(done["file"]).stat().st_size > 0


def test_train_gives_a_model_with_its_figures_and_a_run_with_its_log(ada, folder, lite0):
    lend(lite0, ada.home)
    ada.run("import", str(per_class(folder / "more", 8)))
    made = ada.run("train")
    assert set(made) >= {"model", "classes", "test", "seconds"}
    assert made["classes"] == list(CLASSES)
    assert set(made["test"]) >= {"n", "accuracy"}
    assert made["base_test"]["n"] > 0
    assert made["seconds"] > 0
    (run,) = ada.run("runs")["runs"]
    assert (run["id"], run["state"], run["model"]) == (made["run"], "done", made["model"])
    assert ada.run("runs", made["run"])["log"]
    assert ada.run("models")["models"][0]["test"]["n"] == made["test"]["n"]


def test_doctor_finds_all_in_place_or_names_what_is_not(ada, lite0):
    lend(lite0, ada.home)
    assert ada.run("doctor")["ok"] is True
    (ada.root / "classes.json").write_text("{")
    report = ada.run("doctor", code=1)
    assert [one["hint"] != "" for one in report["findings"] if not one["ok"]] == [True]


def test_people_get_tables_and_no_json(ada):
    name = send(ada, 1)
    ada.run("deploy", ada.publish().id)
    for words in (["status"], ["models"], ["fleet"], ["classes"], ["runs"], ["label", "clutter", name], ["history"], ["sync"]):
        text = ada.read(*words)
        assert text.strip()
        assert not text.startswith("{")


def test_names_with_brackets_are_shown_as_they_are(ada, folder):
    (folder / "base" / "clutter" / "[red]torn[.jpg").write_bytes(b"torn")
    assert "[red]torn[.jpg" in ada.read("import", str(folder / "base"))
    assert "[!]no" in "\n".join(ada.complaint("label", "clutter", "[!]no.jpg"))


def test_what_the_bucket_says_does_not_steer_the_terminal(ada):
    name = send(ada, 1)
    ada.run("label", "soda-can", name)
    (segment,) = (ada.root / "history").rglob("*.jsonl")
    segment.write_text(segment.read_text().replace('"labeller":"ada"', '"labeller":"\\u001b[2Jeve\\u009b"'))
    shown = ada.read("history")
    assert "[2Jeve" in shown
    assert not {"\x1b", "\x9b"} & set(shown)


def test_a_file_whose_name_is_no_text_is_named_as_well(ada, folder):
    (folder / "base" / "clutter" / os.fsdecode(b"\xff.jpg")).write_bytes(b"torn")
    (refused,) = ada.run("import", str(folder / "base"))["refused"]
    assert os.fsencode(refused["file"]).endswith(b"clutter/\xff.jpg")
    assert "?.jpg" in ada.read("import", str(folder / "base"))


def test_a_time_that_is_none_hides_no_record(ada):
    (ada.root / "runs").mkdir()
    record = {"schema": 1, "id": "R1", "dataset": "d", "by": "eve", "at_ms": 10**30, "train": 1}
    (ada.root / "runs" / "R1.json").write_text(json.dumps(record))
    assert "eve" in ada.read("runs")


# Exit codes


def test_an_image_that_somebody_else_sorted_ends_in_4_and_then_theirs_is_the_start(ada, bob):
    name = send(ada, 1)
    ada.run("sync")
    bob.run("sync")
    ada.run("label", "soda-can", name)
    lost = bob.run("label", "clutter", name, code=4)
    assert (lost["done"], lost["lost"]) == (0, [{"name": name, "to": "ada", "where": f"labeled_field_data/soda-can/{name}"}])
    assert labelled(bob, "soda-can") == [name]
    assert bob.run("label", "clutter", name)["done"] == 1
    assert labelled(bob, "clutter") == [name]


def test_there_is_one_document_also_where_the_look_afterwards_fails(ada, bob):
    name = send(ada, 1)
    ada.run("deploy", ada.publish().id)
    bob.run("sync")
    ada.run("label", "soda-can", name)
    (ada.root / "fleet" / "groups.json").write_text("{")
    told = bob.run("label", "clutter", name, code=1)
    assert told["lost"][0]["to"] == "ada"
    assert "groups.json" in told["error"]


def test_an_undo_that_came_too_late_ends_in_4(ada, bob):
    name = send(ada, 1)
    ada.run("label", "soda-can", name)
    bob.run("label", "clutter", name)
    assert ada.run("undo", code=4)["lost"][0]["to"] == "bob"
    assert labelled(ada, "clutter") == [name]


def test_an_image_in_two_places_is_a_conflict_and_stays(ada):
    name = send(ada, 1)
    twin = ada.root / "labeled_field_data" / "clutter" / name
    twin.parent.mkdir(parents=True)
    twin.write_bytes(b"another picture")
    assert ada.run("status")["conflicts"] == 1
    assert "two places" in ada.run("label", "soda-can", name, code=1)["error"]
    assert twin.is_file()
    assert "two places" in ada.read("status")


def test_a_candidate_that_the_gate_does_not_pass_ends_in_3_and_an_override_is_kept(ada):
    old, worse = ada.publish(1), ada.publish(2, reverse=True)
    ada.site.come("pi-1")
    ada.run("deploy", old.id)
    refused = ada.run("deploy", worse.id, code=3)
    assert refused["kind"] == "GateError"
    assert "--override" in refused["hint"]
    assert ada.run("fleet")["devices"][0]["desired"] == old.id
    ada.run("deploy", worse.id, "--override", "a trial by daylight")
    assert ada.run("fleet")["deployments"][-1]["override"] == "a trial by daylight"


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"], ["label"], ["label", "clutter"], ["deploy"], ["undo", "--steps", "0"], ["undo", "--steps", "x"],
        ["status", "--no-such-option"], ["deploy", "m", "--wait", "-1"], ["runs", "--cancel"],
    ],
)  # fmt: skip
def test_wrong_usage_ends_in_2(ada, words):
    assert ada.complaint(*words, code=2)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["evaluate", "abcdef"], "No model is called “abcdef”"),
        (["compare", "abcdef"], "No model is called"),
        (["deploy", "abcdef"], "No model is called"),
        (["export", "abcdef", "x.onnx"], "No model is called"),
        (["label", "teapot", "x.jpg"], "“teapot” is no class"),
        (["label", "clutter", "x.jpg"], "No image is called “x.jpg”"),
        (["label", "clutter", "\udcff.jpg"], "No image is called “?.jpg”"),
        (["demo", __file__], "holds something else"),
        (["label", "clutter", "base_data/clutter/clutter-0of1.jpg"], "is a base picture"),
        (["rollback"], "no earlier model"),
        (["rollback", "--to", "hall"], "No device or device group is called “hall”"),
        (["fleet", "--to", "hall"], "No device or device group is called “hall”"),
        (["runs", "01J"], "No run is called “01J”"),
        (["train"], "No pictures to train on for:"),
        (["classes", "--add", "Tea Pot"], "“Tea Pot” cannot name a class"),
        (["import", "/no/such/folder"], "/no/such/folder"),
    ],
)  # fmt: skip
def test_a_failure_ends_in_1_and_says_what_happened_and_what_can_be_done(ada, words, title):
    if words == ["train"]:
        for path in (ada.root / "base_data" / "clutter").iterdir():
            path.unlink()
    told = ada.run(*words, code=1)
    assert title in told["error"]
    assert told["kind"].endswith("Error")
    lines = ada.complaint(*words)
    assert lines[0].startswith("✗ ") or any(line.startswith("✗ ") for line in lines)
    assert words[0] == "import" or told["hint"]
    assert told["hint"] in "\n".join(lines)


def test_an_unknown_folder_is_no_bucket_and_none_is_made_of_it(ada, folder):
    for place, title in ((folder / "nowhere", "does not exist"), (folder / "base", "holds no bucket")):
        ada.bucket = place
        told = ada.run("status", code=1)
        assert title in told["error"]
        assert "sortloop import" in told["hint"]
        assert not (place / "image-classification").exists()
    ada.bucket = "s3://plant"
    assert "s3://plant" in ada.run("status", code=1)["error"]


def test_without_any_bucket_the_message_tells_where_to_name_one(ada, capsys, monkeypatch):
    monkeypatch.delenv("SORTLOOP_BUCKET", raising=False)
    assert run_arguments(["--home", str(ada.home), "status"]) == 1
    told = capsys.readouterr().err
    assert "--bucket" in told
    assert "settings.toml" in told


def test_the_bucket_and_the_home_can_stand_in_the_environment_or_the_settings(ada, capsys, monkeypatch):
    monkeypatch.setenv("SORTLOOP_HOME", str(ada.home))
    monkeypatch.setenv("SORTLOOP_BUCKET", str(ada.bucket))
    assert run_arguments(["status"]) == 0
    monkeypatch.delenv("SORTLOOP_BUCKET")
    ada.settings(f'bucket = "{ada.bucket}"')
    assert run_arguments(["status"]) == 0
    assert "to sort" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "named"),
    [("labeler = 'ada'", "labeler"), ("[gate]\nmargn = 1", "gate.margn"), ("[gate]\nmargin = 'x'", "gate.margin"),
     ("[gate]\nmargin = 7", "gate.margin"), ("labeller = ", "settings.toml")],
)  # fmt: skip
def test_a_wrong_line_in_the_settings_is_named(ada, text, named):
    ada.settings(text)
    told = ada.run("status", code=1)
    assert named in told["error"]
    assert str(ada.home / "settings.toml") in told["error"]


# Out of reach


def test_a_decision_is_kept_while_the_bucket_is_out_of_reach_and_delivered_later(ada, folder):
    name = send(ada, 1)
    ada.run("sync")
    ada.bucket.rename(folder / "unplugged")
    told = ada.run("label", "soda-can", name, code=1)
    assert (told["waiting"], told["done"], told["kind"]) == (1, 0, "OfflineError")
    assert told["error"]
    assert told["hint"]
    assert ada.run("deliver", code=1)["waiting"] == 1
    (folder / "unplugged").rename(ada.bucket)
    assert ada.run("deliver") == {"done": 1, "lost": 0, "conflicts": 0, "waiting": 0}
    assert labelled(ada, "soda-can") == [name]


def test_a_decision_can_be_taken_back_before_the_bucket_returns(ada, folder):
    name = send(ada, 1)
    ada.run("sync")
    ada.bucket.rename(folder / "unplugged")
    ada.run("label", "soda-can", name, code=1)
    ada.run("undo", code=1)
    (folder / "unplugged").rename(ada.bucket)
    assert ada.run("deliver")["waiting"] == 0
    assert (ada.root / "raw_field_data" / name).is_file()


def test_an_empty_folder_where_the_bucket_was_is_not_taken_for_it(ada, folder):
    name = send(ada, 1)
    ada.run("sync")
    ada.root.rename(folder / "unmounted")
    told = ada.run("label", "soda-can", name, code=1)
    assert told["kind"] == "OfflineError"
    assert list(ada.bucket.iterdir()) == []
    (folder / "unmounted").rename(ada.root)
    assert ada.run("label", "soda-can", name)["done"] == 1


def test_one_program_delivers_what_others_decide_until_its_input_closes(ada):
    names = [send(ada, number) for number in range(2)]
    ada.run("sync")
    first = ada.start("deliver", "--follow")
    (plant,) = (ada.home / "buckets").iterdir()
    wait_until(lambda: is_locked(plant / "delivery.lock"))
    second = ada.start("deliver", "--follow")
    assert ada.run("label", "soda-can", *names)["done"] == 2
    assert labelled(ada, "soda-can") == sorted(names)
    ends = []
    for process in (second, first):  # the one that waits for its turn ends as well
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        ends.append(json.loads(out))
    assert [end["waiting"] for end in ends] == [0, 0]
    assert ends[1]["done"] == 2  # all that it did, not only what was left at the end


def test_who_delivers_for_others_tells_at_once_that_the_bucket_is_gone_and_that_it_is_back(ada, folder):
    name = send(ada, 1)
    ada.run("sync")
    process = ada.start("deliver", "--follow")
    (plant,) = (ada.home / "buckets").iterdir()
    wait_until(lambda: is_locked(plant / "delivery.lock"))
    ada.bucket.rename(folder / "unplugged")
    window = open_plant(str(ada.bucket), ada.home)
    target = f"{LABELED}soda-can/{name}"
    window.journal.record(Kind.LABEL, "ada", [Choice(name, RAW + name, window.catalog.find(name)[0].image.etag, target)])
    window.close()
    gone = json.loads(process.stdout.readline())
    assert gone["trouble"]
    assert gone["hint"]
    (folder / "unplugged").rename(ada.bucket)
    assert json.loads(process.stdout.readline()) == {"trouble": None}
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["done"] == 1


# Ctrl-C


def interrupt(process: subprocess.Popen[str], word: str) -> tuple[str, str]:
    """Send SIGINT once the program says a word on stderr; give all it said."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if word in line:
            process.send_signal(signal.SIGINT)
            break
    out, rest = process.communicate(timeout=120)
    return out, "".join([*lines, rest])


def test_an_import_can_be_stopped_and_run_again(ada, folder):
    more = per_class(folder / "more", 400, ("soda-can",))
    process = ada.start("import", str(more))
    out, err = interrupt(process, "Importing")
    assert process.returncode == 130, err
    assert json.loads(out)["kind"] == "Cancelled"
    assert "Traceback" not in err
    again = ada.run("import", str(more))
    assert again["already"] < 400
    assert again["already"] + again["imported"]["soda-can"] == 400


def test_a_training_can_be_stopped_and_is_noted_as_stopped(ada, folder, lite0):
    lend(lite0, ada.home)
    ada.settings("[training]\nthreads = 1\n")
    ada.run("import", str(per_class(folder / "more", 20)))
    process = ada.start("train")
    out, err = interrupt(process, "Starting")
    assert process.returncode == 130, err
    assert json.loads(out)["kind"] == "Cancelled"
    (run,) = ada.run("runs")["runs"]
    assert (run["state"], run["model"]) == ("cancelled", None)
    assert ada.run("models")["models"] == []


def test_whoever_stops_waiting_for_the_devices_has_deployed_all_the_same(ada):
    ada.site.come("pi-1")
    model = ada.publish()
    process = ada.start("deploy", model.id, "--wait", "300")
    out, err = interrupt(process, "Waiting")
    assert process.returncode == 130, err
    assert json.loads(out)["devices"][0]["desired"] == model.id


# Help and languages


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    assert run_arguments([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert f" {command} " in text
    assert "--help" in text


def test_the_help_lists_every_command(capsys):
    assert run_arguments(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f" {command} " in text for command in COMMANDS)


@pytest.mark.parametrize("words", [["--help"], ["status"], ["evaluate", "abc"]])
def test_chinese_breaks_nothing(ada, words):
    process = ada.start(*words, SORTLOOP_LANGUAGE="zh_CN")
    out, err = process.communicate(timeout=60)
    assert process.returncode == (1 if words[0] == "evaluate" else 0), err
    assert out.strip()
    assert "Traceback" not in err


@pytest.mark.parametrize("option", [["--home", "{home}"], ["--home={home}"]])
def test_the_settings_choose_the_language_before_the_help_is_built(ada, option):
    words = [word.format(home=ada.home) for word in option]
    ada.settings('language = "zh_CN"')
    assert language_of([*words, "status"]) == "zh_CN"
    ada.settings("language = ")  # the command says what is wrong with it
    assert language_of([*words, "status"]) == ""
