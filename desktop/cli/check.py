"""doctor: is all that the stations need in place?"""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer

from desktop.app import new_id
from desktop.cli.messages import FAILED
from desktop.cli.plant import Work, work
from desktop.core.errors import AppError
from desktop.core.ports import ABSENT
from desktop.core.texts import _
from edge.contract.keys import CLAIMS

_ROOM_GB = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    what: str
    ok: bool
    detail: str
    hint: str = ""


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Try all that is needed, and say what is missing."))(doctor)


def doctor(context: typer.Context) -> None:
    with work(context) as job:
        found = list(_findings(job))
        job.output.result({"ok": all(one.ok for one in found), "findings": found})
        for one in found:
            job.output.say(f"{'✓' if one.ok else '✗'} {one.what}: {one.detail}", style="" if one.ok else "red")
            if one.hint:
                job.output.say(f"    {one.hint}", style="dim")
        if not all(one.ok for one in found):
            raise typer.Exit(FAILED)


def _findings(job: Work) -> Iterator[Finding]:
    yield Finding(_("Python"), sys.version_info >= (3, 11), sys.version.split()[0])
    yield _tried(_("bucket"), lambda: _bucket(job))
    yield _tried(_("classes"), lambda: ", ".join(job.plant.taxonomy().active()))
    yield _tried(_("journal"), lambda: _("{n} waiting").format(n=job.plant.journal.waiting()))
    yield _tried(_("catalog"), lambda: _("{n} images").format(n=sum(job.plant.catalog.counts().values())))
    yield _tried(_("weights for training here"), lambda: _weights(job))
    there = next(path for path in (job.plant.home.absolute(), *job.plant.home.absolute().parents) if path.exists())
    free_gb = shutil.disk_usage(there).free / (1 << 30)
    yield Finding(_("space for caches"), free_gb > _ROOM_GB, _("{n:.1f} GB free").format(n=free_gb))


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, attempt())
    except AppError as error:
        return Finding(what, False, error.title, error.hint)


def _bucket(job: Work) -> str:
    """Write, read and delete one object, as every station must be able to."""
    key = f"{CLAIMS}doctor-{new_id()}"
    listed = job.plant.store.put(key, b"ok", match=ABSENT)
    job.plant.store.get(key)
    job.plant.store.delete(key, match=listed.etag)
    return job.plant.store.url


def _weights(job: Work) -> str:
    from desktop.ml.backbone import backbone  # noqa: PLC0415 - ONNX Runtime is slow to import

    return backbone(job.plant.home / "features").sha256[:12]
