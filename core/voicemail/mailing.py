"""A message as a mail to the owner of its box: who called when, and the sound as WAV or Opus. Blocks on the disk."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import soundfile

from core.texts import _, speaking
from core.voicemail.boxes import Box
from core.voicemail.message import Message

FORMATS = {"wav": ("WAV", "PCM_16", "wav"), "opus": ("OGG", "OPUS", "ogg")}


def mail_of(box: Box, message: Message, zone: str, language: str) -> EmailMessage:
    """Raises OSError, soundfile.LibsndfileError."""
    when = datetime.fromtimestamp(message.received, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    minutes, seconds = divmod(max(1, message.ms // 1000), 60)
    caller = " ".join(f"{message.name} {message.caller}".split())
    mail = EmailMessage()
    with speaking(language):
        caller = caller or _("unknown number")
        length = f"{minutes}:{seconds:02}"
        subject = (
            _("Urgent message from {caller} ({length})") if message.urgent else _("Message from {caller} ({length})")
        )
        mail["Subject"] = subject.format(caller=caller, length=length)
        text = _("{caller} has left a message in mailbox {box} on {when}. It lasts {length}.")
        mail.set_content(text.format(caller=caller, box=box.number, when=when, length=length) + "\n")
    if box.settings.attach != "none":
        container, coding, suffix = FORMATS[box.settings.attach]
        samples, rate = soundfile.read(box.shelf.path(message), dtype="int16")
        sound = io.BytesIO()
        soundfile.write(sound, samples, rate, format=container, subtype=coding)
        name = f"{when.replace(':', '').replace(' ', '-')}-{message.caller or 'unknown'}.{suffix}"
        mail.add_attachment(sound.getvalue(), maintype="audio", subtype=suffix, filename=name)
    return mail
