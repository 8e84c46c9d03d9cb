"""When the program breaks: a report that is kept, shown once, and never breaks anything itself; and what diagnostics tell."""

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from desktop.ui.around import report
from desktop.ui.around.crash import CrashDialog, Crashes
from desktop.ui.around.diagnostics import Diagnostics, facts, histogram
from desktop.ui.latency import Latency
from desktop.ui.notifications import Notifications


def broken(text="no such class"):
    try:
        raise ValueError(text)
    except ValueError as error:
        return type(error), error, error.__traceback__


@pytest.fixture
def crashes(tmp_path, qapp):
    made = Crashes(tmp_path, lambda: ["The bucket is out of reach."], lambda: None)
    yield made
    if made.dialog is not None:
        made.dialog.close()


def kept(home):
    return sorted((home / report.FOLDER).glob("*.txt"))


def test_a_crash_is_kept_as_a_file_before_anything_is_shown(crashes, tmp_path, capsys):
    crashes.take(*broken())
    text = kept(tmp_path)[0].read_text(encoding="utf-8")
    assert "ValueError: no such class" in text
    assert "The bucket is out of reach." in text
    assert "PySide6" in text
    assert crashes.dialog is None
    assert "ValueError" in capsys.readouterr().err


def test_the_report_is_shown_once_and_later_crashes_are_kept_only(crashes, tmp_path, qtbot):
    for number in range(3):
        crashes.take(*broken(f"number {number}"))
    qtbot.waitUntil(lambda: crashes.dialog is not None and crashes.dialog.isVisible())
    assert "number 0" in crashes.dialog.findChild(QPlainTextEdit).toPlainText()
    assert 1 <= len(kept(tmp_path)) <= 3
    crashes.dialog.go_on.click()
    qtbot.waitUntil(lambda: crashes.dialog is None)


def test_a_crash_in_a_thread_is_shown_on_the_windows_thread(crashes, qtbot):
    before = (sys.excepthook, threading.excepthook)
    crashes.install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: crashes.dialog is not None)
    finally:
        crashes.uninstall()
    assert (sys.excepthook, threading.excepthook) == before
    assert "ZeroDivisionError" in crashes.dialog.text.toPlainText()


def test_a_crash_while_a_crash_is_reported_goes_to_the_terminal_alone(tmp_path, qapp, capsys):
    def said():
        raise RuntimeError("the list is gone")

    Crashes(tmp_path, said).take(*broken())
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "RuntimeError" in told


def test_where_nothing_can_be_written_the_crash_is_still_shown(tmp_path, qapp, qtbot):
    (tmp_path / report.FOLDER).write_text("in the way", encoding="utf-8")
    crashes = Crashes(tmp_path, list, lambda: None)
    crashes.take(*broken())
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert "could not be kept" in crashes.dialog.told.text()
    crashes.dialog.close()


def test_stopping_by_the_keyboard_is_no_crash(crashes, tmp_path):
    crashes.take(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert kept(tmp_path) == []


def test_a_report_names_no_folder_of_the_user_and_old_ones_go(tmp_path):
    assert report.shortened(f"{Path.home()}/plant/a.jpg") == "~/plant/a.jpg"
    for number in range(30):
        report.write_crash(tmp_path, "text", f"20260101-000000-{number:03}")
    assert len(kept(tmp_path)) == 20
    assert kept(tmp_path)[0].stem.endswith("010")


def test_the_report_can_be_copied_and_saved_where_the_user_wants(qtbot, tmp_path):
    left = []
    dialog = CrashDialog("ValueError", "the report", None, lambda: left.append(1))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog._copy()
    assert QGuiApplication.clipboard().text() == "the report"
    dialog.save_as(tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "the report"
    dialog.save_as(tmp_path)
    assert "cannot be written" in dialog.told.text()
    dialog._quit()
    assert left == [1]
    assert not dialog.isVisible()


def test_diagnostics_tell_times_versions_and_memory_as_text(qtbot):
    latency = Latency()
    for ms in range(1, 101):
        latency.add(ms)
    page = Diagnostics(lambda: facts(None, latency, 412.0), latency)
    qtbot.addWidget(page)
    page.show()
    for told in ("p50: 50.0 ms", "p95: 95.0 ms", "p99: 99.0 ms", "412.0 ms", "Python", "MB"):
        assert told in page.text()
    page.copy.click()
    assert QGuiApplication.clipboard().text() == page.text()


def test_every_sample_is_in_one_bar_of_the_histogram():
    samples = [0.0, 4.0, 4.1, 17.0, 34.0, 34.1, 100.0, 1e9]
    assert sum(histogram(samples)) == len(samples)
    assert histogram([4.0])[0] == 1
    assert histogram([1e9])[-1] == 1


def test_nobody_is_told_who_looks_or_does_not_want_to_be(qtbot, qapp):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    assert Notifications(window, lambda: False).tell("Trained") is False
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert Notifications(window, lambda: True).tell("Trained") is False
