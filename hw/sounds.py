"""What a line plays and listens for in its country: the tone plan, digits, R2 codes and caller ID, as things to be
played.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hw import callerid
from hw.fsk import fsk
from hw.playback import Audible
from hw.signalling.line import Party, Presentation
from hw.tone_patterns import CallProgress, Pattern, TonePatterns
from hw.tone_plan import TonePlan, tone_plan
from hw.tones import Tone, dtmf, r2_backward, r2_forward, silence

DIAL_TONE_MS = 300  # enough before dialling: there is nothing else to be heard then

# FSK to a telephone: silence before, so that its receiver is awake (ETSI EN 300 659-1).
_BEFORE_FSK_MS = 50.0

_UNSENDABLE = re.compile(r"[^0-9A-D*#+]")

_PRESENTATIONS = {
    Presentation.ALLOWED: callerid.Presentation.AVAILABLE,
    Presentation.RESTRICTED: callerid.Presentation.PRIVATE,
    Presentation.UNAVAILABLE: callerid.Presentation.UNAVAILABLE,
}


class CountrySounds:
    """Shared by all lines of a country. Names of tones are those of CallProgress in lower case.

    patterns: what a line is listened to with whose tones were learned, instead of the country's.
    """

    def __init__(self, country: str = "cn", patterns: Sequence[Pattern] = ()) -> None:
        self.tones: TonePlan = tone_plan(country)
        self.plan: TonePatterns = TonePatterns(patterns) if patterns else self.tones.listen()
        self.dial_plan: TonePatterns = self.tones.listen({CallProgress.DIAL}, continuous_ms=DIAL_TONE_MS)

    def tone(self, name: str) -> Tone:
        return self.tones.tone(CallProgress[name.upper()])

    def digits(self, digits: str, gap_ms: int = 0) -> list[Audible]:
        """DTMF, after `gap_ms` of silence."""
        before: list[Audible] = [Tone([silence(gap_ms)])] if gap_ms else []
        return [*before, dtmf(digits)]

    def r2(self, code: int, forward: bool) -> Tone:
        return r2_forward(code) if forward else r2_backward(code)

    def caller(self, party: Party, kind: str) -> list[Audible]:
        """Caller ID to a telephone: "fsk" (MDMF, Bell 202) or "dtmf" (D number C). What cannot be sent is left out.

        DTMF has no words, that all telephones know, for a number that is withheld or unknown: silence.
        """
        number = _UNSENDABLE.sub("", party.number)[: callerid.NUMBER_MAX]
        shown = party.presentation is Presentation.ALLOWED and bool(number)
        if kind == "dtmf":
            digits = number.replace("+", "")
            return [callerid.dtmf_caller_id(digits) if shown and digits else Tone([silence(_BEFORE_FSK_MS)])]
        presentation = _PRESENTATIONS[party.presentation] if not shown else callerid.Presentation.AVAILABLE
        if not number and party.presentation is Presentation.ALLOWED:
            presentation = callerid.Presentation.UNAVAILABLE
        name = "".join(character for character in party.name if character.isprintable()) if shown else ""
        while len(name.encode("gb18030")) > callerid.NAME_MAX:
            name = name[:-1]
        caller = callerid.CallerId(number=number if shown else "", name=name, presentation=presentation)
        return [Tone([silence(_BEFORE_FSK_MS)]), fsk(callerid.mdmf(caller))]

    def message_waiting(self, on: bool) -> list[Audible]:
        return [Tone([silence(_BEFORE_FSK_MS)]), fsk(callerid.message_waiting(on))]
