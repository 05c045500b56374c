"""[[queue]], [[agent]], [[agent_group]], [[skill]], [[customer_class]], [distribution]: who is served by whom.

A queue is a recipe: what it asks of an agent (skills), how it chooses among those who are ready (strategy), and steps
that change both while the caller waits. An agent belongs to a group, which says how he works (after-call work, what an
unanswered call does), and to queues, with a rank and levels of his own in each.
What is decided with these settings: core/acd. What it does not: voices and music of the queue, telephones of agents.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from core.config.model.kinds import (
    Effect,
    Many,
    MaybeNumber,
    Name,
    Number,
    Pin,
    Table,
    Text,
    known_keys,
    mistake,
    setting,
)

Level = Annotated[int, Field(ge=1, le=10)]
Levels = dict[Name, Level]
Weight = Annotated[float, Field(ge=0, le=100)]

Strategy = Literal[
    "ring all",
    "ring progressively",
    "longest idle",
    "least recent",
    "round robin",
    "linear",
    "fewest calls",
    "least talk",
    "random",
    "weighted random",
    "last agent",
    "owner agent",
    "region",
    "skill level",
    "intelligent",
    # of Asterisk's queues.conf
    "ringall",
    "leastrecent",
    "fewestcalls",
    "rrmemory",
    "rrordered",
    "wrandom",
    # of FreeSWITCH's mod_callcenter
    "ring-all",
    "ring-progressively",
    "longest-idle-agent",
    "round-robin",
    "top-down",
    "agent-with-least-talk-time",
    "agent-with-fewest-calls",
    "sequentially-by-agent-order",
]


SCORED = ("idle", "skill", "preferred", "owner", "last agent", "region", "calls", "talk", "weight")
"""What "intelligent" can weigh, beside "attribute:NAME"."""


Program = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00-\x1f]*$")]


class Skill(Table):
    """A skill that calls ask for and agents have."""

    name: Name = setting("By which queues and agents name it.")
    text: Text = setting("What it means, for screens.", "", effect=Effect.NOW)
    program: Program = setting(
        "Page or program that a desk opens for calls of queues that ask for this skill (业务配置); {number}, {call} "
        'and {visit} stand for those of the call. "": none.',
        "",
        effect=Effect.NOW,
    )


class CustomerClass(Table):
    """A class of customers, and how far it goes before others."""

    name: Name = setting("By which flows and customer files name it.")
    priority: int = setting(
        "Added to the priority of the queue. One more weighs as much as [distribution] ageing_s of waiting.",
        0,
        ge=0,
        le=100,
    )


class Target(Table):
    """Where a call goes that leaves a queue unanswered."""

    to: Literal["queue", "flow", "mailbox", "number", "announcement", "release"] = setting(
        'What takes the call; "release": it is ended with busy tone.'
    )
    name: Text = setting('Name of the queue, flow, mailbox or announcement, or the number; "" with "release".', "")

    @model_validator(mode="after")
    def _named(self) -> Target:
        if (self.to == "release") == bool(self.name):
            raise mistake('"release" has no name, and everything else has one.')
        return self


class Step(Table):
    """One step of a queue's recipe: when all its conditions hold, it does all it says, once or again and again."""

    after_s: int = setting("The caller has waited in this queue for so long, s.", 0, ge=0, le=86400)
    every_s: int | None = setting("Does it again and again, so long apart, s. Left out: once.", None, ge=1, le=3600)
    times: int | None = setting("Together with every_s: so often at most.", None, ge=1, le=1000)
    position_from: int | None = setting("The caller is at this place or behind it; 1 is the first.", None, ge=1)
    position_to: int | None = setting("The caller is at this place or before it.", None, ge=1)
    ready_below: int | None = setting("Fewer agents of the queue than this are ready.", None, ge=1)
    logged_on_below: int | None = setting("Fewer agents of the queue than this are logged on.", None, ge=1)
    wait_over_s: int | None = setting("The expected wait is known, and longer than this, s.", None, ge=1)
    open: Text = setting('This calendar is open; "": not asked.', "")
    closed: Text = setting('This calendar is closed; "": not asked.', "")

    require: Levels = setting("Skills asked for from now on, with the level that is needed, 1 to 10.", {})
    prefer: Levels = setting("Skills liked from now on, with the level that is liked.", {})
    drop: Many[Name] = setting("Skills that are no longer asked for.", ())
    ring_up_to: int | None = setting("Agents up to this rank may be rung from now on.", None, ge=1, le=100)
    raise_priority: int = setting("Added to the priority of the call.", 0, ge=0, le=100)
    announce: Text = setting('Prompt that is played to the caller; "": none.', "")
    say: Many[Literal["position", "wait"]] = setting(
        "What is told to the caller: his place, and the expected wait where it is known well.", ()
    )
    offer: Many[Literal["wait", "message", "call back"]] = setting(
        "What is offered to the caller: 1 to go on waiting, 2 to leave a message where the queue has a mailbox "
        "(`instead` or an `overflow`), 3 to be called back.",
        (),
    )
    overflow: Target | None = setting("The call leaves the queue for this.", None)

    @model_validator(mode="after")
    def _does_something(self) -> Step:
        moves = (self.require, self.prefer, self.drop, self.ring_up_to, self.raise_priority, self.overflow)
        if not any((*moves, self.announce, self.say, self.offer)):
            raise mistake("This step does nothing.")
        if self.times is not None and self.every_s is None:
            raise mistake('"times" does nothing without "every_s".')
        return self


