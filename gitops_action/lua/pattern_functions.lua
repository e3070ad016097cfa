-- Lua's find, match, gmatch and gsub over the matcher of patterns.lua: its captures, replacements and start positions.

local match, POSITION, plain_find = ...

local byte, sub = string.byte, string.sub
local error, type, tostring, unpack, concat = error, type, tostring, table.unpack, table.concat

local CARET, PERCENT = byte("^%", 1, -1)

local function new_state(text, pattern)
  return { text = text, pattern = pattern, level = 0, starts = {}, lengths = {} }
end

local function capture(state, level, s, e)
  if level > state.level then
    if level == 1 then
      return sub(state.text, s, e - 1)
    end
    error("invalid capture index", 0)
  end
  local length = state.lengths[level]
  if length == POSITION then
    return state.starts[level]
  elseif not length then
    error("unfinished capture", 0)
  end
  return sub(state.text, state.starts[level], state.starts[level] + length - 1)
end

-- All captures, or the whole match where there are none and `whole` says so.
local function captures(state, s, e, whole)
  local count = (state.level == 0 and whole) and 1 or state.level
  local values = {}
  for level = 1, count do
    values[level] = capture(state, level, s, e)
  end
  return unpack(values, 1, count)
end

local function check(value, position)
  if type(value) ~= "string" and type(value) ~= "number" then
    error("bad argument #" .. position .. " (string expected, got " .. type(value) .. ")", 3)
  end
  return tostring(value)
end

local function first_match(text, pattern, init)
  local anchored = byte(pattern) == CARET
  local state = new_state(text, pattern)
  for s = init, anchored and init or #text + 1 do
    state.level = 0
    local e = match(state, s, anchored and 2 or 1)
    if e then
      return state, s, e
    end
  end
  return nil
end

local function start(text, init)
  init = init or 1
  if init < 0 then
    init = init + #text + 1
  end
  return init < 1 and 1 or init
end

local function find(text, pattern, init, plain)
  text, pattern = check(text, 1), check(pattern, 2)
  init = start(text, init)
  if init > #text + 1 then
    return nil
  end
  if plain or not plain_find(pattern, "[%^%$%*%+%?%.%(%)%[%]%%%-]") then
    return plain_find(text, pattern, init, true)
  end
  local state, s, e = first_match(text, pattern, init)
  if state then
    return s, e - 1, captures(state, s, e, false)
  end
  return nil
end

local function string_match(text, pattern, init)
  text, pattern = check(text, 1), check(pattern, 2)
  init = start(text, init)
  if init > #text + 1 then
    return nil
  end
  local state, s, e = first_match(text, pattern, init)
  if state then
    return captures(state, s, e, true)
  end
  return nil
end

local function gmatch(text, pattern)
  text, pattern = check(text, 1), check(pattern, 2)
  local position = 1
  return function()
    local state = new_state(text, pattern)
    while position <= #text + 1 do
      state.level = 0
      local s, e = position, match(state, position, 1)
      if e then
        position = e == s and e + 1 or e
        return captures(state, s, e, true)
      end
      position = position + 1
    end
    return nil
  end
end

local function expand(state, s, e, template)
  local parts, at = {}, 1
  while at <= #template do
    local code, following = byte(template, at, at + 1)
    if code ~= PERCENT then
      parts[#parts + 1], at = sub(template, at, at), at + 1
    elseif following == PERCENT then
      parts[#parts + 1], at = "%", at + 2
    elseif following and following >= 48 and following <= 57 then
      local level = following - 48
      parts[#parts + 1] = tostring(level == 0 and sub(state.text, s, e - 1) or capture(state, level, s, e))
      at = at + 2
    else
      error("invalid use of '%' in replacement string", 0)
    end
  end
  return concat(parts)
end

local function replacement(state, s, e, by)
  local value
  if type(by) == "function" then
    value = by(captures(state, s, e, true))
  elseif type(by) == "table" then
    value = by[capture(state, 1, s, e)]
  else
    value = expand(state, s, e, by)
  end
  if not value then
    return sub(state.text, s, e - 1)
  elseif type(value) ~= "string" and type(value) ~= "number" then
    error("invalid replacement value (a " .. type(value) .. ")", 0)
  end
  return tostring(value)
end

local function gsub(text, pattern, by, limit)
  text, pattern = check(text, 1), check(pattern, 2)
  if type(by) == "number" then
    by = tostring(by)
  elseif type(by) ~= "string" and type(by) ~= "function" and type(by) ~= "table" then
    error("bad argument #3 (string/function/table expected)", 2)
  end
  local anchored = byte(pattern) == CARET
  local state, parts, s, count = new_state(text, pattern), {}, 1, 0
  while count < (limit or #text + 1) do
    state.level = 0
    local e = match(state, s, anchored and 2 or 1)
    if e then
      count = count + 1
      parts[#parts + 1] = replacement(state, s, e, by)
    end
    if e and e > s then
      s = e
    elseif s <= #text then
      parts[#parts + 1], s = sub(text, s, s), s + 1
    else
      break
    end
    if anchored then
      break
    end
  end
  parts[#parts + 1] = sub(text, s)
  return concat(parts), count
end

return find, string_match, gmatch, gsub
