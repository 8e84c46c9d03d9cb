"""Files that are replaced whole: a reader sees the old content or the new, whatever happens in between."""

import tempfile
import time
from contextlib import suppress
from pathlib import Path

from desktop.core.errors import StorageFullError
from desktop.core.texts import _

_REPLACE_TRIES = 50
_REPLACE_PAUSE_S = 0.02


def replace_file(path: Path, data: bytes) -> None:
    """Give a file new content in one step, also where a reader keeps Windows from doing so for a moment.

    Raises:
        StorageFullError: it could not be written; what was there before still is.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            unfinished = Path(file.name)
            try:
                file.write(data)
                file.close()
                _rename(unfinished, path)
            except OSError:  # on a full disk each word would leave another file
                file.close()
                unfinished.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise StorageFullError(
            _("{path} cannot be written: {error}.").format(path=path, error=error.strerror or error)
        ) from error


def _rename(source: Path, target: Path) -> None:
    for _try in range(_REPLACE_TRIES):
        with suppress(PermissionError):
            source.replace(target)
            return
        time.sleep(_REPLACE_PAUSE_S)
    source.replace(target)
