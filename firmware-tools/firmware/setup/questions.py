"""What each step asks: from what was found and answered so far, the questions that are still sensible. Pure.

    for question in asked("spans", picture): ...

Every question has a default that is right for a small office in China; what the simulated card's town needs stands
where a real carrier's paper would be copied from.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.texts import N_, _
from firmware.setup.picture import FoundSpan, Picture, Use
from firmware.setup.plan import digital_names, extensions, trunk_names, use_of
from firmware.setup.question import Choice, Question, Wrong, digits, text, whole, yes_no
from hw.tone_plan import tone_plans

TOWN_LINE, TOWN_MAIN, TOWN_STRIP = "660010{at:02}", "66778000", "4"
"""Numbers of the simulated town's paper."""

USES = {
    Use.ANALOG: N_("telephones and lines, as its modules are"),
    Use.STATIONS: N_("telephones"),
    Use.TRUNKS: N_("analog lines of the public exchange"),
    Use.PRI: N_("ISDN PRI (30B+D)"),
    Use.R2: N_("China No.1 (MFC/R2)"),
    Use.NONE: N_("not used"),
}
LANGUAGES = (Choice("en", "English"), Choice("zh", "中文"))


def asked(step: str, picture: Picture) -> list[Question]:
    """In the order in which they are asked; none for a step that only acts."""
    return _OF[step](picture) if step in _OF else []


def language(default: str) -> Question:
    """Before anything else is said."""
    return Question("office.language", "Language / 语言", default, choices=LANGUAGES)


def office(picture: Picture) -> list[Question]:
    return [
        language(picture.answer("office.language", "en")),
        Question("office.name", N_("Name of the box"), "Strowger", text(80, 1), why=N_("Shown on screens, in mails.")),
        Question(
            "office.installer", N_("Your name"), "", text(60), why=N_("Stands in the acceptance record, if you like.")
        ),
        Question(
            "office.country",
            N_("Country"),
            "cn",
            country,
            why=N_("Two letters (ISO 3166): whose tones, ringing and number rules hold."),
        ),
        Question(
            "office.area_code",
            N_("Own area code, without its 0"),
            "10" if picture.simulated else "",
            area_code,
            why=N_("As 10 or 755. Nothing: numbers are taken as they come."),
        ),
    ]


def country(written: str) -> str:
    code = written.strip().lower()
    if code not in tone_plans():
        problem = _('There are no tones of a country "{answer}".').format(answer=written)
        raise Wrong(problem, _("Write one of {names}.").format(names=", ".join(sorted(tone_plans()))))
    return code


def area_code(written: str) -> str:
    plain = digits(0, 5)(written).lstrip("0")
    if plain and not 2 <= len(plain) <= 4:
        raise Wrong(_("An area code has 2 to 4 digits."), _("Write it as 10 or 755, or nothing."))
    return plain


def spans(picture: Picture) -> list[Question]:
    questions = []
    for span in picture.spans:
        at = f"span.{span.key}."
        if span.may_be != (Use.NONE,):
            questions.append(
                Question(
                    at + "use",
                    N_("Span {number} ({name}, {count} channels) is for"),
                    span.may_be[0].value,
                    choices=tuple(Choice(use.value, USES[use]) for use in span.may_be),
                    why=N_("The paper of the carrier says which signalling an E1 has."),
                    fills={"number": span.number, "name": span.name, "count": span.count},
                )
            )
        match use_of(picture, span):
            case Use.PRI:
                questions += _pri(picture, span, at)
            case Use.R2:
                questions += _r2(span, at)
    return questions


def _pri(picture: Picture, span: FoundSpan, at: str) -> list[Question]:
    fills = {"number": span.number}
    found = [
        Question(
            at + "side",
            N_("Span {number}: which side are we?"),
            "user",
            choices=(
                Choice("user", N_("user, the public network is the other end")),
                Choice("network", N_("network, an exchange of the house is the other end")),
            ),
            fills=fills,
        )
    ]
    network = picture.answer(at + "side") == "network"
    if span.line:
        why = N_("Small sites in China often have none. If the span stays in alarm, it can be switched off later.")
        found.append(yes_no(at + "crc4", N_("Span {number}: with CRC4?"), True, why, **fills))
    return [*found, _clock(at, not network, **fills)]


def _r2(span: FoundSpan, at: str) -> list[Question]:
    fills = {"number": span.number}
    return [
        Question(
            at + "called_digits",
            N_("Span {number}: how many digits of our number does the exchange send?"),
            "0",
            whole(0, 30),
            why=N_("0: not known; the number then ends by a code or by time."),
            fills=fills,
        ),
        Question(
            at + "ask_caller_after",
            N_("Span {number}: after how many digits is the caller's number asked for?"),
            "1",
            whole(0, 30),
            why=N_("0: never. Most exchanges give it after the first digit (A6)."),
            fills=fills,
        ),
        _clock(at, True, **fills),
    ]


