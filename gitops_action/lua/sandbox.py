"""One Lua state in which scripts of others can do no harm: no files, no processes, no Python, no end of time or memory.

In: the text of a script, the object that it judges, the time. Out: what the script returns, as the table or value that
Lua gave. Lua 5.2 with the names of 5.1 stands for the gopher-lua that Argo CD uses (HLT-1). Coroutines are not offered.
"""

from __future__ import annotations

import threading
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lupa import lua52

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource.resource import Json

MEMORY_LIMIT: Final = 64 * 1024 * 1024
INSTRUCTION_LIMIT: Final = 20_000_000
SECONDS_LIMIT: Final = 1
NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})


class LuaFailed(Exception):
    """A script that does not compile, raises, or exceeds a limit; the message has no stack trace (HLT-6)."""


class Returned(NamedTuple):
    """What a script returned: Lua's name of the type, and the value; tables are Lua's own."""

    kind: str
    value: Any


class Sandbox:
    """A Lua state, started at the first script. Safe to use from many threads, one script at a time.

    ``open_libs`` offers ``string``, ``math`` and the harmless part of ``os`` (HLT-3); without it a script has the base
    functions, ``table``, and time and date (HLT-2).
    """

    def __init__(self, *, open_libs: bool, instruction_limit: int = INSTRUCTION_LIMIT) -> None:
        self._open_libs = open_libs
        self._instruction_limit = instruction_limit
        self._lock = threading.Lock()
        self._state: _State | None = None

    def run(self, script: str, obj: Json, *, now: float, parameters: Mapping[str, str] = NO_PARAMETERS) -> Returned:
        """Run a script on an object; ``parameters`` are its ``actionParams``. Raises ``LuaFailed``."""
        with self._lock:
            if self._state is None:
                self._state = _State(open_libs=self._open_libs, instruction_limit=self._instruction_limit)
            try:
                return self._state.run(script, obj, now, parameters)
            except lua52.LuaMemoryError as error:
                self._state = None
                raise LuaFailed(f"script exceeded its limit of {MEMORY_LIMIT // 1024 // 1024} MiB of memory") from error


class _State:
    """The Lua runtime with the scripts that were compiled in it."""

    def __init__(self, *, open_libs: bool, instruction_limit: int) -> None:
        self._lua = lua52.LuaRuntime(
            max_memory=MEMORY_LIMIT,
            register_eval=False,
            register_builtins=False,
            attribute_filter=_no_attributes,
            unpack_returned_tuples=True,
            overflow_handler=float,
        )
        prelude, *patterns = (
            self._lua.eval("load(..., '=sandbox', 't')", _source(name))
            for name in ("prelude.lua", "patterns.lua", "pattern_functions.lua")
        )
        functions = prelude(open_libs, instruction_limit, SECONDS_LIMIT, *patterns)
        self._compile, self._run, self._clear_hook = functions
        self._compiled: dict[str, Any] = {}

    def run(self, script: str, obj: Json, now: float, parameters: Mapping[str, str]) -> Returned:
        try:
            function = self._compiled.get(script)
            if function is None:
                function = self._compiled[script] = self._load(script)
            table = self._lua.table_from(without_nulls(obj), recursive=True)
            went_well, kind, value = self._run(function, table, now, self._lua.table_from(parameters))
        except lua52.LuaMemoryError:
            raise
        except (lua52.LuaError, UnicodeError, OverflowError) as error:
            raise LuaFailed(str(error).partition("\nstack traceback:")[0]) from error
        finally:
            self._clear_hook()
        if went_well:
            return Returned(kind, value)
        if value == "not enough memory":
            raise lua52.LuaMemoryError(value)
        raise LuaFailed(value)

    def _load(self, script: str) -> Any:
        loaded = self._compile(script)
        if isinstance(loaded, tuple):
            raise LuaFailed(loaded[1])
        return loaded


def _no_attributes(_obj: object, _name: object, _is_setting: bool) -> str:
    raise AttributeError("Python objects have no attributes here")


def _source(name: str) -> str:
    return resources.files("gitops_action.lua").joinpath(name).read_text("utf-8")


def without_nulls(value: Json) -> Json:
    """Return a copy in which no entry is null: Lua has no such thing in a table (HLT-4)."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value if item is not None]
    return value
