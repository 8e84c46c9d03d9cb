"""A screen that nobody sees (Xvfb, without a window manager), keys from outside (xdotool), and what is on the screen."""

import contextlib
import os
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
MISSING = [program for program in ("Xvfb", "xdotool") if shutil.which(program) is None]
PATIENCE_S = 30


class Screen:
    """One X server with its display's name."""

    def __init__(self, folder: Path) -> None:
        read, write = os.pipe()
        self._memory = folder / "Xvfb_screen0"
        command = [
            "Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-fbdir", folder, "-nolisten", "tcp", "-noreset",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            ready, _none, _nothing = select.select([told], [], [], PATIENCE_S)
            number = told.readline().strip() if ready else ""
        assert number, "Xvfb did not start"
        self.display = f":{number}"

    def close(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(PATIENCE_S)

    def do(self, *words: str) -> str:
        """Let xdotool do something, and give what it says."""
        done = subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout.strip()

    def picture(self) -> np.ndarray:
        """Give what is on the screen: rows of blue, green, red. The server keeps it in a file of the form of xwd.

        Source: X11/XWDFile.h (25 words of 32 bits, big-endian; then the window's name, colours of 12 bytes, pixels).
        """
        data = self._memory.read_bytes()
        header = struct.unpack(">25I", data[:100])
        size, width, height, per_line, colours = header[0], header[4], header[5], header[12], header[19]
        begin = size + colours * 12
        rows = np.frombuffer(data, np.uint8, per_line * height, begin).reshape(height, per_line)
        return rows[:, : width * 4].reshape(height, width, 4)[:, :, :3]


class Program:
    """The window as a program of its own on a screen."""

    def __init__(self, screen: Screen, bucket: Path, home: Path) -> None:
        self.screen = screen
        environment = {
            **os.environ, "DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT), "SORTLOOP_LANGUAGE": "en",
            "QT_IM_MODULE": "compose", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self._said = (home / "said.txt").open("wb")
        command = [sys.executable, "-m", "desktop", "--bucket", bucket, "--home", home]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self._said, stderr=self._said)
        self.window = screen.do("search", "--sync", "--onlyvisible", "--name", "^Sortloop").split()[0]
        screen.do("windowfocus", "--sync", self.window)

    def press(self, *keys: str) -> None:
        """Press keys, as xdotool names them."""
        self.screen.do("key", "--delay", "40", *keys)

    def close(self) -> None:
        """Close it by its key; end it where it does not go."""
        if self.process.poll() is None:
            self.press("ctrl+q")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE_S)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        self._said.close()


@contextlib.contextmanager
def shown(screen: Screen, bucket: Path, home: Path) -> Iterator[Program]:
    """Show the window on a bucket until the block is left."""
    program = Program(screen, bucket, home)
    try:
        yield program
    finally:
        program.close()


def until(met, what: str) -> None:
    """Wait for what other processes do."""
    deadline = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
