"""The classes of a plant: ``classes.json`` in the bucket. A class's id never changes; all that is shown may."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from desktop.core.errors import ConfigError, ConflictError, NotFoundError
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.texts import _
from edge.contract.classes import DEFAULT_CLASSES, is_class_id
from edge.contract.keys import CLASSES
from edge.contract.records import BadRecord, dump, load

_LOOKS = {
    "beer-mug": ("#E69F00", "啤酒杯"),
    "clutter": ("#8B9099", "杂物"),
    "coffee-mug": ("#CC79A7", "咖啡杯"),
    "soda-can": ("#0072B2", "易拉罐"),
    "wine-bottle": ("#009E73", "酒瓶"),
}
_DIGITS = "1234567890"
"""The keys of classes, as they stand on the keyboard."""
_COLOURS = ("#56B4E9", "#D55E00", "#F0E442", "#7A5195", "#4C6A4F", "#A65628")
"""For classes added later: what the Okabe-Ito palette has left, and three that keep apart from it."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class."""

    id: str
    names: dict[str, str] = field(default_factory=dict)
    """What is shown, by language (``en``, ``zh_CN``)."""
    key: str = ""
    """The digit that sorts into it; bound to the class, not to its place."""
    colour: str = ""
    glyph: str = ""
    """A picture's name; classes without one show their first letter."""
    note: str = ""
    """What belongs here, for the class guide."""
    merged_into: str | None = None
    """An alias: labels of this class count as that one."""
    retired: bool = False
    """No longer offered; what lies there stays."""

    @property
    def offered(self) -> bool:
        """Whether pictures can be sorted into it."""
        return not self.retired and self.merged_into is None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All classes, in the order of their making; ``etag`` is that of ``classes.json``, empty if there is none yet."""

    classes: tuple[Class, ...]
    etag: str = ""

    def active(self) -> tuple[str, ...]:
        """Give the ids that can be labelled, sorted: the order of a model's outputs."""
        return tuple(sorted(one.id for one in self.classes if one.offered))

    def shown(self, language: str) -> dict[str, str]:
        """Give what each class is called in a language, its id where it has no name there."""
        return {one.id: one.names.get(language, one.id) for one in self.classes}

    def resolve(self, cls: str) -> str | None:
        """Give the class that a label counts as today; None for a folder that is no class."""
        known = {one.id: one for one in self.classes}
        for _hop in known:
            if cls not in known or known[cls].merged_into is None:
                break
            cls = known[cls].merged_into or cls
        return cls if cls in known else None

    def added(self, ids: Iterable[str]) -> "Taxonomy":
        """Give a taxonomy with more classes; those already there are left out.

        Raises:
            ConfigError: an id that may not name a class.
        """
        classes = list(self.classes)
        for cls in ids:
            if not is_class_id(cls):
                raise ConfigError(
                    _("“{cls}” cannot name a class.").format(cls=cls),
                    _("Use a–z, 0–9, - and _, beginning with a letter or digit; raw, discarded and none are taken."),
                )
            if all(one.id != cls for one in classes):
                classes.append(_new(cls, classes))
        return replace(self, classes=tuple(classes))


@dataclass(frozen=True, slots=True)
class _Record:
    classes: tuple[Class, ...]

    def __post_init__(self) -> None:
        known = {one.id: one for one in self.classes}
        if len(known) < len(self.classes) or not all(is_class_id(cls) for cls in known):
            raise ValueError("classes: each id once, of a-z, 0-9, - and _")
        for one in self.classes:
            way = {one.id}
            while one.merged_into is not None:
                if one.merged_into not in known or one.merged_into in way:
                    raise ValueError(f"classes: {one.id} is merged into what is no class, or in a circle")
                way.add(one.merged_into)
                one = known[one.merged_into]  # noqa: PLW2901 - one hop on


def by_key(classes: Iterable[Class]) -> list[Class]:
    """Give the classes that are offered in the order of their keys; those without one last."""
    return sorted((one for one in classes if one.offered), key=lambda one: (_DIGITS.find(one.key) if one.key else 10, one.id))


def default_taxonomy() -> Taxonomy:
    """Give the five classes of the post."""
    return Taxonomy(()).added(DEFAULT_CLASSES)


def load_taxonomy(store: ObjectStore) -> Taxonomy | None:
    """Give the bucket's taxonomy, None where there is none yet.

    Raises:
        ConfigError: ``classes.json`` is damaged.
    """
    try:
        stored = store.get(CLASSES)
    except NotFoundError:
        return None
    try:
        return Taxonomy(load(_Record, stored.body).classes, stored.listed.etag)
    except BadRecord as error:
        raise ConfigError(
            _("classes.json in the bucket is damaged: {error}.").format(error=error),
            _("Mend it, or put an earlier version back."),
        ) from error


def save_taxonomy(store: ObjectStore, taxonomy: Taxonomy) -> Taxonomy:
    """Write a taxonomy unless somebody else changed it meanwhile.

    Raises:
        ConflictError: somebody did; load it again.
    """
    if len(taxonomy.classes) < 2:
        raise ConfigError(_("A plant needs at least two classes."), _("Add one with `sortloop classes add`."))
    try:
        listed = store.put(CLASSES, dump(_Record(taxonomy.classes)), match=taxonomy.etag or ABSENT)
    except (ConflictError, NotFoundError) as error:
        raise ConflictError(_("Somebody else changed the classes meanwhile."), _("Run it again.")) from error
    return replace(taxonomy, etag=listed.etag)


def _new(cls: str, before: list[Class]) -> Class:
    digits = [digit for digit in _DIGITS if all(one.key != digit for one in before)]
    colour, chinese = _LOOKS.get(cls, (_COLOURS[len(before) % len(_COLOURS)], ""))
    names = {"en": cls, "zh_CN": chinese} if chinese else {"en": cls}
    return Class(cls, names, digits[0] if digits else "", colour, cls if cls in _LOOKS else "")
