"""Every kind of transfer × who ends the call, as the events that the exchange notes.

The cast: an outside caller on trunk e1a/1 calls 8001 (who transfers, forwards, parks), and 8002 is the party he ends
up with. `KINDS` play until these two speak; `ENDS` end it. Some ends belong to a moment of their own: the caller who
gives up while he is held, the transfer that nobody answers and that comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.store.story import Story, table

CALLER, B, C, D = "e1a/1", "8001", "8002", "8003"
FIRST, SECOND = 1, 2
ROOM = "7800"


def answered(story: Story) -> None:
    """The caller speaks with 8001 for ten seconds."""
    story.incoming(FIRST, CALLER, B)
    story.rings(FIRST, B, by=CALLER)
    story.wait(5)
    story.answers(FIRST, B)
    story.wait(10)


def asks_back(story: Story) -> None:
    """8001 holds him and calls 8002, who rings for four seconds."""
    answered(story)
    story.holds(FIRST, B, CALLER)
    story.calls(SECOND, B, C, consults=FIRST)
    story.rings(SECOND, C, by=B)
    story.wait(4)


def consults(story: Story) -> None:
    """… and speaks with 8002 for six."""
    asks_back(story)
    story.answers(SECOND, C)
    story.wait(6)


def joins(story: Story, how: str) -> None:
    story.note("Transferred", FIRST, B, consultation=SECOND, transferred=CALLER, to=C, how=how)
    story.lets_go(FIRST, B, by="far")
    story.lets_go(SECOND, B)
    story.lets_go(SECOND, C)
    story.ends(SECOND, cause=0, reason="transferred", into=FIRST)


def attended(story: Story) -> None:
    consults(story)
    joins(story, "attended")
    story.note("TreatmentEnded", FIRST, CALLER, name="music")
    story.wait(30)


def semi(story: Story) -> None:
    asks_back(story)
    joins(story, "semi")
    story.wait(3)
    story.note("TreatmentEnded", FIRST, CALLER, name="music")
    story.answers(FIRST, C)
    story.wait(30)


def sends(story: Story) -> None:
    """8001 sends the caller on without asking; 8002 rings for three seconds."""
    answered(story)
    story.note("Transferred", FIRST, B, transferred=CALLER, to=C, how="blind")
    story.lets_go(FIRST, B)
    story.note("Routed", FIRST, CALLER, target_kind="station", target=C, number=C)
    story.rings(FIRST, C, by=B)
    story.wait(3)


def blind(story: Story) -> None:
    sends(story)
    story.answers(FIRST, C)
    story.wait(30)


def by_code(story: Story) -> None:
    """8001 flashes and dials a code: what he hears meanwhile is a tone, no call of its own."""
    answered(story)
    story.holds(FIRST, B, CALLER)
    story.note("TreatmentBegan", FIRST, B, name="dial tone")
    story.wait(2)
    story.note("ServiceUsed", FIRST, B, service="transfer", arguments=[C], result="done")
    story.note("TreatmentEnded", FIRST, CALLER, name="music")
    story.note("Transferred", FIRST, B, transferred=CALLER, to=C, how="blind")
    story.lets_go(FIRST, B)
    story.note("Routed", FIRST, CALLER, target_kind="station", target=C, number=C)
    story.rings(FIRST, C, by=B)
    story.wait(3)
    story.answers(FIRST, C)
    story.wait(30)


def back(story: Story) -> None:
    """8001 asks 8002, and goes back to the caller."""
    consults(story)
    story.hangs_up(SECOND, C, then=[B])
    story.takes_back(FIRST, B, CALLER)
    story.wait(30)


def meets(story: Story) -> None:
    """All three speak for twenty seconds."""
    consults(story)
    story.note("Conferenced", FIRST, B, members=[B, CALLER, C], consultation=SECOND)
    story.note("TreatmentEnded", FIRST, CALLER, name="music")
    story.lets_go(SECOND, B)
    story.lets_go(SECOND, C)
    story.ends(SECOND, cause=0, reason="conferenced", into=FIRST)
    story.wait(20)


def three_party(story: Story) -> None:
    """… then 8001 leaves the two alone."""
    meets(story)
    story.lets_go(FIRST, B, by="far")
    story.wait(30)


def picked_up(story: Story) -> None:
    story.incoming(FIRST, CALLER, B)
    story.rings(FIRST, B, by=CALLER)
    story.wait(5)
    story.note("ServiceUsed", FIRST, C, service="pick up", result="done")
    story.note("PickedUp", FIRST, C, rang=B)
    story.lets_go(FIRST, B, cause=26)
    story.answers(FIRST, C)
    story.wait(30)


def parks(story: Story) -> None:
    answered(story)
    story.note("Parked", FIRST, B, orbit="7001")
    story.lets_go(FIRST, B)
    story.note("TreatmentBegan", FIRST, CALLER, name="music")
    story.wait(12)


def parked(story: Story) -> None:
    parks(story)
    story.note("TreatmentEnded", FIRST, CALLER, name="music")
    story.note("PickedUp", FIRST, C, rang="7001")
    story.answers(FIRST, C)
    story.wait(30)


def forward(story: Story, reason: str) -> None:
    story.note("Diverted", FIRST, B, to=C, reason=reason)
    if reason == "no answer":
        story.lets_go(FIRST, B, cause=19)
    story.rings(FIRST, C, by=B)
    story.wait(4)
    story.answers(FIRST, C)
    story.wait(30)


def forward_always(story: Story) -> None:
    story.incoming(FIRST, CALLER, B)
    forward(story, "always")


def forward_busy(story: Story) -> None:
    story.incoming(FIRST, CALLER, B)
    story.note("Failed", FIRST, B, cause=17, reason="busy")
    forward(story, "busy")


def forward_no_answer(story: Story) -> None:
    story.incoming(FIRST, CALLER, B)
    story.rings(FIRST, B, by=CALLER)
    story.wait(25)
    forward(story, "no answer")


def conference(story: Story) -> None:
    """8001 sends the caller into a conference, in which others are already."""
    answered(story)
    story.note("Transferred", FIRST, B, transferred=CALLER, to=ROOM, how="blind")
    story.lets_go(FIRST, B)
    story.note("Routed", FIRST, CALLER, target_kind="conference", target=ROOM, number=ROOM)
    story.note("TreatmentBegan", FIRST, CALLER, name="enter your PIN")
    story.wait(5)
    story.note("TreatmentEnded", FIRST, CALLER, name="enter your PIN")
    story.answers(FIRST, ROOM)
    story.note("Conferenced", FIRST, ROOM, members=["8005", "8006", CALLER])
    story.wait(30)


KINDS: dict[str, Callable[[Story], None]] = {
    "attended": attended,
    "semi-attended": semi,
    "blind": blind,
    "by code": by_code,
    "consult, then back": back,
    "three-party, then one leaves": three_party,
    "pick-up": picked_up,
    "park and retrieve": parked,
    "forward always": forward_always,
    "forward busy": forward_busy,
    "forward no answer": forward_no_answer,
    "into a conference": conference,
}
WITH = {"consult, then back": B, "into a conference": ROOM}
"""With whom the caller speaks in the end, if it is not 8002."""


def ends(kind: str) -> dict[str, Callable[[Story], None]]:
    """Who ends the call once the two speak."""
    other = WITH.get(kind, C)
    found: dict[str, Callable[[Story], None]] = {
        "the caller hangs up": lambda story: story.hangs_up(FIRST, CALLER, then=[other]),
        "the called party hangs up": lambda story: story.hangs_up(FIRST, other, then=[CALLER]),
        "alarm on the trunk": lambda story: story.alarm(FIRST, CALLER, then=[other]),
        "power cut": lambda story: story.power_cut(),
    }
    if other == ROOM:
        found["the called party hangs up"] = chair_ends
    return found


def chair_ends(story: Story) -> None:
    """A conference has nobody who could hang up: it is ended by its chair."""
    story.lets_go(FIRST, ROOM, by="exchange", reason="the chair ended the conference")
    story.lets_go(FIRST, CALLER)
    story.ends(FIRST)


# ---- moments of their own ----


def caller_gives_up(story: Story) -> None:
    """The caller goes while 8001 asks back; 8001 and 8002 speak on for ten seconds."""
    consults(story)
    story.hangs_up(FIRST, CALLER, then=[B])
    story.wait(10)
    story.hangs_up(SECOND, B, then=[C])


def semi_caller_gives_up(story: Story) -> None:
    asks_back(story)
    joins(story, "semi")
    story.wait(3)
    story.hangs_up(FIRST, CALLER, then=[C])


def semi_comes_back(story: Story) -> None:
    """8002 does not answer: 8001 rings again, answers, and ends it."""
    asks_back(story)
    joins(story, "semi")
    story.wait(20)
    comes_back(story)


def blind_comes_back(story: Story) -> None:
    sends(story)
    story.wait(20)
    comes_back(story)


def comes_back(story: Story) -> None:
    story.note("Diverted", FIRST, C, to=B, reason="no answer")
    story.lets_go(FIRST, C, cause=19)
    story.rings(FIRST, B, by=C)
    story.wait(4)
    story.answers(FIRST, B)
    story.wait(10)
    story.hangs_up(FIRST, B, then=[CALLER])


def blind_caller_gives_up(story: Story) -> None:
    sends(story)
    story.hangs_up(FIRST, CALLER, then=[C])


def holder_hangs_up(story: Story) -> None:
    """8001 hangs up while 8002 has not answered and transfers are not allowed to him: his telephone rings again."""
    asks_back(story)
    story.hangs_up(SECOND, B, then=[C])
    story.lets_go(FIRST, B, by="far")
    story.rings(FIRST, B, by=CALLER)
    story.wait(6)
    story.answers(FIRST, B)
    story.wait(10)
    story.hangs_up(FIRST, B, then=[CALLER])


def power_while_asking(story: Story) -> None:
    consults(story)
    story.power_cut()


def alarm_while_asking(story: Story) -> None:
    """The caller's span fails; 8001 and 8002 speak on."""
    consults(story)
    story.alarm(FIRST, CALLER, then=[B])
    story.wait(10)
    story.hangs_up(SECOND, C, then=[B])


