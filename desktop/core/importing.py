"""A folder per class into ``base_data``: Caltech-256's ``010.beer-mug``, or any such set."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.errors import ConfigError, ConflictError, NotFoundError
from desktop.core.pictures import MAX_BYTES, Look
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.taxonomy import Taxonomy, load_taxonomy, save_taxonomy
from desktop.core.texts import _
from edge.contract.classes import is_class_id
from edge.contract.keys import BASE, Area, BadKey, fold, is_image, key_of

_CALTECH = re.compile(r"\A\d{3}\.(?=.)")


@dataclass(slots=True)
class ImportReport:
    """What an import did."""

    classes: dict[str, int] = field(default_factory=dict)
    """Pictures taken in, by class."""
    already: int = 0
    """Pictures that were there."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Files that were not taken, each with the reason."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a folder per class would bring."""

    folders: int
    new: tuple[str, ...]
    """Classes that the plant does not know yet, sorted."""
    first: bool
    """Whether the plant has no classes of its own yet: then these become its only ones."""


def class_of_folder(name: str) -> str | None:
    """Give the class id that a folder's name stands for: ``010.beer-mug`` and ``Beer Mug`` are both ``beer-mug``."""
    text = re.sub(r"[^a-z0-9_-]+", "-", _CALTECH.sub("", name).lower()).strip("-_")
    return text if is_class_id(text) else None


def import_folder(
    store: ObjectStore,
    folder: Path,
    *,
    look: Callable[[bytes], Look],
    add_classes: bool,
    progress: Progress,
    cancel: CancelToken,
) -> ImportReport:
    """Take the pictures of a folder per class into ``base_data``; can be stopped and run again.

    Raises:
        ConfigError: no class folders, or classes that the plant does not know and ``add_classes`` is off.
    """
    folders, nameless = _class_folders(folder)
    _prepare_classes(store, list(folders.values()), add_classes=add_classes)
    files = [(path, cls) for source, cls in folders.items() for path in _files(source)]
    report = ImportReport(dict.fromkeys(folders.values(), 0))
    report.refused += [(str(path), _("the folder's name gives no class: begin with a–z or 0–9")) for path in nameless]
    report.refused += [(str(path), _("it lies in no class folder")) for path in sorted(folder.iterdir()) if is_image(path.name)]
    taken = {fold(listed.key): listed.key for listed in store.list(BASE)}
    for number, (path, cls) in enumerate(files):
        cancel.check()
        progress(Step(_("Importing"), number, len(files), _("files")))
        _take(store, path, cls, look, taken, report)
    progress(Step(_("Importing"), len(files), len(files), _("files")))
    return report


def survey(store: ObjectStore, folder: Path) -> Contents:
    """Tell what an import of a folder would bring, before anything is changed.

    Raises:
        ConfigError: no class folders.
    """
    classes = set(_class_folders(folder)[0].values())
    taxonomy = load_taxonomy(store)
    new = classes if taxonomy is None else {cls for cls in classes if taxonomy.resolve(cls) is None}
    return Contents(len(classes), tuple(sorted(new)), taxonomy is None)


def _class_folders(folder: Path) -> tuple[dict[Path, str], list[Path]]:
    """Give the folders with the class that each stands for, and those that stand for none."""
    try:
        inside = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise ConfigError(_("{folder} cannot be read: {error}.").format(folder=folder, error=error.strerror or error)) from error
    folders = {path: cls for path in inside if (cls := class_of_folder(path.name)) is not None}
    if not folders:
        raise ConfigError(
            _("{folder} has no folders to import.").format(folder=folder),
            _("It should hold one folder per class, such as 010.beer-mug or soda-can, with pictures in them."),
        )
    return folders, [path for path in inside if path not in folders]


def _prepare_classes(store: ObjectStore, ids: list[str], *, add_classes: bool) -> None:
    taxonomy = load_taxonomy(store)
    if taxonomy is None:
        save_taxonomy(store, Taxonomy(()).added(ids))
        return
    unknown = sorted(cls for cls in set(ids) if taxonomy.resolve(cls) is None)
    if unknown and not add_classes:
        raise ConfigError(
            _("These folders are no classes of the plant: {classes}.").format(classes=", ".join(unknown)),
            _("Import with --add-classes to make them classes, or rename the folders."),
        )
    if unknown:
        save_taxonomy(store, taxonomy.added(unknown))


def _files(folder: Path) -> Iterator[Path]:
    """Give the files of a folder and those below it, links that lead nowhere too, hidden ones left out."""
    for path in sorted(folder.rglob("*")):
        if not path.is_dir() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _take(
    store: ObjectStore, path: Path, cls: str, look: Callable[[bytes], Look], taken: dict[str, str], report: ImportReport
) -> None:
    if not is_image(path.name):
        report.refused.append((str(path), _("not a JPEG or PNG file")))
        return
    try:
        key = key_of(Area.BASE, path.name, cls)
        if path.stat().st_size > MAX_BYTES:
            report.refused.append((str(path), _("too large for a picture")))
            return
        data = path.read_bytes()
    except (BadKey, OSError) as error:
        report.refused.append((str(path), getattr(error, "strerror", None) or str(error)))
        return
    problem = look(data).problem
    if problem is None and (twin := taken.get(fold(key), key)) != key:
        problem = _("some file systems cannot tell its name from {name}").format(name=twin.rpartition("/")[2])
    if problem is not None:
        report.refused.append((str(path), problem))
        return
    taken[fold(key)] = key
    try:
        store.put(key, data, match=ABSENT)
    except ConflictError:
        if _same(store, key, data):
            report.already += 1
        else:
            report.refused.append((str(path), _("another picture of this name is in the class already")))
        return
    report.classes[cls] += 1


def _same(store: ObjectStore, key: str, data: bytes) -> bool:
    try:
        return store.get(key).body == data
    except NotFoundError:
        return False
