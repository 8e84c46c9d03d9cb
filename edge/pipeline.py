"""One picture through the device: capture, answer, and perhaps keep it for the way home.

The answer is published before anything is written. Whatever asks for a picture (the clock, a message, a button) calls
:meth:`Pipeline.handle`.
"""

import hashlib
import logging
import time
from dataclasses import dataclass

from edge.classifier import BadModel
from edge.contract.messages import Answer, Sampled
from edge.contract.metadata import Clock, RawMetadata, encode_raw
from edge.contract.names import Side, format_name, slot_side
from edge.models import InUse, Models
from edge.ports import Camera, CameraError, Frame, Prediction, Transport
from edge.preprocess import BadImage
from edge.sampling import Policy, draw
from edge.spool import Record, rank_of
from edge.tally import Tally
from edge.uploader import Storer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture with what was made of it."""

    frame: Frame
    sha256: str
    prediction: Prediction | None
    model: str | None
    in_use: InUse


class Pipeline:
    """The device's work on each picture."""

    def __init__(
        self, device: str, camera: Camera, models: Models, policy: Policy, storer: Storer, transport: Transport, tally: Tally
    ) -> None:
        self._device, self._camera, self._models, self._policy = device, camera, models, policy
        self._storer, self._transport, self._tally = storer, transport, tally

    def handle(self, request: str = "") -> Answer:
        """Take a picture and answer it.

        Args:
            request: The id of the question; without one the answer gets an id of its own.

        Raises:
            CameraError: there was no picture, or a damaged one. EndOfPictures: there will be none.
        """
        frame = self._camera.capture()
        began_s = time.perf_counter()
        seen = self._classify(frame)
        drawn = draw(self._policy, seen.in_use.thresholds, self._device, frame.wall_ms, seen.prediction)
        label = seen.prediction.label if seen.prediction else None
        confidence = seen.prediction.confidence if seen.prediction else 0.0
        name = format_name(frame.wall_ms, label, confidence, self._device, seen.sha256)
        answer = Answer(
            id=request or f"{frame.wall_ms}-{seen.sha256[:12]}",
            device=self._device,
            at_ms=frame.wall_ms,
            clock=frame.clock,
            message=_message(label, confidence),
            label=label,
            confidence=confidence,
            scores=dict(seen.prediction.best()) if seen.prediction else {},
            model=seen.model,
            latency_ms=round((time.perf_counter() - began_s) * 1000, 3),
            sampled=Sampled(drawn.reason, drawn.probability, name) if drawn else None,
            source=frame.source,
        )
        self._transport.publish(answer)
        self._tally.add(answer)
        if drawn is not None:
            raw = RawMetadata(
                device=self._device,
                captured_ms=frame.wall_ms,
                clock=frame.clock,
                reason=drawn.reason,
                probability=drawn.probability,
                model=seen.model,
                scores=seen.prediction.best() if seen.prediction else (),
            )
            rank = rank_of(drawn.reason, test_slot=slot_side(self._device, frame.wall_ms) is Side.TEST)
            self._storer.offer(Record(name, frame.jpeg, encode_raw(raw), rank), patient=frame.clock is Clock.SIMULATED)
        return answer

    def _classify(self, frame: Frame) -> Seen:
        """Give the picture with the model's answer; with none where there is no model, or where it failed.

        Raises:
            CameraError: the bytes are no picture.
        """
        sha256 = hashlib.sha256(frame.jpeg).hexdigest()
        while True:
            in_use = self._models.in_use
            if in_use.classifier is None:
                return Seen(frame, sha256, None, None, in_use)
            try:
                prediction = in_use.classifier.classify(frame.jpeg)
            except BadImage as error:
                raise CameraError(f"{frame.source}: {error}") from error
            except BadModel as error:
                if self._models.failed(in_use.classifier, str(error)):
                    continue  # another one answers now
                _log.error("no answer to %s: %s", frame.source, error)
                return Seen(frame, sha256, None, None, in_use)
            self._models.went_well(in_use.classifier)
            return Seen(frame, sha256, prediction, in_use.classifier.model_id, in_use)


def _message(label: str | None, confidence: float) -> str:
    """Give the post's sentence, the confidence unrounded as there."""
    if label is None:
        return "The image was not classified: no model is in use"
    return f"Classified image as {label} with a confidence of {confidence}"
