"""The configuration as forms over its files: tables at the left, the settings of one at the right, the manual below.

    box     config.model, config.files ──> Draft ──> Sheet ──> the two tables
    person  a value ──> Sheet.put ──> Draft.change ──> config.check: mistakes, each at its setting, or what would change
            save ──> config.save        commit ──> config.save, config.commit with a clock ──> config.confirm

Nothing is decided here: what is a mistake, and what takes effect when, the box says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.api.errors import Code, Refusal
from core.config.sheet import Found, Sheet
from core.texts import N_, _, plural
from tui.ask import Ask, AskAll, Choose
from tui.changes import History, Lines
from tui.connection import Gone
from tui.dialogs import Question
from tui.editor import Editor, Mistake
from tui.live_table import Cell, Column, LiveTable, Row
from tui.values import Setting
from tui.workbench import Workbench

CONFIRM_MIN = "10"
MINUTES_MAX = 24 * 60
APART = "\x1f"
"""Between the table and the row, in the key of a line at the left."""


class Configuration(Workbench):
    ROOM = "configuration"
    ASKS = "config"
    HELP_TEXT = N_(
        "The configuration as forms over the same files that an editor changes. What you change is a draft until it is"
        " committed; a commit with a clock goes back by itself unless it is confirmed. Remarks in the files stay."
    )
    THINGS = (Column("", 1), Column(N_("table"), 0), Column("", 5, right=True))
    NOTHING = N_("Nothing is set here; a adds a row.")
    DEFAULT_CSS = """
    Configuration #things { width: 30; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other_side", N_("Other side"), show=False),
        Binding("right", "right", N_("Its settings"), show=False),
        Binding("left", "left", N_("Tables"), show=False),
        Binding("space", "next_value", N_("Next value"), show=False),
        Binding("e", "edit_text", N_("Text")),
        Binding("a", "add", N_("Add")),
        Binding("x", "drop", N_("Remove")),
        Binding("f", "difference", N_("Difference")),
        Binding("c", "commit", N_("Commit")),
        Binding("y", "confirm", N_("Confirm")),
        Binding("h", "history", N_("History")),
        Binding("u", "undo", N_("Undo")),
        Binding("d", "default", N_("Default"), show=False),
        Binding("s", "save", N_("Save"), show=False),
        Binding("slash", "find", N_("Find"), show=False, key_display="/"),
        Binding("ctrl+r", "read_anew", N_("Read anew"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._sheet = Sheet({})
        self._held = Sheet({})
        """As the files are."""
        self._model: dict[str, dict[str, Any]] = {}
        """By the name of the table."""
        self._open: set[str] = set()
        self._changes: list[str] = []
        """What would change, if there are no mistakes."""
        self._wrong: dict[tuple[str, str, str], Mistake] = {}
        self._until = 0.0
        """On the loop's clock: when the commit goes back; 0: it stays."""
        self._offered_confirm = False

    def on_mount(self) -> None:
        super().on_mount()
        self.every(1.0, self.show_draft)

    # ---- from the box ----

    async def learn(self, anew: bool) -> None:
        if not self._model:
            self._model = {table["name"]: table for table in (await self.box.ask("config.model"))["tables"]}
        if anew and self.draft is not None:
            self._held = Sheet(self.draft.texts)
        left = (await self.box.ask("config.history"))["confirm_s"]
        self._until = self._now() + left if left else 0.0

    def _now(self) -> float:
        assert self.app._loop is not None
        return self.app._loop.time()

    async def check(self) -> list[Mistake]:
        """What would change is known, too, when there are none."""
        assert self.draft is not None
        try:
            found = await self.box.ask("config.check", edits=self.draft.edits)
        except Refusal as refused:
            if refused.code is not Code.CONFIGURATION:
                raise
            self._changes = []
            return list(refused.about["mistakes"])
        self._changes = list(found["lines"])
        return []

    def read_draft(self) -> None:
        assert self.draft is not None
        self._sheet = Sheet(self.draft.texts)

    def judged(self) -> None:
        self._wrong = {}
        for one in self.mistakes:
            self._wrong.setdefault(self._sheet.whose(Path(one["path"]).name, one["line"]), one)

    # ---- what is shown ----

    def fill_things(self) -> dict[str, Row]:
        return dict(self._table_rows())

    def _table_rows(self) -> Iterator[tuple[str, Row]]:
        for number, (name, table) in enumerate(self._model.items()):
            rows = self._sheet.rows(name)
            there = name in self._sheet.sections()
            wrong = any(section == name for section, _row, _setting in self._wrong)
            mark = "!" if wrong else "*" if self._differs(name) else "-" if name in self._open else "+" if rows else " "
            kind = "bad" if wrong else "busy" if mark == "*" else "quiet"
            title = Cell(name or _("(top)"), "head" if there else "quiet")
            yield name, Row((Cell(mark, kind), title, Cell(str(len(rows) or ""), "quiet")), (number, 0))
            for place, row in enumerate(rows if name in self._open else ()):
                wrong = any((section, one) == (name, row) for section, one, _setting in self._wrong)
                sign = Cell("!", "bad") if wrong else Cell("*" if self._differs(name, row) else " ", "busy")
                about = str(self._sheet.row(name, row).get("name", "")) if table["key"] != "name" else ""
                cells = sign, Cell(f"  {row} {about}".rstrip()), Cell("")
                yield f"{name}{APART}{row}", Row(cells, (number, 1, place))

    def _differs(self, name: str, row: str = "") -> bool:
        if row:
            return self._sheet.row(name, row) != self._held.row(name, row)
        rows = self._sheet.rows(name)
        if rows != self._held.rows(name) or any(self._differs(name, row) for row in rows):
            return True
        return bool(name) and self._sheet.row(name, "") != self._held.row(name, "")

    @property
    def _here(self) -> tuple[str, str]:
        """Table and row under the cursor at the left."""
        name, _apart, row = self.things.cursor.partition(APART)
        return name, row

    @property
    def _on_list(self) -> bool:
        """The cursor at the left is on a list of rows, not on one of them."""
        name, row = self._here
        return name in self._model and bool(self._model[name]["several"]) and not row

    def settings_here(self) -> list[Setting]:
        name, row = self._here
        if name not in self._model or self._on_list:
            return []
        kinds = self._model[name]["kinds"]
        there = self._sheet.row(name, row)
        said = str(there.get("signalling", there.get("kind", "")))
        return list(next((kind for kind in kinds if kind["name"] == said), kinds[0])["settings"])

    def _found(self, setting: Setting) -> Found | None:
        return self._sheet.found(*self._here, setting["name"])

    def value_here(self, setting: Setting) -> Any:
        found = self._found(setting)
        return None if found is None else found.value

    def value_before(self, setting: Setting) -> Any:
        found = self._held.found(*self._here, setting["name"])
        return None if found is None else found.value

    def mistake_here(self, setting: Setting) -> Mistake | None:
        return self._wrong.get((*self._here, setting["name"]))

    def place_here(self, setting: Setting | None) -> tuple[str, int] | None:
        found = self._found(setting) if setting is not None else None
        return (found.file, found.line) if found is not None else self._sheet.place(*self._here)

    def about_here(self) -> list[str]:
        name, row = self._here
        if name not in self._model:
            return []
        table = self._model[name]
        header = f"[[{name}]]" if table["several"] else f"[{name}]" if name else ""
        lines = [f"{header} {row}".strip(), table["text"]]
        there = self._sheet.place(name, row)
        if there is not None:
            lines.append(_("stands in {file}, line {line}").format(file=there[0], line=there[1]))
        return [*lines, *(f"! {one['problem']}" for key, one in self._wrong.items() if key[:2] == (name, row))]

    def show_draft(self) -> None:
        left = self._left
        if self._until and not left:
            self._until = 0.0
            self.begin()
        super().show_draft()
        line = self.query_one("#draft", Static)
        line.set_class(left > 0, "waits")
        line.set_class(bool(self.mistakes) and not left, "wrong")
        if self._offered_confirm != bool(self._until):
            self._offered_confirm = bool(self._until)
            self.refresh_bindings()

    @property
    def _left(self) -> float:
        """Seconds until the commit goes back."""
        return max(0.0, self._until - self._now()) if self._until else 0.0

    def draft_text(self) -> str:
        if self.draft is None:
            return _("reading the files ...")
        parts = self.draft_parts()
        if self._changes:
            count = sum(line.startswith(" ") for line in self._changes)
            parts.append(plural("{n} change is not at work", "{n} changes are not at work", count).format(n=count))
        elif not self.mistakes:
            parts.append(_("what the files say is at work"))
        if not self._left:
            return ", ".join(parts)
        minutes, seconds = divmod(int(self._left), 60)
        text = _("The commit goes back in {minutes}:{seconds:02} unless it is confirmed (y)")
        return "; ".join((text.format(minutes=minutes, seconds=seconds), *parts))

    # ---- a person ----

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        if event.of is self.settings:
            self.edit()
        elif self._on_list:
            self._open ^= {self._here[0]}
            self.fill()
        else:
            self.settings.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "confirm":
            return (self.box.may("config.confirm") and bool(self._until)) or None
        if action == "commit":
            return self.box.may("config.commit") or None
        return super().check_action(action, parameters)

    def action_right(self) -> None:
        if self._on_list:
            self._open.add(self._here[0])
            self.fill()
        else:
            self.settings.focus()

    def action_left(self) -> None:
        name, row = self._here
        if self.settings.has_focus:
            self.things.focus()
        elif row:
            self.things.point(name)
        else:
            self._open.discard(name)
            self.fill()

    def put_here(self, setting: Setting, value: Any) -> dict[str, str]:
        return dict([self._sheet.put(*self._here, setting["name"], value)])

    def put(self, setting: Setting, value: Any) -> None:
        name, _row = self._here
        super().put(setting, value)
        if self._model[name]["key"] == setting["name"]:
            self.things.point(f"{name}{APART}{value}")

    def remove_here(self, setting: Setting) -> dict[str, str]:
        change = self._sheet.remove(*self._here, setting["name"])
        return dict([change]) if change is not None else {}

    def action_add(self) -> None:
        name, _row = self._here
        table = self._model.get(name)
        if table is None or not table["several"]:
            self.notify(_("There is only one of these."), severity="warning", markup=False)
            return
        kinds = {kind["name"]: kind["name"] for kind in table["kinds"]}

        def of_kind(kind: str | None) -> None:
            if kind is not None:
                title = f"[[{name}]] {table['key']}"
                self.app.push_screen(Ask(title, table["text"]), partial(self._add, table, kind))

        if len(kinds) > 1:
            self.app.push_screen(Choose(f"[[{name}]]", table["text"], kinds), of_kind)
        else:
            of_kind("")

    def _add(self, table: dict[str, Any], kind: str, key: str | None) -> None:
        name, key = table["name"], (key or "").strip()
        if not key:
            return
        try:
            change = self._sheet.add(name, {table["key"]: key} | ({"signalling": kind} if kind else {}))
        except ValueError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._open.add(name)
        self.changed(dict([change]))
        self.things.point(f"{name}{APART}{key}")

    def action_drop(self) -> None:
        name, row = self._here

        def answered(yes: bool | None) -> None:
            if yes:
                self.changed(self._sheet.drop(name, row))

        if row:
            text = _("Remove {name} {row} from the draft?").format(name=name, row=row)
            self.app.push_screen(Question(text), answered)

    def action_edit_text(self) -> None:
        if self.draft is None or not self.draft.texts:
            return
        wrong = next(((Path(one["path"]).name, one["line"]) for one in self.mistakes), None)
        file, line = self.place_here(self.setting) or wrong or (next(iter(self.draft.texts)), 1)
        self.app.push_screen(Editor(self.draft, file, line, self.check, self.again))

    def action_find(self) -> None:
        def typed(text: str | None) -> None:
            words = (text or "").strip().lower()
            if words and not self._find(words):
                self.notify(_("{words} was not found.").format(words=words), severity="warning", markup=False)

        self.app.push_screen(Ask(_("Find"), _("A setting, a table, a number or a name.")), typed)

    def _find(self, words: str) -> bool:
        """The cursor goes to the first row, table or setting with these words."""
        for name, table in self._model.items():
            rows = self._sheet.rows(name)
            for row in rows:
                if words in f"{row} {self._sheet.row(name, row).get('name', '')}".lower():
                    self._go(name, row)
                    return True
            if words in name:
                self._go(name, "")
                return True
            settings = (each["name"] for kind in table["kinds"] for each in kind["settings"])
            setting = next((each for each in settings if words in each), None)
            if setting is not None and (rows or not table["several"]):
                self._go(name, rows[0] if rows else "")
                self.settings.focus()
                self.settings.point(setting)
                return True
        return False

    def _go(self, name: str, row: str) -> None:
        if row:
            self._open.add(name)
        self.fill()
        self.things.point(f"{name}{APART}{row}" if row else name)
        self.fill_settings()

    def action_difference(self) -> None:
        async def lines() -> list[str]:
            self.mistakes = await self.check()
            return await self.difference(self._changes)

        if self.draft is not None:
            self.app.push_screen(Lines(_("Difference"), lines))

    def action_commit(self) -> None:
        if self.mistakes:
            self.notify(_("There are mistakes; f shows them."), severity="error", markup=False)
            return
        if not self._changes and not (self.draft and self.draft.edits):
            self.notify(_("What the files say is at work; there is nothing to commit."), markup=False)
            return

        def answered(typed: tuple[str, ...] | None) -> None:
            if typed is None:
                return
            message, minutes = typed[0].strip(), typed[1].strip()
            if not minutes.isdecimal() or int(minutes) > MINUTES_MAX:
                self.notify(_("Minutes are a whole number, 0 to 1440."), severity="error", markup=False)
                return
            self.aside(partial(self._commit, message, 60.0 * int(minutes)))

        count = sum(line.startswith(" ") for line in self._changes)
        about = plural("{n} change is put to work.", "{n} changes are put to work.", count).format(n=count)
        minutes = _("goes back after so many minutes unless it is confirmed; 0: it stays")
        lines = [(_("what it is for"), ""), (minutes, CONFIRM_MIN)]
        self.app.push_screen(AskAll(_("Commit"), about, lines), answered)

    async def _commit(self, message: str, confirm_s: float) -> None:
        if not await self.save():
            return
        try:
            made = await self.box.ask("config.commit", message=message, confirm_s=confirm_s)
        except (Refusal, Gone) as error:
            self.cannot(error)
            return
        self.notify(_("commit {number} is at work").format(number=made["number"]), markup=False)
        self.begin()

    def action_confirm(self) -> None:
        async def confirm() -> None:
            try:
                made = await self.box.ask("config.confirm")
            except (Refusal, Gone) as error:
                self.cannot(error)
            else:
                self.notify(_("commit {number} stays").format(number=made["number"]), markup=False)
            self.begin()

        self.aside(confirm)

    def action_history(self) -> None:
        self.app.push_screen(History())
