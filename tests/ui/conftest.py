"""The window's tests need no screen, and wear the dark theme."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="the window's libraries are not on this computer")

from desktop.ui.theme import DARK, wear


@pytest.fixture(autouse=True)
def _dressed(qapp):
    wear(DARK)
