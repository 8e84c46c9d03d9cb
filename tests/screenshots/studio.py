"""Two plants to take pictures of: one of photographs in the middle of a shift, one of drawn pictures whose model passed the gate.

Nothing in them is made up: real devices answered, real models were trained, the gate judged. Only what devices can do wrong
(being away, going back) is played, as in the tests of the fleet.
"""

import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

from PIL import Image

from desktop.app import now_ms, open_plant
from desktop.core.importing import import_folder
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, silent
from desktop.core.settings import Settings, Sorting, save_settings
from desktop.core.sync import sync
from desktop.demo import devices
from desktop.demo.labeller import truth_by_name
from desktop.demo.screen import Hand
from desktop.demo.story import Story
from desktop.local.thumbnails import look
from desktop.ui.start import opened
from edge.contract.fleet import DeviceState, Reported
from edge.contract.keys import RAW, reported_key
from edge.contract.names import SLOT_MS
from edge.contract.records import dump
from tests.devices import BucketSite
from tests.e2e.circle import spread

PHOTOS = Path(os.environ.get("SORTLOOP_PHOTOS", "/work/shared/photos"))
PILES = {
    "bottle": ("drinks/milk_bottle", "drinks/water_bottle"),
    "carton": ("drinks/carton", "groceries/juice", "groceries/plant-drink"),
    "clutter": ("drinks/clutter", "groceries/clutter", "caltech101/stapler"),
    "coffee-mug": ("caltech101/cup",),
    "soda-can": ("drinks/can",),
}
"""What lies in the folders of photographs, as the classes of a plant."""
NAME = "plant-a"
TRUTH = "truth.json"
"""The class of each photograph, by its capture time."""
SETTINGS = Settings(language="en", labeller="mara", sorting=Sorting(page_size=48, confirm_above=24))
PIS = ("pi-01", "pi-02", "pi-03")
AWAY, RETURNED, REFUSED = "pi-hall-2", "pi-05", "pi-press-line-4"
_BEGIN_MS = 1_795_500_000_000
_BASE = 9
"""Photographs a class to begin with."""


def photographs() -> bool:
    """Tell whether there are photographs to take pictures of."""
    return all((PHOTOS / source).is_dir() for sources in PILES.values() for source in sources)


def passed(folder: Path) -> None:
    """Build a plant whose second model waits to be deployed, and whose devices have sent more since."""
    plant = open_plant(str(folder / "bucket"), folder / "home", create=True)
    story = Story(plant, folder, lambda *_words: None, silent, CancelToken(), 1)

    def turn(_story: Story, _pis: object) -> None:
        with opened(str(folder / "bucket"), folder / "home") as window:
            hand = Hand(window, truth_by_name(story.tale.truth), folder / "screens")
            hand.sort(lambda _n: None)
            hand.train()
            story.tale.verdict = hand.compare()

    story.turner = turn
    story.tell()
    _finish(plant, folder)


