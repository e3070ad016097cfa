from __future__ import annotations

import threading
from typing import Any

import pytest

from gitops_action.lua.sandbox import LuaFailed, Sandbox

NOW = 1_700_000_000
TOO_LONG = "script exceeded its limit of 1 s or 500000 instructions"
TOO_LARGE = "script exceeded its limit of 64 MiB of memory"


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox(open_libs=True, instruction_limit=500_000)


def message(sandbox: Sandbox, script: str, obj: Any = None) -> str:
    return str(sandbox.run(script, obj or {}, now=NOW).value["message"])


def failure(sandbox: Sandbox, script: str, obj: Any = None) -> str:
    with pytest.raises(LuaFailed) as caught:
        sandbox.run(script, obj or {}, now=NOW)
    return str(caught.value)


@pytest.mark.parametrize(
    "script",
    [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function f() pcall(f) end while true do pcall(f) end",
        "while true do xpcall(function() while true do end end, function() while true do end end) end",
        'return string.rep("x", 1e9)',
        'return ("x"):rep(2 ^ 31 - 1)',
        "return string.rep(setmetatable({}, {__tostring = function() while true do end end}), 3)",
        'local s = string.rep("a", 1e6) for i = 1, 1e9 do s:find("b", 1, true) end',
        'local s = string.rep("a", 1e7) for i = 1, 1e9 do s:lower() end',
        'local s = string.rep("a", 1e7) for i = 1, 1e9 do local t = s .. i end',
        "table.sort(setmetatable({}, {__len = function() return 2 ^ 31 - 2 end}), function() return true end)",
        'return load(function() return "x=1 " end)',
        "setmetatable(_G, {__index = function(t, k) while true do end end}) return nothing",
    ],
)  # fmt: skip
def test_a_script_without_end_is_stopped(sandbox: Sandbox, script: str) -> None:
    """HLT-4."""
    assert failure(sandbox, script) == TOO_LONG


@pytest.mark.parametrize(
    "script",
    [
        'local t = {} for i = 1, 1e9 do t[i] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"} end',
        'local s = "x" while true do s = s .. s end',
        "local function f() return f() + 1 end f()",
        'local t = {} for i = 1, 1e5 do t[i] = string.rep("x", 10000) .. i end return table.concat(t)',
        'while true do pcall(function() local s = "x" while true do s = s .. s end end) end',
    ],
)
def test_a_memory_bomb_is_defused_and_the_next_script_runs(sandbox: Sandbox, script: str) -> None:
    assert failure(sandbox, script) in (TOO_LARGE, TOO_LONG)
    assert message(sandbox, "return {message = 'fine'}") == "fine"


@pytest.mark.parametrize(
    "name",
    [
        "io", "debug", "package", "coroutine", "python", "dofile", "loadfile", "newproxy", "module", "getfenv",
        "os.execute", "os.exit", "os.getenv", "os.remove", "os.rename", "os.tmpname", "os.setlocale",
        "string.dump", "setfenv",
        "bit32", "rawlen",
    ],
)  # fmt: skip
def test_what_reaches_files_processes_python_or_the_hook_is_not_there(sandbox: Sandbox, name: str) -> None:
    assert message(sandbox, f"return {{message = type({name})}}") == "nil"
    assert message(sandbox, f'return {{message = type(load("return {name}")())}}') == "nil"
    assert message(sandbox, f'return {{message = type(loadstring("return _G.{name}")())}}') == "nil"


@pytest.mark.parametrize("module", ["io", "debug", "package", "coroutine", "ffi", "python", "/etc/passwd"])
def test_only_the_named_modules_can_be_required(sandbox: Sandbox, module: str) -> None:
    assert failure(sandbox, f'require("{module}")') == f"<string>:1: module {module} not found"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("setmetatable({}, {__gc = function() while true do end end})", "<string>:1: __gc is not available"),
        ('getmetatable("").__index = nil', "<string>:1: attempt to index a boolean value"),
        ("table.insert(setmetatable({}, {__len = function() return 2 ^ 31 - 2 end}), 1, 1)",
         "<string>:1: bad argument #1 (table without metatable expected)"),
        ("table.remove(setmetatable({}, {__len = function() return 2 ^ 31 - 2 end}), 1)",
         "<string>:1: bad argument #1 (table without metatable expected)"),
        ("return table.unpack({}, 1, 1e9)", "<string>:1: too many results to unpack"),
    ],
)  # fmt: skip
def test_ways_around_the_limits_are_closed(sandbox: Sandbox, script: str, expected: str) -> None:
    assert failure(sandbox, script) == expected


