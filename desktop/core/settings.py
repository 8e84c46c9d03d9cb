"""Settings: one TOML file in the home folder, frozen dataclasses here; messages name the key."""

import dataclasses
import os
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.core.errors import ConfigError, StorageFullError
from desktop.core.texts import _
from desktop.core.verdict import GateSettings
from edge.contract.names import escape_device

if TYPE_CHECKING:
    import tomlkit

FILE = "settings.toml"
MAX_LABELLER_LENGTH = 240
"""Escaped as in ``history/<labeller>/``; file systems take 255 bytes a name."""

THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Sorting:
    """How pictures are laid before a labeller."""

    suggestions: bool = True
    """Whether the model's answer is shown."""
    page_size: int = 48
    """Tiles a page, at most."""
    auto_advance: bool = True
    """Whether the focus goes on by itself after a decision."""
    hints: bool = True
    """Whether the keys are named beside what they do."""
    tile_width: int = 148
    """Of a picture in the grid, in pixels before the text's scale."""
    confirm_above: int = 48
    """A key that hits more images than this is asked about in a banner first; 0: always."""

    def __post_init__(self) -> None:
        if not 1 <= self.page_size <= 1000:
            raise ValueError(_("page_size: 1 to 1000 was expected"))
        if not 100 <= self.tile_width <= 400:
            raise ValueError(_("tile_width: 100 to 400 was expected"))
        if self.confirm_above < 0:
            raise ValueError(_("confirm_above: 0 or more was expected"))


@dataclass(frozen=True, slots=True)
class Window:
    """How the window looks and listens."""

    theme: str = "system"
    """``system``, ``light`` or ``dark``."""
    text_scale: float = 1.0
    """How much larger than drawn everything is."""
    key_scheme: str = ""
    """The name of the set of keys in use; empty: the one that comes with the program."""
    require_modifier: bool = False
    """Whether single letters and digits do nothing without Alt (WCAG 2.1.4)."""
    notifications: bool = True
    """Whether the desktop is told when long work ends."""

    def __post_init__(self) -> None:
        if self.theme not in THEMES:
            raise ValueError(_("theme: {choices} was expected").format(choices=" | ".join(THEMES)))
        if not 1.0 <= self.text_scale <= 2.0:  # nor is "nan" one
            raise ValueError(_("text_scale: 1.0 to 2.0 was expected"))


@dataclass(frozen=True, slots=True)
class Cache:
    """What is kept on this computer."""

    quota_gb: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.quota_gb <= 1_000_000:  # nor is "nan" one
            raise ValueError(_("quota_gb: a number above 0 was expected"))


@dataclass(frozen=True, slots=True)
class Training:
    """Training on this computer."""

    threads: int = 0
    """0: as many as the computer has."""
    always_look: bool = False
    """Whether retraining and redeploying waits for a person even where the gate passes."""

    def __post_init__(self) -> None:
        if self.threads < 0:
            raise ValueError(_("threads: 0 or more was expected"))


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    bucket: str = ""
    """A folder, or s3://name/prefix."""
    labeller: str = ""
    """The name that stands beside decisions; empty: the system user's."""
    language: str = ""
    """Empty: the system's."""
    window: Window = field(default_factory=Window)
    sorting: Sorting = field(default_factory=Sorting)
    gate: GateSettings = field(default_factory=GateSettings)
    cache: Cache = field(default_factory=Cache)
    training: Training = field(default_factory=Training)

    def __post_init__(self) -> None:
        if len(escape_device(self.labeller)) > MAX_LABELLER_LENGTH:
            raise ValueError(_("labeller: a shorter name was expected"))


def load_settings(home: Path) -> Settings:
    """Read the settings; the defaults where there is no file.

    Raises:
        ConfigError: not TOML, an unknown key, or a value of another type; the message names the key.
    """
    path = home / FILE
    return typing.cast("Settings", _read(Settings, _values(path), "", path))


def save_settings(home: Path, settings: Settings) -> None:
    """Write the settings in one go; comments and order of an existing file stay.

    Raises:
        ConfigError: the existing file is damaged; it is left as it is.
    """
    import tomlkit  # noqa: PLC0415 - it keeps comments, and takes its time: only who writes needs it

    path = home / FILE
    document = _document(path)
    _read(Settings, document.unwrap(), "", path)
    _write(document, dataclasses.asdict(settings))
    unfinished = path.with_suffix(".tmp")
    try:
        home.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(tomlkit.dumps(document), encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as error:
        raise StorageFullError(_("{path} cannot be written: {error}.").format(path=path, error=error)) from error


def _values(path: Path) -> dict[str, Any]:
    """Read a TOML file's values; none where there is no file."""
    text = _text(path)
    if not text:
        return {}
    import tomllib  # noqa: PLC0415 - most have no such file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return _document(path).unwrap()  # it says in one way what is wrong, whether we read or write


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_("{path} cannot be read: {error}.").format(path=path, error=error), "") from error


def _document(path: Path) -> "tomlkit.TOMLDocument":
    """Read a TOML file with all that stands in it; empty where there is none."""
    import tomlkit  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    text = _text(path)
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(_("{path} is not TOML: {error}.").format(path=path, error=error), _("Mend the line.")) from error


def _read(kind: type, values: dict[str, Any], where: str, path: Path) -> Any:
    hints = typing.get_type_hints(kind)
    arguments = {}
    for key, value in values.items():
        name = f"{where}{key}"
        if key not in hints:
            raise ConfigError(
                _("{path}: “{name}” is no setting.").format(path=path, name=name),
                _("Known here: {keys}.").format(keys=", ".join(hints)),
            )
        arguments[key] = _typed(hints[key], value, name, path)
    try:
        return kind(**arguments)
    except ValueError as error:
        raise ConfigError(_("{path}: {problem}.").format(path=path, problem=f"{where}{error}")) from error


def _typed(hint: Any, value: Any, name: str, path: Path) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _read(typing.cast("type", hint), value, f"{name}.", path)
    if hint is float and type(value) in (int, float):
        return float(value)
    if type(value) is hint:
        return value
    raise ConfigError(
        _("{path}: “{name}” should be {kind}, not {value}.").format(path=path, name=name, kind=_kind(hint), value=repr(value)), ""
    )


def _kind(hint: Any) -> str:
    names: dict[Any, Callable[[], str]] = {
        bool: lambda: _("true or false"),
        int: lambda: _("a whole number"),
        float: lambda: _("a number"),
        str: lambda: _("a text in quotes"),
    }
    return names[hint]() if hint in names else _("a table")


def _write(table: Any, values: dict[str, Any]) -> None:
    import tomlkit  # noqa: PLC0415

    for key, value in values.items():
        if isinstance(value, dict):
            if key not in table:
                table[key] = tomlkit.table()
            _write(table[key], value)
        else:
            table[key] = value
