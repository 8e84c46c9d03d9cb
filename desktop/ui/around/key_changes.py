"""What the user changes of the keys: adding, taking, removing, resetting. Pure, without Qt."""

from collections.abc import Iterable, Mapping

from desktop.ui.actions import Action
from desktop.ui.keymap import live_together


class KeyChanges:
    """The keys of all actions, and how they differ from the table's.

    Args:
        actions: The table.
        changed: The user's keys by action id; those of actions that are not in the table (another bucket's classes) stay.
    """

    def __init__(self, actions: Iterable[Action], changed: Mapping[str, Iterable[str]] | None = None) -> None:
        self.actions = {action.id: action for action in actions}
        self._changed = {name: tuple(keys) for name, keys in (changed or {}).items()}

    @property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """What differs from the table."""
        return {name: keys for name, keys in self._changed.items() if name not in self.actions or keys != self.actions[name].keys}

    def keys(self, action: str) -> tuple[str, ...]:
        """Give an action's keys."""
        return self._changed.get(action, self.actions[action].keys)

    def is_changed(self, action: str) -> bool:
        """Tell whether an action has other keys than the table's."""
        return action in self.changed

    def clashing(self, action: str, combination: str) -> list[Action]:
        """Give the other actions that have a key where this one is live."""
        here = self.actions[action].place
        return [
            other
            for other in self.actions.values()
            if other.id != action and combination in self.keys(other.id) and live_together(here, other.place)
        ]

    def add(self, action: str, combination: str) -> bool:
        """Give an action one more key; False, and nothing is changed, if another has it."""
        if self.clashing(action, combination):
            return False
        self._set(action, (*self.keys(action), combination))
        return True

    def take(self, action: str, combination: str) -> None:
        """Give an action a key that others have: they lose it."""
        for other in self.clashing(action, combination):
            self.remove(other.id, combination)
        self.add(action, combination)

    def remove(self, action: str, combination: str) -> None:
        """Take a key from an action; it may be left without any."""
        self._set(action, tuple(key for key in self.keys(action) if key != combination))

    def reset(self, action: str) -> list[Action]:
        """Give an action the table's keys again; others that had got one of them lose it, and are given back."""
        self._changed.pop(action, None)
        losers = []
        for combination in self.keys(action):
            for other in self.clashing(action, combination):
                self.remove(other.id, combination)
                losers.append(other)
        return losers

    def use(self, changed: Mapping[str, Iterable[str]]) -> None:
        """Take a whole set of changes: a scheme, an imported file; keys of other buckets' classes stay."""
        kept = {name: keys for name, keys in self._changed.items() if name not in self.actions}
        self._changed = kept | {name: tuple(keys) for name, keys in changed.items()}

    def clashes(self) -> list[tuple[str, Action, Action]]:
        """Give each key that two actions want at once."""
        return [
            (combination, action, other)
            for action in self.actions.values()
            for combination in self.keys(action.id)
            for other in self.clashing(action.id, combination)
            if action.id < other.id
        ]

    def with_key(self, combination: str) -> list[Action]:
        """Give the actions that have a key."""
        return [action for action in self.actions.values() if combination in self.keys(action.id)]

    def _set(self, action: str, keys: Iterable[str]) -> None:
        self._changed[action] = tuple(dict.fromkeys(keys))
