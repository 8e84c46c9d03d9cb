"""The demo as a user runs it: one command, a story, a report."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def told(there: Path) -> dict:
    command = [sys.executable, "-m", "desktop", "--json", "demo", "plant", "--report", "report.html"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_pis_answer_better_after_one_turn(told):
    before, after = (told[key]["right"] / told[key]["pictures"] for key in ("before", "after"))
    assert told["before"]["pictures"] >= 700
    assert 0.6 < before < 0.95
    assert after > before + 0.03


def test_the_verdict_is_a_real_one(told):
    assert told["verdict"] == "pass"
    assert told["sorted"]["blind"] >= 100


def test_a_page_is_confirmed_with_fewer_keys_than_it_has_pictures(told):
    seen = told["sorted"]["images"] - told["sorted"]["blind"]
    assert 0 < told["sorted"]["keys"] < told["sorted"]["blind"] + seen


def test_the_report_needs_nothing_from_outside(told, there):
    page = (there / "report.html").read_text(encoding="utf-8")
    assert page.count("<img") > 20
    assert page.count("<svg") >= 5
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)


def test_a_folder_with_something_else_in_it_is_left_alone(there):
    (there / "mine").mkdir()
    (there / "mine" / "thesis.txt").write_text("years of work")
    command = [sys.executable, "-m", "desktop", "--json", "demo", "mine"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "something else" in json.loads(done.stdout)["error"]
    assert (there / "mine" / "thesis.txt").read_text() == "years of work"
