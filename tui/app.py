"""The console: its rooms, the keys that lead to them, its connection; says what the box refuses.

    console = Console(path)
    console.run()

    start ──> the box says who one is ──> the first room of his role ──> keys lead to the others

The connection tells which rows changed; the screens that are looked at take what concerns them, and their tables paint
when their time has come. Topics that no such screen wants are not watched. Nothing here decides anything about calls:
orders go to the box, and what comes of them comes back as changed rows.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.events import CursorPosition, Event, Key
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES

from core import texts
from core.api.errors import Refusal
from core.texts import N_, _
from tui.ask import Ask
from tui.connection import Connection, Gone
from tui.dialogs import Help
from tui.driver import LineDriver, paint_anew
from tui.keys import alt_sent, keymap
from tui.live_table import LiveTable
from tui.pace import LOOK_S, Pace
from tui.places import PLACES, Place, first, places
from tui.room import Room, Screens
from tui.settings import Settings
from tui.start import Start
from tui.story import Story

ALWAYS = ("status",)
"""Watched in every room."""
THEMES = {"dark": "textual-dark", "light": "textual-light"}
BLUE, RED = "#0000AA", "#AA0000"
"""Where there are 16 colours; those nearest to the usual ones are too bright, or too grey, for letters on them."""
HELP_S = 30.0
"""How long a call for help stands there."""
START = "start"
ANSWER_S = 1.0
"""So long whoever leaves waits for a terminal's answer."""
MISTAKE_S = 20.0
"""How long a mistake in the file of keys is shown."""
# Words of the toolkit for its own keys.
TOOLKIT = (N_("palette"), N_("Quit"))
TOOLKIT_ACTIONS = ("scroll_", "page_left", "page_right", "app.focus_", "screen.", "help_quit")
"""Of the toolkit's own, for its own widgets: nobody needs them here."""
KEYS = {"↑": "up", "↓": "down", "←": "left", "→": "right", "⏎": "enter", "␣": "space"}
"""Keys whose signs are of ambiguous width (tui/columns.py)."""


