"""What the configuration says of a queue and of an agent, found by the names that calls and people bring."""

from __future__ import annotations

from core.config.model.box import Box
from core.config.model.queues import AgentGroup, QueueSettings


def queue_of(box: Box, queue: str) -> QueueSettings | None:
    """By its name or number; None: there is none."""
    return next((one for one in box.queue if queue in (one.name, one.number)), None)


def group_of(box: Box, agent: str) -> AgentGroup | None:
    """How the agent works; None: there is no such agent."""
    name = next((one.group for one in box.agent if one.number == agent), None)
    return next((one for one in box.agent_group if one.name == name), None)


def keeps_line_open(box: Box, agent: str) -> bool:
    """His telephone stays off the hook for the whole shift."""
    group = group_of(box, agent)
    return group is not None and group.line == "permanent"


def takes_offers_by_itself(box: Box, agent: str) -> bool:
    """At an open line an offer is his after a beep."""
    group = group_of(box, agent)
    return group is not None and group.answer == "automatic"
