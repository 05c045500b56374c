"""A box that is none: speaks the control interface on a Unix socket, for tests of the console."""

from __future__ import annotations

import asyncio
import math
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from textual.css.query import NoMatches

from core.api import wire
from core.api.errors import Code, Refusal

BEGUN = 1_790_000_000.0

AGENT_ACTS = ("force", "set_skill", "set_queue", "listen", "whisper", "barge_in", "intercept")

Rows = dict[str, dict[str, Any]]


def leg(device: str, number: str, name: str, state: str = "connected", **more: Any) -> dict[str, Any]:
    kind = "trunk" if "/" in device else "station"
    facts = {"device": device, "kind": kind, "state": state, "number": number, "name": name, "calling": False}
    return {**facts, "since": BEGUN, "hears": "", **more}


def call(number: int, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    facts = {"id": number, "direction": "internal", "called": "8002", "begun": BEGUN, "answered": True, "consults": 0}
    return {**facts, "connections": list(legs), "data": {}, **more}


def line(name: str, connection: str = "null", service: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    kind = "trunk" if "/" in name else "station"
    return {
        "name": name,
        "kind": kind,
        "connection": connection,
        "service": list(service),
        "group": "",
        "call": 0,
    } | more


def span(name: str, *alarms: str, **more: Any) -> dict[str, Any]:
    facts = {"name": name, "card": "e1", "span": 1, "signalling": "pri", "alarms": list(alarms), "link": "up"}
    return {
        **facts,
        "lines": 30,
        "busy": 1,
        "out": 0,
        "hardware": "TE220",
        "timing": 0,
        "counters": {"bipolar_violations": 3},
    } | more


def queue(name: str, *calls: int, **more: Any) -> dict[str, Any]:
    facts = {"name": name, "number": "8600", "waiting": len(calls), "ringing": 0, "calls": list(calls)}
    facts |= {
        "call_backs": 0,
        "longest_s": 42.0 if calls else 0.0,
        "expected_s": 60.0,
        "logged_on": 5,
        "ready": 2,
        "offered": 90,
    }
    facts |= {"answered": 80, "abandoned": 6, "elsewhere": 4, "level": 0.81, "day_level": 0.84, "met": True}
    return facts | more


def agent(number: str, name: str, state: str = "ready", **more: Any) -> dict[str, Any]:
    there = state != "logged off"
    facts: dict[str, Any] = {
        "number": number,
        "name": name,
        "group": "front",
        "device": "80" + number[-2:] if there else "",
    }
    facts |= {"state": state, "since": BEGUN, "reason": "", "by": "", "pending": "", "until": None}
    facts |= {"ready": state == "ready", "offer": 0, "calls": [], "queues": ["sales"]}
    facts |= {"help_since": None, "help": ""}
    return facts | {"skills": {"": {"english": 7}}, "offered": 12, "answered": 11, "missed": 1, "talk_s": 1830.0} | more


def call_back(number: int, **more: Any) -> dict[str, Any]:
    facts = {"call": number, "queue": "sales", "number": "13700000007", "since": BEGUN, "state": "waits", "tries": 1}
    return facts | {"at": None} | more


def recording(file: str, minute: int, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"file": file, "call": 17, "calls": [17], "device": "8001", "part": 1, "rule": "all"}
    facts |= {"tasks": []}
    facts |= {"began": int((BEGUN + 60 * minute) * 1e6), "retention": "year", "by": "", "ended": True, "ms": 83_000}
    facts |= {"lost_ms": 0, "sha256": "aa", "problem": "", "form": "wav", "masked": False, "heard": 2, "erased": 0}
    return facts | {"reason": "", "lies": file, "held": ""} | more


def shelf() -> list[dict[str, Any]]:
    names = [f"2026/09/21/{n}-1.wav" for n in range(17, 21)]
    changed: list[dict[str, Any]] = [{}, {"held": "lawsuit, by Mei"}, {"form": "opus.age"}, {"ended": False}]
    return [recording(name, n, **more) for n, (name, more) in enumerate(zip(names, changed, strict=True))]


def wave(steps: int) -> dict[str, Any]:
    """One speaks, then the other."""
    said = [0.7 * abs(math.sin(n / 3)) if n < steps // 2 else 0.0 for n in range(steps)]
    return {"ms": 83_000, "said": said, "heard": said[::-1]}


def column(name: str, text: str, unit: str, formula: str = "") -> dict[str, Any]:
    return {"name": name, "text": text, "unit": unit, "formula": formula or f"counts what is {name}", "brief": True}


REPORT_COLUMNS = [
    column("begin", "from", "time"),
    column("queue", "queue", "text"),
    column("offered", "offered", "count"),
    column("answered", "answered", "count"),
    column("abandoned", "abandoned", "count"),
    column("overflowed", "overflowed", "count"),
    column("level", "level", "share", "answered in time / (answered + abandoned)"),
    column("asa", "ASA", "s", "wait of the answered / answered"),
    *(column(f"more{n}", f"another {n}", "count") for n in range(8)),
]


def listed() -> dict[str, Any]:
    facts = {"name": "queues", "title": "Queues", "text": "What came.", "about": "queue", "steps": True, "file": ""}
    other = {"name": "ranking", "title": "Ranking", "text": "Who answered.", "about": "agent", "steps": False}
    return {"reports": [facts | {"columns": REPORT_COLUMNS}, facts | other | {"columns": []}], "wrong": []}


def report(steps: int = 8, **more: Any) -> dict[str, Any]:
    """A made report of queues: so many half hours."""
    begin = int(BEGUN * 1e6)
    own: dict[str, Any] = {"title": "Queues", "text": "What came.", "by": "30", "columns": REPORT_COLUMNS}
    rows = [
        {"begin": begin + n * 1_800_000_000, "queue": "sales", "offered": 10 + n, "answered": 8 + n, "abandoned": 1}
        | {"turned_away": 0, "overflowed": 1, "message": 0, "call_back": 0, "left": 0, "level": 0.8, "asa": 12.5}
        | {f"more{at}": at for at in range(8)}
        for n in range(steps)
    ]
    total = dict.fromkeys((one["name"] for one in REPORT_COLUMNS), 9) | {"begin": begin, "queue": "", "level": 0.8}
    own |= {"total": total | {"offered": 108}}
    return own | {"report": "queues", "rows": rows, "since": begin, "until": begin + steps * 1_800_000_000} | more


def alarm(key: str, level: str, text: str, remedy: str = "") -> dict[str, Any]:
    return {"key": key, "level": level, "text": text, "remedy": remedy, "since": BEGUN, "seen_by": ""}


def past() -> list[dict[str, Any]]:
    facts = {"key": "span e1b", "level": "critical", "text": "span e1b: RED", "since": BEGUN, "until": BEGUN + 600}
    stands = {"since": None, "until": None, "seen_by": ""}
    return [facts | {"seen_by": "Mei", "seen": BEGUN + 60}, facts | stands | {"seen": None}]


def recording_task(number: int, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"id": number, "by": "Mei", "at": BEGUN, "agents": ["1001"], "groups": ["front"]}
    facts |= {"direction": "any", "days": "mon-fri", "hours": ["09:00-12:00"], "share_percent": 10.0, "most": 5}
    facts |= {"since": 0.0, "until": 0.0, "notice": True, "retention": "", "made": {"1001": 3}, "stopped": 0.0}
    return facts | {"state": "runs"} | more


def notice(number: int, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"id": number, "kind": "bulletin", "by": "Mei", "at": BEGUN, "until": BEGUN + 86400}
    facts |= {"text": "光缆故障: fibre is down [b]", "agents": [], "groups": [], "read": {"1001": BEGUN + 60}}
    return facts | {"unread": ["1002", "1003"]} | more


STATUS = {
    "name": "office",
    "version": "0.1",
    "state": "running",
    "since": BEGUN,
    "uptime_s": 60.0,
    "configuration": "4",
    "confirm_s": 0.0,
    "calls": 2,
    "lines": 32,
    "busy": 4,
    "out": 1,
    "missing": 0,
    "alarms": 1,
    "worst": "critical",
    "clients": 1,
    "faults": 0,
    "event": 99,
    "journal_lag_s": 0.5,
    "late_ms": 0.2,
    "lost_frames": 0,
    "warnings": [],
}


def office() -> dict[str, Rows]:
    """Topics and their rows: two calls, a span in alarm and one in order, an alarm."""
    calls = {
        "17": call(17, leg("8001", "8001", "王芳"), leg("8002", "8002", "Ben [b]")),
        "18": call(18, leg("e1a/2", "13812345678", "李 … 雷"), leg("8003", "8003", "张伟", "alerting"), answered=False),
    }
    lines = {
        "8001": line("8001", "connected", call=17),
        "8002": line("8002", "connected", call=17),
        "8003": line("8003", "alerting", call=18),
        "8004": line("8004", service=("blocked_here",)),
    } | {f"e1a/{n}": line(f"e1a/{n}", group="city") for n in range(1, 31)}
    lines["e1a/2"] = line("e1a/2", "connected", group="city", call=18)
    spans = {"e1a": span("e1a"), "e1b": span("e1b", "RED", link="down", out=30)}
    alarms = {"span e1b": alarm("span e1b", "critical", "span e1b: nothing usable comes in", "check cable and plug")}
    calls["19"] = call(19, leg("e1a/3", "13900000001", "赵敏", calling=True), leg("sales", "8600", "", "queued"))
    queues = {"sales": queue("sales", 19), "售后": queue("售后", ready=0, met=False, level=0.4)}
    agents = {
        "1001": agent("1001", "王芳", "busy", calls=[17], ready=False),
        "1002": agent("1002", "Ben", "not ready", reason="lunch", by="Mei"),
        "1003": agent("1003", "张伟"),
        "1004": agent("1004", "李雷", "logged off"),
    }
    more = {"queues": queues, "agents": agents}
    return more | {"status": {"box": STATUS}, "calls": calls, "lines": lines, "spans": spans, "alarms": alarms}


LOUD, SILENT = {"mean": -21.3, "peak": -17.8}, {"mean": -90.0, "peak": -90.0}
"""Levels of a line."""


class Box:
    """asked: what clients asked but hello and subscribe. acts: by method, what is answered."""

    def __init__(self, path: Path, topics: dict[str, Rows]) -> None:
        self.path = path
        self.topics = topics
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.greeted: list[dict[str, Any]] = []
        self.subscribed: list[str] = []
        self.roles = ["administrator"]
        self.acts: dict[str, Callable[[dict[str, Any]], Any]] = {
            "call.clear": lambda params: {},
            "trunk.listen": lambda params: {},
            "call.trace": lambda params: {"rows": [f"ladder of {params['call']}", "8001   8002"], "events": []},
            "line.block": lambda params: {},
            "line.unblock": lambda params: {},
            "line.reset": lambda params: {},
            "line.level": lambda params: {"received": LOUD, "sent": SILENT},
            "line.trace": lambda params: {"rows": [f"what {params['line']} did"]},
            "alarm.acknowledge": lambda params: {},
            "queue.why_waiting": lambda params: {"obstacles": {"1001": "busy", "1002": "not ready: lunch"}},
            "report.make": lambda params: report(),
            "recording.start": lambda params: {},
            "recording.stop": lambda params: {},
            "alarm.history": lambda params: {"alarms": past()},
            "report.export": lambda params: {"name": "r", "content": b64encode(b"a report").decode()},
            "agent.answer_help": lambda params: {},
            "queue.call_backs": lambda params: {"call_backs": [call_back(40)]},
            "queue.cancel_call_back": lambda params: {},
            "report.list": lambda params: listed(),
            "recording.search": lambda params: {"recordings": shelf()},
            "recording.wave": lambda params: wave(params["steps"]),
            "recording.play": lambda params: {"call": 30},
            "recording.hold": lambda params: {},
            "recording.erase": lambda params: {},
            "recording.export": lambda params: {},
            "recording.play_to": lambda params: {},
            "recording.order_task": lambda params: recording_task(9),
            "recording.tasks": lambda params: {
                "tasks": [recording_task(1, state="over"), recording_task(2, made={}, groups=["夜班"])]
            },
            "recording.stop_task": lambda params: recording_task(params["task"], state="stopped"),
            "recording.delete_task": lambda params: {},
            "call.list": lambda params: {"calls": list(self.topics["calls"].values())},
            "bulletin.publish": lambda params: notice(9),
            "note.send": lambda params: notice(9),
            "notice.list": lambda params: {"notices": [notice(1, kind="note"), notice(2)]},
            "notice.withdraw": lambda params: {},
            **{f"agent.{act}": lambda params: {} for act in AGENT_ACTS},
        }
        self._numbers: dict[str, list[int]] = {}
        """By topic: subscription, number of the last change."""
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._client, str(self.path))

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()
        self._writers.clear()
        self.path.unlink(missing_ok=True)

    def watched(self) -> list[str]:
        """What somebody watches now."""
        return list(self._numbers)

    def change(self, topic: str, rows: Mapping[str, dict[str, Any] | None], skipped: int = 0) -> None:
        """Tells it. skipped: so many changes before it got lost."""
        for key, row in rows.items():
            if row is None:
                self.topics[topic].pop(key, None)
            else:
                self.topics[topic][key] = row
        entry = self._numbers[topic]
        entry[1] += 1 + skipped
        notice = wire.notice("changed", {"subscription": entry[0], "number": entry[1], "rows": rows})
        for writer in self._writers:
            writer.write(notice)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        while message := await reader.readline():
            request = wire.read(message)
            params = msgspec.json.decode(request.params)
            identity = request.id if isinstance(request.id, int) else None
            try:
                writer.write(wire.answer(identity, self._answer(request.method, params)))
            except Refusal as refused:
                writer.write(wire.refusal(identity, refused))

    def _answer(self, method: str, params: dict[str, Any]) -> Any:
        if method == "hello":
            self.greeted.append(params)
            facts = {"protocol": 1, "version": "0.1", "name": "Mei", "roles": self.roles, "stations": []}
            return {**facts, "methods": sorted(self.acts), "topics": sorted(self.topics)}
        if method == "subscribe":
            topic = params["topic"]
            self.subscribed.append(topic)
            self._numbers[topic] = [len(self.subscribed), 0]
            return {"subscription": len(self.subscribed), "number": 0, "rows": self.topics[topic]}
        if method == "unsubscribe":
            topic = next(name for name, entry in self._numbers.items() if entry[0] == params["subscription"])
            del self._numbers[topic]
            return {}
        self.asked.append((method, params))
        if method not in self.acts:
            raise Refusal(Code.UNKNOWN_METHOD, f"no {method}")
        return self.acts[method](params)


@asynccontextmanager
async def box(path: Path, topics: dict[str, Rows] | None = None) -> AsyncIterator[Box]:
    here = Box(path, office() if topics is None else topics)
    await here.open()
    try:
        yield here
    finally:
        await here.close()


async def until(true: Callable[[], bool], patience_s: float = 120.0) -> None:
    """Waits, looking often, and fails when it has waited for long. A screen that is not composed yet is waited for."""

    def holds() -> bool:
        try:
            return true()
        except NoMatches:
            return False

    async with asyncio.timeout(patience_s):
        while not holds():  # noqa: ASYNC110 - what is waited for is on the screen, which has no event
            await asyncio.sleep(0.01)
