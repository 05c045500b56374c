"""Which of the agents who are ready gets the call: the strategies, and what Asterisk and FreeSWITCH call them.

    who may serve ── lowest rank ── most of the preferred skills ── the strategy ──> one agent, or several to ring

Ranks and preferred skills come before every strategy but two: "ring all" rings the whole rank, and "skill level" and
"intelligent" weigh skills themselves. Ties go to the agent who stands first in the queue's list, so that a decision can
be said again. What it does not: know who is ready (queue.py), ring.

"Longest idle" counts from when an agent became ready; "least recent" from the end of his last call, whatever he did
since: that is what Asterisk's leastrecent and FreeSWITCH's longest-idle-agent do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from core.acd.queue import Member, Queue
from core.acd.skills import BEST, liked, total
from core.acd.waiting import Waiting

PRESETS = {
    # Asterisk, queues.conf
    "ringall": "ring all",
    "leastrecent": "least recent",
    "fewestcalls": "fewest calls",
    "rrmemory": "round robin",
    "rrordered": "round robin",
    "wrandom": "weighted random",
    # FreeSWITCH, mod_callcenter
    "ring-all": "ring all",
    "ring-progressively": "ring progressively",
    "longest-idle-agent": "least recent",
    "round-robin": "round robin",
    "top-down": "linear",
    "sequentially-by-agent-order": "linear",
    "agent-with-least-talk-time": "least talk",
    "agent-with-fewest-calls": "fewest calls",
}
"""Their names to ours. "linear" and "random" are the same in both."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a strategy sees beside the candidates. rng: seeded, so that a run can be repeated."""

    queue: Queue
    waiting: Waiting
    now: float
    rng: Random


@dataclass(frozen=True, slots=True)
class Choice:
    """members: whom to ring now, in order. The rest is for people (reason.Why)."""

    members: tuple[Member, ...]
    rule: str
    figure: float | None = None
    next_best: Member | None = None
    next_figure: float | None = None
    parts: dict[str, float] = field(default_factory=dict)


Candidates = Sequence[Member]
Strategy = Callable[[Candidates, Scene], Choice]


def _by_figure(rule: str, figure: Callable[[Member, Scene], float], most: bool) -> Strategy:
    """The agent with the most, or the least, of something."""
    sign = -1.0 if most else 1.0

    def choose(candidates: Candidates, scene: Scene) -> Choice:
        best = second = None
        for member in candidates:
            value = figure(member, scene)
            key = (sign * value, member.order)
            if best is None or key < best[0]:
                best, second = (key, member, value), best
            elif second is None or key < second[0]:
                second = (key, member, value)
        assert best is not None
        if second is None:
            return Choice((best[1],), rule, best[2])
        return Choice((best[1],), rule, best[2], second[1], second[2])

    return choose


def _ring_all(candidates: Candidates, scene: Scene) -> Choice:
    return Choice(tuple(sorted(candidates, key=_order)), "ring all")


def _ring_progressively(candidates: Candidates, scene: Scene) -> Choice:
    """The first one now; whoever is chosen next rings as well, a little later."""
    first, *more = sorted(candidates, key=_order)
    return Choice((first,), "ring progressively", next_best=more[0] if more else None)


def _linear(candidates: Candidates, scene: Scene) -> Choice:
    first, *more = sorted(candidates, key=_order)
    return Choice((first,), "linear", next_best=more[0] if more else None)


def _round_robin(candidates: Candidates, scene: Scene) -> Choice:
    """Those after the one rung last, then those before him."""
    last = scene.queue.last_order
    first, *more = sorted(candidates, key=lambda member: (member.order <= last, member.order))
    return Choice((first,), "round robin", next_best=more[0] if more else None)


def _random(candidates: Candidates, scene: Scene) -> Choice:
    return Choice((scene.rng.choice(sorted(candidates, key=_order)),), "random")


def _weighted_random(candidates: Candidates, scene: Scene) -> Choice:
    """Weight 2 is chosen twice as often as weight 1; weight 0 only where nobody has more."""
    members = sorted(candidates, key=_order)
    weights = [member.settings.weight for member in members]
    if not any(weights):
        weights = [1.0] * len(members)
    (member,) = scene.rng.choices(members, weights)
    return Choice((member,), "weighted random", member.settings.weight)


def _named(rule: str, name: Callable[[Waiting], str]) -> Strategy:
    """One agent by name; where he is not among the candidates, the queue's fallback."""

    def choose(candidates: Candidates, scene: Scene) -> Choice:
        wanted = name(scene.waiting)
        for member in candidates:
            if wanted and member.agent.number == wanted:
                return Choice((member,), rule)
        return _fallback(rule, scene)(candidates, scene)

    return choose


def _region(candidates: Candidates, scene: Scene) -> Choice:
    """Among those who serve the caller's region, by the fallback; where there is none, among all."""
    region = scene.waiting.caller.region
    at_home = [member for member in candidates if region in member.agent.person.regions]
    fallback = _fallback("region", scene)
    if not at_home:
        return fallback(candidates, scene)
    choice = fallback(at_home, scene)
    return Choice(choice.members, "region", next_best=choice.next_best)


