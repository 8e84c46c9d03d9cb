"""deploy, rollback, fleet: which device runs what."""

import time
from typing import Annotated

import typer

from desktop.app import now_ms
from desktop.cli.messages import CANCELLED, FAILED, show, told
from desktop.cli.output import ago, short
from desktop.cli.plant import Work, work
from desktop.core.errors import AppError
from desktop.core.ports import Device
from desktop.core.progress import Step
from desktop.core.release import Deployment, Stage, standing
from desktop.core.texts import _
from desktop.core.words import worded

_POLL_S = 0.25

To = Annotated[str, typer.Option(help=_("A device group or device; empty: all, and every device to come."))]
Wait = Annotated[float, typer.Option(min=0, help=_("Seconds to wait for the devices' own word."))]


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Send a model to the devices, if the gate passes it."))(deploy)
    program.command(help=_("Send the devices back to the model before."))(rollback)
    program.command(help=_("Tell what each device runs, by its own word."))(fleet)


def deploy(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help=_("A model's id, or its beginning."))],
    to: To = "",
    override: Annotated[str, typer.Option(help=_("Why it goes out although the gate did not pass; it is kept."))] = "",
    wait: Wait = 0.0,
) -> None:
    with work(context) as job:
        job.sync()
        found = job.plant.registry.find(model)
        verdict = job.plant.comparison.compare(found, to, job.progress, job.cancel)
        deployment = job.plant.release.deploy(found.id, to, job.plant.labeller, verdict, override or None)
        _report(job, deployment, wait)


def rollback(context: typer.Context, to: To = "", wait: Wait = 0.0) -> None:
    with work(context) as job:
        _report(job, job.plant.release.rollback(to, job.plant.labeller), wait)


def fleet(context: typer.Context, to: To = "") -> None:
    with work(context) as job:
        job.plant.release.check_target(to)
        deployments = job.plant.release.refresh()
        devices = job.plant.fleet.devices(to)
        job.output.result({"devices": [_row(device) for device in devices], "deployments": deployments[-10:]})
        _show(job, devices)


def _report(job: Work, deployment: Deployment, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        now = next(one for one in job.plant.release.refresh() if one.id == deployment.id)
        devices = job.plant.fleet.devices(deployment.target)
        if now.stage != Stage.ROLLING or time.monotonic() >= deadline or job.cancel.cancelled:
            break
        waiting = len(standing(now.model, devices).waiting)
        job.progress(Step(_("Waiting for the devices' word"), len(devices) - waiting, len(devices) or None, _("devices")))
        job.cancel.wait(_POLL_S)
    trouble = _trouble(now, devices, wait_s) if not job.cancel.cancelled else None
    job.output.result(
        {
            "deployment": now.id, "model": now.model, "verdict": now.verdict, "reasons": now.reasons, "stage": now.stage,
            "devices": [_row(device) for device in devices], **(told(trouble) if trouble else {}),
        }
    )  # fmt: skip
    job.output.say(
        _("Deployment {id} of model {model}: {stage}").format(id=now.id, model=short(now.model), stage=worded(now.stage))
    )
    _show(job, devices)
    if trouble is not None:
        show(trouble)
        raise typer.Exit(FAILED)
    if job.cancel.cancelled and now.stage == Stage.ROLLING:  # the order stands; only the waiting is over
        raise typer.Exit(CANCELLED)


def _trouble(deployment: Deployment, devices: list[Device], wait_s: float) -> AppError | None:
    """Give what went wrong with a deployment whose end was waited for."""
    found = standing(deployment.model, devices)
    if deployment.stage == Stage.FAILED:
        told_by = "; ".join(f"{one.device}: {one.reason}" for one in found.failed)
        return AppError(_("The deployment failed on {devices}.").format(devices=_names(found.failed)), told_by)
    if wait_s and deployment.stage == Stage.ROLLING and found.waiting:
        return AppError(
            _("Not all devices said within {s:g} s that they run it: {devices}.").format(s=wait_s, devices=_names(found.waiting)),
            _("The order stands; `sortloop fleet` tells how far they are."),
        )
    return None


def _names(devices: list[Device]) -> str:
    return ", ".join(device.device for device in devices)


def _row(device: Device) -> dict[str, object]:
    return {
        "device": device.device, "desired": device.desired, "reported": device.reported, "state": device.state,
        "as_of": device.as_of_ms, "reason": device.reason,
    }  # fmt: skip


def _show(job: Work, devices: list[Device]) -> None:
    rows = [
        (one.device, short(one.desired), short(one.reported), worded(one.state), ago(one.as_of_ms, now_ms()), one.reason)
        for one in devices
    ]
    job.output.table((_("device"), _("should run"), _("runs"), _("state"), _("said so"), _("why")), rows)
    if not devices:
        job.output.say(_("No device has spoken yet. A device that comes is told what to run."))
