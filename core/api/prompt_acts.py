"""Acts on prompts: what the box says, in whose voice, and recording it by telephone.

A prompt has one sound in each language: the recording that is in use, else the synthesiser's. What has places for
values is recorded in pieces, each under a name of its own. Error `unknown`: there is no such prompt or version.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from core.api.acts import CallId, Device, Done, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import OVERSEERS
from core.api.errors import Code, Refusal, says
from core.api.roles import READERS
from core.prompt_workshop import PromptView, VersionView, Workshop
from core.prompts.catalogue import CatalogueError
from core.prompts.versions import VersionError
from core.texts import _

Language = Annotated[Literal["zh", "en"], Meta(description="of the prompt")]
Name = Annotated[str, Meta(description="of the prompt, or of a piece of one", min_length=1, max_length=80)]


@says(CatalogueError)
def _not_there(error: CatalogueError) -> Refusal:
    return Refusal(Code.UNKNOWN, str(error))


@says(VersionError)
def _no_version(error: VersionError) -> Refusal:
    return Refusal(Code.UNKNOWN, error.problem, remedy=error.remedy)


def _workshop(asking: Asking) -> Workshop:
    if Workshop not in asking.rooms:
        raise Refusal(Code.REFUSED, _("this box keeps no data, and so no prompts"))
    return asking.room(Workshop)


class Which(Params, frozen=True):
    language: Language = "zh"
    begins: Annotated[str, Meta(description="names that begin so only", max_length=80)] = ""


class Prompts(Result, frozen=True):
    prompts: list[PromptView]


@act("prompt.list", roles=READERS)
async def prompts(asking: Asking, params: Which) -> Prompts:
    """What the box can say: each prompt with its text, and which recording is heard."""
    return Prompts(await _workshop(asking).pieces(params.language, params.begins))


class OfPrompt(Params, frozen=True):
    name: Name
    language: Language = "zh"


class VersionsOf(Result, frozen=True):
    versions: list[VersionView]


@act("prompt.versions", roles=READERS)
async def versions(asking: Asking, params: OfPrompt) -> VersionsOf:
    """All recordings of a prompt, the oldest first."""
    return VersionsOf(await _workshop(asking).versions(params.name, params.language))


class Choose(Params, frozen=True):
    name: Name
    number: Annotated[int, Meta(description="of the version; 0: the synthesiser's voice", ge=0)]
    language: Language = "zh"


@act("prompt.use", roles=OVERSEERS, changes=True)
async def use(asking: Asking, params: Choose) -> Done:
    """From the next call on, this recording is heard. Nothing is lost: another can be chosen at any time."""
    asking.note.target = f"{params.name} {params.language}"
    asking.note.after = params.number
    await _workshop(asking).use(params.name, params.language, params.number)
    return Done()


class Record(Params, frozen=True):
    device: Device
    name: Name
    language: Language = "zh"
    by: Annotated[str, Meta(description="whose voice it is; empty: the telephone's number", max_length=64)] = ""


class Ringing(Result, frozen=True):
    call: CallId


@act("prompt.record", roles=OVERSEERS, changes=True)
def record(asking: Asking, params: Record) -> Ringing:
    """Rings the telephone. Who lifts it is asked to speak, hears himself if he likes, and saves or discards it by key;
    saved, it is a new version and in use. Error `refused`: the telephone is not free.
    """
    asking.note.target = f"{params.name} {params.language}"
    call = _workshop(asking).record(params.device, params.name, params.language, params.by)
    asking.note.after = {"call": call, "by": params.by}
    return Ringing(call)
