"""A call's way through queues: in, along the recipe, out; by its caller's will or by the queue's.

Entered ──> limits ──> recipe's moves ──> matching ──> recipe's words ──> ... look again ...
              │              │
              └── instead    └── overflow: another queue (with its time of entry), or LeftFor a target
"""

from __future__ import annotations

from core.acd import call_backs, offers, recipe
from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import COMING
from core.acd.floor import Floor
from core.acd.queue import Queue
from core.acd.skills import ANY_RANK
from core.acd.strategy import agent_wanted
from core.acd.waiting import Waiting
from core.config.model.queues import Step, Target
from hw.errors import LocalError

RELEASE = Target(to="release")


# ---- in ----


def entered(floor: Floor, event: e.Entered) -> None:
    if event.call in floor.calls:
        raise LocalError(f"call {event.call} is in queue {floor.calls[event.call].queue.name} already")
    queue = floor.queue(event.queue)
    now, caller = floor.now, event.caller
    if event.call_back in queue.call_backs:
        floor.orders.append(o.Left(event.call, queue.name, call_backs.ASKED_ALREADY, 0.0, 0))
        return
    since, how, priority = now, "new", event.priority
    earlier = queue.call_backs.get(caller.number) if not event.call_back else None
    if earlier is not None:
        since, how = earlier.entered, "kept place"
        priority = max(priority, earlier.own_priority)
        offers.out(floor, earlier, "caller left", call_backs.RANG_HIMSELF)
    elif event.entered is not None:
        since, how = min(event.entered, now), "earlier entry"
    elif not event.call_back:
        kept = floor.kept.take(queue.name, caller.number, now)
        if kept is not None:
            since, how = kept, "kept place"
    floor.order += 1
    waiting = Waiting(
        call=event.call,
        caller=caller,
        entered=since,
        order=floor.order,
        queue=queue,
        arrived=now,
        priority=0,
        required={},
        preferred={},
        rank=ANY_RANK,
        own_required=event.require,
        own_preferred=event.prefer,
        own_priority=priority,
        call_back=event.call_back,
        tries=event.tries,
    )
    if event.call_back:
        queue.figures.asked_back()
    _into(floor, waiting, queue, how, event.not_before)


def _into(floor: Floor, waiting: Waiting, queue: Queue, how: str, not_before: float | None = None) -> None:
    """Into a queue, or past it where its limits say so; these are for callers on the line."""
    now, settings = floor.now, queue.settings
    waiting.moved[queue.name] = now
    waiting.queue, waiting.arrived = queue, now
    waiting.required = {**settings.require, **waiting.own_required}
    waiting.preferred = {**settings.prefer, **waiting.own_preferred}
    waiting.rank = settings.ring_up_to or ANY_RANK
    waiting.priority = settings.priority + floor.classes.get(waiting.caller.customer_class, 0) + waiting.own_priority
    waiting.recipe, waiting.progress = settings.recipe, recipe.Progress()
    waiting.settle(floor.desk.distribution.ageing_s)
    full = settings.max_waiting is not None and queue.on_the_line >= settings.max_waiting
    if not waiting.call_back:
        queue.figures.offered()
    if not waiting.call_back and (full or (settings.needs_agents and not queue.logged_on)):
        queue.figures.elsewhere()
        _go(floor, waiting, settings.instead, "full" if full else "no agents", 0.0)
        return
    floor.calls[waiting.call] = waiting
    queue.enter(waiting)
    floor.orders.append(
        o.Queued(waiting.call, queue.name, queue.position(waiting), waiting.priority, now - waiting.entered, how)
    )
    if settings.max_wait_s is not None:
        floor.agenda.set(("limit", waiting.call), now + settings.max_wait_s)
    if not_before is not None and not_before > now:
        queue.rest(waiting)
        floor.agenda.set(("held", waiting.call), not_before)
        return
    _wait_for_one(floor, waiting)
    floor.wait(waiting, "came")
    look(floor, waiting, words=False)


