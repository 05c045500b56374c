"""[[span]]: E1 spans with trunk lines, by ISDN PRI or MFC/R2.

The values of a signalling are checked by the room that uses them (hw/signalling): what it refuses is a mistake at
commit, not a surprise at night.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from core.config.model.kinds import Effect, Many, MaybeNumber, Name, Table, Timeout, known_keys, mistake, setting
from hw.signalling.pri.settings import E1 as E1_CHANNELS
from hw.signalling.pri.settings import Hunt, LinkSettings, Side, SpanSettings
from hw.signalling.pri.timers import BY_NAME as PRI_TIMERS
from hw.signalling.pri.timers import Timers
from hw.signalling.r2.settings import CHINA, ITU, GroupA, GroupB, R2Settings
from hw.signalling.r2.timers import TIMERS as R2_TIMERS


class _Span(Table):
    """An E1 span that carries trunk lines. Its lines are named "<name>/<timeslot>"."""

    name: Name = setting('Lines of the span are called "<name>/<timeslot>", as "e1a/3".', effect=Effect.LINE_RESTART)
    card: Name = setting("Card that has the span.", effect=Effect.LINE_RESTART)
    span: int = setting("Number of the span on the card, from 1.", effect=Effect.LINE_RESTART, ge=1, le=128)


class PriSpan(_Span):
    """An E1 with ISDN PRI (EuroISDN, 30B+D)."""

    signalling: Literal["pri"] = setting(
        '"pri": ISDN, the D channel in timeslot 16; "r2": China No.1 or another national MFC/R2.',
        effect=Effect.LINE_RESTART,
    )
    side: Literal["user", "network"] = setting(
        'Towards the public network we are the "user"; towards an exchange below us, the "network".',
        "user",
        effect=Effect.LINE_RESTART,
    )
    channels: Many[Annotated[int, Field(ge=1, le=31)]] = setting(
        "Timeslots with a B channel, where the carrier has not given all.", E1_CHANNELS, effect=Effect.LINE_RESTART
    )
    overlap: bool = setting(
        "Digits of incoming calls come one by one, where the far end does not say that they are all.",
        False,
        effect=Effect.LINE_RESTART,
    )
    exclusive: bool | None = setting(
        "Ask for a channel so that the far end cannot change it. Left out: as network yes, as user no.",
        None,
        effect=Effect.LINE_RESTART,
    )
    hunt: Literal["ascending", "descending", "circular"] | None = setting(
        "Where to begin looking for a free channel. Left out: the network from the first, the user from the last, so "
        "that both seldom meet.",
        None,
        effect=Effect.LINE_RESTART,
    )
    names: bool | None = setting(
        "Send names of callers in the display element. Left out: as network only, as ETSI has it.",
        None,
        effect=Effect.LINE_RESTART,
    )
    name_encoding: Literal["utf-8", "gb18030", "latin-1", "ascii"] = setting(
        "How names are written.", "utf-8", effect=Effect.LINE_RESTART
    )
    timers: dict[str, Timeout] = setting(
        "Timers other than the standard's, by name, s (N and K: a count): {names}.",
        {},
        names=PRI_TIMERS,
        effect=Effect.LINE_RESTART,
    )

    @field_validator("timers")
    @classmethod
    def _known_timers(cls, value: dict[str, float]) -> dict[str, float]:
        return known_keys(value, PRI_TIMERS)

    def settings(self) -> SpanSettings:
        return SpanSettings(
            link=LinkSettings(
                side=Side[self.side.upper()],
                timers=Timers(self.timers),
                names=self.names,
                name_encoding=self.name_encoding,
            ),
            channels=self.channels,
            overlap=self.overlap,
            exclusive=self.exclusive,
            hunt=None if self.hunt is None else Hunt[self.hunt.upper()],
        )


R2Code = Annotated[int, Field(ge=1, le=15)]


class R2Span(_Span):
    """An E1 with MFC/R2, 30 circuits."""

    signalling: Literal["r2"] = setting(
        '"pri": ISDN, the D channel in timeslot 16; "r2": China No.1 or another national MFC/R2.',
        effect=Effect.LINE_RESTART,
    )
    variant: Literal["cn", "itu"] = setting(
        'Meaning of the codes: "cn" China No.1 (GF 002-9002), "itu" Q.441; single codes by group_a and group_b.',
        "cn",
        effect=Effect.LINE_RESTART,
    )
    channels: Many[Annotated[int, Field(ge=1, le=31)]] = setting(
        "Timeslots with a circuit, where the carrier has not given all.", E1_CHANNELS, effect=Effect.LINE_RESTART
    )
    called_digits: int = setting(
        "Incoming: digits that the far end sends of the called number. 0: unknown, the number ends by code or time.",
        0,
        effect=Effect.LINE_RESTART,
        ge=0,
        le=30,
    )
    ask_caller_after: int = setting(
        "Incoming: category and caller's number are asked for after so many digits; 0: never.",
        0,
        effect=Effect.LINE_RESTART,
        ge=0,
        le=30,
    )
    own_number: MaybeNumber = setting(
        'Sent as the caller of a call that has none or a withheld one; "": such calls go without.',
        "",
        effect=Effect.LINE_RESTART,
    )
    category: R2Code | None = setting(
        "KA of a caller that has none of his own; left out: the variant's (1, ordinary subscriber).",
        None,
        effect=Effect.LINE_RESTART,
    )
    kind_of_call: R2Code | None = setting(
        "KD: 1 toll operator, 2 toll, 3 local, 4 data, 6 test; left out: the variant's.",
        None,
        effect=Effect.LINE_RESTART,
    )
    cd_bits: int | None = setting(
        "Bits C and D, 0 to 3: China 3 (11), most other countries 1 (01); left out: the variant's.",
        None,
        effect=Effect.LINE_RESTART,
        ge=0,
        le=3,
    )
    forced_release: bool = setting(
        "Release a caller who will not clear by 00 backward; only if the far end understands it.",
        False,
        effect=Effect.LINE_RESTART,
    )
    group_a: dict[str, R2Code] = setting(
        "Backward codes of group A other than the variant's, by meaning: {names}.",
        {},
        names=[signal.name.lower() for signal in GroupA],
        effect=Effect.LINE_RESTART,
    )
    group_b: dict[str, R2Code] = setting(
        "Backward codes of group B (KB) other than the variant's, by meaning: {names}. Both ends must agree, or calls "
        "fail to a free party.",
        {},
        names=[signal.name.lower() for signal in GroupB],
        effect=Effect.LINE_RESTART,
    )
    timers: dict[str, Timeout] = setting(
        "Timers other than the standard's, by name, s: {names}.", {}, names=R2_TIMERS, effect=Effect.LINE_RESTART
    )

    @field_validator("timers")
    @classmethod
    def _known_timers(cls, value: dict[str, float]) -> dict[str, float]:
        return known_keys(value, R2_TIMERS)

    @field_validator("group_a")
    @classmethod
    def _known_group_a(cls, value: dict[str, int]) -> dict[str, int]:
        return known_keys(value, [signal.name.lower() for signal in GroupA])

    @field_validator("group_b")
    @classmethod
    def _known_group_b(cls, value: dict[str, int]) -> dict[str, int]:
        return known_keys(value, [signal.name.lower() for signal in GroupB])

    @model_validator(mode="after")
    def _codes_fit_together(self) -> R2Span:
        try:
            self.settings()
        except ValueError as error:
            raise mistake("These codes do not go together: {reason}.", reason=str(error)) from None
        return self

    def settings(self) -> R2Settings:
        """Raises ValueError: codes that do not go together."""
        base = CHINA if self.variant == "cn" else ITU
        return R2Settings(
            name=self.name,
            group_a={**base.group_a, **{GroupA[name.upper()]: code for name, code in self.group_a.items()}},
            group_b={**base.group_b, **{GroupB[name.upper()]: code for name, code in self.group_b.items()}},
            category=base.category if self.category is None else self.category,
            kind_of_call=base.kind_of_call if self.kind_of_call is None else self.kind_of_call,
            end_of_caller=base.end_of_caller,
            end_of_called=base.end_of_called,
            no_caller=base.no_caller,
            cd_bits=base.cd_bits if self.cd_bits is None else self.cd_bits,
            called_digits=self.called_digits,
            ask_caller_after=self.ask_caller_after,
            own_number=self.own_number,
            forced_release=self.forced_release,
            times=dict(self.timers),
        )


Span = Annotated[PriSpan | R2Span, Field(discriminator="signalling")]
