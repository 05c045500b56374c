"""The console: its rooms, the keys that lead to them, its connection; says what the box refuses.

    console = Console(path)
    console.run()

The connection tells which rows changed; every screen that is there takes what concerns it, and its table paints when
its time has come. Nothing here decides anything about calls: orders go to the box, and what comes of them comes back
as changed rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen

from core.api.errors import Refusal
from core.texts import N_, _
from tui.alarms import Alarms
from tui.board import Board
from tui.calls import Calls
from tui.connection import Connection, Gone
from tui.dialogs import Help
from tui.room import ROOMS, Screens
from tui.story import Story

TOPICS = ("status", "calls", "lines", "spans", "alarms")
THEMES = {"dark": "textual-dark", "light": "textual-light"}
# Words of the toolkit for its own keys.
TOOLKIT = (N_("palette"), N_("Quit"))


class Console(App[object]):
    """theme: dark or light."""

    TITLE = "Strowger"
    ENABLE_COMMAND_PALETTE = True
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {"calls": Calls, "board": Board, "alarms": Alarms}
    DEFAULT_MODE = "calls"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "keys", N_("Help"), priority=True, key_display="F1"),
        Binding("1", "room('calls')", N_("Calls"), show=False),
        Binding("2", "room('board')", N_("Board"), show=False),
        Binding("3", "room('alarms')", N_("Alarms"), show=False),
        Binding("f9", "turn_light", N_("Light or dark"), show=False),
        Binding("ctrl+q", "quit", N_("Quit"), priority=True),
    ]

    def __init__(self, path: Path, theme: str = "dark") -> None:
        super().__init__()
        self.box = Connection(path, TOPICS)
        self.box.told = self._told
        self.box.turned = self._turned
        self.screens_there: set[Screens] = set()
        self.theme = THEMES[theme]

    def on_mount(self) -> None:
        self.run_worker(self.box.run())

    # ---- of the connection ----

    def _told(self, topic: str, keys: set[str] | None) -> None:
        for screen in list(self.screens_there):
            screen.take(topic, keys)
            if topic == "status":
                screen.show_state()

    def _turned(self) -> None:
        for screen in list(self.screens_there):
            screen.show_state()
            screen.refresh_bindings()
        if self.box.there and self.box.times > 1:
            self.notify(_("The box is back."), markup=False)
        elif not self.box.there and self.box.times:
            self.notify(_("The box does not answer."), severity="error", markup=False)

    # ---- orders ----

    def order(self, orders: Sequence[tuple[str, dict[str, Any]]], done: str) -> None:
        """Asks the box, one after the other, and says what came of it; the first that is refused ends it."""
        self.run_worker(self._order(orders, done))

    async def _order(self, orders: Sequence[tuple[str, dict[str, Any]]], done: str) -> None:
        try:
            for method, params in orders:
                await self.box.ask(method, **params)
        except Refusal as refused:
            self.say_no(refused)
        except Gone:
            self.notify(_("The box went away before it answered."), severity="error", markup=False)
        else:
            self.notify(done, markup=False)

    def say_no(self, refused: Refusal) -> None:
        text = f"{refused.text}\n{refused.remedy}" if refused.remedy else refused.text
        self.notify(text, title=_("refused"), severity="error", markup=False)

    # ---- keys ----

    def action_room(self, room: str) -> None:
        screen = self.screen
        if isinstance(screen, Story) and self.current_mode == room:
            screen.dismiss()
        elif isinstance(screen, Screens):
            self.switch_mode(room)

    def action_turn_light(self) -> None:
        self.theme = THEMES["dark" if self.theme == THEMES["light"] else "light"]

    def action_keys(self) -> None:
        screen = self.screen
        if not isinstance(screen, Screens):
            return
        keys: dict[tuple[str, str], list[str]] = {}
        for active in screen.active_bindings.values():
            if type(active.node).__module__.startswith("tui.") and active.binding.description:
                shown = self.get_key_display(active.binding)
                keys.setdefault((active.binding.action, active.binding.description), []).append(shown)
        rows = [(" ".join(dict.fromkeys(shown)), words) for (_action, words), shown in keys.items()]
        self.push_screen(Help(_(screen.HELP_TEXT), rows))

    def action_command_palette(self) -> None:
        if self.use_command_palette and not CommandPalette.is_open(self):
            self.push_screen(CommandPalette(placeholder=_("What is to be done?"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for room, name in ROOMS.items():
            yield SystemCommand(_(name), _("to this screen"), lambda room=room: self.action_room(room))
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
        yield SystemCommand(_("Help"), _("all keys of this screen"), self.action_keys)
        yield SystemCommand(_("Quit"), _("leaves the console; the box goes on"), self.exit)
