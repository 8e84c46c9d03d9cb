"""The store in a folder keeps every store's promises, and some of its own."""

import os
import shutil
from functools import partial
from pathlib import Path

import filelock
import pytest

from desktop.core.errors import BusyError, ConfigError, OfflineError
from desktop.core.ports import ABSENT, Outcome
from desktop.local.store import FolderStore
from edge.contract.keys import LABELED, RAW
from edge.sidecars import sidecar_name
from tests.contracts.store import StoreContract, died_at, keys, labelled, places


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "plant"


class TestFolderStore(StoreContract):
    @pytest.fixture
    def opening(self, root):
        return partial(FolderStore, root)

    @pytest.fixture
    def by_hand(self, root):
        def move(source: str, target: str) -> None:
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            os.rename(root / source, root / target)

        return move

    @pytest.fixture
    def strew(self, root):
        def write(names: list[str]) -> None:
            for name in names:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(b"x")

        return write

    def test_a_picture_is_in_exactly_one_place_whenever_a_move_dies(self, store, opening, pictures):
        number = 0
        for number, move in enumerate(pictures):
            if not died_at(opening, number, lambda dying, move=move: dying.move(move)):
                break
            assert places(store, f"{number}.jpg") in ([move.source], [move.target])
        assert number > 2

    def test_a_move_finished_after_a_death_leaves_no_metadata_behind(self, store, opening, pictures, root):
        number, targets = 0, set()
        for number, move in enumerate(pictures):
            died = died_at(opening, number, lambda dying, move=move: dying.move(move))
            opening().move(move)
            targets.add(sidecar_name(move.target))
            assert set(os.listdir(root / ".sortloop" / "meta")) == targets
            if not died:
                break
        assert number > 2


@pytest.fixture
def store(root) -> FolderStore:
    return FolderStore(root)


def test_no_version_ever_comes_back_however_fast_a_picture_goes_to_and_fro(store):
    raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
    versions = [(raw.key, raw.etag, raw.modified_ms)]
    places_ = [raw.key, f"{LABELED}mug/a.jpg"]
    for number in range(20):
        move = labelled(f"01A{number}", places_[number % 2], raw.etag, "mug" if number % 2 == 0 else None)
        moved = store.move(move)
        versions.append((move.target, moved.etag, moved.modified_ms))
        assert [(one.key, one.etag, one.modified_ms) for one in store.list("")] == [versions[-1]]
    assert len(set(versions)) == 21
    assert [version[2] for version in versions] == sorted({version[2] for version in versions})


def test_a_picture_from_the_future_moves_on_from_there(store, root):
    raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
    os.utime(root / raw.key, (4e9, 4e9))
    moved = store.move(labelled("01A", raw.key, raw.etag, "mug"))
    assert moved.modified_ms == 4_000_000_000_001


def test_a_name_too_long_for_the_file_system_is_refused_with_a_message(store):
    raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
    long = f"{LABELED}{'m' * 300}/a.jpg"
    for attempt in (
        lambda: store.put(long, b"x", match=ABSENT),
        lambda: store.get(long),
        lambda: store.delete(long, match=raw.etag),
        lambda: store.move(labelled("01A", raw.key, raw.etag, "m" * 300)),
    ):
        with pytest.raises(ConfigError, match="refuses this name"):
            attempt()
    assert list(store.list("")) == [raw]


def test_a_file_where_a_folder_should_be_is_named(store, root):
    raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
    store.put(f"{LABELED}mug", b"a file", match=ABSENT)
    with pytest.raises(ConfigError, match="Something else stands"):
        store.move(labelled("01A", raw.key, raw.etag, "mug"))
    assert keys(store) == [f"{LABELED}mug", raw.key]
    assert next(store.list(RAW)).etag == raw.etag


def test_a_folder_whose_own_folder_is_away_cannot_be_reached(tmp_path):
    away = FolderStore(tmp_path / "stick" / "plant")
    for attempt in (lambda: list(away.list("")), lambda: away.get("a.jpg"), lambda: away.put("a.jpg", b"x", match=ABSENT)):
        with pytest.raises(OfflineError):
            attempt()
    assert not (tmp_path / "stick").exists()


def test_a_folder_that_vanishes_is_not_taken_for_an_empty_one(store, root):
    store.put("a.jpg", b"x", match=ABSENT)
    shutil.rmtree(root)
    root.mkdir()
    with pytest.raises(OfflineError):
        list(store.list(""))


def test_while_another_program_holds_the_lock_a_move_is_put_off(store, root):
    raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
    impatient = FolderStore(root, lock_timeout_s=0.01)
    with filelock.FileLock(root / ".sortloop" / "lock"), pytest.raises(BusyError):
        impatient.move(labelled("01A", raw.key, raw.etag, "mug"))
    assert impatient.move(labelled("01A", raw.key, raw.etag, "mug")).outcome is Outcome.DONE


def test_the_stores_own_corner_is_no_part_of_the_bucket(store):
    store.put(f"{RAW}a.jpg", b"x", match=ABSENT, metadata={"device": "pi"})
    assert keys(store, ".sortloop/") == []
    for key in (".sortloop/lock", ".SortLoop/meta/x"):
        with pytest.raises(ConfigError):
            store.put(key, b"x", match=ABSENT)


def test_a_class_folder_that_is_a_link_does_not_stop_the_search_for_a_lost_picture(store, root, tmp_path):
    raw = store.put(f"{RAW}a.jpg", b"picture", match=ABSENT)
    store.move(labelled("01A", raw.key, raw.etag, "mug", "Ana"))
    (tmp_path / "elsewhere").mkdir()
    (root / LABELED / "alias").symlink_to(tmp_path / "elsewhere")
    lost = store.move(labelled("01B", raw.key, raw.etag, "can", "Bo"))
    assert (lost.outcome, lost.winner, lost.where) == (Outcome.LOST, "Ana", f"{LABELED}mug/a.jpg")
