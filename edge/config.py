"""What a device is told at its start: one TOML file, or the few options of the command line over it.

    bucket = "/srv/plant"                     # a folder (its objects lie below image-classification/)
    camera = "folder:///var/pictures?watch=1" # see edge.camera
    device = "press-hall-3"                   # default: the thing's name, else the computer's
    home = "/var/lib/sortloop"                # spool, models, state; default: one a device and bucket

    [sampling]
    preset = "balanced"                       # or "thresholds", as in the post
    test_chance = 0.25                        # of a picture in a test slot to be sent home

Numbers may come as strings too: a Greengrass nucleus merges them so. Every message names the key.
"""

import dataclasses
import hashlib
import math
import os
import platform
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from edge.contract.classes import MAX_ID_LENGTH
from edge.contract.keys import DEFAULT_PREFIX
from edge.contract.names import MAX_MS, MAX_NAME_BYTES, escape_device, format_name
from edge.sampling import Policy

T = TypeVar("T")

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


class ConfigError(ValueError):
    """A setting that makes no sense; the message begins with its key."""


@dataclass(frozen=True, slots=True)
class SpoolConfig:
    """How much may wait for the uplink."""

    quota_bytes: int = 512 << 20
    max_records: int = 20_000
    free_bytes: int = 200 << 20
    """So much of the disk is left to others."""

    def __post_init__(self) -> None:
        _at_least(0, quota_bytes=self.quota_bytes, max_records=self.max_records, free_bytes=self.free_bytes)


@dataclass(frozen=True, slots=True)
class UploadConfig:
    """The pace of the uploader: after the n-th failure in a row it waits a random time up to ``retry_s`` · 2ⁿ."""

    retry_s: float = 2.0
    retry_max_s: float = 300.0
    drain_s: float = 30.0
    """How long a program that ends waits for what it has just spooled to reach the bucket."""

    def __post_init__(self) -> None:
        _at_least(0.0, retry_s=self.retry_s, retry_max_s=self.retry_max_s, drain_s=self.drain_s)


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """How a new model comes into use."""

    poll_s: float = 15.0
    """How often the device looks what it should run."""
    confirm: int = 20
    """Live pictures that a new model must answer before the old one is let go."""
    check_timeout_s: float = 120.0
    max_bytes: int = 1 << 30
    """Of all files of one model."""
    threads: int = 1

    def __post_init__(self) -> None:
        _at_least(0, confirm=self.confirm, max_bytes=self.max_bytes)
        _at_least(0.01, poll_s=self.poll_s, check_timeout_s=self.check_timeout_s)
        _at_least(1, threads=self.threads)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one device."""

    bucket: str = ""
    camera: str = ""
    device: str = ""
    home: str = ""
    interval_s: float | None = None
    """Between two captures; None: the camera's own pace (a replay goes as fast as it is answered)."""
    report_s: float = 60.0
    """How often ``reported.json`` and the statistics are written when nothing special happens."""
    sampling: Policy = field(default_factory=Policy)
    spool: SpoolConfig = field(default_factory=SpoolConfig)
    upload: UploadConfig = field(default_factory=UploadConfig)
    models: ModelConfig = field(default_factory=ModelConfig)

    def __post_init__(self) -> None:
        _at_least(0.0, interval_s=self.interval_s or 0.0)
        _at_least(0.01, report_s=self.report_s)
        longest = format_name(MAX_MS, "x" * MAX_ID_LENGTH, 0.1234, self.device_name, "0" * 64)
        if len(longest) > MAX_NAME_BYTES:
            raise ConfigError(f"device: too long by {len(longest) - MAX_NAME_BYTES} bytes; it stands in every picture's name")

    @property
    def device_name(self) -> str:
        """The configured name, else the thing's, else the computer's."""
        return self.device or os.environ.get("AWS_IOT_THING_NAME") or platform.node() or "device"

    @property
    def home_folder(self) -> Path:
        """The configured folder, else one a device and bucket in the user's data folder: no picture goes to another plant."""
        if self.home:
            return Path(self.home).expanduser()
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        bucket = os.path.abspath(os.path.expanduser(self.bucket.removeprefix("file://"))) if self.bucket else ""
        return Path(data) / "sortloop-edge" / escape_device(self.device_name) / hashlib.sha256(bucket.encode()).hexdigest()[:12]

    @property
    def bucket_folder(self) -> Path:
        """The folder that the keys are relative to.

        Raises:
            ConfigError: no bucket, or one that is no folder.
        """
        if not self.bucket:
            raise ConfigError("bucket: missing; name a folder, in the file or with --bucket")
        path = self.bucket.removeprefix("file://")
        if "://" in path:
            raise ConfigError(f"bucket: {self.bucket!r} is not a folder; this version works on folders")
        return Path(path).expanduser().absolute() / DEFAULT_PREFIX


def load_config(path: Path | None, options: Mapping[str, Any]) -> Config:
    """Give the settings of a file, if any, with the options that are set (not None) over them.

    Raises:
        ConfigError: the file cannot be read, or a key is unknown or makes no sense.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
        except ValueError as error:  # TOML's and UTF-8's alike
            raise ConfigError(f"{path}: not TOML ({error})") from error
    return parse_config({**values, **{key: value for key, value in options.items() if value is not None}})


def parse_config(values: Mapping[str, Any]) -> Config:
    """Give the settings of a mapping.

    Raises:
        ConfigError: a key is unknown or makes no sense.
    """
    return _section(Config, values, "")


def _section(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    hints = typing.get_type_hints(kind)
    known = [each.name for each in dataclasses.fields(typing.cast("Any", kind))]
    for key in values:
        if key not in known:
            raise ConfigError(f"{where}{key}: unknown; known are {', '.join(known)}")
    arguments = {key: _value(hints[key], value, f"{where}{key}") for key, value in values.items()}
    try:
        return kind(**arguments)
    except ConfigError:
        raise
    except ValueError as error:  # begins with the field's name
        raise ConfigError(f"{where}{error}") from error


def _value(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where}: a table was expected")
        return _section(typing.cast("type[Any]", hint), value, f"{where}.")
    allowed = typing.get_args(hint) or (hint,)
    if value is None and type(None) in allowed:
        return None
    wanted = allowed[0]
    if wanted is str and isinstance(value, str):
        return value
    if wanted is bool and (isinstance(value, bool) or str(value).lower() in _TRUE + _FALSE):
        return str(value).lower() in _TRUE
    if wanted in (int, float) and not isinstance(value, bool):
        number = _number(value)
        if number is not None and (wanted is float or number.is_integer()):
            return wanted(number)
    names = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
    raise ConfigError(f"{where}: {names[wanted]} was expected, not {value!r}")


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _at_least(least: float, **values: float) -> None:
    for key, value in values.items():
        if value < least:
            raise ValueError(f"{key}: at least {least}")
