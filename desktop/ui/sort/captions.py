"""What the sort station says: titles, counts, what Enter does. Words only, without Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.core.filters import Filter
from desktop.core.pages import Order, Page, PageKind
from desktop.core.texts import _, ngettext
from desktop.ui.sort.queue import Queue, Source
from desktop.ui.words import moment


@dataclass(frozen=True, slots=True)
class Title:
    """What a page is called."""

    text: str
    cls: str | None = None
    """The class whose square stands before it."""
    told: str = ""
    """In smaller letters behind it."""
    how: str = ""
    """The order alone, for where the count is another."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the banner says."""

    words: str
    cls: str | None = None
    """The class at its end."""
    combination: str = "Return"
    live: bool = True
    """Whether the key does something now."""
    ahead: tuple[tuple[str | None, str, int], ...] = field(default=())
    """The pages that follow: class, name, images."""


def orders() -> tuple[tuple[str, str], ...]:
    """Give the orders with their names."""
    return (
        (Order.CLASS, _("By class")),
        (Order.NEWEST, _("Newest")),
        (Order.UNCERTAIN, _("Least certain")),
        (Order.DEVICE, _("By device")),
    )


def sources() -> tuple[tuple[Source, str], ...]:
    """Give the queues that can be chosen, with their names; the second is the first one's filter."""
    return (
        (Source.RAW, _("To sort")),
        (Source.LABELLED, _("Labelled")),
        (Source.DISCARDED, _("Discarded")),
        (Source.DOUBTS, _("Doubtful labels")),
    )


def title(
    queue: Queue, page: Page | None, order: Order, chosen: Filter, shown: Mapping[str, str], total: int | None = None
) -> Title:
    """Give the title of the page in hand; ``total``: how many pictures all pages have."""
    count = sum(len(tile.images) for tile in page.tiles) if page else 0
    review = queue.source is not Source.RAW
    if page is None:
        return Title(queue.title or dict(sources()).get(queue.source, _("Pictures")))
    if page.kind is PageKind.BLIND:
        return Title(_("Test pictures, labelled blind"), None, _pictures(count))
    how = _how(order)
    if page.kind is PageKind.CLASS and page.cls:
        told = _pictures(count) if review else ngettext("{n} predicted", "{n} predicted", count).format(n=f"{count:,}")
        name = shown.get(page.cls, page.cls)
        words = [*([queue.title or dict(sources())[queue.source]] if review else []), told, how]
        return Title(name, page.cls, " · ".join(words), how)
    if queue.title:
        return Title(queue.title, None, _pictures(count))
    if review:
        some = _("{n} of {total} pictures").format(n=f"{count:,}", total=f"{total or count:,}")
        how = _given(queue.source) if order is Order.GIVEN else how
        told = f"{some if total is not None and total > count else _pictures(count)} · {how}"
        return Title(dict(sources()).get(queue.source, _("Pictures")), None, told, how)
    if chosen.unsure:
        return Title(_("Set aside as unsure"), None, _pictures(count))
    if order is Order.DEVICE:
        return Title(page.device or _("No device named"), None, f"{_pictures(count)} · {_('newest first')}")
    if order is Order.CLASS:
        return Title(_("Without suggestion"), None, _pictures(count))
    return Title(_("To sort"), None, f"{_pictures(count)} · {how}")


def offer(queue: Queue, page: Page | None, rest: int, hidden: int, ahead: tuple[Page, ...], shown: Mapping[str, str]) -> Offer:
    """Give what Enter does: ``rest`` images would be confirmed, ``hidden`` ones have to be seen first."""
    then = tuple((one.cls, _page_name(one, shown), one.left) for one in ahead)
    if queue.read_only:
        return Offer(_("Only to look at: a label given in sight of the answers would count for nothing"), None, "Esc", ahead=then)
    if page is None or page.kind is PageKind.MIXED:
        return Offer(_("No suggestion to confirm here: a key for each picture"), live=False, ahead=then)
    if page.kind is PageKind.BLIND:
        return Offer(_("Labelled blind: a key for each picture"), live=False, ahead=then)
    if hidden:
        words = ngettext("see the other {n} first, then confirm", "see the other {n} first, then confirm", hidden)
        return Offer(words.format(n=f"{hidden:,}"), page.cls, ahead=then)
    if not rest:
        return Offer(_("Nothing left to confirm on this page"), live=False, ahead=then)
    words = ngettext("confirm the remaining {n} as", "confirm the remaining {n} as", rest)
    return Offer(words.format(n=f"{rest:,}"), page.cls, ahead=then)


def ask(count: int, action: str, cls: str | None, combination: str, key: str) -> Offer:
    """Give the question before a key that hits many pictures."""
    if cls is not None:
        words = ngettext("{n} picture: press {key} again to sort it as", "{n} pictures: press {key} again to sort them as", count)
        return Offer(words.format(n=f"{count:,}", key=key), cls, combination)
    words = ngettext("{n} picture: press {key} again – {action}", "{n} pictures: press {key} again – {action}", count)
    return Offer(words.format(n=f"{count:,}", key=key, action=action), None, combination)


def chips(chosen: Filter, shown: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give what a filter asks for as (part, words); a part is taken out by :func:`without`."""
    found = [(f"class:{cls or ''}", shown.get(cls, cls) if cls else _("no class")) for cls in chosen.classes]
    found += [(f"device:{device or ''}", device or _("no device")) for device in chosen.devices]
    if chosen.since_ms is not None or chosen.until_ms is not None:
        found.append(("time", days(chosen.since_ms, chosen.until_ms)))
    if chosen.min_confidence is not None or chosen.max_confidence is not None:
        low, high = chosen.min_confidence or 0.0, 1.0 if chosen.max_confidence is None else chosen.max_confidence
        found.append(("confidence", f"{low:.2f} – {high:.2f}"))
    if chosen.text:
        found.append(("text", f"“{chosen.text}”"))
    if chosen.unsure:
        found.append(("unsure", _("unsure")))
    return found


def days(since_ms: int | None, until_ms: int | None) -> str:
    """Give a range of days in words, both ends included."""
    first = "" if since_ms is None else f"{moment(since_ms):%Y-%m-%d}"
    last = "" if until_ms is None else f"{moment(until_ms - 1000):%Y-%m-%d}"
    return first if first == last else f"{first} – {last}"


def _pictures(count: int) -> str:
    return ngettext("{n} picture", "{n} pictures", count).format(n=f"{count:,}")


def _how(order: Order) -> str:
    return _("newest first") if order in (Order.NEWEST, Order.DEVICE) else _("least certain first")


def _given(source: Source) -> str:
    """Give in what order the pictures of a review are handed over."""
    told = {Source.LABELLED: _("newest label first"), Source.DISCARDED: _("last discarded first")}
    return told.get(source, _("the most doubtful first"))


def _page_name(page: Page, shown: Mapping[str, str]) -> str:
    if page.kind is PageKind.BLIND:
        return _("blind")
    return shown.get(page.cls, page.cls) if page.cls else page.device or _("mixed")
