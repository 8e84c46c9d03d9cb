"""The one door through which visible text passes: ``_("literal")`` in every layer, gettext behind it."""

from gettext import NullTranslations

_current = NullTranslations()


def use(translations: NullTranslations) -> None:
    """Speak another language from now on; called once by the composition root."""
    global _current  # noqa: PLW0603 - gettext's own convention: one language a process
    _current = translations


def _(message: str) -> str:
    """Give a message in the language in use."""
    return _current.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Give a message with a number in the language in use."""
    return _current.ngettext(one, many, count)
