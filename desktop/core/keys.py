"""The user's keys: one TOML file in the home folder, ``action = ["key", …]``; hostile until checked.

A *combination* is written as QKeySequence writes it: modifiers in the order Meta, Ctrl, Alt, Shift, then one character or a
name (``Ctrl+Shift+P``, ``4``, ``Del``, ``+``). A file may write modifiers and names in any case and order.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from desktop.core.errors import ConfigError
from desktop.core.files import replace_file
from desktop.core.texts import _

FILE = "keys.toml"
MAX_BYTES = 256 * 1024
_MODIFIERS = ("Meta", "Ctrl", "Alt", "Shift")
_NAMES = {
    name.lower(): name
    for name in (
        "Return", "Enter", "Space", "Tab", "Esc", "Backspace", "Del", "Ins", "Home", "End", "PgUp", "PgDown", "Left", "Right",
        "Up", "Down", "Menu", "Print", "Pause", "Help", *(f"F{number}" for number in range(1, 36)),
    )
}  # fmt: skip
_ACTION = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_OF_CLASSES = ("label.", "guide.")
"""Actions of classes: another bucket has others, so an unknown one is no mistake."""
_HEAD = "The keys of Sortloop: an action's name and the keys that do it. What is not named here keeps its own keys."


def canonical(combination: str) -> str:
    """Give a combination in the one way in which keys are compared.

    Raises:
        ValueError: it is none.
    """
    rest, held = combination.strip(), set()
    while (cut := rest.find("+")) > 0 and len(rest) > cut + 1:
        held.add(rest[:cut].strip().capitalize())
        rest = rest[cut + 1 :].strip()
    if len(rest) == 1 and rest.isprintable() and not rest.isspace():
        key = rest.upper() if len(rest.upper()) == 1 else rest
    else:
        key = _NAMES.get(rest.lower(), "")
    if not key or not held <= set(_MODIFIERS):
        raise ValueError(combination)
    return "".join(f"{one}+" for one in _MODIFIERS if one in held) + key


def parted(combination: str) -> tuple[str, str]:
    """Part a combination into its modifiers and its key, which may be ``+`` itself."""
    head = combination[:-1].rpartition("+")[0]
    held = f"{head}+" if head else ""
    return held, combination[len(held) :]


def load_keys(home: Path) -> dict[str, tuple[str, ...]]:
    """Read the user's keys by action; none where there is no file.

    Raises:
        ConfigError: the file is damaged; the message names the line or the action.
    """
    path = home / FILE
    return read_keys(path) if path.exists() else {}


def save_keys(home: Path, keys: Mapping[str, Iterable[str]]) -> None:
    """Write the user's keys in one go.

    Raises:
        StorageFullError: they could not be written.
    """
    write_keys(home / FILE, keys)


def read_keys(path: Path, known: Collection[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Read a file of keys; with ``known`` actions, any other is refused (those of classes are not: buckets differ).

    Raises:
        ConfigError: it cannot be read, is no TOML, or names no action or no key; the message says which.
    """
    import tomlkit  # noqa: PLC0415 - most have no such file
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ConfigError(_("{path} is too large for a file of keys.").format(path=path))
        document = tomlkit.parse(data.decode("utf-8")).unwrap()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_("{path} cannot be read: {error}.").format(path=path, error=error)) from error
    except (TOMLKitError, RecursionError) as error:
        raise ConfigError(_("{path} is not TOML: {error}.").format(path=path, error=error), _("Mend the line.")) from error
    return {action: _keys(action, keys, path, known) for action, keys in document.items()}


def write_keys(path: Path, keys: Mapping[str, Iterable[str]]) -> None:
    """Write a file of keys in one go, for this program or to take elsewhere.

    Raises:
        StorageFullError: it could not be written.
    """
    import tomlkit  # noqa: PLC0415
    from tomlkit.items import SingleKey  # noqa: PLC0415

    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    for action, combinations in sorted(keys.items()):
        document.add(SingleKey(action), list(combinations))
    replace_file(path, tomlkit.dumps(document).encode("utf-8"))


def _keys(action: str, keys: object, path: Path, known: Collection[str] | None) -> tuple[str, ...]:
    foreign = known is not None and action not in known and not action.startswith(_OF_CLASSES)
    if foreign or not _ACTION.fullmatch(action):
        raise ConfigError(
            _("{path}: “{name}” is no action.").format(path=path, name=action), _("The sheet of keys lists them all.")
        )
    if not isinstance(keys, list) or not all(isinstance(one, str) for one in keys):
        raise ConfigError(_('{path}: “{name}” should be a list of keys, such as ["U", "Ctrl+U"].').format(path=path, name=action))
    made: list[str] = []
    for one in keys:
        try:
            made.append(canonical(one))
        except ValueError as error:
            raise ConfigError(
                _("{path}: “{name}”: “{key}” is no key.").format(path=path, name=action, key=one[:40]),
                _("Keys are written like U, Ctrl+Shift+P, Space or F5."),
            ) from error
    return tuple(dict.fromkeys(made))
