"""The circle, step by step: first model, field, sorting, second model, verdict, deployment, and the field again."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from desktop.app import Plant, now_ms
from desktop.core.errors import AppError
from desktop.core.importing import import_folder
from desktop.core.measurement import Measured
from desktop.core.pictures import unseen
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.registry import Model
from desktop.core.retraining import Learned
from desktop.core.sorting import SortSession
from desktop.core.sync import sync
from desktop.core.texts import _
from desktop.core.verdict import Ruling, Verdict
from desktop.core.words import worded
from desktop.demo import devices
from desktop.demo import field as scenes
from desktop.demo.devices import Pi
from desktop.demo.labeller import Sorted, sort_all, truth_by_name
from desktop.local.thumbnails import look
from edge.contract.keys import RAW, Area
from edge.contract.messages import Answer
from edge.scenes import CLASSES

DEVICES = ("pi-01", "pi-02", "pi-03")
PER_CLASS = 13
"""Of which about ten train and the rest tests."""
FIELD, FIELD_AFTER = 700, 250
_START_MS = 1_767_600_000_000
"""5 January 2026, 08:00 UTC: fixed, so that the same slots are test slots in every run."""
_DAY_MS = 86_400_000
_PATIENCE_S = 240.0


@dataclass(slots=True)
class Passed:
    """A field that passed the cameras."""

    pictures: int
    right: int = 0
    """Answers that were right."""
    sent: dict[str, int] = field(default_factory=dict)
    """Pictures sent home, by reason."""

    @property
    def accuracy(self) -> float:
        """The share of answers that were right."""
        return self.right / self.pictures if self.pictures else 0.0


@dataclass(slots=True)
class Tale:
    """All figures of one run of the demo."""

    steps: list[tuple[str, float]] = field(default_factory=list)
    """What was done, with its seconds."""
    before: Learned | None = None
    after: Learned | None = None
    before_again: Measured | None = None
    """The first model on the second one's test pictures."""
    first_field: Passed | None = None
    second_field: Passed | None = None
    sorted: Sorted | None = None
    verdict: Verdict | None = None
    screens: list[tuple[str, Path]] = field(default_factory=list)
    """Photographs of the window with their titles, where it went through it."""
    truth: dict[str, str] = field(default_factory=dict)
    """Class by sha256."""


