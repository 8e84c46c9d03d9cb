"""How models, figures and times are written in the window."""

import math
from datetime import UTC, datetime

from desktop.core.texts import _


def short_model(model: str) -> str:
    """Give a model's name as it is shown: ``m-`` and the first four digits of its id."""
    return f"m-{model[:4]}" if model else "–"


def moment(at_ms: float) -> datetime:
    """Give a moment as people here count it; what no calendar holds (names come from anywhere) is its first or last one."""
    try:
        return datetime.fromtimestamp(at_ms / 1000).astimezone()
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC) if at_ms > 0 else datetime.min.replace(tzinfo=UTC)


def figure(share: float | None, digits: int = 3) -> str:
    """Give a share, 0..1, as ``0.934``; a dash where there is none."""
    return "–" if share is None else f"{share:.{digits}f}"


def points(share: float) -> str:
    """Give a difference of shares in percentage points, with its sign and a true minus: ``+3.3``, ``−2.4``, ``0.0``."""
    rounded = round(100 * share, 1) or 0.0  # no "−0.0"
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def whole_points(share: float) -> str:
    """Give the same for an axis or a limit, without needless decimals: ``+2``, ``−1.5``, ``0``."""
    rounded = round(100 * share, 1) or 0.0
    return f"{rounded:+g}".replace("-", "−") if rounded else "0"


def ends(low: float, high: float) -> tuple[str, str]:
    """Give an interval's ends in points, rounded outwards, as in the reasons of the gate."""
    return points(math.floor(low * 1000) / 1000), points(math.ceil(high * 1000) / 1000)


def spell(seconds: float | None) -> str:
    """Give a duration as people write it."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return _("{n} s").format(n=whole if whole >= 10 or seconds == whole else round(seconds, 1))
    if whole < 3600:
        return _("{m} min {s} s").format(m=whole // 60, s=whole % 60)
    return _("{h} h {m} min").format(h=whole // 3600, m=whole % 3600 // 60)


def clock(at_ms: int, now_ms: int) -> str:
    """Give a time of today, or a date with it."""
    then, now = moment(at_ms), moment(now_ms)
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M}"
