"""Whether this device could work: each thing is tried for real, a line a thing, and what could not be tried did not go well.

    ok     home    /var/lib/sortloop can be written, 5120 MB free
    ok     bucket  /srv/plant, fleet/pi-1/reported.json put and got back
    none   model   no model yet: pictures are answered with "no model"
    failed picture …

The picture is drawn and goes through the device's own pipeline, with a copy of the model in use, a spool and a folder for a
bucket that are thrown away: the real bucket gets no picture. It gets the device's own report, the same one if there is one.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edge.check import CheckInterrupted, check_apart
from edge.classifier import BadModel, read_manifest
from edge.config import Config, ConfigError
from edge.contract.fleet import DeviceState, Reported
from edge.contract.keys import RAW, reported_key
from edge.contract.messages import Answer
from edge.contract.records import BadRecord, dump, load
from edge.doctor import probe
from edge.ports import CameraError, EndOfPictures, Uplink, UplinkError
from edge.preprocess import MAX_IMAGE_BYTES
from edge.sampling import Policy
from edge.standing import Standing, read_standing, write_standing

OK, NONE, FAILED = "ok", "none", "failed"
_MAX_REPORT_BYTES = 1 << 20
_ALL = Policy(test_chance=1.0, chance=1.0, no_model_chance=1.0)
"""Whatever is answered goes home."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried."""

    name: str
    text: str
    word: str = OK

    @property
    def good(self) -> bool:
        """Whether it did not fail; that there is no model yet is no failure."""
        return self.word != FAILED

    def __str__(self) -> str:
        """Give the line."""
        return f"{self.word:<6} {self.name:<7} {self.text}"


class SelfTest:
    """The trials of one device."""

    def __init__(
        self, config: Config, uplink: Callable[[Config], Uplink], answer: Callable[[Config], Answer], program: str = ""
    ) -> None:
        """Take what is tried.

        Args:
            config: The settings.
            uplink: Opens the bucket of some settings.
            answer: Lets the device of some settings answer one picture and send it on its way.
            program: The version that a first report names.
        """
        self._config, self._uplink, self._answer, self._program = config, uplink, answer, program

    def run(self) -> Iterator[Trial]:
        """Give the trials, the ground first."""
        home = self._home()
        yield home
        yield self._bucket()
        standing, model = self._model()
        yield model
        lacking = next((each for each in (home, model) if not each.good), None)
        yield (
            self._picture(standing)
            if lacking is None
            else Trial("picture", f"not tried, for want of a good {lacking.name}", FAILED)
        )

    def _home(self) -> Trial:
        home = self._config.home_folder
        try:
            home.mkdir(parents=True, exist_ok=True)
            probe(home)
            free = shutil.disk_usage(home).free
        except OSError as error:
            return Trial("home", f"{home} cannot be written ({error.strerror or error})", FAILED)
        return Trial("home", f"{home} can be written, {free >> 20} MB free")

    def _bucket(self) -> Trial:
        """Put the device's own report: all that it may write without leaving something that was not there."""
        config = self._config
        key = reported_key(config.device_name)
        try:
            bucket = self._uplink(config)
            report = bucket.get(key, _MAX_REPORT_BYTES) or dump(self._report())
            bucket.put(key, report)
            back = bucket.get(key, _MAX_REPORT_BYTES)
        except ConfigError as error:
            return Trial("bucket", str(error).removeprefix("bucket: "), FAILED)
        except UplinkError as error:
            return Trial("bucket", f"{config.bucket} cannot be reached or written ({error})", FAILED)
        if back != report:
            return Trial("bucket", f"{config.bucket}, {key} did not come back as it was put", FAILED)
        return Trial("bucket", f"{config.bucket}, {key} put and got back")

    def _report(self) -> Reported:
        standing = read_standing(self._config.home_folder / "standing.json")
        return Reported(
            device=self._config.device_name,
            state=standing.state,
            at_ms=time.time_ns() // 1_000_000,
            model=standing.model,
            previous=standing.previous,
            revision=standing.revision,
            reason=standing.reason,
            program=self._program,
        )

    def _model(self) -> tuple[Standing, Trial]:
        """Load the model in use and check its golden pictures."""
        home = self._config.home_folder
        try:
            standing = load(Standing, (home / "standing.json").read_bytes())
        except FileNotFoundError:
            standing = Standing()
        except (OSError, BadRecord) as error:
            return Standing(), Trial("model", f"what is installed cannot be read ({error})", FAILED)
        if standing.model is None:
            return standing, Trial("model", 'no model yet: pictures are answered with "no model"', NONE)
        name, folder = standing.model[:8], home / "models" / standing.model
        try:
            check_apart(folder, self._config.models.check_timeout_s)
            golden = len(read_manifest(folder)[0].golden)
        except BadModel as error:
            return standing, Trial("model", f"{name}: {error}", FAILED)
        except CheckInterrupted:
            return standing, Trial("model", f"{name}: somebody ended its check", FAILED)
        return standing, Trial("model", f"{name} loaded, golden pictures answered as they should be: {golden}")

    def _picture(self, standing: Standing) -> Trial:
        try:
            with tempfile.TemporaryDirectory(prefix="selftest-", dir=self._config.home_folder) as folder:
                return self._bring_through(standing, Path(folder))
        except (OSError, CameraError, EndOfPictures, UplinkError) as error:
            return Trial("picture", f"it did not get through ({error})", FAILED)

    def _bring_through(self, standing: Standing, folder: Path) -> Trial:
        home, bucket = folder / "home", folder / "bucket"
        trial = replace(self._config, bucket=str(bucket), home=str(home), camera="synthetic://?count=1&size=160", sampling=_ALL)
        bucket.mkdir()
        home.mkdir()
        if standing.model is not None:
            # A copy: a program whose model fails removes it.
            shutil.copytree(self._config.home_folder / "models" / standing.model, home / "models" / standing.model)
            running = Standing(DeviceState.RUNNING, standing.model, thresholds=standing.thresholds)
            write_standing(home / "standing.json", running)
        answer = self._answer(trial)
        if answer.model != standing.model:
            return Trial("picture", f"{(standing.model or '')[:8]} did not answer it", FAILED)
        by = f"{answer.model[:8]} with {answer.label}" if answer.model else 'the program with "no model"'
        answered = f"a drawn one, answered by {by} in {answer.latency_ms:.1f} ms"
        arrived = None if answer.sampled is None else self._uplink(trial).get(RAW + answer.sampled.name, MAX_IMAGE_BYTES)
        if arrived is None:
            return Trial("picture", f"{answered}, but did not get through a spool into a folder; stderr says why", FAILED)
        return Trial("picture", f"{answered}, spooled in a throw-away spool, uploaded into a throw-away folder")
