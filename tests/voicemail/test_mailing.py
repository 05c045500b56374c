"""New messages go out by mail, with caller, time and sound; flows send mail, too."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import soundfile
import trio
import trio.testing

from core.alarms import Alarms
from core.config.checks import check
from core.config.model.box import Box as Configuration
from core.config.model.mail import MailSettings
from core.ivr.acts import Mail
from core.ivr.mailing import mailed
from core.mail.outbox import Outbox
from hw import wall_clock
from tests.voicemail.story import ANNS, BENS, PIN, VOICEMAIL, house

pytestmark = pytest.mark.native

ANN = {"mail": "ann@example.org"}


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    monkeypatch.setattr(wall_clock, "source", lambda: began + timedelta(seconds=trio.current_time()))


@pytest.mark.parametrize(("attach", "kind", "coding"), [("wav", "audio/wav", "PCM_16"), ("opus", "audio/ogg", "OPUS")])
async def test_a_message_goes_to_its_owner_with_the_sound(
    attach: str, kind: str, coding: str, tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path, _6801=ANN | {"attach": attach, "language": "zh"}) as here:
        carl = here.phone("8003")
        await here.dial(carl, ANNS)
        await here.leaves(carl)
        await trio.sleep(5)
        (mail,) = here.mails
        assert mail["To"] == "ann@example.org"
        assert mail["Subject"].startswith("Station 8003 8003 的留言")
        body = mail.get_body()
        assert body is not None
        assert "2026-03-01 09:3" in body.get_content()
        (sound,) = mail.iter_attachments()
        assert sound.get_content_type() == kind
        info = soundfile.info(io.BytesIO(sound.get_content()))
        assert info.subtype == coding
        assert info.duration == pytest.approx(here.messages(ANNS)[0].ms / 1000, abs=0.2)


async def test_a_forwarded_message_is_mailed_to_whom_it_was_forwarded(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path, _6802={"mail": "ben@example.org", "attach": "none"}) as here:
        ann, carl = here.phone("8001"), here.phone("8003")
        await here.dial(carl, ANNS)
        await here.leaves(carl)
        assert here.mails == []
        await here.dial(ann, VOICEMAIL)
        await here.said("pin.enter")
        await ann.dial(f"{PIN}#")
        await here.said("voicemail.menu")
        await ann.dial("1")
        await here.said("voicemail.message-menu")
        await ann.dial("5")
        await here.said("voicemail.forward-to")
        await ann.dial(f"{BENS}#")
        await here.said("voicemail.introduction")
        await ann.dial("#")
        await here.said("voicemail.forwarded")
        await here.hang_up(ann)
        await trio.sleep(5)
        (mail,) = here.mails
        assert mail["To"] == "ben@example.org"
        assert mail["Subject"].startswith("Message from Station 8003 8003")
        assert list(mail.iter_attachments()) == []


async def test_a_flow_mails_what_a_caller_said(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    (tmp_path / "said.wav").write_bytes(b"RIFF")
    settings = MailSettings(server="mail", sender="box@example.org")
    outbox = Outbox(lambda: settings, tmp_path / "outbox", Alarms(), threaded=False)
    act = Mail(7, "sales@example.org", "New\norder", "From 8003.", ("said.wav",))
    assert (await mailed(act, outbox, tmp_path, threaded=False)).outcome == "done"
    (waiting,) = outbox.waiting.values()
    assert (waiting.to, waiting.subject) == (("sales@example.org",), "New order")
    for wrong in (
        Mail(8, "nobody", "", "", ()),
        Mail(8, "a@b, c@d", "", "", ()),
        Mail(8, "a@b", "", "", ("gone.wav",)),
        Mail(8, "a@b", "", "", ("../secret",)),
    ):
        answer = await mailed(wrong, outbox, tmp_path, threaded=False)
        assert (answer.outcome, bool(answer.reason)) == ("failed", True)
    assert len(outbox.waiting) == 1


def test_mail_without_sender_or_server_is_found_before_it_is_missed() -> None:
    box = Configuration.model_validate({"mail": {"server": "mail"}})
    assert ("mail", "sender") in [finding.path for finding in check(box)]
    box = Configuration.model_validate({"mailbox": [{"number": ANNS, "mail": "ann@example.org"}]})
    (found,) = [finding for finding in check(box) if finding.path == ("mailbox", 0, "mail")]
    assert found.warning
