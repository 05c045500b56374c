"""The box's own files, out of the plan: new ones with their comments, or those that are there, edited.

    edited(plan, {}, {})                     a small set for a new box, commented
    edited(plan, texts, profiles)            the same rows in files of one's own: comments and all else stay

    [[card]] [[span]] [[trunk]] [[station]]       become those of the plan; settings that it does not know are kept
    [[trunk_group]] digital, analog               their lines; emptied ones go
    [[route]] outside, [[flow]] greeting, [box]   are added where they are missing

What it does not: check (core/config does; its mistakes are shown before anything is written). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from firmware.setup.picture import Picture, Use
from firmware.setup.plan import GREETING, Plan
from hw.sim.card import OFFICE
from hw.sim.span import E1, Stations

Texts = dict[str, str]
Row = dict[str, Any]

BOX, LINES, NUMBERS, PEOPLE, SERVICES = (
    "10-box.toml", "20-lines.toml", "30-numbers.toml", "40-people.toml", "50-services.toml",
)  # fmt: skip
_HOMES = {
    "box": BOX, "card": BOX, "control": BOX, "user": BOX, "span": LINES, "trunk": LINES, "trunk_group": LINES,
    "numbering": NUMBERS, "route": NUMBERS, "station": PEOPLE, "flow": SERVICES,
}  # fmt: skip
"""Where a table goes that stands nowhere yet."""

_ABOVE = {
    BOX: """\
# The box and its cards.                                                                    本机与板卡
#
# Written by strowger setup; yours from now on. Every setting that may stand here: docs/settings.md
# 由 strowger setup 生成，可自行修改。全部设置项见 docs/settings.zh.md。修改后执行 strowger config check 与 commit。
version = 1
""",
    LINES: """\
# Lines to the public network: E1 spans, analog lines, and their groups.                    中继：E1、模拟中继、中继群
#
# did: what is done to a number that the network sends.                                      did：对网络送来的号码的处理
# incoming: where calls without a known number go.                                           incoming：无此号码时的去向
""",
    NUMBERS: """\
# Numbers: what is dialled for an outside line, and by which lines it goes.                  编号：出局字冠与路由
""",
    PEOPLE: """\
# The telephones of the house.                                                               分机
#
# class_of_service: what may be called: internal, local, long_distance, international.       呼叫权限
""",
    SERVICES: """\
