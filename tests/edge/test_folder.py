"""The bucket in a folder beyond what every store promises (``tests/contracts``): hands, leftovers, odd files, the uplink."""

import json
import os
import shutil
import time
from pathlib import Path

import filelock
import pytest

from edge.contract.keys import BadKey
from edge.folder import ABSENT, ORPHAN_S, TEMPORARY_S, Busy, Folder, FolderUplink, Missing, Refused
from edge.ports import UplinkError
from edge.sidecars import sidecar_name

RAW, MUG, CAN = "raw_field_data/a.jpg", "labeled_field_data/mug/a.jpg", "labeled_field_data/can/a.jpg"
META = {"device": "pi"}
DAY_S = 24 * 3600


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "plant"


@pytest.fixture
def folder(root) -> Folder:
    return Folder(root)


def by_hand(root: Path, source: str, target: str) -> None:
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(root / source, root / target)


def sidecars(root: Path) -> set[str]:
    return set(os.listdir(root / ".sortloop" / "meta"))


def move(folder: Folder, source: str, target: str, decision: str = "01A") -> None:
    folder.move(source, target, match=folder.get(source).entry.etag, decision=decision, metadata={"labeller": "ana"})


# Hands


def test_a_picture_copied_in_by_hand_is_an_object_without_metadata(folder, root):
    (root / "raw_field_data").mkdir(parents=True)
    (root / RAW).write_bytes(b"picture")
    assert [entry.key for entry in folder.list()] == [RAW]
    assert (folder.get(RAW).body, folder.get(RAW).metadata) == (b"picture", {})


