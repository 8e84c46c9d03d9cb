import hashlib
import os
import threading

import pytest

from edge.camera import BadCamera, open_camera
from edge.contract.metadata import Clock
from edge.folder_camera import FolderCamera, FolderOptions
from edge.jpeg import strip_tags
from edge.ports import CameraError, EndOfPictures
from edge.synthetic_camera import SyntheticCamera, SyntheticOptions
from tests.bundles import picture

NOW_MS = 1_700_000_000_000
ODD = ("line\nend.jpg", "return\rhere.jpg", "tab\there 100%41.jpg")


def replay(folder, **options):
    return FolderCamera(folder, FolderOptions(**options), lambda _seconds: True, lambda: NOW_MS)


def all_of(camera):
    frames = []
    while True:
        try:
            frames.append(camera.capture())
        except EndOfPictures:
            return frames


def fill(folder, *names):
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture(seed=index))


def test_a_folder_is_shown_in_name_order_and_then_ends(tmp_path):
    fill(tmp_path, "b.jpg", "a.JPEG", "sub/c.jpg")
    (tmp_path / "notes.txt").write_text("no picture", "utf-8")
    (tmp_path / ".hidden.jpg").write_bytes(picture())
    camera = replay(tmp_path)
    frames = all_of(camera)
    assert [frame.source for frame in frames] == ["a.JPEG", "b.jpg", "sub/c.jpg"]
    assert [hashlib.sha256(frame.jpeg).digest() for frame in frames][1] == hashlib.sha256(picture(seed=0)).digest()
    assert {frame.clock for frame in frames} == {Clock.SIMULATED}
    with pytest.raises(EndOfPictures):
        camera.capture()


