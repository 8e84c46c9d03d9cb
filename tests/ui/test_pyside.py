"""The wheel of PySide6 in use keeps its references: 6.12's loses one to None in each call that gives nothing.

Before Python 3.12 that ends the process after a few thousand calls; since then None cannot be lost.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import desktop.ui

SCRIPT = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
widget = QWidget()
widget.update()
before = sys.getrefcount(None)
for _call in range(1000):
    widget.update()
print(sys.getrefcount(None) - before)
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there")
def test_a_thousand_calls_lose_no_reference_to_none():
    pytest.importorskip("PySide6.QtWidgets", reason="the window's libraries are not on this computer")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert abs(int(done.stdout)) < 100


def test_nobody_asks_a_widget_for_its_screen():
    """What ``QWidget.screen`` gives belongs to the widget as this binding sees it: Qt's screen goes when the widget does."""
    asked = [
        f"{path.name}:{node.lineno}"
        for path in Path(desktop.ui.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "screen"
    ]
    assert asked == []
