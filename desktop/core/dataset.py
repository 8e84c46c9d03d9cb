"""Labelled images frozen into an immutable manifest: what trains, what tests, and what was left out and why.

The manifest's lines are Ground-Truth compatible (single-label image classification); readers find an image by name and
sha256, so that relabelling and moving break nothing.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from desktop.core.bursts import BURST_MS, bursts
from desktop.core.catalog import Known
from desktop.core.errors import ConfigError, ConflictError
from desktop.core.images import Image, image_of
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.taxonomy import Taxonomy
from desktop.core.texts import _
from edge.contract.keys import DATASETS, Area
from edge.contract.metadata import Reason
from edge.contract.names import Side
from edge.contract.records import canonical_json, dump, load
from edge.fingerprint import DHASH_BURST, PHASH_TWIN

_LAST_MS = 253_402_300_799_000
"""The end of the year 9999, the last that a date can be written of; a name may claim any time."""
_PAIRS = 1 << 22
"""Fingerprints compared at once: 32 MB of differences, however many pictures there are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled image of a dataset."""

    key: str
    """Where it lay when it was frozen."""
    etag: str
    name: str
    sha256: str
    label: str
    burst: str
    blind: bool = False
    """Labelled without suggestion, by a move of ours."""
    chance: bool = False
    """Sent by chance alone."""
    captured_ms: int | None = None
    labelled_ms: int | None = None
    labeller: str | None = None

    @property
    def image(self) -> Image:
        """The image itself, to fetch its bytes."""
        found = image_of(self.key, self.etag, 0, 0)
        assert found is not None, self.key  # noqa: S101 - only images of the loop are frozen
        return found

    @property
    def counts(self) -> bool:
        """Whether the gate may use it (if it is a test image)."""
        return self.blind and self.chance


@dataclass(frozen=True, slots=True)
class Dataset:
    """A frozen dataset; its id is a digest of its lines."""

    id: str
    classes: tuple[str, ...]
    train: tuple[Entry, ...]
    test: tuple[Entry, ...]
    """Field images of the test side."""
    base_test: tuple[Entry, ...]
    """Base pictures of the test side, reported apart."""
    left_out: dict[str, int]
    """Reason → number."""


@dataclass(frozen=True, slots=True)
class Summary:
    """``datasets/<id>/dataset.json``."""

    id: str
    classes: tuple[str, ...]
    train: dict[str, int]
    """Images a class."""
    test: dict[str, int]
    base_test: dict[str, int]
    left_out: dict[str, int]


def freeze(known: Sequence[Known], taxonomy: Taxonomy, twins: Iterable[str] = ()) -> Dataset:
    """Freeze the labelled and base images among ``known``; raw ones of the test side only keep their likenesses out of train.

    ``twins`` are base names that lie in two places; they are left out until somebody settles them.
    """
    left_out: Counter[str] = Counter()
    double = set(twins)
    burst_of = bursts([one.image for one in known])
    train: list[tuple[Known, Entry]] = []
    test: list[Entry] = []
    base_test: list[Entry] = []
    tests = [one for one in known if one.image.side is Side.TEST and one.content is not None]
    for one in sorted(known, key=_name):  # not by key: a picture moved between merged classes makes no new dataset
        image = one.image
        if image.area not in (Area.LABELED, Area.BASE):
            continue
        reason = _objection(one, taxonomy, double)
        if reason is not None:
            left_out[reason] += 1
            continue
        entry = _entry(one, taxonomy, burst_of[image.key])
        if image.side is Side.TRAIN:
            train.append((one, entry))
        else:
            (base_test if image.area is Area.BASE else test).append(entry)
    clear = _without_contradictions(_without_likenesses(train, tests, left_out), left_out)
    return _dataset(taxonomy, clear, test, base_test, left_out)


def check_trainable(dataset: Dataset) -> None:
    """Raise ConfigError unless there are two classes or more, and each has a picture to train on."""
    counts = Counter(entry.label for entry in dataset.train)
    empty = [cls for cls in dataset.classes if not counts[cls]]
    if empty or len(dataset.classes) < 2:
        left = ", ".join(f"{reason}: {count}" for reason, count in dataset.left_out.items())
        hint = _("Import some with `sortloop import`, or sort some into these classes.")
        raise ConfigError(
            _("No pictures to train on for: {classes}.").format(classes=", ".join(empty) or _("any class")),
            _("{hint} Left out: {left}.").format(hint=hint, left=left) if left else hint,
        )


def save_dataset(store: ObjectStore, dataset: Dataset) -> None:
    """Write a dataset's manifests, the summary last; what is there already is left alone."""
    parts = {"train": dataset.train, "test": dataset.test, "base_test": dataset.base_test}
    for part, entries in parts.items():
        with suppress(ConflictError):
            store.put(f"{DATASETS}{dataset.id}/{part}.jsonl", b"".join(_lines(store.url, dataset.classes, entries)), match=ABSENT)
    with suppress(ConflictError):
        store.put(f"{DATASETS}{dataset.id}/dataset.json", dump(summary(dataset)), match=ABSENT)


