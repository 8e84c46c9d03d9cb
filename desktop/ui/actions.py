"""The one table of all that a key can do. Keys, menus, the palette, the sheet of keys and the editor are made from it.

``place`` is where an action is live: the whole ``window``, a station, or a view of the sort station (``grid``, ``loupe``). Two
actions may share a key only where their places can never be live together.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from desktop.core.taxonomy import Class
from desktop.core.texts import _ as in_use

Say = Callable[[str], str]
"""Gives a text in a language."""
LABEL = "label."
"""Before a class's id: the action that sorts into it."""
GUIDE = "guide."
"""Before a class's id: the action that shows what belongs there."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done."""

    id: str
    title: str
    section: str
    """Under which heading it is listed."""
    place: str
    keys: tuple[str, ...] = ()
    """As QKeySequence writes them; the first is shown."""
    repeats: bool = False
    """Whether a held key does it again and again: only looking does, never deciding."""


def table(classes: Iterable[Class], shown: Mapping[str, str], _: Say = in_use) -> tuple[Action, ...]:
    """Give all actions, in the language in use or another; classes give one for sorting and one for their guide each."""
    active = [one for one in classes if one.offered]
    sorting = _("Sorting")
    labels = [
        Action(LABEL + one.id, _("Sort as {cls}").format(cls=shown.get(one.id, one.id)), sorting, "sort", _own(one.key))
        for one in active
    ]
    guides = [
        Action(
            GUIDE + one.id,
            _("What belongs to {cls}").format(cls=shown.get(one.id, one.id)),
            _("Looking"),
            "sort",
            (f"Alt+{one.key}",) if one.key else (),
        )
        for one in active
    ]
    return (*labels, *_sorting(_), *_looking(_), *guides, *_moving(_), *_stations(_), *_program(_))


def _own(key: str) -> tuple[str, ...]:
    return (key,) if key else ()


def _sorting(_: Say) -> tuple[Action, ...]:
    section = _("Sorting")
    return (
        Action("confirm", _("Confirm the rest of the page"), section, "sort", ("Return", "Enter")),
        Action("unsure", _("Set aside as unsure"), section, "sort", ("U",)),
        Action("discard", _("Discard: not usable"), section, "sort", ("X", "Del")),
        Action("skip", _("Next, leave this open"), section, "sort", ("Space",)),
        Action("undo", _("Undo"), section, "sort", ("Z", "Ctrl+Z", "Backspace")),
        Action("redo", _("Redo"), section, "sort", ("Shift+Z", "Ctrl+Shift+Z", "Ctrl+Y")),
        Action("send-back", _("Send back to be sorted again"), section, "sort", ("B",)),
    )


def _looking(_: Say) -> tuple[Action, ...]:
    section = _("Looking")
    return (
        Action("loupe", _("Grid or loupe"), section, "sort", ("G",)),
        Action("burst", _("Open the burst"), section, "sort", ("O",)),
        Action("compare-two", _("Compare two pictures in step"), section, "sort", ("C",)),
        Action("suggestions", _("Show or hide suggestions"), section, "sort", ("S",)),
        Action("filter", _("Filter"), section, "sort", ("/", "Ctrl+F")),
        Action("clear-filter", _("Show all again"), section, "sort", ("Ctrl+Shift+F",)),
        Action("views", _("Saved views"), section, "sort", ("V",)),
        Action("queue", _("Choose what is shown: to sort, labelled, discarded …"), section, "sort", ("Q",)),
        Action("order", _("Next order"), section, "sort", ("R",)),
        Action("history", _("History of the picture"), section, "sort", ("I",)),
        Action("zoom-in", _("Larger"), section, "sort", ("+", "="), repeats=True),
        Action("zoom-out", _("Smaller"), section, "sort", ("-",), repeats=True),
        Action("zoom-fit", _("Whole picture"), section, "loupe", ("F",)),
        Action("zoom-pixels", _("One to one"), section, "loupe", ("P",)),
        Action("pan-left", _("Pan left"), section, "loupe", ("Shift+Left",), repeats=True),
        Action("pan-right", _("Pan right"), section, "loupe", ("Shift+Right",), repeats=True),
        Action("pan-up", _("Pan up"), section, "loupe", ("Shift+Up",), repeats=True),
        Action("pan-down", _("Pan down"), section, "loupe", ("Shift+Down",), repeats=True),
        Action("hints", _("Show or hide the hints"), section, "loupe", ("H",)),
        Action("guide-edit", _("Write the class guide"), section, "sort"),
    )


