"""One Lua state in which scripts of others can do no harm: no files, no processes, no Python, no end of time or memory.

In: the text of a script, the object that it judges, the time. Out: what the script returns, as the table or value that
Lua gave. Lua 5.2 with the names of 5.1 stands for the gopher-lua that Argo CD uses (HLT-1). Coroutines are not offered.
"""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.lua.state import LuaState
    from gitops_action.resource.resource import Json

MEMORY_LIMIT: Final = 64 * 1024 * 1024
INSTRUCTION_LIMIT: Final = 20_000_000
SECONDS_LIMIT: Final = 1
NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})


class LuaFailed(Exception):
    """A script that does not compile, raises, or exceeds a limit; the message has no stack trace (HLT-6)."""


class OutOfMemory(LuaFailed):
    """A script that needs more memory than it may have; its Lua state is not usable any more."""

    def __init__(self) -> None:
        super().__init__(f"script exceeded its limit of {MEMORY_LIMIT // 1024 // 1024} MiB of memory")


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
        self._state: LuaState | None = None

    def run(self, script: str, obj: Json, *, now: float, parameters: Mapping[str, str] = NO_PARAMETERS) -> Returned:
        """Run a script on an object; ``parameters`` are its ``actionParams``. Raises ``LuaFailed``."""
        with self._lock:
            if self._state is None:
                self._state = self._start()
            try:
                return self._state.run(script, obj, now, parameters)
            except OutOfMemory:
                self._state = None
                raise

    def _start(self) -> LuaState:
        from gitops_action.lua.state import LuaState  # noqa: PLC0415 - most runs need no Lua

        return LuaState(open_libs=self._open_libs, instruction_limit=self._instruction_limit)


def without_nulls(value: Json) -> Json:
    """Return a copy in which no entry is null: Lua has no such thing in a table (HLT-4)."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value if item is not None]
    return value
