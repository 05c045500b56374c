"""One ISDN PRI span: its calls and B channels. ITU-T Q.931 (1998) clause 5, ETSI EN 300 403-1.

What it does: keeps the state of every call and channel, chooses channels, settles two-way seizure, runs the timers that
libpri has not, clears calls with the right cause when the data link or the span goes, restarts channels. What it does
not: route, play tones, know a card. Wire and clock are the caller's:

    D channel ── receive(frame, now) ──> ┌─────────┐ <── place, proceed, alert, progress, answer, digits, release
    D channel <── frames() ───────────── │ PriSpan │
    card ── alarm(on, now), gone(now) ─> │         │ ──> events(): Seizure, Digits, Alerting, Answered, Released ...
    clock ── advance(now) ─────────────> └─────────┘ <── block, unblock, reset          (calls.py)
             next_timer()

    an incoming call, en bloc                          the same, overlapped
    far end            span       exchange             far end            span          exchange
    SETUP ───────────> Seizure ──>                     SETUP 8 ─────────> Seizure "8" ──>
    <── CALL PROCEEDING                                <── SETUP ACKNOWLEDGE
    <───────────── ALERTING <──── alert()              INFORMATION 1 ───> Digits "1" ───>
    <────────────── CONNECT <──── answer()             <── CALL PROCEEDING <──── proceed()
    DISCONNECT 16 ───> Released ─>                     T302 (silence) ──> Digits complete
    <── RELEASE   RELEASE COMPLETE ──>                 ...

SETUP is answered at once, with the channel chosen: the far end's T303 does not wait for the exchange. Each call ends
with one Released: as soon as the far end clears, when our own release() is given, or when the line says so. Closed
follows when the release is complete and the channel free; that takes no order, and at most the `clearing` timer.

Two-way seizure (Q.931 5.7): the network's call has priority. The network keeps its channel and gives the user's call
another one, or 44 where that cannot be; the user gives up its channel and takes what the network assigns.

Data link lost: calls are kept for T309, then cleared with 27; nothing new begins. Span alarm: the same after `alarm`.
Both come back by themselves. Time: seconds on a clock that never goes back.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from hw.errors import LocalError
from hw.signalling.pri import calls as tell
from hw.signalling.pri import events as on
from hw.signalling.pri.calls import Call, EndedBy, SpanStatistics
from hw.signalling.pri.channels import Channel, Channels, NoChannel
from hw.signalling.pri.link import CallRequest, DChannelLink
from hw.signalling.pri.party import NOBODY, Party, check_digits
from hw.signalling.pri.restarts import Restarts
from hw.signalling.pri.settings import Hunt, Side, SpanSettings
from hw.signalling.pri.states import CLEARING, HEARD, ORDERS, TIMERS, Order, State
from hw.signalling.q850 import Cause

log = logging.getLogger(__name__)


class PriSpan:
    """See the file's head. Raises LocalError for an order that does not fit the state of its call."""

    def __init__(self, settings: SpanSettings, now: float) -> None:
        self.settings = settings
        self.side = settings.link.side
        network = self.side is Side.NETWORK
        self.link = DChannelLink(settings.link, now)
        hunt = settings.hunt or (Hunt.ASCENDING if network else Hunt.DESCENDING)
        self.channels = Channels(settings.channels, hunt, self._channel_changed)
        self.statistics = SpanStatistics()
        self._restarts = Restarts(self.channels, self.link)
        self._exclusive = network if settings.exclusive is None else settings.exclusive
        self._calls: dict[int, Call] = {}
        self._deadlines: dict[Call | str, float] = {}
        self._events: deque[tell.SpanEvent] = deque()
        self._now = now
        self._link_up = False
        self._alarm = False

    # ---- wire and clock ----

    def receive(self, frame: bytes, now: float) -> None:
        """A frame from the D channel, without FCS."""
        self._now = now
        self.link.receive(frame)
        self._hear()

    def frames(self) -> list[bytes]:
        """Takes what is to be sent on the D channel now."""
        return self.link.frames()

    def advance(self, now: float) -> None:
        """Runs what is due."""
        self._now = now
        self._hear()
        while self._deadlines:
            key = min(self._deadlines, key=self._deadlines.__getitem__)
            if self._deadlines[key] > now:
                break
            del self._deadlines[key]
            if isinstance(key, Call):
                _EXPIRED[key.timer](self, key)
            else:
                self._clear_all(_LOST[key])
            self._hear()

    def next_timer(self) -> float | None:
        """When advance() must be called, seconds; None: not before the next frame or order."""
        link = self.link.next_timer()
        if not self._deadlines:
            return link
        own = min(self._deadlines.values())
        return own if link is None else min(own, link)

    def alarm(self, present: bool, now: float) -> None:
        """The span has an alarm, or has none any more. Red, blue, yellow: no speech passes one way at least."""
        self._now = now
        if present is self._alarm:
            return
        self._alarm = present
        if present:
            self._deadlines["alarm"] = now + self._timer("alarm")
        else:
            self._deadlines.pop("alarm", None)
        self._span_changed("span alarm" if present else "alarm ended")

    def gone(self, now: float) -> None:
        """The card vanished: calls end at once, and nothing new begins until alarm(False) is told."""
        self.alarm(True, now)
        self._deadlines.pop("alarm", None)
        self._clear_all("card is gone")
        self._hear()

    def events(self) -> list[tell.SpanEvent]:
        """Takes what happened since the last call, in its order."""
        taken = list(self._events)
        self._events.clear()
        return taken

    # ---- what can be seen ----

    @property
    def in_service(self) -> bool:
        return self._link_up and not self._alarm

    def calls(self) -> list[Call]:
        """All calls, also those whose release is not complete."""
        return list(self._calls.values())

    def knows(self, call: Call) -> bool:
        """The call is there still, if only to be cleared."""
        return call.number in self._calls

    # ---- orders: calls ----

    def place(
        self, request: CallRequest, now: float, channel: int | None = None, exclusive: bool | None = None
    ) -> Call:
        """An outgoing call, on `channel` or the next free one. Raises NoChannel, LocalError.

        `exclusive`: that channel and no other (a test call); None: as the span's settings say.
        """
        self._now = now
        if not self.in_service:
            raise NoChannel("the span is out of service", Cause.NETWORK_OUT_OF_ORDER)
        chosen = self.channels.pick(channel)
        number = self.link.setup(request, now, chosen.number, self._exclusive if exclusive is None else exclusive)
        call = Call(number, True, State.CALL_INITIATED, chosen.number, begun=now)
        self._calls[number] = call
        self._take(chosen, call)
        self.statistics.placed += 1
        return call

    def digits(self, call: Call, digits: str, now: float) -> None:
        """Overlap sending: more of the called number. Kept until the far end asks for them."""
        check_digits(digits)
        if not digits:
            raise LocalError("no digits to send")
        state = self._after(call, Order.DIGITS, now)
        if state is State.CALL_INITIATED:
            call.digits_waiting += digits
        else:
            self.link.information(call.number, digits, now)
        self._enter(call, state)

    def proceed(self, call: Call, now: float) -> None:
        """Overlap receiving: the number is complete. Nothing to do where the span knew that."""
        state = self._after(call, Order.PROCEED, now)
        if state is not call.state:
            self.link.proceeding(call.number, now)
            self._enter(call, state)

    def progress(self, call: Call, now: float, cause: Cause | None = None) -> None:
        """The caller is to listen to the channel: an announcement or tone before answer; `cause` says why."""
        state = self._after(call, Order.PROGRESS, now)
        self.link.progress(call.number, now, cause)
        self._enter(call, state)

    def alert(self, call: Call, now: float, in_band: bool = False) -> None:
        """The called station rings. `in_band`: the caller is to hear our ring-back or music."""
        state = self._after(call, Order.ALERT, now)
        self.link.alerting(call.number, now, in_band)
        self._enter(call, state)

    def answer(self, call: Call, now: float, connected: Party = NOBODY) -> None:
        """The call is answered (by `connected`, where the caller may know)."""
        state = self._after(call, Order.ANSWER, now)
        self.link.connect(call.number, now, connected)
        # The network does not wait for the user's acknowledgement, Q.931 5.2.8.
        self._enter(call, State.ACTIVE if self.side is Side.NETWORK else state)
        call.answered = now

    def notify(self, call: Call, notification: int, now: float) -> None:
        """Tells the far party that it is held (0x79), taken back (0x7a) and the like, Q.931 4.5.22."""
        self._after(call, Order.NOTIFY, now)
        self.link.notify(call.number, notification, now)

    def release(self, call: Call, cause: Cause, now: float) -> None:
        """Ends the call. One that is over already is left alone: the two ends may hang up at once."""
        self._now = now
        if call.state in CLEARING:
            return
        if call.cause is None:
            self._end(call, cause, EndedBy.NEAR_END)
        else:  # the far end had cleared and was being listened to
            self._end(call, call.cause, EndedBy.FAR_END)
        self._clear(call, cause)
        self._hear()

    # ---- orders: channels ----

    def block(self, channel: int, now: float) -> None:
        """No new call on this channel; one that is up goes on."""
        self._now = now
        self.channels.block(channel)

    def unblock(self, channel: int, now: float) -> None:
        """Back into service, also after a restart that the far end did not answer."""
        self._now = now
        self.channels.unblock(channel)

    def reset(self, channel: int, now: float) -> None:
        """RESTART: ends a call on the channel with 41, and both ends forget it. Raises NoChannel while down."""
        self._now = now
        chosen = self.channels.of(channel)
        if not self._link_up:
            raise NoChannel("the data link is down", Cause.NETWORK_OUT_OF_ORDER)
        if chosen.call is not None:
            self._drop(chosen.call, Cause.TEMPORARY_FAILURE, EndedBy.LINE, "channel reset")
        self._restarts.order(chosen, now)

    # ---- calls inside ----

    def _timer(self, name: str) -> float:
        return self.settings.link.timers[name]

    def _after(self, call: Call, order: Order, now: float) -> State:
        """The state that an order leads to; it is entered when the order could be given. Raises LocalError."""
        self._now = now
        state = ORDERS[call.state].get(order)
        if state is None:
            raise LocalError(f"{call!r}: cannot {order.value} in this state")
        return state

    def _enter(self, call: Call, state: State) -> None:
        """Into a state, or once more into the same: its timer begins anew."""
        call.state = state
        self._watch(call, TIMERS.get(state))

    def _watch(self, call: Call, timer: str | None) -> None:
        if timer is not None:
            call.timer = timer
            self._deadlines[call] = self._now + self._timer(timer)
        elif call.timer:
            call.timer = ""
            self._deadlines.pop(call, None)

    def _end(self, call: Call, cause: Cause, by: EndedBy, reason: str = "", charge: int | None = None) -> None:
        """Tells that the call is over, once."""
        if not call.ended:
            call.ended = True
            call.cause = cause
            self._events.append(tell.Released(self._now, call, cause, by, reason, charge))

    def _clear(self, call: Call, cause: Cause) -> None:
        """Towards the far end; the channel stays taken until that is complete."""
        answering = call.state is State.DISCONNECT_INDICATION
        self._enter(call, State.RELEASE_REQUEST if answering else State.DISCONNECT_REQUEST)
        self.link.release(call.number, cause, self._now)

    def _close(self, call: Call) -> None:
        """The call reference is free; so is the channel."""
        self._enter(call, State.NULL)
        self._calls.pop(call.number, None)
        channel = self.channels.get(call.channel)
        if channel is not None and channel.call is call:
            channel.call = None
        self._events.append(tell.Closed(self._now, call))

    def _drop(self, call: Call, cause: Cause, by: EndedBy, reason: str) -> None:
        """Without a message."""
        self._end(call, cause, by, reason)
        self.link.forget(call.number)
        self._close(call)

    def _clear_all(self, reason: str) -> None:
        """The line is of no use. The far end is told all the same: its own data link may stand, or come back first."""
        for call in self.calls():
            if call.state not in CLEARING:
                self._end(call, call.cause or Cause.DESTINATION_OUT_OF_ORDER, EndedBy.LINE, reason)
                self._clear(call, Cause.DESTINATION_OUT_OF_ORDER)

    # ---- what the D channel tells ----

    def _hear(self) -> None:
        for event in self.link.events(self._now):
            if not isinstance(event, on.CallEvent):
                _LINK_HEARD[type(event)](self, event)
            elif isinstance(event, on.Setup):
                self._on_setup(event)
            elif (call := self._calls.get(event.call)) is not None:
                self._on_call(call, event)

    def _on_call(self, call: Call, event: on.CallEvent) -> None:
        state = HEARD[call.state].get(type(event))
        if state is None:
            self.statistics.unexpected += 1
            log.info("%r: %s does not fit", call, event)
            return
        if isinstance(event, _RESPONSES) and not self._settle(call, event.channel):
            return
        if not isinstance(event, _REMARKS):
            self._enter(call, state)
        act = _CALL_HEARD.get(type(event))
        if act is not None:
            act(self, call, event)
        elif telling := tell.passed_on(call, event):
            self._events.append(telling)

    def _on_setup(self, event: on.Setup) -> None:
        network = self.side is Side.NETWORK
        wanted = self.channels.get(event.channel)
        if wanted is not None and wanted.call is not None and wanted.call.state in CLEARING:
            # It would have answered our clearing before it called again: it has lost that call (restarted, or its card
            # was away), and 44 would keep the channel from both of us until the clearing runs out.
            self._drop(wanted.call, Cause.TEMPORARY_FAILURE, EndedBy.FAR_END, "far end calls on its channel")
        choice = self.channels.choose(event.channel, event.any_channel, event.exclusive, ours_first=network)
        channel = choice.channel if self.in_service else None
        self.statistics.two_way_seizures += choice.rival is not None
        if channel is None:
            cause = Cause.CHANNEL_UNAVAILABLE if choice.channel is not None else choice.cause
            self.statistics.refused += 1
            self.link.release(event.call, cause, self._now)
            self._events.append(tell.Refused(self._now, event.channel, cause, event.called, event.calling))
            return
        call = Call(event.call, False, State.CALL_PRESENT, channel.number, settled=True, begun=self._now)
        self._calls[event.call] = call
        self._take(channel, call)
        self.statistics.seized += 1
        complete = event.complete or not self.settings.overlap
        if complete:
            self.link.proceeding(call.number, self._now, channel.number)
        else:
            self.link.setup_ack(call.number, self._now, channel.number, in_band=not event.called.digits)
        self._enter(call, ORDERS[State.CALL_PRESENT][Order.PROCEED if complete else Order.ASK])
        self._events.append(tell.seizure(call, event, complete))

    def _settle(self, call: Call, given: int | None) -> bool:
        """The first response to our SETUP names the channel. False: we cannot take it and cleared the call with 6."""
        if call.settled:
            return True
        call.settled = True
        if given is not None and given == call.channel:
            return True
        channel = self.channels.get(call.channel if given is None else given)
        if channel is not None and (channel.free or channel.call is call):
            if call.channel is not None:
                self.channels.of(call.channel).call = None
            self._take(channel, call)
            return True
        reason = f"the far end gave channel {given}, which is taken"
        self._end(call, Cause.CHANNEL_UNAVAILABLE, EndedBy.LINE, reason)
        self._clear(call, Cause.CHANNEL_UNACCEPTABLE)
        return False

    def _on_setup_ack(self, call: Call, event: on.SetupAck) -> None:
        self._events.append(tell.DigitsWanted(self._now, call, event.in_band))
        if call.digits_waiting:
            self.link.information(call.number, call.digits_waiting, self._now)
            call.digits_waiting = ""

    def _on_progress(self, call: Call, event: on.Progress) -> None:
        if call.state in (State.CALL_INITIATED, State.OUTGOING_PROCEEDING):
            self._watch(call, "T301")  # PROGRESS ends T303 and T310, but nothing may last for ever
        self._events.append(tell.Progress(self._now, call, event.in_band or event.interworking, event.cause))

    def _on_connect(self, call: Call, event: on.Connect) -> None:
        call.answered = self._now
        self._events.append(tell.Answered(self._now, call, event.connected))

    def _on_disconnect(self, call: Call, event: on.Disconnect) -> None:
        """With an announcement before answer the call stays for it: release(), RELEASE or T306 ends it."""
        if event.in_band and call.outgoing and call.answered is None:
            call.cause = event.cause
            self._events.append(tell.Progress(self._now, call, True, event.cause))
            return
        self._end(call, event.cause, EndedBy.FAR_END, charge=event.charge)
        self._clear(call, event.cause)

    def _on_release(self, call: Call, event: on.Release) -> None:
        cause = call.cause or event.cause or Cause.NORMAL_UNSPECIFIED
        by, reason = (EndedBy.LINE, "no answer from the far end") if event.expired else (EndedBy.FAR_END, "")
        self._end(call, cause, by, reason, event.charge)
        self._close(call)
        if event.expired and call.settled:  # else the far end has never said a word about it
            self._doubt(call)

    # ---- timers of calls ----

    def _complete_number(self, call: Call) -> None:
        """T302. The exchange decides what the digits so far are worth."""
        self._watch(call, None)
        self._events.append(tell.Digits(self._now, call, "", True, "T302"))

    def _give_up(self, call: Call) -> None:
        """T301, T304, T310."""
        heard = Cause.NO_ANSWER if call.timer == "T301" else Cause.TIMER_EXPIRED
        self._end(call, call.cause or heard, EndedBy.LINE, f"{call.timer} ran out")
        self._clear(call, Cause.TIMER_EXPIRED)

    def _end_announcement(self, call: Call) -> None:
        """T306."""
        cause = call.cause or Cause.NORMAL_UNSPECIFIED
        self._end(call, cause, EndedBy.FAR_END, "T306 ran out")
        self._clear(call, cause)

    def _forget(self, call: Call) -> None:
        """The `clearing` timer."""
        self.statistics.forgotten += 1
        self._drop(call, call.cause or Cause.TIMER_EXPIRED, EndedBy.LINE, "clearing was not answered")
        self._doubt(call)

    # ---- channels and span inside ----

    def _channel_changed(self, channel: Channel, reason: str) -> None:
        self._events.append(tell.ChannelChanged(self._now, channel.number, channel.state.value, reason))

    def _take(self, channel: Channel, call: Call) -> None:
        channel.call = call
        channel.doubt = False
        call.channel = channel.number

    def _doubt(self, call: Call) -> None:
        """The call ended without the far end's word (T308 twice, Q.931 5.3.2; or the data link was lost)."""
        channel = self.channels.get(call.channel)
        if channel is not None and channel.call is None:
            self._restarts.doubt(channel, self._now)

    def _on_restart_requested(self, event: on.RestartRequested) -> None:
        for channel in self.channels:
            if event.channel in (None, channel.number):
                if channel.call is not None:
                    reason = "channel restarted by the far end"
                    self._drop(channel.call, Cause.TEMPORARY_FAILURE, EndedBy.FAR_END, reason)
                self.channels.alive(channel, "restarted by the far end")

    def _on_restart_done(self, event: on.RestartDone) -> None:
        self._restarts.ended(event.channel, True, self._now)

    def _on_restart_failed(self, event: on.RestartFailed) -> None:
        self._restarts.ended(event.channel, False, self._now)

    def _on_up(self, event: on.Up) -> None:
        self._link_up = True
        self._deadlines.pop("T309", None)
        self._span_changed("data link established")
        self._restarts.up(self._now)

    def _on_down(self, event: on.Down) -> None:
        if self._link_up:
            self._link_up = False
            self._restarts.down()
            self.statistics.link_losses += 1
            self._deadlines["T309"] = self._now + self._timer("T309")
            self._span_changed("data link lost")

    def _on_mistake(self, event: on.Mistake) -> None:
        self._span_changed(f"{event.text} Set one end to user and the other to network.")

    def _span_changed(self, reason: str) -> None:
        self._events.append(tell.SpanChanged(self._now, self.in_service, reason))


