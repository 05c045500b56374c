"""The town behind the public exchange: who has which number, and what happens to whoever calls it.

One plan serves every signalling of the simulated card (analog subscriber lines, China No.1, ISDN PRI): the plan says
what happens, the signalling's own far end says it in its own words. Pure: no clock, no card, no sound.

    called        find()                course(), seconds after the number is complete
    "6"           more digits wanted
    "62000001"    Subscriber  --------> 0 ALERT      3 ANSWER      (until the caller goes, or HANG_UP)
    "62000002"    Subscriber  --------> 0 REFUSE user busy
    "62000005"    Subscriber  --------> 0 ANNOUNCE   8 REFUSE unallocated number
    "7"           vacant  ------------> 0 REFUSE unallocated number

What it does not: count digits by length (a number is complete when somebody has it and it begins no longer one), or
say which tone or code a cause becomes. How time flows: whoever carries a course out keeps the time, and drops what is
left of it when the call ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from hw.playback import Audible
from hw.signalling.line import Party, Presentation
from hw.signalling.q850 import Cause


class Behaviour(Enum):
    """What the called party does."""

    ANSWERS = "answers"  # after answer_s of ringing
    RINGS = "rings and is never answered"
    BUSY = "busy"
    CONGESTION = "no way there is free"
    VACANT = "nobody has this number"
    ANNOUNCEMENT = "an announcement in band, not answered"  # then refused as vacant


_REFUSALS = {
    Behaviour.BUSY: Cause.USER_BUSY,
    Behaviour.CONGESTION: Cause.NO_CIRCUIT,
    Behaviour.VACANT: Cause.UNALLOCATED,
}


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody in town. Times in seconds, 0 or more; ValueError for others, and for a number that is not digits.

    talk: what is said after the answer (or is the announcement), over and over; None: silence, and for an announcement
    the country's special information tone. hang_up_s: after the answer; None: talks until the caller hangs up.
    announce_s: how long the announcement is played. charged: whether the call costs. name, presentation, category: of
    the calls that the subscriber makes.
    """

    number: str
    behaviour: Behaviour = Behaviour.ANSWERS
    answer_s: float = 3.0
    hang_up_s: float | None = None
    announce_s: float = 8.0
    talk: Audible | None = None
    charged: bool = True
    name: str = ""
    presentation: Presentation = Presentation.ALLOWED
    category: int | None = None

    def __post_init__(self) -> None:
        if not self.number.isascii() or not self.number.isdigit():
            raise ValueError(f"subscriber {self.number!r}: a number is one or more of 0 to 9")
        for what in ("answer_s", "hang_up_s", "announce_s"):
            seconds = getattr(self, what)
            if seconds is not None and seconds < 0:
                raise ValueError(f"subscriber {self.number}: {what} is {seconds}, must be 0 or more")

    @property
    def party(self) -> Party:
        """As the caller of a call."""
        return Party(self.number, presentation=self.presentation, name=self.name, screened=True)


class Act(Enum):
    """A step of what happens to a call; ALERT, ANSWER and the rest mean what they mean for a Line."""

    ALERT = "alert"
    ANNOUNCE = "announce"
    ANSWER = "answer"
    REFUSE = "refuse"  # with a cause, before any answer
    HANG_UP = "hang up"  # after answer: the called party goes first


@dataclass(frozen=True, slots=True)
class Step:
    """seconds: after the number was complete. cause: of REFUSE."""

    seconds: float
    act: Act
    cause: Cause = Cause.NORMAL_CLEARING


def course(subscriber: Subscriber) -> tuple[Step, ...]:
    """What happens to a call to this subscriber, in order of time."""
    match subscriber.behaviour:
        case Behaviour.ANSWERS:
            steps = (Step(0, Act.ALERT), Step(subscriber.answer_s, Act.ANSWER))
            if subscriber.hang_up_s is None:
                return steps
            return (*steps, Step(subscriber.answer_s + subscriber.hang_up_s, Act.HANG_UP))
        case Behaviour.RINGS:
            return (Step(0, Act.ALERT),)
        case Behaviour.ANNOUNCEMENT:
            return (Step(0, Act.ANNOUNCE), Step(subscriber.announce_s, Act.REFUSE, Cause.UNALLOCATED))
        case refusing:
            return (Step(0, Act.REFUSE, _REFUSALS[refusing]),)


