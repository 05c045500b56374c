"""Does a rule want this call recorded? Pure: facts in, the first rule that fits out.

The lot of share_percent is drawn from the call's number, so that asking twice gives the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from core.config.model import pattern
from core.config.model.recording import RecordingRule


@dataclass(frozen=True, slots=True)
class CallFacts:
    """groups: trunk groups in it; stations: numbers of stations in it; outside: number of the outside party, "" none;
    direction: "in", "out", "internal".
    """

    call: int
    direction: str
    groups: frozenset[str] = frozenset()
    stations: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    outside: str = ""


def rule_for(facts: CallFacts, rules: Iterable[RecordingRule]) -> RecordingRule | None:
    """None: the call is not recorded."""
    for rule in rules:
        if fits(facts, rule):
            return rule if lot(facts.call, rule.name) < rule.share_percent else None
    return None


def fits(facts: CallFacts, rule: RecordingRule) -> bool:
    return (
        (rule.direction in ("any", facts.direction))
        and (not rule.groups or not facts.groups.isdisjoint(rule.groups))
        and (not rule.stations or not facts.stations.isdisjoint(rule.stations))
        and (not rule.queues or not facts.queues.isdisjoint(rule.queues))
        and (not rule.numbers or any(pattern.parse(text).matches(facts.outside) for text in rule.numbers))
    )


def lot(call: int, rule: str) -> float:
    """0 to 100, the same for the same call and rule."""
    digest = hashlib.blake2b(f"{call}/{rule}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32 * 100
