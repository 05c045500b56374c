"""What the model objects to, in a sentence for people, and what to do about it.

    Input should be a valid integer, unable to parse   ->   "3dB": the unit is in the name already. Write 3

Texts are in the language in force. What it does not: find the place in the files (reading.py). Pure.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from core.config import schema
from core.config.model import Box, Table, kinds
from core.config.slips import with_unit
from core.texts import N_, _

# What people call settings in Chinese, and what the setting is called.
CHINESE = {
    "名称": "name", "名字": "name", "姓名": "name", "号码": "number", "分机号": "number", "板卡": "card",
    "卡": "card", "通道": "channel", "端口": "channel", "跨度": "span", "接口": "span",
    "信令": "signalling", "成员": "members", "中继群": "trunk_group", "合群": "trunk_group",
    "中继": "trunk", "分机": "station", "用户": "user", "路由": "route", "权限": "class_of_service",
    "呼叫权限": "class_of_service", "日历": "calendar", "编号": "number", "语言": "language",
    "国家": "country", "区号": "area_code", "时区": "time_zone", "寻线组": "hunt_group",
    "会议": "conference", "密码": "pin", "线路": "lines", "方向": "direction", "顺序": "order",
    "缩位拨号": "speed_dial", "热线": "hot_line", "代答组": "pickup_group", "种类": "kind",
    "数量": "count", "音乐": "music", "特服": "features", "业务代码": "features", "主叫号码": "calling",
    "外线座席": "outside_telephone",
}  # fmt: skip

# What the patterns of core/config/model/kinds.py want, by type.
PATTERNS = {
    kinds.Name: N_("A name has no slash, no quotes and no blank at its ends."),
    kinds.Text: N_("Only one line of text fits here."),
    kinds.Number: N_("Only digits are wanted here."),
    kinds.MaybeNumber: N_("Only digits are wanted here."),
    kinds.Dialled: N_("Only what a telephone can dial is wanted here: digits, * and #."),
    kinds.Code: N_("Only what a telephone can dial is wanted here: digits, * and #."),
    kinds.Pin: N_("A PIN has 6 to 12 digits."),
}
_BY_PATTERN = {
    constraint.pattern: text
    for kind, text in PATTERNS.items()
    for constraint in kind.__metadata__  # type: ignore[attr-defined]
}


@dataclass(frozen=True, slots=True)
class Wording:
    """path: where it stands; at_key: the name is wrong, not the value.

    missing: a setting is not there, this one. meant: an unknown setting is there, and may be one of these.
    """

    path: schema.Path
    problem: str
    hint: str = ""
    at_key: bool = False
    missing: str | None = None
    meant: tuple[str, ...] = ()


def say(error: ErrorDetails, root: type[Table] = Box) -> Wording:
    """One of pydantic's findings."""
    spot = schema.at(error["loc"], root)
    value, context = error["input"], error.get("ctx", {})
    for kind, words in _WORDS.items():
        if re.fullmatch(kind, error["type"]):
            return words(spot, value, context)
    return Wording(spot.path, _("This cannot be: {reason}.").format(reason=error["msg"]))


def close(word: str, known: Iterable[str]) -> str:
    """ "Did you mean ...", or which there are, or nothing when there are too many."""
    names = list(dict.fromkeys(known))
    near = nearest(word, names)
    if near:
        return _("Did you mean {names}?").format(names=_or(near))
    return _("There are: {names}").format(names=", ".join(names)) if 0 < len(names) <= 20 else ""


def nearest(word: str, names: list[str]) -> list[str]:
    """Up to two names that may be meant, the nearest first."""
    meant = CHINESE.get(word, "")
    return [meant] if meant in names else difflib.get_close_matches(word, names, 2, 0.7)


