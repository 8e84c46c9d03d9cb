"""``python -m desktop``: the same program as ``sortloop``."""

import sys

from desktop.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
