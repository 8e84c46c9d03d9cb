"""A retraining of 2,000 pictures of which 50 are new, against the same without what is kept of the other 1,950."""

import hashlib
import itertools
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from desktop.core.ports import TrainingImage, TrainingPlan
from desktop.core.progress import CancelToken, silent
from desktop.ml.backbone import backbone
from desktop.ml.feature_cache import FeatureCache
from desktop.ml.learning import Lesson
from edge.scenes import CLASSES, draw
from tests.benchmarks.measure import Result, race

_COUNT, _NEW = 2_000, 50


def retrain(folder: Path) -> Result:
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        images = list(pool.map(_picture, itertools.repeat(folder), range(_COUNT), chunksize=25))
    network = backbone(folder / "network")
    rounds = itertools.count()
    known = folder / "known"

    def learn(seen: list[TrainingImage], features: Path) -> None:
        plan = TrainingPlan("run", "dataset", tuple(sorted(CLASSES)), tuple(seen))
        lesson = Lesson(plan, silent, CancelToken(), lambda _line: None)
        with FeatureCache(features) as cache:
            lesson.learn(lambda: network, cache, folder / f"bundle{next(rounds)}")

    learn(images[:-_NEW], known)

    def warm() -> None:
        learn(images, folder / "warm")

    def cold() -> None:
        learn(images, folder / "cold")

    def prepare() -> None:
        shutil.rmtree(folder / "cold", ignore_errors=True)
        shutil.rmtree(folder / "warm", ignore_errors=True)
        shutil.copytree(known, folder / "warm")

    return race("retrain", warm, cold, peer_name="without the cache", goal=10.0, n=_COUNT, rounds=3, before_each=prepare)


def _picture(folder: Path, number: int) -> TrainingImage:
    cls = CLASSES[number % len(CLASSES)]
    data = draw(cls, number, field=number % 2 == 0)
    path = folder / f"{number}.jpg"
    path.write_bytes(data)
    return TrainingImage(str(path), hashlib.sha256(data).hexdigest(), cls)
