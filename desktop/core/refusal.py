"""Candidates that somebody refused: ``models/<id>/refused.json``, beside the model. It can be taken back."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from desktop.core.errors import ConflictError, NotFoundError
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.shelf import shelf
from edge.contract.keys import MODELS
from edge.contract.records import dump

_NAME = "refused.json"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who would not have a model shipped, when and why."""

    model: str
    by: str
    at_ms: int
    reason: str = ""


def refuse(store: ObjectStore, refusal: Refusal) -> None:
    """Keep a refusal; the first one stays."""
    with suppress(ConflictError):
        store.put(_key(refusal.model), dump(refusal), match=ABSENT)


def take_back(store: ObjectStore, model: str) -> None:
    """Take a refusal back; where there is none, nothing happens."""
    with suppress(NotFoundError, ConflictError):
        store.delete(_key(model), match=store.get(_key(model)).listed.etag)


def refusals(store: ObjectStore, models: Iterable[str]) -> dict[str, Refusal]:
    """Give the refusals of some models, by model."""
    return {one.model: one for model in models for one in shelf(store, _key(model), Refusal) if one.model == model}


def _key(model: str) -> str:
    return f"{MODELS}{model}/{_NAME}"
