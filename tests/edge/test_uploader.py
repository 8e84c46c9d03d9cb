import random
import resource
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.folder import Folder, FolderUplink
from edge.spool import Record, Spool
from edge.uploader import IDLE_S, Backoff, Storer, Uploader
from tests.edge.doubles import MemoryUplink

BACKOFF = Backoff(2.0, 300.0)


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path, quota_bytes=1 << 30, max_records=1000, free_bytes=0)


def record(name="a.jpg", body=b"jpeg", rank=1):
    return Record(name, body, {"device": "pi"}, rank)


def uploader(spool, uplink, rng=None):
    return Uploader(spool, uplink, BACKOFF, rng or random.Random(1))


def test_a_record_arrives_with_its_metadata_and_leaves_the_spool(spool):
    uplink = MemoryUplink()
    spool.put(record())
    sender = uploader(spool, uplink)
    assert [sender.step(), sender.step()] == [0.0, IDLE_S]
    assert uplink.objects == {"raw_field_data/a.jpg": b"jpeg"}
    assert uplink.metadata == {"raw_field_data/a.jpg": {"device": "pi"}}
    assert (spool.waiting, sender.sent) == (0, 1)


def test_nothing_leaves_the_spool_while_the_bucket_is_out_of_reach(spool):
    uplink = MemoryUplink()
    uplink.trouble = "no network"
    spool.put(record())
    sender = uploader(spool, uplink)
    assert sender.step() > 0
    assert spool.waiting == 1
    assert "no network" in sender.trouble
    uplink.trouble = ""
    assert sender.step() == 0.0
    assert (spool.waiting, sender.trouble) == (0, "")


def test_a_lost_reply_costs_neither_the_picture_nor_a_second_one(spool):
    uplink = MemoryUplink()
    uplink.reply_lost = 1
    spool.put(record())
    sender = uploader(spool, uplink)
    sender.step()
    assert spool.waiting == 1
    assert sender.step() == 0.0
    assert (spool.waiting, len(uplink.objects), spool.quarantined) == (0, 1, 0)


def test_the_same_picture_twice_is_one_object(spool):
    uplink = MemoryUplink()
    spool.put(record())
    spool.put(record())
    sender = uploader(spool, uplink)
    assert [sender.step(), sender.step()] == [0.0, 0.0]
    assert (spool.waiting, spool.quarantined, len(uplink.objects)) == (0, 0, 1)


def test_another_content_under_the_name_is_left_alone_and_ours_is_kept_aside(spool):
    uplink = MemoryUplink()
    uplink.objects["raw_field_data/a.jpg"] = b"other"
    spool.put(record())
    spool.put(record("b.jpg"))
    sender = uploader(spool, uplink)
    assert [sender.step(), sender.step()] == [0.0, 0.0]
    assert uplink.objects["raw_field_data/a.jpg"] == b"other"
    assert (sender.collided, spool.quarantined, spool.waiting) == (1, 1, 0)


@given(st.integers(0, 100), st.floats(0, 1))
def test_a_wait_is_anywhere_up_to_a_bound_that_doubles_to_its_limit(failures, number):
    bound = min(300.0, 2.0 * 2.0 ** min(failures, 60))
    assert BACKOFF.delay_s(failures, number) == pytest.approx(number * bound)


def test_waits_grow_with_failures_and_begin_anew_after_one_that_went_well(spool):
    class Highest(random.Random):
        def random(self):
            return 1.0

    uplink = MemoryUplink()
    uplink.trouble = "no network"
    spool.put(record())
    sender = uploader(spool, uplink, Highest())
    assert [sender.step() for _ in range(4)] == [2.0, 4.0, 8.0, 16.0]
    uplink.trouble = ""
    sender.step()
    uplink.trouble = "no network"
    spool.put(record("b.jpg"))
    assert sender.step() == 2.0


def test_the_same_trouble_is_logged_once_until_it_was_well_between(spool, caplog):
    uplink = MemoryUplink()
    sender = uploader(spool, uplink)
    for name in ("a.jpg", "b.jpg"):
        spool.put(record(name))
        uplink.trouble = "no network"
        for _ in range(5):
            sender.step()
        uplink.trouble = ""
        sender.step()
    assert len([each for each in caplog.records if "no network" in each.message]) == 2


def test_a_woken_thread_sends_at_once_and_ends_when_asked(spool):
    uplink, stop, arrived = MemoryUplink(), threading.Event(), threading.Event()

    class Telling(MemoryUplink):
        def put(self, key, body, metadata=None, *, if_absent=False):
            uplink.put(key, body, metadata, if_absent=if_absent)
            arrived.set()
            return True

    sender = uploader(spool, Telling())
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    storer = Storer(spool, sender.wake)
    assert storer.offer(record(), patient=False)
    storer.finish()
    storer.run()
    assert arrived.wait(10)
    stop.set()
    sender.wake()
    thread.join(10)
    assert not thread.is_alive()
    assert list(uplink.objects) == ["raw_field_data/a.jpg"]


def test_a_belt_never_waits_for_the_disk(spool):
    storer = Storer(spool, lambda: None, size=2)
    assert [storer.offer(record(f"{index}.jpg"), patient=False) for index in range(4)] == [True, True, False, False]
    assert storer.lost == 2


def test_a_replay_waits_for_the_disk_and_loses_nothing(spool):
    storer = Storer(spool, lambda: None, size=1)
    thread = threading.Thread(target=storer.run)
    thread.start()
    for index in range(20):
        assert storer.offer(record(f"{index}.jpg"), patient=True)
    storer.finish()
    thread.join(10)
    assert (spool.waiting, storer.lost) == (20, 0)


def test_a_disk_that_refuses_does_not_end_the_storing(spool, tmp_path):
    stored = []
    storer = Storer(spool, lambda: stored.append(1))
    (tmp_path / "tmp").rmdir()
    storer.offer(record(), patient=False)
    storer.finish()
    storer.run()
    assert (stored, spool.waiting) == ([], 0)
    (tmp_path / "tmp").mkdir()
    storer.offer(record(), patient=False)
    storer.finish()
    storer.run()
    assert (stored, spool.waiting) == ([1], 1)


def test_a_record_that_cannot_be_read_now_is_sent_later(spool):
    uplink = MemoryUplink()
    spool.put(record())
    sender = uploader(spool, uplink)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        assert sender.step() > 0
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert "cannot be read now" in sender.trouble
    assert sender.step() == 0.0
    assert list(uplink.objects) == ["raw_field_data/a.jpg"]


@pytest.mark.parametrize("name", ["x" * 300 + ".jpg", "a:b.jpg", "../a.jpg"])
def test_a_record_that_the_bucket_can_never_take_does_not_hold_up_the_others(spool, tmp_path, name):
    folder = Folder(tmp_path / "bucket")
    spool.put(record(name, rank=0))
    spool.put(record("b.jpg"))
    sender = uploader(spool, FolderUplink(folder))
    assert [sender.step(), sender.step()] == [0.0, 0.0]
    assert [entry.key for entry in folder.list()] == ["raw_field_data/b.jpg"]
    assert (spool.waiting, spool.quarantined) == (0, 1)