class Console(App[object]):
    """settings: theme and keys of whoever sits here."""

    TITLE = "Strowger"
    ENABLE_COMMAND_PALETTE = True
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        START: Start,
        **{place.room: place.open for place in PLACES},
    }
    DEFAULT_MODE = START
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "keys", N_("Help"), priority=True, key_display="F1", id="help"),
        *(
            Binding(
                f"{place.key},alt+{place.key}",
                f"room('{place.room}')",
                place.title,
                show=False,
                id=f"room.{place.room}",
            )
            for place in PLACES
        ),
        *(Binding(alt_sent(place.key), f"room('{place.room}')", show=False) for place in PLACES if alt_sent(place.key)),
        Binding("f9", "turn_light", N_("Light or dark"), show=False, id="light"),
        Binding("f8", "turn_language", N_("English or Chinese"), show=False, id="language"),
        Binding("ctrl+l", "paint", N_("Paint anew"), show=False, priority=True, id="paint"),
        Binding("ctrl+q", "quit", N_("Quit"), priority=True, id="quit"),
    ]

    def __init__(self, path: Path, settings: Settings | None = None) -> None:
        super().__init__(driver_class=LineDriver)
        self.settings = settings or Settings()
        self._pace = Pace()
        self._telephone = ""
        """Where who sits here has his telephone, as he has said."""
        self._heard: set[tuple[str, float]] = set()
        """Agents who ask for help, with since when, as far as it was said."""
        self._turns_language = False
        """From when he wants the other language until the box speaks it."""
        self.box = Connection(path, ALWAYS)
        self.box.told = self._told
        self.box.turned = self._turned
        if self.console.color_system == "standard":
            for name in THEMES.values():
                self.register_theme(replace(BUILTIN_THEMES[name], primary=BLUE, error=RED))
        self.theme = THEMES[self.settings.theme or "dark"]

    def on_mount(self) -> None:
        if self.settings.keys:
            self.set_keymap(keymap(self.settings, self._together()))
        for mistake in self.settings.mistakes:
            self.notify(mistake, severity="warning", timeout=MISTAKE_S, markup=False)
        self.run_worker(self.box.run())
        self._measure()  # before the first painting: the way to the terminal and back with nothing on it
        self.set_interval(LOOK_S, self._measure)

    # ---- of the line to the terminal (tui/pace.py) ----

    def due(self) -> bool:
        """Whether something may be painted that nobody has asked for."""
        return self._pace.due(time.monotonic())

    def _measure(self) -> None:
        now = time.monotonic()
        driver = self._driver
        if isinstance(driver, LineDriver) and driver.sent and self._pace.asks(now):
            driver.probe()
            self._pace.probed(now)
        if self._pace.due(now):
            for screen in self._looked_at():
                screen.show_late()

    def action_paint(self) -> None:
        paint_anew(self)

    def on_cursor_position(self, event: CursorPosition) -> None:
        self._pace.answered(time.monotonic())

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key):
            self._pace.pressed()
        await super().on_event(event)

    async def action_quit(self) -> None:
        """An answer of the terminal that is still on its way would stand in the shell."""
        until = time.monotonic() + ANSWER_S
        while self._pace.waits(now := time.monotonic()) and now < until:  # noqa: ASYNC110 - a second at most
            await asyncio.sleep(LOOK_S / 10)
        await super().action_quit()

    # ---- of who sits here ----

    @property
    def places(self) -> list[Place]:
        """The rooms that are there for who sits here; none before the box has said who that is."""
        return places(self.box.welcome.get("roles", ()))

    def key_of(self, action: str, usual: str) -> str:
        """The first key in force of an action."""
        shown = self.get_key_display(Binding(self._keymap.get(action, usual).split(",")[0], action))
        return shown.upper() if shown[:1] == "f" and shown[1:].isdecimal() else shown

    def _together(self) -> list[list[Binding]]:
        """Keys that are in force at the same time: those of each screen, with what is everywhere."""
        everywhere = list(Binding.make_bindings(self.BINDINGS))
        groups = [[*everywhere, *Binding.make_bindings(LiveTable.BINDINGS)]]
        for place in PLACES:
            if place.there:
                groups.append([*everywhere, *_bindings(place.load())])
        return groups

    # ---- of the connection ----

    def _looked_at(self) -> list[Screens]:
        return [screen for screen in self.screen_stack if isinstance(screen, Screens) and screen.is_mounted]

    def tend(self) -> None:
        """Watches what the screens want that are looked at, and for a supervisor who of the agents calls for help."""
        always = {*ALWAYS, "agents"} if "supervisor" in self.box.welcome.get("roles", ()) else {*ALWAYS}
        self.box.want(always.union(*(screen.TOPICS for screen in self._looked_at())))

    def _told(self, topic: str, keys: set[str] | None) -> None:
        if not self.is_running:
            return  # whoever leaves needs no news: parts of his screens have gone already
        for screen in self._looked_at():
            if topic in screen.TOPICS and self.box.known(screen.TOPICS):
                if keys is None:
                    screen.begin()
                else:
                    screen.take(topic, keys)
            if topic == "status":
                screen.state_changed()
        if topic == "agents":
            self._hear_help()

    def _hear_help(self) -> None:
        """Says loudly who wants help, in every room, once for each time that he asks."""
        agents = self.box.rows("agents").values()
        asking = {(agent["number"], agent["help_since"]): agent for agent in agents if agent.get("help_since")}
        for agent in (asking[key] for key in asking.keys() - self._heard):
            self.bell()
            text = f"{agent['number']} {agent['name']}: {agent['help'] or _('wants help')}"
            self.notify(text, title=_("HELP WANTED"), severity="error", timeout=HELP_S, markup=False)
        self._heard = set(asking)

    def _turned(self) -> None:
        if not self.is_running:
            return
        if self.box.there and self.current_mode not in {place.room for place in self.places}:
            self.switch_mode(first(self.box.welcome["roles"]) or START)
        for screen in self._looked_at():
            screen.show_state()
            screen.refresh_bindings()
            if self.box.there:
                screen.begin()
        if self._turns_language:
            # He has ended the connection himself.
            self._turns_language = not self.box.there
        elif self.box.there and self.box.times > 1:
            self.notify(_("The box is back."), markup=False)
        elif not self.box.there and self.box.times:
            self.notify(_("The box does not answer."), severity="error", markup=False)

    # ---- orders ----

    def order(self, orders: Sequence[tuple[str, dict[str, Any]]], done: str) -> None:
        """Asks the box, one after the other, and says what came of it; the first that is refused ends it."""
        self.run_worker(self.ordered(orders, done))

    async def ordered(self, orders: Sequence[tuple[str, dict[str, Any]]], done: str) -> None:
        """`order`, for who waits until it is done."""
        try:
            for method, params in orders:
                await self.box.ask(method, **params)
        except Refusal as refused:
            self.say_no(refused)
        except Gone:
            self.notify(_("The box went away before it answered."), severity="error", markup=False)
        else:
            self.notify(done, markup=False)

    def at_telephone(self, then: Callable[[str], None]) -> None:
        """then: is called with the telephone of who sits here: as `hello` knows it, or as he says, asked once."""
        known = self._telephone or next(iter(self.box.welcome.get("stations", ())), "")
        if known:
            then(known)
        else:
            self.ask_telephone(then)

    def ask_telephone(self, then: Callable[[str], None]) -> None:
        """Asks for it, whatever is known."""

        def answered(device: str | None) -> None:
            if device and device.strip():
                self._telephone = device.strip()
                then(self._telephone)

        about = _("Its number. It rings; lift it then.")
        self.push_screen(Ask(_("At which telephone are you?"), about, self._telephone), answered)

    def say_no(self, refused: Refusal) -> None:
        text = f"{refused.text}\n{refused.remedy}" if refused.remedy else refused.text
        self.notify(text, title=_("refused"), severity="error", markup=False)

    # ---- keys ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "room" or parameters[0] in {place.room for place in self.places}

    def action_room(self, room: str) -> None:
        screen = self.screen
        if isinstance(screen, Story) and self.current_mode == room:
            screen.dismiss()
        elif isinstance(screen, Screens):
            self.switch_mode(room)

    def action_turn_light(self) -> None:
        name = "dark" if self.theme == THEMES["light"] else "light"
        self.theme = THEMES[name]
        self._keep(theme=name)

    async def action_turn_language(self) -> None:
        """The other language, for the screens and for what the box says. Rooms that are tables begin anew; one that
        may hold what somebody has written (a draft) stays, and takes the language line by line.
        """
        if os.environ.get("TERM") == "linux":
            self.notify(_("This terminal cannot draw Chinese."), severity="warning", markup=False)
            return
        name = "en" if texts.language() == "zh" else "zh"
        texts.use(name)
        self._keep(language=name)
        room = self.current_mode
        await self.switch_mode(START)
        for place in PLACES:
            if isinstance(next(iter(self._screen_stacks.get(place.room, ())), None), Room):
                await self.remove_mode(place.room)
                self.add_mode(place.room, place.open)
        self._turns_language = self.box.there
        self.box.again()
        await self.switch_mode(room)

    def _keep(self, **chosen: str) -> None:
        try:
            self.settings.keep(**chosen)
        except OSError as error:
            text = _("{file} cannot be written: {why}").format(file=self.settings.path, why=error.strerror)
            self.notify(text, severity="warning", markup=False)

    def action_keys(self) -> None:
        screen = self.screen
        if not isinstance(screen, Screens):
            return
        keys: dict[tuple[str, str, str], list[str]] = {}
        # What the screen does stands first, then how to move in it, then what is everywhere.
        order = sorted(
            screen.active_bindings.values(), key=lambda active: (active.node is self, active.node is not screen)
        )
        for active in order:
            binding = active.binding
            ours = type(active.node).__module__.startswith("tui.") and not binding.action.startswith(TOOLKIT_ACTIONS)
            if ours and binding.description:
                shown = self.get_key_display(binding)
                keys.setdefault((binding.action, binding.description, binding.id or ""), []).append(shown)
        rows = [
            (" ".join(KEYS.get(key, key) for key in dict.fromkeys(shown)), words, name)
            for (_action, words, name), shown in keys.items()
        ]
        self.push_screen(Help(_(screen.HELP_TEXT), rows))

    def action_command_palette(self) -> None:
        if self.use_command_palette and not CommandPalette.is_open(self):
            self.push_screen(CommandPalette(placeholder=_("What is to be done?"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for place in self.places:
            yield SystemCommand(_(place.title), _("to this screen"), lambda room=place.room: self.action_room(room))
        if isinstance(screen, Screens):
            for active in screen.active_bindings.values():
                if active.node is screen and active.enabled:
                    action = active.binding.action
                    yield SystemCommand(
                        active.binding.description,
                        _("key {key}").format(key=self.get_key_display(active.binding)),
                        lambda action=action: self.call_later(screen.run_action, action),
                    )
        yield SystemCommand(_("Light or dark"), _("the other theme"), self.action_turn_light)
        yield SystemCommand(_("English or Chinese"), _("the other language"), self.action_turn_language)
        yield SystemCommand(_("Help"), _("all keys of this screen"), self.action_keys)
        yield SystemCommand(_("Quit"), _("leaves the console; the box goes on"), self.exit)


def _bindings(screen: type[Screens]) -> list[Binding]:
    """Of a screen, with those that it has from the kind of screen that it is."""
    by_key = {
        binding.key: binding
        for kind in reversed(screen.__mro__)
        for binding in Binding.make_bindings(kind.__dict__.get("BINDINGS", ()))
    }
    return list(by_key.values())
