"""A PRI span as lines: the hands of hw.signalling.pri.span on a card, and one Line for each B channel (b_line.py).

    card ── D channel frames, alarms ──> ┌──────────┐ ──> PriSpan (libpri) ──> tellings of lines, one by one
    exchange ── orders of a PriLine ───> │ PriTrunk │ <── its frames, its next timer
    timers ─────────────────────────────>└──────────┘

What it does: carries frames, time and orders to the span and back; gives each call the line of its channel; opens a
card that came back. What it does not: decide anything (span.py), mix speech (the plane).

What the span tells is worked off one event after the other: the line is in its new state, then the exchange is told.
An order out of a telling is given to the span at once; what follows from it is told after what waits already. An
exchange that fails in one telling gets the others all the same.

A call that we place may lose its channel: to two-way seizure, or because ours was only a wish and the far end has the
last word (Q.931 5.2.3, 5.7). Lines exchange their channels then, so that the line that the exchange holds keeps its
call; its `port` is -1 while the call has no channel, and right from the far end's first word on. When the next call
begins on it, a line takes the channel again that it is named after.

    channel       5                          9
    line "5"      calls ..............       (its call, where the network put it) ...... next call: channel 5 again
    line "9"             idle                takes what comes in on channel 5
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hw.card import (
    Card,
    Channel,
    ChannelKind,
    DChannel,
    HardwareError,
    LineEvent,
    LineEventKind,
    SpanEvent,
    SpanEventKind,
    SpanInfo,
)
from hw.errors import LocalError
from hw.plane import Plane
from hw.signalling import line as l
from hw.signalling.line import GONE_S
from hw.signalling.pri import calls as tell
from hw.signalling.pri.b_line import PriLine
from hw.signalling.pri.capture import Capture
from hw.signalling.pri.channels import NoChannel
from hw.signalling.pri.line_call import call_of, party_of, request_of
from hw.signalling.pri.settings import Side, SpanSettings
from hw.signalling.pri.span import PriSpan
from hw.signalling.q850 import Cause
from hw.signalling.trace import Trace
from hw.timers import Timers

log = logging.getLogger(__name__)

GRAIN = 0.02
"""Seconds: the plane's time moves by whole frames, a timer asked sooner would find nothing due."""

_ENDED_BY = {tell.EndedBy.FAR_END: "far", tell.EndedBy.NEAR_END: "near", tell.EndedBy.LINE: "line"}


