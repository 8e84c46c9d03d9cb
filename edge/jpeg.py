"""JPEG files as segments: tags are taken out without decoding a pixel.

What stays: the picture, its colour profile and which way is up. What goes: place, time, camera, comments, thumbnails, and
whatever lies behind the end of the picture.
"""

import re
import struct
from collections.abc import Iterator

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""Inside a scan: FF followed by 0 is a byte of data, D0 to D7 restart the decoder (ITU-T T.81, B.1.1).

FF that only fills stays with the scan: looked for from each of them, a megabyte of it would take hours."""
_ORIENTATION = 0x0112


class BadJpeg(ValueError):
    """Bytes that are no whole JPEG; the message is a plain reason."""


def strip_tags(data: bytes) -> bytes:
    """Give a JPEG without its tags but the orientation; done twice, the same.

    Raises:
        BadJpeg: not a JPEG, or cut off.
    """
    if data[:2] != b"\xff\xd8":
        raise BadJpeg("not a JPEG picture" if data else "the file is empty")
    kept, orientation, frame = [b"\xff\xd8"], 1, False
    for marker, part in _parts(data):
        if marker == _APP1 and part[4:10] == b"Exif\0\0":
            orientation = _orientation(part[10:]) or orientation
        frame = frame or marker in _FRAMES
        kept.append(_kept(marker, part))
    if not frame:
        raise BadJpeg("no picture in the file")
    if orientation != 1:
        jfif = 2 if len(kept) > 1 and kept[1][:2] == b"\xff\xe0" else 1  # JFIF wants to be first
        kept.insert(jfif, _exif(orientation))
    return b"".join(kept)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give each segment with its marker; a scan's data belongs to its header."""
    at = 2
    while True:
        found = _MARKER.match(data, at)
        if found is None:
            raise BadJpeg("the picture is cut off" if at >= len(data) - 1 else "the picture is damaged")
        marker, start = found[1][0], found.end() - 2
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        end = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
        if end > len(data) or end < found.end() + 2:
            raise BadJpeg("the picture is cut off" if end > len(data) else "the picture is damaged")
        if marker == _SOS:
            behind = _SCAN_END.search(data, end)
            if behind is None:
                raise BadJpeg("the picture is cut off")
            end = behind.start()
        yield marker, data[start:end]
        at = end


def _kept(marker: int, part: bytes) -> bytes:
    """Give what stays of a segment."""
    if marker == _APP0 and part[4:9] == b"JFIF\0" and len(part) >= 18:
        return part[:2] + b"\0\x10" + part[4:16] + b"\0\0"  # without its thumbnail
    if marker == _APP2 and part[4:16] == b"ICC_PROFILE\0":
        return part
    if marker == _APP14 and part[4:9] == b"Adobe":
        return part  # says how the colours are coded
    return b"" if _APP0 <= marker <= _APP15 or marker == _COM else part


def _orientation(tiff: bytes) -> int | None:
    """Read the orientation out of EXIF's first directory; None if there is none that makes sense."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for index in range(count):
            tag, kind, number, value = struct.unpack_from(f"{order}HHIH", tiff, directory + 2 + 12 * index)
            if tag == _ORIENTATION and (kind, number) == (3, 1) and 1 <= value <= 8:
                return int(value)
    except struct.error:
        return None
    return None


def _exif(orientation: int) -> bytes:
    """Give the smallest EXIF segment that says which way is up."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
