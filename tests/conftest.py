"""What all tests share: hypothesis without a clock, and a folder in memory."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("shared computer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared computer")

MEMORY = "/dev/shm"  # noqa: S108 - Linux's own; the folder in it has a name that nobody guesses


@pytest.fixture
def folder():
    """Give a folder in memory where there is one: a test is no power cut, and thousands of syncs to a disk take their time."""
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        yield Path(name)
