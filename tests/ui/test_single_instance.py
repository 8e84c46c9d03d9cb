"""One window a bucket: the second start wakes the first, also after the first was killed."""

import os
import signal
import subprocess
import sys

import pytest

from desktop.ui.single_instance import SingleInstance

HOLDER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.ui.single_instance import SingleInstance
application = QCoreApplication([])
one = SingleInstance(Path(sys.argv[1]), sys.argv[2])
print("first" if one.claim() else "second", flush=True)
if sys.argv[3] == "stay":
    one.wanted.connect(lambda: print("wanted", flush=True))
    application.exec()
"""


def start(home, address, word):
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home), address, word],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip


@pytest.fixture
def holder(tmp_path):
    process = start(tmp_path, "bucket", "stay")
    assert process.stdout.readline() == "first\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_start_wakes_the_first_and_is_told_so(holder, tmp_path, qapp):
    second = SingleInstance(tmp_path, "bucket")
    assert second.claim() is False
    assert holder.stdout.readline() == "wanted\n"


def test_the_claim_of_a_process_that_was_killed_is_taken_over(holder, tmp_path, qapp, qtbot):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    first = SingleInstance(tmp_path, "bucket")
    assert first.claim() is True
    third = start(tmp_path, "bucket", "go")
    with qtbot.waitSignal(first.wanted, timeout=20_000):
        pass
    assert third.communicate(timeout=20)[0] == "second\n"
    first.release()


def test_another_bucket_or_another_home_is_another_window(tmp_path, qapp):
    made = [SingleInstance(tmp_path / home, bucket) for home in ("a", "b") for bucket in (str(tmp_path / "x"), "s3://y/z")]
    assert [one.claim() for one in made] == [True] * 4
    for one in made:
        one.release()


def test_a_bucket_is_the_same_however_its_folder_is_written(tmp_path, qapp):
    first = SingleInstance(tmp_path, str(tmp_path / "bucket"))
    assert first.name == SingleInstance(tmp_path, f"{tmp_path}/other/../bucket/").name
    assert SingleInstance(tmp_path, "s3://a/b/").name == SingleInstance(tmp_path, "s3://a/b").name


def test_a_released_bucket_can_be_claimed_again(tmp_path, qapp):
    first, second = SingleInstance(tmp_path, "bucket"), SingleInstance(tmp_path, "bucket")
    assert first.claim()
    first.release()
    assert second.claim()
    second.release()
