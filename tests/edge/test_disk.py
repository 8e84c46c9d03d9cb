"""Files as a store needs them."""

import os
from pathlib import Path

import pytest

from edge.disk import hash_file, link_new, make_folder, open_file, remove_old, rename_new, touch, walk, write_new


def paths(root: Path, **bounds: bytes) -> list[bytes]:
    return list(walk(os.fsencode(root), **bounds))


def fill(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_a_walk_is_in_the_order_of_whole_paths_not_of_folders(tmp_path):
    fill(tmp_path, "a/z", "a-b", "a.jpg", "a0", "ab/c", "B")
    assert paths(tmp_path) == [b"B", b"a-b", b"a.jpg", b"a/z", b"a0", b"ab/c"]


def test_a_walk_enters_only_folders_that_can_hold_what_is_asked_for(tmp_path):
    fill(tmp_path, "a/1", "a/2", "b/1", "b/2", "c/1")
    os.mkfifo(tmp_path / "b" / "pipe")
    assert paths(tmp_path, prefix=b"b/") == [b"b/1", b"b/2"]
    assert paths(tmp_path, start_after=b"a/2") == [b"b/1", b"b/2", b"c/1"]
    assert paths(tmp_path, prefix=b"b", start_after=b"b/1") == [b"b/2"]
    assert paths(tmp_path, skip=b"b") == [b"a/1", b"a/2", b"c/1"]


def test_a_walk_skips_only_at_the_top(tmp_path):
    fill(tmp_path, "own/1", "a/own/1")
    assert paths(tmp_path, skip=b"own") == [b"a/own/1"]


def test_a_walk_goes_on_when_a_folder_vanishes(tmp_path):
    fill(tmp_path, "a/1", "b/1", "c/1")
    walked = walk(os.fsencode(tmp_path))
    assert next(walked) == b"a/1"
    (tmp_path / "b" / "1").unlink()
    (tmp_path / "b").rmdir()
    assert list(walked) == [b"c/1"]


def test_only_a_regular_file_is_opened(tmp_path):
    fill(tmp_path, "file")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    with open_file(str(tmp_path / "file")) as file:
        assert file.read() == b"x"
    for name in ("link", "pipe", ".", "none", "file/below"):
        with pytest.raises(FileNotFoundError):
            open_file(str(tmp_path / name))


def test_a_file_that_nobody_writes_into_is_steady(tmp_path):
    fill(tmp_path, "file")
    assert hash_file(str(tmp_path / "file"))[2]


@pytest.mark.parametrize("place", [link_new, rename_new])
def test_a_name_is_given_only_if_nothing_has_it(tmp_path, place):
    new, taken = tmp_path / "new", tmp_path / "taken"
    write_new(str(tmp_path / "tmp"), b"ours")
    taken.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        place(str(tmp_path / "tmp"), str(taken))
    assert (taken.read_bytes(), (tmp_path / "tmp").read_bytes()) == (b"theirs", b"ours")
    place(str(tmp_path / "tmp"), str(new))
    assert new.read_bytes() == b"ours"
    assert not (tmp_path / "tmp").exists()


@pytest.mark.parametrize("place", [link_new, rename_new])
def test_even_a_link_to_nowhere_has_a_name(tmp_path, place):
    write_new(str(tmp_path / "tmp"), b"ours")
    (tmp_path / "taken").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        place(str(tmp_path / "tmp"), str(tmp_path / "taken"))
    assert not (tmp_path / "nowhere").exists()


def test_a_missing_source_is_no_rename(tmp_path):
    with pytest.raises(FileNotFoundError):
        rename_new(str(tmp_path / "none"), str(tmp_path / "new"))


def test_a_new_file_never_replaces_one(tmp_path):
    write_new(str(tmp_path / "a"), b"1")
    with pytest.raises(FileExistsError):
        write_new(str(tmp_path / "a"), b"2")
    assert (tmp_path / "a").read_bytes() == b"1"


def test_a_folder_is_made_with_all_around_it(tmp_path):
    make_folder(str(tmp_path / "a" / "b" / "c"))
    make_folder(str(tmp_path / "a" / "b" / "c"))
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_a_folder_is_not_made_where_a_file_stands(tmp_path):
    fill(tmp_path, "a")
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(FileExistsError):
            make_folder(str(path))


@pytest.mark.parametrize("at_ns", [0, 1_700_000_000_123_456_789, 4_000_000_000_999_999_999])
def test_a_touched_file_has_a_later_time_whatever_time_it_had(tmp_path, at_ns):
    fill(tmp_path, "a")
    os.utime(tmp_path / "a", ns=(5_000_000_000, at_ns))
    state = touch(str(tmp_path / "a"), (tmp_path / "a").lstat())
    assert state.st_mtime_ns == (tmp_path / "a").lstat().st_mtime_ns
    assert state.st_mtime_ns // 1_000_000 > at_ns // 1_000_000
    assert state.st_atime_ns == 5_000_000_000


def test_only_old_files_are_removed(tmp_path):
    fill(tmp_path, "a")
    os.utime(tmp_path / "a", (1000, 1000))
    assert remove_old(tmp_path / "a", 1000) == 0
    assert remove_old(tmp_path / "a", 1001) == 1
    assert remove_old(tmp_path / "a", 1001) == 0
