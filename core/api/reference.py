"""The reference of the control interface, made of what is registered: docs/control-interface.md.

    python -m core.api.reference            writes it anew (make reference)

What is said there stands at the act, the topic, the error, the event itself: docstrings and descriptions. A test knows
when the file is not what this makes, and when something has no words.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect as types

from core.alarms import KINDS
from core.api import all_acts, connection, roles, server, wire
from core.api.acts import Act
from core.api.asking import Rooms
from core.api.board import topics
from core.api.errors import Code
from core.api.roles import Role
from core.api.topics import Changed, Events, Snapshot, Topic
from core.store.vocabulary import EVENTS

PATH = Path(__file__).resolve().parents[2] / "docs" / "control-interface.md"

HEAD = f"""\
# The control interface

Made by `make reference` from the sources; written by hand is nothing here.

JSON-RPC 2.0 over a Unix socket (`[control] socket`, usually `/run/strowger/control.sock`), one message a line, UTF-8:

    -> {{"jsonrpc":"2.0","id":1,"method":"hello","params":{{"client":"example","language":"en"}}}}
    <- {{"jsonrpc":"2.0","id":1,"result":{{"protocol":{wire.PROTOCOL},"name":"Mei","roles":["supervisor"], ...}}}}
    -> {{"jsonrpc":"2.0","id":2,"method":"call.make","params":{{"device":"8001","number":"8002"}}}}
    <- {{"jsonrpc":"2.0","id":2,"result":{{"call":17}}}}
    -> {{"jsonrpc":"2.0","id":3,"method":"subscribe","params":{{"topic":"calls"}}}}
    <- {{"jsonrpc":"2.0","id":3,"result":{{"subscription":1,"number":0,"rows":{{"17":{{...}}}}}}}}
    <- {{"jsonrpc":"2.0","method":"changed","params":{{"subscription":1,"number":1,"rows":{{"17":null}}}}}}

Parameters go by name. Batches are not taken; a request without an id is done and not answered. Answers to acts that
take time may overtake each other. Times are UTC seconds since 1970 where nothing else is said. Clients do not mind
fields that they do not know: more may come within protocol version {wire.PROTOCOL}.

Every act marked *changes* leaves an event Audit in the journal: who, as what, on what, before, after, and what came of
it; also when it was refused.

