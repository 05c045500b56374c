"""The D channel of a simulated span without its line: what one end sends, the other has at once.

    near, far = jumper(card)
    PriTrunk("near", near, near.spans()[0], SpanSettings(), plane, timers, told)
    PriTrunk("far", far, far.spans()[0], SpanSettings(LinkSettings(Side.NETWORK)), plane, timers, told)

What it does: hw.card.Card for either side of a simulated card; B channels are the card's own. What it does not: have
alarms or errors on the D channel, or take the time that 64 kbit/s take. For benches of signalling, and for tests of
what happens when the far end is faster than the exchange. The simulated card's own D channels have all the rest.

How time flows: a frame is heard within send(), also while the other end is still sending.
"""

from __future__ import annotations

from collections.abc import Callable

from hw.card import Card, Channel, ChannelInfo, HardwareError, LineEvent, SpanEvent, SpanInfo, SpanLoop
from hw.sim.card import SimCard
from hw.sim.far import FarSide


class JumperedDChannel:
    """hw.card.DChannel."""

    def __init__(self, info: ChannelInfo) -> None:
        self.info = info
        self.heard: Callable[[bytes], None] = lambda frame: None
        self.alarmed: Callable[[LineEvent], None] = lambda event: None
        self.other = self
        self._open = True

    def send(self, frame: bytes) -> None:
        if not self._open:
            raise HardwareError(f"send a frame: D channel {self.info.number} is closed", channel=self.info.number)
        self.other.heard(frame)

    def close(self) -> None:
        self._open = False
        self.heard = lambda frame: None


class JumperedSide:
    """hw.card.Card. `dchannels`: those that were opened, by their number."""

    name = "jumpered"

    def __init__(self, side: Card) -> None:
        self.dchannels: dict[int, JumperedDChannel] = {}
        self.other = self
        self._side = side

    def spans(self) -> tuple[SpanInfo, ...]:
        return self._side.spans()

    def open(self, number: int) -> Channel:
        return self._side.open(number)

    def open_dchannel(self, number: int) -> JumperedDChannel:
        """Joined when the other side opens it as well; what was sent before that is lost."""
        info = next(one for span in self.spans() for one in span.channels if one.number == number)
        mine = self.dchannels[number] = JumperedDChannel(info)
        theirs = self.other.dchannels.get(number)
        if theirs is None:
            mine.other = JumperedDChannel(info)  # nobody
        else:
            mine.other, theirs.other = theirs, mine
        return mine

    def loop(self, span: int, loop: SpanLoop) -> None:
        self._side.loop(span, loop)

    def gaps(self) -> int:
        return self._side.gaps()

    def watch(self, changed: Callable[[SpanEvent], None]) -> Callable[[], None]:
        return self._side.watch(changed)

    async def run(self) -> None:
        await self._side.run()

    def close(self) -> None:
        self._side.close()


def jumper(card: SimCard) -> tuple[JumperedSide, JumperedSide]:
    """The near and the far side of the card."""
    near, far = JumperedSide(card), JumperedSide(FarSide(card))
    near.other, far.other = far, near
    return near, far
