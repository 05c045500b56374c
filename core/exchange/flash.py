"""What the flash key of a telephone means, by what its user has in hand.

    speaks, nothing else         the party is held, dial tone: a consultation, or a feature code
    speaks, a call waits         the party is held, the waiting call is answered
    speaks, one is held          a second dial tone and a digit within DIGIT_S; [features] says which, by default
                                     1  the active party is released, the held one is back
                                     2  or no digit: the two change places
                                     3  three-party
                                     4  the two are joined, the telephone leaves
                                     0  the held party is released
                                 another one: nothing changes, three rising tones
    speaks, one held, one waits  the same, but 0 refuses the waiting call
    dials, rings, hears a tone   that is given up, the held party is back
    has only held parties        the last of them is back
    has nobody in talk, one waits      the waiting call is answered

ETSI EN 300 738 has 1, 2, 3 for the same (R1, R2, R3). The table below is all there is to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.exchange import transfer
from core.exchange.leg import State
from core.exchange.refusal import Refused
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange
    from core.exchange.leg import Leg
    from core.exchange.station import Station

DIGIT_S = 2.5


class Flash:
    """One for all telephones; holds what a flash has begun until its digit comes."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def flashed(self, station: Station) -> None:
        active = station.active
        what = "nothing" if active is None else "talk" if active.state is State.CONNECTED else "call"
        _TABLE[what, bool(station.held), station.waiting is not None](self, station)

    # ---- the table's acts ----

    def _consult(self, station: Station) -> None:
        assert station.active is not None
        if station.active.call.served and station.active.call.calling is not station.active:
            return
        held = station.active
        station.hold(held)
        self._exchange.consult(station, held)

    def _answer_waiting(self, station: Station) -> None:
        assert station.active is not None
        station.hold(station.active)
        station.accept_waiting()

    def _ask(self, station: Station) -> None:
        """The parties hear music and silence meanwhile, and either may go before the digit comes."""
        present = station.active
        assert present is not None
        station.hold(present)
        line = station.line
        tone = self._exchange.sounds.tone("special_dial")
        self._exchange.plane.play(line.port, tone.sources, loop=True)
        station.keyed = lambda digit: self._asked(station, present, digit)
        station.ears.listen(True)
        self._exchange.timers.start((station, "flash"), DIGIT_S, lambda: self._asked(station, present, ""))

    def _asked(self, station: Station, present: Leg, digit: str) -> None:
        self._exchange.timers.stop((station, "flash"))
        station.keyed = None
        if not station.off_hook:
            return
        station.ears.listen(False)
        self._exchange.plane.stop(station.line.port)
        if station.active is not None:
            return
        if not station.held:
            station.put_down()
            return
        features = self._exchange.box.features
        if not digit:
            self._alternate(station, present)
            return
        acts: dict[str, Callable[[Station, Leg], None]] = {
            features.flash_alternate: self._alternate,
            features.flash_release: self._release_active,
            features.flash_conference: self._three_party,
            features.flash_transfer: self._join,
            features.flash_reject: self._reject,
        }
        acts.get(digit, self._unknown)(station, present)

    def _alternate(self, station: Station, present: Leg) -> None:
        station.retrieve(station.held[0])

    def _release_active(self, station: Station, present: Leg) -> None:
        present.call.drop(present, Cause.NORMAL_CLEARING, "near", "released")
        if station.held:
            station.retrieve(station.held[0])

    def _reject(self, station: Station, present: Leg) -> None:
        if station.waiting is not None:
            self._alternate_back(station)
            station.waiting.call.drop(station.waiting, Cause.CALL_REJECTED, "near", "rejected")
            return
        others = [leg for leg in station.held if leg is not present]
        self._alternate_back(station)
        for leg in others[:1]:
            leg.call.drop(leg, Cause.NORMAL_CLEARING, "near", "released")

    def _unknown(self, station: Station, present: Leg) -> None:
        self._alternate_back(station)
        self._tell_no(station)

    def _alternate_back(self, station: Station) -> None:
        station.retrieve(station.held[-1])

    def _three_party(self, station: Station, present: Leg) -> None:
        self._alternate_back(station)
        active = station.active
        if station.held and active is not None:
            self._or_tell(station, lambda: transfer.three_party(self._exchange, station.held[-1], active))

    def _join(self, station: Station, present: Leg) -> None:
        self._alternate_back(station)
        active = station.active
        if station.held and active is not None:
            self._or_tell(station, lambda: transfer.join(self._exchange, station.held[-1], active))
            station.put_down()

    def _or_tell(self, station: Station, act: Callable[[], object]) -> None:
        """What cannot be leaves everything as it is; the user hears a short tone."""
        try:
            act()
        except Refused:
            self._tell_no(station)

    def _tell_no(self, station: Station) -> None:
        tone = self._exchange.sounds.tone("special_information")
        self._exchange.plane.play(station.line.port, tone.sources, mix=True)

    def _give_up(self, station: Station) -> None:
        """What is being dialled, rung or has failed."""
        active = station.active
        assert active is not None
        station.listen(active, False)
        active.call.drop(active, Cause.NORMAL_CLEARING, "near", "given up")
        if station.held and station.active is None:
            station.retrieve(station.held[-1])

    def _back(self, station: Station) -> None:
        station.retrieve(station.held[-1])

    def _take_waiting(self, station: Station) -> None:
        station.accept_waiting()

    def _nothing(self, station: Station) -> None:
        """A flash that means nothing."""


_TABLE: dict[tuple[str, bool, bool], Callable[[Flash, Station], None]] = {
    # active, held, waiting
    ("talk", False, False): Flash._consult,
    ("talk", False, True): Flash._answer_waiting,
    ("talk", True, False): Flash._ask,
    ("talk", True, True): Flash._ask,
    ("call", False, False): Flash._nothing,
    ("call", False, True): Flash._nothing,
    ("call", True, False): Flash._give_up,
    ("call", True, True): Flash._give_up,
    ("nothing", True, False): Flash._back,
    ("nothing", True, True): Flash._take_waiting,
    ("nothing", False, False): Flash._nothing,
    ("nothing", False, True): Flash._take_waiting,
}
