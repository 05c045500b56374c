"""The model of the whole configuration: `Box`, and the tables that it is built from, one file a subject."""

from core.config.model.box import VERSION, Box
from core.config.model.box_settings import BoxSettings, Control, Limits
from core.config.model.cards import Card, SimulatedSpan
from core.config.model.features import Features
from core.config.model.groups import Conference, HuntGroup, Park
from core.config.model.kinds import Effect, Table
from core.config.model.numbering import Calendar, ClassOfService, Numbering, Route
from core.config.model.sounds import Announcements, Music
from core.config.model.spans import PriSpan, R2Span, Span
from core.config.model.stations import OutsideTelephone, SpeedDial, Station, Telephone
from core.config.model.trunks import Trunk, TrunkGroup
from core.config.model.users import User

__all__ = [
    "VERSION",
    "Announcements",
    "Box",
    "BoxSettings",
    "Calendar",
    "Card",
    "ClassOfService",
    "Conference",
    "Control",
    "Effect",
    "Features",
    "HuntGroup",
    "Limits",
    "Music",
    "Numbering",
    "OutsideTelephone",
    "Park",
    "PriSpan",
    "R2Span",
    "Route",
    "SimulatedSpan",
    "Span",
    "SpeedDial",
    "Station",
    "Table",
    "Telephone",
    "Trunk",
    "TrunkGroup",
    "User",
]
