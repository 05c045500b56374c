"""Acts on the customers' file: who is behind a number, what was noted about him, what he called about before.

Numbers may be given as they are dialled or shown: the numbering plan knows that they are one. The class of a customer
counts in queues and flows from his next call on, his name is shown as soon as he rings (`customer` and `customer_class`
in the data of the call). Error `hardware`: the file cannot be read or written.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from core.api.acts import Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OVERSEERS
from core.api.errors import Code, Refusal
from core.api.roles import ALL
from core.desk.customers import Customer, CustomerNote
from core.desk.room import Contact, DeskRoom
from core.texts import _

Caller = Annotated[str, Meta(description="of the customer, as dialled or shown", pattern=r"^\+?[0-9][0-9 ()-]{0,39}$")]
Short = Annotated[str, Meta(max_length=100)]
FieldName = Annotated[str, Meta(min_length=1, max_length=64)]
FieldValue = Annotated[str, Meta(max_length=2000)]


def _room(asking: Asking) -> DeskRoom:
    return asking.room(DeskRoom)


class OfNumber(Params, frozen=True):
    number: Caller


class Get(Params, frozen=True):
    number: Caller
    contacts: Annotated[int, Meta(description="at most so many of his calls", ge=0, le=200)] = 20


class Known(Result, frozen=True):
    customer: Customer
    notes: Annotated[list[CustomerNote], Meta(description="the newest first")]
    contacts: Annotated[list[Contact], Meta(description="his calls that are over, the newest first")]


class Save(Params, frozen=True):
    number: Caller
    name: Annotated[Short | None, Meta(description="null: as before")] = None
    customer_class: Annotated[Short | None, Meta(description="of [[customer_class]], empty: none; null: as before")] = (
        None
    )
    note: Annotated[FieldValue | None, Meta(description="null: as before")] = None
    fields: Annotated[
        dict[FieldName, FieldValue | None],
        Meta(description="fields with their values; null: taken away; others stay", max_length=100),
    ] = field(default_factory=dict)


class Search(Params, frozen=True):
    text: Annotated[str, Meta(description="part of a number, name, note or field", min_length=1, max_length=100)]
    most: Annotated[int, Meta(description="customers at most", ge=1, le=500)] = 50


class Found(Result, frozen=True):
    customers: Annotated[list[Customer], Meta(description="by name")]


class Page(Params, frozen=True):
    after: Annotated[str, Meta(description="a number: of the last customer of the page before", max_length=64)] = ""
    most: Annotated[int, Meta(description="customers at most", ge=1, le=500)] = 100


class Listed(Result, frozen=True):
    customers: Annotated[list[Customer], Meta(description="by number; none: there are no more")]


class AddNote(Params, frozen=True):
    number: Caller
    text: Annotated[str, Meta(description="for whoever speaks with him next", min_length=1, max_length=2000)]
    call: Annotated[int, Meta(description="in which call; 0: in none", ge=0)] = 0


class Forgotten(Result, frozen=True):
    notes: Annotated[int, Meta(description="how many notes went with his row")]


@act("customer.get", roles=ALL)
async def get(asking: Asking, params: Get) -> Known:
    """His row in the file, notes about him, and his calls. Of who is not in it: an empty row, to be filled in."""
    room = _room(asking)
    number = room.written(params.number)
    customers = room.customers
    return Known(
        await customers.get(number), await customers.notes(number), await room.contacts(number, params.contacts)
    )


@act("customer.save", roles=DESK, changes=True)
async def save(asking: Asking, params: Save) -> Customer:
    """Changes what is given, in place; of a number that is not in the file it begins a row. Who is on the line now is
    shown so at once. Error `refused`: there is no such class, or he would have more than 100 fields.
    """
    room = _room(asking)
    number = asking.note.target = room.written(params.number)
    given = {"name": params.name, "customer_class": params.customer_class, "note": params.note}
    changes = {name: value for name, value in given.items() if value is not None}
    asking.note.before = await room.customers.get(number)
    asking.note.after = changes | params.fields
    try:
        return await room.save_customer(number, changes, params.fields, asking.peer.name)
    except ValueError as error:
        raise Refusal(Code.REFUSED, str(error)) from error


@act("customer.search", roles=ALL)
async def search(asking: Asking, params: Search) -> Found:
    """Customers by any part of what the file has of them."""
    return Found(await _room(asking).customers.search(params.text, params.most))


@act("customer.list", roles=OVERSEERS)
async def listed(asking: Asking, params: Page) -> Listed:
    """All customers, page by page: whole files are for supervisors and administrators to take."""
    return Listed(await _room(asking).customers.page(params.after, params.most))


@act("customer.add_note", roles=DESK, changes=True)
async def add_note(asking: Asking, params: AddNote) -> CustomerNote:
    """A note for later, with who and when."""
    room = _room(asking)
    number = asking.note.target = room.written(params.number)
    asking.note.after = {"call": params.call}
    return await room.customers.add_note(number, params.text, params.call, asking.peer.name)


@act("customer.forget", roles=OVERSEERS, changes=True)
async def forget(asking: Asking, params: OfNumber) -> Forgotten:
    """Erases his row and the notes about him, for good. Calls stay in the journal as long as it keeps them. Error
    `unknown`: he is not in the file.
    """
    room = _room(asking)
    number = asking.note.target = room.written(params.number)
    known = await room.customers.get(number)
    notes = await room.customers.forget(number)
    if not known.changed and not notes:
        raise Refusal(Code.UNKNOWN, _("{number} is not in the customers' file").format(number=number))
    return Forgotten(notes)
