"""A verdict in sentences: what was found, what speaks for it and against it, what is missing."""

import math
from collections.abc import Iterator

from desktop.core.intervals import Difference
from desktop.core.texts import _, ngettext
from desktop.core.verdict import Apart, Missing, Ruling, Verdict


def reasons(verdict: Verdict) -> tuple[str, ...]:
    """Give the sentences of a verdict, the most telling first."""
    return (*_found(verdict), *(_chosen() if verdict.settings.allow_chosen else ()))


def _found(verdict: Verdict) -> Iterator[str]:
    if verdict.verdict == Ruling.FIRST:
        yield _("Nothing is in service yet that the new model could be worse than.")
        return
    yield from _worse(verdict)
    yield from _difference(verdict)
    if verdict.n and not any(row.worse for row in verdict.classes):
        yield _("No class is worse beyond chance.")
    if verdict.verdict == Ruling.INSUFFICIENT:
        yield from _missing(verdict, verdict.missing)
    yield from (_apart(one) for one in verdict.apart)


def _worse(verdict: Verdict) -> Iterator[str]:
    for row in verdict.classes:
        if row.worse and row.old:
            yield _("{cls} is recognised less often than before, {new} instead of {old}, and that is beyond chance.").format(
                cls=row.cls, new=_percent(row.new.value or 0.0), old=_percent(row.old.value or 0.0)
            )


def _difference(verdict: Verdict) -> Iterator[str]:
    if verdict.difference is None or verdict.accuracy_new is None or verdict.accuracy_old is None:
        yield _("There are no blind test pictures yet of classes that both models have.")
        return
    yield ngettext(
        "The new model is right on {new} of {n} blind test picture, the old one on {old}.",
        "The new model is right on {new} of {n} blind test pictures, the old one on {old}.",
        verdict.n,
    ).format(new=_percent(verdict.accuracy_new), old=_percent(verdict.accuracy_old), n=verdict.n)
    gap = verdict.difference
    yield _bound(gap, verdict.settings.margin).format(
        value=_points(gap.value),
        # Rounded outwards: an interval that misses the margin by a hair must not look as if it touched it.
        low=_points(math.floor(gap.low * 1000) / 1000),
        high=_points(math.ceil(gap.high * 1000) / 1000),
        margin=f"{100 * verdict.settings.margin:.1f}",
    )
    if verdict.attempt > 1:
        yield _("It is attempt {k} since the last deployment; each makes the interval wider.").format(k=verdict.attempt)


def _bound(gap: Difference, margin: float) -> str:
    if gap.low < -margin and gap.high < 0:
        return _("The difference is {value} points (between {low} and {high}): the new model is worse.")
    if gap.low < -margin:
        return _(
            "The difference is {value} points (between {low} and {high}): it may be worse by more than the {margin} allowed."
        )
    if gap.high < 0:
        return _("The difference is {value} points (between {low} and {high}): worse, but by less than the {margin} allowed.")
    return _("The difference is {value} points (between {low} and {high}): not worse by more than the {margin} allowed.")


def _missing(verdict: Verdict, missing: Missing) -> Iterator[str]:
    if missing.images:
        yield ngettext(
            "{missing} more blind label is needed (there: {n} of {required}).",
            "{missing} more blind labels are needed (there: {n} of {required}).",
            missing.images,
        ).format(missing=missing.images, required=verdict.settings.min_images, n=verdict.n)
    if missing.per_class:
        yield _("Every class needs {required} test pictures; missing: {list}.").format(
            required=verdict.settings.min_per_class,
            list=", ".join(f"{cls} {count}" for cls, count in missing.per_class.items()),
        )
    if missing.interval is None:
        yield _("On so many pictures an equal model would most likely have passed; more of them will hardly change this.")
    elif missing.interval:
        yield _("An equal model would pass in nine of ten cases with about {missing} more blind labels.").format(
            missing=missing.interval
        )


def _apart(one: Apart) -> str:
    if one.old is None and one.new is None:
        text = _("{cls} is unknown to both models; its test pictures ({n}) do not count.")
    elif one.old is None:
        text = _("{cls} is new, the old model never had it; its test pictures ({n}) are reported apart.")
    else:
        text = _("{cls} is unknown to the new model; its test pictures ({n}) are reported apart.")
    return text.format(cls=one.cls, n=one.n)


def _chosen() -> Iterator[str]:
    yield _("Pictures count that devices sent for what their model answered; on these any other model looks better than it is.")


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _points(share: float) -> str:
    """Give a difference in percentage points, with its sign and a true minus."""
    rounded = round(100 * share, 1) or 0.0  # no "−0.0"
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"
