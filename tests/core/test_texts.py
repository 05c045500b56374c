"""Each task speaks its own language, whoever else speaks at the same time."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest
import trio

from core import texts
from core.texts import N_, _, language, plural, speaking, use, wanted


class Reversed(gettext.NullTranslations):
    """A language in which every text stands backwards."""

    def gettext(self, message: str) -> str:
        return message[::-1]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid2[::-1]


@pytest.fixture(autouse=True)
def reversed_chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(texts, "_catalogue", lambda code: Reversed() if code == "zh" else gettext.NullTranslations())
    yield
    use("en")


def test_without_a_choice_texts_are_english() -> None:
    assert (_("line"), language()) == ("line", "en")
    assert [plural("{n} call", "{n} calls", n).format(n=n) for n in (1, 2)] == ["1 call", "2 calls"]


def test_the_language_of_the_process_holds_everywhere() -> None:
    use("zh")
    assert (_("line"), plural("call", "calls", 1)) == ("enil", "sllac")


def test_an_unknown_language_is_english() -> None:
    use("xx")
    assert _("line") == "line"


def test_a_block_speaks_its_language_and_then_the_old_one_again() -> None:
    with speaking("zh"):
        assert _("line") == "enil"
        with speaking("en"):
            assert _("line") == "line"
        with speaking(""):
            assert _("line") == "enil"
    assert _("line") == "line"


def test_a_marked_text_stays_as_it_is_until_it_is_shown() -> None:
    with speaking("zh"):
        assert (N_("line"), _(N_("line"))) == ("line", "enil")


async def test_two_clients_are_answered_at_the_same_time_each_in_his_language() -> None:
    heard: dict[str, list[str]] = {"zh": [], "en": []}

    async def client(code: str) -> None:
        with speaking(code):
            for _turn in range(3):
                heard[code].append(_("line"))
                await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(client, "zh")
        nursery.start_soon(client, "en")
    assert heard == {"zh": ["enil"] * 3, "en": ["line"] * 3}


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "TERM": "linux"}, "en"),
        ({"LC_ALL": "", "LANG": "de_DE"}, "en"),
        ({}, "en"),
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], code: str) -> None:
    assert wanted(environment) == code