def _clock(at: str, default: bool, **fills: object) -> Question:
    why = N_("The carrier's clock is the better one. Without any, the card's own counts.")
    return yes_no(at + "clock", N_("Span {number}: take the clock from it?"), default, why, **fills)


def lines(picture: Picture) -> list[Question]:
    questions = []
    for at, (channel, name) in enumerate(trunk_names(picture).items(), 1):
        questions.append(
            Question(
                f"line.{channel}.number",
                N_("Number of the analog line {name} (channel {channel})"),
                TOWN_LINE.format(at=at) if picture.simulated else "",
                digits(0, 20),
                why=N_("As it is dialled in the own city. Lines that know their numbers can be learned by themselves."),
                fills={"name": name, "channel": channel},
            )
        )
    for span in picture.spans:
        named = digital_names(picture).get(span.key)
        if named is None:
            continue
        fills = {"name": named}
        questions += [
            Question(
                f"span.{span.key}.main",
                N_("Main number of {name}, shown to whom we call"),
                TOWN_MAIN if picture.simulated else "",
                digits(0, 20),
                why=N_("As the carrier's paper has it. Nothing: none is sent."),
                fills=fills,
            ),
            Question(
                f"span.{span.key}.strip",
                N_("{name}: digits to take off the front of a number that the network sends"),
                TOWN_STRIP if picture.simulated else "0",
                whole(0, 20),
                why=N_("What is left is the extension: 4 makes 8001 of 66778001."),
                fills=fills,
            ),
        ]
    return questions


def extension_questions(picture: Picture) -> list[Question]:
    ports = extensions(picture)
    if not ports:
        return [_outside()]
    first = Question(
        "extensions.first",
        N_("Number of the first of {count} extensions"),
        "8001",
        digits(2, 8),
        why=N_("The others follow, one by one. It must not begin with the digit for an outside line."),
        fills={"count": len(ports)},
    )
    front = Question(
        "extensions.front",
        N_("Which extension answers for the house?"),
        ports[0].name,
        choices=tuple(Choice(port.name, port.name) for port in ports),
        why=N_("Callers who know no extension reach it."),
    )
    reach = Question(
        "extensions.reach",
        N_("What may the extensions call?"),
        "local",
        choices=(
            Choice("internal", N_("the house only")),
            Choice("local", N_("the own city")),
            Choice("long_distance", N_("the country")),
            Choice("international", N_("abroad, too")),
        ),
        why=N_("Toll fraud is the loss that hits offices: give what is needed. Single ones are changed in the files."),
    )
    return [first, _outside(), reach, front]


def _outside() -> Question:
    return Question(
        "extensions.outside",
        N_("Digit for an outside line"),
        "9",
        digits(1, 2),
        why=N_("Dialled before a number of the public network."),
    )


def greeting(picture: Picture) -> list[Question]:
    if not extensions(picture):
        return []
    kind = Question(
        "greeting.kind",
        N_("What do callers from outside hear first?"),
        "none",
        choices=(
            Choice("none", N_("the ringing of the front desk, nothing else")),
            Choice("text", N_("words that the box speaks")),
            Choice("file", N_("a recording from a file")),
            Choice("telephone", N_("a recording that is spoken into a telephone of the house")),
        ),
        why=N_("After the greeting the front desk rings."),
    )
    if picture.answer("greeting.kind", "none") == "none":
        return [kind]
    chinese = picture.answer("office.language") == "zh"
    name = picture.answer("office.name", "Strowger")
    words = f"您好，欢迎致电{name}。" if chinese else f"Welcome to {name}. One moment, please."
    rest = [
        Question("greeting.words", N_("Words of the greeting"), words, text(300, 1)),
        Question("greeting.number", N_("Number of the greeting in the house"), "8600", digits(2, 8)),
    ]
    if picture.answer("greeting.kind") == "file":
        rest.insert(0, Question("greeting.file", N_("Sound file with the greeting"), "", sound_file))
    return [kind, *rest]


def sound_file(written: str) -> str:
    path = Path(written).expanduser()
    if not written or not path.is_file():
        problem = _('There is no file "{answer}".').format(answer=written)
        raise Wrong(problem, _("Write the path of a WAV, FLAC or Ogg file, as /media/usb/welcome.wav."))
    return str(path.resolve())


def calls(picture: Picture) -> list[Question]:
    return [
        Question(
            "calls.out",
            N_("Number of a telephone outside that is called for the test"),
            "62000001" if picture.simulated else "",
            digits(0, 20),
            why=N_("Your mobile, as it is dialled in the public network, without the outside digit. Nothing: no test."),
        )
    ]


_OF: dict[str, Callable[[Picture], list[Question]]] = {
    "office": office,
    "spans": spans,
    "lines": lines,
    "extensions": extension_questions,
    "greeting": greeting,
    "calls": calls,
}
