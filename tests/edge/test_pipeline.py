import json
import threading

import numpy as np
import pytest

from edge.classifier import BadModel
from edge.contract.bundle import Thresholds
from edge.contract.fleet import DayStats, Desired, DeviceState, Reported
from edge.contract.keys import desired_key, reported_key
from edge.contract.messages import MAX_MESSAGE_BYTES
from edge.contract.metadata import Clock, Reason, decode_raw
from edge.contract.names import Side, parse_name
from edge.contract.records import dump, encode, load
from edge.fetching import ModelFolder
from edge.models import Models
from edge.pipeline import Pipeline
from edge.ports import CameraError, EndOfPictures, Frame, Prediction, UplinkError
from edge.preprocess import BadImage
from edge.reporting import Reporter
from edge.sampling import THRESHOLDS, Policy
from edge.spool import Spool
from edge.tally import Tally
from edge.uploader import Storer
from tests.bundles import make_bundle, picture, publish
from tests.edge.doubles import Collected, ListCamera, MemoryUplink, ObedientClassifier, frame, slot_of

DEVICE = "press_3"
EVERYTHING = Policy(test_chance=1.0, chance=1.0, no_model_chance=1.0)


class Bench:
    """A device without its threads."""

    def __init__(self, tmp_path, frames, policy=EVERYTHING, *, model=True, confirm=0):
        self.uplink, self.transport = MemoryUplink(), Collected()
        self.classifiers: dict[str, ObedientClassifier] = {}
        self.home = tmp_path / "home"
        self.folder = tmp_path
        self.home.mkdir()
        self.models = Models(
            DEVICE,
            self.uplink,
            ModelFolder(self.home / "models", self.uplink, 1 << 30, 0),
            self.home / "standing.json",
            check=lambda _folder: None,
            load=self.load,
            confirm=confirm,
        )
        self.revision = 0
        if model:
            self.order("first")
        self.spool = Spool(self.home / "spool", quota_bytes=1 << 30, max_records=1000, free_bytes=0)
        self.storer = Storer(self.spool, lambda: None)
        self.tally = Tally(self.home / "stats", DEVICE)
        self.pipeline = Pipeline(DEVICE, ListCamera(frames), self.models, policy, self.storer, self.transport, self.tally)

    def load(self, folder):
        classifier = self.classifiers.setdefault(folder.name, ObedientClassifier(folder.name))
        return classifier, Thresholds()

    def order(self, name):
        """Bring a model into use; give its double."""
        self.revision += 1
        model = make_bundle(self.folder / name, created_ms=self.revision)
        publish(self.folder / name, self.uplink)
        self.uplink.objects[desired_key(DEVICE)] = dump(Desired(self.revision, model))
        self.models.update()
        return self.classifiers[model]

    def stored(self):
        """Let the storer do its work; give what waits, first to be sent first."""
        self.storer.finish()
        self.storer.run()
        records = []
        while (waiting := self.spool.first()) is not None:
            records.append(waiting[1])
            self.spool.done(waiting[0])
        return records


def test_an_answer_says_all_that_is_known_and_the_posts_sentence(tmp_path):
    bench = Bench(tmp_path, [frame(1_600_000_000_000)])
    answer = bench.pipeline.handle()
    assert bench.transport.answers == [answer]
    assert answer.message == "Classified image as beer-mug with a confidence of 0.7"
    assert (answer.label, answer.confidence, answer.device, answer.at_ms) == ("beer-mug", 0.7, DEVICE, 1_600_000_000_000)
    assert answer.scores == {"beer-mug": 0.7, "clutter": 0.2, "coffee-mug": 0.1}
    assert (answer.model, answer.clock, answer.source) == (bench.models.standing.model, "simulated", "0.jpg")


def test_a_question_gets_an_answer_with_its_own_id(tmp_path):
    bench = Bench(tmp_path, [frame(), frame(seed=1), frame(seed=2)])
    assert bench.pipeline.handle("question-7").id == "question-7"
    assert bench.pipeline.handle().id != bench.pipeline.handle().id


def test_what_was_captured_is_what_is_stored_under_a_name_that_says_so(tmp_path):
    bench = Bench(tmp_path, [frame(1_600_000_000_123)])
    answer = bench.pipeline.handle()
    (record,) = bench.stored()
    assert record.jpeg == picture(seed=0)
    assert record.name == answer.sampled.name
    field = parse_name(record.name)
    assert (field.captured_ms, field.predicted, field.confidence, field.device) == (1_600_000_000_123, "beer-mug", 0.7, DEVICE)
    raw = decode_raw(record.metadata)
    assert (raw.device, raw.captured_ms, raw.clock, raw.model) == (DEVICE, 1_600_000_000_123, "simulated", answer.model)
    assert raw.scores == (("beer-mug", 0.7), ("clutter", 0.2), ("coffee-mug", 0.1))
    assert (raw.reason, raw.probability) == (answer.sampled.reason, answer.sampled.probability)


