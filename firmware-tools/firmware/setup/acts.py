"""What each step does when its questions are answered: ACTS, by the step's name. The hands of the wizard.

An act may ask more (whether a difference is to be written), raises Back or Leave when the person wants to, and any of
wizard.TROUBLE when it cannot be done; then it is asked whether to try again. Nothing is written unconfirmed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from core.texts import _
from firmware.setup import record
from firmware.setup.at_calls import calls
from firmware.setup.at_card import alarms, cards, driver, look, spans
from firmware.setup.at_files import files, words
from firmware.setup.at_lines import learn
from firmware.setup.dialogue import Mark
from firmware.setup.hands import own
from firmware.setup.plan import planned

if TYPE_CHECKING:
    from firmware.setup.wizard import Wizard

__all__ = ["ACTS", "look"]


async def acceptance(w: Wizard) -> None:
    sheet = record.sheet(w.picture, planned(w.picture))
    for line in record.text(sheet):
        w.say(line)
    for path in record.written(sheet, w.site.acceptance):
        w.say(_("Written: {names}").format(names=path), Mark.GOOD)
    own(w.site.data)


async def _nothing(w: Wizard) -> None:
    """A step that only asks."""


ACTS: dict[str, Callable[[Wizard], Awaitable[None]]] = {
    "office": _nothing,
    "cards": cards,
    "spans": spans,
    "driver": driver,
    "alarms": alarms,
    "lines": _nothing,
    "learn": learn,
    "extensions": _nothing,
    "greeting": _nothing,
    "files": files,
    "words": words,
    "calls": calls,
    "record": acceptance,
}
