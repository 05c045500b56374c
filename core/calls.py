"""`strowger calls`: the calls of the running box, each with its parties."""

from __future__ import annotations

import argparse
from datetime import datetime

from core import look
from core.texts import N_, _

arguments = look.arguments

# Words of the exchange, as people read them.
STATES = (N_("initiated"), N_("alerting"), N_("connected"), N_("held"), N_("queued"), N_("fail"), N_("null"))


def run(options: argparse.Namespace) -> int:
    answer = look.asked(options, "call.list")
    rows = []
    for call in answer["calls"]:
        begun = datetime.fromtimestamp(call["begun"]).astimezone().strftime("%H:%M:%S")
        for place, leg in enumerate(call["connections"]):
            first = (call["id"], begun, call["called"]) if place == 0 else ("", "", "")
            state = leg["state"]
            rows.append((*first, leg["device"], _(state), f"{leg['number']} {leg['name']}".strip(), leg["hears"]))
    head = (_("call"), _("since"), _("called"), _("device"), _("state"), _("party"), _("hears"))
    look.show(options, answer, head, rows)
    return 0
