"""What the draft of the configuration would change, and the commits that are kept.

Difference     settings, each with when it takes effect; the lines of the files; or the mistakes
History        commits, the newest first; Enter: what going back to one would change; r: goes back
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.api.errors import Refusal
from core.texts import N_, _
from tui.connection import Gone
from tui.dialogs import Question
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Screens, clock

KINDS = {"+": "good", "-": "bad", "~": "busy", "@": "head", "!": "bad"}
"""By the first sign of a line."""


def colour(line: str) -> str:
    return KINDS.get(line.lstrip()[:1], "usual" if line.startswith(" ") else "head")


class Lines(Screens):
    """Rows of text, coloured by their first sign. fetch: the rows, and the texts of the keys below."""

    HELP_TEXT = N_(
        "What would change. At the left: + new, - gone, ~ changed. Above stand the settings, each under when it takes"
        " effect; below, the lines of the files."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,backspace", "back", N_("Back"))]

    def __init__(self, title: str, fetch: Callable[[], Awaitable[list[str]]]) -> None:
        super().__init__()
        self._title, self._fetch = title, fetch

    def title_text(self) -> str:
        return self._title

    def body(self) -> ComposeResult:
        yield LiveTable((Column("", 0),), N_("Nothing would change."))

    def on_mount(self) -> None:
        self.query_one(LiveTable).focus()
        self.aside(self._read)

    async def _read(self) -> None:
        try:
            lines = await self._fetch()
        except Gone:
            self.dismiss()
            return
        except Refusal as refused:
            self.console.say_no(refused)
            self.dismiss()
            return
        table = self.query_one(LiveTable)
        for number, line in enumerate(lines):
            table.put(str(number), Row((Cell(line, colour(line)),), (number,)))
        table.flush()

    def action_back(self) -> None:
        self.dismiss()


COMMITS = (
    Column(N_("commit"), 6, right=True),
    Column(N_("when"), 11),
    Column(N_("who"), 12),
    Column(N_("state"), 15),
    Column(N_("what for"), 0),
)
STATES = {"current": N_("at work"), "confirmed": N_("to go back to")}


def commit_row(commit: dict[str, Any], waits: bool) -> Row:
    state = commit["state"]
    text = _("at work, waits") if state == "current" and waits else _(STATES[state]) if state in STATES else ""
    return Row(
        (
            Cell(str(commit["number"])),
            Cell(clock(commit["when"], day=True), "quiet"),
            Cell(commit["who"]),
            Cell(text, "busy" if waits else "good"),
            Cell(commit["message"]),
        ),
        (-commit["number"],),
    )


class History(Screens):
    HELP_TEXT = N_(
        "The commits that are kept, the newest first. Enter shows what going back to one would change; r puts it to"
        " work again."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace", "back", N_("Back")),
        Binding("f,enter", "difference", N_("Difference")),
        Binding("r", "roll_back", N_("Go back to it")),
    ]

    def title_text(self) -> str:
        return _("History")

    def body(self) -> ComposeResult:
        yield LiveTable(COMMITS, N_("There are no commits."))

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    def on_mount(self) -> None:
        self.table.focus()

    def begin(self) -> None:
        self.aside(self._read, "look")

    async def _read(self) -> None:
        try:
            found = await self.box.ask("config.history")
        except (Gone, Refusal):
            return  # the line of state says it, and it is asked again
        self.table.keep({str(commit["number"]) for commit in found["commits"]})
        for commit in found["commits"]:
            self.table.put(str(commit["number"]), commit_row(commit, bool(found["confirm_s"])))
        self.table.flush()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "roll_back":
            return self.box.may("config.rollback") or None
        if action == "difference":
            return self.box.may("config.show") or None
        return True

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        self.action_difference()

    def action_difference(self) -> None:
        number = self.table.cursor
        if not number:
            return

        async def rows() -> list[str]:
            files = (await self.box.ask("config.show", number=int(number)))["files"]
            return list((await self.box.ask("config.check", files=files))["lines"])

        self.app.push_screen(Lines(_("back to commit {number}").format(number=number), rows))

    def action_roll_back(self) -> None:
        number = self.table.cursor

        def answered(yes: bool | None) -> None:
            if yes:
                done = _("commit {number} is at work again").format(number=number)
                self.console.order([("config.rollback", {"number": int(number)})], done)
                self.set_timer(0.5, self.begin)

        if number:
            text = _("Put commit {number} to work again? The files on the disk stay as they are.")
            self.app.push_screen(Question(text.format(number=number)), answered)

    def action_back(self) -> None:
        self.dismiss()
