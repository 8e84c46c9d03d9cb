"""The card at the top: the verdict, why, the interval, and what can be done."""

from collections.abc import Mapping

from PySide6.QtCore import QDateTime, QEvent, QLocale, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.texts import _, ngettext
from desktop.ui.compare.findings import Finding, findings, mark, missing, title
from desktop.ui.compare.trial import Candidate, Survey, Trial
from desktop.ui.compare.ways import Ways, sending
from desktop.ui.icons import icon, paint_icon, pixmap
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.layouts import button, card, column, label, row
from desktop.ui.parts.tip import tip
from desktop.ui.plots.interval import Interval
from desktop.ui.plots.plot import advance, write
from desktop.ui.theme import look
from desktop.ui.words import figure, short_model

_ICONS = {"ok": "check", "warn": "warning-circle", "bad": "x", "muted": "info"}


class Sign(QWidget):
    """The verdict as a large mark on its ground."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = "muted"
        self.setFixedSize(look().px(40), look().px(40))

    def say(self, kind: str) -> None:
        """Show another verdict's mark."""
        self._kind = kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        theme, side = look(), look().px(22)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised" if self._kind == "muted" else f"{self._kind}_ground"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.px(6), theme.px(6))
        inset = (self.width() - side) / 2
        name = {"ok": "check", "warn": "minus", "bad": "x", "muted": "scales"}[self._kind]
        paint_icon(painter, name, QRectF(inset, inset, side, side), theme.color(self._kind))
        painter.end()


