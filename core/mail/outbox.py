"""The outbox: mails on the disk until they are sent.

    put ──> FOLDER/17.eml, 17.json ──> sent: gone
                 │  after 1, 2, 4 ... min, at most an hour apart, for [mail] patience_h
                 └──> hopeless, or too old: FOLDER/failed/17.eml, with the reason in 17.json, and an alarm

What put() has returned is on the disk and outlives a restart. One mail is sent at a time: it is a small box. While the
server does not answer, an alarm stands; it goes with the first mail that does. Time is the wall clock's for what is
kept, trio's for waiting.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from functools import partial
from pathlib import Path
from typing import TypeVar

import trio

from core.alarms import Alarms
from core.config.model.mail import MailSettings
from core.mail.smtp import Hopeless, NotNow, send
from core.texts import _
from hw import wall_clock

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_S, LONGEST_S = 60.0, 3600.0
LOOKS_EVERY_S = 30.0
ALARM = "mail"


def wait_s(tries: int) -> float:
    """Before the next try, after so many."""
    return min(LONGEST_S, FIRST_S * 2.0 ** min(tries - 1, 10))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that is not sent yet. `since`, `next`: UTC seconds. `error`: of the last try."""

    number: int
    to: tuple[str, ...]
    subject: str
    since: float
    next: float
    tries: int = 0
    error: str = ""


class Outbox:
    """`settings` gives those in force. `post` sends one mail, in a worker thread unless threaded=False."""

    def __init__(
        self,
        settings: Callable[[], MailSettings],
        folder: Path,
        alarms: Alarms,
        *,
        threaded: bool = True,
        post: Callable[[MailSettings, Sequence[str], bytes], None] = send,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._alarms = alarms
        self._threaded = threaded
        self._post = post
        self._news = trio.Event()
        self.waiting: dict[int, Waiting] = {}

    async def put(self, mail: EmailMessage, to: Sequence[str]) -> int:
        """Safe on the disk when it returns. Sender, date and message id are added. Raises OSError."""
        settings = self._settings()
        now = wall_clock.utc()
        mail["From"] = settings.sender
        mail["To"] = ", ".join(to)
        mail["Date"] = now
        mail["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2] or None)
        waiting = Waiting(0, tuple(to), str(mail["Subject"] or ""), now.timestamp(), now.timestamp())
        waiting = await self._aside(partial(self._write, mail, waiting))
        self.waiting[waiting.number] = waiting
        self._news.set()
        return waiting.number

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled: what was left from before goes first."""
        self.waiting = await self._aside(self._read)
        task_status.started()
        while True:
            await self._send_due()
            self._news = trio.Event()
            with trio.move_on_after(LOOKS_EVERY_S):
                await self._news.wait()

    async def _send_due(self) -> None:
        settings = self._settings()
        if not settings.server:
            return
        now = wall_clock.utc().timestamp()
        for waiting in sorted(self.waiting.values(), key=lambda one: one.number):
            if waiting.next <= now:
                await self._send(settings, waiting)

    async def _send(self, settings: MailSettings, waiting: Waiting) -> None:
        try:
            mail = await self._aside(self._path(waiting).read_bytes)
            await self._aside(partial(self._post, settings, waiting.to, mail))
        except Hopeless as error:
            await self._fail(waiting, str(error))
        except (NotNow, OSError) as error:
            await self._later(settings, waiting, str(error))
        else:
            self._alarms.clear(ALARM)
            log.info("mail sent", extra={"to": ", ".join(waiting.to), "tries": waiting.tries + 1})
            del self.waiting[waiting.number]
            await self._aside(partial(self._remove, waiting))

    async def _later(self, settings: MailSettings, waiting: Waiting, error: str) -> None:
        now = wall_clock.utc().timestamp()
        tried = replace(waiting, tries=waiting.tries + 1, next=now + wait_s(waiting.tries + 1), error=error)
        if now - waiting.since > settings.patience_h * 3600:
            await self._fail(tried, error)
            return
        self.waiting[waiting.number] = tried
        text = _("{count} mails wait: {error}").format(count=len(self.waiting), error=error)
        self._alarms.set(ALARM, "warning", text, _("check [mail] and the mail server; they are tried again"))
        await self._aside(partial(_put, self._path(waiting).with_suffix(".json"), tried))

    async def _fail(self, waiting: Waiting, error: str) -> None:
        del self.waiting[waiting.number]
        failed = replace(waiting, error=error)
        text = _("mail to {to} could not be sent: {error}").format(to=", ".join(waiting.to), error=error)
        log.error("%s", text)
        self._alarms.set(
            f"{ALARM} {waiting.number}", "warning", text, _("it lies in {folder}").format(folder=self.failed)
        )
        await self._aside(partial(self._bury, failed))

    # ---- the disk ----

    @property
    def failed(self) -> Path:
        return self._folder / "failed"

    def _path(self, waiting: Waiting) -> Path:
        return self._folder / f"{waiting.number}.eml"

    def _write(self, mail: EmailMessage, waiting: Waiting) -> Waiting:
        self._folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.stem) for path in self._folder.glob("**/*.*") if path.stem.isdigit()]
        waiting = replace(waiting, number=max(taken, default=0) + 1)
        path = self._path(waiting)
        with path.open("wb") as file:
            file.write(mail.as_bytes(policy=SMTP))
            file.flush()
            os.fsync(file.fileno())
        _put(path.with_suffix(".json"), waiting)
        return waiting

    def _read(self) -> dict[int, Waiting]:
        """A mail without its .json was never promised to anybody."""
        found = {}
        for path in self._folder.glob("*.json"):
            try:
                facts = json.loads(path.read_text())
                waiting = Waiting(**{**facts, "to": tuple(facts["to"])})
            except (ValueError, KeyError, TypeError) as error:
                log.error("mail %s cannot be read: %s", path, error)
            else:
                found[waiting.number] = waiting
        return found

    def _remove(self, waiting: Waiting) -> None:
        self._path(waiting).with_suffix(".json").unlink(missing_ok=True)
        self._path(waiting).unlink(missing_ok=True)

    def _bury(self, waiting: Waiting) -> None:
        self.failed.mkdir(parents=True, exist_ok=True)
        path = self._path(waiting)
        if path.exists():
            path.rename(self.failed / path.name)
        _put(self.failed / f"{waiting.number}.json", waiting)
        path.with_suffix(".json").unlink(missing_ok=True)

    async def _aside(self, function: Callable[[], T]) -> T:
        if not self._threaded:
            await trio.lowlevel.checkpoint()
            return function()
        return await trio.to_thread.run_sync(function)


def _put(path: Path, waiting: Waiting) -> None:
    fresh = path.with_name(f"{path.name}.part")
    with fresh.open("w") as file:
        json.dump(asdict(waiting), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
