"""Erlang's formulas: what a queue ought to do, to check what it does.

    calls come at random (Poisson), each takes an exponential time, all wait who find no agent free, in order of entry

A. K. Erlang 1917, "Solution of some problems in the theory of probabilities"; in ITU-T E.501 and any textbook, as
Gans, Koole, Mandelbaum 2003, "Telephone call centers", 3.1. Nothing here holds where callers hang up: then waits are
shorter. `load` is in erlang: calls a second times seconds a call.
"""

from __future__ import annotations

import math


def erlang_b(load: float, agents: int) -> float:
    """Share of calls that find all agents busy and are lost: B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1))."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """Share of calls that have to wait: C = n B / (n - a (1 - B)); 1 where the load is as large as the agents."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1.0 - blocked))


def mean_wait_s(load: float, agents: int, service_s: float) -> float:
    """Of all calls, those at once served included: C s / (n - a). Infinite where the load is as large as the agents."""
    if load >= agents:
        return math.inf
    return erlang_c(load, agents) * service_s / (agents - load)


def answered_within(load: float, agents: int, service_s: float, within_s: float) -> float:
    """Share of calls served within `within_s`: 1 - C exp(-(n - a) t / s)."""
    if load >= agents:
        return 0.0
    return 1.0 - erlang_c(load, agents) * math.exp(-(agents - load) * within_s / service_s)


def agents_needed(load: float, service_s: float, within_s: float, share: float) -> int:
    """The fewest agents with whom `share` (0 to below 1) of calls are served within `within_s`."""
    agents = max(1, math.floor(load) + 1)
    while answered_within(load, agents, service_s, within_s) < share:
        agents += 1
    return agents
