"""Tells people and other systems outside of alarms: by mail, and by a command of theirs ([alarms]).

    alarm comes or goes ──┬─> level? ──> gathered for GATHER_S ──> one mail, and the next not before mail_every_s
                          └─> level? ──> a row of QUEUE_MOST at most ──> the command, one at a time

A flood is told, but never floods: mails bundle what has happened since the last, commands wait their turn, and when too
many wait, the oldest are dropped and counted in the log. A command runs in a process of its own, is killed with all
that it has started when its time is over, and has an alarm of its own when it fails; that one starts no command, as
alarms of the mail make no mail. Time flows on trio's clock.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import msgspec
import trio

from core.alarms import LEVELS, Alarms, AlarmView
from core.config.model.box import Box
from core.mail.outbox import ALARM as MAIL_ALARM
from core.mail.outbox import Outbox
from core.texts import N_, _, speaking
from hw import wall_clock

log = logging.getLogger(__name__)

GATHER_S = 10.0
QUEUE_MOST = 100
OWN = "alarms"
"""The alarm of the command itself."""

RAISED, CLEARED = N_("raised"), N_("cleared")
Commanding = Callable[[Sequence[str], bytes, float], Awaitable[str]]
"""Words, input, seconds at most. Returns what went wrong; "": nothing."""


@dataclass(frozen=True, slots=True)
class Notice:
    """what: "raised", or "cleared". at: UTC."""

    what: str
    alarm: AlarmView
    at: datetime


async def run_command(words: Sequence[str], given: bytes, limit_s: float) -> str:
    """In a process group of its own, without our files; whatever it prints is nobody's."""

    async def end(process: trio.Process) -> None:
        os.killpg(process.pid, signal.SIGKILL)

    with trio.move_on_after(limit_s):
        try:
            done = await trio.run_process(
                list(words),
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                deliver_cancel=end,
                start_new_session=True,
                cwd="/",
            )
        except OSError as error:
            return error.strerror or str(error)
        return _("exit code {code}").format(code=done.returncode) if done.returncode else ""
    return _("ended after {seconds} s").format(seconds=f"{limit_s:g}")


class AlarmNotices:
    """box: as it is configured now. outbox: None, there is no mail. command: how one is run."""

    def __init__(
        self, alarms: Alarms, box: Callable[[], Box], outbox: Outbox | None, command: Commanding = run_command
    ) -> None:
        self._alarms = alarms
        self._box = box
        self._outbox = outbox
        self._command = command
        self._to_mail: list[Notice] = []
        self._to_command: deque[Notice] = deque()
        self._news = trio.Event()
        self._times: deque[float] = deque()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled. What stands already has just come."""
        for alarm in self._alarms.standing.values():
            self._heard(RAISED, alarm)
        self._alarms.watch(self._told)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._mails)
            nursery.start_soon(self._commands)
            task_status.started()

    # ---- what is heard ----

    def _told(self, alarm: AlarmView, stands: bool) -> None:
        if not alarm.seen_by or not stands:
            self._heard(RAISED if stands else CLEARED, alarm)

    def _heard(self, what: str, alarm: AlarmView) -> None:
        settings = self._box().alarms
        notice = Notice(what, alarm, wall_clock.utc())
        kind = alarm.key.partition(" ")[0]
        if settings.mail and kind != MAIL_ALARM and _as_bad_as(alarm, settings.mail_level):
            self._to_mail.append(notice)
        if settings.command and kind != OWN and _as_bad_as(alarm, settings.command_level):
            if len(self._to_command) == QUEUE_MOST:
                dropped = self._to_command.popleft()
                log.warning("too many alarms wait for the command of [alarms]: %s is not told", dropped.alarm.key)
            self._to_command.append(notice)
        self._news.set()
        self._news = trio.Event()

    # ---- mail ----

    async def _mails(self) -> None:
        while True:
            while not self._to_mail:
                await self._news.wait()
            await trio.sleep(GATHER_S)
            notices, self._to_mail = self._to_mail, []
            box = self._box()
            if self._outbox is not None and box.mail.server and box.alarms.mail:
                try:
                    await self._outbox.put(mail_of(notices, box), box.alarms.mail)
                except OSError as error:
                    log.error("a mail of %d alarms could not be kept: %s", len(notices), error)
            await trio.sleep(max(0.0, box.alarms.mail_every_s - GATHER_S))

    # ---- the command ----

    async def _commands(self) -> None:
        while True:
            while not self._to_command:
                await self._news.wait()
            settings = self._box().alarms
            await self._turn(settings.commands_per_minute)
            if not self._to_command:
                continue
            notice = self._to_command.popleft()
            if not settings.command:
                continue
            alarm = notice.alarm
            words = (settings.command, notice.what, alarm.level, alarm.key, alarm.text)
            given = msgspec.json.encode({"what": notice.what, "box": self._box().box.name, "alarm": alarm})
            wrong = await self._command(words, given, settings.command_s)
            if wrong:
                text = _("{command} was not done: {why}").format(command=settings.command, why=wrong)
                self._alarms.set(OWN, "warning", text, _("start it by hand, as the user that the box runs as"))
            else:
                self._alarms.clear(OWN)

    async def _turn(self, per_minute: int) -> None:
        """Until one more may be started."""
        while self._times and self._times[0] <= trio.current_time() - 60:
            self._times.popleft()
        if len(self._times) >= per_minute:
            await trio.sleep_until(self._times[-per_minute] + 60)
        self._times.append(trio.current_time())


def _as_bad_as(alarm: AlarmView, level: str) -> bool:
    return LEVELS.index(alarm.level) <= LEVELS.index(level)


def mail_of(notices: Sequence[Notice], box: Box) -> EmailMessage:
    """In the first language of the box, with its local time."""
    zone = ZoneInfo(box.box.time_zone)
    mail = EmailMessage()
    with speaking(box.box.languages[0]):
        rows = []
        for notice in notices:
            alarm, when = notice.alarm, notice.at.astimezone(zone)
            rows.append(f"{when:%Y-%m-%d %H:%M:%S}  {_(alarm.level)}  {_(notice.what)}: {alarm.text}")
            if alarm.remedy and notice.what == RAISED:
                rows.append(f"    {alarm.remedy}")
            if notice.what == CLEARED:
                since = datetime.fromtimestamp(alarm.since, UTC).astimezone(zone)
                rows.append("    " + _("it had stood since {since}").format(since=f"{since:%Y-%m-%d %H:%M:%S}"))
        first = notices[0]
        if len(notices) == 1:
            subject = f"{box.box.name}: {_(first.alarm.level)}, {_(first.what)}: {first.alarm.text}"
        else:
            worst = min((notice.alarm.level for notice in notices), key=LEVELS.index)
            subject = _("{box}: {count} alarms came or went, the worst {worst}").format(
                box=box.box.name, count=len(notices), worst=_(worst)
            )
        mail["Subject"] = " ".join(subject.split())[:200]
    mail.set_content("\n".join(rows) + "\n")
    return mail
