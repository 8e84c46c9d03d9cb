"""What a device lacks, said one line a thing."""

import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.camera import BadCamera, open_camera
from edge.classifier import BadModel, read_manifest
from edge.config import Config, ConfigError
from edge.contract.fleet import Desired, DeviceGroups
from edge.contract.keys import FLEET_GROUPS, desired_key
from edge.contract.records import BadRecord, load
from edge.ports import Uplink, UplinkError
from edge.standing import Standing

PACKAGES = ("numpy", "Pillow", "onnxruntime", "filelock")
_IMPORTS = {"Pillow": "PIL"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    text: str
    good: bool = True

    def __str__(self) -> str:
        """Give the line."""
        return f"{'ok  ' if self.good else 'LACK'}  {self.name:<10} {self.text}"


def examine(config: Config, uplink: Callable[[Config], Uplink]) -> Iterator[Finding]:
    """Give the findings, the ground first."""
    yield Finding("python", f"{platform.python_version()} on {platform.machine()}", sys.version_info >= (3, 11))
    yield from (_package(name) for name in PACKAGES)
    yield Finding("device", config.device_name)
    yield _home(config)
    yield _model(config)
    yield _camera(config)
    yield _bucket(config, uplink)


def probe(folder: Path) -> None:
    """Write a file through to the disk, and remove it.

    Raises:
        OSError: the folder does not take it.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"probe")
        file.flush()
        os.fsync(file.fileno())


def _package(name: str) -> Finding:
    try:
        importlib.import_module(_IMPORTS.get(name, name))
    except ImportError as error:
        return Finding(name, f"cannot be imported ({error})", good=False)
    return Finding(name, importlib.metadata.version(name))


def _home(config: Config) -> Finding:
    home, spool = config.home_folder, config.home_folder / "spool"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe(home)
        free = shutil.disk_usage(home).free
        waiting, aside = (len(list((spool / each).glob("*"))) for each in ("pending", "quarantine"))
    except OSError as error:
        return Finding("home", f"{home} cannot be written ({error.strerror or error})", good=False)
    text = f"{home}, {free >> 20} MB free, {waiting} pictures wait, {aside} in quarantine"
    return Finding("home", text, good=free >= config.spool.free_bytes)


def _model(config: Config) -> Finding:
    home = config.home_folder
    try:
        standing = load(Standing, (home / "standing.json").read_bytes())
        if standing.model is None:
            return Finding("model", f"none ({standing.state}) {standing.reason}".rstrip())
        manifest, _ = read_manifest(home / "models" / standing.model)
    except FileNotFoundError:
        return Finding("model", "none yet")
    except (OSError, BadRecord, BadModel) as error:
        return Finding("model", f"what is installed cannot be read ({error})", good=False)
    text = f"{standing.model[:8]} ({standing.state}), {len(manifest.classes)} classes {standing.reason}"
    return Finding("model", text.rstrip())


def _camera(config: Config) -> Finding:
    try:
        open_camera(config.camera, lambda _seconds: True).close()
    except BadCamera as error:
        return Finding("camera", str(error), good=False)
    return Finding("camera", config.camera)


def _bucket(config: Config, uplink: Callable[[Config], Uplink]) -> Finding:
    limit = 1 << 20
    try:
        bucket = uplink(config)
        own, groups = bucket.get(desired_key(config.device_name), limit), bucket.get(FLEET_GROUPS, limit)
        default = load(DeviceGroups, groups).default if groups else None
        desired = load(Desired, own) if own else default
    except ConfigError as error:
        return Finding("bucket", str(error).removeprefix("bucket: "), good=False)
    except UplinkError as error:
        return Finding("bucket", f"out of reach ({error})", good=False)
    except BadRecord as error:
        return Finding("bucket", f"what this device should run cannot be read ({error})", good=False)
    wanted = "nothing is asked of this device yet" if desired is None else f"asks for {(desired.model or 'no model')[:8]}"
    return Finding("bucket", f"{config.bucket}, {wanted}")
