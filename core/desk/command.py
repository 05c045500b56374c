"""`strowger customers`: the customers' file of the running box.

    strowger customers list                          all of them
    strowger customers list wang                     who has that in number, name, note or a field
    strowger customers show 13800138000              his row, the notes about him, his last calls
    strowger customers export > customers.csv
    strowger customers import customers.csv          rows are begun or changed, none is taken away
    strowger customers forget 13800138000            row and notes are erased

A CSV file has a head: `number`, `name`, `customer_class`, `note`; every other column is a field of the office's own. A
file with a mistake changes nothing: each is told with its line. So is what the box refuses; the other rows are saved.
Exit code 1: nothing was found, the file has mistakes, or the box refused.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import look
from core.api.client import Asker
from core.api.errors import Refusal
from core.records import duration
from core.store.event import to_utc
from core.texts import _
from hw.card import HardwareError

OWN = ("number", "name", "customer_class", "note")
PAGE = 500
NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{0,39}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file. line: from 1, the head is the first."""

    line: int
    number: str
    facts: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(metavar="ACT", required=True)

    def act(word: str, summary: str, does: Callable[[Asker, argparse.Namespace], int]) -> argparse.ArgumentParser:
        one = acts.add_parser(word, help=summary, description=summary)
        one.set_defaults(does=does)
        look.arguments(one)
        return one

    found = act("list", _("all, or those who have a text in number, name, note or field"), _list)
    found.add_argument("text", nargs="?", default="", metavar="TEXT")
    shown = act("show", _("all that is known of one, with notes and calls"), _show)
    shown.add_argument("number", metavar="NUMBER")
    act("export", _("all as CSV"), _export)
    taken = act("import", _("rows of a CSV file: begun where they are new, else changed"), _import)
    taken.add_argument("file", type=Path, metavar="FILE")
    gone = act("forget", _("erase one, and the notes about him"), _forget)
    gone.add_argument("number", metavar="NUMBER")


def run(options: argparse.Namespace) -> int:
    with Asker(options.socket) as box:
        code: int = options.does(box, options)
    return code


def _all(box: Asker) -> Iterator[dict[str, Any]]:
    """By number."""
    after = ""
    while found := box.ask("customer.list", after=after, most=PAGE)["customers"]:
        yield from found
        after = found[-1]["number"]


def _list(box: Asker, options: argparse.Namespace) -> int:
    text = options.text
    found = box.ask("customer.search", text=text, most=PAGE)["customers"] if text else list(_all(box))
    head = (_("number"), _("name"), _("class"), _("note"))
    rows = [[one[name] for name in OWN] for one in found]
    look.show(options, {"customers": found}, head, rows)
    return 0 if found else 1


def _show(box: Asker, options: argparse.Namespace) -> int:
    known = box.ask("customer.get", number=options.number)
    one = known["customer"]
    if options.json:
        print(json.dumps(known, ensure_ascii=False))
    else:
        facts = {_("number"): one["number"], _("name"): one["name"], _("class"): one["customer_class"]}
        facts |= {_("note"): one["note"], **one["fields"]}
        print("\n".join(look.table(("", ""), [(name, value) for name, value in facts.items() if value])[1:]))
        for note in known["notes"]:
            print(f"{_at(note['at'])}  {note['by']}: {note['text']}")
        for call in known["contacts"]:
            talk = duration(int(call["talk_s"] * 1e6)) if call["answered"] else _("not answered")
            print(f"{to_utc(call['begin']).astimezone():%Y-%m-%d %H:%M}  {call['called']}  {call['last']}  {talk}")
    return 0 if one["changed"] or known["notes"] or known["contacts"] else 1


def _at(seconds: float) -> str:
    return f"{to_utc(int(seconds * 1e6)).astimezone():%Y-%m-%d %H:%M}"


def _forget(box: Asker, options: argparse.Namespace) -> int:
    gone = box.ask("customer.forget", number=options.number)
    text = _("{number} is forgotten, with {n} notes").format(number=options.number, n=gone["notes"])
    print(json.dumps(gone) if options.json else text)
    return 0


# ---- CSV ----


def _export(box: Asker, options: argparse.Namespace) -> int:
    found = list(_all(box))
    if options.json:
        print(json.dumps({"customers": found}, ensure_ascii=False))
    else:
        sys.stdout.write(as_csv(found))
    return 0


def as_csv(customers: Sequence[dict[str, Any]]) -> str:
    """With a column for each field that anybody has."""
    fields = sorted({name for one in customers for name in one["fields"]} - set(OWN))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow([*OWN, *fields])
    table.writerows(
        [*(one[name] for name in OWN), *(one["fields"].get(name, "") for name in fields)] for one in customers
    )
    return text.getvalue()


def _import(box: Asker, options: argparse.Namespace) -> int:
    try:
        text = options.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        remedy = _("it must be readable, and CSV in UTF-8")
        raise HardwareError(
            _("{file} cannot be read: {error}").format(file=options.file, error=error), action=remedy
        ) from error
    rows, mistakes = read_csv(text)
    done, all_ = 0, len(rows) + len(mistakes)
    if not mistakes:
        for row in rows:
            try:
                box.ask("customer.save", number=row.number, **row.facts, fields=row.fields)
                done += 1
            except Refusal as refused:
                mistakes.append((row.line, refused.text))
    for line, said in mistakes:
        print(f"{options.file}:{line}: {said}", file=sys.stderr)
    if options.json:
        wrong = [{"line": line, "text": said} for line, said in mistakes]
        print(json.dumps({"saved": done, "mistakes": wrong}, ensure_ascii=False))
    else:
        print(_("{n} of {all} customers are saved").format(n=done, all=all_))
    return 1 if mistakes else 0


def read_csv(text: str) -> tuple[list[Row], list[tuple[int, str]]]:
    """Rows, and mistakes as line and text."""
    lines = csv.reader(io.StringIO(text))
    head = [name.strip() for name in next(lines, [])]
    rows: list[Row] = []
    mistakes: list[tuple[int, str]] = []
    if "number" not in head or len(set(head)) < len(head) or "" in head:
        return [], [(1, _("the first line names the columns, each once; one of them is number"))]
    seen: dict[str, int] = {}
    for cells in lines:
        line = lines.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            text = _("{n} columns, and the head has {head}")
            mistakes.append((line, text.format(n=len(cells), head=len(head))))
            continue
        said = {name: cell.strip() for name, cell in zip(head, cells, strict=True)}
        number = said.pop("number")
        if not NUMBER.fullmatch(number):
            mistakes.append((line, _('"{number}" is no telephone number').format(number=number)))
        elif number in seen:
            mistakes.append(
                (line, _("{number} stands in line {line} already").format(number=number, line=seen[number]))
            )
        else:
            seen[number] = line
            facts = {name: said.pop(name) for name in OWN[1:] if name in said}
            rows.append(Row(line, number, facts, {name: value for name, value in said.items() if value}))
    return rows, mistakes
