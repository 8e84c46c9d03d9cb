"""One process of the screenshots: a plant, a theme, a language, a size; ``__main__`` starts it."""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.ui.start import Face
from tests.screenshots import studio
from tests.screenshots.views import Walk


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("plant", choices=("shift", "passed", "none"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--language", default="en")
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--scale", type=float, default=1.0)
    said = parser.parse_args()
    application = QApplication([])
    with tempfile.TemporaryDirectory(prefix="recycling-") as name:
        folder = Path(name)
        if said.plant != "none":
            shutil.copytree(said.folder, folder, dirs_exist_ok=True)
            studio.take_along(folder / "home", folder / studio.NAME)
        (folder / "home").mkdir(parents=True, exist_ok=True)
        studio.wear(folder / "home", studio.SETTINGS, said.theme, said.language, said.scale)
        shoot(said, folder)
    application.quit()


def shoot(said, folder):
    """Walk through the views of a plant, and keep a picture of each."""
    face = Face(folder / "home")
    face.show("" if said.plant == "none" else str(folder / studio.NAME))
    width, height = (int(one) for one in said.size.split("x"))
    face.window.resize(width, height)

    def keep(view, widget):
        said.out.mkdir(parents=True, exist_ok=True)
        widget.grab().save(str(said.out / f"{view}.png"))

    known = folder / studio.TRUTH
    walk = Walk(face.window, keep, json.loads(known.read_text()) if known.exists() else {})
    try:
        if said.plant == "none":
            walk.show("first-run")
        elif said.plant == "shift":
            walk.begin()
            walk.sort()
            walk.queues()
            walk.train(run=True)
            walk.compare()
            walk.around()
            walk.done()
        else:
            walk.begin()
            if not studio.photographs():
                walk.sort()
                walk.queues()
                walk.around()
            walk.train()
            walk.compare()
            walk.fleet(studio.answer_orders)
    finally:
        face.window.close()
        face.close()


if __name__ == "__main__":
    main()
