import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from edge.config import Config, ConfigError, load_config, parse_config
from edge.contract.classes import MAX_ID_LENGTH
from edge.contract.keys import RAW
from edge.contract.names import MAX_MS, format_name
from edge.folder import Folder, FolderUplink
from edge.sampling import THRESHOLDS

ROOT = Path(__file__).parents[2]


def test_a_file_sets_what_it_names_and_leaves_the_rest(tmp_path):
    file = tmp_path / "edge.toml"
    file.write_text('device = "press 3"\n[sampling]\npreset = "thresholds"\n[spool]\nquota_bytes = 1000\n', "utf-8")
    config = load_config(file, {})
    assert (config.device, config.sampling.preset, config.spool.quota_bytes) == ("press 3", THRESHOLDS, 1000)
    assert config.models == Config().models


def test_an_option_goes_over_the_file_and_an_option_not_given_does_not(tmp_path):
    file = tmp_path / "edge.toml"
    file.write_text('device = "a"\ncamera = "synthetic://"\n', "utf-8")
    config = load_config(file, {"device": "b", "camera": None})
    assert (config.device, config.camera) == ("b", "synthetic://")


def test_numbers_may_come_as_strings_as_a_nucleus_sends_them():
    config = parse_config({"report_s": "30", "sampling": {"test_chance": "0.5", "seed": "7"}, "models": {"threads": "2"}})
    assert (config.report_s, config.sampling.test_chance, config.sampling.seed, config.models.threads) == (30.0, 0.5, 7, 2)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"sampling": {"presett": "x"}}, "sampling.presett: unknown"),
        ({"sampling": {"preset": "all"}}, "sampling.preset: 'all'"),
        ({"sampling": {"test_chance": 1.5}}, "sampling.test_chance: 0 to 1"),
        ({"sampling": {"test_chance": "often"}}, "sampling.test_chance: a number"),
        ({"sampling": {"test_chance": float("nan")}}, "sampling.test_chance: a number"),
        ({"sampling": 3}, "sampling: a table"),
        ({"models": {"threads": 1.5}}, "models.threads: a whole number"),
        ({"models": {"threads": True}}, "models.threads: a whole number"),
        ({"models": {"threads": 0}}, "models.threads: at least 1"),
        ({"device": 3}, "device: a text"),
        ({"device": "x" * 2000}, "device: too long"),
        ({"device": "_" * 60}, "device: too long"),
        ({"interval_s": -1}, "interval_s: at least 0"),
        ({"spool": {"quota_bytes": -1}}, "spool.quota_bytes: at least 0"),
    ],
)
def test_a_message_begins_with_the_key(values, key):
    with pytest.raises(ConfigError) as caught:
        parse_config(values)
    assert str(caught.value).startswith(key)


def test_a_file_that_is_not_there_or_no_toml_is_named(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("device = ", "utf-8")
    for path in (tmp_path / "absent.toml", broken):
        with pytest.raises(ConfigError, match=path.name):
            load_config(path, {})


def test_the_home_is_one_a_device_and_bucket_and_a_name_never_leaves_its_folder(tmp_path):
    home = parse_config({"device": "a/../b", "bucket": "/plant"}).home_folder
    assert (home.parent.name, home.parent.parent.name) == ("a%2F..%2Fb", "sortloop-edge")
    assert parse_config({"device": "a/../b", "bucket": "file:///plant"}).home_folder == home
    assert parse_config({"device": "a/../b", "bucket": "/other"}).home_folder != home
    assert parse_config({"device": "c", "bucket": "/plant"}).home_folder != home
    assert parse_config({"home": str(tmp_path)}).home_folder == tmp_path


def test_a_bucket_is_a_folder_with_the_posts_prefix(tmp_path):
    for address in (str(tmp_path), f"file://{tmp_path}"):
        assert parse_config({"bucket": address}).bucket_folder == tmp_path / "image-classification"


@pytest.mark.parametrize("address", ["", "s3://plant/x"])
def test_no_bucket_and_an_unknown_kind_of_bucket_are_refused(address):
    with pytest.raises(ConfigError, match=r"^bucket: "):
        _ = parse_config({"bucket": address}).bucket_folder


@pytest.mark.parametrize("device", ["x" * 149, "_" * 49])
def test_a_picture_of_the_longest_name_that_a_device_may_have_can_be_stored(tmp_path, device):
    name = format_name(MAX_MS - 1, "x" * MAX_ID_LENGTH, 0.1234, parse_config({"device": device}).device_name, "0" * 64)
    (tmp_path / name).write_bytes(b"")
    assert FolderUplink(Folder(tmp_path / "bucket")).put(RAW + name, b"jpeg", if_absent=True)


def test_the_readme_shows_every_key_with_its_default():
    (block,) = re.findall(r"^```toml\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    values = tomllib.loads(block.replace("# interval_s", "interval_s"))
    assert _keys(values) == _keys(dataclasses.asdict(Config()))
    assert parse_config({**values, "interval_s": None}) == Config()


def _keys(values):
    return {key: _keys(value) if isinstance(value, dict) else None for key, value in values.items()}
