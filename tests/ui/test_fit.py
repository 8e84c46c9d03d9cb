"""Every view of the window at its narrowest, in both languages: no words are cut, and every place for the keyboard has a name."""

import shutil

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.app import now_ms, open_plant
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, silent
from desktop.core.settings import save_settings
from desktop.core.sync import sync
from desktop.core.taxonomy import default_taxonomy
from desktop.language import speak
from desktop.ui.start import Face
from edge.contract.fleet import DeviceState, Reported
from edge.contract.keys import LABELED, RAW, reported_key
from edge.contract.metadata import Clock, RawMetadata, Reason, encode_raw
from edge.contract.names import Side
from edge.contract.records import dump
from tests.devices import BucketSite
from tests.screenshots import studio
from tests.screenshots.fit import faults
from tests.screenshots.views import Walk
from tests.ui.sitting import BEGIN_MS, drawn, shot

WIDE, HIGH = 1366, 768
CLASSES = [one.id for one in default_taxonomy().classes]


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """Build a plant with two models, devices, and pictures to sort."""
    folder = tmp_path_factory.mktemp("fit")
    plant = open_plant(str(folder / studio.NAME), folder / "home", create=True)
    for cls in CLASSES:
        for number in range(5):
            name = f"{cls}-{number}.jpg"
            plant.store.put(f"{LABELED}{cls}/{name}", drawn(cls, 700 + number), match=ABSENT)
    waiting = [shot(number, "soda-can", 0.3 + number / 100) for number in range(14)]
    waiting += [shot(100 + number, "clutter", 0.5, wanted=Side.TEST) for number in range(3)]
    waiting += [shot(200, "soda-can", 0.2, body=waiting[0][1][:3000])]
    for name, body in waiting:
        raw = RawMetadata("pi-1", BEGIN_MS, Clock.SYNCED, Reason.LOW, 0.25)
        plant.store.put(RAW + name, body, match=ABSENT, metadata=encode_raw(raw))
    sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
    first = plant.retraining.learn("mara", silent, CancelToken()).model
    for device in (*studio.PIS, "pi-04", studio.RETURNED, studio.REFUSED, studio.AWAY):
        age_ms = 7 * 3_600_000 if device == studio.AWAY else 20_000
        word = Reported(device, DeviceState.NO_MODEL, now_ms() - age_ms)
        plant.store.put(reported_key(device), dump(word), match=ABSENT)
    plant.release.deploy(first.id, "", "mara", plant.comparison.compare(first, "", silent, CancelToken()))
    site = BucketSite(plant.store, now_ms)
    for device in (*studio.PIS, "pi-04", studio.RETURNED, studio.REFUSED):
        site.act(device)
    plant.release.refresh()
    plant.store.put(f"{LABELED}clutter/one-more.jpg", drawn("clutter", 900), match=ABSENT)
    sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
    plant.retraining.learn("mara", silent, CancelToken())
    plant.close()
    save_settings(folder / "home", studio.SETTINGS)
    return folder


@pytest.fixture(params=["en", "zh_CN"])
def walk(request, plant, tmp_path):
    """Give a walk through a window that looks at each view."""
    shutil.copytree(plant, tmp_path, dirs_exist_ok=True)
    studio.take_along(tmp_path / "home", tmp_path / studio.NAME)
    studio.wear(tmp_path / "home", studio.SETTINGS, "light", request.param, 1.0)
    face = Face(tmp_path / "home")
    found = []

    def look(view, widget):
        seen.append(view)
        found.extend(f"{view}: {fault}" for fault in faults(widget))

    seen = []
    face.show(str(tmp_path / studio.NAME))
    face.window.resize(WIDE, HIGH)
    one = Walk(face.window, look)
    one.found, one.seen = found, seen
    yield one
    face.window.close()
    face.window.deleteLater()
    face.close()
    speak("en")


def test_words_fit_and_places_for_the_keyboard_have_names(walk):
    walk.begin()
    walk.sort()
    walk.queues()
    walk.train()
    walk.compare()
    walk.fleet(studio.answer_orders)
    walk.around()
    assert len(walk.seen) > 30
    assert not walk.found, "\n".join(sorted(set(walk.found)))


def test_a_label_and_a_button_that_are_too_narrow_and_a_field_without_a_name_are_found(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(400, 200)
    label, button = QLabel("Words that need far more room than this", page), QPushButton("And so does a button", page)
    label.setGeometry(0, 0, 40, 20)
    button.setGeometry(0, 40, 40, 30)
    mute = QPushButton("", page)
    mute.setGeometry(0, 80, 40, 30)
    page.show()
    assert [fault.partition("'")[0].strip() for fault in faults(page)] == ["QLabel", "QPushButton", "QPushButton"]
