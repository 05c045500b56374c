"""What an agent sees of a call in hand: who it is, which way he came, what he pressed, what goes with him, what was.

    62000001  Zhang Wei  vip  Beijing           at once, from the row of the topic `calls`
    called    66778200, since 14:03:10          the rest a moment later, from `call.information`
    way       flow main > queue sales, waited 0:42
    pressed   menu 2
    data      order A7
    note      pays late                         and from the customers' file, `customer.get`
    before    11-25 14:03  talked 2:10  sales

Nothing that is not known has a line, so the desk stays quiet. Pure: what the box said in, pieces with their labels out;
the desk (desk.py) shows as many lines as it has room for, and all of them behind a key (desk_more.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.cells import cell_len

from core.texts import _
from core.width import wrap
from tui.columns import fit, plain
from tui.room import clock, lasted
from tui.telephone import hears

Piece = tuple[str, str]
"""A label, and what stands beside it. An empty label: of the same as the piece before."""
SHOWN_ALREADY = ("customer", "customer_class", "visit")
"""Keys of the data that the first line has, or the way."""


def who(call: dict[str, Any], device: str) -> str:
    """The others in the call."""
    others = [leg for leg in call["connections"] if leg["device"] != device]
    people = [leg for leg in others if leg["kind"] != "service"] or others
    return ", ".join(f"{leg['number'] or leg['device']} {leg['name']}".strip() for leg in people) or call["called"]


def pieces(call: dict[str, Any], device: str, known: dict[str, Any], file: dict[str, Any]) -> list[Piece]:
    """Who he is first, without a label. known: `call.information`; file: `customer.get`; empty: not known yet."""
    half = next((leg for leg in call["connections"] if leg["device"] == device), None)
    muted = half is not None and half["muted"]
    rings = half is not None and half["state"] == "alerting"  # what he hears then is no news
    others = [leg for leg in call["connections"] if leg["device"] != device and hears(leg) and not rings]
    first, name = who(call, device), str(call["data"].get("customer", "")) or known.get("name", "")
    head = (first, "" if name in first else name, known.get("customer_class", ""), known.get("region", ""))
    called = _("{called}, since {time}").format(called=call["called"], time=clock(call["begun"]))
    called += ", " + _("visit {visit}").format(visit=known["visit"]) if known and known["visit"] != call["id"] else ""
    pressed = [f"{one['node']} {one['keys']}" for flow in known.get("flows", ()) for one in flow["keys"]]
    data = [f"{name} {value}" for name, value in call["data"].items() if name not in SHOWN_ALREADY]
    customer = file.get("customer", {})
    fields = [f"{name} {value}" for name, value in customer.get("fields", {}).items()]
    told = [
        ("", "  ".join(filter(None, head))),
        (_("just now"), _("he does not hear you: m") if muted else ""),
        (_("just now"), ", ".join(_("hears {what}").format(what=hears(leg)) for leg in others)),
        (_("called"), called),
        (_("way"), " > ".join(_step(step) for step in known.get("way", ()))),
        (_("pressed"), ", ".join(pressed)),
        (_("data"), ", ".join(data)),
        (_("program"), known.get("program", "")),
        (_("file"), ", ".join(filter(None, (customer.get("note", ""), *fields)))),
    ]
    notes = (
        f"{clock(note['at'], day=True)}  {note['text']} ({note['by']})" for note in reversed(file.get("notes", ()))
    )
    return [
        *(piece for piece in told if piece[1]),
        *_many(_("notes"), notes),
        *_many(_("before"), (_contact(one) for one in file.get("contacts", ()))),
    ]


def lines(told: list[Piece], columns: int) -> list[str]:
    """The pieces in so many columns, each under its own label."""
    wide = max((cell_len(label) for label, _text in told), default=0)
    shown: list[str] = []
    for number, (label, text) in enumerate(told):
        if number == 0:
            shown.append(fit(plain(text), columns))
            continue
        first, *more = wrap(plain(text), max(20, columns - wide - 2))
        shown.append(fit(label, wide) + "  " + first)
        shown += [" " * (wide + 2) + part for part in more]
    return shown


def _many(label: str, texts: Iterable[str]) -> list[Piece]:
    return [("" if number else label, text) for number, text in enumerate(texts)]


def _step(step: dict[str, Any]) -> str:
    words = {
        "flow": _("flow {name}"),
        "queue": _("queue {name}, waited {waited}"),
        "agent": _("agent {name}"),
        "transfer": _("transferred by {name} to {to}"),
        "diversion": _("diverted by {name} to {to}"),
        "call-back": _("wants to be called back at {to}"),
    }
    return words.get(step["what"], "{name}").format(**{**step, "waited": lasted(step["seconds"])})


def _contact(one: dict[str, Any]) -> str:
    when = clock(one["begin"] / 1e6, day=True)
    how = _("talked {time}").format(time=lasted(one["talk_s"])) if one["answered"] else _("not answered")
    return "  ".join(filter(None, (when, how, ", ".join(one["queues"]) or one["called"])))
