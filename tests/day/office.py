"""The office of the working day: what its configuration says, and what a story needs of the place where it is told.

    stations 8001 .. 8006       analog telephones; agents 2001, 2002, 2003 at 8001, 8002, 8003
    span "pri", span "r2"       trunk lines from town; line "fxo": an analog one
    8600                        the menu: 1 sales queue, 9 message
    8900                        the mailbox

The same story is told on the simulated card in virtual time and over the real driver in the lab.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import trio

from core.api.client import Client
from hw.plane import Plane
from hw.playback import Audible
from hw.sim.telephone import Telephone

STATIONS = ("8001", "8002", "8003", "8004", "8005", "8006")
WAYS = ("pri", "r2", "fxo")
MENU, BOX, QUEUE = "8600", "8900", "sales"
PRI_SLOTS, R2_SLOTS = (1, 2, 3, 4), (1, 2)


class TownCall(Protocol):
    answered: trio.Event
    ended: trio.Event

    def hang_up(self) -> None: ...
    def say(self, what: Audible) -> None: ...


class Place(Protocol):
    """plane: of the far ends. client: of the box that runs now, with all rights. data: its folder."""

    data: Path

    @property
    def plane(self) -> Plane: ...

    @property
    def telephones(self) -> dict[str, Telephone]: ...

    @property
    def client(self) -> Client: ...

    def call(self, way: str, caller: str) -> tuple[TownCall, int, int]:
        """Somebody in town calls the menu. The call, the port of the plane at which he hears, and which channel of a
        recording there is what he hears. By the analog line his number is shown by caller ID.
        """

    async def cut(self) -> None:
        """The cable of span "pri" is cut: both ends lose the signal."""

    async def mend(self) -> None: ...

    async def kill(self) -> None:
        """The box is killed where it stands, and started again; returns when it answers."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where on the card the lines are: first channel of the stations, number of the spans, channel of the trunk."""

    card: str
    stations: int
    pri: int
    r2: int
    fxo: int


def write(folder: Path, hardware: Hardware) -> None:
    """The files of the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows" / "menu.toml").write_text(_FLOW)
    at = hardware
    parts = [_BOX, at.card]
    for index, number in enumerate(STATIONS):
        parts.append(f'[[station]]\nnumber = "{number}"\ncard = "card"\nchannel = {at.stations + index}\n')
    parts.append(
        f'[[span]]\nname = "pri"\ncard = "card"\nspan = {at.pri}\nsignalling = "pri"\nchannels = {list(PRI_SLOTS)}\n'
    )
    parts.append(
        f'[[span]]\nname = "r2"\ncard = "card"\nspan = {at.r2}\nsignalling = "r2"\nchannels = {list(R2_SLOTS)}\n'
        "called_digits = 4\nask_caller_after = 1\n"
    )
    parts.append(f'[[trunk]]\nname = "fxo"\ncard = "card"\nchannel = {at.fxo}\n')
    (folder / "office.toml").write_text("\n".join(parts))


SIMULATED = Hardware(
    '[[card]]\nname = "card"\nkind = "simulated"\n'
    'spans = [{ kind = "stations", count = 8 }, { kind = "trunks", count = 2 }, { kind = "pri" }, { kind = "cas" }]\n',
    stations=1,
    pri=3,
    r2=4,
    fxo=9,
)

_BOX = """
[box]
name = "day"
languages = ["en"]

[[trunk_group]]
name = "isdn"
lines = ["pri"]
[[trunk_group]]
name = "cas"
lines = ["r2"]
[[trunk_group]]
name = "analog"
lines = ["fxo"]
incoming = "8600"

[[flow]]
number = "8600"
flow = "menu"

[[mailbox]]
number = "8900"
name = "Office"
pin = "640173"

[[queue]]
name = "sales"
number = "8200"
strategy = "linear"
service_level_s = 20

[[agent_group]]
name = "desk"
begin = "ready"
after_call = "none"

[[agent]]
number = "2001"
group = "desk"
queues = [{ queue = "sales" }]
[[agent]]
number = "2002"
group = "desk"
queues = [{ queue = "sales" }]
[[agent]]
number = "2003"
group = "desk"
queues = [{ queue = "sales" }]

[[recording_rule]]
name = "sales"
queues = ["sales"]
notice = false
"""

_FLOW = """
[flow]
title = "Menu"
start = "menu"
languages = ["en"]

[node.menu]
kind = "menu"
prompts = ["sample.hotline-menu"]
choices = { "1" = "sales", "9" = "message" }
give_up = "end"

[node.sales]
kind = "queue"
queue = "sales"
next = "end"

[node.message]
kind = "voicemail"
box = "'8900'"
next = "end"

[node.end]
kind = "hangup"
"""


async def asked(place: Place, method: str, **params: Any) -> Any:
    return await place.client.ask(method, **params)
