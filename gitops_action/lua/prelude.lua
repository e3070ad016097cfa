-- Builds the sandbox inside a fresh Lua 5.2 state and returns the functions that the host calls.
--
-- A script sees a table of globals made anew for each run, so nothing it changes is seen by another one. What it may call
-- is listed here; coroutines are not, because the instruction hook does not reach into them.

local open_libs, limit_instructions, limit_seconds, patterns, pattern_functions = ...

local real = {
  clock = os.clock, date = os.date, time = os.time, sethook = debug.sethook, load = load, pcall = pcall, error = error,
  setmetatable = setmetatable, getmetatable = getmetatable, rawget = rawget, rawlen = rawlen, type = type,
  insert = table.insert, remove = table.remove, rep = string.rep, find = string.find, tostring = tostring,
  select = select, pairs = pairs, unpack = table.unpack,
}

local TOO_LONG = "script exceeded its limit of " .. limit_seconds .. " s or " .. limit_instructions .. " instructions"
local pack = table.pack
local STEP = 200
local used, started = 0, 0

local function stop()
  -- From now on every instruction fails, so that no pcall of the script can go on.
  real.sethook(function() real.error(TOO_LONG, 0) end, "", 1)
  real.error(TOO_LONG, 0)
end

local function charge(work)
  used = used + work
  if used > limit_instructions or real.clock() - started > limit_seconds then
    stop()
  end
end

local function hook()
  charge(STEP)
end

-- Finalizers run without the hook: an endless one could not be stopped.
local function safe_setmetatable(object, metatable)
  if real.type(metatable) == "table" and real.rawget(metatable, "__gc") ~= nil then
    real.error("__gc is not available", 2)
  end
  return real.setmetatable(object, metatable)
end

-- A length that __len makes up would keep the C loops of these two busy for seconds.
local function plain(object)
  if real.type(object) ~= "table" then
    real.error("bad argument #1 (table expected, got " .. real.type(object) .. ")", 3)
  elseif real.getmetatable(object) ~= nil then
    real.error("bad argument #1 (table without metatable expected)", 3)
  end
  charge(real.rawlen(object) / 100)
  return object
end

local function safe_insert(object, ...)
  return real.insert(plain(object), ...)
end

local function safe_remove(object, ...)
  return real.remove(plain(object), ...)
end

local function safe_rep(text, count, separator)
  text, separator = real.tostring(text), separator or ""
  count = count < 0 and 0 or count
  charge((#text + #separator) * count / 10)
  if #text + #separator == 0 then
    return ""
  end
  return real.rep(text, count, separator)
end

-- The handler runs after the error, not inside it: an error of the hook would call it with the hook switched off.
local function safe_xpcall(call, handler, ...)
  local results = pack(real.pcall(call, ...))
  if results[1] then
    return real.unpack(results, 1, results.n)
  end
  return false, handler(results[2])
end

local function measured(call)
  return function(text, ...)
    charge(#real.tostring(text) / 10)
    return call(text, ...)
  end
end

local matcher, position = patterns()
local find, match, gmatch, gsub = pattern_functions(matcher, position, real.find)

local string_functions = {
  byte = string.byte, char = string.char, format = measured(string.format), len = string.len,
  lower = measured(string.lower), upper = measured(string.upper), reverse = measured(string.reverse),
  sub = measured(string.sub), rep = safe_rep, find = find, match = match, gmatch = gmatch, gfind = gmatch, gsub = gsub,
}

local string_metatable = real.getmetatable("")
string_metatable.__metatable = false
string_metatable.__index = open_libs and string_functions or nil

local function copy(source)
  local result = {}
  for name, value in real.pairs(source) do
    result[name] = value
  end
  return result
end

local function getn(object)
  return real.rawlen(object)
end

local function os_functions(now)
  local function time(fields)
    if fields == nil then
      return now
    end
    return real.time(fields)
  end
  local function date(format, at)
    return real.date(format or "%c", at or now)
  end
  return { time = time, date = date }
end

local function loader(globals)
  return function(chunk, name, _, environment)
    return real.load(chunk, name, "t", environment == nil and globals or environment)
  end
end

local function requirer(modules)
  return function(name)
    local module = modules[name]
    if module == nil then
      real.error("module " .. real.tostring(name) .. " not found", 2)
    end
    return module
  end
end

local function new_globals(object, now, parameters)
  local safe_os = os_functions(now)
  local table_functions = {
    concat = table.concat, insert = safe_insert, remove = safe_remove, sort = table.sort, unpack = table.unpack,
    getn = getn, maxn = getn, time = safe_os.time, date = safe_os.date,
  }
  local globals = {
    assert = assert, error = error, getmetatable = getmetatable, ipairs = ipairs, next = next, pairs = pairs,
    pcall = pcall, rawequal = rawequal, rawget = rawget, rawset = rawset, select = select,
    setmetatable = safe_setmetatable, tonumber = tonumber, tostring = tostring, type = type, unpack = table.unpack,
    xpcall = safe_xpcall, print = function() end, collectgarbage = function() return 0 end, _VERSION = "Lua 5.1",
    table = table_functions, actionParams = parameters, obj = object,
  }
  local modules = { os = safe_os, table = table_functions, _G = globals }
  if open_libs then
    globals.string, globals.math = copy(string_functions), copy(math)
    globals.os = { time = safe_os.time, date = safe_os.date, clock = real.clock, difftime = os.difftime }
    modules.string, modules.math = globals.string, globals.math
  end
  globals._G, globals.load, globals.loadstring = globals, loader(globals), loader(globals)
  globals.require = requirer(modules)
  return globals
end

-- The text becomes a function of its globals. Its first line stays line 1.
local function compile(text)
  return real.load("local _ENV = ...; " .. text, "=<string>", "t", {})
end

-- Returns whether it went well, the type of the result, and the result itself.
local function run(script, object, now, parameters)
  used, started = 0, real.clock()
  local globals = new_globals(object, now, parameters)
  real.sethook(hook, "", STEP)
  local went_well, result = real.pcall(script, globals)
  real.sethook()
  local kind = real.type(result)
  if not went_well and kind ~= "string" then
    result = "error object is a " .. kind .. " value"
  end
  return went_well, kind, result
end

return compile, run, real.sethook
