"""Whom a supervisor may act for: groups of agents, by [[user]]. Pure; for his telephone and his programs alike."""

from __future__ import annotations

from collections.abc import Iterable

ROLES = frozenset({"supervisor", "administrator"})


def limits(rows: Iterable[tuple[str, Iterable[str]]]) -> frozenset[str]:
    """Of all rows of one person, as role and groups: the groups to which he is limited; empty: he is not."""
    known = [(role, frozenset(groups)) for role, groups in rows if role in ROLES]
    if any(role == "administrator" or not groups for role, groups in known):
        return frozenset()
    return frozenset[str]().union(*(groups for _role, groups in known))
