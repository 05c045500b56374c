"""Acts on the configuration: try it, put it to work, let it stay, go back; what is at work and what was before.

A commit is read from the box's files, or from `files` of the request; it is put to work as a whole or not at all.
Mistakes are answered with the error `configuration`: each with file, line, column, what is wrong, what to do.

An editor takes the model (`config.model`) and the files (`config.files`), tries what a person types (`config.check`
with `edits`), saves it (`config.save`) and puts it to work (`config.commit`).
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from core.api.acts import Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal, says
from core.api.line_acts import KEEPERS
from core.api.roles import READERS
from core.config.commits import DamagedCommit
from core.config.configuration import Configuration, Made, Refused
from core.config.difference import Difference
from core.config.form import TableView, tables
from core.config.mistake import BadConfiguration
from core.config.reading import effective
from core.config.saving import Held, Stale
from core.texts import _, plural

Files = Annotated[
    dict[str, str] | None, Meta(description="instead of the box's own files: texts by name, as 10-box.toml")
]


@says(BadConfiguration)
def _bad(bad: BadConfiguration) -> Refusal:
    count = len(bad.mistakes)
    return Refusal(
        Code.CONFIGURATION,
        plural("the configuration has {n} mistake", "the configuration has {n} mistakes", count).format(n=count),
        remedy="\n".join(line for mistake in bad.mistakes for line in mistake.lines()),
        about={"mistakes": [mistake.facts() for mistake in bad.mistakes]},
    )


@says(Refused)
def _refused(refused: Refused) -> Refusal:
    return Refusal(Code.REFUSED, str(refused))


@says(Stale)
def _stale(stale: Stale) -> Refusal:
    return Refusal(
        Code.REFUSED,
        _("somebody else has saved these files since they were read"),
        remedy=_("read them anew; your changes are still in your editor"),
    )


@says(DamagedCommit)
def _damaged(damaged: DamagedCommit) -> Refusal:
    return Refusal(Code.REFUSED, str(damaged), remedy=_("go back to another commit, or commit the files again"))


class Changes(Result, frozen=True):
    number: Annotated[int, Meta(description="of the commit; 0: none was made")]
    confirm_s: Annotated[float, Meta(description="it goes back after so many seconds unless confirmed; 0: it stays")]
    lines: Annotated[list[str], Meta(description="what differs and when it takes effect, for people")]
    changes: Annotated[
        list[dict[str, Any]], Meta(description="the same: kind, section, row, setting, old, new, effect")
    ]
    warnings: Annotated[list[dict[str, Any]], Meta(description="what works, but is hardly meant, with its places")]


def _changes(difference: Difference, number: int = 0, confirm_s: float = 0.0, warnings: Any = ()) -> Changes:
    return Changes(number, confirm_s, difference.lines(), difference.facts(), list(warnings))


def _made(made: Made) -> Changes:
    return _changes(made.difference, made.number, made.confirm_s, made.warnings)


def _configuration(asking: Asking) -> Configuration:
    return asking.rooms.configuration


def _contents(files: dict[str, str] | None) -> dict[str, bytes] | None:
    """Refusal: a name is no name of a file of the configuration."""
    if files is None:
        return None
    for name in files:
        named_well(name)
    return {name: text.encode() for name, text in files.items()}


def named_well(name: str) -> None:
    """Refusal: it is no name of a file of settings."""
    if "/" in name or name.startswith(".") or not name.endswith(".toml"):
        raise Refusal(
            Code.INVALID_PARAMS,
            _("{name} is no name of a file of the configuration").format(name=name),
            remedy=_("such a name ends in .toml and has no folder, as 10-box.toml"),
        )


class Check(Params, frozen=True):
    files: Files = None
    edits: Annotated[
        dict[str, str | None] | None,
        Meta(description="or: the box's own files, with these texts in place of those on the disk; null: without it"),
    ] = None


@act("config.check", roles=KEEPERS)
async def check(asking: Asking, params: Check) -> Changes:
    """What `config.commit` would change, and when each change would take effect; changes nothing."""
    for name in params.edits or {}:
        named_well(name)
    found, difference = await _configuration(asking).check(_contents(params.files), params.edits)
    return _changes(difference, warnings=[warning.facts() for warning in found.warnings])


class Commit(Params, frozen=True):
    message: Annotated[str, Meta(description="what it is for", max_length=500)] = ""
    confirm_s: Annotated[
        float, Meta(description="goes back after so many seconds unless `config.confirm` comes; 0: stays", ge=0)
    ] = 0.0
    files: Files = None


@act("config.commit", roles=KEEPERS, changes=True)
async def commit(asking: Asking, params: Commit) -> Changes:
    """Puts the configuration to work: what can take effect now does, the rest as `changes` say. With `confirm_s` it
    goes back by itself, also across a power cut, unless it is confirmed in time. Error `refused`: a room cannot do it.
    """
    made = await _configuration(asking).commit(
        asking.peer.name, params.message, params.confirm_s, _contents(params.files)
    )
    _note(asking, made)
    return _made(made)


def _note(asking: Asking, made: Made) -> None:
    asking.note.target = f"commit {made.number}"
    facts = made.difference.facts()
    asking.note.before = {_name(one): one["old"] for one in facts if one["old"] is not None}
    asking.note.after = {_name(one): one["new"] for one in facts if one["new"] is not None}


def _name(fact: dict[str, Any]) -> str:
    return " ".join(part for part in (fact["section"], fact["row"], fact["setting"]) if part)


@act("config.confirm", roles=KEEPERS, changes=True)
async def confirm(asking: Asking, params: Nothing) -> Changes:
    """The commit that waits to be confirmed stays. Error `refused`: none waits."""
    made = await _configuration(asking).confirm(asking.peer.name)
    asking.note.target = f"commit {made.number}"
    return _made(made)


class Back(Params, frozen=True):
    number: Annotated[int, Meta(description="of the commit; 0: the one before", ge=0)] = 0


@act("config.rollback", roles=KEEPERS, changes=True)
async def rollback(asking: Asking, params: Back) -> Changes:
    """Puts an earlier commit to work again. Error `unknown`: there is no such commit (any more)."""
    asking.note.target = f"commit {params.number}"
    try:
        made = await _configuration(asking).rollback(asking.peer.name, params.number)
    except LookupError:
        raise _no_commit(params.number) from None
    _note(asking, made)
    return _made(made)


def _no_commit(number: int) -> Refusal:
    return Refusal(
        Code.UNKNOWN,
        _("there is no commit {number}").format(number=number),
        remedy=_("config.history lists those that are kept"),
    )


class CommitView(Struct, frozen=True):
    """A commit that is kept. when: UTC seconds. hash: SHA-256 over its files. state: current, confirmed, or empty."""

    number: int
    who: str
    when: float
    message: str
    hash: str
    state: str


class History(Result, frozen=True):
    commits: list[CommitView]
    confirm_s: Annotated[float, Meta(description="the current one goes back after so many seconds; 0: it stays")]


@act("config.history", roles=READERS)
async def history(asking: Asking, params: Nothing) -> History:
    """The commits that are kept, the newest first, and which of them is at work."""
    configuration = _configuration(asking)
    pointers = configuration.pointers
    state = {pointers.confirmed: "confirmed", pointers.current: "current"}
    return History(
        [
            CommitView(one.number, one.who, one.when.timestamp(), one.message, one.hash, state.get(one.number, ""))
            for one in configuration.commits.history()
        ],
        configuration.confirm_s,
    )


class Shown(Result, frozen=True):
    number: Annotated[int, Meta(description="of the commit")]
    files: Annotated[dict[str, str], Meta(description="as they were committed, by name")]
    effective: Annotated[dict[str, Any], Meta(description="of the current one: every value with its default")]


@act("config.show", roles=KEEPERS)
async def show(asking: Asking, params: Back) -> Shown:
    """The files of a commit; 0: of the one at work, with every value that is in force."""
    configuration = _configuration(asking)
    current = configuration.pointers.current
    number = params.number or current
    try:
        contents = configuration.commits.contents(number)
    except LookupError:
        raise _no_commit(number) from None
    files = {name: text.decode("utf-8", "replace") for name, text in contents.items()}
    return Shown(number, files, effective(configuration.box) if number == current else {})


# ---- for editors ----


class Model(Result, frozen=True):
    tables: Annotated[list[TableView], Meta(description="all that a file may have, in the order of the manual")]


@act("config.model", roles=READERS)
def model(asking: Asking, params: Nothing) -> Model:
    """Every table and setting with what may be written, its default, when a change takes effect, and its manual."""
    return Model(tables())


class FileSet(Result, frozen=True):
    folder: Annotated[str, Meta(description="of this box; what is saved stands there")]
    files: Annotated[dict[str, str], Meta(description="as they lie on the disk, by name")]
    shipped: Annotated[list[str], Meta(description="of these, the package's own, not changed on this box")]
    basis: Annotated[str, Meta(description="for the act that saves: which files these are")]


@act("config.files", roles=KEEPERS)
async def files(asking: Asking, params: Nothing) -> FileSet:
    """The files of the configuration as they lie on the disk, with whatever has not been committed yet."""
    configuration = _configuration(asking)
    return _file_set(configuration, await configuration.held())


class Save(Params, frozen=True):
    files: Annotated[dict[str, str | None], Meta(description="the changed ones, by name; null: it goes")]
    basis: Annotated[str, Meta(description="as it came with the files", min_length=1, max_length=64)]


@act("config.save", roles=KEEPERS, changes=True)
async def save(asking: Asking, params: Save) -> FileSet:
    """Saves files as an editor does; nothing is put to work by that. Error `refused`: somebody else has saved them
    meanwhile, or the disk does not take them.
    """
    for name in params.files:
        named_well(name)
    asking.note.target = ", ".join(sorted(params.files))
    configuration = _configuration(asking)
    return _file_set(configuration, await configuration.save(params.files, params.basis))


def _file_set(configuration: Configuration, held: Held) -> FileSet:
    return FileSet(str(configuration.places[-1]), held.texts, sorted(held.shipped), held.basis)
