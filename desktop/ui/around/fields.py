"""All settings as fields: what each is called, what it is for, what it may be. Pure, without Qt."""

from dataclasses import dataclass, replace
from typing import Any

from desktop.core.settings import THEMES, Settings
from desktop.core.texts import _


@dataclass(frozen=True, slots=True)
class Field:
    """One setting."""

    key: str
    """As in the file: ``sorting.page_size``."""
    title: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    """Value and what it is called; else it is written, or switched."""
    unit: str = ""
    factor: float = 1
    """What the value is multiplied by to be shown: 100 for a share in per cent."""
    limits: tuple[float, float] | None = None
    """What may be written, where the shown value is not the one that is kept."""
    hint: str = ""
    """Shown in an empty field."""


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together."""

    name: str
    title: str
    text: str
    fields: tuple[Field, ...]


def value(settings: Settings, key: str) -> Any:
    """Give a setting by its key."""
    found: Any = settings
    for part in key.split("."):
        found = getattr(found, part)
    return found


def changed(settings: Settings, key: str, new: Any) -> Settings:
    """Give settings with one of them changed.

    Raises:
        ValueError: it may not be that; the message says what was expected.
    """
    group, dot, name = key.rpartition(".")
    try:
        if not dot:
            return replace(settings, **{name: new})
        return replace(settings, **{group: replace(getattr(settings, group), **{name: new})})
    except ValueError as error:
        raise ValueError(str(error).removeprefix(f"{name}: ")) from error


def shown(field: Field, settings: Settings) -> str:
    """Give a setting as it stands in its field."""
    found = value(settings, field.key)
    return f"{found * field.factor:.10g}" if isinstance(found, float) else str(found)


def written(field: Field, settings: Settings, text: str) -> Settings:
    """Give settings with one of them as it was written into its field.

    Raises:
        ValueError: it is no number, or may not be that; the message says what was expected.
    """
    kind, text = type(value(settings, field.key)), text.strip()
    if kind is str:
        return changed(settings, field.key, text)
    try:
        number = int(text) if kind is int else float(text.replace(",", ".").removesuffix("%")) / field.factor
    except ValueError as error:
        raise ValueError(_("A whole number was expected.") if kind is int else _("A number was expected.")) from error
    if field.limits is not None and not field.limits[0] <= number * field.factor <= field.limits[1]:  # nor is "nan"
        low, high = field.limits
        raise ValueError(_("{low} to {high} was expected.").format(low=f"{low:g}", high=f"{high:g}"))
    return changed(settings, field.key, number)


def groups() -> tuple[Group, ...]:
    """Give all settings in the language in use."""
    return (_look(), _sorting(), _gate(), _computer())


def _look() -> Group:
    themes = dict(zip(THEMES, (_("Like the system"), _("Light"), _("Dark")), strict=True))
    return Group(
        "window",
        _("Look and language"),
        _("How the window looks. Changes show at once."),
        (
            Field("window.theme", _("Colours"), _("Light, dark, or whatever the system says."), tuple(themes.items())),
            Field(
                "window.text_scale",
                _("Size of text"),
                _("Everything grows with it: text, keys, squares, and the room around them."),
                tuple((f"{size / 100}", f"{size} %") for size in (100, 125, 150, 175, 200)),
            ),
            Field(
                "language",
                _("Language"),
                _("Classes are shown by their names in it, where they have one."),
                (("", _("Like the system")), ("en", "English"), ("zh_CN", "简体中文")),
            ),
            Field(
                "window.notifications",
                _("Tell when long work has ended"),
                _("By a notification of the system, and only while another window is in front."),
            ),
            Field(
                "window.require_modifier",
                _("Require a modifier"),
                _(
                    "Single letters and digits then work only with Alt. For who dictates to the computer, "
                    "or touches keys by mistake (WCAG 2.1.4)."
                ),
            ),
        ),
    )


def _sorting() -> Group:
    return Group(
        "sorting",
        _("Sorting"),
        _("How pictures are laid before you, and what happens after a key."),
        (
            Field("labeller", _("Your name"), _("Stands beside every decision you make."), hint=_("the system's name for you")),
            Field("sorting.suggestions", _("Show suggestions"), _("What the model thinks, on every picture that is not blind.")),
            Field("sorting.auto_advance", _("Go on by itself"), _("After a decision the next open picture is in focus.")),
            Field("sorting.hints", _("Show hints"), _("The keys are named beside what they do.")),
            Field(
                "sorting.page_size",
                _("Pictures on a page"),
                _("One key confirms what is left of a page: large pages are faster, small ones are looked at better."),
                unit=_("pictures"),
            ),
            Field(
                "sorting.confirm_above",
                _("Ask when a key hits more than"),
                _("A banner then says how many and waits for the same key or Enter. 0 asks always."),
                unit=_("pictures"),
            ),
            Field("sorting.tile_width", _("Width of a picture in the grid"), _("+ and − change it while you sort."), unit="px"),
        ),
    )


def _gate() -> Group:
    return Group(
        "gate",
        _("The gate"),
        _(
            "What a new model must show before it may go to the fleet: it and the model in service answer the same test "
            "pictures, which neither was trained on and which were labelled without a suggestion."
        ),
        (
            Field(
                "gate.margin",
                _("How much worse it may be, at worst"),
                _(
                    "The gate looks at the lower end of the interval, not at the estimate: with few pictures the interval is "
                    "wide, and an equal model does not pass yet. A smaller margin needs more pictures."
                ),
                unit=_("points"),
                factor=100,
                limits=(0.1, 50),
            ),
            Field(
                "gate.min_images",
                _("Test pictures, at least"),
                _("With fewer the verdict is “insufficient”, whatever they say."),
                unit=_("pictures"),
            ),
            Field(
                "gate.min_per_class",
                _("Test pictures of each class, at least"),
                _("A class with fewer could get much worse without anybody seeing it."),
                unit=_("pictures"),
            ),
            Field(
                "gate.alpha",
                _("How often a worse model may pass"),
                _("All attempts since the last deployment together: trying again and again does not raise the chance."),
                unit="%",
                factor=100,
                limits=(0.01, 25),
            ),
            Field(
                "training.always_look",
                _("Always wait for a person"),
                _("“Retrain and redeploy” then stops before the fleet even where the gate passes."),
            ),
            Field(
                "gate.allow_chosen",
                _("Count pictures that devices chose"),
                _("They are the ones the old model doubts, so every other model looks better. Each verdict then says so."),
            ),
        ),
    )


def _computer() -> Group:
    return Group(
        "computer",
        _("This computer"),
        _("What Sortloop may use of it."),
        (
            Field(
                "bucket",
                _("Bucket at the start"),
                _("What is opened when nothing else is asked for: a folder, or s3://name/prefix."),
                hint=_("none: it is asked for"),
            ),
            Field(
                "cache.quota_gb",
                _("Room for pictures"),
                _("Copies of the bucket's pictures; what was not looked at for longest goes first."),
                unit="GB",
            ),
            Field(
                "training.threads",
                _("Processors for training"),
                _("0 uses all of them; with fewer, sorting stays smooth while a model is trained."),
            ),
        ),
    )