def shift(folder: Path) -> None:
    """Build a plant of photographs: some are sorted, a second model was trained on too few of them to be sure, the rest waits."""
    plant = open_plant(str(folder / "bucket"), folder / "home", create=True)
    _piles(folder / "photos")
    begin, field = spread(folder / "photos", _BASE)
    for path, cls in begin:
        target = folder / "base" / cls / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    import_folder(plant.store, folder / "base", look=look, add_classes=True, progress=silent, cancel=CancelToken())
    _sync(plant)
    first = plant.retraining.learn("mara", silent, CancelToken()).model
    plant.release.deploy(first.id, "", "mara", plant.comparison.compare(first, "", silent, CancelToken()))
    truth = {}
    with devices.running(folder / "bucket", folder / "devices", PIS[:1]) as pis:
        devices.wait_until(lambda: any(one.reported == first.id for one in plant.fleet.devices()), pis, CancelToken(), 120)
        for number, shot in enumerate(field):
            at_ms = _BEGIN_MS + number * 3 * SLOT_MS
            for frame in range(3 if number % 9 == 0 else 1):  # some things are seen more than once while they pass
                film = folder / "film" / PIS[0] / f"{at_ms + 900 * frame}_none_0.0.jpg"
                film.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(shot.path, film)
                truth[at_ms + 900 * frame] = shot.cls
        devices.show(pis, folder / "film")
        devices.wait_for_answers(pis, len(truth), lambda _n: None, CancelToken(), 240)
        sent = {f"{RAW}{one.sampled.name}" for one in pis[0].answers() if one.sampled}
        devices.wait_until(lambda: sent <= {one.key for one in plant.store.list(RAW)}, pis, CancelToken(), 120)
    (folder / TRUTH).write_text(json.dumps(truth))
    _sync(plant)
    half = sorted(truth)[len(truth) // 3]
    with opened(str(folder / "bucket"), folder / "home") as window:
        hand = Hand(window, lambda image: truth[image.captured_ms or 0], folder / "screens")
        hand.waiting()
        _label_until(window, truth, half)
        hand.fingers.wait(lambda: not plant.journal.waiting(), "the moves", 120)
        hand.train()
    _finish(plant, folder)


def _piles(folder):
    """Lay the photographs into a folder a class, without the white edge that some have on the left and below."""
    for cls, sources in PILES.items():
        (folder / cls).mkdir(parents=True)
        for source in sources:
            for path in sorted((PHOTOS / source).glob("*.jpg")):
                with Image.open(path) as photo:
                    edge = 9 if source.startswith("drinks") and "clutter" not in source else 0
                    whole = photo.convert("RGB").crop((edge, 0, photo.width, photo.height - edge))
                    mixed = hashlib.sha256(f"{source}/{path.name}".encode()).hexdigest()[:12]
                    whole.save(folder / cls / f"{mixed}.jpg", quality=92)


def _label_until(window, truth, until_ms):
    session = window.sorting.session
    while session.page is not None:
        for tile in session.tiles:
            for image in tile.images:
                if (image.captured_ms or 0) < until_ms:
                    window.sorting.hand.label(truth[image.captured_ms], [image])
        before = session.page
        session.next_page()
        if session.page is before or not any((one.captured_ms or 0) < until_ms for t in session.tiles for one in t.images):
            break


def _finish(plant, folder):
    """Add a broken file and the devices that do as devices sometimes do."""
    names = [one.key for one in plant.store.list(RAW)]
    whole = plant.store.get(names[0]).body
    broken = f"{RAW}{_BEGIN_MS + 777}_{plant.taxonomy().active()[0]}_0.21_pi-02_000000000000.jpg"
    plant.store.put(broken, whole[: len(whole) // 3], match=ABSENT)
    site = BucketSite(plant.store, now_ms)
    service = plant.release.in_service()
    for device, age_ms in (("pi-04", 40_000), (RETURNED, 61_000), (REFUSED, 15_000), (AWAY, 7 * 3_600_000)):
        word = Reported(device, DeviceState.RUNNING, now_ms() - age_ms, service.model, None, 1, program="0.1.0", answers=1800)
        plant.store.put(reported_key(device), dump(word), match=ABSENT)
    site.group("hall", "pi-04", RETURNED, AWAY)
    _sync(plant)
    plant.close()
    save_settings(folder / "home", SETTINGS)
    shutil.rmtree(folder / "film", ignore_errors=True)
    rename(folder, "bucket", NAME)


def rename(folder: Path, before: str, after: str) -> None:
    """Give the bucket another name, and take its catalog, journal and caches along."""
    (folder / before).rename(folder / after)
    take_along(folder / "home", folder / after)


def take_along(home: Path, bucket: Path) -> None:
    """Let the one bucket that a home knows be this one."""
    plant = open_plant(str(bucket), home)
    ours = plant.folder
    plant.close()
    (known,) = (path for path in ours.parent.iterdir() if path != ours)
    shutil.rmtree(ours, ignore_errors=True)
    known.rename(ours)


def answer_orders(plant) -> None:
    """Let the played devices do what they should, or fail at it."""
    site = BucketSite(plant.store, now_ms)
    for device in (*PIS, "pi-04"):
        if reported_key(device) in {one.key for one in plant.store.list("fleet/")}:
            site.act(device)
    site.go_back(RETURNED, "Golden pictures: 9 of 12 right after 40 live answers, 11 are needed.")
    site.refuse(REFUSED, "The model's blob did not arrive whole: its digest differs.")


def wear(home: Path, settings: Settings, theme: str, language: str, scale: float) -> None:
    """Write the settings that a picture is taken with."""
    save_settings(home, replace(settings, language=language, window=replace(settings.window, theme=theme, text_scale=scale)))


def _sync(plant):
    sync(plant.store, plant.catalog, now_ms=now_ms(), progress=silent, cancel=CancelToken())