class PriTrunk:
    """All lines of one span. HardwareError: there is no D or B channel on it, or another program has one of them."""

    def __init__(
        self,
        name: str,
        card: Card,
        info: SpanInfo,
        settings: SpanSettings,
        plane: Plane,
        timers: Timers,
        told: Callable[[l.Line, l.Telling], None],
        traces: Path | None = None,
    ) -> None:
        self.name = name
        self.plane = plane
        self.traces = traces
        self.service = l.Service.DOWN  # of the whole span, until its data link is up
        self._card = card
        self._info = info
        self._timers = timers
        self._trace = Trace(name, traces)
        self._capture = Capture(name, traces)
        self._events: deque[tell.SpanEvent] = deque()
        self._untold: deque[tuple[PriLine, l.Telling]] = deque()
        self._pumping = False
        self._stirred = False  # the span may have frames to send and events to tell
        self._closed = False
        self._leaving = False  # the card is gone, the ports will be closed
        self.portless = False  # they are
        self._due: float | None = None  # what the running timer is for, in seconds of the plane
        self._dchannel, channels = self._open(info, settings.channels)
        self.span = PriSpan(replace(settings, channels=tuple(sorted(channels))), plane.seconds)
        if info.alarms:
            self.service |= l.Service.ALARM
            self.span.alarm(True, plane.seconds)
        self.lines = [PriLine(self, f"{name}/{slot}", channels[slot], told) for slot in sorted(channels)]
        self._at_home = {line.home: line for line in self.lines}
        self._by_slot = dict(self._at_home)
        self._by_call: dict[tell.Call, PriLine] = {}
        names = settings.link.names
        self.abilities = (
            l.LineAbility.OVERLAP
            | l.LineAbility.SEND_CALLER
            | l.LineAbility.TRUE_ANSWER
            | l.LineAbility.CAUSES
            | l.LineAbility.EARLY_MEDIA
        )
        if self._network if names is None else names:
            self.abilities |= l.LineAbility.SEND_NAME
        self._attach()
        self._unwatch = card.watch(self._span_changed)
        self._pump()

    @property
    def _network(self) -> bool:
        return self.span.side is Side.NETWORK

    # ---- orders ----

    def place(self, line: PriLine, call: l.Call) -> None:
        def order(span: PriSpan, now: float) -> None:
            if not self.taken(line.home):
                self._go_home(line)
            try:
                line.call = span.place(request_of(call, self._network), now, line.slot)
            except NoChannel as refused:
                raise LocalError(f"{line.name}: {refused}") from None
            self._by_call[line.call] = line
            line.follow()
            line.note("places", call)

        self.order(order)

    def order(
        self, order: Callable[[PriSpan, float], object], line: PriLine | None = None, telling: l.Telling | None = None
    ) -> None:
        """Gives the span an order; tells the `line`'s `telling` when it could be given; does what follows from it."""
        if self._closed:
            raise LocalError(f"{self.name} is closed")
        order(self.span, self.plane.seconds)
        if line is not None and telling is not None:
            self._say(line, telling)
        self._pump()

    def trace(self) -> list[str]:
        """What happened to the span as a whole: data link, alarms, calls refused for want of a channel."""
        return self._trace.lines()

    def close(self) -> None:
        """Gives the channels back. Nothing is told any more, calls are not cleared."""
        self._closed = True
        self._timers.stop((self, "span"))
        self._timers.stop((self, "gone"))
        self._unwatch()
        self._untold.clear()
        self._close_channels()
        for line in self.lines:
            line.close()
        self._trace.close()

    # ---- what lines ask ----

    def taken(self, slot: int) -> bool:
        """The span has a call on this channel, perhaps one that is not told yet."""
        return self.span.channels.of(slot).call is not None

    def service_of(self, line: PriLine) -> l.Service:
        """Of the span, of the line's own channel, and of the one that it has instead."""
        service = self.service | self._service_of_channel(line.home)
        return service if line.slot == line.home else service | self._service_of_channel(line.slot)

    def _service_of_channel(self, slot: int) -> l.Service:
        channel = self.span.channels.of(slot)
        service = l.Service.NONE
        if channel.blocked:
            service |= l.Service.BLOCKED_HERE
        if channel.restarting:
            service |= l.Service.RESETTING
        if channel.failed:
            service |= l.Service.BLOCKED_THERE
        return service

    # ---- the card ----

    def _open(self, info: SpanInfo, slots: tuple[int, ...]) -> tuple[DChannel, dict[int, Channel]]:
        """All or nothing."""
        dchannel = next((channel for channel in info.channels if channel.kind is ChannelKind.DCHANNEL), None)
        bearers = [one for one in info.channels if one.kind is ChannelKind.BEARER and one.slot in slots]
        if dchannel is None or not bearers:
            raise HardwareError(
                f"span {info.number} has no {'D channel' if dchannel is None else 'B channel'}",
                span=info.number,
                action="configure bchan=1-15,17-31 and dchan=16 (of the span's own numbers), or use MFC/R2",
            )
        opened: list[Channel | DChannel] = []
        channels: dict[int, Channel] = {}
        try:
            signalling = self._card.open_dchannel(dchannel.number)
            opened.append(signalling)
            for bearer in bearers:
                channels[bearer.slot] = self._card.open(bearer.number)
                opened.append(channels[bearer.slot])
        except HardwareError:
            for one in opened:
                one.close()
            raise
        return signalling, channels

    def _attach(self) -> None:
        self._dchannel.heard = self._frame
        self._dchannel.alarmed = self._alarmed
        for line in self.lines:
            line.attach()

    def _frame(self, frame: bytes) -> None:
        self._capture.note(frame)
        self.span.receive(frame, self.plane.seconds)
        self._pump()

    def _alarmed(self, event: LineEvent) -> None:
        if event.kind is LineEventKind.GONE:
            self._gone()
        elif event.kind in (LineEventKind.ALARM, LineEventKind.ALARM_END):
            self._set_alarm(event.kind is LineEventKind.ALARM, event.kind.value)
            self._pump()

    def _set_alarm(self, on: bool, reason: str) -> None:
        self.service = self.service | l.Service.ALARM if on else self.service & ~l.Service.ALARM
        self.span.alarm(on, self.plane.seconds)
        self._serve(reason)

    def _gone(self) -> None:
        """Calls are released, and told so while their ports are there: the exchange has GONE_S to give them up."""
        self.service |= l.Service.GONE
        self.span.gone(self.plane.seconds)
        self._serve("card is gone")
        self._pump()

    def _close_channels(self) -> None:
        self.portless = True
        self._capture.close()
        self._dchannel.close()
        for line in self.lines:
            line.channel.close()

    def _span_changed(self, event: SpanEvent) -> None:
        """The card is plugged in again, or (DAHDI) configured again after that."""
        same = all(getattr(event.span, what) == getattr(self._info, what) for what in ("hardware", "location", "name"))
        if event.kind is not SpanEventKind.ARRIVED or not same or self._closed or l.Service.GONE not in self.service:
            return
        self._timers.stop((self, "gone"))
        if not self.portless:
            self._close_channels()
        try:
            dchannel, channels = self._open(event.span, tuple(self._by_slot))
        except HardwareError as refused:
            self._note(f"card is back but not ready: {refused}")
            return
        if missing := set(self._by_slot) - set(channels):
            dchannel.close()
            for channel in channels.values():
                channel.close()
            self._note(f"card is back without channels {sorted(missing)}")
            return
        self._dchannel = dchannel
        for slot, line in self._by_slot.items():
            line.channel = channels[slot]
            line.speaking = False
        self._leaving = self.portless = False
        self._attach()
        self.service &= ~l.Service.GONE
        for line in self.lines:
            line.set_ears()
            line.follow()
        self._set_alarm(bool(event.span.alarms), "card is back")
        self._pump()

    # ---- time, frames, tellings ----

    def _advance(self) -> None:
        self._due = None
        self.span.advance(self.plane.seconds)
        self._pump()

    def _pump(self) -> None:
        """Until nothing is left to be sent or told. Orders that come meanwhile are done by the turn that runs."""
        self._stirred = True
        if self._pumping or self._closed:
            return
        self._pumping = True
        failed: Exception | None = None
        try:
            while not self._closed:
                if self._stirred:
                    self._stirred = False
                    self._send()
                    self._events.extend(self.span.events())
                elif self._untold:
                    line, telling = self._untold.popleft()
                    try:
                        line.told(line, telling)
                    except Exception as error:  # that one is the exchange's own; the others are told all the same
                        failed = failed or error
                elif self._events:
                    self._take(self._events.popleft())
                else:
                    break
        finally:
            self._pumping = False
        if l.Service.GONE in self.service and not self._leaving:
            self._leaving = True
            self._timers.start((self, "gone"), GONE_S, self._close_channels)
        self._arm()
        if failed is not None:
            raise failed

    def _send(self) -> None:
        for frame in self.span.frames():
            self._capture.note(frame)
            try:
                self._dchannel.send(frame)
            except HardwareError:
                return  # the card is gone and has told it or will; layer 2 repeats what was lost

    def _arm(self) -> None:
        """One timer for the span. It may run out early and find nothing: cheaper than moving it with every frame."""
        due = None if self._closed else self.span.next_timer()
        if due is not None and (self._due is None or due < self._due):
            self._due = due
            self._timers.start((self, "span"), max(GRAIN, due - self.plane.seconds), self._advance)

    def _say(self, line: PriLine, telling: l.Telling) -> None:
        line.note("tells", telling)
        self._untold.append((line, telling))

    def _note(self, text: str, what: object = None) -> None:
        self._trace.note(self.plane.time, text, what)

    def _serve(self, reason: str) -> None:
        """The span's own state may have changed: tells each line that is in another one than it told."""
        down = l.Service.NONE if self.span.in_service else l.Service.DOWN
        self.service = self.service & ~l.Service.DOWN | down
        self._note(f"{reason}; span", self.service)
        for line in self.lines:
            self._check_service(line, reason)

    def _check_service(self, line: PriLine, reason: str) -> None:
        service = line.service
        if service != line.served:
            line.served = service
            self._say(line, l.ServiceChanged(self.plane.time, service, reason))

    # ---- what the span tells ----

    def _take(self, event: tell.SpanEvent) -> None:
        match event:
            case tell.Seizure():
                self._on_seizure(event)
            case tell.OnCall(call=call):
                line = self._by_call.get(call)
                if line is not None:
                    self._move(line, call)
                    self._on_call(line, event)
            case tell.ChannelChanged(channel=slot, reason=reason):
                for line in dict.fromkeys((self._at_home[slot], self._by_slot[slot])):
                    self._check_service(line, reason)
            case tell.SpanChanged(reason=reason):
                self._serve(reason)
            case tell.Refused(channel=channel, cause=cause, called=called):
                self._note(f"refused a call to {called.digits!r} on channel {channel}:", cause)

    def _on_call(self, line: PriLine, event: tell.OnCall) -> None:
        time = self.plane.time
        match event:
            case tell.Digits(digits=digits, complete=complete):
                self._say(line, l.Dialled(time, digits, complete))
            case tell.DigitsWanted(in_band=True):
                self._say(line, l.Progress(time, in_band=True))
            case tell.Proceeding(in_band=in_band):
                self._say(line, l.Proceeding(time))
                if in_band:
                    self._say(line, l.Progress(time, in_band=True))
            case tell.Progress(in_band=in_band, cause=cause):
                self._say(line, l.Progress(time, in_band, cause))
            case tell.Alerting(in_band=in_band):
                self._say(line, l.Delivered(time, in_band))
            case tell.Answered(connected=connected):
                self._say(line, l.Established(time, connected=party_of(connected)))
            case tell.Notified(notification=notification):
                line.note(f"far party: notification {notification:#x}")
            case tell.PartyChanged(party=party):
                self._say(line, l.CallerKnown(time, party_of(party) or l.Party()))
            case tell.Released(call=call, cause=cause, by=by, reason=reason):
                self._end(line, call, l.Released(time, cause, _ENDED_BY[by], reason))
            case tell.Closed(call=call):
                self._forget(line, call)
                self._say(line, l.Idle(time))

    def _on_seizure(self, event: tell.Seizure) -> None:
        """On the line of its channel; where a call of ours waits there that lost it, on an idle one."""
        call = event.call
        assert call.channel is not None
        self._go_home(self._at_home[call.channel])
        line = self._by_slot[call.channel]
        if line.call is not None:
            line.note(f"two-way seizure of channel {call.channel}")
            spare = next((other for other in self.lines if other.call is None), None)
            if spare is None:
                self._give_up(line, line.call)
                self._events.appendleft(event)  # once that is told
                return
            self._exchange(line, spare)
            line = spare
        line.call = call
        self._by_call[call] = line
        line.follow()
        self._say(line, l.Seized(self.plane.time, call_of(event)))

    def _give_up(self, line: PriLine, call: tell.Call) -> None:
        """Every line has a call, and the network began one more: ours without a channel goes, or is cleared unseen."""
        self._forget(line, call)
        if call.ended:
            self._say(line, l.Idle(self.plane.time))
            return
        reason = "two-way seizure, no channel left"
        self._say(line, l.Released(self.plane.time, Cause.CHANNEL_UNAVAILABLE, "line", reason))
        self.span.release(call, Cause.CHANNEL_UNAVAILABLE, self.plane.seconds)
        self._stirred = True

    def _end(self, line: PriLine, call: tell.Call, released: l.Released) -> None:
        """A call that the far end has forgotten as well leaves the line idle at once; else Idle follows."""
        line.over = True
        if not self.span.knows(call):
            self._forget(line, call)
        self._say(line, released)

    def _forget(self, line: PriLine, call: tell.Call) -> None:
        if self._by_call.pop(call, None) is not None:
            line.call = None
            line.over = line.open_told = False
            line.follow()

    # ---- lines and their channels ----

    def _move(self, line: PriLine, call: tell.Call) -> None:
        """The call was given another channel, or one after it had none."""
        if call.channel is not None and call.channel != line.slot:
            line.note(f"channel {line.slot} -> {call.channel}")
            self._exchange(line, self._by_slot[call.channel])
        line.follow()

    def _go_home(self, line: PriLine) -> None:
        """Before a call: to the line's own channel, if whoever has that is idle too."""
        other = self._by_slot[line.home]
        if other is not line and line.call is None and other.call is None:
            self._exchange(line, other)

    def _exchange(self, line: PriLine, other: PriLine) -> None:
        line.exchange(other)
        for one in (line, other):
            self._by_slot[one.slot] = one
            self._check_service(one, "channels exchanged")
