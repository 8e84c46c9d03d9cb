"""Feature extraction from files, against ONNX Runtime alone on tensors that are ready."""

import hashlib
import itertools
import os
from pathlib import Path

import onnxruntime

from desktop.core.progress import silent
from desktop.ml.backbone import FEATURES, PREPROCESSING, TEXTURES, backbone
from desktop.ml.feature_cache import FeatureCache
from desktop.ml.features import Extractor, Picture
from edge.classifier import Network
from edge.preprocess import preprocess
from edge.scenes import CLASSES, draw
from tests.benchmarks.measure import Result, race

_COUNT = 200


def features(folder: Path) -> Result:
    """Time decoding, preprocessing, network and cache together, beside the network alone with all cores at one picture."""
    network = backbone(folder / "backbone")
    pictures = []
    for number in range(_COUNT):
        data = draw(CLASSES[number % len(CLASSES)], number)
        path = folder / f"{number}.jpg"
        path.write_bytes(data)
        pictures.append(Picture(path, hashlib.sha256(data).hexdigest()))
    tensors = [preprocess(picture.path.read_bytes(), PREPROCESSING) for picture in pictures]
    session = onnxruntime.InferenceSession(network.path, providers=["CPUExecutionProvider"])
    caches = itertools.count()
    cores = os.cpu_count() or 1

    def ours() -> None:
        with FeatureCache(folder / f"cache{next(caches)}") as cache:
            extractor = Extractor(cache, network.sha256, lambda: Network(network.path.read_bytes()), PREPROCESSING, cores)
            assert extractor.extract(pictures, silent).readable.all()

    def peer() -> None:
        for tensor in tensors:
            session.run([FEATURES, TEXTURES], {"image": tensor})

    return race("features", ours, peer, peer_name="ONNX Runtime on ready tensors", goal=0.8, n=_COUNT, rounds=5)