def test_without_a_model_the_answer_says_so_and_a_picture_still_goes_home(tmp_path):
    bench = Bench(tmp_path, [frame()], model=False)
    answer = bench.pipeline.handle()
    assert (answer.label, answer.model, answer.scores) == (None, None, {})
    (record,) = bench.stored()
    assert "_none_0.0_" in record.name
    assert decode_raw(record.metadata).reason == Reason.CHANCE


def test_what_is_not_worth_sending_never_touches_the_disk(tmp_path):
    bench = Bench(tmp_path, [frame(slot_of(DEVICE, Side.TRAIN))], Policy(preset=THRESHOLDS))
    assert bench.pipeline.handle().sampled is None
    assert bench.stored() == []


def test_the_thresholds_in_use_decide(tmp_path):
    ms = slot_of(DEVICE, Side.TRAIN)
    bench = Bench(tmp_path, [frame(ms), frame(ms)], Policy(preset=THRESHOLDS))
    assert bench.pipeline.handle().sampled is None
    bench.uplink.objects[desired_key(DEVICE)] = dump(Desired(9, bench.models.standing.model, thresholds=Thresholds(0.8, 0.9)))
    bench.models.update()
    assert bench.pipeline.handle().sampled.reason == Reason.LOW


def test_test_pictures_are_sent_first(tmp_path):
    train, test = slot_of(DEVICE, Side.TRAIN), slot_of(DEVICE, Side.TEST)
    bench = Bench(tmp_path, [frame(train), frame(test, seed=1)])
    bench.pipeline.handle()
    bench.pipeline.handle()
    assert [decode_raw(record.metadata).captured_ms for record in bench.stored()] == [test, train]


def test_a_damaged_picture_is_no_answer_and_the_next_one_is(tmp_path):
    bench = Bench(tmp_path, [CameraError("dark"), frame(), frame(seed=1)])
    with pytest.raises(CameraError):
        bench.pipeline.handle()
    classifier = bench.models.in_use.classifier
    answer, classifier.answer = classifier.answer, BadImage("cut off")
    with pytest.raises(CameraError, match=r"0\.jpg: cut off"):
        bench.pipeline.handle()
    classifier.answer = answer
    assert bench.pipeline.handle().label == "beer-mug"
    with pytest.raises(EndOfPictures):
        bench.pipeline.handle()
    assert len(bench.stored()) == 1


def test_a_model_on_trial_that_fails_costs_no_picture_its_answer(tmp_path):
    bench = Bench(tmp_path, [frame(), frame(seed=1)], confirm=1)
    bench.pipeline.handle()
    old = bench.models.standing.model
    bench.order("second").answer = BadModel("not finite")
    answer = bench.pipeline.handle()
    assert (answer.model, answer.label) == (old, "beer-mug")
    assert bench.models.standing.state == DeviceState.RETURNED


def test_a_confirmed_model_that_fails_gives_an_answer_without_a_class(tmp_path):
    bench = Bench(tmp_path, [frame(), frame(seed=1)])
    bench.models.in_use.classifier.answer = BadModel("not finite")
    assert bench.pipeline.handle().label is None
    assert bench.models.standing.state == DeviceState.RUNNING
    assert "_none_0.0_" in bench.stored()[0].name


def test_a_belt_is_answered_though_the_disk_hangs(tmp_path):
    frames = [frame(1_600_000_000_000 + 10_000 * index, seed=index, clock=Clock.SYNCED) for index in range(30)]
    bench = Bench(tmp_path, frames)  # nobody runs the storer
    for _ in frames:
        bench.pipeline.handle()
    assert len(bench.transport.answers) == 30
    assert bench.storer.lost == 30 - 16


def test_a_replay_waits_for_the_disk_and_loses_nothing(tmp_path):
    frames = [frame(1_600_000_000_000 + 10_000 * index, seed=index) for index in range(30)]
    bench = Bench(tmp_path, frames)
    thread = threading.Thread(target=bench.storer.run)
    thread.start()
    for _ in frames:
        bench.pipeline.handle()
    bench.storer.finish()
    thread.join(10)
    assert (bench.spool.waiting, bench.storer.lost) == (30, 0)


