"""Stories told in events, and what the readings make of them as a table of text.

    story = Story()
    story.incoming(1, "e1a/1", "8001")
    story.rings(1, "8001"); story.wait(5); story.answers(1, "8001")
    story.wait(20)
    story.hangs_up(1, "e1a/1", then=["8001"])
    print(table(story.events))

`table()` takes the events of any journal: times are rounded to seconds, so that a story played by the exchange gives
the rows of the same story written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.store.closing import closing
from core.store.event import Event, Json
from core.store.life import Life, Lives
from core.store.records import CallRecord, record
from core.store.run import Run
from core.store.vocabulary import check

NOON = 1_795_694_400_000_000
"""2026-11-26 12:00:00 UTC in µs."""


class Story:
    """Notes events as the exchange does. Seconds; trunks are the devices with a slash in their names."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.seconds = 0.0

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def note(self, kind: str, call: int = 0, device: str = "", **data: Json) -> None:
        check(kind, call, device, data)
        clock = round(self.seconds * 1e6)
        self.events.append(Event(len(self.events) + 1, NOON + clock, clock, 1, call, device, kind, data))

    # ---- what people do, as the exchange tells it ----

    def incoming(self, call: int, trunk: str, called: str, calling: str = "13812345678") -> None:
        self.note("TrunkSeized", call, trunk, group="city", direction="in")
        self.note("Originated", call, trunk, called=called, calling=calling, direction="in")

    def calls(self, call: int, device: str, number: str, kind: str = "station", consults: int = 0) -> None:
        """He lifts (or asks back: consults) and dials for two seconds."""
        self.note("ServiceInitiated", call, device, consults=consults)
        self.wait(2)
        self.note("DigitsDialled", call, device, digits=number)
        direction = "out" if kind == "trunk" else "internal"
        self.note("Originated", call, device, called=number, calling=device, direction=direction)
        self.note("Routed", call, device, target_kind=kind, target=number, number=number)

    def seizes(self, call: int, trunk: str, number: str) -> None:
        self.note("TrunkSeized", call, trunk, group="city", direction="out")
        self.note("NetworkReached", call, trunk, number=number, group="city")

    def rings(self, call: int, device: str, by: str = "") -> None:
        self.note("Delivered", call, device, by=by)

    def answers(self, call: int, device: str) -> None:
        self.note("Established", call, device)

    def holds(self, call: int, device: str, other: str) -> None:
        self.note("Held", call, device)
        self.note("TreatmentBegan", call, other, name="music")

    def takes_back(self, call: int, device: str, other: str) -> None:
        self.note("TreatmentEnded", call, other, name="music")
        self.note("Retrieved", call, device)

    def lets_go(self, call: int, device: str, by: str = "near", cause: int = 16, reason: str = "") -> None:
        self.note("ConnectionCleared", call, device, cause=cause, by=by, reason=reason)
        if "/" in device:
            self.note("TrunkReleased", call, device, group="city", cause=cause)

    def ends(self, call: int, cause: int = 16, reason: str = "", into: int = 0) -> None:
        self.note("CallCleared", call, cause=cause, reason=reason, into=into)

    def hangs_up(self, call: int, device: str, then: Sequence[str] = ()) -> None:
        """He goes; the exchange lets the others go; the call is over."""
        self.lets_go(call, device, by="far")
        for other in then:
            self.lets_go(call, other)
        self.ends(call)

    def alarm(self, call: int, trunk: str, then: Sequence[str] = ()) -> None:
        """The span of the trunk fails."""
        self.note("SpanAlarm", device=trunk.partition("/")[0], alarms=["RED"])
        self.lets_go(call, trunk, by="line", cause=27, reason="span RED")
        for other in then:
            self.lets_go(call, other, cause=27)
        self.ends(call, cause=27)

    def power_cut(self) -> None:
        """The box dies now; what the next start notes about it."""
        clock = round(self.seconds * 1e6)
        run = Run(1, NOON, NOON + clock, clock, ended=False)
        lives = Lives()
        for event in self.events:
            lives.see(event)
        self.events += closing(lives.open.values(), run, len(self.events) + 1)


def table(events: Iterable[Event]) -> str:
    """Records and segments of a journal, as text for people and for comparison. Calls by their number."""
    lives = {life.call: life for life in Lives().see_all(events)}
    return "\n".join(row for call in sorted(lives) for row in rows(lives[call]))


def rows(life: Life) -> list[str]:
    told = record(life)
    return [*head(told), *(f"      {line}" for line in pieces(life))]


def head(told: CallRecord) -> list[str]:
    parties = f"{told.device} -> {told.last or '-'}"
    ended = f"{told.hung_up or 'exchange'} ({told.by})" if told.by else f"into {told.into}" if told.into else "open"
    parts = " ".join(f"{part}={seconds(getattr(told, f'{part}_us'))}" for part in PARTS)
    facts = [f"call {told.call}: {told.direction} {parties}, {told.disposition}; {parts}; cause {told.cause}, {ended}"]
    more = [f"consults {told.consults}"] if told.consults else []
    more += [f"first {told.first}"] if told.first != told.last else []
    more += [f"in by {told.group_in} {told.trunk_in}"] if told.trunk_in else []
    more += [f"out by {told.group_out} {told.trunk_out}"] if told.trunk_out else []
    more += [f"queue {queue}" for queue in told.queues]
    more += [f"used {service}" for service in told.services]
    more += [f"{t.how} transfer by {t.by}: {t.transferred} to {t.to}" for t in told.transfers]
    more += [f"from {d.device} to {d.to}, {d.reason}" for d in told.diversions]
    more += [f"reason: {told.reason}"] if told.reason else []
    return facts + ["      " + "; ".join(more)] * bool(more)


PARTS = ("dial", "ring", "wait", "talk", "hold", "other")


def pieces(life: Life) -> list[str]:
    return [
        f"{seconds(piece.at):>4} {piece.kind:<10} {seconds(piece.us):>3}  {', '.join(piece.parties)}"
        + (f"  [{piece.detail}]" if piece.detail else "")
        for piece in life.segments
        if round(piece.us / 1e6)
    ]


def seconds(us: int) -> str:
    return f"{us / 1e6:.0f}"
