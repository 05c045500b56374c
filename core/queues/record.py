"""Pictures of queues, agents and decisions: for the journal, for screens. Pure but for the clock that it is given."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from core.acd import views
from core.acd.reason import Why
from core.queues.call_back import CallBack
from core.queues.views import AgentRow, CallBackRow, QueueRow

if TYPE_CHECKING:
    from core.queues.room import QueueRoom


def why(why: Why) -> dict[str, Any]:
    """A decision as the journal keeps it: what is empty is left out."""
    kept = {name: value for name, value in dataclasses.asdict(why).items() if value not in (None, "", {}, ())}
    kept["agents"] = list(why.agents)
    return kept


def queue_row(room: QueueRoom, view: views.QueueView) -> QueueRow:
    number = next((queue.number for queue in room.exchange.box.queue if queue.name == view.name), "")
    expected = view.expected
    return QueueRow(
        name=view.name,
        number=number,
        waiting=view.waiting,
        ringing=view.ringing,
        calls=[id for call in view.calls if (id := room.number(call))],
        call_backs=view.call_backs,
        longest_s=round(view.longest_s, 3),
        expected_s=round(expected.seconds, 1) if expected is not None and expected.known_well else None,
        logged_on=view.logged_on,
        at_work=view.at_work,
        ready=view.ready,
        offered=view.day.offered,
        answered=view.day.answered,
        abandoned=view.day.abandoned,
        elsewhere=view.day.elsewhere,
        asked_back=view.day.asked_back,
        called_back=view.day.called_back,
        level=view.level,
        day_level=view.day_level,
        met=view.met,
    )


def call_back_row(back: CallBack, now: float) -> CallBackRow:
    """now: UTC seconds."""
    tried = back.taken is not None or back.call is not None
    state = "tried" if tried else "rests" if back.at > now else "waits"
    return CallBackRow(
        call=back.key,
        queue=back.queue,
        number=back.number,
        since=round(back.since, 3),
        state=state,
        tries=back.tries,
        at=round(back.at, 3) if back.at > now else None,
    )


def agent_row(room: QueueRoom, view: views.AgentView) -> AgentRow:
    zero = room.exchange.utc().timestamp() - room.exchange.clock()
    counts = view.counts
    asked = room.help.asked.get(view.number)
    return AgentRow(
        number=view.number,
        name=view.name,
        group=view.group,
        device=room.desks.at.get(view.number, ""),
        state=view.state.value,
        since=round(zero + view.since, 3),
        reason=view.reason,
        by=view.by,
        pending=view.pending.state.value if view.pending is not None else "",
        until=round(zero + view.until, 3) if view.until is not None else None,
        ready=view.ready,
        offer=room.number(view.offer),
        calls=[room.number(call) for call in view.calls],
        queues=list(view.queues),
        skills=view.skills,
        offered=counts.offered,
        answered=counts.answered,
        missed=counts.missed + counts.rejected + counts.unreachable,
        talk_s=round(counts.talk_s, 3),
        help_since=round(asked.since, 3) if asked is not None else None,
        help=asked.reason if asked is not None else "",
    )
