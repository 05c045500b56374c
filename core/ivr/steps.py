"""What each kind of node does when a call comes to it, and with what it is told. Those that ask for keys: asking.py.

enter(step, node)       the node begins: acts, and the way on or what it waits for
spoken(step, node)      what it said has ended
key(step, node, key)    the caller pressed a key while it speaks, listens, records or waits
answered(step, ...)     what it asked for is there
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from core.ivr import acts, asking
from core.ivr.acts import Answered, Phrase, Play, Prompt, Said, StopPlaying, StopRecording, Value
from core.ivr.nodes import (
    Asking,
    Branch,
    CallBack,
    Dial,
    HangUp,
    Mail,
    Node,
    PlugIn,
    Query,
    Queue,
    Record,
    Request,
    Return,
    Say,
    Set,
    Speaking,
    Spoken,
    SubFlow,
    Transfer,
    Voicemail,
)
from core.ivr.nodes import Play as PlayNode
from core.ivr.values import Kind, NoValue, shown
from core.texts import _

if TYPE_CHECKING:
    from core.ivr.stepper import Step

KEEPING = (Query, Request, PlugIn, CallBack, Mail)
"""While these wait, the caller may type ahead; while others do, keys belong to whom he speaks with."""


def enter(step: Step, node: Node) -> None:
    """NoValue: the node cannot do what it should."""
    match node:
        case Asking():
            asking.enter(step, node)
        case PlayNode(prompts=prompts):
            speak(step, spoken_of(step, prompts))
        case Say(value=text, form=form):
            speak(step, (Value(step.value(text), form),))
        case Record(prompts=prompts) | HangUp(prompts=prompts):
            said = spoken_of(step, prompts)
            if said:
                speak(step, said)
            else:
                spoken(step, node)
        case Branch(cases=cases, otherwise=otherwise):
            chosen = next((case.next for case in cases if step.value(case.when)), otherwise)
            step.go(chosen)
        case Set(values=values):
            for name, text in values.items():
                step.set(name, step.value(text))
            step.go(node.next)
        case SubFlow(flow=flow, values=values):
            step.call(flow, step.values(values))
        case Return():
            step.back()
        case _:
            ask(step, node)


def speak(step: Step, said: tuple[Said, ...]) -> None:
    step.act(Play(step.ticket(), said, step.session.language))
    step.wait("speaking")


def spoken_of(step: Step, prompts: Iterable[Spoken]) -> tuple[Said, ...]:
    """Prompts of a node with their values worked out."""
    found: list[Said] = []
    for one in prompts:
        if one.form:
            found.append(Value(step.value(one.say), one.form))
        elif one.values:
            found.append(Phrase(one.prompt, step.values(one.values)))
        else:
            found.append(Prompt(one.prompt))
    return tuple(found)


def ask(step: Step, node: Node) -> None:
    """Sends what others than the caller are asked for, and waits."""
    act: acts.Act
    match node:
        case Query():
            values = step.values(node.values)
            columns = tuple(dict.fromkeys(node.into.values()))
            act = acts.Query(step.ticket(), node.database, node.sql, values, columns, node.rows, node.timeout_s)
        case Request():
            values = step.values(node.values)
            url, rest = addressed(node.url, values)
            wanted = tuple(dict.fromkeys(node.into.values()))
            act = acts.Request(step.ticket(), node.method, url, rest, node.headers, wanted, node.timeout_s)
        case PlugIn():
            act = acts.CallPlugIn(step.ticket(), node.plugin, step.values(node.values), node.timeout_s)
        case Dial():
            number = dialled(step, node.number)
            act = acts.Dial(step.ticket(), number, node.no_answer_s, step.travelling())
        case Queue():
            act = acts.Enqueue(step.ticket(), node.queue, priority(step, node), node.longest_s, step.travelling())
        case Transfer():
            act = acts.Transfer(step.ticket(), dialled(step, node.number), step.travelling())
        case Voicemail():
            act = acts.TakeMessage(step.ticket(), str(step.value(node.box)))
        case CallBack():
            at = step.value(node.at) if node.at else None
            act = acts.CallBack(step.ticket(), dialled(step, node.number), node.queue, at, step.travelling())
        case Mail():
            to, subject, text = (str(step.value(part)) for part in (node.to, node.subject, node.text))
            attach = tuple(str(step.lookup(name)) for name in node.attach)
            act = acts.Mail(step.ticket(), to, subject, text, attach)
        case _:
            raise AssertionError(f"no such kind of node: {node!r}")
    step.act(act)
    step.wait("waiting")


def dialled(step: Step, text: str) -> str:
    number = str(step.value(text))
    if not re.fullmatch(r"[0-9*#]{1,32}", number):
        raise NoValue(_("This is no number to dial: {number}.").format(number=repr(number[:40])))
    return number


def priority(step: Step, node: Queue) -> int | None:
    if not node.priority:
        return None
    found = step.value(node.priority)
    if not isinstance(found, int) or not 1 <= found <= 10:
        raise NoValue(_("A priority is 1 to 10, not {number}.").format(number=shown(found)))
    return found


def addressed(url: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The address with its values, and the values that are not in it."""
    inside = re.findall(r"\{(\w+)\}", url)
    filled = re.sub(r"\{(\w+)\}", lambda found: quote(shown(values.get(found[1])), safe=""), url)
    return filled, {name: value for name, value in values.items() if name not in inside}