def _wait_for_one(floor: Floor, waiting: Waiting) -> None:
    """For the last or the owning agent alone, while there is a chance that he comes."""
    queue = waiting.queue
    number = agent_wanted(queue, waiting)
    waits = queue.settings.wait_for_agent_s
    if number in queue.members and waits and floor.agents[number].state in COMING:
        waiting.only = number
        floor.agenda.set(("only", waiting.call), floor.now + waits)


# ---- along the recipe ----


def look(floor: Floor, waiting: Waiting, words: bool) -> None:
    """Does what is due, and sets when to look again. A call that is being offered is looked at when it is back."""
    queue = waiting.queue
    steps = waiting.recipe
    if waiting.offer is not None:
        return
    if queue.settings.needs_agents and not queue.logged_on and not waiting.call_back:
        send(floor, waiting, queue.settings.instead, "no agents")  # the last one left while the call rang at him
        return
    if not steps:
        return
    now = floor.now
    position = queue.position(waiting)
    wait = queue.pace.expected(position, now) if recipe.needs_wait(steps) else None
    facts = recipe.Facts(
        waited_s=now - waiting.arrived,
        position=position,
        ready=len(queue.ready),
        logged_on=queue.logged_on,
        wait_s=wait.seconds if wait is not None and wait.known_well else None,
        open=floor.open,
    )
    words = words and not waiting.call_back
    stepped = recipe.step(steps, waiting.progress, facts, words, floor.desk.distribution.look_every_s)
    waiting.progress = stepped.progress
    if stepped.again_s != recipe.NEVER:
        floor.agenda.set(("look", waiting.call), now + stepped.again_s)
    for number in stepped.due:
        _do(floor, waiting, number, steps[number])
        if floor.calls.get(waiting.call) is not waiting or waiting.queue is not queue:
            return


def _do(floor: Floor, waiting: Waiting, number: int, step: Step) -> None:
    queue, call = waiting.queue, waiting.call
    if step.require or step.prefer or step.drop or step.ring_up_to is not None or step.raise_priority:
        waiting.required = {s: n for s, n in {**waiting.required, **step.require}.items() if s not in step.drop}
        waiting.preferred = {s: n for s, n in {**waiting.preferred, **step.prefer}.items() if s not in step.drop}
        if step.ring_up_to is not None:
            waiting.rank = step.ring_up_to
        waiting.priority += step.raise_priority
        waiting.own_priority += step.raise_priority
        floor.orders.append(o.Stepped(call, queue.name, number + 1, waiting.required, waiting.rank, waiting.priority))
        if waiting.row is not None:
            floor.requeue(waiting, "recipe")
        else:
            queue.resettle(waiting, floor.desk.distribution.ageing_s)
    if step.announce:
        floor.orders.append(o.Announce(call, step.announce))
    if step.say:
        position = queue.position(waiting)
        wait = queue.pace.expected(position, floor.now) if "wait" in step.say else None
        known = wait if wait is not None and wait.known_well else None
        place = position if "position" in step.say else None
        if place is not None or known is not None:
            floor.orders.append(o.Say(call, place, known))
    if step.offer:
        floor.orders.append(o.OfferChoice(call, step.offer))
    if step.overflow is not None and (step.overflow.to == "queue" or not waiting.call_back):
        send(floor, waiting, step.overflow, f"step {number + 1}")


def limit_came(floor: Floor, waiting: Waiting) -> None:
    """max_wait_s is over. Who rings at an agent just now, or is to be called back, is left where he is."""
    if waiting.call_back:
        return
    if waiting.offer is not None:
        floor.agenda.set(("limit", waiting.call), floor.now + floor.desk.distribution.look_every_s)
        return
    send(floor, waiting, waiting.queue.settings.instead, "waited too long")


def only_came(floor: Floor, waiting: Waiting) -> None:
    """The agent for whom alone he waited did not come in time."""
    floor.free_from_agent(waiting)


# ---- out ----


