"""Notes to agents (便签) and bulletins to all or to groups (公告): who has them, who has read them.

    send, publish ──> kept over restarts ──> rows of the topic `notices` at the telephones where their agents sit
    read          ──> a receipt: who, when
    withdraw, or its time is over ──> gone

A bulletin is for whoever is of its groups when he looks: who joins a group tomorrow has today's. A note that all have
read goes after a day, one that somebody has not, after a month.

What it does not: say who may (core/api/notice_acts.py), show anything (the console does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import trio
from msgspec import Meta

from core.exchange.refusal import Refused
from core.store.event import Event
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

KEPT = "desk/notice/"
LAST = "desk/notices"
"""Number of the one that came last: none is used twice."""
MOST = 2000
LOOK_S = 60.0
NOTE_S, READ_NOTE_S = 30 * 86400.0, 86400.0
NOTE, BULLETIN = "note", "bulletin"


class Notice(msgspec.Struct, frozen=True):
    """A note or bulletin. Times are UTC seconds since 1970."""

    id: Annotated[int, Meta(description="its number, never used twice")]
    kind: Annotated[str, Meta(description="note or bulletin")]
    by: Annotated[str, Meta(description="who has sent it")]
    at: Annotated[float, Meta(description="when it was sent")]
    until: Annotated[float, Meta(description="when it goes by itself; a note goes a day after all have read it")]
    text: Annotated[str, Meta(description="in the words of who sent it")]
    agents: Annotated[list[str], Meta(description="whom a note is for")]
    groups: Annotated[list[str], Meta(description="of agents, for whom a bulletin is; empty: all")]
    read: Annotated[dict[str, float], Meta(description="by agent: when he has read it")]
    unread: Annotated[list[str], Meta(description="agents who have not")]


def _not_possible(text: str) -> Refused:
    return Refused(Cause.FACILITY_REJECTED, "not-possible", text)


class Notices:
    """told: is told of each notice that has changed; None: it is gone."""

    def __init__(self, exchange: Exchange, told: Callable[[str, Notice | None], None]) -> None:
        self._exchange = exchange
        self._told = told
        self._at: dict[str, str] = {}
        """By agent: where he sits."""
        exchange.journal.watch(self._heard)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Whose time is over goes. Until cancelled."""
        task_status.started()
        while True:
            now = self._now
            for notice in self.all():
                if notice.until <= now:
                    self._drop(notice)
            await trio.sleep(LOOK_S)

    # ---- what there is ----

    def all(self) -> list[Notice]:
        """The oldest first."""
        rows = [self._notice(row) for row in self._exchange.journal.state.under(KEPT).values()]
        return sorted(rows, key=lambda notice: notice.id)

    def of(self, agent: str) -> list[Notice]:
        return [notice for notice in self.all() if self._concerns(notice, agent)]

    def devices(self, notice: Notice) -> list[str]:
        """Telephones where those sit whom it is for."""
        return [device for agent, device in self._at.items() if self._concerns(notice, agent)]

    def unread(self, agent: str) -> int:
        return sum(agent in notice.unread for notice in self.of(agent))

    # ---- what people do ----

    def send(self, agents: Sequence[str], text: str, by: str) -> Notice:
        """A note. Refused: there is no such agent."""
        known = {agent.number for agent in self._exchange.box.agent}
        unknown = [agent for agent in agents if agent not in known]
        if unknown:
            raise _not_possible(_("There is no agent {number}.").format(number=", ".join(unknown)))
        return self._put(NOTE, text, by, NOTE_S, agents=list(dict.fromkeys(agents)))

    def publish(self, groups: Sequence[str], text: str, hours: float, by: str) -> Notice:
        """A bulletin. Refused: there is no such group."""
        known = [group.name for group in self._exchange.box.agent_group]
        unknown = [group for group in groups if group not in known]
        if unknown:
            text = _('There is no group of agents "{name}"; there are: {known}')
            raise _not_possible(text.format(name=", ".join(unknown), known=", ".join(known) or "-"))
        return self._put(BULLETIN, text, by, hours * 3600, groups=list(dict.fromkeys(groups)))

    def read(self, number: int, agent: str) -> Notice:
        """Read again: the first time counts. Refused: there is none, or it is not for him."""
        notice = self.get(number)
        if not self._concerns(notice, agent):
            raise _not_possible(_("notice {number} is not for agent {agent}").format(number=number, agent=agent))
        if agent in notice.read:
            return notice
        changes: dict[str, Any] = {"read": {**notice.read, agent: self._now}}
        if notice.kind == NOTE and notice.unread == [agent]:
            changes["until"] = self._now + READ_NOTE_S
        return self._keep(msgspec.structs.replace(notice, **changes))

    def withdraw(self, number: int) -> Notice:
        """Refused: there is none."""
        notice = self.get(number)
        self._drop(notice)
        return notice

    def get(self, number: int) -> Notice:
        """Refused: there is none."""
        row = self._exchange.journal.state.get(f"{KEPT}{number:09}")
        if row is None:
            raise _not_possible(_("there is no notice {number} any more").format(number=number))
        return self._notice(row)

    # ---- within ----

    @property
    def _now(self) -> float:
        return self._exchange.utc().timestamp()

    def _put(
        self,
        kind: str,
        text: str,
        by: str,
        lasts_s: float,
        *,
        agents: Sequence[str] = (),
        groups: Sequence[str] = (),
    ) -> Notice:
        state = self._exchange.journal.state
        if len(state.under(KEPT)) >= MOST:
            raise _not_possible(_("there are {most} notices; withdraw some first").format(most=MOST))
        number = int(state.get(LAST, 0)) + 1
        state[LAST] = number
        now = self._now
        return self._keep(Notice(number, kind, by, now, now + lasts_s, text, list(agents), list(groups), {}, []))

    def _keep(self, notice: Notice) -> Notice:
        row = msgspec.to_builtins(notice)
        del row["unread"]
        self._exchange.journal.state[f"{KEPT}{notice.id:09}"] = row
        return self._tell(self._notice(row))

    def _drop(self, notice: Notice) -> None:
        self._exchange.journal.state.pop(f"{KEPT}{notice.id:09}", None)
        self._told(str(notice.id), None)

    def _tell(self, notice: Notice) -> Notice:
        self._told(str(notice.id), notice)
        return notice

    def _notice(self, row: dict[str, Any]) -> Notice:
        notice = msgspec.convert({**row, "unread": []}, Notice)
        unread = [agent for agent in self._whom(notice) if agent not in notice.read]
        return msgspec.structs.replace(notice, unread=unread)

    def _whom(self, notice: Notice) -> Iterator[str]:
        for agent in self._exchange.box.agent:
            wanted = agent.number in notice.agents if notice.kind == NOTE else not notice.groups
            if wanted or agent.group in notice.groups:
                yield agent.number

    def _concerns(self, notice: Notice, agent: str) -> bool:
        return agent in notice.unread or agent in notice.read

    def _heard(self, event: Event) -> None:
        """Who logs on sees at his telephone what is for him, and whoever sits there next does not."""
        if event.kind != "AgentState":
            return
        agent = event.data["agent"]
        device = "" if event.data["state"] == "logged off" else event.device
        if self._at.get(agent, "") == device:
            return
        if device:
            self._at[agent] = device
        else:
            del self._at[agent]
        self._tell_all(self.of(agent))

    def _tell_all(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            self._tell(notice)