def third_leaves(story: Story) -> None:
    """8002 leaves first; the caller and 8001 speak on, and 8001 hangs up."""
    meets(story)
    story.lets_go(FIRST, C, by="far")
    story.wait(30)
    story.hangs_up(FIRST, B, then=[CALLER])


def caller_leaves(story: Story) -> None:
    """The caller leaves first; 8001 and 8002 speak on in the call that was his."""
    meets(story)
    story.lets_go(FIRST, CALLER, by="far")
    story.wait(30)
    story.hangs_up(FIRST, B, then=[C])


def power_in_three(story: Story) -> None:
    meets(story)
    story.power_cut()


def parked_caller_gives_up(story: Story) -> None:
    parks(story)
    story.hangs_up(FIRST, CALLER)


def parked_comes_back(story: Story) -> None:
    parks(story)
    story.wait(60)
    story.note("TreatmentEnded", FIRST, CALLER, name="music")
    story.rings(FIRST, B, by="7001")
    story.wait(4)
    story.answers(FIRST, B)
    story.wait(10)
    story.hangs_up(FIRST, B, then=[CALLER])


def power_while_parked(story: Story) -> None:
    parks(story)
    story.power_cut()


def forward_caller_gives_up(story: Story) -> None:
    story.incoming(FIRST, CALLER, B)
    story.note("Diverted", FIRST, B, to=C, reason="always")
    story.rings(FIRST, C, by=B)
    story.wait(8)
    story.hangs_up(FIRST, CALLER, then=[C])


