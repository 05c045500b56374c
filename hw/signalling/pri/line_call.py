"""A line's call as ISDN has it, and back: Q.931 4.5 in the words of hw.signalling.line.

What it does: numbers, names, redirection and bearer, with their types and marks. What it does not: judge them; what
ISDN knows beyond a line's words (numbering plan, reason of redirection) gets Q.931's usual value, or is left out.
"""

from __future__ import annotations

from hw.signalling import line
from hw.signalling.pri import calls
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.party import NOBODY, Capability, Number, Party, Redirection, Screening

_BEARERS = {
    line.Bearer.SPEECH: Capability.SPEECH,
    line.Bearer.AUDIO: Capability.AUDIO_3K1,
    line.Bearer.DIGITAL: Capability.UNRESTRICTED_DIGITAL,
}
_CAPABILITIES = {capability: bearer for bearer, capability in _BEARERS.items()}
_VOUCHED = (Screening.NETWORK, Screening.USER_PASSED)


def request_of(call: line.Call, network: bool) -> CallRequest:
    """`network`: our side is; then it vouches for the numbers that it has screened."""
    redirecting = call.redirecting
    return CallRequest(
        called=Number(call.called, call.called_type),
        calling=_to_isdn(call.calling, network) if call.calling is not None else NOBODY,
        redirecting=Redirection(_number(redirecting, network)) if redirecting is not None else None,
        capability=_BEARERS[call.bearer],
        complete=call.complete,
    )


def call_of(seizure: calls.Seizure) -> line.Call:
    redirecting = seizure.redirecting
    return line.Call(
        called=seizure.called.digits,
        complete=seizure.complete,
        calling=party_of(seizure.calling),
        redirecting=party_of(Party(redirecting.number)) if redirecting is not None else None,
        bearer=_CAPABILITIES.get(seizure.capability, line.Bearer.DIGITAL),
        called_type=seizure.called.type,
    )


def party_of(party: Party) -> line.Party | None:
    """None: nothing is said about it."""
    number, name = party.number, party.name or ""
    if number is None:
        return line.Party(name=name, presentation=party.name_presentation) if name else None
    screened = number.screening in _VOUCHED
    return line.Party(number.digits, number.type, number.presentation, name, screened, raw=number.digits, by="Q.931")


def _to_isdn(party: line.Party, network: bool) -> Party:
    return Party(_number(party, network) if party.number else None, party.name or None, party.presentation)


def _number(party: line.Party, network: bool) -> Number:
    screening = Screening.NETWORK if network and party.screened else Screening.USER_NOT_SCREENED
    return Number(party.number, party.type, presentation=party.presentation, screening=screening)
