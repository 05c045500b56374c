"""Words or a recording into a call, to the other party (报音、放音): a number, an amount, a date, any prompt.

    go on     he hears it in the place of the desk, then they speak on; the desk hears him all the while
    release   the desk is freed at once, he hears it to its end, as often as wanted, and is released

So a directory's agent answers the next caller while the box reads the number to the last. What it does not: know
prompts (core/prompts), say who may (core/api).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from core.desk.call_data import half
from core.exchange.leg import Leg, State, Treatment
from core.exchange.refusal import Refused
from core.prompts.catalogue import CatalogueError
from core.prompts.parts import Part
from core.prompts.phrases import PhraseError
from core.prompts.slots import KINDS, LANGUAGES
from core.prompts.store import PromptError, PromptStore
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange

PROMPT = "prompt"


def _not_possible(text: str) -> Refused:
    return Refused(Cause.FACILITY_REJECTED, "not-possible", text)


def listener(exchange: Exchange, device: str, call: int) -> Leg:
    """Who would hear it. Refused: the device does not speak with anybody in the call, or something is going on."""
    leg = half(exchange, device, call)
    other = leg.call.peer(leg)
    if other is None or leg.call.served or State.CONNECTED not in (other.state, leg.state):
        raise _not_possible(_("{device} does not speak with one party in call {call}").format(device=device, call=call))
    return other


async def words(prompts: PromptStore | None, said: Sequence[tuple[str, str]], language: str) -> Treatment:
    """said: kinds and values, these as a person writes them. Refused: it cannot be said."""
    if prompts is None:
        raise _not_possible(_("this box has no prompts"))
    if language not in LANGUAGES:
        text = _('nothing is said in the language "{language}"; there are: {known}')
        raise _not_possible(text.format(language=language, known=", ".join(LANGUAGES)))
    parts: list[Part] = []
    try:
        for kind, value in said:
            if kind == PROMPT:
                parts += prompts.catalogue.phrase(value, language)
            else:
                parts += KINDS[kind].said(LANGUAGES[language], KINDS[kind].read(value))
        clips = await prompts.clips(parts, language)
    except (ValueError, CatalogueError, PhraseError, PromptError) as error:
        raise _not_possible(str(error)) from error
    return Treatment("said by a desk", clips, loop=False, words=prompts.catalogue.text(parts, language))


def into(exchange: Exchange, device: str, call: int, treatment: Treatment, *, release: bool, times: int = 1) -> None:
    """Begins it. Refused: as listener()."""
    other = listener(exchange, device, call)
    leg, running = half(exchange, device, call), other.call
    if not release:
        running.nursery_task(_play, other, treatment, times)
        return
    running.start(partial(_to_the_end, treatment=treatment, times=times))
    running.calling = other
    running.drop(leg, Cause.NORMAL_CLEARING, "exchange", "the box speaks in its place")


async def _play(leg: Leg, treatment: Treatment, times: int) -> None:
    for _turn in range(times):
        if leg.gone:
            return
        await leg.play(treatment)


async def _to_the_end(call: Call, treatment: Treatment, times: int) -> None:
    leg = call.calling
    assert leg is not None
    await _play(leg, treatment, times)
    call.end(Cause.NORMAL_CLEARING, "service done")
