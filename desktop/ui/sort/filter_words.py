"""What is typed into the filter's field, understood: devices, classes, days, confidences; the rest is a part of the name."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from desktop.core.filters import Filter
from desktop.core.texts import _

_BELOW = re.compile(r"[<≤](0?\.\d+|[01](?:\.0+)?)")
_ABOVE = re.compile(r"[>≥](0?\.\d+|[01](?:\.0+)?)")
_BETWEEN = re.compile(r"(0?\.\d+|[01](?:\.0+)?)(?:–|\.\.|-)(0?\.\d+|[01](?:\.0+)?)")
_FIRST, _LAST = date(1970, 1, 2), date(9998, 12, 31)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def understood(text: str, base: Filter, devices: Collection[str], shown: Mapping[str, str], today: date) -> Filter:
    """Give a filter with what the words ask for.

    Args:
        text: Words with spaces between: ``pi-05 <0.6 2026-11-24 soda-can``.
        base: What was chosen otherwise; words replace it where they speak of the same.
        devices: The devices there are.
        shown: What each class is called.
        today: The day of ``today`` and ``yesterday``.
    """
    classes = {name.casefold(): cls for cls, name in shown.items()} | {cls.casefold(): cls for cls in shown}
    known = {device.casefold(): device for device in devices}
    days = {"today": today, _("today").casefold(): today}
    days |= dict.fromkeys(("yesterday", _("yesterday").casefold()), today - timedelta(days=1))
    wanted: list[str] = []
    found_classes: list[str] = []
    found_devices: list[str] = []
    result = replace(base, text="")
    for word in text.split():
        small = word.casefold()
        confidence, day = _confidence(word), _day(word, days)
        if small in known:
            found_devices.append(known[small])
        elif small in classes:
            found_classes.append(classes[small])
        elif confidence is not None:
            low, high = confidence
            result = replace(
                result,
                min_confidence=low if low is not None else result.min_confidence,
                max_confidence=high if high is not None else result.max_confidence,
            )
        elif day is not None:
            result = replace(result, since_ms=start_ms(day), until_ms=start_ms(day + timedelta(days=1)))
        else:
            wanted.append(word)
    return replace(
        result,
        text=" ".join(wanted),
        classes=tuple(found_classes) or result.classes,
        devices=tuple(found_devices) or result.devices,
    )


def without(chosen: Filter, part: str) -> Filter:
    """Give a filter without one of the parts that its chips show."""
    kind, _colon, value = part.partition(":")
    if kind == "class":
        return replace(chosen, classes=tuple(cls for cls in chosen.classes if (cls or "") != value))
    if kind == "device":
        return replace(chosen, devices=tuple(device for device in chosen.devices if (device or "") != value))
    if kind == "time":
        return replace(chosen, since_ms=None, until_ms=None)
    if kind == "confidence":
        return replace(chosen, min_confidence=None, max_confidence=None)
    return replace(chosen, text="") if kind == "text" else replace(chosen, unsure=False)


def today() -> date:
    """Give the day here."""
    return datetime.now().astimezone().date()


def day_within(day: date) -> date:
    """Give a day, or the nearest whose beginning and end every calendar and clock holds."""
    return min(max(day, _FIRST), _LAST)


def start_ms(day: date) -> int:
    """Give the moment at which a day begins here."""
    return round(datetime(day.year, day.month, day.day).astimezone().timestamp() * 1000)


def _confidence(word: str) -> tuple[float | None, float | None] | None:
    if found := _BELOW.fullmatch(word):
        return None, float(found[1])
    if found := _ABOVE.fullmatch(word):
        return float(found[1]), None
    if found := _BETWEEN.fullmatch(word):
        low, high = sorted((float(found[1]), float(found[2])))
        return low, high
    return None


def _day(word: str, days: Mapping[str, date]) -> date | None:
    if _DAY.fullmatch(word):
        with suppress(ValueError):
            return day_within(date.fromisoformat(word))
    return days.get(word.casefold())
