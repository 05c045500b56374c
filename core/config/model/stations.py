"""[[station]]: the telephones of the house. [[outside_telephone]]: telephones elsewhere that are used like these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.config.model.kinds import Dialled, Effect, Language, MaybeNumber, Name, Number, Table, Text, setting
from hw.signalling.analog.station import StationSettings


class Telephone(Table):
    """What telephones have in common: number, name and rights."""

    number: Number = setting("Its number in the plan.")
    name: Text = setting("Who is there; shown to the called telephone and on screens.", "", effect=Effect.NOW)
    class_of_service: str = setting("What may be called from here.", "local")
    language: Language = setting('Of prompts and announcements to this telephone; "": that of the box.', "")
    calling: MaybeNumber = setting(
        'Number that is shown to the network when this telephone calls out, as its direct number; "": that of the '
        "trunk group.",
        "",
    )
    withhold_number: bool = setting("Ask the network not to show our number to the called party.", False)
    pickup_group: str = setting(
        'Telephones with the same word here may answer for each other by the group pick-up code; "": none.',
        "",
        max_length=40,
    )
    call_waiting: bool = setting("A second call is announced by a tone during talk; the telephone may switch it.", True)
    privacy: bool = setting(
        "No tone breaks into a call of this telephone, and nobody may pick up or listen to its calls.", False
    )
    intercom: bool = setting("May call, and be called, by the intercom code with its own ring.", True)
    no_answer_s: int = setting("Ringing counts as unanswered after so long, s.", 25, ge=5, le=180)
    forward_always: MaybeNumber = setting(
        'All its calls go to this number, until the telephone sets another one by code; "": not.', ""
    )
    forward_busy: MaybeNumber = setting('Calls while it is busy go here; "": busy tone.', "")
    forward_no_answer: MaybeNumber = setting('Unanswered calls go here; "": it rings on.', "")
    forward_unreachable: MaybeNumber = setting('Calls while its line is out of service go here; "": congestion.', "")
    mailbox: MaybeNumber = setting(
        'Number of the mailbox whose new messages this telephone shows by its lamp and dial tone; "": none.', ""
    )


class Station(Telephone):
    """A telephone (FXS) with its number and its rights."""

    card: Name = setting("Card that has the port.", effect=Effect.LINE_RESTART)
    channel: int = setting("Channel number on the card, from 1.", effect=Effect.LINE_RESTART, ge=1, le=4096)
    caller_id: Literal["fsk", "dtmf", "off"] = setting(
        'How the caller\'s number is sent to the telephone: "fsk" after the first ring, "dtmf" before it, "off" not at '
        "all.",
        "fsk",
        effect=Effect.LINE_RESTART,
    )
    reverse_on_answer: bool = setting(
        "Turn the battery when the called party answers, for meters and pay phones; the port must be able to.",
        False,
        effect=Effect.LINE_RESTART,
    )

    hot_line: Dialled = setting('Called when the telephone is lifted and nothing is dialled; "": no hot line.', "")
    hot_line_after_s: int = setting("So long is waited for a digit first, s; 0: at once.", 4, ge=0, le=14)

    def settings(self) -> StationSettings:
        return StationSettings(
            caller_id="none" if self.caller_id == "off" else self.caller_id, reverse_on_answer=self.reverse_on_answer
        )


class OutsideTelephone(Telephone):
    """A telephone elsewhere, a mobile one for instance, that is called by the trunks and used like a station: an agent
    logs on at its number, and it is rung for queues."""

    outside: Dialled = setting(
        "What is dialled to reach it, with the prefix for an outside line; its class of service must allow it.",
        min_length=1,
        effect=Effect.NOW,
    )
    press_to_take: bool = setting(
        "Who answers there takes the call by pressing 1; else the mailbox of a mobile telephone would take it.",
        True,
        effect=Effect.NOW,
    )


class SpeedDial(Table):
    """A short number for all (缩位拨号)."""

    removed = Effect.NEW_CALLS

    code: Annotated[str, Field(min_length=1, max_length=4, pattern=r"^[0-9]+$")] = setting(
        "What is dialled after the speed-dial code, 1 to 4 digits."
    )
    number: Dialled = setting("What is called, as it would be dialled.", min_length=1)
    name: Text = setting("Whose number it is.", "", effect=Effect.NOW)
    bypass: bool = setting("May be called by every station, whatever its class of service.", False)
