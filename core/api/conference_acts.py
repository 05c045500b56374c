"""Acts on conferences: who is in them, mute, lock, send out, end; what a chair does by keys, for those who look on."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.api.acts import CallId, Done, Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import OVERSEERS
from core.api.roles import READERS
from core.exchange.conferences import Conferences, ConferenceView

ConferenceNumber = Annotated[str, Meta(description="its number in the plan", min_length=1, max_length=32)]
On = Annotated[bool, Meta(description="true: on, false: off")]


class ConferenceList(Result, frozen=True):
    conferences: list[ConferenceView]


@act("conference.list", roles=READERS)
def conferences(asking: Asking, params: Nothing) -> ConferenceList:
    """The conferences that are on, with their callers in the order in which they came: the roll call."""
    return ConferenceList(asking.room(Conferences).views())


class OfConference(Params, frozen=True):
    conference: ConferenceNumber


class InConference(Params, frozen=True):
    conference: ConferenceNumber
    call: CallId


class Muting(Params, frozen=True):
    conference: ConferenceNumber
    call: CallId
    on: On


class Switching(Params, frozen=True):
    conference: ConferenceNumber
    on: On


@act("conference.mute", roles=OVERSEERS, changes=True)
def mute(asking: Asking, params: Muting) -> Done:
    """The others do not hear the caller of that call; he hears them."""
    asking.note.target, asking.note.after = params.conference, {"call": params.call, "muted": params.on}
    asking.room(Conferences).mute(params.conference, params.call, params.on)
    return Done()


@act("conference.mute_all", roles=OVERSEERS, changes=True)
def mute_all(asking: Asking, params: Switching) -> Done:
    """Nobody but the chairs is heard; who enters later is muted, too."""
    asking.note.target, asking.note.after = params.conference, {"all_muted": params.on}
    asking.room(Conferences).mute_all(params.conference, params.on)
    return Done()


@act("conference.lock", roles=OVERSEERS, changes=True)
def lock(asking: Asking, params: Switching) -> Done:
    """Nobody but a chair gets in any more."""
    asking.note.target, asking.note.after = params.conference, {"locked": params.on}
    asking.room(Conferences).lock(params.conference, params.on)
    return Done()


@act("conference.kick", roles=OVERSEERS, changes=True)
def kick(asking: Asking, params: InConference) -> Done:
    """Sends the caller of that call out; his call ends."""
    asking.note.target, asking.note.after = params.conference, {"call": params.call}
    asking.room(Conferences).kick(params.conference, params.call)
    return Done()


@act("conference.end", roles=OVERSEERS, changes=True)
def end(asking: Asking, params: OfConference) -> Done:
    """Ends the conference for all."""
    asking.note.target = params.conference
    asking.room(Conferences).end(params.conference)
    return Done()
