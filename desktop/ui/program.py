"""What belongs to the program and to no station: palette, sheet of keys, pages for settings, keys and diagnostics, the look."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from desktop.core.errors import AppError
from desktop.core.keys import save_keys
from desktop.core.settings import Settings, load_settings, save_settings
from desktop.language import LANGUAGES, catalog, spoken
from desktop.ui.actions import Action, table
from desktop.ui.notifications import Notifications
from desktop.ui.station import Station
from desktop.ui.theme import look, theme_of, wear
from desktop.ui.workplace import classes_in

if TYPE_CHECKING:
    from desktop.ui.around.overlay import Overlay
    from desktop.ui.window import Window

_SOON_MS = 0


class Program(QObject):
    """Does the actions of the section *Program* for one window; what it shows is made when it is first asked for."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._overlays: dict[str, Overlay] = {}
        self._pages: dict[str, QWidget] = {}
        self._replaced = self._dated = False
        self._notifications = Notifications(window, lambda: window.settings.window.notifications)
        does: dict[str, Callable[[], object]] = {
            "palette": partial(self._lay_over, "palette", self._palette),
            "sheet": partial(self._lay_over, "sheet", self._sheet),
            "about": partial(self._lay_over, "about", self._about),
            "messages": partial(self._lay_over, "messages", self._messages),
            "settings": partial(self._show, "settings", self._settings_page),
            "shortcuts": partial(self._show, "shortcuts", self._keys_page),
            "diagnostics": partial(self._show, "diagnostics", self._diagnostics_page),
            "print-keys": self.print_keys,
            "theme": self.switch_theme,
            "quit": window.close,
        }
        for action, do in does.items():
            window.commands.bind(action, do)

    def tell(self, title: str, text: str = "") -> None:
        """Tell the desktop that long work has ended, if nobody looks at the window."""
        self._notifications.tell(title, text)

    def close_overlays(self) -> bool:
        """Close what lies over the window; tell whether anything did."""
        open_ones = [overlay for overlay in self._overlays.values() if overlay.isVisible()]
        for overlay in open_ones:
            overlay.close()
        return bool(open_ones)

    def close(self) -> None:
        """Take the icon in the tray away."""
        self._notifications.hide()

    def keep(self, settings: Settings) -> None:
        """Save settings, and use those that can be used at once.

        Raises:
            AppError: they could not be saved; nothing has changed.
        """
        window = self._window
        save_settings(window.home, settings)
        before, window.settings = window.settings, settings
        self._dated = window.place is not None and _held(settings) != _held(window.place.plant.settings)
        if before.window != settings.window:
            self.dress()
            window.keys_changed()
        window.settings_changed.emit(settings)

    def dress(self) -> None:
        """Wear the theme and size of the settings; another size needs the window to be laid out anew."""
        wanted = self._window.settings.window
        scale = look().scale
        wear(theme_of(wanted.theme, wanted.text_scale))
        if scale != wanted.text_scale:
            QTimer.singleShot(_SOON_MS, self.rebuild)

    def switch_theme(self) -> None:
        """Turn light to dark and back, and keep it."""
        window = self._window
        theme, settings = "light" if look().dark else "dark", self._settings()
        try:
            self.keep(replace(settings, window=replace(settings.window, theme=theme)))
        except AppError as error:
            window.messages.show_error(error)

    def page_left(self) -> None:
        """Have the window made anew where the plant, its lanes or the stations hold settings that are no longer so."""
        if self._dated:
            self.rebuild()

    def rebuild(self) -> None:
        """Have the window made anew, on the same bucket: another language, another size of text."""
        if not self._replaced:
            self._replaced = True
            self._window.wanted.emit(self._window.place.address if self._window.place else "")

    def go_on_from(self, other: "Program") -> None:
        """Show the station or page that another window showed: this one takes its place."""
        from desktop.ui.around.settings_view import SettingsView  # noqa: PLC0415

        station = other.station_in_front()
        if station:
            self._window.go(station)
        name, page = other.page_in_front()
        if page is not None and self._window.commands.trigger(name):
            mine = self._pages[name]
            if isinstance(mine, SettingsView) and isinstance(page, SettingsView):
                mine.go_to(page.row_in_focus())

    def station_in_front(self) -> str:
        """Give the name of the station that is shown; it is known also once the window is closed."""
        front = self._window.stack.currentWidget()
        return front.name if isinstance(front, Station) else ""

    def page_in_front(self) -> tuple[str, QWidget | None]:
        """Give the page of the program that is shown, with its action's name; None if there is none."""
        front = self._window.stack.currentWidget()
        return next(((name, page) for name, page in self._pages.items() if page is front), ("", None))

    def print_keys(self) -> None:
        """Write the sheet of keys as PDF where the user says, and show it."""
        from desktop.ui.around.key_print import print_keys  # noqa: PLC0415

        try:
            print_keys(self._window, self._window.commands.keymap, classes_in(self._window.place).classes)
        except AppError as error:
            self._window.messages.show_error(error)

    def _lay_over(self, name: str, make: "Callable[[], Overlay]") -> None:
        if name not in self._overlays:
            self._overlays[name] = make()
        self._overlays[name].open(self._window)

    def _show(self, name: str, make: Callable[[], QWidget]) -> None:
        if name not in self._pages:
            self._pages[name] = make()
        self._window.show_page(self._pages[name], name)

    def _palette(self) -> "Overlay":
        from desktop.ui.around.palette import Palette  # noqa: PLC0415

        return Palette(self._window.commands, lambda: self._tables()["en"])

    def _sheet(self) -> "Overlay":
        from desktop.ui.around.key_sheet import KeySheet  # noqa: PLC0415

        return KeySheet(self._window.commands, self._tables(), spoken())

    def _about(self) -> "Overlay":
        from desktop.ui.around.about import About  # noqa: PLC0415

        return About()

    def _messages(self) -> "Overlay":
        from desktop.ui.around.last_messages import LastMessages  # noqa: PLC0415

        return LastMessages(lambda: self._window.messages.said)

    def _settings(self) -> Settings:
        """Give the settings as they are kept: a station may have kept one of its own meanwhile."""
        try:
            return load_settings(self._window.home)
        except AppError:  # told when it began
            return self._window.settings

    def _settings_page(self) -> QWidget:
        from desktop.ui.around.settings_view import SettingsView  # noqa: PLC0415

        change_keys = partial(self._window.commands.trigger, "shortcuts")
        return SettingsView(self._settings, self.keep, change_keys, self.rebuild)

    def _keys_page(self) -> QWidget:
        from desktop.ui.around.key_editor import KeyEditor  # noqa: PLC0415

        english = {action.id: action.title for action in self._tables()["en"]}
        return KeyEditor(self._window.commands, self._settings, self.keep, self._keep_keys, english)

    def _diagnostics_page(self) -> QWidget:
        from desktop.ui.around.diagnostics import Diagnostics, facts  # noqa: PLC0415

        window = self._window
        return Diagnostics(lambda: facts(window.place, window.latency, window.start_ms), window.latency)

    def _keep_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        save_keys(self._window.home, keys)
        self._window.keys_changed()

    def _tables(self) -> dict[str, Sequence[Action]]:
        """Give the table of actions in each language."""
        taxonomy = classes_in(self._window.place)
        return {one: table(taxonomy.classes, taxonomy.shown(one), catalog(one).gettext) for one in LANGUAGES}


def _held(settings: Settings) -> Settings:
    """Give what a plant and its stations go by, and look at only when they are made."""
    fresh = Settings()
    return replace(settings, bucket=fresh.bucket, language=fresh.language, window=fresh.window)