def _or(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    if len(quoted) == 1:
        return quoted[0]
    return _("{names} or {last}").format(names=", ".join(quoted[:-1]), last=quoted[-1])


def _section(spot: schema.Spot) -> str:
    return spot.section


def _missing(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    name = str(spot.path[-1])
    problem = _('{section} needs "{name}".').format(section=_section(spot), name=name)
    manual = schema.manual(spot.field) if spot.field else ""
    return Wording(spot.path[:-1], problem, manual, at_key=True, missing=name)


def _no_discriminator(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    problem = _('{section} needs "{name}".').format(section=_section(spot), name=_chooser(context))
    tags = [tag for model in schema.variants(spot.annotation) for tag in schema.tag(model)]
    return Wording(spot.path, problem, _("Use {choices}").format(choices=_or(tags)), at_key=True)


def _chooser(context: dict[str, Any]) -> str:
    """The setting that chooses between variants, which pydantic quotes."""
    return str(context.get("discriminator", "")).strip("'")


def _wrong_discriminator(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    tags = [tag for model in schema.variants(spot.annotation) for tag in schema.tag(model)]
    return _no_choice((*spot.path, _chooser(context)), context.get("tag", ""), tags)


def _unknown(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    name = str(spot.path[-1])
    known = list(spot.table.model_fields) if spot.table is not None else []
    if len(spot.path) == 1 and not isinstance(value, dict | list):
        homes = [schema.header(section) for section, names in schema.settings().items() if name in names]
        hint = _("It belongs below {headers}").format(headers=", ".join(homes)) if homes else close(name, known)
        return Wording(spot.path, _('"{name}" stands in no table.').format(name=name), hint, at_key=True)
    if len(spot.path) == 1:
        return Wording(spot.path, _("There is no table [{name}].").format(name=name), close(name, known), at_key=True)
    problem = _('{section} has no setting "{name}".').format(section=_section(spot), name=name)
    return Wording(spot.path, problem, close(name, known), at_key=True, meant=tuple(nearest(name, known)))


def _text(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    hint = _('Texts and telephone numbers stand in "quotes".')
    if isinstance(value, int | float) and not isinstance(value, bool):
        hint = _("Write {value}").format(value=f'"{value}"')
    return Wording(spot.path, _("This must be a text."), hint)


def _number(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    whole = spot.annotation is None or schema.bare(spot.annotation) is int
    problem = _("This must be a whole number.") if whole else _("This must be a number.")
    if isinstance(value, str):
        number = with_unit(value, str(spot.path[-1]))
        if number:
            return Wording(
                spot.path,
                _("A unit stands after the number; the name of the setting says it already."),
                _("Write {value}").format(value=number),
            )
        if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", value):
            return Wording(spot.path, problem, _("Write {number} without quotes").format(number=value))
    if isinstance(value, float):
        return Wording(spot.path, problem, _("Write {value}").format(value=round(value)) if abs(value) < 1e9 else "")
    return Wording(spot.path, problem)


def _truth(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    return Wording(spot.path, _("This must be true or false."), _("Write true or false, without quotes."))


def _literal(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    return _no_choice(spot.path, value, schema.choices(spot.annotation))


def _no_choice(path: schema.Path, value: Any, allowed: list[Any]) -> Wording:
    words = [choice for choice in allowed if isinstance(choice, str) and choice]
    shown = ", ".join(json.dumps(choice, ensure_ascii=False) for choice in allowed)
    hint = _("Use {choices}").format(choices=shown)
    if isinstance(value, str):
        near = difflib.get_close_matches(value.lower(), words, 1, 0.6)
        if near:
            hint = _("Did you mean {names}?").format(names=_or(near)) + "\n" + hint
    written = json.dumps(value, ensure_ascii=False, default=str)
    return Wording(path, _("{value} is no choice here.").format(value=written), hint)


def _range(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    low = context.get("ge", context.get("gt"))
    high = context.get("le", context.get("lt"))
    if low is not None:
        problem = _("{value} is too small.").format(value=value)
        hint = _("More than {limit} is allowed.") if "gt" in context else _("{limit} or more is allowed.")
        return Wording(spot.path, problem, hint.format(limit=f"{low:g}"))
    problem = _("{value} is too large.").format(value=value)
    hint = (_("Less than {limit} is allowed.") if "lt" in context else _("{limit} or less is allowed.")).format(
        limit=f"{high:g}"
    )
    if str(spot.path[-1]).endswith("_s") and value >= 1000 and value / 1000 <= high:
        hint += "\n" + _("The value is in seconds: {value} ms are {seconds}").format(
            value=value, seconds=f"{value / 1000:g}"
        )
    return Wording(spot.path, problem, hint)


def _length(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    if "min_length" in context:
        least = context["min_length"]
        if least == 1:
            return Wording(spot.path, _("This must not be empty."))
        return Wording(spot.path, _("This is too short; {least} at least.").format(least=least))
    return Wording(spot.path, _("This is too long; {most} at most.").format(most=context.get("max_length")))


def _pattern(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    text = _BY_PATTERN.get(context.get("pattern"))
    manual = schema.manual(spot.field) if spot.field else ""
    if text is None:
        return Wording(spot.path, _("{value} does not have the right form.").format(value=f'"{value}"'), manual)
    return Wording(spot.path, _(text), manual)


def _list(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    if len(spot.path) == 1:
        return Wording(
            spot.path,
            _("There may be several of these."),
            _("Write {value}").format(value=spot.section),
            at_key=True,
        )
    hint = _('Write ["one", "another"]')
    if isinstance(value, str | int | float):
        hint = _("Write {value}").format(value=f"[{json.dumps(value, ensure_ascii=False)}]")
    return Wording(spot.path, _("This must be a list."), hint)


def _table(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    if len(spot.path) == 1:
        problem = _("There is only one of these.") if isinstance(value, list) else _("This is the name of a table.")
        header = spot.section
        return Wording(spot.path, problem, _("Write {value}").format(value=header), at_key=True)
    return Wording(spot.path, _("This must be a table."), _("Write {{ name = value, ... }}").format())


def _own(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    """A mistake() of our own validators."""
    facts, key = context["facts"], context["key"]
    text = context["text"]
    problem = _(text).format(**facts)
    hint = ""
    if "choices" in facts:
        hint = close(str(facts.get("name", key)), facts["choices"])
    path = (*spot.path, key) if key else spot.path
    return Wording(path, problem, hint, at_key=bool(key))


def _date(spot: schema.Spot, value: Any, context: dict[str, Any]) -> Wording:
    return Wording(spot.path, _("This must be a date."), _("Write it as 2026-10-01, without quotes."))


_WORDS: dict[str, Callable[[schema.Spot, Any, dict[str, Any]], Wording]] = {
    "missing": _missing,
    "union_tag_not_found": _no_discriminator,
    "union_tag_invalid": _wrong_discriminator,
    "extra_forbidden": _unknown,
    "string_type": _text,
    "(int|float)_(type|parsing|from_float)|finite_number": _number,
    "bool_(type|parsing)": _truth,
    "literal_error": _literal,
    "(greater|less)_than(_equal)?": _range,
    "(string_)?too_(short|long)": _length,
    "string_pattern_mismatch": _pattern,
    "(tuple|list)_type": _list,
    "(model|dict|model_attributes)_type": _table,
    "date.*": _date,
    "mistake": _own,
}
