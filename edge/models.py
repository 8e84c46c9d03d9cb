"""Which model answers: the one that the bucket asks for, once it has been fetched, checked and confirmed by live pictures.

    desired ─→ fetch ─→ check (a process of its own) ─→ load ─→ in use, on trial ─→ confirmed
                  └ later, again   └ refused: the old one answers on  └ returned: the old one is back

Where a device stands is one small file, replaced whole: a power cut leaves the old model or the new one. A model that was
refused or has gone back is tried again only by a new order: another ``desired`` than the last one acted on, whose revision is
higher unless the bucket is a new one.
"""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from edge.check import CheckInterrupted
from edge.classifier import BadModel
from edge.complaint import Complaint
from edge.contract.bundle import Thresholds
from edge.contract.fleet import Desired, DeviceGroups, DeviceState
from edge.contract.keys import FLEET_GROUPS, desired_key
from edge.contract.records import BadRecord, load
from edge.fetching import ModelFolder, NotYet
from edge.ports import Classifier, Uplink, UplinkError
from edge.standing import Standing, read_standing, write_standing

STARTS = 2
"""How often a program may start and end badly with a model on trial before the model is blamed."""
_MAX_DESIRED_BYTES = 1 << 20
_ID = re.compile(r"[0-9a-f]{64}\Z")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InUse:
    """What answers now."""

    classifier: Classifier | None
    thresholds: Thresholds


Load = Callable[[Path], tuple[Classifier, Thresholds]]
"""Loads a bundle; gives also its manifest's thresholds. Raises BadModel."""


def _nothing() -> None:
    """Tell nobody."""


def _no_step(_name: str) -> None:
    """Do nothing where a test may stop the program."""


