"""Views over the journal for those who write SQL: what they would else pick out of JSON.

They exist on a guarded connection only (guarded.py), so that they are always those of this version and cost the box
nothing. Times are UTC in µs, and each view has a column `time` by which it is looked up fast; durations are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """text: what a row is. columns: name, and what it says."""

    name: str
    text: str
    columns: tuple[tuple[str, str], ...]
    query: str


TIME = ("time", "when")
CALL = ("call", "its number")


def _data(name: str) -> str:
    return f"json_extract(data, '$.{name}')"


VIEWS = (
    View(
        "calls",
        "a call that is over; the table `records` has more of it",
        (
            ("time", "when it began"),
            CALL,
            ("answered", "when, 0: never"),
            ("ended", "when"),
            ("direction", "internal, in, out"),
            ("calling", "number of who called"),
            ("name", "of who called"),
            ("called", "number wanted"),
            ("device", "that called"),
            ("last", "device that answered, or was tried last"),
            ("account", "that it is charged to"),
            ("trunks_in", "group by which it came"),
            ("trunks_out", "group by which it went"),
            ("cause", "Q.850, why it ended"),
            ("ring_s", "somebody rang"),
            ("wait_s", "in queues, parked, in announcements and flows"),
            ("talk_s", "people talked"),
            ("hold_s", "somebody was held"),
        ),
        'SELECT begin AS time, call, answer AS answered, "end" AS ended, direction, calling, name, called, device, '
        "last, account, group_in AS trunks_in, group_out AS trunks_out, cause, ring_us / 1e6 AS ring_s, "
        "wait_us / 1e6 AS wait_s, talk_us / 1e6 AS talk_s, hold_us / 1e6 AS hold_s FROM records",
    ),
    View(
        "entries",
        "a call that comes into a queue",
        (
            TIME,
            CALL,
            ("device", "that waits"),
            ("queue", "its name"),
            ("position", "1: the first"),
            ("how", "new, moved …"),
        ),
        f"SELECT time, call, device, {_data('queue')} AS queue, {_data('position')} AS position, {_data('how')} AS how "
        "FROM events WHERE kind = 'Queued'",
    ),
    View(
        "exits",
        "a call that leaves a queue",
        (
            TIME,
            CALL,
            ("device", "that waited"),
            ("queue", "its name"),
            ("reason", "answered, abandoned, cut off, message, call-back, or the queue's own"),
            ("sent_to", "where the queue has sent it"),
            ("waited_s", "in this queue"),
        ),
        f"SELECT time, call, device, {_data('queue')} AS queue, {_data('reason')} AS reason, {_data('to')} AS sent_to, "
        f"{_data('waited_ms')} / 1e3 AS waited_s FROM events WHERE kind = 'Dequeued'",
    ),
    View(
        "served",
        "an agent gets a call of a queue",
        (
            TIME,
            CALL,
            ("device", "his telephone"),
            ("agent", "his number"),
            ("queue", "its name"),
            ("waited_s", "the caller"),
        ),
        f"SELECT time, call, device, {_data('agent')} AS agent, {_data('queue')} AS queue, "
        f"{_data('waited_ms')} / 1e3 AS waited_s FROM events WHERE kind = 'Served'",
    ),
    View(
        "agent_states",
        "an agent's state, until the next one",
        (
            TIME,
            ("agent", "his number"),
            ("device", "his telephone"),
            ("state", "logged off, not ready, rest, ready, offered a call, busy, working after call"),
            ("reason", "why he is not ready"),
            ("wanted_by", "the supervisor who wanted it"),
            ("lasted_s", "until his next state; null: it lasts still, or the box went down in it"),
        ),
        f"SELECT time, {_data('agent')} AS agent, device, {_data('state')} AS state, {_data('reason')} AS reason, "
        f"{_data('by')} AS wanted_by, "
        f"(lead(clock) OVER (PARTITION BY run, {_data('agent')} ORDER BY id) - clock) / 1e6 AS lasted_s "
        "FROM events WHERE kind = 'AgentState'",
    ),
    View(
        "sessions",
        "a flow is done with a caller",
        (
            TIME,
            CALL,
            ("flow", "its name"),
            ("how", "hung up, finished, returned, transferred, failed"),
            ("node", "the last one"),
        ),
        f"SELECT time, call, {_data('flow')} AS flow, {_data('how')} AS how, {_data('node')} AS node "
        "FROM events WHERE kind = 'FlowEnded'",
    ),
    View(
        "scores",
        "a caller gives a score",
        (TIME, CALL, ("question", "what was asked"), ("score", "the score"), ("station", "who spoke with him last")),
        f"SELECT time, call, {_data('question')} AS question, {_data('score')} AS score, {_data('station')} AS station "
        "FROM events WHERE kind = 'Scored'",
    ),
    View(
        "data",
        "what a flow gave back with its end, one row a value",
        (TIME, CALL, ("flow", "its name"), ("key", "of the value"), ("value", "what it is")),
        f"SELECT events.time, events.call, {_data('flow')} AS flow, each.key, each.value "
        "FROM events, json_each(events.data, '$.results') AS each WHERE events.kind = 'FlowEnded'",
    ),
)
