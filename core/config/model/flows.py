"""[[flow]]: numbers that lead to flows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from core.config.model.kinds import Number, Table, setting


class FlowNumber(Table):
    """A number at which the box answers by itself, and talks with the caller as a flow says."""

    number: Number = setting("Its number in the plan.")
    flow: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[\w-]+$")] = setting(
        "Name of the flow: of its file in flows/ without .toml."
    )
    language: Literal["zh", "en", ""] = setting('What it speaks at first; "": as the line of the caller does.', "")
