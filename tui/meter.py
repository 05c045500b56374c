"""How loud it is on a line, received and sent, while one looks.

    received   ####################-----------   -21.3 dBm0, loudest -17.8
    sent       ----------------------------------  silence

It asks the box twice a second; the box measures only as long as somebody asks.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.api.errors import Refusal
from core.texts import N_, _
from tui.columns import fit, plain
from tui.connection import Gone
from tui.room import Screens

EVERY_S = 0.5
LOWEST_DBM0, HIGHEST_DBM0 = -60.0, 3.0
WAYS = (("received", N_("received")), ("sent", N_("sent")))
LABEL, FIGURES = 10, 34
"""Cells of the name of a way, and of what stands behind its bar."""


def bar(level: dict[str, float], cells: int) -> str:
    """mean as #, up to the loudest as +, the rest as -."""

    def at(dbm0: float) -> int:
        share = (dbm0 - LOWEST_DBM0) / (HIGHEST_DBM0 - LOWEST_DBM0)
        return round(min(max(share, 0.0), 1.0) * cells)

    mean, peak = at(level["mean"]), at(level["peak"])
    return "#" * mean + "+" * (peak - mean) + "-" * (cells - max(mean, peak))


def lines(found: dict[str, Any], width: int) -> list[str]:
    """found: as `line.level` answers."""
    cells = max(10, width - LABEL - FIGURES - 4)
    rows = []
    for name, title in WAYS:
        level = found[name]
        if level is None:
            said, drawn = _("no speech path"), " " * cells
        elif level["peak"] < LOWEST_DBM0:
            said, drawn = _("silence"), "-" * cells
        else:
            said = _("{mean:.1f} dBm0, loudest {peak:.1f}").format(**level)
            drawn = bar(level, cells)
        rows.append(f" {fit(_(title), LABEL)} {drawn} {fit(said, FIGURES)}")
    return rows


class Meter(Screens):
    HELP_TEXT = N_(
        "The level of a line, in dBm0: what comes in, and what we send. Speech is usually heard between -25 and -10; a"
        " tone of the exchange at -10. # is the mean of half a second, + its loudest moment."
    )
    DEFAULT_CSS = """
    Meter #title { height: 1; background: $panel; text-style: bold; }
    Meter #levels { height: 1fr; background: $surface; padding: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,backspace", "back", N_("Back"))]

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line

    def body(self) -> ComposeResult:
        yield Static(" " + plain(_("level of {line}").format(line=self._line)), markup=False, id="title")
        yield Static("", markup=False, id="levels")

    def on_mount(self) -> None:
        self._look()
        self.every(EVERY_S, self._look)

    def _look(self) -> None:
        self.run_worker(self._read(), exclusive=True)

    async def _read(self) -> None:
        try:
            found = await self.box.ask("line.level", line=self._line)
        except Gone:
            return  # the line of state says it, and it is asked again
        except Refusal as refused:
            self.console.say_no(refused)
            self.dismiss()
            return
        self.query_one("#levels", Static).update("\n".join(lines(found, self.size.width)), layout=False)

    def action_back(self) -> None:
        self.dismiss()
