"""Why this call, and why this agent: every offer carries it, as figures that a person can read and a program can sort.

    call 17 of sales: first of 12 waiting, priority 2, waited 34 s
    agent 8003: longest idle (412 s) of 5 ready, before 8001 (388 s)

The figures are data (the journal keeps them); sentences() makes them words in the language of who asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.texts import N_, _, plural


@dataclass(frozen=True, slots=True)
class Why:
    """One decision.

    trigger: what made it possible, a key of TRIGGERS. waited_s, priority, position: of the call; waiting: how many
    waited in its queue. rule: the strategy that chose, a key of RULES; figure: what it compared, by agent chosen;
    among: ready agents who might have served; next_best: who would have been next, with his figure. rank, liked: his
    rank, and how many of the preferred skills he has. parts: with "intelligent", what each attribute gave.
    """

    call: int
    queue: str
    trigger: str
    waited_s: float
    priority: int
    position: int
    waiting: int
    agents: tuple[str, ...]
    rule: str
    figure: float | None = None
    among: int = 1
    next_best: str = ""
    next_figure: float | None = None
    rank: int = 1
    liked: int = 0
    parts: dict[str, float] = field(default_factory=dict)


TRIGGERS = {
    "came": N_("the call came"),
    "back": N_("the call came back to its place"),
    "free": N_("the agent became free"),
    "recipe": N_("a step of the recipe"),
    "skills": N_("skills or queues of the agent changed"),
    "wider": N_("one more agent is rung"),
}

RULES = {
    "ring all": N_("all who are ready"),
    "ring progressively": N_("one after the other, all ring on"),
    "longest idle": N_("longest idle: {figure:.0f} s"),
    "least recent": N_("last call ended longest ago: {figure:.0f} s"),
    "round robin": N_("next in turn"),
    "linear": N_("first in the list"),
    "fewest calls": N_("fewest calls: {figure:.0f}"),
    "least talk": N_("least talk: {figure:.0f} s"),
    "random": N_("by lot"),
    "weighted random": N_("by lot, weight {figure:g}"),
    "last agent": N_("has served this caller last"),
    "owner agent": N_("keeps this customer"),
    "region": N_("serves the caller's region"),
    "skill level": N_("highest levels of the skills asked for: {figure:.0f}"),
    "intelligent": N_("highest score: {figure:.2f}"),
}


def sentences(why: Why) -> tuple[str, str]:
    """Why this call, why these agents."""
    call = _(
        "call {call} of {queue}: place {position} of {waiting}, priority {priority}, waited {waited:.0f} s ({trigger})"
    ).format(
        call=why.call,
        queue=why.queue,
        position=why.position,
        waiting=why.waiting,
        priority=why.priority,
        waited=why.waited_s,
        trigger=_(TRIGGERS[why.trigger]),
    )
    rule = _(RULES[why.rule]).format(figure=why.figure if why.figure is not None else 0.0)
    among = plural("the only one ready", "of {n} who are ready", why.among).format(n=why.among)
    who = _("agent {agents}: {rule}, {among}, rank {rank}").format(
        agents=", ".join(why.agents), rule=rule, among=among, rank=why.rank
    )
    if why.parts:
        who += " (" + ", ".join(f"{name} {share:.2f}" for name, share in why.parts.items()) + ")"
    if why.next_best:
        who += "; " + _("next would be {agent}").format(agent=why.next_best)
        if why.next_figure is not None:
            who += f" ({why.next_figure:.4g})"
    return call, who
