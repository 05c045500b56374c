"""What a caller of the little town does where a flow asks him something. Pure: a node and dice in, keys or speech out.

    menu          one of its keys; more often one that leads to people than another
    digits        as many as are wanted, and the key that ends them
    survey        a score; most are content
    message       he speaks, and hangs up

He understands every flow, as he looks at what it asks; what its words are does not matter to him.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from core.ivr.nodes import AnyNode, Collect, Menu, Queue, Record, Survey, Voicemail

TO_PEOPLE, TO_ANYTHING = 8.0, 1.0
"""How much likelier a caller presses the key for people than another one."""


@dataclass(frozen=True, slots=True)
class Keys:
    keys: str


@dataclass(frozen=True, slots=True)
class Speech:
    """A message. end: the key after it; empty: he hangs up."""

    end: str


def wish(node: AnyNode, nodes: Mapping[str, AnyNode], dice: Random) -> Keys | Speech | None:
    """nodes: of the flow, by name. None: he waits."""
    match node:
        case Menu(choices=choices):
            keys = sorted(keys for keys in choices if "X" not in keys)
            if not keys:
                return None
            weights = [TO_PEOPLE if isinstance(nodes.get(choices[each]), Queue) else TO_ANYTHING for each in keys]
            return Keys(dice.choices(keys, weights)[0])
        case Collect(least=least, most=most, end=end):
            wanted = dice.randint(least, most)
            return Keys("".join(str(dice.randrange(10)) for _ in range(wanted)) + (end if wanted < most else ""))
        case Survey(least=least, most=most):
            return Keys(str(max(dice.randint(least, most), dice.randint(least, most))))
        case Record(end=end):
            return Speech("#" if end == "any" else end)
        case Voicemail():
            return Speech("")
        case _:
            return None