class Story:
    """Tells the circle on a fresh plant."""

    def __init__(
        self, plant: Plant, folder: Path, say: Callable[[str, str], object], progress: Progress, cancel: CancelToken, seed: int
    ) -> None:
        self.tale = Tale()
        self.plant = plant
        self.folder = folder
        self._say = say
        self._progress = progress
        self._cancel = cancel
        self._seed = seed
        self.turner: Callable[[Story, Sequence[Pi]], None] = Story.turn
        """Who takes the plant from waiting pictures to the next deployment."""

    def tell(self) -> Tale:
        """Run the whole circle and give its figures.

        Raises:
            AppError: a step failed; the message says which.
        """
        with self.field() as pis:
            self.tale.verdict = None
            self.turner(self, pis)
            if self.tale.verdict is not None and self.tale.verdict.verdict in (Ruling.PASS, Ruling.FIRST):
                with self.step(_("New pictures pass the cameras")):
                    self.tale.second_field = self._show(pis, FIELD_AFTER, _START_MS + _DAY_MS, self._seed + 2)
        return self.tale

    @contextmanager
    def field(self) -> Iterator[list[Pi]]:
        """Build the plant: a first model, three devices that run it, and the pictures they sent home; the devices run on
        until the block is left.

        Raises:
            AppError: a step failed; the message says which.
        """
        with self.step(_("Drawing a training set and taking it in")):
            self._import()
        with self.step(_("Training the first model")):
            self.tale.before = self._train()
        with devices.running(self.folder / "bucket", self.folder / "devices", DEVICES) as pis:
            with self.step(_("Deploying it to three devices")):
                self._deploy(self.tale.before.model, pis)
            with self.step(_("The field passes the cameras")):
                self.tale.first_field = self._show(pis, FIELD, _START_MS, self._seed + 1)
            yield pis

    def turn(self, pis: Sequence[Pi]) -> None:
        """Sort, train and deploy by the services themselves."""
        with self.step(_("Sorting what they sent home")):
            self.tale.sorted = self._sort()
        with self.step(_("Training again")):
            self.tale.after = self._train()
            if self.tale.before is not None:
                self.tale.before_again = self.plant.measurement.measure(
                    self.tale.before.model, self.tale.after.dataset, self._progress, self._cancel
                )
        with self.step(_("Asking the gate, and deploying")):
            self._deploy(self.tale.after.model, pis)

    def take_up(self, pis: Sequence[Pi], learned: Learned, verdict: Verdict) -> None:
        """Go on from what somebody else trained, judged and sent."""
        self.tale.after, self.tale.verdict = learned, verdict
        self._sync()
        if self.tale.before is not None:
            self.tale.before_again = self.plant.measurement.measure(
                self.tale.before.model, learned.dataset, self._progress, self._cancel
            )
        if verdict.verdict in (Ruling.PASS, Ruling.FIRST):
            devices.wait_until(lambda: self._all_report(learned.model, pis), pis, self._cancel, _PATIENCE_S)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Tell of a step, and keep how long it takes."""
        self._cancel.check()
        self._say(f"{len(self.tale.steps) + 1}. {title}", "bold")
        begun_s = time.monotonic()
        yield
        self.tale.steps.append((title, time.monotonic() - begun_s))

    def _tell(self, text: str, style: str = "") -> None:
        self._say(f"   {text}", style)

    def _import(self) -> None:
        total = PER_CLASS * len(CLASSES)
        source = self.folder / "base"
        scenes.base_pictures(source, PER_CLASS, self._seed, self.counter(_("Drawing"), total))
        report = import_folder(
            self.plant.store, source, look=look, add_classes=False, progress=self._progress, cancel=self._cancel
        )
        self._sync()
        self._tell(
            _("{n} pictures of {classes} classes; a fifth is kept aside for tests.").format(
                n=sum(report.classes.values()), classes=len(report.classes)
            )
        )

    def _train(self) -> Learned:
        plant = self.plant
        made = plant.retraining.learn(plant.labeller, self._progress, self._cancel)
        measured = made.measured
        self._tell(
            _("Model {model} learned from {n} pictures in {s:.1f} s.").format(
                model=made.model.id[:12], n=made.pictures, s=made.seconds
            )
        )
        if measured.field.n:
            self._tell(
                _("{share:.1%} right on {n} test pictures of the field.").format(
                    share=measured.field.accuracy, n=measured.field.n
                )
            )
        return made

    def _deploy(self, model: Model, pis: Sequence[Pi]) -> bool:
        """Deploy a model if the gate lets it through; tell whether it did."""
        plant = self.plant
        verdict = plant.comparison.compare(model, "", self._progress, self._cancel)
        self.tale.verdict = verdict
        self._tell(_("The gate says: {verdict}.").format(verdict=worded(verdict.verdict)))
        for reason in verdict.reasons:
            self._tell(reason, "dim")
        if verdict.verdict not in (Ruling.PASS, Ruling.FIRST):
            return False
        plant.release.deploy(model.id, "", plant.labeller, verdict)
        devices.wait_until(lambda: self._all_report(model, pis), pis, self._cancel, _PATIENCE_S)
        plant.release.refresh()
        self._tell(_("All {n} devices report it.").format(n=len(pis)))
        return True

    def _all_report(self, model: Model, pis: Sequence[Pi]) -> bool:
        reported = {device.device: device.reported for device in self.plant.fleet.devices()}
        return all(reported.get(pi.name) == model.id for pi in pis)

    def _show(self, pis: Sequence[Pi], count: int, start_ms: int, seed: int) -> Passed:
        shots = scenes.shots(count, [pi.name for pi in pis], start_ms, seed)
        film = self.folder / "film"
        truth = scenes.film(shots, film, self.counter(_("Drawing"), len(shots)))
        self.tale.truth |= truth
        told = sum(len(pi.answers()) for pi in pis)
        devices.show(pis, film)
        looking = self.counter(_("The devices look"), len(shots))
        devices.wait_for_answers(pis, told + len(shots), lambda n: looking(n - told), self._cancel, _PATIENCE_S)
        by_shot = {(shot.device, shot.captured_ms): shot.cls for shot in shots}
        answers = [one for pi in pis for one in pi.answers() if (one.device, one.at_ms) in by_shot]
        self._wait_for_uploads(pis, answers)
        passed = Passed(len(answers), sum(one.label == by_shot[one.device, one.at_ms] for one in answers))
        passed.sent = dict(Counter(one.sampled.reason for one in answers if one.sampled))
        self._tell(_("{n} pictures, {share:.1%} answered right.").format(n=passed.pictures, share=passed.accuracy))
        sent = sum(passed.sent.values())
        self._tell(
            _("{n} sent home: {reasons}.").format(
                n=sent, reasons=", ".join(f"{worded(why)} {n}" for why, n in sorted(passed.sent.items()))
            )
        )
        return passed

    def _wait_for_uploads(self, pis: Sequence[Pi], answers: Sequence[Answer]) -> None:
        names = {f"{RAW}{one.sampled.name}" for one in answers if one.sampled}
        devices.wait_until(lambda: names <= {listed.key for listed in self.plant.store.list(RAW)}, pis, self._cancel, _PATIENCE_S)

    def _sort(self) -> Sorted:
        plant = self.plant
        self._sync()
        plant.pictures.fetch_all(unseen(plant.catalog.known(Area.RAW)), self._progress, self._cancel)
        service = plant.release.in_service()
        if service is None:
            raise AppError(_("No model is in service."))
        model = plant.registry.find(service.model)
        plant.measurement.score_raw(model, self._progress, self._cancel)
        images = plant.catalog.images(Area.RAW, model=model.id)
        session = SortSession(
            images,
            plant.journal,
            labeller=plant.labeller,
            classes=plant.taxonomy().active(),
            now_ms=now_ms,
            find=plant.catalog.image,
            page_size=plant.settings.sorting.page_size,
        )
        made = sort_all(session, truth_by_name(self.tale.truth), self.counter(_("Sorting"), len(images)))
        plant.deliver(self._progress, self._cancel)
        self._sync()
        self._tell(
            _("{n} pictures on {pages} pages with {keys} keys; {blind} of them blind.").format(
                n=made.images, pages=made.pages, keys=made.keys, blind=made.blind
            )
        )
        return made

    def _sync(self) -> None:
        sync(self.plant.store, self.plant.catalog, now_ms=now_ms(), progress=self._progress, cancel=self._cancel)

    def counter(self, label: str, total: int) -> Callable[[int], None]:
        """Give a function that takes how many are done."""

        def count(done: int) -> None:
            self._cancel.check()
            self._progress(Step(label, done, total, _("pictures")))

        return count
