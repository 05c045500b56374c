"""Who attends the calls of the exchange without being in them: the recorder, the queues' figures.

The exchange tells each in the same moment in which something happens, before anybody else acts on it. An attendant must
not block, and must not change what it is told of; orders of its own it gives a moment later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from core.numbering.target import Target

if TYPE_CHECKING:
    from core.exchange.call import Call


class Attendant(Protocol):
    async def routed(self, call: Call, target: Target) -> None:
        """The call is about to be taken to its target, and may be. The caller waits for this."""

    def settled(self, call: Call) -> None:
        """Its legs, or what they hear, have changed."""

    def joined(self, stays: Call, goes: Call) -> None:
        """A transfer has made one call of two. `goes` ends next."""

    def queued(self, call: Call, queue: str) -> None:
        """It waits in this queue from now on, whoever has sent it there."""

    def finished(self, call: Call) -> None:
        """It is over: nobody is in it any more."""
