"""A field image's name: ``<ms>_<class>_<confidence>[_<device>_<hash12>].jpg``.

The short form is the post's. Any other image name is accepted too; it only tells nothing.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from edge.contract.classes import NO_CLASS

SLOT_MS = 10_000
"""Captures of one device within one slot share a side."""

TEST_SHARE = 0.2
"""The share of slots that belong to test."""

MAX_MS = 1 << 53
"""No time is later; also what JSON and SQLite hold without loss."""

MAX_NAME_BYTES = 255
"""What file systems allow; a device's name must leave room for the rest."""

_SHORT = re.compile(r"(?P<ms>\d{10,16})_(?P<cls>.+)_(?P<conf>[01](?:\.\d{1,6})?)\.(?:jpe?g|png)\Z", re.IGNORECASE | re.ASCII)
_LONG = re.compile(
    r"(?P<ms>\d{10,16})_(?P<cls>.+)_(?P<conf>[01](?:\.\d{1,6})?)_(?P<device>[^_]+)_(?P<hash>[0-9a-f]{12})\.(?:jpe?g|png)\Z",
    re.IGNORECASE | re.ASCII,
)

_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?\Z", re.IGNORECASE)


class Side(StrEnum):
    """What an image serves for ever: it trains models, or it tests them."""

    TRAIN = "train"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class FieldName:
    """What a name says; None where it is silent."""

    captured_ms: int | None = None
    """Milliseconds since 1970, UTC."""
    predicted: str | None = None
    """The class the device saw; None also where it had no model."""
    confidence: float | None = None
    """0..1; None where there was no prediction."""
    device: str | None = None
    hash12: str | None = None
    """The first 12 hex digits of the uploaded bytes' sha256."""


def parse_name(name: str) -> FieldName:
    """Take a base name apart, from both ends; an unknown form gives an empty answer."""
    match = _LONG.match(name)
    device = unescape_device(match["device"]) if match else None
    short = match or _SHORT.match(name)
    if short is None or float(short["conf"]) > 1 or int(short["ms"]) >= MAX_MS:
        return FieldName()
    silent = short["cls"] == NO_CLASS
    return FieldName(
        captured_ms=int(short["ms"]),
        predicted=None if silent else short["cls"],
        confidence=None if silent else float(short["conf"]),
        device=device,
        hash12=match["hash"].lower() if match else None,
    )


def format_name(captured_ms: int, predicted: str | None, confidence: float | None, device: str, sha256: str) -> str:
    """Give the name of a field image; ``confidence`` is kept to four digits, as in the post."""
    conf = repr(round(float(confidence or 0.0), 4)) if predicted else "0.0"  # NumPy's numbers write themselves otherwise
    return f"{captured_ms:010d}_{predicted or NO_CLASS}_{conf}_{escape_device(device)}_{sha256[:12]}.jpg"


def escape_device(device: str) -> str:
    """Give a device's (or labeller's) name without ``_``, ``:`` and all else that a file name forbids (percent escapes)."""
    text = quote(device, safe="").replace("_", "%5F").replace("~", "%7E")
    if text.endswith("."):
        text = text[:-1] + "%2E"
    return f"%{ord(text[0]):02X}{text[1:]}" if is_reserved(text) else text


def unescape_device(text: str) -> str:
    """Undo :func:`escape_device`."""
    return unquote(text)


def is_reserved(part: str) -> bool:
    """Tell whether Windows keeps a file's name for itself, whatever its ending (``con``, ``nul.jpg`` …)."""
    return bool(_RESERVED.match(part))


def side(name: str) -> Side:
    """Give the side of a field image, the same on every computer, whatever was predicted.

    A hash of the device and the 10-second slot of its capture; of the name where it has no time.
    """
    return side_of(name, parse_name(name))


def side_of(name: str, field: FieldName) -> Side:
    """Give the side of an image whose name was taken apart already."""
    if field.captured_ms is None:
        return _draw(name)
    return slot_side(field.device or "", field.captured_ms)


def slot_side(device: str, captured_ms: int) -> Side:
    """Give the side of the slot that a device's capture falls in."""
    return _draw(f"{device}\n{captured_ms // SLOT_MS}")


def _draw(text: str) -> Side:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return Side.TEST if number < TEST_SHARE * 2**64 else Side.TRAIN
