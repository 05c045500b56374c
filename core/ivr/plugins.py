"""Plug-ins (外挂): Python functions of the box's owner that flows may call.

    /etc/strowger/plugins/pins.py         async def right(account: str, pin: str) -> dict[str, object]: ...
    office.toml                           plugin = "pins.right", values = {...}, into = { accepted = "right" }

Every public `async def` of a module in the folder is one. It runs in the box's trio, so it must not block: what does
(files, slow libraries) goes to `trio.to_thread`. It gets the node's values by name and gives a dict of results. It is
cancelled when its time is over or the caller goes. What it raises costs the node, not the call: the flow goes its error
way, and the traceback is in the log. Modules are read once; a changed one counts from the next start.
"""

from __future__ import annotations

import importlib.util
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import trio

from core.config.mistake import ConfigError, Place
from core.ivr.acts import Answered, CallPlugIn
from core.ivr.outside import taken
from core.ivr.values import NoValue
from core.texts import _

log = logging.getLogger(__name__)

PlugIn = Callable[..., Awaitable[Mapping[str, object]]]


class PlugIns:
    def __init__(self, functions: Mapping[str, PlugIn], zone: ZoneInfo) -> None:
        self.functions, self._zone = dict(functions), zone

    @property
    def names(self) -> frozenset[str]:
        """ "module.function" of each."""
        return frozenset(self.functions)

    async def ask(self, call: CallPlugIn) -> Answered:
        function = self.functions.get(call.plugin)
        if function is None:
            return Answered(call.ticket, "failed", reason=_('There is no plug-in "{name}".').format(name=call.plugin))
        try:
            with trio.fail_after(call.timeout_s):
                results = await function(**call.values)
            if not isinstance(results, Mapping):
                raise NoValue(_("The plug-in gave no dict of results."))
            found = {str(name): taken(value, self._zone) for name, value in results.items()}
        except trio.TooSlowError:
            reason = _("no answer within {seconds} s").format(seconds=f"{call.timeout_s:g}")
        except NoValue as error:
            reason = str(error)
        except Exception as error:
            # Whatever the owner's code does wrong: this node fails, with the traceback in the log.
            log.exception("plug-in %s", call.plugin)
            reason = f"{type(error).__name__}: {error}"
        else:
            return Answered(call.ticket, "done", {"results": found})
        return Answered(call.ticket, "failed", reason=f"{call.plugin}: {reason}")


def load(folder: Path, zone: ZoneInfo, more: PlugIns | None = None) -> PlugIns:
    """All of a folder, beside those that were loaded before; none if there is no such folder.

    ConfigError: a module cannot be imported.
    """
    found: dict[str, PlugIn] = dict(more.functions) if more is not None else {}
    for path in sorted(folder.glob("*.py")):
        module = _module(path)
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                found[f"{path.stem}.{name}"] = function
    return PlugIns(found, zone)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"strowger_plugins.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        line = getattr(error, "lineno", None) or _line(error, path)
        source = path.read_text(errors="replace").splitlines()[line - 1 : line]
        place = Place(path, line, 1, 0, source[0] if source else "")
        problem = _("The plug-ins cannot be read: {why}").format(why=f"{type(error).__name__}: {error}")
        raise ConfigError(place, problem, _("Mend the module, or take it away.")) from error
    return module


def _line(error: BaseException, path: Path) -> int:
    """The last line of the module itself that the error came through; 0: of none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
