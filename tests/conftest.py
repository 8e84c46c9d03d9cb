"""What all tests share: hypothesis without a clock, and a folder in memory."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("shared computer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared computer")


@pytest.fixture
def folder():
    """Give a folder in memory where there is one: a test is no power cut, and thousands of syncs to a disk take their time."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)
