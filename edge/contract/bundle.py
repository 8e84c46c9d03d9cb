"""A model: a manifest over files that are named by their digest. Its id is the digest of the manifest."""

import hashlib
import re
from dataclasses import dataclass, field

from edge.contract.classes import is_class_id
from edge.contract.keys import fold, key_problem
from edge.contract.records import dump

MANIFEST = "model.json"
NETWORK = "network.onnx"
HEAD = "head.npz"
GOLDEN = "golden/"

MAX_MANIFEST_BYTES = 1 << 20
MAX_FILE_BYTES = 512 << 20
MAX_FILES = 256

GOLDEN_MARGIN = 0.2
"""Where two processors may disagree: below this margin the top class of a golden image is not compared."""
GOLDEN_TOLERANCE = 0.05
"""How far a golden image's probabilities may lie from the expected ones (processors and libjpegs differ)."""

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a bundle."""

    sha256: str
    size_bytes: int

    def __post_init__(self) -> None:
        if not _SHA256.match(self.sha256):
            raise ValueError("sha256: 64 hex digits were expected")
        if not 0 <= self.size_bytes <= MAX_FILE_BYTES:
            raise ValueError(f"size_bytes: at most {MAX_FILE_BYTES}")


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture becomes the network's input; see ``edge.preprocess``."""

    size: int = 224
    """Width and height in pixels."""
    fit: str = "crop"
    """``crop``: the largest centred square; ``squash``: the whole picture, whatever its shape (SageMaker's way)."""
    order: str = "rgb"
    """``rgb`` or ``bgr``."""
    layout: str = "nhwc"
    """``nhwc`` or ``nchw``."""
    mean: tuple[float, ...] | None = None
    """Subtracted from 0..255, a number a channel; None: the network takes bytes as they are."""
    std: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if not 16 <= self.size <= 1024 or self.fit not in ("crop", "squash"):
            raise ValueError("preprocessing: size 16..1024, fit crop or squash")
        if self.order not in ("rgb", "bgr") or self.layout not in ("nhwc", "nchw"):
            raise ValueError("preprocessing: order rgb or bgr, layout nhwc or nchw")
        if any(values is not None and len(values) != 3 for values in (self.mean, self.std)):
            raise ValueError("preprocessing: mean and std have three numbers")
        if self.std is not None and (self.mean is None or min(self.std) <= 0):
            raise ValueError("preprocessing: std goes with a mean and is above 0")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Default confidences of a device's sampling; those in force stand in the deployment."""

    low: float = 0.6
    high: float = 0.9

    def __post_init__(self) -> None:
        if not (0 <= self.low <= 1 and 0 <= self.high <= 1):
            raise ValueError("thresholds: low and high are 0 to 1")


@dataclass(frozen=True, slots=True)
class Golden:
    """What the model answered for one picture when it was made."""

    file: str
    """A name among the bundle's files, below ``golden/``."""
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """How the model's answers were spread when it was made; drift is measured against it."""

    class_share: tuple[float, ...] = ()
    confidence: tuple[float, ...] = ()
    """Ten bins from 0 to 1, shares."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """``model.json``. ``files`` maps a name inside the bundle to its digest and size."""

    classes: tuple[str, ...]
    """In the order of the network's outputs."""
    preprocessing: Preprocessing
    outputs: tuple[str, ...]
    """The network's outputs, concatenated: the head's input where there is one, else the logits."""
    temperature: float
    """Probabilities are softmax(logits / temperature)."""
    trainer: str
    created_ms: int
    files: dict[str, File]
    thresholds: Thresholds = field(default_factory=Thresholds)
    dataset: str | None = None
    parent: str | None = None
    job: str | None = None
    golden: tuple[Golden, ...] = ()
    reference: Reference = field(default_factory=Reference)

    def __post_init__(self) -> None:
        if len(self.classes) < 2 or len(set(self.classes)) != len(self.classes):
            raise ValueError("classes: at least two, each once")
        if not all(is_class_id(cls) for cls in self.classes):
            raise ValueError("classes: a class id is a-z, 0-9, - and _")
        if not self.outputs:
            raise ValueError("outputs: at least one")
        if not 0.01 <= self.temperature <= 100:
            raise ValueError("temperature: 0.01 to 100")
        if NETWORK not in self.files or len(self.files) > MAX_FILES:
            raise ValueError(f"files: {NETWORK} and at most {MAX_FILES} in all")
        for name in (*self.files, *(golden.file for golden in self.golden)):
            if key_problem(name) is not None or fold(name) == MANIFEST:
                raise ValueError(f"files: {name[:80]!r} is no name for a file")
        names = {fold(name) for name in self.files}
        folders = {folder for name in names for folder in _folders(name)}
        if len(names) < len(self.files) or names & folders:
            raise ValueError("files: some file systems would put two of them in one place")
        if any(golden.file not in self.files or len(golden.probabilities) != len(self.classes) for golden in self.golden):
            raise ValueError("golden: each names a file of the bundle and has a probability a class")


def _folders(name: str) -> list[str]:
    """Give the folders that a name lies in."""
    parts = name.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def model_id(manifest: Manifest) -> str:
    """Give a model's id: the sha256 of its manifest's canonical JSON."""
    return hashlib.sha256(dump(manifest)).hexdigest()
