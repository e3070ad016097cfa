"""The Lua runtime behind a sandbox: what a script may call is decided here and in ``prelude.lua``.

In: the text of a script, an object, the time, and parameters. Out: what the script returned. One script at a time.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from lupa import lua52

from gitops_action.lua.sandbox import (
    MEMORY_LIMIT,
    SECONDS_LIMIT,
    LuaFailed,
    OutOfMemory,
    Returned,
    without_nulls,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource.resource import Json


class LuaState:
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
        """Run a script; raises ``LuaFailed``."""
        try:
            function = self._compiled.get(script)
            if function is None:
                function = self._compiled[script] = self._load(script)
            table = self._lua.table_from(without_nulls(obj), recursive=True)
            went_well, kind, value = self._run(function, table, now, self._lua.table_from(parameters))
        except lua52.LuaMemoryError as error:
            raise OutOfMemory from error
        except (lua52.LuaError, UnicodeError, OverflowError) as error:
            raise LuaFailed(str(error).partition("\nstack traceback:")[0]) from error
        finally:
            self._clear_hook()
        if went_well:
            return Returned(kind, value)
        if value == "not enough memory":
            raise OutOfMemory
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
