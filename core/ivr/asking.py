"""How a node asks the caller for keys: menu, collect, survey.

    enter ──> speaking ──key, when barge_in──┐
                 │ PlayEnded                 v
                 └──> listening ──key──> what do the keys mean?   more may come ──> listening (inter_digit_s)
                         │                                        they fit ──> the way on
                         └──TimedOut──> as they stand ──────────> they do not, or none came ──> the next try:
                                                                  `invalid` or `silent`, the prompts again; after
                                                                  the last one `give_up`

Keys that were pressed before the node began are taken first, without a word, when it has type_ahead. A try that fails
forgets what was typed ahead.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.ivr import steps
from core.ivr.acts import Listen, Play, Said, Score, StopPlaying
from core.ivr.nodes import Asking, Collect, Menu, Node, Survey
from core.ivr.values import NoValue, fitted
from core.texts import _

if TYPE_CHECKING:
    from core.ivr.stepper import Step

SWALLOW = timedelta(seconds=2)
"""An end key that follows so soon on an input that is complete without it means nothing."""


def enter(step: Step, node: Asking) -> None:
    session = step.session
    session.attempt, session.input = 1, ""
    if not node.type_ahead:
        session.keys = ""
    if not session.keys:
        speak(step, node, *steps.spoken_of(step, node.prompts))
        return
    step.wait("listening")
    while session.keys and session.phase == "listening":
        pressed, session.keys = session.keys[0], session.keys[1:]
        key(step, node, pressed)


def speak(step: Step, node: Asking, *said: Said) -> None:
    if not said:
        listen(step, node)
        return
    step.act(Play(step.ticket(), said, step.session.language))
    step.wait("speaking")


def listen(step: Step, node: Asking) -> None:
    """Waits for the first key, or for a further one."""
    defaults = step.flow.defaults
    if step.session.input:
        seconds = node.inter_digit_s or defaults.inter_digit_s
    else:
        seconds = node.timeout_s or defaults.timeout_s
    step.act(Listen(step.ticket(), seconds))
    step.wait("listening")


def interrupted(step: Step, node: Asking, pressed: str) -> None:
    """A key while the prompts sound."""
    step.act(StopPlaying())
    key(step, node, pressed)


def key(step: Step, node: Asking, pressed: str) -> None:
    step.session.quiet = 0
    match node:
        case Menu():
            choose(step, node, step.session.input + pressed, more=True)
        case Collect():
            digit(step, node, pressed)
        case Survey():
            score(step, node, pressed)


def timed_out(step: Step, node: Node) -> None:
    """No further key came."""
    if not isinstance(node, Asking):
        return
    given = step.session.input
    if not given:
        again(step, node, silent=True)
    elif isinstance(node, Menu):
        choose(step, node, given, more=False)
    elif isinstance(node, Collect):
        complete(step, node, given)


def again(step: Step, node: Asking, silent: bool = False) -> None:
    """The try has failed: the next one, or the end of patience."""
    session, defaults = step.session, step.flow.defaults
    session.input, session.keys = "", ""
    if session.attempt >= (node.tries or defaults.tries):
        give_up = node.give_up or defaults.give_up
        if give_up:
            step.go(give_up)
        else:
            step.fail(_("The caller gave no input that fits."))
        return
    session.attempt += 1
    before = (defaults.silent if node.silent is None else node.silent) if silent else (
        defaults.invalid if node.invalid is None else node.invalid
    )  # fmt: skip
    repeat = defaults.repeat if node.repeat is None else node.repeat
    said = steps.spoken_of(step, before)
    if repeat:
        said += steps.spoken_of(step, node.prompts)
    speak(step, node, *said)


# ---- menu ----


def matches(pattern: str, keys: str) -> bool:
    """Whether the keys are how a pattern begins, or all of it."""
    return len(keys) <= len(pattern) and all(
        sign == pressed or (sign == "X" and pressed.isdigit()) for sign, pressed in zip(pattern, keys, strict=False)
    )


def choose(step: Step, node: Menu, keys: str, more: bool) -> None:
    """more: further keys may come."""
    fitting = [pattern for pattern in node.choices if matches(pattern, keys)]
    whole = [pattern for pattern in fitting if len(pattern) == len(keys)]
    if not fitting or not (more or whole):
        again(step, node)
    elif more and len(fitting) > len(whole):
        step.session.input = keys
        listen(step, node)
    else:
        # The one that says most: 8001 before 8XXX.
        chosen = min(whole, key=lambda pattern: pattern.count("X"))
        if node.into:
            step.set(node.into, keys)
        step.session.input = ""
        step.go(node.choices[chosen], heard=True)


# ---- collect ----


def digit(step: Step, node: Collect, pressed: str) -> None:
    session = step.session
    if pressed == node.clear:
        session.input = ""
        listen(step, node)
    elif pressed == node.end:
        complete(step, node, session.input)
    elif not pressed.isdigit():
        again(step, node)
    else:
        session.input += pressed
        if len(session.input) < node.most:
            listen(step, node)
            return
        given = session.input
        if node.end:
            session.swallow, session.swallow_until = node.end, step.now + SWALLOW
        complete(step, node, given)


def complete(step: Step, node: Collect, given: str) -> None:
    session = step.session
    if not given:
        again(step, node, silent=True)
        return
    before = dict(session.frame.variables)
    try:
        step.set(node.into, given)
    except NoValue:
        again(step, node)
        return
    if len(given) < node.least or (node.valid and not step.value(node.valid)):
        session.frame.variables = before
        again(step, node)
        return
    session.input = ""
    step.go(node.next, heard=True)


# ---- survey ----


def score(step: Step, node: Survey, pressed: str) -> None:
    if not pressed.isdigit() or not node.least <= int(pressed) <= node.most:
        again(step, node)
        return
    if node.into:
        step.set(node.into, fitted(int(pressed), step.flow.types[node.into]))
    step.act(Score(node.question, int(pressed)))
    step.go(node.next, heard=True)
