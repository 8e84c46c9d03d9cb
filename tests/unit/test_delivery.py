"""Delivery: whatever happens on the way, each image ends in one place, and nobody is told what is not true."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from desktop.core.delivery import BATCH, Delivery
from desktop.core.errors import BusyError, Cancelled, CredentialsError, OfflineError
from desktop.core.journal import Choice, Kind, State
from desktop.core.progress import CancelToken, silent
from edge.contract.keys import Area
from edge.contract.metadata import decode_label, decode_raw
from tests.plant import Plant, places

LABELED = "labeled_field_data/"


@pytest.fixture
def plant(folder):
    plant = Plant(folder)
    yield plant
    plant.close()


def arrive(plant, *names):
    for name in names:
        plant.send(name)
    plant.sync()


class Troubled:
    """The plant's store; ``trouble`` is asked before each move and may raise."""

    def __init__(self, store, trouble):
        self._store = store
        self._trouble = trouble

    def move(self, move):
        self._trouble(move)
        return self._store.move(move)

    def put(self, key, body, *, match, metadata=None):
        self._trouble(None)
        return self._store.put(key, body, match=match, metadata=metadata)


def deliver(plant, trouble, cancel=None, progress=silent, **how):
    delivery = Delivery(Troubled(plant.store, trouble), plant.journal, plant.catalog, plant.clock, **how)
    return delivery.run(progress, cancel or CancelToken(), flush=True)


def nothing(_move):
    pass


def test_a_delivered_image_lies_in_its_class_and_carries_who_decided_it(plant):
    arrive(plant, "a.jpg")
    (decision,) = plant.label("soda-can", "a.jpg", blind=True)
    report = plant.deliver()
    assert (report.done, report.waiting, report.lost, report.conflicts, report.trouble) == (1, 0, [], [], None)
    assert places(plant.store) == {"a.jpg": [LABELED + "soda-can"]}
    metadata = plant.store.get(LABELED + "soda-can/a.jpg").metadata
    label = decode_label(metadata)
    assert (label.decision, label.labeller, label.labelled_ms, label.blind) == (decision.id, "ada", decision.at_ms, True)
    assert decode_raw(metadata).reason == "chance"


def test_the_catalog_is_what_a_sync_would_make_of_it(plant):
    arrive(plant, "a.jpg", "b.jpg")
    plant.label("soda-can", "a.jpg")
    plant.deliver()
    report = plant.sync()
    assert (report.added, report.changed, report.removed) == (0, 0, 0)


def test_decisions_on_one_image_are_delivered_in_their_order(plant):
    arrive(plant, "a.jpg")
    for cls in ("soda-can", "clutter", "beer-mug"):
        plant.label(cls, "a.jpg")
    assert plant.deliver().done == 3
    assert places(plant.store) == {"a.jpg": [LABELED + "beer-mug"]}
    assert [one.state for one in plant.journal.of_image("a.jpg")] == [State.DONE] * 3


def test_undoing_a_delivered_label_moves_the_image_back(plant):
    arrive(plant, "a.jpg")
    plant.label("soda-can", "a.jpg")
    plant.deliver()
    plant.journal.undo("ada")
    plant.deliver()
    assert places(plant.store) == {"a.jpg": ["raw_field_data"]}
    plant.journal.redo("ada")
    plant.deliver()
    assert places(plant.store) == {"a.jpg": [LABELED + "soda-can"]}


def test_without_the_bucket_nothing_is_lost_and_delivery_goes_on_later(plant):
    names = [f"{number:03d}.jpg" for number in range(BATCH + 10)]
    arrive(plant, *names)
    plant.label("soda-can", *names)
    moved = []

    def offline_after_five(move):
        if len(moved) == 5:
            raise OfflineError("no network")
        moved.append(move)

    report = deliver(plant, offline_after_five)
    assert isinstance(report.trouble, OfflineError)
    assert (report.done, report.waiting) == (5, len(names) - 5)
    assert sum(folders == [LABELED + "soda-can"] for folders in places(plant.store).values()) == 5
    again = deliver(plant, nothing)
    assert (again.done, again.waiting, again.trouble) == (len(names) - 5, 0, None)
    assert set(map(tuple, places(plant.store).values())) == {(LABELED + "soda-can",)}


