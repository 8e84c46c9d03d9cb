"""What the review says: orders, choices, what its filter asks for, what a queue is for. Words only, without Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from desktop.core.catalog import Known
from desktop.core.images import Image
from desktop.core.marks import Mark, Status
from desktop.core.pages import Order
from desktop.core.review import ReviewFilter
from desktop.core.texts import _, ngettext
from desktop.ui.sort.captions import Offer
from desktop.ui.sort.filter_words import start_ms
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.words import moment, short_model
from edge.contract.keys import Area
from edge.contract.names import Side

if TYPE_CHECKING:
    from desktop.core.doubts import Doubt

ALL = "all"
"""The range of all labels."""
_DAYS = {"today": 1, "week": 7, "month": 30}
_MARK = "review."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a queue that is not the one to be sorted is for."""

    title: str
    told: str
    icon: str
    back: str = ""
    """Where Escape leads, in words."""


def orders() -> tuple[tuple[str, str], ...]:
    """Give the orders of labelled pictures with their names."""
    return (
        (Order.GIVEN, _("Newest labelled")),
        (Order.CLASS, _("By class")),
        (Order.UNCERTAIN, _("Least certain")),
    )


def ranges() -> tuple[tuple[str, str], ...]:
    """Give the ranges of time that are offered, with their names."""
    return (("today", _("Today")), ("week", _("7 days")), ("month", _("30 days")), (ALL, _("All")))


def ranged(chosen: ReviewFilter, name: str, today: date) -> ReviewFilter:
    """Give a filter for the labels of a range that ends now."""
    since = None if name == ALL else start_ms(today - timedelta(days=_DAYS[name] - 1))
    return replace(chosen, since_ms=since, until_ms=None)


def range_of(chosen: ReviewFilter, today: date) -> str:
    """Give the name of the range that a filter asks for; empty if its days were written."""
    if chosen.until_ms is not None:
        return ""
    return next((name for name in (*_DAYS, ALL) if ranged(chosen, name, today) == chosen), "")


def chips(chosen: ReviewFilter, shown: Mapping[str, str], today: date) -> list[tuple[str, str]]:
    """Give what a review asks for as (part, words); :func:`without` takes a part out."""
    found = [(f"{_MARK}class:{cls}", shown.get(cls, cls)) for cls in chosen.classes]
    found += [(f"{_MARK}person:{who or ''}", _("by {who}").format(who=person(who))) for who in chosen.labellers]
    found += [(f"{_MARK}model:{one or ''}", _("in sight: {model}").format(model=suggester(one))) for one in chosen.models]
    if chosen.since_ms is not None or chosen.until_ms is not None:
        named = dict(ranges()).get(range_of(chosen, today), "")
        found.append((f"{_MARK}time:", _("labelled: {days}").format(days=named or days(chosen))))
    if chosen.blind is not None:
        found.append((f"{_MARK}blind:", _("labelled blind") if chosen.blind else _("not blind")))
    if chosen.contradicted:
        found.append((f"{_MARK}contradicted:", _("the model disagrees")))
    return found


def without(chosen: ReviewFilter, part: str) -> ReviewFilter | None:
    """Give a review's filter without one of its chips; None if the part is none of its own."""
    if not part.startswith(_MARK):
        return None
    kind, _colon, value = part.removeprefix(_MARK).partition(":")
    if kind == "class":
        return replace(chosen, classes=tuple(cls for cls in chosen.classes if cls != value))
    if kind == "person":
        return replace(chosen, labellers=tuple(who for who in chosen.labellers if (who or "") != value))
    if kind == "model":
        return replace(chosen, models=tuple(one for one in chosen.models if (one or "") != value))
    if kind == "time":
        return replace(chosen, since_ms=None, until_ms=None)
    return replace(chosen, blind=None) if kind == "blind" else replace(chosen, contradicted=False)


def days(chosen: ReviewFilter) -> str:
    """Give the days that a filter asks for, both ends included."""
    first = "" if chosen.since_ms is None else _day(chosen.since_ms)
    last = "" if chosen.until_ms is None else _day(chosen.until_ms - 1)
    return first if first == last else f"{first} – {last}"


def person(who: str | None) -> str:
    """Give who labelled, in words."""
    return who or _("not known")


def suggester(model: str | None) -> str:
    """Give whose suggestion was in sight, in words."""
    return short_model(model) if model else _("no model")


