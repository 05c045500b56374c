"""For whom a call is made that nobody in it pays for: a queue that calls a customer back.

Its class of service is asked in the place of the calling party's, it has limits of its own against toll fraud, and its
number is shown.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payer:
    """calling: number of ours that is sent to the called party, where the route has none of its own; "": that of the
    trunk group.
    """

    queue: str
    class_of_service: str
    calling: str = ""

    @property
    def account(self) -> str:
        """Its name in the limits and alarms against toll fraud."""
        return f"queue {self.queue}"
