"""The composition root: an address and a home folder become the services of a plant, for window and command line alike.

What not every start needs is imported where it is made: all together it takes as long as the whole rest of the window's start.
"""

import getpass
import hashlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout

from desktop.core.catalog import Catalog
from desktop.core.errors import AppError, ConfigError, OfflineError
from desktop.core.journal import Journal
from desktop.core.ports import Fleet, ObjectStore
from desktop.core.progress import CancelToken, Progress, silent
from desktop.core.settings import Settings, load_settings
from desktop.core.taxonomy import Taxonomy, default_taxonomy, load_taxonomy
from desktop.core.texts import _
from desktop.local.store import FolderStore
from edge.contract.keys import DEFAULT_PREFIX
from edge.contract.records import dump, load

if TYPE_CHECKING:
    from desktop.core.chronicle import Chronicle
    from desktop.core.comparison import Comparison
    from desktop.core.delivery import DeliveryReport
    from desktop.core.importing import Contents, ImportReport
    from desktop.core.measurement import Measurement
    from desktop.core.pictures import Pictures
    from desktop.core.registry import Registry
    from desktop.core.release import Release
    from desktop.core.retraining import Retraining
    from desktop.core.training import Training

_POLL_S = 0.05
_RETRY_S = 2.0
_PATIENCE_S = 60.0
"""How long a command waits for rows that somebody else is moving."""
_CLASSES = "classes"
"""The catalog's fact that holds the classes as they were seen last."""
_TIDIED = "tidied_ms"
_DAY_MS = 86_400_000


def default_home() -> Path:
    """Give the folder where settings, catalogs, journals and caches live by this system's custom."""
    from platformdirs import user_data_path  # noqa: PLC0415 - where --home says it

    return Path(user_data_path("sortloop", appauthor=False))


