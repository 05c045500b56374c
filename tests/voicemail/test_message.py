"""Which messages are new, what fits, what goes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.voicemail.message import (
    UNDELETE_S,
    Folder,
    Message,
    Quota,
    counts,
    in_folder,
    nearly_full,
    over,
    seconds_left,
    there,
)

MESSAGES = st.lists(
    st.builds(
        Message,
        number=st.integers(1, 99),
        received=st.floats(0, 1e6),
        ms=st.integers(1000, 180_000),
        urgent=st.booleans(),
        folder=st.sampled_from(Folder),
        deleted=st.sampled_from([0.0, 5e5]),
        introduction_ms=st.sampled_from([0, 5000]),
    ),
    max_size=12,
    unique_by=lambda message: message.number,
)
QUOTA = Quota(10, 600)


@given(MESSAGES)
def test_every_message_that_is_not_deleted_lies_in_one_folder(messages: list[Message]) -> None:
    found = [message for folder in Folder for message in in_folder(messages, folder)]
    assert sorted(found, key=lambda m: m.number) == sorted(there(messages), key=lambda m: m.number)
    count = counts(messages)
    assert count.new + count.kept == len(found)
    assert count.urgent <= count.new


@given(MESSAGES)
def test_urgent_ones_come_first_and_each_kind_as_it_came(messages: list[Message]) -> None:
    order = [(not message.urgent, message.received) for message in in_folder(messages, Folder.NEW)]
    assert order == sorted(order)


@given(MESSAGES, st.integers(1, 180_000))
def test_what_fits_leaves_the_box_within_its_quota(messages: list[Message], ms: int) -> None:
    left = seconds_left(messages, QUOTA)
    if ms <= left * 1000:
        after = [*there(messages), Message(100, 1e6, ms)]
        assert len(after) <= QUOTA.messages
        assert sum(message.whole_ms for message in after) <= QUOTA.seconds * 1000 + 1
    if left == 0:
        assert nearly_full(messages, QUOTA)


@given(MESSAGES)
def test_deleting_one_makes_room_and_undeleting_takes_it_back(messages: list[Message]) -> None:
    for at, message in enumerate(messages):
        gone = [*messages[:at], replace(message, deleted=1.0), *messages[at + 1 :]]
        assert seconds_left(gone, QUOTA) >= seconds_left(messages, QUOTA)


def test_a_message_is_old_once_it_was_heard_and_stays_where_it_was_moved() -> None:
    message = Message(1, 0.0, 2000)
    assert message.heard().folder is Folder.OLD
    assert replace(message, folder=Folder.WORK).heard().folder is Folder.WORK


def test_the_owner_is_told_before_the_box_is_full() -> None:
    assert not nearly_full([Message(n, 0.0, 1000) for n in range(1, 9)], QUOTA)
    assert nearly_full([Message(n, 0.0, 1000) for n in range(1, 10)], QUOTA)
    assert nearly_full([Message(1, 0.0, 540_000)], QUOTA)


@given(MESSAGES, st.floats(0, 2e6), st.integers(0, 20))
def test_new_messages_never_go_by_themselves(messages: list[Message], now: float, days: int) -> None:
    for message in over(messages, now, days):
        if not message.deleted:
            assert message.folder is not Folder.NEW
            assert days
            assert now - message.received > days * 86_400
        elif message.folder is Folder.NEW:
            assert now - message.deleted >= UNDELETE_S