def test_a_lost_reply_is_settled_by_asking_again(plant):
    arrive(plant, "a.jpg")
    plant.label("soda-can", "a.jpg")

    class Deaf(Troubled):
        def move(self, move):
            super().move(move)
            raise OfflineError("the reply was lost")

    report = Delivery(Deaf(plant.store, nothing), plant.journal, plant.catalog, plant.clock).run(silent, CancelToken())
    assert (report.done, report.waiting) == (0, 1)
    assert plant.deliver().done == 1
    assert places(plant.store) == {"a.jpg": [LABELED + "soda-can"]}


def test_a_history_that_cannot_be_written_takes_no_move_back(plant):
    arrive(plant, "a.jpg")
    plant.label("soda-can", "a.jpg")

    def no_puts(move):
        if move is None:
            raise OfflineError("no network")

    report = deliver(plant, no_puts)
    assert report.done == 1
    assert isinstance(report.trouble, OfflineError)


def test_the_second_of_two_labellers_is_told_who_was_first_and_where_to(plant, folder):
    arrive(plant, "a.jpg", "b.jpg")
    ben = Plant(folder, home="ben", labeller="ben")
    ben.sync()
    plant.label("soda-can", "a.jpg")
    ben.label("clutter", "a.jpg", "b.jpg")
    assert plant.deliver().done == 1
    report = ben.deliver()
    assert (report.done, [one.choice.name for one in report.lost]) == (1, ["a.jpg"])
    (lost,) = ben.journal.in_state(State.LOST)
    assert (lost.winner, lost.whereabouts) == ("ada", LABELED + "soda-can/a.jpg")
    assert places(plant.store) == {"a.jpg": [LABELED + "soda-can"], "b.jpg": [LABELED + "clutter"]}
    ben.sync()
    assert {(image.name, image.cls) for image in ben.catalog.images(Area.LABELED)} == {
        ("a.jpg", "soda-can"),
        ("b.jpg", "clutter"),
    }
    ben.close()


def test_what_was_decided_upon_a_lost_decision_is_lost_too(plant):
    arrive(plant, "a.jpg")
    plant.label("soda-can", "a.jpg")
    plant.label("clutter", "a.jpg")
    (plant.root / "raw_field_data" / "a.jpg").unlink()
    report = plant.deliver()
    assert [one.choice.target for one in report.lost] == [LABELED + "soda-can/a.jpg", LABELED + "clutter/a.jpg"]


def test_a_picture_that_is_no_longer_the_one_decided_on_stays_where_it_is(plant):
    arrive(plant, "a.jpg")
    plant.label("soda-can", "a.jpg")
    (plant.root / "raw_field_data" / "a.jpg").write_bytes(b"another picture")
    report = plant.deliver()
    assert [one.choice.name for one in report.conflicts] == ["a.jpg"]
    assert plant.journal.conflicts() == 1
    assert places(plant.store) == {"a.jpg": ["raw_field_data"]}


def test_a_target_that_holds_another_picture_is_a_conflict_and_nothing_is_touched(plant):
    arrive(plant, "a.jpg")
    plant.label("soda-can", "a.jpg")
    plant.send("a.jpg", b"another", key=LABELED + "soda-can/a.jpg")
    assert len(plant.deliver().conflicts) == 1
    assert places(plant.store) == {"a.jpg": [LABELED + "soda-can", "raw_field_data"]}
    plant.sync()
    assert list(plant.catalog.twins()) == ["a.jpg"]


