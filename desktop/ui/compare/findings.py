"""A verdict in a title and a few short lines, each with what it means. Without Qt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from desktop.core.reasons import reasons
from desktop.core.texts import _, ngettext
from desktop.core.verdict import ClassRow, Ruling, Verdict
from desktop.ui.words import ends, figure, whole_points

_MARKS = {Ruling.PASS: "ok", Ruling.FIRST: "ok", Ruling.REFUSE: "bad", Ruling.INSUFFICIENT: "warn"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; ``kind`` is ``ok``, ``warn``, ``bad`` or ``muted``."""

    kind: str
    text: str


def mark(verdict: Verdict) -> str:
    """Give how a verdict is meant: ``ok``, ``warn`` or ``bad``."""
    return _MARKS[Ruling(verdict.verdict)]


def title(verdict: Verdict) -> str:
    """Give the verdict in a few words."""
    gap = verdict.difference
    better = gap is not None and gap.value > 0
    return {
        Ruling.PASS: _("Not worse, probably better: ship it") if better else _("Not worse: it can be shipped"),
        Ruling.FIRST: _("The first model: nothing it could be worse than"),
        Ruling.REFUSE: _("Worse: do not ship it"),
        Ruling.INSUFFICIENT: _("Not shown to be good enough yet"),
    }[Ruling(verdict.verdict)]


def missing(verdict: Verdict) -> str:
    """Give how many blind labels are missing, in a sentence; empty: none, or more would hardly help."""
    count = verdict.missing.total
    if not count:
        return ""
    return ngettext("About {n} more blind label is needed", "About {n} more blind labels are needed", count).format(
        n=f"{count:,}"
    )


def findings(verdict: Verdict, shown: Mapping[str, str]) -> list[Finding]:
    """Give the lines of a verdict, the most telling first; ``shown`` is what classes are called."""
    return [*_accuracy(verdict), *_interval(verdict), *_classes(verdict, shown), *_rest(verdict, shown)]


def _accuracy(verdict: Verdict) -> Iterator[Finding]:
    if verdict.accuracy_new is None:
        yield Finding("warn", _("no blind test pictures yet: sort some first"))
    elif verdict.accuracy_old is None:
        yield Finding("ok", _("accuracy {new}; nothing is in service yet").format(new=figure(verdict.accuracy_new)))
    else:
        kind = "ok" if verdict.accuracy_new >= verdict.accuracy_old else "warn"
        yield Finding(
            kind,
            _("accuracy {new}, was {old}").format(new=figure(verdict.accuracy_new), old=figure(verdict.accuracy_old)),
        )


def _interval(verdict: Verdict) -> Iterator[Finding]:
    gap, margin = verdict.difference, -verdict.settings.margin
    if gap is None:
        return
    low, high = ends(gap.low, gap.high)
    values = {"low": low, "high": high, "margin": whole_points(margin)}
    if gap.low >= margin:
        yield Finding("ok", _("the whole interval, {low} to {high}, lies above the margin of {margin}").format(**values))
    elif gap.high < 0:
        yield Finding("bad", _("the whole interval, {low} to {high}, lies below equal").format(**values))
    else:
        yield Finding("warn", _("the interval, {low} to {high}, reaches below the margin of {margin}").format(**values))


def _classes(verdict: Verdict, shown: Mapping[str, str]) -> Iterator[Finding]:
    if not verdict.n or verdict.difference is None:
        return
    worse = [row for row in verdict.classes if row.worse]
    for row in worse:
        told = _("{cls} loses {n} points, and that is beyond chance")
        yield Finding("bad", told.format(cls=shown.get(row.cls, row.cls), n=f"{100 * _loss(row):.1f}"))
    if not worse:
        yield Finding("ok", _("no class is worse beyond chance (Holm)"))
    most = max(verdict.classes, key=_loss, default=None)
    if most is not None and not most.worse and _loss(most) > 0:
        told = _("{cls} loses {n} points, which may be chance: look at its pictures below")
        yield Finding("warn", told.format(cls=shown.get(most.cls, most.cls), n=f"{100 * _loss(most):.1f}"))


def _rest(verdict: Verdict, shown: Mapping[str, str]) -> Iterator[Finding]:
    """Give what else the gate said: attempts, pictures that do not count, the best ever shipped."""
    if lacking := missing(verdict):
        yield Finding("warn", lacking)
    if verdict.attempt > 1:
        yield Finding("muted", _("attempt {k} since the last deployment: the interval is wider").format(k=verdict.attempt))
    for one in verdict.apart:
        yield Finding("muted", _("{cls} is reported apart ({n} pictures)").format(cls=shown.get(one.cls, one.cls), n=one.n))
    told = reasons(verdict)
    yield from (Finding("muted", one) for one in verdict.reasons if one not in told)


def _loss(row: ClassRow) -> float:
    if row.old is None or row.old.value is None or row.new.value is None:
        return 0.0
    return row.old.value - row.new.value