def forward_outside(story: Story) -> None:
    """8001 is forwarded to a mobile: the call goes in by one trunk and out by another, and the mobile hangs up."""
    story.incoming(FIRST, CALLER, B)
    story.note("Diverted", FIRST, B, to="013900001111", reason="always")
    story.note("Routed", FIRST, B, target_kind="trunk", target="city", number="013900001111")
    story.seizes(FIRST, "e1a/2", "013900001111")
    story.wait(2)
    story.rings(FIRST, "e1a/2")
    story.wait(6)
    story.answers(FIRST, "e1a/2")
    story.wait(30)
    story.hangs_up(FIRST, "e1a/2", then=[CALLER])


def to_outside(story: Story) -> None:
    """8001 asks a mobile, and transfers the caller to it: the trunk goes over to the caller's call."""
    answered(story)
    story.holds(FIRST, B, CALLER)
    story.calls(SECOND, B, "013900001111", kind="trunk", consults=FIRST)
    story.seizes(SECOND, "e1a/2", "013900001111")
    story.wait(2)
    story.rings(SECOND, "e1a/2")
    story.wait(6)
    story.answers(SECOND, "e1a/2")
    story.wait(5)
    story.note("Transferred", FIRST, B, consultation=SECOND, transferred=CALLER, to="e1a/2", how="attended")
    story.note("ConnectionCleared", FIRST, B, by="far", cause=16)
    story.note("ConnectionCleared", SECOND, B, by="near", cause=16)
    story.note("ConnectionCleared", SECOND, "e1a/2", by="near", cause=16)
    story.ends(SECOND, cause=0, reason="transferred", into=FIRST)
    story.note("TreatmentEnded", FIRST, CALLER, name="music")
    story.wait(30)
    story.hangs_up(FIRST, CALLER, then=["e1a/2"])


