"""Several versions of the flows at once: a call keeps its own, and the old one goes with its last call."""

from __future__ import annotations

import pytest

from core.ivr.library import Library
from core.ivr.model import Flow
from hw.errors import LocalError
from tests.ivr.world import edition

ONE = '[flow]\nstart = "a"\n[node.a]\nkind = "hangup"\n'
TWO = '[flow]\nstart = "a"\n[node.a]\nkind = "hangup"\nprompts = ["bye"]\n'


def flows(**texts: str) -> dict[str, Flow]:
    return dict(edition(**texts).flows)


def test_a_call_keeps_the_edition_that_it_began_with() -> None:
    library = Library()
    first = library.publish(flows(a=ONE, b=ONE))
    with library.held() as held:
        assert held is first
        second = library.publish(flows(a=TWO, b=ONE))
        assert library.newest() is second
        assert [each.number for each in library.editions()] == [1, 2]
        assert library.edition(1).flows["a"] != second.flows["a"]
        with library.held() as new:
            assert new is second
        with library.held(1) as again:
            assert (again is first, again.calls) == (True, 2)
    assert [each.number for each in library.editions()] == [2]
    with pytest.raises(LocalError, match="no edition 1"):
        library.edition(1)


def test_an_old_edition_that_nobody_holds_goes_at_once() -> None:
    library = Library()
    library.publish(flows(a=ONE))
    library.publish(flows(a=TWO))
    assert [each.number for each in library.editions()] == [2]


def test_publishing_the_same_again_changes_nothing() -> None:
    library = Library()
    assert library.publish(flows(a=ONE)) is library.publish(flows(a=ONE))


def test_flows_that_have_not_changed_are_kept_as_they_are() -> None:
    library = Library()
    first = library.publish(flows(a=ONE, b=ONE))
    second = library.publish(flows(a=TWO, b=ONE))
    assert second.flows["b"] is first.flows["b"]


def test_nothing_can_be_held_before_something_is_published() -> None:
    with pytest.raises(LocalError, match="no flows"), Library().held():
        pass


def test_an_edition_goes_even_when_the_call_ends_in_an_error() -> None:
    library = Library()
    library.publish(flows(a=ONE))
    with pytest.raises(LocalError), library.held():
        library.publish(flows(a=TWO)) and library.edition(9)
    assert [each.number for each in library.editions()] == [2]
