"""What a supervisor writes to agents: a note to some, a bulletin to all or to groups; and who has read what.

    bulletin ──> bulletin.publish        receipts ──> notice.list ──> one of them ──> who has read it, or take it back
    note     ──> note.send

What it does not: show agents what is for them (desk_more.py).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from core.texts import N_, _
from tui.ask import AskAll, Choose
from tui.columns import plain
from tui.room import clock
from tui.story import Story

if TYPE_CHECKING:
    from tui.room import Room

HOURS = "24"
EVERY_S = 5.0
"""So often it is looked who has read it meanwhile."""
KINDS = {"note": N_("a note"), "bulletin": N_("a bulletin")}


def listed(text: str) -> list[str]:
    """What was typed with commas, in either script, between."""
    return [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",") if word.strip()]


def bulletin(room: Room) -> None:
    def answered(values: tuple[str, ...] | None) -> None:
        if values is None or not values[0].strip():
            return
        try:
            hours = float(values[2] or HOURS)
        except ValueError:
            room.notify(_("{what} is no number").format(what=values[2]), severity="error", markup=False)
            return
        params = {"text": values[0].strip(), "groups": listed(values[1]), "hours": hours}
        room.console.order([("bulletin.publish", params)], _("the bulletin is published"))

    lines = ((_("text"), ""), (_("groups"), ""), (_("for hours"), HOURS))
    about = _("Without groups it is for all agents whom you look after. For so many hours it stands.")
    room.app.push_screen(AskAll(_("A bulletin to agents"), about, lines), answered)


def note(room: Room, agent: str) -> None:
    """agent: who stands there first; empty: nobody."""

    def answered(values: tuple[str, ...] | None) -> None:
        if values is not None and all(value.strip() for value in values):
            params = {"agents": listed(values[0].replace(" ", ",")), "text": values[1].strip()}
            room.console.order([("note.send", params)], _("the note is sent"))

    lines = ((_("agents"), agent), (_("text"), ""))
    room.app.push_screen(AskAll(_("A note to an agent"), _("Numbers of agents, and what they read."), lines), answered)


def receipts(room: Room) -> None:
    """All notes and bulletins, the newest first, each with how many have read it."""
    room.aside(partial(_receipts, room), "receipts")


async def _receipts(room: Room) -> None:
    found = await room.asked("notice.list")
    if found is None:
        return
    if not found["notices"]:
        room.notify(_("There are no notes and no bulletins."), markup=False)
        return
    notices = {str(one["id"]): one for one in reversed(found["notices"])}

    def chosen(number: str | None) -> None:
        if number is not None:
            _about(room, notices[number])

    options = {number: _line(one) for number, one in notices.items()}
    room.app.push_screen(Choose(_("Notes and bulletins: who has read them"), "", options), chosen)


def _line(one: dict[str, Any]) -> str:
    read = _("{n} of {all} have read it").format(n=len(one["read"]), all=len(one["read"]) + len(one["unread"]))
    return plain(f"{clock(one['at'], day=True)}  {_(KINDS[one['kind']])}  {read}  {one['text']}")


def _about(room: Room, one: dict[str, Any]) -> None:
    options = {"who": _("Who has read it")}
    if room.box.may("notice.withdraw"):
        options["withdraw"] = _("Take it back")

    def chosen(what: str | None) -> None:
        if what == "who":
            room.app.push_screen(Story(_line(one), rows, EVERY_S))
        elif what == "withdraw":
            room.console.order([("notice.withdraw", {"notice": one["id"]})], _("it is taken back"))

    async def rows() -> list[str]:
        found = (await room.box.ask("notice.list"))["notices"]
        now = next((row for row in found if row["id"] == one["id"]), None)
        return [_("It is gone.")] if now is None else read_by(now, room.box.rows("agents"))

    room.app.push_screen(Choose(plain(one["text"]), "", options), chosen)


def read_by(one: dict[str, Any], agents: dict[str, dict[str, Any]]) -> list[str]:
    """Who has read it and when, then who has not, in lines."""

    def named(number: str) -> str:
        return f"{number} {agents.get(number, {}).get('name', '')}".strip()

    unread = _("not read")
    read = sorted(one["read"].items(), key=lambda pair: pair[1])
    return [
        *(f"{clock(at, day=True)}  {named(number)}" for number, at in read),
        *(f"{unread}  {named(number)}" for number in sorted(one["unread"])),
    ]
