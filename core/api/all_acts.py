"""Every act of a box: the modules that register them are imported here, for the box and for the reference."""

from __future__ import annotations

<<<<<<< HEAD
from core.api import box_acts, call_acts, journal_acts, line_acts, session
from core.api.acts import REGISTRY

MODULES = (session, call_acts, line_acts, journal_acts, box_acts)
=======
from core.api import box_acts, call_acts, line_acts, prompt_acts, session
from core.api.acts import REGISTRY

MODULES = (session, call_acts, line_acts, prompt_acts, box_acts)
>>>>>>> 82c3d5f (Record prompts by telephone; find and choose their versions over the control interface)
"""In the order of the reference."""

__all__ = ["MODULES", "REGISTRY"]
