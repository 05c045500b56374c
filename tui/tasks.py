"""Recording tasks on the console: a form orders one, a list has what was ordered, to be stopped, deleted, or heard.

    order ──> recording.order_task          tasks ──> recording.tasks ──> one of them ──> stop, delete, recordings

The form has what is asked for every day; the rest (direction, several hours with days of their own) is for programs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from core.texts import N_, _
from hw import wall_clock
from tui.ask import AskAll, Choose
from tui.columns import plain
from tui.notices import listed

if TYPE_CHECKING:
    from tui.room import Room

FORM = (
    (N_("whose calls"), ""),
    (N_("share in %"), "100"),
    (N_("calls of each"), ""),
    (N_("days"), "mon-sun"),
    (N_("hours"), ""),
    (N_("for days"), ""),
    (N_("kept as"), ""),
)
"""Of the order: label, and what stands there first."""
STATES = {"waits": N_("not yet begun"), "runs": N_("runs"), "over": N_("is over"), "stopped": N_("was stopped")}
DAY_S = 86400


def order(room: Room, whose: str = "") -> None:
    """whose: agents that stand there first."""

    def answered(values: tuple[str, ...] | None) -> None:
        if values is None:
            return
        try:
            params = _params(values)
        except ValueError as error:
            room.notify(_("{what} is no number").format(what=error), severity="error", markup=False)
            return
        told = {"told": _("It is told"), "not": _("It is not told")}
        room.app.push_screen(Choose(_("Is the outside party told that the call is recorded?"), "", told), given(params))

    def given(params: dict[str, Any]) -> Callable[[str | None], None]:
        def chosen(what: str | None) -> None:
            if what is not None:
                orders = [("recording.order_task", {**params, "notice": what == "told"})]
                room.console.order(orders, _("the recording task is ordered"))

        return chosen

    lines = [(_(label), text) for label, text in FORM]
    lines[0] = (lines[0][0], whose)
    about = _("Agents and groups with commas, none: all of yours. Hours as 09:00-12:00. What is empty has no limit.")
    room.app.push_screen(AskAll(_("Record calls of agents"), about, lines), answered)


def _params(values: tuple[str, ...]) -> dict[str, Any]:
    """As `recording.order_task` takes them. ValueError: what was typed is no number."""
    whose, share, most, days, hours, lasts, retention = (value.strip() for value in values)
    until = wall_clock.utc().timestamp() + _number(lasts) * DAY_S if lasts else 0.0
    return {
        "agents": [one for one in listed(whose) if one.isdigit()],
        "groups": [one for one in listed(whose) if not one.isdigit()],
        "share_percent": _number(share or "100"),
        "most": int(_number(most or "0")),
        "days": days or "mon-sun",
        "hours": listed(hours),
        "until": until,
        "retention": retention,
    }


def _number(text: str) -> float:
    try:
        return float(text.rstrip("%％ "))
    except ValueError:
        raise ValueError(text) from None


def tasks(room: Room, show: Callable[[int], None] | None = None) -> None:
    """What was ordered, the newest first. show: shows the recordings of one."""
    room.aside(partial(_tasks, room, show), "tasks")


async def _tasks(room: Room, show: Callable[[int], None] | None) -> None:
    found = await room.asked("recording.tasks")
    if found is None:
        return
    if not found["tasks"]:
        room.notify(_("No recording task was ordered."), markup=False)
        return
    by_number = {str(one["id"]): one for one in reversed(found["tasks"])}

    def chosen(number: str | None) -> None:
        if number is not None:
            _one(room, by_number[number], show)

    options = {number: line(one) for number, one in by_number.items()}
    room.app.push_screen(Choose(_("Recording tasks"), "", options), chosen)


def line(one: dict[str, Any]) -> str:
    """A task in a line."""
    whose = ", ".join([*one["agents"], *one["groups"]]) or _("all")
    when = " ".join([one["days"] if one["days"] != "mon-sun" else "", *one["hours"]]).strip()
    most = _("{n} of each").format(n=one["most"]) if one["most"] else ""
    made = _("{n} recorded").format(n=sum(one["made"].values()))
    facts = [made, whose, f"{one['share_percent']:g} %", most, when, one["by"]]
    return plain(f"{one['id']}  {_(STATES[one['state']])}  " + "  ".join(fact for fact in facts if fact))


def _one(room: Room, one: dict[str, Any], show: Callable[[int], None] | None) -> None:
    number = one["id"]
    options = {"show": _("Its recordings")} if show is not None else {}
    if room.box.may("recording.stop_task"):
        options |= {"stop": _("Stop it")} if one["state"] in ("waits", "runs") else {}
        options["delete"] = _("Delete it; its recordings stay")

    def chosen(what: str | None) -> None:
        if what == "show" and show is not None:
            show(number)
        elif what == "stop":
            done = _("recording task {number} is stopped").format(number=number)
            room.console.order([("recording.stop_task", {"task": number})], done)
        elif what == "delete":
            done = _("recording task {number} is deleted").format(number=number)
            room.console.order([("recording.delete_task", {"task": number})], done)

    made = ", ".join(f"{agent}: {count}" for agent, count in sorted(one["made"].items()))
    if options:
        room.app.push_screen(Choose(line(one), made, options), chosen)
