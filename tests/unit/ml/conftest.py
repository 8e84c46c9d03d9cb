"""Networks for the tests of this folder."""

from pathlib import Path

import pytest

from desktop.ml.backbone import Backbone
from tests.backbone import converted, tiny


@pytest.fixture(scope="session")
def lite0(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    """EfficientNet-Lite0."""
    return converted(tmp_path_factory)


@pytest.fixture
def mean_colour(tmp_path: Path) -> Backbone:
    """A network of three features."""
    return tiny(tmp_path)
