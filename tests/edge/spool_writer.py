"""Puts records into a spool for ever and says each that is acknowledged; a test kills it."""

import sys
from pathlib import Path

from edge.spool import Record, Spool


def main() -> None:
    spool = Spool(Path(sys.argv[1]), quota_bytes=1 << 30, max_records=1 << 20, free_bytes=0)
    number = int(sys.argv[2])
    while True:
        name = f"{number}.jpg"
        if spool.put(Record(name, name.encode() * 3000, {"number": str(number)}, rank=number % 5)):
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main()