def load_summary(store: ObjectStore, dataset: str) -> Summary:
    """Give a dataset's counts.

    Raises:
        NotFoundError: there is no such dataset.
    """
    return load(Summary, store.get(f"{DATASETS}{dataset}/dataset.json").body)


def load_tests(store: ObjectStore, dataset: str, known: Iterable[Known]) -> Dataset:
    """Give a frozen dataset's test pictures again, each where it lies now; what was erased or changed since is left out.

    What it trained on is not read: ``train`` is empty.

    Raises:
        NotFoundError: there is no such dataset.
    """
    told = load_summary(store, dataset)
    where = {(_name(one), one.content.sha256): one.image for one in known if one.content is not None}

    def part(name: str) -> Iterator[Entry]:
        for line in store.get(f"{DATASETS}{dataset}/{name}.jsonl").body.splitlines():
            record = json.loads(line)
            image = where.get((record["name"], record["sha256"]))
            if image is not None:
                yield Entry(
                    image.key, image.etag, record["name"], record["sha256"], told.classes[record["label"]], record["burst"],
                    record["blind"], record["chance"], image.captured_ms,
                )  # fmt: skip

    return Dataset(dataset, told.classes, (), tuple(part("test")), tuple(part("base_test")), told.left_out)


def summary(dataset: Dataset) -> Summary:
    """Give a dataset's counts by class."""
    return Summary(
        dataset.id,
        dataset.classes,
        _by_class(dataset.train),
        _by_class(dataset.test),
        _by_class(dataset.base_test),
        dataset.left_out,
    )


