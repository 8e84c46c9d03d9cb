"""sync, status, list, import: what the bucket holds."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli.output import short
from desktop.cli.plant import Work, work
from desktop.core.images import Image
from desktop.core.importing import import_folder
from desktop.core.texts import _, ngettext
from desktop.local.thumbnails import look
from edge.contract.keys import Area


class Part(StrEnum):
    """The images of one side."""

    ALL = "all"
    TRAIN = "train"
    TEST = "test"


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Look through the bucket, fetch new pictures, score them."))(sync)
    program.command(help=_("Tell what is in the bucket, what waits, what is in service."))(status)
    program.command("list", help=_("List the names of images, one a line, as `label` takes them."))(list_)
    program.command("import", help=_("Take in a set of pictures, a folder per class."))(import_)


def sync(
    context: typer.Context,
    listing_only: Annotated[bool, typer.Option(help=_("Do not fetch new pictures, do not score them."))] = False,
) -> None:
    with work(context) as job:
        job.plant.tidy()
        report = job.sync()
        scored = 0
        if not listing_only:
            job.look(Area.RAW, Area.LABELED, Area.DISCARDED)
            scored = job.score()
        known = job.plant.catalog.known(Area.RAW)
        unreadable = {one.image.name: one.content.problem for one in known if one.content and one.content.problem}
        found = {"added": report.added, "moved": report.moved, "changed": report.changed, "removed": report.removed}
        job.output.result({**_status(job), **found, "scored": scored, "unreadable": unreadable})
        job.output.say(
            _("{n} images in the bucket: {added} new, {moved} moved, {changed} changed, {removed} gone.").format(
                n=report.objects, **found
            )
        )
        for name, problem in unreadable.items():
            job.output.say(_("cannot be decoded: {name} ({reason})").format(name=name, reason=problem), style="yellow")


def status(context: typer.Context) -> None:
    with work(context) as job:
        job.sync()
        found = _status(job)
        job.output.result(found)
        active = job.plant.taxonomy().active()
        rows = [
            (_("to sort"), found["raw"]),
            *((cls if cls in active else _("{cls} (no class)").format(cls=cls), n) for cls, n in found["labeled"].items()),
            (_("discarded"), found["discarded"]),
            (_("base pictures"), sum(found["base"].values())),
        ]
        job.output.table((_("where"), _("images")), rows, right=(1,))
        job.output.say("")
        job.output.say(_("Waiting to be delivered: {n}").format(n=found["waiting"]))
        job.output.say(_("Conflicts: {n}").format(n=found["conflicts"]))
        job.output.say(
            _("In service: {model}").format(model=short(found["in_service"]) if found["in_service"] else _("no model yet"))
        )
        for name, keys in job.plant.catalog.twins().items():
            job.output.say(_("{name} lies in two places: {keys}").format(name=name, keys=", ".join(keys)), style="yellow")
        foreign = job.plant.catalog.foreign()
        if foreign:
            job.output.say(
                ngettext(
                    "{n} file is no image of the loop and is left alone: {first}",
                    "{n} files are no images of the loop and are left alone: {first} …",
                    len(foreign),
                ).format(n=len(foreign), first=", ".join(foreign[:3])),
                style="dim",
            )


def list_(
    context: typer.Context,
    where: Annotated[str, typer.Argument(help=_("raw, discarded, or a class."))] = "raw",
    side: Annotated[Part, typer.Option(help=_("Only those of one side; test images want to be labelled blind."))] = Part.ALL,
) -> None:
    with work(context) as job:
        job.sync()
        service = job.plant.release.in_service()
        images = job.plant.catalog.images(Area.RAW, Area.LABELED, Area.DISCARDED, model=service.model if service else None)
        chosen = [image for image in images if where in (image.area, image.cls) and side in (Part.ALL, image.side)]
        job.output.result({"images": [_image(image) for image in chosen]})
        for image in chosen:
            job.output.say(image.name)


def import_(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help=_("A folder per class: 010.beer-mug, soda-can …"))],
    add_classes: Annotated[bool, typer.Option(help=_("Make unknown folders classes of the plant."))] = False,
) -> None:
    with work(context, create=True) as job:
        report = import_folder(
            job.plant.store, folder, look=look, add_classes=add_classes, progress=job.progress, cancel=job.cancel
        )
        job.sync()
        refused = [{"file": file, "reason": reason} for file, reason in report.refused]
        job.output.result({"imported": report.classes, "already": report.already, "refused": refused})
        job.output.table((_("class"), _("imported")), report.classes.items(), right=(1,))
        if report.already:
            job.output.say(_("{n} were there already.").format(n=report.already))
        for file, reason in report.refused:
            job.output.say(_("not taken: {file} ({reason})").format(file=file, reason=reason), style="yellow")


def _image(image: Image) -> dict[str, Any]:
    seen = image.prediction
    return {
        "name": image.name, "side": image.side, "device": image.device, "captured_ms": image.captured_ms,
        "prediction": seen.label if seen else None, "confidence": seen.confidence if seen else None,
    }  # fmt: skip


def _status(job: Work) -> dict[str, Any]:
    counts = job.plant.catalog.counts()
    classes = job.plant.taxonomy().active()
    labeled = {cls: counts.get((Area.LABELED, cls), 0) for cls in classes}
    labeled |= {str(cls): n for (area, cls), n in counts.items() if area is Area.LABELED and cls not in labeled}
    service = job.plant.release.in_service()
    return {
        "raw": counts.get((Area.RAW, None), 0),
        "labeled": labeled,
        "discarded": counts.get((Area.DISCARDED, None), 0),
        "base": {str(cls): n for (area, cls), n in sorted(counts.items()) if area is Area.BASE},
        "waiting": job.plant.journal.waiting(),
        "conflicts": len(job.plant.catalog.twins()) + job.plant.journal.conflicts(),
        "in_service": service.model if service else None,
    }
