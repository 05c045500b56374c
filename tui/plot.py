"""Bars of the day, drawn with letters that are one cell wide in every terminal.

    plot.show(["08:00", "08:30"], [Series("answered", "good", "#", (9, 20)), Series("lost", "bad", "x", (1, 1))])

    # answered x lost
    21           xxxx
         xxxx    ####
    10   ####    ####
     0   ####    ####
         08:00   08:30

Bars stand on each other, each with a sign of its own, so that they can be read without colours; one that stands alone
may be of DOTS, which are finer. What it does not: axes and frames of lines, which are of ambiguous width
(tui/columns.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import ClassVar

from rich.text import Text
from textual_plotext import PlotextPlot

from core.texts import _

DOTS = "braille"
LEAST = 8
"""So many bars there is room for at least: a single one would fill the picture."""
_LABEL = 7
"""Cells of a time under the bars, with a gap."""


@dataclass(frozen=True, slots=True)
class Series:
    """name: English, translated where it is shown. kind: for the colour. sign: what its bars are drawn with. values:
    one a step.
    """

    name: str
    kind: str
    sign: str
    values: tuple[float, ...]


class DayPlot(PlotextPlot):
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"day-plot--{kind}" for kind in ("good", "busy", "bad", "usual", "quiet")}
    DEFAULT_CSS = """
    DayPlot { background: $surface; }
    DayPlot > .day-plot--good { color: $text-success; }
    DayPlot > .day-plot--busy { color: $text-warning; }
    DayPlot > .day-plot--bad { color: $text-error; }
    DayPlot > .day-plot--usual { color: $text-primary; }
    DayPlot > .day-plot--quiet { color: $foreground 60%; }
    """

    def __init__(self, empty: str, id: str | None = None) -> None:
        """empty: what is said while there is nothing to draw, in English."""
        super().__init__(id=id)
        self.empty = empty
        self.steps: tuple[str, ...] = ()
        self.series: tuple[Series, ...] = ()
        self._asked = False

    def show(self, steps: Sequence[str], series: Sequence[Series], empty: str = "") -> None:
        """steps: what stands under the bars. empty: from now on said instead of nothing."""
        missing = max(0, LEAST - len(steps))
        self.steps = (*steps, *("",) * missing)
        self.series = tuple(replace(one, values=(*one.values, *(0,) * missing)) for one in series)
        self.empty = empty or self.empty
        self._asked = True
        self.refresh()

    def render(self) -> Text:
        width, height = self.size
        top = max(map(sum, zip(*(one.values for one in self.series), strict=True)), default=0)
        if not self._asked:
            # That there is nothing is not known before the box has answered.
            return Text()
        if top <= 0 or width < 20 or height < 4:
            return Text(_(self.empty), self.get_component_rich_style("day-plot--quiet"))
        drawn = Text()
        for one in self.series:
            sign = "⣿" if one.sign == DOTS else one.sign
            drawn.append(f" {sign} {_(one.name)}", self.get_component_rich_style(f"day-plot--{one.kind}"))
        drawn.truncate(width)
        return drawn.append("\n").append(Text.from_ansi(self._bars(top, width, height - 1)))

    def _bars(self, top: float, width: int, height: int) -> str:
        plot = self.plt
        plot.clear_figure()
        plot.plotsize(width, height)
        plot._set_size(width, height)  # plotsize alone takes no more than the terminal had at the start
        plot.theme(self._get_plotext_theme_name(self.app.theme))
        plot.frame(False)
        places: list[float] = [*range(len(self.steps))]
        heights = list(accumulate((one.values for one in self.series), _onto))
        for one, values in reversed(list(zip(self.series, heights, strict=True))):
            colour = self.get_component_rich_style(f"day-plot--{one.kind}").color
            rgb = None if colour is None else colour.get_truecolor()
            plot.bar(places, list(values), marker=one.sign, color=rgb, width=0.7)
        plot.ylim(0, top)
        marks: list[float] = sorted({0, round(top / 2), round(top)})
        plot.yticks(marks, [str(mark) for mark in marks])
        every = max(1, -(-len(places) * _LABEL // max(1, width - 6)))
        plot.xticks(places[::every], list(self.steps[::every]))
        return str(plot.build())


def _onto(below: tuple[float, ...], values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(low + more for low, more in zip(below, values, strict=True))
