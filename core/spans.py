"""The spans of the box as people see them: alarms with meaning and remedy, lines in and out of service, counters.

    spans = Spans(hardware, alarms, topics)
    nursery.start_soon(spans.run)
    spans.views()

An alarm of the card is believed when it has stood for JUDGED_S, as a plug that is just being put in is no fault; a PRI
span whose data link is down without one, after LINK_S. Both become alarms of the box (core/alarms.py) and go when the
span is well again.

How time flows: cards tell alarms as they come; a look each second finds the rest, and tells watchers what changed.
"""

from __future__ import annotations

import msgspec
import trio

from core.alarms import Alarms
from core.api.topics import Topics
from core.config.model.spans import PriSpan, Span
from core.hardware import Hardware
from core.meanings import MEANINGS
from core.texts import _
from hw.card import Alarm, SpanEvent, SpanEventKind, SpanInfo
from hw.signalling.line import Connection, Service

JUDGED_S = 3.0
LINK_S = 30.0
LOOK_S = 1.0


class SpanView(msgspec.Struct, frozen=True):
    """A span of the configuration. alarms: RED, YELLOW, ... and GONE (no such span on the card now). link: of PRI, up
    or down; empty: not of this signalling. lines: all; busy: with a call; out: out of service. counters: since the
    driver was loaded, those that it counts. timing: priority as source of the card's clock, from 1; 0: never.
    """

    name: str
    card: str
    span: int
    signalling: str
    alarms: list[str]
    link: str
    lines: int
    busy: int
    out: int
    hardware: str
    counters: dict[str, int]
    timing: int


class Spans:
    def __init__(self, hardware: Hardware, alarms: Alarms, topics: Topics) -> None:
        self._hardware = hardware
        self._alarms = alarms
        self._topics = topics
        self._infos: dict[tuple[str, int], SpanInfo] = {}
        self._since: dict[str, float] = {}
        """By the key of an alarm: since when there is reason for it."""
        self._sent: dict[str, SpanView] = {}
        self._noted: dict[str, list[str]] = {}
        """By span: its alarms as the journal has them."""

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        for name, card in self._hardware.cards.items():
            for info in card.spans():
                self._infos[name, info.number] = info

            def changed(event: SpanEvent, name: str = name) -> None:
                self._told(name, event)

            card.watch(changed)
        task_status.started()
        while True:
            self._look()
            await trio.sleep(LOOK_S)

    def views(self) -> list[SpanView]:
        return [self._view(span) for span in self._hardware.box.span]

    # ---- within ----

    def _told(self, card: str, event: SpanEvent) -> None:
        if event.kind is SpanEventKind.GONE:
            self._infos.pop((card, event.span.number), None)
        else:
            self._infos[card, event.span.number] = event.span
        for view in self.views():
            if (view.card, view.span) == (card, event.span.number) and self._noted.get(view.name, []) != view.alarms:
                self._noted[view.name] = view.alarms
                if self._alarms.trail is not None:
                    self._alarms.trail.note("SpanAlarm", device=view.name, alarms=view.alarms)
        self._look()

    def _look(self) -> None:
        for span in self._hardware.box.span:
            view = self._view(span)
            self._judge(view)
            if self._topics.watched("spans") and self._sent.get(span.name) != view:
                self._sent[span.name] = view
                self._topics.changed("spans", span.name, view)

    def _view(self, span: Span) -> SpanView:
        info = self._infos.get((span.card, span.span))
        lines = self._hardware.lines.spans.get(span.name, ())
        counters = {} if info is None else msgspec.to_builtins(info.counters)
        return SpanView(
            name=span.name,
            card=span.card,
            span=span.span,
            signalling=span.signalling,
            alarms=["GONE"] if info is None else [str(alarm.name) for alarm in Alarm if alarm in info.alarms],
            link=self._link(span),
            lines=len(lines),
            busy=sum(line.connection is not Connection.NULL for line in lines),
            out=sum(bool(line.service) for line in lines),
            hardware="" if info is None else info.hardware,
            counters={name: count for name, count in counters.items() if count is not None},
            timing=0 if info is None else info.timing,
        )

    def _link(self, span: Span) -> str:
        if not isinstance(span, PriSpan):
            return ""
        trunk = self._hardware.lines.trunks.get(span.name)
        return "up" if trunk is not None and Service.DOWN not in trunk.service else "down"

    def _judge(self, view: SpanView) -> None:
        # A span that could not be opened has an alarm for that already.
        missing = view.name in self._hardware.lines.missing
        bad = [name for name in view.alarms if name != "RECOVERING" and not (missing and name == "GONE")]
        key = f"span {view.name}"
        if self._lasts(key, bool(bad), JUDGED_S):
            means, remedy = _explained(bad[0])
            self._alarms.set(key, "critical", f"{view.name}: {', '.join(bad)}: {means}", remedy)
        if self._lasts(f"link {view.name}", view.link == "down" and not bad and view.lines > 0, LINK_S):
            text = _("{span}: the data link of ISDN is down").format(span=view.name)
            remedy = _("ask the carrier whether its side is started; check user and network side, and the D channel")
            self._alarms.set(f"link {view.name}", "critical", text, remedy)

    def _lasts(self, key: str, wrong: bool, seconds: float) -> bool:
        """Something is wrong for so long. Nothing is wrong: its alarm goes."""
        if not wrong:
            self._since.pop(key, None)
            self._alarms.clear(key)
            return False
        return trio.current_time() - self._since.setdefault(key, trio.current_time()) >= seconds


def _explained(alarm: str) -> tuple[str, str]:
    if alarm == "GONE":
        return _("the card does not have this span (any more)"), _("check the card, load its driver, run dahdi_cfg")
    means, remedy = MEANINGS[Alarm[alarm]]
    return _(means), _(remedy)
