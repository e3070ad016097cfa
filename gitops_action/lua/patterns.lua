-- Lua's pattern matching, written in Lua, so that the instruction hook can stop a pattern that backtracks without end.
-- (The functions of the C library run to their end, whatever that costs.) Semantics: Lua 5.2 reference manual, §6.4.1.

local byte, sub = string.byte, string.sub
local error = error

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

return match, POSITION
