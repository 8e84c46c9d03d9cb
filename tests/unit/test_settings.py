"""Settings: what is written is read; what is wrong is named."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.errors import ConfigError
from desktop.core.settings import (
    FILE,
    THEMES,
    Cache,
    GateSettings,
    Settings,
    Sorting,
    Training,
    Window,
    load_settings,
    save_settings,
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
SETTINGS = st.builds(
    Settings,
    bucket=TEXTS,
    labeller=TEXTS,
    language=TEXTS,
    window=st.builds(
        Window,
        st.sampled_from(THEMES),
        st.floats(1, 2),
        key_scheme=TEXTS,
        require_modifier=st.booleans(),
        notifications=st.booleans(),
    ),
    sorting=st.builds(
        Sorting, st.booleans(), st.integers(1, 1000), st.booleans(), st.booleans(), st.integers(100, 400), st.integers(0, 10**6)
    ),
    gate=st.builds(GateSettings, st.floats(0.001, 0.5), st.integers(1, 10**6), st.integers(0, 1000)),
    cache=st.builds(Cache, st.floats(0.001, 1e6)),
    training=st.builds(Training, st.integers(0, 64)),
)


@given(one=SETTINGS, other=SETTINGS)
def test_what_is_saved_is_loaded(tmp_path_factory, one, other):
    home = tmp_path_factory.mktemp("home")
    for settings in (one, other):
        save_settings(home, settings)
        assert load_settings(home) == settings


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load_settings(tmp_path / "nowhere") == Settings()


def test_comments_and_order_of_a_file_stay(tmp_path):
    (tmp_path / FILE).write_text("# mine\nlanguage = 'zh_CN'\nbucket = '/plant' # the hall\n\n[cache]\nquota_gb = 3\n")
    settings = load_settings(tmp_path)
    assert (settings.language, settings.bucket, settings.cache.quota_gb) == ("zh_CN", "/plant", 3.0)
    save_settings(tmp_path, dataclasses.replace(settings, language="en"))
    lines = (tmp_path / FILE).read_text().splitlines()
    assert lines[:3] == ["# mine", 'language = "en"', 'bucket = "/plant" # the hall']


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("buckett = 'x'", "buckett"), ("bucket = 3", "bucket"), ("sorting = 3", "sorting"),
        ("[sorting]\npage = 3", "sorting.page"),
        ("[sorting]\npage_size = 48.0", "sorting.page_size"), ("[sorting]\nsuggestions = 1", "sorting.suggestions"),
        ("[sorting]\npage_size = 0", "sorting.page_size"), ("[sorting]\ntile_width = 99", "sorting.tile_width"),
        ("[sorting]\nconfirm_above = -1", "sorting.confirm_above"), ("[window]\ntheme = 'pink'", "window.theme"),
        ("[window]\ntext_scale = 2.1", "window.text_scale"), ("[window]\ntext_scale = nan", "window.text_scale"),
        ("[window]\nrequire_modifier = 1", "window.require_modifier"), ("[cache]\nquota_gb = true", "cache.quota_gb"),
        ("[cache]\nquota_gb = nan", "cache.quota_gb"), ("[cache]\nquota_gb = -1", "cache.quota_gb"),
        ("[gate]\nmargin = 3.0", "gate.margin"), ("[gate]\nmin_images = 'many'", "gate.min_images"),
        ("[training]\nthreads = -1", "training.threads"), ("[training.deep]\nx = 1", "training.deep"),
        (f"labeller = '{'é' * 60}'", "labeller"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_with_its_file(tmp_path, text, key):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)
    assert key in caught.value.title
    assert str(tmp_path / FILE) in caught.value.title


def test_an_unknown_setting_tells_those_that_are_known(tmp_path):
    (tmp_path / FILE).write_text("[sorting]\npages = 3")
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)
    assert "suggestions, page_size" in caught.value.hint


@pytest.mark.parametrize("data", [b"bucket = ", b"\xff\xfe", b"[a]\n[a]\n", b"bucket = 'a'\nbucket = 'b'"])
def test_a_damaged_file_is_refused_and_never_overwritten(tmp_path, data):
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(ConfigError, match=FILE):
        load_settings(tmp_path)
    with pytest.raises(ConfigError, match=FILE):
        save_settings(tmp_path, Settings())
    assert (tmp_path / FILE).read_bytes() == data


def test_saving_leaves_no_other_file(tmp_path):
    save_settings(tmp_path / "new" / "home", Settings())
    assert [path.name for path in (tmp_path / "new" / "home").iterdir()] == [FILE]
