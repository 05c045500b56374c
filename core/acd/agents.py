"""One agent: his state, the state that waits behind his call, his after-call work and his counts.

States are CSTA's (ECMA-269, agent states): Null, Not Ready, Ready, Busy, Working After Call, each with a pending state
where one is asked for during a call. Two are finer than CSTA's: a rest is a Not Ready that is counted apart, and an
agent whose telephone rings for a queue is Busy there, OFFERED here.

    log on ── NOT_READY ── ready ──> READY ── offer ──> OFFERED ── answer ──> BUSY ── end ──> AFTER_CALL ──> READY
                                       ^                   │                    │                              │
                                       └── withdrawn, or missed with a pause ───┴── asked meanwhile: pending ──┘

What is asked and what happens is one table, (state, act) -> what follows; what is not in it is refused (a person's act)
or raises (ours). What it does not: choose (distribution.py), ring, or keep a clock: `now` is in seconds, `until` says
when take() wants to be told that time is up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from core.config.model.queues import AgentGroup, AgentSettings
from core.texts import N_
from hw.errors import LocalError


class State(Enum):
    LOGGED_OFF = N_("logged off")
    NOT_READY = N_("not ready")
    RESTING = N_("rest")
    READY = N_("ready")
    OFFERED = N_("offered a call")  # reserved, the telephone rings or is about to
    BUSY = N_("busy")
    AFTER_CALL = N_("working after call")


CSTA = {
    State.LOGGED_OFF: "agentNull",
    State.NOT_READY: "agentNotReady",
    State.RESTING: "agentNotReady",
    State.READY: "agentReady",
    State.OFFERED: "agentBusy",
    State.BUSY: "agentBusy",
    State.AFTER_CALL: "agentWorkingAfterCall",
}

COMING = frozenset({State.READY, State.OFFERED, State.BUSY, State.AFTER_CALL})
"""States of an agent who will take calls again by himself."""


class Act(Enum):
    """What an agent, or a supervisor for him, asks; and below, what happens to him."""

    LOG_ON = "log on"
    LOG_OFF = "log off"
    READY = "ready"
    NOT_READY = "not ready"
    REST = "rest"
    END_REST = "end of rest"
    WORK = "after-call work"
    EXTEND_WORK = "extend after-call work"
    END_WORK = "end of after-call work"

    OFFER = "offered a call"
    ANSWER = "answered"
    WITHDRAW = "offer withdrawn"
    MISS = "offer missed"
    CALL = "call began"
    END = "call ended"


class Then(Enum):
    """What follows where it is not simply a state."""

    BEGIN = "the group's first state"
    LATER = "the state asked for is pending"
    BACK = "what is pending, else what was before the call"
    WORK = "after-call work where it is due, else back"
    EXTEND = "the same work, longer"


S, A = State, Act
TABLE: Final[dict[tuple[State, Act], State | Then]] = {
    (S.LOGGED_OFF, A.LOG_ON): Then.BEGIN,
    (S.NOT_READY, A.READY): S.READY,
    (S.NOT_READY, A.NOT_READY): S.NOT_READY,  # another reason
    (S.NOT_READY, A.REST): S.RESTING,
    (S.NOT_READY, A.WORK): S.AFTER_CALL,
    (S.NOT_READY, A.LOG_OFF): S.LOGGED_OFF,
    (S.NOT_READY, A.CALL): S.BUSY,
    (S.RESTING, A.READY): S.READY,
    (S.RESTING, A.END_REST): S.READY,
    (S.RESTING, A.NOT_READY): S.NOT_READY,
    (S.RESTING, A.LOG_OFF): S.LOGGED_OFF,
    (S.RESTING, A.CALL): S.BUSY,
    (S.READY, A.READY): S.READY,
    (S.READY, A.NOT_READY): S.NOT_READY,
    (S.READY, A.REST): S.RESTING,
    (S.READY, A.WORK): S.AFTER_CALL,
    (S.READY, A.LOG_OFF): S.LOGGED_OFF,
    (S.READY, A.OFFER): S.OFFERED,
    (S.READY, A.CALL): S.BUSY,
    (S.OFFERED, A.READY): Then.LATER,
    (S.OFFERED, A.NOT_READY): Then.LATER,
    (S.OFFERED, A.REST): Then.LATER,
    (S.OFFERED, A.WORK): Then.LATER,
    (S.OFFERED, A.LOG_OFF): S.LOGGED_OFF,  # the call goes back to its place
    (S.OFFERED, A.ANSWER): S.BUSY,
    (S.OFFERED, A.WITHDRAW): Then.BACK,
    (S.OFFERED, A.MISS): Then.BACK,
    (S.OFFERED, A.CALL): S.BUSY,  # he lifted to call out, in the instant of the offer
    (S.BUSY, A.READY): Then.LATER,
    (S.BUSY, A.NOT_READY): Then.LATER,
    (S.BUSY, A.REST): Then.LATER,
    (S.BUSY, A.WORK): Then.LATER,
    (S.BUSY, A.LOG_OFF): Then.LATER,
    (S.BUSY, A.CALL): S.BUSY,
    (S.BUSY, A.OFFER): S.OFFERED,  # his calls are on hold
    (S.OFFERED, A.END): S.OFFERED,  # one that he holds
    (S.BUSY, A.END): Then.WORK,
    (S.AFTER_CALL, A.READY): S.READY,
    (S.AFTER_CALL, A.END_WORK): Then.BACK,
    (S.AFTER_CALL, A.WORK): S.AFTER_CALL,
    (S.AFTER_CALL, A.EXTEND_WORK): Then.EXTEND,
    (S.AFTER_CALL, A.NOT_READY): S.NOT_READY,
    (S.AFTER_CALL, A.REST): S.RESTING,
    (S.AFTER_CALL, A.LOG_OFF): S.LOGGED_OFF,
    (S.AFTER_CALL, A.CALL): S.BUSY,
}

ASKED: Final = {
    A.READY: S.READY,
    A.NOT_READY: S.NOT_READY,
    A.REST: S.RESTING,
    A.WORK: S.AFTER_CALL,
    A.LOG_OFF: S.LOGGED_OFF,
}
"""The state that an act asks for, where it can be pending."""

ASKABLE: Final = frozenset({*ASKED, A.LOG_ON, A.END_REST, A.EXTEND_WORK, A.END_WORK})
"""Acts of people; the others happen."""


class NotNow(Exception):
    """A person asked for what his state, or a setting, does not allow. The text, a msgid, says what is against it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The state asked for during a call, why, and by whom ("": the agent himself)."""

    state: State
    reason: str = ""
    by: str = ""


@dataclass(slots=True)
class Talk:
    """One call of a busy agent. direct: it came past the queues. held: he does not speak in it just now. spoke: there
    was somebody to speak with, since then; else it is no call answered, and no work follows.
    """

    since: float
    direct: bool
    held: bool = False
    spoke: bool = True


@dataclass(slots=True)
class Counts:
    """Of one agent since the day began. Times in seconds; `times` is complete up to the last change of state."""

    offered: int = 0
    answered: int = 0
    missed: int = 0
    rejected: int = 0
    unreachable: int = 0
    direct: int = 0
    talk_s: float = 0.0
    direct_talk_s: float = 0.0
    times: dict[State, float] = field(default_factory=dict)
    reasons: dict[str, float] = field(default_factory=dict)  # not ready, by reason


class Agent:
    """Acts are taken in the order they happen; `now` never runs back."""

    __slots__ = (
        "_counted",
        "_work_due",
        "_work_left",
        "by",
        "calls",
        "counts",
        "idle_since",
        "last_call_ended",
        "logged_on_since",
        "number",
        "offer",
        "pause_until",
        "pending",
        "person",
        "reason",
        "resume",
        "settings",
        "since",
        "skills",
        "state",
        "until",
    )

    def __init__(self, person: AgentSettings, settings: AgentGroup, now: float) -> None:
        self.person = person
        self.number = person.number
        self.skills = dict(person.skills)  # as they are now: a supervisor changes them at run time
        self.settings = settings
        self.state = State.LOGGED_OFF
        self.since = now
        self.reason = ""
        self.by = ""
        self.pending: Pending | None = None
        self.resume: Pending | None = None  # the state before a call that came past the queues
        self.calls: dict[int, Talk] = {}
        self.offer = 0  # the call he is offered; 0: none
        self.until: float | None = None  # end of after-call work, None: by hand
        self.pause_until = 0.0  # ready, but spared until then
        self.idle_since = now
        self.last_call_ended = 0.0
        self.logged_on_since = now
        self.counts = Counts()
        self._counted = now  # until then the times are complete
        self._work_due = False
        self._work_left: float | None = None

    def available(self, now: float) -> bool:
        """May be offered a call: he is ready, or all his calls are on hold and his group takes the next one then."""
        if self.state is State.BUSY:
            takes_next = self.settings.next_call_while_holding and self.pending is None
            return takes_next and now >= self.pause_until and all(talk.held for talk in self.calls.values())
        return self.state is State.READY and now >= self.pause_until

    @property
    def after(self) -> Pending:
        """What he will be when offer, calls and work are over; in any other state, what he is."""
        if self.state in (S.OFFERED, S.BUSY, S.AFTER_CALL):
            follows = (one for one in (self.pending, self.resume) if one is not None and one.state is not S.AFTER_CALL)
            return next(follows, Pending(S.READY))
        return Pending(self.state, self.reason, self.by)

    def load(self) -> tuple[int, float]:
        """Calls and seconds of talk that the strategies compare."""
        counts = self.counts
        if self.settings.direct_calls_count:
            return counts.answered + counts.direct, counts.talk_s + counts.direct_talk_s
        return counts.answered, counts.talk_s

    def begin_day(self, now: float) -> Counts:
        """Counts of the day that ends, complete; the new ones start at 0."""
        self._count(now)
        counts, self.counts = self.counts, Counts()
        return counts

    # ---- what people ask ----

    def ask(self, act: Act, now: float, reason: str = "", by: str = "") -> None:
        """An agent's own act, or with `by` a supervisor's for him. NotNow: it cannot be."""
        then = TABLE.get((self.state, act))
        if then is None or act not in ASKABLE:
            raise NotNow(self.state.value)
        if act is A.REST and self.settings.rest_needs_leave and not by:
            raise NotNow(N_("rest needs a supervisor's leave"))
        if act is A.WORK and self.settings.after_call == "none":
            raise NotNow(N_("the group knows no after-call work"))
        if then is Then.LATER:
            self.pending = None if act is A.READY else Pending(ASKED[act], reason, by)
            if act is A.READY:
                self.resume = None
        elif then is Then.EXTEND:
            if self.until is None:
                raise NotNow(N_("after-call work has no limit"))
            self.until += self.settings.after_call_extend_s
        elif then is Then.BACK:
            self._back(now, by)
        elif then is Then.BEGIN:
            self.logged_on_since = now
            self.pause_until = 0.0
            first = S.READY if self.settings.begin == "ready" else S.NOT_READY
            self._enter(first, now, reason, by)
        elif then is S.AFTER_CALL:
            if self.state is S.NOT_READY:
                self.resume = Pending(self.state, self.reason, self.by)
            self._work(now, reason, by)
        elif then is S.READY and self.state is S.READY:
            self.pause_until = now
        elif then is S.LOGGED_OFF and self.calls:  # the offer is gone, what he holds is not
            self.pending = Pending(then, reason, by)
            self._enter(S.BUSY, now)
        elif isinstance(then, State):
            self.pending = self.resume = None
            self._enter(then, now, reason, by)

    def time_is_up(self, now: float) -> None:
        """`until` has come."""
        if self.state is S.AFTER_CALL and self.until is not None and now >= self.until:
            self._back(now, "")

    # ---- what happens to him ----

    def offered(self, call: int, now: float) -> None:
        self._must(A.OFFER)
        self.offer = call
        self.counts.offered += 1
        self._enter(S.OFFERED, now)

    def withdrawn(self, now: float) -> None:
        """The offer is gone for no fault of his: his idle time runs on."""
        self._must(A.WITHDRAW)
        idle_since = self.idle_since
        self._free(now)
        self.idle_since = idle_since

    def missed(self, how: str, now: float) -> None:
        """how: "no answer", "reject" or "unreachable"."""
        self._must(A.MISS)
        settings, counts = self.settings, self.counts
        if how == "no answer":
            counts.missed += 1
            follows = settings.no_answer
        elif how == "reject":
            counts.rejected += 1
            follows = settings.reject
        elif how == "unreachable":
            counts.unreachable += 1
            follows = settings.unreachable
        else:
            raise LocalError(f"agent {self.number}: an offer is not missed by {how!r}")
        if follows == "pause":
            self.pause_until = now + settings.pause_s
        elif self.pending is None:
            self.pending = Pending(S.NOT_READY, how)
        self._free(now)

    def answered(self, call: int, now: float, spoke: bool = True) -> None:
        """spoke=False: a call-back; its caller is to be called yet."""
        self._must(A.ANSWER)
        self.counts.answered += spoke
        self._busy(call, now, direct=False, spoke=spoke)

    def reached(self, call: int, now: float) -> None:
        """The caller of a call-back has answered: from now on he has answered him, and they talk."""
        talk = self.calls[call]
        talk.since, talk.spoke = now, True
        self.counts.answered += 1

    def call_began(self, call: int, now: float, direct: bool = True, spoke: bool = True) -> None:
        """A call past the queues, in or out; or one of a queue that he picked up (direct=False), see answered()."""
        self._must(A.CALL)
        if call in self.calls:
            raise LocalError(f"agent {self.number} has call {call} already")
        if direct:
            self.counts.direct += 1
        else:
            self.counts.answered += spoke
        if self.state in (S.NOT_READY, S.RESTING, S.AFTER_CALL):
            self.resume = Pending(self.state, self.reason, self.by)
            if self.state is S.AFTER_CALL:
                self._work_left = None if self.until is None else max(0.0, self.until - now)
        self._busy(call, now, direct, spoke)

    def left_as(self, call: int, number: int) -> None:
        """One of his calls goes on under a number of its own: its caller is called again under the old one."""
        self.calls[number] = self.calls.pop(call)

    def call_ended(self, call: int, now: float) -> None:
        """One of his calls is gone; with the last he is free."""
        self._must(A.END)
        if call not in self.calls:
            raise LocalError(f"agent {self.number} has no call {call}")
        talk = self.calls.pop(call)
        lasted = now - talk.since
        if talk.direct:
            self.counts.direct_talk_s += lasted
        elif talk.spoke:
            self.counts.talk_s += lasted
        counts = not talk.direct or self.settings.direct_calls_count
        if counts:
            self.last_call_ended = now
        if (
            talk.spoke
            and counts
            and self.settings.after_call == "automatic"
            and lasted >= self.settings.after_call_from_s
        ):
            self._work_due = True
        if self.calls or self.state is S.OFFERED:
            return
        self._free(now)

    def held(self, call: int, on: bool) -> None:
        """He puts a call on hold, or takes it back."""
        if call not in self.calls:
            raise LocalError(f"agent {self.number} has no call {call}")
        self.calls[call].held = on

    # ---- inside ----

    def _free(self, now: float) -> None:
        """An offer is gone, or a call: to what he holds, to the work that is due, or back."""
        pending, due = self.pending, self._work_due
        if self.calls:
            self._enter(S.BUSY, now)
            return
        self._work_due = False
        if pending is not None and pending.state is S.AFTER_CALL:
            self.pending = None
            self._work(now, pending.reason, pending.by)
        elif due and not (pending is not None and pending.state is S.LOGGED_OFF):
            self._work(now, "", "")
        else:
            self._back(now, "")

    def _must(self, act: Act) -> None:
        if (self.state, act) not in TABLE:
            raise LocalError(f"agent {self.number} is {self.state.value}: no {act.value}")

    def _busy(self, call: int, now: float, direct: bool, spoke: bool) -> None:
        self.calls[call] = Talk(now, direct, spoke=spoke)
        if self.state is not S.BUSY:
            self._enter(S.BUSY, now)

    def _work(self, now: float, reason: str, by: str) -> None:
        """Into after-call work, for its whole length."""
        if self.resume is not None and self.resume.state is S.AFTER_CALL:
            self.resume = None
        limit = self.settings.after_call_s
        self._enter(S.AFTER_CALL, now, reason, by)
        self.until = now + limit if limit else None

    def _back(self, now: float, by: str) -> None:
        pending, resume = self.pending, self.resume
        self.pending = self.resume = None
        to = pending or resume or Pending(S.READY, "", by)
        self._enter(to.state, now, to.reason, to.by)
        if to.state is S.AFTER_CALL and self._work_left is not None:  # it had begun before a call out
            self.until = now + self._work_left

    def _enter(self, state: State, now: float, reason: str = "", by: str = "") -> None:
        self._count(now)
        if state is S.READY:
            self.idle_since = now
        if state is not S.OFFERED:
            self.offer = 0
        self.state, self.since, self.reason, self.by = state, now, reason, by
        self.until = None

    def _count(self, now: float) -> None:
        times = self.counts.times
        spent, self._counted = now - self._counted, now
        times[self.state] = times.get(self.state, 0.0) + spent
        if self.state is S.NOT_READY:
            reasons = self.counts.reasons
            reasons[self.reason] = reasons.get(self.reason, 0.0) + spent
