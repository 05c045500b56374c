"""What the journal knows of recordings: one row a file, from the moment in which it began.

    RecordingBegan ──> the row is there          RecordingConverted ──> its form, its checksum
    RecordingEnded ──> length and checksum       RecordingErased    ──> when, and why

A recording is known by the name that its file had first; the form says what it is called now:

    2026/11/26/4711-1.wav   wav        2026/11/26/4711-1.wav          as it was recorded
                            opus       2026/11/26/4711-1.opus         smaller
                            wav.age    2026/11/26/4711-1.wav.age      encrypted

`recordings(events)` is pure. `search()` finds in the journal's file which they are; what it can be asked is `Wanted`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from core.store.event import Event

OF_RECORDINGS = "kind >= 'Recording' AND kind < 'Recordinh'"
"""As the index of the journal's file has it."""
FILE = "json_extract(data, '$.file')"


class Recording(msgspec.Struct, frozen=True):
    """One file, or what is left of it: its row."""

    file: Annotated[str, Meta(description="its first name: by this it is known for ever")]
    call: Annotated[int, Meta(description="the call in which it began")]
    calls: Annotated[tuple[int, ...], Meta(description="all calls that it belongs to: a transfer made one of two")]
    device: Annotated[str, Meta(description="at whose line: left is what its party says, right what it hears")]
    began: Annotated[int, Meta(description="UTC in µs since 1970")]
    part: Annotated[int, Meta(description="of the call's recordings, from 1")] = 1
    rule: Annotated[str, Meta(description="which rule wanted it; empty: somebody did")] = ""
    retention: Annotated[str, Meta(description="class of keeping; empty: until somebody erases it")] = ""
    by: Annotated[str, Meta(description="who wanted it")] = ""
    tasks: Annotated[tuple[int, ...], Meta(description="recording tasks that want it, by number")] = ()
    ended: Annotated[bool, Meta(description="nothing is added to it any more")] = False
    ms: Annotated[int, Meta(description="its length")] = 0
    lost_ms: Annotated[int, Meta(description="of that, silence because the disk was slow")] = 0
    sha256: Annotated[str, Meta(description="of the file as it lies there now")] = ""
    problem: Annotated[str, Meta(description="why it ended early; empty: in order")] = ""
    form: Annotated[str, Meta(description="wav, opus, wav.age, opus.age")] = "wav"
    masked: Annotated[bool, Meta(description="parts of it were left out, or masked by a tone")] = False
    heard: Annotated[int, Meta(description="how often it was listened to or taken away")] = 0
    erased: Annotated[int, Meta(description="when, UTC in µs; 0: it is there")] = 0
    reason: Annotated[str, Meta(description="why it was erased")] = ""

    @property
    def name(self) -> str:
        """Of the file as it lies there now."""
        return named(self.file, self.form)


def named(file: str, form: str) -> str:
    """What the file is called in that form."""
    return f"{file.removesuffix('.wav')}.{form}"


def recordings(events: Iterable[Event]) -> list[Recording]:
    """In the order in which they began; of what began before these events, nothing."""
    rows: dict[str, Recording] = {}
    for event in events:
        data = event.data
        if event.kind == "RecordingBegan":
            names = ("part", "rule", "retention", "by")
            said = {name: data[name] for name in names if data.get(name) is not None}
            said["tasks"] = tuple(data.get("tasks") or ())
            rows[data["file"]] = Recording(data["file"], event.call, (event.call,), event.device, event.time, **said)
        elif (row := rows.get(data.get("file", ""))) is not None:
            rows[row.file] = _changed(row, event)
    return list(rows.values())


def _changed(row: Recording, event: Event) -> Recording:
    data = event.data
    change: dict[str, object] = {}
    if event.call and event.call not in row.calls:
        change["calls"] = (*row.calls, event.call)
    match event.kind:
        case "RecordingTasked":
            change["tasks"] = (*row.tasks, data["task"])
        case "RecordingState":
            change["masked"] = row.masked or data["state"] != "runs"
        case "RecordingEnded":
            names = ("ms", "lost_ms", "sha256", "problem")
            change |= {name: data[name] for name in names if data.get(name) is not None}
            change["ended"] = True
        case "RecordingConverted":
            change |= {"form": data["form"], "sha256": data.get("sha256") or ""}
        case "RecordingHeard":
            change["heard"] = row.heard + 1
        case "RecordingErased":
            change |= {"erased": event.time, "reason": data.get("reason") or ""}
    return msgspec.structs.replace(row, **change)


