"""A real mail server on loopback, that takes mail or says what it is told to say."""

from __future__ import annotations

import socket
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.config.model.mail import MailSettings


class Server:
    """`says`: to every mail, "" takes it. Entered, it runs in a thread of its own."""

    def __init__(self, password: str = "") -> None:
        self.mails: list[EmailMessage] = []
        self.says = ""
        options: dict[str, Any] = {}
        if password:

            def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
                right = isinstance(data, LoginPassword) and data.password == password.encode()
                return AuthResult(success=right, handled=False)

            options = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port, **options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.says:
            return self.says
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def __enter__(self) -> Server:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def settings(self, **changes: Any) -> MailSettings:
        return MailSettings(
            **{"server": "127.0.0.1", "port": self._port, "security": "none", "sender": "box@example.org"} | changes
        )