class Choice(QPushButton):
    """A few words that open a list."""

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._name = name
        self._menu = QMenu(self)
        self._menu.triggered.connect(self._triggered)
        self.setAutoDefault(True)
        self.clicked.connect(self._drop)

    def offer(self, choices: list[tuple[str, str]], current: str, text: str) -> None:
        """Show (id, words) to choose from, and what is said of the chosen one."""
        self._words = text
        self.updateGeometry()
        self.setAccessibleName(f"{self._name}: {text}")
        self.setToolTip(tip(self._name))
        self._menu.clear()
        for identity, words in choices:
            action = self._menu.addAction(words)
            action.setData(identity)
            action.setCheckable(True)
            action.setChecked(identity == current)

    def sizeHint(self) -> QSize:
        """Give room for the words and the caret."""
        return QSize(round(advance(self._words, 13, 500)) + look().px(24), look().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words as a link, its ground under the pointer and its ring with the focus."""
        theme, side = look(), look().px(12)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 2 * theme.scale) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("hover") if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.px(4), theme.px(4))
        written = write(painter, theme.px(3), self.height() / 2, self._words, "accent_text", 13, 500, align="left")
        place = QRectF(written.right() + theme.px(2), (self.height() - side) / 2, side, side)
        paint_icon(painter, "caret-down", place, theme.color("accent_text"))
        painter.end()

    @Slot()
    def _drop(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    @Slot(QAction)
    def _triggered(self, action: QAction) -> None:
        self.chosen.emit(str(action.data()))


class Line(QWidget):
    """A finding: its mark and its words."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self._kind = finding.kind
        self._mark = QLabel()
        self._mark.setPixmap(pixmap(_ICONS[finding.kind], 16, finding.kind))
        words = label(finding.text, 13, role="muted" if finding.kind == "muted" else "", wrap=True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        layout = row(self._mark, words, spacing=8)
        layout.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint the mark in another theme's colour."""
        if event.type() is QEvent.Type.PaletteChange:
            self._mark.setPixmap(pixmap(_ICONS[self._kind], 16, self._kind))
        super().changeEvent(event)


class VerdictCard(QWidget):
    """The whole card."""

    candidate = Signal(str)
    """Another candidate is wanted."""
    target = Signal(str)
    """Another target is wanted."""
    sort = Signal()
    """Test pictures should be sorted."""
    again = Signal()
    """The candidate should be judged again, on the test pictures as they are now."""

    def __init__(self, keys: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign()
        self._title = label("", 22, 600, wrap=True)
        self._title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._model, self._target = Choice(_("Candidate")), Choice(_("Target"))
        self._against = label("", 13, role="muted")
        self._chip = Chip()
        self._sort = button(_("Sort test pictures"), "squares-four", "", "small")
        self._sort.clicked.connect(self.sort)
        self._again = button("", "scales", "", "small")
        self._again.clicked.connect(self.again)
        self._changed = QWidget()
        self._changed.setLayout(row(Line(Finding("warn", _("The test pictures have changed."))), self._again, spacing=12))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(look().px(4))
        self.interval = Interval()
        self.interval.setMinimumWidth(look().px(280))
        self.interval.setFixedHeight(look().px(150))
        self.ways = Ways(keys)
        self.ways.setFixedWidth(look().px(272))
        self._model.chosen.connect(self.candidate)
        self._target.chosen.connect(self.target)
        head = row(
            self._sign,
            column(self._title, row(self._model, self._against, self._target, None, spacing=2), spacing=0),
            spacing=14,
        )
        head.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop)
        extra = row(self._chip, self._sort, None)
        words = column(head, self._changed, self._lines, None, spacing=10)
        self._told = row(words, column(self.interval, extra, None, spacing=4), spacing=32)
        self._told.setStretch(0, 5)
        self._told.setStretch(1, 4)
        body = row(self._told, self.ways, spacing=32, margins=(20, 18, 20, 16))
        body.setStretch(0, 1)
        outer = column(card(body), spacing=0)
        self.setLayout(outer)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint the button's icon in another theme's colour."""
        if event.type() is QEvent.Type.PaletteChange and self.layout() is not None:
            self._sort.setIcon(icon("squares-four"))
            self._again.setIcon(icon("scales"))
        super().changeEvent(event)

    def stack(self, *, narrow: bool) -> None:
        """Lay the interval below the words where there is no room beside them."""
        self._told.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def show_trial(self, trial: Trial, survey: Survey, shown: Mapping[str, str]) -> None:
        """Show a trial."""
        verdict, mine = trial.verdict, short_model(trial.model.id)
        known = next((one for one in survey.candidates if one.model.id == trial.model.id), None)
        refused = known.refused if known else None
        in_service = trial.old == trial.model.id
        self._sign.say("muted" if in_service else mark(verdict))
        self._title.setText(_("In service now") if in_service else title(verdict))
        self._model.offer([(one.model.id, _candidate(one)) for one in survey.candidates], trial.model.id, mine)
        everywhere = [("", _("all devices")), *((one, one) for one in survey.targets)]
        self._target.offer(everywhere, trial.target, _("for {target}").format(target=trial.target or _("all devices")))
        on = ngettext("on {n} blind test picture", "on {n} blind test pictures", verdict.n).format(n=verdict.n)
        if trial.old and not in_service:
            on = _("against {old}, {pictures}").format(old=short_model(trial.old), pictures=on)
        self._against.setText(on)
        self._against.setToolTip(tip("\n".join(verdict.reasons)))
        again = _("Judge again (attempt {n})").format(n=trial.again)
        self._again.setText(f" {again}")  # Qt sets an icon too close to its words
        self._again.setAccessibleName(again)
        self._changed.setVisible(bool(trial.again))
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for finding in findings(verdict, shown):
            self._lines.addWidget(Line(finding))
        self._sort.setVisible(bool(missing(verdict)) or not verdict.n)
        self._chip.say(_("refused") if refused else "", "bad", "prohibit")
        self.interval.show_verdict(verdict)
        told = ""
        if refused:
            told = _("Refused by {who}: {why}").format(who=refused.by, why=refused.reason or _("no reason given"))
        self.ways.show_ways(
            passed=mark(verdict) == "ok",
            refused=told,
            in_service=in_service,
            overtaken=bool(trial.again),
            send=sending(mine, short_model(trial.old) if trial.old else "", trial.target, trial.devices),
            can_look=bool(trial.broken() or verdict.newly_right),
        )
        self.setAccessibleName(f"{self._title.text()}: {' '.join(verdict.reasons)}")


def _candidate(one: Candidate) -> str:
    made = QLocale().toString(QDateTime.fromMSecsSinceEpoch(one.model.manifest.created_ms), "d MMM HH:mm")
    words = [short_model(one.model.id), made, figure(one.accuracy)]
    words += [_("in service")] if one.in_service else []
    words += [_("refused")] if one.refused else []
    return " · ".join(words)
