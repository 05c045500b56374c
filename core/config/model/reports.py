"""[reports]: what is written for others who report."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from core.config.model.kinds import Effect, Table, setting

MaybePath = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class ReportSettings(Table):
    """What is written for the reporting tools of others."""

    queue_log: MaybePath = setting(
        "File that gets a line, in the words of Asterisk's queue_log, for whatever happens in queues; a path that does "
        'not begin with a slash is below the data folder. "": none is written.',
        "",
        effect=Effect.NOW,
    )