def _intelligent(candidates: Candidates, scene: Scene) -> Choice:
    """Attributes of caller, agent and history, each 0 to 1, times its weight, added up."""
    weights = scene.queue.settings.weights
    most = _Most(candidates, scene.now)
    scored = sorted(
        ((_score(member, scene, weights, most), member) for member in candidates),
        key=lambda pair: (-sum(pair[0].values()), pair[1].order),
    )
    parts, best = scored[0]
    if len(scored) == 1:
        return Choice((best,), "intelligent", sum(parts.values()), parts=parts)
    other, second = scored[1]
    return Choice((best,), "intelligent", sum(parts.values()), second, sum(other.values()), parts)


class _Most:
    """Of all candidates, to measure each by; never 0."""

    def __init__(self, candidates: Candidates, now: float) -> None:
        self.idle_s = max(now - member.agent.idle_since for member in candidates) or 1.0
        self.calls = max(member.agent.load()[0] for member in candidates) or 1
        self.talk_s = max(member.agent.load()[1] for member in candidates) or 1.0
        self.weight = max(member.settings.weight for member in candidates) or 1.0


def _score(member: Member, scene: Scene, weights: dict[str, float], most: _Most) -> dict[str, float]:
    waiting, agent = scene.waiting, member.agent
    caller = waiting.caller
    calls, talk_s = agent.load()
    asked = {**waiting.preferred, **waiting.required}
    values = {
        "idle": (scene.now - agent.idle_since) / most.idle_s,
        "skill": total(member.levels, asked) / (BEST * len(asked)) if asked else 0.0,
        "preferred": liked(member.levels, waiting.preferred) / len(waiting.preferred) if waiting.preferred else 0.0,
        "owner": float(agent.number == caller.owner),
        "last agent": float(agent.number == caller.last_agent),
        "region": float(caller.region in agent.person.regions),
        "calls": 1.0 - calls / most.calls,
        "talk": 1.0 - talk_s / most.talk_s,
        "weight": member.settings.weight / most.weight,
    }
    parts = {}
    for name, weight in weights.items():
        kind, _, attribute = name.partition(":")
        if kind == "attribute":
            theirs = caller.attributes.get(attribute)
            value = float(theirs is not None and theirs == agent.person.attributes.get(attribute))
        else:
            value = values[name]
        parts[name] = weight * value
    return parts


def _order(member: Member) -> int:
    return member.order


STRATEGIES: dict[str, Strategy] = {
    "ring all": _ring_all,
    "ring progressively": _ring_progressively,
    "longest idle": _by_figure("longest idle", lambda m, scene: scene.now - m.agent.idle_since, most=True),
    "least recent": _by_figure("least recent", lambda m, scene: scene.now - m.agent.last_call_ended, most=True),
    "round robin": _round_robin,
    "linear": _linear,
    "fewest calls": _by_figure("fewest calls", lambda m, scene: m.agent.load()[0], most=False),
    "least talk": _by_figure("least talk", lambda m, scene: m.agent.load()[1], most=False),
    "random": _random,
    "weighted random": _weighted_random,
    "last agent": _named("last agent", lambda waiting: waiting.caller.last_agent),
    "owner agent": _named("owner agent", lambda waiting: waiting.caller.owner),
    "region": _region,
    "skill level": _by_figure(
        "skill level",
        lambda m, scene: total(m.levels, {**scene.waiting.preferred, **scene.waiting.required}),
        most=True,
    ),
    "intelligent": _intelligent,
}

WEIGH_SKILLS = frozenset({"skill level", "intelligent", "ring all"})
"""Before these, preferred skills do not narrow the choice."""

RING_SEVERAL = frozenset({"ring all", "ring progressively"})


def named(name: str) -> str:
    """Our name of a strategy."""
    return PRESETS.get(name, name)


def _fallback(rule: str, scene: Scene) -> Strategy:
    """What goes on where `rule` gives nobody; no two lead to each other."""
    name = named(scene.queue.settings.fallback)
    if name in (rule, "last agent", "owner agent"):
        name = "longest idle"
    return STRATEGIES[name]


def choose(candidates: Candidates, scene: Scene) -> Choice:
    """candidates: at least one, all ready and allowed."""
    name = named(scene.queue.settings.strategy)
    if len(candidates) > 1:
        # Who holds a call is asked only where nobody is without one.
        candidates = [member for member in candidates if not member.agent.calls] or candidates
        lowest = min(member.settings.rank for member in candidates)
        candidates = [member for member in candidates if member.settings.rank == lowest]
        preferred = scene.waiting.preferred
        if preferred and len(candidates) > 1 and name not in WEIGH_SKILLS:
            most = max(liked(member.levels, preferred) for member in candidates)
            candidates = [member for member in candidates if liked(member.levels, preferred) == most]
    return STRATEGIES[name](candidates, scene)


def agent_wanted(queue: Queue, waiting: Waiting) -> str:
    """The agent for whom alone the caller first waits; "": any."""
    name = named(queue.settings.strategy)
    if name == "last agent":
        return waiting.caller.last_agent
    if name == "owner agent":
        return waiting.caller.owner
    return ""
