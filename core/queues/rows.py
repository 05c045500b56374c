"""Queues, agents and callers to be called back as they are now: rows for screens and programs (views.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.acd import views
from core.acd.distribution import Distribution
from core.exchange.refusal import Refused
from core.queues.call_back import CallBack
from core.queues.views import AgentRow, CallBackRow, QueueRow
from core.texts import _
from hw.errors import LocalError
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.exchange.exchange import Exchange
    from core.queues.desks import Desks
    from core.queues.help import Help
    from core.queues.keys import Keys


class Rows:
    """waiters: who waits, by key."""

    def __init__(
        self,
        exchange: Exchange,
        distribution: Distribution,
        desks: Desks,
        keys: Keys,
        help: Help,
        waiters: Collection[int],
    ) -> None:
        self._exchange = exchange
        self._distribution = distribution
        self._desks = desks
        self._keys = keys
        self._help = help
        self._waiters = waiters

    def queues(self) -> list[QueueRow]:
        return [self.queue(queue.name) for queue in self._exchange.box.queue]

    def queue(self, name: str) -> QueueRow:
        view = self._distribution.queue(name, self._exchange.clock())
        number = next((queue.number for queue in self._exchange.box.queue if queue.name == view.name), "")
        expected = view.expected
        return QueueRow(
            name=view.name,
            number=number,
            waiting=view.waiting,
            ringing=view.ringing,
            calls=[id for call in view.calls if (id := self._keys.number(call))],
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

    def agents(self) -> list[AgentRow]:
        return [self._agent(view) for view in self._distribution.agents()]

    def agent(self, number: str) -> AgentRow:
        """Refused: there is none."""
        try:
            return self._agent(self._distribution.agent(number))
        except LocalError as error:
            text = _("There is no agent {number}.").format(number=number)
            raise Refused(Cause.INVALID_NUMBER, "not-possible", text) from error

    def _agent(self, view: views.AgentView) -> AgentRow:
        zero = self._exchange.utc().timestamp() - self._exchange.clock()
        counts = view.counts
        asked = self._help.asked.get(view.number)
        return AgentRow(
            number=view.number,
            name=view.name,
            group=view.group,
            device=self._desks.at.get(view.number, ""),
            state=view.state.value,
            since=round(zero + view.since, 3),
            reason=view.reason,
            by=view.by,
            pending=view.pending.state.value if view.pending is not None else "",
            until=round(zero + view.until, 3) if view.until is not None else None,
            ready=view.ready,
            offer=self._keys.number(view.offer),
            calls=[self._keys.number(call) for call in view.calls],
            queues=list(view.queues),
            skills=view.skills,
            offered=counts.offered,
            answered=counts.answered,
            missed=counts.missed + counts.rejected + counts.unreachable,
            talk_s=round(counts.talk_s, 3),
            help_since=round(asked.since, 3) if asked is not None else None,
            help=asked.reason if asked is not None else "",
        )

    def why_waiting(self, call: int) -> dict[str, str] | None:
        """By agent: what stands between him and the call. None: it is in no queue."""
        for key in self._waiters:
            if call == (self._keys.number(key) or key) and self._distribution.waits(key):
                return {one.agent: one.sentence() for one in self._distribution.why_waiting(key)}
        return None


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