# ---- while it speaks, records and waits ----


def spoken(step: Step, node: Node) -> None:
    match node:
        case Asking():
            asking.listen(step, node)
        case PlayNode() | Say():
            step.go(node.next)
        case Record():
            step.act(acts.Record(step.ticket(), node.longest_s, node.silence_s, node.beep))
            step.wait("recording")
        case HangUp():
            step.end("finished")


def key(step: Step, node: Node, pressed: str) -> None:
    match step.session.phase, node:
        case "speaking", Speaking() if not barges_in(step, node):
            pass
        case "speaking", Asking():
            asking.interrupted(step, node, pressed)
        case "speaking", Speaking():
            step.act(StopPlaying())
            if not isinstance(node, Record):
                step.keep(pressed)
            spoken(step, node)
        case "listening", Asking():
            asking.key(step, node, pressed)
        case "recording", Record(end=end) if end in (pressed, "any"):
            step.act(StopRecording())
        case "waiting", _ if isinstance(node, KEEPING):
            step.keep(pressed)


def barges_in(step: Step, node: Speaking) -> bool:
    return step.flow.defaults.barge_in if node.barge_in is None else node.barge_in


# ---- answers ----


def answered(step: Step, node: Node, answer: Answered) -> None:
    """NoValue: the answer says that it could not be, or is not what was asked for."""
    values = answer.values
    match node, answer.outcome:
        case Record(), "done" if not _short(values, node.least_s):
            step.set(node.into, values.get("recording"))
            step.go(node.next, heard=True)
        case Record(), "done" | "nothing":
            step.go(node.nothing)
        case Query(), "done":
            rows(step, node, values)
        case Request(), "done":
            replied(step, node, values)
        case PlugIn(), "done":
            take(step, node.into, values.get("results"))
            step.go(node.next)
        case ((Dial() | Queue() | Voicemail()), ("talked" | "done")):
            if node.next:
                step.go(node.next, heard=True)
            else:
                step.end("finished")
        case Dial(), "busy":
            step.go(node.busy)
        case Dial(), "no answer":
            step.go(node.no_answer)
        case ((Dial() | Transfer()), _) if answer.outcome != "done":
            step.go(node.failed)
        case Queue(), "timeout":
            step.go(node.timeout)
        case Queue(), "full":
            step.go(node.full)
        case Transfer(), "done":
            step.end("transferred")
        case ((CallBack() | Mail()), "done"):
            step.go(node.next)
        case _:
            raise NoValue(answer.reason or _("It could not be done: {outcome}.").format(outcome=answer.outcome[:40]))


def _short(values: Mapping[str, Any], least_s: float) -> bool:
    seconds = values.get("seconds")
    return not isinstance(seconds, int | float) or seconds < least_s


def take(step: Step, into: Mapping[str, str], found: Any) -> None:
    """What came back, into the variables."""
    for variable, name in into.items():
        if not isinstance(found, Mapping) or name not in found:
            raise NoValue(_("The answer has no {name}.").format(name=name))
        step.set(variable, found[name])


def rows(step: Step, node: Query, values: Mapping[str, Any]) -> None:
    if node.changed:
        step.set(node.changed, values.get("changed"))
    if not node.into:
        step.go(node.next)
        return
    if not values.get("rows"):
        step.go(node.none)
        return
    columns = values.get("columns")
    found: dict[str, Any] = {}
    for variable, name in node.into.items():
        column = columns.get(name) if isinstance(columns, Mapping) else None
        if not isinstance(column, tuple) or not column:
            raise NoValue(_("The answer has no {name}.").format(name=name))
        found[name] = column if step.flow.types[variable].kind is Kind.LIST else column[0]
        step.set(variable, found[name])
    step.go(node.next)


def replied(step: Step, node: Request, values: Mapping[str, Any]) -> None:
    status = values.get("status")
    if not isinstance(status, int):
        raise NoValue(_("The answer has no {name}.").format(name="status"))
    if node.status:
        step.set(node.status, status)
    if status >= 400:
        step.go(node.refused)
        return
    take(step, node.into, values.get("found"))
    step.go(node.next)
