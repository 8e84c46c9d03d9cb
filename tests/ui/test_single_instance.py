"""One window a bucket: the second start wakes the first, also after the first was killed."""

import os
import signal
import subprocess
import sys

import pytest

from desktop.app import open_plant
from desktop.core.errors import BusyError
from desktop.core.settings import load_settings
from desktop.ui.single_instance import SingleInstance
from desktop.ui.start import Face

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


def test_a_first_that_hangs_is_told_of_soon(holder, tmp_path, qapp):
    assert SingleInstance(tmp_path, "bucket").claim() is False  # it listens
    holder.send_signal(signal.SIGSTOP)
    second = SingleInstance(tmp_path, "bucket", patience_s=0.3)
    with pytest.raises(BusyError, match="does not answer"):
        second.claim()


def test_a_home_that_cannot_be_written_keeps_nobody_out(tmp_path, qapp):
    (tmp_path / "home").write_bytes(b"no folder")
    one = SingleInstance(tmp_path / "home", "bucket")
    assert one.claim()
    one.release()


def test_a_bucket_is_the_same_by_its_url_and_from_the_users_folder(tmp_path, qapp):
    assert SingleInstance(tmp_path, "~/plant").name == SingleInstance(tmp_path, os.path.expanduser("~/plant")).name
    assert SingleInstance(tmp_path, f"file://{tmp_path}/a%20b").name == SingleInstance(tmp_path, f"{tmp_path}/a b").name


@pytest.fixture
def face(qapp, tmp_path):
    made = Face(tmp_path / "home")
    yield made
    made.window.close()
    made.close()


def test_a_bucket_that_is_chosen_in_the_window_is_claimed_and_the_one_before_let_go(face, tmp_path, qtbot):
    buckets = [str(tmp_path / name) for name in ("a", "b")]
    for bucket in buckets:
        open_plant(bucket, tmp_path / "home", create=True).close()
    assert face.show("")
    for bucket in buckets:
        face.window.switch(bucket)
        qtbot.waitUntil(lambda bucket=bucket: face.window.place is not None and face.window.place.address == bucket)
        assert load_settings(tmp_path / "home").bucket == bucket
        other = start(tmp_path / "home", bucket, "go")
        qtbot.waitUntil(lambda other=other: other.poll() is not None, timeout=20_000)
        assert other.communicate()[0] == "second\n"
    last = SingleInstance(tmp_path / "home", buckets[0])
    assert last.claim()
    last.release()


def test_a_bucket_that_another_window_has_stays_there(face, tmp_path, qtbot):
    for name in ("mine", "theirs"):
        open_plant(str(tmp_path / name), tmp_path / "home", create=True).close()
    theirs = start(tmp_path / "home", str(tmp_path / "theirs"), "stay")
    try:
        assert theirs.stdout.readline() == "first\n"
        assert face.show(str(tmp_path / "mine"))
        window = face.window
        face.switch(str(tmp_path / "theirs"))
        assert theirs.stdout.readline() == "wanted\n"
        assert face.window is window
        assert load_settings(tmp_path / "home").bucket == ""
    finally:
        theirs.kill()
        theirs.wait()
        theirs.stdout.close()
