"""Tries a model before it is used, in a process of its own: a bad one may crash, hang or eat all memory.

python -m edge.check FOLDER SECONDS      exit code 0, or 1 with a plain reason on the last line of stdout
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import edge
from edge.classifier import BadModel, OnnxClassifier, check_golden

_ROOT = Path(edge.__file__).resolve().parents[1]
_GRACE_S = 5.0
"""Whoever waits gives up first, and says so."""
_ENDED = (-signal.SIGTERM, -signal.SIGINT)
"""A service manager ends all processes of a program at once; that says nothing about the model."""


class CheckInterrupted(Exception):
    """The program ends; nothing is known about the model."""


def check_apart(
    folder: Path,
    timeout_s: float,
    stopped: Callable[[], bool] = lambda: False,
    command: Sequence[str] = (sys.executable, "-m", "edge.check"),
) -> None:
    """Load a bundle and answer its golden pictures in another process.

    Raises:
        BadModel: it is not fit for use, with the reason. CheckInterrupted: ``stopped`` turned true, or somebody ended the check.
    """
    deadline_s = time.monotonic() + timeout_s
    with tempfile.TemporaryFile() as said:
        try:
            # In a session of its own: Ctrl-C is for the program, not for the model.
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [*command, os.path.abspath(folder), str(timeout_s)],
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise BadModel(f"its check could not start ({error.strerror})") from error
        with process:
            try:
                code = _wait(process, deadline_s, stopped)
            finally:
                process.kill()
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines() or ["no reason was given"]
    if code is None:
        raise BadModel(f"its check took longer than {timeout_s:g} s")
    if code in _ENDED:
        raise CheckInterrupted
    if code < 0:
        raise BadModel(f"its check was ended by signal {-code}")
    if code != 0:
        raise BadModel(lines[-1][:300])


def _wait(process: "subprocess.Popen[bytes]", deadline_s: float, stopped: Callable[[], bool]) -> int | None:
    """Give the exit code, None after the deadline."""
    while time.monotonic() < deadline_s:
        if stopped():
            raise CheckInterrupted
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0.1)
    return None


def main(folder: str, timeout_s: float) -> int:
    """Check one bundle; give the exit code."""
    if hasattr(signal, "setitimer"):  # whoever waits may be killed before; nobody else would end a check that never ends
        signal.setitimer(signal.ITIMER_REAL, timeout_s + _GRACE_S)
    with contextlib.suppress(OSError):  # if memory runs out, this process goes and not the one that answers
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        check_golden(OnnxClassifier.load(Path(folder)), Path(folder))
    except BadModel as error:
        print(error)  # noqa: T201  # read by the other side
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
