"""Who hears whom in a call: what its legs are joined by in the media plane.

What is wanted follows from the legs alone, so that nobody has to take anything back: settle() looks at them, compares
with what is, and orders the difference, all in one tick.

    two parties                        a pair                 (the driver itself joins them where it can)
    more, or one who only listens      a bridge of the call; he may whisper to one of them
    a conference room                  the room's bridge, shared by many calls
    one party, the other holds         music
    a party with a treatment           the treatment, and it is in no conversation

What it does not: know why. A port is asked for each time, since an ISDN call may get another channel before its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.exchange.leg import Leg, State, Treatment
from hw.plane import Plane

Member = tuple[bool, bool]  # listens, talks
_PARTY: Member = (True, True)


class Arrangement:
    """Of one call. `shared`: a bridge that is not the call's own; its parties speak there."""

    __slots__ = ("_bridge", "_joined", "_muted", "_plane", "_sounding", "_through", "_whispering", "shared")

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self.shared: int | None = None
        self._bridge: int | None = None  # of the call's own
        self._through: int | None = None  # the bridge that the parties are in; None: a pair, or nobody is joined
        self._joined: dict[int, Member] = {}
        self._sounding: dict[Leg, tuple[int, Treatment]] = {}
        self._muted: set[int] = set()
        self._whispering: set[tuple[int, int]] = set()

    def settle(self, legs: Iterable[Leg], music: Callable[[str], Treatment]) -> None:
        """Brings the plane to what the legs want now. music: on hold, for a language."""
        members: dict[int, Member] = {}
        sounds: dict[Leg, tuple[int, Treatment]] = {}
        muted: set[int] = set()
        alone: tuple[int, Leg] | None = None
        held = False
        whispers: set[tuple[int, int]] = set()
        for leg in legs:
            held = held or leg.state is State.HELD
            port = leg.port
            if port < 0:
                continue
            if leg.treatment is not None:
                sounds[leg] = (port, leg.treatment)
                continue
            members[port] = _PARTY if not leg.listener else (True, False)
            if not leg.listener:
                alone = (port, leg)
            elif leg.whispers is not None:
                whispers.add((port, leg.whispers.port))
            if leg.muted:
                muted.add(port)
        talkers = sum(talks for _, talks in members.values())
        if self.shared is None and talkers < 2:
            if held and alone is not None:
                sounds[alone[1]] = (alone[0], music(alone[1].device.language))
            members = {}
        with self._plane.batch():
            self._mute(muted)
            self._whisper(whispers, self._join(members))
            self._sound(sounds)

    def leave(self, leg: Leg) -> None:
        """The leg goes: what sounds for it is stopped."""
        if leg in self._sounding:
            self._plane.stop(self._sounding[leg][0])
        self.silenced(leg)

    def silenced(self, leg: Leg) -> None:
        """Its line has stopped whatever sounded."""
        self._sounding.pop(leg, None)
        leg.playback = None

    @property
    def joined_ports(self) -> frozenset[int]:
        return frozenset(self._joined)

    def close(self) -> None:
        """Nobody is in the call any more."""
        with self._plane.batch():
            self._whisper(set(), self._join({}))
            self._sound({})
            self._mute(set())
            if self._bridge is not None:
                self._plane.close_bridge(self._bridge)
                self._bridge = None

    # ---- within ----

    def _join(self, members: dict[int, Member]) -> set[int]:
        """Returns the ports that stay where they were."""
        through = self.shared
        if through is None and members and (len(members) > 2 or any(member != _PARTY for member in members.values())):
            if self._bridge is None:
                self._bridge = self._plane.open_bridge()
            through = self._bridge
        if members == self._joined and through == self._through:
            return set(members)
        stay = through is not None and through == self._through
        for port, member in self._joined.items():
            if not (stay and members.get(port) == member):
                self._plane.part(port)
        if through is not None:
            for port, (listens, talks) in members.items():
                if not (stay and self._joined.get(port) == (listens, talks)):
                    self._plane.join(through, port, listen=listens, talk=talks)
        elif members:
            self._plane.connect(*members)
        stayed = {port for port, member in members.items() if stay and self._joined.get(port) == member}
        self._joined, self._through = members, through
        return stayed

    def _whisper(self, whispers: set[tuple[int, int]], stayed: set[int]) -> None:
        """Speaker and ear. Whoever was joined anew whispers to nobody."""
        through, joined = self._through, self._joined
        self._whispering = {pair for pair in self._whispering if stayed.issuperset(pair)}
        whispers = {pair for pair in whispers if through is not None and joined.keys() >= set(pair)}
        for speaker, ear in whispers ^ self._whispering:
            assert through is not None
            self._plane.whisper(through, speaker, ear, (speaker, ear) in whispers)
        self._whispering = whispers

    def _sound(self, sounds: dict[Leg, tuple[int, Treatment]]) -> None:
        for leg in list(self._sounding):
            if leg not in sounds:
                self.leave(leg)
        for leg, (port, treatment) in sounds.items():
            before = self._sounding.get(leg)
            if before == (port, treatment):
                continue
            if before is not None and before[0] != port:
                self._plane.stop(before[0])
            leg.playback = self._plane.play(port, treatment.sources, loop=treatment.loop)
            self._sounding[leg] = (port, treatment)
            leg.wake()

    def _mute(self, muted: set[int]) -> None:
        for port in muted ^ self._muted:
            self._plane.mute(port, port in muted)
        self._muted = muted
