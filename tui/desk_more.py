"""What an agent does at his desk now and then, behind one key: the caller's file, notes, words, his own things.

    z ──> a list ──> what is asked for ──> the box is asked ──> done, refused with its reason, or rows to be read

What it does not: show calls and states (desk.py), or decide anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from core.api.errors import Refusal
from core.texts import N_, _
from tui import caller
from tui.ask import Ask, AskAll, Choose
from tui.columns import fit
from tui.connection import Gone
from tui.room import clock, lasted
from tui.story import Story

if TYPE_CHECKING:
    from tui.desk import Desk

Rows = Callable[[], Awaitable[list[str]]]

OF_CALLER = {
    "information": N_("All that is known of the caller"),
    "file": N_("Edit the caller's file"),
    "remember": N_("Keep a note about the caller"),
    "say": N_("Have a number said to him, and be freed"),
    "data": N_("Write into the data of the call"),
    "mask": N_("Leave out of the recording what is secret"),
    "resume": N_("Record again what is said"),
}
"""Need a call in hand."""
OWN = {
    "notices": N_("Notes and bulletins"),
    "send": N_("A note to an agent"),
    "figures": N_("My figures of today"),
    "ranking": N_("Ranking of today"),
    "drop": N_("Drop a skill"),
    "take_up": N_("Take up a skill again"),
    "pin": N_("Another PIN"),
}
"""Need an agent who is logged on."""
EVERY_S = 5.0


def unread(desk: Desk) -> list[dict[str, Any]]:
    """Notes and bulletins that I have not read."""
    me = desk.me
    return [] if me is None else [row for row in desk.box.rows("notices").values() if me["number"] in row["unread"]]


def choose(desk: Desk) -> None:
    """The list."""
    call = desk.in_state("connected", "alerting", "held")
    options = {name: _(text) for name, text in OF_CALLER.items() if call}
    options |= {name: _(text) for name, text in OWN.items() if desk.me is not None}
    if not options:
        desk.notify(_("Log on first: l."), markup=False)
        return

    def chosen(what: str | None) -> None:
        if what:
            _DO[what](desk, call)

    desk.app.push_screen(Choose(_("What else?"), "", options), chosen)


def _order(desk: Desk, method: str, done: str, **params: Any) -> None:
    desk.console.order([(method, {"device": desk.device, **params})], done)


def _asked(desk: Desk, title: str, about: str, then: Callable[[str], None], *, secret: bool = False) -> None:
    def answered(text: str | None) -> None:
        if text is not None and text.strip():
            then(text.strip())

    desk.app.push_screen(Ask(title, about, secret=secret), answered)


def _read(desk: Desk, title: str, rows: Rows) -> None:
    desk.app.push_screen(Story(title, rows, EVERY_S))


# ---- the caller ----


def _information(desk: Desk, call: int) -> None:
    """What the desk shows (caller.py), however much it is."""

    async def rows() -> list[str]:
        return caller.lines(desk.pieces(call), max(20, desk.size.width - 2)) or [_("The call is over.")]

    _read(desk, _("the caller of call {call}").format(call=call), rows)


def _with_number(desk: Desk, call: int, then: Callable[[dict[str, Any]], None]) -> None:
    """Knowing who it is. A caller without a number has no file."""

    async def look() -> None:
        known = await desk.box.ask("call.information", device=desk.device, call=call)
        if not known["number"]:
            desk.notify(_("The caller's number is not known."), severity="warning", markup=False)
            return
        then((await desk.box.ask("customer.get", number=known["number"], contacts=0))["customer"])

    desk.aside(partial(_said, desk, look))


async def _said(desk: Desk, work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Refusal as refused:
        desk.console.say_no(refused)
    except Gone:
        return  # the line of state says it


def _file(desk: Desk, call: int) -> None:
    def edit(customer: dict[str, Any]) -> None:
        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                name, kind, note = (value.strip() for value in values)
                saved = {"number": customer["number"], "name": name, "customer_class": kind, "note": note}
                desk.console.order([("customer.save", saved)], _("the caller's file is saved"))

        lines = (
            (_("name"), customer["name"]),
            (_("class"), customer["customer_class"]),
            (_("note"), customer["note"]),
        )
        desk.app.push_screen(AskAll(customer["number"], "", lines), answered)

    _with_number(desk, call, edit)


def _remember(desk: Desk, call: int) -> None:
    def ask(customer: dict[str, Any]) -> None:
        def then(text: str) -> None:
            params = {"number": customer["number"], "text": text, "call": call}
            desk.console.order([("customer.add_note", params)], _("the note is kept"))

        _asked(desk, _("A note about {name}").format(name=customer["name"] or customer["number"]), "", then)

    _with_number(desk, call, ask)


def _say(desk: Desk, call: int) -> None:
    def then(number: str) -> None:
        said = [{"kind": "telephone", "value": number}]
        _order(desk, "call.say", _("he hears it"), call=call, said=said, then="release", times=2)

    _asked(desk, _("Which number is said to him?"), _("He hears it twice; you are freed at once."), then)


def _data(desk: Desk, call: int) -> None:
    def answered(values: tuple[str, ...] | None) -> None:
        if values is not None and values[0].strip():
            key, value = (one.strip() for one in values)
            _order(desk, "call.set_data", _("it goes with the call"), call=call, data={key: value or None})

    about = _("It goes with the call wherever that goes. An empty value takes the key away.")
    desk.app.push_screen(AskAll(_("Data of the call"), about, ((_("key"), ""), (_("value"), ""))), answered)


def _recording(method: str, done: str, desk: Desk, call: int) -> None:
    _order(desk, method, _(done), call=call)


# ---- one's own ----


def _notices(desk: Desk, call: int) -> None:
    """To look at them is to have read them."""
    new = {row["id"] for row in unread(desk)}

    async def rows() -> list[str]:
        found = (await desk.box.ask("notice.list", device=desk.device))["notices"]
        for notice in found:
            if notice["id"] in new:
                await desk.box.ask("notice.read", device=desk.device, notice=notice["id"])
        told = [f"{clock(one['at'])}  {one['by']}: {one['text']}" for one in reversed(found)]
        return told or [_("There is nothing for you.")]

    _read(desk, _("notes and bulletins"), rows)


def _send(desk: Desk, call: int) -> None:
    def answered(values: tuple[str, ...] | None) -> None:
        if values is not None and all(value.strip() for value in values):
            agents = values[0].replace(",", " ").split()
            _order(desk, "note.send", _("the note is sent"), agents=agents, text=values[1].strip())

    lines = ((_("agents"), ""), (_("text"), ""))
    desk.app.push_screen(AskAll(_("A note to an agent"), _("Numbers of agents, and what they read."), lines), answered)


def _report(method: str, title: str, desk: Desk, call: int) -> None:
    async def rows() -> list[str]:
        made = await desk.box.ask(method, device=desk.device)
        columns = made["columns"]
        if len(made["rows"]) == 1:
            return [f"{fit(one['text'], 22)}  {_value(one, made['rows'][0])}" for one in columns]
        brief = [one for one in columns if one["brief"]]
        head = "  ".join(fit(one["text"], 10) for one in brief)
        return [head, *("  ".join(fit(_value(one, row), 10) for one in brief) for row in made["rows"])]

    _read(desk, _(title), rows)


def _value(column: dict[str, Any], row: dict[str, Any]) -> str:
    value = row[column["name"]]
    if value is None:
        return "-"
    if column["unit"] == "s":
        return lasted(value)
    if column["unit"] == "share":
        return f"{value:.1%}"
    return clock(value / 1e6) if column["unit"] == "time" else str(value)


def _skill(method: str, title: str, done: str, desk: Desk, call: int) -> None:
    me = desk.me
    own = ", ".join((me["skills"].get("") or {}) if me is not None else ())
    about = _("You have: {skills}").format(skills=own or "-")
    _asked(desk, _(title), about, lambda skill: _order(desk, method, _(done), skill=skill))


def _pin(desk: Desk, call: int) -> None:
    """Three lines that nobody reads over one's shoulder."""

    def old(given: str | None) -> None:
        if given is not None:
            _asked(desk, _("The new PIN"), _("6 to 12 digits."), lambda new: again(given.strip(), new), secret=True)

    def again(given: str, new: str) -> None:
        def compared(second: str) -> None:
            if second != new:
                desk.notify(_("The two PINs are not the same."), severity="error", markup=False)
            else:
                _order(desk, "agent.change_pin", _("your PIN is changed"), old=given, new=new)

        _asked(desk, _("The new PIN once more"), "", compared, secret=True)

    desk.app.push_screen(Ask(_("The present PIN"), _("Without one it stays empty."), secret=True), old)


_DO: dict[str, Callable[[Desk, int], None]] = {
    "information": _information,
    "file": _file,
    "remember": _remember,
    "say": _say,
    "data": _data,
    "mask": partial(_recording, "recording.mask", N_("a tone is recorded in place of what is said")),
    "resume": partial(_recording, "recording.resume", N_("what is said is recorded again")),
    "notices": _notices,
    "send": _send,
    "figures": partial(_report, "agent.figures", OWN["figures"]),
    "ranking": partial(_report, "agent.ranking", OWN["ranking"]),
    "drop": partial(_skill, "agent.drop_skill", N_("Drop which skill?"), N_("no calls of that skill come any more")),
    "take_up": partial(_skill, "agent.take_up_skill", N_("Take up which skill?"), N_("calls of that skill come again")),
    "pin": _pin,
}
