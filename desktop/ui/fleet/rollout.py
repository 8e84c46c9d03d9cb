"""The deployment that counts: what replaces what, how far its devices are, and the way back with one question."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop.app import now_ms
from desktop.core.ports import Device
from desktop.core.release import ROLLBACK, Deployment, Stage, standing
from desktop.core.texts import _
from desktop.core.words import worded
from desktop.ui.fleet.facts import FleetFacts, progress_of, stage_chip, title_of
from desktop.ui.icons import paint_icon
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.key_cap import KeyCap
from desktop.ui.parts.layouts import button, column, label, row
from desktop.ui.parts.tip import tip
from desktop.ui.theme import font, look
from desktop.ui.words import clock, short_model

_NARROW = 600


class RolloutCard(QFrame):
    """The card; nothing goes back before the question is answered."""

    back_wanted = Signal()
    """The question was answered with yes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._facts: FleetFacts | None = None
        self.title = label("", 20, 600)
        self.chip = Chip()
        self.since = label("", 13, role="muted")
        self.back = button("", "arrow-counter-clockwise")
        self.back.clicked.connect(self.ask)
        self.stage = StageBox()
        self.told = label("", 13, role="muted", wrap=True)
        self.question = Question()
        self.question.answered.connect(self._answered)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        header = row(self.title, self.chip, self.since, None, self.back, spacing=12)
        outer.addLayout(column(header, self.stage, self.question, self.told, spacing=12, margins=(20, 16, 20, 16)))
        self.question.hide()

    @property
    def asking(self) -> bool:
        """Whether the question stands."""
        return not self.question.isHidden()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out since when, where the title would have no room."""
        self.since.setVisible(self.width() >= look().px(_NARROW))
        super().resizeEvent(event)

    def show_facts(self, facts: FleetFacts) -> None:
        """Show the deployment as it stands."""
        self._facts = facts
        last = facts.last
        self.stage.setVisible(last is not None)
        self.chip.setVisible(last is not None)
        back = facts.way_back
        self.back.setVisible(back is not None)
        if back is not None:
            words = _("Go back to {model}").format(model=short_model(back))
            self.back.setText(f" {words}")  # as :func:`button` does: else the icon stands too close
            self.back.setAccessibleName(words)
        if last is None:
            self.title.setText(_("No model was sent yet"))
            self.since.setText("")
            self.told.setText(
                _("Train a model, look at it in Compare, and deploy it: it is shown here on its way to the devices.")
            )
            return
        self.title.setText(title_of(last))
        self.chip.say(*stage_chip(last.stage))
        self.since.setText(_("since {time}").format(time=clock(last.at_ms, now_ms())))
        self.stage.show_stage(last, _meant(last, facts.devices))
        self.told.setText(_words(last))

    @Slot()
    def ask(self) -> None:
        """Put the question."""
        if self._facts is None or self._facts.way_back is None or self.asking:
            return
        model = short_model(self._facts.way_back)
        last = self._facts.last
        whom = _("All devices") if last is None or not last.target else last.target
        self.question.put(
            _("{whom} go back to {model}?").format(whom=whom, model=model), _("Go back to {model}").format(model=model)
        )
        self.back.setEnabled(False)

    def dismiss(self) -> None:
        """Take the question back."""
        self.question.hide()
        self.back.setEnabled(True)

    @Slot(bool)
    def _answered(self, yes: bool) -> None:
        self.dismiss()
        if yes:
            self.back_wanted.emit()


class Question(QFrame):
    """A question in place: Enter says yes, Escape no."""

    answered = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "inset")
        self.words = label("", 13, 600, wrap=True)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.yes = button("", "arrow-counter-clockwise", "primary")
        self.no = button(_("Stay"))
        self.yes.clicked.connect(self._yes)
        self.no.clicked.connect(self._no)
        enter = KeyCap("Return")
        enter.set_accent(True)
        self.setLayout(row(self.words, enter, self.yes, KeyCap("Esc"), self.no, spacing=8, margins=(16, 8, 8, 8)))

    def put(self, words: str, yes: str) -> None:
        """Ask."""
        self.words.setText(words)
        self.yes.setText(f" {yes}")
        self.yes.setAccessibleName(f"{words} {yes}")
        self.show()
        self.yes.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter and Escape, whichever button has the focus."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.answered.emit(not self.no.hasFocus())
        elif event.key() == Qt.Key.Key_Escape:
            self.answered.emit(False)
        else:
            super().keyPressEvent(event)

    @Slot()
    def _yes(self) -> None:
        self.answered.emit(True)

    @Slot()
    def _no(self) -> None:
        self.answered.emit(False)


class StageBox(QWidget):
    """The one stage: to whom, how far, and a mark a device."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = self._told = ""
        self._stage = ""
        self._marks: list[tuple[str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_stage(self, one: Deployment, devices: tuple[Device, ...]) -> None:
        """Show a deployment and its devices."""
        found = standing(one.model, list(devices))
        self._title = _("All at once") if not one.target else one.target
        self._told = progress_of(one, devices)
        self._stage = one.stage
        self._marks = [
            (device.device, "done" if device in found.done else "failed" if device in found.failed else "waiting")
            for device in devices
        ]
        words = {"done": _("runs it"), "failed": _("refused or went back"), "waiting": _("not yet")}
        self.setAccessibleName(f"{self._title}: {self._told}")
        self.setToolTip(tip("\n".join(f"{name}: {words[mark]}" for name, mark in self._marks)))
        self.update()

    def sizeHint(self) -> QSize:
        """Give its height."""
        return QSize(look().px(480), look().px(64))

    def minimumSizeHint(self) -> QSize:
        """Give the least it needs."""
        return QSize(look().px(240), look().px(64))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, words and marks."""
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rolling = self._stage == Stage.ROLLING
        painter.setPen(QPen(theme.color("accent" if rolling else "line"), 1))
        painter.setBrush(theme.color("selection" if rolling else "panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(5), theme.px(5))
        middle = self.height() / 2
        side = theme.px(20)
        icon, ink = {
            Stage.ROLLING: ("spinner", "accent_text"), Stage.COMPLETED: ("check-circle", "ok"), Stage.FAILED: ("warning", "bad"),
        }.get(Stage(self._stage) if self._stage else Stage.ROLLING, ("minus-circle", "muted"))  # fmt: skip
        paint_icon(painter, icon, QRectF(theme.px(14), middle - side / 2, side, side), theme.color(ink))
        marks = min(len(self._marks), max(0, int((self.width() * 0.4) // theme.px(22))))
        room = self.width() - theme.px(48) - marks * theme.px(22) - theme.px(16)
        for text, face, token, top in ((self._title, font(13, 600), "text", -19), (self._told, font(12), "muted", 1)):
            painter.setFont(face)
            painter.setPen(theme.color(token))
            box = QRectF(theme.px(48), middle + theme.px(top), room, theme.px(18))
            painter.drawText(
                box, Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room))
            )
        for number, (_name, mark) in enumerate(self._marks[:marks]):
            left = self.width() - theme.px(14) - (marks - number) * theme.px(22)
            self._paint_mark(painter, QRectF(left, middle - theme.px(8), theme.px(17), theme.px(17)), mark)
        painter.end()

    def _paint_mark(self, painter: QPainter, rect: QRectF, mark: str) -> None:
        theme = look()
        ground = {"done": "ok_ground", "failed": "bad_ground"}.get(mark, "panel")
        painter.setPen(QPen(theme.color("edge"), 1) if mark == "waiting" else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(3), theme.px(3))
        icon, ink = {"done": ("check", "ok"), "failed": ("arrow-counter-clockwise", "bad")}.get(mark, ("", ""))
        if icon:
            inset = theme.px(3)
            paint_icon(painter, icon, rect.adjusted(inset, inset, -inset, -inset), theme.color(ink))


def _meant(one: Deployment, devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Give the devices that a deployment is for: those that should run its model by now, or by name."""
    if not one.target:
        return devices
    return tuple(device for device in devices if device.device == one.target or device.desired == one.model)


def _words(one: Deployment) -> str:
    by = _("Sent by {who}").format(who=one.by)
    if one.verdict == ROLLBACK:
        return by
    told = [by, _("the gate said: {verdict}").format(verdict=worded(one.verdict))]
    if one.override:
        told.append(_("sent all the same: “{reason}”").format(reason=one.override))
    return ", ".join(told)
