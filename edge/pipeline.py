"""One picture through the device: capture, answer, and perhaps keep it for the way home.

The answer is published before anything is written. Whatever asks for a picture (the clock, a message, a button) calls
:meth:`Pipeline.handle`.
"""

import hashlib
import logging
import time

from edge.classifier import BadModel
from edge.contract.messages import Answer, Sampled
from edge.contract.metadata import Clock, RawMetadata, encode_raw
from edge.contract.names import Side, format_name, slot_side
from edge.models import InUse, Models
from edge.ports import Camera, CameraError, Frame, Prediction, Transport
from edge.preprocess import BadImage
from edge.sampling import Draw, Policy, draw
from edge.spool import Record, rank_of
from edge.tally import Tally
from edge.uploader import Storer

_SOURCE_LENGTH = 100
"""A picture's path may be long, a message may not."""

_log = logging.getLogger(__name__)


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
        prediction, in_use = self._classify(frame)
        drawn = draw(self._policy, in_use.thresholds, self._device, frame.wall_ms, prediction)
        label, confidence = (prediction.label, prediction.confidence) if prediction else (None, 0.0)
        sha256 = hashlib.sha256(frame.jpeg).hexdigest()
        name = format_name(frame.wall_ms, label, confidence, self._device, sha256)
        answer = Answer(
            id=request or f"{frame.wall_ms}-{sha256[:12]}",
            device=self._device,
            at_ms=frame.wall_ms,
            clock=frame.clock,
            message=_message(label, confidence),
            label=label,
            confidence=confidence,
            scores=dict(prediction.best()) if prediction else {},
            model=in_use.classifier.model_id if prediction and in_use.classifier else None,
            latency_ms=round((time.perf_counter() - began_s) * 1000, 3),
            sampled=Sampled(drawn.reason, drawn.probability, name) if drawn else None,
            source=frame.source[-_SOURCE_LENGTH:],
        )
        self._transport.publish(answer)
        self._tally.add(answer)
        if drawn is not None:
            self._keep(frame, answer, drawn, name)
        return answer

    def _keep(self, frame: Frame, answer: Answer, drawn: Draw, name: str) -> None:
        """Hand a picture over for the way home."""
        raw = RawMetadata(
            device=self._device,
            captured_ms=frame.wall_ms,
            clock=frame.clock,
            reason=drawn.reason,
            probability=drawn.probability,
            model=answer.model,
            scores=tuple(answer.scores.items()),
        )
        rank = rank_of(drawn.reason, test_slot=slot_side(self._device, frame.wall_ms) is Side.TEST)
        self._storer.offer(Record(name, frame.jpeg, encode_raw(raw), rank), patient=frame.clock is Clock.SIMULATED)

    def _classify(self, frame: Frame) -> tuple[Prediction | None, InUse]:
        """Give the model's answer and what gave it; no answer where there is no model, or where it failed.

        Raises:
            CameraError: the bytes are no picture.
        """
        while True:
            in_use = self._models.in_use
            if in_use.classifier is None:
                return None, in_use
            try:
                prediction = in_use.classifier.classify(frame.jpeg)
            except BadImage as error:
                raise CameraError(f"{frame.source}: {error}") from error
            except BadModel as error:
                if self._models.failed(in_use.classifier, str(error)):
                    continue  # another one answers now
                _log.error("no answer to %s: %s", frame.source, error)
                return None, in_use
            self._models.went_well(in_use.classifier)
            return prediction, in_use


def _message(label: str | None, confidence: float) -> str:
    """Give the post's sentence, the confidence unrounded as there."""
    if label is None:
        return "The image was not classified: no model is in use"
    return f"Classified image as {label} with a confidence of {confidence}"
