"""Walks through the steps with a dialogue: forward, back, and on from where it was left.

    wizard = Wizard(site, dialogue)
    await wizard.run()          True: to the end; False: left before

    step ── questions, one after the other ── act ── done, kept on disk ── the next
              <  the one before; at the first: the step before, which is then done again with all that rest on it
              q  leaves; what was answered stays

A step that cannot be done (no card, no dial tone, a full disk) says why and what to do, and asks whether to try again,
to go on without it, or to go back. What the steps do is in acts.py; what they ask, in questions.py.
How time flows: on trio's clock, real or virtual.
"""

from __future__ import annotations

from contextlib import suppress

from core import texts
from core.api.errors import Refusal
from core.config.configuration import Refused
from core.config.mistake import BadConfiguration
from core.texts import N_, _
from firmware.setup import acts
from firmware.setup.dialogue import Back, Dialogue, Leave, Mark, answer, confirmed
from firmware.setup.picture import Picture, load, save
from firmware.setup.question import Choice, Question, yes_no
from firmware.setup.questions import asked, language
from firmware.setup.site import Site
from firmware.setup.steps import BY_NAME, NAMES, STEPS, Step, after, following
from hw.card import HardwareError
from hw.signalling.analog.learn import LearnError

TROUBLE = (HardwareError, LearnError, OSError, Refused, Refusal, BadConfiguration)

_WHAT_NOW = Question(
    "trouble",
    N_("What now?"),
    "again",
    choices=(
        Choice("again", N_("try again")),
        Choice("on", N_("go on without it")),
        Choice("back", N_("go back")),
    ),
    why=N_("The step can be done another time: start the setup again and go back to it."),
)


class Wizard:
    """picture: what is known so far."""

    def __init__(self, site: Site, dialogue: Dialogue) -> None:
        self.site = site
        self.dialogue = dialogue
        self.picture: Picture = load(site.kept)
        self.picture.simulated = site.simulated
        self._language_known = False  # it was asked just now, and is the first question of the first step
        if "office.language" in self.picture.answers:
            texts.use(self.picture.answers["office.language"])

    async def run(self) -> bool:
        """OSError: what was answered cannot be kept."""
        try:
            await self._take_up()
            step = following(self.picture.done)
            while step is not None:
                step = await self._one(step)
        except Leave:
            self._save()
            return False
        self.dialogue.say(_("Everything is done."), Mark.GOOD)
        return True

    async def _take_up(self) -> None:
        """On from where it was left, or from the beginning."""
        if not self.picture.answers:
            self._say_once(await answer(self.dialogue, language(texts.language())))
        elif self.picture.done:
            step = following(self.picture.done)
            title = _(step.title) if step is not None else _("everything is done")
            self.dialogue.say(_("The setup was left at: {title}.").format(title=title))
            question = Question(
                "resume",
                N_("Go on where?"),
                step.name if step is not None else NAMES[0],
                choices=tuple(Choice(one.name, one.title) for one in STEPS if _reachable(one, self.picture.done)),
                why=N_("The steps that rest on the one that you choose are done again; your answers stay as defaults."),
            )
            with suppress(Back):
                self.picture.forget_from(after(await answer(self.dialogue, question)))
        if "cards" in self.picture.done:
            await acts.look(self)

    def _say_once(self, chosen: str) -> None:
        self.picture.answers["office.language"] = chosen
        self._language_known = True
        texts.use(chosen)
        self._save()

    def _save(self) -> None:
        save(self.picture, self.site.kept)

    # ---- one step ----

    async def _one(self, step: Step) -> Step | None:
        """Does it; the step that comes next."""
        self.dialogue.begin(step, NAMES.index(step.name) + 1, len(STEPS))
        last = False
        while True:
            try:
                await self._ask_all(step, last)
            except Back:
                return self._before(step)
            try:
                await self._act(step)
            except Back:
                if not asked(step.name, self.picture):
                    return self._before(step)
                last = True
            else:
                break
        self.picture.done.append(step.name)
        self._save()
        return following(self.picture.done)

    def _before(self, step: Step) -> Step:
        """The step before, to be done again."""
        at = max(0, NAMES.index(step.name) - 1)
        self.picture.forget_from(after(NAMES[at]))
        self._save()
        return STEPS[at]

    async def _ask_all(self, step: Step, last: bool) -> None:
        """Its questions in order; they may change with each answer. last: begins with the last one. Back: before the
        first."""
        at = max(0, len(asked(step.name, self.picture)) - 1) if last else int(self._language_known)
        self._language_known = False
        while at < len(questions := asked(step.name, self.picture)):
            question = questions[at]
            try:
                given = await answer(self.dialogue, self._as_answered(question))
            except Back:
                if at == 0:
                    raise
                at -= 1
                continue
            self.picture.answers[question.name] = given
            if question.name == "office.language":
                texts.use(given)
            self._save()
            at += 1

    def _as_answered(self, question: Question) -> Question:
        """With the answer of last time as its default, where it still is one."""
        before = self.picture.answers.get(question.name)
        values = [choice.value for choice in question.choices]
        if before is None or (values and before not in values):
            return question
        return Question(
            question.name, question.text, before, question.check, question.choices, question.why, question.fills
        )

    async def _act(self, step: Step) -> None:
        """Until it is done, or given up. Back, Leave."""
        while True:
            try:
                await acts.ACTS[step.name](self)
            except (BaseExceptionGroup, *TROUBLE) as error:
                first = _first(error)
                if not isinstance(first, TROUBLE):
                    raise first from None
                self._tell(first)
            else:
                return
            match await answer(self.dialogue, _WHAT_NOW):
                case "on":
                    return
                case "back":
                    raise Back

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, BadConfiguration):
            for mistake in error.mistakes:
                self.dialogue.say("\n".join(mistake.lines()), Mark.BAD)
            return
        self.dialogue.say(str(error), Mark.BAD)
        remedy = getattr(error, "action", "") or getattr(error, "remedy", "")
        if remedy:
            self.dialogue.say(remedy, Mark.HINT)

    # ---- for the acts ----

    async def confirm(self, name: str, text: str, default: bool = True, why: str = "", **fills: object) -> bool:
        """Back, Leave."""
        return await confirmed(self.dialogue, yes_no(name, text, default, why, **fills))

    def say(self, text: str, mark: Mark = Mark.PLAIN) -> None:
        self.dialogue.say(text, mark)


def _first(error: BaseException) -> BaseException:
    """What is in a group of errors."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _reachable(step: Step, done: list[str]) -> bool:
    return all(name in done for name in step.needs) and step.name in BY_NAME