class QueueAlarms(Table):
    """When a queue needs a person. Each of these is an alarm of its own, and goes by itself."""

    agents_below: int | None = setting(
        "Fewer agents than this are at work: logged on, and neither not ready nor at rest. Left out: no alarm.",
        None,
        ge=1,
        effect=Effect.NOW,
    )
    waiting_longer_s: int | None = setting(
        "A caller on the line waits longer than this, s. Left out: no alarm.", None, ge=5, le=86400, effect=Effect.NOW
    )
    level_calls: int | None = setting(
        "The service level of the running half hour is under its target, of so many callers at least who were answered "
        "or gave up. Left out: no alarm.",
        None,
        ge=1,
        effect=Effect.NOW,
    )
    open: Text = setting('While this calendar is open; "": always.', "", effect=Effect.NOW)
    after_s: int = setting(
        "Agents must be missing for so long; and all must be well again for so long before an alarm goes, s.",
        60,
        ge=0,
        le=3600,
        effect=Effect.NOW,
    )
    level: Literal["critical", "warning", "notice"] = setting("Of these alarms.", "warning", effect=Effect.NOW)


class QueueSettings(Table):
    """A queue: callers wait in it for the next agent who can serve them."""

    name: Name = setting("By which flows, agents and reports name it.", effect=Effect.NOW)
    number: MaybeNumber = setting(
        'Number of the plan that leads into it; "": only flows and transfers do.', "", effect=Effect.NOW
    )
    require: Levels = setting("Skills an agent must have, with the level that is needed, 1 to 10.", {})
    prefer: Levels = setting("Skills that are liked: who has more of them is chosen before who has less.", {})
    strategy: Strategy = setting(
        "How the agent is chosen among those who are ready: our names, or those of Asterisk and FreeSWITCH.",
        "longest idle",
        effect=Effect.NOW,
    )
    fallback: Strategy = setting(
        'With "last agent", "owner agent" and "region": how the choice goes on where that gives none.',
        "longest idle",
        effect=Effect.NOW,
    )
    wait_for_agent_s: int = setting(
        'With "last agent" and "owner agent": so long the caller waits for this agent alone, s.', 20, ge=0, le=3600
    )
    widen_every_s: int = setting(
        'With "ring progressively": one more agent rings after so long, s.', 5, ge=1, le=120, effect=Effect.NOW
    )
    weights: dict[Text, Weight] = setting(
        'With "intelligent": what counts how much: idle, skill, preferred, owner, last agent, region, calls, talk, '
        'weight, or "attribute:NAME" for what caller and agent have in common.',
        {"idle": 1.0, "skill": 1.0, "owner": 3.0, "last agent": 2.0, "region": 1.0},
        effect=Effect.NOW,
    )
    priority: int = setting("Of its calls, before that of the customer's class is added.", 0, ge=0, le=100)
    ring_s: int = setting("An agent's telephone rings for so long, s.", 20, ge=1, le=300, effect=Effect.NOW)
    ring_up_to: int | None = setting(
        "At first only agents up to this rank are rung. Left out: all.", None, ge=1, le=100
    )
    recipe: Many[Step] = setting("What happens while the caller waits.", ())
    max_waiting: int | None = setting(
        "So many may wait on the line; a further caller goes to `instead`.", None, ge=0, le=100000, effect=Effect.NOW
    )
    max_wait_s: int | None = setting("After so long a caller goes to `instead`, s.", None, ge=1, le=86400)
    needs_agents: bool = setting(
        "When no agent of the queue is logged on, callers go to `instead`.", False, effect=Effect.NOW
    )
    instead: Target = setting("Where callers go whom the limits turn away.", Target(to="release"), effect=Effect.NOW)
    place_kept_s: int = setting(
        "Who hangs up while waiting, or is cut off, and rings again within so long has his place back, s.",
        0,
        ge=0,
        le=86400,
        effect=Effect.NOW,
    )
    call_back_first: Literal["agent", "caller"] = setting(
        "Who is called first when the turn of a call-back has come: the agent, who hears the caller being called; or "
        "the caller, while the agent is reserved.",
        "agent",
        effect=Effect.NOW,
    )
    call_back_class: Name = setting(
        "Class of service of call-backs: which numbers callers may be called back at, and the limits against toll "
        "fraud.",
        "local",
        effect=Effect.NOW,
    )
    calling: MaybeNumber = setting(
        'Our number that is sent to who is called back, where the route has none of its own; "": that of the trunk '
        "group.",
        "",
        effect=Effect.NOW,
    )
    call_back_ring_s: int = setting("The caller is rung for so long, s.", 40, ge=5, le=180, effect=Effect.NOW)
    call_back_tries: int = setting(
        "A call-back that is not answered is tried so often.", 2, ge=1, le=10, effect=Effect.NOW
    )
    call_back_again_s: int = setting("Between two tries of a call-back, s.", 300, ge=1, le=86400, effect=Effect.NOW)
    service_level_s: int = setting(
        "Service level: to be answered within so long, s.", 20, ge=1, le=3600, effect=Effect.NOW
    )
    service_level_percent: int = setting("Service level: so many of a hundred.", 80, ge=1, le=100, effect=Effect.NOW)
    service_level: Literal[1, 2, 3, 4, 5, 6] = setting(
        "Which of the six usual definitions is shown (docs/queues.md has the formulas).", 4, effect=Effect.NOW
    )
    short_abandon_s: int = setting(
        "Who hangs up sooner than this had dialled wrongly, s.", 5, ge=0, le=300, effect=Effect.NOW
    )

    alarms: QueueAlarms = setting("When it needs a person.", QueueAlarms(), effect=Effect.NOW)

    @field_validator("weights")
    @classmethod
    def _weighs_what_is_known(cls, value: dict[str, float]) -> dict[str, float]:
        known_keys({name: weight for name, weight in value.items() if not name.startswith("attribute:")}, SCORED)
        return value


