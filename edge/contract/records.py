"""Frozen dataclasses to JSON and back; what comes from outside is checked field by field."""

import dataclasses
import json
import math
import types
import typing
from typing import Any, TypeVar, Union

T = TypeVar("T")

SCHEMA = 1
"""The schema number of every record written by this version."""


class BadRecord(ValueError):
    """A record that is not what its type says; the message names the field."""


def canonical_json(value: object) -> bytes:
    """Give the one byte form of a JSON value: sorted keys, no spaces, UTF-8, no NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def encode(record: Any) -> dict[str, Any]:
    """Give the JSON object of a dataclass; at the top it carries ``schema``."""
    return {"schema": SCHEMA, **typing.cast("dict[str, Any]", _plain(record))}


def dump(record: Any) -> bytes:
    """Give the canonical JSON bytes of a dataclass, with its schema number."""
    return canonical_json(encode(record))


def decode(kind: type[T], value: object) -> T:
    """Build ``kind`` from a JSON object; unknown fields are left out, so that newer writers may add some.

    Raises:
        BadRecord: a field is missing or of another type, or the schema is newer than ours.
    """
    if not isinstance(value, dict):
        raise BadRecord(f"{kind.__name__}: an object was expected")
    schema = value.get("schema")
    if type(schema) is not int or schema < 1:
        raise BadRecord(f"{kind.__name__}.schema: a positive number was expected")
    if schema > SCHEMA:
        raise BadRecord(f"{kind.__name__}.schema: {schema} is newer than {SCHEMA}, the newest known here")
    return typing.cast("T", _record(kind, value, kind.__name__))


def load(kind: type[T], data: bytes | str) -> T:
    """Build ``kind`` from JSON bytes.

    Raises:
        BadRecord: not JSON, or not this record.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        value = json.loads(text)
        if "\\ud" in text.lower():
            canonical_json(value)  # half a surrogate pair is no text: it could never be written again
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"{kind.__name__}: not JSON ({error})") from error
    return decode(kind, value)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return int(value)  # 1 and 1.0 are one number, and must be one digest (as in RFC 8785)
    return value


def _record(kind: type, value: dict[str, Any], where: str) -> Any:
    hints = typing.get_type_hints(kind)
    arguments = {}
    for field in dataclasses.fields(kind):
        if field.name in value:
            arguments[field.name] = _typed(hints[field.name], value[field.name], f"{where}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise BadRecord(f"{where}.{field.name}: missing")
    try:
        return kind(**arguments)
    except BadRecord:
        raise
    except ValueError as error:
        raise BadRecord(f"{where}: {error}") from error


def _typed(hint: Any, value: Any, where: str) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _either(inner, value, where)
    if origin is tuple and isinstance(value, list) and inner[1:] == (Ellipsis,):
        return tuple(_typed(inner[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if origin is tuple and isinstance(value, list) and len(inner) == len(value):
        return tuple(_typed(part, item, f"{where}[{index}]") for index, (part, item) in enumerate(zip(inner, value, strict=True)))
    if origin is dict and isinstance(value, dict):
        return {key: _typed(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _record(typing.cast("type", hint), value, where)
    if hint is float and type(value) in (int, float) and _is_finite(value):
        return float(value)
    if hint in (str, int, bool) and type(value) is hint:
        return value
    if hint is type(None) and value is None:
        return None
    name = getattr(hint, "__name__", str(hint)) if origin is None else str(hint)
    raise BadRecord(f"{where}: {name} was expected")


def _either(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    reasons = []
    for hint in hints:
        try:
            return _typed(hint, value, where)
        except BadRecord as error:
            reasons.append(error)
    raise reasons[0]  # the others are "or nothing"


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number of 400 digits
        return False
