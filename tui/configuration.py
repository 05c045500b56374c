"""The configuration as forms over its files: tables at the left, the settings of one at the right, the manual below.

    box     config.model, config.files ──> Draft ──> Sheet ──> the two tables
    person  a value ──> Sheet.put ──> Draft.change ──> config.check: mistakes, each at its setting, or what would change
            save ──> config.save        commit ──> config.save, config.commit with a clock ──> config.confirm

The draft is this console's until it is saved; files are read anew when nothing is in it. Nothing is decided here: what
is a mistake, and what takes effect when, the box says.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import tomli
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from core.api.errors import Code, Refusal
from core.config.editing import written
from core.config.sheet import Sheet
from core.texts import N_, _, plural
from core.width import wrap
from tui.ask import Ask, AskAll, Choose
from tui.changes import History, Lines
from tui.columns import fit, plain
from tui.connection import Gone
from tui.dialogs import Question
from tui.draft import Draft
from tui.editor import Editor, Mistake
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Screens

HIDDEN = "******"
CONFIRM_MIN = "10"
APART = "\x1f"
"""Between the table and the row, in the key of a line at the left."""
COMMAS = str.maketrans({"，": ",", "、": ",", "；": ",", ";": ","})


class NotSo(Exception):
    """What was typed is no such value. Text: for people."""


def value_of(setting: dict[str, Any], text: str) -> Any:
    """What a person has typed, as a value. NotSo."""
    kind, text = setting["kind"], text.strip()
    try:
        if kind == "number":
            return int(text) if text.lstrip("+-").isdecimal() else float(text)
        if kind == "texts" and not text.startswith("["):
            return [word.strip() for word in text.translate(COMMAS).split(",") if word.strip()]
        if kind in ("value", "texts"):
            return tomli.loads(f"x = {text}")["x"]
    except ValueError:
        raise NotSo(_("{text} is not: {allowed}").format(text=text, allowed=setting["allowed"])) from None
    return text


def shown(setting: dict[str, Any], value: Any) -> str:
    """A value as a person sees and types it."""
    if setting["secret"] and value:
        return HIDDEN
    if setting["kind"] == "texts" and isinstance(value, list) and not any("," in str(each) for each in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else written(value)


class Configuration(Screens):
    ROOM = "configuration"
    HELP_TEXT = N_(
        "The configuration as forms over the same files that an editor changes. What you change is a draft until it is"
        " committed; a commit with a clock goes back by itself unless it is confirmed. Remarks in the files stay."
    )
    DEFAULT_CSS = """
    Configuration #draft { height: 1; background: $boost; padding: 0 1; }
    Configuration #draft.waits { background: $warning; color: $text; text-style: bold; }
    Configuration #draft.wrong { color: $text-error; text-style: bold; }
    Configuration #tables { width: 30; border-right: vkey $panel; }
    Configuration #settings { width: 1fr; }
    Configuration #manual { height: 6; background: $boost; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other_side", N_("Other side"), show=False),
        Binding("right", "right", N_("Settings"), show=False),
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
        self._draft: Draft | None = None
        self._sheet = Sheet({})
        self._held = Sheet({})
        """As the files are."""
        self._model: dict[str, dict[str, Any]] = {}
        """By the name of the table."""
        self._open: set[str] = set()
        self._mistakes: list[Mistake] = []
        self._lines: list[str] = []
        """What would change, if there are no mistakes."""
        self._wrong: dict[tuple[str, str, str], Mistake] = {}
        self._until = 0.0
        """On the loop's clock: when the commit goes back; 0: it stays."""
        self._offered = False

    def body(self) -> ComposeResult:
        yield Static("", id="draft", markup=False)
        with Horizontal():
            yield LiveTable((Column("", 1), Column(N_("table"), 0), Column("", 5, right=True)), "", id="tables")
            columns = (Column("", 1), Column(N_("setting"), 22), Column(N_("value"), 0))
            yield LiveTable(columns, N_("Nothing is set here; a adds a row."), id="settings")
        yield Static("", id="manual", markup=False)

    def on_mount(self) -> None:
        self.tables.focus()
        self.set_interval(1.0, self._show_draft)

    @property
    def tables(self) -> LiveTable:
        return self.query_one("#tables", LiveTable)

    @property
    def settings(self) -> LiveTable:
        return self.query_one("#settings", LiveTable)

    # ---- from the box ----

    def begin(self) -> None:
        self.aside(self._read, "look")

    async def _read(self, anew: bool = False) -> None:
        try:
            if not self._model:
                self._model = {table["name"]: table for table in (await self.box.ask("config.model"))["tables"]}
            if self._draft is None or anew or not self._draft.edits:
                self._draft = Draft(await self.box.ask("config.files"))
                self._held = Sheet(self._draft.texts)
            await self._look()
            await self._ask_clock()
        except Gone:
            return  # the line of state says it
        except Refusal as refused:
            self.console.say_no(refused)
        self._fill()

    async def _ask_clock(self) -> None:
        left = (await self.box.ask("config.history"))["confirm_s"]
        self._until = self._now() + left if left else 0.0

    def _now(self) -> float:
        assert self.app._loop is not None
        return self.app._loop.time()

    async def _check(self) -> list[Mistake]:
        """The mistakes of the draft; else what it would change is known."""
        assert self._draft is not None
        try:
            found = await self.box.ask("config.check", edits=self._draft.edits)
        except Refusal as refused:
            if refused.code is not Code.CONFIGURATION:
                raise
            self._lines, self._mistakes = [], list(refused.about["mistakes"])
        else:
            self._lines, self._mistakes = list(found["lines"]), []
        return self._mistakes

    async def _look(self) -> None:
        if self._draft is None:
            return
        self._sheet = Sheet(self._draft.texts)
        mistakes = await self._check()
        self._wrong = {}
        for one in mistakes:
            self._wrong.setdefault(self._sheet.whose(Path(one["path"]).name, one["line"]), one)

    def _changed(self, edits: dict[str, str]) -> None:
        """The draft has one more step."""
        assert self._draft is not None
        self._draft.change(edits)
        self._again()

    def _again(self) -> None:
        if self._draft is not None:
            self._sheet = Sheet(self._draft.texts)
            self._fill()
            self.aside(self._looked, "look")

    async def _looked(self) -> None:
        try:
            await self._look()
        except Gone:
            return
        except Refusal as refused:
            self.console.say_no(refused)
        self._fill()

    # ---- what is shown ----

    def _fill(self) -> None:
        rows = dict(self._table_rows())
        self.tables.keep(set(rows))
        for key, row in rows.items():
            self.tables.put(key, row)
        self.tables.flush()
        self._fill_settings()
        self._show_draft()

    def _table_rows(self) -> Any:
        for number, (name, table) in enumerate(self._model.items()):
            rows = self._sheet.rows(name)
            there = name in self._sheet.sections()
            wrong = any(section == name for section, _row, _setting in self._wrong)
            mark = "!" if wrong else "*" if self._differs(name) else "-" if name in self._open else "+" if rows else " "
            kind = "bad" if wrong else "busy" if mark == "*" else "quiet"
            title = name or _("(top)")
            cells = Cell(mark, kind), Cell(title, "head" if there else "quiet"), Cell(str(len(rows) or ""), "quiet")
            yield name, Row(cells, (number, 0))
            for place, row in enumerate(rows if name in self._open else ()):
                wrong = any((section, one) == (name, row) for section, one, _setting in self._wrong)
                mark = "!" if wrong else "*" if self._differs(name, row) else " "
                about = str(self._sheet.row(name, row).get("name", "")) if table["key"] != "name" else ""
                text = f"  {row} {about}".rstrip()
                kind = "bad" if wrong else "busy"
                yield f"{name}{APART}{row}", Row((Cell(mark, kind), Cell(text), Cell("")), (number, 1, place))

    def _differs(self, name: str, row: str = "") -> bool:
        if row:
            return self._sheet.row(name, row) != self._held.row(name, row)
        if self._sheet.rows(name) != self._held.rows(name):
            return True
        if self._model[name]["several"]:
            return any(self._differs(name, row) for row in self._sheet.rows(name))
        return self._sheet.row(name, "") != self._held.row(name, "") if name else False

    @property
    def _here(self) -> tuple[str, str]:
        """Table and row under the cursor at the left."""
        name, _apart, row = self.tables.cursor.partition(APART)
        return name, row

    def _settings_here(self) -> list[dict[str, Any]]:
        name, row = self._here
        table = self._model.get(name)
        if table is None or (table["several"] and not row):
            return []
        kinds = table["kinds"]
        set_there = self._sheet.row(name, row)
        said = str(set_there.get("signalling", set_there.get("kind", "")))
        chosen = next((kind for kind in kinds if kind["name"] == said), kinds[0])
        return list(chosen["settings"])

    def _fill_settings(self) -> None:
        name, row = self._here
        settings = self._settings_here()
        self.settings.keep({each["name"] for each in settings})
        for number, each in enumerate(settings):
            self.settings.put(each["name"], self._setting_row(name, row, each, number))
        self.settings.flush()
        self._show_manual()

    def _setting_row(self, name: str, row: str, setting: dict[str, Any], number: int) -> Row:
        now, before = (sheet.found(name, row, setting["name"]) for sheet in (self._sheet, self._held))
        wrong = (name, row, setting["name"]) in self._wrong
        missing = now is None and setting["default"] is None
        differs = (now and now.value) != (before and before.value)
        mark = "!" if wrong or missing else "*" if differs else " "
        if now is not None:
            text, kind = shown(setting, now.value), "usual"
        else:
            text = _("must be given") if missing else setting["default"] or ""
            kind = "bad" if missing else "quiet"
        kind = "bad" if wrong else "busy" if differs else kind
        return Row((Cell(mark, kind), Cell(setting["name"], "usual" if now else "quiet"), Cell(text, kind)), (number,))

    @property
    def _setting(self) -> dict[str, Any] | None:
        """Under the cursor at the right."""
        return next((each for each in self._settings_here() if each["name"] == self.settings.cursor), None)

    def _show_manual(self) -> None:
        width = max(20, self.size.width - 2)
        name, row = self._here
        lines: list[str] = []
        setting = self._setting if self.settings.has_focus else None
        if setting is not None:
            lines = self._about_setting(name, row, setting)
        elif name in self._model:
            table = self._model[name]
            header = f"[[{name}]]" if table["several"] else f"[{name}]" if name else ""
            lines = [f"{header} {row}".strip(), table["text"]]
            place = self._sheet.place(name, row)
            if place is not None:
                lines.append(_("stands in {file}, line {line}").format(file=place[0], line=place[1]))
            lines += [one["problem"] for key, one in self._wrong.items() if key[:2] == (name, row)][:2]
        told = [line for text in lines for line in wrap(plain(text), width)]
        self.query_one("#manual", Static).update("\n".join(told), layout=False)

    def _about_setting(self, name: str, row: str, setting: dict[str, Any]) -> list[str]:
        found = self._sheet.found(name, row, setting["name"])
        wrong = self._wrong.get((name, row, setting["name"]))
        facts = [setting["allowed"]]
        facts += [_("default {value}").format(value=setting["default"])] if setting["default"] is not None else []
        facts += [_("takes effect: {when}").format(when=setting["effect"])]
        lines = [f"! {wrong['problem']} {wrong['hint']}".strip()] if wrong else []
        lines += [setting["text"], f"{setting['name']}: {'; '.join(facts)}"]
        return [*lines, *([f"{found.file}:{found.line}"] if found else [])]

    def _show_draft(self) -> None:
        """The line above: what the draft is, and the clock of a commit that waits."""
        line = self.query_one("#draft", Static)
        left = self._until - self._now() if self._until else 0.0
        if self._until and left <= 0:
            self._until = 0.0
            self.begin()
        line.set_class(left > 0, "waits")
        line.set_class(bool(self._mistakes) and left <= 0, "wrong")
        line.update(fit(plain(self._draft_text(max(0.0, left))), max(0, self.size.width - 2)), layout=False)
        if self._offered != bool(self._until):
            self._offered = bool(self._until)
            self.refresh_bindings()

    def _draft_text(self, left: float) -> str:
        if self._draft is None:
            return _("reading the files ...")
        parts = []
        if left:
            minutes, seconds = divmod(int(left), 60)
            text = _("The commit goes back in {minutes}:{seconds:02} unless it is confirmed (y)")
            parts.append(text.format(minutes=minutes, seconds=seconds))
        files = len(self._draft.edits)
        if files:
            parts.append(plural("draft: {n} file changed", "draft: {n} files changed", files).format(n=files))
        if self._mistakes:
            count = len(self._mistakes)
            parts.append(plural("{n} mistake", "{n} mistakes", count).format(n=count))
        elif self._lines:
            count = sum(line.startswith(" ") for line in self._lines)
            parts.append(plural("{n} change is not at work", "{n} changes are not at work", count).format(n=count))
        else:
            parts.append(_("what the files say is at work"))
        return ("; " if left else ", ").join(parts)

    # ---- a person ----

    def on_live_table_pointed(self, event: LiveTable.Pointed) -> None:
        if event.of is self.tables:
            self._fill_settings()
        else:
            self._show_manual()

    def on_descendant_focus(self) -> None:
        self._show_manual()

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        if event.of is self.settings:
            self._edit()
            return
        name, row = self._here
        if self._model[name]["several"] and not row:
            self._open ^= {name}
            self._fill()
        else:
            self.settings.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "confirm":
            return (self.box.may("config.confirm") and bool(self._until)) or None
        if action == "commit":
            return self.box.may("config.commit") or None
        if action in ("save", "add", "drop", "default", "undo", "edit_text", "next_value"):
            return self.box.may("config.save") or None
        return True

    def action_other_side(self) -> None:
        (self.settings if self.tables.has_focus else self.tables).focus()

    def action_right(self) -> None:
        name, row = self._here
        if name in self._model and self._model[name]["several"] and not row:
            self._open.add(name)
            self._fill()
        else:
            self.settings.focus()

    def action_left(self) -> None:
        name, row = self._here
        if self.settings.has_focus:
            self.tables.focus()
        elif row:
            self.tables.point(name)
        else:
            self._open.discard(name)
            self._fill()

    def _put(self, setting: dict[str, Any], value: Any) -> None:
        name, row = self._here
        try:
            file, text = self._sheet.put(name, row, setting["name"], value)
        except ValueError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self._changed({file: text})
            if self._model[name]["key"] == setting["name"]:
                self.tables.point(f"{name}{APART}{value}")

    def _edit(self) -> None:
        setting = self._setting
        if setting is None or not self.box.may("config.save"):
            return
        name, row = self._here
        found = self._sheet.found(name, row, setting["name"])
        about = f"{setting['text']}\n{setting['allowed']}"
        if setting["kind"] == "truth":
            self.action_next_value()
        elif setting["kind"] == "choice":

            def chosen(choice: str | None) -> None:
                if choice is not None:
                    self._put(setting, choice)

            options = {choice: choice or _('"" (none)') for choice in setting["choices"]}
            now = str(found.value) if found else (setting["default"] or "").strip('"')
            self.app.push_screen(Choose(setting["name"], setting["text"], options, now), chosen)
        else:

            def typed(text: str | None) -> None:
                if text is None:
                    return
                try:
                    self._put(setting, value_of(setting, text))
                except NotSo as error:
                    self.notify(str(error), severity="error", markup=False)

            text = "" if found is None else shown(setting, found.value)
            text = "" if setting["secret"] else text
            self.app.push_screen(Ask(setting["name"], about, text, setting["secret"]), typed)

    def action_next_value(self) -> None:
        """Of what has few values: the next one."""
        setting = self._setting
        if setting is None or not self.settings.has_focus:
            return
        found = self._sheet.found(*self._here, setting["name"])
        if setting["kind"] == "truth":
            self._put(setting, not found.value if found else setting["default"] != "true")
        elif setting["kind"] == "choice":
            choices = setting["choices"]
            now = str(found.value) if found else (setting["default"] or "").strip('"')
            self._put(setting, choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0])

    def action_default(self) -> None:
        setting = self._setting
        if setting is not None and self.settings.has_focus:
            change = self._sheet.remove(*self._here, setting["name"])
            if change is not None:
                self._changed(dict([change]))

    def action_add(self) -> None:
        name, _row = self._here
        table = self._model.get(name)
        if table is None or not table["several"]:
            self.notify(_("There is only one of these."), severity="warning", markup=False)
            return
        kinds = {kind["name"]: kind["name"] for kind in table["kinds"]}

        def of_kind(kind: str | None) -> None:
            if kind is not None:
                self.app.push_screen(Ask(f"[[{name}]] {table['key']}", table["text"]), lambda key: named(kind, key))

        def named(kind: str, key: str | None) -> None:
            if not key:
                return
            settings = {table["key"]: key.strip()} | ({"signalling": kind} if kind else {})
            try:
                file, text = self._sheet.add(name, settings)
            except ValueError as error:
                self.notify(str(error), severity="error", markup=False)
                return
            self._open.add(name)
            self._changed({file: text})
            self.tables.point(f"{name}{APART}{key.strip()}")

        if len(kinds) > 1:
            self.app.push_screen(Choose(f"[[{name}]]", table["text"], kinds), of_kind)
        else:
            of_kind("")

    def action_drop(self) -> None:
        name, row = self._here
        if not row:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._changed(self._sheet.drop(name, row))

        self.app.push_screen(Question(_("Remove {name} {row} from the draft?").format(name=name, row=row)), answered)

    def action_undo(self) -> None:
        if self._draft is not None and self._draft.undo():
            self._again()
        else:
            self.notify(_("There is nothing to take back."), markup=False)

    def action_edit_text(self) -> None:
        if self._draft is None or not self._draft.texts:
            return
        name, row = self._here
        setting = self._setting if self.settings.has_focus else None
        found = self._sheet.found(name, row, setting["name"]) if setting else None
        place = (found.file, found.line) if found else self._sheet.place(name, row)
        broken = next(((Path(one["path"]).name, one["line"]) for one in self._mistakes), None)
        file, line = place or broken or (next(iter(self._draft.texts)), 1)
        self.app.push_screen(Editor(self._draft, file, line, self._check, self._again))

    def action_find(self) -> None:
        def typed(text: str | None) -> None:
            if text:
                self._find(text.strip().lower())

        self.app.push_screen(Ask(_("Find"), _("A setting, a table, a number or a name.")), typed)

    def _find(self, words: str) -> None:
        for name, table in self._model.items():
            for row in self._sheet.rows(name):
                if words in row.lower() or words in str(self._sheet.row(name, row).get("name", "")).lower():
                    self._open.add(name)
                    self._fill()
                    self.tables.point(f"{name}{APART}{row}")
                    return
            if words in name:
                self.tables.point(name)
                return
            settings = [each["name"] for kind in table["kinds"] for each in kind["settings"]]
            setting = next((each for each in settings if words in each), None)
            if setting is not None:
                rows = self._sheet.rows(name)
                if rows:
                    self._open.add(name)
                self._fill()
                self.tables.point(f"{name}{APART}{rows[0]}" if rows else name)
                self._fill_settings()
                self.settings.focus()
                self.settings.point(setting)
                return
        self.notify(_("{words} was not found.").format(words=words), severity="warning", markup=False)

    def action_read_anew(self) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.aside(partial(self._read, anew=True), "look")

        if self._draft is not None and self._draft.edits:
            self.app.push_screen(Question(_("Read the files anew? What you have changed is lost.")), answered)
        else:
            answered(True)

    def action_difference(self) -> None:
        if self._draft is not None:
            self.app.push_screen(Lines(_("Difference"), self._difference))

    async def _difference(self) -> list[str]:
        assert self._draft is not None
        mistakes = await self._check()
        lines = [_("Mistakes:"), *(f"  ! {_place(one)} {one['problem']}" for one in mistakes)] if mistakes else []
        lines += self._lines
        texts = self._draft.difference()
        return [*lines, *(["", _("In the files:"), *(f" {row}" for row in texts)] if texts else [])]

    def action_save(self) -> None:
        async def save() -> None:
            if await self._save():
                self.notify(_("The files are saved; nothing is put to work yet."), markup=False)

        self.aside(save)

    async def _save(self) -> bool:
        """Whether it is saved."""
        assert self._draft is not None
        if self._draft.edits:
            try:
                held = await self.box.ask("config.save", files=self._draft.edits, basis=self._draft.basis)
            except (Refusal, Gone) as error:
                self._cannot(error)
                return False
            self._draft = Draft(held)
            self._held = Sheet(self._draft.texts)
            self._again()
        return True

    def _cannot(self, error: Refusal | Gone) -> None:
        if isinstance(error, Refusal):
            self.console.say_no(error)
        else:
            self.notify(_("The box went away before it answered."), severity="error", markup=False)

    def action_commit(self) -> None:
        if self._mistakes:
            self.notify(_("There are mistakes; f shows them."), severity="error", markup=False)
            return
        if not self._lines and not (self._draft and self._draft.edits):
            self.notify(_("What the files say is at work; there is nothing to commit."), markup=False)
            return

        def answered(typed: tuple[str, ...] | None) -> None:
            if typed is None:
                return
            message, minutes = typed
            if not minutes.strip().isdecimal() or int(minutes) > 24 * 60:
                self.notify(_("Minutes are a whole number, 0 to 1440."), severity="error", markup=False)
                return
            self.aside(partial(self._commit, message.strip(), 60.0 * int(minutes)))

        count = sum(line.startswith(" ") for line in self._lines)
        about = plural("{n} change is put to work.", "{n} changes are put to work.", count).format(n=count)
        minutes = _("goes back after so many minutes unless it is confirmed; 0: it stays")
        lines = [(_("what it is for"), ""), (minutes, CONFIRM_MIN)]
        self.app.push_screen(AskAll(_("Commit"), about, lines), answered)

    async def _commit(self, message: str, confirm_s: float) -> None:
        if not await self._save():
            return
        try:
            made = await self.box.ask("config.commit", message=message, confirm_s=confirm_s)
        except (Refusal, Gone) as error:
            self._cannot(error)
            return
        self.notify(_("commit {number} is at work").format(number=made["number"]), markup=False)
        await self._read()

    def action_confirm(self) -> None:
        self.aside(self._confirm)

    async def _confirm(self) -> None:
        try:
            made = await self.box.ask("config.confirm")
        except (Refusal, Gone) as error:
            self._cannot(error)
        else:
            self.notify(_("commit {number} stays").format(number=made["number"]), markup=False)
        await self._read()

    def action_history(self) -> None:
        self.app.push_screen(History())


def _place(one: Mistake) -> str:
    name = Path(one["path"]).name
    return f"{name}:{one['line']}:{one['column']}:" if one["line"] else f"{name}:"
