"""[features]: the code of every service that is dialled.

Each field is one service. Its value is what is dialled first; its `syntax` says what follows:

    ""           nothing: the code is the whole
    "NUMBER#"    any number, ended by #
    "STATION"    a number of the plan; complete when that is
    "ORBIT"      a parking place, likewise
    "TIME#"      four digits, hours and minutes, ended by #
    "CODE*NUMBER#"   digits of a speed-dial code, *, a number, #
    "CODE"       digits of a speed-dial code
    "PIN#NUMBER" a PIN, #, then a number as it would be dialled

and its `context` where it is dialled: "dial tone"; "flash": after a flash, with a party on hold; "conference": in a
conference, by its members. Where the public network of China has a code for the service (YD/T 程控新业务), that is
the default: *57* forward, *55* wake-up, *52* hot line, *56# do not disturb; # in place of * takes it back, *# asks.
"" switches the service off. Codes of one context must tell themselves apart: checks.py.
"""

from __future__ import annotations

from core.config.model.kinds import Code, Table, setting

DIAL_TONE, FLASH, CONFERENCE = "dial tone", "flash", "conference"


def code(text: str, default: str, syntax: str = "", context: str = DIAL_TONE) -> Code:
    made: Code = setting(text, default, syntax=syntax, context=context)
    return made