def test_bytecode_is_never_loaded(sandbox: Sandbox) -> None:
    script = 'local f, why = load("\\27LuaR", "x", "b") return {message = tostring(f) .. ": " .. why}'
    assert message(sandbox, script) == "nil: attempt to load a binary chunk (mode is 't')"


def test_what_a_script_changes_is_not_seen_by_the_next_one(sandbox: Sandbox) -> None:
    sandbox.run(
        "leaked = 1 string.find = nil table.insert = nil math.huge = nil pairs = nil os.time = nil", {}, now=NOW
    )
    script = "return {message = type(leaked) .. type(string.find) .. type(table.insert) .. math.huge .. type(os.time)}"
    assert message(sandbox, script) == "nilfunctionfunctioninffunction"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("return obj.a.b.c", "<string>:1: attempt to index field 'a' (a nil value)"),
        ("\n\nerror('boom')", "<string>:3: boom"),
        ("error({})", "error object is a table value"),
        ("retrun 1", "<string>:1: syntax error near '1'"),
    ],
)
def test_an_error_is_one_line_without_stack_trace(sandbox: Sandbox, script: str, expected: str) -> None:
    """HLT-6."""
    assert failure(sandbox, script) == expected


def test_the_names_of_lua_5_1_are_there(sandbox: Sandbox) -> None:
    """HLT-1."""
    script = """
        do goto done end
        ::done::
        return {message = table.concat({
            table.getn({1, 2}), table.maxn({1}), unpack({3}), loadstring("return 4")(), 10 / 2, 2 ^ 31, _VERSION,
            type(string.gfind), tostring(actionParams ~= nil),
        }, " ")}
    """
    assert message(sandbox, script) == "2 1 3 4 5 2147483648 Lua 5.1 function true"


def test_json_arrives_as_lua_values_and_null_is_absent(sandbox: Sandbox) -> None:
    """HLT-4."""
    obj = {"text": "é", "n": 3, "f": 0.5, "yes": True, "nothing": None, "list": [1, None, 2], "big": 2**64 - 1}
    script = """
        return {message = obj.text .. obj.n .. " " .. obj.f .. tostring(obj.yes) .. tostring(obj.nothing) .. #obj.list
            .. tostring(obj.big > 1e19)}
    """
    assert message(sandbox, script, obj) == "é3 0.5truenil2true"


def test_time_is_what_the_caller_says() -> None:
    """HLT-2."""
    for sandbox in (Sandbox(open_libs=True), Sandbox(open_libs=False)):
        script = """
            local os = require("os")
            return {message = table.time() .. os.date("!%Y-%m-%dT%XZ") .. table.date("!%H", 0)
                .. os.date("!*t", 86400).day .. (os.time({year = 2020, month = 1, day = 2, hour = 3})
                    - os.time({year = 2020, month = 1, day = 1, hour = 3}))}
        """
        assert message(sandbox, script) == "17000000002023-11-14T22:13:20Z00286400"


def test_without_open_libs_there_is_no_string_math_or_os() -> None:
    """HLT-3."""
    closed = Sandbox(open_libs=False)
    script = "return {message = type(string) .. type(math) .. type(os) .. type(table.concat) .. type(pairs)}"
    assert message(closed, script) == "nilnilnilfunctionfunction"
    assert failure(closed, 'return ("x"):rep(3)') == "<string>:1: attempt to index constant 'x' (a string value)"


def test_many_threads_may_run_scripts(sandbox: Sandbox) -> None:
    answers: dict[int, str] = {}

    def run(number: int) -> None:
        answers[number] = message(sandbox, "return {message = tostring(obj.number)}", {"number": number})

    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number) for number in range(16)}
