"""The label-error queue: labels that a model which had not seen them would not give, the worst first. Pure functions.

Each training picture was answered by a head that was fitted without it (:mod:`desktop.core.answers`). A label is in doubt if
another class is more probable, or if it is *confidently* another in the sense of confident learning (Northcutt, Jiang and
Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, 2021, eq. 1–2): the other class reaches
that class's own threshold, the mean probability of a class among the pictures that bear its label. The thresholds allow
for classes on which the model is more or less sure of itself. Confident doubts come first; among equals the smallest margin
p(label) − max p(other) does. Of the other classes only the most probable is known here, so that this is a hint, not the
paper's count of label errors.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop.core.catalog import Known
from desktop.core.images import Image, Prediction
from edge.contract.keys import Area
from edge.contract.names import Side

if TYPE_CHECKING:
    import numpy as np

    from desktop.core.answers import Answers


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that may be wrong."""

    image: Image
    """Its prediction is the class suggested instead."""
    label: str
    suggested: str
    margin: float
    """p(label) − p(suggested), out of fold."""
    confident: bool


def doubts(known: Iterable[Known], answers: "Answers", *, model: str | None, looked_at: Collection[str] = ()) -> list[Doubt]:
    """Give the labels in doubt, the worst first; pictures of the train side that still lie under the label that was judged.

    Args:
        known: The labelled images as the catalog knows them.
        answers: Of the run.
        model: The run's model; it stands beside the suggestions.
        looked_at: Names of images whose label somebody has confirmed since.
    """
    confident = _confident(answers)
    margins = answers.own - answers.other
    place_of = {digest: place for place, digest in enumerate(answers.sha256) if confident[place] or margins[place] < 0}
    found = []
    for one in known:
        place = place_of.get(one.content.sha256) if one.content is not None else None
        image = one.image
        if place is None or image.area is not Area.LABELED or image.side is not Side.TRAIN or image.name in looked_at:
            continue
        label, suggested = answers.classes[answers.labels[place]], answers.classes[answers.others[place]]
        if image.cls == label:
            own, other = float(answers.own[place]), float(answers.other[place])
            shown = replace(image, prediction=Prediction(suggested, other, abs(other - own), model))
            found.append(Doubt(shown, label, suggested, own - other, bool(confident[place])))
    return sorted(found, key=lambda doubt: (not doubt.confident, doubt.margin, doubt.image.name))


def _confident(answers: "Answers") -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Tell for each picture whether it is confidently of another class than its label."""
    import numpy as np  # noqa: PLC0415 - every start of the window passes here, few ask

    counts = np.bincount(answers.labels, minlength=len(answers.classes))
    sums = np.bincount(answers.labels, weights=answers.own, minlength=len(answers.classes))
    thresholds = np.divide(sums, counts, out=np.ones(len(counts)), where=counts > 0)
    other = answers.other >= thresholds[answers.others]
    own = (answers.own >= thresholds[answers.labels]) & (answers.own > answers.other)
    return np.asarray(other & ~own)
