"""The plots of the report, as SVG: drawn with the page's own colours, so that they follow its light and dark."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from desktop.core.evaluation import Evaluation
from desktop.core.texts import _
from desktop.core.verdict import Verdict

_ROW, _LEFT = 44, 150
_ENOUGH = 5
"""Pictures in a bin of the reliability curve, below which its share says nothing."""


def interval(verdict: Verdict) -> str:
    """Draw the difference of accuracies with its interval, zero and the margin."""
    gap = verdict.difference
    if gap is None:
        return ""
    margin = -verdict.settings.margin
    low, high = min(gap.low, margin) - 0.01, max(gap.high, 0.0) + 0.01
    x = _scale(low, high, 20, 500)
    ticks = "".join(_text(x(one / 100), 118, f"{one:+d}".replace("-", "−") if one else "0", "axis") for one in _points(low, high))
    return _svg(
        520,
        150,
        f'<rect class="badground" x="20" y="20" width="{x(margin) - 20:.1f}" height="80"/>'
        f'<line class="bad dashed" x1="{x(margin):.1f}" x2="{x(margin):.1f}" y1="14" y2="100"/>'
        f'<line class="strong" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="14" y2="100"/>'
        f'<line class="grid" x1="20" x2="500" y1="100" y2="100"/>'
        f'<line class="new" x1="{x(gap.low):.1f}" x2="{x(gap.high):.1f}" y1="62" y2="62"/>'
        + "".join(f'<line class="new" x1="{x(end):.1f}" x2="{x(end):.1f}" y1="52" y2="72"/>' for end in (gap.low, gap.high))
        + f'<rect class="newfill" x="{x(gap.value) - 6:.1f}" y="56" width="12" height="12"/>'
        + _text(x(gap.value), 44, f"{gap.value * 100:+.1f}", "big")
        + ticks
        + _text(x(margin), 140, _("margin"), "axis badtext")
        + _text(x(0), 140, _("equal"), "axis"),
        _("The difference in accuracy with its interval"),
    )


def recalls(verdict: Verdict, shown: Mapping[str, str]) -> str:
    """Draw each class's recall before and after, with intervals."""
    ends = [value for row in verdict.classes for one in (row.old, row.new) if one for value in (one.low, one.high)]
    low = math.floor(min([*ends, 0.9]) * 10) / 10 if ends else 0.0
    x = _scale(low, 1.0, _LEFT, 470)
    height = 30 + _ROW * len(verdict.classes)
    body = ""
    for number, row in enumerate(verdict.classes):
        y = 24 + number * _ROW
        body += _text(0, y + 5, shown.get(row.cls, row.cls), "label")
        for estimate, css, at in ((row.old, "old", y - 7), (row.new, "new", y + 7)):
            if estimate is not None and estimate.value is not None:
                body += f'<line class="{css}" x1="{x(estimate.low):.1f}" x2="{x(estimate.high):.1f}" y1="{at}" y2="{at}"/>'
                body += f'<circle class="{css}fill" cx="{x(estimate.value):.1f}" cy="{at}" r="5"/>'
    body += "".join(_text(x(one / 10), height - 2, f"{one / 10:g}", "axis") for one in range(round(low * 10), 11))
    return _svg(500, height + 6, body, _("Recall of each class, before and after"))


def confusion(evaluation: Evaluation, shown: Mapping[str, str]) -> str:
    """Draw the confusion matrix: rows are true, columns are what the model said."""
    side, top = 46, 70
    count = len(evaluation.classes)
    worst = max([n for row, line in enumerate(evaluation.confusion) for column, n in enumerate(line) if row != column], default=0)
    body = ""
    for row, (cls, line) in enumerate(zip(evaluation.classes, evaluation.confusion, strict=True)):
        name = shown.get(cls, cls)
        y = top + row * side
        body += _text(0, y + 28, name, "label") + _text(
            _LEFT + count * side + 10, y + 28, _("of {n}").format(n=sum(line)), "axis left"
        )
        body += f'<text class="axis" transform="translate({_LEFT + row * side + 24} {top - 8}) rotate(-35)">{escape(name)}</text>'
        for column, n in enumerate(line):
            css = "cell" if row == column or not n else ("cell wrong2" if n * 2 > worst else "cell wrong1")
            x = _LEFT + column * side
            body += f'<rect class="{css}" x="{x}" y="{y}" width="{side - 2}" height="{side - 2}" rx="3"/>'
            body += _text(x + side / 2 - 1, y + 28, str(n) if n else "·", "number" if n else "axis")
    return _svg(_LEFT + count * side + 70, top + count * side + 4, body, _("Confusion: rows true, columns said"))


