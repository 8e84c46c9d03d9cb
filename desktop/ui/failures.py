"""Why pictures cannot be shown: what decoding said, in the user's words, and whether trying again may help."""

import logging
from collections.abc import Collection
from dataclasses import dataclass

from desktop.core.errors import AppError, NotFoundError, OfflineError
from desktop.core.images import Image
from desktop.core.texts import _

Version = tuple[str, str]
"""An image's name and ETag."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One picture that could not be made."""

    problem: str
    passing: bool = False
    """Whether asking again may help."""


class Failures:
    """What failed so far; belongs to the window's thread."""

    def __init__(self) -> None:
        self._known: dict[Version, Failure] = {}

    def __contains__(self, version: Version) -> bool:
        return version in self._known

    def add(self, version: Version, failure: Failure) -> None:
        """Keep why a picture cannot be shown."""
        self._known[version] = failure

    def problem(self, image: Image) -> str | None:
        """Give why an image cannot be shown; None if it can, or nobody tried."""
        failure = self._known.get((image.name, image.etag))
        return None if failure is None else failure.problem

    def may_help(self, version: Version, before: Collection[Version]) -> bool:
        """Tell whether trying may help: not after a lasting failure, nor where it was wanted a moment ago."""
        failure = self._known.get(version)
        if failure is None:
            return True
        if not failure.passing or version in before:
            return False
        del self._known[version]
        return True


def foreseen(error: AppError | ValueError) -> Failure:
    """Give what a store or a decoder says as a failure in the user's words."""
    if isinstance(error, AppError):
        return Failure(error.title, passing=isinstance(error, OfflineError | NotFoundError))
    return Failure(_plain(str(error)))


def unforeseen(error: Exception, name: str) -> Failure:
    """Give a failure for what nobody foresaw; the log has it whole."""
    logging.getLogger(__name__).warning("%s cannot be shown", name, exc_info=error)
    return Failure(_("Cannot be decoded"), passing=True)


def _plain(reason: str) -> str:
    """Give a decoder's reason in the user's language."""
    known = {
        "the file is empty": _("The file is empty"),
        "the picture is cut off": _("File is cut short"),
        "not a JPEG or PNG picture": _("Not a JPEG or PNG picture"),
    }
    if reason.startswith(("larger than", "more than")):
        return _("Too large for a picture")
    return known.get(reason, _("Cannot be decoded"))
