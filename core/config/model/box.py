"""The whole configuration of a box: one model, built from tables, that never changes.

    box = read(paths).box                    from files: core/config/reading.py
    box = Box.model_validate({...})          from a table of tables, in tests

Fields are called as their tables in the files: [[station]] is `box.station`, all of them in order.
What it does not: compare tables with each other (core/config/checks.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from core.config.model.alarms import AlarmSettings
from core.config.model.backup import Backup
from core.config.model.box_settings import BoxSettings, Control, Limits
from core.config.model.cards import Card
from core.config.model.databases import Database
from core.config.model.features import Features
from core.config.model.flows import FlowNumber
from core.config.model.groups import Conference, HuntGroup, Park
from core.config.model.kinds import Effect, Many, Table, setting
from core.config.model.mail import MailSettings
from core.config.model.mailboxes import Mailbox, Voicemail
from core.config.model.numbering import Calendar, ClassOfService, Numbering, Route
from core.config.model.pins import CallingPin
from core.config.model.queues import (
    AgentGroup,
    AgentSettings,
    CustomerClass,
    DistributionSettings,
    QueueSettings,
    Skill,
)
from core.config.model.recording import Recording, RecordingRule, Retention
from core.config.model.reports import ReportSettings
from core.config.model.sounds import Announcements, Music
from core.config.model.spans import Span
from core.config.model.stations import OutsideTelephone, SpeedDial, Station, Telephone
from core.config.model.trunks import Trunk, TrunkGroup
from core.config.model.users import User

VERSION = 1
"""Of the format of the files. core/config/migration.py brings older ones here."""


class Box(Table):
    """Everything that is set on the box."""

    version: Literal[1] = setting(
        "Of the format of these files; `strowger config migrate` brings older ones up to date.",
        VERSION,
        effect=Effect.NOW,
    )
    box: BoxSettings = setting("The box itself: its name, country, languages and folders.", BoxSettings())
    card: Many[Card] = setting("Cards with lines, real or simulated.", ())
    span: Many[Span] = setting("E1 spans with trunk lines.", ())
    trunk: Many[Trunk] = setting("Analog trunk lines.", ())
    station: Many[Station] = setting("Telephones of the house.", ())
    outside_telephone: Many[OutsideTelephone] = setting("Telephones elsewhere that are used like stations.", ())
    trunk_group: Many[TrunkGroup] = setting("Groups of lines to one place.", ())
    numbering: Numbering = setting("What all numbers have in common.", Numbering())
    route: Many[Route] = setting("Which digits go out, for whom and when, and by which trunks.", ())
    class_of_service: Many[ClassOfService] = setting("What callers may reach.", ())
    calendar: Many[Calendar] = setting("Office hours and holidays.", ())
    features: Features = setting("The code of every service that is dialled.", Features())
    hunt_group: Many[HuntGroup] = setting("Numbers that ring several telephones.", ())
    conference: Many[Conference] = setting("Rooms for telephone conferences.", ())
    mailbox: Many[Mailbox] = setting("Boxes for messages.", ())
    voicemail: Voicemail = setting("What all mailboxes have in common.", Voicemail())
    backup: Backup = setting("Backups, made every night.", Backup())
    mail: MailSettings = setting("The server that takes our mail.", MailSettings())
    alarms: AlarmSettings = setting("Who outside the box hears of alarms.", AlarmSettings())
    park: Park = setting("Where calls are parked.", Park())
    speed_dial: Many[SpeedDial] = setting("Short numbers for all.", ())
    queue: Many[QueueSettings] = setting("Queues in which callers wait for an agent.", ())
    agent: Many[AgentSettings] = setting("People who serve queues.", ())
    agent_group: Many[AgentGroup] = setting("How agents work, group by group.", ())
    skill: Many[Skill] = setting("Skills that calls ask for and agents have.", ())
    customer_class: Many[CustomerClass] = setting("Classes of customers, and who goes first.", ())
    distribution: DistributionSettings = setting("What all queues have in common.", DistributionSettings())
    flow: Many[FlowNumber] = setting("Numbers at which the box answers by itself.", ())
    database: Many[Database] = setting("Tables of the office that flows ask.", ())
    announcements: Announcements = setting("What is said in words.", Announcements())
    music: Music = setting("What those hear who wait.", Music())
    recording: Recording = setting("What all recordings have in common.", Recording())
    recording_rule: Many[RecordingRule] = setting("Which calls are recorded.", ())
    retention: Many[Retention] = setting("How long recordings are kept.", ())
    reports: ReportSettings = setting("What is written for the reporting tools of others.", ReportSettings())
    pin: Many[CallingPin] = setting("PINs with which single calls may go further.", ())
    user: Many[User] = setting("Who may ask the exchange for something.", ())
    limits: Limits = setting("What the box never exceeds.", Limits())
    control: Control = setting("How programs reach the exchange.", Control())

    @cached_property
    def stations(self) -> dict[str, Telephone]:
        """By number, outside telephones too."""
        return {telephone.number: telephone for telephone in (*self.station, *self.outside_telephone)}

    def telephones(self) -> Iterator[tuple[str, int, Telephone]]:
        """All of them, each with its table and its place there."""
        for row, station in enumerate(self.station):
            yield "station", row, station
        for row, outside in enumerate(self.outside_telephone):
            yield "outside_telephone", row, outside

    def lines_of(self, group: TrunkGroup) -> Iterator[str]:
        """Names of the lines of a trunk group in its order, each once: a span stands for all its timeslots."""
        channels = {span.name: [slot for slot in span.channels if slot != 16] for span in self.span}
        seen = set()
        for entry in group.lines:
            for name in [f"{entry}/{slot}" for slot in channels[entry]] if entry in channels else [entry]:
                if name not in seen:
                    seen.add(name)
                    yield name