_RESPONSES = (on.SetupAck, on.Proceeding, on.Alerting, on.Connect)
_REMARKS = (on.Notify, on.Facility)  # no timer begins anew for them

_LOST = {"T309": "data link lost", "alarm": "span alarm"}

_EXPIRED: dict[str, Callable[[PriSpan, Call], None]] = {
    "T301": PriSpan._give_up,
    "T302": PriSpan._complete_number,
    "T304": PriSpan._give_up,
    "T306": PriSpan._end_announcement,
    "T310": PriSpan._give_up,
    "clearing": PriSpan._forget,
}

# The rest is told as it comes: calls.py.
_CALL_HEARD: dict[type[on.CallEvent], Callable[[PriSpan, Call, Any], None]] = {
    on.SetupAck: PriSpan._on_setup_ack,
    on.Progress: PriSpan._on_progress,
    on.Connect: PriSpan._on_connect,
    on.Disconnect: PriSpan._on_disconnect,
    on.Release: PriSpan._on_release,
}

_LINK_HEARD: dict[type[on.LinkEvent], Callable[[PriSpan, Any], None]] = {
    on.Up: PriSpan._on_up,
    on.Down: PriSpan._on_down,
    on.Mistake: PriSpan._on_mistake,
    on.RestartRequested: PriSpan._on_restart_requested,
    on.RestartDone: PriSpan._on_restart_done,
    on.RestartFailed: PriSpan._on_restart_failed,
}