def test_the_simulated_clock_advances_evenly_and_ends_now(tmp_path):
    fill(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    assert [frame.wall_ms for frame in all_of(replay(tmp_path))] == [NOW_MS - 30_000, NOW_MS - 20_000, NOW_MS - 10_000]
    timed = all_of(replay(tmp_path, start_ms=1_000_000_000_000, interval_ms=250))
    assert [frame.wall_ms for frame in timed] == [1_000_000_000_000, 1_000_000_000_250, 1_000_000_000_500]


def test_a_name_that_says_when_it_was_captured_is_believed(tmp_path):
    fill(tmp_path, "1600000000123_beer-mug_0.9.jpg", "1600000000456_none_0.0_pi%5F1_0123456789ab.jpg")
    assert [frame.wall_ms for frame in all_of(replay(tmp_path))] == [1_600_000_000_123, 1_600_000_000_456]


def test_a_loop_begins_again_and_its_clock_goes_on(tmp_path):
    fill(tmp_path, "a.jpg", "b.jpg")
    camera = replay(tmp_path, loop=1, start_ms=NOW_MS)
    frames = [camera.capture() for _ in range(5)]
    assert [frame.source for frame in frames] == ["a.jpg", "b.jpg", "a.jpg", "b.jpg", "a.jpg"]
    assert [frame.wall_ms for frame in frames] == [NOW_MS + 10_000 * index for index in range(5)]


def test_a_damaged_picture_is_told_and_the_next_one_comes(tmp_path):
    fill(tmp_path, "a.jpg", "c.jpg")
    (tmp_path / "b.jpg").write_bytes(picture()[:300])
    camera = replay(tmp_path)
    assert camera.capture().source == "a.jpg"
    with pytest.raises(CameraError, match=r"b\.jpg: the picture is cut off"):
        camera.capture()
    assert camera.capture().source == "c.jpg"


def test_an_empty_folder_ends_at_once_even_in_a_loop(tmp_path):
    for loop in (0, 1):
        with pytest.raises(EndOfPictures):
            replay(tmp_path, loop=loop).capture()


def test_a_picture_is_given_without_its_tags(tmp_path):
    jpeg = picture()
    (tmp_path / "a.jpg").write_bytes(jpeg[:2] + b"\xff\xfe\x00\x08secret" + jpeg[2:])
    assert replay(tmp_path).capture().jpeg == jpeg == strip_tags(jpeg)


class Dropping:
    """The waits of a drop box, each with something that happens meanwhile; after the last the program shall end."""

    def __init__(self, *events):
        self.events = list(events)

    def __call__(self, _seconds):
        if not self.events:
            return True
        self.events.pop(0)()
        return False


def drop_box(folder, *events, now_ms=NOW_MS, **options):
    return FolderCamera(folder, FolderOptions(watch=1, **options), Dropping(*events), lambda: now_ms)


def at(path, ms):
    os.utime(path, ns=(ms * 1_000_000, ms * 1_000_000))


def test_a_drop_box_shows_what_is_there_and_waits_for_what_comes(tmp_path):
    fill(tmp_path, "a.jpg")
    camera = drop_box(tmp_path, lambda: None, lambda: fill(tmp_path, "z.jpg", "b.jpg"))
    assert [frame.source for frame in all_of(camera)] == ["a.jpg", "b.jpg", "z.jpg"]


def test_a_drop_box_takes_the_files_own_time_unless_a_clock_is_simulated(tmp_path):
    fill(tmp_path, "a.jpg")
    at(tmp_path / "a.jpg", 1_650_000_000_000)
    assert [frame.wall_ms for frame in all_of(drop_box(tmp_path))] == [1_650_000_000_000]
    assert [frame.wall_ms for frame in all_of(drop_box(tmp_path, start_ms=NOW_MS))] == [NOW_MS]


def test_a_file_that_is_still_written_is_shown_once_it_is_whole(tmp_path):
    half = tmp_path / "a.jpg"
    half.write_bytes(picture()[:300])
    at(half, NOW_MS)

    def finish():
        half.write_bytes(picture())
        at(half, NOW_MS + 1)

    assert [frame.source for frame in all_of(drop_box(tmp_path, finish))] == ["a.jpg"]


def test_a_file_that_stays_damaged_is_told_once(tmp_path):
    half = tmp_path / "a.jpg"
    half.write_bytes(picture()[:300])
    at(half, NOW_MS - 60_000)
    camera = drop_box(tmp_path, lambda: None, lambda: None)
    with pytest.raises(CameraError):
        camera.capture()
    assert all_of(camera) == []


def test_a_file_dropped_again_with_other_content_is_shown_again(tmp_path):
    fill(tmp_path, "a.jpg")

    def again():
        (tmp_path / "a.jpg").write_bytes(picture(seed=9))
        at(tmp_path / "a.jpg", NOW_MS)

    assert [frame.jpeg for frame in all_of(drop_box(tmp_path, again))] == [picture(seed=0), picture(seed=9)]


def test_a_drop_box_that_vanishes_is_trouble_and_not_the_end(tmp_path):
    box = tmp_path / "box"
    box.mkdir()
    camera = drop_box(box, lambda: None)
    box.rmdir()
    with pytest.raises(CameraError):
        camera.capture()
    box.mkdir()
    fill(box, "a.jpg")
    assert camera.capture().source == "a.jpg"


def test_a_drop_box_goes_on_after_a_restart_where_it_was(tmp_path):
    box, notes = tmp_path / "box", tmp_path / "seen"
    fill(box, "a.jpg", "b.jpg", *ODD)

    def opened():
        return FolderCamera(box, FolderOptions(watch=1), lambda _seconds: True, lambda: NOW_MS, notes)

    first = opened()
    assert first.capture().source == "a.jpg"
    assert opened().capture().source == "a.jpg"  # the program was killed before it asked for the next
    first.close()
    assert [frame.source for frame in all_of(opened())] == ["b.jpg", *ODD]
    assert all_of(opened()) == []
    fill(box, "a.jpg")
    at(box / "a.jpg", NOW_MS)
    assert [frame.source for frame in all_of(opened())] == ["a.jpg"]


def test_the_notes_of_a_drop_box_do_not_grow_for_ever(tmp_path):
    box, notes = tmp_path / "box", tmp_path / "seen"
    box.mkdir()

    def swap(number):
        (box / f"{number - 1}.jpg").unlink(missing_ok=True)
        fill(box, f"{number}.jpg")

    waits = Dropping(*(lambda number=number: swap(number) for number in range(300)))
    assert len(all_of(FolderCamera(box, FolderOptions(watch=1), waits, lambda: NOW_MS, notes))) == 300
    assert len(notes.read_text("utf-8").splitlines()) <= 110


def test_a_name_that_is_no_unicode_is_shown_and_does_no_harm(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(picture())
    assert replay(tmp_path).capture().source == "caf\ufffd.jpg"


def test_a_drawn_picture_is_the_same_for_the_same_seed():
    def shown(**options):
        return all_of(SyntheticCamera(SyntheticOptions(size=64, count=2, start_ms=NOW_MS, **options)))

    assert shown(seed=1) == shown(seed=1)
    assert [frame.jpeg for frame in shown(seed=1)] != [frame.jpeg for frame in shown(seed=2)]
    assert [frame.wall_ms for frame in shown(seed=1, interval_ms=7)] == [NOW_MS, NOW_MS + 7]
    assert all(strip_tags(frame.jpeg) == frame.jpeg for frame in shown(seed=1))


def test_the_frames_of_a_drawn_burst_show_one_class():
    frames = all_of(SyntheticCamera(SyntheticOptions(size=64, count=4, burst=2)))
    classes = [frame.source.split(":")[1] for frame in frames]
    assert classes[0] == classes[1]
    assert classes[2] == classes[3]
    assert len({frame.jpeg for frame in frames}) == 4


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "no camera"),
        ("picamera2://", "was expected"),
        ("folder:///no/such/folder", "does not exist"),
        ("synthetic://?seeed=1", "'seeed' is unknown"),
        ("synthetic://?size=big", "size: a whole number"),
        ("synthetic://?burst=0", "burst"),
        ("synthetic://?seed=" + "9" * 5000, "seed: a whole number"),
        ("folder:///tmp?start_ms=10000000000000000", "start_ms: a whole number"),
        ("folder://[/tmp", "IPv6"),
        ("folder://~nobody-here/x", "home directory"),
        ("folder:///tmp?interval_ms=-1", "interval_ms: a whole number"),
    ],
)
def test_a_url_that_makes_no_sense_is_refused_with_the_reason(url, reason):
    with pytest.raises(BadCamera, match=reason):
        open_camera(url, threading.Event().wait)


