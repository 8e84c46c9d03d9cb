"""Models in the bucket: written whole, read with every digest checked, mended where the bucket was damaged."""

import shutil

import pytest

from desktop.core.errors import ConfigError, NotFoundError, StorageFullError
from desktop.core.evaluation import evaluate
from desktop.core.registry import Registry
from desktop.local.store import FolderStore
from edge.classifier import OnnxClassifier
from edge.contract.bundle import HEAD, MANIFEST, NETWORK
from edge.contract.keys import blob_key, evaluation_key, manifest_key
from tests.bundles import make_bundle
from tests.judging import answers, pictures
from tests.plant import keys_of


@pytest.fixture
def store(folder):
    return FolderStore(folder / "bucket")


@pytest.fixture
def registry(store, folder):
    return Registry(store, folder / "models")


@pytest.fixture
def bundle(folder):
    make_bundle(folder / "bundle")
    return folder / "bundle"


def overwrite(folder, key, body=b"damaged"):
    (folder / "bucket" / key).write_bytes(body)


def many(registry, folder, count):
    """Publish models whose ids are all different; those of ten begin with several digits."""
    models = []
    for number in range(count):
        make_bundle(folder / f"bundle-{number}", created_ms=1_600_000_000_000 + number)
        models.append(registry.publish(folder / f"bundle-{number}"))
    return models


def test_a_published_model_is_found_and_answers(registry, bundle):
    model = registry.publish(bundle)
    assert registry.find(model.id) == model
    assert model.manifest.trainer == "test"
    assert OnnxClassifier.load(registry.folder(model.id)).model_id == model.id


def test_publishing_again_changes_nothing(registry, store, bundle):
    first = registry.publish(bundle)
    before = [(listed.key, listed.etag, listed.modified_ms) for listed in store.list("")]
    assert registry.publish(bundle) == first
    assert [(listed.key, listed.etag, listed.modified_ms) for listed in store.list("")] == before


def test_models_share_the_files_that_they_have_in_common(registry, store, folder):
    many(registry, folder, 2)
    assert len(keys_of(store, ["blobs/"])) == 3  # network, head and golden picture, once each
    assert len(keys_of(store, ["models/"])) == 2


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"half"), lambda path: path.unlink()])
@pytest.mark.parametrize("name", [HEAD, MANIFEST])
def test_a_damaged_bundle_is_not_published(registry, store, bundle, name, damage):
    damage(bundle / name)
    with pytest.raises(ConfigError) as error:
        registry.publish(bundle)
    assert name in error.value.title or str(bundle) in error.value.title
    assert keys_of(store, ["models/"]) == []


@pytest.mark.parametrize("name", [NETWORK, HEAD])
def test_a_damaged_file_in_the_bucket_is_named_and_publishing_mends_it(registry, folder, bundle, name):
    model = registry.publish(bundle)
    key = blob_key(model.manifest.files[name].sha256)
    overwrite(folder, key)
    with pytest.raises(ConfigError, match=name) as error:
        registry.folder(model.id)
    assert model.id[:8] in error.value.title
    assert error.value.hint
    assert list((folder / "models").glob("*")) == []
    registry.publish(bundle)
    assert (registry.folder(model.id) / name).read_bytes() == (bundle / name).read_bytes()


def test_a_missing_file_in_the_bucket_is_named(registry, folder, bundle):
    model = registry.publish(bundle)
    (folder / "bucket" / blob_key(model.manifest.files[HEAD].sha256)).unlink()
    with pytest.raises(ConfigError, match=HEAD):
        registry.folder(model.id)


@pytest.mark.parametrize("body", [b"{}", b"no JSON", b""])
def test_a_damaged_manifest_is_told_and_left_out_of_the_list(registry, folder, body):
    good, bad = many(registry, folder, 2)
    overwrite(folder, manifest_key(bad.id), body)
    assert registry.models() == [good]
    for ask in (registry.find, registry.folder):
        with pytest.raises(ConfigError, match=bad.id[:8]):
            ask(bad.id)