# Numbers at which the box answers by itself.                                                自动服务
""",
}
_CHINA = (
    "[2-8]X{6,7}", "1[3-9]X{9}", "01[3-9]X{9}", "010X{8}", "02XX{8}", "0[3-9]XXX{7,8}", "400X{7}", "800X{7}", ".",
)  # fmt: skip
"""Numbers of China, each complete with its last digit; the last one waits for the next digit."""


def edited(plan: Plan, texts: Texts, profiles: Mapping[str, str]) -> Texts:
    """All files of the folder with the plan in them. profiles: names of files by line."""
    documents = {name: tomlkit.parse(text) for name, text in texts.items()}
    files = _Files(documents)
    files.table("box", _box(plan))
    files.rows("card", "name", [_card(plan)], others=False, sort="kind")
    files.rows("span", "name", list(_spans(plan)), others=False, sort="signalling")
    files.rows("trunk", "name", list(_trunks(plan, profiles)), others=False)
    files.rows("station", "number", list(_stations(plan)), others=False)
    groups = list(_groups(plan))
    files.rows("trunk_group", "name", groups, others=True)
    files.drop_groups({str(row["name"]) for row in groups}, {str(name) for name in _line_names(plan)})
    names = [str(row["name"]) for row in groups]
    files.table("numbering", {"outside": plan.outside, "emergency_groups": names})
    if names and not files.has("route"):
        files.rows("route", "name", [_route(plan, names)], others=True)
    if plan.greeting != "none":
        files.rows("flow", "number", [{"number": plan.greeting_number, "flow": GREETING}], others=True)
    if not files.has("user"):
        files.rows("user", "name", list(_users()), others=True)
    return {name: tomlkit.dumps(document) for name, document in documents.items()}


# ---- rows of the plan ----


def _box(plan: Plan) -> Row:
    other = "en" if plan.language == "zh" else "zh"
    return {
        "name": plan.name,
        "country": plan.country,
        "area_code": plan.area_code,
        "languages": [plan.language, other],
    }


def _card(plan: Plan) -> Row:
    if not plan.simulated:
        return {"name": plan.card, "kind": "dahdi"}
    spans: list[Row] = []
    for one in OFFICE:
        if isinstance(one, E1):
            spans.append({"kind": "cas" if one.signalling == "cas" else "pri"})
        else:
            spans.append({"kind": "stations" if isinstance(one, Stations) else "trunks", "count": one.count})
    return {"name": plan.card, "kind": "simulated", "spans": spans}


def _spans(plan: Plan) -> Iterator[Row]:
    for digital in plan.digital:
        row: Row = {"name": digital.name, "card": plan.card, "span": digital.span.number}
        if digital.use is Use.PRI:
            yield {**row, "signalling": "pri", "side": "network" if digital.network else "user"}
        else:
            yield {
                **row,
                "signalling": "r2",
                "called_digits": digital.called_digits,
                "ask_caller_after": digital.ask_caller_after,
                "own_number": digital.main,
            }


def _trunks(plan: Plan, profiles: Mapping[str, str]) -> Iterator[Row]:
    for trunk in plan.trunks:
        row: Row = {"name": trunk.name, "card": plan.card, "channel": trunk.channel}
        row |= {"number": trunk.number} if trunk.number else {}
        yield {**row, "profile": profiles[trunk.name]} if trunk.name in profiles else row


def _stations(plan: Plan) -> Iterator[Row]:
    for station in plan.stations:
        yield {
            "number": station.name, "card": plan.card, "channel": station.channel, "class_of_service": plan.reach,
        }  # fmt: skip


def _groups(plan: Plan) -> Iterator[Row]:
    if plan.digital:
        main = next((digital.main for digital in plan.digital if digital.main), "")
        yield {
            "name": "digital",
            "lines": [digital.name for digital in plan.digital],
            "incoming": plan.incoming or None,
            "did": {"strip": plan.digital[0].strip, "add": ""},
            "calling": main or None,
        }
    if plan.trunks:
        lines = [trunk.name for trunk in plan.trunks]
        yield {"name": "analog", "lines": lines, "order": "least-used", "incoming": plan.incoming or None}


def _line_names(plan: Plan) -> Iterator[str]:
    yield from (digital.name for digital in plan.digital)
    yield from (trunk.name for trunk in plan.trunks)


def _route(plan: Plan, groups: list[str]) -> Row:
    match = [plan.outside + pattern for pattern in (_CHINA if plan.country == "cn" else (".",))]
    return {
        "name": "outside",
        "match": match,
        "strip": len(plan.outside),
        "groups": [{"group": name} for name in groups],
    }


def _users() -> Iterator[Row]:
    yield {"name": "root", "role": "installer", "unix_user": "root"}
    yield {"name": "installers", "role": "installer", "unix_group": "strowger"}


# ---- the files ----


class _Files:
    """The documents of a folder by name; a table is looked for in all of them."""

    def __init__(self, documents: dict[str, tomlkit.TOMLDocument]) -> None:
        self._documents = documents

    def has(self, section: str) -> bool:
        return any(section in document for document in self._documents.values())

    def _home(self, section: str) -> tomlkit.TOMLDocument:
        """The last file that has the section; else the one where it belongs, made if need be."""
        for name in sorted(self._documents, reverse=True):
            if section in self._documents[name]:
                return self._documents[name]
        name = _HOMES[section]
        if name not in self._documents:
            self._documents[name] = tomlkit.parse(_ABOVE[name])
        return self._documents[name]

    def table(self, section: str, settings: Row) -> None:
        home = self._home(section)
        if section not in home:
            home.add(tomlkit.nl())
            home.add(section, tomlkit.table())
        _set(home[section], settings)

    def rows(self, section: str, key: str, rows: list[Row], *, others: bool, sort: str = "") -> None:
        """Each row once, by its key; others: rows of other keys stay. sort: a row in which this was something else
        keeps nothing: a span that was ISDN has settings that MFC/R2 does not know.
        """
        wanted = {row[key]: row for row in rows}
        for document in self._documents.values():
            found = document.get(section)
            if not isinstance(found, AoT):
                continue
            for at in reversed(range(len(found))):
                row = wanted.pop(found[at].get(key), None)
                if row is not None:
                    if sort and found[at].get(sort) != row[sort]:
                        for setting in set(found[at]) - set(row):
                            del found[at][setting]
                    _set(found[at], row)
                elif not others:
                    del found[at]
            if not len(found):
                document.remove(section)
        new = [row for row in rows if row[key] in wanted]
        if new:
            home = self._home(section)
            if section not in home:
                home.add(tomlkit.nl())
                home.add(section, tomlkit.aot())
            rows_there = home[section]
            assert isinstance(rows_there, AoT)
            for row in new:
                made = tomlkit.table()
                _set(made, row)
                rows_there.append(made)

    def drop_groups(self, ours: set[str], lines: set[str]) -> None:
        """Groups of lines that have gone: without the lines, or away when none is left, and out of the routes, too."""
        gone: set[str] = set()
        for document in self._documents.values():
            found = document.get("trunk_group")
            if not isinstance(found, AoT):
                continue
            for at in reversed(range(len(found))):
                if found[at].get("name") in ours:
                    continue
                left = [line for line in found[at].get("lines", []) if str(line).partition("/")[0] in lines]
                if left:
                    found[at]["lines"] = left
                else:
                    gone.add(str(found[at].get("name")))
                    del found[at]
            if not len(found):
                document.remove("trunk_group")
        if gone:
            self._drop_ways(gone)

    def _drop_ways(self, gone: set[str]) -> None:
        """Routes by these groups: without them, or away when no way is left."""
        for document in self._documents.values():
            found = document.get("route")
            if not isinstance(found, AoT):
                continue
            for at in reversed(range(len(found))):
                ways = tomlkit.item(found[at].get("groups", [])).unwrap()
                left = [way for way in ways if way.get("group") not in gone]
                if left:
                    _set(found[at], {"groups": left})
                elif ways:
                    del found[at]
            if not len(found):
                document.remove("route")


def _set(table: Table, settings: Row) -> None:
    """Only what is another value, so that comments and order stay. None: it is not set."""
    for name, value in settings.items():
        if value is None:
            table.pop(name, None)
        elif name not in table or tomlkit.item(table[name]).unwrap() != value:
            table[name] = _item(value)


def _item(value: Any) -> Any:
    """Tables in a row as {...}; long lists with a row each."""
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(_item(each) for each in value)
        return array.multiline(len(value) > 5)
    return value


# ---- greeting ----


def greeting_files(plan: Plan) -> tuple[str, str]:
    """The flow that greets and passes the caller on, and the prompt with its words."""
    flow = f"""\
# The greeting, then the front desk.                                                         问候语，然后转前台

[flow]
title = "Greeting 问候语"
start = "greeting"

[node.greeting]
kind = "play"
prompts = ["setup.{GREETING}"]
next = "front-desk"

[node.front-desk]
kind = "dial"
number = {tomlkit.item("'" + plan.front + "'").as_string()}
"""
    words = tomlkit.item(plan.greeting_words).as_string()
    prompt = f"# What callers from outside hear first.\n[setup.{GREETING}]\nzh = {words}\nen = {words}\n"
    return flow, prompt


def picture_profiles(picture: Picture) -> dict[str, str]:
    """Names of the files with the learned profiles, by line."""
    return {name: f"{name}.toml" for name in picture.profiles}
