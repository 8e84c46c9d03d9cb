"""What can be done with a candidate: deploy, look, refuse; each question is asked in the same place, never in a dialog."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QStackedWidget, QStyle, QStyleOptionButton, QVBoxLayout, QWidget

from desktop.core.texts import _, ngettext
from desktop.ui.icons import paint_icon
from desktop.ui.parts.key_cap import cap_size, key_name, paint_cap
from desktop.ui.parts.layouts import button, column, label, row
from desktop.ui.parts.tip import tip
from desktop.ui.plots.plot import advance, write
from desktop.ui.theme import look


class WayButton(QPushButton):
    """A button with an icon, words and the key that does the same."""

    def __init__(self, icon: str, text: str, key: str = "", kind: str = "") -> None:
        super().__init__()
        self._icon, self._words, self._key = icon, text, key
        if kind:
            self.setProperty("kind", kind)
        if kind == "primary":
            self.setProperty("extent", "large")
        self.setAccessibleName(text)
        if key:
            self.setToolTip(tip(f"{text} ({key_name(key)})"))

    def say(self, text: str) -> None:
        """Show other words."""
        self._words = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give room for all three."""
        return QSize(round(self._width()) + look().px(24), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, then what is on it."""
        theme = look()
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        primary = self.property("kind") == "primary"
        ink = "on_accent" if primary and self.isEnabled() else "text"
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        left, middle, side = (self.width() - self._width()) / 2, self.height() / 2, theme.px(16)
        if self._icon:
            paint_icon(painter, self._icon, QRectF(left, middle - side / 2, side, side), theme.color(ink))
            left += side + theme.px(8)
        write(painter, left, middle, self._words, ink, 13, 600, align="left")
        if self._key:
            cap = cap_size(key_name(self._key), 18)
            place = QRectF(
                self.width() / 2 + self._width() / 2 - cap.width(), middle - cap.height() / 2, cap.width(), cap.height()
            )
            paint_cap(painter, place, key_name(self._key), 18)
        painter.end()

    def _width(self) -> float:
        icon = look().px(24) if self._icon else 0
        cap = cap_size(key_name(self._key), 18).width() + look().px(10) if self._key else 0
        return icon + advance(self._words, 13, 600) + cap


class Ways(QStackedWidget):
    """The right column: three ways, or the question that one of them asks first."""

    deploy = Signal(str)
    """Really; with the reason where the gate did not pass."""
    refuse = Signal(str)
    """Really; with a reason, which may be empty."""
    take_back = Signal()
    look = Signal()
    closed = Signal()
    """A question was answered or taken back."""

    def __init__(self, keys: dict[str, str], parent: QWidget | None = None) -> None:
        """Take the keys that are shown, by action."""
        super().__init__(parent)
        self._asked = ""
        self._wants_reason = False
        self._facts: tuple[str, str] = ("", "")
        self._deploy = WayButton("rocket-launch", _("Deploy…"), keys.get("deploy", ""), "primary")
        self._look = WayButton("squares-four", _("Look at pictures"), keys.get("look-at-pictures", ""))
        self._refuse = WayButton("prohibit", _("Refuse"))
        self._note = label("", 12, role="muted", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = label("", 13, 600, wrap=True)
        self._details = label("", 12, role="muted", wrap=True)
        self._reason = QLineEdit()
        self._yes = WayButton("", "", "Return", "primary")
        self._yes.setAutoDefault(True)
        self._no = button(_("Cancel"))
        self._no.setAutoDefault(True)
        self._deploy.clicked.connect(self.ask_deploy)
        self._look.clicked.connect(self.look)
        self._refuse.clicked.connect(self.ask_refuse)
        self._yes.clicked.connect(self._answer)
        self._no.clicked.connect(self.cancel)
        self._reason.textChanged.connect(self._typed)
        self._reason.returnPressed.connect(self._answer)
        self._page(column(self._deploy, self._look, self._refuse, self._note, None, spacing=8))
        self._page(column(self._title, self._details, self._reason, row(self._yes, self._no), None, spacing=8))
        self._yes.setSizePolicy(self._yes.sizePolicy().Policy.Expanding, self._yes.sizePolicy().Policy.Fixed)

    def show_ways(
        self, *, passed: bool, refused: str, in_service: bool, overtaken: bool, send: tuple[str, str], can_look: bool
    ) -> None:
        """Show the ways for a candidate.

        Args:
            passed: Whether the gate let it through.
            refused: Who refused it, in words; empty if nobody did.
            in_service: Whether the target runs it already.
            overtaken: Whether the verdict is one on other test pictures than there are now.
            send: What deploying would do: in a few words, and in detail.
            can_look: Whether there are pictures to look at.
        """
        self._wants_reason, self._facts, self._was_refused = not passed, send, bool(refused)
        self._deploy.say(_("Deploy…") if passed else _("Deploy anyway…"))
        self._deploy.setEnabled(not in_service and not overtaken)
        self._look.setEnabled(can_look)
        self._refuse.setEnabled(not in_service)
        self._refuse.say(_("Take the refusal back") if refused else _("Refuse"))
        note = _("The devices run it already") if in_service else _("Nothing reaches a device before Deploy")
        self._note.setText(refused or (_("Judge again before it is sent") if overtaken and not in_service else note))
        self.cancel()

    @property
    def asking(self) -> str:
        """What is being asked: ``deploy``, ``refuse`` or nothing."""
        return self._asked

    @property
    def can_deploy(self) -> bool:
        """Whether deploying may be asked for."""
        return self._deploy.isEnabled()

    @property
    def can_refuse(self) -> bool:
        """Whether refusing may be asked for."""
        return self._refuse.isEnabled()

    @Slot()
    def ask_deploy(self) -> None:
        """Ask before anything is sent."""
        self._ask("deploy", *self._facts, _("Deploy anyway") if self._wants_reason else _("Deploy"))
        self._reason.setVisible(self._wants_reason)
        self._reason.setPlaceholderText(_("Why, against the verdict?"))
        self._reason.setAccessibleName(_("Why, against the verdict?"))
        (self._reason if self._wants_reason else self._yes).setFocus()

    @Slot()
    def ask_refuse(self) -> None:
        """Ask for a reason, or take the refusal back at once."""
        if self._was_refused:
            self.take_back.emit()
            return
        self._ask("refuse", _("Refuse this candidate?"), _("It stays in the list, marked; this can be taken back."), _("Refuse"))
        self._reason.setVisible(True)
        self._reason.setPlaceholderText(_("Why? (may be left empty)"))
        self._reason.setAccessibleName(_("Why it is refused"))
        self._reason.setFocus()

    @Slot()
    def cancel(self) -> bool:
        """Ask nothing any more; tell whether anything was asked."""
        asked, had = self._asked, self.isAncestorOf(self.focusWidget() or self)
        self._asked = ""
        self.setCurrentIndex(0)
        if asked and had:
            self._deploy.setFocus()
        if asked:
            self.closed.emit()
        return bool(asked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape is no."""
        if event.key() == Qt.Key.Key_Escape and self._asked:
            self.cancel()
        else:
            super().keyPressEvent(event)

    def _ask(self, what: str, title: str, details: str, yes: str) -> None:
        self._asked = what
        self._title.setText(title)
        self._details.setText(details)
        self._reason.clear()
        self._yes.say(yes)
        self._typed("")
        self.setCurrentIndex(1)

    @Slot(str)
    def _typed(self, text: str) -> None:
        self._yes.setEnabled(self._asked != "deploy" or not self._wants_reason or bool(text.strip()))

    @Slot()
    def _answer(self) -> None:
        asked, reason = self._asked, self._reason.text().strip()
        if not asked or not self._yes.isEnabled():
            return
        (self.deploy if asked == "deploy" else self.refuse).emit(reason)
        self.cancel()

    def _page(self, layout: QVBoxLayout) -> None:
        page = QWidget()
        page.setLayout(layout)
        self.addWidget(page)


def sending(model: str, old: str, target: str, devices: tuple[str, ...]) -> tuple[str, str]:
    """Give what deploying would do: in a few words, and in detail."""
    where = target or _("all devices")
    shown = ", ".join(devices[:4]) + (" …" if len(devices) > 4 else "")
    count = ngettext("{n} device: {names}", "{n} devices: {names}", len(devices)).format(n=len(devices), names=shown)
    if not devices:
        count = _("No device yet; those that come will fetch it.")
    way = f"{old} → {model}" if old else model
    return _("Send {model} to {target}?").format(model=model, target=where), f"{count}\n{way}"
