"""The gate: a candidate held against the model in service, and against the best one ever shipped.

The caller brings pictures on which neither model was trained, whose labels were given blind, and which the devices sent by
chance alone: chosen by what the old model doubted, they make every other model look better than it is.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from desktop.core.evaluation import Answers, Labelled, class_numbers, inflation_of
from desktop.core.intervals import Estimate, wilson
from desktop.core.reasons import reasons
from desktop.core.ruling import Counts, Decision, decide, labels_needed, spent_alpha, tally
from desktop.core.texts import _
from desktop.core.verdict import Apart, ClassRow, GateSettings, Missing, Ruling, Verdict

EXPECTED_DISCORDANCE = 0.06
"""The share of pictures on which two models differ in being right, assumed at least while too few were seen to tell."""


def judge_all(
    labelled: Labelled, new: Answers, in_service: Answers | None, best: Answers | None, *, attempt: int, settings: GateSettings
) -> Verdict:
    """Judge a candidate against the model in service and against the best ever shipped (None if that is the same, or none).

    It passes if it passes both, is refused if either refuses it, and is *first* if nothing is in service: there lack of
    evidence holds nobody back, but being worse than what was shipped elsewhere does. The verdict's figures are those of the
    model in service; those of the best one stand in ``against_best``.
    """
    service = judge(labelled, new, in_service, attempt=attempt, settings=settings)
    if best is None:
        return service
    other = judge(labelled, new, best, attempt=attempt, settings=settings)
    both = {service.verdict, other.verdict}
    if Ruling.REFUSE in both:
        ruling = Ruling.REFUSE
    elif service.verdict == Ruling.FIRST:
        ruling = Ruling.FIRST
    else:
        ruling = Ruling.PASS if both == {Ruling.PASS} else Ruling.INSUFFICIENT
    told = (reason for reason in other.reasons if reason not in service.reasons)
    elsewhere = (_("Against the best model ever shipped: {reason}").format(reason=reason) for reason in told)
    return replace(
        service,
        verdict=ruling,
        reasons=(*service.reasons, *elsewhere),
        missing=_more(service.missing, other.missing) if ruling == Ruling.INSUFFICIENT else Missing(),
        against_best=other,
    )


def judge(labelled: Labelled, new: Answers, old: Answers | None, *, attempt: int, settings: GateSettings) -> Verdict:
    """Judge a candidate against one model, or against none: then it is the *first*.

    ``attempt`` is the number of this candidate among those held against these test pictures since the last deployment.

    Raises:
        ValueError: not one answer of each model a picture, or an attempt below 1.
    """
    if any(len(model.probabilities) != len(labelled.names) for model in (new, old) if model):
        raise ValueError("one row of probabilities a picture")
    shared = tuple(cls for cls in new.classes if old is None or cls in old.classes)
    every = class_numbers(labelled.truth, shared)
    kept = np.flatnonzero(every >= 0)
    truth, bursts = every[kept], labelled.burst_numbers()[kept]
    new_right = _right(labelled, new)
    old_right = new_right if old is None else _right(labelled, old)
    counts = tally(truth, old_right[kept], new_right[kept], bursts, len(shared))
    decision = _first(counts, attempt, settings) if old is None else decide(counts, attempt, settings)

    def recalls(right: NDArray[np.bool_]) -> list[Estimate]:
        return [_recall(right[truth == number], bursts[truth == number]) for number in range(len(shared))]

    # The surest mistakes first.
    ranked = kept[np.argsort(-new.confidence()[kept], kind="stable")]
    verdict = Verdict(
        verdict=decision.ruling,
        difference=decision.difference,
        reasons=(),
        n=counts.n,
        accuracy_old=None if old is None else _share(old_right[kept]),
        accuracy_new=_share(new_right[kept]),
        gained=counts.gained,
        lost=counts.lost,
        inflation=counts.inflation,
        attempt=attempt,
        alpha=decision.alpha,
        classes=_rows(shared, counts, decision, None if old is None else recalls(old_right[kept]), recalls(new_right[kept])),
        apart=_apart(labelled, shared, old, new),
        missing=_missing(shared, counts, decision, attempt, settings),
        newly_broken=_names(labelled, ranked[old_right[ranked] & ~new_right[ranked]]),
        newly_right=_names(labelled, ranked[new_right[ranked] & ~old_right[ranked]]),
        settings=settings,
    )
    return replace(verdict, reasons=reasons(verdict))


def _first(counts: Counts, attempt: int, settings: GateSettings) -> Decision:
    classes = len(counts.per_class)
    return Decision(Ruling.FIRST, spent_alpha(settings.alpha, attempt), None, (1.0,) * classes, (False,) * classes)


def _right(labelled: Labelled, answers: Answers) -> NDArray[np.bool_]:
    return np.asarray(class_numbers(labelled.truth, answers.classes) == answers.best(), dtype=np.bool_)


def _share(right: NDArray[np.bool_]) -> float | None:
    return float(right.mean()) if len(right) else None


def _names(labelled: Labelled, where: NDArray[np.intp]) -> tuple[str, ...]:
    return tuple(labelled.names[one] for one in where.tolist())


def _recall(right: NDArray[np.bool_], bursts: NDArray[np.intp]) -> Estimate:
    return wilson(int(right.sum()), len(right), inflation=inflation_of(bursts))


def _rows(
    shared: tuple[str, ...], counts: Counts, decision: Decision, old: list[Estimate] | None, new: list[Estimate]
) -> tuple[ClassRow, ...]:
    return tuple(
        ClassRow(
            cls=cls,
            n=counts.per_class[number],
            old=old[number] if old else None,
            new=new[number],
            worse_bursts=counts.worse[number],
            better_bursts=counts.better[number],
            p=decision.p_values[number],
            worse=decision.worse[number],
        )
        for number, cls in enumerate(shared)
    )


def _apart(labelled: Labelled, shared: tuple[str, ...], old: Answers | None, new: Answers) -> tuple[Apart, ...]:
    truth, bursts = np.array(labelled.truth, dtype=object), labelled.burst_numbers()
    found = []
    for cls in sorted({label for label in labelled.truth if label not in shared}):
        mine = np.flatnonzero(truth == cls)
        recalls = [
            _recall(_right(labelled, model)[mine], bursts[mine]) if model and cls in model.classes else None
            for model in (old, new)
        ]
        found.append(Apart(cls, len(mine), *recalls))
    return tuple(found)


def _missing(shared: tuple[str, ...], counts: Counts, decision: Decision, attempt: int, settings: GateSettings) -> Missing:
    if decision.ruling != Ruling.INSUFFICIENT:
        return Missing()
    lacking = {
        cls: settings.min_per_class - n for cls, n in zip(shared, counts.per_class, strict=True) if n < settings.min_per_class
    }
    wide = decision.difference is None or decision.difference.low < -settings.margin
    return Missing(
        images=max(0, settings.min_images - counts.n),
        per_class=lacking,
        interval=_until_narrow(counts, attempt, settings) if wide else 0,
    )


def _until_narrow(counts: Counts, attempt: int, settings: GateSettings) -> int | None:
    """Estimate from the discordance and the bursts seen so far.

    More labels make another test set, one attempt later; without a picture there was no attempt yet.
    """
    discordance = (counts.gained + counts.lost) / counts.n if counts.n else 0.0
    if counts.n < settings.min_images:
        discordance = max(discordance, EXPECTED_DISCORDANCE)
    then = attempt + 1 if counts.n else attempt
    needed = labels_needed(discordance, settings=settings, attempt=then, inflation=counts.inflation)
    return needed - counts.n if needed > counts.n else None


def _more(one: Missing, other: Missing) -> Missing:
    """Give what both comparisons together wait for."""
    classes = {**one.per_class, **other.per_class}
    return Missing(
        images=max(one.images, other.images),
        per_class={cls: max(one.per_class.get(cls, 0), other.per_class.get(cls, 0)) for cls in classes},
        interval=None if one.interval is None or other.interval is None else max(one.interval, other.interval),
    )
