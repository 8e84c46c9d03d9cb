"""What is told of the picture in focus; nothing that tells where it is labelled blind. Without Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.core.catalog import Known
from desktop.core.images import Image
from desktop.core.pages import is_blind
from desktop.core.texts import _
from desktop.core.words import worded
from desktop.ui.words import moment, short_model
from edge.contract.keys import Area


@dataclass(frozen=True, slots=True)
class Facts:
    """Scores and facts of one picture."""

    scores: tuple[tuple[str, float], ...] = ()
    """Classes with their probabilities, best first: all that are known."""
    rows: tuple[tuple[str, str], ...] = ()
    """What and its value."""
    note: str = ""
    """What is to be known before all else."""


def facts_of(
    image: Image, known: Known | None, scores: Sequence[tuple[str, float]], *, suggestions: bool, note: str = ""
) -> Facts:
    """Give what is told of a picture.

    Args:
        image: The picture as the session has it.
        known: What the catalog knows of it.
        scores: The answer of the model in service, best first, where it gave one.
        suggestions: Whether answers are shown.
        note: What a reviewer has to know before all else.
    """
    if is_blind(image):
        return Facts(note=_("Hidden: a test picture. It is sorted without suggestion, name or score."))
    told = tuple(scores)
    if not told and image.prediction is not None:
        told = ((image.prediction.label, image.prediction.confidence),)
    rows = [(_("Device"), image.device or "–"), (_("Captured"), _moment(image.captured_ms))]
    if known is not None and known.content is not None and known.content.reason:
        rows.append((_("Sent because"), worded(known.content.reason)))
        if known.content.probability is not None:
            rows.append((_("Chance of being sent"), f"{known.content.probability:.2g}"))
    if image.prediction is not None and suggestions:
        model = image.prediction.model
        rows.append((_("Model"), short_model(model) if model else _("the device's own")))
    if image.area is not Area.RAW:
        rows = _label(image, known) + rows
    return Facts(told if suggestions else (), tuple(rows), note if suggestions else _("Suggestions are off."))


def _label(image: Image, known: Known | None) -> list[tuple[str, str]]:
    label = known.label if known else None
    discarded = image.area is Area.DISCARDED
    what, whom = (_("Discarded"), _("Discarded by")) if discarded else (_("Labelled"), _("Labelled by"))
    if label is None or label.labelled_ms is None:
        return [(what, _("by other means"))]
    rows = [(whom, label.labeller or "–"), (what, _moment(label.labelled_ms))]
    if label.blind is not None and not discarded:
        rows.append((_("Blind"), _("yes") if label.blind else _("no")))
    return rows


def _moment(at_ms: int | None) -> str:
    if at_ms is None:
        return "–"
    when = moment(at_ms)
    today = when.date() == datetime.now().astimezone().date()
    return f"{when:%H:%M:%S}" if today else f"{when:%Y-%m-%d %H:%M}"