def test_a_url_says_folder_and_options(tmp_path):
    folder = tmp_path / "with space"
    fill(folder, "a.jpg")
    url = f"folder://{folder}?start_ms=1600000000000".replace(" ", "%20")
    assert open_camera(url, threading.Event().wait).capture().wall_ms == 1_600_000_000_000


def test_a_file_from_before_1970_gets_a_time_that_a_name_can_say(tmp_path):
    fill(tmp_path, "a.jpg")
    at(tmp_path / "a.jpg", -5_000)
    (shown,) = all_of(drop_box(tmp_path))
    assert shown.wall_ms >= 0


def test_a_drop_box_whose_disk_was_away_for_a_while_does_not_begin_again(tmp_path):
    box, away, notes = tmp_path / "box", tmp_path / "away", tmp_path / "seen"
    fill(box, *(f"{number}.jpg" for number in range(120)))

    def unmount():
        box.rename(away)
        box.mkdir()

    def mount():
        box.rmdir()
        away.rename(box)

    waits = Dropping(unmount, lambda: None, mount)
    camera = FolderCamera(box, FolderOptions(watch=1), waits, lambda: NOW_MS, notes)
    assert len(all_of(camera)) == 120
    camera.close()
    assert all_of(FolderCamera(box, FolderOptions(watch=1), Dropping(), lambda: NOW_MS, notes)) == []