def now_ms() -> int:
    """Give the time, UTC, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """Give a new ULID."""
    from ulid import ULID  # noqa: PLC0415

    return str(ULID())


def own_command(*words: str) -> list[str]:
    """Give the command that starts this program with some words: by Python, or as the frozen program it is."""
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "desktop", *words]
    program = Path(sys.executable)
    # On Windows the window's own executable has no standard output, and a worker speaks by it (build_spec.spec).
    return [str(program.with_name("sortloop.exe") if sys.platform == "win32" else program), *words]


@dataclass(frozen=True)
class Plant:
    """One bucket with all that works on it; services are made when they are first asked for."""

    store: ObjectStore
    home: Path
    """The whole program's folder."""
    folder: Path
    """This bucket's part of it."""
    settings: Settings
    labeller: str

    @cached_property
    def catalog(self) -> Catalog:
        """The index of the bucket."""
        return Catalog(self.folder / "catalog.sqlite")

    @cached_property
    def journal(self) -> Journal:
        """The decisions."""
        return Journal(self.folder / "journal.sqlite", now_ms, new_id)

    @cached_property
    def chronicle(self) -> "Chronicle":
        """The history of all labellers."""
        from desktop.core.chronicle import Chronicle  # noqa: PLC0415

        return Chronicle(self.folder / "history.sqlite")

    @cached_property
    def pictures(self) -> "Pictures":
        """The bytes of images."""
        from desktop.core.pictures import Pictures  # noqa: PLC0415
        from desktop.local.thumbnails import PENCIL, look, shrink  # noqa: PLC0415

        quota_bytes = int(self.settings.cache.quota_gb * (1 << 30))
        folder = self.folder / "pictures"
        return Pictures(self.store, self.catalog, folder, look=look, shrink=shrink, pencil=PENCIL, quota_bytes=quota_bytes)

    @cached_property
    def registry(self) -> "Registry":
        """The models."""
        from desktop.core.registry import Registry  # noqa: PLC0415

        return Registry(self.store, self.folder / "models")

    @cached_property
    def training(self) -> "Training":
        """The runs."""
        from desktop.core.training import Training  # noqa: PLC0415
        from desktop.local.trainer import ProcessTrainer  # noqa: PLC0415

        child, threads = own_command("worker-train"), self.settings.training.threads
        trainer = ProcessTrainer(self.home / "runs", self.home / "features", child, threads)
        return Training(self.store, self.pictures, self.registry, trainer, now_ms, new_id)

    @cached_property
    def fleet(self) -> Fleet:
        """The devices."""
        from desktop.local.fleet import BucketFleet  # noqa: PLC0415

        return BucketFleet(self.store, now_ms)

    @cached_property
    def release(self) -> "Release":
        """The deployments."""
        from desktop.core.release import Release  # noqa: PLC0415

        return Release(self.store, self.fleet, now_ms, new_id)

    @cached_property
    def measurement(self) -> "Measurement":
        """The models at work on this computer."""
        from desktop.core.measurement import Measurement  # noqa: PLC0415
        from desktop.ml.features import Picture  # noqa: PLC0415
        from desktop.ml.scorer import Scorer  # noqa: PLC0415

        scorer = Scorer(self.home / "features", self.settings.training.threads)
        return Measurement(
            self.store,
            self.catalog,
            self.pictures,
            self.registry,
            lambda bundle, files, progress, cancel: scorer.score(
                bundle, [Picture(path, sha256) for path, sha256 in files], progress, cancel
            ).by_sha256(),
        )

    @cached_property
    def retraining(self) -> "Retraining":
        """From labels to a measured model."""
        from desktop.core.retraining import Retraining  # noqa: PLC0415

        return Retraining(self.measurement, self.training, self.release)

    @cached_property
    def comparison(self) -> "Comparison":
        """The gate and its attempts."""
        from desktop.core.comparison import Comparison  # noqa: PLC0415

        return Comparison(self.store, self.measurement, self.registry, self.release, self.settings.gate, now_ms)

    def taxonomy(self) -> Taxonomy:
        """Give the classes in the bucket, the five of the post where there are none yet; out of reach, those seen last."""
        try:
            found = load_taxonomy(self.store) or default_taxonomy()
        except OfflineError:
            seen = self.catalog.fact(_CLASSES)
            if seen is None:
                raise
            return load(Taxonomy, seen)
        seen = dump(found).decode()
        if self.catalog.fact(_CLASSES) != seen:
            self.catalog.set_fact(_CLASSES, seen)
        return found

    def survey(self, folder: Path) -> "Contents":
        """Tell what :meth:`take_in` would bring."""
        from desktop.core.importing import survey  # noqa: PLC0415

        return survey(self.store, folder)

    def take_in(self, folder: Path, progress: Progress, cancel: CancelToken) -> "ImportReport":
        """Take the pictures of a folder per class into the base data; folders of other names become classes."""
        from desktop.core.importing import import_folder  # noqa: PLC0415
        from desktop.local.thumbnails import look  # noqa: PLC0415

        return import_folder(self.store, folder, look=look, add_classes=True, progress=progress, cancel=cancel)

    def close(self) -> None:
        """Let the files go that were opened."""
        for name in ("catalog", "journal", "chronicle", "pictures"):
            if name in self.__dict__:
                getattr(self, name).close()

    def tidy(self) -> None:
        """Once a day, look after a folder: what was moved by hand gets its metadata, what killed programs left is removed."""
        since_ms = now_ms() - int(self.catalog.fact(_TIDIED) or 0)
        if isinstance(self.store, FolderStore) and not 0 <= since_ms < _DAY_MS:
            self.store.sweep()
            self.catalog.set_fact(_TIDIED, str(now_ms()))

    def deliver(self, progress: Progress, cancel: CancelToken, *, flush: bool = True) -> "DeliveryReport":
        """Deliver what waits in the journal, or wait while another process on this computer does.

        Returns early, with its reason, when the bucket cannot be reached; what waits stays in the journal.
        """
        from desktop.core.delivery import Delivery, DeliveryReport  # noqa: PLC0415

        lock = FileLock(self.folder / "delivery.lock")
        delivery = Delivery(self.store, self.journal, self.catalog, now_ms)
        deadline = time.monotonic() + _PATIENCE_S
        total = DeliveryReport()
        while True:
            try:
                with lock.acquire(blocking=False):
                    report = delivery.run(progress, cancel, flush=flush)
            except Timeout:
                report = DeliveryReport(waiting=self.journal.waiting())
            total = total.then(report)
            if report.trouble is not None or not report.waiting or time.monotonic() > deadline:
                return total
            cancel.wait(_POLL_S)
            cancel.check()

    def keep_delivering(self, cancel: CancelToken, tell: Callable[[AppError | None], None]) -> "DeliveryReport":
        """Deliver in the background until told to stop, and once more then: what the window's worker process does.

        ``tell`` hears why decisions wait whenever that changes; None once they no longer do.
        """
        from desktop.core.delivery import Delivery, DeliveryReport  # noqa: PLC0415

        lock = FileLock(self.folder / "delivery.lock")
        delivery = Delivery(self.store, self.journal, self.catalog, now_ms)
        total = DeliveryReport()
        told = ""
        self.journal.keep_short()
        while not cancel.cancelled:
            with suppress(Timeout), lock.acquire(blocking=False):
                while not cancel.cancelled:
                    total = total.then(delivery.run(silent, CancelToken()))
                    if (now := str(total.trouble or "")) != told:
                        told = now
                        tell(total.trouble)
                    cancel.wait(_RETRY_S if total.trouble else _POLL_S)
                return total.then(delivery.run(silent, CancelToken(), flush=True))
            cancel.wait(_POLL_S)
        return DeliveryReport(waiting=self.journal.waiting())


