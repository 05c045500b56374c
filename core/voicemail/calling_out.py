"""A new message calls its owner: the box rings the number that he has given, says so, and lets him hear it.

    message ──> call to call_out ── answered ──> "new messages: press 1 to hear them" ── 1 ──> PIN, messages
                     └─ not answered, or nobody presses 1: again after AGAIN_S, TRIES times in all

The call is made at the expense of the mailbox's first telephone, with its class of service; without one it goes
nowhere. What it does not: call for each message. While an owner is being called, further messages wait with the first.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import trio

from core.exchange.leg import State
from core.exchange.refusal import Refused
from core.exchange.service import Service
from core.voicemail import hearing
from core.voicemail.message import counts
from core.voicemail.talk import Gone, Talk
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.station import Station
    from core.voicemail.boxes import Box
    from core.voicemail.room import Voicemail

log = logging.getLogger(__name__)

TRIES = 3
AGAIN_S = 900.0
HEAR = "1"


async def tell(room: Voicemail, box: Box) -> None:
    """Until he has heard of it, or has been tried often enough."""
    room.calling_out.add(box.number)
    try:
        for attempt in range(TRIES):
            if attempt:
                await trio.sleep(AGAIN_S)
            if not counts(box.messages.values()).new or await _called(room, box):
                return
    finally:
        room.calling_out.discard(box.number)


async def _called(room: Voicemail, box: Box) -> bool:
    """One call. True: he pressed the key."""
    exchange = room.exchange
    payer = next((one for one in exchange.stations.values() if one.settings.mailbox == box.number), None)
    if payer is None or exchange.closing:
        return False
    heard, over = trio.Event(), trio.Event()

    async def routine(call: Call) -> None:
        try:
            await _speak(room, box, call, payer, heard)
        finally:
            over.set()

    call = exchange.begin("out", routine)
    call.add(
        Service(box.number, payer.language), State.CONNECTED, Party(box.number, name=box.settings.name), calling=True
    )
    await over.wait()
    return heard.is_set()


async def _speak(room: Voicemail, box: Box, call: Call, payer: Station, heard: trio.Event) -> None:
    """heard: set when he has pressed the key; he may hang up at any moment after that."""
    number, service = box.settings.call_out, call.calling
    assert service is not None
    try:
        target = room.exchange.router.resolve(number, payer)
        call.called = target.number
        call.note("Originated", service, called=target.number, calling=box.number, direction="out")
        await room.exchange.router.route(call, target, payer=payer)
    except Refused as refused:
        log.info("mailbox %s: %s was not reached (%s)", box.number, number, refused.reason)
        call.end(refused.cause, refused.reason)
        return
    answered = next((leg for leg in call.others(service) if leg.state is State.CONNECTED), None)
    if answered is None:
        call.end(Cause.NO_ANSWER, "no answer")
        return
    call.calling = answered  # from here on he is served
    talk = Talk(call, box.settings.language)
    talk.open()
    try:
        if await talk.ask("voicemail.notice") == HEAR:
            heard.set()
            await hearing.enter(room, talk, box)
    except Gone:
        log.debug("mailbox %s: whoever was called has gone", box.number)
    finally:
        talk.close()
    call.end(Cause.NORMAL_CLEARING, "told")
