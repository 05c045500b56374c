"""A person who answers the questions of the setup as a test has it, by their names; anything else by its default."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.setup.dialogue import Back, Leave, Mark
from firmware.setup.question import Question
from firmware.setup.steps import Step

BACK, LEAVE = "<", "q"


class Script:
    """answers: by name, or by name and what stands in the question ("calls.way:e1b"); a list is used up one by one.

    said: all lines; steps: in the order in which they began; asked: names and words of the questions.
    """

    def __init__(self, answers: Mapping[str, str | list[str]] | None = None) -> None:
        self.answers = {name: [each] if isinstance(each, str) else list(each) for name, each in (answers or {}).items()}
        self.said: list[tuple[Mark, str]] = []
        self.steps: list[str] = []
        self.asked: list[str] = []

    def begin(self, step: Step, at: int, of: int) -> None:
        self.steps.append(step.name)

    def say(self, text: str, mark: Mark = Mark.PLAIN) -> None:
        self.said.append((mark, text))

    def progress(self, text: str) -> None:
        self.said.append((Mark.PLAIN, text))

    async def ask(self, question: Question) -> str:
        self.asked.append(question.name)
        assert len(self.asked) < 1000, "it asks for ever"
        for key in (*(f"{question.name}:{fill}" for fill in question.fills.values()), question.name):
            answers = self.answers.get(key)
            if answers:
                answer = answers[0] if len(answers) == 1 and not _order(answers[0]) else answers.pop(0)
                if answer == BACK:
                    raise Back
                if answer == LEAVE:
                    raise Leave
                return answer
        return ""

    def text(self, mark: Mark | None = None) -> str:
        """What was said, by its sign."""
        return "\n".join(text for one, text in self.said if mark is None or one is mark)


def _order(answer: str) -> bool:
    return answer in (BACK, LEAVE)
