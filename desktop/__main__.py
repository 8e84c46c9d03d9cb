"""``python -m desktop``: the same program as ``sortloop``."""

import sys


def main() -> int:
    """Run the command line, or say what it needs where only the device's program is installed."""
    try:
        from desktop.cli.start import start  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("desktop", "edge"):
            raise
        sys.stderr.write(f"{error.name} is not installed: sortloop needs more than a device does. Install sortloop[desktop].\n")
        return 1
    return start(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
