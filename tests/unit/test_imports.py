"""Core and contract stay light: whoever imports them gets no window, no cloud, no decoder, no network runtime."""

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
HEAVY = ("PySide6", "boto3", "botocore", "PIL", "onnxruntime", "onnx", "simplejpeg", "typer", "rich", "platformdirs", "torch")

IMPORT_ALL = """
import importlib, pkgutil, sys
for package in {packages}:
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(module.__path__, package + "."):
        importlib.import_module(found.name)
print(",".join(name for name in {unwanted} if name in sys.modules))
"""


def loaded(packages, unwanted):
    """Give which of some modules a fresh interpreter has loaded after importing all of some packages."""
    script = IMPORT_ALL.format(packages=packages, unwanted=unwanted)
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_core_loads_neither_screen_nor_cloud_nor_decoder():
    assert loaded(["desktop.core"], HEAVY) == ""


def test_the_contract_loads_the_standard_library_only():
    assert loaded(["edge.contract"], (*HEAVY, "numpy", "filelock", "desktop")) == ""


@pytest.mark.parametrize("module", ["edge.folder", "edge.preprocess"])
def test_the_device_never_loads_the_desktop(module):
    script = f"import sys, {module}; print('desktop' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
