"""Finding an action by a few letters: the beginnings of words count most. Pure, without Qt."""

from collections.abc import Iterable, Mapping, Sequence

from desktop.ui.actions import Action

_START, _WORD, _INSIDE, _SCATTERED = 0, 1, 2, 3


def ranked(query: str, actions: Sequence[Action], other: Mapping[str, str]) -> list[Action]:
    """Give the actions that a query may mean, the best first; all of them, in their order, where it is empty.

    ``other`` is what actions are called in another language, by id; their section and id are looked at last.
    """
    words = query.casefold().split()
    if not words:
        return list(actions)
    found = []
    for place, action in enumerate(actions):
        texts = [(0, action.title), (1, other.get(action.id, "")), (3, f"{action.section} {action.title}"), (3, action.id)]
        ranks = [(penalty + rank, at) for penalty, text in texts if (rank := _rank(words, text)) is not None for at in (place,)]
        if ranks:
            found.append((*min(ranks), action))
    return [action for _rank_, _place, action in sorted(found, key=lambda one: one[:2])]


def _rank(words: Iterable[str], text: str) -> int | None:
    """Give how badly a text fits, 0 is best; None where a word is not in it."""
    folded = text.casefold()
    worst = 0
    for word in words:
        if folded.startswith(word):
            rank = _START
        elif _begins(folded, word):
            rank = _WORD
        elif word in folded:
            rank = _INSIDE
        elif _initials(folded, word):
            rank = _SCATTERED
        else:
            return None
        worst = max(worst, rank)
    return worst


def _begins(text: str, word: str) -> bool:
    return any(part.startswith(word) for part in text.replace("-", " ").replace(":", " ").split())


def _initials(text: str, letters: str) -> bool:
    """Tell whether letters are beginnings of words in their order: ``nlo`` of ``Next, leave this open``."""
    parts = text.replace("-", " ").split()
    return _spelt(tuple(parts), letters)


def _spelt(parts: tuple[str, ...], letters: str) -> bool:
    if not letters:
        return True
    for place, part in enumerate(parts):
        for length in range(1, min(len(part), len(letters)) + 1):
            if part[:length] == letters[:length] and _spelt(parts[place + 1 :], letters[length:]):
                return True
    return False
