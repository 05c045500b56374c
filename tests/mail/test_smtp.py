"""Sending to a real SMTP server: what it takes, what it refuses for good, what may be better later."""

from __future__ import annotations

import pytest

from core.config.model.mail import MailSettings
from core.mail.smtp import Hopeless, NotNow, send
from tests.mail.server import Server

MAIL = b"Subject: hello\r\n\r\nhello\r\n"
TO = ["ann@example.org"]


def test_a_mail_arrives() -> None:
    with Server() as server:
        send(server.settings(), TO, MAIL)
        (mail,) = server.mails
        assert mail["Subject"] == "hello"


def test_with_a_password_it_arrives_and_with_a_wrong_one_it_waits() -> None:
    with Server(password="secret") as server:
        send(server.settings(user="box", password="secret"), TO, MAIL)
        assert len(server.mails) == 1
        with pytest.raises(NotNow, match="535"):
            send(server.settings(user="box", password="wrong"), TO, MAIL)


@pytest.mark.parametrize(("says", "raised"), [("550 no such user", Hopeless), ("451 later", NotNow)])
def test_what_the_server_says_decides(says: str, raised: type[Exception]) -> None:
    with Server() as server:
        server.says = says
        with pytest.raises(raised, match=says.partition(" ")[2]):
            send(server.settings(), TO, MAIL)


def test_a_server_without_tls_gets_no_mail_that_wants_it() -> None:
    with Server() as server:
        with pytest.raises(NotNow):
            send(server.settings(security="starttls"), TO, MAIL)
        with pytest.raises(NotNow):
            send(server.settings(security="tls"), TO, MAIL)
        assert server.mails == []


def test_nobody_there() -> None:
    with Server() as server:
        settings = server.settings()
    with pytest.raises(NotNow, match="refused"):
        send(settings, TO, MAIL)
    with pytest.raises(NotNow):
        send(MailSettings(server="no.such.host.invalid", security="none", sender="a@b"), TO, MAIL)
