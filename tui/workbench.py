"""Files of the box on the bench: a draft that is changed by forms and as text, checked by the box, and saved.

    Workbench
      ├ Configuration      config.files, config.check, config.save, config.commit
      └ Flows              flow.files, flow.check, flow.save, flow.publish

At the left what there is, at the right the settings of one of it, below the manual, above how the draft is. The draft
is this console's until it is saved; files are read anew when nothing is in it. What is a mistake the box says, after
each change.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from core.api.errors import Refusal
from core.texts import N_, _, plural
from core.width import wrap
from tui.columns import fit, plain
from tui.connection import Gone
from tui.dialogs import Question
from tui.draft import Draft
from tui.editor import Mistake
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Screens
from tui.values import NotSo, Setting, next_value, question, shown, value_of


class Workbench(Screens):
    """ASKS: the first word of the acts."""

    ASKS: ClassVar[str] = ""
    THINGS: ClassVar[tuple[Column, ...]] = ()
    """Columns of the table at the left."""
    SETTINGS: ClassVar[tuple[Column, ...]] = (Column("", 1), Column(N_("setting"), 22), Column(N_("value"), 0))
    NOTHING: ClassVar[str] = ""
    """What is said at the right when nothing can be set."""
    DEFAULT_CSS = """
    Workbench #draft { height: 1; background: $boost; padding: 0 1; }
    Workbench #draft.waits { background: $warning; color: $text; text-style: bold; }
    Workbench #draft.wrong { color: $text-error; text-style: bold; }
    Workbench #things { border-right: vkey $panel; }
    Workbench #settings { width: 1fr; }
    Workbench #manual { height: 6; background: $boost; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.draft: Draft | None = None
        self.mistakes: list[Mistake] = []

    def body(self) -> ComposeResult:
        yield Static("", id="draft", markup=False)
        with Horizontal():
            yield LiveTable(self.THINGS, "", id="things")
            yield LiveTable(self.SETTINGS, self.NOTHING, id="settings")
        yield Static("", id="manual", markup=False)

    def on_mount(self) -> None:
        self.things.focus()

    @property
    def things(self) -> LiveTable:
        return self.query_one("#things", LiveTable)

    @property
    def settings(self) -> LiveTable:
        return self.query_one("#settings", LiveTable)

    # ---- what the rooms say ----

    async def learn(self, anew: bool) -> None:
        """What else is to be asked of the box when it is begun. anew: the draft is new."""

    async def check(self) -> list[Mistake]:
        """The mistakes of the draft, of the box."""
        raise NotImplementedError

    def read_draft(self) -> None:
        """The draft has other texts."""

    def judged(self) -> None:
        """`mistakes` are those of the draft."""

    def fill_things(self) -> dict[str, Row]:
        """The rows at the left."""
        raise NotImplementedError

    def settings_here(self) -> list[Setting]:
        """Of what is under the cursor at the left."""
        raise NotImplementedError

    def value_here(self, setting: Setting) -> Any:
        """As the draft has it; None: it is left to its default."""
        raise NotImplementedError

    def value_before(self, setting: Setting) -> Any:
        """As the file has it."""
        raise NotImplementedError

    def mistake_here(self, setting: Setting) -> Mistake | None:
        raise NotImplementedError

    def place_here(self, setting: Setting | None) -> tuple[str, int] | None:
        """File and line of a setting, or of what is under the cursor at the left."""
        raise NotImplementedError

    def put_here(self, setting: Setting, value: Any) -> dict[str, str]:
        """New texts, by the names of their files. ValueError: it cannot be put there."""
        raise NotImplementedError

    def remove_here(self, setting: Setting) -> dict[str, str]:
        """New texts without it."""
        raise NotImplementedError

    def about_here(self) -> list[str]:
        """Of what is under the cursor at the left, in lines."""
        raise NotImplementedError

    def names_here(self) -> dict[str, str]:
        """What a setting of kind `node` may name."""
        return {}

    def draft_text(self) -> str:
        """What stands above."""
        raise NotImplementedError

    # ---- from the box ----

    def begin(self) -> None:
        self.aside(self._read, "look")

    async def _read(self, anew: bool = False) -> None:
        try:
            new = self.draft is None or anew or not self.draft.edits
            if new:
                self.draft = Draft(await self.box.ask(f"{self.ASKS}.files"))
            await self.learn(new)
            self.read_draft()
            self.mistakes = await self.check()
        except Gone:
            return  # the line of state says it
        except Refusal as refused:
            self.console.say_no(refused)
            if self.draft is None:
                return
        self.judged()
        self.fill()

    async def _look(self) -> None:
        try:
            self.mistakes = await self.check()
        except Gone:
            return
        except Refusal as refused:
            self.console.say_no(refused)
        self.judged()
        self.fill()

    def changed(self, edits: dict[str, str]) -> None:
        """The draft has one more step."""
        assert self.draft is not None
        self.draft.change(edits)
        self.again()

    def again(self) -> None:
        if self.draft is not None:
            self.read_draft()
            self.fill()
            self.aside(self._look, "look")

    async def save(self) -> bool:
        """Whether it is saved."""
        assert self.draft is not None
        if self.draft.edits:
            try:
                held = await self.box.ask(f"{self.ASKS}.save", files=self.draft.edits, basis=self.draft.basis)
            except (Refusal, Gone) as error:
                self.cannot(error)
                return False
            self.draft = Draft(held)
            await self.learn(True)
            self.again()
        return True

    def cannot(self, error: Refusal | Gone) -> None:
        if isinstance(error, Refusal):
            self.console.say_no(error)
        else:
            self.notify(_("The box went away before it answered."), severity="error", markup=False)

    # ---- what is shown ----

    def fill(self) -> None:
        rows = self.fill_things()
        self.things.keep(set(rows))
        for key, row in rows.items():
            self.things.put(key, row)
        self.things.flush()
        self.fill_settings()
        self.show_draft()

    def fill_settings(self) -> None:
        settings = self.settings_here()
        self.settings.keep({each["name"] for each in settings})
        for number, each in enumerate(settings):
            self.settings.put(each["name"], self._setting_row(each, number))
        self.settings.flush()
        self.show_manual()

    def _setting_row(self, setting: Setting, number: int) -> Row:
        now, before = self.value_here(setting), self.value_before(setting)
        wrong = self.mistake_here(setting) is not None
        missing = now is None and setting["default"] is None
        mark = "!" if wrong or missing else "*" if now != before else " "
        text = _("must be given") if missing else setting["default"] or "" if now is None else shown(setting, now)
        kind = "bad" if wrong or missing else "busy" if now != before else "quiet" if now is None else "usual"
        name = Cell(setting["name"], "quiet" if now is None else "usual")
        return Row((Cell(mark, kind), name, Cell(text, kind)), (number,))

    @property
    def setting(self) -> Setting | None:
        """Under the cursor at the right, if that is where keys go."""
        here = self.settings.cursor if self.settings.has_focus else ""
        return next((each for each in self.settings_here() if each["name"] == here), None)

    def show_manual(self) -> None:
        setting = self.setting
        lines = self._about(setting) if setting is not None else self.about_here()
        width = max(20, self.size.width - 2)
        told = [line for text in lines for line in wrap(plain(text), width)]
        self.query_one("#manual", Static).update("\n".join(told), layout=False)

    def _about(self, setting: Setting) -> list[str]:
        wrong = self.mistake_here(setting)
        lines = [f"! {wrong['problem']} {wrong['hint']}".strip()] if wrong else []
        facts = [setting["allowed"]]
        facts += [_("default {value}").format(value=setting["default"])] if setting["default"] is not None else []
        facts += [_("takes effect: {when}").format(when=setting["effect"])]
        lines += [setting["text"], f"{setting['name']}: {'; '.join(facts)}"]
        place = self.place_here(setting) if self.value_here(setting) is not None else None
        return [*lines, *([f"{place[0]}:{place[1]}"] if place else [])]

    def show_draft(self) -> None:
        line = self.query_one("#draft", Static)
        line.set_class(bool(self.mistakes), "wrong")
        width = max(0, self.size.width - 2)
        line.update(fit(plain(self.draft_text()), width), layout=False)

    def draft_parts(self) -> list[str]:
        """How many files are changed, and mistakes there are."""
        parts = []
        files = len(self.draft.edits) if self.draft is not None else 0
        if files:
            parts.append(plural("draft: {n} file changed", "draft: {n} files changed", files).format(n=files))
        if self.mistakes:
            count = len(self.mistakes)
            parts.append(plural("{n} mistake", "{n} mistakes", count).format(n=count))
        return parts

    # ---- a person ----

    def on_live_table_pointed(self, event: LiveTable.Pointed) -> None:
        if event.of is self.things:
            self.fill_settings()
        else:
            self.show_manual()

    def on_descendant_focus(self) -> None:
        self.show_manual()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("save", "add", "drop", "default", "undo", "edit_text", "next_value"):
            return self.box.may(f"{self.ASKS}.save") or None
        return True

    def action_other_side(self) -> None:
        (self.settings if self.things.has_focus else self.things).focus()

    def put(self, setting: Setting, value: Any) -> None:
        try:
            edits = self.put_here(setting, value)
        except ValueError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.changed(edits)

    def edit(self) -> None:
        """The setting under the cursor."""
        setting = self.setting
        if setting is None or not self.box.may(f"{self.ASKS}.save"):
            return
        if setting["kind"] == "truth":
            self.action_next_value()
            return

        def answered(text: str | None) -> None:
            if text is None:
                return
            try:
                self.put(setting, value_of(setting, text))
            except NotSo as error:
                self.notify(str(error), severity="error", markup=False)

        self.app.push_screen(question(setting, self.value_here(setting), self.names_here()), answered)

    def action_next_value(self) -> None:
        setting = self.setting
        if setting is not None:
            value = next_value(setting, self.value_here(setting))
            if value is not None:
                self.put(setting, value)

    def action_default(self) -> None:
        setting = self.setting
        if setting is not None and self.value_here(setting) is not None:
            self.changed(self.remove_here(setting))

    def action_undo(self) -> None:
        if self.draft is not None and self.draft.undo():
            self.again()
        else:
            self.notify(_("There is nothing to take back."), markup=False)

    def action_read_anew(self) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.aside(partial(self._read, anew=True), "look")

        if self.draft is not None and self.draft.edits:
            self.app.push_screen(Question(_("Read the files anew? What you have changed is lost.")), answered)
        else:
            answered(True)

    def action_save(self) -> None:
        async def save() -> None:
            if await self.save():
                self.notify(_("The files are saved; nothing is put to work yet."), markup=False)

        self.aside(save)

    async def difference(self, changes: list[str]) -> list[str]:
        """For Lines: mistakes, what would change, and the lines of the files."""
        assert self.draft is not None
        wrong = [f"  ! {place(one)} {one['problem']}" for one in self.mistakes]
        texts = [f" {row}" for row in self.draft.difference()]
        return [
            *([_("Mistakes:"), *wrong] if wrong else []),
            *changes,
            *(["", _("In the files:"), *texts] if texts else []),
        ]


def place(one: Mistake) -> str:
    name = Path(one["path"]).name
    return f"{name}:{one['line']}:{one['column']}:" if one["line"] else f"{name}:"
