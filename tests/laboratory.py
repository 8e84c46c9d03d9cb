"""A plant whose pictures are words and whose models read them: for the tests of measuring and comparing.

lab = Laboratory(folder)
lab.put("soda-can", 3)                        # a test picture, sorted blind, sent by chance
old, new = lab.model(), lab.model()
lab.score.wrong[new.id] = {"soda-can 3"}      # what this model gets wrong; all else it knows
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from desktop.core.comparison import Comparison
from desktop.core.measurement import Measurement
from desktop.core.pictures import Look, Pictures
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, Progress, silent
from desktop.core.registry import Model, Registry
from desktop.core.release import Release
from desktop.core.verdict import GateSettings, Verdict
from desktop.local.fleet import BucketFleet
from edge.contract.bundle import MANIFEST, Manifest
from edge.contract.classes import DEFAULT_CLASSES
from edge.contract.keys import Area, key_of
from edge.contract.metadata import Clock as ClockState
from edge.contract.metadata import LabelMetadata, RawMetadata, encode_label, encode_raw
from edge.contract.names import Side, format_name
from edge.contract.records import load
from tests.bundles import make_bundle
from tests.clock import Ids
from tests.devices import BucketSite
from tests.plant import PLAIN_PENCIL, Plant, plain_shrink
from tests.unit.field import moment

DEVICE = "pi-1"
LENIENT = GateSettings(margin=0.5, min_images=4, min_per_class=0)
"""So that a handful of pictures is enough."""


def look(data: bytes) -> Look:
    """Give fingerprints that no other picture comes near."""
    digest = hashlib.sha256(data).hexdigest()
    return Look(int(digest[:16], 16), int(digest[16:32], 16), None)


class Score:
    """Runs models that read: a picture ``soda-can 3`` is taken for a soda-can, unless it is among a model's mistakes."""

    def __init__(self) -> None:
        self.wrong: dict[str, set[str]] = {}
        self.unreadable: dict[str, set[str]] = {}
        """By model; what it cannot decode."""
        self.calls: list[tuple[str, int]] = []
        """Model and number of pictures, as asked for."""

    def __call__(
        self, bundle: Path, files: Sequence[tuple[Path, str]], progress: Progress, cancel: CancelToken
    ) -> dict[str, np.ndarray]:
        """Give probabilities by sha256 (``desktop.core.measurement.Score``)."""
        classes = load(Manifest, (bundle / MANIFEST).read_bytes()).classes
        model = bundle.name
        self.calls.append((model, len(files)))
        found = {}
        for path, sha256 in files:
            cancel.check()
            text = path.read_text()
            if text not in self.unreadable.get(model, ()):
                found[sha256] = self._answer(text, classes, text in self.wrong.get(model, ()))
        return found

    def _answer(self, text: str, classes: Sequence[str], wrong: bool) -> np.ndarray:
        truth = text.split(maxsplit=1)[0]
        said = next((cls for cls in classes if cls != truth), truth) if wrong or truth not in classes else truth
        return np.array([0.8 if cls == said else 0.2 / (len(classes) - 1) for cls in classes])


class Laboratory:
    """A bucket, one home, and all that measures and compares over them."""

    def __init__(self, folder: Path, gate: GateSettings = LENIENT) -> None:
        self.folder = folder
        self.plant = Plant(folder)
        self.store, self.clock = self.plant.store, self.plant.clock
        self.plant.pictures = Pictures(
            self.store,
            self.plant.catalog,
            self.plant.home / "pictures",
            look=look,
            shrink=plain_shrink,
            pencil=PLAIN_PENCIL,
        )
        self.registry = Registry(self.store, self.plant.home / "models")
        self.score = Score()
        self.measurement = Measurement(self.store, self.plant.catalog, self.plant.pictures, self.registry, self.score)
        self.site = BucketSite(self.store, self.clock)
        self.release = Release(self.store, BucketFleet(self.store, self.clock), self.clock, Ids("deployment-"))
        self.comparison = self.gate(gate)

    def gate(self, settings: GateSettings) -> Comparison:
        """Give the gate with other settings."""
        return Comparison(self.store, self.measurement, self.registry, self.release, settings, self.clock)

    def put(
        self,
        cls: str,
        number: int,
        *,
        side: Side = Side.TEST,
        blind: bool = True,
        reason: str = "chance",
        area: Area = Area.LABELED,
        truth: str = "",
    ) -> str:
        """Put a picture into the bucket, and give its name; all numbers lie at least ten minutes apart."""
        captured_ms = moment(number, DEVICE, side)
        body = f"{truth or cls} {number}".encode()
        name = format_name(captured_ms, "clutter", 0.5, DEVICE, hashlib.sha256(body).hexdigest())
        metadata = encode_raw(RawMetadata(DEVICE, captured_ms, ClockState.SYNCED, reason, 0.5))
        if area is Area.LABELED:
            metadata |= encode_label(LabelMetadata(f"decision-{number}", "ada", self.clock(), blind))
        key = key_of(area, name, cls if area is Area.LABELED else None)
        self.store.put(key, body, match=ABSENT, metadata=metadata)
        self.plant.sync()
        return name

    def fill(self, count: int, classes: Sequence[str] = ("beer-mug", "soda-can")) -> None:
        """Put so many test pictures, the classes by turns."""
        for number in range(count):
            self.put(classes[number % len(classes)], number)

    def model(self, classes: Sequence[str] = DEFAULT_CLASSES, *, dataset: str | None = "known", created_ms: int = 0) -> Model:
        """Publish a model that no other is like."""
        folder = self.folder / "bundles" / str(self.clock())
        return self.registry.publish(self._bundle(folder, classes, dataset, created_ms))

    def ship(self, model: Model, target: str = "") -> Verdict:
        """Deploy a model whatever the gate says, and let the devices take it."""
        verdict = self.compare(model, target)
        self.release.deploy(model.id, target, "ada", verdict, "for the test")
        for device in BucketFleet(self.store, self.clock).devices(target):
            self.site.act(device.device)
        self.release.refresh()
        return verdict

    def compare(self, model: Model, target: str = "") -> Verdict:
        """Ask the gate."""
        return self.comparison.compare(model, target, silent, CancelToken())

    def close(self) -> None:
        """Let the files go."""
        self.plant.close()

    def _bundle(self, folder: Path, classes: Sequence[str], dataset: str | None, created_ms: int) -> Path:
        make_bundle(folder, classes=classes, dataset=dataset, created_ms=created_ms or self.clock())
        return folder
