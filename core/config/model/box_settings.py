"""[box], [control], [limits]: the box itself, its door for programs, and what it never exceeds."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import StringConstraints, field_validator

from core.config.model.kinds import Effect, Many, Table, Text, mistake, setting
from hw.tone_plan import tone_plans


class BoxSettings(Table):
    """The box itself: its name, country, languages and folders."""

    name: Text = setting("What the box is called on screens and in mails.", "Strowger", effect=Effect.NOW)
    country: str = setting(
        "Whose tones, ringing and number rules hold (ISO 3166, lower case). A trunk may have another one.",
        "cn",
        effect=Effect.BOX_RESTART,
    )
    area_code: Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{1,3})?$")] = setting(
        'Own area code without its leading 0, as "10" or "755"; "": numbers are taken as they come.', ""
    )
    languages: Many[Literal["zh", "en"]] = setting(
        "Languages of prompts and messages; the first is what is spoken to whoever has chosen none.",
        ("zh", "en"),
        min_length=1,
    )
    time_zone: str = setting("Of the office (IANA name): calendars and spoken times follow it.", "Asia/Shanghai")
    frame_ms: Literal[10, 20] = setting(
        "Speech is carried in pieces of so many milliseconds. 10: less delay, more work.", 20, effect=Effect.BOX_RESTART
    )
    data: Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f]+$")] = setting(
        "Folder of journal, recordings and line profiles.", "/var/lib/strowger", effect=Effect.BOX_RESTART
    )
    journal_days: int = setting(
        "Days for which events and call records are kept. 0: for ever. Audit is always kept.",
        0,
        effect=Effect.BOX_RESTART,
        ge=0,
        le=36500,
    )

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value not in tone_plans():
            raise mistake('There are no tones of a country "{name}".', name=value, choices=sorted(tone_plans()))
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise mistake(
                'There is no time zone "{name}".', name=value, choices=sorted(available_timezones())
            ) from None
        return value

    @field_validator("languages")
    @classmethod
    def _each_language_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise mistake("A language stands here twice.")
        return value


class Control(Table):
    """The control interface: how programs and consoles on this machine reach the exchange."""

    socket: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^/[^\x00-\x1f]+$")] = setting(
        "Unix socket of the control interface, an absolute path.",
        "/run/strowger/control.sock",
        effect=Effect.BOX_RESTART,
    )
    group: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]*$|^$")] = setting(
        'Unix group whose members may connect; "": whoever the folder of the socket lets in.',
        "",
        effect=Effect.BOX_RESTART,
    )
    clients: int = setting("So many may be connected at once.", 200, effect=Effect.NOW, ge=10, le=2000)


class Limits(Table):
    """What the box never exceeds, whoever calls."""

    calls: int = setting(
        "Calls at once; further ones get congestion tone. Emergency calls always pass.", 1000, ge=1, le=10000
    )
    call_hours: int = setting(
        "A call that lasts longer is released: a forgotten handset must not hold a trunk for ever. Hours.",
        12,
        ge=1,
        le=168,
    )
