"""What all screens of the console have in common: a head with their names, the line of state, keys in one's language.

    Screens            head, ..., line of state, keys
      └ Room           a live table and what there is to say of the row under the cursor

Textual reads the words of its keys when a class is made; they are translated here, when they are shown. The line of
state says how the box is, or that it does not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from core.api.errors import Refusal
from core.texts import N_, _, plural
from tui.columns import fit, plain
from tui.connection import Connection, Gone
from tui.key_row import KeyRow
from tui.keys import named
from tui.live_table import Column, LiveTable
from tui.still import Still

if TYPE_CHECKING:
    from tui.app import Console

# Words of the box that have a plainer one, and those of links.
PLAINER = {"null": N_("idle"), "up": N_("up"), "down": N_("down")}


def word(state: str) -> str:
    """A word of the box, as people read it."""
    return _(PLAINER.get(state, state))


def clock(utc_s: float, day: bool = False) -> str:
    """A moment as local time: 14:03:59, or 11-26 14:03."""
    return datetime.fromtimestamp(utc_s).astimezone().strftime("%m-%d %H:%M" if day else "%H:%M:%S")


def lasted(seconds: float) -> str:
    """A duration: 0:42, 12:05, 1:02:33. Negative ones are none yet."""
    whole = max(0, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


class Screens(Screen[None]):
    """ROOM: the room (tui/places.py) that is lit in the head; empty: none. TOPICS: what it watches while somebody is
    there.
    """

    ROOM: ClassVar[str] = ""
    TOPICS: ClassVar[tuple[str, ...]] = ()
    HELP_TEXT: ClassVar[str] = ""
    _late = False
    """Whether the state has changed, and is not shown yet."""
    DEFAULT_CSS = """
    Screens #head { dock: top; height: 1; background: $primary; color: $text; text-style: bold;
        link-color: $text; link-style: none; link-style-hover: reverse; link-color-hover: $text;
        link-background-hover: $primary; }
    Screens #state { height: 1; background: $panel; color: $foreground; }
    Screens #state.gone { background: $error; color: $text; text-style: bold; }
    Screens #state.alarmed { color: $text-error; text-style: bold; }
    """

    def __init_subclass__(cls, **more: Any) -> None:
        if "BINDINGS" in cls.__dict__:
            cls.BINDINGS = named(cls.ROOM or cls.__name__.lower(), cls.BINDINGS)
        super().__init_subclass__(**more)

    @property
    def console(self) -> Console:
        from tui.app import Console

        assert isinstance(self.app, Console)
        return self.app

    @property
    def box(self) -> Connection:
        return self.console.box

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """With their words in the language of the console."""
        return {
            key: active._replace(binding=replace(active.binding, description=_(active.binding.description)))
            if active.binding.description
            else active
            for key, active in super().active_bindings.items()
        }

    def compose(self) -> ComposeResult:
        yield Still("", id="head", markup=False)
        yield from self.body()
        yield Still("", id="state", markup=False)
        yield KeyRow()

    def body(self) -> ComposeResult:
        """What stands between head and line of state."""
        raise NotImplementedError

    def title_text(self) -> str:
        """What stands at the right of the head."""
        return str(self.box.welcome.get("name", ""))

    def on_screen_resume(self) -> None:
        """Somebody looks at it (again)."""
        self.console.tend()
        self.show_state()
        if self.box.known(self.TOPICS):
            self.begin()

    def on_resize(self) -> None:
        self.show_state()

    def aside(self, what: Callable[[], Coroutine[Any, Any, None]], group: str = "") -> None:
        """Does it while keys are heard. Of a group only what was begun last goes on; without one all do. An answer for
        a screen that has gone meanwhile is no fault.
        """

        async def does() -> None:
            try:
                await what()
            except NoMatches:
                if self.query("#state"):
                    raise

        self.run_worker(cast(Any, does), group=group or "alone", exclusive=bool(group))

    async def asked(self, method: str, **params: Any) -> Any:
        """The answer; None: the box says no, which is told, or it has gone, as the line of state says."""
        try:
            return await self.box.ask(method, **params)
        except Refusal as refused:
            self.console.say_no(refused)
        except Gone:
            pass
        return None

    def begin(self) -> None:
        """All that it watches is there, and new."""

    def take(self, topic: str, keys: set[str]) -> None:
        """Rows of one of its topics changed, or have gone."""

    def show_state(self) -> None:
        """Head and line of state anew; of a screen that is not composed yet, or is going, nothing."""
        if not self.query("#state"):
            return
        self.show_head()
        width = self.size.width
        line = self.query_one("#state", Static)
        status = self.box.rows("status").get("box", {})
        line.set_class(not self.box.there, "gone")
        line.set_class(self.box.there and bool(status.get("worst") == "critical"), "alarmed")
        line.update(fit(" " + plain(self._state(status)), width), layout=False)

    def state_changed(self) -> None:
        """Shows it when the line to the terminal can take it."""
        self._late = True
        if self.console.due():
            self.show_late()

    def show_late(self) -> None:
        if self._late:
            self._late = False
            self.show_state()

    def every(self, seconds: float, what: Callable[[], object]) -> None:
        """Does it so often while somebody looks, and not sooner than the line to the terminal can take it."""

        def look() -> None:
            if self.is_current and self.console.due():
                what()

        self.set_interval(seconds, look)

    def show_head(self) -> None:
        head = _ends(self._rooms(), plain(self.title_text()) + " ", self.size.width)
        self.query_one("#head", Static).update(head, layout=False)

    def _rooms(self) -> Text:
        """The rooms with their keys; close together, and by their short names, where there is no room for more."""
        there = self.console.places
        titles = [_(place.title) for place in there]
        wide = self._head(" Strowger ", "  ", " ", titles)
        if wide.cell_len < self.size.width:
            return wide
        close = self._head("", " ", "", titles)
        return (
            close if close.cell_len <= self.size.width else self._head("", " ", "", [_(place.short) for place in there])
        )

    def _head(self, before: str, gap: str, between: str, titles: list[str]) -> Text:
        head, lit = Text(before), False
        for place, title in zip(self.console.places, titles, strict=True):
            here = place.room == self.ROOM
            head.append(gap[:-1] + "[" if here else "]" + gap[1:] if lit else gap)
            leads = Style.from_meta({"@click": f"app.room('{place.room}')"})
            head.append(self.console.key_of(f"room.{place.room}", place.key), leads + Style(bold=False))
            head.append(between + title, leads + Style(underline=here))
            lit = here
        return head.append("]" if lit else " ")

    def _state(self, status: dict[str, Any]) -> str:
        if not self.box.there:
            if not self.box.why:
                return _("connecting ...")
            return _("The box does not answer ({why}); trying again. What is shown is old.").format(why=self.box.why)
        if not status:
            return _("connected")
        state = status["state"]
        text = plural(
            "{name}: {state}, {calls} call, {lines} lines: {busy} busy, {out} out of service",
            "{name}: {state}, {calls} calls, {lines} lines: {busy} busy, {out} out of service",
            status["calls"],
        ).format(**{**status, "state": _(state)})
        if status["alarms"]:
            text += ", " + _("{alarms} alarms").format(**status)
        if status["confirm_s"]:
            minutes, seconds = divmod(int(status["confirm_s"]), 60)
            text += ", " + _("the configuration goes back in {clock}").format(clock=f"{minutes}:{seconds:02}")
        return text


def _ends(left: Text, right: str, width: int) -> Text:
    """Both ends of a line; the right one goes first when there is no room."""
    room = width - left.cell_len
    return left.append(fit(right, room, right=True) if cell_len(right) <= room else " " * max(0, room))


class Room(Screens):
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    EMPTY: ClassVar[str] = ""
    DEFAULT_CSS = """
    Room #detail { height: 5; background: $boost; padding: 0 1; }
    Room #look { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
    Room #look.open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "look", N_("Look for"), show=False, id="look"),
        Binding("escape", "unlook", N_("All rows"), show=False, id="all"),
    ]
    TICKS: ClassVar[bool] = False
    """Whether rows show how long something lasts: then `ticked` is called each second."""
    _offered: frozenset[str] = frozenset()
    """Keys that could be pressed when the line of keys was made."""

    def body(self) -> ComposeResult:
        yield LiveTable(self.COLUMNS, self.EMPTY)
        yield self.below()
        yield Input(placeholder=_("rows with ..."), id="look", compact=True)

    def below(self) -> Widget:
        """What stands under the table, and tells of the row under the cursor."""
        return Still("", id="detail", markup=False)

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    def on_mount(self) -> None:
        self.table.focus()
        if self.TICKS:
            self.every(1.0, self._tick)

    def _tick(self) -> None:
        if self.box.there:
            self.ticked()

    def ticked(self) -> None:
        """A second has gone."""

    def begin(self) -> None:
        self.fill()
        self.table.flush()

    def fill(self) -> None:
        """All rows anew."""
        raise NotImplementedError

    def detail(self) -> list[str]:
        """Of the row under the cursor, in lines."""
        raise NotImplementedError

    def action_look(self) -> None:
        look = self.query_one("#look", Input)
        look.add_class("open")
        look.focus()

    def action_unlook(self) -> None:
        look = self.query_one("#look", Input)
        look.value = ""
        look.remove_class("open")
        self.table.focus()

    @on(Input.Changed, "#look")
    def _looked(self, event: Input.Changed) -> None:
        self.table.look_for(event.value.strip())

    @on(Input.Submitted, "#look")
    def _found(self) -> None:
        self.table.focus()
        self.query_one("#look", Input).set_class(bool(self.table.wanted), "open")

    def show_detail(self) -> None:
        """Of the row under the cursor, anew."""
        lines = [plain(line) for line in self.detail()] if self.table.cursor else []
        self.query_one("#detail", Static).update("\n".join(lines), layout=False)

    def on_live_table_pointed(self) -> None:
        self.show_detail()
        offered = frozenset(key for key, active in super().active_bindings.items() if active.enabled)
        if offered != self._offered:
            # The line of keys is made anew, which costs more than all the rest of a move.
            self._offered = offered
            self.refresh_bindings()
