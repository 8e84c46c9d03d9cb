"""Where things lie in the bucket. Every key here is relative to the bucket's path P."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from edge.contract.names import escape_device, is_reserved

DEFAULT_PREFIX = "image-classification"
"""P where an address names none: the post's folder."""

RAW = "raw_field_data/"
LABELED = "labeled_field_data/"
DISCARDED = "discarded_field_data/"
BASE = "base_data/"
CLASSES = "classes.json"
HISTORY = "history/"
DATASETS = "datasets/"
MODELS = "models/"
BLOBS = "blobs/"
CLAIMS = "claims/"
FLEET = "fleet/"
RUNS = "runs/"
DEPLOYMENTS = "deployments/"
ATTEMPTS = "attempts/"
ERASED = "erased/"
FLEET_GROUPS = "fleet/groups.json"
PLACEHOLDER = "empty.tmp"
"""The post seeds each class folder with it; ignored and kept."""

ABSENT = "*"
"""The condition "only if there is nothing yet", where an ETag would stand."""

MAX_KEY_BYTES = 1024
"""S3's limit for a whole key."""

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\\<>:"|?*]')


class BadKey(ValueError):
    """A key that must not reach a file system, with the reason."""


class Area(StrEnum):
    """The part of the bucket that an image lies in; where it lies is its label."""

    RAW = "raw"
    LABELED = "labeled"
    DISCARDED = "discarded"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Place:
    """An image's key taken apart."""

    area: Area
    cls: str | None
    """The class it is sorted under; None in raw and discarded."""
    name: str
    """The base name; a base picture may keep a path below its class."""


def check_key(key: str) -> str:
    """Give the key back if it is fit for every store and file system.

    Raises:
        BadKey: ``..``, a backslash, a drive letter, a control character, a name Windows forbids, over 1,024 bytes, and so on.
    """
    reason = key_problem(key)
    if reason is not None:
        raise BadKey(f"{key[:80]!r}: {reason}")
    return key


def key_problem(key: str) -> str | None:
    """Tell why a key is refused, or None if it is not."""
    try:
        length = len(key.encode())
    except UnicodeEncodeError:
        return "not valid Unicode"
    if not 0 < length <= MAX_KEY_BYTES:
        return f"a key has 1 to {MAX_KEY_BYTES} bytes"
    if _FORBIDDEN.search(key):
        return "a character that some file systems forbid"
    for part in key.split("/"):
        if part in ("", ".", ".."):
            return "an empty or dotted part"
        if part[-1] in ". " or part[0] == " ":
            return "a part that begins with a space or ends in a dot or a space"
        if is_reserved(part):
            return "a name that Windows keeps for itself"
    return None


def fold(key: str) -> str:
    """Give what two keys share if they differ only in case or in Unicode composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", key).casefold())


def is_image(name: str) -> bool:
    """Tell whether a name has an image's ending."""
    return name.lower().endswith(IMAGE_SUFFIXES)


def locate(key: str) -> Place | None:
    """Take an image's key apart; None for anything that is not an image of the loop."""
    if key_problem(key) is not None or not is_image(key):
        return None
    for prefix, area in ((RAW, Area.RAW), (DISCARDED, Area.DISCARDED)):
        if key.startswith(prefix):
            name = key[len(prefix) :]
            return Place(area, None, name) if "/" not in name else None
    for prefix, area in ((LABELED, Area.LABELED), (BASE, Area.BASE)):
        if key.startswith(prefix):
            cls, slash, name = key[len(prefix) :].partition("/")
            if slash and (area is Area.BASE or "/" not in name):
                return Place(area, cls, name)
    return None


def key_of(area: Area, name: str, cls: str | None = None) -> str:
    """Give the key of an image in an area (and class).

    Raises:
        BadKey: the name is not fit for a key.
    """
    prefix = {Area.RAW: RAW, Area.LABELED: LABELED, Area.DISCARDED: DISCARDED, Area.BASE: BASE}[area]
    return check_key(f"{prefix}{cls}/{name}" if cls else f"{prefix}{name}")


def claim_key(name: str) -> str:
    """Give the key of the claim on an image."""
    return check_key(f"{CLAIMS}{name}")


def manifest_key(model_id: str) -> str:
    """Give the key of a model's manifest."""
    return f"{MODELS}{model_id}/model.json"


def evaluation_key(model_id: str, dataset_id: str) -> str:
    """Give the key of a model's evaluation on a dataset."""
    return f"{MODELS}{model_id}/evaluations/{dataset_id}.json"


def blob_key(sha256: str) -> str:
    """Give the key of a file by its digest."""
    return f"{BLOBS}{sha256}"


def desired_key(device: str) -> str:
    """Give the key of what a device should run."""
    return check_key(f"{FLEET}{escape_device(device)}/desired.json")


def reported_key(device: str) -> str:
    """Give the key of what a device says it runs."""
    return check_key(f"{FLEET}{escape_device(device)}/reported.json")


def stats_key(device: str, day: str) -> str:
    """Give the key of a device's statistics of one day (``2026-11-24``, UTC)."""
    return check_key(f"{FLEET}{escape_device(device)}/stats/{day}.json")


def segment_key(labeller: str, day: str, ulid: str) -> str:
    """Give the key of one segment of a labeller's history."""
    return check_key(f"{HISTORY}{escape_device(labeller)}/{day}/{ulid}.jsonl")
