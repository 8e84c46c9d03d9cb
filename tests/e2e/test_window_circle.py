"""The whole circle through the window: nothing but keys, a dropped folder, and a device's own program beside it."""

import json
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="the window's libraries are not on this computer")

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from desktop.app import open_plant
from desktop.core.settings import Settings, save_settings
from desktop.core.verdict import Ruling
from desktop.demo.screen import Hand
from desktop.ui.start import Face
from edge.contract.names import parse_name
from tests.e2e.circle import DEVICE, Circle, Programs, spread

PHOTOS = Path(__file__).parents[3] / "shared" / "photos" / "drinks"
pytestmark = pytest.mark.skipif(not PHOTOS.is_dir(), reason="there are no photographs on this computer")
REASON = "a trial: 23 test pictures"


class Figures(dict):
    """What happened on the way."""


@pytest.fixture(scope="module")
def figures(qapp, tmp_path_factory):
    begin, field = spread(PHOTOS, 5)
    folder = tmp_path_factory.mktemp("window") / "here"
    circle = Circle(folder, Programs())
    for path, cls in begin:
        target = folder / "base" / cls / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    home = folder / "home"
    home.mkdir()
    save_settings(home, Settings(language="en", labeller="ada"))
    open_plant(str(circle.bucket), home, create=True).close()
    face = Face(home)
    face.show(str(circle.bucket))
    try:
        yield turn(face, circle, field)
    finally:
        face.window.close()
        face.close()


def turn(face, circle, field):
    """Turn the circle once, three quarters of the field before, the rest after."""
    truth = {shot.captured_ms: shot.cls for shot in field}
    most = len(field) * 3 // 4
    told = Figures()
    before = face.window
    drop(face.window, circle.folder / "base")
    hand = hand_on(face.window, circle, truth)
    hand.fingers.wait(before.intake.yes.isVisible, "the question about the folder")
    before.intake.yes.click()
    hand.fingers.wait(lambda: face.window is not before, "the window with the new classes")
    hand = hand_on(face.window, circle, truth)
    told["classes"] = list(face.window.sorting.front.side.classes)
    first = hand.train()
    told["first_verdict"] = hand.compare().verdict
    with circle.device() as device:
        hand.deploy(first)
        told["before"] = device.see(field[:most])
        hand.fingers.press("Ctrl+1", "F5")
        sent = sum(1 for answer in told["before"] if answer["sampled"])
        hand.fingers.wait(lambda: hand.waiting() == sent, "the pictures that were sent home")
        told["sent"], told["sorted"] = sent, hand.sort(lambda _n: None)
        told["first"], second = first, hand.train()
        told["second"], told["verdict"] = second, hand.compare()
        hand.fingers.press("Ctrl+D")
        hand.fingers.press("Return")  # without a reason nothing is sent
        told["refused"] = running(circle)
        hand.fingers.type(REASON)
        hand.fingers.press("Return")
        hand.fingers.wait(lambda: running(circle) == second.model.id, "the device to report the second model")
        hand.fingers.wait(lambda: face.window.fleet.shows(second.model.id), "the deployment's end")
        told["after"] = device.see(field[most:-5])
        told["deployments"] = circle.sortloop("fleet")["deployments"]
        told["status"] = circle.sortloop("status")
        hand.fingers.press("Ctrl+4", "Ctrl+B", "Return")
        hand.fingers.wait(lambda: running(circle) == first.model.id, "the device to go back")
        told["last"] = device.see(field[-5:])  # a model has to stand a few pictures before it counts as the one in service
        hand.fingers.wait(lambda: in_service(face) == first.model.id, "the end of going back")
        told["last_status"] = circle.sortloop("status")
    told["said"] = list(face.window.messages.said)
    return told


def hand_on(window, circle, truth):
    return Hand(window, lambda image: truth[parse_name(image.name).captured_ms or 0], circle.folder / "screens")


def running(circle):
    """Give the model that the device says it runs, as it stands in the bucket."""
    path = circle.bucket / "image-classification" / "fleet" / DEVICE / "reported.json"
    return json.loads(path.read_text()).get("model") if path.is_file() else None


def in_service(face):
    """Give the model that the window takes to be in service."""
    last = face.window.place.plant.release.in_service()
    return last.model if last is not None else None


def drop(window, folder):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    copy, left, bare = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(500, 300), copy, data, left, bare))
    QApplication.sendEvent(window, QDropEvent(QPointF(500, 300), copy, data, left, bare))


def test_a_dropped_folder_brings_classes_keys_and_a_first_model_that_needs_no_rival(figures):
    assert figures["classes"] == sorted(path.name for path in PHOTOS.iterdir() if path.is_dir())
    assert figures["first_verdict"] is Ruling.FIRST
    assert {answer["model"] for answer in figures["before"]} == {figures["first"].model.id}


def test_all_that_the_device_sent_home_is_sorted_by_keys_where_it_belongs(figures):
    made = figures["sorted"]
    assert made.images == figures["sent"] > 20
    assert made.blind > 0
    assert figures["status"]["raw"] == sum(1 for answer in figures["after"] if answer["sampled"])
    assert sum(figures["status"]["labeled"].values()) == figures["sent"]
    assert (figures["status"]["waiting"], figures["status"]["conflicts"]) == (0, 0)


def test_the_second_model_goes_out_against_the_verdict_only_with_a_reason_and_the_reason_is_kept(figures):
    assert figures["verdict"].verdict is Ruling.INSUFFICIENT
    assert figures["refused"] == figures["first"].model.id
    assert figures["deployments"][-1]["model"] == figures["second"].model.id
    assert figures["deployments"][-1]["override"] == REASON


def test_the_device_answers_with_the_second_model_and_is_back_on_the_first_by_two_keys(figures):
    assert figures["after"][-1]["model"] == figures["second"].model.id
    assert figures["last"][-1]["model"] == figures["first"].model.id
    assert figures["last_status"]["in_service"] == figures["first"].model.id


def test_nothing_went_wrong_on_the_way(figures):
    assert not [said for said in figures["said"] if "error" in said.lower() or "cannot" in said or "conflict" in said]
