"""A PRI span as lines: the hands of hw.signalling.pri.span on a card, and one Line for each B channel.

    card ── D channel frames, alarms ──> ┌──────────┐ ──> PriSpan (libpri) ──> tellings of lines
    exchange ── orders of a PriLine ───> │ PriTrunk │ <── its frames, its next timer
    timers ─────────────────────────────>└──────────┘

What it does: carries frames, time and orders to the span and back; gives each call the line of its channel. What it
does not: decide anything (span.py), mix speech (the plane).

A B channel may change before a call is answered: the far end has the last word where ours was only a wish (Q.931
5.2.3).
Then the two lines concerned exchange their channels, so that the line that the exchange holds keeps its call and its
`port` is the right one from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hw.signalling.pri.party as isdn
from hw.card import Card, Channel, ChannelKind, HardwareError, LineEvent, LineEventKind, SpanInfo, Unsupported
from hw.errors import LocalError
from hw.plane import Ear, Event, Plane, TonePlan
from hw.signalling import line as l
from hw.signalling.pri import calls as tell
from hw.signalling.pri.channels import NoChannel
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.settings import SpanSettings
from hw.signalling.pri.span import PriSpan
from hw.signalling.q850 import Cause
from hw.signalling.trace import Trace
from hw.timers import Timers
from hw.tones import dtmf

RATE = 8000
_BEARERS = {
    l.Bearer.SPEECH: isdn.Capability.SPEECH,
    l.Bearer.AUDIO: isdn.Capability.AUDIO_3K1,
    l.Bearer.DIGITAL: isdn.Capability.UNRESTRICTED_DIGITAL,
}
_ENDED_BY = {tell.EndedBy.FAR_END: "far", tell.EndedBy.NEAR_END: "near", tell.EndedBy.LINE: "line"}
_VOUCHED = (isdn.Screening.NETWORK, isdn.Screening.USER_PASSED)


def _bearer(capability: isdn.Capability) -> l.Bearer:
    return next((bearer for bearer, value in _BEARERS.items() if value is capability), l.Bearer.DIGITAL)


def _to_isdn(party: l.Party | None) -> isdn.Party:
    if party is None:
        return isdn.NOBODY
    number = isdn.Number(party.number, party.type, presentation=party.presentation) if party.number else None
    return isdn.Party(number, party.name or None, party.presentation)


def _from_isdn(party: isdn.Party) -> l.Party | None:
    number = party.number
    if number is None and party.name is None:
        return None
    if number is None:
        return l.Party(name=party.name or "", presentation=party.name_presentation)
    screened = number.screening in _VOUCHED
    return l.Party(number.digits, number.type, number.presentation, party.name or "", screened, raw=number.digits)


class PriLine:
    """One B channel as hw.signalling.line.Line."""

    kind = l.LineKind.TRUNK
    abilities = (
        l.LineAbility.OVERLAP
        | l.LineAbility.SEND_CALLER
        | l.LineAbility.SEND_NAME
        | l.LineAbility.TRUE_ANSWER
        | l.LineAbility.CAUSES
        | l.LineAbility.EARLY_MEDIA
    )

    def __init__(self, trunk: PriTrunk, name: str, channel: Channel, told: Callable[[l.Line, l.Telling], None]) -> None:
        self.name = name
        self.told = told
        self.channel = channel
        self.call: tell.Call | None = None
        self.call_service = l.Service.NONE  # of this channel; the span's comes on top
        self.heard: Callable[[Event], None] = lambda event: None
        self._trunk = trunk
        self._trace = Trace(name, trunk.traces)
        self._ears: tuple[Ear, TonePlan | None, dict[str, float]] = (Ear(0), None, {})

    @property
    def slot(self) -> int:
        """Number of the B channel in its span."""
        return self.channel.info.slot

    @property
    def port(self) -> int:
        return self.channel.port

    @property
    def connection(self) -> l.Connection:
        if self.call is None:
            return l.Connection.NULL
        return l.Connection.FAIL if self.call.ended else self.call.connection

    @property
    def service(self) -> l.Service:
        return self.call_service | self._trunk.service

    # ---- orders ----

    def place(self, call: l.Call) -> None:
        if self.call is not None or self.service:
            raise LocalError(f"{self.name}: place in state {self.connection.value}, service {self.service!r}")
        redirecting = call.redirecting
        request = CallRequest(
            called=isdn.Number(call.called, call.called_type),
            calling=_to_isdn(call.calling),
            redirecting=isdn.Redirection(isdn.Number(redirecting.number, redirecting.type)) if redirecting else None,
            capability=_BEARERS[call.bearer],
            complete=call.complete,
        )
        self._trunk.place(self, request)

    def send(self, digits: str) -> None:
        call = self._live("send")
        if self.connection is l.Connection.CONNECTED:
            self._trunk.plane.play(self.port, [dtmf(digits)])
        else:
            self._trunk.order(lambda span, now: span.digits(call, digits, now))

    def proceed(self) -> None:
        if self.call is not None and not self.call.ended:
            call = self.call
            self._trunk.order(lambda span, now: span.proceed(call, now))

    def alert(self, in_band: bool = False) -> None:
        call = self._live("alert")
        self._trunk.order(lambda span, now: span.alert(call, now, in_band))

    def progress(self, cause: Cause | None = None) -> None:
        call = self._live("progress")
        self._trunk.order(lambda span, now: span.progress(call, now, cause))

    def answer(self, charged: bool = True) -> None:
        """`charged` is not said by Q.931 and has no effect."""
        call = self._live("answer")
        self._trunk.order(lambda span, now: span.answer(call, now))
        self.tell(l.Established(self._trunk.plane.time))

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        if self.call is not None:
            call = self.call
            self._trunk.order(lambda span, now: span.release(call, cause, now))

    def flash(self) -> None:
        raise Unsupported(f"{self.name}: ISDN has no hook flash", action="use hold or transfer of the exchange")

    def message_waiting(self, on: bool) -> None:
        raise Unsupported(f"{self.name}: a trunk has no message lamp")

    def block(self) -> None:
        self._trunk.order(lambda span, now: span.block(self.slot, now))

    def unblock(self) -> None:
        self._trunk.order(lambda span, now: span.unblock(self.slot, now))

    def reset(self) -> None:
        try:
            self._trunk.order(lambda span, now: span.reset(self.slot, now))
        except NoChannel as refused:
            raise LocalError(f"{self.name}: {refused}") from None

    def listen(self, ears: Ear, plan: TonePlan | None = None, **settings: float) -> None:
        self._ears = (ears, plan, settings)
        self.set_ears()

    def trace(self) -> list[str]:
        return self._trace.lines()

    def _live(self, order: str) -> tell.Call:
        if self.call is None or self.call.ended:
            raise LocalError(f"{self.name}: {order} without a call")
        return self.call

    # ---- the trunk's side ----

    def tell(self, telling: l.Telling) -> None:
        self.note(f"tells {telling}")
        self.told(self, telling)

    def note(self, text: str) -> None:
        self._trace.note(self._trunk.plane.time, text)

    def set_ears(self) -> None:
        ears, plan, settings = self._ears
        self._trunk.plane.detect(self.port, ears, plan=plan, **settings)  # type: ignore[arg-type]

    def close(self) -> None:
        self.told = lambda line, telling: None
        self.channel.close()
        self._trace.close()


class PriTrunk:
    """All lines of one span. HardwareError: there is no D channel on it, or another program has a channel of it."""

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
        self.span = PriSpan(settings, plane.seconds)
        self._timers = timers
        self._alarm = False
        self._pumping = False
        dchannel = next((channel for channel in info.channels if channel.kind is ChannelKind.DCHANNEL), None)
        if dchannel is None:
            raise HardwareError(
                f"span {info.number} has no D channel",
                span=info.number,
                action="configure one (dchan=16) or use MFC/R2",
            )
        self._dchannel = card.open_dchannel(dchannel.number)
        self.lines = []
        for channel in info.channels:
            if channel.kind is ChannelKind.BEARER and channel.slot in settings.channels:
                self.lines.append(PriLine(self, f"{name}/{channel.slot}", card.open(channel.number), told))
        self._by_slot = {line.slot: line for line in self.lines}
        self._by_call: dict[tell.Call, PriLine] = {}
        for line in self.lines:
            self._attach(line)
        self._dchannel.heard = self._frame
        self._dchannel.alarmed = self._alarmed
        self._pump()

    def _attach(self, line: PriLine) -> None:
        line.channel.heard = lambda event: None  # alarms come by the D channel, once for the span
        line.channel.media = lambda event: line.heard(event)

    # ---- orders ----

    def place(self, line: PriLine, request: CallRequest) -> None:
        def order(span: PriSpan, now: float) -> None:
            try:
                line.call = span.place(request, now, line.slot)
            except NoChannel as refused:
                raise LocalError(f"{line.name}: {refused}") from None
            self._by_call[line.call] = line

        line.note(f"calls {request.called.digits}{'' if request.complete else ' ...'}")
        self.order(order)
        line.channel.activate()

    def order(self, order: Callable[[PriSpan, float], object]) -> None:
        """Gives the span an order and does what follows from it."""
        order(self.span, self.plane.seconds)
        self._pump()

    def close(self) -> None:
        self._timers.stop((self, "span"))
        self._dchannel.close()
        for line in self.lines:
            line.close()

    # ---- what comes ----

    def _frame(self, frame: bytes) -> None:
        self.span.receive(frame, self.plane.seconds)
        self._pump()

    def _alarmed(self, event: LineEvent) -> None:
        now = self.plane.seconds
        if event.kind is LineEventKind.GONE:
            self.span.gone(now)
            self._serve(l.Service.GONE, True, "card is gone")
        elif event.kind in (LineEventKind.ALARM, LineEventKind.ALARM_END):
            self.span.alarm(event.kind is LineEventKind.ALARM, now)
            self._serve(l.Service.ALARM, event.kind is LineEventKind.ALARM, event.kind.value)
        self._pump()

    def _advance(self) -> None:
        self.span.advance(self.plane.seconds)
        self._pump()

    def _pump(self) -> None:
        """Frames out, tellings up, timer anew; what is ordered meanwhile is done by the turn that runs already."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while True:
                for frame in self.span.frames():
                    self._dchannel.send(frame)
                events = self.span.events()
                if not events:
                    break
                for event in events:
                    self._hand_on(event)
        finally:
            self._pumping = False
        due = self.span.next_timer()
        if due is None:
            self._timers.stop((self, "span"))
        else:
            self._timers.start((self, "span"), max(0.0, due - self.plane.seconds), self._advance)

    def _hand_on(self, event: tell.SpanEvent) -> None:
        match event:
            case tell.Seizure(call=call):
                assert call.channel is not None
                line = self._vacant(call.channel)
                line.call = call
                self._by_call[call] = line
                line.channel.activate()
                line.tell(l.Seized(self.plane.time, self._call_of(event)))
            case tell.OnCall(call=call):
                holder = self._by_call.get(call)
                if holder is not None:
                    self._move(holder, call)
                    self._on_call(holder, event)
            case tell.ChannelChanged(channel=slot, state=state, reason=reason):
                line = self._by_slot[slot]
                flag = _SERVICES.get(state, l.Service.NONE)
                if line.call_service is not flag:
                    line.call_service = flag
                    line.tell(l.ServiceChanged(self.plane.time, line.service, reason))
            case tell.SpanChanged(in_service=in_service, reason=reason):
                self._serve(l.Service.DOWN, not in_service, reason)

    def _call_of(self, seizure: tell.Seizure) -> l.Call:
        redirecting = seizure.redirecting
        return l.Call(
            called=seizure.called.digits,
            complete=seizure.complete,
            calling=_from_isdn(seizure.calling),
            redirecting=_from_isdn(isdn.Party(redirecting.number)) if redirecting is not None else None,
            bearer=_bearer(seizure.capability),
            called_type=seizure.called.type,
        )

    def _on_call(self, line: PriLine, event: tell.OnCall) -> None:
        time = self.plane.time
        match event:
            case tell.Digits(digits=digits, complete=complete):
                line.tell(l.Dialled(time, digits, complete))
            case tell.DigitsWanted(in_band=True):
                line.tell(l.Progress(time, in_band=True))
            case tell.Proceeding(in_band=in_band):
                line.tell(l.Proceeding(time))
                if in_band:
                    line.tell(l.Progress(time, in_band=True))
            case tell.Progress(in_band=in_band, cause=cause):
                line.tell(l.Progress(time, in_band, cause))
            case tell.Alerting(in_band=in_band):
                line.tell(l.Delivered(time, in_band))
            case tell.Answered(connected=connected):
                line.tell(l.Established(time, connected=_from_isdn(connected)))
            case tell.Notified(notification=notification):
                line.note(f"far party: notification {notification:#x}")
            case tell.PartyChanged(party=party):
                line.tell(l.CallerKnown(time, _from_isdn(party) or l.Party()))
            case tell.Released(cause=cause, by=by, reason=reason):
                line.tell(l.Released(time, cause, _ENDED_BY[by], reason))
            case tell.Closed(call=call):
                line.call = None
                del self._by_call[call]
                line.channel.deactivate()
                line.note("idle")

    def _vacant(self, slot: int) -> PriLine:
        """The line of a channel that the far end has seized; if our own call lost it (glare), that call's line gets the
        channel of an idle one and waits there for what the network assigns."""
        line = self._by_slot[slot]
        if line.call is None:
            return line
        spare = next((other for other in self.lines if other.call is None), None)
        if spare is None:  # every line has a call: ours is the one too many
            lost = line.call
            line.tell(
                l.Released(self.plane.time, Cause.CHANNEL_UNAVAILABLE, "line", "two-way seizure, no channel left")
            )
            del self._by_call[lost]
            line.call = None
            self.span.release(lost, Cause.CHANNEL_UNAVAILABLE, self.plane.seconds)
            return line
        line.note(f"two-way seizure of channel {slot}")
        self._exchange(line, spare)
        line.channel.activate()
        return spare

    def _move(self, line: PriLine, call: tell.Call) -> None:
        """The call was given another channel: its line and the one that had the channel exchange theirs."""
        if call.channel is None or call.channel == line.slot:
            return
        line.note(f"channel {line.slot} -> {call.channel}")
        line.channel.deactivate()
        self._exchange(line, self._by_slot[call.channel])
        line.channel.activate()

    def _exchange(self, line: PriLine, other: PriLine) -> None:
        line.channel, other.channel = other.channel, line.channel
        line.call_service, other.call_service = other.call_service, line.call_service
        for one in (line, other):
            self._by_slot[one.slot] = one
            self._attach(one)
            one.set_ears()

    def _serve(self, flag: l.Service, on: bool, reason: str) -> None:
        before = self.service
        self.service = before | flag if on else before & ~flag
        if self.service is not before:
            for line in self.lines:
                line.tell(l.ServiceChanged(self.plane.time, line.service, reason))


_SERVICES = {
    "blocked": l.Service.BLOCKED_HERE,
    "restarting": l.Service.RESETTING,
    "out of service": l.Service.BLOCKED_THERE,
}
