"""Patterns are matched by our own Lua code, so that they can be stopped: it must agree with the C library."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lupa import lua52

from gitops_action.lua.sandbox import LuaFailed, Sandbox

ITEMS = st.sampled_from(
    [
        "a",
        "b",
        ".",
        "%a",
        "%d",
        "%s",
        "%w",
        "%S",
        "%p",
        "%.",
        "%%",
        "[ab]",
        "[^a]",
        "[a-c]",
        "[%d_]",
        "[]]",
        "[^%s]",
        "-",
        "[a-]",
    ]
)
SUFFIXES = st.sampled_from(["", "", "", "*", "+", "-", "?"])
PIECES = st.tuples(ITEMS, SUFFIXES).map("".join) | st.sampled_from(["%b()", "%f[%w]", "()", "$", "%1"])
GROUPS = st.lists(PIECES, max_size=3).map(lambda pieces: f"({''.join(pieces)})")
PATTERNS = st.tuples(st.sampled_from(["", "^"]), st.lists(PIECES | GROUPS, max_size=4).map("".join)).map("".join)
TEXTS = st.text(alphabet="ab1 _(){.%-]", max_size=10)

CALLS = """
local text, pattern, init, replacement = obj.text, obj.pattern, obj.init, obj.replacement
local all = {}
local function note(name, ...)
  local values = {...}
  for i = 1, select("#", ...) do all[#all + 1] = name .. i .. "=" .. tostring(values[i]) end
end
local function call(name, f)
  local results = {pcall(f)}
  if results[1] then note(name, table.unpack(results, 2)) else note(name, "error") end
end
call("find", function() return string.find(text, pattern, init) end)
call("plain", function() return string.find(text, pattern, init, true) end)
call("match", function() return string.match(text, pattern, init) end)
call("gsub", function() return string.gsub(text, pattern, replacement) end)
local function mark(x) return x ~= "a" and "<" .. x .. ">" or nil end
call("function", function() return string.gsub(text, pattern, mark, 2) end)
call("table", function() return string.gsub(text, pattern, {a = "A", b = 1}) end)
call("gmatch", function() for x, y in string.gmatch(text, pattern) do note("each", x, y) end end)
return {message = table.concat(all, "\\n")}
"""

SANDBOX = Sandbox(open_libs=True, instruction_limit=500_000)
PLAIN_LUA = lua52.LuaRuntime()


def by_c_library(obj: dict[str, Any]) -> str:
    PLAIN_LUA.globals()["obj"] = PLAIN_LUA.table_from(obj)
    return str(PLAIN_LUA.execute(CALLS)["message"])


@settings(max_examples=300)
@given(TEXTS, PATTERNS, st.integers(-12, 12), st.sampled_from(["", "x", "%0", "<%1>", "%%", "%", "%2"]))
def test_find_match_gmatch_and_gsub_agree_with_the_c_library(
    text: str, pattern: str, init: int, replacement: str
) -> None:
    obj = {"text": text, "pattern": pattern, "init": init, "replacement": replacement}
    returned = SANDBOX.run(CALLS, obj, now=0)
    assert returned.value["message"] == by_c_library(obj)


@pytest.mark.parametrize(
    "script",
    [
        'string.find(string.rep("a", 40), string.rep("a?", 40) .. string.rep("a", 40))',
        'string.match(string.rep("a", 3000), ".-.-.-.-b")',
        'string.gsub(string.rep("a", 30000), ".*.*.*b", "")',
        'for _ in string.gmatch(string.rep("a", 3000), ".-.-.-b") do end',
        'local text = string.rep("a", 40) return text:find(string.rep("a?", 40) .. text)',
    ],
)
def test_a_pattern_that_backtracks_without_end_is_stopped(script: str) -> None:
    with pytest.raises(LuaFailed, match="script exceeded its limit of 1 s or 500000 instructions"):
        SANDBOX.run(script, {}, now=0)
