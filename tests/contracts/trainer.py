"""What every trainer promises. A test class of an adapter derives from this one and gives ``trainer`` and ``plan``."""

import time
from dataclasses import replace

import pytest

from desktop.core.answers import Answers
from desktop.core.errors import NotFoundError
from desktop.core.ports import RunState, RunStatus, Trainer, TrainingPlan
from edge.classifier import OnnxClassifier, check_golden

PATIENCE_S = 60.0


def ended(trainer: Trainer, run: str) -> RunStatus:
    """Wait for a run's end."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not (status := trainer.status(run)).state.ended:
        assert time.monotonic() < deadline_s, status
        time.sleep(0.02)
    return status


class TrainerContract:
    """Promises of the port."""

    def test_a_run_ends_with_a_model_that_answers(self, trainer: Trainer, plan: TrainingPlan):
        trainer.start(plan)
        status = ended(trainer, plan.run)
        assert (status.run, status.state, status.message) == (plan.run, RunState.DONE, "")
        classifier = OnnxClassifier.load(status.bundle)
        check_golden(classifier, status.bundle)
        assert classifier.manifest.classes == plan.classes
        assert (classifier.manifest.dataset, classifier.manifest.parent) == (plan.dataset, plan.parent)
        assert status.summary["seconds"] > 0
        assert status.summary["n"] == len(plan.train)

    def test_what_unseen_pictures_were_answered_is_kept_if_at_all_for_pictures_of_the_plan_under_their_labels(
        self, trainer: Trainer, plan: TrainingPlan
    ):
        trainer.start(plan)
        status = ended(trainer, plan.run)
        if status.answers is not None:
            answers = Answers.unpack(status.answers.read_bytes())
            assert answers.classes == plan.classes
            judged = {sha256: answers.classes[label] for sha256, label in zip(answers.sha256, answers.labels, strict=True)}
            assert judged.items() <= {image.sha256: image.label for image in plan.train}.items()

    def test_starting_twice_is_one_run(self, trainer: Trainer, plan: TrainingPlan):
        trainer.start(plan)
        trainer.start(plan)
        first = ended(trainer, plan.run)
        trainer.start(replace(plan, classes=("other", "classes")))
        assert trainer.status(plan.run) == first
        assert first.state is RunState.DONE

    def test_a_run_that_nobody_started_is_not_known(self, trainer: Trainer):
        for run in ("01JUNKNOWN", "", "..", "../up", "a/b"):
            with pytest.raises(NotFoundError):
                trainer.status(run)
            with pytest.raises(NotFoundError):
                trainer.cancel(run)

    def test_the_log_goes_on_where_the_reader_stopped(self, trainer: Trainer, plan: TrainingPlan):
        trainer.start(plan)
        ended(trainer, plan.run)
        lines = trainer.logs(plan.run)
        assert len(lines) > 1
        assert trainer.logs(plan.run, 1) == lines[1:]
        assert trainer.logs(plan.run, len(lines)) == []

    def test_a_plan_that_cannot_work_fails_with_a_reason(self, trainer: Trainer, plan: TrainingPlan):
        trainer.start(replace(plan, classes=(*plan.classes, "never-seen")))
        status = ended(trainer, plan.run)
        assert status.state is RunState.FAILED
        assert "never-seen" in status.message
        assert status.bundle is None

    def test_asking_an_ended_run_to_stop_changes_nothing(self, trainer: Trainer, plan: TrainingPlan):
        trainer.start(plan)
        before = ended(trainer, plan.run)
        trainer.cancel(plan.run)
        assert trainer.status(plan.run) == before
