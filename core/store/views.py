"""Views over the journal for those who write SQL: what they would else pick out of JSON.

They exist on a guarded connection only (guarded.py), so that they are always those of this version and cost the box
nothing. Times are UTC in µs, and each view has a column `time` by which it is looked up fast; durations are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.texts import N_


@dataclass(frozen=True, slots=True)
class View:
    """text: what a row is, a msgid. columns: name, and what it says, a msgid."""

    name: str
    text: str
    columns: tuple[tuple[str, str], ...]
    query: str


TIME = ("time", N_("when"))
CALL = ("call", N_("its number"))


def _data(name: str) -> str:
    return f"json_extract(data, '$.{name}')"


VIEWS = (
    View(
        "calls",
        N_("a call that is over; the table `records` has more of it"),
        (
            ("time", N_("when it began")),
            CALL,
            ("answered", N_("when, 0: never")),
            ("ended", N_("when")),
            ("direction", N_("internal, in, out")),
            ("calling", N_("number of who called")),
            ("name", N_("of who called")),
            ("called", N_("number wanted")),
            ("device", N_("that called")),
            ("last", N_("device that answered, or was tried last")),
            ("account", N_("that it is charged to")),
            ("trunks_in", N_("group by which it came")),
            ("trunks_out", N_("group by which it went")),
            ("cause", N_("Q.850, why it ended")),
            ("ring_s", N_("somebody rang")),
            ("wait_s", N_("in queues, parked, in announcements and flows")),
            ("talk_s", N_("people talked")),
            ("hold_s", N_("somebody was held")),
        ),
        'SELECT begin AS time, call, answer AS answered, "end" AS ended, direction, calling, name, called, device, '
        "last, account, group_in AS trunks_in, group_out AS trunks_out, cause, ring_us / 1e6 AS ring_s, "
        "wait_us / 1e6 AS wait_s, talk_us / 1e6 AS talk_s, hold_us / 1e6 AS hold_s FROM records",
    ),
    View(
        "entries",
        N_("a call that comes into a queue"),
        (
            TIME,
            CALL,
            ("device", N_("that waits")),
            ("queue", N_("its name")),
            ("position", N_("1: the first")),
            ("how", N_("new, moved …")),
        ),
        f"SELECT time, call, device, {_data('queue')} AS queue, {_data('position')} AS position, {_data('how')} AS how "
        "FROM events WHERE kind = 'Queued'",
    ),
    View(
        "exits",
        N_("a call that leaves a queue"),
        (
            TIME,
            CALL,
            ("device", N_("that waited")),
            ("queue", N_("its name")),
            ("reason", N_("answered, abandoned, cut off, message, call-back, or the queue's own")),
            ("sent_to", N_("where the queue has sent it")),
            ("waited_s", N_("in this queue")),
        ),
        f"SELECT time, call, device, {_data('queue')} AS queue, {_data('reason')} AS reason, {_data('to')} AS sent_to, "
        f"{_data('waited_ms')} / 1e3 AS waited_s FROM events WHERE kind = 'Dequeued'",
    ),
    View(
        "served",
        N_("an agent gets a call of a queue"),
        (
            TIME,
            CALL,
            ("device", N_("his telephone")),
            ("agent", N_("his number")),
            ("queue", N_("its name")),
            ("waited_s", N_("the caller")),
        ),
        f"SELECT time, call, device, {_data('agent')} AS agent, {_data('queue')} AS queue, "
        f"{_data('waited_ms')} / 1e3 AS waited_s FROM events WHERE kind = 'Served'",
    ),
    View(
        "agent_states",
        N_("an agent's state, until the next one"),
        (
            TIME,
            ("agent", N_("his number")),
            ("device", N_("his telephone")),
            ("state", N_("logged off, not ready, rest, ready, offered a call, busy, working after call")),
            ("reason", N_("why he is not ready")),
            ("wanted_by", N_("the supervisor who wanted it")),
            ("lasted_s", N_("until his next state; null: it lasts still, or the box went down in it")),
        ),
        f"SELECT time, {_data('agent')} AS agent, device, {_data('state')} AS state, {_data('reason')} AS reason, "
        f"{_data('by')} AS wanted_by, "
        f"(lead(clock) OVER (PARTITION BY run, {_data('agent')} ORDER BY id) - clock) / 1e6 AS lasted_s "
        "FROM events WHERE kind = 'AgentState'",
    ),
    View(
        "sessions",
        N_("a flow is done with a caller"),
        (
            TIME,
            CALL,
            ("flow", N_("its name")),
            ("how", N_("hung up, finished, returned, transferred, failed")),
            ("node", N_("the last one")),
        ),
        f"SELECT time, call, {_data('flow')} AS flow, {_data('how')} AS how, {_data('node')} AS node "
        "FROM events WHERE kind = 'FlowEnded'",
    ),
    View(
        "scores",
        N_("a caller gives a score"),
        (
            TIME,
            CALL,
            ("question", N_("what was asked")),
            ("score", N_("the score")),
            ("station", N_("who spoke with him last")),
        ),
        f"SELECT time, call, {_data('question')} AS question, {_data('score')} AS score, {_data('station')} AS station "
        "FROM events WHERE kind = 'Scored'",
    ),
    View(
        "data",
        N_("what a flow gave back with its end, one row a value"),
        (TIME, CALL, ("flow", N_("its name")), ("key", N_("of the value")), ("value", N_("what it is"))),
        f"SELECT events.time, events.call, {_data('flow')} AS flow, each.key, each.value "
        "FROM events, json_each(events.data, '$.results') AS each WHERE events.kind = 'FlowEnded'",
    ),
)
