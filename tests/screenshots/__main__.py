"""Draws every view of the window: ``python -m tests.screenshots OUT``, in both languages, both themes, three sizes.

Each variant is a process of its own, for language and ``QT_SCALE_FACTOR`` are settled when a program starts; its pictures lie in
``OUT/<theme>-<language>-<size>/``. Photographs come from ``SORTLOOP_PHOTOS``; without them those views are of the drawn plant.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.screenshots import studio

VARIANTS = {
    f"{theme}-{language}-{name}": (theme, language, size, text, factor)
    for theme in ("dark", "light")
    for language in ("en", "zh_CN")
    for name, size, text, factor in (
        ("1366", "1366x768", 1.0, "1"),
        ("1440", "1440x900", 1.0, "1"),
        ("1920", "1920x1080", 1.0, "1"),
        ("2x", "1440x900", 1.0, "2"),
        ("text200", "1920x1080", 2.0, "1"),
    )
}


def main() -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--plants", type=Path, help="where the plants are built, and found again")
    parser.add_argument("--only", nargs="*", help="; ".join(VARIANTS))
    parser.add_argument("--of", nargs="*", default=["none", "shift", "passed"], help="which plants: none, shift, passed")
    said = parser.parse_args()
    if not studio.photographs():
        said.of = [plant for plant in said.of if plant != "shift"]
    with tempfile.TemporaryDirectory() as name:
        plants = said.plants or Path(name)
        for plant in said.of:
            if plant != "none" and not (plants / plant / "built").exists():
                build(plants / plant, plant)
        for variant in said.only or VARIANTS:
            for plant in said.of:
                shoot(variant, plant, plants / plant, said.out / variant)


def build(folder: Path, plant: str) -> None:
    """Build a plant."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    begun_s = time.monotonic()
    folder.mkdir(parents=True)
    getattr(studio, plant)(folder)
    (folder / "built").touch()
    application.processEvents()
    print(f"{plant}: built in {time.monotonic() - begun_s:.0f} s")


def shoot(variant: str, plant: str, folder: Path, out: Path) -> None:
    """Take the pictures of one plant in one variant."""
    theme, language, size, text, factor = VARIANTS[variant]
    begun_s = time.monotonic()
    command = [
        sys.executable, "-m", "tests.screenshots.one", plant, str(folder), str(out),
        "--theme", theme, "--language", language, "--size", size, "--scale", str(text),
    ]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": factor}, check=False)
    ended = "" if done.returncode == 0 else f", ended with {done.returncode}"
    print(f"{variant} {plant}: {time.monotonic() - begun_s:.0f} s{ended}", flush=True)


if __name__ == "__main__":
    main()
