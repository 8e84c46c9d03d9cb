"""How models and figures are written in the window."""

import math


def short_model(model: str) -> str:
    """Give a model's name as it is shown: ``m-`` and the first four digits of its id."""
    return f"m-{model[:4]}" if model else "–"


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
