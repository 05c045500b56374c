"""`strowger setup` as a screen: the steps at the left, what was said at the right, the question below.

    play(site)          until the setup is done or left; the exit code

                 screen's loop (asyncio)                    setup's loop (trio, a thread of its own)
    person ──> Setup.answered() ──> Bridge.answers ──────> Bridge.ask() ──> Wizard
    screen <── Setup.told()      <── call_from_thread <─── Bridge.say(), begin(), progress()

The wizard measures lines and waits for them on trio's clock; the toolkit runs on asyncio: so each has a thread, and
they pass texts. What it does not: know a step (firmware/setup).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import trio
from firmware.setup.command import left
from firmware.setup.dialogue import Back, Leave, Mark
from firmware.setup.question import Question
from firmware.setup.site import Site
from firmware.setup.steps import STEPS, Step
from firmware.setup.wizard import Wizard
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Input, RichLog, Static

from core.texts import N_, _
from core.width import width
from hw import virtual_time
from tui.columns import fit, plain
from tui.driver import LineDriver, paint_anew
from tui.key_row import KeyRow

COLOURS = {Mark.GOOD: "green", Mark.BAD: "bold red", Mark.HINT: "yellow", Mark.ADDED: "green", Mark.REMOVED: "red"}
ROWS = 8
"""Of choices, one below the other; more stand side by side."""
BACK, LEAVE = object(), object()
"""In place of an answer."""


class Bridge:
    """firmware.setup.dialogue.Dialogue, in the thread of the setup."""

    def __init__(self, screen: Setup, threaded: bool) -> None:
        self._screen = screen
        self._threaded = threaded
        self.answers: queue.SimpleQueue[object] = queue.SimpleQueue()

    def begin(self, step: Step, at: int, of: int) -> None:
        self._tell(self._screen.step_begins, step, at, of)

    def say(self, text: str, mark: Mark = Mark.PLAIN) -> None:
        self._tell(self._screen.say, text, mark)

    def progress(self, text: str) -> None:
        self._tell(self._screen.progress, text)

    async def ask(self, question: Question) -> str:
        self._tell(self._screen.asks, question)
        if self._threaded:
            given = await trio.to_thread.run_sync(self.answers.get, abandon_on_cancel=True)
        else:  # virtual time does not run while a person thinks
            given = self.answers.get()
        if given is BACK:
            raise Back
        if given is LEAVE:
            raise Leave
        return str(given)

    def _tell(self, what: Callable[..., None], *arguments: Any) -> None:
        try:
            self._screen.call_from_thread(what, *arguments)
        except RuntimeError:
            raise Leave from None  # the screen has gone


class Setup(App[int]):
    """Ends with the exit code."""

    TITLE = "Strowger"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head { height: 1; background: $primary; color: $text; text-style: bold; }
    #steps { width: 30; padding: 0 1; border-right: vkey $panel; }
    #said { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    #progress { height: 1; padding: 0 1; color: $text-accent; }
    #question { height: auto; max-height: 10; padding: 0 1; background: $boost; }
    Input { border: none; height: 1; background: $surface; padding: 0 1; }
    Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help_me", N_("Help"), priority=True),
        Binding("escape", "go_back", N_("Back"), priority=True),
        Binding("ctrl+q", "leave", N_("Leave"), priority=True),
        Binding("ctrl+l", "paint", show=False, priority=True),
        Binding("pageup", "read(-1)", N_("Page up"), priority=True),
        Binding("pagedown", "read(1)", show=False, priority=True),
    ]

    def __init__(self, site: Site) -> None:
        super().__init__(driver_class=LineDriver)
        self._site = site
        self.question: Question | None = None
        """That waits for its answer."""
        self.code = 1
        self._step = ""
        self._error: BaseException | None = None
        self._bridge = Bridge(self, not site.virtual)
        self._thread = threading.Thread(target=self._walk, name="setup", daemon=True)

    def get_default_screen(self) -> Screen[Any]:
        return Front()

    def on_ready(self) -> None:
        self._thread.start()

    def _walk(self) -> None:
        """In its own thread: trio's loop."""
        try:
            wizard = Wizard(self._site, self._bridge)
            whole = (virtual_time.run if self._site.virtual else trio.run)(wizard.run)
            self.code = 0 if whole else 1
        except BaseException as error:
            self._error = error
        try:
            self.call_from_thread(self._over)
        except RuntimeError:
            return  # the screen has gone first

    def _over(self) -> None:
        if self._error is not None:
            self.exit(1)
        elif self.code:
            self.exit(self.code)
        else:
            self.question = None
            self._show_question([_("Everything is done."), _("Enter: leave")])

    @property
    def error(self) -> BaseException | None:
        return self._error

    # ---- what the setup says ----

    def step_begins(self, step: Step, at: int, of: int) -> None:
        self._step = step.name
        head = _("{at} of {of}: {title}").format(at=at, of=of, title=_(step.title))
        self.query_one("#head", Static).update(fit(f" Strowger  {plain(head)}", self.size.width))
        self._show_steps()
        log = self.query_one("#said", RichLog)
        log.write(Text(f"\n{head}", style="bold"))
        log.write(Text(_(step.why), style="dim"))

    def say(self, text: str, mark: Mark) -> None:
        self.progress("")
        sign = mark.value.ljust(2)
        for line in text.splitlines() or [""]:
            self.query_one("#said", RichLog).write(Text(f"{sign} {plain(line)}", style=COLOURS.get(mark, "")))
            sign = "  "

    def progress(self, text: str) -> None:
        self.query_one("#progress", Static).update(fit(f".. {plain(text)}", self.size.width) if text else "")

    def asks(self, question: Question) -> None:
        self.question = question
        self.progress("")
        choices = [f"{at}  {choice.words()}" for at, choice in enumerate(question.choices, 1)]
        room = self.query_one("#question", Static).content_size.width
        self._show_question([*(choices if len(choices) <= ROWS else packed(choices, room)), question.words()])
        field = self.query_one(Input)
        values = [choice.value for choice in question.choices]
        field.value = str(values.index(question.default) + 1) if question.default in values else question.default
        field.cursor_position = len(field.value)
        field.focus()

    def _show_question(self, lines: list[str]) -> None:
        self.query_one("#question", Static).update(Text("\n".join(plain(line) for line in lines)))

    def _show_steps(self) -> None:
        names = [step.name for step in STEPS]
        now = names.index(self._step)
        text = Text()
        for at, step in enumerate(STEPS):
            sign = "*" if at == now else "+" if at < now else " "
            text.append(fit(f"{sign} {_(step.title)}", 28) + "\n", "bold" if at == now else "dim" if at > now else "")
        self.query_one("#steps", Static).update(text)

    # ---- what the person does ----

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self.question is None:
            if not self._thread.is_alive():
                self.exit(self.code)
            return
        question, self.question = self.question, None
        self.say(f"{question.words()} {event.value}", Mark.PLAIN)
        self._show_question([])
        self.query_one(Input).value = ""
        self._bridge.answers.put(event.value)

    def action_help_me(self) -> None:
        words = self.question.help() if self.question is not None else ""
        self.say(words or _("There is nothing more to say about it."), Mark.HINT)

    def action_go_back(self) -> None:
        if self.question is not None:
            self.question = None
            self._bridge.answers.put(BACK)

    def action_read(self, pages: int) -> None:
        log = self.query_one("#said", RichLog)
        (log.scroll_page_down if pages > 0 else log.scroll_page_up)(animate=False)

    def action_paint(self) -> None:
        paint_anew(self)

    def action_leave(self) -> None:
        if not self._thread.is_alive():
            self.exit(self.code)
        elif self.question is not None:
            self.question = None
            self._bridge.answers.put(LEAVE)
        else:
            self.say(_("A step is being done just now; leave at the next question."), Mark.HINT)


def packed(choices: list[str], columns: int) -> list[str]:
    """Side by side, the first ones in the first row."""
    cell = max(width(choice) for choice in choices) + 3
    across = max((columns + 3) // cell, 1)
    rows = (choices[at : at + across] for at in range(0, len(choices), across))
    return ["".join(fit(choice, cell) for choice in row).rstrip() for row in rows]


class Said(RichLog):
    """What was said. A question takes rows from it: its end is what one has to read before the answer."""

    def on_resize(self, event: Resize) -> None:
        self.scroll_end(animate=False)


class Front(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Static("", id="head", markup=False)
        with Horizontal():
            yield Static("", id="steps", markup=False)
            with Vertical():
                yield Said(id="said", wrap=True, auto_scroll=True, min_width=20)
                yield Static("", id="progress", markup=False)
                yield Static("", id="question", markup=False)
                yield Input(select_on_focus=False)
        yield KeyRow()


def play(site: Site) -> int:
    setup = Setup(site)
    setup.run()
    if setup.error is not None:
        raise setup.error
    # The screen is gone, and with it where everything lies.
    print(
        left()
        if setup.code
        else _("Everything is done. The acceptance record: {folder}").format(folder=site.acceptance)
    )
    return setup.code