class Features(Table):
    """What is dialled for a service; "" switches it off."""

    pick_up: Code = code("Answer a call that rings in the own pick-up group (同组代答).", "*8#")
    directed_pick_up: Code = code("Answer a call that rings at that station (指定代答).", "*8*", "STATION")

    park: Code = code("Park the held party at the first free place, which is then said (呼叫寄存).", "*70#")
    park_at: Code = code("Park the held party at that place.", "*70*", "ORBIT")
    retrieve_parked: Code = code("Take the call that is parked at that place.", "*71*", "ORBIT")
    hand_over: Code = code(
        "Send the held party into the flow of that number; he comes back with what it has asked (人工/自动互转).",
        "*74*",
        "NUMBER#",
    )
    record: Code = code("Record the call with the held party from now on, or no longer (录音).", "*73#")

    forward_always: Code = code("Send all calls to that number (无条件转移).", "*57*", "NUMBER#")
    forward_always_off: Code = code("Send them no more.", "#57#")
    forward_always_query: Code = code("Say where they are sent.", "*#57#")
    forward_busy: Code = code("Send calls to that number while busy (遇忙转移).", "*40*", "NUMBER#")
    forward_busy_off: Code = code("Send them no more.", "#40#")
    forward_busy_query: Code = code("Say where they are sent.", "*#40#")
    forward_no_answer: Code = code("Send unanswered calls to that number (无应答转移).", "*41*", "NUMBER#")
    forward_no_answer_off: Code = code("Send them no more.", "#41#")
    forward_no_answer_query: Code = code("Say where they are sent.", "*#41#")
    forward_unreachable: Code = code(
        "Send calls to that number while the own line is out of service (不可及转移).", "*42*", "NUMBER#"
    )
    forward_unreachable_off: Code = code("Send them no more.", "#42#")
    forward_unreachable_query: Code = code("Say where they are sent.", "*#42#")
    forwards_off: Code = code("End all forwards of the own telephone.", "#4#")

    do_not_disturb: Code = code("Let no call ring here (免打扰).", "*56#")
    do_not_disturb_off: Code = code("Let calls ring again.", "#56#")
    call_waiting: Code = code("Announce a second call during talk (呼叫等待).", "*58#")
    call_waiting_off: Code = code("Do not announce it.", "#58#")
    privacy: Code = code("No tone and nobody breaks into the calls of this telephone (通话保密).", "*53#")
    privacy_off: Code = code("End that.", "#53#")
    withhold_number: Code = code("For one call: do not show the own number.", "*67*", "NUMBER#")

    speed_dial: Code = code("Call the number behind an own or a common speed-dial code (缩位拨号).", "**", "CODE")
    speed_dial_set: Code = code("Keep a number under an own speed-dial code.", "*51*", "CODE*NUMBER#")
    speed_dial_off: Code = code("Forget all own speed-dial codes.", "#51#")

    hot_line: Code = code("Call that number when nothing is dialled after lifting (热线).", "*52*", "NUMBER#")
    hot_line_off: Code = code("End that.", "#52#")

    ring_back: Code = code(
        "After busy or no answer: ring here when the station last called is free or used again (遇忙/无应答回叫).",
        "*59#",
    )
    ring_back_off: Code = code("End all ring-backs that were ordered here.", "#59#")

    intercom: Code = code("Call a station with the intercom ring (对讲).", "*15*", "STATION")
    wake_up: Code = code("Ring here at that time, once (叫醒).", "*55*", "TIME#")
    wake_up_off: Code = code("End that.", "#55#")
    last_number: Code = code("Call the number dialled last once more (末位号码重拨).", "*66#")
    last_caller: Code = code("Call who called last (回拨).", "*69#")
    own_number: Code = code("Say the number of this telephone.", "*60#")
    pin_call: Code = code(
        "A call by PIN, beyond the class of service of this telephone (密码长途).", "*54*", "PIN#NUMBER"
    )
    music_test: Code = code("Hear the music that parties on hold hear.", "*61#")

    agent_log_on: Code = code("Log on at this telephone as the agent of that number (签入).", "*81*", "NUMBER#")
    agent_log_off: Code = code("Log off (签出).", "#81#")
    agent_pin: Code = code("Choose another PIN as the agent who is logged on here (更改密码).", "*80#")
    agent_ready: Code = code("Take calls of the queues (示闲).", "*82#")
    agent_not_ready: Code = code("Take none (示忙).", "#82#")
    agent_rest: Code = code("Begin a rest (休息).", "*86#")
    agent_end_rest: Code = code("End it (取消休息).", "#86#")
    agent_work: Code = code("Begin after-call work (进入工作态).", "*87#")
    agent_end_work: Code = code("End it (退出工作态).", "#87#")
    agent_help: Code = code("Ask the supervisors for help with the present call (内部求助).", "*83#")
    agent_help_off: Code = code("Ask no more.", "#83#")
    agent_extend_work: Code = code("Let it last longer (延长工作态).", "*88#")

    supervisor_help: Code = code("Supervisor: answer the agent who has asked for help longest (应答求助).", "*84#")
    supervisor_listen: Code = code("Supervisor: listen to the agent of that number (监听).", "*83*", "NUMBER#")
    supervisor_whisper: Code = code("Supervisor: speak to the agent alone (耳语).", "*84*", "NUMBER#")
    supervisor_barge_in: Code = code("Supervisor: join the agent's call (插入).", "*85*", "NUMBER#")
    supervisor_intercept: Code = code("Supervisor: take the agent's call (拦截).", "*89*", "NUMBER#")
    supervisor_trunk: Code = code(
        "Supervisor: listen to a trunk line, by its number in the order of the files (中继监听).", "*80*", "NUMBER#"
    )

    flash_release: Code = code("Release who is in talk, go back to the other (拍叉 1).", "1", context=FLASH)
    flash_alternate: Code = code("Put who is in talk on hold, go to the other (拍叉 2).", "2", context=FLASH)
    flash_conference: Code = code("Join all three (拍叉 3, 三方通话).", "3", context=FLASH)
    flash_transfer: Code = code("Join the other two and leave (拍叉 4, 转接).", "4", context=FLASH)
    flash_reject: Code = code(
        "Release who is on hold, or refuse a call that waits beside (拍叉 0).", "0", context=FLASH
    )
    blind_transfer: Code = code(
        "Send the held party to that number and leave, without waiting for an answer (盲转).",
        "*72*",
        "NUMBER#",
    )

    mute: Code = code(
        "After a flash: back to the other, who hears nothing from here any more; again: he does (静音).", "*78#"
    )

    conference_mute: Code = code("Mute oneself, or speak again (静音).", "*6", context=CONFERENCE)
    conference_mute_all: Code = code("Chair: mute everybody else, or let them speak again.", "*1", context=CONFERENCE)
    conference_lock: Code = code("Chair: let nobody in any more, or open again (锁定).", "*7", context=CONFERENCE)
    conference_roll_call: Code = code("Say how many there are and their numbers (点名).", "*9", context=CONFERENCE)
    conference_kick_last: Code = code("Chair: send out who came last.", "*5", context=CONFERENCE)
    conference_end: Code = code("Chair: end the conference for all.", "*0", context=CONFERENCE)


def syntax(field: str) -> str:
    """What follows a service's code."""
    return str(_marks(field)["syntax"])


def context(field: str) -> str:
    """Where a service's code is dialled."""
    return str(_marks(field)["context"])


def _marks(field: str) -> dict[str, object]:
    marks = Features.model_fields[field].json_schema_extra
    assert isinstance(marks, dict)
    return dict(marks)
