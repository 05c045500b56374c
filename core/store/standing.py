"""How things stood at a moment of the past: the events before it that a reading must know which begins there.

    run began                                    the moment
      |  ── calls that are over ──  |               |
      |              Queued ── Offered ─────────────|──── Dequeued       all events of calls that are open then
      |  AgentState ready ── … ── AgentState busy ──|──── …              of who is logged on: since when, and what

Nothing outlives a run: after a restart, calls are gone and agents are noted anew. Reading is by indices; its cost grows
with what is open, and with the calls of the run before the moment only by a look at the table of their records.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from core.store.event import Event
from core.store.journal_file import read

AT_ONCE = 500
"""So many calls stand in one question."""
AGENT = "json_extract(data, '$.agent')"
STATE = "json_extract(data, '$.state')"
SETTLED = "('ready', 'not ready', 'rest')"
OF_AGENT = f"kind = 'AgentState' AND {AGENT} = ? AND id < ? AND run = ?"


def standing(sql: sqlite3.Connection, moment: int, before: int, kinds: Sequence[str]) -> list[Event]:
    """Those of these kinds, oldest first. moment: UTC in µs; before: of the events, only those with a lower id."""
    query = "SELECT run, began FROM runs WHERE began <= ? AND time >= ? ORDER BY run DESC LIMIT 1"
    found = sql.execute(query, (moment, moment)).fetchone()
    if found is None:
        return []
    run, began = found
    events = {event.id: event for event in _of_calls(sql, _open(sql, moment, run, began), before, kinds)}
    if "AgentState" in kinds:
        events |= {event.id: event for event in _of_agents(sql, before, run)}
    return [events[number] for number in sorted(events)]


def _open(sql: sqlite3.Connection, moment: int, run: int, began: int) -> set[int]:
    """Calls that were open, and those whose parties had gone over into them."""
    ended_later = "SELECT call FROM records WHERE begin BETWEEN ? AND ? AND end >= ? AND run = ?"
    still_open = "SELECT call FROM events WHERE call > 0 AND call IN (SELECT call FROM open_calls) AND time <= ?"
    calls = {call for (call,) in sql.execute(ended_later, (began, moment, moment, run))}
    calls |= {call for (call,) in sql.execute(still_open, (moment,))}
    if not calls:
        return calls
    merged = 'SELECT call, "into" FROM records WHERE "into" > 0 AND begin BETWEEN ? AND ? AND run = ? ORDER BY end DESC'
    for call, into in sql.execute(merged, (began, moment, run)):
        if into in calls:
            calls.add(call)
    return calls


def _of_calls(sql: sqlite3.Connection, calls: Iterable[int], before: int, kinds: Sequence[str]) -> list[Event]:
    numbers = sorted(calls)
    found: list[Event] = []
    for at in range(0, len(numbers), AT_ONCE):
        some = numbers[at : at + AT_ONCE]
        where = (
            f"WHERE call IN ({','.join('?' * len(some))}) AND call > 0 AND id < ? "
            f"AND kind IN ({','.join('?' * len(kinds))})"
        )
        found += read(sql, where, (*some, before, *kinds))
    return found


def _of_agents(sql: sqlite3.Connection, before: int, run: int) -> list[Event]:
    """Of who is logged on: the first event since then, the last that said whether he takes calls, and the last."""
    found: list[Event] = []
    for agent in _agents(sql):
        about = agent, before, run
        last = next(read(sql, f"WHERE id = (SELECT max(id) FROM events WHERE {OF_AGENT})", about), None)
        if last is None or last.data.get("state") == "logged off":
            continue
        query = f"SELECT coalesce(max(id), 0) FROM events WHERE {OF_AGENT} AND {STATE} = 'logged off'"
        (off,) = sql.execute(query, about).fetchone()
        found += read(sql, f"WHERE id = (SELECT min(id) FROM events WHERE {OF_AGENT} AND id > ?)", (*about, off))
        found += read(sql, f"WHERE id = (SELECT max(id) FROM events WHERE {OF_AGENT} AND {STATE} IN {SETTLED})", about)
        found.append(last)
    return found


def _agents(sql: sqlite3.Connection) -> list[str]:
    """All that the journal knows, each found by one step in the index."""
    of = f"SELECT min({AGENT}) FROM events WHERE kind = 'AgentState'"
    query = (
        f"WITH RECURSIVE agents(agent) AS ({of} UNION ALL "
        f"SELECT ({of} AND {AGENT} > agent) FROM agents WHERE agent IS NOT NULL) "
        "SELECT agent FROM agents WHERE agent IS NOT NULL"
    )
    return [agent for (agent,) in sql.execute(query)]