class Membership(Table):
    """An agent in a queue."""

    queue: Name = setting("The queue.", effect=Effect.NOW)
    rank: int = setting(
        "Agents of rank 1 are rung before those of rank 2, and so on.", 1, ge=1, le=100, effect=Effect.NOW
    )
    weight: Weight = setting('His share with "weighted random", and in "intelligent".', 1.0, effect=Effect.NOW)
    skills: Levels = setting("Levels that hold in this queue only, in place of the agent's own.", {}, effect=Effect.NOW)


class AgentGroup(Table):
    """How a group of agents works."""

    name: Name = setting("By which agents and supervisors name it.", effect=Effect.NOW)
    begin: Literal["ready", "not ready"] = setting("State after logging on.", "not ready", effect=Effect.NOW)
    line: Literal["each call", "permanent"] = setting(
        "The telephone rings for each call; or it stays off the hook for the whole shift.",
        "each call",
        effect=Effect.NOW,
    )
    answer: Literal["by hand", "automatic"] = setting(
        "With a permanent line: the agent takes each call; or it is his after a beep.", "by hand", effect=Effect.NOW
    )
    release: Literal["with the caller", "by the agent"] = setting(
        "The caller's hang-up frees the agent; or the agent ends each call himself.",
        "with the caller",
        effect=Effect.NOW,
    )
    after_call: Literal["automatic", "by hand", "none"] = setting(
        "After-call work: follows each call by itself; follows when the agent asks for it; is not known.",
        "automatic",
        effect=Effect.NOW,
    )
    after_call_s: int = setting(
        "After-call work ends by itself after so long, s. 0: by hand alone.", 30, ge=0, le=3600, effect=Effect.NOW
    )
    after_call_extend_s: int = setting("What one extension adds, s.", 30, ge=1, le=3600, effect=Effect.NOW)
    after_call_from_s: int = setting(
        "A call shorter than this leads to no after-call work, s.", 0, ge=0, le=600, effect=Effect.NOW
    )
    no_answer: Literal["not ready", "pause"] = setting(
        "An agent who does not answer becomes not ready; or has a pause and stays ready.",
        "not ready",
        effect=Effect.NOW,
    )
    reject: Literal["not ready", "pause"] = setting("The same for one who refuses a call.", "pause", effect=Effect.NOW)
    unreachable: Literal["not ready", "pause"] = setting(
        "The same for one whose telephone is busy, unplugged or cannot be called.", "not ready", effect=Effect.NOW
    )
    pause_s: int = setting("Length of that pause, s.", 10, ge=1, le=3600, effect=Effect.NOW)
    next_call_while_holding: bool = setting(
        "Who has put his caller on hold may be offered the next call.", False, effect=Effect.NOW
    )
    direct_calls_count: bool = setting(
        "Calls that came past the queues, and calls out, count like others in the choice of agents and lead to "
        "after-call work.",
        False,
        effect=Effect.NOW,
    )
    rest_needs_leave: bool = setting("Only a supervisor sends an agent into his rest.", False, effect=Effect.NOW)


