"""The outbox: nothing that was put in is lost, hopeless mail is seen, a dead server is survived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from core.alarms import Alarms
from core.config.model.mail import MailSettings
from core.mail.outbox import FIRST_S, LONGEST_S, Outbox, wait_s
from core.mail.smtp import Hopeless, NotNow
from hw import wall_clock
from tests.mail.server import Server

TO = ["ann@example.org"]
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Post:
    """Stands in for the way to the server. `fails`: what it raises."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.tries = 0
        self.fails: Exception | None = None

    def __call__(self, settings: MailSettings, to: Sequence[str], mail: bytes) -> None:
        self.tries += 1
        if self.fails is not None:
            raise self.fails
        self.sent.append(mail)


def a_mail(subject: str = "hello") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail.set_content("您好")
    return mail


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(wall_clock, "source", lambda: BEGAN + timedelta(seconds=trio.current_time()))
    return Post()


def outbox(folder: Path, post: Post, alarms: Alarms | None = None, **settings: object) -> Outbox:
    given = MailSettings.model_validate({"server": "mail", "sender": "box@example.org"} | settings)
    return Outbox(lambda: given, folder, alarms or Alarms(), threaded=False, post=post)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_mail_goes_at_once(tmp_path: Path, post: Post, autojump_clock: trio.testing.MockClock) -> None:
    box = outbox(tmp_path, post)
    async with trio.open_nursery() as nursery:
        await nursery.start(box.run)
        await box.put(a_mail(), TO)
        await trio.sleep(1)
        assert b"From: box@example.org" in post.sent[0]
        assert b"Message-ID: <" in post.sent[0]
        assert files(tmp_path) == []
        nursery.cancel_scope.cancel()


async def test_a_server_that_is_down_for_a_day_gets_it_in_the_end(
    tmp_path: Path, post: Post, autojump_clock: trio.testing.MockClock
) -> None:
    alarms = Alarms()
    box = outbox(tmp_path, post, alarms)
    post.fails = NotNow("Connection refused")
    async with trio.open_nursery() as nursery:
        await nursery.start(box.run)
        await box.put(a_mail(), TO)
        await trio.sleep(86_400)
        assert 24 <= post.tries <= 40
        assert "1 mails wait: Connection refused" in alarms.standing["mail"].text
        (waiting,) = box.waiting.values()
        assert waiting.error == "Connection refused"
        post.fails = None
        await trio.sleep(LONGEST_S + 60)
        assert len(post.sent) == 1
        assert alarms.standing == {}
        nursery.cancel_scope.cancel()


async def test_a_restart_loses_no_mail_and_no_patience(
    tmp_path: Path, post: Post, autojump_clock: trio.testing.MockClock
) -> None:
    post.fails = NotNow("later")
    for _ in range(3):
        box = outbox(tmp_path, post)
        async with trio.open_nursery() as nursery:
            await nursery.start(box.run)
            if not box.waiting:
                await box.put(a_mail(), TO)
            await trio.sleep(200)
            nursery.cancel_scope.cancel()
    (waiting,) = box.waiting.values()
    assert waiting.tries == post.tries >= 3
    post.fails = None
    async with trio.open_nursery() as nursery:
        await nursery.start(outbox(tmp_path, post).run)
        await trio.sleep(LONGEST_S)
        nursery.cancel_scope.cancel()
    assert len(post.sent) == 1


async def test_hopeless_mail_is_put_aside_with_its_reason(
    tmp_path: Path, post: Post, autojump_clock: trio.testing.MockClock
) -> None:
    alarms = Alarms()
    box = outbox(tmp_path, post, alarms)
    post.fails = Hopeless("550 no such user")
    async with trio.open_nursery() as nursery:
        await nursery.start(box.run)
        number = await box.put(a_mail(), TO)
        await trio.sleep(1)
        assert post.tries == 1
        assert files(tmp_path) == [f"failed/{number}.eml", f"failed/{number}.json"]
        assert "mail to ann@example.org could not be sent: 550" in alarms.standing[f"mail {number}"].text
        assert await box.put(a_mail(), TO) == number + 1
        nursery.cancel_scope.cancel()


async def test_patience_ends(tmp_path: Path, post: Post, autojump_clock: trio.testing.MockClock) -> None:
    box = outbox(tmp_path, post, patience_h=1)
    post.fails = NotNow("later")
    async with trio.open_nursery() as nursery:
        await nursery.start(box.run)
        await box.put(a_mail(), TO)
        await trio.sleep(3 * 3600)
        assert box.waiting == {}
        assert "failed/1.eml" in files(tmp_path)
        nursery.cancel_scope.cancel()


async def test_without_a_server_mail_waits_without_being_tried(
    tmp_path: Path, post: Post, autojump_clock: trio.testing.MockClock
) -> None:
    box = outbox(tmp_path, post, server="")
    async with trio.open_nursery() as nursery:
        await nursery.start(box.run)
        await box.put(a_mail(), TO)
        await trio.sleep(86_400)
        assert (post.tries, len(box.waiting)) == (0, 1)
        nursery.cancel_scope.cancel()


async def test_what_is_half_written_is_no_mail(
    tmp_path: Path, post: Post, autojump_clock: trio.testing.MockClock
) -> None:
    (tmp_path / "1.eml").write_bytes(b"half")
    (tmp_path / "2.json").write_text('{"number": 2')
    box = outbox(tmp_path, post)
    async with trio.open_nursery() as nursery:
        await nursery.start(box.run)
        assert box.waiting == {}
        assert await box.put(a_mail(), TO) == 3
        nursery.cancel_scope.cancel()


async def test_a_real_server_gets_it_with_chinese_words(tmp_path: Path) -> None:
    with Server() as server:
        settings = server.settings()
        box = Outbox(lambda: settings, tmp_path, Alarms())
        async with trio.open_nursery() as nursery:
            await nursery.start(box.run)
            await box.put(a_mail("新留言"), TO)
            with trio.fail_after(30):
                while box.waiting:  # noqa: ASYNC110 - a real server, in real time
                    await trio.sleep(0.01)
            nursery.cancel_scope.cancel()
        (mail,) = server.mails
        assert mail["Subject"] == "新留言"
        assert mail.get_content().strip() == "您好"


@given(st.integers(1, 10_000))
def test_tries_come_further_apart_but_never_more_than_an_hour(tries: int) -> None:
    assert FIRST_S <= wait_s(tries) <= wait_s(tries + 1) <= LONGEST_S