def test_a_name_that_the_store_refuses_is_a_conflict_of_its_own_and_the_others_go_on(plant):
    arrive(plant, "a.jpg", "b.jpg")
    image = plant.image("a.jpg")
    choice = Choice("a.jpg", image.key, image.etag, LABELED + "nul/a.jpg")
    plant.journal.record(Kind.LABEL, "ada", [choice])
    plant.label("soda-can", "b.jpg")
    report = plant.deliver()
    assert (report.done, len(report.conflicts), report.trouble) == (1, 1, None)
    (decision,) = plant.journal.in_state(State.CONFLICT)
    assert "nul" in decision.whereabouts


def test_an_image_that_somebody_else_is_moving_waits_and_the_others_go_on(plant):
    names = [f"{number:03d}.jpg" for number in range(BATCH + 3)]
    arrive(plant, *names)
    plant.label("soda-can", *names)
    plant.label("clutter", names[0])

    def busy(move):
        if move is not None and move.source.endswith(names[0]):
            raise BusyError("somebody else")

    report = deliver(plant, busy)
    assert (report.done, report.waiting, report.trouble) == (len(names) - 1, 2, None)
    assert deliver(plant, nothing).done == 2
    assert places(plant.store)[names[0]] == [LABELED + "clutter"]


def test_a_folder_that_refuses_us_holds_up_only_its_own_images(plant):
    arrive(plant, "a.jpg", "b.jpg", "c.jpg")
    plant.label("soda-can", "a.jpg")
    plant.label("clutter", "b.jpg", "c.jpg")

    def forbid(move):
        if move is not None and move.target.startswith(f"{LABELED}soda-can/"):
            raise CredentialsError("soda-can may not be changed")

    report = deliver(plant, forbid)
    assert (report.done, report.waiting, str(report.trouble)) == (2, 1, "soda-can may not be changed")
    assert deliver(plant, nothing).done == 1
    clutter = [f"{LABELED}clutter"]
    assert places(plant.store) == {"a.jpg": [f"{LABELED}soda-can"], "b.jpg": clutter, "c.jpg": clutter}


def test_a_bucket_that_refuses_us_is_not_asked_for_every_image(plant):
    names = [f"{number:03d}.jpg" for number in range(2 * BATCH)]
    arrive(plant, *names)
    plant.label("soda-can", *names)
    asked = []

    def forbid(move):
        asked.append(move)
        raise CredentialsError("no entry")

    report = deliver(plant, forbid)
    assert (report.done, report.waiting, str(report.trouble)) == (0, 2 * BATCH, "no entry")
    assert len([move for move in asked if move is not None]) <= BATCH


def test_delivery_can_be_stopped_between_batches_and_run_again(plant):
    names = [f"{number:03d}.jpg" for number in range(BATCH + 1)]
    arrive(plant, *names)
    plant.label("soda-can", *names)
    cancel = CancelToken()
    steps = []

    def stop(step):
        steps.append((step.done, step.total))
        cancel.cancel()

    with pytest.raises(Cancelled):
        deliver(plant, nothing, cancel, stop)
    assert steps == [(BATCH, BATCH + 1)]
    assert plant.journal.waiting() == 1
    assert plant.deliver().done == 1


def test_a_decision_cancelled_before_its_turn_moves_nothing(plant):
    arrive(plant, "a.jpg")
    plant.label("soda-can", "a.jpg")
    plant.journal.undo("ada")
    report = plant.deliver()
    assert (report.done, report.waiting) == (0, 0)
    assert places(plant.store) == {"a.jpg": ["raw_field_data"]}


def test_moves_may_be_under_way_at_once(plant):
    names = [f"{number:03d}.jpg" for number in range(BATCH * 2)]
    arrive(plant, *names)
    plant.label("soda-can", *names)
    plant.label("clutter", *names[::2])
    with ThreadPoolExecutor(4) as pool:
        assert deliver(plant, nothing, each=pool.map).done == BATCH * 3
    found = places(plant.store)
    assert all(found[name] == [LABELED + ("clutter" if number % 2 == 0 else "soda-can")] for number, name in enumerate(names))
