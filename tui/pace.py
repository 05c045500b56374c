"""How often the screen may move by itself: as often as the line to the terminal carries it, which is measured.

    console        what changed     ESC[6n                          what changed
                  ├───────────────┼───┤                            ├───────────
    line           ░░░░░░░░░░░░░░░░░░░░                             ░░░░░░░░░░
    terminal                          └─ ESC[y;xR ─┐
    console                                        ├── rest ───────┤
                  sent            probed        answered           due

Behind what was painted goes a question that every terminal answers (DSR 6, cursor position, ECMA-48 8.3.35): its answer
says that all before it was shown, and how long that took. Until then nothing moves by itself, and afterwards so long
that the line is idle three quarters of its time: a key finds it free. On a fast line the rest is shorter than the pace
of the tables (tui/live_table.py), and nobody sees any of this. Who presses a key waits for nothing but the line.

Pure; tui/driver.py counts what goes to the terminal. Without a terminal (tests, pictures) it is always due.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

LOOK_S = 0.25
"""Between two looks whether something was sent."""
REST = 3.0
"""Times what the last painting took."""
MOST_S = 10.0
"""The longest rest."""
FIRST_S = 5.0
"""A terminal that does not answer the first question within this time never does, and is not asked again."""
LOST_S = 30.0
"""Of one that has answered before: the answer is lost."""


class Pace:
    """Times in seconds, of one clock."""

    def __init__(self) -> None:
        self._waits_since: float | None = None
        self._rests_until = 0.0
        self._least: float | None = None
        """Of all answers: the way to the terminal and back, with nothing before it. None: it has not answered yet."""

    def probed(self, now: float) -> None:
        """The question went out behind what was sent."""
        self._waits_since = now

    def answered(self, now: float) -> None:
        """All that was sent before the question is shown."""
        if self._waits_since is None:
            return
        took, self._waits_since = now - self._waits_since, None
        self._least = took if self._least is None else min(self._least, took)
        self._rests_until = now + min(REST * (took - self._least), MOST_S)

    def pressed(self) -> None:
        """A key: what comes of it is not to rest."""
        self._rests_until = 0.0

    def waits(self, now: float) -> bool:
        """For an answer."""
        patience = FIRST_S if self._least is None else LOST_S
        return self._waits_since is not None and now - self._waits_since < patience

    def asks(self, now: float) -> bool:
        """Whether the terminal is to be asked behind what was sent."""
        mute = self._waits_since is not None and self._least is None
        return not mute and not self.waits(now)

    def due(self, now: float) -> bool:
        """Whether something may be painted that nobody has asked for."""
        return not self.waits(now) and now >= self._rests_until


@runtime_checkable
class Paced(Protocol):
    """A program with a line to a terminal whose pace it knows."""

    def due(self) -> bool: ...


def due(app: object) -> bool:
    """Whether a program may paint what nobody has asked for; one without a pace always may."""
    return not isinstance(app, Paced) or app.due()
