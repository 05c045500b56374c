"""From a request to its answer: the one place that asks who may do what, and that writes the audit trail.

    request ──> is there such an act? ──> may he? ──> are the parameters right? ──> act ──> answer
                                           └─ no ──────────── changing act: Audit ───┘

Every act that changes something leaves one event Audit in the journal, with who, as what, what, on what, before, after,
and what came of it; also when it was forbidden or refused. What an act raises becomes an error of the answer, and ends
neither the connection nor anything else; what nobody foresaw is logged as our bug.
"""

from __future__ import annotations

import inspect
from typing import Any, Protocol

import msgspec

from core.api.acts import Act, Params, Registry
from core.api.asking import Asking
from core.api.errors import Code, Refusal, refusal_of
from core.api.misfit import sentence
from core.api.roles import Role
from core.texts import _


class Trail(Protocol):
    """The journal, as far as it is needed here."""

    def note(self, kind: str, call: int = 0, device: str = "", **data: Any) -> None: ...


BEFORE_HELLO = frozenset({"hello"})


class Dispatch:
    def __init__(self, registry: Registry, trail: Trail) -> None:
        self.registry = registry
        self._trail = trail

    def waits(self, method: str) -> bool:
        """The act is async: others may be done meanwhile."""
        known = self.registry.acts.get(method)
        return known is not None and known.waits

    async def perform(self, asking: Asking, method: str, raw: msgspec.Raw) -> Any:
        """The result. Raises Refusal, and nothing else that is an Exception."""
        act = self.registry.acts.get(method)
        if act is None:
            raise Refusal(Code.UNKNOWN_METHOD, _("there is no method {method}").format(method=repr(method[:80])))
        if not asking.watching.greeted and method not in BEFORE_HELLO:
            raise Refusal(Code.HELLO_FIRST, _("a connection begins with hello"))
        outcome = "interrupted"
        try:
            params = self._permitted(act, asking, raw)
            result = act.run(asking, params)
            if inspect.isawaitable(result):
                result = await result
            outcome = "done"
            return result
        except Exception as error:
            refused = refusal_of(error, method)
            outcome = f"{refused.code.word}: {refused}"
            raise refused from None
        finally:
            if act.changes:
                self._audit(act, asking, outcome)

    def _permitted(self, act: Act, asking: Asking, raw: msgspec.Raw) -> Params:
        peer = asking.peer
        if not peer.roles & act.roles:
            raise Refusal(
                Code.FORBIDDEN,
                _("{act} is not allowed for {name} ({roles})").format(act=act.name, name=peer.name, roles=peer.words),
                remedy=_("ask somebody who is {roles}").format(
                    roles=", ".join(sorted(role.value for role in act.roles - {Role.AGENT}))
                ),
            )
        try:
            params = act.decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Refusal(Code.INVALID_PARAMS, sentence(str(error)), about={"said": str(error)}) from None
        if act.own:
            device = str(getattr(params, act.own))
            asking.note.target = device
            if asking.only is not None and device not in asking.only:
                own = ", ".join(sorted(asking.only)) or "-"
                raise Refusal(
                    Code.FORBIDDEN,
                    _("an agent acts for his own telephone only ({own})").format(own=own),
                    remedy=_("the [[user]] table says which telephone is whose"),
                )
        return params

    def _audit(self, act: Act, asking: Asking, outcome: str) -> None:
        note = asking.note
        said = {"target": note.target, "before": note.before, "after": note.after}
        self._trail.note(
            "Audit",
            actor=asking.peer.name,
            role=asking.peer.words,
            act=act.name,
            result=outcome,
            **{name: msgspec.to_builtins(what) for name, what in said.items() if what not in ("", None)},
        )
