"""The line of a telephone elsewhere (外线座席): what stands in the place of an FXS port is a call by the trunks.

    exchange                 this line                        trunk
      place() ─────────────> the number's route, a circuit ──> place()
                             ALERTING                    <─── Proceeding, Delivered
                             "to take it, press 1"       <─── Established
      Established <───────── 1                                (at once, where nobody needs to press)
      Flashed <───────────── * *  within FLASH_S
      Released <──────────── the circuit is given back   <─── Released
      release() ───────────> the circuit is given back ─────> release()

A circuit that is not to be had, or fails before anybody has answered, gives way to the next one as in
destinations/to_trunk.py. The telephone pays for the call: its class of service and its limits against toll fraud are
asked. What it does not: ring several circuits; know of anything that the telephone itself does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.config.model.stations import OutsideTelephone
from core.exchange.destinations.to_trunk import CIRCUIT_CAUSES, OVERFLOW_CAUSES, RETRIES_MOST
from core.exchange.refusal import Refused, Said
from core.numbering.permit import Origin
from core.numbering.target import Choice, TargetKind
from hw.clips import silence
from hw.ear import Ear, TonePlan
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.plane import RATE
from hw.signalling import line as l
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange
    from core.exchange.station import Station
    from core.exchange.trunk import Trunk

TAKE = "1"
FLASH = "*"
FLASH_S = 1.0
"""Two of the key within this time are a hook flash."""
PAUSE_MS = 2000
"""Between two askings."""


class OutsideLine:
    """Made by Exchange, for a row of [[outside_telephone]]. See hw.signalling.line.Line."""

    kind = l.LineKind.STATION
    abilities = l.LineAbility.TRUE_ANSWER | l.LineAbility.FLASH

    def __init__(self, exchange: Exchange, name: str) -> None:
        self.name = name
        self.told: Callable[[l.Line, l.Telling], None] = lambda line, telling: None
        self.heard: Callable[[Event], None] = lambda event: None
        self.connection = l.Connection.NULL
        self.service = l.Service.NONE
        self._exchange = exchange
        self._trunk: Trunk | None = None
        self._choices: list[Choice] = []
        self._tried = 0
        self._starred: int | None = None  # when the last flash key came that may be the first of two

    @property
    def port(self) -> int:
        return self._trunk.line.port if self._trunk is not None else -1

    @property
    def station(self) -> Station:
        return self._exchange.stations[self.name]

    @property
    def _settings(self) -> OutsideTelephone:
        settings = self.station.settings
        assert isinstance(settings, OutsideTelephone)
        return settings

    # ---- what the exchange orders ----

    def place(self, call: l.Call) -> None:
        if self.connection is not l.Connection.NULL or self.service:
            raise LocalError(f"{self.name} is not idle")
        self.connection = l.Connection.ALERTING
        self._tried = 0
        try:
            self._choices = self._ways()
        except Refused as refused:
            self._fails_later(refused.cause, refused.reason)
            return
        if not self._seize():
            self._fails_later(Cause.NO_CIRCUIT, "no free line")

    def _ways(self) -> list[Choice]:
        """Refused: the number leads nowhere, or this telephone may not be called at it."""
        exchange, station = self._exchange, self.station
        assert station.active is not None
        target = exchange.router.resolve(self._settings.outside, station)
        if target.kind is not TargetKind.TRUNK:
            raise Refused(Cause.INVALID_NUMBER, "vacant")
        call = station.active.call
        exchange.router.ask(call, target, Origin.STATION, self.name, station.settings.class_of_service)
        return exchange.plan.choices(target, exchange.facts(station, ""))

    def _seize(self) -> bool:
        while self._choices:
            choice = self._choices[0]
            trunk = self._exchange.groups.pick(choice.group) if self._tried < RETRIES_MOST else None
            if trunk is None:
                self._choices.pop(0)
                self._tried = 0
                continue
            self._tried += 1
            self._trunk = trunk
            trunk.lend(
                self,
                l.Call(
                    called=choice.digits,
                    complete=True,
                    calling=l.Party(choice.calling, presentation=self._presentation) if choice.calling else None,
                    called_type=l.NumberType[choice.number_type.upper()],
                ),
            )
            return True
        return False

    @property
    def _presentation(self) -> l.Presentation:
        return l.Presentation.RESTRICTED if self._settings.withhold_number else l.Presentation.ALLOWED

    def _fails_later(self, cause: Cause, reason: str) -> None:
        """The order is carried out first, as with any line; then it is told what came of it."""
        self._exchange.timers.start((self, "fails"), 0.0, lambda: self._over(cause, "line", reason))

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        if self.connection is l.Connection.NULL:
            return
        self._exchange.timers.stop((self, "fails"))
        self.connection = l.Connection.NULL
        self._choices = []
        self._give_back(cause)
        released = l.Released(self._exchange.plane.time, cause, "near")
        self._exchange.timers.start((self, "released"), 0.0, lambda: self.told(self, released))

    def _give_back(self, cause: Cause | None) -> None:
        """cause: the circuit is to be released, too."""
        trunk, self._trunk = self._trunk, None
        self._starred = None
        if trunk is not None:
            self._exchange.plane.stop(trunk.line.port)
            trunk.take_back(cause)

    def listen(self, ears: Ear, plan: TonePlan | None = None, **settings: float) -> None:
        if self._trunk is not None:
            self._trunk.line.listen(ears | Ear.DTMF, plan, **settings)

    def block(self) -> None:
        self._serve(l.Service.BLOCKED_HERE, "blocked")

    def unblock(self) -> None:
        self._serve(l.Service.NONE, "unblocked")

    def _serve(self, service: l.Service, reason: str) -> None:
        if service is not self.service:
            self.service = service
            self.told(self, l.ServiceChanged(self._exchange.plane.time, service, reason))

    def reset(self) -> None:
        self._over(Cause.TEMPORARY_FAILURE, "line", "reset")

    def message_waiting(self, on: bool) -> None:
        """It has no lamp of ours."""

    def trace(self) -> list[str]:
        return self._trunk.line.trace() if self._trunk is not None else []

    def send(self, digits: str) -> None:
        if self._trunk is None or self.connection is not l.Connection.CONNECTED:
            raise LocalError(f"{self.name} is in no call")
        self._trunk.line.send(digits)

    def flash(self) -> None:
        raise LocalError(f"{self.name} is flashed by its user alone")

    def proceed(self) -> None:
        raise LocalError(f"{self.name} never calls")

    def alert(self, in_band: bool = False) -> None:
        raise LocalError(f"{self.name} never calls")

    def progress(self, cause: Cause | None = None) -> None:
        raise LocalError(f"{self.name} never calls")

    def answer(self, charged: bool = True) -> None:
        raise LocalError(f"{self.name} never calls")

    # ---- what the circuit tells ----

    def told_by_trunk(self, telling: l.Telling) -> None:
        match telling:
            case l.Established() if self.connection is l.Connection.ALERTING:
                self._answered()
            case l.Released(cause=cause, by=by, reason=reason):
                self._gone(cause, by, reason)
            case _:
                pass

    def _gone(self, cause: Cause, by: str, reason: str) -> None:
        rings = self.connection is l.Connection.ALERTING
        self._give_back(None)
        if rings and cause in OVERFLOW_CAUSES:
            if cause not in CIRCUIT_CAUSES:  # the group cannot carry it, whichever circuit is taken
                self._tried = RETRIES_MOST
            if self._seize():
                return
        # Whom nobody has spoken with yet has not hung up: the line has failed.
        self._over(cause, "line" if rings else by, reason)

    def lost(self) -> None:
        """The circuit's line is being closed."""
        self._trunk = None
        self._over(Cause.DESTINATION_OUT_OF_ORDER, "line", "line removed")

    def _over(self, cause: Cause, by: str, reason: str) -> None:
        if self.connection is l.Connection.NULL:
            return
        self.connection = l.Connection.NULL
        self._choices = []
        self._give_back(cause)
        self.told(self, l.Released(self._exchange.plane.time, cause, by, reason))

    def _answered(self) -> None:
        assert self._trunk is not None
        self._trunk.line.listen(Ear.DTMF)
        if not self._settings.press_to_take:
            self._taken()
            return
        call = self._trunk.call
        if call is not None:
            call.nursery_task(self._ask, self._trunk)

    async def _ask(self, trunk: Trunk) -> None:
        sounds = self._exchange.sounds
        words = await sounds.say(Said("outside.take"), self.station.language) or sounds.prompting
        if trunk is self._trunk and self.connection is l.Connection.ALERTING:
            self._exchange.plane.play(trunk.line.port, [*words.sources, silence(PAUSE_MS)], loop=True)

    def _taken(self) -> None:
        self.connection = l.Connection.CONNECTED
        self._exchange.plane.stop(self.port)
        self.told(self, l.Established(self._exchange.plane.time))

    def heard_by_trunk(self, event: Event) -> None:
        key = chr(event.code) if event.kind is EventKind.DTMF_DOWN else ""
        if self.connection is l.Connection.ALERTING:
            if key == TAKE:
                self._taken()
            return
        if key == FLASH and self._starred is not None and event.time - self._starred < FLASH_S * RATE:
            self._starred = None
            self.told(self, l.Flashed(event.time))
            return
        if key:
            self._starred = event.time if key == FLASH else None
        self.heard(event)
