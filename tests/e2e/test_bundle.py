"""The frozen program, built here and tried as a user has it: no interpreter, no environment, an empty home."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge.scenes import CLASSES, draw
from tests.e2e.circle import Programs, spread, turn

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("objdump") is None, reason="PyInstaller needs objdump (.ci/packages bundle)"),
]
pytest.importorskip("PyInstaller", reason="comes with the extra `bundle`")

ROOT = Path(__file__).parents[2]
FREEZING_S = 600


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", folder / "dist",
        "--workpath", folder / "work", ROOT / "build_spec.spec",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=FREEZING_S)
    assert done.returncode == 0, done.stderr
    moved = folder / "elsewhere" / "sortloop"  # it must not matter where it lies
    moved.parent.mkdir()
    (folder / "dist" / "sortloop").rename(moved)
    return moved


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has nothing."""
    return {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def run(frozen: Path, bare: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the frozen program, from a folder that has nothing to do with it."""
    return subprocess.run(
        [frozen / "sortloop", *words], env=bare, cwd="/", capture_output=True, text=True, check=False, timeout=240
    )


def test_its_window_opens_without_a_screen_and_finds_all_it_needs(frozen, bare):
    done = run(frozen, bare, "gui", "--self-test")
    found = json.loads(done.stdout)
    assert done.returncode == 0, (found, done.stderr)
    assert (found["ok"], found["frozen"], found["platform"]) == (True, True, "offscreen")


def test_without_a_screen_it_says_so_and_names_what_works(frozen, bare):
    done = run(frozen, bare)
    assert done.returncode == 1
    assert "sortloop --help" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_speaks_chinese(frozen, bare):
    help_text = run(frozen, {**bare, "SORTLOOP_LANGUAGE": "zh_CN"}, "--help").stdout
    assert "分拣" in help_text


def test_the_whole_circle_turns_with_nothing_but_it(frozen, bare, tmp_path):
    for cls in CLASSES:
        (tmp_path / "drawn" / cls).mkdir(parents=True)
        for seed in range(12):
            (tmp_path / "drawn" / cls / f"{seed:02d}.jpg").write_bytes(draw(cls, seed, field=seed >= 5))
    program = str(frozen / "sortloop")
    begin, field = spread(tmp_path / "drawn", 5)
    figures = turn(tmp_path / "circle", begin, field, Programs((program,), (program, "worker-edge"), bare))
    assert {answer["model"] for answer in figures["before"]} == {figures["first"]["model"]}
    assert figures["after"][-1]["model"] == figures["second"]["model"]
    assert sum(figures["status"]["labeled"].values()) == figures["labelled"] > 0


def test_a_process_of_its_own_delivers_until_its_input_closes(frozen, bare, tmp_path):
    (tmp_path / "base" / "soda-can").mkdir(parents=True)
    (tmp_path / "base" / "soda-can" / "1.jpg").write_bytes(draw("soda-can", 1, field=False))
    (tmp_path / "base" / "clutter").mkdir()
    (tmp_path / "base" / "clutter" / "2.jpg").write_bytes(draw("clutter", 2, field=False))
    where = ("--bucket", str(tmp_path / "plant"), "--json")
    assert run(frozen, bare, *where, "import", str(tmp_path / "base")).returncode == 0
    follower = subprocess.Popen(
        [frozen / "sortloop", *where, "deliver", "--follow"],
        env=bare, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    out, err = follower.communicate(timeout=60)
    assert follower.returncode == 0, err
    assert json.loads(out)["waiting"] == 0


def test_it_carries_the_program_of_the_devices(frozen, tmp_path):
    shutil.copytree(frozen / "_internal" / "edge", tmp_path / "edge")
    (tmp_path / "plant").mkdir()
    where = ("--bucket", tmp_path / "plant", "--home", tmp_path / "pi", "--camera", "synthetic://")
    command = [sys.executable, "-m", "edge", "once", *where]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["label"] is None
