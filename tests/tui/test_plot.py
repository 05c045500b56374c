"""The bars of the day, before and after the box has said what there is to draw."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult

from core.texts import N_, _
from tui.plot import DayPlot, Series


class Bars(App[None]):
    def compose(self) -> ComposeResult:
        yield DayPlot(N_("No calls yet today."))


def test_a_day_is_not_called_empty_before_the_box_has_answered() -> None:
    async def story() -> None:
        app = Bars()
        async with app.run_test(size=(60, 12)):
            plot = app.query_one(DayPlot)
            assert plot.render().plain == ""
            plot.show((), ())
            assert plot.render().plain == _("No calls yet today.")
            plot.show(["09:00"], [Series(N_("answered"), "good", "#", (3,))])
            assert _("answered") in plot.render().plain

    asyncio.run(story())
