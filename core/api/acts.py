"""The registry of acts: what can be asked for, by whom, with which parameters, for which result.

    class Make(Params):
        \"\"\"docstring of the parameters\"\"\"
        device: Device
        number: Number

    @act("call.make", roles=DESK, changes=True, own="device")
    def make(asking: Asking, params: Make) -> Made:
        \"\"\"The device calls a number. ...\"\"\"

An act is a function, plain or async, over msgspec Structs; its docstring is its chapter in the reference
(docs/control-interface.md), which is made from this registry. Who may use it is said here and asked in one place
(dispatch.py). `own` names the parameter with a device: an agent may only give his own there.

Rooms that come later register their acts in the same way, in modules of their own that all_acts.py names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import msgspec

from core.api.roles import Role
from hw.errors import LocalError

if TYPE_CHECKING:
    from core.api.asking import Asking

F = TypeVar("F", bound=Callable[..., Any])


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of an act: what is unknown is refused, since it is a spelling mistake."""


class Nothing(Params, frozen=True):
    """No parameters."""


class Result(msgspec.Struct, frozen=True):
    """Of an act. Clients must not mind fields that they do not know: more may come."""


class Done(Result, frozen=True):
    """It is done; there is nothing to say about it."""


Device = Annotated[
    str,
    msgspec.Meta(
        description='a station by its number, "8001", or a trunk by its line, "e1a/3"', min_length=1, max_length=64
    ),
]
CallId = Annotated[int, msgspec.Meta(description="the call's number, unique for ever", ge=1)]
Number = Annotated[
    str, msgspec.Meta(description="as dialled: digits, * and #, or + and digits", pattern=r"^\+?[0-9*#A-D]{1,64}$")
]
LineName = Annotated[
    str, msgspec.Meta(description='the line\'s name: "8001", "line1", "e1a/3"', min_length=1, max_length=64)
]


@dataclass(frozen=True)
class Act:
    """One row of the registry. `run`: plain or async."""

    name: str
    run: Callable[[Asking, Any], Any]
    params: type[Params]
    result: Any
    roles: frozenset[Role]
    changes: bool
    own: str
    text: str

    @cached_property
    def decoder(self) -> msgspec.json.Decoder[Params]:
        """Made when it is first needed: fifty of them would cost time at start."""
        return msgspec.json.Decoder(self.params)

    @cached_property
    def waits(self) -> bool:
        return inspect.iscoroutinefunction(self.run)


@dataclass
class Registry:
    """Acts by name."""

    acts: dict[str, Act] = field(default_factory=dict)

    def act(self, name: str, *, roles: Iterable[Role], changes: bool = False, own: str = "") -> Callable[[F], F]:
        """Decorator. LocalError: the name is taken, or the function does not say what it takes, gives and does."""

        def register(run: F) -> F:
            if name in self.acts:
                raise LocalError(f"act {name} is there already")
            params, result = _types(run)
            text = inspect.getdoc(run) or ""
            if not text:
                raise LocalError(f"act {name} has no docstring: it would be missing in the reference")
            if own and own not in params.__struct_fields__:
                raise LocalError(f"act {name}: {params.__name__} has no {own!r}")
            self.acts[name] = Act(name, run, params, result, frozenset(roles), changes, own, text)
            return run

        return register


def _types(run: Callable[..., Any]) -> tuple[type[Params], Any]:
    hints = get_type_hints(run, include_extras=True)
    result = hints.pop("return", None)
    taken = [hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, Params)]
    if len(taken) != 1 or result is None:
        raise LocalError(f"{run.__qualname__}: an act takes one Params and returns what it answers")
    return taken[0], result


REGISTRY = Registry()
act = REGISTRY.act