def test_an_answer_fits_into_a_message_whatever_it_says(tmp_path):
    classes = tuple(f"{index}-{'x' * 62}" for index in range(6))
    bench = Bench(tmp_path, [Frame(picture(), 1_600_000_000_000, Clock.UNSYNCED, "\x01" * 4000)])
    bench.models.in_use.classifier.answer = Prediction(classes, np.asarray([1 / 3, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 0.2357]))
    assert len(json.dumps(encode(bench.pipeline.handle())).encode()) <= MAX_MESSAGE_BYTES


def reporter(bench, clock, interval_ms=60_000):
    return Reporter(
        DEVICE,
        bench.uplink,
        bench.models,
        bench.tally,
        spooled=lambda: bench.spool.waiting,
        dropped=lambda: 7,
        now_ms=lambda: clock[0],
        interval_ms=interval_ms,
        program="1.2",
    )


def reported(bench):
    return load(Reported, bench.uplink.objects[reported_key(DEVICE)])


def test_a_device_says_what_it_runs(tmp_path):
    bench, clock = Bench(tmp_path, [frame()]), [5000]
    bench.pipeline.handle()
    reporter(bench, clock).report()
    assert reported(bench) == Reported(
        DEVICE, DeviceState.RUNNING, 5000, bench.models.standing.model, None, 1, "", "1.2", answers=1, spooled=0, dropped=7
    )


def test_a_change_is_reported_at_once_and_all_else_after_the_interval(tmp_path):
    bench, clock = Bench(tmp_path, [frame()]), [5000]
    device = reporter(bench, clock)
    device.report()
    bench.pipeline.handle()
    clock[0] = 64_999
    device.report()
    assert reported(bench).at_ms == 5000
    bench.order("second")
    device.report()
    assert (reported(bench).at_ms, reported(bench).revision) == (64_999, 2)
    clock[0] = 64_999 + 60_000
    device.report()
    assert (reported(bench).at_ms, reported(bench).answers) == (124_999, 1)


def test_a_report_that_did_not_arrive_is_made_again(tmp_path):
    bench, clock = Bench(tmp_path, [frame()]), [5000]
    device = reporter(bench, clock)
    bench.uplink.trouble = "no network"
    with pytest.raises(UplinkError):
        device.report()
    bench.uplink.trouble = ""
    device.report()
    assert reported(bench).at_ms == 5000


def stats(bench, day):
    return load(DayStats, bench.uplink.objects[f"fleet/press%5F3/stats/{day}.json"])


def test_the_days_are_counted_apart_and_go_on_after_a_restart(tmp_path):
    day_ms = 24 * 3600 * 1000
    first = 1_600_000_000_000  # 2020-09-13
    bench = Bench(tmp_path, [frame(first), frame(first + 1, seed=1), frame(first + day_ms, seed=2)])
    for _ in range(3):
        bench.pipeline.handle()
    reporter(bench, [1]).report()
    model = bench.models.standing.model
    assert stats(bench, "2020-09-13").by_class == {"beer-mug": 2}
    assert stats(bench, "2020-09-13").by_model == {model: 2}
    assert stats(bench, "2020-09-13").confidence == (0, 0, 0, 0, 0, 0, 0, 2, 0, 0)
    assert sum(stats(bench, "2020-09-13").by_reason.values()) == 2
    assert stats(bench, "2020-09-14").answers == 1
    again = Tally(bench.home / "stats", DEVICE)
    again.add(bench.transport.answers[0])
    again.send(lambda day, body: bench.uplink.objects.update({f"fleet/press%5F3/stats/{day}.json": body}))
    assert stats(bench, "2020-09-13").answers == 3
    assert again.answers == 1


def test_counts_that_did_not_arrive_are_sent_later_and_counts_that_did_are_not(tmp_path):
    bench = Bench(tmp_path, [frame()])
    bench.pipeline.handle()
    sent = []

    def refuse(_day, _body):
        raise UplinkError("no network")

    with pytest.raises(UplinkError):
        bench.tally.send(refuse)
    bench.tally.send(lambda day, _body: sent.append(day))
    bench.tally.send(lambda day, _body: sent.append(day))
    assert sent == ["2020-09-13"]


def test_a_time_beyond_the_calendar_is_counted_too(tmp_path):
    bench = Bench(tmp_path, [frame(9_999_999_999_999_999)])
    bench.pipeline.handle()
    reporter(bench, [1]).report()
    assert stats(bench, "9999-01-01").answers == 1


def test_an_answer_without_a_class_has_no_confidence_to_count(tmp_path):
    bench = Bench(tmp_path, [frame()], model=False)
    bench.pipeline.handle()
    reporter(bench, [1]).report()
    counted = stats(bench, "2020-09-13")
    assert (counted.answers, counted.by_class, sum(counted.confidence)) == (1, {}, 0)