def purpose(queue: Queue, keep: str = "Enter", back_key: str = "B") -> Purpose | None:
    """Say what a queue is for; None for the one that is to be sorted.

    Args:
        queue: The queue.
        keep: The key that confirms, as it is shown.
        back_key: The key that sends back.
    """
    keys = {"keep": keep or "–", "back": back_key or "–"}
    back = {"compare": _("back to Compare"), "fleet": _("back to Fleet"), "train": _("back to Train")}
    home = back.get(queue.back, _("back to sorting"))
    if queue.read_only:
        told = _("Test pictures, only to look at: a label given in sight of the answers would count for nothing.")
        return Purpose(queue.title, told, "eye", home)
    if queue.source is Source.NAMES:
        return Purpose(queue.title, _("A few pictures, with the usual keys."), "images", home)
    said = {
        Source.LABELLED: (
            _("Labelled"),
            _("A class key changes a label, {keep} keeps it, {back} sends the picture back."),
            "tag",
        ),
        Source.DOUBTS: (
            _("Doubtful labels"),
            _("A model that was trained without them says otherwise. A class key mends a label, {keep} keeps it."),
            "question",
        ),
        Source.DISCARDED: (
            _("Discarded"),
            _("{back} sends a picture back to be sorted, a class key labels it at once."),
            "trash",
        ),
    }.get(queue.source)
    if said is None:
        return None
    title, told, icon = said
    return Purpose(title, told.format(**keys), icon, home)


def nothing(queue: Queue, *, filtered: bool) -> tuple[str, str]:
    """Say in a title and a sentence why a queue is empty."""
    if filtered:
        return _("No such label"), _("Nothing that was labelled is as the filter asks.")
    said = {
        Source.LABELLED: (_("Nothing is labelled yet"), _("What is sorted can be looked at and mended here.")),
        Source.DISCARDED: (_("Nothing is discarded"), _("What was discarded waits here and can be sent back.")),
        Source.DOUBTS: (
            _("No label is in doubt"),
            _(
                "Each training also asks models that did not see a picture for its class. Where they contradict the label, the "
                "picture comes here, the worst first: after the next training, and as long as nobody has looked at it."
            ),
        ),
    }
    return said.get(queue.source, (_("There are no pictures here"), ""))


def offer(queue: Queue, waiting: Sequence[Image], send_back: str) -> Offer | None:
    """Give what Enter does to labels that wait to be looked at; None where it is a matter of the page.

    Args:
        queue: The queue in hand.
        waiting: The pictures that a key would hit, without those that are decided.
        send_back: The key that sends pictures back.
    """
    if queue.read_only or queue.source is Source.RAW:
        return None
    if queue.source is Source.DISCARDED:
        return Offer(_("send it back to be sorted; a class key labels it at once"), None, send_back, live=False)
    labelled = [one for one in waiting if one.area is Area.LABELED]
    if not labelled:
        return Offer(_("Looked at already: a class key changes it again"), live=False) if not waiting else None
    if len(labelled) == 1:
        return Offer(_("the label is right: keep"), labelled[0].cls)
    classes = {one.cls for one in labelled}
    words = ngettext("{n} label is right: keep it", "{n} labels are right: keep them", len(labelled))
    return Offer(words.format(n=f"{len(labelled):,}"), classes.pop() if len(classes) == 1 else None)


def note(image: Image, known: Known | None, mark: Mark, doubt: "Doubt | None", shown: Mapping[str, str]) -> str:
    """Say what a reviewer has to know of a labelled picture before all else; empty if that is nothing."""
    if image.area is not Area.LABELED or image.cls is None:
        return ""
    said = image.prediction.label if image.prediction is not None else None
    names = {"cls": shown.get(image.cls, image.cls), "said": shown.get(said or "", said or "")}
    if doubt is not None:
        return _("Labelled {cls}. A model that was trained without it says {said}.").format(**names)
    if image.side is Side.TEST:
        blind = known is not None and known.label is not None and known.label.blind
        changed = mark.status is Status.LABELLED and mark.cls != image.cls
        if blind and changed:
            return _("No longer blind. Sent back, the picture comes up blind again.")
        if blind:
            return _(
                "Labelled blind: what models say is hidden. A label changed here is blind no more; sent back, it comes up blind."
            )
        return _("A test picture that was not labelled blind. Sent back, it comes up blind.")
    if said is not None and said != image.cls:
        return _("Labelled {cls}. The model disagrees: it says {said}.").format(**names)
    return ""


def _day(at_ms: int) -> str:
    return f"{moment(at_ms):%Y-%m-%d}"
