"""An office with mailboxes in virtual time, and people who leave and hear messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import numpy as np
import trio

from core.alarms import Alarms
from core.config.model.mail import MailSettings
from core.mail.outbox import Outbox
from core.prompts.catalogue import read_catalogue
from core.prompts.store import PromptStore
from core.voicemail.message import Message, there
from core.voicemail.room import Voicemail
from hw.clips import Clip
from hw.sim.telephone import Telephone
from tests.exchange.office import Office, configuration, open_office, spoken

ANNS, BENS, SALES = "6801", "6802", "6900"
VOICEMAIL = "6000"
PIN = "274951"


def speech(begin_hz: float = 600, ms: int = 2000) -> Clip:
    """A sweep; another one begins elsewhere."""
    time = np.arange(ms * 8) / 8000
    return Clip((5000 * np.sin(2 * np.pi * (begin_hz * time + 120 * time**2))).astype(np.int16))


class House:
    """Ann (8001) and Ben (8002) have mailboxes and forward to voicemail; Carl (8003) has none."""

    def __init__(self, office: Office, room: Voicemail, alarms: Alarms, mails: list[EmailMessage]) -> None:
        self.mails = mails
        """That went out."""
        self.office = office
        self.room = room
        self.alarms = alarms
        self._awaited: Counter[str] = Counter()

    def phone(self, number: str) -> Telephone:
        return self.office.phone(number)

    def messages(self, box: str) -> list[Message]:
        found = self.room._boxes[box].messages.values()
        assert sorted(found, key=lambda m: m.number) == self.room._boxes[box].shelf.messages()
        return sorted(there(found), key=lambda message: message.number)

    async def said(self, name: str) -> None:
        """Until these words have been begun once more than the story has waited for them."""
        self._awaited[name] += 1
        with trio.fail_after(40):
            while self._began(name) < self._awaited[name]:  # noqa: ASYNC110 - in virtual time
                await trio.sleep(0.05)
        await trio.sleep(0.3)

    def _began(self, name: str) -> int:
        names = {name, f"prompt:{name}"}
        return sum(e.kind == "TreatmentBegan" and e.data["name"] in names for e in self.office.events)

    async def dial(self, telephone: Telephone, number: str) -> None:
        telephone.lift()
        await trio.sleep(1)  # dial tone, another one while there are messages
        await telephone.dial(number)

    async def leaves(self, telephone: Telephone, clip: Clip | None = None, key: str = "") -> None:
        """Speaks after the tone, and presses a key or hangs up."""
        await self.said("prompting")
        await trio.sleep(0.7)
        await telephone.speak(clip or speech())
        await trio.sleep(0.7)
        if key:
            await telephone.dial(key)
        else:
            telephone.hang_up()
            await trio.sleep(4)

    async def hang_up(self, telephone: Telephone) -> None:
        telephone.hang_up()
        await trio.sleep(3)


@asynccontextmanager
async def house(folder: Path, flow: dict[str, Any] | None = None, **boxes: dict[str, Any]) -> AsyncIterator[House]:
    """`boxes`: other settings of a mailbox, as _6801={...}."""
    tables = configuration()
    for station, number in zip(tables["station"][:2], (ANNS, BENS), strict=True):
        station |= {"mailbox": number, "forward_no_answer": VOICEMAIL, "forward_busy": VOICEMAIL, "no_answer_s": 5}
        station |= {"call_waiting": False}
    tables |= {"flow": [flow]} if flow else {}
    tables["mail"] = {"server": "mail", "sender": "box@example.org"}
    tables["voicemail"] = {"number": VOICEMAIL}
    tables["mailbox"] = [
        {"number": number, "name": name, "pin": PIN} | boxes.get(f"_{number}", {})
        for number, name in ((ANNS, "Ann"), (BENS, "Ben"), (SALES, "Sales"))
    ]
    async with open_office(tables) as office, trio.open_nursery() as nursery:
        alarms = Alarms()
        prompts = PromptStore(read_catalogue(), spoken(), threaded=False)
        mails: list[EmailMessage] = []

        def post(settings: MailSettings, to: Sequence[str], mail: bytes) -> None:
            sent = message_from_bytes(mail, policy=default)
            assert isinstance(sent, EmailMessage)
            mails.append(sent)

        outbox = Outbox(lambda: office.exchange.box.mail, folder / "outbox", alarms, threaded=False, post=post)
        await nursery.start(outbox.run)
        room = Voicemail(office.exchange, prompts, folder / "voicemail", alarms, outbox)
        await nursery.start(room.run)
        yield House(office, room, alarms, mails)
        await office.all_idle(within=90)
        nursery.cancel_scope.cancel()
