"""``python -m desktop``: the same program as ``sortloop``.

Beside its commands it is every process that it starts: a frozen program has no interpreter to start them with.

    sortloop worker-train …     a training run                    ``python -m desktop.ml.train …``
    sortloop worker-edge …      a device's program, for the demo  ``python -m edge …``
    sortloop -m edge.check …    the check of a model: so the device's program asks its interpreter, which here is this one
"""

import gc
import sys

_WORKERS = {"worker-train": "desktop.ml.train", "worker-edge": "edge"}
_CHECK = ["-m", "edge.check"]


def main() -> int:
    """Run the command line, or say what it needs where only the device's program is installed."""
    words = sys.argv[1:]
    if words[:1] and words[0] in _WORKERS:  # before anything is loaded: somebody waits for its first word
        return _become(_WORKERS[words[0]], words[1:])
    if words[:2] == _CHECK:
        return _become(_CHECK[1], words[2:])
    gc.disable()  # nothing that is imported becomes garbage, and looking for it takes a tenth of a start
    try:
        from desktop.cli.start import start  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("desktop", "edge"):
            raise
        sys.stderr.write(f"{error.name} is not installed: sortloop needs more than a device does. Install sortloop[desktop].\n")
        return 1
    try:
        return start(words)
    finally:
        gc.freeze()  # all of it ends with the process; walking over it once more takes longer than the rest of the end


def _become(module: str, words: list[str]) -> int:
    """Run a module as ``python -m`` would."""
    import runpy  # noqa: PLC0415 - the window has no use for it

    sys.argv[1:] = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
