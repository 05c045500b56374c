"""Who outside the box hears of alarms: bundled mails, commands in turn, and no flood of either."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from core.alarm_notices import GATHER_S, OWN, QUEUE_MOST, AlarmNotices, run_command
from core.alarms import Alarms
from core.config.model.box import Box
from core.mail.outbox import Outbox
from tests.mail.test_outbox import Post, post

__all__ = ["post"]


class Told:
    """In the place of a command: what it was given, and how long it takes."""

    def __init__(self) -> None:
        self.words: list[Sequence[str]] = []
        self.times: list[float] = []
        self.wrong = ""

    async def __call__(self, words: Sequence[str], given: bytes, limit_s: float) -> str:
        self.words.append(words[1:4])
        self.times.append(trio.current_time())
        assert json.loads(given)["alarm"]["key"] == words[3]
        return self.wrong


def box(**alarms: Any) -> Box:
    return Box.model_validate(
        {
            "box": {"languages": ["en"], "name": "Office", "time_zone": "UTC"},
            "mail": {"server": "mail", "sender": "box@example.org"},
            "alarms": alarms,
        }
    )


@asynccontextmanager
async def noticing(
    settings: Box, command: Told | None = None, outbox: Outbox | None = None, alarms: Alarms | None = None
) -> AsyncIterator[Alarms]:
    alarms = alarms or Alarms()
    notices = AlarmNotices(alarms, lambda: settings, outbox, command or Told())
    async with trio.open_nursery() as nursery:
        if outbox is not None:
            await nursery.start(outbox.run)
        await nursery.start(notices.run)
        yield alarms
        nursery.cancel_scope.cancel()


def subjects(post: Post) -> list[str]:
    return [line[9:].decode() for mail in post.sent for line in mail.splitlines() if line.startswith(b"Subject: ")]


async def test_an_alarm_is_mailed_at_once_and_what_follows_is_bundled(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, post: Post
) -> None:
    settings = box(mail=["ann@example.org"], mail_every_s=300)
    outbox = Outbox(lambda: settings.mail, tmp_path, Alarms(), threaded=False, post=post)
    async with noticing(settings, outbox=outbox) as alarms:
        alarms.set("span e1a", "critical", "span e1a: RED", "check the cable")
        alarms.set("disk", "notice", "20 % free")
        await trio.sleep(GATHER_S + 1)
        assert subjects(post) == ["Office: critical, raised: span e1a: RED"]
        assert b"check the cable" in post.sent[0]
        for span in "bcd":
            alarms.set(f"span e1{span}", "critical", f"span e1{span}: RED")
        alarms.clear("span e1a")
        await trio.sleep(100)
        assert len(post.sent) == 1
        await trio.sleep(300)
        assert subjects(post)[1:] == ["Office: 4 alarms came or went, the worst critical"]
        assert b"it had stood since" in post.sent[1]


async def test_alarms_of_the_mail_make_no_mail(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, post: Post
) -> None:
    settings = box(mail=["ann@example.org"], mail_level="notice")
    outbox = Outbox(lambda: settings.mail, tmp_path, Alarms(), threaded=False, post=post)
    async with noticing(settings, outbox=outbox) as alarms:
        alarms.set("mail", "warning", "3 mails wait")
        await trio.sleep(60)
        assert post.sent == []


async def test_the_command_hears_of_each_in_turn_and_of_its_level_only(
    autojump_clock: trio.testing.MockClock,
) -> None:
    told = Told()
    async with noticing(box(command="/bin/page", command_level="warning"), told) as alarms:
        alarms.set("span e1a", "critical", "RED")
        alarms.set("disk", "notice", "20 % free")
        alarms.acknowledge("span e1a", "Mei")
        await trio.sleep(1)
        alarms.clear("span e1a")
        await trio.sleep(1)
        assert told.words == [("raised", "critical", "span e1a"), ("cleared", "critical", "span e1a")]


async def test_what_stood_before_is_told_too(autojump_clock: trio.testing.MockClock) -> None:
    told, alarms = Told(), Alarms()
    alarms.set("line e1a", "critical", "there is no such card")
    async with noticing(box(command="/bin/page"), told, alarms=alarms):
        await trio.sleep(1)
        assert told.words == [("raised", "critical", "line e1a")]


async def test_a_flood_of_alarms_starts_no_flood_of_commands(autojump_clock: trio.testing.MockClock) -> None:
    told = Told()
    async with noticing(box(command="/bin/page", commands_per_minute=10), told) as alarms:
        for number in range(500):
            alarms.set(f"span e{number}", "critical", "RED")
        await trio.sleep(3600)
        assert len(told.words) == QUEUE_MOST
        assert told.words[-1][2] == "span e499", "the newest are told"
        for first, later in zip(told.times, told.times[10:], strict=False):
            assert later - first >= 60


async def test_a_command_that_fails_is_an_alarm_of_its_own_and_starts_none_for_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    told = Told()
    told.wrong = "exit code 3"
    async with noticing(box(command="/bin/page"), told) as alarms:
        alarms.set("disk", "critical", "5 % free")
        await trio.sleep(5)
        assert "exit code 3" in alarms.standing[OWN].text
        assert len(told.words) == 1
        told.wrong = ""
        alarms.clear("disk")
        await trio.sleep(5)
        assert OWN not in alarms.standing


# ---- real processes ----


async def test_a_command_gets_its_words_and_the_alarm(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f"import sys; open({str(out)!r}, 'w').write(sys.argv[1] + sys.stdin.read())"
    assert await run_command([sys.executable, "-c", script, "raised"], b"{}", 60) == ""
    assert out.read_text() == "raised{}"


async def test_a_command_that_does_not_end_is_killed_with_its_children() -> None:
    words = ["/bin/sh", "-c", "sleep 1000 & sleep 1000"]
    assert "0.1 s" in await run_command(words, b"", 0.1)


@pytest.mark.parametrize("words", [["/no/such/program"], ["/bin/sh", "-c", "exit 3"]])
async def test_a_command_that_cannot_be_done_says_why(words: list[str]) -> None:
    assert await run_command(words, b"", 60)
