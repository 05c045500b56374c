"""What the box is to be: spans, lines, telephones and numbers, worked out from the picture. Pure.

plan = planned(picture)
plan.digital[0].name      "e1a"
plan.trunks[0].number     "66001001"
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmware.setup.picture import FoundSpan, Picture, Use

CARD, SIMULATED_CARD = "dahdi", "sim"
GREETING = "greeting"
"""Name of the flow, and of its prompt in the file prompts/setup.toml."""


@dataclass(frozen=True, slots=True)
class Digital:
    """An E1. main: our number there; strip: digits that are taken off a number that the network sends."""

    name: str
    span: FoundSpan
    use: Use
    network: bool
    crc4: bool
    clock: int
    called_digits: int
    ask_caller_after: int
    main: str
    strip: int


@dataclass(frozen=True, slots=True)
class Port:
    """A channel with an analog line, or a telephone. name: of the line, or the number of the extension."""

    name: str
    channel: int
    number: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """front: the extension that answers for the house; incoming: what callers without a number reach, it or the
    greeting. greeting: "none", "text", "file" or "telephone"."""

    name: str
    country: str
    area_code: str
    language: str
    simulated: bool
    digital: tuple[Digital, ...]
    trunks: tuple[Port, ...]
    stations: tuple[Port, ...]
    unused: tuple[FoundSpan, ...]
    outside: str
    reach: str
    front: str
    greeting: str
    greeting_number: str
    greeting_words: str

    @property
    def card(self) -> str:
        return SIMULATED_CARD if self.simulated else CARD

    @property
    def incoming(self) -> str:
        return self.front if self.greeting == "none" else self.greeting_number


def use_of(picture: Picture, span: FoundSpan) -> Use:
    return Use(picture.answer(f"span.{span.key}.use", span.may_be[0].value))


def analog(picture: Picture, wanted: Use) -> Iterator[int]:
    """Channels with telephones (STATIONS) or lines (TRUNKS), in order."""
    for span in picture.spans:
        use = use_of(picture, span)
        if use is wanted:
            yield from range(span.first, span.last + 1)
        elif use is Use.ANALOG:
            yield from span.stations if wanted is Use.STATIONS else span.trunks


def trunk_names(picture: Picture) -> dict[int, str]:
    """By channel: line1, line2 ..."""
    return {channel: f"line{at}" for at, channel in enumerate(analog(picture, Use.TRUNKS), 1)}


def digital_names(picture: Picture) -> dict[str, str]:
    """By the span's key: e1a, e1b ... e1z, e1aa."""
    spans = [span for span in picture.spans if use_of(picture, span) in (Use.PRI, Use.R2)]
    return {span.key: "e1" + _letters(at) for at, span in enumerate(spans)}


def _letters(at: int) -> str:
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("a") + at % 26)


def extensions(picture: Picture) -> tuple[Port, ...]:
    """Numbers one after the other, as many digits as the first has."""
    first = picture.answer("extensions.first", "8001")
    channels = analog(picture, Use.STATIONS)
    return tuple(Port(f"{int(first) + at:0{len(first)}}", channel) for at, channel in enumerate(channels))


def planned(picture: Picture) -> Plan:
    names = digital_names(picture)
    digital = []
    clocks = 0
    for span in picture.spans:
        if span.key not in names:
            continue
        at = f"span.{span.key}."
        takes_clock = picture.answer(at + "clock", "yes") == "yes"
        clocks += takes_clock
        digital.append(
            Digital(
                name=names[span.key],
                span=span,
                use=use_of(picture, span),
                network=picture.answer(at + "side", "user") == "network",
                crc4=picture.answer(at + "crc4", "yes") == "yes" and use_of(picture, span) is Use.PRI,
                clock=clocks if takes_clock else 0,
                called_digits=int(picture.answer(at + "called_digits", "0")),
                ask_caller_after=int(picture.answer(at + "ask_caller_after", "1")),
                main=picture.answer(at + "main"),
                strip=int(picture.answer(at + "strip", "0")),
            )
        )
    stations = extensions(picture)
    return Plan(
        name=picture.answer("office.name", "Strowger"),
        country=picture.answer("office.country", "cn"),
        area_code=picture.answer("office.area_code"),
        language=picture.answer("office.language", "en"),
        simulated=picture.simulated,
        digital=tuple(digital),
        trunks=tuple(
            Port(name, channel, picture.answer(f"line.{channel}.number"))
            for channel, name in trunk_names(picture).items()
        ),
        stations=stations,
        unused=tuple(span for span in picture.spans if use_of(picture, span) is Use.NONE),
        outside=picture.answer("extensions.outside", "9"),
        reach=picture.answer("extensions.reach", "local"),
        front=picture.answer("extensions.front", stations[0].name) if stations else "",
        greeting=picture.answer("greeting.kind", "none") if stations else "none",
        greeting_number=picture.answer("greeting.number", "8600"),
        greeting_words=picture.answer("greeting.words"),
    )
