"""The figures at the bottom of the window: delivery, rate and time left, how long a key takes, what works in the background."""

from PySide6.QtCore import QObject, QTimer, Slot

from desktop.core.sorting import Figures
from desktop.core.texts import _
from desktop.ui.latency import Latency
from desktop.ui.status_bar import StatusBar
from desktop.ui.workplace import Workplace

_AGAIN_MS = 1000
_FEW = 10
"""Keys before a percentile says anything."""


class Vitals(QObject):
    """Keeps a status bar up to date."""

    def __init__(self, status: StatusBar, place: Workplace, latency: Latency) -> None:
        super().__init__(status)
        self._status, self._place, self._latency = status, place, latency
        self._timer = QTimer(self)
        self._timer.setInterval(_AGAIN_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        place.delivered.connect(self._show_delivery)
        self._show_delivery()

    def close(self) -> None:
        """Look no longer."""
        self._timer.stop()

    @Slot(object)
    def show_figures(self, figures: Figures) -> None:
        """Show rate and time left."""
        words = ""
        if figures.per_hour is not None:
            words = _("**{n}** images/h").format(n=f"{figures.per_hour:,.0f}")
            if figures.left_s is not None and figures.left:
                words += " · " + _("**{time}** left").format(time=_span(figures.left_s))
        elif figures.left:
            words = _("**{n}** left").format(n=f"{figures.left:,}")
        self._status.rate.say(words)
        self._status.lay()

    @Slot()
    def _show_delivery(self) -> None:
        now = self._place.delivery
        words = _("**{done}** delivered · **{waiting}** on the way · **{conflicts}** conflicts")
        self._status.delivery.say(
            words.format(done=f"{now.done:,}", waiting=f"{now.waiting:,}", conflicts=f"{now.conflicts:,}"),
            _("What was moved in the bucket today, what is decided and still to be moved, and what contradicts itself there."),
        )
        self._status.lay()

    @Slot()
    def _look(self) -> None:
        if len(self._latency.samples_ms) >= _FEW:
            p95 = self._latency.percentile(95) or 0.0
            self._status.latency.say(_("key to picture p95 **{ms} ms**").format(ms=f"{p95:.0f}"))
        running = [task for task in self._place.tasks.running() if task.step is not None and task.step.total]
        step = running[0].step if running else None
        self._status.task.say(f"{step.label} **{step.done:,} / {step.total:,}**" if step is not None and step.total else "")
        self._status.lay()


def _span(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    return _("{h} h {n} min").format(h=minutes // 60, n=minutes % 60)
