"""Small menus that open by a key and are chosen from by a digit: which queue, which saved view."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from desktop.core.texts import _


def choice_menu(parent: QWidget, title: str, choices: Sequence[tuple[str, str, Callable[[], None]]]) -> QMenu:
    """Give a menu of (text, what stands behind it, what it does); the first nine have a digit."""
    menu = QMenu(title, parent)
    menu.setAccessibleName(title)
    for number, (text, behind, run) in enumerate(choices, 1):
        digit = f"&{number}  " if number < 10 else "    "
        made = menu.addAction(f"{digit}{text.replace('&', '&&')}")
        made.setData(text)
        made.triggered.connect(partial(_run, run))
        tell_behind(menu, text, behind)
    return menu


def tell_behind(menu: QMenu, text: str, behind: str) -> None:
    """Write something behind an entry, also while the menu is open."""
    for action in menu.actions():
        if action.data() == text and behind:
            action.setText(f"{action.text().partition(chr(9))[0]}\t{behind}")


def views_menu(
    parent: QWidget,
    names: Sequence[str],
    apply: Callable[[str], None],
    save: Callable[[], None],
    remove: Callable[[str], None],
) -> QMenu:
    """Give the menu of saved views: one by its digit, save the one in force, forget one."""
    menu = choice_menu(parent, _("Saved views"), [(name, "", partial(apply, name)) for name in names])
    if not names:
        menu.addAction(_("No view is saved yet")).setEnabled(False)
    menu.addSeparator()
    menu.addAction(_("Save what is shown …")).triggered.connect(partial(_run, save))
    if names:
        forget = menu.addMenu(_("Delete a view"))
        for name in names:
            forget.addAction(name.replace("&", "&&")).triggered.connect(partial(_run, partial(remove, name)))
    return menu


def open_below(menu: QMenu, widget: QWidget) -> None:
    """Open a menu at a widget's lower left corner; it takes keys only until it is closed."""
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(widget.mapToGlobal(QPoint(0, widget.height())))
    if menu.actions():
        menu.setActiveAction(menu.actions()[0])


def _run(run: Callable[[], None], _checked: bool = False) -> None:
    run()
