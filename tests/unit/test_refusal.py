"""Refused candidates: kept beside the model, and taken back."""

from desktop.core.refusal import Refusal, refusals, refuse, take_back
from desktop.core.registry import Registry
from desktop.local.store import FolderStore


def test_a_refusal_is_kept_until_it_is_taken_back(folder):
    store = FolderStore(folder / "bucket")
    refusal = Refusal("a" * 64, "ada", 5, "too many mugs")
    refuse(store, refusal)
    assert refusals(store, ["a" * 64, "b" * 64]) == {"a" * 64: refusal}
    take_back(store, "a" * 64)
    assert refusals(store, ["a" * 64]) == {}


def test_the_first_refusal_stays_and_nothing_can_be_taken_back_twice(folder):
    store = FolderStore(folder / "bucket")
    for who in ("ada", "bo"):
        refuse(store, Refusal("a" * 64, who, 5))
    assert refusals(store, ["a" * 64])["a" * 64].by == "ada"
    for _again in range(2):
        take_back(store, "a" * 64)
    assert refusals(store, ["a" * 64]) == {}


def test_a_note_is_no_model(folder):
    store = FolderStore(folder / "bucket")
    refuse(store, Refusal("a" * 64, "ada", 5))
    assert Registry(store, folder / "models").models() == []