def open_plant(bucket: str, home: Path, *, create: bool = False) -> Plant:
    """Open a bucket by its address: a folder, or ``file://…``.

    Raises:
        ConfigError: no address is known, there is no bucket (and ``create`` is off), or it is of a kind not known here.
        OfflineError: there was a bucket, and now there is an empty folder.
    """
    settings = load_settings(home)
    address = bucket or settings.bucket
    if not address:
        raise ConfigError(
            _("No bucket is given."),
            _("Name one with --bucket FOLDER, or put `bucket = …` into {file}.").format(file=home / "settings.toml"),
        )
    root = _folder_of(address) / DEFAULT_PREFIX
    ours = home / "buckets" / hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    if not root.is_dir():
        _make_or_miss(root, create=create, known=ours.is_dir())
    return Plant(FolderStore(root), home, ours, settings, settings.labeller or _system_user())


def _make_or_miss(root: Path, *, create: bool, known: bool) -> None:
    """Make a bucket, or say what is missing; one that was here before and is wholly out of reach may be worked on blindly."""
    folder = root.parent
    if known and not create and folder.is_dir():  # made anew, an empty one would take every decision for lost
        raise OfflineError(
            _("The bucket in {folder} is gone.").format(folder=folder), _("Is its disk or network there? Nothing is lost.")
        )
    if known and not create:
        return
    if not create:
        title = _("The folder {folder} holds no bucket.") if folder.is_dir() else _("The folder {folder} does not exist.")
        raise ConfigError(title.format(folder=folder), _("Check --bucket; `sortloop import` makes a new one."))
    try:
        root.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(_("{path} cannot be made: {error}.").format(path=root, error=error.strerror)) from error


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may be a mere number
        return f"user-{os.getuid()}" if hasattr(os, "getuid") else "user"


def _folder_of(address: str) -> Path:
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if "://" in address:
        raise ConfigError(
            _("“{address}” is not a folder.").format(address=address),
            _("This version works on folders; other buckets come later."),
        )
    return Path(address).expanduser()
