"""These tests need Xvfb, xdotool and Qt's plugin for X (`.ci/packages screen`)."""

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="the window's libraries are not on this computer")