def _moving(_: Say) -> tuple[Action, ...]:
    section = _("Moving")
    return (
        Action("left", _("Left"), section, "sort", ("Left",), repeats=True),
        Action("right", _("Right"), section, "sort", ("Right",), repeats=True),
        Action("up", _("Up"), section, "sort", ("Up",), repeats=True),
        Action("down", _("Down"), section, "sort", ("Down",), repeats=True),
        Action("select-left", _("Select to the left"), section, "grid", ("Shift+Left",), repeats=True),
        Action("select-right", _("Select to the right"), section, "grid", ("Shift+Right",), repeats=True),
        Action("select-up", _("Select upwards"), section, "grid", ("Shift+Up",), repeats=True),
        Action("select-down", _("Select downwards"), section, "grid", ("Shift+Down",), repeats=True),
        Action("select-one", _("Select or unselect this one"), section, "grid", ("Ctrl+Space", "T")),
        Action("select-all", _("Select all"), section, "grid", ("Ctrl+A",)),
        Action("screen-up", _("A screen up"), section, "sort", ("PgUp",), repeats=True),
        Action("screen-down", _("A screen down"), section, "sort", ("PgDown",), repeats=True),
        Action("first", _("First"), section, "sort", ("Home",)),
        Action("last", _("Last"), section, "sort", ("End",)),
        Action("next-page", _("Next page"), section, "sort", ("N", "Ctrl+Right")),
        Action("previous-page", _("Page before"), section, "sort", ("Shift+N", "Ctrl+Left")),
        Action("back", _("Back"), section, "window", ("Esc",)),
    )


def _stations(_: Say) -> tuple[Action, ...]:
    section = _("Stations")
    return (
        Action("go-sort", _("Sort"), section, "window", ("Ctrl+1",)),
        Action("go-train", _("Train"), section, "window", ("Ctrl+2",)),
        Action("go-compare", _("Compare"), section, "window", ("Ctrl+3",)),
        Action("go-fleet", _("Fleet"), section, "window", ("Ctrl+4",)),
        Action("sync", _("Look for new pictures now"), section, "window", ("F5",)),
        Action("retrain", _("Retrain and redeploy"), section, "window", ("Ctrl+R",)),
        Action("train", _("Train on this computer"), section, "train", ("T",)),
        Action("stop-run", _("Stop the training"), section, "train", ("Shift+X",)),
        Action("deploy", _("Deploy"), section, "compare", ("Ctrl+D",)),
        Action("look-at-pictures", _("Look at the pictures that changed"), section, "compare", ("Q",)),
        Action("refuse", _("Refuse the candidate"), section, "compare", ("Ctrl+Shift+D",)),
        Action("go-back", _("Go back to the model before"), section, "fleet", ("Ctrl+B",)),
    )


def _program(_: Say) -> tuple[Action, ...]:
    section = _("Program")
    return (
        Action("palette", _("Find an action"), section, "window", ("Ctrl+K", "Ctrl+Shift+P")),
        Action("sheet", _("All keys"), section, "window", ("?", "F1")),
        Action("shortcuts", _("Change keys"), section, "window", ()),
        Action("print-keys", _("Sheet of keys for printing"), section, "window", ()),
        Action("settings", _("Settings"), section, "window", ("Ctrl+,",)),
        Action("diagnostics", _("Diagnostics"), section, "window", ("Ctrl+Shift+I",)),
        Action("theme", _("Light or dark"), section, "window", ("Ctrl+Shift+L",)),
        Action("open", _("Open another bucket"), section, "window", ("Ctrl+O",)),
        Action("import", _("Add pictures from a folder"), section, "window", ("Ctrl+I",)),
        Action("messages", _("Last messages"), section, "window", ()),
        Action("about", _("About Sortloop"), section, "window", ()),
        Action("quit", _("Quit"), section, "window", ("Ctrl+Q",)),
        Action("way-1", _("Try the demo"), section, "first-run", ("1",)),
        Action("way-2", _("A folder on this computer or server"), section, "first-run", ("2",)),
        Action("way-3", _("An S3 bucket"), section, "first-run", ("3",)),
    )