def send(floor: Floor, waiting: Waiting, target: Target, reason: str) -> None:
    """Out of the queue, to a target. It is not being offered."""
    queue = waiting.queue
    waited_s = floor.now - waiting.arrived
    floor.forget(waiting)
    queue.figures.elsewhere()
    _go(floor, waiting, target, reason, waited_s)


def _go(floor: Floor, waiting: Waiting, target: Target, reason: str, waited_s: float) -> None:
    """It is in no queue now."""
    name = waiting.queue.name
    if target.to != "queue":
        floor.orders.append(o.LeftFor(waiting.call, name, target, reason, waited_s))
    elif waiting.moved.get(target.name) == floor.now or target.name not in floor.queues:
        floor.orders.append(o.LeftFor(waiting.call, name, RELEASE, "moved in a circle", waited_s))
    else:
        floor.orders.append(o.Moved(waiting.call, name, target.name, reason))
        _into(floor, waiting, floor.queues[target.name], "moved")


def caller_gone(floor: Floor, event: e.CallerGone) -> None:
    waiting = floor.calls.get(event.call)
    if waiting is None:
        _talker_gone(floor, event)
    elif not waiting.call_back:
        if not waiting.reached:
            _keep_place(floor, waiting)
            waiting.queue.figures.abandoned(floor.now - waiting.arrived)
        offers.out(floor, waiting, "caller gone", "cut off" if event.cut_off else "abandoned")


def caller_left(floor: Floor, event: e.CallerLeft) -> None:
    waiting = floor.calls.get(event.call)
    if waiting is not None:
        waiting.queue.figures.elsewhere()
        offers.out(floor, waiting, "caller left", event.how)


def queue_gone(floor: Floor, queue: Queue) -> None:
    """A commit has taken the queue away; its callers go where its limits would have sent them."""
    for call in list(queue.calls()):
        waiting = floor.calls[call]
        if waiting.offer is not None:
            offers.end(floor, waiting.offer, "queue is gone")
        send(floor, waiting, queue.settings.instead, "queue is gone")


def agents_gone(floor: Floor, queue: Queue) -> None:
    """The last agent has logged off from a queue that needs agents."""
    for call in list(queue.calls()):
        waiting = floor.calls[call]
        if waiting.offer is None and not waiting.call_back:
            send(floor, waiting, queue.settings.instead, "no agents")


def _talker_gone(floor: Floor, event: e.CallerGone) -> None:
    """He spoke with an agent, or nobody knows him any more."""
    talking = floor.talks.get(event.call)
    if talking is None:
        return
    if event.cut_off:
        _keep_place(floor, talking.waiting)
    agent = floor.agents.get(talking.agent)
    if agent is None:
        del floor.talks[event.call]
    elif agent.settings.release == "with the caller":
        floor.orders.append(o.ClearDesk(event.call, agent.number))
        ended(floor, e.CallEnded(event.call, agent.number))


def ended(floor: Floor, event: e.CallEnded) -> None:
    """An agent's half of a call is gone."""
    agent = floor.agents.get(event.agent)
    if agent is None or event.call not in agent.calls:
        return
    talking = floor.talks.get(event.call)
    if talking is not None and talking.agent == agent.number and not talking.reached:
        call_backs.nobody_came(floor, talking)
    elif talking is not None and talking.agent == agent.number:
        del floor.talks[event.call]
        talking.waiting.queue.figures.talked(floor.now - talking.since)
    agent.call_ended(event.call, floor.now)
    floor.changed(agent)


def place_kept(floor: Floor, event: e.PlaceKept) -> None:
    floor.kept.keep(event.queue, event.number, event.entered, event.until, floor.now)


def _keep_place(floor: Floor, waiting: Waiting) -> None:
    kept_s = waiting.queue.settings.place_kept_s
    if kept_s:
        until = floor.now + kept_s
        floor.kept.keep(waiting.queue.name, waiting.caller.number, waiting.entered, until, floor.now)
