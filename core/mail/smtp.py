"""One mail to the mail server: SMTP (RFC 5321), STARTTLS (RFC 3207), TLS (RFC 8314). Blocks: for a worker thread.

Python's smtplib does the work. What the server says for good (5xx) is Hopeless; everything else may be better later.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence

from core.config.model.mail import MailSettings

PATIENCE_S = 60.0


class Hopeless(Exception):
    """The server will never take this mail."""


class NotNow(Exception):
    """It could not be sent this time."""


def send(settings: MailSettings, to: Sequence[str], mail: bytes) -> None:
    """Raises Hopeless, NotNow."""
    try:
        with _connect(settings) as server:
            if settings.user:
                server.login(settings.user, settings.password)
            refused = server.sendmail(settings.sender, list(to), mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise _verdict({code for code, _text in error.recipients.values()}, _words(error)) from error
    except smtplib.SMTPResponseException as error:
        # A wrong password is mended by people, and the mail goes then.
        codes = set() if isinstance(error, smtplib.SMTPAuthenticationError) else {error.smtp_code}
        raise _verdict(codes, _words(error)) from error
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        raise NotNow(_words(error)) from error
    if refused:  # some of several: the others have it
        raise Hopeless(str(refused))


def _connect(settings: MailSettings) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.server, settings.port, timeout=PATIENCE_S, context=ssl.create_default_context()
        )
    server = smtplib.SMTP(settings.server, settings.port, timeout=PATIENCE_S)
    if settings.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _verdict(codes: set[int], words: str) -> Exception:
    return Hopeless(words) if codes and all(500 <= code < 600 for code in codes) else NotNow(words)


def _words(error: Exception) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            return "; ".join(f"{to}: {code} {text.decode(errors='replace')}" for to, (code, text) in recipients.items())
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=text):
            return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
        case OSError(strerror=str(words)):
            return words
    return str(error) or type(error).__name__