def reliability(old: Evaluation | None, new: Evaluation) -> str:
    """Draw stated confidence against the share that was right; on the dashed line is best."""
    x, y = _scale(0, 1, 46, 470), _scale(0, 1, 270, 10)
    body = f'<line class="faint dashed" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>'
    for share in (0.0, 0.5, 1.0):
        body += _text(x(share), 290, f"{share:g}", "axis") + _text(30, y(share) + 4, f"{share:g}", "axis")
        body += f'<line class="grid" x1="{x(0)}" x2="{x(1)}" y1="{y(share)}" y2="{y(share)}"/>'
    for evaluation, css in ((old, "old"), (new, "new")):
        if evaluation is not None:
            dots = [(x(one.confidence), y(one.accuracy)) for one in evaluation.reliability if one.n >= _ENOUGH]
            body += f'<polyline class="{css}" points="{_path(dots)}"/>'
            body += "".join(f'<circle class="{css}fill" cx="{a:.1f}" cy="{b:.1f}" r="4"/>' for a, b in dots)
    body += _text(258, 312, _("confidence it stated"), "axis")
    return _svg(500, 320, body, _("Reliability"))


def coverage(old: Evaluation | None, new: Evaluation) -> str:
    """Draw the precision of what is accepted over how much is accepted."""
    low = min([one.precision for part in (old, new) if part for one in part.curve] + [0.9])
    x, y = _scale(0, 1, 46, 470), _scale(low, 1, 270, 10)
    body = ""
    for share in (0.0, 0.5, 1.0):
        body += _text(x(share), 290, f"{share:g}", "axis")
        at = low + (1 - low) * share
        body += (
            _text(26, y(at) + 4, f"{at:.2f}", "axis") + f'<line class="grid" x1="{x(0)}" x2="{x(1)}" y1="{y(at)}" y2="{y(at)}"/>'
        )
    for evaluation, css in ((old, "old"), (new, "new")):
        if evaluation is not None:
            body += f'<polyline class="{css}" points="{_path((x(one.coverage), y(one.precision)) for one in evaluation.curve)}"/>'
    body += _text(258, 312, _("share of the pictures accepted"), "axis")
    return _svg(500, 320, body, _("Precision over coverage"))


class _scale:  # noqa: N801 - used as the function it stands for
    """From values to pixels."""

    def __init__(self, low: float, high: float, begin: float, end: float) -> None:
        self._low, self._begin = low, begin
        self._factor = (end - begin) / (high - low or 1.0)

    def __call__(self, value: float) -> float:
        return self._begin + (value - self._low) * self._factor


def _points(low: float, high: float) -> Iterable[int]:
    """Give whole percentage points for an axis, about eight of them."""
    step = max(1, round((high - low) * 100 / 8))
    return (one for one in range(-(100 // step) * step, 101, step) if low <= one / 100 <= high)


def _path(dots: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)


def _text(x: float, y: float, text: str, css: str) -> str:
    return f'<text class="{css}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _svg(width: float, height: float, body: str, title: str) -> str:
    return f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">{body}</svg>'


def legend(names: Sequence[str]) -> str:
    """Give the key to old and new."""
    return "".join(
        f'<span class="key {css}">{escape(name)}</span>' for css, name in zip(("oldkey", "newkey"), names, strict=False)
    )
