"""Models at work on the pictures of a plant: measured once, kept beside the model; the queue's answers kept in the catalog."""

import pytest

from desktop.core.errors import Cancelled, ConfigError
from desktop.core.pictures import Pictures, unseen
from desktop.core.ports import ABSENT
from desktop.core.progress import CancelToken, silent
from desktop.core.taxonomy import default_taxonomy
from edge.contract.keys import Area
from edge.contract.names import Side, side
from tests.laboratory import Laboratory, look
from tests.plant import PLAIN_PENCIL, keys_of, plain_shrink

CAN, MUG = "soda-can", "beer-mug"
BASE_TEST, BASE_TRAIN = (
    next(f"{n}.jpg" for n in range(100) if side(f"base_data/{CAN}/{n}.jpg") is which) for which in (Side.TEST, Side.TRAIN)
)


@pytest.fixture
def lab(folder):
    lab = Laboratory(folder)
    yield lab
    lab.close()


def freeze(lab):
    return lab.measurement.freeze(silent, CancelToken())


def measure(lab, model, dataset):
    return lab.measurement.measure(model, dataset, silent, CancelToken())


def score_raw(lab, model, cancel=None):
    return lab.measurement.score_raw(model, silent, cancel or CancelToken())


def stopped():
    cancel = CancelToken()
    cancel.cancel()
    return cancel


def put_base(lab, name):
    lab.store.put(f"base_data/{CAN}/{name}", f"{CAN} {name}".encode(), match=ABSENT)
    lab.plant.sync()


def folder_per_class(folder, **classes):
    for cls, texts in classes.items():
        inside = folder / cls.replace("_", "-")
        inside.mkdir(parents=True)
        for number, text in enumerate(texts):
            (inside / f"{number}.jpg").write_text(text)
    return folder


def predictions(lab, model):
    found = lab.plant.catalog.images(Area.RAW, model=model.id)
    return {image.name: image.prediction.label for image in found if image.prediction.model == model.id}


def test_freezing_looks_at_every_picture_first(lab):
    lab.put(CAN, 1)
    lab.put(MUG, 2, side=Side.TRAIN)
    put_base(lab, BASE_TEST)
    dataset = freeze(lab)
    assert (len(dataset.train), len(dataset.test), len(dataset.base_test)) == (1, 1, 1)
    assert dataset.test[0].counts
    assert dataset.left_out == {}
    assert unseen(lab.plant.catalog.known(Area.LABELED, Area.BASE)) == []


def test_a_picture_that_lies_in_two_places_is_left_out_until_somebody_settles_it(lab):
    name = lab.put(CAN, 1)
    lab.store.put(f"labeled_field_data/{MUG}/{name}", b"soda-can 1", match=ABSENT)
    lab.plant.sync()
    assert freeze(lab).left_out == {"in two places": 2}


def test_a_picture_that_vanished_since_the_sync_is_left_out(lab):
    name = lab.put(CAN, 1)
    key = f"labeled_field_data/{CAN}/{name}"
    lab.store.delete(key, match=lab.store.get(key).listed.etag)
    assert freeze(lab).left_out == {"not fetched": 1}


def test_field_and_base_pictures_are_measured_apart(lab):
    lab.fill(4)
    put_base(lab, BASE_TEST)
    put_base(lab, BASE_TRAIN)
    model = lab.model()
    lab.score.wrong[model.id] = {f"{MUG} 0"}
    measured = measure(lab, model, freeze(lab))
    assert (measured.field.n, measured.field.accuracy) == (4, 0.75)
    assert (measured.base.n, measured.base.accuracy) == (1, 1.0)


def test_a_model_is_measured_once_on_a_dataset_and_its_figures_are_kept_beside_it(lab):
    lab.fill(4)
    dataset, model = freeze(lab), lab.model()
    first = measure(lab, model, dataset)
    calls = len(lab.score.calls)
    lab.score.wrong[model.id] = {f"{MUG} 0"}
    assert measure(lab, model, dataset) == first
    assert len(lab.score.calls) == calls
    assert sorted(key.rpartition("/")[2] for key in keys_of(lab.store, [f"models/{model.id}/evaluations/"])) == [
        f"{dataset.id}-base.json", f"{dataset.id}.json",
    ]  # fmt: skip
    assert f"datasets/{dataset.id}/dataset.json" in keys_of(lab.store, ["datasets/"])
    lab.put(CAN, 50)
    assert measure(lab, model, freeze(lab)).field.n == 5


def test_a_models_own_figures_are_those_on_its_own_dataset(lab):
    lab.fill(4)
    dataset = freeze(lab)
    model, stranger = lab.model(dataset=dataset.id), lab.model(dataset=None)
    assert lab.measurement.measured(model) is None
    first = measure(lab, model, dataset)
    measure(lab, stranger, dataset)
    assert lab.measurement.measured(model) == first
    assert lab.measurement.measured(stranger) is None


