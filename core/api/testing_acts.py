"""Acts that test a line of the running box: it is lent for as long as that takes, and while the asker is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, convert

from core.api.acts import Done, LineName, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal
from core.api.line_acts import KEEPERS
from core.line_tests import Asker, LearnOrder, LineTests, Order
from core.testing_talk import PATIENCE_S
from core.texts import _

Digits = Annotated[str, Meta(pattern=r"^[0-9*#]{0,32}$")]
Patience = Annotated[float, Meta(description="so long a call on the line may go on", ge=0, le=86400)]
Run = Annotated[str, Meta(description="a word of the asker's own, for his row of the topic `tests`", max_length=64)]
ByLine = dict[str, str]


class Wanted(Params, frozen=True):
    test: Annotated[str, Meta(description="which, as strowger test lists them; or tune", max_length=32)]
    line: Annotated[LineName, Meta(description="a telephone or an analog line, or the number of its channel")]
    partner: Annotated[str, Meta(description="another line, which does what a person would do; empty: none")] = ""
    long: Annotated[bool, Meta(description="the long form of the test")] = False
    digit: Annotated[str, Meta(description="that ends the dial tone", pattern=r"^[0-9*#]$")] = "1"
    own: Annotated[Digits, Meta(description="the line's own number; empty: as configured")] = ""
    number: Annotated[Digits, Meta(description="of the other side; empty: of the partner, as configured")] = ""
    patience_s: Patience = PATIENCE_S
    run: Run = ""


class TestVerdict(Result, frozen=True):
    test: Annotated[str, Meta(description="which was made")]
    on: Annotated[str, Meta(description="what was tested")]
    outcome: Annotated[str, Meta(description="PASS, FAIL, or ABORT: it could not be made")]
    code: Annotated[str, Meta(description="of the verdict, see the tests at the card")]
    sentence: Annotated[str, Meta(description="what is the case, for people")]
    next_step: Annotated[str, Meta(description="what to do; empty: nothing")]
    figures: Annotated[dict[str, float], Meta(description="what was measured")]
    about: Annotated[dict[str, Any], Meta(description="what else the sentence names")]
    balance: Annotated[
        dict[str, Any] | None, Meta(description="tune: impedance and taps of the port; null: nothing better was found")
    ] = None
    keep: Annotated[
        bool, Meta(description="the balance is for fxotune.conf: the port is a driver's, not simulated")
    ] = False


@act("line.test", roles=KEEPERS, changes=True)
async def test(asking: Asking, params: Wanted) -> TestVerdict:
    """Tests a telephone or an analog line while the box runs. The line is blocked, its call may end by itself for a
    while, then the box closes the line, tests it, and opens it again, blocked only if it was before. Meanwhile it takes
    no calls (service `lent`), and an alarm says who has it. When the connection of the asker ends, so does the test.

    `tune` matches an analog line's port to the line (strowger card tune), until the next start of the driver.

    What a person is to do is said and asked in the topic `tests`, and answered by `line.answer`.

    Error `refused`: the line is lent already, or its call has not ended in time. Error `hardware`: there is no such
    test of single lines.
    """
    tests = asking.room(LineTests)
    line, *others = _named(asking, [params.line, *([params.partner] if params.partner else [])])
    order = Order(params.test, line, "".join(others), params.long, params.digit, params.own, params.number)
    asker = Asker(asking.peer.name, params.run, params.patience_s)
    facts = await asking.while_here(lambda: tests.made(asker, order))
    asking.note.after = facts["code"]
    return convert({"about": {}, **facts}, TestVerdict)


class Lines(Params, frozen=True):
    lines: Annotated[list[LineName], Meta(description="analog trunks", min_length=1)]
    helper: Annotated[bool, Meta(description="somebody outside is told what to do; else each calls the next")] = False
    call: Annotated[Digits, Meta(description="with a helper: where he is called, too")] = ""
    patience_s: Patience = PATIENCE_S
    run: Run = ""


class Learned(Result, frozen=True):
    profiles: Annotated[ByLine, Meta(description="by line: the text of its profile, as it is to be written")]
    words: Annotated[dict[str, list[str]], Meta(description="by line: what was found, for people")]
    failed: Annotated[ByLine, Meta(description="by line: why it could not be learned")]


@act("line.learn", roles=KEEPERS, changes=True)
async def learn(asking: Asking, params: Lines) -> Learned:
    """Finds out what analog lines are like while the box runs; they are lent as for `line.test`, all at once. Nothing
    is written: whoever asks writes the profiles, and has the lines opened by them (`line.reopen`).

    Error `refused`: a line is lent already, is not an analog trunk, or its call has not ended in time.
    """
    tests = asking.room(LineTests)
    order = LearnOrder(_named(asking, params.lines), params.helper, params.call)
    asker = Asker(asking.peer.name, params.run, params.patience_s)
    return convert(await asking.while_here(lambda: tests.learned(asker, order)), Learned)


def _named(asking: Asking, words: Sequence[str]) -> list[str]:
    lending = asking.room(LineTests).lending
    names = [lending.named(word) for word in words]
    asking.note.target = ", ".join(names)
    return names


class Answer(Params, frozen=True):
    line: LineName
    number: Annotated[int, Meta(description="of the question", ge=1)]
    answer: Annotated[str, Meta(description="as typed; empty: the default", max_length=200)]


@act("line.answer", roles=KEEPERS)
def answer(asking: Asking, params: Answer) -> Done:
    """Answers what the test of a line asks. Error `unknown`: that is not asked now."""
    talk = asking.room(LineTests).talks.get(params.line)
    if talk is None or not talk.answer(params.number, params.answer):
        raise Refusal(Code.UNKNOWN, _("nothing is asked by a test of line {line}").format(line=params.line))
    return Done()