def test_a_manifest_under_another_models_id_is_not_believed(registry, folder):
    good, bad = many(registry, folder, 2)
    shutil.copy(folder / "bucket" / manifest_key(good.id), folder / "bucket" / manifest_key(bad.id))
    assert registry.models() == [good]


def test_models_come_newest_first(registry, folder):
    models = many(registry, folder, 4)
    assert registry.models() == models[::-1]


def test_a_beginning_that_only_one_model_has_is_enough(registry, folder):
    models = many(registry, folder, 20)
    for model in models:
        length = next(n for n in range(1, 64) if sum(one.id.startswith(model.id[:n]) for one in models) == 1)
        assert registry.find(model.id[:length]) == model
        if length > 1:
            with pytest.raises(NotFoundError, match="several"):
                registry.find(model.id[: length - 1])


@pytest.mark.parametrize("text", ["", "zz", "../..", "f" * 64, "models/", "\n"])
def test_what_names_no_model_is_not_found(registry, bundle, text):
    registry.publish(bundle)
    with pytest.raises(NotFoundError) as error:
        registry.find(text)
    assert "sortloop models" in error.value.hint


def test_a_models_folder_is_fetched_once(registry, folder, bundle):
    model = registry.publish(bundle)
    first = registry.folder(model.id)
    shutil.rmtree(folder / "bucket" / "blobs")
    assert registry.folder(model.id) == first
    assert sorted(path.name for path in first.iterdir()) == sorted([MANIFEST, NETWORK, HEAD, "golden"])


def test_a_folder_is_whole_or_not_there(registry, folder, bundle):
    model = registry.publish(bundle)
    half = folder / "models" / model.id
    half.mkdir(parents=True)
    (half / HEAD).write_bytes(b"what a killed program of old left")
    assert OnnxClassifier.load(registry.folder(model.id)).model_id == model.id
    assert [path.name for path in (folder / "models").iterdir()] == [model.id]


def test_a_file_in_the_folders_place_is_told(store, folder, bundle):
    (folder / "file").touch()
    registry = Registry(store, folder / "file")
    with pytest.raises(StorageFullError, match="file"):
        registry.folder(registry.publish(bundle).id)


def test_the_first_evaluation_on_a_dataset_is_kept_beside_the_model(registry, store, bundle):
    model = registry.publish(bundle)
    assert registry.evaluation(model.id, "data") is None
    first = evaluate(pictures("ab"), answers("ab", "aa"))
    registry.keep_evaluation(model.id, "data", first)
    registry.keep_evaluation(model.id, "data", evaluate(pictures("ab"), answers("ab", "ab")))
    assert registry.evaluation(model.id, "data") == first
    assert registry.evaluation(model.id, "other") is None
    assert [one.id for one in registry.models()] == [model.id]
    assert keys_of(store, [f"models/{model.id}/evaluations/"]) == [evaluation_key(model.id, "data")]


def test_a_damaged_evaluation_is_as_good_as_none(registry, folder, bundle):
    model = registry.publish(bundle)
    registry.keep_evaluation(model.id, "data", evaluate(pictures("ab"), answers("ab", "aa")))
    overwrite(folder, evaluation_key(model.id, "data"))
    assert registry.evaluation(model.id, "data") is None


@pytest.mark.parametrize("model", ["", "..", "../elsewhere", "0" * 63, "0" * 65, "A" * 64])
def test_no_path_is_made_of_what_is_no_id(store, folder, model):
    """A deployment's record names a model, and anybody may have written it."""
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "model.json").write_bytes(b"{}")
    registry = Registry(store, folder / "models")
    with pytest.raises(NotFoundError):
        registry.folder(model)
    assert registry.standing(model) is None


def test_a_model_stands_while_its_files_do(store, registry, folder, bundle):
    model = registry.publish(bundle)
    assert registry.standing(model.id) == model
    overwrite(folder, blob_key(model.manifest.files[NETWORK].sha256))
    assert Registry(store, folder / "another home").standing(model.id) is None


def test_a_datasets_name_that_is_no_key_has_no_evaluation(registry):
    assert registry.evaluation("0" * 64, "../../../etc") is None
