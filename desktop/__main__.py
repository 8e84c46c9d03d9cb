"""``python -m desktop``: the same program as ``sortloop``."""

import sys

from desktop.language import speak


def main() -> int:
    """Run the command line in the user's language, which must be known before the commands' help is built."""
    speak()
    from desktop.cli.main import run_arguments  # noqa: PLC0415

    return run_arguments(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
