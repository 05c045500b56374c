"""The part of the configuration that the distribution is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.config.model.queues import AgentGroup, AgentSettings, CustomerClass, DistributionSettings, QueueSettings


@dataclass(frozen=True)
class Desk:
    """Queues, agents, their groups, classes of customers. Names are unique and what is referred to is there: the
    configuration's checks see to it.
    """

    queues: tuple[QueueSettings, ...] = ()
    agents: tuple[AgentSettings, ...] = ()
    groups: tuple[AgentGroup, ...] = ()
    classes: tuple[CustomerClass, ...] = ()
    distribution: DistributionSettings = field(default_factory=DistributionSettings)
