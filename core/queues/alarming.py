"""When a queue needs a person: agents are missing, callers wait too long, its service level is under target.

    bad ────────────── for after_s (agents) ──> the alarm stands ── well again for after_s ──> it goes
          well again before: nothing

Verdicts are pure: what a queue's settings say of its figures. True: bad; False: well; None: neither, an alarm neither
comes nor goes. A wait is well again at half of what was too long; a level counts once level_calls callers of the half
hour were answered or gave up. The task beside them looks each LOOK_S on trio's clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import trio

from core.acd.views import QueueView
from core.alarms import Alarms
from core.config.model.queues import QueueSettings
from core.queues.room import QueueRoom
from core.texts import _

LOOK_S = 5.0
WORD = "queue"
"""Of the keys of its alarms."""
SIDES = ("agents", "waiting", "level")


def verdicts(settings: QueueSettings, view: QueueView, is_open: bool) -> dict[str, bool | None]:
    """By side. is_open: the calendar of its alarms. What is not watched is well."""
    alarms = settings.alarms
    found: dict[str, bool | None] = dict.fromkeys(SIDES, False)
    if not is_open:
        return found
    if alarms.agents_below is not None:
        found["agents"] = view.at_work < alarms.agents_below
    if alarms.waiting_longer_s is not None:
        too_long, well = view.longest_s > alarms.waiting_longer_s, 2 * view.longest_s <= alarms.waiting_longer_s
        found["waiting"] = True if too_long else False if well else None
    if alarms.level_calls is not None:
        enough = view.interval.answered + view.interval.abandoned >= alarms.level_calls
        before = view.last_interval.answered + view.last_interval.abandoned >= alarms.level_calls
        if enough and view.met is not None:
            found["level"] = not view.met
        else:
            found["level"] = None if enough or before else False  # nothing to be judged for a whole half hour
    return found


@dataclass(slots=True)
class Latch:
    """Whether an alarm stands. since: from when on the verdict has been another; seconds."""

    stands: bool = False
    since: float | None = None

    def take(self, bad: bool | None, now: float, come_s: float, go_s: float) -> bool:
        """Whether it has come or gone."""
        if bad is None or bad == self.stands:
            self.since = None
            return False
        if self.since is None:
            self.since = now
        if now - self.since < (go_s if self.stands else come_s):
            return False
        self.stands, self.since = bad, None
        return True


class QueueAlarms:
    def __init__(self, room: QueueRoom, alarms: Alarms) -> None:
        self._room = room
        self._alarms = alarms
        self._latches: dict[tuple[str, str], Latch] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._look()
            await trio.sleep(LOOK_S)

    def _look(self) -> None:
        exchange, now = self._room.exchange, trio.current_time()
        watched: set[tuple[str, str]] = set()
        for settings in exchange.box.queue:
            alarms = settings.alarms
            if (alarms.agents_below, alarms.waiting_longer_s, alarms.level_calls) == (None, None, None):
                continue
            view = self._room.distribution.queue(settings.name, now)
            for side, bad in verdicts(settings, view, exchange.is_open(alarms.open)).items():
                watched.add((settings.name, side))
                latch = self._latches.setdefault((settings.name, side), Latch())
                come_s = alarms.after_s if side == "agents" else 0.0
                if latch.take(bad, now, come_s, alarms.after_s):
                    self._tell(settings, side, latch.stands)
        for gone in self._latches.keys() - watched:
            self._alarms.clear(" ".join((WORD, *gone)))
            del self._latches[gone]

    def _tell(self, settings: QueueSettings, side: str, stands: bool) -> None:
        key = f"{WORD} {settings.name} {side}"
        if not stands:
            self._alarms.clear(key)
            return
        alarms, name = settings.alarms, settings.name
        if side == "agents":
            text = _("queue {queue}: fewer than {count} agents are at work").format(
                queue=name, count=alarms.agents_below
            )
            remedy = _("call agents in or end rests; the recipe or `instead` can send callers elsewhere meanwhile")
        elif side == "waiting":
            text = _("queue {queue}: a caller waits longer than {seconds} s").format(
                queue=name, seconds=alarms.waiting_longer_s
            )
            remedy = _(
                "queue.why_waiting says what stands between him and each agent; ask for more agents, or fewer skills"
            )
        else:
            text = _("queue {queue}: service level of the half hour is under {percent} %").format(
                queue=name, percent=settings.service_level_percent
            )
            remedy = _("more agents, or offer call-backs, so that nobody waits on the line")
        self._alarms.set(key, alarms.level, text, remedy)