# ---- in the journal's file ----


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recordings. Times are UTC in µs, until=0: now; "" and 0: any.

    number: a party's, or a device's; station, group, queue, agent: it was in the call; text: stands in any event of the
    call.
    there: False: those that were erased, too. form: "wav": never converted; "plain": not encrypted. open: only those
    that began and have not ended. last: the newest so many.
    """

    since: int = 0
    until: int = 0
    call: int = 0
    number: str = ""
    station: str = ""
    group: str = ""
    queue: str = ""
    agent: str = ""
    rule: str = ""
    task: int = 0
    retention: str | None = None
    text: str = ""
    file: str = ""
    there: bool = True
    form: str = ""
    open: bool = False
    last: int = 0


def _of_call(condition: str, values: tuple[object, ...]) -> tuple[str, tuple[object, ...]]:
    """An event of the call, or of the call that its parties went into, fulfils it."""
    went = 'records r JOIN events e ON e.call = r."into" AND e.call > 0 WHERE r.call = b.call AND r."into" > 0'
    own = f"EXISTS (SELECT 1 FROM events e WHERE e.call = b.call AND e.call > 0 AND {condition})"
    return f"({own} OR EXISTS (SELECT 1 FROM {went} AND {condition}))", values * 2


def _says(place: str) -> str:
    """The event's data have this value there. Looking into JSON costs time: first, whether the value occurs at all."""
    return f"(instr(e.data, ?) > 0 AND json_extract(e.data, '$.{place}') = ?)"


def _same_file(kind: str, condition: str = "true") -> str:
    return (
        f"EXISTS (SELECT 1 FROM events e WHERE e.kind >= 'Recording' AND e.kind < 'Recordinh' "
        f"AND e.kind = '{kind}' AND json_extract(e.data, '$.file') = json_extract(b.data, '$.file') AND {condition})"
    )


_INDEXED = "b.kind >= 'Recording' AND b.kind < 'Recordinh' AND json_extract(b.data, '$.file')"


def _conditions(wanted: Wanted) -> Iterator[tuple[str, tuple[object, ...]]]:
    yield "b.kind = 'RecordingBegan'", ()
    yield "b.time >= ?", (wanted.since,)
    if wanted.until:
        yield "b.time < ?", (wanted.until,)
    if wanted.file:
        yield f"{_INDEXED} = ?", (wanted.file,)
    if wanted.call:
        found = f"SELECT {FILE} FROM events WHERE call = ? AND call > 0 AND {OF_RECORDINGS}"
        yield f"{_INDEXED} IN ({found})", (wanted.call,)
    for name in ("rule", "retention"):
        value = getattr(wanted, name)
        if value or (name == "retention" and value is not None):
            yield f"coalesce(json_extract(b.data, '$.{name}'), '') = ?", (value,)
    if wanted.task:
        later = _same_file("RecordingTasked", "json_extract(e.data, '$.task') = ?")
        began = "EXISTS (SELECT 1 FROM json_each(b.data, '$.tasks') WHERE value = ?)"
        yield f"({began} OR {later})", (wanted.task, wanted.task)
    if number := wanted.number:
        places = ("called", "calling", "dialled", "number", "digits")
        there = " OR ".join(f"json_extract(e.data, '$.{place}') = ?" for place in places)
        yield _of_call(f"(e.device = ? OR (instr(e.data, ?) > 0 AND ({there})))", (number,) * (2 + len(places)))
    if wanted.station:
        yield _of_call("e.device = ?", (wanted.station,))
    if wanted.group:
        yield _of_call(_says("group"), (wanted.group, wanted.group))
    if wanted.queue:
        yield _of_call(_says("queue"), (wanted.queue, wanted.queue))
    if wanted.agent:
        yield _of_call(_says("agent"), (wanted.agent, wanted.agent))
    if wanted.text:
        yield _of_call("(instr(e.data, ?) > 0 OR instr(e.device, ?) > 0)", (wanted.text, wanted.text))
    if wanted.there:
        yield f"NOT {_same_file('RecordingErased')}", ()
    if wanted.form == "wav":
        yield f"NOT {_same_file('RecordingConverted')}", ()
    elif wanted.form == "plain":
        encrypted = "json_extract(e.data, '$.form') IN ('wav.age', 'opus.age')"
        yield f"NOT {_same_file('RecordingConverted', encrypted)}", ()
    if wanted.open:
        yield f"NOT {_same_file('RecordingEnded')}", ()


def files(sql: sqlite3.Connection, wanted: Wanted) -> list[str]:
    """The names of those that are wanted, the oldest first."""
    parts = list(_conditions(wanted))
    where = " AND ".join(condition for condition, _values in parts)
    values = [value for _condition, given in parts for value in given]
    limit = "LIMIT ?" if wanted.last else ""
    query = f"SELECT json_extract(b.data, '$.file') FROM events b WHERE {where} ORDER BY b.time DESC, b.id DESC {limit}"
    found = sql.execute(query, (*values, wanted.last) if wanted.last else values)
    return [name for (name,) in found][::-1]
