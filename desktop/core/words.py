"""The words of records, said in the user's language: in the bucket they stay as they are written there."""

from desktop.core.texts import _


def worded(word: str) -> str:
    """Give a verdict, state, stage, reason or kind of decision as it is shown; a word not known here as it is."""
    return _known().get(word, word)


def _known() -> dict[str, str]:
    return {
        # verdicts
        "pass": _("pass"),
        "refuse": _("refuse"),
        "insufficient": _("insufficient"),
        "first": _("first"),
        "rollback": _("way back"),
        # runs and deployments
        "starting": _("starting"),
        "running": _("running"),
        "done": _("done"),
        "failed": _("failed"),
        "cancelled": _("cancelled"),
        "rolling": _("rolling out"),
        "completed": _("completed"),
        "replaced": _("replaced"),
        # devices
        "no-model": _("no model"),
        "fetching": _("fetching"),
        "confirming": _("confirming"),
        "refused": _("refused"),
        "returned": _("went back"),
        "silent": _("silent"),
        # why a picture was sent
        "chance": _("by chance"),
        "low": _("low confidence"),
        "margin": _("close call"),
        "high": _("high confidence"),
        # decisions
        "label": _("labelled"),
        "confirm": _("confirmed"),
        "discard": _("discarded"),
        "restore": _("sent back"),
        "unsure": _("unsure"),
        "undo": _("taken back"),
        "lost": _("lost"),
        "conflict": _("conflict"),
    }
