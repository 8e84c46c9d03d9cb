"""Pictures played: each shows at once, waits until it is let through, or fails as it is told."""

import threading

import numpy as np


class PlayedPictures:
    """What a worker asks; ``asked`` are the names in their order."""

    def __init__(self):
        self.asked = []
        self.open = threading.Event()
        self.open.set()
        self.problems = {}
        self.begun = threading.Semaphore(0)
        self.sides = {}

    def pixels(self, image, width, height, _quick=None):
        self.asked.append(image.name)
        self.begun.release()
        assert self.open.wait(20)
        if image.name in self.problems:
            raise self.problems[image.name]
        return np.full((height, width, 4), 255, np.uint8)
