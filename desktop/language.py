"""The language of every visible text: the catalogs in ``resources/translations``, read as they are written."""

import io
import locale
import os
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from desktop.core import texts

VARIABLE = "SORTLOOP_LANGUAGE"
"""Child processes learn the language from it, too."""

_NEXT_TO_PACKAGE = Path(__file__).parent / "resources"
RESOURCES = _NEXT_TO_PACKAGE if _NEXT_TO_PACKAGE.is_dir() else Path(__file__).parents[1] / "resources"
"""Inside the package once it is installed, beside it in a checkout."""


LANGUAGES = ("en", "zh_CN")
"""Those that the program speaks wholly."""


_GIVEN = os.environ.get(VARIABLE, "")
"""What the program was started with; the variable itself follows what is spoken."""


def speak(language: str = "") -> None:
    """Use a language from now on (``en``, ``zh_CN``); empty: what the environment says. One that is not there is English."""
    chosen = language or _GIVEN or _of_the_system()
    os.environ[VARIABLE] = chosen
    texts.use(catalog(chosen))


def spoken() -> str:
    """Give the language in use: ``en``, ``zh_CN``."""
    return os.environ.get(VARIABLE, "en")


def catalog(language: str) -> NullTranslations:
    """Give a language's texts."""
    path = RESOURCES / "translations" / f"{language}.po"
    if not path.is_file():
        return NullTranslations()
    from babel.messages import mofile, pofile  # noqa: PLC0415 - English needs neither

    with path.open("rb") as file:
        messages = pofile.read_po(file, language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _of_the_system() -> str:
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    code = locale.normalize(named).partition(".")[0]
    return "zh_CN" if code.startswith("zh") else "en"
