"""The real program as an operator starts it, on a bucket in a folder."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from edge.__main__ import _Signals, answer_one, open_uplink
from edge.config import load_config
from edge.contract.fleet import DayStats, Desired, DeviceState, Reported
from edge.contract.keys import RAW, desired_key, reported_key
from edge.contract.metadata import Reason, decode_raw
from edge.contract.names import parse_name, side
from edge.contract.records import dump, load
from edge.folder import Folder, FolderUplink
from edge.preprocess import MAX_IMAGE_BYTES
from edge.selftest import SelfTest
from tests.bundles import COLOURS, make_bundle, network, picture, publish

ROOT = Path(__file__).parents[2]
DEVICE = "press_3"
START_MS = 1_600_000_000_000


class Site:
    """A bucket, a home, a folder of pictures."""

    def __init__(self, folder):
        self.folder, self.home, self.pictures = folder, folder / "home", folder / "pictures"
        self.pictures.mkdir()
        self.bucket = folder / "bucket"
        self.bucket.mkdir()
        self.store = Folder(self.bucket / "image-classification")
        self.uplink = FolderUplink(self.store)
        self.revision = 0
        self.config = folder / "edge.toml"
        self.configure()

    def configure(self, confirm=3):
        self.config.write_text(
            f"""
            report_s = 0.2
            [sampling]
            test_chance = 1.0
            chance = 1.0
            [spool]
            free_bytes = 0
            [models]
            poll_s = 0.1
            confirm = {confirm}
            [upload]
            retry_s = 0.05
            retry_max_s = 0.2
            """,
            "utf-8",
        )

    def show(self, count, colour=None, start=0):
        """Put pictures before the camera, each whole at once."""
        for index in range(start, start + count):
            data = picture(COLOURS[index % 5] if colour is None else colour, seed=index)
            unfinished = self.pictures / f"{index:03}.tmp"
            unfinished.write_bytes(data)
            unfinished.rename(self.pictures / f"{index:03}.jpg")

    def deploy(self, name, **how):
        model = make_bundle(self.folder / name, **how)
        publish(self.folder / name, self.uplink)
        return self.order(model)

    def order(self, model):
        self.revision += 1
        self.uplink.put(desired_key(DEVICE), dump(Desired(self.revision, model)))
        return model

    def reported(self):
        body = self.uplink.get(reported_key(DEVICE), 1 << 20)
        return None if body is None else load(Reported, body)

    def raw(self):
        return [entry.key.removeprefix(RAW) for entry in self.store.list(RAW)]

    def arguments(self, command, camera):
        return [
            *(sys.executable, "-m", "edge", command, "--config", str(self.config)),
            *("--bucket", str(self.bucket), "--device", DEVICE, "--home", str(self.home), "--camera", camera),
        ]

    def do(self, command, *, query="", camera=None):
        camera = camera or f"folder://{self.pictures}?{query}"
        return subprocess.run(self.arguments(command, camera), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    @contextlib.contextmanager
    def running(self, query):
        """The program at work; give it and the answers it prints, one by one."""
        with subprocess.Popen(
            self.arguments("run", f"folder://{self.pictures}?{query}"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            said = []
            ear = threading.Thread(target=lambda: said.extend(process.stderr))  # a full pipe would stop the program
            ear.start()
            try:
                yield process
            finally:
                process.kill()
                ear.join()

    def until(self, wanted, timeout_s=60.0):
        """Wait until the device reports what is wanted."""
        waiting = threading.Event()
        for _ in range(int(timeout_s / 0.02)):
            reported = self.reported()
            if reported is not None and wanted(reported):
                return reported
            waiting.wait(0.02)
        raise AssertionError(f"the device last reported {self.reported()}")


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_replay_is_answered_and_its_pictures_stand_in_the_bucket(site):
    model = site.deploy("first")
    site.show(20)
    (site.pictures / "005x.jpg").write_bytes(picture()[:400])
    done = site.do("run", query=f"start_ms={START_MS}")
    assert done.returncode == 0, done.stderr
    said = answers(done)
    assert [each["label"] for each in said[:5]] == ["beer-mug", "clutter", "coffee-mug", "soda-can", "wine-bottle"]
    assert len(said) == 20
    assert {each["model"] for each in said} == {model}
    assert sorted(each["sampled"]["name"] for each in said) == site.raw()
    for name in site.raw():
        stored = site.store.get(RAW + name, MAX_IMAGE_BYTES)
        raw = decode_raw(stored.metadata)
        assert (raw.device, raw.model, raw.captured_ms) == (DEVICE, model, parse_name(name).captured_ms)
        assert (raw.reason, raw.probability) == (Reason.CHANCE, 1.0)
    assert {side(name).value for name in site.raw()} == {"train", "test"}
    reported = site.reported()
    assert (reported.state, reported.model, reported.answers, reported.spooled) == (DeviceState.RUNNING, model, 20, 0)
    day = load(DayStats, site.uplink.get("fleet/press%5F3/stats/2020-09-13.json", 1 << 20))
    assert (day.answers, day.by_class["beer-mug"]) == (20, 4)


def test_a_second_replay_of_the_same_pictures_adds_nothing(site):
    site.deploy("first")
    site.show(5)
    for _ in range(2):
        assert site.do("run", query=f"start_ms={START_MS}").returncode == 0
        assert len(site.raw()) == 5


def test_a_picture_that_was_sorted_is_not_sent_again(site):
    site.deploy("first")
    site.show(3)
    assert site.do("run", query=f"start_ms={START_MS}").returncode == 0
    sorted_name, discarded_name, waiting_name = site.raw()
    for name, target in ((sorted_name, "labeled_field_data/beer-mug/"), (discarded_name, "discarded_field_data/")):
        etag = site.store.get(RAW + name).entry.etag
        site.store.move(RAW + name, target + name, match=etag, decision="d", metadata={})
    assert site.do("run", query=f"start_ms={START_MS}").returncode == 0
    assert site.raw() == [waiting_name]


def test_a_device_without_a_model_says_so_and_sends_pictures_without_a_class(site):
    site.show(12)
    done = site.do("run", query=f"start_ms={START_MS}")
    assert done.returncode == 0, done.stderr
    assert {each["label"] for each in answers(done)} == {None}
    assert site.raw()
    assert all("_none_0.0_" in name for name in site.raw())
    assert site.reported().state == DeviceState.NO_MODEL


def test_a_running_device_changes_models_refuses_bad_ones_and_goes_back_from_worse(site):
    first = site.deploy("first")
    with site.running("watch=1") as process:
        site.show(4, COLOURS[0])
        site.until(lambda each: each.state == DeviceState.RUNNING and each.model == first)

        second = site.deploy("second", sharpness=9.0)
        site.until(lambda each: each.state == DeviceState.CONFIRMING and each.model == second)
        site.show(4, COLOURS[1], start=10)
        reported = site.until(lambda each: each.state == DeviceState.RUNNING and each.model == second)
        assert (reported.previous, reported.revision) == (first, 2)

        site.deploy("wrong", golden={"golden/red.jpg": (0.0, 0.0, 0.0, 0.0, 1.0)})
        reported = site.until(lambda each: each.state == DeviceState.REFUSED)
        assert (reported.model, reported.revision) == (second, 3)
        assert "golden/red.jpg" in reported.reason

        site.deploy("worse", onnx_bytes=network(blue_fails=True))
        site.until(lambda each: each.state == DeviceState.CONFIRMING and each.revision == 4)
        site.show(1, COLOURS[2], start=20)
        reported = site.until(lambda each: each.state == DeviceState.RETURNED)
        assert (reported.model, reported.revision) == (second, 4)
        assert "finite" in reported.reason

        site.order(first)
        site.until(lambda each: each.model == first and each.revision == 5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        said = [json.loads(line) for line in process.stdout]
    # No picture went without an answer, also not the one on which the model failed.
    assert [each["label"] for each in said] == ["beer-mug"] * 4 + ["clutter"] * 4 + ["coffee-mug"]
    assert [each["model"] for each in said] == [first] * 4 + [second] * 5


def test_a_device_answers_and_keeps_pictures_while_the_bucket_is_away(site):
    model = site.deploy("first")
    site.show(3)
    assert site.do("run", query=f"start_ms={START_MS}").returncode == 0
    away = site.folder / "away"
    site.bucket.rename(away)
    site.configure()
    with site.config.open("a", encoding="utf-8") as file:
        file.write("\ndrain_s = 0\n")  # belongs to [upload], the last table
    site.show(3, start=50)
    done = site.do("run", query=f"start_ms={START_MS + 3_600_000}")
    assert done.returncode == 0, done.stderr
    assert {each["model"] for each in answers(done)} == {model}
    waiting = len(answers(done))
    assert len(list((site.home / "spool" / "pending").iterdir())) == waiting
    away.rename(site.bucket)
    site.configure()
    for path in site.pictures.iterdir():
        path.unlink()
    site.show(1, start=90)
    assert site.do("once", query=f"start_ms={START_MS + 7_200_000}").returncode == 0
    assert len(site.raw()) == 3 + waiting + 1
    assert list((site.home / "spool" / "pending").iterdir()) == []


def test_once_prints_one_answer_and_sends_the_picture(site):
    site.deploy("first")
    site.show(2)
    done = site.do("once")
    assert done.returncode == 0, done.stderr
    (answer,) = answers(done)
    assert answer["label"] == "beer-mug"
    assert site.raw() == [answer["sampled"]["name"]]


def test_once_without_a_picture_fails_with_a_message(site):
    done = site.do("once")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the camera has no picture" in done.stderr


def test_an_interrupt_ends_with_130_and_loses_nothing(site):
    site.deploy("first")
    site.show(3)
    with site.running("watch=1") as process:
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    kept = len(site.raw()) + len(list((site.home / "spool" / "pending").iterdir()))
    assert kept == len(lines) == 3


def test_a_killed_program_sends_at_its_next_start_what_it_had_stored(site):
    site.deploy("first")
    site.show(30)
    with site.running(f"loop=1&start_ms={START_MS}") as process:
        names = [json.loads(process.stdout.readline())["sampled"]["name"]]
        process.kill()
    waiting = list((site.home / "spool" / "pending").glob("*.rec"))
    before = len(site.raw())
    for path in site.pictures.iterdir():
        path.unlink()
    site.show(1)
    assert site.do("once", query=f"start_ms={START_MS + 10**9}").returncode == 0
    assert before + len(waiting) <= len(site.raw()) <= before + len(waiting) + 1 + len(names)
    assert not list((site.home / "spool" / "pending").glob("*.rec"))


def test_a_second_program_in_the_same_home_is_refused(site):
    site.show(1)
    with site.running("watch=1") as process:
        process.stdout.readline()
        done = site.do("once")
        assert done.returncode == 1
        assert "another program" in done.stderr


@pytest.mark.parametrize(
    ("camera", "config", "reason"),
    [
        ("picamera2://", "", "camera: "),
        ("synthetic://", 'colour = "red"', "colour: unknown"),
        ("synthetic://", '[sampling]\npreset = "all"', "sampling.preset: "),
    ],
)
def test_a_setting_that_makes_no_sense_is_wrong_usage_and_named(site, camera, config, reason):
    site.config.write_text(config, "utf-8")
    done = site.do("run", camera=camera)
    assert done.returncode == 2
    assert done.stderr.startswith(f"edge: {reason}")


def test_the_doctor_says_what_is_missing(site):
    well = site.do("doctor")
    assert well.returncode == 0, well.stdout
    ill = site.do("doctor", camera="picamera2://")
    assert ill.returncode == 1
    assert [line.split()[1] for line in ill.stdout.splitlines() if line.startswith("LACK")] == ["camera"]


def trials(done):
    """What the selftest printed: of each thing its word and its text."""
    return {name: (word, text) for word, name, text in (line.split(maxsplit=2) for line in done.stdout.splitlines())}


def words(done):
    return {name: word for name, (word, _text) in trials(done).items()}


def test_the_selftest_lets_the_model_in_use_answer_a_picture_and_leaves_nothing(site):
    model = site.deploy("first")
    site.show(1)
    assert site.do("once").returncode == 0
    before = sorted(os.listdir(site.home)), site.raw(), site.reported(), (site.home / "standing.json").read_bytes()
    done = site.do("selftest")
    assert done.returncode == 0, done.stdout + done.stderr
    assert words(done) == {"home": "ok", "bucket": "ok", "model": "ok", "picture": "ok"}
    said = {name: text for name, (_word, text) in trials(done).items()}
    assert said["model"] == f"{model[:8]} loaded, golden pictures answered as they should be: 1"
    how = rf"a drawn one, answered by {model[:8]} with [a-z-]+ in \d+\.\d ms, "
    assert re.fullmatch(how + "spooled in a throw-away spool, uploaded into a throw-away folder", said["picture"])
    after = sorted(os.listdir(site.home)), site.raw(), site.reported(), (site.home / "standing.json").read_bytes()
    assert after == before


def test_the_selftest_tries_the_model_in_use_and_not_another_one_that_lies_there(site):
    site.configure(confirm=1)
    first = site.deploy("first")
    site.show(1)
    assert site.do("once").returncode == 0
    second = site.deploy("second", sharpness=9.0)
    assert site.do("once").returncode == 0
    assert {path.name for path in (site.home / "models").iterdir()} == {first, second}
    (site.home / "models" / first / "network.onnx").write_bytes(b"worn out")
    done = site.do("selftest")
    assert done.returncode == 0, done.stdout
    assert f"answered by {second[:8]} " in trials(done)["picture"][1]


def test_that_there_is_no_model_yet_is_said_by_the_selftest_and_no_failure(site):
    done = site.do("selftest")
    assert done.returncode == 0, done.stdout + done.stderr
    assert words(done) == {"home": "ok", "bucket": "ok", "model": "none", "picture": "ok"}
    assert 'none   model   no model yet: pictures are answered with "no model"\n' in done.stdout
    assert 'answered by the program with "no model" in ' in trials(done)["picture"][1]
    assert (site.reported().state, site.reported().answers) == (DeviceState.NO_MODEL, 0)
    assert site.raw() == []


def test_the_selftest_fails_for_a_bucket_that_does_not_exist_and_makes_none(site):
    site.bucket.rmdir()
    done = site.do("selftest")
    assert done.returncode == 1
    assert words(done) == {"home": "ok", "bucket": "failed", "model": "none", "picture": "ok"}
    assert not site.bucket.exists()


def test_the_selftest_fails_for_a_bucket_that_can_be_read_but_takes_nothing_from_this_device(site):
    in_the_way = (site.bucket / "image-classification").joinpath(*reported_key(DEVICE).split("/")).parent
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_bytes(b"")
    done = site.do("selftest")
    assert done.returncode == 1
    assert words(done)["bucket"] == "failed"


def test_the_selftest_fails_for_a_home_that_cannot_be_written_and_tries_the_rest(site):
    site.home.write_bytes(b"no folder")
    done = site.do("selftest")
    assert done.returncode == 1
    assert (words(done)["home"], words(done)["bucket"], words(done)["picture"]) == ("failed", "ok", "failed")


def test_the_selftest_finds_a_worn_out_model_and_leaves_it_where_it_is(site):
    site.deploy("first")
    site.show(1)
    assert site.do("once").returncode == 0
    (installed,) = (site.home / "models").iterdir()
    (installed / "network.onnx").write_bytes(b"worn out")
    before = sorted(os.listdir(installed))
    done = site.do("selftest")
    assert done.returncode == 1
    assert "network.onnx" in trials(done)["model"][1]
    assert words(done) == {"home": "ok", "bucket": "ok", "model": "failed", "picture": "failed"}
    assert sorted(os.listdir(installed)) == before


def test_the_selftest_fails_for_a_picture_that_the_model_cannot_answer(site):
    model = site.deploy("first")
    site.show(1)
    assert site.do("once").returncode == 0

    def nobody_answers(config):
        return replace(answer_one(config), model=None, label=None)

    config = load_config(site.config, {"bucket": str(site.bucket), "device": DEVICE, "home": str(site.home)})
    *_, last = SelfTest(config, open_uplink, nobody_answers).run()
    assert (last.good, last.text) == (False, f"{model[:8]} did not answer it")


def test_the_selftest_fails_for_a_picture_that_finds_no_room_on_its_way(site):
    site.config.write_text("[spool]\nquota_bytes = 0\n", "utf-8")
    done = site.do("selftest")
    assert done.returncode == 1
    assert words(done) == {"home": "ok", "bucket": "ok", "model": "none", "picture": "failed"}
    assert "pictures are given up" in done.stderr


def test_a_signal_that_comes_while_the_event_is_locked_asks_to_end_all_the_same():
    stop, signals = threading.Event(), _Signals()
    with signals.set(stop), stop._cond:
        signal.raise_signal(signal.SIGTERM)
    assert stop.wait(30)
    assert signals.received == signal.SIGTERM


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux's own")
def test_a_full_disk_under_the_answers_does_not_end_the_program(site):
    site.deploy("first")
    site.show(3)
    arguments = site.arguments("run", f"folder://{site.pictures}?start_ms={START_MS}")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(arguments, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert done.stderr.count("answers cannot be written") == 1
    assert len(site.raw()) == 3