def test_a_hand_moved_file_is_read_with_the_metadata_it_left_behind(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    by_hand(root, RAW, MUG)
    assert Folder(root).get(MUG).metadata == META


def test_a_hand_moved_file_that_was_changed_on_the_way_carries_nothing(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    by_hand(root, RAW, MUG)
    (root / MUG).write_bytes(b"PICTURE")
    assert folder.get(MUG).metadata == {}


def test_a_copy_by_hand_takes_no_metadata_away(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    (root / CAN).parent.mkdir(parents=True)
    shutil.copy2(root / RAW, root / CAN)
    assert folder.get(RAW).metadata == META
    assert folder.get(CAN).metadata == {}


def test_a_file_moved_twice_by_hand_still_carries_what_it_left_behind(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    by_hand(root, RAW, MUG)
    by_hand(root, MUG, CAN)
    assert folder.get(CAN).metadata == META


def test_a_hand_moved_file_takes_its_metadata_along_when_it_is_moved_on(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    by_hand(root, RAW, CAN)
    move(folder, CAN, MUG)
    assert folder.get(MUG).metadata == {**META, "labeller": "ana", "decision": "01A"}
    assert sidecars(root) == {sidecar_name(MUG)}


def test_what_a_hand_brought_to_several_places_last_written_is_believed(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    move(folder, RAW, MUG)
    by_hand(root, MUG, CAN)
    assert folder.get(CAN).metadata["labeller"] == "ana"


def test_a_file_replaced_by_hand_at_its_place_loses_the_metadata_of_the_old_one(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    (root / RAW).write_bytes(b"another")
    assert folder.get(RAW).metadata == {}


def test_a_picture_that_is_moved_while_it_is_read_is_gone_rather_than_bare(root):
    mover = Folder(root)
    mover.put(RAW, b"picture", match=ABSENT, metadata=META)
    reader = Folder(root, lambda name: move(mover, RAW, MUG) if name == "metadata" else None)
    with pytest.raises(Missing):
        reader.get(RAW)


# Sweeping


def test_a_sweep_gives_hand_moved_files_sidecars_of_their_own(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    by_hand(root, RAW, MUG)
    assert folder.sweep() == 0
    assert sidecars(root) == {sidecar_name(MUG)}
    assert folder.get(MUG).metadata == META


def test_an_orphan_is_kept_for_a_week_from_the_day_it_was_first_seen(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    long_ago = time.time() - 100 * DAY_S
    os.utime(root / ".sortloop" / "meta" / sidecar_name(RAW), (long_ago, long_ago))
    (root / RAW).unlink()
    now_s = time.time()
    assert folder.sweep(now_s) == 0
    assert folder.sweep(now_s + ORPHAN_S - 1) == 0
    assert sidecars(root) == {sidecar_name(RAW)}
    assert folder.sweep(now_s + ORPHAN_S + 1) == 1
    assert sidecars(root) == set()


def test_a_picture_that_was_away_on_a_stick_finds_its_metadata_again(folder, root, tmp_path):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    shutil.move(root / RAW, tmp_path / "a.jpg")
    now_s = time.time()
    folder.sweep(now_s)
    (root / MUG).parent.mkdir(parents=True)
    shutil.move(tmp_path / "a.jpg", root / MUG)
    assert folder.sweep(now_s + ORPHAN_S + DAY_S) == 0
    assert folder.get(MUG).metadata == META


def test_one_that_came_back_counts_anew_when_it_goes_again(folder, root, tmp_path):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    now_s = time.time()
    shutil.move(root / RAW, tmp_path / "a.jpg")
    folder.sweep(now_s)
    shutil.move(tmp_path / "a.jpg", root / RAW)
    folder.sweep(now_s + 5 * DAY_S)
    shutil.move(root / RAW, tmp_path / "a.jpg")
    assert folder.sweep(now_s + 10 * DAY_S) == 0
    assert sidecars(root) == {sidecar_name(RAW)}


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b'{"x": "y"}', b"\xff"])
def test_a_damaged_note_of_orphans_removes_nothing_early(folder, root, damage):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    (root / RAW).unlink()
    (root / ".sortloop" / "orphans.json").write_bytes(damage)
    assert folder.sweep() == 0
    assert list(json.loads((root / ".sortloop" / "orphans.json").read_bytes())) == [sidecar_name(RAW)]


def test_a_sweep_removes_what_killed_programs_left_after_a_day(folder, root):
    folder.put(RAW, b"picture", match=ABSENT)
    left = root / ".sortloop" / "tmp" / "left"
    left.write_bytes(b"half a pic")
    assert folder.sweep() == 0
    assert folder.sweep(time.time() + TEMPORARY_S + 60) == 1
    assert not left.exists()
    assert [entry.key for entry in folder.list()] == [RAW]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"schema":1,"key":"x","name":"y"}', b"\x00" * 100_000])
def test_a_damaged_sidecar_is_no_metadata_and_stops_nothing(folder, root, damage):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    (root / ".sortloop" / "meta" / sidecar_name(RAW)).write_bytes(damage)
    assert folder.get(RAW).metadata == {}
    folder.sweep()
    move(folder, RAW, MUG)
    assert folder.get(MUG).metadata == {"labeller": "ana", "decision": "01A"}


def test_a_torn_line_in_the_note_of_folders_hides_no_other(folder, root):
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)
    with (root / ".sortloop" / "folders").open("ab") as file:
        file.write(b"labeled_fie\xff")
    move(Folder(root), RAW, MUG)
    by_hand(root, MUG, CAN)
    assert Folder(root).get(CAN).metadata["labeller"] == "ana"


# What is not a plain file


def test_links_and_pipes_are_neither_listed_nor_followed(folder, root, tmp_path):
    folder.put("raw_field_data/b.jpg", b"picture", match=ABSENT)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.jpg").write_bytes(b"secret")
    (root / RAW).symlink_to(secret / "a.jpg")
    os.mkfifo(root / "raw_field_data" / "pipe.jpg")
    (root / "base_data").symlink_to(secret)
    assert [entry.key for entry in folder.list()] == ["raw_field_data/b.jpg"]
    for key in (RAW, "raw_field_data/pipe.jpg", "raw_field_data"):
        with pytest.raises(Missing):
            folder.get(key)
    for act in (
        lambda: folder.get("base_data/a.jpg"),
        lambda: folder.put("base_data/c.jpg", b"x"),
        lambda: folder.delete("base_data/a.jpg", match="x"),
    ):
        with pytest.raises(OSError, match="a link is not followed"):
            act()
    assert os.listdir(secret) == ["a.jpg"]


def test_a_link_in_the_way_is_never_written_through(folder, root, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    folder.put("raw_field_data/b.jpg", b"picture", match=ABSENT)
    (root / RAW).symlink_to(tmp_path / "secret")
    with pytest.raises(Refused):
        folder.put(RAW, b"x", match=ABSENT)
    with pytest.raises(Refused):
        folder.move("raw_field_data/b.jpg", RAW, match=folder.get("raw_field_data/b.jpg").entry.etag, decision="01A", metadata={})
    assert folder.get("raw_field_data/b.jpg").body == b"picture"
    folder.put(RAW, b"x")
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert folder.get(RAW).body == b"x"


def test_a_name_that_is_no_unicode_is_left_out(folder, root):
    folder.put(RAW, b"picture", match=ABSENT)
    try:
        (Path(os.fsdecode(os.fsencode(root / "raw_field_data") + b"/\xff.jpg"))).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert [entry.key for entry in folder.list()] == [RAW]
    folder.sweep()


def test_a_name_unfit_for_a_key_is_listed_and_cannot_be_reached(folder, root):
    folder.put(RAW, b"picture", match=ABSENT)
    odd = "raw_field_data/what?.jpg"
    try:
        (root / odd).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert [entry.key for entry in folder.list()] == [RAW, odd]
    with pytest.raises(BadKey):
        folder.get(odd)
    folder.sweep()


# Trouble


def test_a_name_too_long_leaves_nothing_behind(folder, root):
    with pytest.raises(OSError, match="too long"):
        folder.put(f"raw_field_data/{'a' * 300}.jpg", b"x", match=ABSENT, metadata=META)
    assert os.listdir(root / ".sortloop" / "tmp") == []
    assert sidecars(root) == set()


def test_a_put_that_fails_leaves_no_temporary_file(folder, root):
    folder.put("raw_field_data", b"a file where a folder should be", match=ABSENT)
    with pytest.raises(OSError, match="raw_field_data"):
        folder.put(RAW, b"x", match=ABSENT)
    assert {path.name for path in (root / ".sortloop" / "tmp").iterdir()} <= {"sidecar"}


def test_a_picture_taken_at_the_target_at_the_last_moment_is_refused_and_its_sidecar_not_ours(root):
    folder = Folder(root)
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)

    def intrude(name: str) -> None:
        if name == "rename":
            (root / MUG).write_bytes(b"intruder")

    with pytest.raises(Refused):
        move(Folder(root, intrude), RAW, MUG)
    assert (folder.get(RAW).body, folder.get(RAW).metadata) == (b"picture", META)
    assert (folder.get(MUG).body, folder.get(MUG).metadata) == (b"intruder", {})


def test_a_picture_changed_at_the_last_moment_is_not_moved_nor_remembered_wrongly(root):
    folder = Folder(root)
    folder.put(RAW, b"picture", match=ABSENT, metadata=META)

    def change(name: str) -> None:
        if name == "touch":
            (root / RAW).write_bytes(b"changed by somebody's editor")

    with pytest.raises(Refused):
        move(Folder(root, change), RAW, MUG)
    assert [entry.key for entry in folder.list()] == [RAW]
    assert next(folder.list()).etag == folder.get(RAW).entry.etag


def test_a_picture_taken_away_at_the_last_moment_is_missing(root):
    Folder(root).put(RAW, b"picture", match=ABSENT, metadata=META)
    for moment in ("touch", "rename"):
        folder = Folder(root, lambda name, moment=moment: by_hand(root, RAW, CAN) if name == moment else None)
        with pytest.raises(Missing):
            move(folder, RAW, MUG)
        assert [entry.key for entry in folder.list()] == [CAN]
        assert folder.get(CAN).metadata == META
        by_hand(root, CAN, RAW)


def test_a_lock_held_elsewhere_is_waited_for_and_then_reported(root):
    folder = Folder(root, lock_timeout_s=0.01)
    folder.put(RAW, b"picture", match=ABSENT)
    etag = folder.get(RAW).entry.etag
    with filelock.FileLock(root / ".sortloop" / "lock"):
        assert folder.get(RAW).body == b"picture"
        assert [entry.key for entry in folder.list()] == [RAW]
        for act in (
            lambda: folder.put(MUG, b"x", match=ABSENT),
            lambda: folder.delete(RAW, match=etag),
            lambda: move(folder, RAW, MUG),
        ):
            with pytest.raises(Busy, match="held the lock"):
                act()
    assert os.listdir(root / ".sortloop" / "tmp") == []
    assert [entry.key for entry in folder.list()] == [RAW]


def test_a_move_is_remembered_so_that_nothing_is_read_again(folder, root):
    """The bytes are overwritten in place and the time set back: only a reader of the file could tell."""
    folder.put(RAW, b"picture", match=ABSENT)
    move(folder, RAW, MUG)
    before = next(folder.list())
    state = (root / MUG).stat()
    with (root / MUG).open("r+b") as file:
        file.write(b"PICTURE")
    os.utime(root / MUG, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert next(Folder(root).list()) == before


# The uplink


def test_the_uplink_stores_and_gives(folder):
    uplink = FolderUplink(folder)
    assert uplink.put(RAW, b"picture", META, if_absent=True)
    assert not uplink.put(RAW, b"another", META, if_absent=True)
    assert uplink.get(RAW, 7) == b"picture"
    assert folder.get(RAW).metadata == META
    assert uplink.get("fleet/groups.json", 100) is None


def test_the_uplink_sees_what_was_sorted_while_it_wrote(folder):
    sorted_key = "labeled_field_data/soda-can/" + RAW.rpartition("/")[2]

    def meanwhile(step):
        if step == "temporary" and not (folder.root / sorted_key).exists():
            folder.put(sorted_key, b"picture", match=ABSENT)

    assert not FolderUplink(Folder(folder.root, meanwhile)).put(RAW, b"picture", META, if_absent=True)
    assert [entry.key for entry in folder.list()] == [sorted_key]


def test_the_uplink_replaces_where_it_is_not_asked_to_spare(folder):
    uplink = FolderUplink(folder)
    assert uplink.put("fleet/pi/reported.json", b"1")
    assert uplink.put("fleet/pi/reported.json", b"2")
    assert uplink.get("fleet/pi/reported.json", 1) == b"2"


def test_the_uplink_takes_nothing_larger_than_it_was_told(folder):
    uplink = FolderUplink(folder)
    uplink.put("blobs/x", b"12345678")
    with pytest.raises(UplinkError, match="at most 7"):
        uplink.get("blobs/x", 7)


def test_every_trouble_of_the_uplink_is_one_kind(tmp_path):
    away = FolderUplink(Folder(tmp_path / "stick" / "plant"))
    for act in (lambda: away.put(RAW, b"x"), lambda: away.get(RAW, 1), lambda: away.put("../x", b"x"), lambda: away.get("", 1)):
        with pytest.raises(UplinkError):
            act()
