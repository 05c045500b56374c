"""Acts of every connection: hello, subscribe, unsubscribe.

-> hello(protocol 1, client "console", language "zh")      <- who you are to the box, what you may do
-> subscribe("lines")                                      <- snapshot, number 0
                                                           <- changed, number 1 ...
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

from msgspec import Meta, field

from core.api import wire
from core.api.acts import Done, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal
from core.api.roles import ALL
from core.api.topics import Filter, Snapshot
from core.texts import LANGUAGES, _


class Hello(Params, frozen=True):
    protocol: Annotated[int, Meta(description="the version that the client speaks", ge=1)] = wire.PROTOCOL
    client: Annotated[str, Meta(description="what program it is, for the log", max_length=80)] = ""
    language: Annotated[
        str,
        Meta(
            description='of texts for people: "en" or "zh"; empty: as the [[user]] table says, else the box\'s',
            max_length=16,
        ),
    ] = ""


class Welcome(Result, frozen=True):
    protocol: Annotated[int, Meta(description="the version that the box speaks")]
    version: Annotated[str, Meta(description="of the software")]
    name: Annotated[str, Meta(description="who the client is, as the audit trail will call him")]
    roles: Annotated[list[str], Meta(description="as what")]
    stations: Annotated[list[str], Meta(description="his telephones, as the [[user]] table has it")]
    methods: Annotated[list[str], Meta(description="what he may ask for")]
    topics: Annotated[list[str], Meta(description="what he may watch")]


@act("hello", roles=ALL)
def hello(asking: Asking, params: Hello) -> Welcome:
    """The first request of a connection. Who the client is, the kernel says (SO_PEERCRED); which roles he has, the
    [[user]] table. A connection that does not say hello within 10 s is ended.

    Error `protocol`: the box speaks another version. Error `forbidden`: the table does not know the user.
    """
    peer = asking.peer
    if params.protocol != wire.PROTOCOL:
        raise Refusal(
            Code.PROTOCOL,
            _("the box speaks version {ours} of the protocol, the client {theirs}").format(
                ours=wire.PROTOCOL, theirs=params.protocol
            ),
            remedy=_("use the console and the command of the same release as the box"),
            about={"protocol": wire.PROTOCOL},
        )
    asking.watching.greeted = True
    asking.watching.client = params.client
    wanted = params.language or peer.language
    asking.watching.language = wanted if wanted in LANGUAGES else ""
    return Welcome(
        wire.PROTOCOL,
        version("strowger"),
        peer.name,
        sorted(role.value for role in peer.roles),
        sorted(peer.stations),
        sorted(name for name, one in asking.acts.items() if one.roles & peer.roles),
        sorted(name for name, topic in asking.rooms.topics.topics.items() if topic.roles & peer.roles),
    )


class Subscribe(Params, frozen=True):
    topic: Annotated[str, Meta(description="which")]
    filter: Annotated[Filter, Meta(description="only rows with these; each topic says what it knows")] = field(
        default_factory=dict
    )


@act("subscribe", roles=ALL)
def subscribe(asking: Asking, params: Subscribe) -> Snapshot:
    """Watches a topic: all its rows now, then notifications `changed` with the rows that changed, numbered one after
    the other. What the client does not take in time comes as a notification `snapshot`, with all rows again. A flow has
    no rows: its events come as notifications `events`. Whoever sees a number missing subscribes again.

    Agents see only what concerns their own telephones.
    """
    topic = asking.rooms.topics.topics.get(params.topic)
    if topic is not None and not topic.roles & asking.peer.roles:
        raise Refusal(
            Code.FORBIDDEN,
            _("{topic} is not to be seen by {name} ({roles})").format(
                topic=params.topic, name=asking.peer.name, roles=asking.peer.words
            ),
        )
    return asking.watching.subscribe(params.topic, params.filter, asking.only)


class Unsubscribe(Params, frozen=True):
    subscription: Annotated[int, Meta(description="its number")]


@act("unsubscribe", roles=ALL)
def unsubscribe(asking: Asking, params: Unsubscribe) -> Done:
    """Ends a subscription of this connection. What is on its way may still come."""
    asking.watching.unsubscribe(params.subscription)
    return Done()