| limit | |
| --- | --- |
| a message | {wire.MESSAGE_MAX // 1024} KiB, {wire.DEPTH_MAX} levels of nesting |
| a connection | {connection.IN_FLIGHT} acts at once that take time, {connection.SUBSCRIPTIONS_MAX} subscriptions |
| a user | {server.PER_USER} connections; root {server.FOR_ROOT} more |
| all | {server.CONNECTIONS} connections (`[control] clients`); root {server.FOR_ROOT} more |
| patience | hello within {connection.HELLO_S:g} s; what is sent is to be taken within {connection.SEND_S:g} s |
| changes | at most every {connection.PACE_S * 1000:g} ms |
"""

ROLES = "## Roles\n\n" + (roles.__doc__ or "").strip() + "\n"

ERRORS = """\
## Errors

An error has `code`, `message` (for people, in the language of hello) and `data`: `name` is the word below, which stays;
`remedy` says what to do, where something can be done; `cause` is the Q.850 cause, where it was a call's; `about` holds
what else there is, by error.
"""


def text() -> str:
    """The whole file."""
    structs: dict[str, type[msgspec.Struct]] = {}
    parts = [HEAD, ROLES, _errors(), *_acts(structs), *_topics(structs), _notifications(structs), _events(), _alarms()]
    return "\n".join([*parts, *_structs(structs)])


def _errors() -> str:
    rows = [(str(code.number), f"`{code.word}`", code.when) for code in Code]
    return ERRORS + "\n" + _table(("code", "name", "when"), rows)


def _acts(structs: dict[str, type[msgspec.Struct]]) -> Iterator[str]:
    yield "## Methods\n"
    for module in all_acts.MODULES:
        yield (module.__doc__ or "").strip() + "\n"
        for act in all_acts.REGISTRY.acts.values():
            if act.run.__module__ == module.__name__:
                yield _act(act, structs)


def _act(act: Act, structs: dict[str, type[msgspec.Struct]]) -> str:
    who = "all" if act.roles == frozenset(Role) else ", ".join(sorted(role.value for role in act.roles))
    marks = [f"for {who}"]
    if act.own and Role.AGENT in act.roles:
        marks.append(f"agents with their own `{act.own}`")
    if act.changes:
        marks.append("*changes*")
    lines = [f"### {act.name}\n", act.text + "\n", "; ".join(marks).capitalize() + ".\n"]
    if act.params.__struct_fields__:
        lines.append(_fields("parameter", act.params, structs))
    if act.result.__struct_fields__:
        name = act.result.__name__
        if _is_row(act.result):
            structs[name] = act.result
            lines.append(f"Result: [{name}](#{name.lower()}).\n")
        else:
            lines.append(_fields("result", act.result, structs))
    return "\n".join(lines)


def _topics(structs: dict[str, type[msgspec.Struct]]) -> Iterator[str]:
    yield "## Topics\n"
    for topic in topics(Rooms()):
        yield _topic(topic, structs)


def _topic(topic: Topic, structs: dict[str, type[msgspec.Struct]]) -> str:
    name = topic.row.__name__
    structs[name] = topic.row
    who = "all" if topic.roles == frozenset(Role) else ", ".join(sorted(role.value for role in topic.roles))
    own = "; agents see what concerns their own telephones" if topic.devices is not None else ""
    what = "A flow of" if topic.flow else "Rows:"
    lines = [f"### Topic {topic.name}\n", f"{topic.text[:1].upper()}{topic.text[1:]}. For {who}{own}.\n"]
    lines.append(f"{what} [{name}](#{name.lower()}).\n")
    if topic.filters:
        lines.append(_table(("filter", "only rows"), [(f"`{key}`", words) for key, words in topic.filters.items()]))
    return "\n".join(lines)


def _notifications(structs: dict[str, type[msgspec.Struct]]) -> str:
    lines = ["## Notifications\n", "From the box, to whoever has subscribed.\n"]
    for name, kind in (("changed", Changed), ("snapshot", Snapshot), ("events", Events)):
        lines += [f"### {name}\n", inspect.getdoc(kind) + "\n", _fields("parameter", kind, structs)]  # type: ignore[operator]
    return "\n".join(lines)


def _events() -> str:
    rows = [
        (f"`{kind.name}`", ", ".join(kind.about) or "-", kind.text, ", ".join(f"`{one.name}`" for one in kind.fields))
        for kind in EVENTS.values()
    ]
    words = (
        "As they come by the topic `journal` and by `journal.read`; what each field means: [the journal](journal.md).\n"
    )
    head = ("kind", "names its", "what happened", "data")
    return f"## Events of the journal\n\n{words}\n" + _table(head, rows)


def _alarms() -> str:
    until = {False: "its reason has gone", True: "it is seen"}
    rows = [(f"`{kind.word}`", kind.text, until[kind.happened]) for kind in KINDS.values()]
    words = "What needs a person. The key of an alarm is its kind, or begins with it: `line 8001`.\n"
    return f"## Alarms\n\n{words}\n" + _table(("kind", "what is wrong", "stands until"), rows)


def _structs(structs: dict[str, type[msgspec.Struct]]) -> Iterator[str]:
    yield "## Rows\n"
    done: set[str] = set()
    while left := [name for name in sorted(structs) if name not in done]:
        for name in left:
            done.add(name)
            yield f"### {name}\n\n{_flat(inspect.getdoc(structs[name]) or '')}\n"
            yield _fields("field", structs[name], structs)


# ---- fields and types ----


def _is_row(kind: type) -> bool:
    """Shown in a chapter of its own: what topics and lists are made of."""
    return not kind.__module__.endswith("acts") and not kind.__module__.endswith("session")


def _fields(what: str, kind: type[msgspec.Struct], structs: dict[str, type[msgspec.Struct]]) -> str:
    info = types.type_info(kind)
    assert isinstance(info, types.StructType)
    rows = [
        (f"`{field.encode_name}`", _type(field.type, structs) + _default(field), _described(field.type))
        for field in info.fields
    ]
    if any(words for *_, words in rows):
        return _table((what, "type", "meaning"), rows)
    return _table((what, "type"), [row[:2] for row in rows])


def _default(field: types.Field) -> str:
    if field.required:
        return ""
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return f" = {msgspec.json.encode(value).decode()}"


def _described(info: types.Type) -> str:
    return str((info.extra_json_schema or {}).get("description", "")) if isinstance(info, types.Metadata) else ""


def _type(info: types.Type, structs: dict[str, type[msgspec.Struct]]) -> str:
    match info:
        case types.Metadata(type=inner):
            return _type(inner, structs)
        case types.StructType(cls=cls):
            structs[cls.__name__] = cls
            return f"[{cls.__name__}](#{cls.__name__.lower()})"
        case types.ListType(item_type=item) | types.VarTupleType(item_type=item):
            return f"list of {_type(item, structs)}"
        case types.DictType(key_type=key, value_type=value):
            return f"object, {_type(key, structs)} to {_type(value, structs)}"
        case types.LiteralType(values=values):
            return " or ".join(f"`{msgspec.json.encode(value).decode()}`" for value in values)
        case types.UnionType(types=several):
            return " or ".join(_type(one, structs) for one in several)
        case types.StrType():
            return "text"
        case types.IntType() | types.FloatType():
            return _range("whole number" if isinstance(info, types.IntType) else "number", info)
        case types.BoolType():
            return "true or false"
        case types.NoneType():
            return "null"
        case types.AnyType():
            return "anything"
    raise TypeError(f"reference: no words for {info}")


def _range(words: str, info: Any) -> str:
    if info.ge is not None and info.le is not None:
        return f"{words} {info.ge:g} to {info.le:g}"
    return f"{words} from {info.ge:g}" if info.ge is not None else words


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _flat(words: str) -> str:
    return inspect.cleandoc(words).strip()


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
