"""The sheet of keys on paper: one page A4 as PDF, with the squares of the classes."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.core.errors import StorageFullError
from desktop.core.taxonomy import Class
from desktop.core.texts import _
from desktop.ui.actions import LABEL, Action
from desktop.ui.around.palette import key_names
from desktop.ui.icons import paint_class
from desktop.ui.keymap import Keymap
from desktop.ui.theme import font

_DPI = 300
_CSS_DPI = 96
"""Qt reads the sizes of pictures in pixels of such a screen, whatever the device."""
_INK = "body, h2, p, td, b { color: #1b1f24; } .heading { color: #1a5fcc; }"
_SQUARE = 64
"""Pixels of a class's square: 20 points at this resolution are not many."""
_SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
"""Points to try until all is on one page."""


def sheet_html(keymap: Keymap) -> str:
    """Give the sheet as the HTML that QTextDocument knows: two columns of sections; squares are the pictures ``class:<id>``."""
    sections: dict[str, list[Action]] = {}
    for action in keymap.actions.values():
        if keymap.keys(action.id):
            sections.setdefault(action.section, []).append(action)
    tall = [len(members) + 2 for members in sections.values()]
    cut = min(range(1, len(tall) + 1), key=lambda place: abs(sum(tall[:place]) - sum(tall[place:])), default=0)
    made = [_section(name, members, keymap) for name, members in sections.items()]
    cells = "".join(f'<td width="50%">{"".join(column)}</td>' for column in (made[:cut], made[cut:]))
    title = escape(_("The keys of Sortloop"))
    return f'<body><h2>{title}</h2><table width="100%" cellspacing="0" cellpadding="4"><tr>{cells}</tr></table></body>'


def write_sheet(path: Path, keymap: Keymap, classes: Iterable[Class]) -> None:
    """Write the sheet as PDF, as large as it fits on one page.

    Raises:
        StorageFullError: it could not be written.
    """
    writer = QPdfWriter(str(path))
    writer.setTitle(_("The keys of Sortloop"))
    writer.setCreator("Sortloop")
    writer.setResolution(_DPI)
    margins = QMarginsF(14, 12, 14, 12)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)
    )
    room = writer.pageLayout().paintRectPixels(_DPI).size()
    painter = QPainter()
    if not painter.begin(writer):
        raise StorageFullError(_("{path} cannot be written: {error}.").format(path=path, error=_("the place refuses it")))
    try:
        sheet(keymap, classes, QSizeF(room), writer).drawContents(painter)
    finally:
        painter.end()


def print_keys(parent: QWidget, keymap: Keymap, classes: Iterable[Class]) -> None:
    """Ask where the sheet shall go, write it there, and open it in what shows PDF here.

    Raises:
        StorageFullError: it could not be written.
    """
    name, _kind = QFileDialog.getSaveFileName(parent, _("Sheet of keys for printing"), "sortloop-keys.pdf", "PDF (*.pdf)")
    if name:
        write_sheet(Path(name), keymap, classes)
        QDesktopServices.openUrl(QUrl.fromLocalFile(name))


def sheet(keymap: Keymap, classes: Iterable[Class], room: QSizeF, device: QPaintDevice) -> QTextDocument:
    """Give the sheet laid out for a device, as large as it fits into a room; dark on white, whatever theme is worn."""
    html, squares = sheet_html(keymap), {one.id: _square(one) for one in classes}
    for size in _SIZES:
        document = QTextDocument()
        document.documentLayout().setPaintDevice(device)
        document.setDefaultStyleSheet(_INK)
        face = QFont(font())
        face.setPointSizeF(size)
        document.setDefaultFont(face)
        document.setDocumentMargin(0)
        for name, picture in squares.items():
            document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(f"class:{name}"), picture)
        side = round(size * 1.4 * _CSS_DPI / 72)
        document.setHtml(html.replace('width="square"', f'width="{side}" height="{side}"'))
        document.setTextWidth(room.width())
        if document.size().height() <= room.height():
            break
    return document


def _section(name: str, members: Iterable[Action], keymap: Keymap) -> str:
    lines = []
    for action in members:
        keys = escape("  \u00a0 ".join(key_names(keymap.keys(action.id))))
        square = ""
        if action.id.startswith(LABEL):
            square = f'<img src="class:{escape(action.id.removeprefix(LABEL))}" width="square" style="vertical-align: middle"> '
        title = f"{square}{escape(action.title)}"
        lines.append(f'<tr><td width="36%"><b>{keys}</b></td><td>{title}</td></tr>')
    table = f'<table width="100%" cellspacing="0" cellpadding="2">{"".join(lines)}</table>'
    return f'<p><b class="heading">{escape(name)}</b></p>{table}'


def _square(cls: Class) -> QImage:
    picture = QImage(_SQUARE, _SQUARE, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_class(painter, cls, picture.rect().toRectF())
    painter.end()
    return picture
