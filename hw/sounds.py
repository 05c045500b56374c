"""What a line plays and listens for in its country: the tone plan, digits, R2 codes and caller ID, as things to be
played.
"""

from __future__ import annotations

from hw import callerid
from hw.fsk import fsk
from hw.plane import Audible
from hw.signalling.line import Party, Presentation
from hw.tone_patterns import CallProgress, TonePatterns
from hw.tone_plan import TonePlan, tone_plan
from hw.tones import Tone, dtmf, r2_backward, r2_forward, silence

# FSK to a telephone: silence before, so that its receiver is awake (ETSI EN 300 659-1).
_BEFORE_FSK_MS = 50.0

_PRESENTATIONS = {
    Presentation.ALLOWED: callerid.Presentation.AVAILABLE,
    Presentation.RESTRICTED: callerid.Presentation.PRIVATE,
    Presentation.UNAVAILABLE: callerid.Presentation.UNAVAILABLE,
}


class CountrySounds:
    """Shared by all lines of a country. Names of tones are those of CallProgress in lower case."""

    def __init__(self, country: str = "cn") -> None:
        self.tones: TonePlan = tone_plan(country)
        self.plan: TonePatterns = self.tones.listen()

    def tone(self, name: str) -> Tone:
        return self.tones.tone(CallProgress[name.upper()])

    def digits(self, digits: str, gap_ms: int = 0) -> list[Audible]:
        """DTMF, after `gap_ms` of silence."""
        before: list[Audible] = [Tone([silence(gap_ms)])] if gap_ms else []
        return [*before, dtmf(digits)]

    def r2(self, code: int, forward: bool) -> Tone:
        return r2_forward(code) if forward else r2_backward(code)

    def caller(self, party: Party, kind: str) -> list[Audible]:
        """Caller ID to a telephone: "fsk" (MDMF, Bell 202) or "dtmf" (D number C)."""
        if kind == "dtmf":
            return [callerid.dtmf_caller_id(party.number)]
        shown = party.presentation is Presentation.ALLOWED and bool(party.number)
        presentation = _PRESENTATIONS[party.presentation] if not shown else callerid.Presentation.AVAILABLE
        if not party.number and party.presentation is Presentation.ALLOWED:
            presentation = callerid.Presentation.UNAVAILABLE
        caller = callerid.CallerId(
            number=party.number[: callerid.NUMBER_MAX] if shown else "",
            name=party.name if shown else "",
            presentation=presentation,
        )
        return [Tone([silence(_BEFORE_FSK_MS)]), fsk(callerid.mdmf(caller))]

    def message_waiting(self, on: bool) -> list[Audible]:
        return [Tone([silence(_BEFORE_FSK_MS)]), fsk(callerid.message_waiting(on))]
