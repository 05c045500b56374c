"""The workshop of flows: the tree of a flow at the left, the settings of a node at the right, the manual below.

    box     flow.model, flow.files ──> Draft ──> FlowSheet ──> the settings
            flow.check ──> the tree, and the mistakes, each at its node
    person  a value ──> FlowSheet.put ──> Draft.change ──> flow.check ...
            t: a caller of paper walks through the draft (tui/trial.py)   l: callers who are in flows (tui/sessions.py)
            p: flow.save, flow.publish: new calls take it

Above the tree stand the head of the flow, its defaults and its variables. An arrow leads to a node that stands
elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from core.api.errors import Refusal
from core.ivr.sheet import FlowSheet
from core.texts import N_, _
from tui.ask import Ask, Choose
from tui.changes import Lines
from tui.connection import Gone
from tui.dialogs import Question
from tui.editor import Editor, Mistake
from tui.live_table import Cell, Column, LiveTable, Row
from tui.sessions import Sessions
from tui.trial import Trial
from tui.values import Setting
from tui.workbench import Workbench

DRAWN = str.maketrans({"├": "|", "└": "`", "│": "|", "─": "-", "→": ">", "←": "<"})
"""Signs of one width in every terminal."""
ARROW = "\x1f"
"""Behind the name of a node, in the key of an arrow that leads to it."""
ENDING = ".toml"

Path_ = tuple[str | int, ...]


class Flows(Workbench):
    ROOM = "flows"
    ASKS = "flow"
    HELP_TEXT = N_(
        "Flows answer calls by themselves. At the left the flow as a tree, at the right what its node does. What you"
        " change is a draft: try it with t, publish it with p, and new calls take it; running calls keep what they"
        " began with."
    )
    THINGS = (Column("", 1), Column(N_("flow"), 0), Column(N_("kind"), 9))
    SETTINGS = (Column("", 1), Column(N_("setting"), 13), Column(N_("value"), 0))
    NOTHING = N_("Nothing is set here.")
    DEFAULT_CSS = """
    Flows #things { width: 55%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other_side", N_("Other side"), show=False),
        Binding("right", "right", N_("Its settings"), show=False),
        Binding("left", "left", N_("Tree"), show=False),
        Binding("space", "next_value", N_("Next value"), show=False),
        Binding("o", "open", N_("Flow")),
        Binding("t", "trial", N_("Try it")),
        Binding("l", "live", N_("Live calls")),
        Binding("p", "publish", N_("Publish")),
        Binding("e", "edit_text", N_("Text")),
        Binding("a", "add", N_("Add")),
        Binding("x", "drop", N_("Remove")),
        Binding("f", "difference", N_("Difference")),
        Binding("b", "stop_here", N_("Break point")),
        Binding("u", "undo", N_("Undo")),
        Binding("n", "new_flow", N_("New flow"), show=False),
        Binding("v", "add_variable", N_("New variable"), show=False),
        Binding("d", "default", N_("Default"), show=False),
        Binding("s", "save", N_("Save"), show=False),
        Binding("ctrl+r", "read_anew", N_("Read anew"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._flow = ""
        self._sheet = FlowSheet("")
        self._held = FlowSheet("")
        self._kinds: dict[str, list[Setting]] = {}
        """Of nodes; and of the tables flow, defaults, variable."""
        self._about_kinds: dict[str, str] = {}
        self._trees: dict[str, list[dict[str, str]]] = {}
        self._wrong: dict[tuple[Path_, str], Mistake] = {}
        self._stops: set[str] = set()
        """Break points for trials, flow/node."""
        self._at_work = 0
        """The edition that new calls take."""

    # ---- from the box ----

    async def learn(self, anew: bool) -> None:
        if not self._kinds:
            for table in (await self.box.ask("flow.model"))["tables"]:
                for kind in table["kinds"]:
                    name = kind["name"] if table["name"] == "node" else f"[{table['name']}]"
                    self._kinds[name] = kind["settings"]
                    self._about_kinds[name] = kind["text"] or table["text"]
        editions = (await self.box.ask("flow.list"))["editions"]
        self._at_work = editions[-1]["number"] if editions else 0

    async def check(self) -> list[Mistake]:
        assert self.draft is not None
        found = await self.box.ask("flow.check", edits=self.draft.edits)
        self._trees = found["trees"]
        return list(found["mistakes"])

    def read_draft(self) -> None:
        assert self.draft is not None
        texts = self.draft.texts
        if self._flow + ENDING not in texts:
            self._flow = next(iter(texts), "").removesuffix(ENDING)
        self._sheet = FlowSheet(texts.get(self._flow + ENDING, ""))
        self._held = FlowSheet(self.draft.held(self._flow + ENDING))

    def judged(self) -> None:
        self._wrong = {}
        for one in self.mistakes:
            if Path(one["path"]).stem == self._flow:
                self._wrong.setdefault(self._sheet.whose(one["line"]), one)

    # ---- what is shown ----

    def fill_things(self) -> dict[str, Row]:
        rows = [("flow", _("this flow"), ""), ("defaults", _("defaults"), "")]
        rows += [(f"variable {n}", f"  {name}", _("variable")) for n, name in enumerate(self._sheet.variables)]
        drawn = set()
        for number, row in enumerate(self._trees.get(self._flow, ())):
            arrow = f"{ARROW}{number}" if not row["kind"] else ""
            rows.append((f"node {row['node']}{arrow}", row["tree"].translate(DRAWN), row["kind"]))
            drawn.add(row["node"])
        rows += [(f"node {name}", name, kind) for name, kind in self._sheet.nodes.items() if name not in drawn]
        return {key: self._row(key, text, kind, number) for number, (key, text, kind) in enumerate(rows)}

    def _row(self, key: str, text: str, kind: str, number: int) -> Row:
        path = self._path(key)
        arrow = ARROW in key
        wrong = not arrow and any(where == path for where, _setting in self._wrong)
        differs = not arrow and self._sheet.table(path) != self._held.table(path)
        stop = path[0] == "node" and f"{self._flow}/{path[1]}" in self._stops and not arrow
        mark = "!" if wrong else "o" if stop else "*" if differs else " "
        colour = "bad" if wrong or stop else "busy" if differs else "quiet" if arrow else "usual"
        head = "head" if key in ("flow", "defaults") else colour
        return Row((Cell(mark, colour), Cell(text, head), Cell(kind, "quiet")), (number,))

    def _path(self, key: str) -> Path_:
        kind, _space, name = key.partition(" ")
        if kind == "variable":
            return kind, int(name)
        return (kind, name.partition(ARROW)[0]) if kind == "node" else (kind,)

    @property
    def _here(self) -> Path_:
        return self._path(self.things.cursor or "flow")

    def _kind_here(self) -> str:
        path = self._here
        return self._sheet.nodes.get(str(path[1]), "") if path[0] == "node" else f"[{path[0]}]"

    def settings_here(self) -> list[Setting]:
        return self._kinds.get(self._kind_here(), []) if self._sheet.readable else []

    def value_here(self, setting: Setting) -> Any:
        return self._sheet.value(self._here, setting["name"])

    def value_before(self, setting: Setting) -> Any:
        return self._held.value(self._here, setting["name"])

    def mistake_here(self, setting: Setting) -> Mistake | None:
        return self._wrong.get((self._here, setting["name"]))

    def place_here(self, setting: Setting | None) -> tuple[str, int] | None:
        name = setting["name"] if setting is not None else ""
        return f"{self._flow}{ENDING}", self._sheet.line(self._here, name)

    def put_here(self, setting: Setting, value: Any) -> dict[str, str]:
        return {f"{self._flow}{ENDING}": self._sheet.put(self._here, setting["name"], value)}

    def remove_here(self, setting: Setting) -> dict[str, str]:
        return {f"{self._flow}{ENDING}": self._sheet.remove(self._here, setting["name"])}

    def names_here(self) -> dict[str, str]:
        return {name: f"{name}  ({kind})" for name, kind in self._sheet.nodes.items()}

    def about_here(self) -> list[str]:
        path, kind = self._here, self._kind_here()
        title = str(self._sheet.value(("flow",), "title") or "")
        first = f"{path[1]}: {kind}" if path[0] == "node" else f"{self._flow}: {title}"
        lines = [first, self._about_kinds.get(kind, ""), str(self._sheet.value(path, "note") or "")]
        wrong = [f"! {one['problem']} {one['hint']}" for where, one in self._wrong.items() if where[0] in (path, ())]
        return [line for line in (*wrong, *lines) if line]

    def draft_text(self) -> str:
        if self.draft is None:
            return _("reading the files ...")
        parts = self.draft_parts() or [_("edition {number} takes new calls").format(number=self._at_work)]
        return f"{self._flow}: " + ", ".join(parts)

    # ---- a person ----

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        if event.of is self.settings:
            self.edit()
        elif ARROW in self.things.cursor:
            self.things.point(f"node {self._here[1]}")
        else:
            self.settings.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        methods = {"trial": "flow.simulate", "live": "flow.sessions", "publish": "flow.publish"}
        if action in methods:
            return self.box.may(methods[action]) or None
        if action in ("new_flow", "add_variable"):
            return self.box.may("flow.save") or None
        return super().check_action(action, parameters)

    def action_right(self) -> None:
        self.settings.focus()

    def action_left(self) -> None:
        self.things.focus()

    def action_open(self) -> None:
        def chosen(name: str | None) -> None:
            if name is not None:
                self._show(name)

        if self.draft is not None:
            names = [name.removesuffix(ENDING) for name in self.draft.texts]
            titles = {name: str(FlowSheet(self.draft.texts[name + ENDING]).value(("flow",), "title")) for name in names}
            options = {name: f"{name}  {title}" for name, title in titles.items()}
            self.app.push_screen(Choose(_("Which flow?"), "", options, self._flow), chosen)

    def _show(self, name: str) -> None:
        self._flow = name
        self.read_draft()
        self.judged()
        self.fill()
        self.things.point("flow")

    def action_new_flow(self) -> None:
        def typed(text: str | None) -> None:
            name = (text or "").strip()
            if name and self.draft is not None:
                self._flow = name
                self.changed({f"{name}{ENDING}": '[flow]\ntitle = ""\nstart = "end"\n\n[node.end]\nkind = "hangup"\n'})

        self.app.push_screen(Ask(_("New flow"), _("Its name, which its file gets.")), typed)

    def action_add(self) -> None:
        def of_kind(kind: str | None) -> None:
            if kind is not None:
                self.app.push_screen(Ask(kind, _("The name of the new node.")), lambda name: named(kind, name))

        def named(kind: str, text: str | None) -> None:
            name = (text or "").strip()
            if not name:
                return
            try:
                changed = self._sheet.add_node(name, kind)
            except ValueError as error:
                self.notify(str(error), severity="error", markup=False)
                return
            self.changed({f"{self._flow}{ENDING}": changed})
            self.things.point(f"node {name}")

        kinds = {kind: f"{kind}  {text}" for kind, text in self._about_kinds.items() if not kind.startswith("[")}
        self.app.push_screen(Choose(_("What shall it do?"), "", kinds), of_kind)

    def action_add_variable(self) -> None:
        def typed(text: str | None) -> None:
            if text and text.strip() and self._sheet.readable:
                self.changed({f"{self._flow}{ENDING}": self._sheet.add_variable(text.strip())})

        self.app.push_screen(Ask(_("New variable"), _("Its name, of letters, digits and _, with dots.")), typed)

    def action_drop(self) -> None:
        path = self._here
        if path[0] not in ("node", "variable"):
            return
        name = str(path[1]) if path[0] == "node" else self._sheet.variables[int(path[1])]

        def answered(yes: bool | None) -> None:
            if yes:
                self.changed({f"{self._flow}{ENDING}": self._sheet.drop(path)})

        text = _("Remove {name} {row} from the draft?").format(name=path[0], row=name)
        self.app.push_screen(Question(text), answered)

    def action_edit_text(self) -> None:
        if self.draft is not None and self.draft.texts:
            file, line = self.place_here(self.setting) or (f"{self._flow}{ENDING}", 1)
            self.app.push_screen(Editor(self.draft, file, line, self.check, self.again))

    def action_difference(self) -> None:
        async def lines() -> list[str]:
            self.mistakes = await self.check()
            return await self.difference([])

        if self.draft is not None:
            self.app.push_screen(Lines(_("Difference"), lines))

    def action_stop_here(self) -> None:
        path = self._here
        if path[0] == "node":
            self._stops ^= {f"{self._flow}/{path[1]}"}
            self.fill()

    def action_trial(self) -> None:
        if self.draft is None:
            return
        if self.mistakes:
            self.notify(_("There are mistakes; f shows them."), severity="error", markup=False)
            return
        edits = self.draft.edits or None
        self.app.push_screen(Trial(self._flow, edits, sorted(self._stops)))

    def action_live(self) -> None:
        self.app.push_screen(Sessions())

    def action_publish(self) -> None:
        if self.mistakes:
            self.notify(_("There are mistakes; f shows them."), severity="error", markup=False)
            return

        async def publish() -> None:
            if not await self.save():
                return
            try:
                made = await self.box.ask("flow.publish")
            except (Refusal, Gone) as error:
                self.cannot(error)
                return
            if made["mistakes"]:
                self.notify(_("There are mistakes; f shows them."), severity="error", markup=False)
            else:
                self.notify(_("edition {number} takes new calls").format(number=made["edition"]), markup=False)
            self.begin()

        def answered(yes: bool | None) -> None:
            if yes:
                self.aside(publish)

        text = _("Save and publish? New calls take the flows as they are now; running calls keep theirs.")
        self.app.push_screen(Question(text), answered)
