"""[[trunk]], [[trunk_group]]: analog trunk lines, and groups of lines to one place."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from core.config.model.kinds import Effect, Language, Many, MaybeNumber, Name, Table, setting


class Trunk(Table):
    """An analog trunk line (FXO) of the public exchange."""

    name: Name = setting("The line's name on screens, in records and in trunk groups.", effect=Effect.LINE_RESTART)
    card: Name = setting("Card that has the port.", effect=Effect.LINE_RESTART)
    channel: int = setting("Channel number on the card, from 1.", effect=Effect.LINE_RESTART, ge=1, le=4096)
    number: MaybeNumber = setting(
        "The line's own number in the public network, for people; on a simulated card the town has it under this "
        "number.",
        "",
    )
    profile: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = setting(
        "File with what the line is like, as the box has learned it; a relative path is below lines/ in [box] data. "
        '"": the country\'s defaults.',
        "",
        effect=Effect.LINE_RESTART,
    )


class Strip(Table):
    """How a number that the network sends becomes a number of ours."""

    strip: int = setting("So many digits are taken off its front.", 0, ge=0, le=20)
    add: MaybeNumber = setting("Then these are put before it.", "")


class TrunkGroup(Table):
    """Lines to one place that are taken in turn (合群)."""

    name: Name = setting("By which routes name it.")
    lines: Many[Annotated[str, StringConstraints(min_length=1, max_length=60)]] = setting(
        'Its lines: spans ("e1a"), single timeslots ("e1a/3") and analog trunks ("line1").', min_length=1
    )
    order: Literal["linear", "circular", "least-used"] = setting(
        'Which free line is taken: "linear" the first, "circular" the one after the last taken, "least-used" the one '
        "that has carried least.",
        "circular",
    )
    direction: Literal["both", "in", "out"] = setting("Calls that the group carries.", "both")
    incoming: MaybeNumber = setting(
        "Number of ours that is called when the network sends none, as on analog trunks. With a number from the "
        'network: where calls to an unknown one go; "": vacant number.',
        "",
    )
    did: Strip = setting("What is done to a number that the network sends.", Strip())
    calendar: str = setting('Office hours of the group; "": always open.', "")
    night: MaybeNumber = setting('Outside those hours calls to `incoming` go here instead; "": no difference.', "")
    calling: MaybeNumber = setting(
        'Our number that is sent to the called party where a station has none of its own; "": none.', ""
    )
    class_of_service: str = setting(
        'What callers from there may reach; "": numbers of ours only, never another trunk.', ""
    )
    language: Language = setting('Language for callers from there; "": that of the box.', "")
    cost: float = setting(
        "Price of a minute; least-cost routes take the cheapest free group first.", 0.0, ge=0, le=1000
    )