MOMENTS: dict[str, Callable[[Story], None]] = {
    "attended: the caller gives up while 8001 asks back": caller_gives_up,
    "attended: 8001 hangs up and may not transfer": holder_hangs_up,
    "attended: alarm on the caller's trunk while 8001 asks back": alarm_while_asking,
    "attended: power cut while 8001 asks back": power_while_asking,
    "attended: to an outside party": to_outside,
    "semi-attended: the caller gives up before the answer": semi_caller_gives_up,
    "semi-attended: comes back, and the transferring party hangs up": semi_comes_back,
    "blind: the caller gives up before the answer": blind_caller_gives_up,
    "blind: comes back, and the transferring party hangs up": blind_comes_back,
    "three-party: the third leaves, the transferring party hangs up": third_leaves,
    "three-party: the caller leaves, the transferring party hangs up": caller_leaves,
    "three-party: power cut": power_in_three,
    "park: the caller gives up": parked_caller_gives_up,
    "park: comes back, and the transferring party hangs up": parked_comes_back,
    "park: power cut": power_while_parked,
    "forward: the caller gives up": forward_caller_gives_up,
    "forward: to an outside party, who hangs up": forward_outside,
}


def stories() -> dict[str, Story]:
    """All of them by their titles, played."""
    titles: dict[str, tuple[Callable[[Story], None], ...]] = {
        f"{kind}: {end}": (play, finish) for kind, play in KINDS.items() for end, finish in ends(kind).items()
    }
    titles |= {title: (play,) for title, play in MOMENTS.items()}
    told = {}
    for title, acts in titles.items():
        story = told[title] = Story()
        for act in acts:
            act(story)
    return told


GOLDEN = Path(__file__).with_name("transfers.txt")


def golden() -> dict[str, str]:
    """The rows as they must be, by title."""
    parts = GOLDEN.read_text(encoding="utf-8").split("== ")[1:]
    return {title: text.strip("\n") for title, _, text in (part.partition("\n") for part in parts)}


def written() -> str:
    """All stories with their tables, as they stand in the golden file."""
    return "\n\n".join(f"== {title}\n{table(story.events)}" for title, story in stories().items()) + "\n"


if __name__ == "__main__":  # python -m tests.store.transfers: writes the golden file; look at what changed in it
    GOLDEN.write_text(written(), encoding="utf-8")
