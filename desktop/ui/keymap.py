"""Which key does what: the table's keys with the user's changes over them. Pure, without Qt.

A *combination* is written as QKeySequence writes it (``Ctrl+Shift+P``, ``4``, ``Del``).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from desktop.core.keys import parted
from desktop.ui.actions import Action

_VIEWS = frozenset({"grid", "loupe"})


@dataclass(frozen=True, slots=True)
class Clash:
    """Two actions want one key at the same time."""

    combination: str
    action: Action
    other: Action


class Keymap:
    """The keys in force.

    Args:
        actions: The table.
        changed: The user's keys by action id; they replace the table's.
        modifier: Whether single characters must be pressed with Alt (WCAG 2.1.4); digits and letters alone then do nothing.
            What was with Alt already takes Ctrl in addition.
    """

    def __init__(
        self, actions: Iterable[Action], changed: Mapping[str, Iterable[str]] | None = None, *, modifier: bool = False
    ) -> None:
        self.actions = {action.id: action for action in actions}
        self.changed = {name: tuple(keys) for name, keys in (changed or {}).items()}
        self.modifier = modifier
        self._by_combination: dict[str, list[Action]] = {}
        for action in self.actions.values():
            for combination in self.keys(action.id):
                self._by_combination.setdefault(combination, []).append(action)

    def keys(self, action: str) -> tuple[str, ...]:
        """Give an action's combinations, the one that is shown first."""
        known = self.actions.get(action)
        mine = self.changed.get(action, known.keys if known else ())
        return tuple(self.guarded(combination) for combination in mine)

    def shown(self, action: str) -> str:
        """Give the combination that is shown for an action; empty if it has none."""
        return next(iter(self.keys(action)), "")

    def found(self, combination: str, places: Collection[str]) -> list[Action]:
        """Give what a combination may do where these places are live: the innermost first."""
        live = [action for action in self._by_combination.get(combination, ()) if action.place in places]
        return sorted(live, key=lambda action: (action.place in _VIEWS, action.place != "window"), reverse=True)

    def find(self, combination: str, places: Collection[str]) -> Action | None:
        """Give what a combination does where these places are live."""
        return next(iter(self.found(combination, places)), None)

    def clashes(self) -> list[Clash]:
        """Give the pairs of actions that want one key in places that can be live together."""
        return [
            Clash(combination, first, second)
            for combination, actions in self._by_combination.items()
            for number, first in enumerate(actions)
            for second in actions[number + 1 :]
            if live_together(first.place, second.place)
        ]

    def plain(self, combination: str) -> str:
        """Give what a pressed combination is called in the file of keys: there, no key is guarded by Alt."""
        held, key = parted(combination)
        if not self.modifier or len(key) != 1:
            return combination
        return {"Alt+": key, "Alt+Shift+": f"Shift+{key}", "Ctrl+Alt+": f"Alt+{key}"}.get(held, combination)

    def guarded(self, combination: str) -> str:
        """Give how a combination of the file of keys is pressed."""
        if not self.modifier:
            return combination
        held, key = parted(combination)
        if len(key) == 1 and held in ("", "Shift+"):
            return f"Alt+{combination}"
        if len(key) == 1 and held == "Alt+":  # makes room: else the guide of a class would have the key of the class
            return f"Ctrl+{combination}"
        return combination


def live_together(place: str, other: str) -> bool:
    """Tell whether two places can be live at once."""
    if "window" in (place, other) or place == other:
        return True
    stations = {"sort" if one in _VIEWS else one for one in (place, other)}
    return len(stations) == 1 and {place, other} != _VIEWS
