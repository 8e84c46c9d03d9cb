"""Sortloop on a computer: sort, train, compare, deploy.

    __main__ → cli → demo → app → ui | aws | local | ml → core

``core`` is the application without screen, cloud or threads; the siblings in the middle are its surroundings and never
meet; ``app`` puts them together.
"""

import time

BEGUN_S = time.perf_counter()
"""When the program began, as near as it can tell by itself."""