def test_what_one_model_cannot_read_none_is_measured_on(lab):
    lab.fill(4)
    one, other = lab.model(), lab.model()
    lab.score.unreadable[one.id] = {f"{MUG} 0"}
    labelled, answers = lab.measurement.answers([one, other], freeze(lab).test, silent, CancelToken())
    assert len(labelled.names) == 3
    assert [len(answer.probabilities) for answer in answers] == [3, 3]


def test_a_measurement_can_be_stopped_and_leaves_no_half_figures(lab):
    lab.fill(4)
    dataset, model = freeze(lab), lab.model()
    with pytest.raises(Cancelled):
        lab.measurement.measure(model, dataset, silent, stopped())
    assert lab.registry.evaluation(model.id, dataset.id) is None


def test_any_folder_per_class_can_be_measured_on(lab, folder):
    model = lab.model()
    lab.score.wrong[model.id] = {"soda-can b"}
    lab.score.unreadable[model.id] = {"clutter torn"}
    mine = folder_per_class(
        folder / "mine", soda_can=["soda-can a", "soda-can b"], clutter=["clutter c", "clutter torn"], teapot=["teapot d"]
    )
    (mine / "readme.txt").write_text("not a class")
    (mine / "clutter" / "notes.txt").write_text("no picture")
    result = lab.measurement.measure_folder(model, mine, silent, CancelToken())
    assert (result.n, result.accuracy) == (3, pytest.approx(2 / 3))
    assert result.apart == {"teapot": 1}
    assert [(wrong.name, wrong.truth) for wrong in result.wrong] == [("soda-can/1.jpg", CAN)]


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_pictures_is_told(lab, folder, name):
    (folder / "empty" / "soda-can").mkdir(parents=True)
    with pytest.raises(ConfigError, match="no pictures") as error:
        lab.measurement.measure_folder(lab.model(), folder / name, silent, CancelToken())
    assert "folder per class" in error.value.hint


def test_measuring_on_a_folder_tells_how_far_it_is_and_can_be_stopped(lab, folder):
    mine = folder_per_class(folder / "mine", soda_can=["soda-can a", "soda-can b"])
    steps = []
    model = lab.model()
    lab.measurement.measure_folder(model, mine, steps.append, CancelToken())
    assert [(step.done, step.total) for step in steps] == [(0, 2), (1, 2)]
    with pytest.raises(Cancelled):
        lab.measurement.measure_folder(model, mine, silent, stopped())


def test_the_model_in_service_answers_once_for_each_picture_to_be_sorted(lab):
    names = [lab.put(cls, number, area=Area.RAW) for number, cls in enumerate((CAN, MUG, CAN))]
    freeze(lab)
    model, other = lab.model(), lab.model()
    assert score_raw(lab, model) == 3
    assert predictions(lab, model) == dict(zip(names, (CAN, MUG, CAN), strict=True))
    assert score_raw(lab, model) == 0
    lab.put(MUG, 9, area=Area.RAW)
    freeze(lab)
    assert score_raw(lab, model) == 1
    assert predictions(lab, other) == {}
    assert score_raw(lab, other) == 4


def test_answers_for_the_queue_are_by_todays_classes_and_at_most_five(lab):
    lab.put(CAN, 1, area=Area.RAW)
    freeze(lab)
    model = lab.model([*default_taxonomy().active(), "teapot"])
    score_raw(lab, model)
    (image,) = lab.plant.catalog.images(Area.RAW, model=model.id)
    assert (image.prediction.label, image.prediction.confidence) == (CAN, 0.8)
    assert image.prediction.margin == pytest.approx(0.76)


def test_a_picture_that_cannot_be_read_gets_no_answer_and_stops_no_other(lab):
    torn, good = lab.put(CAN, 1, area=Area.RAW), lab.put(CAN, 2, area=Area.RAW)
    freeze(lab)
    model = lab.model()
    lab.score.unreadable[model.id] = {f"{CAN} 1"}
    assert score_raw(lab, model) == 1
    assert set(predictions(lab, model)) == {good}
    assert torn not in predictions(lab, model)


def test_a_picture_that_somebody_sorted_meanwhile_stops_no_other(lab):
    gone, good = lab.put(CAN, 1, area=Area.RAW), lab.put(CAN, 2, area=Area.RAW)
    freeze(lab)
    key = f"raw_field_data/{gone}"
    lab.store.delete(key, match=lab.store.get(key).listed.etag)
    fresh = lab.plant.home / "fresh"
    empty = Pictures(lab.store, lab.plant.catalog, fresh, look=look, shrink=plain_shrink, pencil=PLAIN_PENCIL)
    measurement = type(lab.measurement)(lab.store, lab.plant.catalog, empty, lab.registry, lab.score)
    model = lab.model()
    assert measurement.score_raw(model, silent, CancelToken()) == 1
    assert set(predictions(lab, model)) == {good}


def test_scoring_can_be_stopped(lab):
    lab.put(CAN, 1, area=Area.RAW)
    freeze(lab)
    with pytest.raises(Cancelled):
        score_raw(lab, lab.model(), stopped())
