"""Stand-ins for what lies outside the device: a bucket in memory that can be out of reach, models that obey."""

from collections.abc import Mapping

import numpy as np

from edge.classifier import BadModel
from edge.contract.messages import Answer
from edge.contract.metadata import Clock
from edge.ports import CameraError, EndOfPictures, Frame, Prediction, UplinkError
from edge.preprocess import BadImage
from tests.bundles import picture

CLASSES = ("beer-mug", "clutter", "coffee-mug")


class MemoryUplink:
    """A bucket in memory."""

    def __init__(self):
        self.objects: dict[str, bytes] = {}
        self.metadata: dict[str, Mapping[str, str]] = {}
        self.trouble = ""
        self.puts: list[str] = []
        self.gets: list[str] = []
        self.reply_lost = 0
        """So many puts arrive without a word coming back."""

    def put(self, key, body, metadata=None, *, if_absent=False):
        if self.trouble:
            raise UplinkError(self.trouble)
        self.puts.append(key)
        if if_absent and key in self.objects:
            return False
        self.objects[key] = body
        self.metadata[key] = dict(metadata or {})
        if self.reply_lost:
            self.reply_lost -= 1
            raise UplinkError("the reply was lost")
        return True

    def get(self, key, max_bytes):
        if self.trouble:
            raise UplinkError(self.trouble)
        self.gets.append(key)
        body = self.objects.get(key)
        if body is not None and len(body) > max_bytes:
            raise UplinkError(f"{key}: too large")
        return body


class ObedientClassifier:
    """Answers what it is told; ``answer`` may be an exception."""

    def __init__(self, model_id="m" * 64, probabilities=(0.7, 0.2, 0.1)):
        self.model_id = model_id
        self.answer: object = Prediction(CLASSES, np.asarray(probabilities))

    def classify(self, jpeg):
        if isinstance(self.answer, BadModel | BadImage):
            raise self.answer
        return self.answer


class ListCamera:
    """Shows frames, or raises the errors among them, then ends."""

    interval_s = 0.0

    def __init__(self, frames):
        self._frames = list(frames)

    def capture(self):
        if not self._frames:
            raise EndOfPictures
        frame = self._frames.pop(0)
        if isinstance(frame, CameraError):
            raise frame
        return frame

    def close(self):
        pass


class Collected:
    """Answers in a list."""

    def __init__(self):
        self.answers: list[Answer] = []

    def publish(self, answer):
        self.answers.append(answer)


def frame(wall_ms=1_600_000_000_000, seed=0, clock=Clock.SIMULATED):
    return Frame(picture(seed=seed), wall_ms, clock, f"{seed}.jpg")


def slot_of(device, wanted, start=1_600_000_000_000):
    """Give the first capture time from ``start`` on that lies in a slot of the wanted side."""
    from edge.contract.names import SLOT_MS, slot_side

    return next(ms for ms in range(start, start + 200 * SLOT_MS, SLOT_MS) if slot_side(device, ms) is wanted)
