"""What is known of a call at a desk (查询呼叫信息): which way the caller came, what he heard and pressed.

    events of the call and of those joined to it ──> way():   flow menu ─ queue sales, 42 s ─ 1001
                                                 └─> flows(): menu: heard welcome, ask; pressed 2; gave back ...

Pure readings of the journal. What it does not: ask for the events (room.py), or say who may (core/api).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from core.store.event import Event

FLOW = "flow:"


class Step(msgspec.Struct, frozen=True):
    """One piece of the way on which a call came."""

    at: Annotated[int, Meta(description="when it began: UTC, µs since 1970")]
    what: Annotated[str, Meta(description="flow, queue, agent, transfer, diversion or call-back")]
    name: Annotated[str, Meta(description="of the flow or queue; the agent; the device that transferred or diverted")]
    seconds: Annotated[float, Meta(description="that the caller waited in the queue; else 0")] = 0.0
    to: Annotated[str, Meta(description="where a transfer or diversion led, or the queue has sent him")] = ""


class Keyed(msgspec.Struct, frozen=True):
    """What the caller pressed in one node of a flow, in one attempt."""

    node: Annotated[str, Meta(description="its name")]
    keys: Annotated[str, Meta(description="in their order; secret ones are masked")]


class InFlow(msgspec.Struct, frozen=True):
    """What the caller went through in one flow."""

    flow: Annotated[str, Meta(description="its name")]
    heard: Annotated[list[str], Meta(description="nodes that spoke to him; in a sub-flow with its name: pin/ask")]
    keys: Annotated[list[Keyed], Meta(description="nodes with what he pressed, each attempt for itself")]
    results: Annotated[dict[str, Any], Meta(description="what the flow has given back")]


def way(events: Iterable[Event], clock: int) -> list[Step]:
    """The oldest first. clock: of the events' run, now: for who waits still."""
    found: list[Step] = []
    waits: dict[str, int] = {}  # by queue: where it stands in `found`
    since: dict[str, int] = {}

    def waited(queue: str, seconds: float, to: str = "") -> None:
        at = waits.pop(queue, None)
        if at is not None:
            found[at] = msgspec.structs.replace(found[at], seconds=round(seconds, 1), to=to)

    for event in events:
        data, time = event.data, event.time
        match event.kind:
            case "FlowBegan":
                found.append(Step(time, "flow", data["flow"]))
            case "Queued":
                waits[data["queue"]], since[data["queue"]] = len(found), event.clock
                found.append(Step(time, "queue", data["queue"]))
            case "Dequeued":
                waited(data.get("queue") or "", (data.get("waited_ms") or 0) / 1000, data.get("to") or "")
            case "Served":
                queue = data["queue"]
                if queue not in waits and not any(step.what == "queue" and step.name == queue for step in found):
                    waits[queue] = len(found)
                    found.append(Step(time, "queue", queue))
                waited(queue, (data.get("waited_ms") or 0) / 1000)
                found.append(Step(time, "agent", data["agent"]))
            case "Transferred":
                found.append(Step(time, "transfer", event.device, to=data.get("to") or ""))
            case "Diverted":
                found.append(Step(time, "diversion", event.device, to=data["to"]))
            case "CallBackWanted":
                found.append(Step(time, "call-back", data.get("queue") or "", to=data["number"]))
    for queue in list(waits):
        waited(queue, (clock - since[queue]) / 1_000_000)
    return found


def flows(events: Iterable[Event]) -> list[InFlow]:
    """Those that he went through, the first first."""
    found: list[InFlow] = []
    for event in events:
        data = event.data
        if event.kind == "FlowBegan":
            found.append(InFlow(data["flow"], [], [], {}))
            continue
        if not found:
            continue
        last = found[-1]
        match event.kind:
            case "TreatmentBegan" if str(data["name"]).startswith(FLOW):
                node = str(data["name"]).removeprefix(FLOW).removeprefix(f"{last.flow}/")
                if not last.heard or last.heard[-1] != node:
                    last.heard.append(node)
            case "FlowKeyed":
                keys = [Keyed(node, pressed) for node, pressed in data["keys"]]
                found[-1] = msgspec.structs.replace(last, keys=keys)
            case "FlowEnded":
                found[-1] = msgspec.structs.replace(last, results=data.get("results") or {})
    return found


def last_queue(steps: Sequence[Step]) -> Step | None:
    """The queue that he came from, or is in; None: from none."""
    return next((step for step in reversed(steps) if step.what == "queue"), None)
