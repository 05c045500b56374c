"""Small flows that several tests of the stepper play."""

from __future__ import annotations

from core.ivr.library import Edition
from tests.ivr.world import edition

HEAD = """
[flow]
start = "first"
[defaults]
give_up = "bye"
invalid = ["wrong"]
silent = ["silent"]
[node.bye]
kind = "hangup"
"""
MENU = """
[[variable]]
name = "keys"
[node.first]
kind = "menu"
prompts = ["choose"]
choices = { "1" = "one", "2X" = "two", "25" = "special", "*" = "bye" }
into = "keys"
tries = 2
[node.one]
kind = "play"
prompts = ["first choice"]
next = "bye"
[node.two]
kind = "play"
prompts = [{ say = "keys", as = "digits" }]
next = "bye"
[node.special]
kind = "play"
prompts = ["special"]
next = "bye"
"""
MENU = MENU.replace('"first choice"', '"one"')
COLLECT = """
[[variable]]
name = "n"
type = "number"
[[variable]]
name = "day"
type = "date"
[node.first]
kind = "collect"
prompts = ["number"]
into = "n"
most = 4
valid = "n > 10"
next = "second"
[node.second]
kind = "collect"
prompts = ["day"]
into = "day"
least = 8
most = 8
end = ""
clear = ""
next = "tell"
[node.tell]
kind = "play"
prompts = [{ say = "n + 1", as = "cardinal" }, { say = "day", as = "date" }]
next = "bye"
"""


MAIN = """
[[variable]]
name = "who"
travels = true
[[variable]]
name = "doubled"
type = "number or nothing"
[node.first]
kind = "flow"
flow = "sub"
values = { n = "21" }
into = { who = "who", doubled = "twice" }
next = "tell"
[node.tell]
kind = "play"
prompts = [{ say = "who", as = "spelling" }, { say = "default(doubled, 0)", as = "cardinal" }]
next = "bye"
"""
SUB = """
[flow]
start = "a"
[[variable]]
name = "n"
type = "number"
parameter = true
[[variable]]
name = "who"
initial = "'sub'"
result = true
[[variable]]
name = "twice"
type = "number"
result = true
[node.a]
kind = "set"
values = { twice = "n * 2", "call.language" = "'en'" }
next = "b"
[node.b]
kind = "play"
prompts = ["inside"]
next = "c"
[node.c]
kind = "return"
"""


def flow(nodes: str, head: str = HEAD, **others: str) -> Edition:
    return edition(flow=head + nodes, **others)
