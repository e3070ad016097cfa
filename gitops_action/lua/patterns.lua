-- Lua's pattern matching, written in Lua, so that the instruction hook can stop a pattern that backtracks without end.
-- (The functions of the C library run to their end, whatever that costs.) Semantics: Lua 5.2 reference manual, §6.4.1.

local plain_find = ...

local byte, sub, lower = string.byte, string.sub, string.lower
local error, type, tostring, select, unpack, concat = error, type, tostring, select, table.unpack, table.concat

local PERCENT, DOT, OPEN, CLOSE, CARET, DOLLAR = byte("%.[]^$", 1, -1)
local STAR, PLUS, MINUS, QUESTION, LEFT, RIGHT, DASH = byte("*+-?()-", 1, -1)
local MAX_CAPTURES = 32
local POSITION = -1

local c_class = string.match
local classes = {}
for letter in ("acdglpsuwx"):gmatch(".") do
  local members = {}
  for code = 0, 255 do
    members[code] = c_class(string.char(code), "%" .. letter) ~= nil
  end
  classes[byte(letter)] = members
end

local function in_class(code, class)
  local members = classes[class]
  if members then
    return members[code]
  end
  members = classes[class + 32]
  if members and class >= 65 and class <= 90 then
    return not members[code]
  end
  return class == code
end

local function class_end(p, at)
  local code = byte(p, at)
  if code == PERCENT then
    if at + 1 > #p then
      error("malformed pattern (ends with '%')", 0)
    end
    return at + 2
  end
  if code ~= OPEN then
    return at + 1
  end
  at = at + 1
  if byte(p, at) == CARET then
    at = at + 1
  end
  repeat
    if at > #p then
      error("malformed pattern (missing ']')", 0)
    end
    at = at + (byte(p, at) == PERCENT and at < #p and 2 or 1)
  until byte(p, at) == CLOSE
  return at + 1
end

-- Whether a set holds a byte; from and to are the positions of its brackets.
local function in_set(code, p, from, to)
  local found = true
  if byte(p, from + 1) == CARET then
    found, from = false, from + 1
  end
  local at = from + 1
  while at < to do
    local item = byte(p, at)
    if item == PERCENT then
      at = at + 1
      if in_class(code, byte(p, at)) then
        return found
      end
    elseif byte(p, at + 1) == DASH and at + 2 < to then
      if item <= code and code <= byte(p, at + 2) then
        return found
      end
      at = at + 2
    elseif item == code then
      return found
    end
    at = at + 1
  end
  return not found
end

local function single(state, s, from, to)
  if s > #state.text then
    return false
  end
  local code, item = byte(state.text, s), byte(state.pattern, from)
  if item == DOT then
    return true
  elseif item == PERCENT then
    return in_class(code, byte(state.pattern, from + 1))
  elseif item == OPEN then
    return in_set(code, state.pattern, from, to - 1)
  end
  return item == code
end

local match

local function balance(state, s, p)
  if p + 1 > #state.pattern then
    error("malformed pattern (missing arguments to '%b')", 0)
  end
  local open, close = byte(state.pattern, p, p + 1)
  if byte(state.text, s) ~= open then
    return nil
  end
  local depth = 1
  for at = s + 1, #state.text do
    local code = byte(state.text, at)
    if code == close then
      depth = depth - 1
      if depth == 0 then
        return at + 1
      end
    elseif code == open then
      depth = depth + 1
    end
  end
  return nil
end

local function greedy(state, s, p, to, least)
  local count = 0
  while single(state, s + count, p, to) do
    count = count + 1
  end
  while count >= least do
    local found = match(state, s + count, to + 1)
    if found then
      return found
    end
    count = count - 1
  end
  return nil
end

local function lazy(state, s, p, to)
  while true do
    local found = match(state, s, to + 1)
    if found then
      return found
    elseif single(state, s, p, to) then
      s = s + 1
    else
      return nil
    end
  end
end

local function open_capture(state, s, p, length)
  if state.level >= MAX_CAPTURES then
    error("too many captures", 0)
  end
  state.level = state.level + 1
  state.starts[state.level], state.lengths[state.level] = s, length
  local found = match(state, s, p)
  if not found then
    state.level = state.level - 1
  end
  return found
end

local function close_capture(state, s, p)
  local level = state.level
  while level > 0 and state.lengths[level] ~= nil and state.lengths[level] ~= false do
    level = level - 1
  end
  if level == 0 then
    error("invalid pattern capture", 0)
  end
  state.lengths[level] = s - state.starts[level]
  local found = match(state, s, p)
  if not found then
    state.lengths[level] = false
  end
  return found
end

local function back_reference(state, s, digit)
  local level = digit - 48
  if level < 1 or level > state.level or not state.lengths[level] then
    error("invalid capture index %" .. level, 0)
  end
  if state.lengths[level] == POSITION then
    return nil
  end
  local captured = sub(state.text, state.starts[level], state.starts[level] + state.lengths[level] - 1)
  if sub(state.text, s, s + #captured - 1) == captured then
    return s + #captured
  end
  return nil
end

local function frontier(state, s, p)
  if byte(state.pattern, p) ~= OPEN then
    error("missing '[' after '%f' in pattern", 0)
  end
  local to = class_end(state.pattern, p)
  local before = s == 1 and 0 or byte(state.text, s - 1)
  local code = byte(state.text, s) or 0
  if not in_set(before, state.pattern, p, to - 1) and in_set(code, state.pattern, p, to - 1) then
    return to
  end
  return nil
end

-- Returns the position after the match of the pattern from p on, or nil.
match = function(state, s, p)
  local pattern = state.pattern
  while p <= #pattern do
    local code, following = byte(pattern, p, p + 1)
    if code == LEFT then
      if following == RIGHT then
        return open_capture(state, s, p + 2, POSITION)
      end
      return open_capture(state, s, p + 1, false)
    elseif code == RIGHT then
      return close_capture(state, s, p + 1)
    elseif code == DOLLAR and p == #pattern then
      return s == #state.text + 1 and s or nil
    elseif code == PERCENT and following == 98 then -- %b
      s, p = balance(state, s, p + 2), p + 4
    elseif code == PERCENT and following == 102 then -- %f
      p = frontier(state, s, p + 2)
    elseif code == PERCENT and following and following >= 48 and following <= 57 then
      s, p = back_reference(state, s, following), p + 2
    else
      local to = class_end(pattern, p)
      local suffix = byte(pattern, to)
      if suffix == QUESTION then
        if single(state, s, p, to) then
          local found = match(state, s + 1, to + 1)
          if found then
            return found
          end
        end
        p = to + 1
      elseif suffix == STAR then
        return greedy(state, s, p, to, 0)
      elseif suffix == PLUS then
        return greedy(state, s, p, to, 1)
      elseif suffix == MINUS then
        return lazy(state, s, p, to)
      elseif single(state, s, p, to) then
        s, p = s + 1, to
      else
        return nil
      end
    end
    if not s or not p then
      return nil
    end
  end
  return s
end

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
