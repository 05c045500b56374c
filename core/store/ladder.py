"""A call as a ladder for a person at two in the morning: a lane for each party, arrows, local times, distances.

                          e1a/1  8001   8002
    20:00:00.000    0.000 *--------            seized: group city
    20:00:00.000    0.000 |                    from 13812345678 王芳 to 8001
    20:00:00.020    0.020 |----->:             8001 rings
    20:00:05.020    5.000 |<-----|             8001 answers
    20:00:15.020   10.000 |      #             8001 holds

A lane shows the state of its party below each event: `.` dialling or being reached, `:` rings, `|` connected, `#`
holds, blank: not in the call. Calls that belong together (asked back, joined) are drawn in one ladder; each row then
says of which call it is. Eighty columns; ASCII lines, since a terminal in Chinese may draw others twice as wide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from typing import Any

from core import causes
from core.store.event import Event, to_utc
from core.store.life import Lives, State
from core.texts import _
from core.width import fit, width, wrap
from hw.signalling.q850 import Cause

COLUMNS = 80
TIMES = 23
"""Columns for the time and the distance to the event before."""
TEXT = 24
"""Columns that the words get at least."""
MARKS = {State.CONNECTED: "|", State.ALERTING: ":", State.INITIATED: ".", State.REACHED: ".", State.HOLDING: "#"}
RANK = list(MARKS)
"""A device that is in two calls at once shows the livelier of its states."""


def ladder(events: Sequence[Event], zone: tzinfo | None = None, columns: int = COLUMNS) -> list[str]:
    """Rows for the events of a call and of those that belong to it. zone None: local time of the machine."""
    lanes = parties(events)
    words_at = TIMES + max(0, columns - TIMES - TEXT)
    lane = min(max((width(name) for name in lanes), default=0) + 2, 12, (words_at - TIMES) // max(1, len(lanes)))
    lane = max(lane, 3)
    room = max(columns - TIMES - lane * len(lanes), TEXT)
    several = len({event.call for event in events}) > 1
    callers: dict[int, str] = {}
    for event in events:
        if event.device:
            callers.setdefault(event.call, event.device)
    lives = Lives()
    rows = [(" " * TIMES + "".join(fit(name, lane - 1) + " " for name in lanes)).rstrip()]
    day = ""
    before: Event | None = None
    for event in events:
        lives.see(event)
        at = to_utc(event.time).astimezone(zone)
        if f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            rows.append(day)
        gap = event.clock - before.clock if before is not None and before.run == event.run else 0
        times = f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {gap / 1e6:>8.3f} "
        text = in_words(event)
        if several:
            text = f"{event.call}: {text}"
        first, *rest = wrap(text, room)
        marks = {device: _mark(lives, device) for device in lanes}
        rows.append((fit(times, TIMES) + _draw(event, lanes, marks, lane, callers) + first).rstrip())
        still = "".join(fit(marks[device], lane) for device in lanes)
        rows += [(" " * TIMES + still + line).rstrip() for line in rest]
        before = event
    return rows


def parties(events: Iterable[Event]) -> list[str]:
    """The devices of the events in the order in which they come in."""
    return list(dict.fromkeys(event.device for event in events if event.device))


def legend() -> str:
    return _(". reached or dialling  : rings  | connected  # holds  x gone")


def _mark(lives: Lives, device: str) -> str:
    states = [life.parties[device] for life in lives.open.values() if device in life.parties]
    return MARKS[min(states, key=RANK.index)] if states else " "


def _draw(event: Event, lanes: list[str], marks: dict[str, str], lane: int, callers: dict[int, str]) -> str:
    """The lanes in one row of text, with the arrow of this event."""
    row = list("".join(marks[device] + " " * (lane - 1) for device in lanes))
    where = {device: number * lane for number, device in enumerate(lanes)}
    if event.device in where:
        start, end = _arrow(event, callers.get(event.call, ""))
        here = where[event.device]
        if start in where and end in where and start != end:
            left, right = sorted((where[start], where[end]))
            for column in range(left + 1, right):
                row[column] = "-" if row[column] == " " else "+"
            row[right - 1 if where[end] == right else left + 1] = ">" if where[end] == right else "<"
        if row[here] == " ":
            row[here] = "x" if event.kind == "ConnectionCleared" else "*"
    return "".join(row)


def _arrow(event: Event, caller: str) -> tuple[str, str]:
    """From which party to which; twice the same: of one alone."""
    data, device = event.data, event.device
    match event.kind:
        case "Delivered":
            return data.get("by") or caller, device
        case "NetworkReached":
            return caller, device
        case "Established":
            return device, caller
        case "Transferred":
            return data.get("transferred", ""), data.get("to", "")
        case "Diverted":
            return device, data.get("to", "")
        case "PickedUp":
            return device, data.get("rang", "")
    return device, device


def in_words(event: Event) -> str:
    """One event as a sentence. A kind without words of its own shows its name and data."""
    say = _WORDS.get(event.kind)
    if say is not None:
        return say(event.device, event.data)
    facts = ", ".join(f"{name} {value}" for name, value in event.data.items())
    return f"{event.kind} {event.device} {facts}".strip()


Words = Callable[[str, dict[str, Any]], str]


def _cause(data: dict[str, Any]) -> str:
    cause, reason = data.get("cause") or 0, data.get("reason") or ""
    unusual = cause not in (0, Cause.NORMAL_CLEARING)
    said = [causes.why(reason)] * bool(reason) + [f"{cause} {causes.in_words(cause)}"] * unusual
    return " (" + "; ".join(said) + ")" if said else ""


def _problem(data: dict[str, Any]) -> str:
    return f" ({data['problem']})" if data.get("problem") else ""


def _initiated(device: str, data: dict[str, Any]) -> str:
    if data.get("consults"):
        return _("{device} asks back, call {call} waits").format(device=device, call=data["consults"])
    return _("{device} begins a call").format(device=device)


def _originated(device: str, data: dict[str, Any]) -> str:
    calling = f"{data.get('calling') or device} {data.get('name') or ''}".strip()
    return _("from {calling} to {called}").format(calling=calling, called=data.get("called") or "?")


def _routed(device: str, data: dict[str, Any]) -> str:
    where = f"{data.get('target_kind') or ''} {data.get('target') or ''}".strip()
    return _("goes to {where}").format(where=where)


def _established(device: str, data: dict[str, Any]) -> str:
    text = _("{device} seems to answer") if data.get("inferred") else _("{device} answers")
    return text.format(device=device)


def _cleared(device: str, data: dict[str, Any]) -> str:
    text = {
        "far": _("{device} hangs up"),
        "line": _("{device} is lost"),
        "exchange": _("{device} is cut off"),
    }.get(data.get("by") or "", _("{device} is let go"))
    return text.format(device=device) + _cause(data)


def _call_cleared(device: str, data: dict[str, Any]) -> str:
    if data.get("into"):
        return _("joined to call {call}").format(call=data["into"])
    return _("the call is over") + _cause(data)


def _transferred(device: str, data: dict[str, Any]) -> str:
    text = _("{device} transfers {who} to {to} ({how})")
    return text.format(device=device, who=data.get("transferred"), to=data.get("to"), how=data.get("how"))


def _failed(device: str, data: dict[str, Any]) -> str:
    return _("{device} fails").format(device=device) + _cause(data)


def _keyed(device: str, data: dict[str, Any]) -> str:
    keys = ", ".join(f"{pair[1]} ({pair[0]})" for pair in data["keys"] if len(pair) == 2)
    return _("{device} has pressed {keys}").format(device=device, keys=keys)


def _noted(device: str, data: dict[str, Any]) -> str:
    written = ", ".join(f"{key} = {'-' if value is None else value}" for key, value in data["data"].items())
    return _("{device} has the call noted: {written}").format(device=device, written=written)


def _stepped(device: str, data: dict[str, Any]) -> str:
    text = _("{device} in {queue}: step {step} of the recipe")
    return text.format(device=device, queue=data["queue"], step=data.get("step") or "?")


def _diverted(device: str, data: dict[str, Any]) -> str:
    text = _("{device} sends it on to {to} ({reason})")
    return text.format(device=device, to=data["to"], reason=causes.why(data.get("reason") or "-"))


_WORDS: dict[str, Words] = {
    "ServiceInitiated": _initiated,
    "DigitsDialled": lambda device, data: _("{device} dials {digits}").format(device=device, digits=data["digits"]),
    "Originated": _originated,
    "Routed": _routed,
    "Delivered": lambda device, data: _("{device} rings").format(device=device),
    "NetworkReached": lambda device, data: _("{device} calls {number}").format(
        device=device, number=data.get("number") or "?"
    ),
    "Established": _established,
    "Failed": _failed,
    "Held": lambda device, data: _("{device} holds").format(device=device),
    "Retrieved": lambda device, data: _("{device} takes up again").format(device=device),
    "ConnectionCleared": _cleared,
    "CallCleared": _call_cleared,
    "Transferred": _transferred,
    "Conferenced": lambda device, data: _("conference of {members}").format(
        members=", ".join(data.get("members") or [device])
    ),
    "Diverted": _diverted,
    "Queued": lambda device, data: _("{device} waits in {queue}").format(device=device, queue=data["queue"]),
    "Offered": lambda device, data: _("{device} is offered to {agents}").format(
        device=device, agents=", ".join(data.get("agents") or ["?"])
    ),
    "OfferWithdrawn": lambda device, data: _("it is not for {agent} any more ({reason})").format(
        agent=data.get("agent") or device, reason=causes.why(data.get("reason") or "-")
    ),
    "Served": lambda device, data: _("agent {agent} has the caller, who waited {seconds:.1f} s").format(
        agent=data.get("agent") or device, seconds=(data.get("waited_ms") or 0) / 1000
    ),
    "Supervised": lambda device, data: _("{device} is in the call of {agent}: {how}").format(
        device=device, agent=data["agent"], how=_(data["how"])
    ),
    "Dequeued": lambda device, data: _("{device} leaves the queue").format(device=device),
    "TurnedAway": lambda device, data: (
        _("{queue} does not let {device} in").format(device=device, queue=data["queue"]) + _cause(data)
    ),
    "Parked": lambda device, data: _("{device} parks at {orbit}").format(device=device, orbit=data["orbit"]),
    "PickedUp": lambda device, data: _("{device} takes it from {rang}").format(device=device, rang=data["rang"]),
    "TreatmentBegan": lambda device, data: _("{device} hears {name}").format(device=device, name=data["name"]),
    "TreatmentEnded": lambda device, data: _("{device} hears no more {name}").format(
        device=device, name=data.get("name") or ""
    ),
    "TrunkSeized": lambda device, data: _("{device} seized, group {group}").format(
        device=device, group=data.get("group") or "-"
    ),
    "TrunkReleased": lambda device, data: _("{device} is free").format(device=device),
    "FlowBegan": lambda device, data: _("{device} is in the flow {flow}").format(device=device, flow=data["flow"]),
    "FlowEnded": lambda device, data: _("{device} is done with the flow {flow}: {how}").format(
        device=device, flow=data["flow"], how=causes.why(data.get("how") or "?")
    ),
    "FlowKeyed": _keyed,
    "CallData": _noted,
    "QueueStepped": _stepped,
    "Muted": lambda device, data: (_("{device} is not heard") if data["on"] else _("{device} is heard again")).format(
        device=device
    ),
    "TrunkHeard": lambda device, data: _("{device} listens to {line}").format(device=device, line=data["line"]),
    "Scored": lambda device, data: _("{device} gives {question} {score}").format(
        device=device, question=data["question"], score=data["score"]
    ),
    "CallBackWanted": lambda device, data: _("{device} wants to be called back: {number}").format(
        device=device, number=data["number"]
    ),
    "CallBackTried": lambda device, data: _("{device} calls {number} back: {result}").format(
        device=device, number=data["number"], result=data["result"]
    ),
    "RecordingBegan": lambda device, data: _("{device} is recorded: {file}").format(device=device, file=data["file"]),
    "RecordingTasked": lambda device, data: _("task {task} wants the recording of {device}, too").format(
        task=data["task"], device=device
    ),
    "RecordingState": lambda device, data: _("recording of {device}: {state}").format(
        device=device, state=data.get("state") or "?"
    ),
    "RecordingEnded": lambda device, data: _("recording of {device} is kept").format(device=device) + _problem(data),
    "RecordingMissed": lambda device, data: _("{device} could not be recorded").format(device=device) + _cause(data),
    "ServiceUsed": lambda device, data: _("{device} uses {service}: {result}").format(
        device=device, service=data.get("service") or "?", result=data.get("result") or "-"
    ),
    "Barred": lambda device, data: (
        _("{device} may not call {number}").format(device=device, number=data.get("number") or "?") + _cause(data)
    ),
}