class Digits(Enum):
    """What is known of a number that is not (yet) anybody's."""

    MORE = "more digits are wanted"
    VACANT = "nobody has such a number"


class Plan:
    """Subscribers by number. residents: those of them who call by themselves, where a town has life of its own.
    ValueError: two of them have the same number.
    """

    def __init__(self, subscribers: Iterable[Subscriber], residents: Iterable[Subscriber] = ()) -> None:
        callers = tuple(residents)
        self.subscribers = (*subscribers, *callers)
        self.residents = tuple(subscriber.number for subscriber in callers)
        self._by_number = {subscriber.number: subscriber for subscriber in self.subscribers}
        twice = [number for number, count in Counter(one.number for one in self.subscribers).items() if count > 1]
        if twice:
            raise ValueError(f"public plan: two subscribers have the number {', '.join(twice)}")
        self._begun = {number[:length] for number in self._by_number for length in range(len(number))}

    def find(self, digits: str, complete: bool = False) -> Subscriber | Digits:
        """Whose number it is. complete: no more digits will come, so that a part of a number is nobody's."""
        if digits in self._begun and not complete:
            return Digits.MORE
        return self._by_number.get(digits, Digits.VACANT)

    def __getitem__(self, number: str) -> Subscriber:
        """KeyError: nobody has it."""
        return self._by_number[number]


_RESIDENTS = {
    "Zhao Min": "13910000101",
    "Qian Jun": "13810000102",
    "Sun Li": "62000103",
    "Li Qiang": "62000104",
    "Zhou Jie": "13701000105",
    "Wu Xia": "62000106",
    "Zheng Kai": "02162000107",
    "Wang Lei": "13916000108",
    "Feng Ning": "13816000109",
    "Chen Hui": "02087000110",
    "Chu Wei": "13922000111",
    "Wei Dong": "075582000112",
    "Jiang Yan": "13823000113",
    "Shen Ping": "02886000114",
    "Han Bing": "13880000115",
    "Yang Fan": "02785000116",
    "Zhu Hong": "13971000117",
    "Qin Feng": "02986000118",
    "You Jing": "13991000119",
    "Xu Ming": "051282000120",
    "He Ying": "13862000121",
    "Lyu Tao": "057187000122",
    "Shi Yu": "13858000123",
    "Zhang Bo": "62000124",
    "Kong Yi": "62000125",
    "Cao Rui": "13621000126",
    "Yan Xue": "62000127",
    "Hua Jin": "02388000128",
    "Jin Song": "13920000129",
    "Wei Lan": "62000130",
}

# The town of the demo and of tests: one of each kind, in a city (area code 010) and beyond it; then its residents.
TOWN = Plan(
    (
        Subscriber("62000001", name="Zhang Wei"),
        Subscriber("62000002", Behaviour.BUSY),
        Subscriber("62000003", Behaviour.RINGS),
        Subscriber("62000004", Behaviour.CONGESTION),
        Subscriber("62000005", Behaviour.ANNOUNCEMENT),
        Subscriber("62000006", answer_s=2.0, hang_up_s=5.0, name="Li Na"),
        Subscriber("62000007", answer_s=0.0, charged=False, name="Operator"),
        Subscriber("62000008", Behaviour.VACANT),
        Subscriber("62000009", answer_s=4.0, presentation=Presentation.RESTRICTED),
        Subscriber("13800138000", answer_s=5.0, name="Wang Fang"),
        Subscriber("013800138000", answer_s=5.0, name="Wang Fang"),
        Subscriber("02162000001", answer_s=4.0, name="Shanghai"),
        Subscriber("110", answer_s=1.0, charged=False),
        Subscriber("119", answer_s=1.0, charged=False),
        Subscriber("120", answer_s=1.0, charged=False),
        Subscriber("122", answer_s=1.0, charged=False),
        Subscriber("10086", answer_s=0.0),
    ),
    (Subscriber(number, name=name, answer_s=4.0) for name, number in _RESIDENTS.items()),
)
