"""Which command lines open the window, and what is said where it cannot be opened."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cli.window import Opening, asked, open_window, screen, without
from desktop.core.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch):
    for name in ("SORTLOOP_BUCKET", "SORTLOOP_HOME", "DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ([], Opening()),
        (["gui"], Opening()),
        (["--bucket", "plant"], Opening("plant")),
        (["--bucket=plant", "--home", "here", "gui"], Opening("plant", "here")),
        (["--bucket", "gui"], Opening("gui")),
        (["gui", "--exit-when-usable"], Opening(exit_when_usable=True)),
    ],
)
def test_no_command_and_gui_open_the_window(words, opening):
    assert asked(words) == opening


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["--bucket"],
        ["--help"],
        ["gui", "--help"],
        ["gui", "--self-test"],
        ["--json"],
        ["--bucket", "plant", "status"],
    ],
)
def test_all_else_is_read_as_a_command(words):
    assert asked(words) is None


def test_the_environment_names_bucket_and_home_too(monkeypatch):
    monkeypatch.setenv("SORTLOOP_BUCKET", "plant")
    monkeypatch.setenv("SORTLOOP_HOME", "here")
    assert asked([]) == Opening("plant", "here")
    assert asked(["--bucket", "other"]) == Opening("other", "here")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_without_a_screen_the_window_is_refused_in_words(tmp_path):
    assert not screen()
    with pytest.raises(ConfigError, match="no screen") as refused:
        open_window("", tmp_path)
    assert "sortloop --help" in refused.value.hint


def test_a_missing_library_is_named_with_the_extra_that_brings_it():
    told = without(ModuleNotFoundError(name="PySide6.QtCore"))
    assert isinstance(told, ConfigError)
    assert "PySide6" in told.title
    assert "sortloop[desktop]" in told.hint


def test_a_missing_module_of_our_own_stays_a_bug():
    bug = ModuleNotFoundError(name="desktop.ui.nowhere")
    assert without(bug) is bug


@pytest.mark.parametrize("words", [["worker-train"], ["worker-edge", "--help"], ["-m", "edge.check"]])
def test_a_worker_starts_without_the_command_line(words):
    command = [sys.executable, "-X", "importtime", "-m", "desktop", *words]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stderr
    assert "edge.contract" in loaded
    assert "typer" not in loaded
    assert "desktop.app" not in loaded
