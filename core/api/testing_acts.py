"""Acts that test a line of the running box: it is lent for as long as that takes, and while the asker is there."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, convert

from core.api.acts import LineName, Params, Result, act
from core.api.asking import Asking
from core.api.line_acts import KEEPERS
from core.line_tests import PATIENCE_S, LineTests, Order

Digits = Annotated[str, Meta(pattern=r"^[0-9*#]{0,32}$")]


class Wanted(Params, frozen=True):
    test: Annotated[str, Meta(description="which, as strowger test lists them", max_length=32)]
    line: Annotated[LineName, Meta(description="a telephone or an analog line, or the number of its channel")]
    partner: Annotated[str, Meta(description="another line, which does what a person would do; empty: none")] = ""
    long: Annotated[bool, Meta(description="the long form of the test")] = False
    digit: Annotated[str, Meta(description="that ends the dial tone", pattern=r"^[0-9*#]$")] = "1"
    own: Annotated[Digits, Meta(description="the line's own number; empty: as configured")] = ""
    number: Annotated[Digits, Meta(description="of the other side; empty: of the partner, as configured")] = ""
    patience_s: Annotated[float, Meta(description="so long a call on the line may go on", ge=0, le=86400)] = PATIENCE_S


class TestVerdict(Result, frozen=True):
    test: Annotated[str, Meta(description="which was made")]
    on: Annotated[str, Meta(description="what was tested")]
    outcome: Annotated[str, Meta(description="PASS, FAIL, or ABORT: it could not be made")]
    code: Annotated[str, Meta(description="of the verdict, see the tests at the card")]
    sentence: Annotated[str, Meta(description="what is the case, for people")]
    next_step: Annotated[str, Meta(description="what to do; empty: nothing")]
    figures: Annotated[dict[str, float], Meta(description="what was measured")]
    about: Annotated[dict[str, Any], Meta(description="what else the sentence names")]


@act("line.test", roles=KEEPERS, changes=True)
async def test(asking: Asking, params: Wanted) -> TestVerdict:
    """Tests a telephone or an analog line while the box runs. The line is blocked, its call may end by itself for a
    while, then the box closes the line, tests it, and opens it again, blocked only if it was before. Meanwhile it takes
    no calls (service `lent`), and an alarm says who has it. When the connection of the asker ends, so does the test.

    Error `refused`: the line is lent already, or its call has not ended in time. Error `hardware`: there is no such
    test of single lines.
    """
    tests = asking.room(LineTests)
    line = tests.lending.named(params.line)
    partner = tests.lending.named(params.partner) if params.partner else ""
    asking.note.target = ", ".join(name for name in (line, partner) if name)
    order = Order(params.test, line, partner, params.long, params.digit, params.own, params.number)
    facts = await asking.while_here(lambda: tests.made(asking.peer.name, order, params.patience_s))
    asking.note.after = facts["code"]
    return convert({"about": {}, **facts}, TestVerdict)