class Models:
    """The model of one device. :meth:`update` belongs to one thread, the rest to any."""

    def __init__(
        self,
        device: str,
        uplink: Uplink,
        folder: ModelFolder,
        file: Path,
        *,
        check: Callable[[Path], None],
        load: Load,
        confirm: int = 20,
        announce: Callable[[], None] = _nothing,
        step: Callable[[str], None] = _no_step,
    ) -> None:
        """Take up where the last program stood.

        Args:
            device: Its name.
            uplink: Where orders come from.
            folder: The models on the disk.
            file: Where the standing is kept.
            check: Tries a bundle apart (``edge.check``).
            load: Loads one.
            confirm: Live pictures on trial.
            announce: Called by :meth:`update` when a fetch begins.
            step: Called before each step that a power cut might follow.
        """
        self.changed = threading.Event()
        """Set whenever there is something new to report."""
        self._device, self._uplink, self._folder, self._file = device, uplink, folder, file
        self._check, self._load, self._confirm = check, load, confirm
        self._announce, self._step = announce, step
        self._lock = threading.RLock()
        self._fetching: str | None = None
        self._complaint = Complaint(_log)
        self._manifest_thresholds = Thresholds()
        self._standing = read_standing(file)
        self._in_use = InUse(None, Thresholds())
        self._start()

    @property
    def in_use(self) -> InUse:
        """What answers now."""
        return self._in_use

    @property
    def standing(self) -> Standing:
        """Where the device stands; the reason also says why a model on its way takes long, or that an order cannot be read."""
        with self._lock:
            if self._fetching is not None:
                return replace(self._standing, state=DeviceState.FETCHING, reason=self._fetching)
            return replace(self._standing, reason=self._complaint.text or self._standing.reason)

    def update(self) -> None:
        """Look what the device should run, and bring it into use.

        Raises:
            UplinkError: the bucket is out of reach; what was in use still is.
        """
        desired = self._desired()
        if desired is None or desired == self._standing.order:
            self._set_fetching(None)
        elif desired.model is None:
            self._accept(desired, None)
        elif desired.model == self._standing.model:
            self._stay(desired)
        else:
            self._install(desired, desired.model)

    def went_well(self, classifier: Classifier) -> None:
        """Count a live picture that this classifier has answered; enough of them confirm a model on trial."""
        with self._lock:
            if not self._on_trial or classifier is not self._in_use.classifier:
                return
            self._standing = replace(self._standing, confirmed=self._standing.confirmed + 1)
            if self._standing.confirmed >= self._confirm:
                self._confirmed()

    def failed(self, classifier: Classifier, reason: str) -> bool:
        """Tell that a model failed on a live picture; on trial it is replaced at once by the one before, which gives True."""
        with self._lock:
            if classifier is not self._in_use.classifier:
                return True
            if not self._on_trial:
                return False
            self._go_back(reason)
            return True

    def close(self) -> None:
        """Note that the program ended well."""
        with self._lock:
            if self._on_trial:
                self._save(replace(self._standing, starts=0))

    @property
    def _on_trial(self) -> bool:
        return self._standing.on_trial

    def _start(self) -> None:
        standing = self._standing
        if self._on_trial and standing.starts >= STARTS:
            self._go_back(f"the program ended badly {standing.starts} times with it")
            return
        if self._on_trial:
            self._save(replace(standing, starts=standing.starts + 1))
        if standing.model is None:
            return
        try:
            self._use(*self._load(self._folder.path(standing.model)))
        except BadModel as error:
            if not self._on_trial:  # damaged on the disk since; fetched again as if it were new
                self._folder.remove(standing.model)
                self._standing = replace(self._standing, order=None)
            self._go_back(str(error))

    def _desired(self) -> Desired | None:
        own = self._uplink.get(desired_key(self._device), _MAX_DESIRED_BYTES)
        groups = None if own is not None else self._uplink.get(FLEET_GROUPS, _MAX_DESIRED_BYTES)
        try:
            if own is not None:
                desired: Desired | None = load(Desired, own)
            else:
                desired = None if groups is None else load(DeviceGroups, groups).default
        except BadRecord as error:
            self._complaint.tell(f"what this device should run cannot be read: {error}")
            return None
        self._complaint.clear()
        return desired

    def _stay(self, desired: Desired) -> None:
        """Act on an order for the model that is in use already: its thresholds may be others."""
        with self._lock:
            self._fetching = None
            state = DeviceState.CONFIRMING if self._on_trial else DeviceState.RUNNING
            self._save(replace(self._standing, order=desired, thresholds=desired.thresholds, state=state, reason=""))
            if self._in_use.classifier is not None:
                self._use(self._in_use.classifier, self._manifest_thresholds)
            self._tidy()

    def _install(self, desired: Desired, model: str) -> None:
        if self._fetching is None:
            self._set_fetching("")
            self._announce()
        try:
            if not _ID.match(model):
                raise BadModel(f"{model[:80]!r} is no model's id")
            path = self._folder.fetch(model)
            self._check(path)
            self._accept(desired, self._load(path))
        except (NotYet, UplinkError) as error:
            if str(error) != self._fetching:
                _log.warning("model %s is not here yet: %s", model[:8], error)
            self._set_fetching(str(error))
        except CheckInterrupted:
            return
        except BadModel as error:
            _log.error("model %s is refused: %s", model[:8], error)
            with self._lock:
                self._fetching = None
                self._save(replace(self._standing, state=DeviceState.REFUSED, order=desired, reason=str(error)))
                self._tidy()

    def _accept(self, desired: Desired, loaded: tuple[Classifier, Thresholds] | None) -> None:
        """Bring a checked model, or none, into use."""
        with self._lock:
            old = self._standing
            # A model that is itself on trial is nothing to go back to.
            good, good_thresholds = (old.previous, old.previous_thresholds) if self._on_trial else (old.model, old.thresholds)
            known = loaded is None or desired.model == good
            self._step("swap")
            self._fetching = None
            self._save(
                Standing(
                    state=DeviceState.NO_MODEL if loaded is None else DeviceState.RUNNING if known else DeviceState.CONFIRMING,
                    model=desired.model,
                    previous=None if desired.model == good else good,
                    order=desired,
                    thresholds=desired.thresholds,
                    previous_thresholds=None if desired.model == good else good_thresholds,
                    on_trial=not known,
                    starts=0 if known else 1,
                )
            )
            self._step("swapped")
            self._in_use = InUse(None, Thresholds())
            if loaded is not None:
                self._use(*loaded)
            _log.info("model %s is in use", (desired.model or "none")[:8])
            if self._on_trial and self._confirm == 0:
                self._confirmed()
            self._tidy()

    def _confirmed(self) -> None:
        _log.info("model %s is confirmed", (self._standing.model or "")[:8])
        # A later order may have been refused meanwhile; that stays the last word.
        state = DeviceState.RUNNING if self._standing.state == DeviceState.CONFIRMING else self._standing.state
        self._save(replace(self._standing, state=state, on_trial=False, starts=0))

    def _go_back(self, reason: str) -> None:
        bad, good = self._standing.model, self._standing.previous
        loaded = None
        if good is not None:
            try:
                loaded = self._load(self._folder.path(good))
            except BadModel as error:
                reason, good = f"{reason}; the model before it cannot be used either: {error}", None
        _log.error("model %s went wrong, back to %s: %s", (bad or "")[:8], (good or "none")[:8], reason)
        self._step("back")
        self._save(
            Standing(
                state=DeviceState.RETURNED,
                model=good,
                order=self._standing.order,
                reason=reason,
                thresholds=self._standing.previous_thresholds,
            )
        )
        self._in_use = InUse(None, Thresholds())
        if loaded is not None:
            self._use(*loaded)

    def _use(self, classifier: Classifier, thresholds: Thresholds) -> None:
        self._manifest_thresholds = thresholds
        self._in_use = InUse(classifier, self._standing.thresholds or thresholds)

    def _tidy(self) -> None:
        self._folder.keep(model for model in (self._standing.model, self._standing.previous) if model is not None)

    def _set_fetching(self, reason: str | None) -> None:
        with self._lock:
            if self._fetching != reason:
                self._fetching = reason
                self.changed.set()

    def _save(self, standing: Standing) -> None:
        """Note where the device stands, on the disk first."""
        self.changed.set()
        try:
            write_standing(self._file, standing)
        except OSError as error:
            _log.error("%s cannot be written (%s); a restart would know the old state", self._file, error.strerror or error)
        self._standing = standing
