"""The records of one kind below a prefix of the bucket: runs, deployments, attempts."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from desktop.core.errors import NotFoundError
from desktop.core.ports import ObjectStore
from edge.contract.records import BadRecord, load

T = TypeVar("T")


def shelf(store: ObjectStore, prefix: str, kind: type[T], key: Callable[[T], str] | None = None) -> Iterator[T]:
    """Give the records below a prefix; one that makes no sense, or is gone meanwhile, is left out.

    With ``key``, so is a record that stands under another key than its own: it is not ours, and could not be written back.
    """
    for listed in store.list(prefix):
        with suppress(BadRecord, NotFoundError):
            record = load(kind, store.get(listed.key).body)
            if key is None or key(record) == listed.key:
                yield record
