"""The window's tests need no screen, and wear the dark theme."""

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="the window's libraries are not on this computer")

from desktop.ui.theme import DARK, wear


@pytest.fixture(autouse=True)
def _dressed(qapp):
    wear(DARK)


@pytest.fixture(autouse=True, scope="session")
def _collected_here():
    """Keep Python's collector to this thread, as the program does: a widget that dies on another takes the process with it."""
    gc.disable()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _tidy(_collected_here):
    yield
    gc.collect()
