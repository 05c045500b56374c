"""Every act of a box: the modules that register them are imported here, for the box and for the reference."""

from __future__ import annotations

from core.api import (
    box_acts,
    call_acts,
    conference_acts,
    config_acts,
    customer_acts,
    desk_acts,
    flow_acts,
    journal_acts,
    line_acts,
    mailbox_acts,
    notice_acts,
    own_acts,
    prompt_acts,
    queue_acts,
    recording_acts,
    report_acts,
    session,
    task_acts,
    testing_acts,
    town_acts,
)
from core.api.acts import REGISTRY

MODULES = (
    session,
    call_acts,
    conference_acts,
    recording_acts,
    task_acts,
    queue_acts,
    own_acts,
    desk_acts,
    customer_acts,
    notice_acts,
    line_acts,
    testing_acts,
    mailbox_acts,
    prompt_acts,
    flow_acts,
    journal_acts,
    report_acts,
    config_acts,
    box_acts,
    town_acts,
)
"""In the order of the reference."""

__all__ = ["MODULES", "REGISTRY"]
