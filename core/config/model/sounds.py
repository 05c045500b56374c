"""[announcements], [music]: what callers hear who hear no person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from core.config.model.kinds import Table, setting

Path = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Said = Literal["words", "tone"]


class Announcements(Table):
    """Whether a call that cannot be is told so in words, or by the tone of the country."""

    vacant: Said = setting("Nobody has the number (空号).", "words")
    barred: Said = setting("The class of service does not allow the call.", "words")
    busy: Said = setting("The called party is busy.", "tone")
    congestion: Said = setting("No line is free.", "words")
    no_answer: Said = setting("Nobody answers.", "words")
    unreachable: Said = setting("The called telephone is out of service.", "words")
    services: Said = setting("What a feature code has done.", "words")


class Music(Table):
    """Music for those who wait."""

    hold: Path = setting(
        'Sound file for parties on hold and in parked calls; a relative path is below music/ in [box] data. "": the '
        "box plays a song of its own.",
        "",
    )
    ring_back: Path = setting('Sound file instead of ring-back tone for callers from outside (彩铃); "": the tone.', "")
