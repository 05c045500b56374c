"""Key and value of a call (设置/查询数据): what flows have found out, and what people add, in one store.

    flow ── data of its queue node ──┐
    agent ── call.set_data ──────────┼──> call.data ──> consultation, transfer, conference, call-back, the next agent
    customers' file ─────────────────┘

A consultation has the data of the call that is held for it, not a copy: what either desk writes, both read, and a
transfer has nothing to reconcile. A few keys mean something to the box (MEANT); all others are the office's own.

The visit (客户访问标识) is one number for all contacts of one matter: that of the call that began it. It is a key like
others, so that a desk can say that today's call belongs to yesterday's.

What it does not: say who may (core/api).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.exchange.call import VISIT, Call
from core.exchange.leg import Leg
from core.exchange.refusal import Refused
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

Value = str | int | float | bool
KEYS_MOST = 64
CLASS, PRIORITY, CUSTOMER = "customer_class", "priority", "customer"
MEANT = (VISIT, CLASS, PRIORITY, CUSTOMER)
"""Whole number of the visit; a class of [[customer_class]]; added to the queue's priority; the caller's name."""


def half(exchange: Exchange, device: str, call: int) -> Leg:
    """The device's half of the call. Refused: there is no such call, or it is not in it."""
    found = exchange.calls.get(call)
    if found is None:
        text = _("there is no call {call} any more").format(call=call)
        raise Refused(Cause.INVALID_CALL_REFERENCE, "not-possible", text)
    for leg in found.legs:
        if leg.name == device:
            return leg
    text = _("{device} is not in call {call}").format(device=device, call=call)
    raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)


def set_data(exchange: Exchange, device: str, call: int, changes: Mapping[str, Value | None], by: str) -> None:
    """None takes a key away. Refused: the device is not in the call, there would be too many keys, or a key that means
    something to the box cannot have that value. Nothing has changed then.
    """
    leg = half(exchange, device, call)
    for key, value in changes.items():
        if value is not None:
            must_mean(exchange, key, value)
    after = {key for key in leg.call.data if key not in changes} | {
        key for key, value in changes.items() if value is not None
    }
    if len(after) > KEYS_MOST:
        text = _("a call has at most {most} keys; take some away first").format(most=KEYS_MOST)
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
    put(leg.call, changes)
    exchange.journal.note("CallData", call=call, device=device, data=dict(changes), by=by)


def put(call: Call, changes: Mapping[str, Value | None]) -> None:
    """Without asking: by the box itself."""
    for key, value in changes.items():
        if value is None:
            call.data.pop(key, None)
        else:
            call.data[key] = value
    for other in list(call.exchange.calls.values()):
        if other.data is call.data:
            call.exchange.touched(other)


def must_mean(exchange: Exchange, key: str, value: Value) -> None:
    """Refused: it means something to the box, and cannot be that."""
    classes = [one.name for one in exchange.box.customer_class]
    text = ""
    if key in (VISIT, PRIORITY) and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        text = _('"{key}" is a whole number, 0 or more').format(key=key)
    elif key == CLASS and value not in classes:
        known = ", ".join(classes) or "-"
        text = _('There is no customer class "{name}"; there are: {known}').format(name=value, known=known)
    if text:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
