"""The window as a program: it opens, is found whole, and closes."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the program without a screen."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "SORTLOOP_HOME": str(home)}
    command = [sys.executable, "-m", "desktop", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=90)


def test_the_self_test_opens_a_plant_and_finds_all_it_needs(tmp_path):
    done = run("gui", "--self-test", home=tmp_path)
    found = json.loads(done.stdout)
    assert done.returncode == 0, (found, done.stderr)
    assert found["ok"]
    assert all(found["checks"].values())
    assert list(tmp_path.iterdir()) == []  # it leaves nothing behind where the user works


def test_the_window_says_when_it_is_usable_and_goes(tmp_path):
    done = run("--home", str(tmp_path), "--exit-when-usable", home=tmp_path)
    assert (done.returncode, done.stdout) == (0, "usable\n"), done.stderr