def test_digest(entries: Iterable[Entry]) -> str:
    """Give the digest of a test set: which pictures, with which labels."""
    lines = sorted(f"{entry.sha256} {entry.label}" for entry in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _by_class(entries: Iterable[Entry]) -> dict[str, int]:
    return dict(sorted(Counter(entry.label for entry in entries).items()))


def _name(one: Known) -> str:
    """Give the name an image keeps for ever; base pictures go by their whole key."""
    return one.image.key if one.image.area is Area.BASE else one.image.name


def _objection(one: Known, taxonomy: Taxonomy, double: set[str]) -> str | None:
    if one.image.area is not Area.BASE and one.image.name in double:
        return "in two places"
    cls = taxonomy.resolve(one.image.cls or "")
    if cls not in taxonomy.active():
        return "unknown class" if cls is None else "retired class"
    if one.content is None:
        return "not fetched"
    return "cannot be decoded" if one.content.problem is not None else None


def _entry(one: Known, taxonomy: Taxonomy, burst: str) -> Entry:
    image, content, label = one.image, one.content, one.label
    return Entry(
        key=image.key,
        etag=image.etag,
        name=_name(one),
        sha256=content.sha256 if content else "",
        label=taxonomy.resolve(image.cls or "") or "",
        burst=burst,
        blind=bool(label and label.blind),
        chance=bool(content and content.reason == Reason.CHANCE),
        captured_ms=image.captured_ms,
        labelled_ms=label.labelled_ms if label else None,
        labeller=label.labeller if label else None,
    )


def _without_likenesses(
    train: list[tuple[Known, Entry]], tests: list[Known], left_out: Counter[str]
) -> list[tuple[Known, Entry]]:
    """Leave out what is nearly a test image: pHash within 4 bits, the same bytes, or the same burst but for the side."""
    same = {one.content.sha256 for one in tests if one.content}
    near = _near_phash([one for one, _entry in train], tests) | _near_in_time([one for one, _entry in train], tests)
    kept = []
    for index, (one, entry) in enumerate(train):
        if entry.sha256 in same or near[index]:
            left_out["like a test picture"] += 1
        else:
            kept.append((one, entry))
    return kept


def _near_phash(train: Sequence[Known], tests: Sequence[Known]) -> NDArray[np.bool_]:
    ours = _hashes([one.content.phash if one.content else None for one in train])
    theirs = _hashes([one.content.phash for one in tests if one.content and one.content.phash is not None])
    near = np.zeros(len(train), dtype=np.bool_)
    if len(theirs):
        rows = max(1, _PAIRS // len(theirs))
        for start in range(0, len(ours), rows):
            bits = np.bitwise_count(ours[start : start + rows, np.newaxis] ^ theirs)
            near[start : start + rows] = (bits <= PHASH_TWIN).any(axis=1)
    return near & np.array([one.content is not None and one.content.phash is not None for one in train], dtype=np.bool_)


def _hashes(numbers: Iterable[int | None]) -> NDArray[np.uint64]:
    return np.array([number or 0 for number in numbers], dtype=np.uint64)


def _near_in_time(train: Sequence[Known], tests: Sequence[Known]) -> NDArray[np.bool_]:
    by_minute: dict[tuple[str | None, int], list[Known]] = {}
    for one in tests:
        if one.image.captured_ms is not None and one.image.dhash is not None:
            by_minute.setdefault((one.image.device, one.image.captured_ms // BURST_MS), []).append(one)
    return np.array([any(_same_burst(one, other) for other in _around(one, by_minute)) for one in train], dtype=np.bool_)


def _around(one: Known, by_minute: dict[tuple[str | None, int], list[Known]]) -> Iterator[Known]:
    if one.image.captured_ms is not None and one.image.dhash is not None:
        minute = one.image.captured_ms // BURST_MS
        for near in (minute - 1, minute, minute + 1):
            yield from by_minute.get((one.image.device, near), ())


def _same_burst(one: Known, other: Known) -> bool:
    apart_ms = abs((one.image.captured_ms or 0) - (other.image.captured_ms or 0))
    bits = ((one.image.dhash or 0) ^ (other.image.dhash or 0)).bit_count()
    return apart_ms <= BURST_MS and bits <= DHASH_BURST


def _without_contradictions(train: list[tuple[Known, Entry]], left_out: Counter[str]) -> list[Entry]:
    """Keep one of pictures that are the same; none where they have different labels: one of them is wrong."""
    labels: dict[str, set[str]] = {}
    for _known, entry in train:
        labels.setdefault(entry.sha256, set()).add(entry.label)
    kept: dict[str, Entry] = {}
    for _known, entry in train:
        if len(labels[entry.sha256]) > 1:
            left_out["same picture, two labels"] += 1
        elif entry.sha256 in kept:
            left_out["same picture twice"] += 1
        else:
            kept[entry.sha256] = entry
    return list(kept.values())


def _dataset(
    taxonomy: Taxonomy, train: list[Entry], test: list[Entry], base_test: list[Entry], left_out: Counter[str]
) -> Dataset:
    classes = taxonomy.active()
    digest = hashlib.sha256()
    for part in (train, test, base_test):
        digest.update(canonical_json([[one.name, one.sha256, one.label, one.blind, one.chance] for one in part]))
    digest.update(canonical_json(classes))
    left = dict(sorted(left_out.items()))
    return Dataset(digest.hexdigest()[:16], classes, tuple(train), tuple(test), tuple(base_test), left)


def _lines(url: str, classes: Sequence[str], entries: Iterable[Entry]) -> Iterator[bytes]:
    for entry in entries:
        made = datetime.fromtimestamp(min(entry.labelled_ms or entry.captured_ms or 0, _LAST_MS) / 1000, UTC)
        yield (
            json.dumps(
                {
                    "source-ref": f"{url}/{entry.key}",
                    "label": classes.index(entry.label),
                    "label-metadata": {
                        "class-name": entry.label,
                        "confidence": 1.0,
                        "type": "groundtruth/image-classification",
                        "human-annotated": "yes",
                        "creation-date": made.isoformat(timespec="seconds").removesuffix("+00:00"),
                        "job-name": "sortloop",
                    },
                    "name": entry.name,
                    "sha256": entry.sha256,
                    "burst": entry.burst,
                    "blind": entry.blind,
                    "chance": entry.chance,
                },
                ensure_ascii=False,
            ).encode()
            + b"\n"
        )