class AgentSettings(Table):
    """An agent: a person who serves queues."""

    number: Number = setting("By which he logs on.", effect=Effect.NOW)
    name: Text = setting("What he is called on screens.", "", effect=Effect.NOW)
    pin: Pin = setting('Asked for when he logs on, 6 to 12 digits; "": not asked.', "", effect=Effect.NOW)
    group: Name = setting("Group that says how he works.", effect=Effect.NOW)
    queues: Many[Membership] = setting(
        "Queues that he serves. In a queue agents stand in the order of the files, which the linear strategies follow.",
        (),
        effect=Effect.NOW,
    )
    skills: Levels = setting("Skills with his level, 1 to 10.", {}, effect=Effect.NOW)
    regions: Many[Name] = setting('Regions whose callers are his, with the strategy "region".', (), effect=Effect.NOW)
    attributes: dict[Name, Text] = setting(
        'What "intelligent" compares with the caller, as language = "zh".', {}, effect=Effect.NOW
    )

    @model_validator(mode="after")
    def _each_queue_once(self) -> AgentSettings:
        names = [membership.queue for membership in self.queues]
        if len(set(names)) < len(names):
            raise mistake("A queue stands here twice.")
        return self


class DistributionSettings(Table):
    """What holds for all queues together."""

    ageing_s: int = setting(
        "So long a wait lifts a caller by one priority, so that nobody waits for ever. A large value: priorities are "
        "strict. s.",
        300,
        ge=1,
        le=86400,
        effect=Effect.NOW,
    )
    look_every_s: int = setting(
        "Steps of recipes that wait for places and agents, not for time, are looked at so often, s.",
        5,
        ge=1,
        le=60,
        effect=Effect.NOW,
    )
