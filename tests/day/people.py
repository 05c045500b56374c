"""Callers in town and people in the office: what each of them says, hears and counts.

Everybody has words of his own, in real speech, and keeps a tape of what he hears; afterwards it is looked up in tapes
and in the box's recordings who was heard where (said_in()).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import trio

from hw.clips import Clip, load
from hw.plane import PlaneError
from hw.sim.telephone import Telephone
from hw.speech import RATE, speech
from hw.tones import dtmf
from tests.day.office import Place, TownCall

Samples = npt.NDArray[np.int16]
PIECE, NEARLY_ALL = 8000, 0.7
"""Samples; of the pieces."""
SPOKEN = Path(__file__).resolve().parents[2] / "build" / "day"
LEVEL_DBM0 = -18.0
HEARS_S = 1.5
SURE = 0.6
"""Of 1, the correlation of what was said with itself. Over A-law it stays above 0.9; of other words it is below 0.3."""
WORDS = {
    "anna": "Good morning, this is Anna, I should like to order twelve of the blue lamps.",
    "boris": "Hello, my name is Boris, my heating has been cold since yesterday evening.",
    "clara": "Clara speaking. Could you tell me where my parcel from Hamburg is just now?",
    "david": "Yes, David here, I only wanted to thank you for the quick repair last week.",
    "erika": "This is Erika. Please call me back about the invoice of October, thank you.",
    "frank": "Frank again. We were cut off a moment ago, and I had not finished yet.",
    "greta": "Greta here, everything works again, I am calling to try the line.",
    "2001": "Sales, agent one speaking, what can I do for you today?",
    "2002": "You are connected with agent two of our sales department.",
    "2003": "Agent three at your service, how may I be of help?",
    "8005": "Workshop, hello, I have your machine on the bench in front of me.",
}


@cache
def words(who: str) -> Clip:
    path = SPOKEN / f"{who}.wav"
    return load(path) if path.exists() else Clip(speech(WORDS[who], "en", LEVEL_DBM0))


def speak_beforehand() -> None:
    """All words as files: where the machine is slow, nobody waits for the synthesiser in the middle of a call."""
    SPOKEN.mkdir(parents=True, exist_ok=True)
    for who in WORDS:
        soundfile.write(SPOKEN / f"{who}.wav", speech(WORDS[who], "en", LEVEL_DBM0), RATE, subtype="PCM_16")


def length_s(who: str) -> float:
    return words(who).ms / 1000


def said_in(samples: Samples, who: str) -> bool:
    return who in who_is_in(samples, [who])


def who_is_in(samples: Samples, whom: Iterable[str] = tuple(WORDS)) -> set[str]:
    """Whose words are in a recording: nearly all PIECES of them are, each where the normalised cross-correlation has a
    peak above SURE. In pieces, because a line may lose a frame in the middle of a sentence.
    """
    heard = samples.astype(np.float32) / 32768
    size = 1 << (len(heard) + PIECE).bit_length()
    spectrum = np.fft.rfft(heard, size)
    energy = np.concatenate(([0.0], np.cumsum(heard.astype(np.float64) ** 2)))
    places = len(heard) - PIECE + 1
    if places < 1:
        return set()
    window = np.sqrt(np.maximum(energy[PIECE:] - energy[:-PIECE], 1e-6))

    def there(piece: npt.NDArray[np.floating[Any]]) -> bool:
        product = np.fft.irfft(spectrum * np.conj(np.fft.rfft(piece, size)), size)[:places]
        return float(np.max(product / window)) > SURE * float(np.linalg.norm(piece))

    def said(who: str) -> bool:
        wanted = words(who).samples().astype(np.float32) / 32768
        pieces = [wanted[at : at + PIECE] for at in range(0, len(wanted) - PIECE + 1, PIECE)]
        return sum(map(there, pieces)) >= NEARLY_ALL * len(pieces)

    return {who for who in whom if said(who)}


def read(path: Path) -> list[Samples]:
    """Its channels."""
    samples, _rate = soundfile.read(path, dtype="int16", always_2d=True)
    return [np.ascontiguousarray(samples[:, at]) for at in range(samples.shape[1])]


class Caller:
    """Somebody in town, known by the number that he calls from. heard: what was on his tape, once he has hung up."""

    def __init__(self, place: Place, name: str, number: str, way: str, tape: Path) -> None:
        self.name = name
        self.number = number
        self.way = way
        self._place = place
        self._path = tape
        self._side = 0
        self.call: TownCall

    @asynccontextmanager
    async def calling(self, within: float = 30.0) -> AsyncIterator[None]:
        """He calls the menu, is answered, keeps his tape; at the end he hangs up."""
        self.call, port, self._side = self._place.call(self.way, self.number)
        with trio.fail_after(within):
            await self.call.answered.wait()
        plane = self._place.plane
        tape = await plane.record(port, self._path)
        try:
            yield
        finally:
            if plane is self._place.plane:  # else he went with his town, and his tape was closed with its plane
                with suppress(PlaneError):  # his line may be gone
                    plane.record_stop(port)
                self.call.hang_up()
                with trio.move_on_after(10):
                    await tape.closed()

    async def keys(self, digits: str) -> None:
        """He has heard what he can choose from, or enough of it."""
        await trio.sleep(HEARS_S)
        self.call.say(dtmf(digits))
        await trio.sleep(0.3 * len(digits))

    async def speaks(self) -> None:
        self.call.say(words(self.name))
        await trio.sleep(length_s(self.name) + 0.3)

    async def gone(self, within: float = 15.0) -> None:
        """The call was ended by the other side."""
        with trio.fail_after(within):
            await self.call.ended.wait()

    @property
    def heard(self) -> Samples:
        return read(self._path)[self._side]


async def lifts_when_it_rings(telephone: Telephone, within: float = 30.0) -> None:
    await telephone.rung(within=within)
    telephone.lift()
    await trio.sleep(0.8)


async def speaks(telephone: Telephone, who: str) -> None:
    await telephone.speak(words(who))


async def converse(caller: Caller, telephone: Telephone, who: str) -> None:
    """First the agent, then the caller: so that each can be found in the mix."""
    await speaks(telephone, who)
    await caller.speaks()
